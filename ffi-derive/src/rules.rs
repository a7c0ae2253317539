//! Rules that the value of a field or parameter keeps: `#[ffi(range = 1..=100)]`.

use darling::{Error, FromMeta, Result};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, ExprUnary, Lit, LitStr, Meta, RangeLimits, Type, UnOp};

use crate::attr::{Flag, string};
use crate::meta::{number, refuse, ungrouped, value};
use crate::record::Object;

/// Keys of `#[ffi(..)]` that are rules.
#[derive(Debug, Default, FromMeta)]
pub(crate) struct RuleAttrs {
    range: Option<Range>,
    #[darling(default)]
    non_empty: Flag,
    max_len: Option<MaxLen>,
    pattern: Option<Pattern>,
}

/// `range = 1..=100`, `range = 1..` or `range = ..=100`.
#[derive(Debug)]
struct Range {
    low: Option<Expr>,
    high: Option<Expr>,
    text: String,
    span: Span,
}

/// `max_len = 64`.
#[derive(Debug)]
struct MaxLen {
    most: u32,
    span: Span,
}

/// `pattern = "^[a-z]+$"`.
#[derive(Debug)]
struct Pattern(LitStr);

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
fn shown(expr: &Expr) -> String {
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
pub(crate) struct Rules(RuleAttrs);

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

    /// Returns the check of the value to which `value`, an expression of type `&T`, refers: an
    /// expression of type `Result<(), InvalidValue>`. `krate` is the path of `ffi_core`.
    pub(crate) fn check(&self, krate: &syn::Path, ty: &Type, value: &TokenStream) -> TokenStream {
        let RuleAttrs { range, non_empty, max_len, pattern } = &self.0;
        let range = range.as_ref().map(|Range { low, high, text, span }| {
            let bound = |bound: &Option<Expr>| match bound {
                Some(bound) => quote!(__ffi::core::option::Option::Some(#bound)),
                None => quote!(__ffi::core::option::Option::None),
            };
            let (low, high) = (bound(low), bound(high));
            quote_spanned!(ty.span().located_at(*span)=> __ffi::in_range(#value, #low, #high, #text)?;)
        });
        let non_empty =
            non_empty.is_present().then(|| quote_spanned!(ty.span()=> __ffi::not_empty(#value)?;));
        let max_len = max_len.as_ref().map(|MaxLen { most, .. }| {
            let rule = format!("max_len = {most}");
            quote_spanned!(ty.span()=> __ffi::no_longer(#value, #most, #rule)?;)
        });
        let pattern = pattern.as_ref().map(|Pattern(pattern)| {
            let rule = format!("pattern = {:?}", pattern.value());
            quote_spanned! {ty.span()=>
                #krate::__pattern!(static __FFI_PATTERN: __ffi::Pattern = __ffi::Pattern::new(#pattern););
                __ffi::matches(#value, &__FFI_PATTERN, #rule)?;
            }
        });
        quote! {
            (|| {
                #range
                #non_empty
                #max_len
                #pattern
                __ffi::core::result::Result::<(), __ffi::InvalidValue>::Ok(())
            })()
        }
    }

    /// Writes the rules into the record of a field or parameter.
    pub(crate) fn record(&self, record: &mut Object<'_>) {
        if self.is_empty() {
            return;
        }
        let RuleAttrs { range, non_empty, max_len, pattern } = &self.0;
        record.key("rules").object(|rules| {
            if let Some(Range { low, high, .. }) = range {
                for (key, bound) in [("min", low), ("max", high)] {
                    if let Some(bound) = bound {
                        rules.key(key).string(&shown(bound));
                    }
                }
            }
            if non_empty.is_present() {
                rules.key("non_empty").yes();
            }
            if let Some(MaxLen { most, .. }) = max_len {
                rules.key("max_len").number(*most);
            }
            if let Some(Pattern(pattern)) = pattern {
                rules.key("pattern").string(&pattern.value());
            }
        });
    }
}
