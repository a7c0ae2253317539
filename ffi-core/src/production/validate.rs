//! Rules that the values of fields and parameters keep: `#[ffi(range = 1..=100)]`.
//!
//! A rule of a field belongs to the check of its message, [`FfiType::check`], so it holds wherever
//! wrong bytes are refused: in arguments of each form, in queues, in streams of Dart. Rust may
//! write any value to a field, and so may a decoder of protobuf: a message that breaks a rule is
//! sound, and is refused when it comes from Dart or C.
//!
//! Code that the derive writes calls these functions once the bytes are a value of their type.
//!
//! Tests: below, and `tests/dart/end_to_end/test/production_test.dart`.

use std::fmt::Display;
#[cfg(feature = "pattern")]
use std::sync::OnceLock;

use crate::boundary::Failure;
use crate::{FfiBytes, FfiMap, FfiOption, FfiStr, FfiType, FfiVec, InvalidValue};

/// Returns the field of a message whose bytes were checked.
///
/// # Safety
///
/// At `offset` from `message` is a value of type `F`, which no code writes to meanwhile.
#[must_use]
pub unsafe fn field<'a, F>(message: *const u8, offset: usize) -> &'a F {
    // SAFETY: by this function's contract the field lies inside the message's memory.
    let field = unsafe { message.add(offset) };
    // SAFETY: by this function's contract it is a value, which no code writes to.
    unsafe { &*field.cast::<F>() }
}

/// Returns a broken rule as seen from the message that has the field `name`.
///
/// # Errors
///
/// Returns the broken rule.
pub fn checked(rules: Result<(), InvalidValue>, name: &'static str) -> Result<(), InvalidValue> {
    rules.map_err(|broken| broken.in_field(name))
}

/// Returns the failure of a call whose argument `name` breaks a rule.
///
/// # Errors
///
/// Returns the failure.
pub fn named(rules: Result<(), InvalidValue>, name: &'static str) -> Result<(), Failure> {
    Ok(checked(rules, name)?)
}

/// A type with numbers, which a rule `range` is for.
#[diagnostic::on_unimplemented(
    message = "`range` is for numbers, and `{Self}` has none",
    label = "no numbers",
    note = "it is for integers, `f32`, `f64`, and an array, `FfiVec`, `FfiOption`, `&[T]`, `Vec` or `Option` of these"
)]
pub trait FfiRanged {
    /// The type of the numbers.
    type Number: PartialOrd + Display + Copy;

    /// Returns the first number that is not within `low` and `high`.
    fn outside(&self, low: Option<Self::Number>, high: Option<Self::Number>) -> Option<Self::Number>;
}

macro_rules! ranged {
    ($($number:ty)*) => {
        $(impl FfiRanged for $number {
            type Number = Self;

            fn outside(&self, low: Option<Self>, high: Option<Self>) -> Option<Self> {
                // So that NaN is outside.
                let within = low.is_none_or(|low| *self >= low) && high.is_none_or(|high| *self <= high);
                (!within).then_some(*self)
            }
        })*
    };
}

ranged!(i8 i16 i32 i64 u8 u16 u32 u64 f32 f64);

macro_rules! ranged_lists {
    ($([$($of:tt)*] $list:ty;)*) => {
        $(impl<T: FfiRanged, $($of)*> FfiRanged for $list {
            type Number = T::Number;

            fn outside(&self, low: Option<T::Number>, high: Option<T::Number>) -> Option<T::Number> {
                self.iter().find_map(|it| it.outside(low, high))
            }
        })*
    };
}

ranged_lists! {
    [] [T];
    [] Vec<T>;
    [const N: usize] [T; N];
}

impl<T: FfiRanged + FfiType, const N: usize> FfiRanged for FfiVec<T, N> {
    type Number = T::Number;

    fn outside(&self, low: Option<T::Number>, high: Option<T::Number>) -> Option<T::Number> {
        self.as_slice().outside(low, high)
    }
}

impl<T: FfiRanged> FfiRanged for Option<T> {
    type Number = T::Number;

    fn outside(&self, low: Option<T::Number>, high: Option<T::Number>) -> Option<T::Number> {
        self.as_ref().and_then(|it| it.outside(low, high))
    }
}

impl<T: FfiRanged + FfiType> FfiRanged for FfiOption<T> {
    type Number = T::Number;

    fn outside(&self, low: Option<T::Number>, high: Option<T::Number>) -> Option<T::Number> {
        self.as_ref().and_then(|it| it.outside(low, high))
    }
}

impl<T: FfiRanged + ?Sized> FfiRanged for &T {
    type Number = T::Number;

    fn outside(&self, low: Option<T::Number>, high: Option<T::Number>) -> Option<T::Number> {
        (**self).outside(low, high)
    }
}

/// Checks a rule `range`.
///
/// # Errors
///
/// Returns the rule with the first number outside of it.
pub fn in_range<T: FfiRanged<Number = N>, N: Display>(
    value: &T,
    low: Option<N>,
    high: Option<N>,
    range: &'static str,
) -> Result<(), InvalidValue> {
    match value.outside(low, high) {
        None => Ok(()),
        Some(number) => Err(InvalidValue::broken(format_args!("range = {range}"), number)),
    }
}

/// A type with a length, which the rules `non_empty` and `max_len` are for.
#[diagnostic::on_unimplemented(
    message = "`non_empty` and `max_len` are for text and lists, and `{Self}` is none",
    label = "no length",
    note = "they are for `FfiStr`, `FfiBytes`, `FfiVec`, `FfiMap`, `&str`, `String`, `&[T]`, `Vec`, and an `Option` or \
            `FfiOption` of these"
)]
pub trait FfiCounted {
    /// Returns the number of characters or elements; none if there is no value.
    fn count(&self) -> Option<usize>;
}

/// A type with text, which the rule `pattern` is for.
#[diagnostic::on_unimplemented(
    message = "`pattern` is for text, and `{Self}` is none",
    label = "no text",
    note = "it is for `FfiStr`, `&str`, `String`, and an `Option` or `FfiOption` of these"
)]
pub trait FfiTextual {
    /// Returns the text; none if there is no value.
    fn textual(&self) -> Option<&str>;
}

macro_rules! texts {
    ($([$($of:tt)*] $text:ty;)*) => {
        $(impl<$($of)*> FfiCounted for $text {
            fn count(&self) -> Option<usize> {
                Some(self.chars().count())
            }
        }

        impl<$($of)*> FfiTextual for $text {
            fn textual(&self) -> Option<&str> {
                Some(self)
            }
        })*
    };
}

texts! {
    [] str;
    [] String;
    [const N: usize] FfiStr<N>;
}

macro_rules! lists {
    ($([$($of:tt)*] $list:ty;)*) => {
        $(impl<$($of)*> FfiCounted for $list {
            fn count(&self) -> Option<usize> {
                Some(self.len())
            }
        })*
    };
}

lists! {
    [T] [T];
    [T] Vec<T>;
    [const N: usize] FfiBytes<N>;
    [T: FfiType, const N: usize] FfiVec<T, N>;
    [K: crate::types::MapKey, V: FfiType, const N: usize] FfiMap<K, V, N>;
}

#[cfg(feature = "secret")]
impl<const N: usize> FfiCounted for crate::FfiSecret<N> {
    fn count(&self) -> Option<usize> {
        Some(self.len())
    }
}

macro_rules! around {
    ($($trait:ident $method:ident $result:ty;)*) => {
        $(impl<T: $trait> $trait for Option<T> {
            fn $method(&self) -> Option<$result> {
                self.as_ref().and_then(|it| it.$method())
            }
        }

        impl<T: $trait + FfiType> $trait for FfiOption<T> {
            fn $method(&self) -> Option<$result> {
                self.as_ref().and_then(|it| it.$method())
            }
        }

        impl<T: $trait + ?Sized> $trait for &T {
            fn $method(&self) -> Option<$result> {
                (**self).$method()
            }
        })*
    };
}

around! {
    FfiCounted count usize;
    FfiTextual textual &str;
}

/// Checks the rule `non_empty`. What isn't there is not empty.
///
/// # Errors
///
/// Returns the rule.
pub fn not_empty<T: FfiCounted>(value: &T) -> Result<(), InvalidValue> {
    match value.count() {
        Some(0) => Err(InvalidValue::broken("non_empty", "empty")),
        _ => Ok(()),
    }
}

/// Checks a rule `max_len`.
///
/// # Errors
///
/// Returns the rule with the length.
pub fn no_longer<T: FfiCounted>(value: &T, most: u32, rule: &'static str) -> Result<(), InvalidValue> {
    match value.count() {
        Some(count) if count > most as usize => Err(InvalidValue::broken(rule, format_args!("{count} long"))),
        _ => Ok(()),
    }
}

/// A regular expression, compiled by the first check.
#[derive(Debug)]
pub struct Pattern {
    #[cfg(feature = "pattern")]
    text: &'static str,
    #[cfg(feature = "pattern")]
    compiled: OnceLock<regex_lite::Regex>,
}

#[cfg(feature = "pattern")]
impl Pattern {
    /// Makes a pattern of text that the derive has compiled as well.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self { text, compiled: OnceLock::new() }
    }

    fn matches(&self, text: &str) -> bool {
        let compile = || regex_lite::Regex::new(self.text).expect("the derive has compiled it");
        self.compiled.get_or_init(compile).is_match(text)
    }
}

#[cfg(not(feature = "pattern"))]
impl Pattern {
    /// Makes what never reaches a program, as `__pattern!` has failed by then.
    #[must_use]
    pub const fn new(_text: &'static str) -> Self {
        Self {}
    }

    fn matches(&self, _text: &str) -> bool {
        false
    }
}

/// Longest text in a broken rule, in characters.
const SHOWN: usize = 64;

/// Checks a rule `pattern`.
///
/// # Errors
///
/// Returns the rule with the text, of which 64 characters are shown.
pub fn matches<T: FfiTextual>(value: &T, pattern: &Pattern, rule: &'static str) -> Result<(), InvalidValue> {
    match value.textual() {
        Some(text) if !pattern.matches(text) => {
            let shown = text.char_indices().nth(SHOWN).map_or(text, |(end, _)| &text[..end]);
            let rest = if shown.len() < text.len() { ".." } else { "" };
            Err(InvalidValue::broken(rule, format_args!("{shown}{rest}")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outside_of_a_range_are_found() {
        let check = |value: f32| in_range(&value, Some(0.0), Some(1.5), "0.0..=1.5");
        assert!(check(0.0).is_ok() && check(1.5).is_ok());
        assert_eq!(check(1.6).unwrap_err().to_string(), "1.6 breaks `range = 0.0..=1.5`");
        assert!(check(f32::NAN).is_err());
        assert!(in_range(&[1_u8, 2, 3], Some(1), None, "1..").is_ok());
        assert!(in_range(&&[1_u8, 0][..], Some(1), None, "1..").is_err());
        let option = |value: Option<i64>| in_range(&FfiOption::from(value), None, Some(-1), "..=-1");
        assert!(option(None).is_ok() && option(Some(-1)).is_ok() && option(Some(0)).is_err());
    }

    #[test]
    fn a_length_is_one_of_characters_or_elements() {
        let text = FfiStr::<16>::try_from("äöü").unwrap();
        assert!(no_longer(&text, 3, "max_len = 3").is_ok());
        let broken = no_longer(&text, 2, "max_len = 2").unwrap_err();
        assert_eq!(broken.to_string(), "3 long breaks `max_len = 2`");
        assert!(not_empty(&text).is_ok() && not_empty(&"").is_err());
        assert!(not_empty(&Vec::<u64>::new()).is_err());
        assert!(not_empty(&None::<String>).is_ok());
    }

    #[cfg(feature = "pattern")]
    #[test]
    fn a_pattern_shows_the_start_of_a_long_text() {
        static LETTERS: Pattern = Pattern::new("^[a-z]*$");
        let check = |text: &str| matches(&text, &LETTERS, "pattern = \"^[a-z]*$\"");
        assert!(check("abc").is_ok());
        let shown = check(&"Ä".repeat(1000)).unwrap_err().to_string();
        assert_eq!(shown, format!("{}.. breaks `pattern = \"^[a-z]*$\"`", "Ä".repeat(64)));
    }
}
