//! Records for tests.

use std::cell::RefCell;
use std::collections::HashMap;

use ffi_core::boundary::ABI_VERSION;
use ffi_core::schema::fingerprint::{
    ARRAY, BYTES, COLUMNS, DART_FUNCTION, ENUM, ERROR, FLAG, FUNCTION, HEALTH, LISTENER, LOGICAL, MAP,
    MEMBER, MESSAGE, NOTHING, OBJECT, OBJECT_RESULT, ONEOF, OPEN, OPTION, OWNED_STRING, OWNED_VEC, POOL,
    POOL_BOX, QUEUE, REF, SCALAR, SECRET, SIGNATURES, STARTED, STR, STREAM, VEC, hash_name, mix,
};
use ffi_core::schema::format::MAGIC;
use ffi_core::schema::read::{
    Case, DartFunction, Enum, ErrorField, ErrorFieldType, ErrorType, ErrorVariant, Field, Fingerprint, Flag,
    Function, Health, Item, Library, LibrarySymbols, Listener, ListenerMethod, Member, Message, Mode,
    Newtype, Object, ObjectSymbols, Oneof, PanicStrategy, Param, Pass, Pool, PoolSymbols, ProbeSymbols,
    Queue, QueueSymbols, Record, Reset, Returns, Role, Rules, Scalar, Type, TypeId, TypeSymbols, Variant,
    Wire,
};

pub fn item(name: &str) -> Item {
    Item {
        name: name.to_owned(),
        rename: None,
        doc: String::new(),
        deprecated: None,
        json_names: Vec::new(),
        proto_name: None,
    }
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
            abi_version: "demo_ffi0_abi_version".to_owned(),
            status_clear: "demo_ffi0_status_clear".to_owned(),
            alloc: "demo_ffi0_alloc".to_owned(),
            free: "demo_ffi0_free".to_owned(),
            owned_free: "demo_ffi0_owned_free".to_owned(),
            dart_init: "demo_ffi0_dart_init".to_owned(),
            dart_calls: "demo_ffi0_dart_calls".to_owned(),
            shutdown: "demo_ffi0_shutdown".to_owned(),
            info: None,
            production: None,
            mailbox: None,
        },
    }
}

pub fn message(name: &str, size: u64, align: u64, fields: &[(&str, u64, Type)]) -> Message {
    let field = |((name, offset, ty), tag): (&(&str, u64, Type), u32)| Field {
        item: item(name),
        offset: *offset,
        ty: ty.clone(),
        tag,
        wire: Wire::default(),
        rules: Rules::default(),
    };
    Message {
        id: id(name),
        item: item(name),
        size,
        align,
        fingerprint: Fingerprint(0),
        symbols: TypeSymbols { fingerprint: format!("demo_ffi_{}_fingerprint", name.to_lowercase()) },
        fields: fields.iter().zip(1..).map(field).collect(),
        reserved: Vec::new(),
        pool: None,
        columns: None,
        arena: None,
        simd: None,
        proto: None,
        json: None,
    }
}

pub fn newtype(name: &str, ty: Type) -> Newtype {
    Newtype {
        id: id(name),
        item: item(name),
        ty,
        fingerprint: Fingerprint(0),
        symbols: TypeSymbols { fingerprint: format!("demo_ffi_{}_fingerprint", name.to_lowercase()) },
        dart: None,
    }
}

/// Adds a pool to `message`.
pub fn pooled(message: Message) -> Message {
    let symbol = |op: &str| format!("demo_ffi_{}_pool_{op}", message.item.name.to_lowercase());
    let symbols = PoolSymbols {
        alloc: symbol("alloc"),
        alloc_many: symbol("alloc_many"),
        free: symbol("free"),
        free_many: symbol("free_many"),
        release: symbol("release"),
        stats: symbol("stats"),
        live: Some(symbol("live")),
        resolve: symbol("resolve"),
        reference: symbol("reference"),
    };
    Message { pool: Some(Pool { capacity: 1000, reset: Reset::Zero, symbols }), ..message }
}

/// Returns a queue of the message `of`.
pub fn queue(name: &str, of: &str) -> Queue {
    let symbol = |op: &str| format!("demo_ffi_{}_{op}", name.to_lowercase());
    Queue {
        item: item(name),
        message: id(of),
        capacity: 16,
        fingerprint: Fingerprint(0),
        symbols: QueueSymbols {
            fingerprint: symbol("queue_fingerprint"),
            push: symbol("push"),
            pop: symbol("pop"),
            pop_many: symbol("pop_many"),
            len: symbol("len"),
            close: symbol("close"),
            is_closed: symbol("is_closed"),
            stream: None,
        },
    }
}

pub fn enumeration(name: &str, repr: Scalar, variants: &[(&str, i64)]) -> Enum {
    Enum {
        id: id(name),
        item: item(name),
        repr,
        fingerprint: Fingerprint(0),
        symbols: TypeSymbols { fingerprint: format!("demo_ffi_{}_fingerprint", name.to_lowercase()) },
        variants: variants.iter().map(|(name, value)| Variant { item: item(name), value: *value }).collect(),
    }
}

/// Returns a oneof whose first case holds nothing and is called `Unset`.
pub fn oneof(name: &str, size: u64, align: u64, payload: u64, cases: &[(&str, Option<Type>)]) -> Oneof {
    let case = |((name, ty), tag): (&(&str, Option<Type>), u32)| Case {
        item: item(name),
        ty: ty.clone(),
        tag,
        wire: Wire::default(),
    };
    Oneof {
        id: id(name),
        item: item(name),
        size,
        align,
        payload,
        fingerprint: Fingerprint(0),
        symbols: TypeSymbols { fingerprint: format!("demo_ffi_{}_fingerprint", name.to_lowercase()) },
        in_arena: false,
        cases: [("Unset", None)].iter().chain(cases).zip(0..).map(case).collect(),
    }
}

pub fn function(name: &str, params: &[(&str, Pass, Type)], returns: Option<Type>) -> Function {
    let param = |(name, pass, ty): &(&str, Pass, Type)| Param {
        name: (*name).to_owned(),
        pass: *pass,
        optional: false,
        ty: ty.clone(),
        function: None,
        listener: None,
        rules: Rules::default(),
    };
    Function {
        item: item(name),
        symbol: format!("demo_ffi_{name}"),
        fingerprint: Fingerprint(0),
        fingerprint_symbol: format!("demo_ffi_{name}_fingerprint"),
        leaf: false,
        mode: Mode::Sync,
        member: None,
        window: 0,
        arguments: None,
        params: params.iter().map(param).collect(),
        returns: returns.map(Returns::Value),
        optional: false,
        fallible: false,
        error: None,
    }
}

/// Returns an error `SceneError` with every kind of field.
pub fn scene_error() -> ErrorType {
    let field = |name: &str, offset, ty| ErrorField { item: item(name), offset, ty };
    let value = |ty| ErrorFieldType::Value(ty);
    let text = || ErrorFieldType::Text;
    let list = |of| ErrorFieldType::Vec(Box::new(of));
    let maybe = |of| ErrorFieldType::Option(Box::new(of));
    let variant = |name: &str, internal, size, align, fields| ErrorVariant {
        item: item(name),
        internal,
        size,
        align,
        fields,
    };
    let missing = vec![
        field("id", 8, value(scalar(Scalar::U64))),
        field("shape", 16, value(Type::Oneof(id("Shape")))),
        field("message", 56, text()),
        field("pairs", 64, list(value(Type::Message(id("Pair"))))),
        field("names", 72, maybe(list(maybe(text())))),
        field("small", 84, maybe(value(scalar(Scalar::U8)))),
    ];
    ErrorType {
        id: id("SceneError"),
        item: Item { doc: "What goes wrong.".to_owned(), ..item("SceneError") },
        fingerprint: Fingerprint(0),
        symbols: TypeSymbols { fingerprint: "demo_ffi_scene_error_fingerprint".to_owned() },
        is_struct: false,
        variants: vec![
            variant("Missing", false, 88, 8, missing),
            variant("Empty", false, 8, 4, Vec::new()),
            variant("Secret", true, 16, 8, Vec::new()),
        ],
    }
}

pub fn scalar(scalar: Scalar) -> Type {
    Type::Scalar(scalar)
}

pub fn array(of: Type, len: u64) -> Type {
    Type::Array { of: Box::new(of), len }
}

pub fn str(cap: u64) -> Type {
    Type::Str { cap }
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

/// Returns text, lists, options, maps, oneofs and references, some in each other, with pools and a
/// queue.
pub fn containers() -> Vec<Record> {
    let f64 = || scalar(Scalar::F64);
    let u8 = || scalar(Scalar::U8);
    let shape = || Type::Oneof(id("Shape"));
    let pair = || Type::Message(id("Pair"));
    let mut shapes = oneof(
        "Shape",
        40,
        8,
        8,
        &[
            ("Circle", Some(f64())),
            ("BoundingBox", Some(array(f64(), 4))),
            ("Label", Some(str(5))),
            ("Hidden", None),
            ("pair", Some(pair())),
        ],
    );
    shapes.item.doc = "What is drawn.".to_owned();
    shapes.cases[1].item.doc = "Its radius.".to_owned();
    seal(vec![
        Record::Library(library()),
        Record::Message(pooled(message("Pair", 2, 1, &[("a", 0, u8()), ("b", 1, u8())]))),
        Record::Message(message("Broad", 64, 64, &[("bytes", 0, array(u8(), 3))])),
        Record::Oneof(shapes),
        Record::Queue(queue("SCENES", "Scene")),
        Record::Message(pooled(message(
            "Scene",
            512,
            64,
            &[
                ("name", 0, str(5)),
                ("raw", 12, Type::Bytes { cap: 2 }),
                ("numbers", 24, vec(f64(), 2)),
                ("pairs", 48, vec(pair(), 3)),
                ("speed", 60, option(scalar(Scalar::F32))),
                ("shape", 72, shape()),
                ("shapes", 112, vec(option(shape()), 1)),
                ("tags", 168, map(str(3), vec(u8(), 2), 2)),
                ("next", 204, Type::Ref(id("Scene"))),
                ("links", 212, vec(Type::Ref(id("Pair")), 1)),
                ("grid", 224, array(vec(array(scalar(Scalar::I16), 3), 2), 2)),
                ("names", 256, vec(str(5), 1)),
                ("wide", 320, option(Type::Message(id("Broad")))),
                ("flag", 448, option(scalar(Scalar::Bool))),
            ],
        ))),
        Record::Function(Function {
            fallible: true,
            error: Some(id("SceneError")),
            ..function("area", &[("shape", Pass::Ref, shape()), ("all", Pass::Slice, shape())], Some(f64()))
        }),
        Record::Error(scene_error()),
        Record::Newtype(newtype("Weight", scalar(Scalar::F32))),
        Record::Function(function(
            "double",
            &[("weight", Pass::Value, Type::Newtype(id("Weight")))],
            Some(Type::Newtype(id("Weight"))),
        )),
    ])
}

/// Returns a library with one of each early feature.
/// Returns a type of objects and a service, each with functions.
pub fn objects() -> Vec<Record> {
    let object = |name: &str, installed: Option<&str>| Object {
        id: id(name),
        item: item(name),
        fingerprint: Fingerprint(0),
        symbols: ObjectSymbols {
            fingerprint: format!("demo_ffi_{name}_fingerprint"),
            free: format!("demo_ffi_{name}_free"),
            share: format!("demo_ffi_{name}_share"),
            redeem: format!("demo_ffi_{name}_redeem"),
            calls: format!("demo_ffi_{name}_calls"),
            installed: installed.map(str::to_owned),
        },
    };
    let of = |of: &str, role, mut function: Function| {
        function.symbol = format!("demo_ffi_{of}_{}", function.item.name);
        function.fingerprint_symbol = format!("{}_fingerprint", function.symbol);
        function.member = Some(Member { of: Type::Object(id(of)), role });
        Record::Function(function)
    };
    let mut open = function("open", &[], None);
    open.returns = Some(Returns::Object(id("Image")));
    let width = function("width", &[], Some(scalar(Scalar::U32)));
    let copy = function("copy", &[("from", Pass::Object, Type::Object(id("Image")))], None);
    let existing = function("existing", &[], Some(scalar(Scalar::U64)));
    seal(vec![
        Record::Library(library()),
        Record::Object(object("Image", None)),
        of("Image", Role::Constructor, open),
        of("Image", Role::Getter, width),
        of("Image", Role::Method, copy),
        of("Image", Role::Associated, existing),
        Record::Service(object("Store", Some("demo_ffi_Store_installed"))),
        of("Store", Role::Method, function("count", &[], Some(scalar(Scalar::U32)))),
    ])
}

/// Returns a parameter that is a function of Dart.
pub fn dart_function(name: &str, pass: Pass, arguments: Vec<Returns>, answer: Option<Returns>) -> Param {
    let function = Some(DartFunction { arguments, answer });
    Param {
        name: name.to_owned(),
        pass,
        optional: false,
        ty: scalar(Scalar::U8),
        function,
        listener: None,
        rules: Rules::default(),
    }
}

/// Returns functions and objects of Dart, streams of Dart, and a queue that Dart listens to.
pub fn flows() -> Vec<Record> {
    let u32 = || Returns::Value(scalar(Scalar::U32));
    let frame = || Type::Message(id("Frame"));
    let mut library = library();
    library.symbols.mailbox = Some("demo_ffi0_mailbox".to_owned());
    library.symbols.production = Some("demo_ffi0_production".to_owned());
    let probe = |name: &str| ProbeSymbols {
        fingerprint: format!("demo_ffi_{name}_fingerprint"),
        call: format!("demo_ffi_{name}"),
    };
    let mut frames = queue("FRAMES", "Frame");
    frames.symbols.stream = Some("demo_ffi_frames_stream".to_owned());
    let with = |name: &str, param: Param| Function { params: vec![param], ..function(name, &[], None) };
    let method = |name: &str, arguments: Vec<Returns>, answer, asks| ListenerMethod {
        item: item(name),
        params: (0..arguments.len()).map(|index| format!("part{index}")).collect(),
        function: DartFunction { arguments, answer },
        asks,
    };
    let sink = Listener {
        id: id("Sink"),
        item: item("Sink"),
        fingerprint: Fingerprint(0),
        fingerprint_symbol: "demo_ffi_sink_fingerprint".to_owned(),
        methods: vec![
            method("event", vec![u32()], None, false),
            method("ask", vec![Returns::Text, Returns::Value(frame())], Some(u32()), true),
        ],
    };
    let listener = Param {
        listener: Some(id("Sink")),
        function: None,
        ..dart_function("sink", Pass::Listener, Vec::new(), None)
    };
    let kept = vec![Returns::Text, Returns::Vec(frame()), Returns::Pool(id("Frame"))];
    let reads = |name: &str, pass, ty| Function {
        mode: Mode::Async,
        window: 16,
        ..function(name, &[("items", pass, ty)], None)
    };
    let byte = || scalar(Scalar::U8);
    seal(vec![
        Record::Library(library),
        Record::Message(pooled(message("Frame", 8, 4, &[("x", 0, byte()), ("y", 4, scalar(Scalar::F32))]))),
        Record::Queue(frames),
        Record::Callback(sink),
        Record::Flag(Flag {
            item: item("FAST"),
            on: true,
            fingerprint: Fingerprint(0),
            symbols: probe("fast"),
        }),
        Record::Health(Health {
            item: item("storage"),
            deadline: 250,
            fingerprint: Fingerprint(0),
            symbols: probe("storage"),
        }),
        Record::Function(with("each", dart_function("each", Pass::Callback, vec![u32()], Some(u32())))),
        Record::Function(with("keep", dart_function("answer", Pass::DartFn, kept, Some(Returns::Text)))),
        Record::Function(with("listen", listener)),
        Record::Function(reads("numbers", Pass::InputValue, frame())),
        Record::Function(reads("texts", Pass::InputStr, byte())),
        Record::Function(reads("lists", Pass::InputSlice, frame())),
        Record::Function(reads("slots", Pass::InputPool, frame())),
    ])
}

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

/// Fills in every fingerprint by the table in `ffi_core::schema::fingerprint`.
pub fn seal(records: Vec<Record>) -> Vec<Record> {
    let types: HashMap<_, _> = records
        .iter()
        .filter_map(|record| match record {
            Record::Message(it) => Some((it.id.clone(), record.clone())),
            Record::Enum(it) => Some((it.id.clone(), record.clone())),
            Record::Oneof(it) => Some((it.id.clone(), record.clone())),
            Record::Error(it) => Some((it.id.clone(), record.clone())),
            Record::Newtype(it) => Some((it.id.clone(), record.clone())),
            Record::Object(it) | Record::Service(it) => Some((it.id.clone(), record.clone())),
            Record::Callback(it) => Some((it.id.clone(), record.clone())),
            _ => None,
        })
        .collect();
    let sealed = |record| match record {
        Record::Message(it) => {
            Record::Message(Message { fingerprint: Fingerprint(of_message(&it, &types)), ..it })
        }
        Record::Enum(it) => Record::Enum(Enum { fingerprint: Fingerprint(of_enum(&it)), ..it }),
        Record::Oneof(it) => Record::Oneof(Oneof { fingerprint: Fingerprint(of_oneof(&it, &types)), ..it }),
        Record::Function(it) => {
            Record::Function(Function { fingerprint: Fingerprint(of_function(&it, &types)), ..it })
        }
        Record::Error(it) => {
            Record::Error(ErrorType { fingerprint: Fingerprint(of_error(&it, &types)), ..it })
        }
        Record::Newtype(it) => {
            Record::Newtype(Newtype { fingerprint: Fingerprint(of_type(&it.ty, &types)), ..it })
        }
        Record::Object(it) => Record::Object(Object { fingerprint: Fingerprint(of_object(&it)), ..it }),
        Record::Service(it) => Record::Service(Object { fingerprint: Fingerprint(of_object(&it)), ..it }),
        Record::Callback(it) => {
            Record::Callback(Listener { fingerprint: Fingerprint(of_listener(&it, &types)), ..it })
        }
        Record::Queue(it) => {
            let message = of_type(&Type::Message(it.message.clone()), &types);
            let facts = [QUEUE, hash_name(&it.item.name), message, it.capacity];
            Record::Queue(Queue { fingerprint: Fingerprint(mix(&facts)), ..it })
        }
        Record::Flag(it) => {
            let facts = [FLAG, hash_name(&it.item.name)];
            Record::Flag(Flag { fingerprint: Fingerprint(mix(&facts)), ..it })
        }
        Record::Health(it) => {
            let facts = [HEALTH, hash_name(&it.item.name)];
            Record::Health(Health { fingerprint: Fingerprint(mix(&facts)), ..it })
        }
        Record::Library(it) => Record::Library(it),
    };
    records.into_iter().map(sealed).collect()
}

type Types = HashMap<TypeId, Record>;

fn of_message(message: &Message, types: &Types) -> u64 {
    let mut facts = vec![MESSAGE, hash_name(&message.item.name), message.size, message.align];
    for field in &message.fields {
        facts.extend([hash_name(&field.item.name), field.offset, of_type(&field.ty, types)]);
    }
    facts.extend(message.pool.as_ref().map(|_| POOL));
    mix(&facts)
}

fn of_enum(it: &Enum) -> u64 {
    let mut facts = vec![ENUM, hash_name(&it.item.name), of_scalar(it.repr)];
    for variant in &it.variants {
        facts.extend([hash_name(&variant.item.name), variant.value as u64]);
    }
    mix(&facts)
}

fn of_oneof(it: &Oneof, types: &Types) -> u64 {
    let mut facts = vec![ONEOF, hash_name(&it.item.name), it.size, it.align, it.payload];
    for case in &it.cases {
        facts.extend([hash_name(&case.item.name), case.ty.as_ref().map_or(NOTHING, |ty| of_type(ty, types))]);
    }
    mix(&facts)
}

fn of_error(error: &ErrorType, types: &Types) -> u64 {
    let mut facts = vec![ERROR, hash_name(&error.item.name), error.is_struct.into()];
    for variant in &error.variants {
        let (name, fields) = (hash_name(&variant.item.name), variant.fields.len() as u64);
        facts.extend([name, variant.internal.into(), variant.size, variant.align, fields]);
        for field in &variant.fields {
            facts.extend([hash_name(&field.item.name), field.offset, of_error_field(&field.ty, types)]);
        }
    }
    mix(&facts)
}

fn of_error_field(ty: &ErrorFieldType, types: &Types) -> u64 {
    match ty {
        ErrorFieldType::Value(ty) => of_type(ty, types),
        ErrorFieldType::Text => mix(&[OWNED_STRING]),
        ErrorFieldType::Vec(of) => mix(&[OWNED_VEC, of_error_field(of, types)]),
        ErrorFieldType::Option(of) => mix(&[OPTION, of_error_field(of, types)]),
    }
}

fn of_object(it: &Object) -> u64 {
    mix(&[OBJECT, hash_name(&it.item.name)])
}

fn of_returns(returns: Option<&Returns>, types: &Types) -> u64 {
    match returns {
        None => NOTHING,
        Some(Returns::Value(ty)) => of_type(ty, types),
        Some(Returns::Text) => mix(&[OWNED_STRING]),
        Some(Returns::Vec(ty)) => mix(&[OWNED_VEC, of_type(ty, types)]),
        Some(Returns::Pool(id)) => mix(&[POOL_BOX, of_type(&Type::Message(id.clone()), types)]),
        Some(Returns::Columns(id)) => of_type(&Type::Columns(id.clone()), types),
        Some(Returns::Arena(_)) => unreachable!("no test has one here"),
        Some(Returns::Object(id)) => mix(&[OBJECT_RESULT, of_type(&Type::Object(id.clone()), types)]),
    }
}

fn of_function(function: &Function, types: &Types) -> u64 {
    let returns = of_returns(function.returns.as_ref(), types);
    let (fallible, optional) = (function.fallible.into(), function.optional.into());
    let error = function.error.as_ref().map_or(NOTHING, |id| match types.get(id) {
        Some(Record::Error(it)) => of_error(it, types),
        _ => NOTHING,
    });
    let name = hash_name(&function.item.name);
    let mut facts = vec![FUNCTION, SIGNATURES, name, returns, fallible, error, optional];
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
            Pass::Object => "object",
            Pass::Callback => "callback",
            Pass::DartFn => "dart_fn",
            Pass::Listener => "listener",
            Pass::Frozen => "frozen",
            Pass::InputValue => "input_value",
            Pass::InputStr => "input_str",
            Pass::InputSlice => "input_slice",
            Pass::InputPool => "input_pool",
            Pass::InputArena => "input_arena",
        };
        let pass = format!("{}{pass}", if param.optional { "optional_" } else { "" });
        let listener = param.listener.as_ref().and_then(|id| types.get(id));
        let ty = match (&param.function, listener) {
            (Some(function), _) => of_dart_function(function, types),
            (None, Some(Record::Callback(it))) => of_listener(it, types),
            _ => of_type(&param.ty, types),
        };
        facts.extend([hash_name(&pass), ty]);
    }
    if let Some(Member { of, role }) = &function.member {
        facts.extend([MEMBER, of_type(of, types), role.has_receiver().into()]);
    }
    match function.mode {
        Mode::Sync => {}
        Mode::Async | Mode::Blocking => facts.push(STARTED),
        Mode::Stream => facts.push(STREAM),
    }
    mix(&facts)
}

fn of_dart_function(function: &DartFunction, types: &Types) -> u64 {
    let arguments = function.arguments.iter().map(|it| of_returns(Some(it), types));
    let answer = of_returns(function.answer.as_ref(), types);
    mix(&[DART_FUNCTION].into_iter().chain(arguments).chain([answer]).collect::<Vec<_>>())
}

fn of_listener(it: &Listener, types: &Types) -> u64 {
    let mut facts = vec![LISTENER, hash_name(&it.item.name)];
    for method in &it.methods {
        let function = of_dart_function(&method.function, types);
        facts.extend([hash_name(&method.item.name), function, method.asks.into()]);
    }
    mix(&facts)
}

fn of_scalar(scalar: Scalar) -> u64 {
    mix(&[SCALAR, hash_name(&format!("{scalar:?}").to_lowercase())])
}

fn of_type(ty: &Type, types: &Types) -> u64 {
    match ty {
        Type::Columns(id) => mix(&[COLUMNS, of_type(&Type::Message(id.clone()), types)]),
        Type::Scalar(it) => of_scalar(*it),
        Type::Array { of, len } => mix(&[ARRAY, of_type(of, types), *len]),
        Type::Str { cap } => mix(&[STR, *cap]),
        Type::Bytes { cap } => mix(&[BYTES, *cap]),
        Type::Secret { cap } => mix(&[SECRET, *cap]),
        Type::Vec { of, cap } => mix(&[VEC, of_type(of, types), *cap]),
        Type::Option { of } => mix(&[OPTION, of_type(of, types)]),
        Type::Map { key, value, cap } => mix(&[MAP, of_type(key, types), of_type(value, types), *cap]),
        Type::Open(id) => mix(&[OPEN, of_type(&Type::Enum(id.clone()), types)]),
        Type::Ref(id) => mix(&[REF, hash_name(&id.0)]),
        Type::Arena(_)
        | Type::ArenaStr {}
        | Type::ArenaBytes {}
        | Type::ArenaVec { .. }
        | Type::ArenaMap { .. }
        | Type::ArenaBox { .. } => unreachable!("no test has one here"),
        Type::Object(id) => match types.get(id) {
            Some(Record::Object(it) | Record::Service(it)) => of_object(it),
            _ => 0,
        },
        Type::Logical(name) => {
            let (size, align) = match &**name {
                "uuid" => (16, 1),
                "empty" => (1, 1),
                _ => (16, 8),
            };
            mix(&[LOGICAL, hash_name(name), size, align])
        }
        Type::Message(id) | Type::Enum(id) | Type::Oneof(id) | Type::Newtype(id) => {
            thread_local!(static OPEN: RefCell<Vec<TypeId>> = const { RefCell::new(Vec::new()) });
            // A type that holds itself has no fingerprint, and is refused before one is needed.
            if OPEN.with_borrow(|open| open.contains(id)) {
                return 0;
            }
            OPEN.with_borrow_mut(|open| open.push(id.clone()));
            let fingerprint = match types.get(id) {
                Some(Record::Message(it)) => of_message(it, types),
                Some(Record::Enum(it)) => of_enum(it),
                Some(Record::Oneof(it)) => of_oneof(it, types),
                Some(Record::Newtype(it)) => of_type(&it.ty, types),
                _ => 0,
            };
            OPEN.with_borrow_mut(Vec::pop);
            fingerprint
        }
    }
}

/// Returns a schema section.
pub fn section(records: &[Record]) -> Vec<u8> {
    records.iter().flat_map(|record| encode(&serde_json::to_string(record).unwrap())).collect()
}

pub fn encode(json: &str) -> Vec<u8> {
    let length = u32::try_from(json.len()).unwrap().to_le_bytes();
    [&MAGIC[..], &length, json.as_bytes()].concat()
}

/// Returns records in the order in which `library_file::read` returns them.
pub fn sorted(records: &[Record]) -> Vec<Record> {
    let mut records = records.to_vec();
    records.sort_by_key(|record| serde_json::to_string(record).unwrap());
    records
}
