//! Rules that the value of a field or parameter keeps: `#[ffi(range = 1..=100)]`.

use darling::{Error, FromMeta, Result};
use proc_macro2::Span;
use quote::ToTokens as _;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, ExprUnary, Lit, LitStr, Meta, RangeLimits, UnOp};

use crate::meta::{Flag, number, refuse, string, ungrouped, value};

/// Keys of `#[ffi(..)]` that are rules.
#[derive(Debug, Default, FromMeta)]
pub(crate) struct RuleAttrs {
    pub(crate) range: Option<Range>,
    #[darling(default)]
    pub(crate) non_empty: Flag,
    pub(crate) max_len: Option<MaxLen>,
    pub(crate) pattern: Option<Pattern>,
}

/// `range = 1..=100`, `range = 1..` or `range = ..=100`.
#[derive(Debug)]
pub(crate) struct Range {
    pub(crate) low: Option<Expr>,
    pub(crate) high: Option<Expr>,
    /// The range as records and messages have it.
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// `max_len = 64`.
#[derive(Debug)]
pub(crate) struct MaxLen {
    pub(crate) most: u32,
    span: Span,
}

/// `pattern = "^[a-z]+$"`.
#[derive(Debug)]
pub(crate) struct Pattern(pub(crate) LitStr);

impl FromMeta for Range {
    fn from_meta(item: &Meta) -> Result<Self> {
        let problem = "`range` takes literals\nhint: `range = 1..=100`, `range = 0.0..` or `range = ..=10`";
        let Some(Expr::Range(range)) = value(item) else { return Err(refuse(item, problem)) };
        if matches!(range.limits, RangeLimits::HalfOpen(_)) && range.end.is_some() {
            let problem = "the end of `range` belongs to it\nhint: `..=`";
            return Err(refuse(&range.limits, problem));
        }
        let bound = |bound: &Option<Box<Expr>>| match bound.as_deref().map(ungrouped) {
            Some(bound) if is_number(bound) => Ok(Some(bound.clone())),
            Some(bound) => Err(refuse(bound, problem)),
            None => Ok(None),
        };
        let (low, high) = (bound(&range.start)?, bound(&range.end)?);
        if low.is_none() && high.is_none() {
            return Err(refuse(item, problem));
        }
        let shown = |bound: &Option<Expr>| bound.as_ref().map(shown).unwrap_or_default();
        if let (Some(first), Some(last)) = (&low, &high)
            && shown_number(first) > shown_number(last)
        {
            return Err(refuse(item, "no value is in this range\nhint: the lower number comes first"));
        }
        let equals = if high.is_some() { "=" } else { "" };
        let text = format!("{}..{equals}{}", shown(&low), shown(&high));
        Ok(Self { low, high, text, span: item.span() })
    }
}

/// Returns true for a number, with or without a sign.
fn is_number(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Int(_) | Lit::Float(_), .. }) => true,
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => {
            !matches!(**expr, Expr::Unary(_)) && is_number(ungrouped(expr))
        }
        _ => false,
    }
}

/// Returns a number in decimal digits, without a suffix.
pub(crate) fn shown(expr: &Expr) -> String {
    match expr {
        Expr::Unary(unary) => format!("-{}", shown(ungrouped(&unary.expr))),
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => int.base10_digits().to_owned(),
        Expr::Lit(ExprLit { lit: Lit::Float(float), .. }) => float.base10_digits().to_owned(),
        other => other.to_token_stream().to_string(),
    }
}

fn shown_number(expr: &Expr) -> f64 {
    shown(expr).parse().unwrap_or(f64::NAN)
}

impl FromMeta for MaxLen {
    fn from_meta(item: &Meta) -> Result<Self> {
        let most = value(item).and_then(number).filter(|most| *most > 0);
        let span = item.span();
        most.map(|most| Self { most, span }).ok_or_else(|| {
            refuse(item, "`max_len` takes a number of at least 1\nhint: `max_len = 64`, in characters of text or in elements")
        })
    }
}

impl FromMeta for Pattern {
    fn from_meta(item: &Meta) -> Result<Self> {
        let Some(text) = string(item) else {
            let problem = "`pattern` takes a regular expression in quotes\nhint: `pattern = \"^[a-z]+$\"`";
            return Err(refuse(item, problem));
        };
        match regex_lite::Regex::new(&text.value()) {
            Ok(_) => Ok(Self(text)),
            Err(error) => {
                let problem = format!(
                    "`pattern` is no regular expression: {error}\nhint: the syntax is that of the crate `regex-lite`"
                );
                Err(refuse(&text, problem))
            }
        }
    }
}

/// Rules of a field or parameter; there may be none.
#[derive(Debug, Default)]
pub(crate) struct Rules(pub(crate) RuleAttrs);

impl From<RuleAttrs> for Rules {
    fn from(attrs: RuleAttrs) -> Self {
        Self(attrs)
    }
}

impl Rules {
    pub(crate) fn is_empty(&self) -> bool {
        self.span().is_none()
    }

    /// Returns the place of the first rule.
    pub(crate) fn span(&self) -> Option<Span> {
        let RuleAttrs { range, non_empty, max_len, pattern } = &self.0;
        let non_empty = non_empty.is_present().then(|| non_empty.span());
        let range = range.as_ref().map(|it| it.span);
        let max_len = max_len.as_ref().map(|it| it.span);
        range.or(non_empty).or(max_len).or(pattern.as_ref().map(|it| it.0.span()))
    }

    /// Returns an error with `problem` if there are rules.
    pub(crate) fn refuse(&self, problem: &str) -> Result<()> {
        self.span().map_or(Ok(()), |span| Err(Error::custom(problem).with_span(&span)))
    }
}
