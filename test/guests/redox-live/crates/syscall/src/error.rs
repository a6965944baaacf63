//! Error numbers, and the `-errno` convention of the `rax` register.
use core::fmt;

#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Error {
    pub errno: i32,
}

pub type Result<T, E = Error> = core::result::Result<T, E>;

pub const EPERM: i32 = 1;
pub const ENOENT: i32 = 2;
pub const ESRCH: i32 = 3;
pub const EINTR: i32 = 4;
pub const EIO: i32 = 5;
pub const ENOEXEC: i32 = 8;
pub const EBADF: i32 = 9;
pub const EAGAIN: i32 = 11;
pub const ENOMEM: i32 = 12;
pub const EACCES: i32 = 13;
pub const EFAULT: i32 = 14;
pub const EEXIST: i32 = 17;
pub const ENODEV: i32 = 19;
pub const ENOTDIR: i32 = 20;
pub const EISDIR: i32 = 21;
pub const EINVAL: i32 = 22;
pub const EMFILE: i32 = 24;
pub const ENOSPC: i32 = 28;
pub const EROFS: i32 = 30;
pub const ENOSYS: i32 = 38;
pub const EOVERFLOW: i32 = 75;
pub const ERANGE: i32 = 34;
pub const ENOKEY: i32 = 126;
pub const EBADFD: i32 = 77;
pub const EOPNOTSUPP: i32 = 95;
pub const EWOULDBLOCK: i32 = EAGAIN;

impl Error {
    pub fn new(errno: i32) -> Error {
        Error { errno }
    }

    /// `Result` to the register value: an error is `-errno`.
    pub fn mux(result: Result<usize>) -> usize {
        match result {
            Ok(value) => value,
            Err(error) => -error.errno as usize,
        }
    }

    /// The register value to a `Result`: the last page of values are errors.
    pub fn demux(value: usize) -> Result<usize> {
        let errno = -(value as i32);
        if errno >= 1 && errno < 4096 && value > usize::MAX - 4096 {
            Err(Error::new(errno))
        } else {
            Ok(value)
        }
    }

    pub fn text(&self) -> &'static str {
        match self.errno {
            EPERM => "Operation not permitted",
            ENOENT => "No such file or directory",
            ESRCH => "No such process",
            EINTR => "Interrupted system call",
            EIO => "Input/output error",
            ENOEXEC => "Exec format error",
            EBADF => "Bad file number",
            EAGAIN => "Resource temporarily unavailable",
            ENOMEM => "Not enough space",
            EACCES => "Permission denied",
            EFAULT => "Bad address",
            EEXIST => "File exists",
            ENODEV => "No such device",
            ENOTDIR => "Not a directory",
            EISDIR => "Is a directory",
            EINVAL => "Invalid argument",
            EMFILE => "Too many open files",
            ENOSPC => "No space left on device",
            ERANGE => "Numerical result out of range",
            ENOKEY => "Required key not available",
            EROFS => "Read-only file system",
            ENOSYS => "Function not implemented",
            EOVERFLOW => "Value too large for defined data type",
            EBADFD => "File descriptor in bad state",
            EOPNOTSUPP => "Operation not supported on transport endpoint",
            _ => "Unknown Error",
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}
