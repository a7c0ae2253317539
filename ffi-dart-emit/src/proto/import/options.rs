//! Options of files, messages, fields and enums.

use std::collections::HashMap;

use prost_reflect::{DynamicMessage, MessageDescriptor, Value};

/// Options of one item, by their names without package.
pub(in crate::proto) struct Found(pub(super) HashMap<String, Value>);

impl Found {
    pub(in crate::proto) fn new(options: &DynamicMessage) -> Self {
        let mut found = HashMap::new();
        for (extension, value) in options.extensions() {
            let ours = extension.package_name() == "ffi";
            if ours || !found.contains_key(extension.name()) {
                found.insert(extension.name().to_owned(), value.clone());
            }
        }
        Self(found)
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.0.get(name)?.as_str().map(str::to_owned)
    }

    pub(in crate::proto) fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    pub(in crate::proto) fn number(&self, name: &str) -> Option<u64> {
        self.0.get(name).and_then(number)
    }

    pub(super) fn numbers(&self, name: &str) -> Vec<u64> {
        match self.0.get(name) {
            Some(Value::List(values)) => values.iter().filter_map(number).collect(),
            Some(value) => number(value).into_iter().collect(),
            None => Vec::new(),
        }
    }
}

pub(super) fn number(value: &Value) -> Option<u64> {
    match value {
        Value::U32(it) => Some(u64::from(*it)),
        Value::U64(it) => Some(*it),
        Value::I32(it) => u64::try_from(*it).ok(),
        Value::I64(it) => u64::try_from(*it).ok(),
        _ => None,
    }
}

pub(super) fn is_wrapper(it: &MessageDescriptor) -> bool {
    Found::new(&it.options()).flag("is_wrapper")
}

/// Returns true if a message stands for the parameters, the result or the error of a method.
pub(super) fn is_of_method(it: &MessageDescriptor) -> bool {
    let found = Found::new(&it.options());
    ["is_request", "is_response", "is_error"].iter().any(|flag| found.flag(flag))
}

/// Returns true if a message is an error.
pub(super) fn is_error(it: &MessageDescriptor) -> bool {
    Found::new(&it.options()).flag("is_error")
}
