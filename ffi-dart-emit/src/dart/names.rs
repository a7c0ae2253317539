//! Chooses every identifier of the generated package.
//!
//! Types keep their Rust names or become UpperCamelCase, members become lowerCamelCase. A member
//! whose name Dart or the code around it uses for something else gets a trailing `_`. Any other
//! name that isn't valid is a [`Problem`] whose fix is `#[ffi(rename = "..")]`, because an
//! automatic name would be a guess.

use std::collections::{BTreeSet, HashMap};

use ffi_core::schema::read::Item;
use heck::{ToLowerCamelCase, ToShoutySnakeCase, ToUpperCamelCase};

use crate::model::{
    Case, Enum, ErrorField, ErrorFieldType, ErrorType, Field, Function, Listener, ListenerIndex, Message,
    Model, Newtype, Object, ObjectIndex, Oneof, Problem, Problems, Queue, Returns, Role, Scalar, Type,
    TypeId, Value,
};
use crate::parallel::mapped;

use super::docs::Links;
use super::types;

const RENAME: &str = "give it another name with `#[ffi(rename = \"..\")]`";

/// Reserved words of Dart. Its other keywords (`get`, `part`, `static`, ..) are valid as members,
/// and types don't start with a lower-case letter.
const KEYWORDS: &[&str] = &[
    "assert", "break", "case", "catch", "class", "const", "continue", "default", "do", "else", "enum",
    "extends", "false", "final", "finally", "for", "if", "in", "is", "new", "null", "rethrow", "return",
    "super", "switch", "this", "throw", "true", "try", "var", "void", "while", "with",
];

/// Types that start with a lower-case letter: a member of that name would hide the type in its
/// class.
const SMALL_TYPES: &[&str] = &["bool", "double", "int"];

/// Members of every Dart object.
const OBJECT_MEMBERS: &[&str] = &["hashCode", "noSuchMethod", "runtimeType", "toString"];

/// Members of a message's class, and names that it calls.
const MESSAGE_MEMBERS: &[&str] = &[
    "box",
    "copyWith",
    "identical",
    "other",
    "override",
    "pragma",
    "setFrom",
    "target",
    "toBox",
    "toData",
    "writeTo",
];

/// Members of the view of a message in an arena that other messages don't have.
const ARENA_MEMBERS: &[&str] = &["bytesOf", "fromBytes", "setData", "toData"];

/// Members of the class of a message's columns, inherited ones included, and names that it calls.
const COLUMNS_MEMBERS: &[&str] = &[
    "at",
    "bytes",
    "capacity",
    "clear",
    "column",
    "columnBytes",
    "columnStart",
    "copyRow",
    "dispose",
    "elementSize",
    "fixed",
    "freeNow",
    "fromArray",
    "isEmpty",
    "isFixed",
    "isNotEmpty",
    "keepColumn",
    "length",
    "override",
    "pointer",
    "push",
    "pushAll",
    "pushRows",
    "raw",
    "readRows",
    "removeRow",
    "reorder",
    "reserve",
    "resize",
    "scratch",
    "sort",
    "swapRemove",
    "toArray",
    "writeRow",
];

/// Members of a oneof's class, and names that it calls.
const ONEOF_MEMBERS: &[&str] = &["other", "override", "pragma", "setFrom", "tag", "toData", "value"];

/// Members of an enum's class.
const ENUM_MEMBERS: &[&str] = &["fromValue", "index", "name", "openFromValue", "value", "values"];

/// Members of an exception's class, and names that it calls.
const EXCEPTION_MEMBERS: &[&str] = &["causes", "detail", "message", "override"];

/// The file with the exceptions of the runtime.
const RUNTIME_EXCEPTIONS: &str = include_str!("../../dart/ffi_core/lib/src/values/errors.dart");

/// Members of the class of an object, and names that it calls.
const HANDLE_MEMBERS: &[&str] = &["dispose", "isDisposed", "new", "override", "pragma", "redeem", "share"];

/// Members of the library's class, and names that it calls.
const LIBRARY_MEMBERS: &[&str] = &["instance", "open", "override", "path", "pragma", "raw", "shutdown"];

/// Local variables of a method of the library's class, and names that it calls.
const LOCALS: &[&str] = &["result"];

/// Names that generated code takes from `dart:core`. All others from elsewhere have the prefix `$`,
/// which no name in Rust has.
const SUPPORT: &[&str] =
    &["Deprecated", "Function", "Never", "Null", "Object", "String", "override", "pragma"];

/// Library of each package that has the values, beside the one with the package's name.
const VALUES_LIBRARY: &str = "values";

/// Dart names of a model.
pub struct Names<'a> {
    /// Name of the package, and of the file to import.
    pub package: String,
    /// Class that holds the functions.
    pub library: String,
    /// Class of the calls without checks.
    pub raw: String,
    /// Environment variable with the path of the library.
    pub variable: String,
    types: HashMap<&'a TypeId, TypeNames>,
    /// Libraries with types that stand for newtypes; the prefix of each is `$lib` and its index.
    pub imports: Vec<String>,
    /// Names of the functions, in the order of [`Model::functions`].
    pub functions: Vec<FunctionNames>,
    /// Classes of the queues, in the order of [`Model::queues`].
    pub queues: Vec<String>,
    /// Dart names of what docs refer to.
    pub links: Links,
    /// Names of the errors, in the order of [`Model::errors`].
    pub errors: Vec<ErrorNames>,
    /// Names of the types of objects, in the order of [`Model::objects`].
    objects: Vec<ObjectNames>,
    /// Names of the traits of Dart's objects, in the order of [`Model::listeners`].
    listeners: Vec<ListenerNames>,
}

/// Names of a message, an enum or a oneof.
pub struct TypeNames {
    /// Name of the type itself.
    pub name: String,
    /// Names of its fields, variants or cases, in order.
    pub members: Vec<String>,
    /// Names of the columns of a message that has columns, in order.
    pub columns: Vec<String>,
}

/// Names of an error.
pub struct ErrorNames {
    /// Sealed class of an enum, the only class of a struct.
    pub family: String,
    /// Names of the variants, in order.
    pub variants: Vec<VariantNames>,
}

/// Names of a variant of an error.
pub struct VariantNames {
    /// Class of the variant.
    pub class: String,
    /// Names of its fields, in order.
    pub fields: Vec<String>,
}

/// Names of a trait of Dart's objects.
pub struct ListenerNames {
    /// Interface.
    pub name: String,
    /// Methods, each with its parameters.
    pub methods: Vec<(String, Vec<String>)>,
}

/// Names of a type of objects.
pub struct ObjectNames {
    /// Interface.
    pub name: String,
    /// Class of the objects in Rust.
    pub client: String,
    /// Member of the library that has the installed implementor, for a service; and the beginning
    /// of private names.
    pub member: String,
}

/// Names of a function.
pub struct FunctionNames {
    /// Name of the function in the library's class.
    pub name: String,
    /// Name in the class of the object that the function belongs to; empty for the constructor
    /// without a name, and for other functions.
    pub member: String,
    /// Names of its parameters, in order.
    pub params: Vec<String>,
}

impl FunctionNames {
    /// Returns the name without its underscore, if it is a private one: the beginning of other
    /// private names.
    pub fn base(&self) -> &str {
        self.name.trim_start_matches('_')
    }
}

impl<'a> Names<'a> {
    /// Chooses a name for everything in `model`, or returns the reasons why it can't.
    pub fn new(model: &'a Model, package: &str) -> Result<Self, Problems> {
        let mut namer = Namer::default();
        namer.package(package);
        let library = format!("{}Library", package.to_upper_camel_case());
        let mut types = HashMap::new();
        let mut top = Scope::new(SUPPORT, &[]);
        let raw = format!("Raw{library}");
        for class in [&library, &raw, &client_extension(&library)] {
            namer.claim(&mut top, &format!("library {}", model.library.name), class);
        }
        for it in &model.enums {
            let names = namer.enumeration(&mut top, it);
            types.insert(&it.id, names);
        }
        let members = mapped(&model.messages, 32, Members::of);
        for (it, members) in model.messages.iter().zip(members) {
            let names = namer.message(&mut top, it, members);
            types.insert(&it.id, names);
        }
        for it in &model.oneofs {
            let names = namer.oneof(&mut top, it);
            types.insert(&it.id, names);
        }
        for it in &model.newtypes {
            let names = namer.newtype(&mut top, it);
            types.insert(&it.id, names);
        }
        let queues: Vec<_> = model.queues.iter().map(|it| namer.queue(&mut top, it)).collect();
        let errors = model.errors.iter().map(|it| namer.error(&mut top, it)).collect();
        let objects: Vec<_> = model.objects.iter().map(|it| namer.object(&mut top, it)).collect();
        let listeners = model.listeners.iter().map(|it| namer.listener(&mut top, it)).collect();
        let mut members = Scope::new(OBJECT_MEMBERS, &[LIBRARY_MEMBERS, SMALL_TYPES]);
        members.enclosing(&library);
        for it in model.messages.iter().filter(|it| it.pool.is_some()) {
            let name = getter(&format!("{}Pool", types[&it.id].name));
            namer.claim(&mut members, &format!("the pool of message {}", it.id), &name);
        }
        for (index, (it, class)) in model.queues.iter().zip(&queues).enumerate() {
            // Two queues of one class were refused already.
            if !queues[..index].contains(class) {
                namer.claim(&mut members, &format!("queue {}", it.item.name), &getter(class));
            }
        }
        for (it, own) in model.objects.iter().zip(&objects).filter(|(it, _)| it.is_service) {
            namer.claim(&mut members, &format!("the installed service {}", it.id), &own.member);
        }
        let scope = |own: &ObjectNames| {
            let mut scope = Scope::new(OBJECT_MEMBERS, &[HANDLE_MEMBERS, SMALL_TYPES]);
            scope.enclosing(&own.name);
            scope
        };
        let mut scopes: Vec<_> = objects.iter().map(scope).collect();
        let functions = model.functions.iter().map(|it| match it.member {
            Some(member) => {
                let at = member.of.position();
                namer.member_function(&mut scopes[at], &mut members, &objects[at], it, member.role)
            }
            None => namer.function(&mut members, it),
        });
        let functions = functions.collect();
        if namer.problems.is_empty() {
            let variable = format!("{}_LIBRARY", package.to_shouty_snake_case());
            let package = package.to_owned();
            let (links, imports) = (Links::default(), imports(model));
            let names = Self {
                package,
                library,
                raw,
                variable,
                types,
                imports,
                functions,
                queues,
                links,
                errors,
                objects,
                listeners,
            };
            Ok(Self { links: names.links(model), ..names })
        } else {
            Err(Problems(namer.problems))
        }
    }

    /// Returns the Dart names of what docs may refer to.
    fn links(&self, model: &Model) -> Links {
        let mut links = Links::default();
        for it in &model.messages {
            let own = self.of(&it.id);
            links.add(&*it.item.name, &*own.name);
            for (field, name) in it.fields.iter().zip(&own.members) {
                links.add(path(&it.item, &field.item), [&own.name, ".", name].concat());
            }
        }
        for it in &model.enums {
            let own = self.of(&it.id);
            links.add(&*it.item.name, &*own.name);
            for (variant, name) in it.variants.iter().zip(&own.members) {
                links.add(path(&it.item, &variant.item), format!("{}.{name}", own.name));
            }
        }
        for it in &model.oneofs {
            let own = self.of(&it.id);
            links.add(&*it.item.name, &*own.name);
            for (case, name) in it.cases.iter().zip(&own.members) {
                links.add(path(&it.item, &case.item), case_class(&own.name, name));
            }
        }
        // A type of the user's that stands for one is in a library with a prefix.
        for it in model.newtypes.iter().filter(|it| it.dart.is_none()) {
            links.add(&*it.item.name, &*self.of(&it.id).name);
        }
        for (it, own) in model.errors.iter().zip(&self.errors) {
            links.add(&*it.item.name, &*own.family);
            for (variant, names) in it.variants.iter().zip(&own.variants) {
                links.add(path(&it.item, &variant.item), &*names.class);
            }
        }
        for (it, class) in model.queues.iter().zip(&self.queues) {
            links.add(&*it.item.name, &**class);
        }
        for (it, own) in model.listeners.iter().zip(&self.listeners) {
            links.add(&*it.item.name, &*own.name);
            for (method, (name, _)) in it.methods.iter().zip(&own.methods) {
                links.add(path(&it.item, &method.item), format!("{}.{name}", own.name));
            }
        }
        for (it, own) in model.objects.iter().zip(&self.objects) {
            links.add(&*it.item.name, &*own.name);
        }
        for (it, own) in model.functions.iter().zip(&self.functions) {
            match it.member {
                Some(member) => {
                    let (object, class) = (&model.object(member.of).item.name, &self.object(member.of).name);
                    let name = if own.member.is_empty() { "new" } else { &own.member };
                    links.add(format!("{object}::{}", it.item.name), format!("{class}.{name}"));
                }
                None => links.add(&*it.item.name, format!("{}.{}", self.library, own.name)),
            }
        }
        links
    }

    /// Returns the names of a trait of Dart's objects.
    pub fn listener(&self, index: ListenerIndex) -> &ListenerNames {
        &self.listeners[index.position()]
    }

    /// Returns the names of a type of objects of the model.
    pub fn object(&self, index: ObjectIndex) -> &ObjectNames {
        &self.objects[index.position()]
    }

    /// Returns the names of the message, enum or oneof `id` of the model.
    pub fn of(&self, id: &TypeId) -> &TypeNames {
        &self.types[id]
    }
}

/// Names of one scope.
struct Scope {
    reserved: Vec<&'static str>,
    owners: HashMap<String, String>,
}

impl Scope {
    fn new(reserved: &'static [&'static str], more: &[&'static [&'static str]]) -> Self {
        let mut all = [KEYWORDS, reserved].concat();
        all.extend(more.concat());
        Self { reserved: all, owners: HashMap::new() }
    }

    fn enclosing(&mut self, class: &str) {
        self.owners.insert(class.to_owned(), "the class that holds it".to_owned());
    }
}

/// Names of the fields of a message, which depend on no other message, and what is wrong with them.
struct Members {
    names: Vec<String>,
    problems: Vec<Problem>,
}

impl Members {
    fn of(message: &Message) -> Self {
        let owner = format!("message {}", message.id);
        let mut namer = Namer::default();
        // Problems of the message's own name are reported when it is claimed.
        let class = namer.type_name(&owner, &message.item);
        namer.problems.clear();
        let arena: &[&str] = if message.arena.is_some() { ARENA_MEMBERS } else { &[] };
        let mut scope = Scope::new(OBJECT_MEMBERS, &[MESSAGE_MEMBERS, SMALL_TYPES, arena]);
        // Some fields have two names.
        scope.owners.reserve(2 * message.fields.len());
        scope.enclosing(&class);
        let fields = message.fields.iter();
        let names: Vec<_> = fields.map(|field| namer.field(&mut scope, &owner, field)).collect();
        for (field, name) in message.fields.iter().zip(&names) {
            let accessors: &[&str] = match &field.ty {
                Type::ArenaBox { of } | Type::Option { of }
                    if message.arena.is_some() && matches!(**of, Type::Message(_) | Type::Oneof(_)) =>
                {
                    &["new", "clear"]
                }
                ty if message.arena.is_none() && types::in_place(ty).is_some() => &["new"],
                _ => &[],
            };
            for accessor in accessors.iter().map(|prefix| prefixed(prefix, name)) {
                let owner = format!("`{accessor}` of {owner}, field {}", field.item.name);
                namer.claim(&mut scope, &owner, &accessor);
            }
        }
        Self { names, problems: namer.problems }
    }
}

#[derive(Default)]
struct Namer {
    problems: Vec<Problem>,
}

impl Namer {
    fn problem(&mut self, item: &str, what: String, fix: &str) {
        self.problems.push(Problem { item: item.to_owned(), what, fix: fix.to_owned() });
    }

    fn package(&mut self, name: &str) {
        let first = name.chars().next();
        let valid = first.is_some_and(|first| first.is_ascii_lowercase())
            && name.chars().all(|next| next.is_ascii_lowercase() || next.is_ascii_digit() || next == '_')
            && !KEYWORDS.contains(&name);
        if name == VALUES_LIBRARY {
            self.problem(
                "package",
                format!(
                    "`{name}` can't be the name of a package, as it is that of the library with the values"
                ),
                "give it another one with `--package NAME`",
            );
        }
        if !valid {
            self.problem(
                "package",
                format!("`{}` can't be the name of a Dart package", name.escape_debug()),
                "give it one with `--package NAME`: a small letter, then small letters, digits and `_`, and \
                 no reserved word",
            );
        }
    }

    /// Claims `name` for `owner`, and returns true if it was free.
    fn claim(&mut self, scope: &mut Scope, owner: &str, name: &str) -> bool {
        if scope.reserved.contains(&name) {
            self.problem(
                owner,
                format!("its Dart name `{name}` means something else in generated code"),
                RENAME,
            );
        } else if let Some(other) = scope.owners.insert(name.to_owned(), owner.to_owned()) {
            self.problem(owner, format!("its Dart name `{name}` is also that of {other}"), RENAME);
        } else {
            return true;
        }
        false
    }

    fn type_name(&mut self, owner: &str, item: &Item) -> String {
        self.name(owner, item, char::is_ascii_uppercase, |name| {
            let keep = name.starts_with(|first: char| first.is_ascii_uppercase()) && !name.contains('_');
            if keep { name.to_owned() } else { name.to_upper_camel_case() }
        })
    }

    fn member(&mut self, scope: &mut Scope, owner: &str, item: &Item) -> String {
        let name = self.name(owner, item, char::is_ascii_lowercase, |name| {
            // One word stays as it is, and most names are.
            let is_word = name.bytes().all(|it| it.is_ascii_lowercase());
            escaped(if is_word { name.to_owned() } else { name.to_lower_camel_case() }, &scope.reserved)
        });
        self.claim(scope, owner, &name);
        name
    }

    /// Returns the name of `item`, whose first character must satisfy `first`: a member called like
    /// a type would hide it.
    fn name(
        &mut self,
        owner: &str,
        item: &Item,
        first: fn(&char) -> bool,
        convert: impl Fn(&str) -> String,
    ) -> String {
        let Some(rename) = &item.rename else { return self.convert(owner, &item.name, convert, RENAME) };
        if !is_public(rename) || !rename.starts_with(|it| first(&it)) {
            let what = format!("`{}` can't be its Dart name", rename.escape_debug());
            self.problem(
                owner,
                what,
                "use ASCII letters, digits and `_`; types start with a capital, members small",
            );
        }
        rename.clone()
    }

    fn convert(&mut self, owner: &str, name: &str, convert: impl Fn(&str) -> String, fix: &str) -> String {
        let converted = convert(name);
        if !is_public(&converted) {
            let why = if name.is_ascii() { "there is no Dart name for it" } else { "Dart names are ASCII" };
            self.problem(owner, why.to_owned(), fix);
        }
        converted
    }

    fn message(&mut self, top: &mut Scope, message: &Message, members: Members) -> TypeNames {
        let owner = format!("message {}", message.id);
        let name = self.type_name(&owner, &message.item);
        self.claim(top, &owner, &name);
        self.helpers(top, &owner, &name);
        self.claim(top, &format!("the class of lists of fields of {owner}"), &format!("{name}FieldLists"));
        if message.pool.is_some() {
            if self.claim(top, &format!("the pool of {owner}"), &format!("{name}Pool")) {
                self.claim(top, &format!("the raw pool of {owner}"), &format!("{name}PoolRaw"));
            }
            self.claim(top, &format!("the extension for references to {owner}"), &format!("{name}Ref"));
        }
        if message.arena.is_some() {
            self.claim(top, &format!("the owner of arenas of {owner}"), &format!("{name}Arena"));
            self.claim(top, &format!("the class of lists of {owner}"), &format!("{name}List"));
        }
        if message.simd.is_some() {
            self.claim(top, &format!("the extension for kernels of {owner}"), &format!("{name}Simd"));
            self.claim(top, &format!("the class of numeric fields of {owner}"), &format!("{name}Fields"));
        }
        if message.proto.is_some() && message.arena.is_none() {
            self.claim(top, &format!("the extension for {owner} as protobuf"), &format!("{name}Proto"));
        }
        let Members { names: members, problems } = members;
        self.problems.extend(problems);
        let columns = message.columns.as_ref().map_or_else(Vec::new, |_| self.columns(top, message, &name));
        TypeNames { name, members, columns }
    }

    /// Returns the names of the columns of the message that is called `name`.
    fn columns(&mut self, top: &mut Scope, message: &Message, name: &str) -> Vec<String> {
        let class = columns_class(name);
        let owner = format!("the columns of message {}", message.id);
        self.claim(top, &owner, &class);
        let mut scope = Scope::new(OBJECT_MEMBERS, &[COLUMNS_MEMBERS, SMALL_TYPES]);
        scope.enclosing(&class);
        let column = |field: &Field| {
            let owner = format!("{owner}, field {}", field.item.name);
            let column = self.member(&mut scope, &owner, &field.item);
            let of = field.ty.innermost();
            let is_newtype = matches!(field.ty.value(), Some(Value::Newtype(_)));
            if is_newtype || matches!(of, Type::Scalar(it) if *it != Scalar::Bool) {
                self.claim(&mut scope, &format!("the array of {owner}"), &beside(&column, "Array"));
            }
            if is_unsigned(&field.ty) {
                self.claim(&mut scope, &format!("the BigInt getter of {owner}"), &beside(&column, "Big"));
            }
            column
        };
        message.fields.iter().map(column).collect()
    }

    /// Claims the names of the classes beside a message or oneof.
    fn helpers(&mut self, top: &mut Scope, owner: &str, name: &str) {
        for helper in ["Array", "Box", "Data", "DataNative"] {
            self.claim(top, &format!("the {helper} class of {owner}"), &format!("{name}{helper}"));
        }
    }

    fn oneof(&mut self, top: &mut Scope, it: &Oneof) -> TypeNames {
        let owner = format!("oneof {}", it.id);
        let name = self.type_name(&owner, &it.item);
        self.claim(top, &owner, &name);
        self.helpers(top, &owner, &name);
        if it.in_arena {
            self.claim(top, &format!("the class of lists of {owner}"), &format!("{name}List"));
        }
        let arena: &[&str] = if it.in_arena { ARENA_MEMBERS } else { &[] };
        let mut scope = Scope::new(OBJECT_MEMBERS, &[ONEOF_MEMBERS, SMALL_TYPES, arena]);
        scope.enclosing(&name);
        let case = |case: &Case| {
            let owner = format!("{owner}, case {}", case.item.name);
            let member = self.member(&mut scope, &owner, &case.item);
            let accessors: &[&str] = match case.ty {
                Some(Type::Scalar(_)) => &["set"],
                Some(_) if it.in_arena => &["set", "new"],
                Some(_) => &["set"],
                None => &["set", "is"],
            };
            for prefix in accessors {
                let accessor = prefixed(prefix, &member);
                self.claim(&mut scope, &format!("`{accessor}` of {owner}"), &accessor);
            }
            if case.ty == Some(Type::Scalar(Scalar::U64)) {
                self.claim(&mut scope, &format!("the BigInt getter of {owner}"), &beside(&member, "Big"));
            }
            self.claim(top, &format!("the class of {owner}"), &case_class(&name, &member));
            member
        };
        let members = it.cases.iter().map(case).collect();
        TypeNames { name, members, columns: Vec::new() }
    }

    fn field(&mut self, scope: &mut Scope, message: &str, field: &Field) -> String {
        let owner = [message, ", field ", &field.item.name].concat();
        let name = self.member(scope, &owner, &field.item);
        let extra = match field.ty.innermost() {
            Type::Enum(_) => Some(("raw", "Raw")),
            Type::Open(_) if matches!(field.ty, Type::Open(_)) => Some(("raw", "Raw")),
            Type::Str { .. } if matches!(field.ty, Type::Str { .. }) => Some(("bytes", "Bytes")),
            _ if types::big(&field.ty).is_some() => Some(("BigInt", "Big")),
            _ if matches!(field.ty, Type::Scalar(it) if types::is_narrow(it)) => {
                Some(("unchecked", "Unchecked"))
            }
            _ => match field.ty.physical() {
                Type::Logical(it) => it.beside.as_ref().map(|beside| (beside.member, beside.suffix)),
                _ => None,
            },
        };
        if let Some((kind, suffix)) = extra {
            let accessor = if suffix == "Unchecked" { "setter" } else { "getter" };
            self.claim(scope, &format!("the {kind} {accessor} of {owner}"), &beside(&name, suffix));
        }
        name
    }

    fn enumeration(&mut self, top: &mut Scope, it: &Enum) -> TypeNames {
        let owner = format!("enum {}", it.id);
        let name = self.type_name(&owner, &it.item);
        self.claim(top, &owner, &name);
        self.claim(top, &format!("the Array class of {owner}"), &format!("{name}Array"));
        let mut scope = Scope::new(OBJECT_MEMBERS, &[ENUM_MEMBERS, SMALL_TYPES]);
        scope.enclosing(&name);
        let variant = |variant: &crate::model::Variant| {
            let owner = format!("{owner}, variant {}", variant.item.name);
            self.member(&mut scope, &owner, &variant.item)
        };
        let members = it.variants.iter().map(variant).collect();
        TypeNames { name, members, columns: Vec::new() }
    }

    fn newtype(&mut self, top: &mut Scope, it: &Newtype) -> TypeNames {
        let owner = format!("newtype {}", it.id);
        let name = self.type_name(&owner, &it.item);
        self.claim(top, &owner, &name);
        self.claim(top, &format!("the Array class of {owner}"), &format!("{name}Array"));
        TypeNames { name, members: Vec::new(), columns: Vec::new() }
    }

    /// Returns the class of a queue: `EventsQueue` for `EVENTS`.
    fn queue(&mut self, top: &mut Scope, it: &Queue) -> String {
        let owner = format!("queue {}", it.item.name);
        let name = self.name(&owner, &it.item, char::is_ascii_uppercase, |name| {
            let name = name.to_upper_camel_case();
            if name.ends_with("Queue") { name } else { name + "Queue" }
        });
        if self.claim(top, &owner, &name) {
            self.claim(top, &format!("the raw class of {owner}"), &format!("{name}Raw"));
        }
        name
    }

    /// Returns the classes of an error: `DbException` and `DbNotFoundException` for `DbError`.
    fn error(&mut self, top: &mut Scope, it: &ErrorType) -> ErrorNames {
        let owner = format!("error {}", it.id);
        let family = match &it.item.rename {
            Some(_) => self.type_name(&owner, &it.item),
            None => format!("{}Exception", stem(&self.type_name(&owner, &it.item))),
        };
        self.exception(top, &owner, &family);
        let variant = |variant: &crate::model::ErrorVariant| {
            let owner = format!("{owner}, variant {}", variant.item.name);
            let class = if it.is_struct {
                family.clone()
            } else {
                let class = match &variant.item.rename {
                    Some(_) => self.type_name(&owner, &variant.item),
                    None => format!("{}{}Exception", stem(&family), self.type_name(&owner, &variant.item)),
                };
                self.exception(top, &owner, &class);
                class
            };
            let mut scope = Scope::new(OBJECT_MEMBERS, &[EXCEPTION_MEMBERS, SMALL_TYPES]);
            scope.enclosing(&class);
            let fields =
                variant.fields.iter().map(|field| self.error_field(&mut scope, &owner, field)).collect();
            VariantNames { class, fields }
        };
        let variants = it.variants.iter().map(variant).collect();
        ErrorNames { family, variants }
    }

    fn error_field(&mut self, scope: &mut Scope, variant: &str, field: &ErrorField) -> String {
        let owner = format!("{variant}, field {}", field.item.name);
        let name = self.member(scope, &owner, &field.item);
        if let ErrorFieldType::Value(ty) = &field.ty
            && types::big(ty).is_some()
        {
            self.claim(scope, &format!("the BigInt getter of {owner}"), &beside(&name, "Big"));
        }
        name
    }

    /// Claims the name of a class of exceptions. One of the runtime's would hide that.
    fn exception(&mut self, top: &mut Scope, owner: &str, name: &str) {
        let taken = RUNTIME_EXCEPTIONS.contains(&format!("class {name} "));
        if taken || name == "Exception" {
            self.problem(owner, format!("its Dart name `{name}` is that of another exception"), RENAME);
        }
        self.claim(top, owner, name);
    }

    /// Returns the names of a trait of Dart's objects.
    fn listener(&mut self, top: &mut Scope, it: &Listener) -> ListenerNames {
        let owner = format!("callback {}", it.id);
        let name = self.type_name(&owner, &it.item);
        self.claim(top, &owner, &name);
        let mut scope = Scope::new(OBJECT_MEMBERS, &[SMALL_TYPES]);
        scope.enclosing(&name);
        let methods = it.methods.iter().map(|method| {
            let owner = format!("{owner}, method {}", method.item.name);
            let name = self.member(&mut scope, &owner, &method.item);
            (name, self.locals(&owner, method.params.iter().map(|it| &**it)))
        });
        let methods = methods.collect();
        ListenerNames { name, methods }
    }

    /// Returns the names of a type of objects: `Store`, and `StoreClient` for those in Rust.
    fn object(&mut self, top: &mut Scope, it: &Object) -> ObjectNames {
        let owner = format!("object {}", it.id);
        let name = self.type_name(&owner, &it.item);
        self.claim(top, &owner, &name);
        let client = format!("{name}Client");
        self.claim(top, &format!("the class of the objects of {owner}"), &client);
        self.claim(top, &format!("the extension of {owner}"), &unsigned_extension(&name));
        let member = escaped(getter(&name), KEYWORDS);
        ObjectNames { name, client, member }
    }

    /// Returns the names of a function of an object: of a method in the class of the object, of
    /// others in that of the library as well, where a fake has them.
    fn member_function(
        &mut self,
        scope: &mut Scope,
        library: &mut Scope,
        object: &ObjectNames,
        it: &Function,
        role: Role,
    ) -> FunctionNames {
        let owner = format!("function {}", it.symbol);
        let unnamed = role == Role::Constructor && it.item.name == "new" && it.item.rename.is_none();
        // A constructor in Dart returns an object at once, and never none.
        let is_plain = it.mode.is_sync() && !it.optional;
        let member = match unnamed {
            true if is_plain => String::new(),
            true => {
                self.claim(scope, &owner, "create");
                "create".to_owned()
            }
            false => self.member(scope, &owner, &it.item),
        };
        let name = if role.has_receiver() {
            format!("_{}${member}", object.member)
        } else {
            let short = if member.is_empty() { "new" } else { &member };
            let name = prefixed(&object.member, short);
            self.claim(library, &owner, &name);
            name
        };
        let scope = if role.has_receiver() { scope } else { library };
        if it.returns == Some(Returns::Value(Value::Scalar(Scalar::U64))) {
            let big = if role.has_receiver() { &member } else { &name };
            self.claim(scope, &format!("the BigInt method of {owner}"), &beside(big, "Big"));
        }
        FunctionNames { name, member, params: self.params(&owner, it) }
    }

    fn function(&mut self, scope: &mut Scope, it: &Function) -> FunctionNames {
        let owner = format!("function {}", it.symbol);
        let name = self.member(scope, &owner, &it.item);
        if it.returns == Some(Returns::Value(Value::Scalar(Scalar::U64))) {
            self.claim(scope, &format!("the BigInt method of {owner}"), &beside(&name, "Big"));
        }
        FunctionNames { name, member: String::new(), params: self.params(&owner, it) }
    }

    /// Returns the names of the parameters of `owner`.
    fn params(&mut self, owner: &str, it: &Function) -> Vec<String> {
        self.locals(owner, it.params.iter().map(|it| &*it.name))
    }

    /// Returns the names of parameters of `owner`.
    fn locals<'n>(&mut self, owner: &str, names: impl Iterator<Item = &'n str>) -> Vec<String> {
        let mut locals = Scope::new(LOCALS, &[SMALL_TYPES]);
        let mut params = Vec::new();
        for name in names {
            let owner = format!("{owner}, parameter {name}");
            let fix = "rename the parameter";
            let to_name = |name: &str| escaped(name.to_lower_camel_case(), &locals.reserved);
            let param = self.convert(&owner, name, to_name, fix);
            if let Some(other) = locals.owners.insert(param.clone(), owner.clone()) {
                self.problem(&owner, format!("its Dart name `{param}` is also that of {other}"), fix);
            }
            params.push(param);
        }
        params
    }
}

/// Returns the part of an error's name that the names of its classes begin with.
fn stem(name: &str) -> &str {
    let stem = ["Exception", "Error"].iter().find_map(|it| name.strip_suffix(it));
    stem.filter(|it| !it.is_empty()).unwrap_or(name)
}

/// Returns the path in Rust of the member `member` of `own`, as docs have it.
fn path(own: &Item, member: &Item) -> String {
    [&own.name, "::", &member.name].concat()
}

/// Returns the name of a member beside `member`: `switchRaw` beside `switch_`.
pub fn beside(member: &str, suffix: &str) -> String {
    [member.trim_end_matches('_'), suffix].concat()
}

/// Returns the member of the library's class that has the pool or queue `class`.
pub fn getter(class: &str) -> String {
    class.to_lower_camel_case()
}

/// Returns the extension of the objects `name` with unsigned results.
pub fn unsigned_extension(name: &str) -> String {
    format!("{name}Unsigned")
}

/// Returns the extension with what is not in the interface `library`.
pub fn client_extension(library: &str) -> String {
    format!("{library}Client")
}

/// Returns a name that starts with `prefix` for a member: `setSwitch` for `switch_`.
pub fn prefixed(prefix: &str, member: &str) -> String {
    let member = member.trim_end_matches('_');
    let (first, rest) = member.split_at(1);
    format!("{prefix}{}{rest}", first.to_ascii_uppercase())
}

/// Returns true if a column of the type is a list of `u64`.
pub fn is_unsigned(ty: &Type) -> bool {
    *types::flattened(ty).0 == Type::Scalar(Scalar::U64)
}

/// Returns the class of the columns of the message `name`.
pub fn columns_class(name: &str) -> String {
    format!("{name}Columns")
}

/// Returns the class of the case `member` of the oneof `name`.
pub fn case_class(name: &str, member: &str) -> String {
    prefixed(name, member)
}

fn escaped(mut name: String, reserved: &[&str]) -> String {
    if reserved.contains(&name.as_str()) {
        name.push('_');
    }
    name
}

fn is_public(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|next| next.is_ascii_alphanumeric() || next == '_')
}

/// Returns the libraries with types of the user's, sorted.
fn imports(model: &Model) -> Vec<String> {
    let all = model.newtypes.iter().filter_map(|it| it.dart.as_ref()?.import.clone());
    all.collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::COLUMNS_MEMBERS;

    /// Returns the name of the public member that `line` of a class in Dart begins, if it begins
    /// one.
    fn member(line: &str) -> Option<&str> {
        let line =
            line.strip_prefix("  ").filter(|it| it.starts_with(|first: char| first.is_alphabetic()))?;
        let declared = match line.split_once("get ") {
            Some((_, rest)) => &rest[..rest.find([' ', ';'])?],
            None => line.split(['(', '=', ';']).next()?.trim_end(),
        };
        // The parameters of a generic method stand between its name and its parentheses.
        let generic = if declared.ends_with('>') { declared.rfind('<') } else { None };
        let name = declared[..generic.unwrap_or(declared.len())].rsplit(' ').next()?;
        (!name.starts_with('_') && !name.contains("NativeColumns")).then_some(name)
    }

    #[test]
    fn columns_hide_no_member_of_their_class() {
        let source = include_str!("../../dart/ffi_core/lib/src/columns.dart");
        let mut members = Vec::new();
        for head in ["abstract base class NativeColumns", "extension ColumnPointers"] {
            let (_, class) = source.split_once(head).expect("the runtime declares it");
            let (class, _) = class.split_once("\n}\n").expect("a class ends");
            members.extend(class.lines().filter_map(member));
        }
        for known in ["capacity", "column", "isEmpty", "sort", "writeRow"] {
            assert!(members.contains(&known), "{known} is not in {members:?}");
        }
        members.retain(|it| !COLUMNS_MEMBERS.contains(it));
        assert!(members.is_empty(), "add {members:?} to COLUMNS_MEMBERS");
    }
}
