use ffi_core::ffi_export;

struct Silent;

#[ffi_export]
fn sample() -> Result<u32, Silent> {
    Err(Silent)
}

fn main() {}
