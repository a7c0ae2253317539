//! Rules of `buf.validate` as rules of fields: `#[ffi(range = 1..=100)]`.
//!
//! A rule that has no form in Rust is left out with a warning if it is one of those in
//! `proto/validate.proto`. All others, such as `email`, are for functions to check.

use ffi_core::schema::read::{Rules, Scalar, Type};
use prost_reflect::{DynamicMessage, FieldDescriptor, Value};

use super::Importer;
use super::bounds::{bound, inner, rules_of};
use super::forms::Form;

/// Names of the rules of numbers.
const NUMBERS: [&str; 12] = [
    "float", "double", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64",
    "sfixed32", "sfixed64",
];

impl Importer<'_> {
    /// Returns the rules of a field of that type. In an arena, and in columns, there are none.
    pub(super) fn rules(&mut self, field: &FieldDescriptor, ty: Option<&Type>) -> Rules {
        let message = field.parent_message();
        let has_none = self.form(message) == Form::Arena || self.message_options(message).flag("columns");
        let (Some(all), Some(ty), false) = (rules_of(field), ty, has_none) else { return Rules::default() };
        let ty = match ty {
            Type::Option { of } => of,
            other => other,
        };
        let mut left_out = Vec::new();
        let rules = match ty {
            Type::Str { .. } => inner(&all, "string").map(|it| text(&it, &mut left_out)),
            Type::Bytes { cap } | Type::Secret { cap } => inner(&all, "bytes")
                .map(|it| counted(&it, ["min_len", "max_len", "len"], *cap, &mut left_out)),
            Type::Vec { of, cap } => inner(&all, "repeated").map(|it| {
                let items = inner(&it, "items").map(|items| range(&items, of, &mut left_out));
                let counted = counted(&it, ["min_items", "max_items", ""], *cap, &mut left_out);
                let Rules { min, max, .. } = items.unwrap_or_default();
                Rules { min, max, ..counted }
            }),
            Type::Array { of, .. } => inner(&all, "repeated")
                .and_then(|it| inner(&it, "items"))
                .map(|items| range(&items, of, &mut left_out)),
            Type::Map { cap, .. } => {
                inner(&all, "map").map(|it| counted(&it, ["min_pairs", "max_pairs", ""], *cap, &mut left_out))
            }
            other => Some(range(&all, other, &mut left_out)),
        };
        for what in left_out {
            let what = format!("the rule {what} of `{}` is left out", field.full_name());
            self.warning(&field.parent_file(), field.path(), &what);
        }
        rules.unwrap_or_default()
    }
}

/// Returns the rules of a text. The bound of its bytes is that of its type.
fn text(rules: &DynamicMessage, left_out: &mut Vec<String>) -> Rules {
    let pattern = rules.has_field_by_name("pattern").then(|| rules.get_field_by_name("pattern"));
    let pattern = pattern.flatten().and_then(|it| it.as_str().map(str::to_owned));
    let pattern = pattern.filter(|pattern| match regex_lite::Regex::new(pattern) {
        Ok(_) => true,
        Err(_) => {
            left_out.push("`pattern`, which the crate regex-lite does not take,".to_owned());
            false
        }
    });
    // Without a bound of its own: characters have up to four bytes.
    Rules { pattern, ..counted(rules, ["min_len", "max_len", "len"], u64::MAX, left_out) }
}

/// Returns the rules of a length: the names of the least, the most and the exact one; `cap` is the
/// most that the type has room for.
fn counted(
    rules: &DynamicMessage,
    [least, most, exact]: [&str; 3],
    cap: u64,
    left_out: &mut Vec<String>,
) -> Rules {
    let exactly = bound(rules, exact);
    let at_least = bound(rules, least).or(exactly).unwrap_or_default();
    if at_least > 1 {
        left_out.push(format!("`{}` beyond `non_empty`", if exactly.is_some() { exact } else { least }));
    }
    let most = bound(rules, most).or(exactly).filter(|most| *most > 0 && *most < cap);
    Rules {
        non_empty: at_least > 0,
        max_len: most.and_then(|most| u32::try_from(most).ok()),
        ..Rules::default()
    }
}

/// Returns the range of a number of that type.
fn range(rules: &DynamicMessage, ty: &Type, left_out: &mut Vec<String>) -> Rules {
    let Type::Scalar(scalar) = ty else { return Rules::default() };
    let Some(rules) = NUMBERS.iter().find_map(|name| inner(rules, name)) else { return Rules::default() };
    let given = |name: &str| rules.has_field_by_name(name).then(|| rules.get_field_by_name(name)).flatten();
    let mut end = |name: &str, beyond: &str, step: i128| {
        if let Some(number) = given(name) {
            return literal(&number, 0, *scalar, step < 0);
        }
        let number = given(beyond)?;
        let next = literal(&number, step, *scalar, step < 0);
        if matches!(*number, Value::F32(_) | Value::F64(_)) {
            left_out.push(format!("`{beyond}`"));
            return None;
        }
        next
    };
    let (min, max) = (end("gte", "gt", 1), end("lte", "lt", -1));
    // A range that wraps around is all but what is between its ends.
    let number = |it: &Option<String>| it.as_ref().and_then(|it| it.parse::<f64>().ok());
    if number(&min) > number(&max) && max.is_some() {
        left_out.push("of a range that leaves out its middle".to_owned());
        return Rules::default();
    }
    Rules { min, max, ..Rules::default() }
}

/// Returns a number, `step` beyond the given one, as a literal for numbers of that type; none if it
/// is no bound for them, as the `upper` or lower end of a range.
fn literal(number: &Value, step: i128, scalar: Scalar, upper: bool) -> Option<String> {
    let whole = match number {
        Value::I32(it) => i128::from(*it),
        Value::I64(it) => i128::from(*it),
        Value::U32(it) => i128::from(*it),
        Value::U64(it) => i128::from(*it),
        // With a point, as Rust wants it of a float.
        Value::F32(it) => return it.is_finite().then(|| format!("{it:?}")),
        Value::F64(it) => return it.is_finite().then(|| format!("{it:?}")),
        _ => return None,
    };
    let number = whole + step;
    let (least, most) = match scalar {
        Scalar::I8 => (i8::MIN.into(), i8::MAX.into()),
        Scalar::I16 => (i16::MIN.into(), i16::MAX.into()),
        Scalar::I32 => (i32::MIN.into(), i32::MAX.into()),
        Scalar::I64 => (i64::MIN.into(), i64::MAX.into()),
        Scalar::U8 => (0, u8::MAX.into()),
        Scalar::U16 => (0, u16::MAX.into()),
        Scalar::U32 => (0, u32::MAX.into()),
        Scalar::U64 => (0, u64::MAX.into()),
        _ => return None,
    };
    let says_something = if upper { number < most } else { number > least };
    (says_something && (least..=most).contains(&number)).then(|| number.to_string())
}
