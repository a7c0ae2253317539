//! Classes of a oneof: the view, the union inside it, and a sealed family of copies.

use askama::Template;

use crate::model::{Case, Oneof, Scalar, Type, Value};

use super::all_throws::AllThrows;
use super::docs::article_of;
use super::layout;
use super::lead::Lead;
use super::names::{beside, case_class, prefixed};
use super::owners::{Owners, list_returned};
use super::places::{Padding, Places};
use super::throws::Throws;
use super::types::{Place, Types};
use super::value::ValueClass;

/// The classes of a oneof.
#[derive(Template)]
#[template(path = "dart/oneof.dart.jinja", escape = "none")]
pub struct OneofClasses<'a> {
    name: &'a str,
    doc: String,
    notes: String,
    /// Size in bytes.
    size: u64,
    /// Alignment in bytes.
    align: u64,
    /// Padding between the discriminant and the union.
    padding: Option<Padding>,
    /// Padding behind the union.
    end: Option<Padding>,
    throws: Throws,
    /// Exceptions that reading the value of a case throws.
    thrown: Option<String>,
    cases: Vec<CaseMembers<'a>>,
    owners: Owners<'a>,
    /// Declarations of the union.
    places: Vec<String>,
    /// Size of the union, if Dart would not give it that.
    bytes: Option<u64>,
}

/// The members of a view for a case.
struct CaseMembers<'a> {
    /// Name in Rust.
    rust: &'a str,
    name: &'a str,
    /// Class of its value.
    class: String,
    doc: String,
    notes: String,
    tag: u32,
    data: Option<CaseData>,
}

/// The data of a case.
struct CaseData {
    /// Type of the view, with null.
    nullable: String,
    /// True if the view shows memory.
    borrowed: bool,
    parameter: String,
    /// Expressions for the view and the value.
    read: String,
    value: String,
    /// Statements that write the view and the value.
    write: String,
    write_value: String,
    /// True for a `u64`.
    unsigned: bool,
}

impl<'a> OneofClasses<'a> {
    /// Returns the classes of `oneof`.
    pub fn new(types: &Types<'a>, throws: &AllThrows<'a>, oneof: &'a Oneof) -> Self {
        let own = types.names.of(&oneof.id);
        let name = &*own.name;
        let Lead { doc, notes } = Lead::new(
            types.names,
            0,
            &oneof.item.name,
            &oneof.item,
            &format!("The oneof `{}`.", oneof.item.name),
        );
        let data = || oneof.cases.iter().zip(0..).filter_map(|(case, tag)| Some((case.ty.as_ref()?, tag)));
        let align = data().map(|(ty, _)| types.alignment(ty)).max().unwrap_or(1);
        let dart_size = data().map(|(ty, _)| types.model.layout(ty).size).max().unwrap_or(0);
        let size = oneof.size - oneof.payload;
        let mut layout = Places::default();
        layout.add(0, 4, 4);
        let padding = layout.add(oneof.payload, size, align);
        let cases = oneof.cases.iter().zip(&own.members).zip(0..);
        let thrown = data().fold(Throws::default(), |all, (ty, _)| all.and(throws.of(ty))).reading();
        Self {
            name,
            doc,
            notes,
            size: oneof.size,
            align: oneof.align,
            padding,
            end: layout.finish(oneof.size),
            throws: throws.of_composite(&oneof.id),
            thrown,
            cases: cases
                .map(|((case, member), tag)| CaseMembers::new(types, oneof, case, member, tag))
                .collect(),
            owners: Owners {
                name,
                article: article_of(name),
                size: oneof.size,
                align: oneof.align,
                returned: list_returned(
                    types.model,
                    |it| matches!(it, Value::Oneof(index) if types.model.oneof(index).id == oneof.id),
                ),
                pooled: false,
                roomy: false,
                secret: oneof
                    .cases
                    .iter()
                    .filter_map(|case| case.ty.as_ref())
                    .any(|ty| types.model.is_secret_in(ty)),
                fields: Vec::new(),
                proto: None,
            },
            places: data().map(|(ty, tag)| types.place(ty, &format!("c{tag}"))).collect(),
            bytes: (dart_size.next_multiple_of(align) < size).then_some(size),
        }
    }
}

impl<'a> CaseMembers<'a> {
    fn new(types: &Types<'a>, oneof: &Oneof, case: &'a Case, member: &'a str, tag: u32) -> Self {
        let default = match case.ty {
            Some(_) => format!("The case `{}`.", case.item.name),
            None => format!("True if the case `{}` is set.", case.item.name),
        };
        let Lead { doc, notes } = Lead::new(types.names, 2, &oneof.item.name, &case.item, &default);
        let data = case.ty.as_ref().map(|ty| {
            let view = types.view(ty);
            let literal = layout::string(member);
            let named = Place::field(&literal);
            let place = format!("_payload.c{tag}");
            CaseData {
                nullable: if view.ends_with('?') { view } else { format!("{view}?") },
                borrowed: types.detach(ty, "it", Place::PARAMETERS).is_some(),
                parameter: types.parameter(ty),
                read: types.read(ty, &place, named),
                value: types.read_value(ty, &place, named),
                write: types.write(0, ty, &place, "value", named),
                write_value: types.write_value(0, ty, &format!("target.{place}"), "value", named),
                unsigned: *ty == Type::Scalar(Scalar::U64),
            }
        });
        Self {
            rust: &case.item.name,
            name: member,
            class: case_class(&types.names.of(&oneof.id).name, member),
            doc,
            notes,
            tag,
            data,
        }
    }
}

/// Functions that the template calls.
impl CaseMembers<'_> {
    fn set(&self) -> String {
        prefixed("set", self.name)
    }

    fn is(&self) -> String {
        prefixed("is", self.name)
    }

    fn big(&self) -> String {
        beside(self.name, "Big")
    }
}

/// The value classes of a oneof: the sealed one, and that of each case.
#[derive(Template)]
#[template(path = "dart/oneof_values.dart.jinja", escape = "none")]
pub struct OneofValues<'a> {
    name: &'a str,
    doc: String,
    notes: String,
    cases: Vec<ValueClass<'a>>,
}

impl<'a> OneofValues<'a> {
    /// Returns the value classes of `oneof`.
    pub fn new(types: &Types<'a>, oneof: &'a Oneof) -> Self {
        let own = types.names.of(&oneof.id);
        let name = &*own.name;
        let article = article_of(name);
        let doc =
            format!("A Dart copy of {article} [{name}], **copied**: one of its cases, to `switch` over.");
        let cases = oneof.cases.iter().zip(&own.members).zip(0..);
        let Lead { doc, notes } = Lead::of_value(&doc, &oneof.item);
        Self {
            name,
            doc,
            notes,
            cases: cases
                .map(|((case, member), tag)| ValueClass::of_case(types, oneof, case, member, tag))
                .collect(),
        }
    }
}
