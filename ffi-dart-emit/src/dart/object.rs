//! Objects and services: an interface for each, and the class of those that are in Rust.
//!
//! A method is a private method of the library's client whose first parameter is the object, so it
//! is written as an exported function is; the class of the object passes calls on to it. One that
//! only passes values calls the library itself.

use askama::Template;

use crate::model::{Function, Model, ObjectIndex, Returns, Role, Scalar, Value};

use super::binding::{Binding, Signature};
use super::docs::article_of;
use super::layout::{self, INLINED, Parameters};
use super::lead::Lead;
use super::names::{FunctionNames, Names, beside, unsigned_extension};
use super::started;

/// File with the classes of all objects.
#[derive(Template)]
#[template(path = "dart/objects.dart.jinja", escape = "none")]
pub struct ObjectsFile<'a> {
    package: &'a str,
    library: &'a str,
    objects: Vec<ObjectClasses<'a>>,
}

/// The classes of a type of objects.
struct ObjectClasses<'a> {
    name: &'a str,
    client: &'a str,
    member: &'a str,
    lead: Lead,
    is_service: bool,
    unsigned: String,
    /// Article of the name, a capital.
    article: String,
    /// Constructors and static members of the interface.
    made: Vec<&'a str>,
    /// Members that the interface declares.
    declared: Vec<&'a str>,
    /// The same members of the class.
    methods: Vec<&'a str>,
    /// Members beside those whose results are unsigned in Rust.
    derived: Vec<&'a str>,
}

/// Texts of a function of an object.
pub struct MemberText {
    of: ObjectIndex,
    role: Role,
    /// Member of the interface.
    declared: String,
    /// Member of the class; empty for one without a receiver.
    method: String,
    /// Member beside it with an unsigned result, if it has one.
    derived: Option<String>,
}

impl MemberText {
    /// Returns the texts of `it`, if it belongs to an object. `public` is the result type, `lead`
    /// the docs and annotations, `parameters` those that users see, and `body` the statements of a
    /// method that calls the library itself.
    pub fn new(
        names: &Names<'_>,
        it: &Function,
        own: &FunctionNames,
        public: &str,
        lead: &str,
        parameters: &Parameters,
        body: Option<&str>,
    ) -> Option<Self> {
        let member = it.member?;
        let of = member.of;
        let declaration = |ty: &str, name: &str| match member.role {
            Role::Getter => format!("  {ty} get {name}"),
            _ => layout::method(ty, name, parameters).trim_end_matches(" {").to_owned(),
        };
        let passed_on = || {
            let names = own.params.iter().map(|name| (&**name, &**name));
            Parameters::arguments(names, &it.named()).all()
        };
        if !member.role.has_receiver() {
            let class = &names.object(of).name;
            let is_factory = member.role == Role::Constructor && it.mode.is_sync() && !it.optional;
            let head = if is_factory {
                let dot = if own.member.is_empty() { "" } else { "." };
                declaration("factory", &format!("{class}{dot}{}", own.member))
            } else {
                declaration(&format!("static {public}"), &own.member)
            };
            let callee = format!("{}.instance.{}", names.library, own.name);
            let call = layout::call(6, "", &callee, &passed_on(), ";");
            let declared = format!("{lead}{head} =>\n{call}");
            return Some(Self { of, role: member.role, declared, method: String::new(), derived: None });
        }
        let arguments: Vec<_> = ["this"].into_iter().map(str::to_owned).chain(own.params.clone()).collect();
        let call = layout::call(6, "", &format!("_library.{}", own.name), &arguments, ";");
        let head = declaration(public, &own.member);
        let inline = if it.mode.is_sync() { INLINED } else { "" };
        let method = match body {
            Some(body) => format!("  @override\n{inline}{head} {{\n{body}\n  }}"),
            None => format!("  @override\n{inline}{head} =>\n{call}"),
        };
        let big = it.returns == Some(Returns::Value(Value::Scalar(Scalar::U64)));
        let derived = big.then(|| {
            let (ty, from) = match started::unsigned(it) {
                Some(both) if !it.mode.is_sync() => both,
                _ if it.optional => ("$.BigInt?", "$.bigOrNull"),
                _ => ("$.BigInt", "$.bigFromBits"),
            };
            let doc = layout::doc(2, &format!("As [{}], whose result is unsigned in Rust.", own.member));
            let head = declaration(ty, &beside(&own.member, "Big"));
            let call = match member.role {
                Role::Getter => own.member.clone(),
                _ => layout::call(0, "", &own.member, &passed_on(), ""),
            };
            format!("{doc}{head} => {from}({call});")
        });
        Some(Self { of, role: member.role, declared: format!("{lead}{head};"), method, derived })
    }
}

/// Facts about a type of objects, for the library's client.
pub struct Members {
    pub name: String,
    pub client: String,
    pub member: String,
    /// Symbol of the functions that Dart calls.
    pub calls: String,
    pub is_service: bool,
}

/// Returns the facts about all types of objects.
pub fn members(model: &Model, names: &Names<'_>) -> Vec<Members> {
    let all = model.object_indices().map(|index| {
        let (it, own) = (model.object(index), names.object(index));
        Members {
            name: own.name.clone(),
            client: own.client.clone(),
            member: own.member.clone(),
            calls: it.symbols.calls.clone(),
            is_service: it.is_service,
        }
    });
    all.collect()
}

/// Returns the functions of the library that the client calls for a type of objects.
pub fn bindings(model: &Model, names: &Names<'_>, index: ObjectIndex) -> Vec<Binding> {
    let (symbols, member) = (&model.object(index).symbols, &names.object(index).member);
    let (number, status) = (("$.Uint64", "int"), ("$.Pointer<$.FfiStatus>", ""));
    // The object may be dropped meanwhile, which runs code of the user's.
    let bind = |name: &str, symbol: &str, types: &[(&str, &str)]| Binding {
        leaf: false,
        ..Binding::leaf(&format!("_{member}${name}"), symbol, Signature::new(types))
    };
    let mut all = vec![
        bind("shareNative", &symbols.share, &[number, number, status]),
        bind("redeemNative", &symbols.redeem, &[number, number, status]),
    ];
    all.extend(symbols.installed.iter().map(|symbol| bind("installed", symbol, &[number, status])));
    all
}

impl<'a> ObjectsFile<'a> {
    /// Returns the file for `model`, or `None` if it has no objects.
    pub fn new(model: &'a Model, names: &'a Names<'_>, texts: &'a [MemberText]) -> Option<Self> {
        let classes = model.object_indices().map(|index| {
            let (it, own) = (model.object(index), names.object(index));
            let texts = || texts.iter().filter(move |text| text.of == index);
            let with_receiver = || texts().filter(|text| text.role.has_receiver());
            let kind = if it.is_service { "service" } else { "object" };
            let default = format!("The {kind} `{}`.", it.item.name);
            ObjectClasses {
                name: &own.name,
                client: &own.client,
                member: &own.member,
                lead: Lead::new(names, 0, &it.item.name, &it.item, &default),
                is_service: it.is_service,
                unsigned: unsigned_extension(&own.name),
                article: article_of(&own.name).replacen('a', "A", 1),
                made: texts().filter(|it| !it.role.has_receiver()).map(|it| &*it.declared).collect(),
                declared: with_receiver().map(|it| &*it.declared).collect(),
                methods: with_receiver().map(|it| &*it.method).collect(),
                derived: with_receiver().filter_map(|it| it.derived.as_deref()).collect(),
            }
        });
        let objects: Vec<_> = classes.collect();
        (!objects.is_empty()).then(|| Self { package: &names.package, library: &names.library, objects })
    }
}
