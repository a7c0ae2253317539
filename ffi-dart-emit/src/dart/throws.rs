//! Exceptions that reading and writing a value may throw, so that docs promise no other.

/// Exceptions of a type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Throws {
    /// Reading throws an `InvalidValueException`.
    pub invalid: bool,
    /// Reading throws an `UnknownEnumValueException`.
    pub unknown: bool,
    /// Writing throws a `CapacityException`.
    pub capacity: bool,
    /// Writing throws a `RangeError`.
    pub range: bool,
    /// Writing throws an `ArgumentError`, for text that is not Unicode.
    pub unicode: bool,
    /// Writing throws an `ArgumentError`, for a list of another length.
    pub length: bool,
    /// Both throw a `ConversionException`.
    pub converts: bool,
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
