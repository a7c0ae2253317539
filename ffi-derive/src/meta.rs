//! Values of attributes' keys, and errors about them.

use darling::Error;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit, Meta};

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
