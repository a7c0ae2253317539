use ffi_core::ffi_export;

#[ffi_export]
fn sample() -> Result<String, String> {
    Ok(String::new())
}

fn main() {}
