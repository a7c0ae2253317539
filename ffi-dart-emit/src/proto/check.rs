//! Finds the reasons for which rustc, the derive, or the Dart writer would refuse an imported
//! schema.
//!
//! The schema becomes records, as the derive would write them, and those go through the model and
//! the names of Dart, so that all rules are written in one place.

use std::collections::HashMap;

use ffi_core::boundary::ABI_VERSION;
use ffi_core::schema::read::{
    Arena, ArenaSymbols, Case, Enum, Field, Fingerprint, Item, Library, LibrarySymbols, Message, Newtype,
    Oneof, PanicStrategy, Pool, PoolSymbols, Record, Reset, Scalar, Type, TypeId, TypeSymbols, Variant,
};
use heck::ToSnakeCase;

use super::graph::components;
use super::rust::{Body, Part, Source};
use crate::dart;
use crate::holder::{self, Held, Holding};
use crate::logical::Logical;
use crate::model::{Layout, Problem, WideAlign, resolve_unsealed};

/// Name of the crate that stands for an imported schema.
pub const CRATE: &str = "imported";

/// Size in bytes of the largest type that rustc accepts.
const MAX_SIZE: u64 = 1 << 47;

/// Returns the id of a type in records.
pub fn id(source: &Source) -> String {
    format!("{}::{}", source.prefix.as_deref().unwrap_or(CRATE), source.name)
}

/// Depth to which types may hold each other without an attribute: rustc's default limit is 128, and
/// it refuses 110.
pub const DEPTH: usize = 80;

/// Result of a check.
pub struct Checked {
    /// Reasons why the items would be refused. Their items are those of the model, in the crate
    /// [`CRATE`].
    pub problems: Vec<Problem>,
    /// Depth to which the items hold each other.
    pub depth: usize,
    /// Name among all modules -> size in bytes.
    pub sizes: HashMap<String, u64>,
}

/// Returns everything that `items` would be refused for.
pub fn check(items: &[Source]) -> Checked {
    let Records { all, problems, depth, sizes } = Records::of(items);
    if !problems.is_empty() {
        return Checked { problems, depth, sizes };
    }
    let checked = resolve_unsealed(all).and_then(|model| dart::check(&model, &dart::Options::default()));
    Checked { problems: checked.err().map(|it| it.0).unwrap_or_default(), depth, sizes }
}

/// Returns the size in bytes of each item: name among all modules -> size.
pub fn sizes(items: &[Source]) -> HashMap<String, u64> {
    Records::of(items).sizes
}

struct Records {
    all: Vec<Record>,
    problems: Vec<Problem>,
    depth: usize,
    sizes: HashMap<String, u64>,
}

impl Records {
    fn of(items: &[Source]) -> Self {
        let keys: Vec<_> = items.iter().map(Source::key).collect();
        let index: HashMap<_, _> = keys.iter().map(String::as_str).zip(0..).collect();
        let ids = items.iter().zip(&keys).map(|(it, key)| (key.clone(), id(it))).collect();
        let held: Vec<Vec<usize>> = items
            .iter()
            .map(|item| {
                let mut ids = Vec::new();
                item.body
                    .parts()
                    .iter()
                    .filter_map(|part| part.ty.as_ref())
                    .for_each(|ty| held(ty, &mut ids));
                ids.iter().filter_map(|id| index.get(&*id.0).copied()).collect()
            })
            .collect();
        // Each comes after those that it holds, whose layouts it needs.
        let order = components(&held);
        let mut sorted: Vec<_> = (0..items.len()).collect();
        sorted.sort_by_key(|at| order[*at]);
        let mut records = Self {
            all: vec![Record::Library(library())],
            problems: Vec::new(),
            depth: 0,
            sizes: HashMap::new(),
        };
        let mut known = HashMap::new();
        let mut depths = vec![0; items.len()];
        for at in sorted {
            depths[at] = 1 + held[at].iter().map(|inner| depths[*inner]).max().unwrap_or_default();
            records.depth = records.depth.max(depths[at]);
            let layout = records.add(&items[at], &known, &ids);
            records.sizes.insert(keys[at].clone(), layout.size);
            known.insert(keys[at].clone(), layout);
        }
        records
    }

    fn add(
        &mut self,
        source: &Source,
        known: &HashMap<String, Layout>,
        ids: &HashMap<String, String>,
    ) -> Layout {
        let prefix = source.prefix.as_deref().unwrap_or(CRATE);
        let symbol = |operation: &str| format!("{prefix}_ffi_{}_{operation}", source.name.to_snake_case());
        let id = TypeId(id(source));
        let qualified = |ty: &Type| qualified(ty, ids);
        let item = Item { proto_name: source.proto.clone(), ..item(&source.name, source.rename.as_ref()) };
        let fingerprint = Fingerprint(0);
        let symbols = TypeSymbols { fingerprint: symbol("fingerprint") };
        let part_item = |part: &Part| Item {
            json_names: part.json.clone(),
            ..self::item(part.name.trim_start_matches("r#"), part.rename.as_ref())
        };
        // The model refuses types without a layout, so the placeholder does no harm.
        let of = |ty: &Type| layout(ty, known).unwrap_or(SOME);
        let (record, whole) = match &source.body {
            Body::Enum { repr, variants, .. } => {
                let variants = variants.iter().map(|part| {
                    // The bits of a `u64` that is no `i64`.
                    let bits = part.value.and_then(|value| {
                        i64::try_from(value).or(u64::try_from(value).map(u64::cast_signed)).ok()
                    });
                    Variant { item: part_item(part), value: bits.unwrap_or_default() }
                });
                let variants = variants.collect();
                let it = Enum { id, item, repr: *repr, fingerprint, symbols, variants };
                (Record::Enum(it), Layout::of_scalar(*repr, WideAlign::Size))
            }
            Body::Newtype { value, dart } => {
                let ty = value.first().and_then(|part| part.ty.as_ref());
                let whole = ty.map_or(SOME, of);
                let ty = ty.map_or(Type::Scalar(Scalar::U8), &qualified);
                let it = Newtype { id, item, ty, fingerprint, symbols, dart: dart.clone() };
                (Record::Newtype(it), whole)
            }
            Body::Struct(parts) => {
                let mut whole = Layout { size: 0, align: 1 };
                let mut fields = Vec::with_capacity(parts.len());
                for part in parts {
                    let Some(ty) = &part.ty else { continue };
                    let of = of(ty);
                    let offset = whole.size.next_multiple_of(of.align);
                    let size = offset.saturating_add(of.size).min(MAX_SIZE);
                    whole = Layout { size, align: whole.align.max(of.align) };
                    let tag = part.tag.unwrap_or_default();
                    let (wire, rules) = (part.wire, part.rules.clone());
                    fields.push(Field { item: part_item(part), offset, ty: qualified(ty), tag, wire, rules });
                }
                whole.size = whole.size.next_multiple_of(whole.align);
                let pool = source.pool.as_ref().map(|pool| Pool {
                    capacity: u32::try_from(pool.capacity).unwrap_or_default(),
                    reset: Reset::Zero,
                    symbols: PoolSymbols {
                        alloc: symbol("pool_alloc"),
                        alloc_many: symbol("pool_alloc_many"),
                        free: symbol("pool_free"),
                        free_many: symbol("pool_free_many"),
                        release: symbol("pool_release"),
                        stats: symbol("pool_stats"),
                        live: Some(symbol("pool_live")),
                        resolve: symbol("pool_resolve"),
                        reference: symbol("pool_ref"),
                    },
                });
                let it = Message {
                    id,
                    item,
                    size: whole.size,
                    align: whole.align,
                    fingerprint,
                    symbols,
                    fields,
                    reserved: source.reserved.clone(),
                    pool,
                    columns: None,
                    arena: source.in_arena.then(|| Box::new(Arena { symbols: arena_symbols(&symbol) })),
                    simd: None,
                    proto: None,
                    json: None,
                };
                (Record::Message(it), whole)
            }
            Body::Oneof(parts) => {
                let union = parts.iter().filter_map(|part| part.ty.as_ref()).map(of);
                let union = union.fold(Layout { size: 0, align: 1 }, |all, of| Layout {
                    size: all.size.max(of.size),
                    align: all.align.max(of.align),
                });
                let size = union.size.min(MAX_SIZE).next_multiple_of(union.align);
                let whole = Layout::of_scalar(Scalar::U32, WideAlign::Size).and(Layout { size, ..union });
                let (whole, payload) = whole.unwrap_or((SOME, 0));
                let cases = parts.iter().map(|part| Case {
                    item: part_item(part),
                    ty: part.ty.as_ref().map(&qualified),
                    tag: part.tag.unwrap_or_default(),
                    wire: part.wire,
                });
                let cases = cases.collect();
                let Layout { size, align } = whole;
                let it = Oneof {
                    id,
                    item,
                    size,
                    align,
                    payload,
                    fingerprint,
                    symbols,
                    in_arena: source.in_arena,
                    cases,
                };
                (Record::Oneof(it), whole)
            }
        };
        if whole.size >= MAX_SIZE {
            self.problems.push(Problem {
                item: format!("message {}", self::id(source)),
                what: format!("it has {MAX_SIZE} bytes or more, and rustc takes less"),
                fix: "take smaller bounds, or hold less".to_owned(),
            });
            return SOME;
        }
        self.all.push(record);
        whole
    }
}

fn arena_symbols(symbol: &dyn Fn(&str) -> String) -> ArenaSymbols {
    let symbol = |operation: &str| symbol(&format!("arena_{operation}"));
    ArenaSymbols {
        new: symbol("new"),
        free: symbol("free"),
        parts: symbol("parts"),
        resize: symbol("resize"),
        renew: symbol("renew"),
        compact: symbol("compact"),
        wasted: symbol("wasted"),
        map: symbol("map"),
        check: symbol("check"),
        freeze: symbol("freeze"),
        schema: symbol("schema"),
        compare: symbol("compare"),
    }
}

/// Placeholder for a layout that isn't possible.
const SOME: Layout = Layout { size: 1, align: 1 };

/// Returns the layout of a type, if it is possible.
fn layout(ty: &Type, known: &HashMap<String, Layout>) -> Option<Layout> {
    let of = |ty: &Type| layout(ty, known);
    match ty {
        Type::Scalar(it) => Some(Layout::of_scalar(*it, WideAlign::Size)),
        Type::Message(id) | Type::Enum(id) | Type::Open(id) | Type::Oneof(id) | Type::Newtype(id) => {
            known.get(&id.0).copied()
        }
        Type::Logical(name) => Some(Logical::named(name)?.layout(WideAlign::Size).0),
        Type::Ref(_) => Some(Layout { size: 8, align: 4 }),
        Type::Array { of: inner, len } => of(inner)?.times(*len),
        other => {
            let held = other.held()?;
            // The layout of a handle doesn't depend on what it refers to, which may hold the
            // handle.
            let of_handle = || held.holder.layout(None, 0);
            let whole = if held.holder.elsewhere { of_handle() } else { held.layout(of) };
            Some(whole?.0)
        }
    }
}

/// Adds the named types that `ty` has in place.
fn held<'a>(ty: &'a Type, into: &mut Vec<&'a TypeId>) {
    match ty {
        Type::Array { of, .. } => held(of, into),
        Type::Message(id) | Type::Oneof(id) | Type::Enum(id) | Type::Open(id) | Type::Newtype(id) => {
            into.push(id)
        }
        other => {
            let holds = other.held().filter(|it| !it.holder.elsewhere);
            holds.iter().flat_map(Held::parts).for_each(|part| held(part, into));
        }
    }
}

/// Returns the type with the names that records use.
fn qualified(ty: &Type, ids: &HashMap<String, String>) -> Type {
    let id = |id: &TypeId| TypeId(ids.get(&id.0).unwrap_or(&id.0).clone());
    match ty {
        Type::Message(it) => Type::Message(id(it)),
        Type::Enum(it) => Type::Enum(id(it)),
        Type::Open(it) => Type::Open(id(it)),
        Type::Oneof(it) => Type::Oneof(id(it)),
        Type::Ref(it) => Type::Ref(id(it)),
        Type::Columns(it) => Type::Columns(id(it)),
        Type::Object(it) => Type::Object(id(it)),
        Type::Newtype(it) => Type::Newtype(id(it)),
        Type::Arena(it) => Type::Arena(id(it)),
        Type::Array { of, len } => Type::Array { of: Box::new(qualified(of, ids)), len: *len },
        other => {
            other.held().map_or_else(|| other.clone(), |held| holder::map(&held, |part| qualified(part, ids)))
        }
    }
}

fn item(name: &str, rename: Option<&String>) -> Item {
    Item {
        name: name.to_owned(),
        rename: rename.cloned(),
        doc: String::new(),
        deprecated: None,
        json_names: Vec::new(),
        proto_name: None,
    }
}

fn library() -> Library {
    let symbol = |name: &str| format!("{CRATE}_ffi0_{name}");
    Library {
        name: CRATE.to_owned(),
        version: "0.0.0".to_owned(),
        abi: ABI_VERSION,
        panic: PanicStrategy::Unwind,
        symbols: LibrarySymbols {
            abi_version: symbol("abi_version"),
            status_clear: symbol("status_clear"),
            alloc: symbol("alloc"),
            free: symbol("free"),
            owned_free: symbol("owned_free"),
            shutdown: symbol("shutdown"),
            info: None,
            production: None,
            mailbox: None,
            dart_init: symbol("dart_init"),
            dart_calls: symbol("dart_calls"),
        },
    }
}
