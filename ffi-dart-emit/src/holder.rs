//! Field types with a layout of their own, such as `FfiVec<T, N>`: one table, of which layouts, C
//! structs, fingerprints and Rust's notation are made.
//!
//! Records and the model have a variant for each. [`Held`] is what all of these variants have in
//! common, for code that treats them alike.

use ffi_core::schema::fingerprint;
use ffi_core::schema::read;

use crate::layout::Layout;

/// A field type with a layout of its own, whatever it holds.
#[derive(Debug)]
pub struct Holder {
    /// Name in Rust.
    pub name: &'static str,
    /// Path in `ffi_core`.
    pub path: &'static str,
    /// Number in fingerprints.
    pub fact: u64,
    /// Members in memory, in order.
    pub members: &'static [Member],
    /// Number of types that it is of: 2 for keys and values.
    pub parts: usize,
    /// True if what it holds is elsewhere in an arena.
    pub elsewhere: bool,
}

/// A member of a [`Holder`] in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// A `u32`.
    Word(&'static str),
    /// A byte.
    Byte(&'static str),
    /// As many bytes as the capacity says.
    Bytes(&'static str),
    /// The value that it holds; of a map an entry.
    Item(&'static str),
    /// As many such values as the capacity says.
    Items(&'static str),
}

const LEN: Member = Member::Word("len");

/// A handle with a length.
const HANDLE: &[Member] = &[Member::Word("at"), LEN];

pub static STR: Holder = Holder::new("FfiStr", fingerprint::STR, 0, &[LEN, Member::Bytes("bytes")]);
pub static BYTES: Holder = Holder::new("FfiBytes", fingerprint::BYTES, 0, &[LEN, Member::Bytes("bytes")]);
pub static SECRET: Holder = Holder::new("FfiSecret", fingerprint::SECRET, 0, &[LEN, Member::Bytes("bytes")]);
pub static VEC: Holder = Holder::new("FfiVec", fingerprint::VEC, 1, &[LEN, Member::Items("items")]);
pub static OPTION: Holder =
    Holder::new("FfiOption", fingerprint::OPTION, 1, &[Member::Item("value"), Member::Byte("present")]);
pub static MAP: Holder = Holder::new("FfiMap", fingerprint::MAP, 2, &[LEN, Member::Items("entries")]);
pub static ARENA_STR: Holder =
    Holder::handle("ArenaStr", "arena::ArenaStr", fingerprint::ARENA_STR, 0, HANDLE);
pub static ARENA_BYTES: Holder =
    Holder::handle("ArenaBytes", "arena::ArenaBytes", fingerprint::ARENA_BYTES, 0, HANDLE);
pub static ARENA_VEC: Holder =
    Holder::handle("ArenaVec", "arena::ArenaVec", fingerprint::ARENA_VEC, 1, HANDLE);
pub static ARENA_MAP: Holder =
    Holder::handle("ArenaMap", "arena::ArenaMap", fingerprint::ARENA_MAP, 2, HANDLE);
pub static ARENA_BOX: Holder =
    Holder::handle("ArenaBox", "arena::ArenaBox", fingerprint::ARENA_BOX, 1, &[Member::Word("at")]);

/// All field types with a layout of their own.
pub static ALL: [&Holder; 11] = [
    &STR,
    &BYTES,
    &SECRET,
    &VEC,
    &OPTION,
    &MAP,
    &ARENA_STR,
    &ARENA_BYTES,
    &ARENA_VEC,
    &ARENA_MAP,
    &ARENA_BOX,
];

impl Holder {
    const fn new(name: &'static str, fact: u64, parts: usize, members: &'static [Member]) -> Self {
        Self { name, path: name, fact, members, parts, elsewhere: false }
    }

    const fn handle(
        name: &'static str,
        path: &'static str,
        fact: u64,
        parts: usize,
        members: &'static [Member],
    ) -> Self {
        Self { name, path, fact, members, parts, elsewhere: true }
    }

    /// Returns true if it has a capacity.
    pub fn is_bounded(&self) -> bool {
        self.members.iter().any(|it| matches!(it, Member::Bytes(_) | Member::Items(_)))
    }

    /// Returns the layout with items of the layout `item` and the capacity `cap`, and the offset of
    /// each member; `None` if it is larger than an address space.
    pub fn layout(&self, item: Option<Layout>, cap: u64) -> Option<(Layout, Vec<u64>)> {
        let mut whole = Layout { size: 0, align: 1 };
        let mut offsets = Vec::with_capacity(self.members.len());
        for member in self.members {
            let own = match member {
                Member::Word(_) => Layout { size: 4, align: 4 },
                Member::Byte(_) => Layout::of_byte(),
                Member::Bytes(_) => Layout::of_byte().times(cap)?,
                Member::Item(_) => item?,
                Member::Items(_) => item?.times(cap)?,
            };
            let (next, offset) = whole.and(own)?;
            offsets.push(offset);
            // Padding behind the last member is none between two.
            whole = Layout { size: offset.checked_add(own.size)?, align: next.align };
        }
        let size = whole.size.checked_next_multiple_of(whole.align)?;
        Some((Layout { size, ..whole }, offsets))
    }
}

/// The parts of a type that has a [`Holder`].
#[derive(Debug)]
pub struct Held<'a, T> {
    /// The type, whatever it holds.
    pub holder: &'static Holder,
    /// Types of what it holds; of a map those of keys and values.
    pub parts: [Option<&'a T>; 2],
    /// Capacity, if it has one.
    pub cap: Option<u64>,
}

impl<'a, T> Held<'a, T> {
    /// Returns the types of what it holds.
    pub fn parts(&self) -> impl Iterator<Item = &'a T> + use<'a, T> {
        self.parts.into_iter().flatten()
    }

    /// Returns the layout with parts of the layouts that `of` returns, and the offset of each
    /// member.
    pub fn layout(&self, mut of: impl FnMut(&T) -> Option<Layout>) -> Option<(Layout, Vec<u64>)> {
        let item = match self.parts {
            [Some(key), Some(value)] => Some(of(key)?.and(of(value)?)?.0),
            [part, _] => part.and_then(of),
        };
        self.holder.layout(item, self.cap.unwrap_or_default())
    }

    /// Returns the name with `parts`, which stand for the types of what it holds, and the capacity.
    fn joined(&self, parts: impl FnMut(&'a T) -> String) -> Vec<String> {
        self.parts().map(parts).chain(self.cap.map(|cap| cap.to_string())).collect()
    }

    /// Returns the type in Rust's notation; `part` returns that of a type that it holds.
    pub fn notation(&self, part: impl FnMut(&'a T) -> String) -> String {
        let name = self.holder.name;
        match self.joined(part).join(", ") {
            none if none.is_empty() => name.to_owned(),
            arguments => format!("{name}<{arguments}>"),
        }
    }

    /// Returns the type as part of an identifier; `part` returns that of a type that it holds.
    pub fn identifier(&self, part: impl FnMut(&'a T) -> String) -> String {
        let mut words = vec![self.holder.name.to_owned()];
        words.extend(self.joined(part));
        words.join("_")
    }
}

/// A form of a type: in records, or in the model.
pub trait Holding: Sized {
    /// Returns what it holds, if it has a [`Holder`].
    fn held(&self) -> Option<Held<'_, Self>>;

    /// Returns the type of `holder` with these parts and capacity, if it has as many.
    fn holding(holder: &Holder, parts: [Option<Self>; 2], cap: Option<u64>) -> Option<Self>;
}

/// Implements [`Holding`] for a form of a type: all have variants of the same names and fields.
macro_rules! holding {
    ($Type:ty) => {
        impl $crate::holder::Holding for $Type {
            fn held(&self) -> Option<$crate::holder::Held<'_, Self>> {
                use $crate::holder::{
                    ARENA_BOX, ARENA_BYTES, ARENA_MAP, ARENA_STR, ARENA_VEC, BYTES, Held, MAP, OPTION,
                    SECRET, STR, VEC,
                };

                let (holder, parts, cap): (_, [Option<&Self>; 2], _) = match self {
                    Self::Str { cap } => (&STR, [None, None], Some(*cap)),
                    Self::Bytes { cap } => (&BYTES, [None, None], Some(*cap)),
                    Self::Secret { cap } => (&SECRET, [None, None], Some(*cap)),
                    Self::Vec { of, cap } => (&VEC, [Some(&**of), None], Some(*cap)),
                    Self::Option { of } => (&OPTION, [Some(&**of), None], None),
                    Self::Map { key, value, cap } => (&MAP, [Some(&**key), Some(&**value)], Some(*cap)),
                    Self::ArenaStr {} => (&ARENA_STR, [None, None], None),
                    Self::ArenaBytes {} => (&ARENA_BYTES, [None, None], None),
                    Self::ArenaVec { of } => (&ARENA_VEC, [Some(&**of), None], None),
                    Self::ArenaMap { key, value } => (&ARENA_MAP, [Some(&**key), Some(&**value)], None),
                    Self::ArenaBox { of } => (&ARENA_BOX, [Some(&**of), None], None),
                    _ => return None,
                };
                Some(Held { holder, parts, cap })
            }

            fn holding(
                holder: &$crate::holder::Holder,
                parts: [Option<Self>; 2],
                cap: Option<u64>,
            ) -> Option<Self> {
                let [first, second] = parts.map(|it| it.map(Box::new));
                Some(match (holder.name, first, second, cap) {
                    ("FfiStr", None, None, Some(cap)) => Self::Str { cap },
                    ("FfiBytes", None, None, Some(cap)) => Self::Bytes { cap },
                    ("FfiSecret", None, None, Some(cap)) => Self::Secret { cap },
                    ("FfiVec", Some(of), None, Some(cap)) => Self::Vec { of, cap },
                    ("FfiOption", Some(of), None, None) => Self::Option { of },
                    ("FfiMap", Some(key), Some(value), Some(cap)) => Self::Map { key, value, cap },
                    ("ArenaStr", None, None, None) => Self::ArenaStr {},
                    ("ArenaBytes", None, None, None) => Self::ArenaBytes {},
                    ("ArenaVec", Some(of), None, None) => Self::ArenaVec { of },
                    ("ArenaMap", Some(key), Some(value), None) => Self::ArenaMap { key, value },
                    ("ArenaBox", Some(of), None, None) => Self::ArenaBox { of },
                    _ => return None,
                })
            }
        }
    };
}

pub(crate) use holding;
holding!(read::Type);

/// Returns the type with other types in the place of those that it holds.
pub fn map<T: Holding, U: Holding>(held: &Held<'_, T>, part: impl Fn(&T) -> U) -> U {
    let parts = held.parts.map(|it| it.map(&part));
    U::holding(held.holder, parts, held.cap).expect("each has a variant with these fields")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_made_of_its_parts() {
        let byte = read::Type::Scalar(read::Scalar::U8);
        for holder in ALL {
            let part = |index| (index < holder.parts).then(|| byte.clone());
            let made = read::Type::holding(holder, [part(0), part(1)], holder.is_bounded().then_some(3));
            let made = made.expect("it has as many parts");
            let held = made.held().expect("it was made as one");
            assert_eq!(held.holder.name, holder.name);
            assert_eq!(map(&held, Clone::clone), made);
        }
    }

    #[test]
    fn members_have_their_places() {
        let of = |holder: &Holder, size, align, cap| holder.layout(Some(Layout { size, align }), cap);
        assert_eq!(of(&STR, 0, 1, 5), Some((Layout { size: 12, align: 4 }, vec![0, 4])));
        assert_eq!(of(&VEC, 8, 8, 2), Some((Layout { size: 24, align: 8 }, vec![0, 8])));
        assert_eq!(of(&OPTION, 8, 8, 0), Some((Layout { size: 16, align: 8 }, vec![0, 8])));
        assert_eq!(of(&ARENA_BOX, 8, 8, 0), Some((Layout { size: 4, align: 4 }, vec![0])));
        assert_eq!(of(&VEC, u64::MAX / 2, 1, 2), None);
    }
}
