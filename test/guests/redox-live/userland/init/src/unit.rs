//! Unit files.
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::service::{Service, ServiceType};
use crate::toml::{self, Value};
use std::eprintln;

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct UnitId(pub String);

pub struct UnitInfo {
    pub description: Option<String>,
    pub default_dependencies: bool,
    pub requires_weak: Vec<UnitId>,
    pub condition_architecture: Option<Vec<String>>,
}

pub enum UnitKind {
    Service { service: Service },
    Target {},
}

pub struct Unit {
    pub id: UnitId,
    pub info: UnitInfo,
    pub kind: UnitKind,
}

pub struct UnitStore {
    pub config_dirs: Vec<String>,
    units: BTreeMap<UnitId, Unit>,
    runtime_target: Option<UnitId>,
}

impl UnitStore {
    pub fn new() -> Self {
        UnitStore { config_dirs: Vec::new(), units: BTreeMap::new(), runtime_target: None }
    }

    pub fn set_runtime_target(&mut self, unit_id: UnitId) {
        assert!(self.units.contains_key(&unit_id));
        self.runtime_target = Some(unit_id);
    }

    fn load_single_unit(&mut self, unit_id: UnitId, errors: &mut Vec<String>) -> Option<UnitId> {
        let found = self.config_dirs.iter().rev().find_map(|dir| {
            let path = format!("{dir}/{}", unit_id.0);
            std::fs::read_to_string(&path).ok().map(|text| (path, text))
        });
        let Some((path, text)) = found else {
            errors.push(format!("unit {} not found", unit_id.0));
            return None;
        };
        let mut unit = match Unit::from_text(unit_id.clone(), &text) {
            Ok(unit) => unit,
            Err(err) => {
                errors.push(format!("{path}: {err}"));
                return None;
            }
        };
        if unit.info.default_dependencies {
            match &self.runtime_target {
                Some(runtime_target) => unit.info.requires_weak.push(runtime_target.clone()),
                None => errors.push(format!("{path}: dependency of the runtime target must have default dependencies disabled")),
            }
        }
        self.units.insert(unit_id.clone(), unit);
        Some(unit_id)
    }

    /// The unit and all that it wants, last found first.
    pub fn load_units(&mut self, root_unit: UnitId, errors: &mut Vec<String>) -> Vec<UnitId> {
        let mut loaded_units = Vec::new();
        let mut pending_units = Vec::from([root_unit]);
        while let Some(unit_id) = pending_units.pop() {
            if self.units.contains_key(&unit_id) {
                continue;
            }
            if let Some(unit) = self.load_single_unit(unit_id, errors) {
                pending_units.extend(self.unit(&unit).info.requires_weak.iter().cloned());
                loaded_units.push(unit);
            }
        }
        loaded_units
    }

    pub fn unit(&self, unit: &UnitId) -> &Unit {
        &self.units[unit]
    }
}

/// The keys a unit file may have; tables know no others.
fn is_known(table: &str, key: &str) -> bool {
    match table {
        "unit" => matches!(key, "description" | "default_dependencies" | "requires_weak" | "condition_architecture" | "condition_board" | "restart" | "dependency_timeout_secs"),
        "service" => matches!(key, "cmd" | "args" | "envs" | "inherit_envs" | "type"),
        _ => false,
    }
}

fn strings(value: Option<&Value>) -> Result<Vec<String>, String> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::Array(values)) => Ok(values.clone()),
        Some(_) => Err("invalid type: expected a sequence".to_string()),
    }
}

fn string(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        _ => Err("invalid type: expected a string".to_string()),
    }
}

impl Unit {
    fn from_text(id: UnitId, text: &str) -> Result<Self, String> {
        let tables = toml::parse(text, is_known)?;
        let table = tables.get("unit").ok_or("missing field `unit`")?;
        let info = UnitInfo {
            description: table.get("description").map(string).transpose()?,
            default_dependencies: !matches!(table.get("default_dependencies"), Some(Value::Boolean(false))),
            requires_weak: strings(table.get("requires_weak"))?.into_iter().map(UnitId).collect(),
            condition_architecture: match table.get("condition_architecture") {
                None => None,
                some => Some(strings(some)?),
            },
        };
        let kind = match id.0.rsplit_once('.').map(|(_, ext)| ext) {
            Some("service") => {
                let table = tables.get("service").ok_or("missing field `service`")?;
                let type_ = match table.get("type").ok_or("missing field `type`")? {
                    Value::String(name) if name == "notify" => ServiceType::Notify,
                    Value::String(name) if name == "oneshot" => ServiceType::Oneshot,
                    Value::String(name) if name == "oneshot_async" => ServiceType::OneshotAsync,
                    _ => return Err("unknown variant of `type`".to_string()),
                };
                UnitKind::Service {
                    service: Service {
                        cmd: string(table.get("cmd").ok_or("missing field `cmd`")?)?,
                        args: strings(table.get("args"))?,
                        inherit_envs: strings(table.get("inherit_envs"))?,
                        type_,
                    },
                }
            }
            Some("target") => UnitKind::Target {},
            _ => return Err("invalid file extension".to_string()),
        };
        Ok(Unit { id, info, kind })
    }

    pub fn conditions_met(&self) -> bool {
        self.info.condition_architecture.as_ref().is_none_or(|list| list.iter().any(|arch| arch == "x86_64"))
    }

    pub fn report(errors: &[String]) {
        for error in errors {
            eprintln!("init: {error}");
        }
    }
}
