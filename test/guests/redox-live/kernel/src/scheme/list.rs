//! `/scheme`: the names, and the sockets by which a process serves a scheme.
use alloc::sync::Arc;

use super::{CallerCtx, KernelScheme, KernelSchemes, SchemeId, user::{UserInner, UserScheme}};
use crate::context;
use crate::syscall::error::{EBADF, EINVAL, Error, Result};
use crate::syscall::usercopy::UserSlice;

pub struct SchemeList;

impl SchemeList {
    fn get_user_inner(&self, id: usize) -> Option<Arc<UserInner>> {
        match super::get_scheme(SchemeId(id)) {
            Ok(KernelSchemes::User(UserScheme { inner })) => Some(inner),
            _ => None,
        }
    }
}

impl KernelScheme for SchemeList {
    fn kopen(&self, _path: &str, _flags: usize, _ctx: CallerCtx) -> Result<usize> {
        Ok(SchemeId::LIST.get())
    }

    /// `create-scheme` makes a new socket; `register NAME` on a socket gives it its name.
    fn kdup(&self, id: usize, buf: UserSlice, _caller: CallerCtx) -> Result<usize> {
        let text = buf.as_bytes()?;
        if text == b"create-scheme" {
            let context = Arc::downgrade(&context::current());
            let make = |id| KernelSchemes::User(UserScheme { inner: Arc::new(UserInner::new(SchemeId::LIST, id, context)) });
            return Ok(super::insert(make).get());
        }
        let name = text.strip_prefix(b"register ").and_then(|name| core::str::from_utf8(name).ok()).ok_or(Error::new(EINVAL))?;
        super::register(name, SchemeId(id))?;
        Ok(id)
    }

    fn kreadoff(&self, id: usize, buf: UserSlice, offset: u64, flags: u32, _stored_flags: u32, _ctx: CallerCtx) -> Result<usize> {
        if id == SchemeId::LIST.get() {
            let names = super::list_names().join("\n");
            return buf.copy_from_slice(names.as_bytes().get(offset as usize..).unwrap_or(&[]));
        }
        match self.get_user_inner(id) {
            Some(inner) => inner.read(buf, flags),
            None => Err(Error::new(EBADF)),
        }
    }

    fn kwriteoff(&self, id: usize, buf: UserSlice, _offset: u64, _flags: u32, _stored_flags: u32, _ctx: CallerCtx) -> Result<usize> {
        match self.get_user_inner(id) {
            Some(inner) => inner.write(buf),
            None => Err(Error::new(EBADF)),
        }
    }
}
