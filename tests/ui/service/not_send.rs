use std::rc::Rc;

use ffi_core::ffi_service;

#[ffi_service]
trait Sample {
    fn get(&self) -> u32;
}

struct Shared(Rc<u32>);

impl Sample for Shared {
    fn get(&self) -> u32 {
        *self.0
    }
}

fn main() {}
