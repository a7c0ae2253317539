#![allow(dead_code, unused_variables)]

use ffi_core::{FfiColumns, FfiMessage, FfiQueue, PoolBox, ffi_export};

#[derive(Clone)]
struct Plain {
    first: u32,
}

#[derive(FfiMessage)]
#[repr(C)]
struct Message {
    first: u32,
}

#[ffi_export]
fn by_value(target: &mut [u8], plain: Plain) {}

#[ffi_export]
fn by_reference(target: &mut [u8], plain: &Plain) {}

#[ffi_export]
fn in_slice(target: &mut [u8], plain: Option<&[Plain]>) {}

#[ffi_export]
fn copied(plain: Vec<Plain>) {}

#[ffi_export]
fn uncopied(messages: Vec<Message>) {}

#[ffi_export]
fn boxed(message: PoolBox<Message>) {}

#[ffi_export]
fn columns(columns: &mut FfiColumns<Message>) {}

#[ffi_export]
fn result() -> Plain {
    todo!()
}

#[ffi_export]
fn fallible() -> Result<Option<Plain>, String> {
    todo!()
}

#[ffi_export]
fn silent() -> Result<u32, Plain> {
    todo!()
}

#[ffi_export]
fn boxed_result() -> Result<PoolBox<Message>, String> {
    todo!()
}

#[ffi_export]
static MESSAGES: FfiQueue<Message, 4> = FfiQueue::new();

fn main() {}
