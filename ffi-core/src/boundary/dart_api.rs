//! The part of Dart's C API that keeps memory for as long as Dart objects refer to it, and wakes
//! isolates, without C code.
//!
//! Dart passes its API as a table of names and functions (`NativeApi.initializeApiDLData`;
//! dart_api_dl.h in the SDK). [`dart_init`] takes the functions that post a number to a port and
//! tell the isolate of a thread from it, and the two that make and delete **finalizable handles**:
//! a callback for the collection of one Dart object. Such a handle belongs to the isolate group. So
//! it stays with an object that moves to another isolate, and none is lost when an isolate is
//! killed, while a `NativeFinalizer` runs at the end of the isolate that attached it, although the
//! object may have moved.
//!
//! Its tests are below, with a table of their own, and in
//! `tests/dart/end_to_end/test/isolates_test.dart`.

use std::ffi::{c_char, c_int, c_void};
use std::ptr::NonNull;
use std::sync::OnceLock;

use crate::pool;

/// Version of the table's format that this module reads; Dart has had no other one.
const MAJOR: c_int = 2;

/// Largest number of entries that are read, so that a damaged table does no harm; Dart 3.13 has
/// fewer than 100.
const MOST_ENTRIES: usize = 1024;

/// Head of the table.
#[derive(Debug)]
#[repr(C)]
struct Table {
    major: c_int,
    minor: c_int,
    /// Entries, up to one without a name.
    entries: *const Entry,
}

#[derive(Debug)]
#[repr(C)]
struct Entry {
    /// Name, as a C string.
    name: *const c_char,
    function: *const c_void,
}

/// `Dart_Handle`: an object, for as long as the call that it was passed to.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct DartHandle(*mut c_void);

#[cfg(test)]
impl DartHandle {
    /// A handle for functions that don't come to look at it.
    pub(super) const NONE: Self = Self(std::ptr::null_mut());
}

/// `Dart_FinalizableHandle`.
#[derive(Debug)]
#[repr(transparent)]
pub(super) struct FinalizableHandle(NonNull<c_void>);

/// `Dart_HandleFinalizer`: its arguments are the data of the isolate group, then the peer.
pub(super) type Callback = unsafe extern "C" fn(*mut c_void, *mut c_void);

/// `Dart_PostInteger`: false if the port is closed.
type Post = unsafe extern "C" fn(i64, i64) -> bool;
type New = unsafe extern "C" fn(DartHandle, *mut c_void, isize, Callback) -> Option<FinalizableHandle>;
type Delete = unsafe extern "C" fn(FinalizableHandle, DartHandle);
/// `Dart_CurrentIsolate`: null on a thread that runs no isolate.
type Current = unsafe extern "C" fn() -> *mut c_void;

/// Functions of the table that are used.
#[derive(Clone, Copy, Debug)]
struct Api {
    new: New,
    delete: Delete,
    #[cfg_attr(
        not(any(feature = "async", feature = "observe")),
        expect(dead_code, reason = "only mailboxes and logs post")
    )]
    post: Post,
    #[cfg_attr(
        not(any(feature = "async", feature = "production")),
        expect(dead_code, reason = "only a `DartFn` and ids of requests need it")
    )]
    current: Current,
}

static API: OnceLock<Api> = OnceLock::new();

/// Result of [`dart_init`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum DartInit {
    /// Memory can be attached to Dart objects from now on.
    Ready = 0,
    /// The table is null, or its format is of another version.
    Version = 1,
    /// The table lacks a function: the Dart SDK is too old.
    Missing = 2,
}

/// Reads the table of Dart's API, and opens the pools again if they were shut down. Each isolate
/// that opens the library calls it; it may be called again, in any isolate and thread.
///
/// # Safety
///
/// `table` is null or the value of `NativeApi.initializeApiDLData` in Dart.
#[must_use]
pub unsafe fn dart_init(table: *const c_void) -> DartInit {
    // After a hot restart nothing else opens them. The stats count lost slots.
    let _lost = pool::reopen();
    if API.get().is_some() {
        return DartInit::Ready;
    }
    #[cfg(target_os = "linux")]
    show_symbols();
    // SAFETY: by this function's contract the pointer is null or that of Dart's table, as the
    // callee asks.
    match unsafe { read(table.cast()) } {
        Ok(api) => {
            API.get_or_init(|| api);
            DartInit::Ready
        }
        Err(refusal) => refusal,
    }
}

/// Makes the symbols of this library those of the process, so that another isolate, which by
/// default opens what the process has open, finds the library. Dart's `dlopen` keeps them to the
/// isolate that called it. Other systems do it in any case, or can't.
#[cfg(target_os = "linux")]
fn show_symbols() {
    let mut found = libc::Dl_info {
        dli_fname: std::ptr::null(),
        dli_fbase: std::ptr::null_mut(),
        dli_sname: std::ptr::null(),
        dli_saddr: std::ptr::null_mut(),
    };
    let own: unsafe fn(*const c_void) -> DartInit = dart_init;
    // SAFETY: `dladdr` takes any address, and writes to a block of its type.
    if unsafe { libc::dladdr(own as *const c_void, &raw mut found) } == 0 || found.dli_fname.is_null() {
        return;
    }
    let open = libc::RTLD_LAZY | libc::RTLD_NOLOAD | libc::RTLD_GLOBAL;
    // SAFETY: the name is that of a file that is open, a C string which lives as long; nothing is
    // loaded, so no code of a library runs. The handle counts one more user, as the library stays
    // open until the process ends in any case.
    let _ = unsafe { libc::dlopen(found.dli_fname, open) };
}

/// # Safety
///
/// The conditions of [`dart_init`].
unsafe fn read(table: *const Table) -> Result<Api, DartInit> {
    // SAFETY: null, or a table by this function's contract, which Dart never changes; that of each
    // version starts with the version's numbers.
    let Some(&Table { major: MAJOR, entries, .. }) = (unsafe { table.as_ref() }) else {
        return Err(DartInit::Version);
    };
    // SAFETY: a table of this version has entries, the last one without a name.
    let find = |name| unsafe { find(entries, name) }.ok_or(DartInit::Missing);
    let new = find(b"Dart_NewFinalizableHandle")?;
    let delete = find(b"Dart_DeleteFinalizableHandle")?;
    let post = find(b"Dart_PostInteger")?;
    let current = find(b"Dart_CurrentIsolate")?;
    Ok(Api {
        // SAFETY: Dart's function of that name has this type in version 2 of its API.
        new: unsafe { std::mem::transmute::<NonNull<c_void>, New>(new) },
        // SAFETY: Dart's function of that name has this type in version 2 of its API.
        delete: unsafe { std::mem::transmute::<NonNull<c_void>, Delete>(delete) },
        // SAFETY: Dart's function of that name has this type in version 2 of its API.
        post: unsafe { std::mem::transmute::<NonNull<c_void>, Post>(post) },
        // SAFETY: Dart's function of that name has this type in version 2 of its API.
        current: unsafe { std::mem::transmute::<NonNull<c_void>, Current>(current) },
    })
}

/// Returns the function called `name`.
///
/// # Safety
///
/// `entries` is null, or the start of the entries, the last of them without a name; each other name
/// is a C string.
unsafe fn find(entries: *const Entry, name: &[u8]) -> Option<NonNull<c_void>> {
    let mut entry = entries;
    for _ in 0..MOST_ENTRIES {
        // SAFETY: null, or an entry: each one before this had a name, so it was not the last.
        let Entry { name: found, function } = unsafe { entry.as_ref() }?;
        if found.is_null() {
            return None;
        }
        // SAFETY: the name of an entry is a C string.
        if unsafe { is(*found, name) } {
            return NonNull::new(function.cast_mut());
        }
        // SAFETY: the entry had a name, so another one follows in the same table.
        entry = unsafe { entry.add(1) };
    }
    None
}

/// Returns true if the C string `found` is `name`.
///
/// # Safety
///
/// `found` is a C string.
unsafe fn is(found: *const c_char, name: &[u8]) -> bool {
    name.iter().chain(&[0]).enumerate().all(|(at, &wanted)| {
        // SAFETY: the bytes before this one were those of `name`, none of them 0: the string
        // doesn't end before `at`.
        let byte = unsafe { found.cast::<u8>().add(at) };
        // SAFETY: the string does not end before `byte`.
        unsafe { *byte == wanted }
    })
}

/// Calls `callback` with `peer` when `object` is collected, at the latest when the isolate group
/// ends, on any thread. Tells the collector that this frees `bytes`. `None` if Dart refuses, as for
/// numbers, or isn't initialised.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`. `callback` may be called with
/// `peer`, on any thread, unless [`delete_handle`] comes first; it does not call Dart.
pub(super) unsafe fn new_handle(
    object: DartHandle,
    peer: *mut c_void,
    bytes: usize,
    callback: Callback,
) -> Option<FinalizableHandle> {
    let api = API.get()?;
    // SAFETY: `read` found the function; the object is a valid handle, and the callback may be
    // called, by this function's contract.
    unsafe { (api.new)(object, peer, isize::try_from(bytes).unwrap_or(isize::MAX), callback) }
}

/// Deletes `handle`, so that its callback isn't called.
///
/// # Safety
///
/// `handle` came from [`new_handle`] for `object`. The calling thread is in a call from Dart that
/// passed `object`.
pub(super) unsafe fn delete_handle(handle: FinalizableHandle, object: DartHandle) {
    let api = API.get().expect("a handle was made");
    // SAFETY: the object is alive, as its handle here shows, so the callback was not called and the
    // handle is valid.
    unsafe { (api.delete)(handle, object) };
}

/// Posts a number to a port of any isolate; returns false if the port is closed, as after the end
/// of its isolate.
#[cfg(any(feature = "async", feature = "observe"))]
pub(crate) fn post(port: i64, number: i64) -> bool {
    // SAFETY: `read` found the function, which takes any numbers on any thread.
    API.get().is_some_and(|api| unsafe { (api.post)(port, number) })
}

/// Returns true if the calling thread is in a call from Dart: then its isolate waits for it.
#[cfg(feature = "async")]
pub(crate) fn in_isolate() -> bool {
    current_isolate() != 0
}

/// Returns the address of the isolate that the calling thread runs; 0 if it runs none.
#[cfg(any(feature = "async", feature = "production"))]
pub(crate) fn current_isolate() -> usize {
    // SAFETY: `read` found the function, which any thread may call.
    API.get().map_or(0, |api| unsafe { (api.current)() }.addr())
}

#[cfg(test)]
mod tests {
    use super::*;

    unsafe extern "C" fn post_nothing(_: i64, _: i64) -> bool {
        false
    }

    unsafe extern "C" fn none() -> *mut c_void {
        std::ptr::null_mut()
    }

    unsafe extern "C" fn refuse(
        _: DartHandle,
        _: *mut c_void,
        _: isize,
        _: Callback,
    ) -> Option<FinalizableHandle> {
        None
    }

    unsafe extern "C" fn ignore(_: FinalizableHandle, _: DartHandle) {}

    fn table(major: c_int, names: &[&'static std::ffi::CStr]) -> Result<Api, DartInit> {
        let function = |name: &std::ffi::CStr| match name.to_bytes() {
            b"Dart_NewFinalizableHandle" => refuse as New as *const c_void,
            b"Dart_PostInteger" => post_nothing as Post as *const c_void,
            b"Dart_CurrentIsolate" => none as Current as *const c_void,
            _ => ignore as Delete as *const c_void,
        };
        let named = names.iter().map(|name| Entry { name: name.as_ptr(), function: function(name) });
        let last = Entry { name: std::ptr::null(), function: std::ptr::null() };
        let entries: Vec<_> = named.chain([last]).collect();
        let table = Table { major, minor: 7, entries: entries.as_ptr() };
        // SAFETY: it is a table, with a last entry that has no name.
        unsafe { read(&raw const table) }
    }

    #[test]
    fn functions_are_found_by_their_whole_name() {
        let all = [
            c"Dart_New",
            c"Dart_DeleteFinalizableHandle",
            c"Dart_PostInteger",
            c"Dart_CurrentIsolate",
            c"Dart_NewFinalizableHandle",
        ];
        let api = table(2, &all).unwrap();
        assert_eq!(api.new as usize, refuse as New as usize);
        assert_eq!(api.delete as usize, ignore as Delete as usize);
        let longer = [
            c"Dart_DeleteFinalizableHandle",
            c"Dart_PostInteger",
            c"Dart_CurrentIsolate",
            c"Dart_NewFinalizableHandle_",
            c"Dart_NewFinalizableHandl",
        ];
        assert_eq!(table(2, &longer).unwrap_err(), DartInit::Missing);
        assert_eq!(table(2, &[]).unwrap_err(), DartInit::Missing);
    }

    #[test]
    fn other_versions_and_null_are_refused() {
        for major in [0, 1, 3] {
            assert_eq!(table(major, &[c"Dart_NewFinalizableHandle"]).unwrap_err(), DartInit::Version);
        }
        // SAFETY: null is allowed.
        assert_eq!(unsafe { dart_init(std::ptr::null()) }, DartInit::Version);
    }

    /// Tests that a resource which can't be attached is freed: here Dart's functions are unknown.
    #[test]
    fn what_cannot_be_attached_is_freed_at_once() {
        use std::sync::atomic::{AtomicUsize, Ordering};

        static FREED: AtomicUsize = AtomicUsize::new(0);
        unsafe extern "C" fn release(token: *mut c_void) {
            FREED.fetch_add(token.addr(), Ordering::Relaxed);
        }
        let token = std::ptr::without_provenance_mut(7);
        // SAFETY: the object isn't looked at, as no function of Dart is known; the token is a
        // number, with which `release` may be called.
        let attached =
            unsafe { super::super::attachment::attach(DartHandle::NONE, token, token, release, 1) };
        assert_eq!((attached.is_null(), FREED.load(Ordering::Relaxed)), (true, 7));
    }

    #[test]
    fn no_more_entries_are_read_than_a_table_may_have() {
        let many = vec![c"Dart_Post"; MOST_ENTRIES + 1];
        assert_eq!(table(2, &many).unwrap_err(), DartInit::Missing);
    }
}
