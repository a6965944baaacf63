//! The part of TOML that unit files use: tables of strings, booleans and lists of strings.
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

pub enum Value {
    String(String),
    Boolean(bool),
    Array(Vec<String>),
}

pub type Table = BTreeMap<String, Value>;

fn quoted(text: &str) -> Result<String, String> {
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.map(ToString::to_string).ok_or_else(|| format!("invalid string {text}"))
}

fn value(text: &str) -> Result<Value, String> {
    match text {
        "true" => Ok(Value::Boolean(true)),
        "false" => Ok(Value::Boolean(false)),
        _ => match text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(list) => {
                let items = list.split(',').map(str::trim).filter(|item| !item.is_empty());
                Ok(Value::Array(items.map(quoted).collect::<Result<_, _>>()?))
            }
            None => Ok(Value::String(quoted(text)?)),
        },
    }
}

pub fn parse(text: &str) -> Result<BTreeMap<String, Table>, String> {
    let mut tables = BTreeMap::new();
    let mut current = String::new();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            current = name.to_string();
            tables.insert(current.clone(), Table::new());
            continue;
        }
        let (key, rest) = line.split_once('=').ok_or_else(|| format!("expected `=` in {line}"))?;
        let mut rest = rest.trim().to_string();
        while rest.starts_with('[') && !rest.ends_with(']') {
            rest.push_str(lines.next().ok_or("unclosed array")?);
        }
        let table = tables.get_mut(&current).ok_or("a key outside of a table")?;
        table.insert(key.trim().to_string(), value(&rest)?);
    }
    Ok(tables)
}
