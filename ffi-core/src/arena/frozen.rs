//! `FrozenArena<T>`.

use std::fmt;
use std::io;
use std::ops::Deref;
use std::sync::Arc;

use super::check::Use;
use super::memory::Memory;
use super::owner::FfiArena;
use super::pages::Pages;
use super::value::ArenaMessage;
use super::visit;
use crate::types::InvalidValue;

/// An arena that is only read: one that was [frozen](FfiArena::freeze), or a
/// [mapped](FfiArena::map) file. Clones share its pages; an [`FfiArena::clone`] of it is a copy
/// that can be edited.
///
/// An exported function that returns one hands out the same pages each time. The caller owns an
/// arena, which the library takes as `&FfiArena<T>`, without a check, and from any isolate; or as
/// `FrozenArena<T>`, also in functions that run on, as the two then share the pages.
pub struct FrozenArena<T>(FfiArena<T>);

impl<T: ArenaMessage> FrozenArena<T> {
    /// Returns the arena in pages of which the first bytes are the lists, and the next ones the
    /// text. Only a check makes it one.
    pub(super) fn of(pages: Pages, lists: usize, text: usize) -> Self {
        Self(FfiArena::of(Memory::of_pages(Arc::new(pages), lists, text)))
    }

    /// Returns a copy of what is in the chunks of an arena, in pages of its own. Only a check makes
    /// it one, if C or Dart wrote to the chunks.
    pub(super) fn copy_of(arena: &FfiArena<T>) -> io::Result<Self> {
        let (lists, text) = (arena.memory.lists(), arena.memory.text());
        Ok(Self::of(Pages::copy_of(lists, text)?, lists.len(), text.len()))
    }

    /// Returns the same pages again, if the arena is in some.
    pub(super) fn alias_of(arena: &FfiArena<T>) -> Option<Self> {
        let pages = Arc::clone(arena.memory.pages()?);
        let (lists, text) = (arena.memory.lists().len(), arena.memory.text().len());
        Some(Self(FfiArena::of(Memory::of_pages(pages, lists, text))))
    }

    /// Notes that the arena is valid.
    pub(super) fn accept(&self) {
        self.0.accept();
    }

    /// Checks the arena, unless that was done.
    pub(super) fn checked(self) -> Result<Self, InvalidValue> {
        self.0.check_for_reading()?;
        Ok(self)
    }

    /// Returns the owner, which has no editor for as long as it is only behind a pointer of C's.
    pub(super) fn into_inner(self) -> FfiArena<T> {
        self.0
    }
}

impl<T: ArenaMessage> FfiArena<T> {
    /// Checks the arena for reading. In pages that are only read, that is done once.
    pub(super) fn check_for_reading(&self) -> Result<(), InvalidValue> {
        let pages = self.memory.pages();
        if pages.is_some_and(|pages| pages.is_accepted()) {
            return Ok(());
        }
        visit::check::<T>(self.memory.lists(), self.memory.text(), Use::Read)?;
        self.accept();
        Ok(())
    }

    fn accept(&self) {
        if let Some(pages) = self.memory.pages() {
            pages.accept();
        }
    }
}

impl<T: ArenaMessage> Clone for FrozenArena<T> {
    fn clone(&self) -> Self {
        Self::alias_of(&self.0).expect("a frozen arena is in pages")
    }
}

impl<T> Deref for FrozenArena<T> {
    type Target = FfiArena<T>;

    fn deref(&self) -> &FfiArena<T> {
        &self.0
    }
}

impl<T> fmt::Debug for FrozenArena<T>
where
    FfiArena<T>: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Arenas that are only read from now on.
impl<T: ArenaMessage> FfiArena<T> {
    /// Returns an arena whose pages nobody can write to, and which any number of threads and
    /// isolates read: a check of it holds for good, so lending it costs nothing.
    ///
    /// Copies all bytes; [`compact`](Self::compact) before leaves out what nothing refers to.
    ///
    /// # Errors
    ///
    /// Returns an error if the system has no memory, or no pages that are only read.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    ///
    /// use ffi_core::FfiMessage;
    /// use ffi_core::arena::{ArenaStr, FfiArena};
    ///
    /// #[derive(FfiMessage)]
    /// #[repr(C)]
    /// struct Greeting {
    ///     text: ArenaStr,
    /// }
    ///
    /// let mut arena = FfiArena::<Greeting>::new();
    /// arena.edit().set_text("hello");
    /// let frozen = arena.freeze()?;
    /// let shared = frozen.clone();
    /// thread::spawn(move || assert_eq!(shared.root().text(), "hello")).join().unwrap();
    ///
    /// let mut copy = FfiArena::clone(&frozen);
    /// copy.edit().set_text("bye");
    /// assert_eq!(frozen.root().text(), "hello");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn freeze(self) -> io::Result<FrozenArena<T>> {
        FrozenArena::copy_of(&self).inspect(FrozenArena::accept)
    }
}
