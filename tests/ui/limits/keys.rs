use ffi_core::ffi_export;

#[ffi_export(limit(per_minute = 3))]
fn unknown() {}

#[ffi_export(limit(at_once = 0))]
fn none_at_once() {}

#[ffi_export(limit(at_once = 2, at_once = 3))]
fn twice() {}

#[ffi_export(limit())]
fn none() {}

#[ffi_export(limit = "SHARED")]
fn quoted() {}

#[ffi_export(limit(keys = 3))]
fn keys_without_rate(#[ffi(key)] id: u32) {
    let _ = id;
}

fn main() {}
