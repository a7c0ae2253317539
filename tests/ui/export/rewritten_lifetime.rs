// Another attribute below this one stores a reference that is lent for the call.
use std::sync::Mutex;

use ffi_core::ffi_export;
use fixture_rewrite::rewrite;

static KEPT: Mutex<&[u8]> = Mutex::new(&[]);

#[ffi_export]
#[rewrite(&[u8] => &'static [u8])]
fn keep(bytes: &[u8]) {
    *KEPT.lock().unwrap() = bytes;
}

#[ffi_export]
#[rewrite(&str => &'static str)]
fn keep_text(text: Option<&str>) {
    drop(text);
}

fn main() {}
