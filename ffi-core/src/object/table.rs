//! The table of a library's objects, which never moves.
//!
//! The first entries are a `static`, so that a call finds one without a pointer to it, and compares
//! its word before it knows whether the index is that of another segment. Those segments are
//! allocated when they are needed and never freed, so a reader needs no lock. Vacant entries are in
//! a list under a mutex.

use std::cell::UnsafeCell;
use std::fmt;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::class::Class;
use super::handle::{self, LAST_GENERATION, LAST_INDEX};
use super::state::{Phase, State};

/// Number of entries of a segment.
const SEGMENT: u32 = 1024;
/// Number of segments that the table can have.
const SEGMENTS: usize = ((LAST_INDEX + 1) / SEGMENT) as usize;

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
            Self::Full => "has no place: there are 16,777,215 objects",
        })
    }
}

/// The pointer of an `Arc`, of one or two words.
pub(crate) type Pointer = [*const (); 2];

/// Function that drops an `Arc`, and doesn't panic.
type DropObject = unsafe fn(Pointer);

/// Contents of an entry.
#[derive(Clone, Copy)]
pub(crate) struct Contents {
    /// The class of the object.
    pub(crate) class: &'static Class,
    pub(crate) object: Pointer,
    pub(crate) drop: DropObject,
}

/// A place for an object: a cache line, so that entries of two threads share none. All zeros until
/// it is used, so that the first segment takes no place in the library's file.
#[repr(align(64))]
pub(crate) struct Entry {
    state: State<AtomicU64>,
    /// The class of the object, null until there was one.
    class: UnsafeCell<*const Class>,
    object: UnsafeCell<Pointer>,
    drop: UnsafeCell<Option<DropObject>>,
    /// Index of the entry, once it is used.
    index: AtomicU32,
}

// SAFETY: an object is `Send` and `Sync`, as `FfiClass` demands. The contents are written by the
// thread that has claimed the entry, before `State::set`, and read after `State::is` or
// `State::claim`, which pair with it; those of an entry that was never used are not written.
unsafe impl Sync for Entry {}
// SAFETY: as above: what it holds may be dropped on any thread.
unsafe impl Send for Entry {}

impl Entry {
    const fn unused() -> Self {
        Self {
            state: State::of(AtomicU64::new(0)),
            class: UnsafeCell::new(ptr::null()),
            object: UnsafeCell::new([ptr::null(); 2]),
            drop: UnsafeCell::new(None),
            index: AtomicU32::new(0),
        }
    }

    fn index(&self) -> u32 {
        // Relaxed: it was written before the first handle was given.
        self.index.load(Ordering::Relaxed)
    }
}

/// The first segment. The entry at the index 0 is never used.
static FIRST: [Entry; SEGMENT as usize] = [const { Entry::unused() }; SEGMENT as usize];

/// The other segments; the place of the first one is not used.
static OTHERS: [AtomicPtr<Entry>; SEGMENTS] = [const { AtomicPtr::new(ptr::null_mut()) }; SEGMENTS];

/// Entries that hold nothing.
struct Vacant {
    /// Number of entries that were ever used, with that at the index 0.
    used: u32,
    /// Entries that were used before.
    again: Vec<u32>,
}

static VACANT: Mutex<Vacant> = Mutex::new(Vacant { used: 1, again: Vec::new() });

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
fn place(index: u32) -> (usize, usize) {
    ((index / SEGMENT) as usize, (index % SEGMENT) as usize)
}

/// Returns an entry that may have been used before; none for the index 0, or if its segment was not
/// allocated.
fn entry(index: u32) -> Option<&'static Entry> {
    let (segment, at) = place(index);
    if segment == 0 {
        return FIRST.get(at).filter(|_| at != 0);
    }
    // Acquire: pairs with the store of `obtain`, so that the entries are initialised.
    let first = OTHERS.get(segment)?.load(Ordering::Acquire);
    if first.is_null() {
        return None;
    }
    // SAFETY: the segment has `SEGMENT` entries, of which `at` is one.
    let entry = unsafe { first.add(at) };
    // SAFETY: the segment was allocated with all its entries, and is never freed.
    Some(unsafe { &*entry })
}

/// Returns the entry of a handle, if it is live.
fn live(handle: u64) -> Option<&'static Entry> {
    entry(handle::index(handle)).filter(|it| it.state.is(handle, Phase::Live))
}

/// Returns an entry for the caller to fill.
fn obtain() -> Option<&'static Entry> {
    let mut vacant = vacant();
    if let Some(index) = vacant.again.pop() {
        return entry(index);
    }
    let index = vacant.used;
    if index > LAST_INDEX {
        return None;
    }
    let (segment, at) = place(index);
    if at == 0 {
        let entries: Box<[Entry]> = (0..SEGMENT).map(|_| Entry::unused()).collect();
        // Release: pairs with the load of `entry`.
        OTHERS[segment].store(Box::leak(entries).as_mut_ptr(), Ordering::Release);
    }
    vacant.used += 1;
    let entry = entry(index)?;
    entry.index.store(index, Ordering::Relaxed);
    Some(entry)
}

/// Puts an object into an entry, and returns its handle.
fn fill(contents: Contents, phase: Phase) -> Result<u64, ObjectCode> {
    let Contents { class, object, drop } = contents;
    let Some(entry) = obtain() else {
        // SAFETY: the caller has passed the object, which has no place.
        unsafe { drop(object) };
        return Err(ObjectCode::Full);
    };
    // SAFETY: the entry is vacant and no other thread has it, so no other code uses its contents.
    unsafe { *entry.class.get() = class };
    // SAFETY: the entry is vacant and no other thread has it, so no other code uses its contents.
    unsafe { *entry.object.get() = object };
    // SAFETY: the entry is vacant and no other thread has it, so no other code uses its contents.
    unsafe { *entry.drop.get() = Some(drop) };
    let handle = handle::pack(entry.index(), entry.state.generation() + 1, class.kind());
    entry.state.set(handle, phase);
    Ok(handle)
}

/// Takes an object out of an entry that the caller has claimed, and makes the entry vacant. The
/// caller drops the object, by the function if there is one.
///
/// # Safety
///
/// The caller has claimed the entry, and no other code uses its contents.
unsafe fn take_out(entry: &Entry, handle: u64) -> (Pointer, Option<DropObject>) {
    // SAFETY: the caller has claimed the entry, and no other code uses its contents.
    let object = unsafe { *entry.object.get() };
    // SAFETY: the caller has claimed the entry, and no other code uses its contents.
    let drop = unsafe { *entry.drop.get() };
    entry.state.set(handle, Phase::Vacant);
    if handle::generation(handle) < LAST_GENERATION {
        vacant().again.push(entry.index());
    }
    (object, drop)
}

/// Empties an entry that the caller has claimed.
///
/// # Safety
///
/// The conditions of [`take_out`].
unsafe fn empty(entry: &Entry, handle: u64) {
    // SAFETY: the caller of this function keeps the contract of `take_out`.
    let (object, drop) = unsafe { take_out(entry, handle) };
    if let Some(drop) = drop {
        // SAFETY: the object is this function's now, with the function for it.
        unsafe { drop(object) };
    }
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

/// Returns the pointer that the entry of a handle holds, if it is an object of that class;
/// [`reason`] says why if it isn't.
///
/// # Safety
///
/// The handle isn't ended while the result is used.
pub(crate) unsafe fn get<'a>(handle: u64, class: &'static Class) -> Option<&'a Pointer> {
    // SAFETY: the entry is live, and by this function's contract isn't ended meanwhile.
    unsafe { contents(live(handle)?, class) }
}

/// As [`get`], if the entry is in the first segment; otherwise none.
///
/// # Safety
///
/// The conditions of [`get`].
#[inline(always)]
pub(crate) unsafe fn get_near<'a>(handle: u64, class: &'static Class) -> Option<&'a Pointer> {
    // The word has the whole index, so that of another segment's entry is another.
    let entry = &FIRST[(handle::index(handle) % SEGMENT) as usize];
    if !entry.state.is(handle, Phase::Live) {
        return None;
    }
    // SAFETY: the entry is live, and by this function's contract isn't ended meanwhile; or it is
    // that at the index 0 and was never written to, if the number is 0.
    unsafe { contents(entry, class) }
}

/// Returns what an entry holds, if it is an object of that class.
///
/// # Safety
///
/// The entry is live, and its handle isn't ended while the result is used; or it was never used.
#[inline(always)]
unsafe fn contents<'a>(entry: &'static Entry, class: &'static Class) -> Option<&'a Pointer> {
    // SAFETY: by this function's contract no code writes to the contents meanwhile.
    if !ptr::eq(unsafe { *entry.class.get() }, class) {
        return None;
    }
    // SAFETY: by this function's contract no code writes to the contents meanwhile.
    Some(unsafe { &*entry.object.get() })
}

/// Returns the reason why a handle is refused.
pub(crate) fn reason(handle: u64, class: &'static Class) -> ObjectCode {
    if handle::library(handle) == 0 {
        ObjectCode::Unknown
    } else if handle::library(handle) != handle::own_library() {
        ObjectCode::Foreign
    } else if handle::kind(handle) != class.kind() || live(handle).is_some() {
        // If it is live, it is that of another of the classes with one number.
        ObjectCode::Kind
    } else {
        ObjectCode::Stale
    }
}

/// Ends a handle, at most once: the entry's count of the object is given up. Returns false if it
/// was ended before.
pub(crate) fn end(handle: u64) -> bool {
    let Some(entry) = entry(handle::index(handle)).filter(|it| it.state.claim(handle, Phase::Live)) else {
        return false;
    };
    LIVE.fetch_sub(1, Ordering::Relaxed);
    // SAFETY: this thread has claimed the entry, and no call uses its contents: one that may run
    // code of the caller has a count of its own.
    unsafe { empty(entry, handle) };
    true
}

/// Returns the entry of a live handle, which stands for it where only a pointer can; null if the
/// handle is none.
pub(crate) fn entry_of(handle: u64) -> *const Entry {
    live(handle).map_or(ptr::null(), ptr::from_ref)
}

/// Ends the handle that an entry has now.
///
/// # Safety
///
/// `entry` came from [`entry_of`], and its handle was not ended since.
pub(crate) unsafe fn end_entry(entry: *const Entry) {
    // SAFETY: entries are never freed.
    let entry = unsafe { &*entry };
    if let Some(handle) = entry.state.handle(entry.index(), Phase::Live) {
        end(handle);
    }
}

/// Makes a token of an object, which can be redeemed once. The caller passes the object.
pub(crate) fn share(contents: Contents) -> Result<u64, ObjectCode> {
    DROP_TOKENS.get_or_init(|| drop_all_tokens);
    let token = fill(contents, Phase::Token)?;
    TOKENS.fetch_add(1, Ordering::Relaxed);
    Ok(token)
}

/// Takes the object of a token, once; the caller owns it then.
pub(crate) fn redeem(token: u64, class: &'static Class) -> Result<Pointer, ObjectCode> {
    if handle::kind(token) != class.kind() || handle::library(token) != handle::own_library() {
        return Err(reason(token, class));
    }
    let Some(entry) = entry(handle::index(token)).filter(|it| it.state.claim(token, Phase::Token)) else {
        return Err(ObjectCode::Stale);
    };
    // SAFETY: this thread has claimed the entry, and no call uses a token.
    if !ptr::eq(unsafe { *entry.class.get() }, class) {
        // One of two classes with one number; the token stays that of the other.
        entry.state.set(token, Phase::Token);
        return Err(ObjectCode::Kind);
    }
    TOKENS.fetch_sub(1, Ordering::Relaxed);
    // SAFETY: this thread has claimed the entry, and no call uses a token.
    Ok(unsafe { take_out(entry, token) }.0)
}

/// The function that drops the objects of tokens, once there was a token: a library without objects
/// is smaller without it and the table.
static DROP_TOKENS: OnceLock<fn()> = OnceLock::new();

/// Drops the objects of all tokens that nobody has redeemed.
pub fn drop_tokens() {
    if let Some(drop_all) = DROP_TOKENS.get() {
        drop_all();
    }
}

fn drop_all_tokens() {
    let used = vacant().used;
    for index in 1..used {
        if let Some(entry) = entry(index)
            && let Some(token) = entry.state.handle(index, Phase::Token)
            && entry.state.claim(token, Phase::Token)
        {
            TOKENS.fetch_sub(1, Ordering::Relaxed);
            DROPPED.fetch_add(1, Ordering::Relaxed);
            // SAFETY: this thread has claimed the entry, and no call uses a token.
            unsafe { empty(entry, token) };
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
