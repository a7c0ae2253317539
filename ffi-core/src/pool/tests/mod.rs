//! `model.rs`: the core under loom. `properties.rs`: the pool against a naive one. `stress.rs`:
//! many threads. `behavior.rs`: what each function answers. `storeys.rs`: which file may use which.
//! What is about the whole process is in `ffi-core/tests`.

mod behavior;
#[cfg(magazines)]
mod model;
mod properties;
mod queue;
#[cfg(magazines)]
mod ring;
mod storeys;
mod stress;

/// A message with a pool of its own, so that tests don't meet.
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
