//! Serving a scheme: requests, answers, and the trait a scheme implements.
#![no_std]
extern crate alloc;
extern crate std;

use alloc::format;
use core::mem::MaybeUninit;
use std::call::{self, Fd};
use syscall::error::{EOPNOTSUPP, Error, Result};
use syscall::schemev2::{Cqe, CqeOpcode, Opcode, Sqe};

pub mod scheme;

pub struct CallerCtx {
    pub pid: usize,
    pub uid: u32,
    pub gid: u32,
}

pub enum OpenResult {
    ThisScheme { number: usize },
}

#[repr(transparent)]
#[derive(Debug, Default)]
pub struct Request {
    sqe: Sqe,
}

#[repr(transparent)]
#[derive(Debug)]
pub struct CallRequest {
    inner: Request,
}

pub enum RequestKind {
    Call(CallRequest),
    Cancellation,
}

impl Request {
    pub fn context_id(&self) -> usize {
        self.sqe.caller as usize
    }
    pub fn kind(self) -> RequestKind {
        match Opcode::try_from_raw(self.sqe.opcode) {
            Some(Opcode::Cancel) => RequestKind::Cancellation,
            _ => RequestKind::Call(CallRequest { inner: self }),
        }
    }
}

#[repr(transparent)]
#[derive(Clone, Copy, Default)]
pub struct Response(Cqe);

impl Response {
    #[inline]
    pub fn err(errno: i32, tag: u32) -> Self {
        Self::new(Err(Error::new(errno)), tag)
    }

    pub fn new(status: Result<usize>, tag: u32) -> Self {
        Response(Cqe {
            flags: CqeOpcode::RespondRegular as u8,
            extra_raw: [0; 3],
            result: Error::mux(status) as u64,
            tag,
        })
    }

    pub fn unsupported(tag: u32) -> Self {
        Self::err(EOPNOTSUPP, tag)
    }
}

pub enum SignalBehavior {
    Interrupt,
    Restart,
}

/// The process's end of a scheme.
pub struct Socket {
    inner: Fd,
}

impl Socket {
    pub fn create() -> Result<Self> {
        let list = Fd::open("/scheme", syscall::O_CLOEXEC)?;
        Ok(Socket { inner: list.dup(b"create-scheme")? })
    }

    /// Gives the scheme its name.
    pub fn register(&self, name: &str) -> Result<()> {
        self.inner.dup(format!("register {name}").as_bytes()).map(core::mem::forget)
    }

    pub fn next_request(&self, behavior: SignalBehavior) -> Result<Option<Request>> {
        let mut buf = MaybeUninit::uninit();
        Ok(if read_requests(self.inner.raw(), core::slice::from_mut(&mut buf), behavior)? > 0 {
            Some(unsafe { buf.assume_init() })
        } else {
            None
        })
    }

    pub fn write_response(&self, resp: Response, behavior: SignalBehavior) -> Result<bool> {
        Ok(unsafe { write_responses(self.inner.raw(), &[resp], behavior)? } > 0)
    }

    pub fn inner(&self) -> &Fd {
        &self.inner
    }
}

#[inline]
pub fn read_requests(socket: usize, buf: &mut [MaybeUninit<Request>], _behavior: SignalBehavior) -> Result<usize> {
    let len = buf.len() * size_of::<Request>();
    let bytes = unsafe { core::slice::from_raw_parts_mut(buf.as_mut_ptr().cast(), len) };
    Ok(call::read(socket, bytes)? / size_of::<Request>())
}

/// # Safety
/// Each answer is written once.
#[inline]
pub unsafe fn write_responses(socket: usize, buf: &[Response], _behavior: SignalBehavior) -> Result<usize> {
    let bytes = unsafe { core::slice::from_raw_parts(buf.as_ptr().cast(), size_of_val(buf)) };
    Ok(call::write(socket, bytes)? / size_of::<Response>())
}
