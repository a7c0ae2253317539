//! Records to a [`Model`].
//!
//! Records come from a file that anything may have happened to. So this believes none of them: names
//! must be identifiers, layouts must be possible, and every fingerprint is computed again from the facts
//! beside it, which catches bytes flipped after the build. All problems are reported, not only the first.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use ffi_core::boundary::ABI_VERSION;
use ffi_core::schema::fingerprint;
use ffi_core::schema::read::{self, Pass, Record};

use super::{
    Enum, EnumIndex, Field, Fingerprint, Function, Item, Library, Message, MessageIndex, Model, Param,
    Passing, Problem, Problems, Scalar, Type, TypeId, Value, Variant, scalar_name, scalar_size,
};

const REBUILD: &str = "the library is damaged or was changed after it was built: rebuild it";

/// Resolves and checks the records of one library.
///
/// # Errors
///
/// Every [`Problem`] of the records, at once.
pub fn resolve(records: Vec<Record>) -> Result<Model, Problems> {
    let mut problems = Reports::default();
    let sorted = Sorted::new(records, &mut problems);
    check_library(&sorted.libraries, &mut problems);
    check_symbols(&sorted, &mut problems);
    check_recursion(&sorted.messages, &mut problems);
    problems.stop()?;

    let mut resolver = Resolver::new(&sorted, problems);
    let enums = sorted.enums.values().map(|it| resolver.enumeration(it)).collect();
    let messages = sorted.messages.values().map(|it| resolver.message(it)).collect();
    let functions = sorted.functions.values().map(|it| resolver.function(it)).collect();
    resolver.problems.stop()?;

    let library = sorted.libraries.into_iter().next();
    Ok(Model { library: library.expect("check_library left exactly one"), messages, enums, functions })
}

/// Problems so far.
#[derive(Default)]
struct Reports(Vec<Problem>);

impl Reports {
    fn add(&mut self, item: impl Into<String>, what: impl Into<String>, fix: impl Into<String>) {
        self.0.push(Problem { item: item.into(), what: what.into(), fix: fix.into() });
    }

    fn stop(&mut self) -> Result<(), Problems> {
        match std::mem::take(&mut self.0) {
            none if none.is_empty() => Ok(()),
            some => Err(Problems(some)),
        }
    }
}

/// Records by kind and key: identical ones merged, different ones of one key reported.
#[derive(Default)]
struct Sorted {
    libraries: Vec<Library>,
    messages: BTreeMap<TypeId, read::Message>,
    enums: BTreeMap<TypeId, read::Enum>,
    functions: BTreeMap<String, read::Function>,
}

impl Sorted {
    fn new(records: Vec<Record>, problems: &mut Reports) -> Self {
        let mut sorted = Self::default();
        for record in records {
            match record {
                Record::Library(library) if sorted.libraries.contains(&library) => {}
                Record::Library(library) => sorted.libraries.push(library),
                Record::Message(it) => insert(&mut sorted.messages, it.id.clone(), it, "message", problems),
                Record::Enum(it) => insert(&mut sorted.enums, it.id.clone(), it, "enum", problems),
                Record::Function(it) => {
                    insert(&mut sorted.functions, it.symbol.clone(), it, "function", problems);
                }
            }
        }
        sorted
    }
}

fn insert<K: Ord + std::fmt::Display, V: PartialEq>(
    into: &mut BTreeMap<K, V>,
    key: K,
    value: V,
    kind: &str,
    problems: &mut Reports,
) {
    match into.entry(key) {
        Entry::Vacant(entry) => {
            entry.insert(value);
        }
        Entry::Occupied(entry) if *entry.get() == value => {}
        Entry::Occupied(entry) => problems.add(
            format!("{kind} {}", entry.key()),
            "two different records have this name",
            "the library links two versions of one crate, or files of two builds: keep one, and rebuild",
        ),
    }
}

fn check_library(libraries: &[Library], problems: &mut Reports) {
    match libraries {
        [] => problems.add(
            "library",
            "there is no library record",
            "add `ffi_core::library!();` to the root of the cdylib crate, and read the cdylib, not a dependency of it",
        ),
        [library] => {
            if library.abi > ABI_VERSION {
                problems.add(
                    format!("library {}", library.name),
                    format!("it has calling convention {}, this ffi-dart-emit knows {ABI_VERSION}", library.abi),
                    "update ffi-dart-emit to the version of the library's ffi-core",
                );
            } else if library.abi < ABI_VERSION {
                problems.add(
                    format!("library {}", library.name),
                    format!("it has calling convention {}, this ffi-dart-emit writes {ABI_VERSION}", library.abi),
                    "update the library's ffi-core to the version of ffi-dart-emit",
                );
            }
            if !is_identifier(&library.name) {
                problems.add("library", format!("`{}` is not a crate name", library.name.escape_debug()), REBUILD);
            }
            if !is_version(&library.version) {
                let version = library.version.escape_debug();
                problems.add("library", format!("`{version}` is not a version"), REBUILD);
            }
        }
        several => {
            let names: Vec<_> = several.iter().map(|library| format!("`{}`", library.name)).collect();
            problems.add(
                "library",
                format!("there are {} library records: {}", names.len(), names.join(", ")),
                "call `ffi_core::library!()` in the cdylib crate alone, not in the crates it depends on",
            );
        }
    }
}

/// Symbols are C identifiers, and no two items share one.
fn check_symbols(sorted: &Sorted, problems: &mut Reports) {
    let mut owners = HashMap::new();
    let mut check = |owner: String, symbol: &str, problems: &mut Reports| {
        let c_identifier = is_identifier(symbol) && symbol.is_ascii();
        if !c_identifier {
            problems.add(&owner, format!("`{}` is not a symbol", symbol.escape_debug()), REBUILD);
        }
        if let Some(other) = owners.insert(symbol.to_owned(), owner.clone()) {
            problems.add(
                owner,
                format!("it shares the symbol `{symbol}` with {other}"),
                "rename one of the two, or give one `#[ffi(prefix = \"..\")]`",
            );
        }
    };
    for library in &sorted.libraries {
        let symbols = &library.symbols;
        for symbol in [&symbols.abi_version, &symbols.status_clear, &symbols.alloc, &symbols.free] {
            check(format!("library {}", library.name), symbol, problems);
        }
    }
    for message in sorted.messages.values() {
        check(format!("message {}", message.id), &message.symbols.fingerprint, problems);
    }
    for enumeration in sorted.enums.values() {
        check(format!("enum {}", enumeration.id), &enumeration.symbols.fingerprint, problems);
    }
    for function in sorted.functions.values() {
        check(format!("function {}", function.symbol), &function.symbol, problems);
        check(format!("function {}", function.symbol), &function.fingerprint_symbol, problems);
    }
}

/// No message holds itself, directly or through others: such a layout can't exist.
fn check_recursion(messages: &BTreeMap<TypeId, read::Message>, problems: &mut Reports) {
    fn held(ty: &read::Type) -> Option<&TypeId> {
        match ty {
            read::Type::Array { of, .. } => held(of),
            read::Type::Message(id) => Some(id),
            read::Type::Enum(_) | read::Type::Scalar(_) => None,
        }
    }
    // Messages known to hold no cycle; a worklist instead of recursion, as the nesting is not to be trusted.
    let mut finished = HashSet::new();
    for start in messages.keys() {
        let mut path = vec![(start, 0)];
        let mut open = HashSet::from([start]);
        while let Some((id, next)) = path.pop() {
            let Some(field) = messages.get(id).and_then(|message| message.fields.get(next)) else {
                open.remove(id);
                finished.insert(id);
                continue;
            };
            path.push((id, next + 1));
            let Some(inner) = held(&field.ty).filter(|inner| !finished.contains(inner)) else {
                continue;
            };
            if open.insert(inner) {
                path.push((inner, 0));
            } else {
                problems.add(
                    format!("message {id}, field {}", field.item.name),
                    format!("`{inner}` holds itself"),
                    REBUILD,
                );
                return;
            }
        }
    }
}

struct Resolver<'a> {
    sorted: &'a Sorted,
    messages: HashMap<&'a TypeId, MessageIndex>,
    enums: HashMap<&'a TypeId, EnumIndex>,
    problems: Reports,
}

/// What the record of a type says of it.
struct Facts {
    size: u64,
    fingerprint: u64,
}

/// Stands for a type that has been reported: the model is never handed out with it.
const REPORTED: (Type, Facts) = (Type::Scalar(Scalar::U8), Facts { size: 0, fingerprint: 0 });

impl<'a> Resolver<'a> {
    fn new(sorted: &'a Sorted, problems: Reports) -> Self {
        Self {
            sorted,
            messages: sorted.messages.keys().zip((0..).map(MessageIndex)).collect(),
            enums: sorted.enums.keys().zip((0..).map(EnumIndex)).collect(),
            problems,
        }
    }

    fn ty(&mut self, item: &str, ty: &read::Type) -> (Type, Facts) {
        match ty {
            read::Type::Scalar(scalar) => (
                Type::Scalar(*scalar),
                Facts { size: scalar_size(*scalar), fingerprint: fingerprint::scalar(scalar_name(*scalar)) },
            ),
            read::Type::Array { of, len } => {
                let (of, facts) = self.ty(item, of);
                let Some(size) = facts.size.checked_mul(*len).filter(|_| *len > 0) else {
                    self.problems.add(item, format!("an array of {len} elements is not possible"), REBUILD);
                    return REPORTED;
                };
                let fingerprint = fingerprint::array(facts.fingerprint, *len);
                (Type::Array { of: Box::new(of), len: *len }, Facts { size, fingerprint })
            }
            read::Type::Message(id) => match self.messages.get(id) {
                Some(index) => {
                    let record = &self.sorted.messages[id];
                    (Type::Message(*index), Facts { size: record.size, fingerprint: record.fingerprint.0 })
                }
                None => self.unresolved(item, id),
            },
            read::Type::Enum(id) => match self.enums.get(id) {
                Some(index) => {
                    let record = &self.sorted.enums[id];
                    let size = scalar_size(record.repr);
                    (Type::Enum(*index), Facts { size, fingerprint: record.fingerprint.0 })
                }
                None => self.unresolved(item, id),
            },
        }
    }

    fn unresolved(&mut self, item: &str, id: &TypeId) -> (Type, Facts) {
        self.problems.add(
            item,
            format!("there is no record of its type `{id}`"),
            "read the linked cdylib: an rlib or object file holds the records of one crate alone",
        );
        REPORTED
    }

    fn enumeration(&mut self, record: &read::Enum) -> Enum {
        let item = format!("enum {}", record.id);
        self.names(&item, &record.id, &record.item);
        if matches!(record.repr, Scalar::Bool | Scalar::F32 | Scalar::F64) {
            let name = scalar_name(record.repr);
            self.problems.add(&item, format!("`{name}` can't be its repr"), REBUILD);
        }
        let mut values = HashSet::new();
        let mut facts = vec![
            fingerprint::ENUM,
            fingerprint::hash_name(&record.item.name),
            fingerprint::scalar(scalar_name(record.repr)),
        ];
        for variant in &record.variants {
            self.item(&item, &variant.item);
            if !fits(record.repr, variant.value) {
                let repr = scalar_name(record.repr);
                self.problems.add(
                    &item,
                    format!("its repr `{repr}` has no value {}", variant.value),
                    REBUILD,
                );
            }
            if !values.insert(variant.value) {
                self.problems.add(&item, format!("two variants have the value {}", variant.value), REBUILD);
            }
            facts.extend([fingerprint::hash_name(&variant.item.name), variant.value.cast_unsigned()]);
        }
        if !values.contains(&0) {
            self.problems.add(&item, "no variant has the value 0", REBUILD);
        }
        self.fingerprint(&item, &facts, record.fingerprint);
        Enum {
            id: record.id.clone(),
            item: record.item.clone(),
            repr: record.repr,
            fingerprint: record.fingerprint,
            fingerprint_symbol: record.symbols.fingerprint.clone(),
            variants: record
                .variants
                .iter()
                .map(|variant| Variant { item: variant.item.clone(), value: variant.value })
                .collect(),
        }
    }

    fn message(&mut self, record: &read::Message) -> Message {
        let item = format!("message {}", record.id);
        self.names(&item, &record.id, &record.item);
        if !record.align.is_power_of_two() || record.size == 0 || !record.size.is_multiple_of(record.align) {
            self.problems.add(
                &item,
                format!("size {} with alignment {} is not possible", record.size, record.align),
                REBUILD,
            );
        }
        let mut facts =
            vec![fingerprint::MESSAGE, fingerprint::hash_name(&record.item.name), record.size, record.align];
        let mut fields: Vec<Field> = Vec::with_capacity(record.fields.len());
        let mut end = 0;
        for field in &record.fields {
            let item = format!("{item}, field {}", field.item.name);
            self.item(&item, &field.item);
            let (ty, Facts { size, fingerprint }) = self.ty(&item, &field.ty);
            facts.extend([fingerprint::hash_name(&field.item.name), field.offset, fingerprint]);
            let behind = field.offset.checked_add(size).filter(|behind| *behind <= record.size);
            match behind {
                Some(behind) if field.offset >= end => {
                    if let Some(before) = fields.last_mut() {
                        before.padding = field.offset - end;
                    }
                    end = behind;
                }
                _ => self.problems.add(
                    &item,
                    format!("{size} bytes at offset {} are not possible", field.offset),
                    REBUILD,
                ),
            }
            fields.push(Field {
                item: field.item.clone(),
                offset: field.offset,
                size,
                padding: 0,
                ty,
                tag: field.tag,
            });
        }
        match fields.last_mut() {
            Some(last) => last.padding = record.size - end.min(record.size),
            None => self.problems.add(&item, "it has no fields", REBUILD),
        }
        self.fingerprint(&item, &facts, record.fingerprint);
        Message {
            id: record.id.clone(),
            item: record.item.clone(),
            size: record.size,
            align: record.align,
            fingerprint: record.fingerprint,
            fingerprint_symbol: record.symbols.fingerprint.clone(),
            fields,
            reserved: record.reserved.clone(),
        }
    }

    fn function(&mut self, record: &read::Function) -> Function {
        let item = format!("function {}", record.symbol);
        self.item(&item, &record.item);
        let returns = record.returns.as_ref().map(|ty| {
            let (ty, facts) = self.ty(&item, ty);
            (self.value(&item, &ty), facts.fingerprint)
        });
        let mut facts = vec![
            fingerprint::FUNCTION,
            fingerprint::hash_name(&record.item.name),
            returns.map_or(fingerprint::NOTHING, |(_, fingerprint)| fingerprint),
            u64::from(record.fallible),
        ];
        let mut params = Vec::with_capacity(record.params.len());
        for param in &record.params {
            let item = format!("{item}, parameter {}", param.name);
            self.identifier(&item, &param.name);
            let (ty, ty_facts) = self.ty(&item, &param.ty);
            let value = self.value(&item, &ty);
            let (keyword, passing) = match param.pass {
                Pass::Value => ("value", Passing::Value(value)),
                Pass::Ref => ("ref", Passing::Reference { to: value, mutable: false }),
                Pass::Mut => ("mut", Passing::Reference { to: value, mutable: true }),
                Pass::Slice => ("slice", Passing::Slice { of: value, mutable: false }),
                Pass::SliceMut => ("slice_mut", Passing::Slice { of: value, mutable: true }),
            };
            facts.extend([fingerprint::hash_name(keyword), ty_facts.fingerprint]);
            params.push(Param { name: param.name.clone(), passing });
        }
        self.fingerprint(&item, &facts, record.fingerprint);
        Function {
            item: record.item.clone(),
            symbol: record.symbol.clone(),
            fingerprint: record.fingerprint,
            fingerprint_symbol: record.fingerprint_symbol.clone(),
            leaf: record.leaf,
            params,
            returns: returns.map(|(value, _)| value),
            fallible: record.fallible,
        }
    }

    fn value(&mut self, item: &str, ty: &Type) -> Value {
        match ty {
            Type::Scalar(scalar) => Value::Scalar(*scalar),
            Type::Enum(index) => Value::Enum(*index),
            Type::Message(index) => Value::Message(*index),
            Type::Array { .. } => {
                self.problems.add(item, "an array is neither parameter nor result", REBUILD);
                Value::Scalar(Scalar::U8)
            }
        }
    }

    /// A type's id ends in its name, and the name is an identifier.
    fn names(&mut self, item: &str, id: &TypeId, names: &Item) {
        self.item(item, names);
        let prefix = id.0.strip_suffix(&names.name).and_then(|rest| rest.strip_suffix("::"));
        if !prefix.is_some_and(is_identifier) {
            self.problems.add(
                item,
                format!("its id does not fit its name `{}`", names.name.escape_debug()),
                REBUILD,
            );
        }
    }

    fn item(&mut self, item: &str, names: &Item) {
        self.identifier(item, &names.name);
        if let Some(rename) = &names.rename {
            self.identifier(item, rename);
        }
    }

    fn identifier(&mut self, item: &str, name: &str) {
        if !is_identifier(name) {
            self.problems.add(item, format!("`{}` is not an identifier", name.escape_debug()), REBUILD);
        }
    }

    fn fingerprint(&mut self, item: &str, facts: &[u64], recorded: Fingerprint) {
        let computed = Fingerprint(fingerprint::mix(facts));
        if computed != recorded {
            self.problems.add(
                item,
                format!("its record says fingerprint {recorded}, its layout has {computed}"),
                REBUILD,
            );
        }
    }
}

/// Whether Rust takes `name` for an identifier, as near as that matters: nothing that passes can break out
/// of a line of generated code.
fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|first| first == '_' || first.is_alphabetic())
        && chars.all(|next| next == '_' || next.is_alphanumeric())
}

/// Whether an enum with this repr can have a variant with this value.
fn fits(repr: Scalar, value: i64) -> bool {
    match repr {
        Scalar::I8 => i8::try_from(value).is_ok(),
        Scalar::I16 => i16::try_from(value).is_ok(),
        Scalar::I32 => i32::try_from(value).is_ok(),
        Scalar::U8 => u8::try_from(value).is_ok(),
        Scalar::U16 => u16::try_from(value).is_ok(),
        Scalar::U32 => u32::try_from(value).is_ok(),
        // All 64 bits are in use; the others are no reprs, which is reported as such.
        Scalar::I64 | Scalar::U64 | Scalar::Bool | Scalar::F32 | Scalar::F64 => true,
    }
}

/// Whether `version` is made as versions are; nothing that passes can break out of a line of text.
fn is_version(version: &str) -> bool {
    let version_char = |next: char| next.is_ascii_alphanumeric() || matches!(next, '.' | '-' | '+');
    !version.is_empty() && version.chars().all(version_char)
}
