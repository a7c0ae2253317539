//! Functions of every mode whose names come from a macro's call, and whose attributes from the
//! macro.
#![allow(dead_code)]

use std::future::ready;
use std::pin::Pin;
use std::task::{Context, Poll};

use ffi_core::{FfiContext, Stream, ffi_export};

struct Once(Option<u32>);

impl Stream for Once {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u32>> {
        Poll::Ready(self.0.take())
    }
}

macro_rules! functions {
    ($sync:ident $future:ident $inline:ident $blocking:ident $informed:ident $stream:ident $value:ident) => {
        #[ffi_export]
        fn $sync($value: u32) -> u32 {
            $value
        }

        #[ffi_export]
        async fn $future($value: u32) -> u32 {
            ready($value).await
        }

        #[ffi_export(inline)]
        async fn $inline($value: u32) -> u32 {
            ready($value).await
        }

        #[ffi_export(blocking)]
        fn $blocking($value: u32) -> u32 {
            $value
        }

        #[ffi_export(blocking)]
        fn $informed($value: u32, context: &FfiContext) -> bool {
            context.is_cancelled() && $value > 0
        }

        #[ffi_export]
        fn $stream($value: u32) -> impl Stream<Item = u32> {
            Once(Some($value))
        }
    };
}

functions! { sync future inline blocking informed stream value }

fn main() {
    assert_eq!((sync(7), blocking(8)), (7, 8));
}
