//! `FfiArena<T>`.

use std::fmt;
use std::io::{self, Write};
use std::marker::PhantomData;

use super::check::Use;
use super::copy;
use super::format::{ArenaHeader, HEADER_LEN};
use super::memory::{ArenaFull, At, Memory};
use super::place::{ArenaPlace, refused};
#[cfg(feature = "json")]
use super::region::ArenaRef;
use super::value::ArenaMessage;
use super::visit;
use crate::types::InvalidValue;

/// Owner of an arena whose root is a `T`.
///
/// # Examples
///
/// ```
/// use ffi_core::FfiMessage;
/// use ffi_core::arena::{ArenaStr, ArenaVec, FfiArena};
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
/// struct Order {
///     id: u64,
///     note: ArenaStr,
///     items: ArenaVec<ArenaStr>,
/// }
///
/// let mut arena = FfiArena::<Order>::new();
/// let mut order = arena.edit();
/// order.set_id(7);
/// order.set_note("as long as you like");
/// order.items(2).extend(["tea", "milk"]);
///
/// let order = arena.root();
/// assert_eq!((order.id, order.note(), order.items().len()), (7, "as long as you like", 2));
///
/// let copy = FfiArena::<Order>::from_bytes(&arena.to_bytes())?;
/// assert_eq!(copy.root().items().get(1), Some("milk"));
/// # Ok::<(), ffi_core::InvalidValue>(())
/// ```
pub struct FfiArena<T> {
    pub(super) memory: Memory,
    root: PhantomData<T>,
}

impl<T: ArenaMessage> FfiArena<T> {
    /// Place of the root: each memory that the type is made of begins with one.
    fn root_at() -> At<T> {
        // SAFETY: memory of this type begins with a header and a root: `Memory::new` gets the
        // root's size and makes zeros, which are a valid message, and a check accepted what
        // `Memory::copy_of` copies.
        unsafe { At::new(HEADER_LEN as u32) }
    }

    /// Returns an arena whose root is zeros.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(0, 0)
    }

    /// Returns an arena whose root is zeros, with room for so many bytes of lists and of text.
    #[must_use]
    pub fn with_capacity(lists: usize, text: usize) -> Self {
        Self::of(Memory::new(size_of::<T>(), lists, text))
    }

    /// Returns the owner of the memory of an arena of `T`.
    pub(super) fn of(memory: Memory) -> Self {
        Self { memory, root: PhantomData }
    }

    /// Returns the view of the root.
    #[must_use]
    #[inline]
    pub fn root(&self) -> T::View<'_> {
        let value = self.memory.get(Self::root_at());
        // SAFETY: the root is in the arena.
        unsafe { T::view(self.memory.arena(), value) }
    }

    /// Returns the arena, and the root in it.
    #[cfg(feature = "json")]
    pub(crate) fn in_place(&self) -> (ArenaRef<'_>, &T) {
        (self.memory.arena(), self.memory.get(Self::root_at()))
    }

    /// Returns the editor of the root.
    #[inline]
    pub fn edit(&mut self) -> T::Edit<'_> {
        T::edit(self.root_place())
    }

    #[inline]
    pub(super) fn root_place(&mut self) -> ArenaPlace<'_, T> {
        ArenaPlace::new(&mut self.memory, Self::root_at())
    }

    /// Makes the root zeros and removes all else. The memory stays.
    pub fn clear(&mut self) {
        self.memory.clear(size_of::<T>());
    }

    /// Returns the number of bytes that nothing refers to: old text, lists that moved, and gaps
    /// before values of larger alignment, which [`compact`](Self::compact) doesn't remove.
    ///
    /// Takes the time of a check.
    #[must_use]
    pub fn wasted(&self) -> usize {
        let accepted = visit::check::<T>(self.memory.lists(), self.memory.text(), Use::Read);
        // Shared text counts each time that it is referred to.
        let referred = accepted.map_or(0, |accepted| accepted.referred);
        self.len().saturating_sub(usize::try_from(referred).unwrap_or(usize::MAX))
    }

    /// Copies all that the root reaches to new memory, in the order of fields, and frees the old
    /// one.
    ///
    /// # Panics
    ///
    /// Panics if the text exceeds 4 GiB, when text of untrusted bytes was shared.
    #[track_caller]
    pub fn compact(&mut self) {
        match copy::compacted(&self.memory, Self::root_at()) {
            Ok(memory) => self.memory.replace(memory),
            Err(full) => refused(full),
        }
    }

    /// Returns a copy of all that the root reaches, in the order of fields.
    ///
    /// # Errors
    ///
    /// Returns an error if the text exceeds 4 GiB, when text of untrusted bytes was shared.
    pub fn compacted(&self) -> Result<Self, ArenaFull> {
        copy::compacted(&self.memory, Self::root_at()).map(Self::of)
    }

    /// Returns the number of bytes, header included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.memory.lists().len() + self.memory.text().len()
    }

    /// Returns false: an arena has a header and a root.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    fn header(&self, has_schema: bool) -> [u8; HEADER_LEN] {
        let (lists, text) = (self.memory.lists().len() as u64, self.memory.text().len() as u64);
        ArenaHeader { layout: T::layout(), lists, text, has_schema }.to_bytes()
    }

    /// Writes the bytes of the arena: header, lists, text.
    ///
    /// # Errors
    ///
    /// Returns the errors of the writer.
    pub fn write_to(&self, writer: impl Write) -> io::Result<()> {
        self.write_parts(writer, None)
    }

    /// Writes the bytes of the arena, with its schema behind them if there is one.
    pub(super) fn write_parts(&self, mut writer: impl Write, schema: Option<&str>) -> io::Result<()> {
        writer.write_all(&self.header(schema.is_some()))?;
        writer.write_all(&self.memory.lists()[HEADER_LEN..])?;
        writer.write_all(self.memory.text())?;
        writer.write_all(schema.unwrap_or_default().as_bytes())
    }

    /// Returns the bytes of the arena: header, lists, text.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len());
        self.write_parts(&mut bytes, None).expect("a vector takes all");
        bytes
    }

    /// Returns the layouts of all types that the root reaches, as JSON: the records that
    /// `ffi-dart-emit inspect --json` shows, cut to names, types and offsets.
    #[must_use]
    pub fn schema() -> String {
        visit::schema_of::<T>()
    }

    /// Copies and checks untrusted bytes, also for what only edits need: no two lists overlap.
    ///
    /// # Errors
    ///
    /// Returns the path to the first invalid part, and the mistake.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidValue> {
        let (lists, text) = visit::split::<T>(bytes)?;
        // The copy is checked, so that nobody can change what was.
        let memory = Memory::copy_of(lists, text)?;
        visit::check::<T>(memory.lists(), memory.text(), Use::Edit)?;
        Ok(Self::of(memory))
    }

    /// Checks untrusted bytes in place, and returns the view of their root. They are aligned to 64.
    ///
    /// # Errors
    ///
    /// Returns the path to the first invalid part, and the mistake.
    ///
    /// # Examples
    ///
    /// ```
    /// use ffi_core::FfiMessage;
    /// use ffi_core::arena::{ArenaStr, FfiArena};
    ///
    /// #[derive(FfiMessage)]
    /// #[repr(C)]
    /// struct Greeting {
    ///     text: ArenaStr,
    /// }
    ///
    /// #[repr(align(64))]
    /// struct Page([u8; 128]);
    ///
    /// let mut arena = FfiArena::<Greeting>::new();
    /// arena.edit().set_text("hello");
    /// let bytes = arena.to_bytes();
    /// let mut page = Page([0; 128]);
    /// page.0[..bytes.len()].copy_from_slice(&bytes);
    /// assert_eq!(FfiArena::<Greeting>::view(&page.0[..bytes.len()])?.text(), "hello");
    /// # Ok::<(), ffi_core::InvalidValue>(())
    /// ```
    pub fn view(bytes: &[u8]) -> Result<T::View<'_>, InvalidValue> {
        let (lists, text) = visit::split::<T>(bytes)?;
        let accepted = visit::check::<T>(lists, text, Use::Read)?;
        // SAFETY: the check has found a valid root behind the header.
        let root = unsafe { accepted.arena.value::<T>(HEADER_LEN as u32) };
        // SAFETY: the root is in the arena that the check accepted.
        Ok(unsafe { T::view(accepted.arena, root) })
    }
}

impl<T: ArenaMessage> Default for FfiArena<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: ArenaMessage> Clone for FfiArena<T> {
    fn clone(&self) -> Self {
        let memory = Memory::copy_of(self.memory.lists(), self.memory.text());
        Self::of(memory.expect("it was as large before"))
    }
}

impl<T> fmt::Debug for FfiArena<T>
where
    T: ArenaMessage,
    for<'a> T::View<'a>: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root().fmt(f)
    }
}
