//! Models written in code: layouts of the C ABI, and fingerprints that a library would export.

use std::collections::HashMap;

use ffi_core::boundary::ABI_VERSION;
use ffi_core::schema::fingerprint::{self, hash_name, mix};
use ffi_core::schema::read::{
    Case, Enum, Field, Fingerprint, Function, Item, Library, LibrarySymbols, Message, Mode, Oneof,
    PanicStrategy, Param, Pass, Pool, PoolSymbols, Queue, QueueSymbols, Record, Reset, Returns, Rules,
    Scalar, Type, TypeId, TypeSymbols, Variant, Wire,
};
use ffi_dart_emit::model::{Model, resolve};
use heck::ToSnakeCase;

/// Records of a library while it is built.
pub struct Schema {
    library: String,
    records: Vec<Record>,
    types: HashMap<TypeId, Facts>,
}

#[derive(Clone, Copy)]
struct Facts {
    size: u64,
    align: u64,
    fingerprint: u64,
}

/// Returns an item that only has a name.
pub fn named(name: &str) -> Item {
    Item {
        name: name.to_owned(),
        rename: None,
        doc: String::new(),
        deprecated: None,
        json_names: Vec::new(),
        proto_name: None,
    }
}

/// Returns `[of; len]`.
pub fn array(of: Type, len: u64) -> Type {
    Type::Array { of: Box::new(of), len }
}

pub fn str(cap: u64) -> Type {
    Type::Str { cap }
}

pub fn bytes(cap: u64) -> Type {
    Type::Bytes { cap }
}

pub fn vec(of: Type, cap: u64) -> Type {
    Type::Vec { of: Box::new(of), cap }
}

pub fn option(of: Type) -> Type {
    Type::Option { of: Box::new(of) }
}

pub fn map(key: Type, value: Type, cap: u64) -> Type {
    Type::Map { key: Box::new(key), value: Box::new(value), cap }
}

pub fn reference(to: Type) -> Type {
    match to {
        Type::Message(id) => Type::Ref(id),
        other => panic!("{other:?} is no message"),
    }
}

/// Returns the `repr(C)` layout of consecutive fields: the offset of each, size and alignment.
fn in_a_row(parts: &[Facts]) -> (Vec<u64>, u64, u64) {
    let (mut size, mut align) = (0_u64, 1);
    let offsets = parts.iter().map(|part| {
        let offset = size.next_multiple_of(part.align);
        size = offset + part.size;
        align = part.align.max(align);
        offset
    });
    let offsets = offsets.collect();
    (offsets, size.next_multiple_of(align), align)
}

impl Schema {
    pub fn new(library: &str) -> Self {
        let symbol = |op| format!("{library}_ffi0_{op}");
        let symbols = LibrarySymbols {
            abi_version: symbol("abi_version"),
            status_clear: symbol("status_clear"),
            alloc: symbol("alloc"),
            free: symbol("free"),
            owned_free: symbol("owned_free"),
            dart_init: symbol("dart_init"),
            dart_calls: symbol("dart_calls"),
            shutdown: symbol("shutdown"),
            info: None,
            production: None,
            mailbox: None,
        };
        let record = Library {
            name: library.to_owned(),
            version: "1.2.3".to_owned(),
            abi: ABI_VERSION,
            panic: PanicStrategy::Unwind,
            symbols,
        };
        Self { library: library.to_owned(), records: vec![Record::Library(record)], types: HashMap::new() }
    }

    pub fn model(&self) -> Model {
        resolve(self.records.clone()).expect("the schema is right")
    }

    /// Returns true if functions take the type by value.
    pub fn is_by_value(&self, ty: &Type) -> bool {
        self.facts(ty).size <= ffi_core::boundary::MAX_BY_VALUE as u64
    }

    fn facts(&self, ty: &Type) -> Facts {
        match ty {
            Type::Scalar(it) => {
                let size = it.size();
                Facts { size, align: size, fingerprint: fingerprint::scalar(it.name()) }
            }
            Type::Array { of, len } => {
                let of = self.facts(of);
                Facts { size: of.size * len, fingerprint: fingerprint::array(of.fingerprint, *len), ..of }
            }
            Type::Message(id) | Type::Enum(id) | Type::Oneof(id) | Type::Newtype(id) => self.types[id],
            Type::Logical(_)
            | Type::Object(_)
            | Type::Arena(_)
            | Type::ArenaStr {}
            | Type::ArenaBytes {}
            | Type::ArenaVec { .. }
            | Type::ArenaMap { .. }
            | Type::ArenaBox { .. } => unreachable!("no test has one here"),
            Type::Str { cap } => self.list(self.byte(), *cap, &[fingerprint::STR, *cap]),
            Type::Bytes { cap } => self.list(self.byte(), *cap, &[fingerprint::BYTES, *cap]),
            Type::Secret { cap } => self.list(self.byte(), *cap, &[fingerprint::SECRET, *cap]),
            Type::Vec { of, cap } => {
                let of = self.facts(of);
                self.list(of, *cap, &[fingerprint::VEC, of.fingerprint, *cap])
            }
            Type::Option { of } => {
                let of = self.facts(of);
                let (_, size, align) = in_a_row(&[of, self.byte()]);
                Facts { size, align, fingerprint: mix(&[fingerprint::OPTION, of.fingerprint]) }
            }
            Type::Map { key, value, cap } => {
                let (key, value) = (self.facts(key), self.facts(value));
                let (_, size, align) = in_a_row(&[key, value]);
                let facts = [fingerprint::MAP, key.fingerprint, value.fingerprint, *cap];
                self.list(Facts { size, align, fingerprint: 0 }, *cap, &facts)
            }
            Type::Open(id) => {
                let of = self.types[id];
                Facts { fingerprint: mix(&[fingerprint::OPEN, of.fingerprint]), ..of }
            }
            Type::Ref(id) => {
                Facts { size: 8, align: 4, fingerprint: mix(&[fingerprint::REF, hash_name(&id.0)]) }
            }
            // A column is a reference, so its size doesn't count.
            Type::Columns(id) => {
                let of = self.types[id];
                Facts { fingerprint: mix(&[fingerprint::COLUMNS, of.fingerprint]), ..of }
            }
        }
    }

    fn byte(&self) -> Facts {
        self.facts(&Type::Scalar(Scalar::U8))
    }

    fn list(&self, of: Facts, cap: u64, facts: &[u64]) -> Facts {
        let items = Facts { size: of.size * cap, ..of };
        let (_, size, align) = in_a_row(&[self.facts(&Type::Scalar(Scalar::U32)), items]);
        Facts { size, align, fingerprint: mix(facts) }
    }

    /// Adds a oneof whose first case is `Unset`, before those given.
    pub fn oneof_of(&mut self, item: Item, cases: Vec<(Item, Option<Type>)>) -> Type {
        let id = TypeId(format!("{}::{}", self.library, item.name));
        let cases: Vec<_> = [(named("Unset"), None)].into_iter().chain(cases).collect();
        let mut union = Facts { size: 0, align: 1, fingerprint: 0 };
        let mut facts = Vec::new();
        for (item, ty) in &cases {
            let of = ty.as_ref().map(|ty| self.facts(ty));
            facts.extend([hash_name(&item.name), of.map_or(fingerprint::NOTHING, |it| it.fingerprint)]);
            union.size = of.map_or(0, |it| it.size).max(union.size);
            union.align = of.map_or(1, |it| it.align).max(union.align);
        }
        union.size = union.size.next_multiple_of(union.align);
        let (offsets, size, align) = in_a_row(&[self.facts(&Type::Scalar(Scalar::U32)), union]);
        let payload = offsets[1];
        let head = [fingerprint::ONEOF, hash_name(&item.name), size, align, payload];
        let fingerprint = mix(&[&head[..], &facts].concat());
        self.types.insert(id.clone(), Facts { size, align, fingerprint });
        self.records.push(Record::Oneof(Oneof {
            id: id.clone(),
            size,
            align,
            payload,
            fingerprint: Fingerprint(fingerprint),
            symbols: TypeSymbols { fingerprint: self.symbol(&item.name, "fingerprint") },
            in_arena: false,
            cases: cases
                .into_iter()
                .zip(0..)
                .map(|((item, ty), tag)| Case { item, ty, tag, wire: Wire::default() })
                .collect(),
            item,
        }));
        Type::Oneof(id)
    }

    /// Adds a oneof of cases that only have names.
    pub fn oneof(&mut self, name: &str, cases: &[(&str, Option<Type>)]) -> Type {
        let cases = cases.iter().map(|(name, ty)| (named(name), ty.clone())).collect();
        self.oneof_of(named(name), cases)
    }

    fn symbol(&self, name: &str, op: &str) -> String {
        format!("{}_ffi_{}_{op}", self.library, name.to_snake_case())
    }

    /// Adds a message aligned to at least `align`, and returns its type.
    pub fn message_aligned(&mut self, item: Item, fields: Vec<(Item, Type)>, align: u64) -> Type {
        let id = TypeId(format!("{}::{}", self.library, item.name));
        let mut layout = Facts { size: 0, align, fingerprint: 0 };
        let mut facts = Vec::new();
        let mut records = Vec::new();
        for ((item, ty), tag) in fields.into_iter().zip(1..) {
            let of = self.facts(&ty);
            let offset = layout.size.next_multiple_of(of.align);
            facts.extend([hash_name(&item.name), offset, of.fingerprint]);
            layout.size = offset + of.size;
            layout.align = layout.align.max(of.align);
            let (wire, rules) = (Wire::default(), Rules::default());
            records.push(Field { item, offset, ty, tag, wire, rules });
        }
        layout.size = layout.size.next_multiple_of(layout.align);
        let head = [fingerprint::MESSAGE, hash_name(&item.name), layout.size, layout.align];
        layout.fingerprint = mix(&[&head[..], &facts].concat());
        self.types.insert(id.clone(), layout);
        self.records.push(Record::Message(Message {
            id: id.clone(),
            size: layout.size,
            align: layout.align,
            fingerprint: Fingerprint(layout.fingerprint),
            symbols: TypeSymbols { fingerprint: self.symbol(&item.name, "fingerprint") },
            fields: records,
            reserved: Vec::new(),
            pool: None,
            columns: None,
            arena: None,
            simd: None,
            proto: None,
            json: None,
            item,
        }));
        Type::Message(id)
    }

    /// Adds a message of fields that only have names.
    pub fn message(&mut self, name: &str, fields: &[(&str, Type)]) -> Type {
        let fields = fields.iter().map(|(name, ty)| (named(name), ty.clone())).collect();
        self.message_aligned(named(name), fields, 1)
    }

    /// Gives the message `ty` a pool.
    pub fn pool(&mut self, ty: &Type, reset: Reset) {
        let Type::Message(id) = ty else { panic!("{ty:?} is no message") };
        let symbol = |name: &str, op: &str| self.symbol(name, &format!("pool_{op}"));
        let name = id.0.rsplit("::").next().expect("an id ends in the name");
        let symbols = PoolSymbols {
            alloc: symbol(name, "alloc"),
            alloc_many: symbol(name, "alloc_many"),
            free: symbol(name, "free"),
            free_many: symbol(name, "free_many"),
            release: symbol(name, "release"),
            stats: symbol(name, "stats"),
            live: Some(symbol(name, "live")),
            resolve: symbol(name, "resolve"),
            reference: symbol(name, "reference"),
        };
        let is_it = |record: &Record| matches!(record, Record::Message(it) if it.id == *id);
        let at = self.records.iter().position(is_it).expect("it was added");
        let Record::Message(it) = &self.records[at] else { unreachable!("it is one") };
        let mut facts = vec![fingerprint::MESSAGE, hash_name(&it.item.name), it.size, it.align];
        for field in &it.fields {
            facts.extend([hash_name(&field.item.name), field.offset, self.facts(&field.ty).fingerprint]);
        }
        facts.push(fingerprint::POOL);
        let hash = mix(&facts);
        self.types.get_mut(id).expect("it was added").fingerprint = hash;
        let Record::Message(it) = &mut self.records[at] else { unreachable!("it is one") };
        it.fingerprint = Fingerprint(hash);
        it.pool = Some(Pool { capacity: 1000, reset, symbols });
    }

    /// Adds a queue of the message `of`, which has a pool.
    pub fn queue(&mut self, item: Item, of: &Type) {
        let Type::Message(message) = of else { panic!("{of:?} is no message") };
        let symbol = |op| format!("{}_ffi_queue_{}_{op}", self.library, item.name.to_lowercase());
        let facts = [fingerprint::QUEUE, hash_name(&item.name), self.types[message].fingerprint, 16];
        self.records.push(Record::Queue(Queue {
            message: message.clone(),
            capacity: 16,
            fingerprint: Fingerprint(mix(&facts)),
            symbols: QueueSymbols {
                fingerprint: symbol("fingerprint"),
                push: symbol("push"),
                pop: symbol("pop"),
                pop_many: symbol("pop_many"),
                len: symbol("len"),
                close: symbol("close"),
                is_closed: symbol("is_closed"),
                stream: None,
            },
            item,
        }));
    }

    pub fn enumeration_of(&mut self, item: Item, repr: Scalar, variants: Vec<(Item, i64)>) -> Type {
        let id = TypeId(format!("{}::{}", self.library, item.name));
        let size = repr.size();
        let mut facts = vec![fingerprint::ENUM, hash_name(&item.name), fingerprint::scalar(repr.name())];
        for (item, value) in &variants {
            facts.extend([hash_name(&item.name), value.cast_unsigned()]);
        }
        let fingerprint = mix(&facts);
        self.types.insert(id.clone(), Facts { size, align: size, fingerprint });
        self.records.push(Record::Enum(Enum {
            id: id.clone(),
            repr,
            fingerprint: Fingerprint(fingerprint),
            symbols: TypeSymbols { fingerprint: self.symbol(&item.name, "fingerprint") },
            variants: variants.into_iter().map(|(item, value)| Variant { item, value }).collect(),
            item,
        }));
        Type::Enum(id)
    }

    /// Adds an enum of variants that only have names.
    pub fn enumeration(&mut self, name: &str, repr: Scalar, variants: &[(&str, i64)]) -> Type {
        let variants = variants.iter().map(|(name, value)| (named(name), *value)).collect();
        self.enumeration_of(named(name), repr, variants)
    }

    /// Adds a function; `change` may set everything that the arguments don't.
    pub fn function(
        &mut self,
        item: Item,
        params: &[(&str, Pass, Type)],
        returns: Option<Type>,
        change: impl FnOnce(&mut Function),
    ) {
        let mut function = Function {
            symbol: format!("{}_ffi_{}", self.library, item.name),
            fingerprint: Fingerprint(0),
            fingerprint_symbol: format!("{}_ffi_fn_{}_fingerprint", self.library, item.name),
            leaf: false,
            mode: Mode::Sync,
            member: None,
            window: 0,
            arguments: None,
            params: params
                .iter()
                .map(|(name, pass, ty)| Param {
                    name: (*name).to_owned(),
                    pass: *pass,
                    optional: false,
                    ty: ty.clone(),
                    function: None,
                    listener: None,
                    rules: Rules::default(),
                })
                .collect(),
            returns: returns.map(Returns::Value),
            optional: false,
            fallible: false,
            error: None,
            item,
        };
        change(&mut function);
        let returns = function.returns.as_ref();
        let mut facts = vec![
            fingerprint::FUNCTION,
            fingerprint::SIGNATURES,
            hash_name(&function.item.name),
            match returns {
                None => fingerprint::NOTHING,
                Some(Returns::Value(ty)) => self.facts(ty).fingerprint,
                Some(Returns::Text) => mix(&[fingerprint::OWNED_STRING]),
                Some(Returns::Vec(ty)) => mix(&[fingerprint::OWNED_VEC, self.facts(ty).fingerprint]),
                Some(Returns::Pool(id)) => mix(&[fingerprint::POOL_BOX, self.types[id].fingerprint]),
                Some(Returns::Object(_) | Returns::Arena(_)) => unreachable!("no test has one here"),
                Some(Returns::Columns(id)) => mix(&[fingerprint::COLUMNS, self.types[id].fingerprint]),
            },
            u64::from(function.fallible),
            fingerprint::NOTHING,
            u64::from(function.optional),
        ];
        for param in &function.params {
            let pass = match param.pass {
                Pass::Value => "value",
                Pass::Ref => "ref",
                Pass::Mut => "mut",
                Pass::Slice => "slice",
                Pass::SliceMut => "slice_mut",
                Pass::Str => "str",
                Pass::CStr => "c_str",
                Pass::Moved => "moved",
                Pass::Pool => "pool",
                Pass::Object
                | Pass::Callback
                | Pass::DartFn
                | Pass::Listener
                | Pass::Frozen
                | Pass::InputValue
                | Pass::InputStr
                | Pass::InputSlice
                | Pass::InputPool
                | Pass::InputArena => unreachable!("no test has one here"),
            };
            let pass = format!("{}{pass}", if param.optional { "optional_" } else { "" });
            facts.extend([hash_name(&pass), self.facts(&param.ty).fingerprint]);
        }
        function.fingerprint = Fingerprint(mix(&facts));
        self.records.push(Record::Function(function));
    }
}
