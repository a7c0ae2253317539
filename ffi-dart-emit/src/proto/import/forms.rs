//! Decides which messages have a fixed size and which live in arenas, and the arena types of
//! fields.

use std::collections::{HashMap, HashSet};

use ffi_core::schema::read::Type;
use prost_reflect::{FileDescriptor, MessageDescriptor};

use super::Importer;
use crate::holder::{Held, Holding};
use crate::proto::rust::Source;
use crate::proto::shape::{Bounds, Declared, Plain, implied};

/// Size in bytes of the largest message that crosses by value, and so is on a stack. A larger one
/// lives in an arena, or is in the slot of a pool.
pub(super) const MOST_BY_VALUE: u64 = ffi_core::boundary::MAX_BY_VALUE as u64;

/// Form in which messages are kept in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Texts, lists and maps without a bound, and messages, are elsewhere in an arena.
    #[default]
    Arena,
    /// All is in place, and needs bounds; a message that may be absent is an `FfiOption`.
    Bounded,
    /// As `Bounded`, but a message is always there unless the file says `optional`.
    Implicit,
}

impl Importer<'_> {
    /// Chooses the form of each message. `edges` are the indices of the messages that each holds.
    ///
    /// A message with a pool, kernels or columns has a fixed size, and so has all that it holds.
    /// What holds a message whose slots refer to each other has one as well, as a reference to a
    /// slot can't be in an arena.
    pub(super) fn find_forms(&mut self, edges: &[Vec<usize>]) {
        let mut forms = vec![self.options.form; edges.len()];
        let messages = self.messages.clone();
        let flags: Vec<_> = messages.iter().map(|it| self.message_options(it)).collect();
        let with = |names: &[&str]| -> Vec<usize> {
            let has = |at: &usize| {
                names.iter().any(|name| flags[*at].flag(name) || flags[*at].number(name).is_some())
            };
            (0..edges.len()).filter(has).collect()
        };
        if self.options.form == Form::Arena {
            spread(edges, with(&["pool_size"]), Form::Bounded, &mut forms);
            let refers =
                |at: &usize| forms[*at] == Form::Bounded && self.holds_itself(self.messages[*at].full_name());
            let mut holders = vec![Form::Arena; edges.len()];
            spread(&reversed(edges), (0..edges.len()).filter(refers).collect(), Form::Bounded, &mut holders);
            let holders = (0..edges.len()).filter(|at| holders[*at] == Form::Bounded).collect();
            spread(edges, holders, Form::Bounded, &mut forms);
        }
        spread(edges, with(&["simd", "columns"]), Form::Implicit, &mut forms);
        for (message, form) in self.messages.iter().zip(forms) {
            // An export says which of its messages are in place, and all of their bounds.
            let form = if is_export(&message.parent_file()) { Form::Implicit } else { form };
            self.forms.insert(message.full_name().to_owned(), form);
        }
    }

    /// Returns the names in Rust of the messages that live in arenas only because methods of these
    /// files pass them, and they are too large to be passed by value.
    pub(super) fn large(&self, mains: &[FileDescriptor]) -> HashSet<String> {
        let methods = mains.iter().flat_map(FileDescriptor::services);
        let methods = methods.flat_map(|it| it.methods().collect::<Vec<_>>());
        let passed = methods.flat_map(|it| [it.input(), it.output()]);
        let passed = passed.filter(|it| self.form(it) == Form::Arena);
        let keys = passed.filter_map(|it| self.names.get(it.full_name()).cloned());
        keys.filter(|key| self.is_large(key)).collect()
    }

    /// Returns true if a message, given its name in Rust, is too large to be passed by value.
    pub(super) fn is_large(&self, key: &str) -> bool {
        self.sizes.get(key).is_some_and(|size| *size > MOST_BY_VALUE)
    }

    /// Returns the form of a message.
    pub(super) fn form(&self, message: &MessageDescriptor) -> Form {
        self.forms.get(message.full_name()).copied().unwrap_or(self.options.form)
    }
}

/// Returns true for a file that `ffi-dart-emit proto` wrote.
pub(super) fn is_export(file: &FileDescriptor) -> bool {
    file.options().extensions().any(|(option, _)| option.full_name() == "ffi.library")
}

/// Gives `form` to the nodes of `todo`, and to all that they reach.
fn spread(edges: &[Vec<usize>], mut todo: Vec<usize>, form: Form, forms: &mut [Form]) {
    let mut seen = vec![false; edges.len()];
    while let Some(at) = todo.pop() {
        if !std::mem::replace(&mut seen[at], true) {
            forms[at] = form;
            todo.extend(&edges[at]);
        }
    }
}

/// Returns the edges in their other direction.
fn reversed(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut reversed = vec![Vec::new(); edges.len()];
    for (from, to) in edges.iter().enumerate().flat_map(|(from, all)| all.iter().map(move |to| (from, *to))) {
        reversed[to].push(from);
    }
    reversed
}

/// Returns the type of a field of a message in an arena. What has a bound is in place, unless it
/// would hold itself.
pub(super) fn arena_type(declared: &Declared, bounds: &Bounds, holds_itself: bool) -> Type {
    let is_message = |plain: &Plain| matches!(plain, Plain::Other(Type::Message(_) | Type::Oneof(_)));
    let boxed = |of: Type| Type::ArenaBox { of: Box::new(of) };
    let one = |plain: &Plain, max_len: Option<u64>| {
        let bounds = Bounds { max_len, ..bounds.clone() };
        implied(&Declared::One(plain.clone()), &bounds).unwrap_or(match plain {
            Plain::Bytes => Type::ArenaBytes {},
            _ => Type::ArenaStr {},
        })
    };
    match declared {
        Declared::One(plain) | Declared::Optional(plain) if is_message(plain) => {
            boxed(one(plain, bounds.max_len))
        }
        Declared::One(plain) => one(plain, bounds.max_len),
        Declared::Optional(plain) => match one(plain, bounds.max_len) {
            handle @ (Type::ArenaStr {} | Type::ArenaBytes {}) => boxed(handle),
            of => Type::Option { of: Box::new(of) },
        },
        Declared::Many(_) | Declared::Map(..) if !holds_itself && implied(declared, bounds).is_ok() => {
            implied(declared, bounds).unwrap_or(Type::ArenaStr {})
        }
        Declared::Many(plain) => Type::ArenaVec { of: Box::new(one(plain, bounds.max_len)) },
        Declared::Map(key, value) => Type::ArenaMap {
            key: Box::new(one(key, bounds.max_key_len)),
            value: Box::new(one(value, bounds.max_len)),
        },
    }
}

/// Marks the items that live in arenas: those that hold a handle, directly or in what they have in
/// place, and those of `large`. The derive sees only the first, so the others say it.
pub(super) fn mark(items: &mut [Source], large: &HashSet<String>) {
    let index: HashMap<String, usize> = items.iter().map(Source::key).zip(0..).collect();
    let mut holders = vec![Vec::new(); items.len()];
    let mut todo = Vec::new();
    let mut own_handle = vec![false; items.len()];
    for (at, item) in items.iter().enumerate() {
        if large.contains(&item.key()) {
            todo.push(at);
        }
        for ty in item.body.parts().iter().filter_map(|part| part.ty.as_ref()) {
            let mut in_place = Vec::new();
            if !in_place_of(ty, &mut in_place) {
                todo.push(at);
                own_handle[at] = true;
            }
            in_place.iter().filter_map(|name| index.get(*name)).for_each(|held| holders[*held].push(at));
        }
    }
    while let Some(at) = todo.pop() {
        if !std::mem::replace(&mut items[at].in_arena, true) {
            if !own_handle[at] {
                items[at].flags.push("arena");
            }
            todo.extend(&holders[at]);
        }
    }
}

/// Adds the names of the types that `ty` has in place. Returns false if it has a handle.
fn in_place_of<'a>(ty: &'a Type, names: &mut Vec<&'a str>) -> bool {
    match ty {
        Type::Message(id) | Type::Oneof(id) => {
            names.push(&id.0);
            true
        }
        Type::Array { of, .. } => in_place_of(of, names),
        other => match other.held() {
            Some(held) if held.holder.elsewhere => false,
            held => {
                let mut all = true;
                for part in held.iter().flat_map(Held::parts) {
                    all &= in_place_of(part, names);
                }
                all
            }
        },
    }
}
