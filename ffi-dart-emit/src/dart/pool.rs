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
    signatures: Vec<String>,
    classes: Vec<String>,
}

impl PoolsFile {
    /// Returns the file for `model`, or `None` if it has no pools.
    pub fn new(model: &Model, names: &Names<'_>) -> Option<Self> {
        let mut file = Self { signatures: Vec::new(), classes: Vec::new() };
        for (number, (it, pool)) in pooled(model).enumerate() {
            let name = &names.of(&it.id).name;
            file.signatures.extend(signatures(number, name));
            file.classes.push(class(number, it, pool, name));
            file.classes.push(reference(name));
        }
        let popped: BTreeSet<_> = model.queues.iter().map(|it| number(model, it.message)).collect();
        for (index, (it, _)) in pooled(model).enumerate().filter(|(index, _)| popped.contains(index)) {
            let slot = format!("Pointer<{}>", names.of(&it.id).name);
            let code = ["Pointer<Int32>".to_owned()];
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
    let slot = format!("Pointer<{name}>");
    let strings = |of: &[&str]| of.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
    [
        layout::function_type(&format!("_Take{number}"), &slot, &[]),
        layout::function_type(&format!("_GiveC{number}"), "Int32", &strings(&[&slot])),
        layout::function_type(&format!("_GiveD{number}"), "int", &strings(&[&slot])),
        layout::function_type(&format!("_ResolveC{number}"), &slot, &strings(&["Uint32", "Uint32"])),
        layout::function_type(&format!("_ResolveD{number}"), &slot, &strings(&["int", "int"])),
        layout::function_type(&format!("_ReferenceC{number}"), "Uint64", &strings(&[&slot])),
    ]
}

/// Returns a function of the library that is looked up when it is first called.
pub fn looked_up(field: &str, native: &str, dart: &str, symbol: &str) -> String {
    let arguments = [layout::string(symbol), "isLeaf: true".to_owned()];
    let callee = format!("_library.lookupFunction<{native}, {dart}>");
    layout::call(2, &format!("static final {field} = "), &callee, &arguments, ";")
}

/// Returns a static method: its docs, the text `before` its name, its parameters, its statements.
pub fn method(doc: &str, before: &str, name: &str, parameters: Parameters<'_>, body: &str) -> String {
    let head = layout::method(&format!("static {before}"), name, parameters);
    format!("{}{head}\n{body}\n  }}", layout::doc(2, doc))
}

/// Returns a static getter.
pub fn getter(doc: &str, ty: &str, name: &str, value: &str) -> String {
    format!("{}  static {ty} get {name} => {value};", layout::doc(2, doc))
}

/// Returns the class of a pool.
fn class(number: usize, message: &Message, pool: &Pool, name: &str) -> String {
    let symbols = &pool.symbols;
    let slot = format!("Pointer<{name}>");
    let slots = format!("PoolSlots<{name}>");
    let (give, reference) = (format!("_GiveD{number}"), format!("FfiRef<{name}>"));
    let arguments = [
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
         A slot that is allocated is **owned** by the caller, who gives it back once or\n\
         passes it on; it stays where it is until then. {}\n\
         Any thread may give it back. What is done with a slot after that is not\n\
         noticed, as with any native memory; references do notice it.",
        pool.capacity,
        message.size,
        match pool.reset {
            crate::model::Reset::Zero => "It holds zeros at first.",
            crate::model::Reset::Keep => "What its last owner\nleft there is still there.",
        },
    );
    let own = |ty: &str, name: &str| [format!("{ty} {name}")];
    let one = own(&slot, "slot");
    let one = Parameters::new(&one);
    let refers = own(&reference, "reference");
    let refers = Parameters::new(&refers);
    let many = [format!("Iterable<{slot}> slots")];
    let action = [format!("$R Function({slot} slot) action")];
    let tree = [format!("{slot} root"), format!("TreeChildren<{name}> children")];
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
        layout::call(2, "static final _pool = ", &format!("NativePool<{name}>"), &arguments, ";"),
        inlined(method(
            "A slot, **owned** by the caller.\n\n\
             Throws a [PoolExhaustedException], [PoolMemoryException] or\n[PoolClosedException].",
            &slot,
            "alloc",
            Parameters::new(&[]),
            "    final slot = _alloc();\n    if (slot.address == 0) _pool.throwEmpty();\n    return slot;",
        )),
        inlined(method(
            "A slot, **owned** by the caller; null where there is none,\nand [stats] say why.",
            &format!("{slot}?"),
            "tryAlloc",
            Parameters::new(&[]),
            "    final slot = _alloc();\n    return slot.address == 0 ? null : slot;",
        )),
        method(
            "[count] slots, **owned** by the caller: all, or none where it throws as [alloc]\ndoes.\n\n\
             They come in [into] when it is given, which must be empty and have room for\nthem; that \
             costs no memory.",
            &slots,
            "allocMany",
            Parameters { required: &count, optional: Some(('{', &into, '}')) },
            "    return _pool.allocMany(count, into);",
        ),
        method(
            "No pointers, and room for [capacity]: to be filled again and again.",
            &slots,
            "slots",
            Parameters::new(&["int capacity".to_owned()]),
            "    return _pool.slots(capacity);",
        ),
        inlined(method(
            "Gives [slot] back; nobody may use it any more.\n\n\
             Throws the [PoolException] that says why the pool does not take it.",
            "void",
            "free",
            one,
            "    final code = _free(slot);\n    if (code != 0) _pool.throwRefused(code, slot);",
        )),
        method(
            "Gives [slots] back with one call; null is left out.\n\n\
             Throws as [free] does about the first that the pool does not take; the others\nare back all the \
             same. A [PoolSlots] is empty afterwards.",
            "void",
            "freeMany",
            Parameters::new(&many),
            "    _pool.freeMany(slots);",
        ),
        method(
            "Runs [action] with a slot, **borrowed** until it returns or throws; where it\nreturns a [Future], \
             until that is complete.\n\nThrows as [alloc] does.",
            "$R",
            "using<$R>",
            Parameters::new(&action),
            "    return _pool.using(alloc(), action);",
        ),
        method(
            "A box that **owns** [slot] from now on: it goes back when the box and its views\nare garbage, or with \
             `dispose()`.\n\nThrows an [ArgumentError] when it is no slot in use. A slot has one owner: don't\n\
             call it twice, and don't free the slot.",
            &format!("{name}Box"),
            "own",
            one,
            &layout::call(4, "return ", &format!("{name}Box.slot"), &["slot".into(), "_pool".into()], ";"),
        ),
        method(
            "A box that **owns** a new slot; throws as [alloc] does.\n\n\
             The garbage collector is told what part of the pool that is, so it runs before\nthe pool is \
             exhausted by boxes that are garbage. `dispose()` is sooner.",
            &format!("{name}Box"),
            "owned",
            Parameters::new(&[]),
            &layout::call(4, "return ", &format!("{name}Box.slot"), &["null".into(), "_pool".into()], ";"),
        ),
        inlined(method(
            "Where [reference] refers to, **borrowed** from whoever owns it; null where the\nmessage was given back, \
             while Rust has it as its own or reads it, or for none.",
            &format!("{slot}?"),
            "resolve",
            refers,
            &format!("    {resolved}\n    return slot.address == 0 ? null : slot;"),
        )),
        method(
            "Where [reference] refers to, **borrowed** from whoever owns it.\n\n\
             Throws a [StaleReferenceException] where [resolve] returns null.",
            &slot,
            "require",
            refers,
            "    return _pool.require(reference);",
        ),
        method(
            "The reference to [slot], **copied**: it keeps nothing alive. None where it is no\nslot in use.",
            &reference,
            "reference",
            one,
            "    return _pool.reference(slot);",
        ),
        method(
            "Gives back [root] and all that [children] say is below it, and returns how many\nslots those \
             were.\n\nLeaves out what was given back before, and what Rust owns with all below it.\n\
             Throws an [ArgumentError] when [root] is no slot in use, and a\n[SlotInUseException] when Rust \
             owns it; then nothing is given back.",
            "int",
            "freeTree",
            Parameters::new(&tree),
            "    return _pool.freeTree(root, children);",
        ),
        getter("What happened so far, **copied**.", "PoolStats", "stats", "_pool.stats"),
        getter("How many slots there are.", "int", "capacity", "_pool.capacity"),
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
    let slot = format!("Pointer<{name}>?");
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
            "Where the message is, **borrowed** from whoever owns it; null where it was\ngiven back, while Rust has it as its own or reads it, or for none.",
            &slot,
            "pointer",
            &call("return ", ";"),
        ),
        get(
            "The message, **borrowed** from whoever owns it; null where it was given back,\nwhile Rust has it as its own or reads it, or for none.",
            &format!("{name}?"),
            "message",
            "    return pointer?.ref;",
        ),
        get("Whether the message is there.", "bool", "isLive", "    return pointer != null;"),
    ];
    format!(
        "{}{}\n{}\n}}\n",
        layout::doc(
            0,
            &format!("What a reference to a [{name}] refers to; the pool counts the\nstale ones.")
        ),
        layout::class(&format!("extension {name}Ref"), &format!("on FfiRef<{name}>")),
        members.join("\n\n")
    )
}
