// Attributes that don't change the item's types may follow the derive, and any may precede it.

#![deny(warnings)]
#![allow(dead_code)]

use ffi_core::{FfiBytes, FfiEnum, FfiMessage, FfiVec};
use fixture_rewrite::rewrite;

type Number = u64;

#[derive(FfiMessage)]
#[rewrite(repr(C) => repr(C))]
#[repr(C)]
#[ffi(columns)]
struct Below {
    // Another name of one type.
    number: Number,
    list: [FfiVec<Number, { 2 + 2 }>; 2],
}

#[rewrite(u32 => u64)]
#[derive(FfiMessage)]
#[repr(C)]
struct Above {
    number: u32,
}

#[rewrite(Number(u32) => Number(u64), Bytes(FfiBytes<100_000_000>))]
#[derive(FfiMessage)]
#[rewrite(Number => Number)]
#[repr(C, u32)]
enum Choice {
    Unset,
    Number(u32),
}

#[derive(FfiEnum, Clone, Copy)]
#[rewrite(u8 => r#u8)]
#[repr(u8)]
enum Mode {
    First = 255,
    Second = 0,
}

fn main() {
    assert_eq!(Above::new_zeroed_box().number, 0_u64);
    assert_eq!(<Choice as ffi_core::FfiOneof>::PAYLOAD, 8);
    assert_eq!(Mode::from_repr(255).map(Mode::to_repr), Some(255));
    assert_eq!(Below::new_zeroed_box().number, 0);
}
