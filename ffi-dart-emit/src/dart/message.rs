//! Classes of a message: the view, the owners, the extension that writes a value.

use askama::Template;

use crate::logical::Logical;
use crate::model::{Field, JsonSymbols, Message, Scalar, Type, Value};

use super::all_throws::AllThrows;
use super::columns::{Columns, column_list, in_place};
use super::docs::article_of;
use super::layout;
use super::lead::Lead;
use super::names::{beside, prefixed};
use super::owners::{ListField, NewtypeList, Owners, ProtoMembers, list_returned};
use super::places::{Padding, Places};
use super::throws::Throws;
use super::types::{self, Place, Types, Unsigned, flat, flattened, plain};

/// The classes of a message.
#[derive(Template)]
#[template(path = "dart/message.dart.jinja", escape = "none")]
pub struct MessageClasses<'a> {
    name: &'a str,
    doc: String,
    notes: String,
    /// Size in bytes.
    size: u64,
    /// Alignment in bytes.
    align: u64,
    fields: Vec<FieldMembers<'a>>,
    /// Padding behind the fields.
    end: Option<Padding>,
    throws: Throws,
    /// Arguments that make a value.
    reads: String,
    owners: Owners<'a>,
    proto: Option<ProtoExtension<'a>>,
    columns: Option<Columns<'a>>,
}

impl MessageClasses<'_> {
    /// Returns true if a field is a secret.
    fn hides(&self) -> bool {
        self.fields.iter().any(|it| it.secret)
    }
}

/// Members for protobuf of pointers to a message.
#[derive(Template)]
#[template(path = "dart/proto_extension.dart.jinja", escape = "none")]
struct ProtoExtension<'a> {
    name: &'a str,
    article: &'static str,
    json: Option<&'a JsonSymbols>,
    refers: bool,
}

impl<'a> MessageClasses<'a> {
    /// Returns the classes of `message`.
    pub fn new(types: &Types<'a>, throws: &AllThrows<'a>, message: &'a Message) -> Self {
        let own = types.names.of(&message.id);
        let name = &*own.name;
        let Lead { doc, notes } = Lead::new(
            types.names,
            0,
            &message.item.name,
            &message.item,
            &format!("The message `{}`.", message.item.name),
        );
        let mut places = Places::default();
        let fields = message.fields.iter().zip(&own.members).zip(types.leads(message));
        let fields: Vec<_> = fields
            .map(|((field, name), lead)| FieldMembers::new(types, lead, field, name, &mut places))
            .collect();
        let shown = fields.iter().filter(|it| !it.secret);
        let reads: Vec<_> = shown.map(|it| [it.name, ": ", &it.read].concat()).collect();
        let secret = types.model.is_secret(message);
        let proto = message.proto.as_ref().map(|symbols| ProtoMembers {
            name,
            symbols,
            json: message.json.as_ref(),
            refers: types.model.refers(message),
            secret,
        });
        Self {
            name,
            doc,
            notes,
            size: message.size,
            align: message.align,
            end: places.finish(message.size),
            throws: throws.of_composite(&message.id),
            reads: layout::listed(2, 2 * name.len() + 25, &reads),
            owners: Owners {
                name,
                article: article_of(name),
                size: message.size,
                align: message.align,
                returned: list_returned(
                    types.model,
                    |it| matches!(it, Value::Message(index) if types.model.message(index).id == message.id),
                ),
                pooled: message.pool.is_some(),
                roomy: types.roomy_message(message),
                secret,
                fields: list_fields(types, message, &fields),
                proto,
            },
            proto: proto.map(|it| ProtoExtension {
                name,
                article: capital(article_of(name)),
                json: it.json,
                refers: it.refers,
            }),
            columns: Columns::new(types, message),
            fields,
        }
    }
}

fn capital(article: &str) -> &'static str {
    if article == "an" { "An" } else { "A" }
}

/// Returns the lists of fields of `message` that are numbers, or newtypes of numbers.
///
/// Their docs are those of the `members`.
fn list_fields<'a>(
    types: &Types<'a>,
    message: &'a Message,
    members: &[FieldMembers<'a>],
) -> Vec<ListField<'a>> {
    let fields = message.fields.iter().zip(members);
    let list = |(field, member): (&Field, &FieldMembers<'a>)| {
        let name = member.name;
        let Type::Scalar(scalar) = field.ty.physical() else { return None };
        let list = types::scalar(*scalar).field?;
        // Numbers of these types are not checked when they are written.
        let checked = !matches!(scalar, Scalar::I64 | Scalar::U64 | Scalar::F32 | Scalar::F64);
        let newtype = matches!(field.ty, Type::Newtype { .. }).then(|| NewtypeList {
            element: types.element(&field.ty),
            converted: types
                .converts(&field.ty)
                .then(|| column_list(name, "at.length", in_place(types, &field.ty, "at[row]"))),
        });
        let (doc, notes) = (member.doc.clone(), member.notes.clone());
        Some(ListField { doc, notes, name, list, offset: field.offset, checked, newtype })
    };
    fields.filter_map(list).collect()
}

/// The members of a view for a field.
struct FieldMembers<'a> {
    name: &'a str,
    doc: String,
    notes: String,
    /// Padding before the field.
    padding: Option<Padding>,
    access: Access,
    /// The members with unsigned numbers, if the field has `u64`.
    big: Option<Unsigned>,
    /// The members beside a logical type.
    part: Option<Part>,
    /// Class of the message or oneof that can be made in place.
    made: Option<String>,
    /// Expression that reads its value.
    read: String,
    /// Statement that writes its value to the view `target`.
    write: String,
    /// True for a secret, which values leave out.
    secret: bool,
    /// Statements that copy it from the view `other`.
    copied: Vec<String>,
}

/// An integer of a logical type that the type in Dart can't express.
struct Part {
    name: String,
    doc: String,
    /// Getter and setter in memory.
    place: String,
}

impl Part {
    fn new(ty: &Type, name: &str) -> Option<Self> {
        let Type::Logical(Logical { beside: Some(it), .. }) = ty.physical() else { return None };
        let doc = layout::doc(2, &it.doc.replace('#', name)).trim_end().to_owned();
        Some(Self { name: beside(name, it.suffix), doc, place: format!("_{name}.{}", it.member) })
    }
}

/// Way in which a view shows a field.
enum Access {
    /// A number or `bool` that needs no check.
    Number { native: &'static str, dart: &'static str, unsigned: bool },
    /// An integer that Dart's `int` may be too large for.
    Checked { native: &'static str, check: &'static str, rust: &'static str },
    /// An enum, `open` if the field may have any number.
    Enum {
        native: &'static str,
        class: String,
        /// Check of its number, if an `int` may be too large for it.
        check: Option<&'static str>,
        rust: &'static str,
        open: Option<Open>,
    },
    /// A message or oneof.
    InPlace { class: String },
    /// Text.
    Text { cap: u64 },
    /// Bytes.
    Bytes { cap: u64 },
    /// A number or enum that may be absent.
    Option { place: String, ty: String, read: String, write: String, inlined: bool },
    /// An array of numbers.
    Numbers {
        native: &'static str,
        count: u64,
        list: &'static str,
        element: &'static str,
        shape: String,
        checked: String,
    },
    /// An array of enums.
    Enums { native: &'static str, count: u64, class: String, shape: String },
    /// A field whose class holds its places.
    Container { place: String, facts: String, view: String, parameter: String, read: String, write: String },
}

/// The number of an enum that may have any.
struct Open {
    /// Its place.
    place: String,
    /// The number of `value` with a check of its range.
    checked: String,
}

impl<'a> FieldMembers<'a> {
    /// Returns the members for `field`, which is behind the `places`.
    fn new(
        types: &Types<'a>,
        Lead { doc, notes }: Lead,
        field: &'a Field,
        name: &'a str,
        places: &mut Places,
    ) -> Self {
        let ty = &field.ty;
        let access = Access::new(types, ty, name);
        // The end of what is declared: a field's own padding may be behind it.
        let size = match ty {
            Type::Str { cap } => 4 + cap.next_multiple_of(4),
            Type::Bytes { cap } | Type::Secret { cap } => 4 + cap,
            Type::Option { of } if flat(ty) => types.model.layout(of).size + 1,
            _ => field.size,
        };
        let literal = layout::string(name);
        let place = Place::field(&literal);
        // Without `this`, a name that the library declares would be found first.
        let value = ["this.", name].concat();
        let target = match access {
            Access::Container { .. } if !plain(ty) => ["target._", name].concat(),
            _ => ["target.", name].concat(),
        };
        Self {
            padding: places.add(field.offset, size, types.alignment(ty)),
            big: types::big(ty),
            part: Part::new(ty, name),
            made: types::in_place(ty).map(|it| types.element(it)),
            read: match access {
                Access::InPlace { .. } => [name, ".toData()"].concat(),
                Access::Container { .. } if !matches!(ty, Type::Ref(_)) => {
                    types.read_value(ty, &private(name), place)
                }
                _ => name.to_owned(),
            },
            write: if plain(ty) {
                layout::assign(0, &target, &value)
            } else {
                types.write_value(0, ty, &target, &value, place)
            },
            copied: access.copied(name, types.roomy(ty)),
            secret: matches!(ty, Type::Secret { .. }),
            name,
            doc,
            notes,
            access,
        }
    }

    fn beside(&self, suffix: &str) -> String {
        beside(self.name, suffix)
    }

    fn new_name(&self) -> String {
        prefixed("new", self.name)
    }

    /// Returns the place of an enum's number.
    fn place(&self) -> String {
        self.access.enum_place(self.name)
    }

    /// Returns the parameter of the setter of unsigned numbers, which must not hide the field.
    fn unsigned_parameter(&self) -> &'static str {
        if self.name == "value" { "number" } else { "value" }
    }
}

impl Access {
    fn new(types: &Types<'_>, ty: &Type, name: &str) -> Self {
        let literal = layout::string(name);
        let named = Place::field(&literal);
        let place = private(name);
        match ty {
            Type::Scalar(it) => {
                let types::ScalarTypes { native, dart, .. } = types::scalar(*it);
                match types::check(*it) {
                    Some(check) => Self::Checked { native, check, rust: it.name() },
                    None => Self::Number { native, dart, unsigned: *it == Scalar::U64 },
                }
            }
            Type::Enum(index) | Type::Open(index) => {
                let repr = types.repr(*index);
                let check = types::check(repr);
                let open = matches!(ty, Type::Open(_)).then(|| Open {
                    place: enum_place(name, check),
                    checked: types::checked(repr, "value.number", &literal),
                });
                Self::Enum {
                    native: types::scalar(repr).native,
                    class: types.element(&Type::Enum(*index)),
                    check,
                    rust: repr.name(),
                    open,
                }
            }
            Type::Message(_) | Type::Oneof(_) => Self::InPlace { class: types.class(ty) },
            Type::Str { cap } => Self::Text { cap: *cap },
            Type::Bytes { cap } | Type::Secret { cap } => Self::Bytes { cap: *cap },
            Type::Option { of } if flat(ty) => {
                let value = format!("_{name}$value");
                Self::Option {
                    place: types.place(of, &value),
                    ty: types.element(ty),
                    read: types.read(of, &value, named),
                    write: types.write(0, of, &value, "value", named),
                    // A number stays out of the heap.
                    inlined: matches!(**of, Type::Scalar(_)),
                }
            }
            Type::Array { .. } if flat(ty) => {
                let (of, count) = flattened(ty);
                let shape = shape(ty);
                match of {
                    Type::Scalar(it) => {
                        let types::ScalarTypes { native, list, dart: element, .. } = types::scalar(*it);
                        let checked = types::checked_all(*it, "values", named, Some(count));
                        Self::Numbers { native, count, list, element, shape, checked }
                    }
                    Type::Enum(index) => {
                        let native = types::scalar(types.repr(*index)).native;
                        Self::Enums { native, count, class: types.element(of), shape }
                    }
                    _ => unreachable!("no other array is flat"),
                }
            }
            _ => Self::Container {
                facts: facts(types, ty),
                view: types.view(ty),
                parameter: types.parameter(ty),
                read: types.read(ty, &place, named),
                write: types.write(0, ty, &place, "value", named),
                place: types.place(ty, &place),
            },
        }
    }

    /// Returns the statements that copy the field `name` from the view `other`. Of one that is
    /// `roomy`, only what is used is copied.
    fn copied(&self, name: &str, roomy: bool) -> Vec<String> {
        let assigned = |place: String| [&place, " = other.", &place, ";"].concat();
        let set = |place: String| [&place, ".setFrom(other.", &place, ");"].concat();
        match self {
            Self::InPlace { .. } if roomy => vec![set(name.to_owned())],
            Self::Container { .. } if roomy => vec![set(private(name))],
            Self::Text { .. } | Self::Bytes { .. } if roomy => {
                let bytes = |of: &str| match self {
                    Self::Text { cap } => format!("$.textBytes({of}_{name}$words, {cap})"),
                    _ => format!("{of}_{name}$bytes.elements"),
                };
                let (from, to, length) = (bytes("other."), bytes(""), format!("_{name}$length"));
                vec![format!("{length} = $.copyUsed({from}, {to}, other.{length});")]
            }
            Self::Number { .. } | Self::InPlace { .. } => vec![assigned(name.to_owned())],
            Self::Enum { .. } => vec![assigned(self.enum_place(name))],
            Self::Text { .. } => {
                vec![assigned(format!("_{name}$length")), assigned(format!("_{name}$words"))]
            }
            Self::Bytes { .. } => {
                vec![assigned(format!("_{name}$length")), assigned(format!("_{name}$bytes"))]
            }
            Self::Option { .. } => {
                vec![assigned(format!("_{name}$value")), assigned(format!("_{name}$present"))]
            }
            Self::Numbers { .. } | Self::Enums { .. } => {
                vec![format!("_{name}.elements.setAll(0, other._{name}.elements);")]
            }
            Self::Checked { .. } | Self::Container { .. } => vec![assigned(private(name))],
        }
    }

    fn enum_place(&self, name: &str) -> String {
        match self {
            Self::Enum { check, .. } => enum_place(name, *check),
            _ => unreachable!("only enums have one"),
        }
    }
}

/// Returns the private member that holds the field `name`.
fn private(name: &str) -> String {
    ["_", name].concat()
}

/// Returns the place of the number of the enum field `name`: a private one if it is checked.
fn enum_place(name: &str, check: Option<&str>) -> String {
    if check.is_some() { private(name) } else { beside(name, "Raw") }
}

/// Returns the sentence about a field whose class holds its places.
fn facts(types: &Types<'_>, ty: &Type) -> String {
    match types.listed(ty).unwrap_or(ty) {
        Type::Array { .. } => format!("{}, **borrowed** from this message; assigning copies.", shape(ty)),
        Type::Vec { cap, .. } => {
            format!("Up to {cap} elements, **borrowed** from this message; assigning copies.")
        }
        Type::Map { cap, .. } => {
            format!("Up to {cap} entries, **borrowed** from this message; assigning copies.")
        }
        Type::Option { .. } => {
            "Null if it is absent, or else **borrowed** from this message; assigning copies.".to_owned()
        }
        Type::Logical(Logical { range: true, .. }) => {
            "**copied**. Reading throws an [InvalidValueException] where memory holds no such value, and\n  \
                             /// assigning a [RangeError] for one that Rust doesn't have."
                .to_owned()
        }
        Type::Ref(_) => {
            "**copied**: it keeps nothing alive, and becomes stale when the message is freed.".to_owned()
        }
        _ => "**copied**.".to_owned(),
    }
}

/// Returns the shape of an array's view.
fn shape(ty: &Type) -> String {
    let mut lengths = Vec::new();
    let mut inner = ty;
    while let Type::Array { of, len } = inner {
        lengths.push(len.to_string());
        inner = of;
    }
    match lengths.as_slice() {
        [length] => format!("{length} elements"),
        several => format!("{} elements, row by row", several.join(" x ")),
    }
}
