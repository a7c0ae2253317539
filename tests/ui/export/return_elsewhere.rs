use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use ffi_core::{FfiObject, ffi_export, ffi_service};

#[ffi_service]
pub trait Shop {
    fn prices(&self) -> HashMap<u32, f64>;
}

#[derive(FfiObject)]
pub struct Counter;

#[ffi_export]
fn open_shop() -> Result<Box<dyn Shop>, String> {
    Err("closed".to_owned())
}

#[ffi_export]
fn counter() -> Arc<Counter> {
    Arc::new(Counter)
}

#[ffi_export]
fn points() -> BTreeMap<u32, u32> {
    BTreeMap::new()
}

fn main() {}
