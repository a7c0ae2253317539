use ffi_core::FfiError;

#[derive(FfiError)]
union Failed {
    code: u32,
}

fn main() {}
