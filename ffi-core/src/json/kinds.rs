//! Shapes of the types of this crate, as the tables of `proto` have them.

use std::hash::Hash;

use super::known::ONLY;
use super::shape::{JsonMessage, JsonType, Kind, Known, Member, Shape, Table};
use crate::arena::{ArenaBox, ArenaBytes, ArenaKey, ArenaMap, ArenaStr, ArenaType, ArenaVec};
use crate::enumeration::FfiEnum;
use crate::proto::{Coded, Coding, Fixed, Integer, Wrapped, ZigZag};
use crate::types::logical::{FfiDecimal, FfiDuration, FfiEmpty, FfiTimestamp, FfiUuid};
use crate::types::{FfiBytes, FfiMap, FfiOpen, FfiOption, FfiRef, FfiStr, FfiVec};

macro_rules! single {
    ($($ty:ty => $kind:ident;)*) => {$(
        impl JsonType for $ty {
            const SHAPE: Shape = Shape::One(Kind::$kind);
        }
    )*};
}

single! {
    i8 => Int32;
    i16 => Int32;
    i32 => Int32;
    i64 => Int64;
    u16 => Uint32;
    u32 => Uint32;
    u64 => Uint64;
    f32 => Float;
    f64 => Double;
    bool => Bool;
    ArenaStr => Text;
    ArenaBytes => Bytes;
    FfiTimestamp => Timestamp;
    FfiDuration => Duration;
    FfiUuid => Bytes;
    FfiDecimal => Text;
}

impl JsonType for u8 {
    const SHAPE: Shape = Shape::One(Kind::Uint32);
    const BYTE: bool = true;
}

impl<const N: usize> JsonType for FfiStr<N> {
    const SHAPE: Shape = Shape::One(Kind::Text);
}

impl<const N: usize> JsonType for FfiBytes<N> {
    const SHAPE: Shape = Shape::One(Kind::Bytes);
}

#[cfg(feature = "secret")]
impl<const N: usize> JsonType for crate::types::FfiSecret<N> {
    const SHAPE: Shape = Shape::One(Kind::Secret);
}

impl JsonType for FfiEmpty {
    const SHAPE: Shape = Shape::One(Kind::Message(Self::table));
}

impl JsonMessage for FfiEmpty {
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

#[allow(private_bounds, reason = "each encoding has it")]
impl<T: Integer, C: Coding<T> + JsonCoding<T>> JsonType for Coded<T, C> {
    const SHAPE: Shape = Shape::One(<C as JsonCoding<T>>::KIND);
}

impl<T: JsonType> JsonType for Wrapped<T> {
    const SHAPE: Shape = Shape::One(Kind::Message(Self::table));
}

/// In JSON the value itself.
impl<T: JsonType> JsonMessage for Wrapped<T> {
    const TABLE: Table = {
        let name = "value";
        Table {
            name: "wrapper",
            members: &[Member {
                name,
                json: name,
                original: name,
                aliases: &[],
                number: ONLY,
                shape: T::SHAPE,
            }],
            flat: &[],
            is_oneof: false,
            known: Known::Bare,
        }
    };
}

impl<E: FfiEnum + JsonType> JsonType for FfiOpen<E> {
    const SHAPE: Shape = E::SHAPE;
}

impl<T: JsonType> JsonType for FfiOption<T> {
    const SHAPE: Shape = Shape::Maybe(T::KIND);
}

impl<T: JsonType + ArenaType> JsonType for ArenaBox<T> {
    const SHAPE: Shape = Shape::Maybe(T::KIND);
}

impl<T: JsonType, const N: usize> JsonType for FfiVec<T, N> {
    const SHAPE: Shape = Shape::List(T::ELEMENT);
}

impl<T: JsonType + ArenaType> JsonType for ArenaVec<T> {
    const SHAPE: Shape = Shape::List(T::ELEMENT);
}

impl<T: JsonType, const N: usize> JsonType for [T; N] {
    const SHAPE: Shape = if T::BYTE { Shape::One(Kind::Bytes) } else { Shape::Array(T::ITEM) };
    const ITEM: Kind = if T::BYTE { Kind::Bytes } else { T::ITEM };
}

impl<K: JsonType + Eq + Hash, V: JsonType, const N: usize> JsonType for FfiMap<K, V, N> {
    const SHAPE: Shape = Shape::map(K::KIND, V::KIND);
}

impl<K: JsonType + ArenaKey, V: JsonType + ArenaType> JsonType for ArenaMap<K, V> {
    const SHAPE: Shape = Shape::map(K::KIND, V::KIND);
}

/// Without a wrapper in a list and as a case, as in protobuf.
impl<T: JsonMessage> JsonType for FfiRef<T> {
    const SHAPE: Shape = Shape::Maybe(T::KIND);
    const ELEMENT: Kind = T::KIND;
}
