//! Arithmetic on arrays of messages with `#[ffi(simd)]`.
//!
//! ```
//! use ffi_core::FfiMessage;
//! use ffi_core::simd::{FfiBatch, FfiSimd};
//!
//! #[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
//! #[repr(C)]
//! #[ffi(simd)]
//! struct Particle {
//!     position: [f32; 2],
//!     velocity: [f32; 2],
//!     mass: f32,
//! }
//!
//! let particle = |x, mass| Particle { position: [x, 0.0], velocity: [1.0, 2.0], mass };
//! let mut particles = [particle(0.0, 1.0), particle(10.0, 3.0)];
//! let fields = Particle::FIELDS;
//!
//! // All fields at once, and one alone.
//! assert_eq!(particles.sums(), [10.0, 0.0, 2.0, 4.0, 4.0]);
//! assert_eq!(fields.mass.mean(&particles), Some(2.0));
//! // A step of a simulation.
//! particles.axpy_fields(0.5, fields.velocity, fields.position);
//! assert_eq!(particles[1].position, [10.5, 1.0]);
//! fields.mass.scale(&mut particles, 2.0);
//! assert_eq!(fields.mass.sum(&particles), 8.0);
//! ```
//!
//! # Which messages have what
//!
//! A field is numeric if it is a number, an array of numbers, or a message whose fields are all
//! numbers of one type and without padding; `bool` and enums are no numbers. Aliases are resolved,
//! as rustc decides and not the macro.
//!
//! | message | [`FIELDS`](FfiSimd::FIELDS) | [`FfiBatch`] |
//! |---|---|---|
//! | all fields numeric, of one type, no padding | all | yes |
//! | some other fields | operations on those that are numeric | no |
//! | no numeric field | refused by the compiler | |
//!
//! [`FfiBatch`] loads whole records into the vectors of the machine. [`Field`] loads numbers one at
//! a time, as gathers are slower: for a message that is all numbers, the sum of all fields costs no
//! more than that of one. If only one field matters, keep it in a slice of its own.
//!
//! The rules of the [module above](super) apply: one result on every machine, NaN, zeros, integers.

use std::fmt;
use std::marker::PhantomData;

use super::indexed::Indexed;
use super::operation::{Greatest, Least};
use super::strided::{Records, Strided, StridedMut};
use super::{Float, Scalar, assert_range, differ, records};
use crate::scalars::for_each_number;
use crate::schema::piece::{Member, PartList};
use crate::types::{FfiType, Lanes};

/// A message with `#[ffi(simd)]`. The derive implements it.
///
/// # Safety
///
/// An implementation promises that, if [`Numbers`](Self::Numbers) are `N` of a [`Scalar`] `T`, the
/// message is `N` consecutive numbers of that type and any numbers are a valid message.
pub unsafe trait FfiSimd: FfiType + Sized {
    /// [`Numbers<T, N>`](Numbers) if the whole message consists of them; otherwise [`Numbers<Mixed,
    /// 0>`](Mixed).
    type Numbers;
    /// A struct with a [`Field`] for each field of the message, with its name.
    type Fields: Copy;
    /// Each field of the message, for calls such as `Particle::FIELDS.mass.sum(&particles)`.
    const FIELDS: Self::Fields;
}

/// `N` numbers of type `T`: the view of a field or a message for kernels. It has no values.
pub struct Numbers<T, const N: usize>(PhantomData<T>);

/// Placeholder for the type of numbers, if there is no single one.
#[derive(Clone, Copy, Debug)]
pub enum Mixed {}

/// Type-level number of a type in [`Lanes`](crate::types::Lanes).
pub struct Kind<const KIND: u8>;

/// Type-level function from the number of a type to the type.
pub trait NumberOf {
    /// The type with that number.
    type Number;
}

macro_rules! kinds {
    ($($number:ident $variant:ident $kind:literal,)*) => { $(
        impl NumberOf for Kind<$kind> {
            type Number = $number;
        }
    )* };
}

for_each_number!(kinds);

impl NumberOf for Kind<{ Lanes::MIXED.kind }> {
    type Number = Mixed;
}

/// Operations on arrays of messages that consist of `N` numbers of type `T`, with `#[ffi(simd)]`;
/// import it to use them. Results are in the order of memory, with arrays and messages inside
/// flattened.
///
/// Operations with one operand for all messages are called `.._record`; the others take an array of
/// as many messages.
///
/// The [module](self) has an example.
pub trait FfiBatch<M, T: Scalar, const N: usize> {
    /// Returns all numbers as one slice, as the functions of [`simd`](super) take them.
    fn numbers(&self) -> &[T];

    /// Returns all numbers as one mutable slice.
    fn numbers_mut(&mut self) -> &mut [T];

    /// Returns the sum of each field, with the bits of [`simd::sum`](super::sum); zeros if there is
    /// no message. Integers are added in [`Scalar::Sum`].
    #[must_use]
    fn sums(&self) -> [<T as Scalar>::Sum; N] {
        records::sum(self.numbers())
    }

    /// Returns the mean of each field, or `None` if there is no message.
    #[must_use]
    fn means(&self) -> [Option<<T as Scalar>::Mean>; N] {
        records::mean(self.numbers())
    }

    /// Returns the smallest of each field, ignoring NaN, or `None` if there is no number.
    #[must_use]
    fn mins(&self) -> [Option<T>; N] {
        records::min(self.numbers())
    }

    /// Returns the largest of each field, ignoring NaN, or `None` if there is no number.
    #[must_use]
    fn maxs(&self) -> [Option<T>; N] {
        records::max(self.numbers())
    }

    /// Adds the fields of the messages of `other` to those here. Integers wrap around.
    ///
    /// # Panics
    ///
    /// Panics if the lengths differ.
    #[track_caller]
    fn add_assign(&mut self, other: &[M])
    where
        [M]: FfiBatch<M, T, N>,
    {
        super::add(self.numbers_mut(), other.numbers());
    }

    /// Subtracts the fields of the messages of `other` from those here. Integers wrap around.
    ///
    /// # Panics
    ///
    /// Panics if the lengths differ.
    #[track_caller]
    fn sub_assign(&mut self, other: &[M])
    where
        [M]: FfiBatch<M, T, N>,
    {
        super::sub(self.numbers_mut(), other.numbers());
    }

    /// Multiplies the fields of the messages here by those of `other`. Integers wrap around.
    ///
    /// # Panics
    ///
    /// Panics if the lengths differ.
    #[track_caller]
    fn mul_assign(&mut self, other: &[M])
    where
        [M]: FfiBatch<M, T, N>,
    {
        super::mul(self.numbers_mut(), other.numbers());
    }

    /// Multiplies all fields of all messages by `factor`. Integers wrap around.
    fn scale(&mut self, factor: T) {
        super::scale(self.numbers_mut(), factor);
    }

    /// Adds `a` times the messages of `x`. The product is rounded, then the sum. Integers wrap
    /// around.
    ///
    /// # Panics
    ///
    /// Panics if the lengths differ.
    #[track_caller]
    fn axpy(&mut self, a: T, x: &[M])
    where
        [M]: FfiBatch<M, T, N>,
    {
        super::axpy(a, x.numbers(), self.numbers_mut());
    }

    /// Adds to the field `to` of each message `a` times its field `from`: `position += velocity *
    /// dt`. The product is rounded, then the sum. Integers wrap around.
    ///
    /// # Panics
    ///
    /// Panics if both are one field.
    #[track_caller]
    fn axpy_fields<const F: usize>(&mut self, a: T, from: Field<M, T, F>, to: Field<M, T, F>) {
        let [from, to] = [from, to].map(|field| field.offset / size_of::<T>());
        records::axpy_fields::<N, T>(a, from..from + F, to, self.numbers_mut());
    }

    /// Moves the messages here towards those of `other`: `value + (other - value) * t`, rounded
    /// after each step.
    ///
    /// # Panics
    ///
    /// Panics if the lengths differ.
    #[track_caller]
    fn lerp(&mut self, other: &[M], t: T)
    where
        T: Float,
        [M]: FfiBatch<M, T, N>,
    {
        super::lerp(self.numbers_mut(), other.numbers(), t);
    }

    /// Adds `record` to each message. Integers wrap around.
    fn add_record(&mut self, record: &M)
    where
        [M]: FfiBatch<M, T, N>,
    {
        records::add(self.numbers_mut(), numbers_of(record));
    }

    /// Subtracts `record` from each message. Integers wrap around.
    fn sub_record(&mut self, record: &M)
    where
        [M]: FfiBatch<M, T, N>,
    {
        records::sub(self.numbers_mut(), numbers_of(record));
    }

    /// Multiplies each message by `record`, field by field. Integers wrap around.
    fn mul_record(&mut self, record: &M)
    where
        [M]: FfiBatch<M, T, N>,
    {
        records::scale(self.numbers_mut(), numbers_of(record));
    }

    /// Brings each field into its own range, from that of `low` to that of `high`. NaN stays.
    ///
    /// # Panics
    ///
    /// Panics if a field of `low` is above that of `high`, or one of them is NaN.
    #[track_caller]
    fn clamp_record(&mut self, low: &M, high: &M)
    where
        [M]: FfiBatch<M, T, N>,
    {
        records::clamp(self.numbers_mut(), numbers_of(low), numbers_of(high));
    }

    /// Sets each message to `record`.
    fn fill_record(&mut self, record: &M)
    where
        [M]: FfiBatch<M, T, N>,
    {
        records::fill(self.numbers_mut(), numbers_of(record));
    }

    /// Writes the sum of the products of the fields of each message and its partner in `other` to
    /// `dots`.
    ///
    /// # Panics
    ///
    /// Panics if the lengths differ.
    #[track_caller]
    fn dots(&self, other: &[M], dots: &mut [T])
    where
        T: Float,
        [M]: FfiBatch<M, T, N>,
    {
        records::dots(N, self.numbers(), other.numbers(), dots);
    }

    /// Writes the Euclidean length of each message as a vector to `lengths`.
    ///
    /// # Panics
    ///
    /// Panics if the lengths differ.
    #[track_caller]
    fn lengths(&self, lengths: &mut [T])
    where
        T: Float,
    {
        records::lengths(N, self.numbers(), lengths);
    }

    /// Divides each message by its Euclidean length. A message of zeros is unchanged.
    fn normalize(&mut self)
    where
        T: Float,
    {
        records::normalize(N, self.numbers_mut());
    }
}

impl<M, T: Scalar, const N: usize> FfiBatch<M, T, N> for [M]
where
    M: FfiSimd<Numbers = Numbers<T, N>>,
{
    fn numbers(&self) -> &[T] {
        const { assert!(size_of::<M>() == N * size_of::<T>(), "a message is its numbers") };
        // SAFETY: by the contract of `FfiSimd` each message is `N` consecutive numbers, and
        // messages are consecutive.
        unsafe { std::slice::from_raw_parts(self.as_ptr().cast(), self.len() * N) }
    }

    fn numbers_mut(&mut self) -> &mut [T] {
        const { assert!(size_of::<M>() == N * size_of::<T>(), "a message is its numbers") };
        // SAFETY: by the contract of `FfiSimd` each message is `N` consecutive numbers and any
        // numbers are valid; messages are consecutive, and the borrow of them is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.as_mut_ptr().cast(), self.len() * N) }
    }
}

fn numbers_of<M, T: Scalar, const N: usize>(record: &M) -> &[T; N]
where
    [M]: FfiBatch<M, T, N>,
{
    std::slice::from_ref(record).numbers().first_chunk().expect("a record has all its numbers")
}

/// A field of the message `M` that is `N` numbers of type `T`; one of [`FfiSimd::FIELDS`]. A field
/// that is not numeric is also one of them, but without operations: its `T` is [`Mixed`].
///
/// The [module](self) has an example.
pub struct Field<M, T, const N: usize> {
    offset: usize,
    types: PhantomData<fn(M) -> T>,
}

impl<M, T, const N: usize> Clone for Field<M, T, N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T, const N: usize> Copy for Field<M, T, N> {}

impl<M, T, const N: usize> fmt::Debug for Field<M, T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&Shown { offset: self.offset, numbers: N }, f)
    }
}

impl<M, T, const N: usize> Field<M, T, N> {
    /// Returns the field at `offset`, for the derive.
    ///
    /// # Safety
    ///
    /// If `T` is a [`Scalar`], `M` has `N` consecutive numbers of it at that offset, and any
    /// numbers are valid.
    #[doc(hidden)]
    #[must_use]
    pub const unsafe fn new(offset: usize) -> Self {
        Self { offset, types: PhantomData }
    }
}

impl<M, T: FfiType> Field<M, T, 1> {
    /// Returns the field at `index`, whose type has the name of the number `T`, for the derive.
    ///
    /// # Panics
    ///
    /// Panics if its type is another one; in const evaluation that is a compile error.
    ///
    /// # Safety
    ///
    /// Parts and members are those of `M`.
    #[doc(hidden)]
    #[must_use]
    pub const unsafe fn of_number(parts: &PartList, members: &[Member], index: usize) -> Self {
        // Without parts rustc has reported a field.
        assert!(
            parts.is_empty()
                || parts.get(index).lanes.count == 1 && parts.get(index).lanes.kind == T::LANES.kind,
            "a type that is called like a number is another one, which `simd` can't take; hint: rename it"
        );
        Self { offset: members[index].offset, types: PhantomData }
    }
}

/// Shows the fields of a message, each as [`Field`] does, without code for each type.
///
/// # Errors
///
/// Returns the formatter's error.
pub fn show_fields(parts: &PartList, members: &[Member], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut shown = f.debug_struct("__FfiFields");
    for (index, member) in members.iter().enumerate() {
        let numbers = parts.get(index).lanes.count;
        shown.field(member.name, &Shown { offset: member.offset, numbers });
    }
    shown.finish()
}

/// A [`Field`] that is shown.
struct Shown {
    offset: usize,
    numbers: usize,
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field").field("offset", &self.offset).field("numbers", &self.numbers).finish()
    }
}

impl<M, T: Scalar, const N: usize> Field<M, T, N> {
    /// Returns the offset of number `lane` of the field in a message, in bytes.
    const fn offset_of(self, lane: usize) -> usize {
        assert!(lane < N, "the field has fewer numbers");
        self.offset + lane * size_of::<T>()
    }

    fn column(self, messages: &[M], lane: usize) -> Strided<'_, T> {
        let first = messages.as_ptr().cast::<T>().wrapping_byte_add(self.offset_of(lane));
        // SAFETY: by the contract of `new` each message has a number there, and the messages are
        // borrowed for as long as the column is used.
        unsafe { Strided::new(first, messages.len(), size_of::<M>()) }
    }

    fn column_of(self, records: Records<'_, M>, lane: usize) -> StridedMut<'_, T> {
        // SAFETY: by the contract of `new` each message has a number there, and any number is
        // valid.
        unsafe { records.column(self.offset_of(lane)) }
    }

    fn map(self, messages: &mut [M], operation: impl Fn(T) -> T + Copy) {
        let records = Records::new(messages);
        for lane in 0..N {
            self.column_of(records, lane).map(operation);
        }
    }

    /// Returns the sum of each number of the field, with the bits of [`simd::sum`](super::sum);
    /// zeros if there is no message.
    #[must_use]
    pub fn sums(self, messages: &[M]) -> [<T as Scalar>::Sum; N] {
        std::array::from_fn(|lane| self.column(messages, lane).sum())
    }

    /// Returns the mean of each number of the field, or `None` if there is no message.
    #[must_use]
    pub fn means(self, messages: &[M]) -> [Option<<T as Scalar>::Mean>; N] {
        std::array::from_fn(|lane| self.column(messages, lane).mean())
    }

    /// Returns the smallest of each number of the field, ignoring NaN, or `None` if there is none.
    #[must_use]
    pub fn mins(self, messages: &[M]) -> [Option<T>; N] {
        std::array::from_fn(|lane| self.column(messages, lane).choose(Least))
    }

    /// Returns the largest of each number of the field, ignoring NaN, or `None` if there is none.
    #[must_use]
    pub fn maxs(self, messages: &[M]) -> [Option<T>; N] {
        std::array::from_fn(|lane| self.column(messages, lane).choose(Greatest))
    }

    /// Adds `value` to each number of the field. Integers wrap around.
    pub fn add(self, messages: &mut [M], value: T) {
        self.map(messages, |number| number.sum(value));
    }

    /// Subtracts `value` from each number of the field. Integers wrap around.
    pub fn sub(self, messages: &mut [M], value: T) {
        self.map(messages, |number| number.difference(value));
    }

    /// Multiplies each number of the field by `factor`. Integers wrap around.
    pub fn scale(self, messages: &mut [M], factor: T) {
        self.map(messages, |number| number.product(factor));
    }

    /// Adds `a` times the field `from` of the same message, which may be this field. The product is
    /// rounded, then the sum. Integers wrap around.
    ///
    /// [`FfiBatch::axpy_fields`] is faster if the message has it.
    pub fn axpy(self, messages: &mut [M], a: T, from: Self) {
        let records = Records::new(messages);
        for lane in 0..N {
            let from = from.column_of(records, lane).shared();
            self.column_of(records, lane).zip(from, |y, x| y.sum(a.product(x)));
        }
    }

    /// Brings each number of the field into the range from `low` to `high`. NaN stays.
    ///
    /// # Panics
    ///
    /// Panics if `low > high`, or one of them is NaN.
    #[track_caller]
    pub fn clamp(self, messages: &mut [M], low: T, high: T) {
        assert_range(low, high);
        self.map(messages, |number| number.clamped(low, high));
    }

    /// Sets each number of the field to `value`.
    pub fn fill(self, messages: &mut [M], value: T) {
        self.map(messages, |_| value);
    }

    /// Copies the field to `numbers`, message by message, as a slice for kernels.
    ///
    /// # Panics
    ///
    /// Panics if the length of `numbers` is not `N` for each message.
    #[track_caller]
    pub fn copy_to(self, messages: &[M], numbers: &mut [T]) {
        if numbers.len() != messages.len() * N {
            differ(messages.len() * N, numbers.len());
        }
        for lane in 0..N {
            let targets = numbers.iter_mut().skip(lane).step_by(N);
            for (target, number) in targets.zip(self.column(messages, lane).iter()) {
                *target = number;
            }
        }
    }
}

impl<M, T: Scalar> Field<M, T, 1> {
    /// Returns the sum, with the bits of [`simd::sum`](super::sum); zero if there is no message.
    /// Integers are added in [`Scalar::Sum`].
    #[must_use]
    pub fn sum(self, messages: &[M]) -> <T as Scalar>::Sum {
        self.column(messages, 0).sum()
    }

    /// Returns the mean, or `None` if there is no message.
    #[must_use]
    pub fn mean(self, messages: &[M]) -> Option<<T as Scalar>::Mean> {
        self.column(messages, 0).mean()
    }

    /// Returns the smallest number, ignoring NaN, or `None` if there is none.
    #[must_use]
    pub fn min(self, messages: &[M]) -> Option<T> {
        self.column(messages, 0).choose(Least)
    }

    /// Returns the largest number, ignoring NaN, or `None` if there is none.
    #[must_use]
    pub fn max(self, messages: &[M]) -> Option<T> {
        self.column(messages, 0).choose(Greatest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMBERS: &[Member] = &[
        Member { name: "x", hash: 0, number: 1, offset: 0 },
        Member { name: "flag", hash: 0, number: 2, offset: 4 },
    ];
    const PARTS: PartList = PartList::Few(&[&<[f32; 3]>::PART, &bool::PART]);

    struct Shows;

    impl fmt::Debug for Shows {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            show_fields(&PARTS, MEMBERS, f)
        }
    }

    #[test]
    fn fields_are_shown_as_a_derive_would() {
        let fields =
            "__FfiFields { x: Field { offset: 0, numbers: 3 }, flag: Field { offset: 4, numbers: 0 } }";
        assert_eq!(format!("{Shows:?}"), fields);
        // SAFETY: no message is read.
        let field = unsafe { Field::<(), f32, 3>::new(8) };
        assert_eq!(format!("{field:?}"), "Field { offset: 8, numbers: 3 }");
    }

    #[test]
    #[should_panic(expected = "called like a number")]
    fn a_type_that_is_called_like_a_number_is_refused() {
        // SAFETY: no message is read.
        let _ = unsafe { Field::<(), u32, 1>::of_number(&PartList::Few(&[&f32::PART]), MEMBERS, 0) };
    }
}
