//! Pools and queues, and the getters of references into pools.
//!
//! Each has three classes: static members for objects, the raw layer for pointers, and the object
//! that the library's interface returns. Functions that are called once per message are generated
//! with static types that the compiler inlines; the others are in the runtime's `NativePool` and
//! `NativeQueue`.

use askama::Template;

use crate::model::{Message, Mode, Model, Pool, PoolSymbols, QueueSymbols, Reset, Returns, TypeId};

use super::binding::{Binding, Form, Signature};
use super::docs::Scope;
use super::layout;
use super::lead::{annotations, is_documented};
use super::names::{Names, getter};
use super::started;

/// File with all pools and queues.
#[derive(Template)]
#[template(path = "dart/pools.dart.jinja", escape = "none")]
pub struct PoolsFile<'a> {
    package: &'a str,
    library: &'a str,
    /// True if Dart resolves the functions itself, also those of a library that was not opened.
    resolved: bool,
    pools: Vec<PoolClasses<'a>>,
    queues: Vec<QueueClasses<'a>>,
}

/// The classes of a pool.
struct PoolClasses<'a> {
    /// Class of the message.
    name: &'a str,
    /// Name of the message in Rust, as a literal.
    title: String,
    /// Member of the library that has the pool.
    getter: String,
    /// Annotations.
    notes: String,
    capacity: u64,
    /// Size of a message in bytes.
    size: u64,
    /// Check of that size.
    sized: String,
    /// True if a new message holds zeros.
    zeroed: bool,
    /// True if a function returns a slot of the pool.
    returned: bool,
    /// True if a stream lends slots of the pool.
    lent: bool,
    symbols: &'a PoolSymbols,
    /// Declarations of the functions that are called once per message.
    bindings: Vec<String>,
}

/// The classes of a queue.
struct QueueClasses<'a> {
    /// Class with the static members.
    name: &'a str,
    /// Name in Rust.
    title: &'a str,
    /// Class of the message.
    message: &'a str,
    /// Member of the library that has the queue.
    getter: String,
    /// Docs and annotations.
    lead: String,
    capacity: u64,
    symbols: &'a QueueSymbols,
    /// Declarations of the functions that are called once per message.
    bindings: Vec<String>,
}

impl<'a> PoolsFile<'a> {
    /// Returns the file for `model`, or `None` if it has no pools.
    pub fn new(model: &'a Model, names: &'a Names<'_>, form: Form) -> Option<Self> {
        let pools: Vec<_> = pooled(model)
            .map(|(it, pool)| {
                let name = &*names.of(&it.id).name;
                let is_it = |returns: Returns| matches!(returns, Returns::Pool(index) if model.message(index).id == it.id);
                let returned = |stream: bool| {
                    model.functions.iter().any(|function| {
                        let is_stream = function.mode == Mode::Stream;
                        // What a stream makes is lent; an argument of a function is not.
                        let skipped = usize::from(is_stream && !stream && function.returns.is_some());
                        match (stream, is_stream) {
                            (true, true) => function.returns.is_some_and(is_it),
                            (true, false) => false,
                            (false, _) => function.received().skip(skipped).any(is_it),
                        }
                    }) || (!stream && model.methods().any(|it| it.arguments.iter().copied().any(is_it)))
                };
                PoolClasses {
                    name,
                    title: layout::string(&it.item.name),
                    getter: getter(&format!("{name}Pool")),
                    notes: annotations(0, &it.item),
                    capacity: u64::from(pool.capacity),
                    size: it.size,
                    sized: layout::sized(name, it.size),
                    zeroed: matches!(pool.reset, Reset::Zero),
                    returned: returned(false),
                    lent: returned(true) || is_heard(model, &it.id),
                    bindings: pool_bindings(form, name, &pool.symbols),
                    symbols: &pool.symbols,
                }
            })
            .collect();
        let queues = model.queues.iter().zip(&names.queues).map(|(it, name)| {
            let message = &*names.of(&model.message(it.message).id).name;
            let getter = getter(name);
            let facts = format!(
                "\n\nUp to {} of [{message}], shared by Rust, C and all isolates. A message belongs to\n\
                 the queue while it waits. The queue as an object is\n`{}.instance.{getter}`.",
                it.capacity, names.library
            );
            let doc = if is_documented(&it.item) {
                names.links.translate(&it.item.doc, Scope::default())
            } else {
                format!("The queue `{}`.", it.item.name)
            };
            QueueClasses {
                name,
                title: &it.item.name,
                message,
                getter,
                lead: layout::doc(0, &(doc + &facts)) + &annotations(0, &it.item),
                capacity: it.capacity,
                bindings: queue_bindings(form, message, &it.symbols),
                symbols: &it.symbols,
            }
        });
        (!pools.is_empty()).then(|| Self {
            package: &names.package,
            library: &names.library,
            resolved: form == Form::Native,
            queues: queues.collect(),
            pools,
        })
    }
}

fn declare(form: Form, name: &str, symbol: &str, types: &[(&str, &str)]) -> String {
    form.member(&Binding::leaf(name, symbol, Signature::new(types)))
}

fn pool_bindings(form: Form, message: &str, symbols: &PoolSymbols) -> Vec<String> {
    let pointer = format!("$.Pointer<{message}>");
    let slot = (&*pointer, "");
    let number = ("$.Uint32", "int");
    vec![
        declare(form, "_alloc", &symbols.alloc, &[slot]),
        declare(form, "_free", &symbols.free, &[("$.Int32", "int"), slot]),
        declare(form, "_resolve", &symbols.resolve, &[slot, number, number]),
        declare(form, "_reference", &symbols.reference, &[("$.Uint64", "int"), slot]),
    ]
}

fn queue_bindings(form: Form, message: &str, symbols: &QueueSymbols) -> Vec<String> {
    let pointer = format!("$.Pointer<{message}>");
    let slot = (&*pointer, "");
    let mut bindings = vec![
        declare(form, "_push", &symbols.push, &[("$.Int32", "int"), slot]),
        declare(form, "_pop", &symbols.pop, &[slot, ("$.Pointer<$.Int32>", "")]),
    ];
    if let Some(stream) = &symbols.stream {
        let types: Vec<_> = [("$.Int32", "int")].into_iter().chain(started::MORE).collect();
        let binding = Binding { leaf: false, ..Binding::leaf("_listen", stream, Signature::new(&types)) };
        bindings.push(form.member(&binding));
    }
    bindings
}

/// Returns true if Dart can listen to a queue of the message.
fn is_heard(model: &Model, id: &TypeId) -> bool {
    let mut heard = model.queues.iter().filter(|it| it.symbols.stream.is_some());
    heard.any(|it| model.message(it.message).id == *id)
}

/// Returns the messages that have a pool, each with its pool.
pub fn pooled(model: &Model) -> impl Iterator<Item = (&Message, &Pool)> {
    model.messages.iter().filter_map(|it| Some((it, it.pool.as_ref()?)))
}
