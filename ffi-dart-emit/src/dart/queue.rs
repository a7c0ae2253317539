//! Queues: a class of static methods for each.

use crate::model::{Model, Queue};

use super::layout::{self, Parameters};
use super::names::Names;
use super::pool::{getter, looked_up, method, number};

/// Returns the class `name` of `queue`.
pub fn class(model: &Model, names: &Names<'_>, queue: &Queue, name: &str) -> String {
    let symbols = &queue.symbols;
    let number = number(model, queue.message);
    let message = &names.of(&model.message(queue.message).id).name;
    let slot = format!("$.Pointer<{message}>");
    let slots = format!("$.PoolSlots<{message}>");
    let pop = format!("_Pop{number}");
    let arguments = [
        layout::string(&queue.item.name),
        format!("{message}Pool._pool"),
        layout::string(&symbols.pop_many),
        layout::string(&symbols.len),
        layout::string(&symbols.close),
        layout::string(&symbols.is_closed),
    ];
    let one = [format!("{slot} slot")];
    let one = Parameters::new(&one);
    let max = ["int max".to_owned()];
    let into = format!("{slots}? into");
    let members = [
        looked_up("_push", &format!("_GiveC{number}"), &format!("_GiveD{number}"), &symbols.push),
        looked_up("_pop", &pop, &pop, &symbols.pop),
        layout::call(2, "static final _queue = ", &format!("$.NativeQueue<{message}>"), &arguments, ";"),
        method(
            "Passes [slot] to the queue, which then **owns** it.\n\n\
             Throws a [QueueFullException], a [QueueClosedException], a [PoolException] for\n\
             a pointer to no slot of the caller, or an [InvalidValueException] for an invalid\n\
             message; the caller then still owns the slot.",
            "void",
            "push",
            one,
            "    final code = _push(slot);\n    if (code != 0) _queue.throwRefused(code, slot);",
        ),
        method(
            "Passes [slot] to the queue, which then **owns** it. Returns false if the queue\nis full; \
             the caller then still owns the slot.\n\nThrows as [push] does for any other reason.",
            "bool",
            "tryPush",
            one,
            "    final code = _push(slot);\n    return code == 0 || !_queue.isFull(code, slot);",
        ),
        method(
            "The message that was pushed first, **owned** by the caller, or null if the queue\nis empty.\n\n\
             Also null if a thread that the system has stopped is still pushing it after a\nmillisecond: \
             then [length] is not 0.",
            &format!("{slot}?"),
            "tryPop",
            Parameters::new(&[]),
            "    final slot = _pop($.nullptr);\n    return slot.address == 0 ? null : slot;",
        ),
        method(
            "Up to [max] messages in their order, **owned** by the caller.\n\n\
             With [into], which must be empty, the pointers are written to it without an\nallocation, up \
             to its capacity.",
            &slots,
            "popMany",
            Parameters { required: &max, optional: Some(('{', &into, '}')) },
            "    return _queue.popMany(max, into);",
        ),
        getter("Number of messages in the queue now.", "int", "length", "_queue.length"),
        format!(
            "{}  static const int capacity = {};",
            layout::doc(2, "Largest number of messages."),
            queue.capacity
        ),
        method(
            "Closes the queue for all threads. Messages in it can still be popped, until\n[length] is 0.",
            "void",
            "close",
            Parameters::new(&[]),
            "    _queue.close();",
        ),
        getter("True if it was closed.", "bool", "isClosed", "_queue.isClosed"),
    ];
    let facts = format!(
        "\n\nUp to {} of [{message}], shared by Rust, C and all isolates. A message belongs to\n\
         the queue while it waits.",
        queue.capacity
    );
    format!(
        "{}abstract final class {name} {{\n{}\n}}\n",
        super::lead(0, &queue.item, &format!("The queue `{}`.", queue.item.name), &facts),
        members.join("\n\n")
    )
}
