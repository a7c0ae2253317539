use ffi_core::{ffi_export, ffi_service};

#[ffi_export]
fn nobody_asks(#[ffi(key)] id: u32) {
    let _ = id;
}

#[ffi_export(limit(per_second = 3, keys = 10))]
fn no_key(id: u32) {
    let _ = id;
}

#[ffi_export(limit(per_second = 3))]
fn two_keys(#[ffi(key)] id: u32, #[ffi(key)] name: &str) {
    let _ = (id, name);
}

#[ffi_service]
trait Db {
    fn get(&self, #[ffi(key)] id: u64) -> u64;
}

fn main() {}
