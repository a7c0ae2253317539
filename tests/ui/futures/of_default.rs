use std::rc::Rc;

use ffi_core::ffi_service;

#[ffi_service]
trait Sample {
    async fn get(&self) -> u32 {
        let kept = Rc::new(7);
        std::future::ready(()).await;
        *kept
    }
}

fn main() {}
