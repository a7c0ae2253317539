mod first {
    #[derive(ffi_core::FfiMessage)]
    #[repr(C)]
    pub struct Sample {
        pub value: u32,
    }
}

mod second {
    #[derive(ffi_core::FfiMessage)]
    #[repr(C)]
    pub struct Sample {
        pub value: u64,
    }
}

fn main() {}
