//! `ArenaVec<T>`.

use std::fmt;
use std::marker::PhantomData;

use bytemuck::Zeroable;

use super::check::ArenaCheck;
use super::copy::copy_values;
use super::held::compared_as_views;
use super::memory::ArenaFull;
use super::place::{ArenaPlace, refused};
use super::reach::Reached;
use super::region::ArenaRef;
use super::value::ArenaType;
use super::view::ArenaList;
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;
use crate::types::{FfiType, InvalidValue, Itself};

/// A list of any length, elsewhere in the arena of its message. Zeros are the empty list. A message
/// may have a list of its own type.
///
/// # Examples
///
/// ```
/// use ffi_core::FfiMessage;
/// use ffi_core::arena::{ArenaStr, ArenaVec, FfiArena};
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
/// struct Folder {
///     name: ArenaStr,
///     sizes: ArenaVec<u64>,
///     folders: ArenaVec<Folder>,
/// }
///
/// let mut arena = FfiArena::<Folder>::new();
/// let mut root = arena.edit();
/// root.sizes(2).extend([4_096, 17]);
/// root.folders(1).push().set_name("src");
/// let root = arena.root();
/// assert_eq!(root.sizes().as_slice(), [4_096, 17]);
/// assert_eq!(root.folders().iter().next().unwrap().name(), "src");
/// ```
#[repr(C)]
pub struct ArenaVec<T> {
    at: u32,
    len: u32,
    of: PhantomData<fn() -> T>,
}

impl<T> ArenaVec<T> {
    /// Handle of the empty list.
    pub const EMPTY: Self = Self::of(0, 0);

    #[inline(always)]
    const fn of(at: u32, len: u32) -> Self {
        Self { at, len, of: PhantomData }
    }

    /// Returns the elements.
    ///
    /// # Safety
    ///
    /// It is a handle of that arena.
    #[inline(always)]
    pub(crate) unsafe fn slice<'a>(&self, arena: ArenaRef<'a>) -> &'a [T] {
        // SAFETY: it is a handle of that arena, by this function's contract.
        unsafe { arena.list(self.at, self.len) }
    }
}

impl ArenaVec<u8> {
    /// Stores a handle of a copy of bytes.
    #[inline(always)]
    pub(super) fn write(mut place: ArenaPlace<'_, Self>, bytes: &[u8]) -> Result<(), ArenaFull> {
        let handle = if bytes.is_empty() { Self::EMPTY } else { Self::copy_of(&mut place, bytes)? };
        // SAFETY: the place is aligned and writable; the handle has no padding, and refers to bytes
        // that have just been added.
        unsafe { place.pointer().write(handle) };
        Ok(())
    }

    #[inline(always)]
    fn copy_of(place: &mut ArenaPlace<'_, Self>, bytes: &[u8]) -> Result<Self, ArenaFull> {
        let len = u32::try_from(bytes.len()).map_err(|_| ArenaFull::TooLarge)?;
        let mut first = place.alloc::<u8>(len)?;
        // SAFETY: as many bytes have just been added, so they are other memory than the slice's.
        unsafe { first.pointer().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        Ok(Self::of(first.offset(), len))
    }
}

// SAFETY: zeros are the empty list.
unsafe impl<T> Zeroable for ArenaVec<T> {}

// SAFETY: two numbers, for which any bits are valid. Elements are only read through the view of an
// arena. The record names the type, whose layout may hold the list in turn.
unsafe impl<T: ArenaType> FfiType for ArenaVec<T> {
    type Form = Itself;
    const TYPE: Fragment =
        &[Piece::Text("{\"arena_vec\":{\"of\":"), Piece::Nested(T::TYPE), Piece::Text("}}")];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::ARENA_VEC, T::IDENTITY]);
    const ANY_BITS: bool = true;
    const ARENA: bool = true;

    #[inline]
    unsafe fn check(_: *const Self) -> Result<(), InvalidValue> {
        Ok(())
    }
}

// SAFETY: the check covers the elements that the handle refers to; what is stored is an empty
// handle, without padding, and the copy has elements of its own.
unsafe impl<T: ArenaType> ArenaType for ArenaVec<T> {
    type InArena = Itself;
    type View<'a> = ArenaList<'a, T>;
    /// Nothing but the empty list: elements come from the editor.
    type Value<'v> = Self;
    type Edit<'a> = ArenaVecEdit<'a, T>;

    #[inline(always)]
    unsafe fn view<'a>(arena: ArenaRef<'a>, value: &'a Self) -> ArenaList<'a, T> {
        // SAFETY: it is a handle of that arena, by this function's contract.
        let values = unsafe { value.slice(arena) };
        // SAFETY: the elements are in the arena.
        unsafe { ArenaList::new(arena, values) }
    }

    #[inline(always)]
    fn edit(place: ArenaPlace<'_, Self>) -> ArenaVecEdit<'_, T> {
        let len = place.len;
        ArenaVecEdit { room: len, place }
    }

    #[inline(always)]
    fn put(mut place: ArenaPlace<'_, Self>, value: Self) -> Result<(), ArenaFull> {
        place.store(&value);
        Ok(())
    }

    #[inline(always)]
    unsafe fn check_in(value: *const Self, check: &mut ArenaCheck<'_>) -> Result<(), InvalidValue> {
        // SAFETY: by this function's contract the handle is aligned and initialised; any bits are
        // one.
        let Self { at, len, .. } = unsafe { value.read() };
        check.list::<T>(at, len).map(drop)
    }

    #[inline(always)]
    unsafe fn store(_: *const Self, place: *mut Self) {
        // SAFETY: the place is aligned and writable, by this function's contract.
        unsafe { place.write(Self::EMPTY) };
    }

    #[inline(always)]
    unsafe fn copy_in(
        value: &Self,
        mut place: ArenaPlace<'_, Self>,
        from: ArenaRef<'_>,
    ) -> Result<(), ArenaFull> {
        // SAFETY: it is a handle of the arena that is copied, by this function's contract.
        let values = unsafe { value.slice(from) };
        let handle = if values.is_empty() {
            Self::EMPTY
        } else {
            // SAFETY: the elements are in the arena that is copied.
            Self::of(unsafe { copy_values(from, values, &mut place) }?, value.len)
        };
        // SAFETY: the place is aligned and writable; copies of the elements are at that offset.
        unsafe { place.pointer().write(handle) };
        Ok(())
    }

    compared_as_views!();

    fn reach(reached: &mut Reached) {
        T::reach(reached);
    }
}

/// Editor of a list.
///
/// It knows how much room the list has, which the arena doesn't: so one that is filled through
/// several editors, with other parts in between, moves more often, and leaves its old elements as
/// waste.
#[derive(Debug)]
pub struct ArenaVecEdit<'a, T> {
    place: ArenaPlace<'a, ArenaVec<T>>,
    /// Number of elements that the list's memory has room for, at least its length. Memory after
    /// the length is zeros.
    room: u32,
}

#[cfg(feature = "proto")]
impl<T: ArenaType> ArenaPlace<'_, ArenaVec<T>> {
    /// Returns the offset of the elements, and their number.
    pub(super) fn handle(&self) -> (u32, u32) {
        (self.at, self.len)
    }
}

#[cfg(feature = "proto")]
impl<'a, T: ArenaType> ArenaVecEdit<'a, T> {
    /// Returns the editor of a list.
    ///
    /// # Safety
    ///
    /// Its memory has room for that many elements, at least its length, and those behind it are
    /// zeros.
    pub(super) unsafe fn with_room(place: ArenaPlace<'a, ArenaVec<T>>, room: u32) -> Self {
        Self { place, room }
    }

    /// Returns the place of the list.
    pub(super) fn place(&mut self) -> &mut ArenaPlace<'a, ArenaVec<T>> {
        &mut self.place
    }

    /// Keeps the elements with these indices, in that order. What the others refer to is waste.
    ///
    /// # Panics
    ///
    /// Panics if there is no element at one of them, or there are more than elements.
    pub(super) fn select(&mut self, indices: &[usize]) {
        let len = self.len();
        assert!(indices.len() <= len, "elements are only left out");
        let size = size_of::<T>();
        let first = match len {
            0 => return,
            // SAFETY: the list has a first element.
            _ => unsafe { self.element(0) }.pointer().cast::<u8>(),
        };
        let mut old = vec![0_u8; len * size];
        // SAFETY: `len` elements are there, whose bytes are initialised, padding included.
        unsafe { old.as_mut_ptr().copy_from_nonoverlapping(first, old.len()) };
        for (to, from) in indices.iter().enumerate() {
            let element = &old[from * size..][..size];
            // SAFETY: `to < len`, so an element is there.
            let target = unsafe { first.add(to * size) };
            // SAFETY: both are an element's bytes, in two allocations; its handles stay in their
            // arena, and no two elements are copies of one that stay, if the indices are distinct,
            // or else share what they refer to, as parts that are read may.
            unsafe { target.copy_from_nonoverlapping(element.as_ptr(), size) };
        }
        self.truncate(indices.len());
    }
}

impl<T: ArenaType> ArenaVecEdit<'_, T> {
    /// Returns the number of elements.
    #[must_use]
    #[inline]
    pub fn len(&self) -> usize {
        self.place.len as usize
    }

    /// Returns true if there are no elements.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.place.len == 0
    }

    /// Returns the list as it is read.
    #[must_use]
    #[inline]
    pub fn view(&self) -> ArenaList<'_, T> {
        self.place.view()
    }

    /// Makes room for `more` elements, which then are added without moving the list.
    ///
    /// # Panics
    ///
    /// Panics if the arena can't hold them: see [`try_reserve`](Self::try_reserve).
    #[inline]
    #[track_caller]
    pub fn reserve(&mut self, more: usize) {
        if let Err(full) = self.try_reserve(more) {
            refused(full);
        }
    }

    /// Makes room for `more` elements, which then are added without moving the list.
    ///
    /// # Errors
    ///
    /// Returns an error if the arena can't hold them.
    #[inline]
    pub fn try_reserve(&mut self, more: usize) -> Result<(), ArenaFull> {
        if more <= (self.room - self.place.len) as usize {
            return Ok(());
        }
        let wanted = u32::try_from(more).ok().and_then(|more| self.place.len.checked_add(more));
        self.make_room(wanted.ok_or(ArenaFull::TooLarge)?)
    }

    /// Makes room for `wanted` elements in all, more than there is: behind the elements, if the
    /// arena ends there, else elsewhere.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self, wanted: u32) -> Result<(), ArenaFull> {
        let () = const { assert!(size_of::<T>() > 0, "a list in an arena needs elements of some size") };
        let (at, len) = (self.place.at, self.place.len);
        let end = u64::from(at) + u64::from(self.room) * size_of::<T>() as u64;
        if self.room == 0 || !self.place.memory().extend::<T>(end, wanted - self.room)? {
            let to = self.place.alloc::<T>(wanted)?.offset();
            // Nothing is at the offset of an empty list.
            if len > 0 {
                // SAFETY: the old elements are there.
                let old = unsafe { self.place.referred::<T>(at) }.pointer().cast::<u8>();
                // SAFETY: zeros, which are a valid `T`, have just been added there.
                let new = unsafe { self.place.referred::<T>(to) }.pointer().cast::<u8>();
                // SAFETY: `len` elements are in the old memory, and as many have room in the new
                // one, which has just been added. The bytes are copied as such, padding included.
                unsafe { new.copy_from_nonoverlapping(old, len as usize * size_of::<T>()) };
            }
            // SAFETY: the place is aligned and writable; the elements have just been moved there.
            unsafe { self.place.pointer().write(ArenaVec::of(to, len)) };
        }
        self.room = wanted;
        Ok(())
    }

    /// Adds an element of zeros; returns its place.
    #[inline(always)]
    pub(crate) fn grow(&mut self) -> Result<ArenaPlace<'_, T>, ArenaFull> {
        let len = self.place.len;
        if len == self.room {
            let wanted = len.saturating_mul(2).max(4);
            if wanted == len {
                return Err(ArenaFull::TooLarge);
            }
            self.make_room(wanted)?;
        }
        let at = self.place.at;
        // SAFETY: the place is aligned and writable; `len < room`, so zeros, which are a valid `T`,
        // are behind the elements.
        unsafe { self.place.pointer().write(ArenaVec::of(at, len + 1)) };
        // SAFETY: there is room for more than `len`.
        Ok(unsafe { self.element(len) })
    }

    /// Returns the place of an element.
    ///
    /// # Safety
    ///
    /// The list has room for more than `index` elements.
    #[inline(always)]
    unsafe fn element(&mut self, index: u32) -> ArenaPlace<'_, T> {
        let at = self.place.at;
        // SAFETY: the list has room for elements at that offset, where each is valid, as those that
        // aren't used are zeros.
        let first = unsafe { self.place.referred::<T>(at) };
        // SAFETY: there is room for one at `index`, by this function's contract.
        unsafe { first.into_nth(index) }
    }

    /// Returns the place of the element at `index`, if there is one.
    #[inline]
    pub(crate) fn place_of(&mut self, index: usize) -> Option<ArenaPlace<'_, T>> {
        // SAFETY: the list is longer than `index`, which a `u32` can hold, as it can its length.
        (index < self.len()).then(|| unsafe { self.element(index as u32) })
    }

    /// Adds an element of zeros; returns its editor.
    ///
    /// # Panics
    ///
    /// Panics if the arena can't hold it: see [`try_push`](Self::try_push).
    #[inline]
    #[track_caller]
    pub fn push(&mut self) -> T::Edit<'_> {
        match self.grow() {
            Ok(place) => T::edit(place),
            Err(full) => refused(full),
        }
    }

    /// Adds an element of zeros; returns its editor.
    ///
    /// # Errors
    ///
    /// Returns an error if the arena can't hold it.
    #[inline]
    pub fn try_push(&mut self) -> Result<T::Edit<'_>, ArenaFull> {
        self.grow().map(T::edit)
    }

    /// Adds an element.
    ///
    /// # Panics
    ///
    /// Panics if the arena can't hold it: see [`try_add`](Self::try_add).
    #[inline]
    #[track_caller]
    pub fn add(&mut self, value: T::Value<'_>) {
        if let Err(full) = self.try_add(value) {
            refused(full);
        }
    }

    /// Adds an element.
    ///
    /// # Errors
    ///
    /// Returns an error if the arena can't hold it; then the list is as it was.
    #[inline]
    pub fn try_add(&mut self, value: T::Value<'_>) -> Result<(), ArenaFull> {
        let len = self.len();
        let added = T::put(self.grow()?, value);
        if added.is_err() {
            self.truncate(len);
        }
        added
    }

    /// Adds elements.
    ///
    /// # Panics
    ///
    /// Panics if the arena can't hold them; those before have been added.
    // A function of its own, as its loop needs all registers.
    #[inline(never)]
    #[track_caller]
    pub fn extend<'v>(&mut self, values: impl IntoIterator<Item = T::Value<'v>>) {
        values.into_iter().for_each(|value| self.add(value));
    }

    /// Returns the editor of the element at `index`, if there is one.
    #[inline]
    pub fn get(&mut self, index: usize) -> Option<T::Edit<'_>> {
        self.place_of(index).map(T::edit)
    }

    /// Keeps the first `len` elements, if there are more. What the others refer to is waste.
    pub fn truncate(&mut self, len: usize) {
        let (at, old) = (self.place.at, self.place.len);
        if len >= old as usize {
            return;
        }
        let len = len as u32;
        // SAFETY: the list is longer than `len`.
        let rest = unsafe { self.element(len) }.pointer();
        // SAFETY: `old - len` elements are there. Zeros are what memory after the length is.
        unsafe { rest.write_bytes(0, (old - len) as usize) };
        // SAFETY: the place is aligned and writable; fewer elements are valid as more are.
        unsafe { self.place.pointer().write(ArenaVec::of(at, len)) };
    }

    /// Removes all elements.
    #[inline]
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// Removes the element at `index`, and moves those behind it.
    ///
    /// # Panics
    ///
    /// Panics if there is none.
    #[track_caller]
    pub fn remove(&mut self, index: usize) {
        let len = self.len();
        assert!(index < len, "removal index (is {index}) should be < len (is {len})");
        self.move_elements(index + 1, index, len - 1 - index);
        self.truncate(len - 1);
    }

    /// Swaps two elements: their handles stay in the arena, so what they refer to doesn't move.
    ///
    /// # Panics
    ///
    /// Panics if one of them isn't there.
    #[track_caller]
    pub fn swap(&mut self, a: usize, b: usize) {
        let len = self.len();
        assert!(a < len && b < len, "index {} is not below the length {len}", a.max(b));
        let at = self.place.at;
        // SAFETY: the list has elements at that offset.
        let first = unsafe { self.place.referred::<T>(at) }.pointer().cast::<u8>();
        let size = size_of::<T>();
        // SAFETY: the list is longer than `a`.
        let left = unsafe { first.add(a * size) };
        // SAFETY: the list is longer than `b`.
        let right = unsafe { first.add(b * size) };
        if a != b {
            // SAFETY: both are elements of that size, and not the same one.
            unsafe { std::ptr::swap_nonoverlapping(left, right, size) };
        }
    }

    /// Makes room for a new element at `index` and moves those behind it; returns its place, whose
    /// bytes are zeros.
    pub(super) fn insert_place(&mut self, index: usize) -> Result<ArenaPlace<'_, T>, ArenaFull> {
        let len = self.len();
        self.grow()?;
        self.move_elements(index, index + 1, len - index);
        // SAFETY: there is an element at `index <= len`, as one was added.
        let mut place = unsafe { self.element(index as u32) };
        // SAFETY: an element is there, of which the bytes have moved; zeros are a valid one.
        unsafe { place.pointer().write_bytes(0, 1) };
        Ok(place)
    }

    /// Copies `count` elements from one index to another; both ranges are inside of the list. The
    /// caller overwrites or cuts those that are there twice.
    fn move_elements(&mut self, from: usize, to: usize, count: usize) {
        debug_assert!(from.max(to) + count <= self.len());
        let at = self.place.at;
        // SAFETY: the list has elements at that offset.
        let first = unsafe { self.place.referred::<T>(at) }.pointer().cast::<u8>();
        let size = size_of::<T>();
        // SAFETY: the range is inside of the list.
        let source = unsafe { first.add(from * size) };
        // SAFETY: the range is inside of the list.
        let target = unsafe { first.add(to * size) };
        // SAFETY: both ranges are inside of the list. The bytes are copied as such, padding
        // included.
        unsafe { target.copy_from(source, count * size) };
    }
}

impl<T: ArenaType + bytemuck::Pod> ArenaVecEdit<'_, T> {
    /// Adds copies of all of `values` at once.
    ///
    /// # Panics
    ///
    /// Panics if the arena can't hold them: see
    /// [`try_extend_from_slice`](Self::try_extend_from_slice).
    #[inline]
    #[track_caller]
    pub fn extend_from_slice(&mut self, values: &[T]) {
        if let Err(full) = self.try_extend_from_slice(values) {
            refused(full);
        }
    }

    /// Adds copies of all of `values`, or nothing.
    ///
    /// # Errors
    ///
    /// Returns an error if the arena can't hold them.
    #[inline]
    pub fn try_extend_from_slice(&mut self, values: &[T]) -> Result<(), ArenaFull> {
        if values.is_empty() {
            return Ok(());
        }
        self.try_reserve(values.len())?;
        let (at, len) = (self.place.at, self.place.len);
        // SAFETY: the list has room for `values`, of which there are some, behind `len` elements.
        let end = unsafe { self.element(len) }.pointer();
        // SAFETY: there is room for as many values, which are in other memory, as a reference to
        // the arena's can't live while it is borrowed here. A `Pod` has no padding.
        unsafe { end.copy_from_nonoverlapping(values.as_ptr(), values.len()) };
        // The sum fits, as there is room for it.
        let len = len + values.len() as u32;
        // SAFETY: the place is aligned and writable; as many values are there now.
        unsafe { self.place.pointer().write(ArenaVec::of(at, len)) };
        Ok(())
    }
}

impl<T> fmt::Debug for ArenaVec<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ArenaVec({}, {})", self.at, self.len)
    }
}
