use std::rc::Rc;

use ffi_core::{Stream, ffi_service};

#[ffi_service]
trait Sample {
    fn watch(&self) -> impl Stream<Item = u32>;
}

struct Shared(u32);

struct Local(Rc<u32>);

impl Stream for Local {
    type Item = u32;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<u32>> {
        std::task::Poll::Ready(Some(*self.0))
    }
}

impl Sample for Shared {
    fn watch(&self) -> impl Stream<Item = u32> {
        Local(Rc::new(self.0))
    }
}

fn main() {}
