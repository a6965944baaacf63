//! From a request to the method that answers it.
use crate::{CallRequest, CallerCtx, OpenResult, Response};
use syscall::data::Stat;
use syscall::error::{EINVAL, Error, Result};
use syscall::schemev2::Opcode;

/// What survives from one request to the next.
#[derive(Default)]
pub struct SchemeState {
    _reserved: (),
}

impl SchemeState {
    pub fn new() -> Self {
        SchemeState::default()
    }
}

#[allow(async_fn_in_trait)]
pub trait SchemeAsync {
    async fn openat(&mut self, path: &str, flags: usize, ctx: &CallerCtx) -> Result<OpenResult>;
    async fn read(&mut self, id: usize, buf: &mut [u8], offset: u64, flags: u32, ctx: &CallerCtx) -> Result<usize>;
    async fn write(&mut self, id: usize, buf: &[u8], offset: u64, flags: u32, ctx: &CallerCtx) -> Result<usize>;
    async fn fstat(&mut self, id: usize, stat: &mut Stat, ctx: &CallerCtx) -> Result<()>;
    fn on_close(&mut self, id: usize);
}

impl CallRequest {
    pub async fn handle_async<S: SchemeAsync>(self, scheme: &mut S, _state: &mut SchemeState) -> Response {
        let sqe = self.inner.sqe;
        let [a, b, c, d, e, ids] = sqe.args;
        let ctx = CallerCtx { pid: sqe.caller as usize, uid: ids as u32, gid: (ids >> 32) as u32 };
        let id = a as usize;
        let status = match Opcode::try_from_raw(sqe.opcode) {
            Some(Opcode::Open) => {
                let path = unsafe { core::slice::from_raw_parts(a as *const u8, b as usize) };
                match core::str::from_utf8(path) {
                    Ok(path) => scheme.openat(path, c as usize, &ctx).await.map(|OpenResult::ThisScheme { number }| number),
                    Err(_) => Err(Error::new(EINVAL)),
                }
            }
            Some(Opcode::Read) => {
                let buf = unsafe { core::slice::from_raw_parts_mut(b as *mut u8, c as usize) };
                scheme.read(id, buf, d, e as u32, &ctx).await
            }
            Some(Opcode::Write) => {
                let buf = unsafe { core::slice::from_raw_parts(b as *const u8, c as usize) };
                scheme.write(id, buf, d, e as u32, &ctx).await
            }
            Some(Opcode::Fstat) if c as usize >= size_of::<Stat>() => {
                scheme.fstat(id, unsafe { &mut *(b as *mut Stat) }, &ctx).await.map(|()| 0)
            }
            Some(Opcode::Close) => {
                scheme.on_close(id);
                Ok(0)
            }
            _ => return Response::unsupported(sqe.tag),
        };
        Response::new(status, sqe.tag)
    }
}
