use ffi_core::FfiMessage;

mod __ffi {
    pub mod core {
        pub mod primitive {
            pub type u64 = &'static ::core::primitive::u64;
        }
    }
}

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: __ffi::core::primitive::u64,
}

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Choice {
    Unset,
    Number(__ffi::core::primitive::u64),
}

fn main() {}
