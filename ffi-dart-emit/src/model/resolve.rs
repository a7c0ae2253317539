//! Resolves records to a [`Model`].
//!
//! Records come from a file that may have been damaged or forged, so none of them is believed:
//! names must be identifiers, layouts must be possible, and every fingerprint is computed again
//! from the facts beside it, which finds bytes flipped after the build. All problems are reported,
//! not only the first.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use ffi_core::boundary::ABI_VERSION;
use ffi_core::schema::fingerprint;
use ffi_core::schema::read::{self, Mode, Pass, Record, Role};

use super::newtype::{MAX_NEWTYPES, NOT_WRAPPED, check_dart};
use super::{
    Case, Composite, DartFunction, Enum, EnumIndex, ErrorField, ErrorFieldType, ErrorIndex, ErrorType,
    ErrorVariant, Field, Fingerprint, Function, InputItem, Item, Layout, Lending, Library, Listener,
    ListenerIndex, ListenerMethod, Member, Message, MessageIndex, Model, Newtype, NewtypeIndex, Object,
    ObjectIndex, Oneof, OneofIndex, Param, Passing, Problem, Problems, Queue, Returns, Scalar, Type, TypeId,
    Value, Variant, WideAlign,
};
use crate::holder::{Held, Holder, Holding};
use crate::logical::Logical;

const REBUILD: &str = "the library is damaged or was changed after it was built: rebuild it";

/// Size in bytes of the largest message that crosses by value.
const MOST_BY_VALUE: u64 = ffi_core::boundary::MAX_BY_VALUE as u64;

/// Largest number of arguments of a function of Dart.
const MOST_ARGUMENTS: usize = 6;

/// Largest window of a stream.
const MOST_WINDOW: u32 = 1 << 20;

/// Fix for a fingerprint that isn't that of its layout.
const RESEAL: &str = "its ffi-core is of another version than this ffi-dart-emit (use the same version of both), or the \
                      library was changed after it was built (rebuild it)";

/// Resolves and checks the records of one library.
///
/// Records don't hold the alignment of 64-bit numbers: the one that all layouts agree with is used.
///
/// # Errors
///
/// Returns every [`Problem`] of the records at once.
pub fn resolve(records: Vec<Record>) -> Result<Model, Problems> {
    resolve_records(records, true)
}

/// Resolves records that no compiler wrote, such as those of a .proto file or of a fuzzer. It
/// checks all that [`resolve`] checks except for the fingerprints.
///
/// # Errors
///
/// Every [`Problem`] of the records, at once.
pub fn resolve_unsealed(records: Vec<Record>) -> Result<Model, Problems> {
    resolve_records(records, false)
}

fn resolve_records(records: Vec<Record>, sealed: bool) -> Result<Model, Problems> {
    let mut problems = Reports::default();
    let sorted = Sorted::new(records, &mut problems);
    check_library(&sorted.libraries, &mut problems);
    check_symbols(&sorted, &mut problems);
    check_ids(&sorted, &mut problems);
    check_recursion(&sorted, &mut problems);
    problems.stop()?;
    resolve_aligned(&sorted, WideAlign::Size, sealed)
        .or_else(|problems| resolve_aligned(&sorted, WideAlign::Four, sealed).map_err(|_| problems))
}

fn resolve_aligned(sorted: &Sorted, wide_align: WideAlign, sealed: bool) -> Result<Model, Problems> {
    let mut resolver = Resolver::new(sorted, wide_align, sealed);
    let enums = sorted.enums.values().map(|it| resolver.enumeration(it)).collect();
    let messages = sorted.messages.values().map(|it| resolver.message(it)).collect();
    let oneofs = sorted.oneofs.values().map(|it| resolver.oneof(it)).collect();
    let newtypes = sorted.newtypes.values().map(|it| resolver.newtype(it)).collect();
    let errors = sorted.errors.values().map(|it| resolver.error(it)).collect();
    let functions = sorted.functions.values().map(|it| resolver.function(it)).collect();
    let objects = sorted.objects.values().map(|it| resolver.object(it)).collect();
    let listeners = sorted.listeners.values().map(|it| resolver.listener(it)).collect();
    let queues = sorted.queues.values().filter_map(|it| resolver.queue(it)).collect();
    let flags = sorted.flags.values().map(|it| resolver.flag(it)).collect();
    let health = sorted.health.values().map(|it| resolver.health(it)).collect();
    resolver.problems.stop()?;

    let library = sorted.libraries.first();
    let library = library.cloned().expect("check_library left exactly one");
    let mut model = Model {
        library,
        messages,
        enums,
        oneofs,
        newtypes,
        functions,
        queues,
        errors,
        objects,
        listeners,
        flags,
        health,
        wide_align,
        targets: Vec::new(),
    };
    count_numbers(&mut model);
    let mut problems = Reports::default();
    for message in &model.messages {
        let lanes = message.numbers.map_or(0, |(_, count)| count);
        if message.simd.as_ref().is_some_and(|simd| simd.lanes != lanes) {
            problems.add(format!("message {}", message.id), "its kernels are not for its fields", REBUILD);
        }
    }
    problems.stop()?;
    Ok(model)
}

/// Fills in [`Message::numbers`], of each message after those it holds, without recursion: nesting
/// may be deeper than the stack.
fn count_numbers(model: &mut Model) {
    let ids = model.by_dependency().into_iter().filter_map(|it| match it {
        Composite::Message(message) => Some(&message.id),
        Composite::Oneof(_) => None,
    });
    let place = |id| model.messages.binary_search_by_key(&id, |it| &it.id).expect("it came from there");
    for place in ids.map(place).collect::<Vec<_>>() {
        let message = &model.messages[place];
        let mut all: Option<(Scalar, u64)> = None;
        let uniform = message.fields.iter().all(|field| {
            let numbers = model.numbers(&field.ty).filter(|_| field.padding == 0);
            all = numbers.and_then(|(kind, count)| {
                let (first, so_far) = all.unwrap_or((kind, 0));
                Some((first, so_far.checked_add(count)?)).filter(|_| first == kind)
            });
            all.is_some()
        });
        model.messages[place].numbers = all.filter(|_| uniform);
    }
}

/// Problems found so far.
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

/// Records by kind and key: identical ones are merged, different ones with one key are reported.
#[derive(Default)]
struct Sorted {
    libraries: Vec<Library>,
    messages: BTreeMap<TypeId, read::Message>,
    enums: BTreeMap<TypeId, read::Enum>,
    oneofs: BTreeMap<TypeId, read::Oneof>,
    newtypes: BTreeMap<TypeId, read::Newtype>,
    functions: BTreeMap<String, read::Function>,
    queues: BTreeMap<String, read::Queue>,
    errors: BTreeMap<TypeId, read::ErrorType>,
    /// Types of objects, and true for services.
    objects: BTreeMap<TypeId, (read::Object, bool)>,
    listeners: BTreeMap<TypeId, read::Listener>,
    /// Flags and health checks by their names, which Dart has them by.
    flags: BTreeMap<String, read::Flag>,
    health: BTreeMap<String, read::Health>,
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
                Record::Oneof(it) => insert(&mut sorted.oneofs, it.id.clone(), it, "oneof", problems),
                Record::Newtype(it) => insert(&mut sorted.newtypes, it.id.clone(), it, "newtype", problems),
                Record::Error(it) => insert(&mut sorted.errors, it.id.clone(), it, "error", problems),
                Record::Object(it) => {
                    insert(&mut sorted.objects, it.id.clone(), (it, false), "object", problems);
                }
                Record::Service(it) => {
                    insert(&mut sorted.objects, it.id.clone(), (it, true), "service", problems);
                }
                Record::Callback(it) => {
                    insert(&mut sorted.listeners, it.id.clone(), it, "callback", problems);
                }
                Record::Function(it) => {
                    insert(&mut sorted.functions, it.symbol.clone(), it, "function", problems);
                }
                Record::Flag(it) => insert(&mut sorted.flags, it.item.name.clone(), it, "flag", problems),
                Record::Health(it) => {
                    insert(&mut sorted.health, it.item.name.clone(), it, "health check", problems);
                }
                Record::Queue(it) => {
                    insert(&mut sorted.queues, it.symbols.fingerprint.clone(), it, "queue", problems);
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
                "call `ffi_core::library!()` only in the cdylib crate, not in the crates it depends on",
            );
        }
    }
}

/// Checks that symbols are C identifiers, and that no two items share one.
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
        for symbol in library.symbols.all() {
            check(format!("library {}", library.name), symbol, problems);
        }
    }
    for message in sorted.messages.values() {
        check(format!("message {}", message.id), &message.symbols.fingerprint, problems);
        for symbol in message.pool.iter().flat_map(|pool| pool.symbols.all()) {
            check(format!("message {}, its pool", message.id), symbol, problems);
        }
        for symbol in message.columns.iter().flat_map(|columns| columns.symbols.all()) {
            check(format!("message {}, its columns", message.id), symbol, problems);
        }
        for symbol in message.arena.iter().flat_map(|arena| arena.symbols.all()) {
            check(format!("message {}, its arenas", message.id), symbol, problems);
        }
        if let Some(simd) = &message.simd {
            check(format!("message {}, its kernels", message.id), &simd.symbol, problems);
        }
        let json = message.json.iter().flat_map(|json| [&json.encode, &json.decode]);
        for symbol in message.proto.iter().flat_map(|proto| [&proto.encode, &proto.decode]).chain(json) {
            check(format!("message {}", message.id), symbol, problems);
        }
    }
    for queue in sorted.queues.values() {
        for symbol in queue.symbols.all() {
            check(format!("queue {}", queue.item.name), symbol, problems);
        }
    }
    for enumeration in sorted.enums.values() {
        check(format!("enum {}", enumeration.id), &enumeration.symbols.fingerprint, problems);
    }
    for oneof in sorted.oneofs.values() {
        check(format!("oneof {}", oneof.id), &oneof.symbols.fingerprint, problems);
    }
    for newtype in sorted.newtypes.values() {
        check(format!("newtype {}", newtype.id), &newtype.symbols.fingerprint, problems);
    }
    for error in sorted.errors.values() {
        check(format!("error {}", error.id), &error.symbols.fingerprint, problems);
    }
    for (object, _) in sorted.objects.values() {
        for symbol in object.symbols.all() {
            check(format!("object {}", object.id), symbol, problems);
        }
    }
    for listener in sorted.listeners.values() {
        check(format!("callback {}", listener.id), &listener.fingerprint_symbol, problems);
    }
    let flags = sorted.flags.values().map(|it| (format!("flag {}", it.item.name), &it.symbols));
    let health = sorted.health.values().map(|it| (format!("health check {}", it.item.name), &it.symbols));
    for (owner, symbols) in flags.chain(health) {
        for symbol in symbols.all() {
            check(owner.clone(), symbol, problems);
        }
    }
    for function in sorted.functions.values() {
        check(format!("function {}", function.symbol), &function.symbol, problems);
        check(format!("function {}", function.symbol), &function.fingerprint_symbol, problems);
    }
}

/// Checks that no two types share an id.
fn check_ids(sorted: &Sorted, problems: &mut Reports) {
    let mut kinds = HashMap::new();
    let messages = sorted.messages.keys().map(|id| (id, "message"));
    let enums = sorted.enums.keys().map(|id| (id, "enum"));
    let oneofs = sorted.oneofs.keys().map(|id| (id, "oneof"));
    let newtypes = sorted.newtypes.keys().map(|id| (id, "newtype"));
    let errors = sorted.errors.keys().map(|id| (id, "error"));
    let objects = sorted.objects.keys().map(|id| (id, "object"));
    let objects = objects.chain(sorted.listeners.keys().map(|id| (id, "callback")));
    for (id, kind) in messages.chain(enums).chain(oneofs).chain(newtypes).chain(errors).chain(objects) {
        if let Some(other) = kinds.insert(id, kind) {
            problems.add(format!("{kind} {id}"), format!("there is also {other} {id}"), REBUILD);
        }
    }
}

/// Adds the messages and oneofs that `ty` has in place. A reference has none, which is its purpose.
fn held<'a>(ty: &'a read::Type, into: &mut Vec<&'a TypeId>) {
    match ty {
        read::Type::Array { of, .. } => held(of, into),
        read::Type::Message(id) | read::Type::Oneof(id) => into.push(id),
        // No newtype holds a message or oneof, and a handle of an arena has nothing in place, which
        // is its purpose.
        other => {
            let holds = other.held().filter(|it| !it.holder.elsewhere);
            holds.iter().flat_map(Held::parts).for_each(|part| held(part, into));
        }
    }
}

/// Checks that no type holds itself, directly or through others: such a layout can't exist.
fn check_recursion(sorted: &Sorted, problems: &mut Reports) {
    // Kind of an item, kind of its parts, and the types held by each part.
    type Holder<'a> = (&'static str, &'static str, Vec<(&'a str, &'a TypeId)>);
    let mut all: BTreeMap<&TypeId, Holder<'_>> = BTreeMap::new();
    let of_type = |name, ty| {
        let mut ids = Vec::new();
        held(ty, &mut ids);
        ids.into_iter().map(move |id| (name, id))
    };
    for message in sorted.messages.values() {
        let parts = message.fields.iter().flat_map(|it| of_type(it.item.name.as_str(), &it.ty)).collect();
        all.insert(&message.id, ("message", "field", parts));
    }
    for oneof in sorted.oneofs.values() {
        let with_data = oneof.cases.iter().filter_map(|it| Some((it.item.name.as_str(), it.ty.as_ref()?)));
        let parts = with_data.flat_map(|(name, ty)| of_type(name, ty)).collect();
        all.insert(&oneof.id, ("oneof", "case", parts));
    }
    // Types known to hold no cycle; a worklist instead of recursion, as the nesting is not to be
    // trusted.
    let mut finished = HashSet::new();
    for start in all.keys().copied() {
        let mut path = vec![(start, 0)];
        let mut open = HashSet::from([start]);
        while let Some((id, next)) = path.pop() {
            let Some((kind, part, (name, inner))) =
                all.get(id).and_then(|(kind, part, parts)| Some((kind, part, *parts.get(next)?)))
            else {
                open.remove(id);
                finished.insert(id);
                continue;
            };
            path.push((id, next + 1));
            if finished.contains(inner) {
                continue;
            }
            if open.insert(inner) {
                path.push((inner, 0));
            } else {
                problems.add(
                    format!("{kind} {id}, {part} {name}"),
                    format!("`{inner}` holds itself"),
                    "hold an `FfiRef` or an `ArenaBox` of it instead of the value",
                );
                return;
            }
        }
    }
}

struct Resolver<'a> {
    sorted: &'a Sorted,
    messages: HashMap<&'a TypeId, MessageIndex>,
    /// Id of each message, by its index.
    message_ids: Vec<&'a TypeId>,
    /// True for each message that lives in an arena, by its index.
    in_arenas: Vec<bool>,
    /// True for each oneof that lives in an arena, by its index.
    oneofs_in_arenas: Vec<bool>,
    enums: HashMap<&'a TypeId, EnumIndex>,
    oneofs: HashMap<&'a TypeId, OneofIndex>,
    newtypes: HashMap<&'a TypeId, NewtypeIndex>,
    /// Number of newtypes around the type that is being resolved.
    newtype_depth: usize,
    errors: HashMap<&'a TypeId, ErrorIndex>,
    objects: HashMap<&'a TypeId, ObjectIndex>,
    listeners: HashMap<&'a TypeId, ListenerIndex>,
    wide_align: WideAlign,
    problems: Reports,
    /// True if fingerprints must be those of the layouts.
    sealed: bool,
}

/// Facts about a type from its record.
struct Facts {
    layout: Layout,
    fingerprint: u64,
    /// Fingerprint in handles of arenas: there a message that lives in one is its id.
    identity: u64,
}

impl Facts {
    /// Returns those of a type that is the same in handles.
    fn new(layout: Layout, fingerprint: u64) -> Self {
        Self { layout, fingerprint, identity: fingerprint }
    }
}

/// Layout of two `u32`: of a reference, and of a handle of an arena.
const TWO_WORDS: Layout = Layout { size: 8, align: 4 };

/// Placeholder for a type that has been reported; a model with it is never returned.
const REPORTED: (Type, Facts) =
    (Type::Scalar(Scalar::U8), Facts { layout: Layout { size: 1, align: 1 }, fingerprint: 0, identity: 0 });

/// Returns the identity of a type that lives in arenas.
fn named(id: &TypeId) -> u64 {
    fingerprint::mix(&[fingerprint::REF, fingerprint::hash_name(&id.0)])
}

impl<'a> Resolver<'a> {
    fn new(sorted: &'a Sorted, wide_align: WideAlign, sealed: bool) -> Self {
        Self {
            sorted,
            wide_align,
            message_ids: sorted.messages.keys().collect(),
            messages: sorted.messages.keys().zip((0..).map(MessageIndex)).collect(),
            in_arenas: sorted.messages.values().map(|it| it.arena.is_some()).collect(),
            oneofs_in_arenas: sorted.oneofs.values().map(|it| it.in_arena).collect(),
            enums: sorted.enums.keys().zip((0..).map(EnumIndex)).collect(),
            oneofs: sorted.oneofs.keys().zip((0..).map(OneofIndex)).collect(),
            newtypes: sorted.newtypes.keys().zip((0..).map(NewtypeIndex)).collect(),
            newtype_depth: 0,
            errors: sorted.errors.keys().zip((0..).map(ErrorIndex)).collect(),
            objects: sorted.objects.keys().zip((0..).map(ObjectIndex)).collect(),
            listeners: sorted.listeners.keys().zip((0..).map(ListenerIndex)).collect(),
            problems: Reports::default(),
            sealed,
        }
    }

    fn ty(&mut self, item: &str, ty: &read::Type) -> (Type, Facts) {
        match ty {
            read::Type::Scalar(scalar) => (
                Type::Scalar(*scalar),
                Facts::new(Layout::of_scalar(*scalar, self.wide_align), fingerprint::scalar(scalar.name())),
            ),
            read::Type::Array { of, len } => {
                let (of, facts) = self.ty(item, of);
                let Some(layout) = facts.layout.times(*len).filter(|_| *len > 0) else {
                    self.problems.add(item, format!("an array of {len} elements is not possible"), REBUILD);
                    return REPORTED;
                };
                let hash = |of| fingerprint::array(of, *len);
                let (fingerprint, identity) = (hash(facts.fingerprint), hash(facts.identity));
                (Type::Array { of: Box::new(of), len: *len }, Facts { layout, fingerprint, identity })
            }
            read::Type::Message(id) => match self.messages.get(id) {
                Some(index) => {
                    let read::Message { size, align, fingerprint, ref arena, .. } = self.sorted.messages[id];
                    let layout = Layout { size, align };
                    let identity = arena.as_ref().map_or(fingerprint.0, |_| named(id));
                    (Type::Message(*index), Facts { layout, fingerprint: fingerprint.0, identity })
                }
                None => self.unresolved(item, id),
            },
            read::Type::Enum(id) => match self.enums.get(id) {
                Some(index) => {
                    let record = &self.sorted.enums[id];
                    let layout = Layout::of_scalar(record.repr, self.wide_align);
                    (Type::Enum(*index), Facts::new(layout, record.fingerprint.0))
                }
                None => self.unresolved(item, id),
            },
            read::Type::Open(id) => {
                let (ty, Facts { layout, fingerprint, .. }) = self.ty(item, &read::Type::Enum(id.clone()));
                match ty {
                    Type::Enum(index) => {
                        let fingerprint = fingerprint::mix(&[fingerprint::OPEN, fingerprint]);
                        (Type::Open(index), Facts::new(layout, fingerprint))
                    }
                    _ => REPORTED,
                }
            }
            read::Type::Oneof(id) => match self.oneofs.get(id) {
                Some(index) => {
                    let read::Oneof { size, align, fingerprint, in_arena, .. } = self.sorted.oneofs[id];
                    let layout = Layout { size, align };
                    let identity = if in_arena { named(id) } else { fingerprint.0 };
                    (Type::Oneof(*index), Facts { layout, fingerprint: fingerprint.0, identity })
                }
                None => self.unresolved(item, id),
            },
            read::Type::Ref(id) => match self.pooled(item, id) {
                Some(index) => {
                    let fingerprint = fingerprint::mix(&[fingerprint::REF, fingerprint::hash_name(&id.0)]);
                    (Type::Ref(index), Facts::new(TWO_WORDS, fingerprint))
                }
                None => REPORTED,
            },
            read::Type::Newtype(id) => self.newtype_type(item, id),
            read::Type::Logical(name) => match Logical::named(name) {
                Some(it) => {
                    let layout = it.layout(self.wide_align).0;
                    let fingerprint = fingerprint::logical(name, layout.size, layout.align);
                    (Type::Logical(it), Facts::new(layout, fingerprint))
                }
                None => {
                    let what = format!("there is no logical type `{}`", name.escape_debug());
                    self.problems.add(
                        item,
                        what,
                        "update ffi-dart-emit to the version of the library's ffi-core",
                    );
                    REPORTED
                }
            },
            read::Type::Arena(_) => {
                let what = "an arena is neither field, element nor value";
                self.problems.add(item, what, "pass it, or a reference to it");
                REPORTED
            }
            read::Type::Columns(_) => {
                let what = "columns are neither field, element nor value";
                self.problems.add(item, what, "pass a reference to them");
                REPORTED
            }
            read::Type::Object(_) => {
                let what = "an object is neither field, element nor value";
                self.problems.add(item, what, "pass an `FfiObject`");
                REPORTED
            }
            holder => self.held(item, &holder.held().expect("all other types hold something")),
        }
    }

    /// Returns a type of the table with what it holds.
    fn held(&mut self, item: &str, held: &Held<'_, read::Type>) -> (Type, Facts) {
        let Held { holder, cap, .. } = *held;
        let [first, second] = held.parts.map(|part| part.map(|part| self.ty(item, part)));
        let layouts = [&first, &second].map(|part| part.as_ref().map(|(_, facts)| facts.layout));
        let contents = match layouts {
            [Some(key), Some(value)] => Some(self.pair(item, key, value)),
            [part, _] => part,
        };
        let layout = self.holder_layout(item, holder, contents, cap);
        let hash = |of: fn(&Facts) -> u64| {
            let parts = [&first, &second].into_iter().flatten().map(|(_, facts)| of(facts));
            let facts: Vec<_> = [holder.fact].into_iter().chain(parts).chain(cap).collect();
            fingerprint::mix(&facts)
        };
        let identity = hash(|facts| facts.identity);
        let fingerprint = if holder.elsewhere { identity } else { hash(|facts| facts.fingerprint) };
        let parts = [first, second].map(|part| part.map(|(ty, _)| ty));
        let ty = Type::holding(holder, parts, cap).expect("each has a variant with these fields");
        (ty, Facts { layout, fingerprint, identity })
    }

    /// Returns the layout of a type of the table around `contents`.
    fn holder_layout(
        &mut self,
        item: &str,
        holder: &Holder,
        contents: Option<Layout>,
        cap: Option<u64>,
    ) -> Layout {
        let possible = cap.is_none_or(|cap| (1..=u64::from(u32::MAX)).contains(&cap))
            && contents.is_none_or(|it| it.align.is_power_of_two());
        let layout = if possible { holder.layout(contents, cap.unwrap_or_default()) } else { None };
        match (layout, cap, contents) {
            (Some((layout, _)), ..) => return layout,
            (None, Some(cap), _) => {
                self.problems.add(item, format!("a capacity of {cap} is not possible"), REBUILD);
            }
            (None, None, contents) => {
                let size = contents.map_or(0, |it| it.size);
                self.problems.add(item, format!("{size} bytes and more are not possible"), REBUILD);
            }
        }
        REPORTED.1.layout
    }

    /// Returns a newtype with the type in it. Newtypes may hold each other, also in arrays, to a
    /// depth that a forged record can't exhaust the stack with.
    fn newtype_type(&mut self, item: &str, id: &TypeId) -> (Type, Facts) {
        let outer = self.newtype_depth;
        let mut chain = Vec::new();
        let mut next = id;
        let innermost = loop {
            let (Some(index), Some(record)) = (self.newtypes.get(next), self.sorted.newtypes.get(next))
            else {
                return self.unresolved(item, next);
            };
            chain.push(*index);
            if outer + chain.len() > MAX_NEWTYPES {
                let what = format!("`{id}` holds itself, or more than {MAX_NEWTYPES} newtypes in each other");
                self.problems.add(item, what, "hold the value itself");
                return REPORTED;
            }
            match &record.ty {
                read::Type::Newtype(inner) => next = inner,
                other => break other,
            }
        };
        self.newtype_depth = outer + chain.len();
        let (ty, facts) = self.ty(item, innermost);
        self.newtype_depth = outer;
        let wrap = |of, index| Type::Newtype { index, of: Box::new(of) };
        (chain.into_iter().rev().fold(ty, wrap), facts)
    }

    fn newtype(&mut self, record: &read::Newtype) -> Newtype {
        let item = format!("newtype {}", record.id);
        self.names(&item, &record.id, &record.item);
        let (ty, facts) = self.ty(&item, &record.ty);
        if !ty.may_be_wrapped() {
            self.problems.add(
                &item,
                NOT_WRAPPED,
                "make it a message, with `#[derive(FfiMessage)]` and a named field",
            );
        }
        let computed = Fingerprint(facts.fingerprint);
        self.same_fingerprint(&item, computed, record.fingerprint);
        if let Some(dart) = &record.dart {
            for (what, fix) in check_dart(dart) {
                self.problems.add(&item, what, fix);
            }
        }
        Newtype {
            id: record.id.clone(),
            item: record.item.clone(),
            ty,
            fingerprint: record.fingerprint,
            fingerprint_symbol: record.symbols.fingerprint.clone(),
            dart: record.dart.clone(),
        }
    }

    /// Returns the message with that id, which must have columns, and the fingerprint of the
    /// columns.
    fn columnar(&mut self, item: &str, id: &TypeId) -> Option<(MessageIndex, u64)> {
        let Some(index) = self.messages.get(id) else {
            self.unresolved(item, id);
            return None;
        };
        let message = &self.sorted.messages[id];
        if message.columns.is_none() {
            self.problems.add(item, format!("`{id}` has no columns"), REBUILD);
            return None;
        }
        Some((*index, fingerprint::columns(message.fingerprint.0)))
    }

    /// Returns the message with that id, which must be the root of arenas, and their fingerprint.
    fn arena(&mut self, item: &str, id: &TypeId) -> Option<(MessageIndex, u64)> {
        let Some(index) = self.messages.get(id) else {
            self.unresolved(item, id);
            return None;
        };
        let message = &self.sorted.messages[id];
        if message.arena.is_none() {
            self.problems.add(item, format!("`{id}` does not live in an arena"), REBUILD);
            return None;
        }
        Some((*index, fingerprint::arena(message.fingerprint.0)))
    }

    /// Refuses what lives in an arena at a place that is outside of one.
    fn no_handles(&mut self, item: &str, ty: &Type) {
        let mut found = false;
        ty.walk(&mut |part| {
            found |= match part {
                Type::ArenaStr
                | Type::ArenaBytes
                | Type::ArenaVec { .. }
                | Type::ArenaMap { .. }
                | Type::ArenaBox { .. } => true,
                Type::Message(_) | Type::Oneof(_) => self.lives_in_arena(part),
                _ => false,
            };
        });
        if found {
            self.problems.add(item, "it lives in an arena, and what holds it does not", REBUILD);
        }
    }

    /// Refuses a secret at a place that is no field of a message outside of arenas.
    fn no_secret(&mut self, item: &str, ty: &Type) {
        let mut found = false;
        ty.walk_all(&mut |part| found |= matches!(part, Type::Secret { .. }));
        if found {
            self.problems.add(
                item,
                "an `FfiSecret` is held by something else than a message",
                "put it into a message of its own",
            );
        }
    }

    /// Returns true for a message or oneof that lives in arenas.
    fn lives_in_arena(&self, ty: &Type) -> bool {
        match ty {
            Type::Message(index) => self.in_arenas[index.0],
            Type::Oneof(index) => self.oneofs_in_arenas[index.0],
            _ => false,
        }
    }

    /// Returns the message with that id, which must have a pool.
    fn pooled(&mut self, item: &str, id: &TypeId) -> Option<MessageIndex> {
        let Some(index) = self.messages.get(id) else {
            self.unresolved(item, id);
            return None;
        };
        if self.sorted.messages[id].pool.is_none() {
            self.problems.add(item, format!("`{id}` has no pool"), REBUILD);
            return None;
        }
        Some(*index)
    }

    /// Returns the layout of a length and `cap` elements.
    /// Returns the layout of two consecutive values.
    fn pair(&mut self, item: &str, first: Layout, second: Layout) -> Layout {
        let possible = first.align.is_power_of_two() && second.align.is_power_of_two();
        let layout = if possible { first.and(second) } else { None };
        match layout {
            Some((layout, _)) => layout,
            None => {
                self.problems.add(item, format!("{} bytes and more are not possible", first.size), REBUILD);
                REPORTED.1.layout
            }
        }
    }

    fn unresolved(&mut self, item: &str, id: &TypeId) -> (Type, Facts) {
        self.problems.add(
            item,
            format!("there is no record of its type `{id}`"),
            "read the linked cdylib: an rlib or object file only holds the records of one crate",
        );
        REPORTED
    }

    fn enumeration(&mut self, record: &read::Enum) -> Enum {
        let item = format!("enum {}", record.id);
        self.names(&item, &record.id, &record.item);
        if matches!(record.repr, Scalar::Bool | Scalar::F32 | Scalar::F64) {
            let name = record.repr.name();
            self.problems.add(&item, format!("`{name}` can't be its repr"), REBUILD);
        }
        let mut values = HashSet::new();
        let mut facts = vec![
            fingerprint::ENUM,
            fingerprint::hash_name(&record.item.name),
            fingerprint::scalar(record.repr.name()),
        ];
        self.distinct(&item, "variants", record.variants.iter().map(|it| &*it.item.name));
        for variant in &record.variants {
            self.item(&item, &variant.item);
            if !fits(record.repr, variant.value) {
                let repr = record.repr.name();
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
        let mut facts =
            vec![fingerprint::MESSAGE, fingerprint::hash_name(&record.item.name), record.size, record.align];
        self.distinct(&item, "fields", record.fields.iter().map(|it| &*it.item.name));
        let mut fields: Vec<Field> = Vec::with_capacity(record.fields.len());
        // `repr(C)` has one layout for given fields; `align(N)` may only raise the alignment of the
        // whole.
        let mut so_far = Layout { size: 0, align: 1 };
        for field in &record.fields {
            let item = format!("{item}, field {}", field.item.name);
            self.item(&item, &field.item);
            let (ty, Facts { layout, fingerprint, .. }) = self.ty(&item, &field.ty);
            if record.arena.is_none() {
                self.no_handles(&item, &ty);
            }
            if record.arena.is_some() || !matches!(ty, Type::Secret { .. }) {
                self.no_secret(&item, &ty);
            }
            facts.extend([fingerprint::hash_name(&field.item.name), field.offset, fingerprint]);
            let offset = so_far.size.checked_next_multiple_of(layout.align);
            let end = field.offset.checked_add(layout.size).filter(|_| Some(field.offset) == offset);
            match end {
                Some(end) => {
                    if let Some(before) = fields.last_mut() {
                        before.padding = field.offset - so_far.size;
                    }
                    so_far = Layout { size: end, align: so_far.align.max(layout.align) };
                }
                None => self.problems.add(
                    &item,
                    format!(
                        "{} bytes aligned to {} can't be at offset {}",
                        layout.size, layout.align, field.offset
                    ),
                    REBUILD,
                ),
            }
            let keeps = fields.iter().any(|before: &Field| before.wire.unknown.is_some());
            let is_bytes = matches!(ty, Type::Bytes { .. } | Type::ArenaBytes);
            if field.wire.unknown.is_some() && (keeps || !is_bytes) {
                let what = "it can't keep unknown fields: one field of bytes does";
                self.problems.add(&item, what, REBUILD);
            }
            fields.push(Field {
                item: field.item.clone(),
                offset: field.offset,
                size: layout.size,
                padding: 0,
                ty,
                tag: field.tag,
                wire: field.wire,
                rules: field.rules.clone(),
            });
            self.rules(&item, &field.rules);
        }
        match fields.last_mut() {
            Some(last) => last.padding = record.size.saturating_sub(so_far.size),
            None => self.problems.add(&item, "it has no fields", REBUILD),
        }
        let possible = record.align.is_power_of_two()
            && record.align >= so_far.align
            && record.size > 0
            && so_far.size.checked_next_multiple_of(record.align) == Some(record.size);
        if !possible {
            self.problems.add(
                &item,
                format!("size {} with alignment {} is not possible", record.size, record.align),
                REBUILD,
            );
        }
        facts.extend(record.pool.as_ref().map(|_| fingerprint::POOL));
        self.fingerprint(&item, &facts, record.fingerprint);
        if let Some(pool) = &record.pool
            && (pool.capacity == 0 || pool.capacity == u32::MAX)
        {
            self.problems.add(&item, format!("a pool of {} is not possible", pool.capacity), REBUILD);
        }
        Message {
            id: record.id.clone(),
            item: record.item.clone(),
            size: record.size,
            align: record.align,
            fingerprint: record.fingerprint,
            fingerprint_symbol: record.symbols.fingerprint.clone(),
            fields,
            reserved: record.reserved.clone(),
            pool: record.pool.clone(),
            columns: record.columns.clone(),
            arena: record.arena.clone(),
            simd: record.simd.clone(),
            numbers: None,
            proto: record.proto.clone(),
            json: record.json.clone(),
        }
    }

    fn oneof(&mut self, record: &read::Oneof) -> Oneof {
        let item = format!("oneof {}", record.id);
        self.names(&item, &record.id, &record.item);
        let mut facts = vec![
            fingerprint::ONEOF,
            fingerprint::hash_name(&record.item.name),
            record.size,
            record.align,
            record.payload,
        ];
        self.distinct(&item, "cases", record.cases.iter().map(|it| &*it.item.name));
        let mut union = Layout { size: 0, align: 1 };
        let mut cases = Vec::with_capacity(record.cases.len());
        for case in &record.cases {
            let item = format!("{item}, case {}", case.item.name);
            self.item(&item, &case.item);
            let resolved = case.ty.as_ref().map(|ty| self.ty(&item, ty));
            let fingerprint = resolved.as_ref().map_or(fingerprint::NOTHING, |(_, facts)| facts.fingerprint);
            facts.extend([fingerprint::hash_name(&case.item.name), fingerprint]);
            if let Some((ty, _)) = &resolved
                && !record.in_arena
            {
                self.no_handles(&item, ty);
            }
            if let Some((ty, _)) = &resolved {
                self.no_secret(&item, ty);
            }
            if let Some((_, Facts { layout, .. })) = &resolved {
                union.size = union.size.max(layout.size);
                union.align = union.align.max(layout.align);
            }
            cases.push(Case {
                item: case.item.clone(),
                ty: resolved.map(|(ty, _)| ty),
                tag: case.tag,
                wire: case.wire,
            });
        }
        if cases.first().is_none_or(|first| first.ty.is_some()) {
            self.problems.add(&item, "its first case is not one without data", REBUILD);
        }
        if cases.iter().all(|case| case.ty.is_none()) {
            self.problems.add(&item, "no case holds data", REBUILD);
        }
        let recorded = (Layout { size: record.size, align: record.align }, record.payload);
        let union_size = union.size.checked_next_multiple_of(union.align);
        let whole = union_size.and_then(|size| {
            Layout::of_scalar(Scalar::U32, self.wide_align).and(Layout { size, align: union.align })
        });
        if whole != Some(recorded) {
            self.problems.add(
                &item,
                format!(
                    "size {} with alignment {} and data at offset {} is not possible",
                    record.size, record.align, record.payload
                ),
                REBUILD,
            );
        }
        self.fingerprint(&item, &facts, record.fingerprint);
        Oneof {
            id: record.id.clone(),
            item: record.item.clone(),
            size: record.size,
            align: record.align,
            payload: record.payload,
            fingerprint: record.fingerprint,
            fingerprint_symbol: record.symbols.fingerprint.clone(),
            in_arena: record.in_arena,
            cases,
        }
    }

    fn function(&mut self, record: &read::Function) -> Function {
        let item = format!("function {}", record.symbol);
        self.item(&item, &record.item);
        let (returns, returned) = self.returns(&item, record.returns.as_ref());
        let error = record.error.as_ref().and_then(|id| self.error_of(&item, id, record.fallible));
        let error_fingerprint = error.map_or(fingerprint::NOTHING, |(_, fingerprint)| fingerprint);
        let mut facts = vec![
            fingerprint::FUNCTION,
            fingerprint::SIGNATURES,
            fingerprint::hash_name(&record.item.name),
            returned,
            u64::from(record.fallible),
            error_fingerprint,
            u64::from(record.optional),
        ];
        self.distinct(&item, "parameters", record.params.iter().map(|it| &*it.name));
        let mut params = Vec::with_capacity(record.params.len());
        for param in &record.params {
            let item = format!("{item}, parameter {}", param.name);
            self.identifier(&item, &param.name);
            self.rules(&item, &param.rules);
            let keyword = |pass| format!("{}{pass}", if param.optional { "optional_" } else { "" });
            if let (read::Type::Columns(id), Pass::Ref | Pass::Mut) = (&param.ty, param.pass) {
                let mutable = param.pass == Pass::Mut;
                let Some((of, fingerprint)) = self.columnar(&item, id) else { continue };
                let keyword = keyword(if mutable { "mut" } else { "ref" });
                facts.extend([fingerprint::hash_name(&keyword), fingerprint]);
                let passing = Passing::Columns { of, mutable };
                params.push(Param {
                    name: param.name.clone(),
                    passing,
                    optional: param.optional,
                    rules: param.rules.clone(),
                });
                continue;
            }
            if let (read::Type::Arena(id), Pass::Ref | Pass::Mut | Pass::Value | Pass::Frozen) =
                (&param.ty, param.pass)
            {
                let (name, lending) = match param.pass {
                    Pass::Ref => ("ref", Lending::Shared),
                    Pass::Mut => ("mut", Lending::Mutable),
                    Pass::Frozen => ("frozen", Lending::Frozen),
                    _ => ("value", Lending::Given),
                };
                let Some((of, fingerprint)) = self.arena(&item, id) else { continue };
                facts.extend([fingerprint::hash_name(&keyword(name)), fingerprint]);
                let passing = Passing::Arena { of, lending };
                params.push(Param {
                    name: param.name.clone(),
                    passing,
                    optional: param.optional,
                    rules: param.rules.clone(),
                });
                continue;
            }
            if let (read::Type::Arena(id), Pass::InputArena) = (&param.ty, param.pass) {
                let Some((of, fingerprint)) = self.arena(&item, id) else { continue };
                facts.extend([fingerprint::hash_name(&keyword("input_arena")), fingerprint]);
                params.push(Param {
                    name: param.name.clone(),
                    passing: Passing::Input(InputItem::Arena(of)),
                    optional: param.optional,
                    rules: param.rules.clone(),
                });
                continue;
            }
            if let (read::Type::Object(id), Pass::Object) = (&param.ty, param.pass) {
                let Some((of, fingerprint)) = self.object_type(&item, id) else { continue };
                facts.extend([fingerprint::hash_name(&keyword("object")), fingerprint]);
                let passing = Passing::Object(of);
                params.push(Param {
                    name: param.name.clone(),
                    passing,
                    optional: param.optional,
                    rules: param.rules.clone(),
                });
                continue;
            }
            if let (Some(id), Pass::Listener) = (&param.listener, param.pass) {
                self.needs_mailbox(&item);
                if record.leaf || param.optional {
                    let what = "an object of Dart is optional, or passed to a leaf function";
                    self.problems.add(&item, what, REBUILD);
                }
                let Some(index) = self.listeners.get(id).copied() else {
                    self.unresolved(&item, id);
                    continue;
                };
                let fingerprint = self.sorted.listeners[id].fingerprint.0;
                facts.extend([fingerprint::hash_name(&keyword("listener")), fingerprint]);
                let passing = Passing::Listener(index);
                params.push(Param {
                    name: param.name.clone(),
                    passing,
                    optional: param.optional,
                    rules: param.rules.clone(),
                });
                continue;
            }
            if param.function.is_some() || matches!(param.pass, Pass::Callback | Pass::DartFn) {
                let Some((function, fingerprint)) = self.dart_function(&item, param, record) else {
                    continue;
                };
                let name = if function.kept { "dart_fn" } else { "callback" };
                facts.extend([fingerprint::hash_name(&keyword(name)), fingerprint]);
                let passing = Passing::Callback(function);
                params.push(Param {
                    name: param.name.clone(),
                    passing,
                    optional: param.optional,
                    rules: param.rules.clone(),
                });
                continue;
            }
            if param.listener.is_some() {
                self.problems.add(&item, "only an object of Dart has a trait, and it has one", REBUILD);
                continue;
            }
            let (ty, ty_facts) = self.ty(&item, &param.ty);
            let value = self.value(&item, &ty);
            if matches!(param.pass, Pass::Value | Pass::InputValue) {
                self.by_value(&item, ty_facts.layout);
            }
            let (pass, passing) = match param.pass {
                Pass::Callback | Pass::DartFn => continue,
                Pass::Listener => {
                    self.problems.add(&item, "an object of Dart has no trait", REBUILD);
                    continue;
                }
                Pass::Object => {
                    self.problems.add(&item, "only an object has a handle", REBUILD);
                    continue;
                }
                Pass::Frozen => {
                    self.problems.add(&item, "only an arena is frozen", REBUILD);
                    continue;
                }
                Pass::InputArena => {
                    self.problems.add(&item, "the items of its stream are no arenas", REBUILD);
                    continue;
                }
                Pass::Value => ("value", Passing::Value(value)),
                Pass::Ref => ("ref", Passing::Reference { to: value, mutable: false }),
                Pass::Mut => ("mut", Passing::Reference { to: value, mutable: true }),
                Pass::Slice => ("slice", Passing::Slice { of: value, mutable: false }),
                Pass::SliceMut => ("slice_mut", Passing::Slice { of: value, mutable: true }),
                Pass::Str => ("str", Passing::Text),
                Pass::CStr => ("c_str", Passing::CText),
                Pass::Moved => ("moved", Passing::Moved(value)),
                Pass::Pool => ("pool", self.pool_box(&item, &ty).map_or(Passing::Text, Passing::Pool)),
                Pass::InputValue => ("input_value", Passing::Input(InputItem::Value(value))),
                Pass::InputStr => ("input_str", Passing::Input(InputItem::Text)),
                Pass::InputSlice => ("input_slice", Passing::Input(InputItem::Vec(value))),
                Pass::InputPool => {
                    let item = self.pool_box(&item, &ty).map_or(InputItem::Text, InputItem::Pool);
                    ("input_pool", Passing::Input(item))
                }
            };
            facts.extend([fingerprint::hash_name(&keyword(pass)), ty_facts.fingerprint]);
            params.push(Param {
                name: param.name.clone(),
                passing,
                optional: param.optional,
                rules: param.rules.clone(),
            });
        }
        let member = record.member.as_ref().and_then(|it| self.member(&item, record, it));
        if let Some((member, fingerprint)) = member {
            let takes = u64::from(member.role.has_receiver());
            facts.extend([fingerprint::MEMBER, fingerprint, takes]);
        }
        if !record.mode.is_sync() {
            let is_stream = record.mode == Mode::Stream;
            facts.push(if is_stream { fingerprint::STREAM } else { fingerprint::STARTED });
            self.started(&item, record.leaf, &params);
        }
        let has_input = record.params.iter().any(|it| it.pass.is_input());
        if has_input && record.mode.is_sync()
            || record.params.iter().any(|it| it.pass.is_input() && it.optional)
        {
            self.problems.add(
                &item,
                "a stream of Dart is optional, or goes to a call that Dart waits for",
                REBUILD,
            );
        }
        if (record.mode == Mode::Stream || has_input) != (record.window > 0) {
            self.problems.add(&item, "a function with a stream has a window, and no other has", REBUILD);
        }
        if record.window > MOST_WINDOW {
            let what = format!("a window is up to {MOST_WINDOW} items, and it has {}", record.window);
            self.problems.add(&item, what, REBUILD);
        }
        self.fingerprint(&item, &facts, record.fingerprint);
        Function {
            item: record.item.clone(),
            symbol: record.symbol.clone(),
            fingerprint: record.fingerprint,
            fingerprint_symbol: record.fingerprint_symbol.clone(),
            member: member.map(|(member, _)| member),
            leaf: record.leaf,
            mode: record.mode,
            window: record.window,
            arguments: record.arguments,
            params,
            returns,
            optional: record.optional,
            fallible: record.fallible,
            error: error.map(|(index, _)| index),
        }
    }

    /// Returns the relation of a function to a type of objects, and the fingerprint of the type.
    fn member(&mut self, item: &str, record: &read::Function, it: &read::Member) -> Option<(Member, u64)> {
        let read::Type::Object(id) = &it.of else {
            self.problems.add(item, "it belongs to no type of objects", REBUILD);
            return None;
        };
        let (of, fingerprint) = self.object_type(item, id)?;
        match it.role {
            Role::Getter if !record.params.is_empty() || !record.mode.is_sync() => {
                self.problems.add(item, "it is a getter with parameters, or a future", REBUILD);
            }
            Role::Constructor if record.returns != Some(read::Returns::Object(id.clone())) => {
                self.problems.add(item, "it is a constructor, and makes none of its objects", REBUILD);
            }
            _ => {}
        }
        Some((Member { of, role: it.role }, fingerprint))
    }

    /// Returns the type of objects with that id, and its fingerprint.
    fn object_type(&mut self, item: &str, id: &TypeId) -> Option<(ObjectIndex, u64)> {
        let Some(index) = self.objects.get(id).copied() else {
            self.unresolved(item, id);
            return None;
        };
        Some((index, self.sorted.objects[id].0.fingerprint.0))
    }

    fn object(&mut self, (record, is_service): &(read::Object, bool)) -> Object {
        let kind = if *is_service { "service" } else { "object" };
        let item = format!("{kind} {}", record.id);
        self.names(&item, &record.id, &record.item);
        let facts = [fingerprint::OBJECT, fingerprint::hash_name(&record.item.name)];
        self.fingerprint(&item, &facts, record.fingerprint);
        if record.symbols.installed.is_some() != *is_service {
            self.problems.add(&item, "only a service has an installed implementor", REBUILD);
        }
        Object {
            id: record.id.clone(),
            item: record.item.clone(),
            is_service: *is_service,
            fingerprint: record.fingerprint,
            symbols: record.symbols.clone(),
        }
    }

    /// Returns a function of Dart, and its fingerprint.
    fn dart_function(
        &mut self,
        item: &str,
        param: &read::Param,
        of: &read::Function,
    ) -> Option<(DartFunction, u64)> {
        let kept = param.pass == Pass::DartFn;
        if of.leaf || param.optional {
            self.problems.add(item, "a function of Dart is optional, or passed to a leaf function", REBUILD);
        }
        if kept {
            self.needs_mailbox(item);
        }
        let Some(function) = param.function.as_ref().filter(|_| kept || param.pass == Pass::Callback) else {
            self.problems.add(item, "only a function of Dart has the types of one, and it has", REBUILD);
            return None;
        };
        self.dart_types(item, function, kept)
    }

    /// Returns a function of Dart with these types, and its fingerprint.
    fn dart_types(
        &mut self,
        item: &str,
        function: &read::DartFunction,
        kept: bool,
    ) -> Option<(DartFunction, u64)> {
        let count = function.arguments.len();
        if count > MOST_ARGUMENTS {
            let what = format!("a function of Dart has up to {MOST_ARGUMENTS} arguments, and it has {count}");
            self.problems.add(item, what, REBUILD);
        }
        let mut facts = vec![fingerprint::DART_FUNCTION];
        let mut arguments = Vec::with_capacity(count);
        for argument in &function.arguments {
            let (ty, fingerprint) = self.returns(item, Some(argument));
            facts.push(fingerprint);
            arguments.extend(ty);
        }
        let (answer, fingerprint) = self.returns(item, function.answer.as_ref());
        facts.push(fingerprint);
        let by_value = |it: &Returns| matches!(it, Returns::Value(_));
        if !(kept || arguments.iter().all(by_value))
            || !answer.iter().all(|it| by_value(it) || *it == Returns::Text)
        {
            self.problems.add(item, "a function of Dart has a type that does not cross", REBUILD);
            return None;
        }
        Some((DartFunction { arguments, answer, kept }, fingerprint::mix(&facts)))
    }

    fn listener(&mut self, record: &read::Listener) -> Listener {
        let item = format!("callback {}", record.id);
        self.names(&item, &record.id, &record.item);
        self.needs_mailbox(&item);
        self.distinct(&item, "methods", record.methods.iter().map(|it| &*it.item.name));
        let mut facts = vec![fingerprint::LISTENER, fingerprint::hash_name(&record.item.name)];
        let mut methods = Vec::with_capacity(record.methods.len());
        for method in &record.methods {
            let item = format!("{item}, method {}", method.item.name);
            self.item(&item, &method.item);
            self.distinct(&item, "parameters", method.params.iter().map(|it| &**it));
            for name in &method.params {
                self.identifier(&item, name);
            }
            if method.params.len() != method.function.arguments.len()
                || (!method.asks && method.function.answer.is_some())
            {
                self.problems.add(&item, "its parameters or result are not those of its type", REBUILD);
            }
            let Some((function, fingerprint)) = self.dart_types(&item, &method.function, true) else {
                continue;
            };
            let name = fingerprint::hash_name(&method.item.name);
            facts.extend([name, fingerprint, u64::from(method.asks)]);
            let (item, params, asks) = (method.item.clone(), method.params.clone(), method.asks);
            methods.push(ListenerMethod { item, params, function, asks });
        }
        self.fingerprint(&item, &facts, record.fingerprint);
        Listener {
            id: record.id.clone(),
            item: record.item.clone(),
            fingerprint: record.fingerprint,
            fingerprint_symbol: record.fingerprint_symbol.clone(),
            methods,
        }
    }

    fn needs_mailbox(&mut self, item: &str) {
        if self.sorted.libraries.iter().any(|it| it.symbols.mailbox.is_none()) {
            self.problems.add(item, "it needs a mailbox, and the library has none", REBUILD);
        }
    }

    /// Checks a function whose result comes to the mailbox.
    fn started(&mut self, item: &str, leaf: bool, params: &[Param]) {
        if leaf {
            self.problems.add(item, "its result comes later, and it is a leaf function", REBUILD);
        }
        self.needs_mailbox(item);
        for param in params {
            let lent = match &param.passing {
                Passing::Reference { .. } | Passing::Columns { .. } => true,
                Passing::Arena { lending, .. } => matches!(lending, Lending::Shared | Lending::Mutable),
                Passing::Slice { mutable, .. } => *mutable,
                Passing::Callback(function) => !function.kept,
                Passing::CText => true,
                Passing::Listener(_) | Passing::Moved(_) | Passing::Input(_) => false,
                Passing::Value(_) | Passing::Text | Passing::Pool(_) | Passing::Object(_) => false,
            };
            if lent {
                let what = format!("it runs on after the call, and borrows `{}`", param.name);
                self.problems.add(item, what, REBUILD);
            }
        }
    }

    /// Returns the error with that id, and its fingerprint.
    fn error_of(&mut self, item: &str, id: &TypeId, fallible: bool) -> Option<(ErrorIndex, u64)> {
        if !fallible {
            self.problems.add(item, format!("it has the error `{id}` and can't fail"), REBUILD);
        }
        let Some(index) = self.errors.get(id).copied() else {
            self.unresolved(item, id);
            return None;
        };
        Some((index, self.sorted.errors[id].fingerprint.0))
    }

    fn error(&mut self, record: &read::ErrorType) -> ErrorType {
        let item = format!("error {}", record.id);
        self.names(&item, &record.id, &record.item);
        let mut facts =
            vec![fingerprint::ERROR, fingerprint::hash_name(&record.item.name), u64::from(record.is_struct)];
        self.distinct(&item, "variants", record.variants.iter().map(|it| &*it.item.name));
        match &*record.variants {
            [] => self.problems.add(&item, "it has no variant", REBUILD),
            [only] if record.is_struct && only.item.name == record.item.name && !only.internal => {}
            _ if record.is_struct => {
                self.problems.add(&item, "its variants are not those of a struct", REBUILD)
            }
            _ => {}
        }
        let first = u32::from(!record.is_struct);
        let numbered = record.variants.iter().zip(first..);
        let variants =
            numbered.map(|(it, number)| self.error_variant(&item, it, number, &mut facts)).collect();
        self.fingerprint(&item, &facts, record.fingerprint);
        ErrorType {
            id: record.id.clone(),
            item: record.item.clone(),
            fingerprint: record.fingerprint,
            fingerprint_symbol: record.symbols.fingerprint.clone(),
            is_struct: record.is_struct,
            variants,
        }
    }

    fn error_variant(
        &mut self,
        error: &str,
        record: &read::ErrorVariant,
        number: u32,
        facts: &mut Vec<u64>,
    ) -> ErrorVariant {
        let item = format!("{error}, variant {}", record.item.name);
        self.item(&item, &record.item);
        facts.extend([
            fingerprint::hash_name(&record.item.name),
            u64::from(record.internal),
            record.size,
            record.align,
            record.fields.len() as u64,
        ]);
        self.distinct(&item, "fields", record.fields.iter().map(|it| &*it.item.name));
        if record.internal && !record.fields.is_empty() {
            self.problems.add(&item, "it is internal and has fields", REBUILD);
        }
        // The causes come first; an internal error has a number behind them.
        let mut so_far = Layout::of_span();
        if record.internal {
            let number = Layout::of_scalar(Scalar::U64, self.wide_align);
            so_far = so_far.and(number).map_or(so_far, |(layout, _)| layout);
        }
        let mut fields = Vec::with_capacity(record.fields.len());
        for field in &record.fields {
            let item = format!("{item}, field {}", field.item.name);
            self.item(&item, &field.item);
            let (ty, Facts { layout, fingerprint, .. }) = self.error_field(&item, &field.ty);
            facts.extend([fingerprint::hash_name(&field.item.name), field.offset, fingerprint]);
            let offset = so_far.size.checked_next_multiple_of(layout.align);
            match field.offset.checked_add(layout.size).filter(|_| Some(field.offset) == offset) {
                Some(end) => so_far = Layout { size: end, align: so_far.align.max(layout.align) },
                None => self.problems.add(
                    &item,
                    format!(
                        "{} bytes aligned to {} can't be at offset {}",
                        layout.size, layout.align, field.offset
                    ),
                    REBUILD,
                ),
            }
            fields.push(ErrorField { item: field.item.clone(), offset: field.offset, ty });
        }
        let layout = Layout { size: record.size, align: record.align };
        if layout.align != so_far.align
            || so_far.size.checked_next_multiple_of(so_far.align) != Some(layout.size)
        {
            let what = format!("size {} with alignment {} is not possible", layout.size, layout.align);
            self.problems.add(&item, what, REBUILD);
        }
        ErrorVariant { item: record.item.clone(), number, internal: record.internal, layout, fields }
    }

    fn error_field(&mut self, item: &str, ty: &read::ErrorFieldType) -> (ErrorFieldType, Facts) {
        let span = |fingerprint| Facts::new(Layout::of_span(), fingerprint);
        match ty {
            read::ErrorFieldType::Value(ty) => {
                let (ty, facts) = self.ty(item, ty);
                self.no_handles(item, &ty);
                if facts.layout.align.is_power_of_two() {
                    return (ErrorFieldType::Value(ty), facts);
                }
                // The type itself is reported as well.
                (ErrorFieldType::Text, span(0))
            }
            read::ErrorFieldType::Text => {
                (ErrorFieldType::Text, span(fingerprint::mix(&[fingerprint::OWNED_STRING])))
            }
            read::ErrorFieldType::Vec(of) => {
                let (of, facts) = self.error_field(item, of);
                let facts = span(fingerprint::mix(&[fingerprint::OWNED_VEC, facts.fingerprint]));
                (ErrorFieldType::Vec(Box::new(of)), facts)
            }
            read::ErrorFieldType::Option(of) => {
                let (of, facts) = self.error_field(item, of);
                let layout = self.pair(item, facts.layout, Layout::of_byte());
                let fingerprint = fingerprint::mix(&[fingerprint::OPTION, facts.fingerprint]);
                (ErrorFieldType::Option(Box::new(of)), Facts::new(layout, fingerprint))
            }
        }
    }

    /// Returns the result and its fingerprint.
    fn returns(&mut self, item: &str, returns: Option<&read::Returns>) -> (Option<Returns>, u64) {
        let Some(returns) = returns else {
            return (None, fingerprint::NOTHING);
        };
        let (shape, ty): (fn(Value) -> Returns, _) = match returns {
            read::Returns::Text => {
                return (Some(Returns::Text), fingerprint::mix(&[fingerprint::OWNED_STRING]));
            }
            read::Returns::Value(ty) => (Returns::Value, ty),
            read::Returns::Vec(ty) => (Returns::Vec, ty),
            read::Returns::Pool(id) => {
                let (ty, facts) = self.ty(item, &read::Type::Message(id.clone()));
                let returned = fingerprint::mix(&[fingerprint::POOL_BOX, facts.fingerprint]);
                return (self.pool_box(item, &ty).map(Returns::Pool), returned);
            }
            read::Returns::Columns(id) => {
                let (of, returned) = self.columnar(item, id).unzip();
                return (of.map(Returns::Columns), returned.unwrap_or_default());
            }
            read::Returns::Arena(id) => {
                let (of, returned) = self.arena(item, id).unzip();
                return (of.map(Returns::Arena), returned.unwrap_or_default());
            }
            read::Returns::Object(id) => {
                let (of, of_type) = self.object_type(item, id).unzip();
                let facts = [fingerprint::OBJECT_RESULT, of_type.unwrap_or_default()];
                return (of.map(Returns::Object), fingerprint::mix(&facts));
            }
        };
        let (ty, facts) = self.ty(item, ty);
        let returned = match returns {
            read::Returns::Vec(_) => fingerprint::mix(&[fingerprint::OWNED_VEC, facts.fingerprint]),
            _ => {
                self.by_value(item, facts.layout);
                facts.fingerprint
            }
        };
        (Some(shape(self.value(item, &ty))), returned)
    }

    /// Checks that the bounds of a range are numbers, as they stand in docs.
    fn rules(&mut self, item: &str, rules: &read::Rules) {
        for bound in [&rules.min, &rules.max].into_iter().flatten() {
            let digits = bound.strip_prefix('-').unwrap_or(bound);
            let is_number = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
            if !is_number(digits) || bound.parse::<f64>().is_err() {
                self.problems.add(
                    item,
                    format!("the bound of its range is no number: `{}`", bound.escape_debug()),
                    REBUILD,
                );
            }
        }
    }

    /// Checks that a type is not too large to cross by value: Dart's memory for one is no larger.
    fn by_value(&mut self, item: &str, Layout { size, .. }: Layout) {
        if size > MOST_BY_VALUE {
            let what = format!("{size} bytes do not cross by value, but up to {MOST_BY_VALUE}");
            self.problems.add(item, what, REBUILD);
        }
    }

    /// Returns the message in a `PoolBox`.
    fn pool_box(&mut self, item: &str, ty: &Type) -> Option<MessageIndex> {
        let Type::Message(index) = ty else {
            self.problems.add(item, "only a message is in a pool", REBUILD);
            return None;
        };
        self.pooled(item, self.message_ids[index.0])
    }

    fn queue(&mut self, record: &read::Queue) -> Option<Queue> {
        let item = format!("queue {}", record.item.name);
        self.item(&item, &record.item);
        let (_, facts) = self.ty(&item, &read::Type::Message(record.message.clone()));
        let facts = [
            fingerprint::QUEUE,
            fingerprint::hash_name(&record.item.name),
            facts.fingerprint,
            record.capacity,
        ];
        self.fingerprint(&item, &facts, record.fingerprint);
        if record.symbols.stream.is_some()
            && self.sorted.libraries.iter().any(|it| it.symbols.mailbox.is_none())
        {
            self.problems.add(&item, "Dart listens to it, and the library has no mailbox", REBUILD);
        }
        let message = self.pooled(&item, &record.message)?;
        Some(Queue {
            item: record.item.clone(),
            message,
            capacity: record.capacity,
            fingerprint: record.fingerprint,
            symbols: record.symbols.clone(),
        })
    }

    fn flag(&mut self, record: &read::Flag) -> read::Flag {
        let item = format!("flag {}", record.item.name);
        self.item(&item, &record.item);
        let facts = [fingerprint::FLAG, fingerprint::hash_name(&record.item.name)];
        self.fingerprint(&item, &facts, record.fingerprint);
        record.clone()
    }

    fn health(&mut self, record: &read::Health) -> read::Health {
        let item = format!("health check {}", record.item.name);
        self.item(&item, &record.item);
        let facts = [fingerprint::HEALTH, fingerprint::hash_name(&record.item.name)];
        self.fingerprint(&item, &facts, record.fingerprint);
        if self.sorted.libraries.iter().any(|it| it.symbols.production.is_none()) {
            self.problems.add(&item, "it needs the feature `production`, which the library lacks", REBUILD);
        }
        record.clone()
    }

    fn value(&mut self, item: &str, ty: &Type) -> Value {
        if self.lives_in_arena(ty) {
            self.problems.add(item, "what lives in an arena does not cross by itself", REBUILD);
        }
        match ty.value() {
            Some(value) => value,
            None => {
                let held = ty.held().map(|it| it.holder);
                let what = match ty {
                    Type::Array { .. } => "an array".to_owned(),
                    Type::Newtype { .. } => "a newtype of an `FfiStr` or an array".to_owned(),
                    _ if held.is_some_and(|it| it.elsewhere) => "a handle of an arena".to_owned(),
                    _ => format!("an `{}`", held.map_or("FfiRef", |it| it.name)),
                };
                let what = format!("{what} is neither parameter nor result");
                self.problems.add(item, what, "make it the field of a message, and pass that");
                Value::Scalar(Scalar::U8)
            }
        }
    }

    /// Checks that a type's id ends in its name, and that the name is an identifier.
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

    /// Checks that no two members have one name, as in Rust.
    fn distinct<'n>(&mut self, item: &str, members: &str, names: impl Iterator<Item = &'n str>) {
        let mut seen = HashSet::new();
        for name in names {
            if !seen.insert(name) {
                let what = format!("two of its {members} are called `{}`", name.escape_debug());
                self.problems.add(item, what, REBUILD);
            }
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
        self.same_fingerprint(item, Fingerprint(fingerprint::mix(facts)), recorded);
    }

    fn same_fingerprint(&mut self, item: &str, computed: Fingerprint, recorded: Fingerprint) {
        if self.sealed && computed != recorded {
            self.problems.add(
                item,
                format!("its record says fingerprint {recorded}, its layout has {computed}"),
                RESEAL,
            );
        }
    }
}

/// Returns true if Rust takes `name` for an identifier, or nearly so: no name that passes can break
/// out of a line of generated code.
fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|first| first == '_' || first.is_alphabetic())
        && chars.all(|next| next == '_' || next.is_alphanumeric())
}

/// Returns true if an enum with this repr can have a variant with this value.
fn fits(repr: Scalar, value: i64) -> bool {
    match repr {
        Scalar::I8 => i8::try_from(value).is_ok(),
        Scalar::I16 => i16::try_from(value).is_ok(),
        Scalar::I32 => i32::try_from(value).is_ok(),
        Scalar::U8 => u8::try_from(value).is_ok(),
        Scalar::U16 => u16::try_from(value).is_ok(),
        Scalar::U32 => u32::try_from(value).is_ok(),
        // All 64 bits are in use. The other types are no reprs, which is reported elsewhere.
        Scalar::I64 | Scalar::U64 | Scalar::Bool | Scalar::F32 | Scalar::F64 => true,
    }
}

/// Returns true if `version` looks like a version; no text that passes can break out of its line.
fn is_version(version: &str) -> bool {
    let version_char = |next: char| next.is_ascii_alphanumeric() || matches!(next, '.' | '-' | '+');
    !version.is_empty() && version.chars().all(version_char)
}
