use ffi_core::ffi_service;

#[ffi_service]
trait Sample {
    async fn find(&self, name: &str) -> u32;
}

fn main() {}
