//! A C header, for callers other than Dart and as a second opinion on every layout.
//!
//! The header asserts the layouts of the records, so compiling it checks them. It serves C11 and
//! C++11.
//!
//! C has one name space for types, constants and functions, more keywords than Rust, and macros
//! that replace even the names of fields, so each name goes through this module. Macro names and
//! docs also come from the records, so only identifiers, numbers and comments that cannot be closed
//! from inside reach the template.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use askama::Template;
use heck::ToSnakeCase;

use crate::foreign::c_comment;
use crate::holder::{Held, Holding, Member};
use crate::logical::Logical;
use crate::model::{
    ArenaSymbols, Case, ColumnsSymbols, Composite, DartFunction, Enum, EnumIndex, ErrorFieldType, ErrorType,
    ErrorVariant, Fingerprint, Function, INTERNAL_ID, Item, JsonSymbols, Layout, Lending, Message,
    MessageIndex, Model, Newtype, Object, ObjectIndex, ObjectSymbols, Oneof, OneofIndex, Passing,
    PoolSymbols, Problem, Problems, ProtoSymbols, Queue, QueueSymbols, Returns, Scalar, Type, Value, Variant,
};

/// Returns the header without its first line, which
/// [`OutputFile::generated`](crate::output::OutputFile::generated) adds.
///
/// # Errors
///
/// Returns a problem for each two items that would have one name in C.
pub fn header(model: &Model) -> Result<String, Problems> {
    check_names(model)?;
    let library = &model.library;
    let upper = library.name.to_uppercase();
    let Defined { structs, columns, arenas, cases } = Structs::all(model);
    let constants = constants(model);
    let header = Header {
        title: c_comment("", &format!("{} {}", library.name, library.version)),
        abi: library.abi,
        guard: format!("FFI_{upper}_H"),
        upper,
        enums: model.enums.iter().map(enumeration).collect(),
        structs,
        columns,
        arenas,
        cases,
        fingerprints: fingerprints(model),
        symbols: &library.symbols,
        functions: for_c(model, true).map(|it| function(model, it, &constants)).collect(),
        callbacks: passes(model, |it| matches!(it, Passing::Callback(it) if !it.kept)),
        given: passes(model, |it| matches!(it, Passing::Moved(_))),
        started: for_c(model, false).filter(|it| !it.mode.is_sync()).map(|it| &*it.item.name).collect(),
        keeping: for_c(model, false).filter(|it| it.mode.is_sync()).map(|it| &*it.item.name).collect(),
        pools: pools(model),
        simd: simd(model),
        queues: queues(model),
        objects: objects(model),
        protos: protos(model),
    };
    Ok(header.render().expect("writing to a string succeeds"))
}

/// Returns true if a function has a parameter that is passed like that.
fn passes(model: &Model, is_it: impl Fn(&Passing) -> bool) -> bool {
    model.functions.iter().flat_map(|it| &it.params).any(|param| is_it(&param.passing))
}

/// Returns the functions that C can call, or those that only Dart can.
fn for_c(model: &Model, for_c: bool) -> impl Iterator<Item = &Function> {
    model.functions.iter().filter(move |it| it.needs_mailbox() != for_c)
}

/// Adds `prefix` to the name that each type of `model` has in C, for a program that includes the
/// headers of two libraries with types of one name.
///
/// # Errors
///
/// Returns an error if the prefix cannot begin a name.
pub fn with_prefix(model: &Model, prefix: &str) -> Result<Model, Problems> {
    let valid = prefix.starts_with(|first: char| first.is_ascii_alphabetic())
        && prefix.chars().all(|next| next.is_ascii_alphanumeric() || next == '_');
    if !valid {
        return Err(Problems(vec![Problem {
            item: "--prefix".to_owned(),
            what: format!("no name in C begins with `{}`", prefix.escape_debug()),
            fix: "take a letter, then letters, digits and `_`".to_owned(),
        }]));
    }
    let mut model = model.clone();
    let messages = model.messages.iter_mut().map(|it| &mut it.item);
    let enums = model.enums.iter_mut().map(|it| &mut it.item);
    let errors = model.errors.iter_mut().map(|it| &mut it.item);
    let oneofs = model.oneofs.iter_mut().map(|it| &mut it.item);
    let newtypes = model.newtypes.iter_mut().map(|it| &mut it.item);
    let objects = model.objects.iter_mut().map(|it| &mut it.item);
    for item in messages.chain(enums).chain(errors).chain(oneofs).chain(newtypes).chain(objects) {
        let name = item.rename.as_ref().unwrap_or(&item.name);
        item.rename = Some(format!("{prefix}{name}"));
    }
    Ok(model)
}

#[derive(Template)]
#[template(path = "c/header.h", escape = "none")]
struct Header<'a> {
    title: String,
    abi: u32,
    guard: String,
    upper: String,
    enums: Vec<CEnum>,
    structs: Vec<CStruct>,
    fingerprints: Vec<CFingerprint>,
    symbols: &'a ffi_core::schema::read::LibrarySymbols,
    functions: Vec<CFunction>,
    /// True if a function gets functions of the caller.
    callbacks: bool,
    given: bool,
    /// Names of the functions whose results only Dart can wait for.
    started: Vec<&'a str>,
    /// Names of the others that only Dart can call.
    keeping: Vec<&'a str>,
    pools: Vec<CPool<'a>>,
    columns: Vec<CColumns<'a>>,
    arenas: Vec<CArena<'a>>,
    cases: Vec<CCases>,
    simd: Vec<CSimd<'a>>,
    queues: Vec<CQueue<'a>>,
    objects: Vec<CObject<'a>>,
    protos: Vec<CProto<'a>>,
}

/// An enum. It is a typedef of its integer, because the compiler chooses the size of a C `enum`.
struct CEnum {
    doc: String,
    name: String,
    repr: &'static str,
    constants: Vec<CConstant>,
    fingerprint: Fingerprint,
}

struct CConstant {
    doc: String,
    name: String,
    value: String,
}

struct CStruct {
    doc: String,
    name: String,
    /// Type that it is a typedef of, if it is no struct.
    alias: Option<String>,
    size: u64,
    align: u64,
    members: Vec<CMember>,
    /// Discriminants of a oneof.
    constants: Vec<CConstant>,
    /// Layout hash; `None` for a container, which is equal in every header.
    fingerprint: Option<Fingerprint>,
}

struct CMember {
    doc: String,
    /// Declaration without the `;`, of one or more lines.
    declaration: String,
    name: String,
    offset: u64,
}

struct CFingerprint {
    symbol: String,
    value: String,
}

struct CFunction {
    doc: String,
    returns: String,
    symbol: String,
    params: String,
}

struct CPool<'a> {
    message: String,
    capacity: u32,
    /// Number of bits of an index plus one.
    index_bits: u32,
    symbols: &'a PoolSymbols,
}

struct CColumns<'a> {
    name: String,
    message: String,
    fingerprint: Fingerprint,
    /// Members, one for each column: a pointer, and the number of columns before it.
    members: Vec<CMember>,
    symbols: &'a ColumnsSymbols,
}

/// The arenas with one root.
struct CArena<'a> {
    name: String,
    message: String,
    fingerprint: Fingerprint,
    /// Inline functions that follow the handles of the message.
    getters: Vec<CGetter>,
    symbols: &'a ArenaSymbols,
}

/// The cases of a oneof that lives in arenas.
struct CCases {
    oneof: String,
    /// Inline functions that follow the handles in cases.
    getters: Vec<CGetter>,
}

/// A function that returns what a handle refers to.
struct CGetter {
    doc: &'static str,
    /// Type of the result, with its star.
    returns: String,
    name: String,
    /// Field with the handle, or the member of the union.
    field: String,
    /// Constant of the case, in a oneof.
    tag: String,
    /// Chunk that the offset is in: `lists` or `text`.
    chunk: &'static str,
    /// True if there is no value at offset 0, and no length.
    single: bool,
}

/// All types of a header.
struct Defined<'a> {
    structs: Vec<CStruct>,
    columns: Vec<CColumns<'a>>,
    arenas: Vec<CArena<'a>>,
    cases: Vec<CCases>,
}

/// The kernels of a message.
struct CSimd<'a> {
    message: String,
    symbol: &'a str,
    /// Count and type of its numbers, if it consists of numbers of one type.
    numbers: Option<(u64, &'static str)>,
}

struct CQueue<'a> {
    doc: String,
    message: String,
    capacity: u64,
    symbols: &'a QueueSymbols,
}

/// A type of objects, whose handles are numbers.
struct CObject<'a> {
    doc: String,
    name: String,
    fingerprint: Fingerprint,
    symbols: &'a ObjectSymbols,
}

/// Functions that write and read a message as protobuf.
struct CProto<'a> {
    message: String,
    /// Type of its arenas, if it lives in one.
    arena: Option<String>,
    symbols: &'a ProtoSymbols,
    /// Functions for JSON, if the library has them.
    json: Option<&'a JsonSymbols>,
    /// Function that frees the messages that it refers to, if it refers to any.
    release: Option<&'a str>,
}

fn protos(model: &Model) -> Vec<CProto<'_>> {
    let with = model.messages.iter().filter_map(|it| Some((it, it.proto.as_ref()?)));
    with.map(|(message, symbols)| {
        let arena = message.arena.as_ref().map(|_| arena_name(message));
        let release = symbols.release.as_deref().filter(|_| model.refers(message));
        CProto { message: type_name(&message.item), arena, symbols, json: message.json.as_ref(), release }
    })
    .collect()
}

fn pools(model: &Model) -> Vec<CPool<'_>> {
    let pooled = model.messages.iter().filter_map(|it| Some((it, it.pool.as_ref()?)));
    pooled
        .map(|(message, pool)| CPool {
            message: type_name(&message.item),
            capacity: pool.capacity,
            index_bits: u32::BITS - pool.capacity.leading_zeros(),
            symbols: &pool.symbols,
        })
        .collect()
}

fn simd(model: &Model) -> Vec<CSimd<'_>> {
    let with_kernels = model.messages.iter().filter_map(|it| Some((it, it.simd.as_ref()?)));
    with_kernels
        .map(|(message, simd)| CSimd {
            message: type_name(&message.item),
            symbol: &simd.symbol,
            numbers: message.numbers.map(|(kind, count)| (count, scalar(kind))),
        })
        .collect()
}

fn queues<'a>(model: &'a Model) -> Vec<CQueue<'a>> {
    let queue = |Queue { item, message, capacity, symbols, .. }: &'a Queue| CQueue {
        doc: item_comment(item, ""),
        message: message_name(model, *message),
        capacity: *capacity,
        symbols,
    };
    model.queues.iter().map(queue).collect()
}

fn objects(model: &Model) -> Vec<CObject<'_>> {
    let object = |it: &'_ Object| {
        let mut item = it.item.clone();
        let kind = if it.is_service { "an implementor of the service" } else { "an object" };
        item.doc += if item.doc.is_empty() { "" } else { "\n\n" };
        item.doc += &format!(
            "A handle of {kind}. One thread at a time uses it, and ends it with `{}`.",
            it.symbols.free
        );
        (item_comment(&item, ""), type_name(&it.item))
    };
    let all = model.objects.iter().map(|it| {
        let (doc, name) = object(it);
        CObject { doc, name, fingerprint: it.fingerprint, symbols: &it.symbols }
    });
    all.collect()
}

fn enumeration(enumeration: &Enum) -> CEnum {
    let constant = |variant: &Variant| CConstant {
        doc: item_comment(&variant.item, ""),
        name: constant_name(enumeration, variant),
        value: literal(enumeration.repr, enumeration.discriminant(variant)),
    };
    CEnum {
        doc: item_comment(&enumeration.item, ""),
        name: type_name(&enumeration.item),
        repr: scalar(enumeration.repr),
        constants: enumeration.variants.iter().map(constant).collect(),
        fingerprint: enumeration.fingerprint,
    }
}

/// Structs that were defined so far, each after those it holds, and the names of those that come
/// from `ffi-core`.
struct Structs<'a> {
    model: &'a Model,
    all: Vec<CStruct>,
    /// Types with the names of their structs.
    containers: Vec<(&'a Type, String)>,
    taken: HashSet<String>,
    constants: HashSet<String>,
}

impl<'a> Structs<'a> {
    /// Returns all structs, and the headers of columns and arenas, which come after them.
    fn all(model: &'a Model) -> Defined<'a> {
        let (taken, constants) = (names(model), constants(model));
        let mut structs = Self { model, all: Vec::new(), containers: Vec::new(), taken, constants };
        for composite in model.by_dependency() {
            for ty in composite.types() {
                ty.walk(&mut |part| structs.container(part));
            }
            let structure = match composite {
                Composite::Message(it) => structs.message(it),
                Composite::Oneof(it) => structs.oneof(it),
            };
            structs.all.push(structure);
        }
        for error in &model.errors {
            for ty in error.values() {
                ty.walk(&mut |part| structs.container(part));
            }
            let variants = error.variants.iter().map(|it| structs.error(error, it));
            let variants: Vec<_> = variants.collect();
            structs.all.extend(variants);
        }
        structs.functions();
        for newtype in &model.newtypes {
            structs.newtype(newtype);
        }
        let columns = model.messages.iter().filter_map(|it| structs.columns(it)).collect();
        let arenas = structs.arenas();
        let cases = model.oneofs.iter().filter_map(|it| structs.cases(it)).collect();
        Defined { structs: structs.all, columns, arenas, cases }
    }

    /// Defines what handles refer to, and returns the functions of arenas.
    fn arenas(&mut self) -> Vec<CArena<'a>> {
        let messages = &self.model.messages;
        let composites = self.model.by_dependency();
        for ty in composites.iter().filter(|it| it.in_arena()).flat_map(|it| it.types()) {
            ty.walk_all(&mut |part| {
                self.container(part);
                if let Type::ArenaMap { key, value } = part {
                    self.entry(part, key, value);
                }
            });
        }
        messages.iter().filter_map(|it| self.arena(it)).collect()
    }

    /// Defines the entry of a map in an arena.
    fn entry(&mut self, map: &'a Type, key: &Type, value: &Type) {
        let name = self.entry_name(map);
        if self.all.iter().any(|it| it.name == name) {
            return;
        }
        let pair = self.model.layout(key).and(self.model.layout(value));
        let (Layout { size, align }, offset) = pair.expect("the model has checked it");
        let members = vec![
            member(self.declaration(key, "key"), "key", 0),
            member(self.declaration(value, "value"), "value", offset),
        ];
        let (doc, alias, constants, fingerprint) = (String::new(), None, Vec::new(), None);
        self.all.push(CStruct { doc, name, alias, size, align, members, constants, fingerprint });
    }

    fn entry_name(&self, map: &Type) -> String {
        format!("{}_entry", self.declaration(map, "").trim_end())
    }

    /// Returns the functions of arenas with the root `message`, if it lives in one.
    fn arena(&self, message: &'a Message) -> Option<CArena<'a>> {
        let symbols = &message.arena.as_ref()?.symbols;
        let own = type_name(&message.item);
        let mut scope = Scope::new(&self.constants);
        let getters = message.fields.iter().filter_map(|field| {
            let name = scope.name(&field.item.name);
            self.getter(&own, name, &field.ty, String::new())
        });
        let (name, getters) = (arena_name(message), getters.collect());
        Some(CArena { name, message: own, fingerprint: message.fingerprint, getters, symbols })
    }

    /// Returns the functions for the cases of `oneof`, if some of them are handles.
    fn cases(&self, oneof: &Oneof) -> Option<CCases> {
        let own = type_name(&oneof.item);
        let mut scope = Scope::new(&self.constants);
        let with_data = oneof.cases.iter().filter_map(|case| Some((case, case.ty.as_ref()?)));
        let getters = with_data.filter_map(|(case, ty)| {
            let name = scope.name(&case.item.name.to_snake_case());
            self.getter(&own, name, ty, tag_name(oneof, case))
        });
        let getters: Vec<_> = getters.collect();
        (!getters.is_empty()).then_some(CCases { oneof: own, getters })
    }

    /// Returns the function for a member of `own`, if it is a handle.
    fn getter(&self, own: &str, field: String, ty: &Type, tag: String) -> Option<CGetter> {
        let pointer = |of: &Type| match of {
            // C returns no pointer to an array without parentheses around its name.
            Type::Array { .. } => "const void *".to_owned(),
            _ => format!("const {}", self.declaration(of, "*")),
        };
        let (doc, returns, chunk) = match ty {
            Type::ArenaStr => ("The first byte of UTF-8", "const uint8_t *".to_owned(), "text"),
            Type::ArenaBytes => ("The first byte", "const uint8_t *".to_owned(), "lists"),
            Type::ArenaVec { of } => ("The first element", pointer(of), "lists"),
            Type::ArenaMap { .. } => {
                let entry = format!("const {} *", self.entry_name(ty));
                ("The first entry, that of the smallest key", entry, "lists")
            }
            Type::ArenaBox { of } => ("The value", pointer(of), "lists"),
            _ => return None,
        };
        let single = matches!(ty, Type::ArenaBox { .. });
        Some(CGetter { doc, returns, name: getter_name(own, &field), field, tag, chunk, single })
    }

    /// Defines the logical types that only functions have.
    fn functions(&mut self) {
        for function in &self.model.functions {
            let params = function.params.iter().flat_map(|param| match &param.passing {
                Passing::Value(value)
                | Passing::Reference { to: value, .. }
                | Passing::Slice { of: value, .. }
                | Passing::Moved(value) => vec![*value],
                Passing::Callback(it) if !it.kept => it.values().collect(),
                Passing::Input(item) => item.value().into_iter().collect(),
                _ => Vec::new(),
            });
            for value in params.chain(function.returns.and_then(Returns::value)) {
                if let Value::Logical(it) = self.model.physical(value) {
                    self.container(it.ty());
                }
            }
        }
    }

    /// Defines a newtype, and the newtypes and the struct in it.
    fn newtype(&mut self, newtype: &'a Newtype) {
        let name = type_name(&newtype.item);
        if self.all.iter().any(|it| it.name == name) {
            return;
        }
        newtype.ty.walk(&mut |part| self.container(part));
        let Layout { size, align } = self.model.layout(&newtype.ty);
        self.all.push(CStruct {
            doc: item_comment(&newtype.item, ""),
            alias: Some(self.declaration(&newtype.ty, &name)),
            name,
            size,
            align,
            members: Vec::new(),
            constants: Vec::new(),
            fingerprint: Some(newtype.fingerprint),
        });
    }

    /// Returns the struct at the start of the payload of a variant, and the variant's number.
    fn error(&self, error: &ErrorType, variant: &ErrorVariant) -> CStruct {
        let mut scope = Scope::new(&self.constants);
        let causes = scope.name("causes");
        let mut members = vec![CMember {
            doc: c_comment("    ", "Texts of the causes, outermost first: elements are `FfiSpan`."),
            declaration: format!("FfiSpan {causes}"),
            name: causes,
            offset: 0,
        }];
        if variant.internal {
            let id = scope.name("id");
            members.push(member(format!("uint64_t {id}"), &id, INTERNAL_ID));
        }
        members.extend(variant.fields.iter().map(|field| {
            let name = scope.name(&field.item.name);
            let mut doc = field.item.doc.clone();
            let behind = self.behind(&field.ty);
            for part in [field.item.deprecated.as_ref().map(|_| "Deprecated."), behind.as_deref()]
                .into_iter()
                .flatten()
            {
                doc += if doc.is_empty() { "" } else { "\n\n" };
                doc += part;
            }
            CMember {
                doc: c_comment("    ", &doc),
                declaration: self.error_field(&field.ty, &name),
                name,
                offset: field.offset,
            }
        }));
        let constant = CConstant {
            doc: String::new(),
            name: error_number(error, variant),
            value: variant.number.to_string(),
        };
        CStruct {
            doc: item_comment(&variant.item, ""),
            name: error_struct(error, variant),
            alias: None,
            size: variant.layout.size,
            align: variant.layout.align,
            members,
            constants: if error.is_struct { Vec::new() } else { vec![constant] },
            fingerprint: Some(error.fingerprint),
        }
    }

    /// Returns a sentence about what a span in a field refers to, if there is one.
    fn behind(&self, ty: &ErrorFieldType) -> Option<String> {
        match ty {
            ErrorFieldType::Value(_) => None,
            ErrorFieldType::Text => Some("Bytes of UTF-8.".to_owned()),
            ErrorFieldType::Vec(of) => Some(format!("Elements: `{}`.", self.error_field(of, "").trim_end())),
            ErrorFieldType::Option(of) => self.behind(of),
        }
    }

    fn error_field(&self, ty: &ErrorFieldType, name: &str) -> String {
        match ty {
            ErrorFieldType::Value(ty) => self.declaration(ty, name),
            ErrorFieldType::Text | ErrorFieldType::Vec(_) => format!("FfiSpan {name}"),
            ErrorFieldType::Option(of) => {
                format!("struct {{ {}; uint8_t present; }} {name}", self.error_field(of, "value"))
            }
        }
    }

    /// Returns the header of a message's columns, if it has columns.
    fn columns(&self, message: &'a Message) -> Option<CColumns<'a>> {
        let symbols = &message.columns.as_ref()?.symbols;
        let mut scope = Scope::new(&self.constants);
        for own in ["len", "capacity", "fixed_", "seal_"] {
            scope.name(own);
        }
        let members = message.fields.iter().zip(0..).map(|(field, before)| {
            let name = scope.name(&field.item.name);
            // C binds dimensions closer than the star.
            let pointer = match field.ty {
                Type::Array { .. } => format!("(*{name})"),
                _ => format!("*{name}"),
            };
            CMember {
                doc: item_comment(&field.item, "    "),
                declaration: self.declaration(&field.ty, &pointer),
                name,
                offset: before,
            }
        });
        let (name, members) = (columns_name(message), members.collect());
        let fingerprint = message.fingerprint;
        Some(CColumns { name, message: type_name(&message.item), fingerprint, members, symbols })
    }

    fn message(&self, message: &Message) -> CStruct {
        let mut scope = Scope::new(&self.constants);
        let natural = message.fields.iter().map(|field| self.model.layout(&field.ty).align).max();
        let raised = natural.is_some_and(|natural| natural < message.align);
        let mut members: Vec<_> = message
            .fields
            .iter()
            .map(|field| {
                let name = scope.name(&field.item.name);
                CMember {
                    doc: item_comment(&field.item, "    "),
                    declaration: self.declaration(&field.ty, &name),
                    name,
                    offset: field.offset,
                }
            })
            .collect();
        if let Some(first) = members.first_mut().filter(|_| raised) {
            first.declaration = format!("FFI_ALIGNAS({}) {}", message.align, first.declaration);
        }
        CStruct {
            doc: item_comment(&message.item, ""),
            name: type_name(&message.item),
            alias: None,
            size: message.size,
            align: message.align,
            members,
            constants: Vec::new(),
            fingerprint: Some(message.fingerprint),
        }
    }

    fn oneof(&self, oneof: &Oneof) -> CStruct {
        let mut scope = Scope::new(&self.constants);
        let with_data = oneof.cases.iter().filter_map(|case| Some((case, case.ty.as_ref()?)));
        let members = with_data.map(|(case, ty)| {
            let name = scope.name(&case.item.name.to_snake_case());
            format!("{}        {};\n", item_comment(&case.item, "        "), self.declaration(ty, &name))
        });
        let constants = oneof.cases.iter().zip(0..).map(|(case, tag): (_, u32)| CConstant {
            doc: item_comment(&case.item, ""),
            name: tag_name(oneof, case),
            value: tag.to_string(),
        });
        let union = format!("union {{\n{}    }} payload", members.collect::<String>());
        CStruct {
            doc: item_comment(&oneof.item, ""),
            name: type_name(&oneof.item),
            alias: None,
            size: oneof.size,
            align: oneof.align,
            members: vec![member("uint32_t tag".into(), "tag", 0), member(union, "payload", oneof.payload)],
            constants: constants.collect(),
            fingerprint: Some(oneof.fingerprint),
        }
    }

    /// Defines a newtype, or the struct of a type that comes from `ffi-core`, unless it is defined
    /// already.
    fn container(&mut self, ty: &'a Type) {
        if let Type::Newtype { index, .. } = ty {
            self.newtype(self.model.newtype(*index));
            return;
        }
        if self.containers.iter().any(|(known, _)| same(known, ty)) {
            return;
        }
        let Layout { size, align } = self.model.layout(ty);
        let members = match ty {
            Type::Ref(_) => vec![
                member("uint32_t index_plus_one".into(), "index_plus_one", 0),
                member("uint32_t generation".into(), "generation", 4),
            ],
            Type::Logical(it) => logical_members(it, self.model),
            other => match other.held() {
                Some(held) => self.members(&held),
                None => return,
            },
        };
        let mut name = self.part(ty);
        // The name of a logical type is kept for it.
        while !matches!(ty, Type::Logical(_)) && !self.taken.insert(name.clone()) {
            name.push('_');
        }
        self.containers.push((ty, name.clone()));
        let (doc, alias, constants, fingerprint) = (String::new(), None, Vec::new(), None);
        self.all.push(CStruct { doc, name, alias, size, align, members, constants, fingerprint });
    }

    /// Returns the members of the struct of a type.
    fn members(&self, held: &Held<'_, Type>) -> Vec<CMember> {
        let cap = held.cap.unwrap_or_default();
        let (_, offsets) =
            held.layout(|part| Some(self.model.layout(part))).expect("the model has checked it");
        let declared = |name: &str| match held.parts {
            [Some(key), Some(value)] => {
                let [key, value] = [self.declaration(key, "key"), self.declaration(value, "value")];
                format!("struct {{\n        {key};\n        {value};\n    }} {name}")
            }
            [part, _] => part.map_or_else(String::new, |part| self.declaration(part, name)),
        };
        let members = held.holder.members.iter().zip(offsets);
        let members = members.map(|(it, offset)| match it {
            Member::Word(name) => member(format!("uint32_t {name}"), name, offset),
            Member::Byte(name) => member(format!("uint8_t {name}"), name, offset),
            Member::Bytes(name) => member(format!("uint8_t {name}[{cap}]"), name, offset),
            Member::Item(name) => member(declared(name), name, offset),
            Member::Items(name) => member(declared(&format!("{name}[{cap}]")), name, offset),
        });
        members.collect()
    }

    /// Returns the part of a container's name that stands for `ty`.
    fn part(&self, ty: &Type) -> String {
        match ty {
            Type::Scalar(it) => scalar(*it).to_owned(),
            Type::Message(index) => message_name(self.model, *index),
            Type::Enum(index) | Type::Open(index) => enum_name(self.model, *index),
            Type::Oneof(index) => oneof_name(self.model, *index),
            Type::Array { of, len } => format!("{}_x{len}", self.part(of)),
            Type::Ref(_) => "FfiRef".to_owned(),
            Type::Newtype { index, .. } => type_name(&self.model.newtype(*index).item),
            Type::Logical(it) => it.rust.to_owned(),
            holder => {
                let held = holder.held().expect("all other types hold something");
                held.identifier(|part| self.part(part))
            }
        }
    }

    /// Returns `T name[outer][inner]`, as C writes the dimensions after the name.
    fn declaration(&self, ty: &Type, name: &str) -> String {
        match ty {
            Type::Array { of, len } => self.declaration(of, &format!("{name}[{len}]")),
            Type::Scalar(_)
            | Type::Message(_)
            | Type::Enum(_)
            | Type::Open(_)
            | Type::Oneof(_)
            | Type::Newtype { .. } => {
                format!("{} {name}", self.part(ty))
            }
            _ => {
                let known = self.containers.iter().find(|(known, _)| same(known, ty));
                format!("{} {name}", known.expect("containers are defined before they are used").1)
            }
        }
    }
}

/// Returns the members of the struct of a logical type.
fn logical_members(logical: &Logical, model: &Model) -> Vec<CMember> {
    let (_, offsets) = logical.layout(model.wide_align);
    let member = |(field, offset): (&crate::logical::Field, u64)| {
        let count = field.count.map_or_else(String::new, |count| format!("[{count}]"));
        member(format!("{} {}{count}", scalar(field.scalar), field.name), field.name, offset)
    };
    logical.fields.iter().zip(offsets).map(member).collect()
}

/// Returns true if one struct serves both types, as all references have one layout.
fn same(one: &Type, other: &Type) -> bool {
    match (one, other) {
        (Type::Ref(_), Type::Ref(_)) => true,
        (Type::Enum(index) | Type::Open(index), Type::Enum(other) | Type::Open(other)) => index == other,
        (Type::Array { of, len }, Type::Array { of: other, len: other_len }) => {
            len == other_len && same(of, other)
        }
        _ => match (one.held(), other.held()) {
            (Some(one), Some(other)) => {
                std::ptr::eq(one.holder, other.holder)
                    && one.cap == other.cap
                    && one.parts().zip(other.parts()).all(|(one, other)| same(one, other))
            }
            _ => one == other,
        },
    }
}

fn member(declaration: String, name: &str, offset: u64) -> CMember {
    CMember { doc: String::new(), declaration, name: name.to_owned(), offset }
}

fn fingerprints(model: &Model) -> Vec<CFingerprint> {
    let messages = model.messages.iter().map(|it| (&it.fingerprint_symbol, it.fingerprint));
    let enums = model.enums.iter().map(|it| (&it.fingerprint_symbol, it.fingerprint));
    let oneofs = model.oneofs.iter().map(|it| (&it.fingerprint_symbol, it.fingerprint));
    let newtypes = model.newtypes.iter().map(|it| (&it.fingerprint_symbol, it.fingerprint));
    let functions = model.functions.iter().map(|it| (&it.fingerprint_symbol, it.fingerprint));
    let queues = model.queues.iter().map(|it| (&it.symbols.fingerprint, it.fingerprint));
    let errors = model.errors.iter().map(|it| (&it.fingerprint_symbol, it.fingerprint));
    let objects = model.objects.iter().map(|it| (&it.symbols.fingerprint, it.fingerprint));
    messages
        .chain(enums)
        .chain(errors)
        .chain(oneofs)
        .chain(newtypes)
        .chain(functions)
        .chain(queues)
        .chain(objects)
        .map(|(symbol, value)| CFingerprint { symbol: symbol.clone(), value: value.to_string() })
        .collect()
}

fn function(model: &Model, function: &Function, constants: &HashSet<String>) -> CFunction {
    let mut scope = Scope::new(constants);
    let status = format!("FfiStatus *{}", scope.name("status"));
    let mut params = Vec::with_capacity(function.params.len() + 2);
    if let Some(of) = function.receiver() {
        params.push(format!("{} {}", object_name(model, of), scope.name("self")));
    }
    for param in &function.params {
        let name = scope.name(&param.name);
        match &param.passing {
            // Rust copies it before the function runs; see `ffi_core::boundary`.
            Passing::Value(it) if model.is_struct(*it) => {
                params.push(pointer(model, *it, false, &name));
            }
            Passing::Value(it) => params.push(format!("{} {name}", value(model, *it))),
            Passing::Reference { to, mutable } => params.push(pointer(model, *to, *mutable, &name)),
            Passing::Columns { of, mutable } => {
                let qualifier = if *mutable { "" } else { "const " };
                params.push(format!("{qualifier}{} *{name}", columns_name(model.message(*of))));
            }
            Passing::Arena { of, lending } => {
                let is_read = matches!(lending, Lending::Shared | Lending::Frozen);
                let qualifier = if is_read { "const " } else { "" };
                params.push(format!("{qualifier}{} *{name}", arena_name(model.message(*of))));
            }
            Passing::Pool(message) => params.push(pointer(model, Value::Message(*message), true, &name)),
            Passing::Object(of) => params.push(format!("{} {name}", object_name(model, *of))),
            Passing::Moved(_) => params.push(format!("FfiGiven *{name}")),
            Passing::Slice { of, mutable } => {
                params.push(pointer(model, *of, *mutable, &name));
                params.push(format!("size_t {}", scope.name(&format!("{}_len", param.name))));
            }
            Passing::Callback(DartFunction { arguments, answer, .. }) => {
                let arguments = match arguments.as_slice() {
                    [Returns::Value(only)] => pointer(model, *only, false, "argument"),
                    [] => "const void *none".to_owned(),
                    // A pointer to each.
                    _ => "const void *const *arguments".to_owned(),
                };
                let result = match answer {
                    Some(Returns::Value(it)) => pointer(model, *it, true, "result"),
                    Some(_) => "FfiCallbackText *result".to_owned(),
                    None => "void *result".to_owned(),
                };
                params.push(format!(
                    "uint8_t (*{name})(void *context, {arguments}, {result}, FfiCallbackError *error)"
                ));
                params.push(format!("void *{}", scope.name(&format!("{}_context", param.name))));
            }
            Passing::CText => params.push(format!("const char *{name}")),
            // Only Dart has objects and functions that are kept.
            Passing::Listener(_) => {}
            // Not in C, as the results of such functions.
            Passing::Input(_) => params.push(format!("uint64_t {name}")),
            Passing::Text => {
                params.push(format!("const uint8_t *{name}"));
                params.push(format!("size_t {}", scope.name(&format!("{}_len", param.name))));
            }
        }
        if param.optional {
            params.push(format!("uint8_t {}", scope.name(&format!("{}_present", param.name))));
        }
    }
    params.push(status);
    let mut item = function.item.clone();
    if let Some(error) = function.error.map(|it| model.error(it)) {
        let more = match &*error.variants {
            [only] if error.is_struct => {
                format!("Its error has the payload `{}`.", error_struct(error, only))
            }
            _ => format!("`detail` of its error is a `{}_..`.", type_name(&error.item)),
        };
        item.doc += if item.doc.is_empty() { "" } else { "\n\n" };
        item.doc += &more;
    }
    CFunction {
        doc: item_comment(&item, ""),
        returns: match function.returns {
            None => "void".to_owned(),
            Some(Returns::Value(it)) => value(model, it),
            Some(Returns::Text | Returns::Vec(_)) => "FfiOwned *".to_owned(),
            Some(Returns::Columns(message)) => format!("{} *", columns_name(model.message(message))),
            Some(Returns::Arena(message)) => format!("{} *", arena_name(model.message(message))),
            Some(Returns::Object(of)) => object_name(model, of),
            Some(Returns::Pool(message)) => format!("{} *", message_name(model, message)),
        },
        symbol: function.symbol.clone(),
        params: params.join(", "),
    }
}

fn pointer(model: &Model, to: Value, mutable: bool, name: &str) -> String {
    let qualifier = if mutable { "" } else { "const " };
    format!("{qualifier}{} *{name}", value(model, to))
}

fn value(model: &Model, value: Value) -> String {
    match value {
        Value::Scalar(it) => scalar(it).to_owned(),
        Value::Message(index) => message_name(model, index),
        Value::Enum(index) | Value::Open(index) => enum_name(model, index),
        Value::Oneof(index) => oneof_name(model, index),
        Value::Newtype(index) => type_name(&model.newtype(index).item),
        Value::Logical(it) => it.rust.to_owned(),
    }
}

fn message_name(model: &Model, index: MessageIndex) -> String {
    type_name(&model.message(index).item)
}

fn object_name(model: &Model, index: ObjectIndex) -> String {
    type_name(&model.object(index).item)
}

fn columns_name(message: &Message) -> String {
    format!("{}Columns", message.item.rename.as_ref().unwrap_or(&message.item.name))
}

fn arena_name(message: &Message) -> String {
    format!("{}Arena", message.item.rename.as_ref().unwrap_or(&message.item.name))
}

/// Returns the name of the function for the handle `field` of `message`.
fn getter_name(message: &str, field: &str) -> String {
    format!("{message}_{}", field.trim_end_matches('_'))
}

fn enum_name(model: &Model, index: EnumIndex) -> String {
    type_name(&model.enumeration(index).item)
}

fn oneof_name(model: &Model, index: OneofIndex) -> String {
    type_name(&model.oneof(index).item)
}

/// Returns the struct at the start of a variant's payload.
fn error_struct(error: &ErrorType, variant: &ErrorVariant) -> String {
    let name = type_name(&error.item);
    if error.is_struct { name } else { format!("{name}{}", variant.item.name) }
}

/// Returns the constant that is a variant's number.
fn error_number(error: &ErrorType, variant: &ErrorVariant) -> String {
    unreserved(&format!("{}_{}", type_name(&error.item), variant.item.name))
}

fn tag_name(oneof: &Oneof, case: &Case) -> String {
    unreserved(&format!("{}_{}", type_name(&oneof.item), case.item.name))
}

fn type_name(item: &Item) -> String {
    unreserved(item.rename.as_ref().unwrap_or(&item.name))
}

fn constant_name(enumeration: &Enum, variant: &Variant) -> String {
    unreserved(&format!("{}_{}", type_name(&enumeration.item), variant.item.name))
}

fn scalar(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Bool => "bool",
        Scalar::I8 => "int8_t",
        Scalar::I16 => "int16_t",
        Scalar::I32 => "int32_t",
        Scalar::I64 => "int64_t",
        Scalar::U8 => "uint8_t",
        Scalar::U16 => "uint16_t",
        Scalar::U32 => "uint32_t",
        Scalar::U64 => "uint64_t",
        Scalar::F32 => "float",
        Scalar::F64 => "double",
    }
}

/// Returns a constant expression of the value, which may follow a cast.
fn literal(repr: Scalar, value: i128) -> String {
    match repr {
        Scalar::U64 => format!("UINT64_C({value})"),
        // C has no negative literals, only negated ones, and the positive number would not fit
        // `int64_t`.
        Scalar::I64 if value == i64::MIN.into() => format!("(-INT64_C({}) - 1)", i64::MAX),
        Scalar::I64 if value < 0 => format!("-INT64_C({})", -value),
        Scalar::I64 => format!("INT64_C({value})"),
        _ => value.to_string(),
    }
}

/// Returns the item's docs and deprecation with a line break at the end, or an empty string if it
/// has neither.
fn item_comment(item: &Item, indent: &str) -> String {
    let mut text = item.doc.clone();
    if let Some(note) = &item.deprecated {
        if !text.is_empty() {
            text += "\n\n";
        }
        text += if note.is_empty() { "Deprecated." } else { "Deprecated: " };
        text += note;
    }
    c_comment(indent, &text)
}

/// Names within one struct or parameter list.
struct Scope<'a> {
    taken: HashSet<String>,
    /// Constants of the header, which are macros.
    constants: &'a HashSet<String>,
}

impl<'a> Scope<'a> {
    fn new(constants: &'a HashSet<String>) -> Self {
        Self { taken: HashSet::new(), constants }
    }

    /// Returns `name` with as many underscores as make it new and neither a keyword nor a macro. A
    /// name in capitals gets one as well: it may be a macro of any header, and is seldom the name
    /// of a field.
    fn name(&mut self, name: &str) -> String {
        let capitals = name.contains(char::is_uppercase) && !name.contains(char::is_lowercase);
        let mut name = if capitals { format!("{name}_") } else { unreserved(name) };
        while self.constants.contains(&name) || !self.taken.insert(name.clone()) {
            name.push('_');
        }
        name
    }
}

/// Returns the names of all constants.
fn constants(model: &Model) -> HashSet<String> {
    let variants =
        model.enums.iter().flat_map(|it| it.variants.iter().map(|variant| constant_name(it, variant)));
    let cases = model.oneofs.iter().flat_map(|it| it.cases.iter().map(|case| tag_name(it, case)));
    let errors =
        model.errors.iter().flat_map(|it| it.variants.iter().map(|variant| error_number(it, variant)));
    variants.chain(cases).chain(errors).collect()
}

/// Checks that types, constants and symbols have different names, as they share one name space.
fn check_names(model: &Model) -> Result<(), Problems> {
    let mut owners: HashMap<String, String> = HashMap::new();
    let mut problems = Vec::new();
    claims(model, |name, item| {
        if let Some(other) = owners.get(&name) {
            problems.push(Problem {
                what: format!("its name in C, `{name}`, is that of {other}"),
                item,
                fix: "give one of the two `#[ffi(rename = \"..\")]`".to_owned(),
            });
        } else {
            owners.insert(name, item);
        }
    });
    if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
}

/// Returns the names that containers must not have.
fn names(model: &Model) -> HashSet<String> {
    let mut names = HashSet::new();
    claims(model, |name, _| {
        names.insert(name);
    });
    names
}

/// Names that every header defines.
const HEADER_NAMES: &[&str] = &[
    "FfiArenaParts",
    "ffi_arena_text",
    "ffi_arena_at",
    "FfiGiven",
    "FfiOwned",
    "FfiPlace",
    "FfiSpan",
    "FfiPoolStats",
    "FfiStatus",
    "FFI_STATUS_DEFINED",
    "FFI_STATIC_ASSERT",
    "FFI_ALIGNOF",
    "FFI_ALIGNAS",
];

/// Calls `claim` with each name in the header that a record chose, and its owner.
fn claims(model: &Model, mut claim: impl FnMut(String, String)) {
    let library = &model.library;
    for name in HEADER_NAMES {
        claim((*name).to_owned(), "the header itself".to_owned());
    }
    for logical in Logical::all() {
        claim(logical.rust.to_owned(), "the type of `ffi-core`".to_owned());
    }
    for symbol in library.symbols.all() {
        claim(symbol.clone(), format!("library {}", library.name));
    }
    for queue in &model.queues {
        for symbol in queue.symbols.all() {
            claim(symbol.clone(), format!("queue {}", queue.item.name));
        }
    }
    let flags = model.flags.iter().map(|it| (&it.item.name, &it.symbols));
    for (name, symbols) in flags.chain(model.health.iter().map(|it| (&it.item.name, &it.symbols))) {
        for symbol in symbols.all() {
            claim(symbol.clone(), format!("flag or health check {name}"));
        }
    }
    for function in &model.functions {
        claim(function.symbol.clone(), format!("function {}", function.symbol));
        claim(function.fingerprint_symbol.clone(), format!("function {}", function.symbol));
    }
    for message in &model.messages {
        claim(type_name(&message.item), format!("message {}", message.id));
        claim(message.fingerprint_symbol.clone(), format!("message {}", message.id));
        for symbol in message.pool.iter().flat_map(|pool| pool.symbols.all()) {
            claim(symbol.clone(), format!("message {}, its pool", message.id));
        }
        if let Some(columns) = &message.columns {
            claim(columns_name(message), format!("message {}, its columns", message.id));
            for symbol in columns.symbols.all() {
                claim(symbol.clone(), format!("message {}, its columns", message.id));
            }
        }
        if let Some(arena) = &message.arena {
            let owner = format!("message {}, its arenas", message.id);
            claim(arena_name(message), owner.clone());
            for symbol in arena.symbols.all() {
                claim(symbol.clone(), owner.clone());
            }
            let own = type_name(&message.item);
            let fields = message.fields.iter().map(|field| &*field.item.name);
            for field in fields.chain(["root"]) {
                claim(getter_name(&own, field), owner.clone());
            }
        }
        if let Some(simd) = &message.simd {
            claim(simd.symbol.clone(), format!("message {}, its kernels", message.id));
        }
        for symbol in
            message.proto.iter().flat_map(|it| [&it.encode, &it.decode].into_iter().chain(&it.release))
        {
            claim(symbol.clone(), format!("message {}, as protobuf", message.id));
        }
    }
    for oneof in &model.oneofs {
        claim(type_name(&oneof.item), format!("oneof {}", oneof.id));
        claim(oneof.fingerprint_symbol.clone(), format!("oneof {}", oneof.id));
        for case in &oneof.cases {
            claim(tag_name(oneof, case), format!("oneof {}, case {}", oneof.id, case.item.name));
        }
        // What is followed by a function of the header, as a handle in an arena is.
        let followed = |ty: &Type| ty.held().is_some_and(|it| it.holder.elsewhere);
        for case in oneof.cases.iter().filter(|it| it.ty.as_ref().is_some_and(followed)) {
            let name = getter_name(&type_name(&oneof.item), &case.item.name.to_snake_case());
            claim(name, format!("oneof {}, case {}", oneof.id, case.item.name));
        }
    }
    for newtype in &model.newtypes {
        claim(type_name(&newtype.item), format!("newtype {}", newtype.id));
        claim(newtype.fingerprint_symbol.clone(), format!("newtype {}", newtype.id));
    }
    for object in &model.objects {
        claim(type_name(&object.item), format!("object {}", object.id));
        for symbol in object.symbols.all() {
            claim(symbol.clone(), format!("object {}", object.id));
        }
    }
    for error in &model.errors {
        claim(error.fingerprint_symbol.clone(), format!("error {}", error.id));
        for variant in &error.variants {
            let item = format!("error {}, variant {}", error.id, variant.item.name);
            claim(error_struct(error, variant), item.clone());
            if !error.is_struct {
                claim(error_number(error, variant), item);
            }
        }
    }
    for enumeration in &model.enums {
        claim(type_name(&enumeration.item), format!("enum {}", enumeration.id));
        claim(enumeration.fingerprint_symbol.clone(), format!("enum {}", enumeration.id));
        for variant in &enumeration.variants {
            let item = format!("enum {}, variant {}", enumeration.id, variant.item.name);
            claim(constant_name(enumeration, variant), item);
        }
    }
}

fn unreserved(name: &str) -> String {
    if RESERVED.contains(name) { format!("{name}_") } else { name.to_owned() }
}

/// Words that cannot be a name: keywords, and macros of headers that may be included before this
/// one.
static RESERVED: LazyLock<HashSet<&str>> =
    LazyLock::new(|| KEYWORDS.split_whitespace().chain(MACROS.split_whitespace()).collect());

/// Keywords of C11 to C23 and C++11 to C++20, and types of the headers that this one includes.
const KEYWORDS: &str = "
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t
    class co_await co_return co_yield compl concept const const_cast consteval constexpr constinit continue
    decltype default delete do double dynamic_cast else enum explicit export extern false float for friend
    goto if inline int long mutable namespace new noexcept not not_eq nullptr operator or or_eq private
    protected public register reinterpret_cast requires restrict return short signed sizeof static
    static_assert static_cast struct switch template this thread_local throw true try typedef typeid
    typename typeof typeof_unqual union unsigned using virtual void volatile wchar_t while xor xor_eq
    int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t intptr_t uintptr_t intmax_t uintmax_t
    size_t ptrdiff_t max_align_t nullptr_t NULL offsetof unreachable
";

/// Macros without parameters of all headers of C11 and C23 (`gcc -dM -E`), the lower-case ones of
/// POSIX and Windows, and the upper-case types of both.
const MACROS: &str = include_str!("../templates/c/macros.txt");
