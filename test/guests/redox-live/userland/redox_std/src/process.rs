//! Other processes.
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use syscall::NewProcess;

use crate::call::{self, Fd};
use crate::io::Result;

pub use crate::call::exit;

/// What to run.
pub struct Command {
    program: String,
    args: Vec<String>,
    envs: Vec<String>,
}

pub struct Child {
    fd: Fd,
}

impl Command {
    pub fn new(program: &str) -> Command {
        Command { program: program.to_string(), args: Vec::new(), envs: Vec::new() }
    }
    pub fn arg(&mut self, arg: String) -> &mut Command {
        self.args.push(arg);
        self
    }
    pub fn env(&mut self, name: &str, value: &str) -> &mut Command {
        self.envs.push(format!("{name}={value}"));
        self
    }

    /// Starts it with all files of the caller.
    pub fn spawn(&self) -> Result<Child> {
        let path = self.envs.iter().find_map(|line| line.strip_prefix("PATH=")).unwrap_or("/scheme/initfs/bin");
        let name = format!("{path}/{}", self.program);
        let image = crate::fs::read(&name)?;
        let slice = |text: &[u8]| [text.as_ptr() as usize, text.len()];
        let args: Vec<[usize; 2]> = core::iter::once(&self.program).chain(&self.args).map(|arg| slice(arg.as_bytes())).collect();
        let envs: Vec<[usize; 2]> = self.envs.iter().map(|env| slice(env.as_bytes())).collect();
        let fd = Fd::open("/scheme/proc/new-process", syscall::O_CLOEXEC)?;
        let request = NewProcess {
            name: slice(name.as_bytes()),
            image: slice(&image),
            args: [args.as_ptr() as usize, args.len()],
            envs: [envs.as_ptr() as usize, envs.len()],
        };
        call::start_process(&fd, &request)?;
        Ok(Child { fd })
    }
}

impl Child {
    /// Waits for its end; returns the exit status.
    pub fn wait(&mut self) -> Result<i32> {
        let mut status = [0; 8];
        call::read(self.fd.raw(), &mut status)?;
        Ok(i64::from_ne_bytes(status) as i32)
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.program)?;
        self.args.iter().try_for_each(|arg| write!(f, " {arg:?}"))
    }
}
