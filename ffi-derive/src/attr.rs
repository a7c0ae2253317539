//! Attributes, as written.

use darling::util::SpannedValue;
use darling::{Error, FromAttributes, FromMeta, Result};
use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, ExprRange, Lit, LitStr, Meta, Path, RangeLimits, Token, parse_quote};

/// `#[ffi(..)]` on a struct.
#[derive(Debug, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct MessageAttrs {
    #[darling(flatten)]
    pub(crate) common: CommonAttrs,
    #[darling(default)]
    pub(crate) pod: Flag,
    #[darling(default)]
    pub(crate) checked: Flag,
    pub(crate) reserved: Option<Reserved>,
    pub(crate) pool: Option<Pool>,
    #[darling(default)]
    pub(crate) columns: Flag,
    #[darling(default)]
    pub(crate) simd: Flag,
}

/// `#[ffi(..)]` on an enum that holds data.
#[derive(Debug, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct OneofAttrs {
    #[darling(flatten)]
    pub(crate) common: CommonAttrs,
    #[darling(default)]
    pub(crate) checked: Flag,
}

/// `#[ffi(..)]` on an enum.
#[derive(Debug, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct EnumAttrs {
    #[darling(flatten)]
    pub(crate) common: CommonAttrs,
}

/// `#[ffi_export(..)]` on a queue.
#[derive(Debug, FromMeta)]
pub(crate) struct QueueAttrs {
    #[darling(flatten)]
    pub(crate) common: CommonAttrs,
}

/// `#[ffi_export(..)]` on a function.
#[derive(Debug, FromMeta)]
pub(crate) struct FunctionAttrs {
    #[darling(flatten)]
    pub(crate) common: CommonAttrs,
    #[darling(default)]
    pub(crate) leaf: Flag,
}

/// What every item takes.
#[derive(Debug, FromMeta)]
pub(crate) struct CommonAttrs {
    pub(crate) prefix: Option<Identifier>,
    pub(crate) rename: Option<Identifier>,
    #[darling(rename = "crate", default)]
    pub(crate) krate: CratePath,
}

/// `#[ffi(..)]` on a field, or on a case of a oneof.
#[derive(Debug, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct FieldAttrs {
    pub(crate) rename: Option<Identifier>,
    pub(crate) tag: Option<SpannedValue<Tag>>,
}

/// `#[ffi(..)]` on a variant.
#[derive(Debug, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct VariantAttrs {
    pub(crate) rename: Option<Identifier>,
}

/// A key without a value; where it stands, if it does.
#[derive(Debug, Default)]
pub(crate) struct Flag(Option<Span>);

impl Flag {
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

/// `key = ".."`, an ASCII identifier.
#[derive(Debug)]
pub(crate) struct Identifier(pub(crate) String);

impl FromMeta for Identifier {
    fn from_meta(item: &Meta) -> Result<Self> {
        let key = key(item);
        let text = string(item)
            .ok_or_else(|| refuse(item, format!("`{key}` takes a name\nhint: `{key} = \"..\"`")))?;
        let name = text.value();
        let mut chars = name.chars();
        let starts = chars.next().is_some_and(|first| first.is_ascii_alphabetic());
        if starts && chars.all(|next| next == '_' || next.is_ascii_alphanumeric()) {
            return Ok(Self(name));
        }
        Err(refuse(
            &text,
            format!(
                "`{name}` is not a name\nhint: a letter, then letters, digits and underscores, all ASCII"
            ),
        ))
    }
}

/// `crate = ".."`, a path that begins with the name of another crate.
///
/// What the macros write is unsafe code that relies on the real `ffi_core`. A module of the user's
/// crate could stand in for it, with checks that check nothing, although the user writes no
/// `unsafe`.
#[derive(Debug)]
pub(crate) struct CratePath(pub(crate) Path);

impl Default for CratePath {
    fn default() -> Self {
        Self(parse_quote!(::ffi_core))
    }
}

impl FromMeta for CratePath {
    fn from_meta(item: &Meta) -> Result<Self> {
        let text = string(item);
        let path = text.as_ref().and_then(|text| text.parse_with(Path::parse_mod_style).ok());
        match path {
            Some(path) if path.leading_colon.is_some() => Ok(Self(path)),
            Some(_) => Err(refuse(
                &text,
                "`crate` takes a path that begins with a crate: unsafe code relies on what it names, and a module of \
                 this crate could be anything\nhint: `crate = \"::renamed\"`, or `\"::facade::ffi\"` for what another crate re-exports",
            )),
            None => {
                let problem = "`crate` takes a path in quotes\nhint: `crate = \"::renamed\"`";
                Err(text.map_or_else(|| refuse(item, problem), |text| refuse(&text, problem)))
            }
        }
    }
}

/// The largest field number of .proto.
pub(crate) const MAX_TAG: u32 = (1 << 29) - 1;

/// `tag = 4`, any number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag(pub(crate) u32);

impl FromMeta for Tag {
    fn from_meta(item: &Meta) -> Result<Self> {
        let value = value(item);
        value.and_then(number).map(Self).ok_or_else(|| {
            let problem = format!("this is not a tag\nhint: `tag = 4`, a number from 1 to {MAX_TAG}");
            value.map_or_else(|| refuse(item, &problem), |value| refuse(value, &problem))
        })
    }
}

/// `reserved(4, 7..=9)`: tags, first and last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reserved(pub(crate) Vec<(u32, u32)>);

impl FromMeta for Reserved {
    fn from_meta(item: &Meta) -> Result<Self> {
        let list = item.require_list().map_err(|_| Self::refuse(item))?;
        let parts = list
            .parse_args_with(Punctuated::<Expr, Token![,]>::parse_terminated)
            .ok()
            .filter(|parts| !parts.is_empty())
            .ok_or_else(|| Self::refuse(item))?;
        parts
            .iter()
            .map(|part| Self::tags(part).ok_or_else(|| Self::refuse(part)))
            .collect::<Result<_>>()
            .map(Self)
    }
}

impl Reserved {
    fn refuse(tokens: &impl Spanned) -> Error {
        let problem = format!(
            "these are not tags\nhint: `reserved(4, 7..=9)`, numbers and ranges of numbers from 1 to {MAX_TAG}"
        );
        refuse(tokens, problem)
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
        number(expr).filter(|tag| (1..=MAX_TAG).contains(tag))
    }
}

/// `pool = N` or `pool(capacity = N, reset = "keep")`.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    /// An expression of type `u32`.
    pub(crate) capacity: Expr,
    pub(crate) reset: Reset,
    pub(crate) cache: Cache,
}

/// What threads keep of a pool for themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Cache {
    #[default]
    Threads,
    None,
}

/// What is in a slot that a pool hands out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reset {
    #[default]
    Zero,
    Keep,
}

impl FromMeta for Pool {
    fn from_meta(item: &Meta) -> Result<Self> {
        #[derive(FromMeta)]
        struct Keys {
            capacity: Capacity,
            #[darling(default)]
            reset: Reset,
            #[darling(default)]
            cache: Cache,
        }
        match item {
            Meta::NameValue(_) => Capacity::from_meta(item).map(|Capacity(capacity)| Self {
                capacity,
                reset: Reset::default(),
                cache: Cache::default(),
            }),
            Meta::List(_) => Keys::from_meta(item)
                .map(|Keys { capacity: Capacity(capacity), reset, cache }| Self { capacity, reset, cache }),
            Meta::Path(_) => Err(refuse(item, "`pool` takes a number of slots\nhint: `pool = 50_000`")),
        }
    }
}

/// `capacity = N`: a literal is checked here, a constant by rustc.
struct Capacity(Expr);

impl FromMeta for Capacity {
    fn from_meta(item: &Meta) -> Result<Self> {
        let Some(value) = value(item) else {
            return Err(refuse(item, "`capacity` takes a number of slots\nhint: `capacity = 50_000`"));
        };
        let literal = matches!(value, Expr::Lit(_) | Expr::Unary(_));
        if !literal || number(value).is_some_and(|slots| (1..u32::MAX).contains(&slots)) {
            return Ok(Self(value.clone()));
        }
        let problem = format!("a pool can't have that many slots\nhint: a number from 1 to {}", u32::MAX - 1);
        Err(refuse(value, problem))
    }
}

impl FromMeta for Cache {
    fn from_meta(item: &Meta) -> Result<Self> {
        match string(item).map(|text| text.value()).as_deref() {
            Some("threads") => Ok(Self::Threads),
            Some("none") => Ok(Self::None),
            _ => Err(refuse(
                item,
                "`cache` says what threads keep for their own next allocations\n\
                 hint: `cache = \"threads\"`, or `cache = \"none\"` for a pool whose every operation is lock-free",
            )),
        }
    }
}

impl FromMeta for Reset {
    fn from_meta(item: &Meta) -> Result<Self> {
        match string(item).map(|text| text.value()).as_deref() {
            Some("zero") => Ok(Self::Zero),
            Some("keep") => Ok(Self::Keep),
            _ => Err(refuse(
                item,
                "`reset` says what is in a slot that is handed out\n\
                 hint: `reset = \"zero\"`, or `reset = \"keep\"` for what its last owner left",
            )),
        }
    }
}

/// The arguments of all `#[repr(..)]`, such as `C` and `align(8)`.
pub(crate) fn reprs(attrs: &[Attribute]) -> Result<Vec<Meta>> {
    let mut reprs = Vec::new();
    for attr in attrs.iter().filter(|attr| is(attr.path(), "repr")) {
        reprs.extend(attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)?);
    }
    Ok(reprs)
}

/// Returns true if the path is that identifier, `r#` aside: to rustc it means nothing there.
pub(crate) fn is(path: &Path, name: &str) -> bool {
    path.get_ident().is_some_and(|ident| ident.unraw() == name)
}

/// The doc comment, without the blank that each line starts with. `#[doc = include_str!(..)]` and its like, whose text a macro
/// can't see, are left out.
pub(crate) fn doc(attrs: &[Attribute]) -> Option<String> {
    let texts = attrs.iter().filter(|attr| attr.path().is_ident("doc")).filter_map(|attr| text(&attr.meta));
    let text = texts.collect::<Vec<_>>().join("\n");
    let lines = text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
    let doc = lines.collect::<Vec<_>>().join("\n");
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
    string(meta).map(|text| text.value())
}

fn string(meta: &Meta) -> Option<LitStr> {
    match value(meta)? {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.clone()),
        _ => None,
    }
}

/// The value of `key = value`.
fn value(meta: &Meta) -> Option<&Expr> {
    meta.require_name_value().ok().map(|meta| ungrouped(&meta.value))
}

fn number(expr: &Expr) -> Option<u32> {
    match ungrouped(expr) {
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => int.base10_parse().ok(),
        _ => None,
    }
}

/// What is inside the invisible group that a `$value:literal` of `macro_rules!` leaves.
fn ungrouped(mut expr: &Expr) -> &Expr {
    while let Expr::Group(group) = expr {
        expr = &group.expr;
    }
    expr
}

fn key(meta: &Meta) -> String {
    meta.path().get_ident().map(ToString::to_string).unwrap_or_default()
}

fn refuse(tokens: &impl Spanned, problem: impl std::fmt::Display) -> Error {
    Error::custom(problem).with_span(tokens)
}
