use std::rc::Rc;

use ffi_core::ffi_service;

#[ffi_service]
trait Sample {
    async fn get(&self) -> u32;
}

struct Shared(u32);

impl Sample for Shared {
    async fn get(&self) -> u32 {
        let kept = Rc::new(self.0);
        std::future::ready(()).await;
        *kept
    }
}

fn main() {}
