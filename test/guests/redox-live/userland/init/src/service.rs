//! Starting a service and waiting for what its type says.
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use std::call;
use std::eprintln;
use std::process::Command;

pub struct Service {
    pub cmd: String,
    pub args: Vec<String>,
    pub inherit_envs: Vec<String>,
    pub type_: ServiceType,
}

pub enum ServiceType {
    Notify,
    Oneshot,
    OneshotAsync,
}

/// An argument that starts with `$` is an environment variable of init, as a whole.
fn subst_env(arg: &str) -> String {
    match arg.strip_prefix('$') {
        Some(name) => std::env::var(name).unwrap_or_default(),
        None => String::from(arg),
    }
}

impl Service {
    pub fn spawn(&self, base_envs: &[(String, String)]) {
        let mut command = Command::new(&self.cmd);
        for arg in &self.args {
            command.arg(subst_env(arg));
        }
        for name in &self.inherit_envs {
            if let Some(value) = std::env::var(name) {
                command.env(name, &value);
            }
        }
        for (name, value) in base_envs {
            command.env(name, value);
        }
        let Ok((read_pipe, write_pipe)) = std::io::pipe() else {
            eprintln!("init: pipe failed for {}", self.cmd);
            return;
        };
        command.env("INIT_NOTIFY", &format!("{}", write_pipe.raw()));
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(err) => {
                eprintln!("init: failed to execute {:?}: {}", command, err);
                return;
            }
        };

        drop(write_pipe);

        match &self.type_ {
            ServiceType::Notify => match call::read(read_pipe.raw(), &mut [0]) {
                Ok(1) => {}
                Ok(_) => eprintln!("init: {command:?} exited without notifying readiness"),
                Err(err) => eprintln!("init: failed to wait for {command:?}: {err}"),
            },
            ServiceType::Oneshot => match child.wait() {
                Ok(0) => {}
                Ok(status) => eprintln!("init: {command:?} failed with exit status: {status}"),
                Err(err) => eprintln!("init: failed to wait for {command:?}: {err}"),
            },
            ServiceType::OneshotAsync => {}
        }
    }
}
