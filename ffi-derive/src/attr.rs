//! Keys of `#[ffi(..)]` and `#[ffi_export(..)]`, as they are written.

use darling::ast::NestedMeta;
use darling::util::SpannedValue;
use darling::{Error, FromAttributes, FromMeta, Result};
use proc_macro2::{Span, TokenStream};
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta, Path, Token, parse_quote};

pub(crate) use crate::meta::Flag;
use crate::meta::{key, number, refuse, string, value};
use crate::rules::{MaxLen, Pattern, Range, RuleAttrs};
use crate::tags::{Reserved, Tag};

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
    pub(crate) simd: Simd,
    #[darling(default)]
    pub(crate) arena: Flag,
    pub(crate) json: Option<WellKnown>,
    pub(crate) proto: Option<ProtoName>,
}

/// `#[ffi(..)]` on an enum that holds data.
#[derive(Debug, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct OneofAttrs {
    #[darling(flatten)]
    pub(crate) common: CommonAttrs,
    #[darling(default)]
    pub(crate) arena: Flag,
    #[darling(default)]
    pub(crate) checked: Flag,
    pub(crate) json: Option<WellKnown>,
    pub(crate) proto: Option<ProtoName>,
}

/// `#[ffi(..)]` on an enum without data.
#[derive(Debug, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct EnumAttrs {
    #[darling(flatten)]
    pub(crate) common: CommonAttrs,
    pub(crate) json: Option<WellKnown>,
    pub(crate) proto: Option<ProtoName>,
}

/// `#[ffi(..)]` on an error.
#[derive(Debug, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct ErrorAttrs {
    #[darling(flatten)]
    pub(crate) common: CommonAttrs,
}

/// `json = "google.protobuf.Struct"`: the message of protobuf whose form in JSON the type has.
#[derive(Debug)]
pub(crate) struct WellKnown {
    pub(crate) name: String,
    pub(crate) span: Span,
}

impl FromMeta for WellKnown {
    fn from_meta(item: &Meta) -> Result<Self> {
        let text = string(item).ok_or_else(|| {
            refuse(
                item,
                "`json` of a type takes the name of a type of protobuf\n\
                 hint: `json = \"google.protobuf.Struct\"`; names in JSON are for fields, cases and variants",
            )
        })?;
        Ok(Self { name: text.value(), span: item.span() })
    }
}

/// `proto(package = "acme.v1", name = "Order.Line", oneof = "kind")`: the name of a type in .proto.
#[derive(Debug, Default)]
pub(crate) struct ProtoName {
    package: Option<LitStr>,
    name: Option<LitStr>,
    oneof: Option<LitStr>,
    /// Texts of the parts that are given, by their keys.
    parts: Vec<(&'static str, String)>,
}

impl ProtoName {
    const HINT: &str = "hint: `proto(name = \"Order.Line\")` for the messages around it and its own name, \
                        `proto(package = \"acme.v1\")`, and `proto(oneof = \"kind\")` for an enum that holds data";

    /// Returns the parts that are given, each with its key.
    pub(crate) fn parts(&self) -> &[(&'static str, String)] {
        &self.parts
    }

    /// Returns the name that a type has by its attributes `proto` and `json`, if they give one.
    pub(crate) fn of_type(proto: Option<Self>, json: Option<&WellKnown>) -> Result<Option<Self>> {
        let Some((package, name)) = json.and_then(|json| json.name.rsplit_once('.')) else {
            return Ok(proto);
        };
        if let Some(given) = proto.iter().find_map(|proto| proto.package.as_ref().or(proto.name.as_ref())) {
            let problem = format!(
                "`json = \"{package}.{name}\"` already says which type of protobuf it is\nhint: remove this name"
            );
            return Err(refuse(given, problem));
        }
        let mut proto = proto.unwrap_or_default();
        proto.parts.splice(..0, [("package", package.to_owned()), ("name", name.to_owned())]);
        Ok(Some(proto))
    }

    /// Refuses the name of a oneof, which only an enum that holds data is.
    pub(crate) fn without_oneof(proto: Option<Self>) -> Result<Option<Self>> {
        match proto.as_ref().and_then(|proto| proto.oneof.as_ref()) {
            Some(oneof) => Err(refuse(oneof, format!("this is no oneof\n{}", Self::HINT))),
            None => Ok(proto),
        }
    }
}

impl FromMeta for ProtoName {
    fn from_meta(item: &Meta) -> Result<Self> {
        #[derive(FromMeta)]
        struct Keys {
            package: Option<LitStr>,
            name: Option<LitStr>,
            oneof: Option<LitStr>,
        }
        let problem = || refuse(item, format!("`proto` takes names in .proto\n{}", Self::HINT));
        if !matches!(item, Meta::List(_)) {
            return Err(problem());
        }
        let Keys { package, name, oneof } = Keys::from_meta(item)?;
        let given = [("package", &package), ("name", &name), ("oneof", &oneof)];
        let given = given.into_iter().filter_map(|(key, text)| Some((key, text.as_ref()?)));
        let mut errors = Error::accumulator();
        for (key, text) in given.clone() {
            let value = text.value();
            if !value.split('.').all(is_proto_name) || (key == "oneof" && value.contains('.')) {
                let what = format!("`{value}` can't be a name in .proto\n{}", Self::HINT);
                errors.push(refuse(text, what));
            }
        }
        let parts: Vec<_> = given.map(|(key, text)| (key, text.value())).collect();
        if parts.is_empty() {
            errors.push(problem());
        }
        errors.finish_with(Self { package, name, oneof, parts })
    }
}

/// Returns true for what protobuf takes as a name: ASCII letters, digits and underscores.
fn is_proto_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|next| next.is_ascii_alphanumeric() || next == '_')
}

/// `json("price", "cost")`: the names of a field, case or variant in JSON.
#[derive(Debug, Default)]
pub(crate) struct JsonNames(pub(crate) Vec<String>);

impl FromMeta for JsonNames {
    fn from_meta(item: &Meta) -> Result<Self> {
        let problem = "`json` takes names, of which the first one is written and all are read\n\
                       hint: `json(\"price\", \"cost\")`, each once, without quotes, backslashes and control characters";
        let Meta::List(list) = item else { return Err(refuse(item, problem)) };
        let names = list.parse_args_with(Punctuated::<LitStr, Token![,]>::parse_terminated);
        let names: Vec<_> = names.map_err(|_| refuse(item, problem))?.iter().map(LitStr::value).collect();
        let is_plain = |name: &String| {
            !name.is_empty() && !name.chars().any(|it| it == '"' || it == '\\' || it.is_control())
        };
        let is_new = |(index, name): (usize, &String)| !names[..index].contains(name);
        if names.is_empty() || !names.iter().all(is_plain) || !names.iter().enumerate().all(is_new) {
            return Err(refuse(item, problem));
        }
        Ok(Self(names))
    }
}

/// `#[ffi(..)]` on an ordinary struct that is written into arenas.
#[derive(Debug, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct ArenaFromAttrs {
    pub(crate) message: MessagePath,
    #[darling(rename = "crate", default)]
    pub(crate) krate: CratePath,
}

/// `message = ".."`, the path of a message.
#[derive(Debug)]
pub(crate) struct MessagePath(pub(crate) Path);

impl FromMeta for MessagePath {
    fn from_meta(item: &Meta) -> Result<Self> {
        let path = string(item).and_then(|text| text.parse_with(Path::parse_mod_style).ok());
        let problem = "`message` takes the path of a message in quotes\nhint: `message = \"Row\"`";
        path.map(Self).ok_or_else(|| refuse(item, problem))
    }
}

/// `#[ffi(..)]` on a newtype.
#[derive(Debug, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct NewtypeAttrs {
    #[darling(flatten)]
    pub(crate) common: CommonAttrs,
    pub(crate) dart: Option<DartType>,
}

/// `#[ffi_export(..)]` on a queue, and `#[ffi_flag(..)]`.
#[derive(Debug, FromMeta)]
pub(crate) struct QueueAttrs {
    #[darling(flatten)]
    pub(crate) common: CommonAttrs,
}

/// `#[ffi_health(..)]`.
#[derive(Debug, FromMeta)]
pub(crate) struct HealthAttrs {
    #[darling(flatten)]
    pub(crate) common: CommonAttrs,
    pub(crate) deadline: Option<Deadline>,
}

/// `deadline = 500`: a number of milliseconds.
#[derive(Debug)]
pub(crate) struct Deadline(pub(crate) u32);

impl FromMeta for Deadline {
    fn from_meta(item: &Meta) -> Result<Self> {
        let milliseconds = value(item).and_then(number).filter(|it| (1..=600_000).contains(it));
        milliseconds.map(Self).ok_or_else(|| {
            let problem =
                "`deadline` takes a number of milliseconds\nhint: `deadline = 500`, from 1 to 600000";
            refuse(item, problem.to_owned())
        })
    }
}

/// `#[ffi_export(..)]` on a function, and `#[ffi(..)]` below it.
#[derive(Debug, FromMeta)]
pub(crate) struct FunctionAttrs {
    #[darling(flatten)]
    pub(crate) common: CommonAttrs,
    #[darling(default)]
    pub(crate) leaf: Flag,
    #[darling(default)]
    pub(crate) blocking: Flag,
    #[darling(default)]
    pub(crate) inline: Flag,
    pub(crate) window: Option<Window>,
    pub(crate) arguments: Option<Arguments>,
    pub(crate) limit: Option<Limit>,
}

/// `#[ffi_export(..)]` on an `impl` block.
#[derive(Debug, FromMeta)]
pub(crate) struct BlockAttrs {
    #[darling(flatten)]
    pub(crate) common: CommonAttrs,
}

/// `#[ffi_service(..)]`.
#[derive(Debug, FromMeta)]
pub(crate) struct ServiceAttrs {
    #[darling(flatten)]
    pub(crate) common: CommonAttrs,
    pub(crate) guard: Option<FunctionPath>,
    /// The limits of methods without some of their own.
    pub(crate) limit: Option<Limit>,
}

impl ServiceAttrs {
    pub(crate) fn parse(args: TokenStream) -> Result<Self> {
        Self::from_list(&NestedMeta::parse_meta_list(args)?)
    }
}

/// `guard = path`, the path of a function.
#[derive(Clone, Debug)]
pub(crate) struct FunctionPath(pub(crate) Path);

impl FromMeta for FunctionPath {
    fn from_meta(item: &Meta) -> Result<Self> {
        let key = key(item);
        let problem =
            format!("`{key}` takes the path of a function\nhint: `{key} = may_call`, without quotes");
        path(item).map(Self).ok_or_else(|| refuse(item, problem))
    }
}

/// `limit(per_second = 100, ..)`, or `limit = PATH`.
#[derive(Clone, Debug)]
pub(crate) enum Limit {
    /// Path of a static.
    Shared(Path),
    /// Limits of this function only.
    Own(Vec<OwnLimit>),
}

/// One of the limits of a function: the function of `Limits` that sets it, and a number.
#[derive(Clone, Debug)]
pub(crate) struct OwnLimit {
    pub(crate) name: Ident,
    pub(crate) number: u32,
}

impl Limit {
    const KEYS: [&str; 6] = ["per_second", "keys", "at_once", "request", "result", "deadline"];
    const HINT: &str = "hint: `limit(per_second = 100, at_once = 4, request = 65536)`, or `limit = NAME`, a static of type `Limits`";

    /// Returns the limit that is called `name`.
    pub(crate) fn own(&self, name: &str) -> Option<&OwnLimit> {
        match self {
            Self::Own(limits) => limits.iter().find(|limit| limit.name == name),
            Self::Shared(_) => None,
        }
    }
}

impl FromMeta for Limit {
    fn from_meta(item: &Meta) -> Result<Self> {
        let Meta::List(list) = item else {
            let problem = format!("`limit` takes limits, or the path of a static\n{}", Self::HINT);
            return path(item).map(Self::Shared).ok_or_else(|| refuse(item, problem));
        };
        let keys = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)?;
        let mut errors = Error::accumulator();
        let mut limits: Vec<OwnLimit> = Vec::new();
        for meta in &keys {
            let name = meta.path().get_ident().filter(|name| Self::KEYS.iter().any(|key| name == key));
            let Some(name) = name else {
                let known = Self::KEYS.map(|key| format!("`{key}`")).join(", ");
                errors.push(refuse(meta, format!("`limit` has no such key\nhint: one of {known}")));
                continue;
            };
            if limits.iter().any(|limit| limit.name == *name) {
                errors.push(refuse(meta, format!("`{name}` is given twice\nhint: remove one")));
                continue;
            }
            match value(meta).and_then(number).filter(|number| *number > 0) {
                Some(number) => limits.push(OwnLimit { name: name.clone(), number }),
                None => {
                    let problem = format!("`{name}` takes a number of at least 1\nhint: `{name} = 100`");
                    errors.push(refuse(meta, problem));
                }
            }
        }
        if let Some(keys) = limits.iter().find(|limit| limit.name == "keys")
            && !limits.iter().any(|limit| limit.name == "per_second")
        {
            let problem =
                "`keys` is the number of keys with a rate of their own\nhint: add `per_second = 100`";
            errors.push(refuse(&keys.name, problem));
        }
        if keys.is_empty() {
            errors.push(refuse(item, format!("there is no limit\n{}", Self::HINT)));
        }
        errors.finish_with(Self::Own(limits))
    }
}

/// Returns the path of `key = path`.
fn path(meta: &Meta) -> Option<Path> {
    match value(meta)? {
        Expr::Path(path) if path.qself.is_none() => Some(path.path.clone()),
        _ => None,
    }
}

/// `#[ffi(..)]` on a parameter.
#[derive(Debug, Default, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct ParamAttrs {
    #[darling(default)]
    pub(crate) key: Flag,
    #[darling(flatten)]
    pub(crate) rules: RuleAttrs,
}

impl BlockAttrs {
    pub(crate) fn parse(args: TokenStream) -> Result<Self> {
        Self::from_list(&NestedMeta::parse_meta_list(args)?)
    }
}

/// `#[ffi(..)]` on a function of an exported `impl` block, or on a method of a service. The other
/// keys of a function are those of the block.
#[derive(Debug, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct MemberAttrs {
    pub(crate) rename: Option<Identifier>,
    #[darling(default)]
    pub(crate) leaf: Flag,
    #[darling(default)]
    pub(crate) blocking: Flag,
    #[darling(default)]
    pub(crate) inline: Flag,
    pub(crate) window: Option<Window>,
    pub(crate) arguments: Option<Arguments>,
    pub(crate) limit: Option<Limit>,
    #[darling(default)]
    pub(crate) getter: Flag,
}

/// Keys that every item takes.
#[derive(Debug, FromMeta)]
pub(crate) struct CommonAttrs {
    pub(crate) prefix: Option<Identifier>,
    pub(crate) rename: Option<Identifier>,
    #[darling(rename = "crate", default)]
    pub(crate) krate: CratePath,
}

impl CommonAttrs {
    /// Returns the value of `crate`, also if the other keys have mistakes.
    pub(crate) fn krate(attrs: &[Attribute]) -> Path {
        Self::krate_of(keys(attrs))
    }

    /// Returns the same for the arguments of an attribute macro.
    pub(crate) fn krate_in(args: TokenStream) -> Path {
        Self::krate_of(Punctuated::<Meta, Token![,]>::parse_terminated.parse2(args).into_iter().flatten())
    }

    /// Returns true if an attribute has that key, also if there are mistakes.
    pub(crate) fn has_key(attrs: &[Attribute], key: &str) -> bool {
        keys(attrs).any(|it| it.path().is_ident(key))
    }

    fn krate_of(mut keys: impl Iterator<Item = Meta>) -> Path {
        let key = keys.find(|key| key.path().is_ident("crate"));
        key.and_then(|key| CratePath::from_meta(&key).ok()).unwrap_or_default().0
    }
}

/// Returns the keys of all `#[ffi(..)]` that rustc can parse.
fn keys(attrs: &[Attribute]) -> impl Iterator<Item = Meta> {
    let attrs = attrs.iter().filter(|attr| attr.path().is_ident("ffi"));
    attrs.flat_map(|it| it.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)).flatten()
}

/// `#[ffi(..)]` on a case of a oneof.
#[derive(Debug, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct CaseAttrs {
    pub(crate) rename: Option<Identifier>,
    pub(crate) tag: Option<SpannedValue<Tag>>,
    pub(crate) encoding: Option<SpannedValue<Encoding>>,
    pub(crate) key_encoding: Option<SpannedValue<Encoding>>,
    pub(crate) packed: Option<SpannedValue<Packed>>,
    #[darling(default)]
    pub(crate) flatten: Flag,
    pub(crate) unknown: Option<SpannedValue<Unknown>>,
    pub(crate) json: Option<SpannedValue<JsonNames>>,
}

/// `#[ffi(..)]` on a field: what a case has, and rules. Neither is a struct here, so `darling`
/// knows all keys that an unknown one may be meant for.
#[derive(Debug, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct FieldAttrs {
    rename: Option<Identifier>,
    tag: Option<SpannedValue<Tag>>,
    encoding: Option<SpannedValue<Encoding>>,
    key_encoding: Option<SpannedValue<Encoding>>,
    packed: Option<SpannedValue<Packed>>,
    #[darling(default)]
    flatten: Flag,
    unknown: Option<SpannedValue<Unknown>>,
    json: Option<SpannedValue<JsonNames>>,
    range: Option<Range>,
    #[darling(default)]
    non_empty: Flag,
    max_len: Option<MaxLen>,
    pattern: Option<Pattern>,
}

impl FieldAttrs {
    /// Returns what a case has as well, and the rules.
    pub(crate) fn split(self) -> (CaseAttrs, RuleAttrs) {
        let Self { rename, tag, encoding, key_encoding, packed, flatten, unknown, json, .. } = self;
        let Self { range, non_empty, max_len, pattern, .. } = self;
        (
            CaseAttrs { rename, tag, encoding, key_encoding, packed, flatten, unknown, json },
            RuleAttrs { range, non_empty, max_len, pattern },
        )
    }
}

/// `encoding = ".."`: the bytes that protobuf has for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    ZigZag,
    Fixed,
    Wrapper,
}

impl Encoding {
    /// Returns its name in attributes and records.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ZigZag => "zigzag",
            Self::Fixed => "fixed",
            Self::Wrapper => "wrapper",
        }
    }
}

impl FromMeta for Encoding {
    fn from_meta(item: &Meta) -> Result<Self> {
        let given = string(item).map(|text| text.value());
        let all = [Self::ZigZag, Self::Fixed, Self::Wrapper];
        all.into_iter().find(|it| given.as_deref() == Some(it.name())).ok_or_else(|| {
            let key = key(item);
            let problem = format!(
                "`{key}` says how values are written in protobuf\n\
                 hint: `{key} = \"zigzag\"` for `sint32` and `sint64`, or `{key} = \"fixed\"` for `fixed32`, `sfixed64` \
                 and their kin, `{key} = \"wrapper\"` for `google.protobuf.StringValue` and its kin"
            );
            refuse(item, problem)
        })
    }
}

/// `packed = false`: numbers of a list are written with a key each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packed(pub(crate) bool);

impl FromMeta for Packed {
    fn from_meta(item: &Meta) -> Result<Self> {
        match value(item) {
            Some(Expr::Lit(ExprLit { lit: Lit::Bool(packed), .. })) => Ok(Self(packed.value)),
            _ => Err(refuse(
                item,
                "`packed` says whether the numbers of a list share one key in protobuf\n\
                 hint: `packed = false`; without it they do",
            )),
        }
    }
}

/// `unknown` or `unknown = 256`: the field keeps unknown fields, up to so many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unknown(pub(crate) Option<u32>);

impl FromMeta for Unknown {
    fn from_meta(item: &Meta) -> Result<Self> {
        if matches!(item, Meta::Path(_)) {
            return Ok(Self(None));
        }
        match value(item).and_then(number) {
            Some(limit) if limit > 0 => Ok(Self(Some(limit))),
            _ => Err(refuse(
                item,
                "`unknown` takes the largest number of bytes that are kept\n\
                 hint: `unknown = 1024`, or `unknown` alone for what the field has room for",
            )),
        }
    }
}

/// `#[ffi(..)]` on a variant.
#[derive(Debug, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct VariantAttrs {
    pub(crate) rename: Option<Identifier>,
    pub(crate) json: Option<JsonNames>,
}

/// `#[ffi(..)]` on a variant of an error.
#[derive(Debug, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct ErrorVariantAttrs {
    pub(crate) rename: Option<Identifier>,
    #[darling(default)]
    pub(crate) internal: Flag,
}

/// `#[ffi(..)]` on a field of an error.
#[derive(Debug, FromAttributes)]
#[darling(attributes(ffi))]
pub(crate) struct ErrorFieldAttrs {
    pub(crate) rename: Option<Identifier>,
    #[darling(default)]
    pub(crate) display: Flag,
}

/// `arguments = ".."`: the way in which a call in Dart writes its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arguments {
    Named,
    Positional,
}

impl Arguments {
    /// Returns its name in attributes and records.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Positional => "positional",
        }
    }
}

impl FromMeta for Arguments {
    fn from_meta(item: &Meta) -> Result<Self> {
        let given = string(item).map(|text| text.value());
        let all = [Self::Named, Self::Positional];
        all.into_iter().find(|it| given.as_deref() == Some(it.name())).ok_or_else(|| {
            refuse(
                item,
                "`arguments` says how a call in Dart writes its arguments\n\
                 hint: `arguments = \"named\"`, or `arguments = \"positional\"`; without the key, `bool`s and three or \
                 more are named",
            )
        })
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
/// The macros write unsafe code that relies on the real `ffi_core`. A module of the user's crate
/// could stand in for it, with checks that check nothing, although the user writes no `unsafe`.
#[derive(Clone, Debug)]
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

/// `dart(type = "..", import = "..", from = "..", to = "..")`: the type that stands for a newtype
/// in Dart. All is text for Dart, and has the form of names there.
#[derive(Debug)]
pub(crate) struct DartType {
    pub(crate) name: String,
    pub(crate) import: Option<String>,
    pub(crate) from: String,
    pub(crate) to: String,
}

/// Types of `dart:core` that a newtype can have without an import.
const DART_CORE: [&str; 8] = ["BigInt", "DateTime", "Duration", "String", "Uri", "bool", "double", "int"];

impl FromMeta for DartType {
    fn from_meta(item: &Meta) -> Result<Self> {
        #[derive(FromMeta)]
        struct Keys {
            #[darling(rename = "type")]
            name: LitStr,
            import: Option<LitStr>,
            from: LitStr,
            to: LitStr,
        }
        if !matches!(item, Meta::List(_)) {
            return Err(refuse(
                item,
                "`dart` takes a type and two conversions\n\
                 hint: `dart(type = \"Color\", import = \"package:palette/palette.dart\", from = \"Color.fromInt\", to = \"colorToInt\")`",
            ));
        }
        let Keys { name, import, from, to } = Keys::from_meta(item)?;
        let mut errors = Error::accumulator();
        let text = name.value();
        if !is_dart_name(&text) {
            let problem = format!(
                "`{text}` is not the name of a type in Dart\nhint: `type = \"Color\"`, without type arguments"
            );
            errors.push(refuse(&name, problem));
        } else if import.is_none() && !DART_CORE.contains(&&*text) {
            let problem = format!(
                "nothing imports `{text}`, and it is not in `dart:core`\n\
                 hint: add `import = \"package:..\"`, the library that declares it and its conversions"
            );
            errors.push(refuse(&name, problem));
        }
        if let Some(import) = import.as_ref().filter(|import| !is_dart_uri(&import.value())) {
            let problem = format!(
                "`{}` is not a library of Dart\nhint: `package:palette/palette.dart`, or `dart:io`",
                import.value()
            );
            errors.push(refuse(import, problem));
        }
        if !is_dart_path(&from.value()) {
            let problem = format!(
                "`{}` is not a function that makes a value\nhint: `from = \"Color.fromInt\"`, a constructor or a function",
                from.value()
            );
            errors.push(refuse(&from, problem));
        }
        let member = to.value();
        let member = member.strip_prefix('.').map(|member| member.strip_suffix("()").unwrap_or(member));
        if !member.map_or_else(|| is_dart_path(&to.value()), is_dart_name) {
            let problem = format!(
                "`{}` is neither a function nor a member\n\
                 hint: `to = \"colorToInt\"` for a function, `\".argb\"` for a getter, `\".toInt()\"` for a method",
                to.value()
            );
            errors.push(refuse(&to, problem));
        }
        errors.finish()?;
        Ok(Self {
            name: text,
            import: import.map(|import| import.value()),
            from: from.value(),
            to: to.value(),
        })
    }
}

fn is_dart_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|next| next == '_' || next.is_ascii_alphanumeric())
}

/// Returns true for `name` and `name.name`.
fn is_dart_path(path: &str) -> bool {
    path.split('.').count() <= 2 && path.split('.').all(is_dart_name)
}

/// Returns true for `package:name/path.dart` and `dart:name`.
fn is_dart_uri(uri: &str) -> bool {
    let names = |path: &str| path.split(['/', '.']).all(|part| !part.is_empty() && is_file_name(part));
    match uri.split_once(':') {
        Some(("package", path)) => path.contains('/') && path.ends_with(".dart") && names(path),
        Some(("dart", name)) => is_dart_name(name),
        _ => false,
    }
}

fn is_file_name(part: &str) -> bool {
    part.chars().all(|next| next == '_' || next.is_ascii_alphanumeric())
}

/// `simd`, or `simd(sum, scale)` with the operations that the library is to have.
#[derive(Debug, Default)]
pub(crate) struct Simd {
    pub(crate) flag: Flag,
    /// The operations, in capitals; all if there are none.
    pub(crate) operations: Vec<Ident>,
}

impl Simd {
    /// The operations, as `ffi_core::simd::abi::sets` has them.
    const OPERATIONS: [&str; 17] = [
        "sum",
        "mean",
        "min",
        "max",
        "dot",
        "add",
        "sub",
        "mul",
        "scale",
        "axpy",
        "clamp",
        "fill",
        "lerp",
        "length",
        "normalize",
        "saturating_add",
        "saturating_sub",
    ];
}

impl FromMeta for Simd {
    fn from_meta(item: &Meta) -> Result<Self> {
        let flag = Flag::at(item);
        let Meta::List(list) = item else {
            return match item {
                Meta::Path(_) => Ok(Self { flag, operations: Vec::new() }),
                _ => Err(refuse(item, "`simd` takes no value\nhint: `simd` alone, or `simd(sum, scale)`")),
            };
        };
        let names = list.parse_args_with(Punctuated::<Ident, Token![,]>::parse_terminated);
        let names = names.ok().filter(|names| !names.is_empty()).ok_or_else(|| {
            refuse(item, "`simd(..)` takes names of operations\nhint: `simd(sum, scale)`, or `simd` for all")
        })?;
        let mut errors = Error::accumulator();
        let operations = names.iter().filter_map(|name| {
            let text = name.to_string();
            if Self::OPERATIONS.contains(&&*text) {
                return Some(Ident::new(&text.to_uppercase(), name.span()));
            }
            let problem = format!(
                "`{text}` is no operation of `simd`\nhint: one of `{}`",
                Self::OPERATIONS.join("`, `")
            );
            errors.push(refuse(name, problem));
            None
        });
        let operations = operations.collect();
        errors.finish_with(Self { flag, operations })
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

/// Kind of cache that threads have for slots of a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Cache {
    #[default]
    Threads,
    None,
}

/// Contents of a slot that a pool hands out.
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

/// Capacity of `capacity = N`: a literal is checked by the derive, a constant by rustc.
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

/// Number of items that wait for Dart, `#[ffi(window = N)]`.
#[derive(Debug)]
pub(crate) struct Window {
    pub(crate) items: u32,
    pub(crate) span: Span,
}

impl Window {
    /// The window of a stream without the key.
    pub(crate) const DEFAULT: u32 = 1024;
    /// Largest window; see `MOST` in `ffi-core/src/mailbox/window.rs`.
    const MOST: u32 = 1 << 20;
}

impl FromMeta for Window {
    fn from_meta(item: &Meta) -> Result<Self> {
        let items = value(item).and_then(number).filter(|items| (1..=Self::MOST).contains(items));
        let span = item.span();
        items.map(|items| Self { items, span }).ok_or_else(|| {
            let problem = format!(
                "`window` takes the number of items that may wait for Dart\nhint: `window = 256`, from 1 to {}",
                Self::MOST
            );
            refuse(item, problem)
        })
    }
}

/// Returns the text of `key = "text"`.
pub(crate) fn text(meta: &Meta) -> Option<String> {
    string(meta).map(|text| text.value())
}

/// Rewords the errors of darling like all other errors.
pub(crate) fn worded(errors: Error) -> Error {
    let errors: Vec<_> = errors.flatten().into_iter().collect();
    let is = |error: &Error, kind: &str| error.to_string().starts_with(kind);
    // A key that is misspelt is not missing as well.
    let misspelt = errors.iter().any(|error| is(error, "Unknown field"));
    let errors = errors.into_iter().filter(|error| !misspelt || !is(error, "Missing field"));
    let errors = errors.map(|error| {
        let text = error.to_string();
        match reworded(&text) {
            Some(text) => Error::custom(text).with_span(&error.span()),
            None => error,
        }
    });
    Error::multiple(errors.collect())
}

/// Returns the text that replaces darling's `Unknown field: `..`. Did you mean `..`?` and similar
/// errors.
fn reworded(text: &str) -> Option<String> {
    let quoted = |text: &str| text.split('`').nth(1).map(str::to_owned);
    if let Some(rest) = text.strip_prefix("Unknown field: ") {
        let (key, known) = rest.split_once(". ").unwrap_or((rest, ""));
        let key = quoted(key)?;
        let hint = match known.strip_prefix("Available values: ") {
            Some(keys) if keys.contains(',') => format!("one of {keys}"),
            Some(key) => key.to_owned(),
            // Of more than nine keys darling lists none.
            None if known.is_empty() => "the docs of the attribute list its keys".to_owned(),
            None => format!("`{}`", quoted(known)?),
        };
        return Some(format!("`{key}` is not a key here\nhint: {hint}"));
    }
    if text.starts_with("Name-value arguments are not supported") {
        return Some("`ffi` takes keys in parentheses\nhint: `#[ffi(..)]`".to_owned());
    }
    if text.starts_with("Duplicate field") {
        return Some(format!("`{}` is given twice\nhint: remove one", quoted(text)?));
    }
    if text.starts_with("Missing field") {
        let key = quoted(text)?;
        return Some(format!("`{key}` is missing\nhint: add `{key} = ..`"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_darling_get_a_hint() {
        assert_eq!(
            reworded("Unknown field: `pol`. Did you mean `pool`?").unwrap(),
            "`pol` is not a key here\nhint: `pool`"
        );
        assert_eq!(
            reworded("Unknown field: `pod`. Available values: `crate`, `prefix`").unwrap(),
            "`pod` is not a key here\nhint: one of `crate`, `prefix`"
        );
        assert_eq!(
            reworded("Unknown field: `pod`").unwrap(),
            "`pod` is not a key here\nhint: the docs of the attribute list its keys"
        );
        assert_eq!(reworded("Duplicate field `tag`").unwrap(), "`tag` is given twice\nhint: remove one");
        assert_eq!(
            reworded("Missing field `capacity`").unwrap(),
            "`capacity` is missing\nhint: add `capacity = ..`"
        );
    }
}
