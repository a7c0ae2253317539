//! Compile-time layout assertions.
//!
//! The derive doesn't compute a layout: it asks rustc (`size_of`, `align_of`, `offset_of!`), and
//! this module checks the answers against the rules of `repr(C)`, so that the layouts that C and
//! Dart compute are those of Rust.

use crate::arena::assert_in_place;
use crate::schema::piece::{Member, Part, PartList};
use crate::types::buffer::assert_capacities;

/// Asserts that a struct has the layout that `repr(C)` gives to its fields: each is at the first
/// offset after the one before that its alignment allows, the alignment is that of the strictest
/// field, and the size is the next multiple of the alignment.
///
/// # Panics
///
/// Panics if the layout is another one; in const evaluation that is a compile error.
#[track_caller]
pub const fn assert_repr_c(size: usize, align: usize, mut members: &[Member], parts: &PartList) {
    if parts.is_empty() {
        // Rustc has reported a field.
        return;
    }
    let mut end = 0_usize;
    let mut strictest = 1;
    let mut index = 0;
    while let [Member { offset, .. }, rest @ ..] = members {
        let part = parts.get(index);
        // A call of `next_multiple_of` would take longer.
        assert!(
            *offset >= end && *offset - end < part.align && *offset % part.align == 0,
            "a field is not at the offset that repr(C) gives it; is the struct packed?"
        );
        if part.align > strictest {
            strictest = part.align;
        }
        end = *offset + part.size;
        members = rest;
        index += 1;
    }
    assert!(align == strictest, "the alignment is not that of the strictest field; is there a repr(align)?");
    assert!(size == end.next_multiple_of(align), "the size is not what repr(C) makes of the fields");
    assert!(size > 0, "a message needs at least one byte");
}

/// Asserts that the type of a field may be in a message.
///
/// # Panics
///
/// Panics if it is empty, if a capacity in it is over what a length can count to, or if it lives in
/// an arena; in const evaluation that is a compile error.
#[track_caller]
pub const fn assert_field(part: Part) {
    assert_field_in_arena(part);
    assert_in_place(part.arena);
}

/// Asserts that the type of a field may be in a message that lives in an arena.
///
/// # Panics
///
/// Those of [`assert_field`], but for a type that lives in an arena.
#[track_caller]
pub const fn assert_field_in_arena(part: Part) {
    assert_size(part.size);
    assert_capacities(part.capacities_fit);
}

/// A bound that holds for `()` if `BYTES`, the padding of `T`, is zero, and makes rustc report the
/// number otherwise. Safety does not depend on it: [`assert_padding_free`] compares the number.
#[diagnostic::on_unimplemented(
    message = "`{T}` has {BYTES} byte(s) of padding, so it can't be `#[ffi(pod)]`",
    note = "`cargo run -p ffi-dart-emit -- inspect LIB` shows where; reorder the fields, or fill the gaps with `[u8; N]` fields"
)]
pub trait PaddingFree<T: ?Sized, const BYTES: usize> {}

impl<T: ?Sized> PaddingFree<T, 0> for () {}

/// Asserts that `BYTES`, the padding of `T`, is zero.
///
/// # Panics
///
/// Panics if it isn't; in const evaluation that is a compile error. Unless [`PaddingFree`] is
/// implemented for other numbers, such a call doesn't compile, with a better message.
#[track_caller]
pub const fn assert_padding_free<T: ?Sized, const BYTES: usize>()
where
    (): PaddingFree<T, BYTES>,
{
    assert!(
        BYTES == 0,
        "a `#[ffi(pod)]` message can't have padding; hint: reorder the fields, or fill the gaps with `[u8; N]` fields"
    );
}

/// A type for which any bytes are valid: every [`bytemuck::Pod`] and no other. The bound makes
/// rustc report it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a field of a `#[ffi(pod)]` message",
    label = "not every bit pattern is a value of it",
    note = "use `#[ffi(checked)]` instead of `pod`; if it is a message without such a field, give it `#[ffi(pod)]`, too"
)]
pub trait PodField: bytemuck::Pod {}

impl<T: bytemuck::Pod> PodField for T {}

/// A bound that holds for `()` if `Seen` is `Real`, and makes rustc report a derive that has seen
/// another type than rustc.
///
/// # Safety
///
/// An implementation promises that the two are one type.
#[diagnostic::on_unimplemented(
    message = "the derive saw `{Seen}` where rustc sees `{Real}`",
    label = "changed behind the derive",
    note = "hint: put an attribute macro that changes the item above `#[derive(..)]`, which then sees what rustc sees"
)]
pub unsafe trait SameType<Seen: ?Sized, Real: ?Sized> {}

// SAFETY: every type is itself.
unsafe impl<T: ?Sized> SameType<T, T> for () {}

/// A pointer to a field. As a raw pointer it has no coercion that would hide a difference between
/// types.
#[derive(Debug)]
pub struct Place<Real>(pub *const Real);

impl<Real> Place<Real> {
    /// Fails to compile, with a readable message, if the field isn't a `Seen`.
    pub const fn assert_seen<Seen>(self)
    where
        (): SameType<Seen, Real>,
    {
    }
}

/// Asserts that dropping a `T` does nothing.
///
/// # Panics
///
/// Panics if it does; in const evaluation that is a compile error.
#[track_caller]
pub const fn assert_no_destructor<T>() {
    assert!(
        !std::mem::needs_drop::<T>(),
        "a message can't have a destructor: Dart copies and forgets its bytes; hint: remove the `Drop` impl"
    );
}

/// Asserts that a `T` has at least one byte.
///
/// # Panics
///
/// Panics if it has none; in const evaluation that is a compile error.
#[track_caller]
pub const fn assert_not_empty<T>() {
    assert_size(size_of::<T>());
}

#[track_caller]
const fn assert_size(size: usize) {
    assert!(size > 0, "a field needs at least one byte; hint: remove it, or give the array an element");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::FfiType;

    /// Asserts the layout of a struct of `size` and `align`, whose fields have a size, an alignment
    /// and an offset each.
    #[track_caller]
    fn assert_layout(size: usize, align: usize, fields: &[(usize, usize, usize)]) {
        let members = fields.iter().map(|&(.., offset)| Member { name: "", hash: 0, number: 0, offset });
        let members: Vec<_> = members.collect();
        let parts: Vec<_> = fields.iter().map(|&(size, align, _)| &*Box::leak(part(size, align))).collect();
        assert_repr_c(size, align, &members, &PartList::Few(parts.leak()));
    }

    fn part(size: usize, align: usize) -> Box<Part> {
        Box::new(Part { size, align, ..u8::PART })
    }

    #[test]
    fn what_repr_c_does_passes() {
        assert_layout(24, 8, &[(1, 1, 0), (8, 8, 8), (2, 2, 16)]);
    }

    #[test]
    #[should_panic(expected = "not at the offset")]
    fn reordered_fields_fail() {
        assert_layout(16, 8, &[(1, 1, 8), (8, 8, 0)]);
    }

    #[test]
    #[should_panic(expected = "not at the offset")]
    fn packed_fields_fail() {
        assert_layout(9, 1, &[(1, 1, 0), (8, 8, 1)]);
    }

    #[test]
    #[should_panic(expected = "alignment is not")]
    fn a_packed_single_field_fails() {
        assert_layout(8, 1, &[(8, 8, 0)]);
    }

    #[test]
    #[should_panic(expected = "alignment is not")]
    fn a_stricter_alignment_fails() {
        assert_layout(64, 64, &[(1, 1, 0)]);
    }

    #[test]
    #[should_panic(expected = "size is not")]
    fn missing_tail_padding_fails() {
        assert_layout(9, 8, &[(8, 8, 0), (1, 1, 8)]);
    }

    #[test]
    #[should_panic(expected = "at least one byte")]
    fn an_empty_struct_fails() {
        assert_layout(0, 1, &[(0, 1, 0)]);
    }

    #[test]
    #[should_panic(expected = "can't have a destructor")]
    fn a_destructor_fails() {
        assert_no_destructor::<String>();
    }
}
