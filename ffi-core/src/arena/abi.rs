//! Functions behind the exports of arenas: an arena of C and Dart is one object, by its pointer.
//!
//! The addresses and sizes of its chunks are in that object, which nobody but this crate writes to.
//! C and Dart ask for them ([`FfiArenaParts`]), write to the chunks, and say how much of them they
//! use ([`arena_resize`]). They may write any bytes: Rust makes references to an arena only after
//! it has checked all of it.
//!
//! Chunks that C or Dart may have a pointer to don't move and are not freed as long as the object
//! lives. When Rust needs larger ones, the old ones stay beside them, until the caller moves the
//! arena to another object (`.._arena_renew`) and frees the old one with the last view of it.
//!
//! All are unsafe for one reason, which is given at `open`.

use std::io;
use std::path::Path;

use super::check::Use;
use super::frozen::FrozenArena;
use super::memory::Memory;
use super::owner::FfiArena;
use super::value::ArenaMessage;
use super::visit;
use crate::types::InvalidValue;

/// The C functions of arenas whose root is `$message`: see `operations.rs`.
#[doc(hidden)]
#[macro_export]
macro_rules! __arena_operations {
    ($then:ident!, $prefix:literal, $message:ty) => {
        $crate::$then! { $prefix, where [],
            new: fn(lists: __ffi::core::primitive::usize, text: __ffi::core::primitive::u8)
                -> *mut __ffi::FfiArena<$message> = __ffi::arena_new(lists, text);
            free: fn(arena: *mut __ffi::FfiArena<$message>) -> __ffi::core::primitive::i32
                = __ffi::arena_free(arena);
            parts: fn(arena: *const __ffi::FfiArena<$message>, parts: *mut __ffi::FfiArenaParts)
                -> __ffi::core::primitive::i32 = __ffi::arena_parts(arena, parts);
            resize: fn(
                arena: *mut __ffi::FfiArena<$message>,
                lists: __ffi::core::primitive::usize,
                text: __ffi::core::primitive::usize
            ) -> __ffi::core::primitive::i32 = __ffi::arena_resize(arena, lists, text);
            renew: fn(arena: *mut __ffi::FfiArena<$message>, status: *mut __ffi::FfiStatus)
                -> *mut __ffi::FfiArena<$message> = __ffi::arena_renew(arena, status);
            compact: fn(arena: *const __ffi::FfiArena<$message>, status: *mut __ffi::FfiStatus)
                -> *mut __ffi::FfiArena<$message> = __ffi::arena_compact(arena, status);
            wasted: fn(arena: *const __ffi::FfiArena<$message>, status: *mut __ffi::FfiStatus)
                -> __ffi::core::primitive::usize = __ffi::arena_wasted(arena, status);
            map: fn(
                path: *const __ffi::core::primitive::u8,
                len: __ffi::core::primitive::usize,
                status: *mut __ffi::FfiStatus
            ) -> *mut __ffi::FfiArena<$message> = __ffi::arena_map(path, len, status);
            check: fn(
                arena: *mut __ffi::FfiArena<$message>,
                exclusive: __ffi::core::primitive::u8,
                status: *mut __ffi::FfiStatus
            ) -> () = __ffi::arena_check(arena, exclusive, status);
            freeze: fn(arena: *const __ffi::FfiArena<$message>, status: *mut __ffi::FfiStatus)
                -> *mut __ffi::FfiArena<$message> = __ffi::arena_freeze(arena, status);
            schema: fn(status: *mut __ffi::FfiStatus) -> *mut __ffi::FfiOwned
                = __ffi::arena_schema::<$message>(status);
            compare: fn(
                schema: *const __ffi::core::primitive::u8,
                len: __ffi::core::primitive::usize,
                status: *mut __ffi::FfiStatus
            ) -> () = __ffi::arena_compare::<$message>(schema, len, status);
        }
    };
}

/// The chunks of an arena, as C and Dart have them.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct FfiArenaParts {
    /// The lists, aligned to 64 bytes: 64 bytes for a header, the root, and what it refers to.
    pub lists: *mut u8,
    /// Bytes of the lists in use.
    pub lists_len: usize,
    /// Bytes of the lists, all of them writable; those not in use are 0.
    pub lists_capacity: usize,
    /// The text.
    pub text: *mut u8,
    /// Bytes of the text in use.
    pub text_len: usize,
    /// Bytes of the text, all of them writable.
    pub text_capacity: usize,
    /// 1 if both are only read, as the arena is frozen or a mapped file: a write ends the process.
    pub read_only: usize,
}

impl<T: ArenaMessage> FfiArena<T> {
    /// Returns an error if an arena that C or Dart wrote is invalid: the path and the mistake.
    fn examine(&self, usage: Use) -> Result<(), InvalidValue> {
        if usage == Use::Edit && self.memory.pages().is_some() {
            let problem = "the arena is frozen or a mapped file, which is only read; hint: pass a copy of it";
            return Err(InvalidValue::new(problem));
        }
        if self.memory.is_taken() {
            return Err(InvalidValue::new("the arena was given away"));
        }
        match usage {
            Use::Read => self.check_for_reading(),
            Use::Edit => visit::check::<T>(self.memory.lists(), self.memory.text(), usage).map(drop),
        }
    }

    /// Checks that an arena of C or Dart is valid.
    ///
    /// # Errors
    ///
    /// Returns the path to the first invalid part, and the mistake.
    ///
    /// # Safety
    ///
    /// `arena` is aligned, came from this library and was not freed; no thread writes to it.
    #[doc(hidden)]
    pub unsafe fn check_lent(arena: *const Self) -> Result<(), InvalidValue> {
        // SAFETY: the object is aligned and alive, and nobody writes to it, by this function's
        // contract.
        unsafe { &*arena }.examine(Use::Read)
    }

    /// Checks that an arena of C or Dart is valid and can be edited.
    ///
    /// # Errors
    ///
    /// Returns the path to the first invalid part, and the mistake.
    ///
    /// # Safety
    ///
    /// `arena` is aligned, came from this library and was not freed; no other code uses it.
    #[doc(hidden)]
    pub unsafe fn check_lent_mut(arena: *mut Self) -> Result<(), InvalidValue> {
        // SAFETY: the object is aligned and alive, and no other code uses it, by this function's
        // contract.
        let arena = unsafe { &mut *arena };
        arena.examine(Use::Edit)?;
        arena.memory.clear_unused();
        Ok(())
    }

    /// Returns the address and size of each chunk of an arena of C or Dart.
    ///
    /// # Safety
    ///
    /// The conditions of [`check_lent`](Self::check_lent).
    #[doc(hidden)]
    pub unsafe fn regions(arena: *const Self) -> [(usize, usize); 2] {
        // SAFETY: the object is aligned and alive, and nobody writes to it, by this function's
        // contract.
        unsafe { &*arena }.memory.chunks().map(|chunk| {
            let size = chunk.capacity().max(chunk.len());
            (chunk.start().addr().get(), size)
        })
    }

    /// Maps the arena in a file, of which only the header is checked, for C and Dart.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`open`](Self::open).
    #[doc(hidden)]
    pub fn map_unchecked(path: &Path) -> io::Result<FrozenArena<T>> {
        Self::mapped(path)
    }

    /// Returns an arena of C or Dart as one whose pages nobody can write to: another object, with
    /// the same pages if it is frozen already, or else with a copy that is checked.
    ///
    /// # Errors
    ///
    /// Returns an error of kind [`InvalidData`](io::ErrorKind::InvalidData) for one that is
    /// invalid, and others if the system has no memory for it.
    #[doc(hidden)]
    pub fn frozen(&self) -> io::Result<FrozenArena<T>> {
        let invalid = |problem| io::Error::new(io::ErrorKind::InvalidData, problem);
        if self.memory.is_taken() {
            return Err(invalid(InvalidValue::new("the arena was given away")));
        }
        if let Some(same) = FrozenArena::alias_of(self) {
            return same.checked().map_err(invalid);
        }
        // The copy is checked, so that nobody can change what was.
        FrozenArena::copy_of(self)?.checked().map_err(invalid)
    }

    /// Returns an arena with the same pages, if this one is frozen or a mapped file.
    #[doc(hidden)]
    #[must_use]
    pub fn same(&self) -> Option<FrozenArena<T>> {
        FrozenArena::alias_of(self)
    }

    /// Checks that a schema is that of this arena's root.
    ///
    /// # Errors
    ///
    /// Returns an error that names the first difference.
    #[doc(hidden)]
    pub fn compare(schema: &[u8]) -> Result<(), InvalidValue> {
        visit::compare::<T>(schema)
    }

    /// Returns the pointer of an arena that C or Dart owns from now on.
    #[doc(hidden)]
    #[must_use]
    pub fn give(mut self) -> *mut Self {
        self.memory.share();
        Box::into_raw(Box::new(self))
    }

    /// Takes what is in an arena of C or Dart, and leaves an empty object, which is refused from
    /// now on.
    ///
    /// # Safety
    ///
    /// The arena was found valid for edits, and nobody has written to it since. C and Dart don't
    /// use its chunks any more.
    #[doc(hidden)]
    pub unsafe fn taken(&mut self) -> Self {
        Self::of(self.memory.take())
    }
}

impl<T: ArenaMessage> FfiArena<T> {
    /// Moves the chunks in use to another object, which C or Dart owns; those that were used before
    /// stay.
    #[doc(hidden)]
    #[must_use]
    pub fn renewed(&mut self) -> *mut Self {
        Self::of(self.memory.take()).give()
    }
}

type Code = Result<(), i32>;

fn number(done: Code) -> i32 {
    done.map_or_else(|code| code, |()| 0)
}

impl<T: ArenaMessage> FrozenArena<T> {
    /// Returns the pointer of an arena that C or Dart owns from now on.
    #[doc(hidden)]
    #[must_use]
    pub fn give(self) -> *mut FfiArena<T> {
        self.into_inner().give()
    }
}

/// Code for a pointer that is null or misaligned.
const NULL: i32 = 1;

/// Code for sizes that the chunks don't have.
const RANGE: i32 = 2;

/// Returns the arena at a pointer.
///
/// # Safety
///
/// `arena` is null or misaligned, or came from this library and was not freed; no other code uses
/// it for as long as `'a`.
unsafe fn open<'a, T: ArenaMessage>(arena: *mut FfiArena<T>) -> Result<&'a mut FfiArena<T>, i32> {
    if arena.is_null() || !arena.is_aligned() {
        return Err(NULL);
    }
    // SAFETY: it is neither null nor misaligned, so by this function's contract it is an object of
    // this library's that no other code uses.
    Ok(unsafe { &mut *arena })
}

/// Implements `.._arena_new`: an arena whose root is zeros, with room for `lists` bytes of lists,
/// and 2 to the power of `text` bytes of text, none for 0. Returns null if there is no memory.
#[must_use]
pub fn arena_new<T: ArenaMessage>(lists: usize, text: u8) -> *mut FfiArena<T> {
    let text = 1_usize.checked_shl(text.into()).unwrap_or(usize::MAX) & !1;
    match Memory::try_new(size_of::<T>(), lists, text) {
        Some(memory) => FfiArena::of(memory).give(),
        None => std::ptr::null_mut(),
    }
}

/// Implements `.._arena_free`: frees an arena and its chunks, also those that it no longer uses.
///
/// # Safety
///
/// `arena` is null or misaligned, or came from this library and was not freed; no code uses it or
/// its chunks any more.
pub unsafe fn arena_free<T: ArenaMessage>(arena: *mut FfiArena<T>) -> i32 {
    if arena.is_null() || !arena.is_aligned() {
        return NULL;
    }
    // SAFETY: `give` made it from a box, and no code uses it any more, by this function's contract.
    drop(unsafe { Box::from_raw(arena) });
    0
}

/// Implements `.._arena_parts`: writes the chunks to `parts`.
///
/// # Safety
///
/// `arena` is null or misaligned, or came from this library and was not freed; nobody writes to it.
/// `parts` is writable memory, or null or misaligned.
pub unsafe fn arena_parts<T: ArenaMessage>(arena: *const FfiArena<T>, parts: *mut FfiArenaParts) -> i32 {
    if parts.is_null() || !parts.is_aligned() {
        return NULL;
    }
    // SAFETY: the caller vouches for the pointer, as `open` asks for; this function doesn't write
    // through the result.
    number(unsafe { open(arena.cast_mut()) }.map(|arena| {
        let [lists, text] = arena.memory.chunks();
        let all = FfiArenaParts {
            lists: lists.start().as_ptr(),
            lists_len: lists.len(),
            lists_capacity: lists.capacity().max(lists.len()),
            text: text.start().as_ptr(),
            text_len: text.len(),
            text_capacity: text.capacity().max(text.len()),
            read_only: arena.memory.pages().is_some().into(),
        };
        // SAFETY: it is neither null nor misaligned, so the caller vouches for writable memory.
        unsafe { parts.write(all) };
    }))
}

/// Implements `.._arena_resize`: so many bytes of lists and text are in use now. Returns 2, and
/// changes nothing, for numbers that the chunks don't have.
///
/// # Safety
///
/// `arena` is null or misaligned, or came from this library and was not freed; no other code uses
/// it.
pub unsafe fn arena_resize<T: ArenaMessage>(arena: *mut FfiArena<T>, lists: usize, text: usize) -> i32 {
    // SAFETY: the caller vouches for the pointer, as `open` asks for.
    number(unsafe { open(arena) }.and_then(|arena| {
        // SAFETY: an arena that C or Dart has is shared, so all of its bytes are initialised.
        if unsafe { arena.memory.resize(lists, text) } { Ok(()) } else { Err(RANGE) }
    }))
}
