#[ffi_core::ffi_export(window = 8)]
fn answer() -> u64 {
    42
}

fn main() {}
