//! `#[derive(FfiMessage)]`.

use std::collections::HashMap;

use darling::error::Accumulator;
use darling::util::SpannedValue;
use darling::{Error, FromAttributes, Result};
use proc_macro2::Span;
use quote::{ToTokens as _, format_ident};
use syn::spanned::Spanned as _;
use syn::{Attribute, Data, DeriveInput, Fields, Ident, Type, Visibility, parse_quote};

use super::{Head, Item, Known, Wire, refuse_generics, types};
use crate::attr::{CaseAttrs, FieldAttrs, MessageAttrs, Pool, ProtoName, Simd};
use crate::rules::Rules;
use crate::rustc;
use crate::tags::{Tag, check_tags, no_tag_left, numbers};

/// A `repr(C)` struct with named fields.
pub(crate) struct Message {
    pub(crate) head: Head,
    pub(crate) fields: Vec<Field>,
    pub(crate) aliases: Vec<Alias>,
    pub(crate) pod: bool,
    pub(crate) checked: bool,
    pub(crate) reserved: Vec<(u32, u32)>,
    pub(crate) pool: Option<Pool>,
    /// The visibility of its columns, if it has columns: that of the message.
    pub(crate) columns: Option<Visibility>,
    pub(crate) simd: Simd,
    /// The visibility of its view and editor, if it lives in an arena: that of the message.
    pub(crate) arena: Option<Visibility>,
    /// The message of protobuf whose form in JSON it has.
    pub(crate) known: Option<Known>,
}

/// A field of a [`Message`].
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) item: Item,
    /// The type as generated code writes it: see [`Alias`].
    pub(crate) ty: Type,
    /// The type as the user wrote it.
    pub(crate) written: Type,
    /// The number of the field in .proto.
    pub(crate) tag: u32,
    pub(crate) wire: Wire,
    /// Rules that its value keeps.
    pub(crate) rules: Rules,
    pub(crate) visibility: Visibility,
    /// Doc comments as they are written; the record has only their text.
    pub(crate) docs: Vec<Attribute>,
}

/// Another name of the type of a field, which is an item of the generated code.
///
/// Rustc makes a body of each constant in a type, wherever the type is written: `FfiStr<24>` in
/// twenty places takes twenty type checks and evaluations of `24`. So generated code writes such a
/// type once, in its alias, and at the few places at which rustc reports mistakes.
pub(crate) struct Alias {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
}

impl Message {
    pub(crate) fn new(input: &DeriveInput) -> Result<Self> {
        let mut errors = Error::accumulator();
        errors.handle(refuse_generics(&input.generics, "a message"));
        errors.handle(check_repr(input));
        let fields = errors.handle(named_fields(input)).unwrap_or_default();
        let fields = fields.into_iter().filter_map(|field| errors.handle(Field::new(field, &input.ident)));
        let (mut fields, tags): (Vec<_>, Vec<_>) = fields.unzip();
        let attrs = errors.handle(MessageAttrs::from_attributes(&input.attrs));
        let reserved = attrs.as_ref().and_then(|attrs| attrs.reserved.clone()).unwrap_or_default().0;
        check_tags(tags.iter().flatten(), &reserved, &mut errors);
        let numbered = fields.iter().zip(tags).filter(|(field, _)| field.wire.is_numbered());
        let tags: Vec<_> = numbered.map(|(_, tag)| tag).collect();
        let numbered = fields.iter_mut().filter(|field| field.wire.is_numbered());
        for (field, tag) in numbered.zip(numbers(&tags, &reserved)) {
            match tag {
                Some(tag) => field.tag = tag,
                None => errors.push(no_tag_left(&field.ident)),
            }
        }
        let Some(attrs) = attrs else {
            return Err(errors.finish().expect_err("the attributes were wrong"));
        };
        if attrs.pod.is_present() && attrs.checked.is_present() {
            let error = Error::custom("`pod` already implies `checked`\nhint: remove `checked`");
            errors.push(error.with_span(&attrs.checked.span()));
        }
        let in_arena = attrs.arena.is_present() || fields.iter().any(|field| types::names_handle(&field.ty));
        if in_arena {
            refuse_in_arena(input, &attrs, &mut errors);
            let secrets = fields.iter().filter(|field| types::names_secret(types::ungrouped(&field.ty)));
            errors.extend(secrets.map(|field| {
                let problem = "an `FfiSecret` can't be in an arena, whose memory is copied when it grows\n\
                               hint: put it into a message of a pool, and refer to that by an id";
                Error::custom(problem).with_span(&field.ty)
            }));
        }
        for field in &fields {
            errors.handle(check_rules(field, &attrs, in_arena));
        }
        for second in fields.iter().filter(|field| field.wire.unknown.is_some()).skip(1) {
            let problem =
                "two fields keep unknown fields\nhint: one of them keeps all; remove `unknown` here";
            errors.push(Error::custom(problem).with_span(&second.ident));
        }
        let has =
            |number| fields.iter().any(|it| !it.wire.flat && it.wire.unknown.is_none() && it.tag == number);
        let known = attrs.json.as_ref().and_then(|known| errors.handle(Known::of_message(known, has)));
        let proto = ProtoName::of_type(attrs.proto, attrs.json.as_ref());
        let proto = errors.handle(proto.and_then(ProtoName::without_oneof)).flatten();
        let head = errors.handle(Head::named(&input.ident, &input.attrs, attrs.common, proto));
        let (pod, checked) = (attrs.pod.is_present(), attrs.checked.is_present());
        errors.finish()?;
        let head = head.expect("without an error there is one");
        let aliases = name_types(&mut fields);
        let columns = attrs.columns.is_present().then(|| input.vis.clone());
        let arena = in_arena.then(|| input.vis.clone());
        Ok(Self {
            head,
            fields,
            aliases,
            pod,
            checked,
            reserved,
            pool: attrs.pool,
            columns,
            simd: attrs.simd,
            arena,
            known,
        })
    }
}

impl Field {
    /// Returns the field of the message `holder`, and the number that its attribute gives it.
    fn new(field: &syn::Field, holder: &Ident) -> Result<(Self, Option<SpannedValue<Tag>>)> {
        let mut errors = Error::accumulator();
        errors.handle(types::check_inside(&field.ty, holder, "a message"));
        let attrs = errors.handle(FieldAttrs::from_attributes(&field.attrs));
        errors.finish()?;
        let (attrs, rules) = attrs.expect("without an error there are some").split();
        let wire = Wire::of_field(&attrs)?;
        let CaseAttrs { rename, tag, json, .. } = attrs;
        let json = json.map(|json| json.into_inner().0).unwrap_or_default();
        let ident = field.ident.clone().expect("`named_fields` saw to it");
        let message_field = Self {
            item: Item { json, ..Item::inner(&ident, &field.attrs, rename)? },
            ident,
            ty: field.ty.clone(),
            written: field.ty.clone(),
            tag: 0,
            wire,
            rules: rules.into(),
            visibility: field.vis.clone(),
            docs: field.attrs.iter().filter(|attr| attr.path().is_ident("doc")).cloned().collect(),
        };
        Ok((message_field, tag))
    }
}

/// Gives types that may hold a constant another name, and returns these names.
fn name_types(fields: &mut [Field]) -> Vec<Alias> {
    let mut aliases = Vec::new();
    let mut indices = HashMap::new();
    for Field { ty, written, wire, rules, .. } in fields {
        // A type with a key is written in full, as rustc reports there what the key can't be for.
        if types::is_name(written) || *wire != Wire::default() || !rules.is_empty() {
            continue;
        }
        let count = aliases.len();
        let index = *indices.entry(written.to_token_stream().to_string()).or_insert(count);
        // The span at which rustc reports an error about the type.
        let span = written.span().resolved_at(Span::call_site());
        let ident = format_ident!("__FfiType{index}", span = span);
        *ty = parse_quote!(#ident);
        if index == count {
            aliases.push(Alias { ident, ty: written.clone() });
        }
    }
    aliases
}

/// Refuses rules of a field that would not be checked everywhere.
fn check_rules(field: &Field, attrs: &MessageAttrs, in_arena: bool) -> Result<()> {
    let problem = if field.wire.unknown.is_some() {
        "what keeps unknown fields has no rules: its bytes are not the sender's choice\n\
         hint: `unknown = 1024` limits their number"
    } else if in_arena {
        "a message that lives in an arena has no rules: its text and lists have no bounds there\n\
         hint: check the value in the function, or use the bounded `FfiStr`, `FfiVec` and `FfiMap`"
    } else if attrs.pod.is_present() {
        "a message with `pod` has no rules: any bytes are a value of it\nhint: `checked` instead of `pod`"
    } else if attrs.columns.is_present() {
        "a message with `columns` has no rules: Dart writes to a column without them\n\
         hint: remove the rule or `columns`"
    } else {
        return Ok(());
    };
    field.rules.refuse(problem)
}

/// Refuses what a message that lives in an arena can't be, as its handles mean nothing elsewhere.
fn refuse_in_arena(input: &DeriveInput, attrs: &MessageAttrs, errors: &mut Accumulator) {
    let name = &input.ident;
    let pool = attrs.pool.as_ref().map(|_| ("pool", "a slot of a pool is one block", name.span()));
    let flags = [
        ("columns", "a column is numbers and plain values", &attrs.columns),
        ("simd", "kernels work on numbers side by side", &attrs.simd.flag),
        ("pod", "any bytes would be a handle", &attrs.pod),
        ("checked", "any bytes would be a handle", &attrs.checked),
    ];
    let flags = flags.into_iter().filter(|(.., flag)| flag.is_present());
    for (key, reason, span) in pool.into_iter().chain(flags.map(|(key, why, flag)| (key, why, flag.span()))) {
        let problem = format!(
            "`{name}` lives in an arena, so it can't have `{key}`: {reason}\n\
             hint: remove `{key}`, or use the bounded `FfiStr`, `FfiBytes`, `FfiVec`, `FfiMap` and `FfiOption`"
        );
        errors.push(Error::custom(problem).with_span(&span));
    }
}

fn check_repr(input: &DeriveInput) -> Result<()> {
    let reprs = rustc::reprs(&input.attrs)?;
    let mut errors = Error::accumulator();
    if !reprs.iter().any(|repr| rustc::is(repr.path(), "C")) {
        let error =
            Error::custom("a message needs `#[repr(C)]`\nhint: without it rustc may reorder the fields");
        errors.push(error.with_span(&input.ident));
    }
    for repr in &reprs {
        let problem = if rustc::is(repr.path(), "packed") {
            "a message can't be packed: its fields would be misaligned\n\
             hint: remove `packed`, and order the fields from large to small"
        } else if rustc::is(repr.path(), "align") {
            "a message can't have an alignment of its own: a struct in Dart has that of its strictest field\n\
             hint: remove `align`; memory for messages is aligned to 64 bytes anyway"
        } else {
            continue;
        };
        errors.push(Error::custom(problem).with_span(repr));
    }
    errors.finish()
}

fn named_fields(input: &DeriveInput) -> Result<Vec<&syn::Field>> {
    let problem = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if !fields.named.is_empty() => return Ok(fields.named.iter().collect()),
            Fields::Named(_) | Fields::Unit => {
                "a message needs at least one field\nhint: C has no empty structs; remove it, or add a field"
            }
            Fields::Unnamed(_) => "a message needs named fields\nhint: `struct Point { x: f32, y: f32 }`",
        },
        Data::Union(_) => {
            "a message is a struct\n\
             hint: nothing says which field of a union is valid; `#[repr(C, u32)] enum` with a case for each does"
        }
        Data::Enum(_) => unreachable!("an enum is a oneof"),
    };
    Err(Error::custom(problem).with_span(&input.ident))
}
