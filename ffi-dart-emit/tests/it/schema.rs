//! Records to test with.

use std::collections::HashMap;

use ffi_core::boundary::ABI_VERSION;
use ffi_core::schema::fingerprint::{ARRAY, ENUM, FUNCTION, MESSAGE, NOTHING, SCALAR, hash_name, mix};
use ffi_core::schema::format::MAGIC;
use ffi_core::schema::read::{
    Enum, Field, Fingerprint, Function, Item, Library, LibrarySymbols, Message, PanicStrategy, Param, Pass,
    Record, Scalar, Type, TypeId, TypeSymbols, Variant,
};

pub fn item(name: &str) -> Item {
    Item { name: name.to_owned(), rename: None, doc: String::new(), deprecated: None }
}

pub fn id(name: &str) -> TypeId {
    TypeId(format!("demo::{name}"))
}

pub fn library() -> Library {
    Library {
        name: "demo".to_owned(),
        version: "1.2.3".to_owned(),
        abi: ABI_VERSION,
        panic: PanicStrategy::Unwind,
        symbols: LibrarySymbols {
            abi_version: "demo_abi_version".to_owned(),
            status_clear: "demo_status_clear".to_owned(),
            alloc: "demo_alloc".to_owned(),
            free: "demo_free".to_owned(),
        },
    }
}

pub fn message(name: &str, size: u64, align: u64, fields: &[(&str, u64, Type)]) -> Message {
    let field = |(name, offset, ty): &(&str, u64, Type)| Field {
        item: item(name),
        offset: *offset,
        ty: ty.clone(),
        tag: None,
    };
    Message {
        id: id(name),
        item: item(name),
        size,
        align,
        fingerprint: Fingerprint(0),
        symbols: TypeSymbols { fingerprint: format!("demo_{}_fingerprint", name.to_lowercase()) },
        fields: fields.iter().map(field).collect(),
        reserved: Vec::new(),
    }
}

pub fn enumeration(name: &str, repr: Scalar, variants: &[(&str, i64)]) -> Enum {
    Enum {
        id: id(name),
        item: item(name),
        repr,
        fingerprint: Fingerprint(0),
        symbols: TypeSymbols { fingerprint: format!("demo_{}_fingerprint", name.to_lowercase()) },
        variants: variants.iter().map(|(name, value)| Variant { item: item(name), value: *value }).collect(),
    }
}

pub fn function(name: &str, params: &[(&str, Pass, Type)], returns: Option<Type>) -> Function {
    let param = |(name, pass, ty): &(&str, Pass, Type)| Param {
        name: (*name).to_owned(),
        pass: *pass,
        ty: ty.clone(),
    };
    Function {
        item: item(name),
        symbol: format!("demo_{name}"),
        fingerprint: Fingerprint(0),
        fingerprint_symbol: format!("demo_{name}_fingerprint"),
        leaf: false,
        params: params.iter().map(param).collect(),
        returns,
        fallible: false,
    }
}

pub fn scalar(scalar: Scalar) -> Type {
    Type::Scalar(scalar)
}

pub fn array(of: Type, len: u64) -> Type {
    Type::Array { of: Box::new(of), len }
}

/// A library with something of everything.
pub fn demo() -> Vec<Record> {
    let vec3 = || Type::Message(id("Vec3"));
    let particle = || Type::Message(id("Particle"));
    let color = || Type::Enum(id("Color"));
    let mut advance = function(
        "advance",
        &[("particles", Pass::SliceMut, particle()), ("step", Pass::Value, scalar(Scalar::F32))],
        Some(scalar(Scalar::U32)),
    );
    advance.fallible = true;
    advance.item.doc = "Moves every particle.\n\nReturns how many are alive.".to_owned();
    let mut origin = function("origin", &[], Some(vec3()));
    origin.leaf = true;
    let mut tick = function("tick", &[], None);
    tick.fallible = true;
    tick.item.deprecated = Some("use `advance`".to_owned());
    let mut particles = message(
        "Particle",
        104,
        8,
        &[
            ("position", 0, vec3()),
            ("alive", 12, scalar(Scalar::Bool)),
            ("color", 13, color()),
            ("mass", 16, scalar(Scalar::F64)),
            ("trail", 24, array(array(vec3(), 2), 3)),
            ("int", 96, scalar(Scalar::U8)),
        ],
    );
    particles.item.doc = "A point with a mass.".to_owned();
    particles.fields[3].item.doc = "In kilograms.".to_owned();
    seal(vec![
        Record::Function(tick),
        Record::Message(particles),
        Record::Library(library()),
        Record::Enum(enumeration("Color", Scalar::U8, &[("Red", 0), ("Green", 1), ("Blue", 200)])),
        Record::Function(advance),
        Record::Enum(enumeration("Wide", Scalar::U64, &[("None", 0), ("All", -1)])),
        Record::Enum(enumeration(
            "Deep",
            Scalar::I64,
            &[("Zero", 0), ("Least", i64::MIN), ("Most", i64::MAX)],
        )),
        Record::Message(message(
            "Vec3",
            12,
            4,
            &[("x", 0, scalar(Scalar::F32)), ("y", 4, scalar(Scalar::F32)), ("z", 8, scalar(Scalar::F32))],
        )),
        Record::Function(origin),
        Record::Function(function(
            "mix",
            &[
                ("one", Pass::Ref, particle()),
                ("status", Pass::Value, color()),
                ("weights", Pass::Slice, scalar(Scalar::F64)),
                ("into", Pass::Mut, particle()),
                ("at", Pass::Value, vec3()),
                ("exact", Pass::Value, scalar(Scalar::Bool)),
            ],
            Some(color()),
        )),
    ])
}

/// Fills in every fingerprint, as the table in `ffi_core::schema::fingerprint` has it.
pub fn seal(records: Vec<Record>) -> Vec<Record> {
    let types: HashMap<_, _> = records
        .iter()
        .filter_map(|record| match record {
            Record::Message(it) => Some((it.id.clone(), record.clone())),
            Record::Enum(it) => Some((it.id.clone(), record.clone())),
            _ => None,
        })
        .collect();
    let sealed = |record| match record {
        Record::Message(it) => {
            Record::Message(Message { fingerprint: Fingerprint(of_message(&it, &types)), ..it })
        }
        Record::Enum(it) => Record::Enum(Enum { fingerprint: Fingerprint(of_enum(&it)), ..it }),
        Record::Function(it) => {
            Record::Function(Function { fingerprint: Fingerprint(of_function(&it, &types)), ..it })
        }
        library => library,
    };
    records.into_iter().map(sealed).collect()
}

type Types = HashMap<TypeId, Record>;

fn of_message(message: &Message, types: &Types) -> u64 {
    let mut facts = vec![MESSAGE, hash_name(&message.item.name), message.size, message.align];
    for field in &message.fields {
        facts.extend([hash_name(&field.item.name), field.offset, of_type(&field.ty, types)]);
    }
    mix(&facts)
}

fn of_enum(it: &Enum) -> u64 {
    let mut facts = vec![ENUM, hash_name(&it.item.name), of_scalar(it.repr)];
    for variant in &it.variants {
        facts.extend([hash_name(&variant.item.name), variant.value as u64]);
    }
    mix(&facts)
}

fn of_function(function: &Function, types: &Types) -> u64 {
    let returns = function.returns.as_ref().map_or(NOTHING, |ty| of_type(ty, types));
    let mut facts = vec![FUNCTION, hash_name(&function.item.name), returns, function.fallible.into()];
    for param in &function.params {
        let pass = match param.pass {
            Pass::Value => "value",
            Pass::Ref => "ref",
            Pass::Mut => "mut",
            Pass::Slice => "slice",
            Pass::SliceMut => "slice_mut",
        };
        facts.extend([hash_name(pass), of_type(&param.ty, types)]);
    }
    mix(&facts)
}

fn of_scalar(scalar: Scalar) -> u64 {
    mix(&[SCALAR, hash_name(&format!("{scalar:?}").to_lowercase())])
}

fn of_type(ty: &Type, types: &Types) -> u64 {
    match ty {
        Type::Scalar(it) => of_scalar(*it),
        Type::Array { of, len } => mix(&[ARRAY, of_type(of, types), *len]),
        Type::Message(id) | Type::Enum(id) => match types.get(id) {
            // A message that holds itself has no fingerprint, and is refused before that is missed.
            Some(Record::Message(it)) if it.fields.iter().any(|field| field.ty == *ty) => 0,
            Some(Record::Message(it)) => of_message(it, types),
            Some(Record::Enum(it)) => of_enum(it),
            _ => 0,
        },
    }
}

/// A schema section.
pub fn section(records: &[Record]) -> Vec<u8> {
    records.iter().flat_map(|record| encode(&serde_json::to_string(record).unwrap())).collect()
}

pub fn encode(json: &str) -> Vec<u8> {
    let length = u32::try_from(json.len()).unwrap().to_le_bytes();
    [&MAGIC[..], &length, json.as_bytes()].concat()
}

/// Records in the order in which `library_file::read` returns them.
pub fn sorted(records: &[Record]) -> Vec<Record> {
    let mut records = records.to_vec();
    records.sort_by_key(|record| serde_json::to_string(record).unwrap());
    records
}
