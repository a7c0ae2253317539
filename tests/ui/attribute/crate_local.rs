//! A module in place of `ffi_core`, whose assertion has no effect: padding would go unnoticed.

use ffi_core::{FfiEnum, FfiMessage, ffi_export};

#[allow(unused_imports)]
mod fake {
    pub use ffi_core::*;

    pub mod __private {
        pub use ffi_core::__private::*;

        pub const fn assert_padding_free<T: ?Sized, const BYTES: usize>() {}
    }
}

#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
#[ffi(crate = "crate::fake", pod)]
struct Padded {
    byte: u8,
    word: u32,
}

#[derive(FfiEnum, Clone, Copy)]
#[repr(u8)]
#[ffi(crate = "self::fake")]
enum Mode {
    Off,
}

mod inside {
    #[derive(ffi_core::FfiMessage)]
    #[repr(C, u32)]
    #[ffi(crate = "super::fake")]
    enum Either {
        Unset,
        Number(u32),
    }
}

#[ffi_export(crate = "fake")]
fn relative() {}

fn main() {}
