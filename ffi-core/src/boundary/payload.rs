//! The bytes in which the fields of an error reach C and Dart.
//!
//! # Problem
//!
//! An exception in Dart is kept, logged and sent to other isolates, so it owns nothing native: its
//! fields are copied when it is thrown. The fields are text and lists of any length, and numbers
//! and messages, which C and Dart read in place everywhere else.
//!
//! # Idea
//!
//! A payload is one block of memory without a pointer in it. It begins with a `repr(C)` struct: the
//! texts of the causes, then the fields of the variant in their order. Text and elements follow it,
//! and the struct refers to them by their offset in the block.
//!
//! | in Rust | in the struct |
//! |---|---|
//! | `T: FfiType` | `T` |
//! | `String`, a field with `#[ffi(display)]` | [`FfiSpan`]: offset, and number of bytes of UTF-8 |
//! | `Vec<T>` | [`FfiSpan`]: offset of the first element, and number of elements |
//! | `Option<T>` | `T`, and a byte that is 1 if there is a value |
//! | the causes | [`FfiSpan`] of the elements, each the [`FfiSpan`] of a text |
//!
//! `T` in these is any type of the table. Offsets are computed by const evaluation, so the schema
//! record has them.
//!
//! Tests: below, `tests/errors.rs` of the package `ffi-tests`, `tests/c/errors.c`.

use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr;

use super::owned::Payload;
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;
use crate::types::FfiType;

/// Text or elements in a payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct FfiSpan {
    /// Offset in bytes from the start of the payload.
    pub offset: u32,
    /// Number of bytes of UTF-8, or of elements.
    pub len: u32,
}

/// Layout of the struct at the start of a payload, with `N` fields behind the causes.
#[derive(Debug)]
pub struct ErrorLayout<const N: usize> {
    /// Offsets of the fields in bytes.
    pub offsets: [usize; N],
    /// Size in bytes.
    pub size: usize,
    /// Alignment in bytes.
    pub align: usize,
}

/// Returns the layout of fields with these sizes and alignments: that of `repr(C)`.
#[must_use]
pub const fn error_layout<const N: usize>(fields: [(usize, usize); N]) -> ErrorLayout<N> {
    let (mut end, mut align) = (size_of::<FfiSpan>(), align_of::<FfiSpan>());
    let mut offsets = [0; N];
    let mut index = 0;
    while index < N {
        let (size, field_align) = fields[index];
        offsets[index] = end.next_multiple_of(field_align);
        end = offsets[index] + size;
        align = if field_align > align { field_align } else { align };
        index += 1;
    }
    ErrorLayout { offsets, size: end.next_multiple_of(align), align }
}

/// A payload that is being written.
#[derive(Debug)]
pub struct PayloadWriter {
    bytes: Vec<MaybeUninit<u8>>,
    align: usize,
}

impl PayloadWriter {
    /// Returns a payload with these causes, and zeros for the fields of `layout`.
    #[must_use]
    pub(super) fn new<const N: usize>(layout: &ErrorLayout<N>, causes: Vec<String>) -> Self {
        let mut writer = Self { bytes: vec![MaybeUninit::new(0); layout.size], align: layout.align };
        causes.write(&mut writer, 0);
        writer
    }

    /// Returns the finished payload.
    #[must_use]
    pub(super) fn finish(self) -> Payload {
        Payload::new(&self.bytes, self.align)
    }

    /// Adds `count` zeroed elements of `size` bytes at the end, and returns the offset of the
    /// first.
    fn reserve(&mut self, count: usize, size: usize, align: usize) -> usize {
        self.align = self.align.max(align);
        let start = self.bytes.len().next_multiple_of(align);
        let added = count.checked_mul(size).and_then(|added| start.checked_add(added));
        self.bytes.resize(added.expect(TOO_LARGE), MaybeUninit::new(0));
        start
    }

    /// Writes a value to `at`.
    fn put<T>(&mut self, at: usize, value: T) {
        let value = ManuallyDrop::new(value);
        let room = &mut self.bytes[at..][..size_of::<T>()];
        // SAFETY: a `T` is readable for its size, as bytes that may be uninitialised; `room` is
        // writable for that size, by the slice above; the value is a local of this function, so
        // they don't overlap; bytes need no alignment.
        unsafe {
            ptr::copy_nonoverlapping((&raw const value).cast(), room.as_mut_ptr(), size_of::<T>());
        }
    }

    fn put_span(&mut self, at: usize, offset: usize, len: usize) {
        let number = |it: usize| u32::try_from(it).expect(TOO_LARGE);
        self.put(at, FfiSpan { offset: number(offset), len: number(len) });
    }
}

/// Returns a payload of three texts, without causes.
pub(super) fn texts_payload(texts: [String; 3]) -> Payload {
    const LAYOUT: ErrorLayout<3> = error_layout([(String::SIZE, String::ALIGN); 3]);
    let mut writer = PayloadWriter::new(&LAYOUT, Vec::new());
    for (text, at) in texts.into_iter().zip(LAYOUT.offsets) {
        text.write(&mut writer, at);
    }
    writer.finish()
}

const TOO_LARGE: &str = "the fields of an error take more than 4 GiB";

/// A type of the fields of an error.
///
/// # Safety
///
/// C reads the payload by the record, so [`write`](Self::write) must write what
/// [`TYPE`](Self::TYPE) says, in [`SIZE`](Self::SIZE) bytes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a field of an error",
    label = "Dart has no copy of it",
    note = "a field is a number of fixed size, a `bool`, an `FfiStr` or another type that messages hold, a message, \
            a `String`, or a `Vec` or an `Option` of these; of any other type that implements `Display`, \
            `#[ffi(display)]` sends the text"
)]
pub unsafe trait FfiErrorField: Sized {
    /// Size in bytes in the struct.
    const SIZE: usize;
    /// Alignment in bytes in the struct.
    const ALIGN: usize;
    /// Type in the form of schema records.
    const TYPE: Fragment;
    /// Hash of the type.
    const FINGERPRINT: u64;

    /// Writes it to the struct at `at`, and what it refers to to the end.
    ///
    /// # Panics
    ///
    /// Panics if the payload grows beyond 4 GiB.
    fn write(self, writer: &mut PayloadWriter, at: usize);
}

// SAFETY: the value is written as it is, and `TYPE` is that of the value.
unsafe impl<T: FfiType> FfiErrorField for T {
    const SIZE: usize = {
        assert!(
            !T::ARENA,
            "an error can't hold what lives in an arena; hint: `String`, `Vec<T>` or `Option<T>`"
        );
        assert!(
            !T::SECRET,
            "an error can't hold an `FfiSecret`, as exceptions are kept and logged; hint: leave it out"
        );
        size_of::<T>()
    };
    const ALIGN: usize = align_of::<T>();
    const TYPE: Fragment = &[Piece::Text("{\"value\":"), Piece::Nested(T::TYPE), Piece::Text("}")];
    const FINGERPRINT: u64 = T::FINGERPRINT;

    fn write(self, writer: &mut PayloadWriter, at: usize) {
        // Nothing is lost, as an `FfiType` has no destructor.
        writer.put(at, self);
    }
}

// SAFETY: a string is written as the span of its bytes.
unsafe impl FfiErrorField for String {
    const SIZE: usize = size_of::<FfiSpan>();
    const ALIGN: usize = align_of::<FfiSpan>();
    const TYPE: Fragment = &[Piece::Text("\"string\"")];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::OWNED_STRING]);

    fn write(self, writer: &mut PayloadWriter, at: usize) {
        let start = writer.bytes.len();
        writer.bytes.extend(self.bytes().map(MaybeUninit::new));
        writer.put_span(at, start, self.len());
    }
}

// SAFETY: a list is written as the span of its elements, each at a multiple of its size.
unsafe impl<T: FfiErrorField> FfiErrorField for Vec<T> {
    const SIZE: usize = size_of::<FfiSpan>();
    const ALIGN: usize = align_of::<FfiSpan>();
    const TYPE: Fragment = &[Piece::Text("{\"vec\":"), Piece::Nested(T::TYPE), Piece::Text("}")];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::OWNED_VEC, T::FINGERPRINT]);

    fn write(self, writer: &mut PayloadWriter, at: usize) {
        let start = writer.reserve(self.len(), T::SIZE, T::ALIGN);
        writer.put_span(at, start, self.len());
        for (index, element) in self.into_iter().enumerate() {
            element.write(writer, start + index * T::SIZE);
        }
    }
}

// SAFETY: the value is followed by a byte that is 1 if it is there, in memory that was zeroed.
unsafe impl<T: FfiErrorField> FfiErrorField for Option<T> {
    const SIZE: usize = (T::SIZE + 1).next_multiple_of(T::ALIGN);
    const ALIGN: usize = T::ALIGN;
    const TYPE: Fragment = &[Piece::Text("{\"option\":"), Piece::Nested(T::TYPE), Piece::Text("}")];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::OPTION, T::FINGERPRINT]);

    fn write(self, writer: &mut PayloadWriter, at: usize) {
        if let Some(value) = self {
            value.write(writer, at);
            writer.put(at + T::SIZE, 1_u8);
        }
    }
}

/// Facts about the type of a field, which generated code may ask for even if it can't be one, as
/// [`Facts`](crate::facts::Facts).
#[derive(Debug)]
pub struct ErrorFacts<T>(PhantomData<T>);

#[allow(missing_docs, reason = "the documentation of each item is that of the trait of fields")]
impl<T: FfiErrorField> ErrorFacts<T> {
    pub const SIZE: usize = T::SIZE;
    pub const ALIGN: usize = T::ALIGN;
    pub const TYPE: Fragment = T::TYPE;
    pub const FINGERPRINT: u64 = T::FINGERPRINT;

    /// Calls [`FfiErrorField::write`].
    pub fn write(value: T, writer: &mut PayloadWriter, at: usize) {
        value.write(writer, at);
    }
}

/// Facts about a type that can't be a field. They never reach a program, as an assertion has failed
/// by then.
#[allow(missing_docs, reason = "the documentation of each item is that of the trait of fields")]
pub trait NoErrorFacts {
    const SIZE: usize = 1;
    const ALIGN: usize = 1;
    const TYPE: Fragment = &[Piece::Text("null")];
    const FINGERPRINT: u64 = fingerprint::NOTHING;

    /// Writes nothing.
    fn write<T>(_: T, _: &mut PayloadWriter, _: usize) {}
}

impl<T> NoErrorFacts for ErrorFacts<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_is_that_of_repr_c() {
        #[repr(C)]
        struct Head {
            causes: FfiSpan,
            small: u8,
            wide: u64,
            text: FfiSpan,
            option: (u16, u8),
        }
        let layout = error_layout([
            (u8::SIZE, u8::ALIGN),
            (u64::SIZE, u64::ALIGN),
            (String::SIZE, String::ALIGN),
            (Option::<u16>::SIZE, Option::<u16>::ALIGN),
        ]);
        let offsets = [
            std::mem::offset_of!(Head, small),
            std::mem::offset_of!(Head, wide),
            std::mem::offset_of!(Head, text),
            std::mem::offset_of!(Head, option),
        ];
        assert_eq!(layout.offsets, offsets);
        assert_eq!((layout.size, layout.align), (size_of::<Head>(), align_of::<Head>()));
        let none = error_layout([]);
        assert_eq!((none.size, none.align), (8, 4));
    }

    #[test]
    fn text_and_elements_follow_the_struct() {
        let layout = error_layout([(Vec::<Option<String>>::SIZE, Vec::<Option<String>>::ALIGN)]);
        let mut writer = PayloadWriter::new(&layout, vec!["why".to_owned()]);
        vec![None, Some("no".to_owned())].write(&mut writer, layout.offsets[0]);
        // SAFETY: all bytes are initialised, as no value with padding was written.
        let bytes: Vec<u8> = writer.bytes.iter().map(|it| unsafe { it.assume_init() }).collect();
        let span = |at: usize| {
            let number = |at: usize| u32::from_ne_bytes(bytes[at..][..4].try_into().unwrap()) as usize;
            (number(at), number(at + 4))
        };
        let (causes, count) = span(0);
        let (at, len) = span(causes);
        assert_eq!((count, &bytes[at..][..len]), (1, &b"why"[..]));
        let (options, count) = span(8);
        assert_eq!((count, options % 4, bytes[options + 8], bytes[options + 20]), (2, 0, 0, 1));
        let (at, len) = span(options + 12);
        assert_eq!(&bytes[at..][..len], b"no");
    }
}
