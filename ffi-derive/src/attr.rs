//! Attributes, as written.

use darling::util::{Flag, SpannedValue};
use darling::{Error, FromAttributes, FromMeta, Result};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, ExprRange, Lit, Meta, Path, RangeLimits, Token, parse_quote};

/// `#[ffi(..)]` on a struct.
#[derive(Debug, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct MessageAttrs {
    #[darling(flatten)]
    pub(crate) common: CommonAttrs,
    pub(crate) pod: Flag,
    pub(crate) checked: Flag,
    pub(crate) reserved: Option<Reserved>,
}

/// `#[ffi(..)]` on an enum.
#[derive(Debug, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct EnumAttrs {
    #[darling(flatten)]
    pub(crate) common: CommonAttrs,
}

/// `#[ffi_export(..)]`.
#[derive(Debug, FromMeta)]
pub(crate) struct FunctionAttrs {
    #[darling(flatten)]
    pub(crate) common: CommonAttrs,
    pub(crate) leaf: Flag,
}

/// What every item takes.
#[derive(Debug, FromMeta)]
pub(crate) struct CommonAttrs {
    pub(crate) prefix: Option<Identifier>,
    pub(crate) rename: Option<Identifier>,
    #[darling(rename = "crate", default = default_crate)]
    pub(crate) krate: Path,
}

fn default_crate() -> Path {
    parse_quote!(::ffi_core)
}

/// `#[ffi(..)]` on a field.
#[derive(Debug, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct FieldAttrs {
    pub(crate) rename: Option<Identifier>,
    pub(crate) tag: Option<SpannedValue<u32>>,
}

/// `#[ffi(..)]` on a variant.
#[derive(Debug, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct VariantAttrs {
    pub(crate) rename: Option<Identifier>,
}

/// `".."`, an ASCII identifier.
#[derive(Debug)]
pub(crate) struct Identifier(pub(crate) String);

impl FromMeta for Identifier {
    fn from_string(value: &str) -> Result<Self> {
        let mut chars = value.chars();
        let starts = chars.next().is_some_and(|first| first.is_ascii_alphabetic());
        if starts && chars.all(|next| next == '_' || next.is_ascii_alphanumeric()) {
            Ok(Self(value.to_owned()))
        } else {
            Err(Error::custom(format!(
                "`{value}` is not a name\nhint: a letter, then letters, digits and underscores, all ASCII"
            )))
        }
    }
}

/// `reserved(4, 7..=9)`: tags, first and last.
#[derive(Debug)]
pub(crate) struct Reserved(pub(crate) Vec<(u32, u32)>);

impl FromMeta for Reserved {
    fn from_meta(item: &Meta) -> Result<Self> {
        let list = item.require_list().map_err(|_| Self::refuse(item))?;
        let parts = list
            .parse_args_with(Punctuated::<Expr, Token![,]>::parse_terminated)
            .map_err(|_| Self::refuse(item))?;
        parts
            .iter()
            .map(|part| Self::tags(part).ok_or_else(|| Self::refuse(part)))
            .collect::<Result<_>>()
            .map(Self)
    }
}

impl Reserved {
    fn refuse(tokens: &impl syn::spanned::Spanned) -> Error {
        Error::custom(
            "these are not tags\nhint: `reserved(4, 7..=9)`, numbers and ranges of numbers from 1 on",
        )
        .with_span(tokens)
    }

    fn tags(part: &Expr) -> Option<(u32, u32)> {
        let (first, last) = match part {
            Expr::Range(ExprRange {
                start: Some(start),
                limits: RangeLimits::Closed(_),
                end: Some(end),
                ..
            }) => (Self::tag(start)?, Self::tag(end)?),
            single => (Self::tag(single)?, Self::tag(single)?),
        };
        (first <= last).then_some((first, last))
    }

    fn tag(expr: &Expr) -> Option<u32> {
        match expr {
            Expr::Group(group) => Self::tag(&group.expr),
            Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => int.base10_parse().ok().filter(|tag| *tag > 0),
            _ => None,
        }
    }
}

/// The arguments of all `#[repr(..)]`, such as `C` and `align(8)`.
pub(crate) fn reprs(attrs: &[Attribute]) -> Result<Vec<Meta>> {
    let mut reprs = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("repr")) {
        reprs.extend(attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)?);
    }
    Ok(reprs)
}

/// The doc comment, without the blank that each line starts with. `#[doc = include_str!(..)]` and its like, whose text a macro
/// can't see, are left out.
pub(crate) fn doc(attrs: &[Attribute]) -> Option<String> {
    let lines: Vec<_> = attrs
        .iter()
        .filter(|attr| attr.path().is_ident("doc"))
        .filter_map(|attr| text(&attr.meta))
        .flat_map(|text| {
            text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()).collect::<Vec<_>>()
        })
        .collect();
    let doc = lines.join("\n");
    let doc = doc.trim();
    (!doc.is_empty()).then(|| doc.to_owned())
}

/// The note of `#[deprecated]`, empty where it has none.
pub(crate) fn deprecated(attrs: &[Attribute]) -> Option<String> {
    let attr = attrs.iter().find(|attr| attr.path().is_ident("deprecated"))?;
    let mut note = text(&attr.meta).unwrap_or_default();
    if matches!(attr.meta, Meta::List(_)) {
        // What rustc doesn't accept here, rustc reports.
        let _ = attr.parse_nested_meta(|key| {
            let value: syn::LitStr = key.value()?.parse()?;
            if key.path.is_ident("note") {
                note = value.value();
            }
            Ok(())
        });
    }
    Some(note)
}

/// The text of `key = "text"`.
fn text(meta: &Meta) -> Option<String> {
    let mut value = &meta.require_name_value().ok()?.value;
    // What a `$doc:literal` of `macro_rules!` leaves.
    while let Expr::Group(group) = value {
        value = &group.expr;
    }
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}
