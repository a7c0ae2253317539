//! Shapes of the types of this crate, as the tables of `proto` have them, and how each is written.

use std::hash::Hash;

use bytemuck::zeroed_box;

use super::print::{Printer, Written};
use super::shape::{
    EnumTable, JsonFacts, JsonMessage, JsonType, Kind, Known, Member, Shape, Table, Write, write_wrapper,
};
use super::time;
use super::write::write_message;
use crate::arena::{ArenaBox, ArenaBytes, ArenaKey, ArenaMap, ArenaStr, ArenaType, ArenaVec};
use crate::enumeration::FfiEnum;
use crate::pool::FfiPooled;
use crate::proto::{Coded, Coding, DecodeError, Digits, Fixed, Integer, Wrapped, ZigZag};
use crate::types::logical::{FfiDecimal, FfiDuration, FfiEmpty, FfiTimestamp, FfiUuid};
use crate::types::{FfiBytes, FfiMap, FfiOpen, FfiOption, FfiRef, FfiStr, FfiType, FfiVec};

/// Implements the functions of a single type: `$is_default` tells if it is zero or empty, which is
/// `$zero`, and `$write` appends a value.
macro_rules! writes {
    (|$value:ident, $out:ident| $is_default:expr, $zero:literal, $write:expr) => {
        #[inline(always)]
        unsafe fn write_field(&self, $out: &mut Printer<'_>) -> Result<Written, DecodeError> {
            let $value = self;
            if $is_default {
                return Ok($out.default($zero));
            }
            $write;
            Ok(Written::Value)
        }

        #[inline(always)]
        unsafe fn write_value(&self, $out: &mut Printer<'_>) -> Result<(), DecodeError> {
            let $value = self;
            $write;
            Ok(())
        }
    };
}

macro_rules! numbers {
    ($($ty:ty => $kind:ident, $number:ident, $zero:literal $(, $byte:ident)?;)*) => {$(
        // SAFETY: only `u8` is a byte.
        unsafe impl JsonType for $ty {
            const SHAPE: Shape = Shape::One(Kind::$kind);
            $(const BYTE: bool = $byte;)?

            writes!(|value, out| *value == 0, $zero, out.$number(*value));
        }
    )*};
}

numbers! {
    i8 => Int32, number, b"0";
    i16 => Int32, number, b"0";
    i32 => Int32, number, b"0";
    i64 => Int64, quoted_signed, b"\"0\"";
    u8 => Uint32, number, b"0", true;
    u16 => Uint32, number, b"0";
    u32 => Uint32, number, b"0";
    u64 => Uint64, quoted_unsigned, b"\"0\"";
}

macro_rules! floats {
    ($($ty:ty => $kind:ident;)*) => {$(
        // SAFETY: it is no byte.
        unsafe impl JsonType for $ty {
            const SHAPE: Shape = Shape::One(Kind::$kind);

            // -0.0 is equal to zero, but is another value.
            writes!(|value, out| value.to_bits() == 0, b"0.0", out.float(*value));
        }
    )*};
}

floats! {
    f32 => Float;
    f64 => Double;
}

// SAFETY: it is no byte: not all of its bits are values.
unsafe impl JsonType for bool {
    const SHAPE: Shape = Shape::One(Kind::Bool);

    writes!(|value, out| !*value, b"false", out.put(if *value { b"true" } else { b"false" }));
}

// SAFETY: it is no byte.
unsafe impl JsonType for ArenaStr {
    const SHAPE: Shape = Shape::One(Kind::Text);

    #[inline]
    unsafe fn write_field(&self, out: &mut Printer<'_>) -> Result<Written, DecodeError> {
        // SAFETY: it is a handle of that arena, by this function's contract.
        let text = unsafe { Self::view(out.arena(), self) };
        if text.is_empty() {
            return Ok(out.default(b"\"\""));
        }
        out.text(text.as_bytes()).map(|()| Written::Value)
    }

    #[inline]
    unsafe fn write_value(&self, out: &mut Printer<'_>) -> Result<(), DecodeError> {
        // SAFETY: it is a handle of that arena, by this function's contract.
        out.text(unsafe { Self::view(out.arena(), self) }.as_bytes())
    }
}

// SAFETY: it is no byte.
unsafe impl JsonType for ArenaBytes {
    const SHAPE: Shape = Shape::One(Kind::Bytes);

    #[inline]
    unsafe fn write_field(&self, out: &mut Printer<'_>) -> Result<Written, DecodeError> {
        // SAFETY: it is a handle of that arena, by this function's contract.
        let bytes = unsafe { Self::view(out.arena(), self) };
        if bytes.is_empty() {
            return Ok(out.default(b"\"\""));
        }
        out.bytes(bytes);
        Ok(Written::Value)
    }

    #[inline]
    unsafe fn write_value(&self, out: &mut Printer<'_>) -> Result<(), DecodeError> {
        // SAFETY: it is a handle of that arena, by this function's contract.
        out.bytes(unsafe { Self::view(out.arena(), self) });
        Ok(())
    }
}

// SAFETY: it is no byte.
unsafe impl<const N: usize> JsonType for FfiStr<N> {
    const SHAPE: Shape = Shape::One(Kind::Text);

    writes!(|value, out| value.is_empty(), b"\"\"", out.text(value.as_bytes())?);
}

// SAFETY: it is no byte.
unsafe impl<const N: usize> JsonType for FfiBytes<N> {
    const SHAPE: Shape = Shape::One(Kind::Bytes);

    writes!(|value, out| value.is_empty(), b"\"\"", out.bytes(value));
}

/// Never written, wherever it is.
// SAFETY: it is no byte.
#[cfg(feature = "secret")]
unsafe impl<const N: usize> JsonType for crate::types::FfiSecret<N> {
    const SHAPE: Shape = Shape::One(Kind::Secret);

    unsafe fn write_field(&self, _: &mut Printer<'_>) -> Result<Written, DecodeError> {
        Ok(Written::Absent)
    }

    unsafe fn write_value(&self, out: &mut Printer<'_>) -> Result<(), DecodeError> {
        out.put(b"\"\"");
        Ok(())
    }
}

/// Implements the trait for times: zero is absent, and has no default that is printed.
macro_rules! times {
    ($($ty:ty => $kind:ident, $write:ident;)*) => {$(
        // SAFETY: it is no byte.
        unsafe impl JsonType for $ty {
            const SHAPE: Shape = Shape::One(Kind::$kind);

            unsafe fn write_field(&self, out: &mut Printer<'_>) -> Result<Written, DecodeError> {
                if *self == Self::default() {
                    return Ok(Written::Absent);
                }
                // SAFETY: it has no handles.
                unsafe { self.write_value(out) }.map(|()| Written::Value)
            }

            unsafe fn write_value(&self, out: &mut Printer<'_>) -> Result<(), DecodeError> {
                out.quoted(|out| time::$write(self.seconds(), self.nanos(), out));
                Ok(())
            }
        }
    )*};
}

times! {
    FfiTimestamp => Timestamp, write_timestamp;
    FfiDuration => Duration, write_duration;
}

// SAFETY: it is no byte.
unsafe impl JsonType for FfiUuid {
    const SHAPE: Shape = Shape::One(Kind::Bytes);

    writes!(|value, out| *value == Self::default(), b"\"\"", out.bytes(value.as_bytes()));
}

// SAFETY: it is no byte.
unsafe impl JsonType for FfiDecimal {
    const SHAPE: Shape = Shape::One(Kind::Text);

    // Zero with a scale is not the default, which is no text.
    writes!(|value, out| *value == Self::default(), b"\"\"", out.text(Digits::of(*value).as_bytes())?);
}

// SAFETY: it is no byte.
unsafe impl JsonType for FfiEmpty {
    const SHAPE: Shape = Shape::One(Kind::Message(Self::table));

    unsafe fn write_field(&self, _: &mut Printer<'_>) -> Result<Written, DecodeError> {
        Ok(Written::Absent)
    }

    unsafe fn write_value(&self, out: &mut Printer<'_>) -> Result<(), DecodeError> {
        out.put(b"{}");
        Ok(())
    }
}

// SAFETY: there are no places.
unsafe impl JsonMessage for FfiEmpty {
    const TABLE: Table = Table::EMPTY;
}

/// The kind of an integer with another encoding.
trait JsonCoding<T> {
    const KIND: Kind;
}

macro_rules! coded {
    ($($coding:ident of $integer:ident => $kind:ident;)*) => {$(
        impl JsonCoding<$integer> for $coding {
            const KIND: Kind = Kind::$kind;
        }
    )*};
}

coded! {
    ZigZag of i8 => Sint32;
    ZigZag of i16 => Sint32;
    ZigZag of i32 => Sint32;
    ZigZag of i64 => Sint64;
    Fixed of i8 => Sfixed32;
    Fixed of i16 => Sfixed32;
    Fixed of i32 => Sfixed32;
    Fixed of i64 => Sfixed64;
    Fixed of u16 => Fixed32;
    Fixed of u32 => Fixed32;
    Fixed of u64 => Fixed64;
}

/// Implements the functions of a type that is written as what is in it.
macro_rules! writes_as {
    (|$value:ident| $inner:expr) => {
        #[inline(always)]
        unsafe fn write_field(&self, out: &mut Printer<'_>) -> Result<Written, DecodeError> {
            let $value = self;
            // SAFETY: the caller's value has no handles but of the printer's arena.
            unsafe { $inner.write_field(out) }
        }

        #[inline(always)]
        unsafe fn write_value(&self, out: &mut Printer<'_>) -> Result<(), DecodeError> {
            let $value = self;
            // SAFETY: the caller's value has no handles but of the printer's arena.
            unsafe { $inner.write_value(out) }
        }
    };
}

// SAFETY: it is no byte, as `u8` has no other encoding.
#[allow(private_bounds, reason = "each encoding has it")]
unsafe impl<T: Integer + JsonType, C: Coding<T> + JsonCoding<T>> JsonType for Coded<T, C> {
    const SHAPE: Shape = Shape::One(<C as JsonCoding<T>>::KIND);

    writes_as!(|value| value.get());
}

// SAFETY: it is no byte.
unsafe impl<T: JsonType> JsonType for Wrapped<T> {
    const SHAPE: Shape = Shape::One(Kind::Message(Self::table));

    unsafe fn write_field(&self, out: &mut Printer<'_>) -> Result<Written, DecodeError> {
        // SAFETY: the caller's value has no handles but of the printer's arena.
        Ok(match unsafe { self.get().write_field(out) }? {
            Written::Value => Written::Value,
            _ => Written::Absent,
        })
    }

    #[inline]
    unsafe fn write_value(&self, out: &mut Printer<'_>) -> Result<(), DecodeError> {
        // SAFETY: the caller's value has no handles but of the printer's arena.
        unsafe { self.get().write_value(out) }
    }
}

/// In JSON the value itself.
// SAFETY: there are no places.
unsafe impl<T: JsonType> JsonMessage for Wrapped<T> {
    const TABLE: Table =
        Table { members: &[Member::value(T::SHAPE)], known: Known::Bare, ..Table::named("wrapper") };
}

/// Returns the names of an enum, if protobuf has it as one and not as an integer.
#[inline(always)]
fn names<E: JsonType>() -> Option<&'static EnumTable> {
    match const { E::SHAPE } {
        Shape::One(Kind::Enum(table)) => Some(table()),
        _ => None,
    }
}

/// Implements [`JsonType::write_field`] of an enum, given its integer.
///
/// # Errors
///
/// Never returns one.
#[inline]
pub fn write_enum_field<E>(integer: E::Repr, out: &mut Printer<'_>) -> Result<Written, DecodeError>
where
    E: FfiEnum<Repr: JsonType + Into<i128>> + JsonType,
{
    let is_zero = integer.into() == 0;
    if is_zero && !out.defaults {
        return Ok(Written::Absent);
    }
    write_enum::<E>(integer, out)?;
    Ok(if is_zero { Written::Default } else { Written::Value })
}

/// Implements [`JsonType::write_value`] of an enum, given its integer: the name of the variant, or
/// the integer if there is none.
///
/// # Errors
///
/// Never returns one.
#[inline]
pub fn write_enum<E>(integer: E::Repr, out: &mut Printer<'_>) -> Result<(), DecodeError>
where
    E: FfiEnum<Repr: JsonType + Into<i128>> + JsonType,
{
    match names::<E>() {
        // Protobuf has the low 32 bits.
        Some(table) => write_variant(table, integer.into() as i32, out),
        // SAFETY: an integer has no handles.
        None => unsafe { integer.write_value(out) }?,
    }
    Ok(())
}

/// Implements [`JsonType::write_key`] of an enum, given its integer, which is the key.
///
/// # Errors
///
/// Never returns one.
#[inline]
pub fn write_enum_key<E>(integer: E::Repr, out: &mut Printer<'_>) -> Result<(), DecodeError>
where
    E: FfiEnum<Repr: JsonType + Into<i128>> + JsonType,
{
    match names::<E>() {
        Some(_) => out.quoted_signed((integer.into() as i32).into()),
        // SAFETY: an integer has no handles.
        None => unsafe { integer.write_key(out) }?,
    }
    Ok(())
}

fn write_variant(table: &'static EnumTable, number: i32, out: &mut Printer<'_>) {
    if table.is_null {
        return out.put(b"null");
    }
    let is_it = |value: &&(&str, i128)| value.1 == i128::from(number);
    // Most enums count from zero.
    let guess = usize::try_from(number).ok().and_then(|number| table.values.get(number)).filter(is_it);
    match guess.or_else(|| table.values.iter().find(is_it)) {
        Some((name, _)) => out.quoted(|out| out.extend_from_slice(name.as_bytes())),
        None => out.number(number),
    }
}

// SAFETY: it is no byte, as an enum has names.
unsafe impl<E: FfiEnum<Repr: JsonType + Into<i128>> + JsonType> JsonType for FfiOpen<E> {
    const SHAPE: Shape = E::SHAPE;

    #[inline]
    unsafe fn write_field(&self, out: &mut Printer<'_>) -> Result<Written, DecodeError> {
        write_enum_field::<E>(self.raw(), out)
    }

    #[inline]
    unsafe fn write_value(&self, out: &mut Printer<'_>) -> Result<(), DecodeError> {
        write_enum::<E>(self.raw(), out)
    }

    #[inline]
    unsafe fn write_key(&self, out: &mut Printer<'_>) -> Result<(), DecodeError> {
        write_enum_key::<E>(self.raw(), out)
    }
}

// SAFETY: it is no byte.
unsafe impl<T: JsonType> JsonType for FfiOption<T> {
    const SHAPE: Shape = Shape::Maybe(T::KIND);

    #[inline]
    unsafe fn write_field(&self, out: &mut Printer<'_>) -> Result<Written, DecodeError> {
        let Some(value) = self.as_ref() else { return Ok(Written::Absent) };
        // SAFETY: the caller's value has no handles but of the printer's arena.
        unsafe { value.write_value(out) }.map(|()| Written::Value)
    }
}

// SAFETY: it is no byte.
unsafe impl<T: JsonType + ArenaType> JsonType for ArenaBox<T> {
    const SHAPE: Shape = Shape::Maybe(T::KIND);

    #[inline]
    unsafe fn write_field(&self, out: &mut Printer<'_>) -> Result<Written, DecodeError> {
        // SAFETY: it is a handle of that arena, by this function's contract.
        let Some(value) = (unsafe { self.get(out.arena()) }) else { return Ok(Written::Absent) };
        // SAFETY: the value is in the arena.
        unsafe { value.write_value(out) }.map(|()| Written::Value)
    }
}

impl<T: JsonType + ArenaType> JsonFacts<T> {
    /// Function that writes a box as the case of a oneof, which is as its value; none is one of
    /// zeros.
    pub const BOXED: Write = Self::boxed;

    /// # Safety
    ///
    /// The contract of [`Write`] for an `ArenaBox<T>`.
    unsafe fn boxed(value: *const u8, out: &mut Printer<'_>) -> Result<Written, DecodeError> {
        // SAFETY: there is a valid box, by this function's contract.
        let value = unsafe { &*value.cast::<ArenaBox<T>>() };
        // SAFETY: it is a handle of that arena, by this function's contract.
        match unsafe { value.get(out.arena()) } {
            // SAFETY: the value is in the arena.
            Some(value) => unsafe { value.write_value(out) }?,
            // SAFETY: the handles in zeros are empty, as they are in each arena.
            None => unsafe { zeroed_box::<T>().write_value(out) }?,
        }
        Ok(Written::Value)
    }
}

/// Appends the field form of a list.
///
/// # Safety
///
/// If the elements have handles, they are those of the arena of the printer.
#[inline]
unsafe fn list<T: JsonType>(elements: &[T], out: &mut Printer<'_>) -> Result<Written, DecodeError> {
    let start = out.len();
    out.push(b'[');
    for (index, element) in elements.iter().enumerate() {
        // SAFETY: the caller's value has no handles but of the printer's arena.
        match unsafe { element.write_element(out) } {
            Ok(true) => out.push(b','),
            Ok(false) => {}
            Err(error) => return Err(error.at_index(index)),
        }
    }
    if out.len() == start + 1 {
        out.truncate(start);
        return Ok(out.default(b"[]"));
    }
    out.close(b']');
    Ok(Written::Value)
}

// SAFETY: it is no byte.
unsafe impl<T: JsonType, const N: usize> JsonType for FfiVec<T, N> {
    const SHAPE: Shape = Shape::List(T::ELEMENT);

    unsafe fn write_field(&self, out: &mut Printer<'_>) -> Result<Written, DecodeError> {
        // SAFETY: the caller's value has no handles but of the printer's arena.
        unsafe { list(self, out) }
    }
}

// SAFETY: it is no byte.
unsafe impl<T: JsonType + ArenaType> JsonType for ArenaVec<T> {
    const SHAPE: Shape = Shape::List(T::ELEMENT);

    unsafe fn write_field(&self, out: &mut Printer<'_>) -> Result<Written, DecodeError> {
        // SAFETY: it is a handle of that arena, by this function's contract.
        let elements = unsafe { self.slice(out.arena()) };
        // SAFETY: the elements are in the arena.
        unsafe { list(elements, out) }
    }
}

// SAFETY: it is no byte.
unsafe impl<T: JsonType, const N: usize> JsonType for [T; N]
where
    [T; N]: FfiType,
{
    const SHAPE: Shape = if T::BYTE { Shape::One(Kind::Bytes) } else { Shape::Array(T::ITEM) };
    const ITEM: Kind = if T::BYTE { Kind::Bytes } else { T::ITEM };

    /// Appends all elements, so it is never absent.
    unsafe fn write_field(&self, out: &mut Printer<'_>) -> Result<Written, DecodeError> {
        if T::BYTE {
            out.bytes(bytes(self));
            return Ok(Written::Value);
        }
        let mut index = 0;
        out.push(b'[');
        for element in self {
            // SAFETY: the caller's value has no handles but of the printer's arena.
            unsafe { element.write_items(&mut index, out) }?;
        }
        out.close(b']');
        Ok(Written::Value)
    }

    unsafe fn write_value(&self, out: &mut Printer<'_>) -> Result<(), DecodeError> {
        if T::BYTE {
            out.bytes(bytes(self));
            return Ok(());
        }
        // SAFETY: the caller's value has no handles but of the printer's arena.
        unsafe { write_wrapper(self, out) }
    }

    #[inline]
    unsafe fn write_items(&self, index: &mut usize, out: &mut Printer<'_>) -> Result<(), DecodeError> {
        if T::BYTE {
            out.bytes(bytes(self));
            out.push(b',');
            *index += 1;
            return Ok(());
        }
        for element in self {
            // SAFETY: the caller's value has no handles but of the printer's arena.
            unsafe { element.write_items(index, out) }?;
        }
        Ok(())
    }
}

/// Returns the bytes of an array of them.
fn bytes<T: JsonType>(array: &[T]) -> &[u8] {
    let len = if T::BYTE { size_of_val(array) } else { 0 };
    // SAFETY: the elements have the layout of a `u8`, and are initialised, as `BYTE` promises; or
    // there are none.
    unsafe { std::slice::from_raw_parts(array.as_ptr().cast(), len) }
}

/// Appends the field form of a map: an object, or a list of entries if its keys can't be names.
///
/// # Safety
///
/// If keys or values have handles, they are those of the arena of the printer.
unsafe fn map<'v, K: JsonType + 'v, V: JsonType + 'v>(
    entries: impl ExactSizeIterator<Item = (&'v K, &'v V)>,
    out: &mut Printer<'_>,
) -> Result<Written, DecodeError> {
    let is_object = matches!(const { Shape::map(K::KIND, V::KIND) }, Shape::Map(..));
    if entries.len() == 0 {
        return Ok(out.default(if is_object { b"{}" } else { b"[]" }));
    }
    out.push(if is_object { b'{' } else { b'[' });
    for (index, (key, value)) in entries.enumerate() {
        out.enter()?;
        let in_key = |error: DecodeError| error.in_field("key").at_index(index);
        if is_object {
            // SAFETY: the caller's value has no handles but of the printer's arena.
            unsafe { key.write_key(out) }.map_err(in_key)?;
            out.push(b':');
        } else {
            out.put(b"{\"key\":");
            // SAFETY: the caller's value has no handles but of the printer's arena.
            unsafe { key.write_value(out) }.map_err(in_key)?;
            out.put(b",\"value\":");
        }
        // SAFETY: the caller's value has no handles but of the printer's arena.
        let written = unsafe { value.write_value(out) };
        written.map_err(|error| error.in_field("value").at_index(index))?;
        out.put(if is_object { b"," } else { b"}," });
        out.leave();
    }
    out.close(if is_object { b'}' } else { b']' });
    Ok(Written::Value)
}

// SAFETY: it is no byte.
unsafe impl<K: JsonType + Eq + Hash, V: JsonType, const N: usize> JsonType for FfiMap<K, V, N> {
    const SHAPE: Shape = Shape::map(K::KIND, V::KIND);

    unsafe fn write_field(&self, out: &mut Printer<'_>) -> Result<Written, DecodeError> {
        // SAFETY: the caller's value has no handles but of the printer's arena.
        unsafe { map(self.iter(), out) }
    }
}

// SAFETY: it is no byte.
unsafe impl<K: JsonType + ArenaKey, V: JsonType + ArenaType> JsonType for ArenaMap<K, V> {
    const SHAPE: Shape = Shape::map(K::KIND, V::KIND);

    unsafe fn write_field(&self, out: &mut Printer<'_>) -> Result<Written, DecodeError> {
        // SAFETY: it is a handle of that arena, by this function's contract.
        let entries = unsafe { self.entries_in(out.arena()) };
        // SAFETY: the entries are in the arena.
        unsafe { map(entries.iter().map(|entry| (&entry.key, &entry.value)), out) }
    }
}

/// Without a wrapper in a list and as a case, as in protobuf.
// SAFETY: it is no byte.
unsafe impl<T: FfiPooled + JsonMessage> JsonType for FfiRef<T> {
    const SHAPE: Shape = Shape::Maybe(T::KIND);
    const ELEMENT: Kind = T::KIND;

    unsafe fn write_field(&self, out: &mut Printer<'_>) -> Result<Written, DecodeError> {
        let Some(index) = self.index() else { return Ok(Written::Absent) };
        out.if_it_fits(|out| {
            let Some(message) = out.followed.read(*self) else { return Ok(Written::Absent) };
            out.followed.enter::<T>(index);
            // SAFETY: a message in a pool has no handles.
            let written = unsafe { write_message(&*message, out) };
            out.followed.leave();
            written.map(|()| Written::Value)
        })
    }

    unsafe fn write_element(&self, out: &mut Printer<'_>) -> Result<bool, DecodeError> {
        let start = out.len();
        // SAFETY: the caller's value has no handles but of the printer's arena.
        let is_there = unsafe { self.write_field(out) }? == Written::Value;
        if !is_there {
            out.truncate(start);
        }
        Ok(is_there)
    }
}
