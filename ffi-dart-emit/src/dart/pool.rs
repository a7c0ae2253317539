//! Pools: a class of static methods for each, and the getters of references into it.
//!
//! Functions that are called once per message are generated with static types that the compiler
//! inlines; the others are in the runtime's `NativePool`.

use std::collections::BTreeSet;

use askama::Template;

use crate::model::{Message, MessageIndex, Model, Pool};

use super::layout::{self, INLINED, Parameters};
use super::names::Names;
use super::queue;

/// File with all pools and queues.
#[derive(Template)]
#[template(path = "dart/pools.dart.jinja", escape = "none")]
pub struct PoolsFile {
    package: String,
    signatures: Vec<String>,
    classes: Vec<String>,
}

impl PoolsFile {
    /// Returns the file for `model`, or `None` if it has no pools.
    pub fn new(model: &Model, names: &Names<'_>) -> Option<Self> {
        let mut file = Self { package: names.package.clone(), signatures: Vec::new(), classes: Vec::new() };
        for (number, (it, pool)) in pooled(model).enumerate() {
            let name = &names.of(&it.id).name;
            file.signatures.extend(signatures(number, name));
            file.classes.push(class(number, it, pool, name));
            file.classes.push(reference(name));
        }
        let popped: BTreeSet<_> = model.queues.iter().map(|it| number(model, it.message)).collect();
        for (index, (it, _)) in pooled(model).enumerate().filter(|(index, _)| popped.contains(index)) {
            let slot = format!("$.Pointer<{}>", names.of(&it.id).name);
            let code = ["$.Pointer<$.Int32>".to_owned()];
            file.signatures.push(layout::function_type(&format!("_Pop{index}"), &slot, &code));
        }
        let queues = model.queues.iter().zip(&names.queues);
        file.classes.extend(queues.map(|(it, own)| queue::class(model, names, it, own)));
        (!file.classes.is_empty()).then_some(file)
    }
}

/// Returns the messages that have a pool, each with its pool.
pub fn pooled(model: &Model) -> impl Iterator<Item = (&Message, &Pool)> {
    model.messages.iter().filter_map(|it| Some((it, it.pool.as_ref()?)))
}

/// Returns the number in the names of the signatures for slots of the message at `index`.
pub fn number(model: &Model, index: MessageIndex) -> usize {
    let id = &model.message(index).id;
    pooled(model).position(|(it, _)| it.id == *id).expect("a queue's message has a pool")
}

/// Returns the types of the functions of pool `number`.
fn signatures(number: usize, name: &str) -> [String; 6] {
    let slot = format!("$.Pointer<{name}>");
    let strings = |of: &[&str]| of.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
    [
        layout::function_type(&format!("_Take{number}"), &slot, &[]),
        layout::function_type(&format!("_GiveC{number}"), "$.Int32", &strings(&[&slot])),
        layout::function_type(&format!("_GiveD{number}"), "int", &strings(&[&slot])),
        layout::function_type(&format!("_ResolveC{number}"), &slot, &strings(&["$.Uint32", "$.Uint32"])),
        layout::function_type(&format!("_ResolveD{number}"), &slot, &strings(&["int", "int"])),
        layout::function_type(&format!("_ReferenceC{number}"), "$.Uint64", &strings(&[&slot])),
    ]
}

/// Returns a function of the library that is looked up when it is first called.
pub fn looked_up(field: &str, native: &str, dart: &str, symbol: &str) -> String {
    let arguments = [layout::string(symbol), "isLeaf: true".to_owned()];
    let callee = format!("_library.lookupFunction<{native}, {dart}>");
    layout::call(2, &format!("static final {field} = "), &callee, &arguments, ";")
}

/// Statement that refuses the use of a library whose layouts a hot reload has changed.
pub const FITS: &str = "    assert(_fits());";

/// Returns a static method: its docs, the text `before` its name, its parameters, its statements.
pub fn method(doc: &str, before: &str, name: &str, parameters: Parameters<'_>, body: &str) -> String {
    let head = layout::method(&format!("static {before}"), name, parameters);
    format!("{}{head}\n{FITS}\n{body}\n  }}", layout::doc(2, doc))
}

/// Returns a static getter.
pub fn getter(doc: &str, ty: &str, name: &str, value: &str) -> String {
    format!("{}  static {ty} get {name} => {value};", layout::doc(2, doc))
}

/// Returns the class of a pool.
fn class(number: usize, message: &Message, pool: &Pool, name: &str) -> String {
    let symbols = &pool.symbols;
    let slot = format!("$.Pointer<{name}>");
    let slots = format!("$.PoolSlots<{name}>");
    let (give, reference) = (format!("_GiveD{number}"), format!("$.FfiRef<{name}Data>"));
    let arguments = [
        "_libraryMemory".to_owned(),
        layout::string(&message.item.name),
        "(slot) => slot.ref".to_owned(),
        "_free".to_owned(),
        "_resolve".to_owned(),
        "_reference".to_owned(),
        layout::string(&symbols.alloc),
        layout::string(&symbols.alloc_many),
        layout::string(&symbols.free_many),
        layout::string(&symbols.release),
        layout::string(&symbols.reference),
        layout::string(&symbols.stats),
    ];
    let doc = format!(
        "The pool of [{name}], which Rust, C and all isolates share: {} slots\nfor {} bytes each.\n\n\
         An allocated slot is **owned** by the caller, which frees it once or passes it\n\
         on; its address doesn't change until then. {}\n\
         Any thread may free it. Use of a slot after that is not noticed, as with any\n\
         native memory; references do notice it.",
        pool.capacity,
        message.size,
        match pool.reset {
            crate::model::Reset::Zero => "It holds zeros at first.",
            crate::model::Reset::Keep => "It still holds what its\nlast owner wrote.",
        },
    );
    let own = |ty: &str, name: &str| [format!("{ty} {name}")];
    let one = own(&slot, "slot");
    let one = Parameters::new(&one);
    let refers = own(&reference, "reference");
    let refers = Parameters::new(&refers);
    let many = [format!("$.Iterable<{slot}> slots")];
    let action = [format!("$R Function({slot} slot) action")];
    let tree = [format!("{slot} root"), format!("$.TreeChildren<{name}, {name}Data> children")];
    let into = format!("{slots}? into");
    let count = ["int count".to_owned()];
    let inlined = |member: String| {
        let (docs, code) = member.split_at(member.find("  static").expect("it is static"));
        format!("{docs}{INLINED}{code}")
    };
    let resolved = "final slot = _resolve(reference.indexPlusOne, reference.generation);";
    let members = [
        looked_up("_alloc", &format!("_Take{number}"), &format!("_Take{number}"), &symbols.alloc),
        looked_up("_free", &format!("_GiveC{number}"), &give, &symbols.free),
        looked_up("_resolve", &format!("_ResolveC{number}"), &format!("_ResolveD{number}"), &symbols.resolve),
        looked_up("_reference", &format!("_ReferenceC{number}"), &give, &symbols.reference),
        layout::call(2, "static final _pool = ", &format!("$.NativePool<{name}>"), &arguments, ";"),
        inlined(method(
            "A slot, **owned** by the caller.\n\n\
             Throws a [PoolExhaustedException], [PoolMemoryException] or\n[PoolClosedException].",
            &slot,
            "alloc",
            Parameters::new(&[]),
            "    final slot = _alloc();\n    if (slot.address == 0) _pool.throwEmpty();\n    return slot;",
        )),
        inlined(method(
            "A slot, **owned** by the caller, or null; then [stats] give the reason.",
            &format!("{slot}?"),
            "tryAlloc",
            Parameters::new(&[]),
            "    final slot = _alloc();\n    return slot.address == 0 ? null : slot;",
        )),
        method(
            "[count] slots, **owned** by the caller: all, or none if it throws, as [alloc]\ndoes.\n\n\
             With [into], which must be empty and large enough, the pointers are written to\nit without \
             an allocation.",
            &slots,
            "allocMany",
            Parameters { required: &count, optional: Some(('{', &into, '}')) },
            "    return _pool.allocMany(count, into);",
        ),
        method(
            "An empty list of pointers with space for [capacity], which can be reused.",
            &slots,
            "slots",
            Parameters::new(&["int capacity".to_owned()]),
            "    return _pool.slots(capacity);",
        ),
        inlined(method(
            "Frees [slot], which must not be used any more.\n\n\
             Throws a [PoolException] with the reason if the pool refuses it.",
            "void",
            "free",
            one,
            "    final code = _free(slot);\n    if (code != 0) _pool.throwRefused(code, slot);",
        )),
        method(
            "Frees [slots] with one call; null is left out.\n\n\
             Throws as [free] does about the first that the pool refuses; the others are\nfreed \
             nevertheless. A [PoolSlots] is empty afterwards.",
            "void",
            "freeMany",
            Parameters::new(&many),
            "    _pool.freeMany(slots);",
        ),
        method(
            "Runs [action] with a slot, **borrowed** until it returns or throws; if it\nreturns a [Future], \
             until that is complete.\n\nThrows as [alloc] does.",
            "$R",
            "using<$R>",
            Parameters::new(&action),
            "    return _pool.using(alloc(), action);",
        ),
        method(
            "A box that now **owns** [slot]: it is freed when the box and its views are\ngarbage, or with \
             `dispose()`.\n\nThrows an [ArgumentError] if it is no slot in use. A slot has one owner: don't\n\
             call it twice, and don't free the slot.",
            &format!("{name}Box"),
            "own",
            one,
            &layout::call(4, "return ", &format!("{name}Box._slot"), &["slot".into(), "_pool".into()], ";"),
        ),
        method(
            "A box that **owns** a new slot; throws as [alloc] does.\n\n\
             The garbage collector is told which part of the pool that is, so it runs before\nthe pool is \
             exhausted by boxes that are garbage. `dispose()` frees it earlier.",
            &format!("{name}Box"),
            "owned",
            Parameters::new(&[]),
            &layout::call(4, "return ", &format!("{name}Box._slot"), &["null".into(), "_pool".into()], ";"),
        ),
        inlined(method(
            "The message of [reference], **borrowed** from its owner; null if the message was\nfreed, \
             while Rust owns or reads it, or for none.",
            &format!("{slot}?"),
            "resolve",
            refers,
            &format!("    {resolved}\n    return slot.address == 0 ? null : slot;"),
        )),
        method(
            "The message of [reference], **borrowed** from its owner.\n\n\
             Throws a [StaleReferenceException] if [resolve] returns null.",
            &slot,
            "require",
            refers,
            "    return _pool.require(reference);",
        ),
        method(
            "The reference to [slot], **copied**: it keeps nothing alive. None if it is no\nslot in use.",
            &reference,
            "reference",
            one,
            "    return _pool.reference(slot);",
        ),
        method(
            "Frees [root] and all messages below it, which [children] finds, and returns the\nnumber of \
             freed slots.\n\nSkips slots that were freed before, and those that Rust owns with all below them.\n\
             Throws an [ArgumentError] if [root] is no slot in use, and a\n[SlotInUseException] if Rust \
             owns it; then nothing is freed.",
            "int",
            "freeTree",
            Parameters::new(&tree),
            "    return _pool.freeTree(root, children);",
        ),
        getter("Counters of the pool so far, **copied**.", "$.PoolStats", "stats", "_pool.stats"),
        getter("Number of slots.", "int", "capacity", "_pool.capacity"),
    ];
    format!(
        "{}{}abstract final class {name}Pool {{\n{}\n}}\n",
        layout::doc(0, &doc),
        super::annotations(0, &message.item),
        members.join("\n\n")
    )
}

/// Returns the getters of references to the message `name`.
fn reference(name: &str) -> String {
    let resolve = format!("{name}Pool.resolve");
    let slot = format!("$.Pointer<{name}>?");
    let get = |doc: &str, ty: &str, name: &str, body: &str| {
        format!(
            "{}{}\n{body}\n  }}",
            layout::doc(2, doc),
            layout::declaration(2, ty, &format!("get {name}"), " {")
        )
    };
    let call = |before: &str, after: &str| layout::call(4, before, &resolve, &["this".to_owned()], after);
    let members = [
        get(
            "$.Pointer to the message, **borrowed** from its owner; null if it was freed,\nwhile Rust owns or reads it, or for none.",
            &slot,
            "pointer",
            &call("return ", ";"),
        ),
        get(
            "The message, **borrowed** from its owner; null if it was freed, while Rust owns\nor reads it, or for none.",
            &format!("{name}?"),
            "message",
            "    return pointer?.ref;",
        ),
        get("True if the message exists.", "bool", "isLive", "    return pointer != null;"),
    ];
    format!(
        "{}{}\n{}\n}}\n",
        layout::doc(0, &format!("Message of a reference to a [{name}]; the pool counts stale ones.")),
        layout::class(&format!("extension {name}Ref"), &format!("on $.FfiRef<{name}Data>")),
        members.join("\n\n")
    )
}
