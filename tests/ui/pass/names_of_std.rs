// A user's type that has the name of one in the standard library.

#![deny(warnings)]
#![allow(dead_code)]

use ffi_core::{FfiEnum, FfiMessage, FfiOption, FfiVec, ffi_export};

#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
struct String {
    tuning: u32,
}

#[derive(FfiEnum, Clone, Copy)]
#[repr(u8)]
enum Option {
    Unset,
    Vanilla,
}

#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
struct Vec {
    x: f32,
}

#[derive(FfiMessage, Clone, Copy)]
#[repr(C, u32)]
enum Box {
    Empty,
    Full(Vec),
}

#[derive(FfiMessage)]
#[repr(C)]
struct Guitar {
    strings: [String; 6],
    spare: FfiOption<String>,
    options: FfiVec<Option, 4>,
    position: Vec,
    case: Box,
}

#[ffi_export]
fn moved(guitar: &mut Guitar, by: Vec, in_case: Box, option: Option, boxes: &[Box], from: &Vec) -> Vec {
    let _ = (guitar, in_case, option, boxes);
    Vec { x: by.x + from.x }
}

#[ffi_export]
fn all_boxes() -> std::vec::Vec<Box> {
    [Box::Empty].into()
}

#[ffi_export]
fn any_option(name: std::string::String) -> std::option::Option<Option> {
    (name == "vanilla").then_some(Option::Vanilla)
}

// A `String` without a path may be the user's only in positions that Dart and Rust share.
#[ffi_export]
fn tuned(string: self::String, others: &[self::String]) -> std::vec::Vec<self::String> {
    [others, &[string]].concat()
}

fn main() {}
