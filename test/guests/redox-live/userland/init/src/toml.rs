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

/// As the `toml` crate words it, with the line that is wrong.
fn at_line(number: usize, line: &str, why: &str) -> String {
    let margin = " ".repeat(format!("{number}").len());
    format!("TOML parse error at line {number}, column 1\n{margin} |\n{number} | {line}\n{margin} | {}\n{why}\n", "^".repeat(line.len()))
}

/// `is_known` tells for a table and a key whether the key may be there.
pub fn parse(text: &str, is_known: fn(&str, &str) -> bool) -> Result<BTreeMap<String, Table>, String> {
    let mut tables = BTreeMap::new();
    let mut current = String::new();
    let numbered = text.lines().map(str::trim).enumerate().map(|(index, line)| (index + 1, line));
    let mut lines = numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    while let Some((number, line)) = lines.next() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            current = name.to_string();
            tables.insert(current.clone(), Table::new());
            continue;
        }
        let fault = |why: &str| at_line(number, line, why);
        let (key, rest) = line.split_once('=').ok_or_else(|| fault("expected `=`"))?;
        let key = key.trim();
        if !is_known(&current, key) {
            return Err(fault(&format!("unknown field `{key}`")));
        }
        let mut rest = rest.trim().to_string();
        while rest.starts_with('[') && !rest.ends_with(']') {
            rest.push_str(lines.next().ok_or_else(|| fault("unclosed array"))?.1);
        }
        let table = tables.get_mut(&current).ok_or_else(|| fault("a key outside of a table"))?;
        table.insert(key.to_string(), value(&rest).map_err(|why| fault(&why))?);
    }
    Ok(tables)
}
