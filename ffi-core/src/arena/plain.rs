//! The field types without handles of their own, in arenas.

use std::hash::{Hash, Hasher};

use super::check::ArenaCheck;
use super::copy::copy_field_in;
#[cfg(feature = "serde")]
use super::held::Written;
use super::held::{compared_as_options, compared_as_views, in_place};
use super::memory::ArenaFull;
use super::place::ArenaPlace;
use super::reach::Reached;
use super::region::ArenaRef;
use super::stored::store_field;
use super::value::ArenaType;
use super::view::ArenaList;
use crate::enumeration::FfiEnum;
use crate::scalars::for_each_number;
use crate::schema::fingerprint;
use crate::types::logical::{FfiDecimal, FfiDuration, FfiEmpty, FfiTimestamp, FfiUuid};
use crate::types::{
    Buffer, FfiBytes, FfiMap, FfiOpen, FfiOption, FfiStr, FfiType, FfiVec, InvalidValue, Itself, MapKey,
};

/// Implements what is the same for all values that are stored as themselves.
macro_rules! stored_as_itself {
    () => {
        type Value<'v> = Self;
        type Edit<'a> = ArenaPlace<'a, Self>;

        #[inline(always)]
        fn edit(place: ArenaPlace<'_, Self>) -> ArenaPlace<'_, Self> {
            place
        }

        #[inline(always)]
        fn put(mut place: ArenaPlace<'_, Self>, value: Self) -> Result<(), ArenaFull> {
            place.store(&value);
            Ok(())
        }
    };
}

/// Implements `view` for values that are read as copies.
macro_rules! read_as_a_copy {
    () => {
        type View<'a> = Self;

        #[inline(always)]
        unsafe fn view<'a>(_: ArenaRef<'a>, value: &'a Self) -> Self {
            *value
        }
    };
}

/// Implements `view` for values that are read in place.
macro_rules! read_in_place {
    () => {
        type View<'a> = &'a Self;

        #[inline(always)]
        unsafe fn view<'a>(_: ArenaRef<'a>, value: &'a Self) -> &'a Self {
            value
        }
    };
}

/// Implements `store` for types without padding and handles.
macro_rules! stored_as_bytes {
    () => {
        #[inline(always)]
        unsafe fn store(value: *const Self, place: *mut Self) {
            // SAFETY: both are aligned memory of a value, which don't overlap, by this function's
            // contract. All bytes of the value are initialised, as it has no padding.
            unsafe { place.copy_from_nonoverlapping(value, 1) };
        }
    };
}

/// Implements what compares and hashes values that have `Eq` and `Hash`, and numbers that don't.
macro_rules! compared_as {
    (f32) => {
        compared_as!(float);
    };
    (f64) => {
        compared_as!(float);
    };
    (float) => {
        #[inline]
        fn views_equal(a: Self, b: Self) -> bool {
            a == b || a.is_nan() && b.is_nan()
        }

        #[inline]
        fn hash_view<H: Hasher>(view: Self, state: &mut H) {
            // One hash for all NaNs, and one for both zeros.
            let number = if view.is_nan() { Self::NAN } else { view + 0.0 };
            number.to_bits().hash(state);
        }
    };
    ($type:ident) => {
        #[inline]
        fn views_equal(a: Self::View<'_>, b: Self::View<'_>) -> bool {
            a == b
        }

        #[inline]
        fn hash_view<H: Hasher>(view: Self::View<'_>, state: &mut H) {
            view.hash(state);
        }
    };
}

/// Implements `serialize_view` for types that have a `Serialize`.
macro_rules! serialized_as_itself {
    () => {
        #[cfg(feature = "serde")]
        fn serialize_view<S: serde::Serializer>(
            view: Self::View<'_>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            serde::Serialize::serialize(&view, serializer)
        }
    };
}

macro_rules! scalars {
    ($($scalar:ident $variant:ident $kind:literal,)*) => {$(
        // SAFETY: a number: nothing is referred to, and no padding.
        unsafe impl ArenaType for $scalar {
            type InArena = Itself;
            stored_as_itself!();
            read_as_a_copy!();
            stored_as_bytes!();
            compared_as!($scalar);
            serialized_as_itself!();
        }
    )*};
}

for_each_number!(scalars);

// SAFETY: a byte: nothing is referred to, and no padding.
unsafe impl ArenaType for bool {
    type InArena = Itself;
    stored_as_itself!();
    read_as_a_copy!();
    stored_as_bytes!();
    compared_as!(bool);
    serialized_as_itself!();
}

// SAFETY: an integer: nothing is referred to, and no padding.
unsafe impl<E: FfiEnum + ArenaType> ArenaType for FfiOpen<E> {
    type InArena = Itself;
    stored_as_itself!();
    read_in_place!();
    stored_as_bytes!();
    compared_as!(FfiOpen);

    #[cfg(feature = "serde")]
    fn serialize_view<S: serde::Serializer>(view: &Self, serializer: S) -> Result<S::Ok, S::Error> {
        // Nothing says that the integer has a `Serialize`, but it has a text of digits.
        let number = view.raw().to_string();
        match number.parse() {
            Ok(number) => serializer.serialize_i64(number),
            Err(_) => serializer.serialize_u64(number.parse().expect("an integer of 64 bits")),
        }
    }

    fn reach(reached: &mut Reached) {
        E::reach(reached);
    }
}

macro_rules! logical_types {
    ($($Type:ident: $bytes:literal,)*) => {$(
        const _: () = assert!(size_of::<$Type>() == usize::next_multiple_of($bytes, align_of::<$Type>()));

        // SAFETY: integers: nothing is referred to. What is stored is zeros, then the integers,
        // which are the first bytes and have no padding between them.
        unsafe impl ArenaType for $Type {
            type InArena = Itself;
            stored_as_itself!();
            read_as_a_copy!();
            compared_as!($Type);

            #[cfg(feature = "serde")]
            fn serialize_view<S: serde::Serializer>(
                view: Self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&view)
            }

            #[inline]
            unsafe fn store(value: *const Self, place: *mut Self) {
                // SAFETY: the place is writable, by this function's contract.
                unsafe { place.write_bytes(0, 1) };
                // SAFETY: both are memory of a value, which is that large and without padding so
                // far, and they don't overlap, by this function's contract.
                unsafe { place.cast::<u8>().copy_from_nonoverlapping(value.cast(), $bytes) };
            }
        }
    )*};
}

logical_types! {
    FfiTimestamp: 12,
    FfiDuration: 12,
    FfiUuid: 16,
    FfiDecimal: 20,
    FfiEmpty: 1,
}

/// Stores bytes or text in place: all of the memory after the length is written.
macro_rules! text_in_place {
    ($($Type:ident)*) => {$(
        // SAFETY: nothing is referred to. What is stored is the length and the bytes in use; all
        // others are zeros, and there is no padding between them.
        unsafe impl<const N: usize> ArenaType for $Type<N> {
            type InArena = Itself;
            stored_as_itself!();
            read_in_place!();
            compared_as!($Type);
            serialized_as_itself!();

            #[inline]
            unsafe fn store(value: *const Self, place: *mut Self) {
                // SAFETY: it is laid out as its buffer; the contract is the same, and a byte is
                // stored as it is.
                unsafe { Buffer::<u8, N>::store(value.cast(), place.cast(), u8::store) };
            }
        }
    )*};
}

text_in_place!(FfiStr FfiBytes);

// SAFETY: the check covers each element, the copy each that has handles, and what is stored is each
// element; there is no padding between them.
unsafe impl<T: ArenaType, const N: usize> ArenaType for [T; N]
where
    [T; N]: bytemuck::Zeroable,
{
    type InArena = Itself;
    stored_as_itself!();
    type View<'a> = ArenaList<'a, T>;
    const IDENTITY: u64 = fingerprint::array(T::IDENTITY, N as u64);

    #[inline(always)]
    unsafe fn view<'a>(arena: ArenaRef<'a>, value: &'a Self) -> ArenaList<'a, T> {
        // SAFETY: the elements are in the array, which is in the arena.
        unsafe { ArenaList::new(arena, value) }
    }

    #[inline]
    unsafe fn check_in(value: *const Self, check: &mut ArenaCheck<'_>) -> Result<(), InvalidValue> {
        // SAFETY: the elements are those of the array, for which this function's contract holds.
        unsafe { check_elements_in(value.cast::<T>(), N, check) }
    }

    #[inline]
    unsafe fn store(value: *const Self, place: *mut Self) {
        for index in 0..N {
            // SAFETY: both have an element there; this function's contract is that of the callee.
            unsafe { store_field::<T, _>(value, place, index * size_of::<T>()) };
        }
    }

    #[inline]
    unsafe fn copy_in(
        value: &Self,
        mut place: ArenaPlace<'_, Self>,
        from: ArenaRef<'_>,
    ) -> Result<(), ArenaFull> {
        // SAFETY: the elements are in the array, for which this function's contract holds, from its
        // start on.
        unsafe { copy_elements_in(value, 0, &mut place, from) }
    }

    compared_as_views!();

    fn reach(reached: &mut Reached) {
        T::reach(reached);
    }
}

// SAFETY: the check covers the presence byte and the value if it is present, the copy the value if
// it is present. What is stored is zeros, then the value if it is present, and the byte.
unsafe impl<T: ArenaType> ArenaType for FfiOption<T> {
    type InArena = Itself;
    stored_as_itself!();
    type View<'a> = Option<T::View<'a>>;
    const IDENTITY: u64 = fingerprint::mix(&[fingerprint::OPTION, T::IDENTITY]);

    #[inline(always)]
    unsafe fn view<'a>(arena: ArenaRef<'a>, value: &'a Self) -> Option<T::View<'a>> {
        // SAFETY: the value is in the option, which is in the arena.
        value.as_ref().map(|value| unsafe { T::view(arena, value) })
    }

    #[inline]
    unsafe fn check_in(value: *const Self, check: &mut ArenaCheck<'_>) -> Result<(), InvalidValue> {
        // SAFETY: the option is aligned and initialised, by this function's contract, and no thread
        // writes to it. This checks the byte, and the value but for its handles.
        unsafe { <Self as FfiType>::check(value) }?;
        // SAFETY: the option has been found valid, and no thread writes to it.
        let option = unsafe { &*value };
        match option.as_ref() {
            // SAFETY: the value is in the option, for which this function's contract holds.
            Some(value) if T::ARENA => unsafe { T::check_in(value, check) },
            _ => Ok(()),
        }
    }

    #[inline]
    unsafe fn store(value: *const Self, place: *mut Self) {
        // SAFETY: the place is writable, by this function's contract.
        unsafe { place.write_bytes(0, 1) };
        // SAFETY: the value is valid, by this function's contract.
        if let Some(value) = unsafe { &*value }.as_ref() {
            // SAFETY: the place is memory for an option, so the value is in it.
            let inner = unsafe { &raw mut (*place).value };
            // SAFETY: `value` is valid, and its place is initialised memory for one.
            unsafe { T::store(value, inner.cast()) };
            // SAFETY: the place is memory for an option, so the byte is in it.
            let present = unsafe { &raw mut (*place).present };
            // SAFETY: the byte is in the place, which the caller says is writable.
            unsafe { present.write(1) };
        }
    }

    #[inline]
    unsafe fn copy_in(
        value: &Self,
        mut place: ArenaPlace<'_, Self>,
        from: ArenaRef<'_>,
    ) -> Result<(), ArenaFull> {
        let Some(value) = value.as_ref() else { return Ok(()) };
        // SAFETY: the value is at the start of an option, for which this function's contract holds.
        unsafe { copy_field_in(value, 0, &mut place, from) }
    }

    compared_as_options!(T);

    fn reach(reached: &mut Reached) {
        T::reach(reached);
    }
}

impl<T: ArenaType> ArenaPlace<'_, FfiOption<T>> {
    /// Returns the editor of the value, if there is one.
    pub fn get(&mut self) -> Option<T::Edit<'_>> {
        // SAFETY: the value is at the start of an option, and valid if it is present.
        self.is_some().then(|| T::edit(unsafe { self.part::<T>(0) }))
    }

    /// Returns the editor of the value, which is zeros if there was none.
    pub fn get_or_insert(&mut self) -> T::Edit<'_> {
        T::edit(self.inner())
    }

    /// Returns the place of the value, which is zeros if there was none.
    pub(crate) fn inner(&mut self) -> ArenaPlace<'_, T> {
        if self.is_none() {
            let place = self.pointer();
            // SAFETY: the place is writable; without a value an option of zeros is valid.
            unsafe { place.write_bytes(0, 1) };
            // SAFETY: the place is memory for an option, so the byte is in it.
            let present = unsafe { &raw mut (*place).present };
            // SAFETY: it is writable; the value is zeros, which are valid.
            unsafe { present.write(1) };
        }
        // SAFETY: the value is at the start of an option, and present.
        unsafe { self.part::<T>(0) }
    }

    /// Removes the value.
    pub fn clear(&mut self) {
        self.store(&FfiOption::none());
    }
}

// SAFETY: the check covers the length and each element in use, the copy each element in use that
// has handles. What is stored is zeros, then each element in use, and the length.
unsafe impl<T: ArenaType, const N: usize> ArenaType for FfiVec<T, N> {
    type InArena = Itself;
    stored_as_itself!();
    type View<'a> = ArenaList<'a, T>;
    const IDENTITY: u64 = fingerprint::mix(&[fingerprint::VEC, T::IDENTITY, N as u64]);

    #[inline(always)]
    unsafe fn view<'a>(arena: ArenaRef<'a>, value: &'a Self) -> ArenaList<'a, T> {
        // SAFETY: the elements are in the vector, which is in the arena.
        unsafe { ArenaList::new(arena, value) }
    }

    #[inline]
    unsafe fn check_in(value: *const Self, check: &mut ArenaCheck<'_>) -> Result<(), InvalidValue> {
        // SAFETY: the vector is aligned and initialised, by this function's contract, and no thread
        // writes to it. This checks the length, and the elements but for their handles.
        unsafe { <Self as FfiType>::check(value) }?;
        if !T::ARENA {
            return Ok(());
        }
        // SAFETY: the vector has been found valid, and no thread writes to it.
        let elements = unsafe { &*value }.as_slice();
        // SAFETY: the elements are in the vector, for which this function's contract holds.
        unsafe { check_elements_in(elements.as_ptr(), elements.len(), check) }
    }

    #[inline]
    unsafe fn store(value: *const Self, place: *mut Self) {
        // SAFETY: it is laid out as its buffer; the contract is the same, and an element is stored
        // as its type says.
        unsafe { Buffer::<T, N>::store(value.cast(), place.cast(), T::store) };
    }

    #[inline]
    unsafe fn copy_in(
        value: &Self,
        mut place: ArenaPlace<'_, Self>,
        from: ArenaRef<'_>,
    ) -> Result<(), ArenaFull> {
        // SAFETY: the elements are in the vector, for which this function's contract holds, from
        // that offset on.
        unsafe { copy_elements_in(value, Buffer::<T, N>::ITEMS, &mut place, from) }
    }

    compared_as_views!();

    fn reach(reached: &mut Reached) {
        T::reach(reached);
    }
}

// SAFETY: nothing is referred to: a constant of `FfiType` refuses keys and values with handles.
// What is stored is zeros, then each entry in use, and the length.
unsafe impl<K: MapKey + ArenaType, V: ArenaType, const N: usize> ArenaType for FfiMap<K, V, N> {
    type InArena = Itself;
    stored_as_itself!();
    read_in_place!();
    const IDENTITY: u64 = fingerprint::mix(&[fingerprint::MAP, K::IDENTITY, V::IDENTITY, N as u64]);

    #[inline]
    unsafe fn store(value: *const Self, place: *mut Self) {
        // SAFETY: it is laid out as its buffer; the contract is the same, and an entry is stored as
        // its key and its value.
        unsafe { Self::store_entries(value, place, K::store, V::store) };
    }

    fn views_equal(a: &Self, b: &Self) -> bool {
        let has = |(key, value): (&K, &V)| {
            b.get(key).is_some_and(|other| V::views_equal(in_place(value), in_place(other)))
        };
        a.len() == b.len() && a.iter().all(has)
    }

    fn hash_view<H: Hasher>(view: &Self, state: &mut H) {
        // The entries have no order.
        view.len().hash(state);
    }

    #[cfg(feature = "serde")]
    fn serialize_view<S: serde::Serializer>(view: &Self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries = view.iter();
        serializer.collect_map(
            entries.map(|(key, value)| (Written::<K>(in_place(key)), Written::<V>(in_place(value)))),
        )
    }

    fn reach(reached: &mut Reached) {
        K::reach(reached);
        V::reach(reached);
    }
}

/// Checks consecutive values.
///
/// # Safety
///
/// The contract of [`ArenaType::check_in`], for each of `len` values from `first` on.
#[inline]
unsafe fn check_elements_in<T: ArenaType>(
    first: *const T,
    len: usize,
    check: &mut ArenaCheck<'_>,
) -> Result<(), InvalidValue> {
    if T::ANY_BITS && !T::ARENA {
        return Ok(());
    }
    for index in 0..len {
        // SAFETY: there are `len` values, by this function's contract.
        let element = unsafe { first.add(index) };
        // SAFETY: the element is one of them, for which this function's contract holds.
        unsafe { T::check_in(element, check) }.map_err(|invalid| invalid.at_index(index))?;
    }
    Ok(())
}

/// Gives the handles in copies of consecutive values contents of their own.
///
/// # Safety
///
/// The contract of [`ArenaType::copy_in`], for each of the values, which are `offset` bytes from
/// the start of the place on.
#[inline]
unsafe fn copy_elements_in<T: ArenaType, H: ArenaType>(
    values: &[T],
    offset: usize,
    place: &mut ArenaPlace<'_, H>,
    from: ArenaRef<'_>,
) -> Result<(), ArenaFull> {
    if T::ARENA {
        for (index, value) in values.iter().enumerate() {
            // SAFETY: the value is one of them, for which this function's contract holds.
            unsafe { copy_field_in(value, offset + index * size_of::<T>(), place, from) }?;
        }
    }
    Ok(())
}

impl<T: ArenaType, const N: usize> ArenaPlace<'_, [T; N]>
where
    [T; N]: bytemuck::Zeroable,
{
    /// Returns the editor of the element at `index`, if there is one.
    pub fn get(&mut self, index: usize) -> Option<T::Edit<'_>> {
        // SAFETY: there is an element at `index`, which is that far from the start.
        (index < N).then(|| T::edit(unsafe { self.part::<T>(index * size_of::<T>()) }))
    }
}

impl<T: ArenaType, const N: usize> ArenaPlace<'_, FfiVec<T, N>> {
    /// Returns the editor of the element at `index`, if there is one.
    pub fn get(&mut self, index: usize) -> Option<T::Edit<'_>> {
        if index >= self.len() {
            return None;
        }
        // SAFETY: there is an element at `index`, which is that far from the start.
        Some(T::edit(unsafe { self.part::<T>(Buffer::<T, N>::ITEMS + index * size_of::<T>()) }))
    }

    /// Adds an element of zeros; returns its editor, or `None` if the vector is full.
    pub fn push(&mut self) -> Option<T::Edit<'_>> {
        self.push_place().map(T::edit)
    }

    /// Adds copies of values, or none of them if there is no room for all. Returns true if they
    /// were added.
    ///
    /// What holds handles doesn't compile: these mean nothing outside of their arena.
    ///
    /// # Examples
    ///
    /// ```
    /// use ffi_core::arena::{ArenaStr, FfiArena};
    /// use ffi_core::{FfiMessage, FfiVec};
    ///
    /// #[derive(FfiMessage)]
    /// #[repr(C)]
    /// struct Series {
    ///     name: ArenaStr,
    ///     values: FfiVec<f32, 4>,
    /// }
    ///
    /// let mut arena = FfiArena::<Series>::new();
    /// assert!(arena.edit().values().extend_from_slice(&[0.5, 1.5, 2.5]));
    /// assert!(!arena.edit().values().extend_from_slice(&[3.5, 4.5]));
    /// assert_eq!(arena.root().values().iter().sum::<f32>(), 4.5);
    /// ```
    #[must_use = "without room nothing is added"]
    pub fn extend_from_slice(&mut self, values: &[T]) -> bool {
        const { assert!(!T::ARENA, "values with handles can't be copied into an arena") };
        let len = self.len();
        if N - len < values.len() {
            return false;
        }
        let place = self.pointer().cast::<u8>();
        // SAFETY: the vector has room for so many elements more, which begin at that offset.
        let first = unsafe { place.add(Buffer::<T, N>::ITEMS + len * size_of::<T>()) }.cast::<T>();
        for (index, value) in values.iter().enumerate() {
            // SAFETY: there is room for an element at that index.
            let element = unsafe { first.add(index) };
            // SAFETY: the value is valid, and the room is the arena's, whose memory is aligned,
            // initialised and writable; it is borrowed mutably, so the value isn't in it.
            unsafe { T::store(value, element) };
        }
        // SAFETY: a vector begins with its length; so many elements are valid now. The sum is at
        // most the capacity, which a `u32` can hold.
        unsafe { place.cast::<u32>().write((len + values.len()) as u32) };
        true
    }

    /// Adds an element of zeros; returns its place, or `None` if the vector is full.
    pub(crate) fn push_place(&mut self) -> Option<ArenaPlace<'_, T>> {
        let len = self.len();
        if len == N {
            return None;
        }
        let offset = Buffer::<T, N>::ITEMS + len * size_of::<T>();
        let place = self.pointer().cast::<u8>();
        // SAFETY: the vector has room for an element at that offset.
        let element = unsafe { place.add(offset) };
        // SAFETY: it is writable; zeros are a valid element.
        unsafe { element.write_bytes(0, size_of::<T>()) };
        // SAFETY: a vector begins with its length; one more element is valid now. The sum is at
        // most the capacity, which a `u32` can hold.
        unsafe { place.cast::<u32>().write(len as u32 + 1) };
        // SAFETY: an element is at that offset.
        Some(unsafe { self.part::<T>(offset) })
    }
}
