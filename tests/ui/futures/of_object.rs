use std::rc::Rc;

use ffi_core::{FfiObject, ffi_export};

#[derive(FfiObject)]
pub struct Sample(u32);

#[ffi_export]
impl Sample {
    pub async fn get(&self) -> u32 {
        let kept = Rc::new(self.0);
        std::future::ready(()).await;
        *kept
    }
}

fn main() {}
