//! C functions of generated code.
//!
//! Each kind of item that has operations (a pool, a queue, columns) lists them once, beside the
//! functions that they call. A macro there passes the list to one of the two macros below, which
//! writes the C functions or their entries in the schema record. The derive passes the names.
//!
//! ```text
//! __pool_operations!(__functions!, "my_crate_ffi_particle_pool_", Particle);
//! __pool_operations!(__symbols!, "my_crate_ffi_particle_pool_", Particle)
//! ```
//!
//! All of it is written in a block in which `__ffi` is `ffi_core::__private`.

/// Writes a C function for each operation, which passes its arguments on. Its symbol is the prefix
/// and the operation's name.
#[doc(hidden)]
#[macro_export]
macro_rules! __functions {
    // Without bounds, all are written in one block: rustc works through each block of its own.
    ($prefix:literal, where [],
        $($operation:ident: fn($($parameter:ident: $type:ty),*) -> $result:ty = $call:expr;)*) => {
        const _: () = {
            $(
                #[unsafe(export_name = __ffi::core::concat!($prefix, __ffi::core::stringify!($operation)))]
                unsafe extern "C" fn $operation($($parameter: $type),*) -> $result {
                    // SAFETY: the function passes on what it is given, and the contract of the
                    // callee is in the header that callers have: pointers are null or of the type
                    // they say, with as many values behind them, and nobody else uses those.
                    unsafe { $call }
                }
            )*
        };
    };
    ($prefix:literal, where $bounds:tt, $($operation:ident: fn $parameters:tt -> $result:ty = $call:expr;)*) => {
        $($crate::__function! { $prefix, where $bounds, $operation: fn $parameters -> $result = $call })*
    };
}

/// Writes one C function.
#[doc(hidden)]
#[macro_export]
macro_rules! __function {
    ($prefix:literal, where [$($bounds:tt)*],
        $operation:ident: fn($($parameter:ident: $type:ty),*) -> $result:ty = $call:expr) => {
        const _: () = {
            #[unsafe(export_name = __ffi::core::concat!($prefix, __ffi::core::stringify!($operation)))]
            unsafe extern "C" fn __ffi_operation($($parameter: $type),*) -> $result
            where
                $($bounds)*
            {
                // SAFETY: the function passes on what it is given, and the contract of the callee
                // is in the header that callers have: pointers are null or of the type they say,
                // with as many values behind them, and nobody else uses those.
                unsafe { $call }
            }
        };
    };
}

/// Writes the operations and their symbols, as entries of a JSON object:
/// `"alloc":"..","free":".."`.
#[doc(hidden)]
#[macro_export]
macro_rules! __symbols {
    ($prefix:literal, where $bounds:tt, $first:ident: fn $first_parameters:tt -> $first_result:ty = $first_call:expr;
        $($operation:ident: fn $parameters:tt -> $result:ty = $call:expr;)*) => {
        __ffi::core::concat!(
            "\"", __ffi::core::stringify!($first), "\":\"", $prefix, __ffi::core::stringify!($first), "\"",
            $(",\"", __ffi::core::stringify!($operation), "\":\"", $prefix, __ffi::core::stringify!($operation), "\"",)*
        )
    };
}
