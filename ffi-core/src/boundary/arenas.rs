//! Arenas that are lent to an exported function, given to it, and returned.

use std::ffi::c_void;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::args::{check_pointer, reference, reference_mut, slice, text};
use super::call::{call, call_output};
use super::lent::FfiLent;
use super::output::{FfiOutput, FfiSome};
use super::owned::FfiOwned;
use super::pending::FfiPending;
use super::status::{Failure, FfiStatus, StatusCode};
use crate::arena::{ArenaMessage, FfiArena, FrozenArena, abi};
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;
use crate::types::{FfiType, InvalidValue};

// SAFETY: the checks cover all that the root reaches, and `memory` returns both chunks.
unsafe impl<T: ArenaMessage> FfiLent for FfiArena<T> {
    const TYPE: Fragment = &[Piece::Text("{\"arena\":\""), Piece::Text(T::ID), Piece::Text("\"}")];
    const FINGERPRINT: u64 = fingerprint::arena(<T as FfiType>::FINGERPRINT);
    const OWNS_MEMORY: bool = true;

    unsafe fn check_lent(value: *const Self) -> Result<(), InvalidValue> {
        // SAFETY: the value is aligned and came from this library, and no thread writes to it or to
        // its chunks.
        unsafe { Self::check_lent(value) }
    }

    unsafe fn check_lent_mut(value: *mut Self) -> Result<(), InvalidValue> {
        // SAFETY: the value is aligned and came from this library, and no other code uses it or its
        // chunks.
        unsafe { Self::check_lent_mut(value) }
    }

    unsafe fn memory(value: *const Self) -> [(usize, usize); 2] {
        // SAFETY: the value is aligned and came from this library, and no thread writes to it.
        unsafe { Self::regions(value) }
    }

    fn bytes(&self) -> usize {
        self.len()
    }
}

/// Frees an arena that no caller took.
///
/// # Safety
///
/// `arena` came from `give`, and no code uses it.
unsafe extern "C" fn release<T: ArenaMessage>(arena: *mut c_void) {
    // SAFETY: by this function's contract the arena came from `give`, as every result does, and no
    // code uses it any more.
    let _ = unsafe { abi::arena_free::<T>(arena.cast()) };
}

/// An arena, which the caller then owns, and frees with `.._arena_free`.
impl<T: ArenaMessage> FfiOutput for FfiArena<T> {
    type Abi = *mut Self;
    const RETURNS: Fragment = <Self as FfiLent>::TYPE;
    const FINGERPRINT: u64 = <Self as FfiLent>::FINGERPRINT;
    const PENDING: Option<fn(&Self::Abi) -> FfiPending> = Some(|arena| FfiPending::new(*arena, release::<T>));

    fn bytes(&self) -> usize {
        self.len()
    }

    fn into_abi(self) -> Result<*mut Self, Failure> {
        Ok(self.give())
    }
}

impl<T: ArenaMessage> FfiSome for FfiArena<T> {}

/// An arena that is only read, which the caller then owns, and frees with `.._arena_free`.
impl<T: ArenaMessage> FfiOutput for FrozenArena<T> {
    type Abi = *mut FfiArena<T>;
    const RETURNS: Fragment = <FfiArena<T> as FfiLent>::TYPE;
    const FINGERPRINT: u64 = <FfiArena<T> as FfiLent>::FINGERPRINT;
    const PENDING: Option<fn(&Self::Abi) -> FfiPending> = <FfiArena<T> as FfiOutput>::PENDING;

    fn bytes(&self) -> usize {
        self.len()
    }

    fn into_abi(self) -> Result<*mut FfiArena<T>, Failure> {
        Ok(self.give())
    }
}

impl<T: ArenaMessage> FfiSome for FrozenArena<T> {}

/// An arena that was found valid, and that the function gets if it is called.
#[derive(Debug)]
pub struct GivenArena<T: ArenaMessage>(*mut FfiArena<T>);

impl<T: ArenaMessage> GivenArena<T> {
    /// Returns the number of bytes of the arena.
    #[must_use]
    pub fn bytes(&self) -> usize {
        // SAFETY: `given` found the pointer aligned and the arena valid; its caller promised that
        // no other code uses it until the function has returned.
        unsafe { &*self.0 }.len()
    }

    /// Takes what is in the caller's object, which is empty then.
    #[must_use]
    pub fn take(self) -> FfiArena<T> {
        // SAFETY: `given` found the pointer aligned and the arena valid; its caller promised that
        // no other code uses it until the function has returned.
        let arena = unsafe { &mut *self.0 };
        // SAFETY: `given` found it valid for edits; its caller doesn't use the chunks any more.
        unsafe { arena.taken() }
    }
}

/// Checks an arena that is passed by value.
///
/// # Errors
///
/// Returns invalid argument if `arena` is null or misaligned, invalid value if it is no arena or
/// was given away before. Then the caller still owns it.
///
/// # Safety
///
/// A pointer that is neither null nor misaligned is that of an arena of this library that was not
/// freed. No other code uses it until the function that it is passed to is called, and none its
/// chunks from then on.
pub unsafe fn given<T: ArenaMessage>(
    arena: *mut FfiArena<T>,
    name: &'static str,
) -> Result<GivenArena<T>, Failure> {
    check_pointer(arena, name)?;
    // SAFETY: it is neither null nor misaligned, so by this function's contract it is an arena that
    // no other code uses.
    unsafe { FfiArena::check_lent_mut(arena) }.map_err(|invalid| invalid.in_field(name))?;
    Ok(GivenArena(arena))
}

/// Returns an arena that is only read, in the pages of one that is passed by value.
///
/// # Errors
///
/// Returns invalid argument if `arena` is null, misaligned or not frozen, invalid value if it is no
/// arena or was given away before.
///
/// # Safety
///
/// A pointer that is neither null nor misaligned is that of an arena of this library that was not
/// freed, to which nobody writes until this function has returned.
pub unsafe fn frozen<T: ArenaMessage>(
    arena: *const FfiArena<T>,
    name: &'static str,
) -> Result<FrozenArena<T>, Failure> {
    // SAFETY: a pointer that isn't refused is that of an arena of this library's, to which nobody
    // writes, by this function's contract.
    let same = unsafe { reference(arena, name) }?.same();
    let hint = "is not frozen; hint: `freeze()` it before, or pass a mapped file";
    same.ok_or_else(|| Failure::invalid_argument(name, hint))
}

/// Returns the arena of an optional argument, as [`GivenArena::take`] does.
#[must_use]
pub fn take_some_arena<T: ArenaMessage>(given: Option<GivenArena<T>>) -> Option<FfiArena<T>> {
    given.map(GivenArena::take)
}

/// Returns the arena of an argument, as [`GivenArena::take`] does.
#[must_use]
pub fn take_arena<T: ArenaMessage>(given: GivenArena<T>) -> FfiArena<T> {
    given.take()
}

/// Implements `.._arena_renew`: moves an arena, which need not be valid, to another object, and
/// returns that. The first one keeps chunks that were used before: free it when they are not read
/// any more. Returns null and a status for a null pointer.
///
/// # Safety
///
/// `arena` is null or misaligned, or came from this library and was not freed; no other code uses
/// it. Views of the chunks that are in use now keep the result alive, and not `arena`. `status` is
/// null, or a status that is zeroed or was written by this library.
pub unsafe fn arena_renew<T: ArenaMessage>(
    arena: *mut FfiArena<T>,
    status: *mut FfiStatus,
) -> *mut FfiArena<T> {
    let renew = || {
        check_pointer(arena, "arena")?;
        // SAFETY: it is neither null nor misaligned, so by this function's contract it is an arena
        // that no other code uses.
        Ok(unsafe { &mut *arena }.renewed())
    };
    // SAFETY: the caller vouches for the status, as the callee asks for.
    unsafe { call_output::<FfiArena<T>>(status, renew) }
}

/// Implements `.._arena_compact`: returns a copy of all that the root reaches, in the order of
/// fields, which the caller owns; null and a status for an invalid arena.
///
/// # Safety
///
/// `arena` is null or misaligned, or came from this library and was not freed; nobody writes to it.
/// `status` is null, or a status that is zeroed or was written by this library.
pub unsafe fn arena_compact<T: ArenaMessage>(
    arena: *const FfiArena<T>,
    status: *mut FfiStatus,
) -> *mut FfiArena<T> {
    let compact = || {
        // SAFETY: a pointer that isn't refused is that of an arena of this library's, to which
        // nobody writes, by this function's contract.
        let copy = unsafe { reference(arena, "arena") }?.compacted();
        let copy = copy.map_err(|full| Failure::new(StatusCode::Error, full.to_string()))?;
        copy.into_abi()
    };
    // SAFETY: the caller vouches for the status, as the callee asks for.
    unsafe { call_output::<FfiArena<T>>(status, compact) }
}

/// Implements `.._arena_wasted`: the number of bytes that nothing refers to; 0 and a status for an
/// invalid arena.
///
/// # Safety
///
/// The conditions of [`arena_compact`].
pub unsafe fn arena_wasted<T: ArenaMessage>(arena: *const FfiArena<T>, status: *mut FfiStatus) -> usize {
    // SAFETY: a pointer that isn't refused is that of an arena of this library's, to which nobody
    // writes, by this function's contract.
    let wasted = || unsafe { reference(arena, "arena") }.map(FfiArena::wasted);
    // SAFETY: the caller vouches for the status, as the callee asks for.
    unsafe { call(status, wasted) }
}

/// Implements `.._arena_map`: maps the arena in the file whose path is `len` bytes of UTF-8, which
/// the caller then owns, and which is only read; null and a status if there is none. Only its
/// header is checked.
///
/// # Safety
///
/// `path` points to `len` initialised bytes that no thread writes to. `status` is null, or a status
/// that is zeroed or was written by this library. A function that gets the arena, and C that reads
/// it, rely on a file that nobody changes or shortens meanwhile.
pub unsafe fn arena_map<T: ArenaMessage>(
    path: *const u8,
    len: usize,
    status: *mut FfiStatus,
) -> *mut FfiArena<T> {
    let map = || {
        // SAFETY: a pointer that isn't refused is to `len` initialised bytes that no thread writes
        // to, by this function's contract.
        let path = unsafe { text(path, len, "path") }?;
        let arena = FfiArena::map_unchecked(Path::new(path));
        arena.map_err(|error| failure(&error, format!("{path}: {error}")))?.into_abi()
    };
    // SAFETY: the caller vouches for the status, as the callee asks for.
    unsafe { call_output::<FrozenArena<T>>(status, map) }
}

/// Returns the failure for an error about a file or about memory.
fn failure(error: &io::Error, text: String) -> Failure {
    let code = match error.kind() {
        ErrorKind::InvalidData => StatusCode::InvalidValue,
        _ => StatusCode::Error,
    };
    Failure::new(code, text)
}

/// Implements `.._arena_freeze`: returns an arena whose pages nobody can write to, which the caller
/// owns. It is a copy, or, of one that is frozen already, another object with the same pages, for
/// another thread. Null and a status for an invalid arena.
///
/// # Safety
///
/// The conditions of [`arena_compact`].
pub unsafe fn arena_freeze<T: ArenaMessage>(
    arena: *const FfiArena<T>,
    status: *mut FfiStatus,
) -> *mut FfiArena<T> {
    let freeze = || {
        check_pointer(arena, "arena")?;
        // SAFETY: it is neither null nor misaligned, so by this function's contract it is an arena
        // to which nobody writes.
        let frozen = unsafe { &*arena }.frozen();
        frozen.map_err(|error| failure(&error, format!("arena: {error}")))?.into_abi()
    };
    // SAFETY: the caller vouches for the status, as the callee asks for.
    unsafe { call_output::<FrozenArena<T>>(status, freeze) }
}

/// Implements `.._arena_schema`: returns the layouts of all types that the root reaches, as JSON,
/// which the caller owns.
///
/// # Safety
///
/// `status` is null, or a status that is zeroed or was written by this library.
pub unsafe fn arena_schema<T: ArenaMessage>(status: *mut FfiStatus) -> *mut FfiOwned {
    // SAFETY: the caller vouches for the status, as the callee asks for.
    unsafe { call_output::<String>(status, || FfiArena::<T>::schema().into_abi()) }
}

/// Implements `.._arena_compare`: a status that names the first difference, if `len` bytes are not
/// the schema of arenas with this root.
///
/// # Safety
///
/// `schema` points to `len` initialised bytes that no thread writes to. `status` is null, or a
/// status that is zeroed or was written by this library.
pub unsafe fn arena_compare<T: ArenaMessage>(schema: *const u8, len: usize, status: *mut FfiStatus) {
    let compare = || {
        // SAFETY: a pointer that isn't refused is to `len` initialised bytes that no thread writes
        // to, by this function's contract.
        let schema = unsafe { slice(schema, len, "schema") }?;
        Ok(FfiArena::<T>::compare(schema)?)
    };
    // SAFETY: the caller vouches for the status, as the callee asks for.
    unsafe { call(status, compare) }
}

/// Implements `.._arena_check`: checks all of an arena, also for what edits need if `exclusive` is
/// not 0. C may read it by the functions of the header then, until somebody writes to it.
///
/// # Safety
///
/// The conditions of [`arena_compact`]; no other code uses the arena.
pub unsafe fn arena_check<T: ArenaMessage>(arena: *mut FfiArena<T>, exclusive: u8, status: *mut FfiStatus) {
    let check = || {
        if exclusive == 0 {
            // SAFETY: a pointer that isn't refused is that of an arena of this library's, to which
            // nobody writes, by this function's contract.
            unsafe { reference(arena.cast_const(), "arena") }.map(drop)
        } else {
            // SAFETY: a pointer that isn't refused is that of an arena of this library's, which no
            // other code uses, by this function's contract.
            unsafe { reference_mut(arena, "arena") }.map(drop)
        }
    };
    // SAFETY: the caller vouches for the status, as the callee asks for.
    unsafe { call(status, check) }
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable;

    use super::*;
    use crate::FfiMessage;
    use crate::arena::ArenaStr;

    #[derive(FfiMessage)]
    #[repr(C)]
    #[ffi(arena)]
    struct Postcard {
        text: ArenaStr,
    }

    fn letter() -> FfiArena<Postcard> {
        let mut arena = FfiArena::<Postcard>::new();
        arena.edit().set_text("a letter");
        arena
    }

    #[test]
    fn the_bytes_of_an_arena_are_those_in_use() {
        let mut arena = letter();
        let bytes = arena.len();
        assert!(bytes >= "a letter".len(), "{bytes}");
        assert_eq!((FfiLent::bytes(&arena), FfiOutput::bytes(&arena)), (bytes, bytes));
        // SAFETY: the arena is this test's.
        let given = unsafe { given(&raw mut arena, "letter") }.unwrap();
        assert_eq!(given.bytes(), bytes);
        let taken = take_arena(given);
        assert_eq!(taken.root().text(), "a letter");
        let frozen = taken.freeze().unwrap();
        assert_eq!(FfiOutput::bytes(&frozen), frozen.len());
    }

    /// Returns the code of the status after a call.
    fn code(run: impl FnOnce(*mut FfiStatus)) -> i32 {
        let mut status = FfiStatus::zeroed();
        run(&raw mut status);
        let code = status.code;
        // SAFETY: this library wrote the status.
        unsafe { crate::boundary::status::clear(&raw mut status) };
        code
    }

    #[test]
    fn an_arena_is_checked_for_readers_and_for_writers() {
        let mut arena = letter();
        let check = |arena: *mut FfiArena<Postcard>, exclusive| {
            // SAFETY: the arena is null or this test's; the status is zeroed.
            code(|status| unsafe { arena_check(arena, exclusive, status) })
        };
        let refused = StatusCode::InvalidArgument as i32;
        for exclusive in [0, 1] {
            assert_eq!(check(&raw mut arena, exclusive), 0);
            assert_eq!(check(std::ptr::null_mut(), exclusive), refused);
        }
    }

    #[test]
    fn a_damaged_file_is_told_from_one_that_is_not_there() {
        let code = |kind: ErrorKind| {
            let refused = || Err::<u8, _>(failure(&kind.into(), String::new()));
            code(|status| {
                // SAFETY: the status is zeroed.
                let _ = unsafe { call(status, refused) };
            })
        };
        assert_eq!(code(ErrorKind::InvalidData), StatusCode::InvalidValue as i32);
        assert_eq!(code(ErrorKind::NotFound), StatusCode::Error as i32);
    }
}
