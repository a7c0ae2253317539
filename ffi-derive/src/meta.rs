//! Values of attributes' keys, and errors about them.

use darling::{Error, FromMeta, Result};
use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit, LitStr, Meta};

/// Returns the value of `key = value`.
pub(crate) fn value(meta: &Meta) -> Option<&Expr> {
    meta.require_name_value().ok().map(|meta| ungrouped(&meta.value))
}

/// Returns the number that the expression is, if it is one.
pub(crate) fn number(expr: &Expr) -> Option<u32> {
    match ungrouped(expr) {
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => int.base10_parse().ok(),
        _ => None,
    }
}

/// Returns the expression inside the invisible group that a `$value:literal` of `macro_rules!`
/// leaves.
pub(crate) fn ungrouped(mut expr: &Expr) -> &Expr {
    while let Expr::Group(group) = expr {
        expr = &group.expr;
    }
    expr
}

/// Returns an error at `tokens`.
pub(crate) fn refuse(tokens: &impl Spanned, problem: impl std::fmt::Display) -> Error {
    Error::custom(problem).with_span(tokens)
}

/// Returns the literal of `key = "text"`.
pub(crate) fn string(meta: &Meta) -> Option<LitStr> {
    match value(meta)? {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.clone()),
        _ => None,
    }
}

/// Returns the name of a key.
pub(crate) fn key(meta: &Meta) -> String {
    meta.path().get_ident().map(ToString::to_string).unwrap_or_default()
}

/// A key without a value, with the place where it is written, if it is.
#[derive(Debug, Default)]
pub(crate) struct Flag(Option<Span>);

impl Flag {
    /// Returns the flag of a key that is written there.
    pub(crate) fn at(item: &Meta) -> Self {
        Self(Some(item.path().span()))
    }

    pub(crate) fn is_present(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn span(&self) -> Span {
        self.0.unwrap_or_else(Span::call_site)
    }
}

impl FromMeta for Flag {
    fn from_meta(item: &Meta) -> Result<Self> {
        let key = key(item);
        match item {
            Meta::Path(path) => Ok(Self(Some(path.span()))),
            _ => Err(refuse(item, format!("`{key}` takes no value\nhint: `{key}` alone"))),
        }
    }
}
