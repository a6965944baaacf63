//! The queue of units to start: one runs at a time, one whose wishes are still queued goes to the back.
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::InitConfig;
use crate::unit::{Unit, UnitId, UnitKind, UnitStore};
use std::eprintln;

const MAX_DEPENDENCY_WAIT_RETRIES: u32 = 1000;

struct Job {
    unit: UnitId,
    dep_retries: u32,
}

pub struct Scheduler {
    pending: VecDeque<Job>,
}

impl Scheduler {
    pub fn new() -> Scheduler {
        Scheduler { pending: VecDeque::new() }
    }

    pub fn schedule_start_and_report_errors(&mut self, unit_store: &mut UnitStore, unit_id: UnitId) {
        let mut errors = Vec::new();
        for unit_id in unit_store.load_units(unit_id, &mut errors) {
            if unit_store.unit(&unit_id).conditions_met() {
                self.pending.push_back(Job { unit: unit_id, dep_retries: 0 });
            }
        }
        Unit::report(&errors);
    }

    pub fn step(&mut self, unit_store: &mut UnitStore, init_config: &InitConfig) {
        while let Some(mut job) = self.pending.pop_front() {
            let unit = unit_store.unit(&job.unit);
            let deps_pending = unit.info.requires_weak.iter().any(|dep| self.pending.iter().any(|job| &job.unit == dep));
            if deps_pending {
                if job.dep_retries >= MAX_DEPENDENCY_WAIT_RETRIES {
                    eprintln!("init: {}: dependency wait exceeded {} retries, failing", job.unit.0, MAX_DEPENDENCY_WAIT_RETRIES);
                    continue;
                }
                job.dep_retries += 1;
                self.pending.push_back(job);
                continue;
            }
            run(unit, init_config);
        }
    }
}

fn run(unit: &Unit, config: &InitConfig) {
    let description = unit.info.description.as_ref().unwrap_or(&unit.id.0);
    match &unit.kind {
        UnitKind::Service { service } => {
            if config.skip_cmd.contains(&service.cmd) {
                eprintln!("Skipping '{} {}'", service.cmd, service.args.join(" "));
                return;
            }
            if config.log_debug {
                eprintln!("Starting {} ({})", description, service.cmd);
            }
            service.spawn(&config.envs);
        }
        UnitKind::Target {} => {
            if config.log_debug {
                eprintln!("Reached target {}", description);
            }
        }
    }
}
