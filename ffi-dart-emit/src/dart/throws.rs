//! Exceptions that reading and writing a value may throw, so that docs promise no other.

use std::collections::HashMap;

use crate::model::{Composite, Model, Type, TypeId};

use super::types;

/// Exceptions of a type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Throws {
    /// Reading throws an `InvalidValueException`.
    invalid: bool,
    /// Reading throws an `UnknownEnumValueException`.
    unknown: bool,
    /// Writing throws a `CapacityException`.
    capacity: bool,
    /// Writing throws a `RangeError`.
    range: bool,
    /// Writing throws an `ArgumentError`, for text that is not Unicode.
    unicode: bool,
    /// Writing throws an `ArgumentError`, for a list of another length.
    length: bool,
    /// Both throw a `ConversionException`.
    converts: bool,
}

impl Throws {
    /// Returns those of both.
    pub fn and(self, other: Self) -> Self {
        Self {
            invalid: self.invalid || other.invalid,
            unknown: self.unknown || other.unknown,
            capacity: self.capacity || other.capacity,
            range: self.range || other.range,
            unicode: self.unicode || other.unicode,
            length: self.length || other.length,
            converts: self.converts || other.converts,
        }
    }

    /// Returns what reading a value throws, for docs; `None` for nothing.
    pub fn reading(&self) -> Option<String> {
        let all = [
            (self.invalid, "an [InvalidValueException]"),
            (self.unknown, "an [UnknownEnumValueException]"),
            (self.converts, "a [ConversionException]"),
        ];
        let all: Vec<_> = all.iter().filter(|it| it.0).map(|it| it.1).collect();
        let (last, others) = all.split_last()?;
        if others.is_empty() {
            Some((*last).to_owned())
        } else {
            Some(format!("{} or {last}", others.join(", ")))
        }
    }

    /// Returns what writing a value throws, for docs, a line for each.
    pub fn writing(&self) -> Vec<&'static str> {
        let all = [
            (self.capacity, "a [CapacityException] for what does not fit"),
            (self.range, "a [RangeError] for a number that its place can't hold"),
            (self.unicode, "an [ArgumentError] for text that is no Unicode"),
            (self.length, "an [ArgumentError] for a list of another length"),
            (self.converts, "a [ConversionException] for what a conversion throws"),
        ];
        all.iter().filter(|it| it.0).map(|it| it.1).collect()
    }
}

/// Exceptions of all types of a model.
pub struct AllThrows<'a> {
    model: &'a Model,
    composites: HashMap<&'a TypeId, Throws>,
}

impl<'a> AllThrows<'a> {
    /// Collects those of `model`.
    pub fn new(model: &'a Model) -> Self {
        let mut all = Self { model, composites: HashMap::new() };
        for composite in model.by_dependency() {
            let (id, own) = match composite {
                Composite::Message(it) => (&it.id, Throws::default()),
                // No case may have the discriminant.
                Composite::Oneof(it) => (&it.id, Throws { invalid: true, ..Throws::default() }),
            };
            let throws = composite.types().fold(own, |throws, ty| throws.and(all.of(ty)));
            all.composites.insert(id, throws);
        }
        all
    }

    /// Returns those of the message or oneof `id`.
    pub fn of_composite(&self, id: &TypeId) -> Throws {
        self.composites[id]
    }

    /// Returns those of `ty`.
    pub fn of(&self, ty: &Type) -> Throws {
        let none = Throws::default();
        match ty {
            Type::Scalar(it) => Throws { range: types::is_narrow(*it), ..none },
            Type::Enum(_) => Throws { unknown: true, ..none },
            Type::Open(index) => {
                Throws { range: types::is_narrow(self.model.enumeration(*index).repr), ..none }
            }
            Type::Message(index) => self.of_composite(&self.model.message(*index).id),
            Type::Oneof(index) => self.of_composite(&self.model.oneof(*index).id),
            Type::Ref(_) => none,
            Type::Newtype { index, of } => {
                Throws { converts: self.model.newtype(*index).dart.is_some(), ..none }.and(self.of(of))
            }
            Type::Logical(it) => Throws { invalid: it.invalid, range: it.range, ..none },
            // Messages that live in an arena have docs of their own.
            Type::ArenaStr
            | Type::ArenaBytes
            | Type::ArenaVec { .. }
            | Type::ArenaMap { .. }
            | Type::ArenaBox { .. } => none,
            Type::Str { .. } => Throws { invalid: true, capacity: true, unicode: true, ..none },
            Type::Bytes { .. } => Throws { invalid: true, capacity: true, range: true, ..none },
            Type::Array { of, .. } => Throws { length: true, ..self.of(of) },
            Type::Vec { of, .. } => Throws { invalid: true, capacity: true, ..self.of(of) },
            Type::Option { of } => Throws { invalid: true, ..self.of(of) },
            Type::Map { key, value, .. } => {
                Throws { invalid: true, capacity: true, ..self.of(key).and(self.of(value)) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_have_what_can_happen() {
        let none = Throws::default();
        assert_eq!((none.reading(), none.writing().len()), (None, 0));
        let unknown = Throws { unknown: true, ..none };
        assert_eq!(unknown.reading().as_deref(), Some("an [UnknownEnumValueException]"));
        let narrow = Throws { range: true, ..none };
        assert_eq!(narrow.writing(), ["a [RangeError] for a number that its place can't hold"]);
        assert_eq!(narrow.reading(), None);
    }
}
