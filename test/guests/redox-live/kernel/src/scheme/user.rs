//! Schemes served by a process: requests go out as [`Sqe`], answers come back as [`Cqe`].
use alloc::sync::{Arc, Weak};
use core::mem;
use slab::Slab;
use syscall::schemev2::{Cqe, CqeOpcode, Opcode, Sqe};

use super::{CallerCtx, KernelScheme, SchemeId};
use crate::context::{self, ContextLock, memory::AddrSpaceWrapper};
use crate::memory::{PAGE_SIZE, Page, RmmA, RmmArch, VirtualAddress, allocate_frame, deallocate_frame};
use crate::sync::{L1, Mutex, WaitQueue};
use crate::syscall::error::{EAGAIN, EBADFD, EINVAL, ENODEV, EOPNOTSUPP, Error, Result};
use crate::syscall::usercopy::UserSlice;

pub struct UserInner {
    root_id: SchemeId,
    pub scheme_id: SchemeId,
    context: Weak<ContextLock>,
    todo: WaitQueue<Sqe>,
    states: Mutex<L1, Slab<State>>,
}

#[allow(dead_code)]
enum State {
    Waiting { context: Weak<ContextLock>, canceling: bool },
    Responded(Response),
    Placeholder,
}

#[derive(Debug)]
#[allow(dead_code)]
enum Response {
    Regular(Result<usize>, u8, bool),
}

impl Response {
    fn into_regular(self) -> Result<usize> {
        match self {
            Response::Regular(res, _, _) => res,
        }
    }
}

enum ParsedCqe {
    RegularResponse { tag: u32, res: Result<usize>, extra0: u8 },
    RespondAndNotifyOnDetach { tag: u32, res: Result<usize>, extra0: u8 },
}

impl ParsedCqe {
    fn parse_cqe(cqe: &Cqe) -> Result<Self> {
        let (tag, res, extra0) = (cqe.tag, Error::demux(cqe.result as usize), cqe.extra_raw[0]);
        match CqeOpcode::try_from_raw(cqe.flags & 0b111).ok_or(Error::new(EINVAL))? {
            CqeOpcode::RespondRegular => Ok(Self::RegularResponse { tag, res, extra0 }),
            CqeOpcode::RespondAndNotifyOnDetach => Ok(Self::RespondAndNotifyOnDetach { tag, res, extra0 }),
            _ => Err(Error::new(EOPNOTSUPP)),
        }
    }
}

/// A caller's buffer, mapped into the scheme's process until it has answered.
struct CaptureGuard {
    base: usize,
    len: usize,
    first_page: Page,
    frame: Option<crate::memory::Frame>,
    addrsp: Arc<AddrSpaceWrapper>,
}

impl CaptureGuard {
    fn base(&self) -> usize {
        self.base
    }
    fn len(&self) -> usize {
        self.len
    }
    fn release(self) {
        self.addrsp.acquire_write().unmap(self.first_page);
        if let Some(frame) = self.frame {
            deallocate_frame(frame);
        }
    }
}

impl UserInner {
    pub fn new(root_id: SchemeId, scheme_id: SchemeId, context: Weak<ContextLock>) -> UserInner {
        UserInner { root_id, scheme_id, context, todo: WaitQueue::new(), states: Mutex::new(Slab::with_capacity(32)) }
    }

    fn next_id(&self) -> Result<u32> {
        let idx = self.states.lock().insert(State::Placeholder);
        u32::try_from(idx).map_err(|_| Error::new(EAGAIN))
    }

    fn call(&self, ctx: CallerCtx, opcode: Opcode, args: [u64; 5]) -> Result<Response> {
        let [a, b, c, d, e] = args;
        self.call_inner(Sqe {
            opcode: opcode as u8,
            sqe_flags: 0,
            _rsvd: 0,
            tag: self.next_id()?,
            caller: ctx.pid as u64,
            args: [a, b, c, d, e, u64::from(ctx.uid) | u64::from(ctx.gid) << 32],
        })
    }

    fn call_inner(&self, sqe: Sqe) -> Result<Response> {
        {
            let current_context = context::current();
            current_context.write().block("UserInner::call");
            self.states.lock()[sqe.tag as usize] =
                State::Waiting { context: Arc::downgrade(&current_context), canceling: false };
            self.todo.send(sqe);
        }

        loop {
            context::switch();

            let mut states = self.states.lock();
            let o = states.get_mut(sqe.tag as usize).ok_or(Error::new(EBADFD))?;
            match mem::replace(o, State::Placeholder) {
                old_state @ State::Waiting { .. } => {
                    *o = old_state;
                    context::current().write().block("UserInner::call (spurious wakeup)");
                }
                State::Placeholder => return Err(Error::new(EBADFD)),
                State::Responded(response) => {
                    states.remove(sqe.tag as usize);
                    return Ok(response);
                }
            }
        }
    }

    fn scheme_space(&self) -> Result<Arc<AddrSpaceWrapper>> {
        let context = self.context.upgrade().ok_or(Error::new(ENODEV))?;
        let context = context.read();
        Ok(Arc::clone(context.addr_space()?))
    }

    /// Copies kernel bytes to a page of the scheme.
    fn copy_and_capture_tail(&self, buf: &[u8]) -> Result<CaptureGuard> {
        if buf.len() > PAGE_SIZE {
            return Err(Error::new(EINVAL));
        }
        let addrsp = self.scheme_space()?;
        let frame = allocate_frame().ok_or(Error::new(EAGAIN))?;
        let target = RmmA::phys_to_virt(frame.base()).data() as *mut u8;
        unsafe { core::ptr::copy_nonoverlapping(buf.as_ptr(), target, buf.len()) };
        let first_page = {
            let mut space = addrsp.acquire_write();
            let first_page = space.find_free(1)?;
            space.map_phys(first_page, 1, frame, syscall::PROT_READ)?;
            first_page
        };
        Ok(CaptureGuard { base: first_page.start_address().data(), len: buf.len(), first_page, frame: Some(frame), addrsp })
    }

    /// Maps the pages of the caller's buffer into the scheme.
    fn capture_user(&self, buf: UserSlice, write: bool) -> Result<CaptureGuard> {
        let addrsp = self.scheme_space()?;
        let own = Arc::clone(context::current().read().addr_space()?);
        let src_page = Page::containing_address(VirtualAddress::new(buf.addr()));
        let offset = buf.addr() % PAGE_SIZE;
        let page_count = (offset + buf.len()).div_ceil(PAGE_SIZE).max(1);
        let flags = syscall::PROT_READ | if write { syscall::PROT_WRITE } else { 0 };
        let first_page = {
            let mut space = addrsp.acquire_write();
            let first_page = space.find_free(page_count)?;
            space.borrow(first_page, page_count, &own, src_page, flags)?;
            first_page
        };
        Ok(CaptureGuard {
            base: first_page.start_address().data() + offset,
            len: buf.len(),
            first_page,
            frame: None,
            addrsp,
        })
    }

    /// The scheme asks for requests.
    pub fn read(&self, buf: UserSlice, flags: u32) -> Result<usize> {
        let nonblock = flags & syscall::O_NONBLOCK as u32 != 0;
        self.todo.receive_into_user(buf, !nonblock, "UserInner::read (v2)")
    }

    /// The scheme answers.
    pub fn write(&self, buf: UserSlice) -> Result<usize> {
        let mut bytes_read = 0;
        for chunk in buf.as_bytes()?.chunks_exact(size_of::<Cqe>()) {
            let cqe = unsafe { chunk.as_ptr().cast::<Cqe>().read_unaligned() };
            match ParsedCqe::parse_cqe(&cqe).and_then(|p| self.handle_parsed(&p)) {
                Ok(()) => bytes_read += size_of::<Cqe>(),
                Err(_) if bytes_read > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(bytes_read)
    }

    fn handle_parsed(&self, cqe: &ParsedCqe) -> Result<()> {
        match *cqe {
            ParsedCqe::RegularResponse { tag, res, extra0 } => self.respond(tag, Response::Regular(res, extra0, false)),
            ParsedCqe::RespondAndNotifyOnDetach { tag, res, extra0 } => self.respond(tag, Response::Regular(res, extra0, true)),
        }
    }

    fn respond(&self, tag: u32, response: Response) -> Result<()> {
        let context = {
            let mut states = self.states.lock();
            let o = states.get_mut(tag as usize).ok_or(Error::new(EINVAL))?;
            match mem::replace(o, State::Placeholder) {
                State::Waiting { context, .. } => {
                    *o = State::Responded(response);
                    context
                }
                old_state => {
                    *o = old_state;
                    return Err(Error::new(EBADFD));
                }
            }
        };
        if let Some(context) = context.upgrade() {
            context::unblock_context(&context);
        }
        Ok(())
    }

    pub fn root(&self) -> SchemeId {
        self.root_id
    }
}

#[derive(Clone)]
pub struct UserScheme {
    pub(crate) inner: Arc<UserInner>,
}

impl KernelScheme for UserScheme {
    fn kopen(&self, path: &str, flags: usize, ctx: CallerCtx) -> Result<usize> {
        let address = self.inner.copy_and_capture_tail(path.as_bytes())?;
        let result = self.inner.call(ctx, Opcode::Open, [address.base() as u64, address.len() as u64, flags as u64, 0, 0]);
        address.release();
        result?.into_regular()
    }

    fn kreadoff(&self, file: usize, buf: UserSlice, offset: u64, call_flags: u32, _stored_flags: u32, ctx: CallerCtx) -> Result<usize> {
        let address = self.inner.capture_user(buf, true)?;
        let args = [file as u64, address.base() as u64, address.len() as u64, offset, u64::from(call_flags)];
        let result = self.inner.call(ctx, Opcode::Read, args);
        address.release();
        result?.into_regular()
    }

    fn kwriteoff(&self, file: usize, buf: UserSlice, offset: u64, call_flags: u32, _stored_flags: u32, ctx: CallerCtx) -> Result<usize> {
        let address = self.inner.capture_user(buf, false)?;
        let args = [file as u64, address.base() as u64, address.len() as u64, offset, u64::from(call_flags)];
        let result = self.inner.call(ctx, Opcode::Write, args);
        address.release();
        result?.into_regular()
    }

    fn kfstat(&self, file: usize, buf: UserSlice, ctx: CallerCtx) -> Result<usize> {
        let address = self.inner.capture_user(buf, true)?;
        let result = self.inner.call(ctx, Opcode::Fstat, [file as u64, address.base() as u64, address.len() as u64, 0, 0]);
        address.release();
        result?.into_regular()
    }

    fn close(&self, file: usize, ctx: CallerCtx) -> Result<()> {
        self.inner.call(ctx, Opcode::Close, [file as u64, 0, 0, 0, 0])?.into_regular().map(|_| ())
    }
}
