use ffi_core::arena::{ArenaStr, FfiArena};
use ffi_core::{DartError, FfiMessage, ffi_export};

#[derive(FfiMessage)]
#[repr(C)]
struct Note {
    body: ArenaStr,
}

/// That of `ffi_core` needs an executor.
struct DartFn<F>(F);

#[ffi_export]
fn lent(
    given: &dyn Fn(FfiArena<Note>) -> Result<(), DartError>,
    borrowed: &dyn Fn(&FfiArena<Note>) -> Result<(), DartError>,
    answer: &dyn Fn(u32) -> Result<FfiArena<Note>, DartError>,
) {
    let _ = (given, borrowed, answer);
}

#[ffi_export]
fn kept(answer: DartFn<fn() -> Option<FfiArena<Note>>>) {
    let _ = answer.0;
}

fn main() {}
