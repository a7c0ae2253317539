//! Messages that live in arenas: the views and what they consist of, in pure Dart, and the owners.
//!
//! A view is a position in an arena. What a type does there is a constant object of the runtime, an
//! `ArenaCodec`; the only ones that are written here are those of messages and oneofs.

use std::collections::BTreeSet;

use askama::Template;

use crate::model::{
    Case, Field, JsonSymbols, Layout, Message, MessageIndex, Model, NewtypeIndex, Oneof, OneofIndex,
    ProtoSymbols, Scalar, Type, arena_layout,
};

use super::docs::article_of;
use super::layout;
use super::lead::Lead;
use super::names::{Names, beside, case_class, prefixed};
use super::types::{self, Types, flattened, prefix};

/// Part of `values.dart` with the views.
#[derive(Template)]
#[template(path = "dart/arenas.dart.jinja", escape = "none")]
pub struct ArenasFile<'a> {
    views: Vec<View<'a>>,
    cases: Vec<OneofView<'a>>,
    messages: Vec<PlainMessage<'a>>,
    oneofs: Vec<PlainOneof<'a>>,
    newtypes: Vec<Conversions>,
}

/// Part of the package's library with the owners.
#[derive(Template)]
#[template(path = "dart/arena_owners.dart.jinja", escape = "none")]
pub struct ArenaOwnersFile<'a> {
    package: &'a str,
    owners: Vec<Owner<'a>>,
}

/// The owner of arenas with one root.
struct Owner<'a> {
    name: &'a str,
    article: &'static str,
    size: u64,
    high: u32,
    low: u32,
    symbols: Vec<&'a str>,
    proto: Option<&'a ProtoSymbols>,
    json: Option<&'a JsonSymbols>,
}

/// The view of a message.
struct View<'a> {
    name: &'a str,
    article: &'static str,
    doc: String,
    notes: String,
    size: u64,
    align: u64,
    high: u32,
    low: u32,
    fields: Vec<Member<'a>>,
}

/// A field of a view.
struct Member<'a> {
    name: &'a str,
    /// Name in exceptions, as a literal.
    title: String,
    doc: String,
    notes: String,
    offset: u64,
    access: Access,
    /// True for a `u64`.
    unsigned: bool,
}

/// Form in which a field is read and written.
enum Access {
    /// A number, an enum or text: the type, and the expressions that read and write it.
    Direct { ty: String, read: String, write: String },
    /// A number that may be there, in `size` bytes; a byte at `present` says so.
    Maybe { ty: &'static str, read: String, write: String, size: u64, present: String },
    /// A list of a class; `element` is the type of what is assigned, if something can be.
    List { class: String, element: Option<String> },
    /// A message of the arena, in place.
    View { class: String },
    /// A message of the arena that may be there: in a box, if it is `boxed`.
    Optional { class: String, codec: String, boxed: bool },
    /// Any other type, by its codec.
    Codec { view: String, data: Option<String>, codec: String },
}

/// The view of a oneof.
struct OneofView<'a> {
    doc: String,
    notes: String,
    cases: Vec<CaseMember<'a>>,
    /// The same oneof, as it is read as a copy.
    plain: PlainOneof<'a>,
}

/// The members of a view for a case.
struct CaseMember<'a> {
    /// Name in Rust.
    rust: &'a str,
    name: &'a str,
    title: String,
    doc: String,
    notes: String,
    tag: u64,
    data: Option<CaseData>,
}

/// The data of a case.
struct CaseData {
    /// Type of the view, with null.
    nullable: String,
    /// True if the view shows memory.
    borrowed: bool,
    /// Type of the value, and the expression that it is stored as.
    parameter: String,
    value: &'static str,
    codec: String,
    /// Type of what is made in place, and the function of the codec for it.
    made: Option<(String, &'static str)>,
    /// True for a `u64`.
    unsigned: bool,
}

/// A message that is read as a Dart copy.
struct PlainMessage<'a> {
    name: &'a str,
    size: u64,
    align: u64,
    fields: Vec<Part<'a>>,
}

struct Part<'a> {
    name: &'a str,
    title: String,
    offset: u64,
    codec: String,
}

/// A oneof that is read as a Dart copy.
struct PlainOneof<'a> {
    name: &'a str,
    /// Name in Rust, as a literal.
    title: String,
    size: u64,
    align: u64,
    payload: u64,
    cases: Vec<PlainCase>,
}

struct PlainCase {
    class: String,
    tag: u64,
    codec: Option<String>,
}

/// Functions that wrap and open a newtype.
struct Conversions {
    name: String,
    dart: String,
    value: String,
    wrap: String,
    open: String,
}

/// Returns true if there are messages that live in arenas.
pub fn any(model: &Model) -> bool {
    model.messages.iter().any(|it| it.arena.is_some())
}

fn halves(number: u64) -> (u32, u32) {
    // Each half is 32 bits.
    ((number >> 32) as u32, number as u32)
}

impl<'a> ArenaOwnersFile<'a> {
    /// Returns the file for `model`, or `None` if no message lives in an arena.
    pub fn new(model: &'a Model, names: &'a Names<'_>) -> Option<Self> {
        let owners = model.messages.iter().filter_map(|message| {
            let symbols = &message.arena.as_ref()?.symbols;
            let name = &*names.of(&message.id).name;
            let (high, low) = halves(arena_layout(model, message));
            let symbols = symbols.all().into_iter().map(|it| &**it).collect();
            let (article, proto) = (article_of(name), message.proto.as_ref());
            let json = message.json.as_ref();
            Some(Owner { name, article, size: message.size, high, low, symbols, proto, json })
        });
        let owners: Vec<_> = owners.collect();
        (!owners.is_empty()).then_some(Self { package: &names.package, owners })
    }
}

impl<'a> ArenasFile<'a> {
    /// Returns the file for the model of `types`, or `None` if no message lives in an arena.
    pub fn new(types: &Types<'a>) -> Option<Self> {
        let model = types.model;
        if !any(model) {
            return None;
        }
        let mut used = Used::default();
        for message in model.messages.iter().filter(|it| it.arena.is_some()) {
            message.fields.iter().for_each(|field| used.add(model, &field.ty));
        }
        for oneof in model.oneofs.iter().filter(|it| it.in_arena) {
            oneof.cases.iter().filter_map(|case| case.ty.as_ref()).for_each(|ty| used.add(model, ty));
        }
        let codecs = Codecs(types);
        Some(Self {
            views: model.messages.iter().filter_map(|it| codecs.view_class(it)).collect(),
            cases: model.oneofs.iter().filter(|it| it.in_arena).map(|it| codecs.oneof_view(it)).collect(),
            messages: used.messages.iter().map(|it| codecs.plain_message(*it)).collect(),
            oneofs: used.oneofs.iter().map(|it| codecs.plain_oneof(model.oneof(*it))).collect(),
            newtypes: used.newtypes.iter().map(|it| codecs.conversions(*it)).collect(),
        })
    }
}

/// Types that arenas have as Dart copies.
#[derive(Default)]
struct Used {
    messages: BTreeSet<MessageIndex>,
    oneofs: BTreeSet<OneofIndex>,
    newtypes: BTreeSet<NewtypeIndex>,
}

impl Used {
    fn add(&mut self, model: &Model, ty: &Type) {
        ty.walk_all(&mut |part| {
            let inside: Vec<&Type> = match part {
                Type::Message(index)
                    if model.message(*index).arena.is_none() && self.messages.insert(*index) =>
                {
                    model.message(*index).fields.iter().map(|it| &it.ty).collect()
                }
                Type::Oneof(index) if !model.oneof(*index).in_arena && self.oneofs.insert(*index) => {
                    model.oneof(*index).cases.iter().filter_map(|it| it.ty.as_ref()).collect()
                }
                Type::Newtype { index, .. } => {
                    self.newtypes.insert(*index);
                    Vec::new()
                }
                _ => Vec::new(),
            };
            inside.into_iter().for_each(|it| self.add(model, it));
        });
    }
}

/// Writes the codecs of types, constant expressions without `const`.
struct Codecs<'b, 'a>(&'b Types<'a>);

impl<'a> Codecs<'_, 'a> {
    /// Returns true for a message or oneof that is shown as a view.
    fn lives_in_arena(&self, ty: &Type) -> bool {
        match ty {
            Type::Message(index) => self.0.model.message(*index).arena.is_some(),
            Type::Oneof(index) => self.0.model.oneof(*index).in_arena,
            _ => false,
        }
    }

    /// Returns true if a value of the type is shown as a view, and not as a Dart copy.
    fn has_view(&self, ty: &Type) -> bool {
        let mut found = false;
        ty.walk_all(&mut |part| {
            found |= self.lives_in_arena(part);
        });
        found
    }

    /// Returns the Dart type of a view.
    fn view(&self, ty: &Type) -> String {
        match ty {
            ty if self.lives_in_arena(ty) => self.0.element(ty),
            Type::Message(_) | Type::Oneof(_) | Type::Map { .. } => self.0.value(ty),
            Type::ArenaVec { of } => format!("$.ArenaList<{}, {}>", self.view(of), self.0.value(of)),
            Type::ArenaMap { key, value } => {
                format!("$.ArenaMap<{}, {}, {}>", self.view(key), self.view(value), self.0.value(value))
            }
            Type::Option { of } | Type::ArenaBox { of } => match &**of {
                Type::Option { .. } | Type::ArenaBox { .. } => format!("({},)?", self.view(of)),
                of => format!("{}?", self.view(of)),
            },
            Type::Vec { of, .. } => format!("$.List<{}>", self.view(of)),
            Type::Array { .. } => format!("$.List<{}>", self.view(flattened(ty).0)),
            _ => self.0.element(ty),
        }
    }

    /// Returns the class of a list in the arena, if it has a class of its own.
    fn list(&self, of: &Type) -> Option<String> {
        match of {
            Type::Scalar(it) if *it != Scalar::Bool => Some(format!("$.Arena{}List", number(*it))),
            Type::ArenaStr => Some("$.ArenaTextList".to_owned()),
            of => self.lives_in_arena(of).then(|| format!("{}List", self.0.element(of))),
        }
    }

    fn layout(&self, ty: &Type) -> Layout {
        self.0.model.layout(ty)
    }

    fn codec(&self, ty: &Type) -> String {
        let Layout { size, align } = self.layout(ty);
        let types = |ty: &Type| format!("{}, {}", self.view(ty), self.0.value(ty));
        match ty {
            Type::Scalar(Scalar::Bool) => "$.BoolCodec()".to_owned(),
            Type::Scalar(it) => format!("$.{}Codec()", number(*it)),
            Type::Enum(index) => {
                let class = self.0.element(ty);
                let repr = self.codec(&Type::Scalar(self.0.repr(*index)));
                format!("$.EnumCodec<{class}>({repr}, {class}.fromValue, $.enumNumber, {size}, {align})")
            }
            Type::Open(index) => {
                let class = self.0.element(&Type::Enum(*index));
                let repr = self.codec(&Type::Scalar(self.0.repr(*index)));
                format!("$.OpenCodec<{class}>({repr}, {class}.openFromValue, {size}, {align})")
            }
            Type::Str { cap } => format!("$.FixedTextCodec({cap}, {size}, {align})"),
            Type::Bytes { cap } | Type::Secret { cap } => {
                format!("$.FixedBytesCodec({cap}, {size}, {align})")
            }
            Type::ArenaStr => "$.TextCodec()".to_owned(),
            Type::ArenaBytes => "$.BytesCodec()".to_owned(),
            Type::ArenaVec { of } => match &**of {
                Type::Scalar(it) if *it != Scalar::Bool => format!("$.{}ListCodec()", number(*it)),
                Type::ArenaStr => "$.TextListCodec()".to_owned(),
                of => format!("$.ListCodec<{}>({})", types(of), self.codec(of)),
            },
            Type::ArenaMap { key, value } => {
                format!(
                    "$.MapCodec<{}, {}>({})",
                    self.view(key),
                    types(value),
                    self.entry(key, value, self.order(key))
                )
            }
            Type::Map { key, value, cap } => {
                let entry = self.entry(key, value, "$.unordered");
                let (of, _) = self.layout(key).and(self.layout(value)).expect("the model has checked it");
                let (_, items) = of.list(*cap).expect("the model has checked it");
                format!(
                    "$.FixedMapCodec<{}, {}>({entry}, {cap}, {items}, {size}, {align})",
                    self.view(key),
                    self.0.value(value)
                )
            }
            Type::ArenaBox { of } => format!("$.BoxCodec<{}>({})", self.optional(of), self.inner(of)),
            Type::Option { of } => {
                let present = self.layout(of).size;
                format!(
                    "$.OptionCodec<{}>({}, {present}, {size}, {align})",
                    self.optional(of),
                    self.inner(of)
                )
            }
            Type::Vec { of, cap } => {
                let (_, items) = self.layout(of).list(*cap).expect("the model has checked it");
                format!(
                    "$.FixedListCodec<{}>({}, {cap}, {items}, {size}, {align})",
                    types(of),
                    self.codec(of)
                )
            }
            Type::Array { .. } => {
                let (of, count) = flattened(ty);
                format!("$.FixedListCodec<{}>({}, {count}, 0, {size}, {align})", types(of), self.codec(of))
            }
            Type::Message(_) | Type::Oneof(_) => format!("_{}Codec()", self.0.element(ty)),
            Type::Newtype { index, of } => {
                let name = &self.0.names.of(&self.0.model.newtype(*index).id).name;
                // What a conversion makes is no view.
                let class = if self.0.listed(ty).is_some() { "NewtypeListCodec" } else { "NewtypeCodec" };
                format!(
                    "$.{class}<{}, {}>({}, _wrap{name}, _open{name}, {size}, {align})",
                    self.0.element(ty),
                    self.0.element(of),
                    self.codec(of)
                )
            }
            Type::Logical(it) => format!("{}Codec({size}, {align})", it.class.trim_end_matches("Bytes")),
            Type::Ref(_) => unreachable!("`ffi-core` refuses a reference in an arena, and so does the model"),
        }
    }

    /// Returns the types of what is in an option or a box.
    fn optional(&self, of: &Type) -> String {
        match of {
            Type::Option { .. } | Type::ArenaBox { .. } => {
                format!("({},), ({},)", self.view(of), self.0.value(of))
            }
            of => format!("{}, {}", self.view(of), self.0.value(of)),
        }
    }

    /// Returns the codec of what is in an option or a box.
    fn inner(&self, of: &Type) -> String {
        match of {
            Type::Option { .. } | Type::ArenaBox { .. } => {
                let Layout { size, align } = self.layout(of);
                let (view, data) = (self.view(of), self.0.value(of));
                format!("$.RecordCodec<{view}, {data}>({}, {size}, {align})", self.codec(of))
            }
            of => self.codec(of),
        }
    }

    fn entry(&self, key: &Type, value: &Type, order: &str) -> String {
        let (entry, offset) = self.layout(key).and(self.layout(value)).expect("the model has checked it");
        let Layout { size, align } = entry;
        let types = format!("{}, {}, {}", self.view(key), self.view(value), self.0.value(value));
        let (key, value) = (self.codec(key), self.codec(value));
        format!("$.EntryCodec<{types}>({key}, {value}, {order}, {offset}, {size}, {align})")
    }

    /// Returns the function that compares keys.
    fn order(&self, key: &Type) -> &'static str {
        match key {
            Type::Scalar(Scalar::Bool) => "$.orderBools",
            Type::Scalar(Scalar::U64) => "$.orderUnsigned",
            Type::Scalar(_) => "$.orderInts",
            Type::Enum(index) if self.0.repr(*index) == Scalar::U64 => "$.orderUnsignedEnums",
            Type::Enum(_) => "$.orderEnums",
            _ => "$.orderTexts",
        }
    }

    fn view_class(&self, message: &'a Message) -> Option<View<'a>> {
        message.arena.as_ref()?;
        let own = self.0.names.of(&message.id);
        let default = format!("The message `{}`.", message.item.name);
        let Lead { doc, notes } = Lead::new(self.0.names, 0, &message.item.name, &message.item, &default);
        let (high, low) = halves(arena_layout(self.0.model, message));
        let fields = message.fields.iter().zip(&own.members);
        Some(View {
            name: &own.name,
            article: article_of(&own.name),
            doc,
            notes,
            size: message.size,
            align: message.align,
            high,
            low,
            fields: fields.map(|(field, name)| self.member(message, field, name)).collect(),
        })
    }

    fn member(&self, message: &Message, field: &Field, name: &'a str) -> Member<'a> {
        let Lead { doc, notes } = Lead::of_field(self.0.names, &message.item.name, &field.item);
        let title = layout::string(&field.item.name);
        let at = place(field.offset);
        let access = match &field.ty {
            Type::Scalar(Scalar::Bool) => Access::Direct {
                ty: "bool".to_owned(),
                read: format!("$.readBool(arena$, {at}, {title})"),
                write: format!("arena$.writable.setUint8({at}, value ? 1 : 0)"),
            },
            Type::Scalar(it) => Access::Direct {
                ty: types::scalar(*it).dart.to_owned(),
                read: read_number(*it, &at),
                write: write_number(*it, &at, &types::checked(*it, "value", &title)),
            },
            Type::Option { of }
                if let Type::Scalar(it) = **of
                    && it != Scalar::Bool =>
            {
                Access::Maybe {
                    ty: types::scalar(it).dart,
                    read: read_number(it, &at),
                    write: write_number(it, &at, &types::checked(it, "value", &title)),
                    size: field.size,
                    present: place(field.offset + it.size()),
                }
            }
            Type::Enum(index) => {
                let (class, repr) = (self.0.element(&field.ty), self.0.repr(*index));
                Access::Direct {
                    read: format!("{class}.fromValue({}, {title})", read_number(repr, &at)),
                    write: write_number(repr, &at, "value.value"),
                    ty: class,
                }
            }
            Type::ArenaStr => Access::Direct {
                ty: "String".to_owned(),
                read: format!("arena$.textAt({at}, {title})"),
                write: format!("arena$.putText({at}, value, {title})"),
            },
            Type::ArenaVec { of } if let Some(class) = self.list(of) => {
                Access::List { class, element: (!self.has_view(of)).then(|| self.0.value(of)) }
            }
            ty if self.lives_in_arena(ty) => Access::View { class: self.0.element(ty) },
            Type::ArenaBox { of } | Type::Option { of } if self.lives_in_arena(of) => {
                let boxed = matches!(field.ty, Type::ArenaBox { .. });
                Access::Optional { class: self.0.element(of), codec: self.codec(&field.ty), boxed }
            }
            ty => Access::Codec {
                view: self.view(ty),
                data: (!self.has_view(ty)).then(|| self.0.value(ty)),
                codec: self.codec(ty),
            },
        };
        let unsigned = field.ty == Type::Scalar(Scalar::U64);
        Member { name, title, doc, notes, offset: field.offset, access, unsigned }
    }

    fn plain_message(&self, index: MessageIndex) -> PlainMessage<'a> {
        let message = self.0.model.message(index);
        let own = self.0.names.of(&message.id);
        let fields = message.fields.iter().zip(&own.members).map(|(field, name)| Part {
            name,
            title: layout::string(&field.item.name),
            offset: field.offset,
            codec: self.codec(&field.ty),
        });
        PlainMessage { name: &own.name, size: message.size, align: message.align, fields: fields.collect() }
    }

    fn oneof_view(&self, oneof: &'a Oneof) -> OneofView<'a> {
        let own = self.0.names.of(&oneof.id);
        let default = format!("The oneof `{}`.", oneof.item.name);
        let Lead { doc, notes } = Lead::new(self.0.names, 0, &oneof.item.name, &oneof.item, &default);
        let cases = oneof.cases.iter().zip(&own.members).zip(0..);
        OneofView {
            doc,
            notes,
            cases: cases.map(|((case, name), tag)| self.case_member(oneof, case, name, tag)).collect(),
            plain: self.plain_oneof(oneof),
        }
    }

    fn case_member(&self, oneof: &Oneof, case: &'a Case, name: &'a str, tag: u64) -> CaseMember<'a> {
        let default = match case.ty {
            Some(_) => format!("The case `{}`.", case.item.name),
            None => format!("True if the case `{}` is set.", case.item.name),
        };
        let Lead { doc, notes } = Lead::new(self.0.names, 2, &oneof.item.name, &case.item, &default);
        let data = case.ty.as_ref().map(|ty| {
            let (view, parameter) = (self.view(ty), self.0.value(ty));
            let made = match ty {
                Type::ArenaVec { .. } | Type::ArenaMap { .. } => Some((view.clone(), "view")),
                Type::ArenaBox { of } if self.lives_in_arena(of) => Some((self.view(of), "insert")),
                ty => self.lives_in_arena(ty).then(|| (view.clone(), "view")),
            };
            CaseData {
                borrowed: made.is_some(),
                // What is stored may be a view of this very case.
                value: match ty {
                    Type::ArenaVec { .. } | Type::Vec { .. } | Type::Array { .. } => "[...value]",
                    Type::ArenaMap { .. } | Type::Map { .. } => "{...value}",
                    _ => "value",
                },
                nullable: if view.ends_with('?') { view } else { format!("{view}?") },
                parameter,
                codec: self.codec(ty),
                made,
                unsigned: *ty == Type::Scalar(Scalar::U64),
            }
        });
        let title = layout::string(&case.item.name);
        CaseMember { rust: &case.item.name, name, title, doc, notes, tag, data }
    }

    fn plain_oneof(&self, oneof: &'a Oneof) -> PlainOneof<'a> {
        let own = self.0.names.of(&oneof.id);
        let cases = oneof.cases.iter().zip(&own.members).zip(0..).map(|((case, member), tag)| PlainCase {
            class: case_class(&own.name, member),
            tag,
            codec: case.ty.as_ref().map(|ty| self.codec(ty)),
        });
        PlainOneof {
            name: &own.name,
            title: layout::string(&oneof.item.name),
            size: oneof.size,
            align: oneof.align,
            payload: oneof.payload,
            cases: cases.collect(),
        }
    }

    fn conversions(&self, index: NewtypeIndex) -> Conversions {
        let newtype = self.0.model.newtype(index);
        let name = self.0.names.of(&newtype.id).name.clone();
        let dart = types::newtype(self.0.names, newtype);
        let (wrap, open) = match &newtype.dart {
            Some(it) => {
                let prefix = prefix(self.0.names, it);
                let open = match it.to.strip_prefix('.') {
                    Some(member) => format!("value.{member}"),
                    None => format!("{prefix}{}(value)", it.to),
                };
                (format!("{prefix}{}(value)", it.from), open)
            }
            None => (format!("{name}(value)"), "value.value".to_owned()),
        };
        Conversions { name, dart, value: self.0.element(&newtype.ty), wrap, open }
    }
}

/// Returns the position of what is so many bytes behind the start of a view.
fn place(offset: u64) -> String {
    if offset == 0 { "at$".to_owned() } else { format!("at$ + {offset}") }
}

/// Returns the expression that reads a number.
fn read_number(it: Scalar, at: &str) -> String {
    match it {
        Scalar::I64 | Scalar::U64 => format!("$.readInt64(arena$.lists, {at})"),
        _ => format!("arena$.lists.get{}({at}{})", number(it), endian(it)),
    }
}

/// Returns the expression that writes a number.
fn write_number(it: Scalar, at: &str, value: &str) -> String {
    match it {
        Scalar::I64 | Scalar::U64 => format!("$.writeInt64(arena$.writable, {at}, {value})"),
        _ => format!("arena$.writable.set{}({at}, {value}{})", number(it), endian(it)),
    }
}

fn endian(it: Scalar) -> &'static str {
    if it.size() == 1 { "" } else { ", $.Endian.little" }
}

/// Returns the name of a number in typed data.
fn number(scalar: Scalar) -> &'static str {
    types::scalar(scalar).array.trim_start_matches("$.").trim_end_matches("Array")
}

/// Functions that the template calls.
impl Member<'_> {
    fn at(&self) -> String {
        place(self.offset)
    }

    fn new_name(&self) -> String {
        prefixed("new", self.name)
    }

    fn clear_name(&self) -> String {
        prefixed("clear", self.name)
    }

    fn big(&self) -> String {
        beside(self.name, "Big")
    }

    /// Returns the parameter of the setter of unsigned numbers, which must not hide the field.
    fn unsigned_parameter(&self) -> &'static str {
        if self.name == "value" { "number" } else { "value" }
    }

    /// Returns the parameter of the setter of a list, which must not hide the field.
    fn list_parameter(&self) -> &'static str {
        if self.name == "values" { "elements" } else { "values" }
    }
}

/// Functions that the template calls.
impl CaseMember<'_> {
    fn set(&self) -> String {
        prefixed("set", self.name)
    }

    fn is(&self) -> String {
        prefixed("is", self.name)
    }

    fn new_name(&self) -> String {
        prefixed("new", self.name)
    }

    fn big(&self) -> String {
        beside(self.name, "Big")
    }
}
