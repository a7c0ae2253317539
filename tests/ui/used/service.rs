use ffi_core::{FfiObject, ffi_export, ffi_service};

ffi_core::library!();

#[ffi_service]
pub trait Shop {
    fn add(&mut self, name: &str) -> Result<u32, String>;
    async fn search(&self, text: String) -> Vec<u32>;
}

struct InMemory;

impl Shop for InMemory {
    fn add(&mut self, name: &str) -> Result<u32, String> {
        Err(name.to_owned())
    }

    async fn search(&self, _text: String) -> Vec<u32> {
        Vec::new()
    }
}

#[ffi_export]
pub fn open_shop() -> FfiObject<dyn Shop> {
    FfiObject::new(InMemory)
}

#[ffi_export]
pub fn again(shop: FfiObject<dyn Shop>) -> Option<FfiObject<dyn Shop>> {
    Some(shop)
}

fn start() -> Result<(), String> {
    ShopServer::install(InMemory).map_err(|error| error.to_string())
}

fn main() {
    start().unwrap();
}
