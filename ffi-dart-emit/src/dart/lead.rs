//! Docs and annotations, which stand before a declaration.

use crate::foreign::one_line;
use crate::model::{Field, Item, Rules};

use super::docs::Scope;
use super::layout;
use super::names::Names;

/// Docs of an item or a member, and its annotations.
#[derive(Clone)]
pub struct Lead {
    /// Lines that start with `///`, without a line break at their end.
    pub doc: String,
    /// Lines, each with its line break.
    pub notes: String,
}

impl Lead {
    /// Returns those of `item`, whose docs are `default` if the user wrote none; `Self` in them is
    /// `own`.
    pub fn new(names: &Names<'_>, indent: usize, own: &str, item: &Item, default: &str) -> Self {
        let scope = Scope { own: Some(own), ..Scope::default() };
        let doc =
            if is_documented(item) { names.links.translate(&item.doc, scope) } else { default.to_owned() };
        Self { doc: lines(indent, &doc), notes: annotations(indent, item) }
    }

    /// Returns those of a method of the type `own`, whose parameters in Rust and in Dart are
    /// `params`.
    pub fn of_method(
        names: &Names<'_>,
        own: &str,
        item: &Item,
        params: &[(&str, &str)],
        default: &str,
    ) -> Self {
        let scope = Scope { own: Some(own), params, ..Scope::default() };
        let doc =
            if is_documented(item) { names.links.translate(&item.doc, scope) } else { default.to_owned() };
        Self { doc: lines(2, &doc), notes: annotations(2, item) }
    }

    /// Returns those of a member for the field `item` of the type `own`.
    pub fn of_field(names: &Names<'_>, own: &str, item: &Item) -> Self {
        let default = if is_documented(item) { String::new() } else { format!("The field `{}`.", item.name) };
        Self::new(names, 2, own, item, &default)
    }

    /// Returns those of a member for `field` of the type `own`, with its rules.
    pub fn of_ruled(names: &Names<'_>, own: &str, Field { item, rules, .. }: &Field) -> Self {
        let Self { mut doc, notes } = Self::of_field(names, own, item);
        if !rules.is_empty() {
            let rules = rules_text(rules);
            let sentence = format!("A call throws a [ValidationException] unless it keeps `{rules}`.");
            doc += &format!("\n  ///\n{}", lines(2, &sentence));
        }
        Self { doc, notes }
    }

    /// Returns those of the class of a value, whose docs are `doc`.
    pub fn of_value(doc: &str, item: &Item) -> Self {
        Self { doc: lines(0, doc), notes: annotations(0, item) }
    }
}

/// Returns rules as they stand in a code span of docs.
pub fn rules_text(rules: &Rules) -> String {
    one_line(&rules.to_string()).replace('`', "'")
}

/// Returns true if the user wrote docs for `item`.
pub fn is_documented(item: &Item) -> bool {
    !item.doc.trim().is_empty()
}

/// Returns `text` as lines of docs, without a line break at their end.
fn lines(indent: usize, text: &str) -> String {
    let mut doc = layout::doc(indent, text);
    doc.truncate(doc.trim_end().len());
    doc
}

/// Returns the annotations of an item, each with its line break.
pub fn annotations(indent: usize, item: &Item) -> String {
    item.deprecated.as_ref().map_or_else(String::new, |note| layout::deprecated(indent, note))
}

/// Returns annotations of a line each as text before a parameter.
pub fn inline(notes: &str) -> String {
    notes.lines().map(|line| format!("{} ", line.trim())).collect()
}
