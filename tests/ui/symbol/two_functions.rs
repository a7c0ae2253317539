mod first {
    #[ffi_core::ffi_export]
    pub fn sample() {}
}

mod second {
    #[ffi_core::ffi_export]
    pub fn sample() {}
}

fn main() {}
