//! Tests of pools. `model.rs`: the core under loom. `properties.rs`: the pool against a naive one.
//! `stress.rs`: many threads. `behavior.rs`: results of each function. `layers.rs`: the files that
//! a file may use. Tests about the whole process are in `ffi-core/tests`.

mod behavior;
#[cfg(magazines)]
mod bell;
mod layers;
#[cfg(magazines)]
mod model;
mod properties;
mod queue;
#[cfg(magazines)]
mod ring;
mod stress;

/// Declares a message with a pool of its own, so that tests don't share pools.
macro_rules! pooled {
    ($name:ident { $($field:ident: $type:ty),* }, $capacity:expr, $reset:ident) => {
        #[derive(Debug, crate::FfiMessage)]
        #[repr(C)]
        struct $name {
            $($field: $type),*
        }

        // SAFETY: the pool is a static of the type's own, which is plain data.
        unsafe impl crate::FfiPooled for $name {
            const RESET: crate::Reset = crate::Reset::$reset;

            fn pool() -> &'static crate::Pool<Self> {
                static POOL: crate::Pool<$name> = crate::Pool::new(stringify!($name), $capacity);
                &POOL
            }
        }
    };
}
use pooled;
