//! The layout that the header of an arena has.

use std::collections::BTreeMap;

use ffi_core::schema::fingerprint;

use super::{Composite, Message, Model, Type};

/// Returns the hash of the layouts that arenas with the root `message` have: of all messages and
/// oneofs that live in arenas and that the root reaches, as `ffi-core` has it in the header of an
/// arena.
#[must_use]
pub fn arena_layout(model: &Model, message: &Message) -> u64 {
    let mut reached = BTreeMap::new();
    let mut todo = vec![Composite::Message(message)];
    while let Some(composite) = todo.pop() {
        let (id, layout) = match composite {
            Composite::Message(it) => (&it.id, it.fingerprint),
            Composite::Oneof(it) => (&it.id, it.fingerprint),
        };
        if reached.insert(id, layout.0).is_some() {
            continue;
        }
        for ty in composite.types() {
            ty.walk_all(&mut |part| {
                let inner = match part {
                    Type::Message(index) => Composite::Message(model.message(*index)),
                    Type::Oneof(index) => Composite::Oneof(model.oneof(*index)),
                    _ => return,
                };
                todo.extend(Some(inner).filter(Composite::in_arena));
            });
        }
    }
    let facts = reached.into_iter().flat_map(|(id, layout)| [fingerprint::hash_name(&id.0), layout]);
    fingerprint::mix(&facts.collect::<Vec<_>>())
}
