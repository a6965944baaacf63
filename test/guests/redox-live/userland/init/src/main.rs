//! The first process: starts the units of the initfs, then those of the root file system.
#![no_std]
#![no_main]
extern crate alloc;
extern crate std;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::{eprintln, fs};

mod scheduler;
mod service;
mod toml;
mod unit;

use scheduler::Scheduler;
use unit::{UnitId, UnitStore};

pub struct InitConfig {
    log_debug: bool,
    skip_cmd: Vec<String>,
    envs: Vec<(String, String)>,
}

impl InitConfig {
    fn new() -> Self {
        let log_level = std::env::var("INIT_LOG_LEVEL").unwrap_or_else(|| "INFO".to_string());
        let skip_cmd = std::env::var("INIT_SKIP").unwrap_or_default();
        InitConfig {
            log_debug: matches!(log_level.as_str(), "DEBUG" | "TRACE"),
            skip_cmd: skip_cmd.split(',').filter(|cmd| !cmd.is_empty()).map(ToString::to_string).collect(),
            envs: Vec::from([("RUST_BACKTRACE".to_string(), "1".to_string())]),
        }
    }

    fn set_env(&mut self, name: &str, value: String) {
        self.envs.retain(|(key, _)| key != name);
        self.envs.push((name.to_string(), value));
    }
}

/// Takes units and programs from other folders.
fn switch_root(unit_store: &mut UnitStore, config: &mut InitConfig, prefix: &str, etcdir: &str) {
    eprintln!("init: switchroot to {} {}", prefix, etcdir);
    config.set_env("PATH", format!("{prefix}/bin"));
    config.set_env("LD_LIBRARY_PATH", format!("{prefix}/lib"));
    unit_store.config_dirs = Vec::from([format!("{prefix}/lib/init.d"), format!("{etcdir}/init.d")]);
}

#[unsafe(no_mangle)]
fn main() {
    let mut init_config = InitConfig::new();
    let mut unit_store = UnitStore::new();
    let mut scheduler = Scheduler::new();

    switch_root(&mut unit_store, &mut init_config, "/scheme/initfs", "/scheme/initfs/etc");

    let runtime_target = UnitId("00_runtime.target".to_string());
    scheduler.schedule_start_and_report_errors(&mut unit_store, runtime_target.clone());
    unit_store.set_runtime_target(runtime_target);

    scheduler.schedule_start_and_report_errors(&mut unit_store, UnitId("90_initfs.target".to_string()));
    scheduler.step(&mut unit_store, &init_config);

    switch_root(&mut unit_store, &mut init_config, "/usr", "/etc");
    let mut entries = Vec::new();
    for dir in &unit_store.config_dirs {
        if let Ok(names) = fs::read_dir(dir) {
            entries.extend(names);
        }
    }
    if entries.is_empty() {
        let dirs = unit_store.config_dirs.join(", ");
        eprintln!("init: failed to read configs from {}: No such file or directory (os error 2)", dirs);
        return;
    }
    entries.sort();
    entries.dedup();
    for entry in entries {
        scheduler.schedule_start_and_report_errors(&mut unit_store, UnitId(entry));
    }
    scheduler.step(&mut unit_store, &init_config);
}
