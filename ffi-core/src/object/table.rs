//! The table of a library's objects, which never moves.
//!
//! Segments are allocated when they are needed and never freed, so an entry is found by two loads,
//! and a reader needs no lock. Vacant entries are in a list under a mutex.

use std::cell::UnsafeCell;
use std::fmt;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::class::Class;
use super::handle::{self, LAST_GENERATION};
use super::state::{Phase, State};

/// Number of entries of a segment.
const SEGMENT: u32 = 1024;
/// Number of entries that the table can have.
const MOST: u32 = handle::INDEX_MASK as u32 + 1;

/// Reason why a handle was refused; the detail of the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum ObjectCode {
    /// No library has made it.
    Unknown = 16,
    /// Another library of the process has made it.
    Foreign = 17,
    /// It is that of an object of another type.
    Kind = 18,
    /// Its object is gone, or its token was redeemed.
    Stale = 19,
    /// There are as many objects as a library can have.
    Full = 20,
}

impl fmt::Display for ObjectCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "is no handle",
            Self::Foreign => "is of another library",
            Self::Kind => "is an object of another type",
            Self::Stale => "is gone: it was disposed of, or its token was redeemed",
            Self::Full => "has no place: there are 16,777,216 objects",
        })
    }
}

/// Contents of an entry.
#[derive(Clone, Copy)]
pub(crate) struct Contents {
    /// The class of the object.
    pub(crate) class: &'static Class,
    /// The pointer of the `Arc`, of one or two words.
    pub(crate) object: [*const (); 2],
    /// Function that drops the `Arc`, and doesn't panic.
    pub(crate) drop: unsafe fn([*const (); 2]),
}

/// A place for an object: a cache line, so that entries of two threads share none.
#[repr(align(64))]
pub(crate) struct Entry {
    state: State<AtomicU64>,
    index: u32,
    contents: UnsafeCell<MaybeUninit<Contents>>,
}

// SAFETY: an object is `Send` and `Sync`, as `FfiClass` demands. The contents are written by the
// thread that has claimed the entry, before `State::set`, and read after `State::is` or
// `State::claim`, which pair with it.
unsafe impl Sync for Entry {}
// SAFETY: as above: what it holds may be dropped on any thread.
unsafe impl Send for Entry {}

static SEGMENTS: [AtomicPtr<Entry>; (MOST / SEGMENT) as usize] =
    [const { AtomicPtr::new(ptr::null_mut()) }; (MOST / SEGMENT) as usize];

/// Entries that hold nothing.
struct Vacant {
    /// Number of entries that were ever used.
    used: u32,
    /// Entries that were used before.
    again: Vec<u32>,
}

static VACANT: Mutex<Vacant> = Mutex::new(Vacant { used: 0, again: Vec::new() });

/// Number of handles that callers have.
static LIVE: AtomicU64 = AtomicU64::new(0);
/// Number of tokens that nobody has redeemed.
static TOKENS: AtomicU64 = AtomicU64::new(0);
/// Number of tokens that a shutdown has dropped.
static DROPPED: AtomicU64 = AtomicU64::new(0);

/// No code panics while it holds the lock.
fn vacant() -> MutexGuard<'static, Vacant> {
    VACANT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the segment of an index, and the place in it.
#[inline(always)]
fn place(index: u32) -> (usize, usize) {
    ((index / SEGMENT) as usize, (index % SEGMENT) as usize)
}

/// Returns an entry that was used before, if there is one with that index.
#[inline(always)]
fn entry(index: u32) -> Option<&'static Entry> {
    let (segment, at) = place(index);
    // Acquire: pairs with the store of `obtain`, so that the entries are initialised.
    let first = SEGMENTS.get(segment)?.load(Ordering::Acquire);
    if first.is_null() {
        return None;
    }
    // SAFETY: the segment has `SEGMENT` entries, of which `at` is one.
    let entry = unsafe { first.add(at) };
    // SAFETY: the segment was allocated with all its entries, and is never freed.
    Some(unsafe { &*entry })
}

/// Returns an entry for the caller to fill.
fn obtain() -> Option<&'static Entry> {
    let mut vacant = vacant();
    if let Some(index) = vacant.again.pop() {
        return entry(index);
    }
    if vacant.used == MOST {
        return None;
    }
    let index = vacant.used;
    let (segment, at) = place(index);
    if at == 0 {
        let new =
            |index| Entry { state: State::vacant(), index, contents: UnsafeCell::new(MaybeUninit::uninit()) };
        let entries: Box<[Entry]> = (index..index + SEGMENT).map(new).collect();
        // Release: pairs with the load of `entry`.
        SEGMENTS[segment].store(Box::leak(entries).as_mut_ptr(), Ordering::Release);
    }
    vacant.used += 1;
    entry(index)
}

/// Puts an object into an entry, and returns its handle.
fn fill(contents: Contents, phase: Phase) -> Result<u64, ObjectCode> {
    let Some(entry) = obtain() else {
        // SAFETY: the caller has passed the object, which has no place.
        unsafe { (contents.drop)(contents.object) };
        return Err(ObjectCode::Full);
    };
    // The stamp of a vacant entry has the generation of its last handle.
    let generation = handle::generation(entry.state.get().0) + 1;
    // SAFETY: the entry is vacant and no other thread has it, so no other code uses its contents.
    unsafe { *entry.contents.get() = MaybeUninit::new(contents) };
    let handle = handle::pack(entry.index, generation, contents.class.kind());
    entry.state.set(handle::stamp(handle), phase);
    Ok(handle)
}

/// Takes an object out of an entry that the caller has claimed, and makes the entry vacant.
///
/// # Safety
///
/// The caller has claimed the entry, and no other code uses its contents.
unsafe fn take_out(entry: &Entry, stamp: u64) -> Contents {
    // SAFETY: the caller has claimed the entry, so its contents were written, and no other code
    // uses them.
    let contents = unsafe { *entry.contents.get() };
    // SAFETY: `fill` wrote the contents before the phase from which the caller claimed it.
    let contents = unsafe { contents.assume_init() };
    entry.state.set(stamp, Phase::Vacant);
    if handle::generation(stamp) < LAST_GENERATION {
        vacant().again.push(entry.index);
    }
    contents
}

/// Empties an entry that the caller has claimed.
///
/// # Safety
///
/// The conditions of [`take_out`].
unsafe fn empty(entry: &Entry, stamp: u64) {
    // SAFETY: the caller of this function keeps the contract of `take_out`.
    let contents = unsafe { take_out(entry, stamp) };
    // SAFETY: the contents are this function's now, with the function for them.
    unsafe { (contents.drop)(contents.object) };
}

/// Puts an object into the table, and returns its handle. If there is no place for it, it is
/// dropped.
///
/// The caller passes the object: `contents.drop` may be called with it, once, on any thread.
pub(crate) fn insert(contents: Contents) -> Result<u64, ObjectCode> {
    let handle = fill(contents, Phase::Live)?;
    // Relaxed, as below: the counters guard no other memory.
    LIVE.fetch_add(1, Ordering::Relaxed);
    Ok(handle)
}

/// Returns what the entry of a handle holds.
///
/// # Errors
///
/// Returns the reason if it is no object of that class.
///
/// # Safety
///
/// The handle isn't ended while the result is used.
#[inline(always)]
pub(crate) unsafe fn get<'a>(handle: u64, class: &'static Class) -> Result<&'a Contents, ObjectCode> {
    let stamp = handle::stamp(handle);
    let Some(entry) = entry(handle::index(handle)).filter(|it| it.state.is(stamp, Phase::Live)) else {
        return Err(reason(handle, class));
    };
    // SAFETY: the entry is live, and by this function's contract isn't ended meanwhile, so nothing
    // writes to its contents.
    let contents = unsafe { &*entry.contents.get() };
    // SAFETY: `fill` wrote the contents before the phase that was read.
    let contents = unsafe { contents.assume_init_ref() };
    if !ptr::eq(contents.class, class) {
        return Err(ObjectCode::Kind);
    }
    Ok(contents)
}

/// Returns the reason why a handle is refused.
#[cold]
fn reason(handle: u64, class: &'static Class) -> ObjectCode {
    if handle::library(handle) == 0 {
        ObjectCode::Unknown
    } else if handle::library(handle) != handle::own_library() {
        ObjectCode::Foreign
    } else if handle::kind(handle) != class.kind() {
        ObjectCode::Kind
    } else {
        ObjectCode::Stale
    }
}

/// Ends a handle, at most once: the entry's count of the object is given up. Returns false if it
/// was ended before.
pub(crate) fn end(handle: u64) -> bool {
    let stamp = handle::stamp(handle);
    let Some(entry) = entry(handle::index(handle)).filter(|it| it.state.claim(stamp, Phase::Live)) else {
        return false;
    };
    LIVE.fetch_sub(1, Ordering::Relaxed);
    // SAFETY: this thread has claimed the entry, and no call uses its contents: one that may run
    // code of the caller has a count of its own.
    unsafe { empty(entry, stamp) };
    true
}

/// Returns the entry of a live handle, which stands for it where only a pointer can; null if the
/// handle is none.
pub(crate) fn entry_of(handle: u64) -> *const Entry {
    let stamp = handle::stamp(handle);
    let entry = entry(handle::index(handle)).filter(|it| it.state.is(stamp, Phase::Live));
    entry.map_or(ptr::null(), ptr::from_ref)
}

/// Ends the handle that an entry has now.
///
/// # Safety
///
/// `entry` came from [`entry_of`], and its handle was not ended since.
pub(crate) unsafe fn end_entry(entry: *const Entry) {
    // SAFETY: entries are never freed.
    let Entry { state, index, .. } = unsafe { &*entry };
    end(state.get().0 | u64::from(*index));
}

/// Makes a token of an object, which can be redeemed once. The caller passes the object.
pub(crate) fn share(contents: Contents) -> Result<u64, ObjectCode> {
    let token = fill(contents, Phase::Token)?;
    TOKENS.fetch_add(1, Ordering::Relaxed);
    Ok(token)
}

/// Takes the object of a token, once; the caller owns it then.
pub(crate) fn redeem(token: u64, class: &'static Class) -> Result<Contents, ObjectCode> {
    let stamp = handle::stamp(token);
    if handle::kind(token) != class.kind() || handle::library(token) != handle::own_library() {
        return Err(reason(token, class));
    }
    let Some(entry) = entry(handle::index(token)).filter(|it| it.state.claim(stamp, Phase::Token)) else {
        return Err(ObjectCode::Stale);
    };
    // SAFETY: this thread has claimed the entry, and no call uses a token.
    let contents = unsafe { *entry.contents.get() };
    // SAFETY: `fill` wrote the contents before the phase from which it was claimed.
    let contents = unsafe { contents.assume_init() };
    if !ptr::eq(contents.class, class) {
        // One of two classes with one number; the token stays that of the other.
        entry.state.set(stamp, Phase::Token);
        return Err(ObjectCode::Kind);
    }
    TOKENS.fetch_sub(1, Ordering::Relaxed);
    // SAFETY: this thread has claimed the entry, and no call uses a token.
    Ok(unsafe { take_out(entry, stamp) })
}

/// Drops the objects of all tokens that nobody has redeemed.
pub fn drop_tokens() {
    let used = vacant().used;
    for entry in (0..used).filter_map(entry) {
        let (stamp, phase) = entry.state.get();
        if phase == Phase::Token as u64 && entry.state.claim(stamp, Phase::Token) {
            TOKENS.fetch_sub(1, Ordering::Relaxed);
            DROPPED.fetch_add(1, Ordering::Relaxed);
            // SAFETY: this thread has claimed the entry, and no call uses a token.
            unsafe { empty(entry, stamp) };
        }
    }
}

/// Number of objects that callers of the library refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectStats {
    /// Handles that were not ended: objects in Dart that are neither disposed of nor collected.
    pub live: u64,
    /// Tokens that nobody has redeemed.
    pub tokens: u64,
    /// Tokens that were dropped by a shutdown, as nobody had redeemed them.
    pub dropped_tokens: u64,
}

/// Returns the number of objects that callers refer to now.
///
/// # Examples
///
/// ```
/// assert_eq!(ffi_core::object::stats().live, 0);
/// ```
#[must_use]
pub fn stats() -> ObjectStats {
    let [live, tokens, dropped_tokens] = [&LIVE, &TOKENS, &DROPPED].map(|it| it.load(Ordering::Relaxed));
    ObjectStats { live, tokens, dropped_tokens }
}
