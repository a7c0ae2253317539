//! Finds the messages and enums that the import writes, and the cycles among them.

use std::collections::HashMap;

use prost_reflect::{EnumDescriptor, FileDescriptor, Kind, MessageDescriptor};

use super::forms::{Form, is_export};
use super::options::{Found, is_error, is_of_method, is_wrapper};
use super::types::{element, is_logical, is_oneof};
use super::{EMPTY, Importer};
use crate::proto::graph::components;
use crate::proto::shape::wrapped;

/// Cycles of a message: messages with a common number reach each other.
#[derive(Clone, Copy)]
pub(super) struct Circle {
    /// Number by fields that would be in place.
    pub(super) whole: usize,
    /// True if it reaches itself.
    holds_itself: bool,
}

impl Importer<'_> {
    /// Finds everything in the file, and everything in other files that it refers to.
    pub(super) fn collect(&mut self, main: &FileDescriptor) {
        let mut todo: Vec<_> = main.messages().filter(|it| !is_wrapper(it) && !is_of_method(it)).collect();
        let parts = |it: MessageDescriptor| it.fields().map(|field| element(&field)).collect::<Vec<_>>();
        let mut found = Vec::new();
        for method in main.services().flat_map(|it| it.methods().collect::<Vec<_>>()) {
            for message in [method.input(), method.output()] {
                if is_of_method(&message) {
                    found.extend(parts(message));
                } else {
                    self.passed.insert(message.full_name().to_owned());
                    found.push(Kind::Message(message));
                }
            }
        }
        for variant in main.messages().filter(is_error).flat_map(|it| it.child_messages().collect::<Vec<_>>())
        {
            found.extend(parts(variant));
        }
        for it in found {
            match it {
                Kind::Message(it) if it.full_name() != EMPTY && !is_logical(&it) => todo.push(it),
                Kind::Enum(it) => self.add_enum(it),
                _ => {}
            }
        }
        todo.reverse();
        for it in main.enums().filter(|it| !Found::new(&it.options()).flag("is_error_code")) {
            self.add_enum(it);
        }
        self.check_file(main);
        self.wide(main);
        self.newtypes(main);
        while let Some(message) = todo.pop() {
            if !self.seen.insert(message.full_name().to_owned()) {
                continue;
            }
            self.check_file(&message.parent_file());
            for it in message.child_enums() {
                self.add_enum(it);
            }
            let mut next = Vec::new();
            next.extend(message.child_messages().filter(|it| !it.is_map_entry() && !is_wrapper(it)));
            for field in message.fields() {
                let typed = Found::new(&field.options()).0.contains_key("rust_type");
                match element(&field) {
                    Kind::Message(it) if it.full_name() == EMPTY || is_logical(&it) => {}
                    Kind::Message(it) if wrapped(it.full_name()).is_some() => {}
                    // The Rust type includes the wrapper between two containers.
                    Kind::Message(it) if typed && is_wrapper(&it) => {}
                    Kind::Message(it) => next.push(it),
                    Kind::Enum(it) => self.add_enum(it),
                    _ => {}
                }
            }
            next.reverse();
            todo.extend(next);
            self.messages.push(message);
        }
    }

    fn add_enum(&mut self, it: EnumDescriptor) {
        if self.enum_names.insert(it.full_name().to_owned()) {
            self.check_file(&it.parent_file());
            self.enums.push(it);
        }
    }

    /// Warns of what is left out of a whole file.
    fn check_file(&mut self, file: &FileDescriptor) {
        if self.places.contains_key(file.name()) {
            return; // met before
        }
        self.packages.insert(file.package_name().to_owned());
        for extension in file.extensions() {
            let options = extension.containing_message().package_name() == "google.protobuf";
            if !options {
                let what =
                    format!("extension `{}` is left out: Rust has no form for them", extension.full_name());
                self.warning(file, extension.path(), &what);
            }
        }
    }

    /// Finds the messages that reach each other by fields that would be in place.
    /// Returns the indices of the messages that each message holds.
    pub(super) fn find_cycles(&mut self) -> Vec<Vec<usize>> {
        let names: HashMap<_, _> =
            self.messages.iter().map(|it| it.full_name().to_owned()).zip(0..).collect();
        let held = |message: &MessageDescriptor| {
            let fields = message.fields().filter(|field| {
                !Found::new(&field.options()).text("rust_type").is_some_and(|text| text.contains("FfiRef"))
            });
            let held = fields.filter_map(|field| match element(&field) {
                Kind::Message(it) => names.get(it.full_name()).copied(),
                _ => None,
            });
            held.collect::<Vec<usize>>()
        };
        let edges: Vec<_> = self.messages.iter().map(held).collect();
        let whole = components(&edges);
        let holds_itself: Vec<_> = {
            let mut members = vec![0_usize; whole.len()];
            whole.iter().for_each(|at| members[*at] += 1);
            (0..whole.len()).map(|at| members[whole[at]] > 1 || edges[at].contains(&at)).collect()
        };
        // A message can be elsewhere, but not an enum in Rust.
        let oneofs: Vec<_> = self.messages.iter().map(is_oneof).collect();
        let in_place = |from: usize| {
            let held = edges[from].iter().copied();
            held.filter(|to| oneofs[from] && oneofs[*to] && whole[*to] == whole[from]).collect()
        };
        let in_place: Vec<Vec<usize>> = (0..edges.len()).map(in_place).collect();
        let circles = components(&in_place);
        let mut members = vec![0_usize; edges.len()];
        circles.iter().for_each(|at| members[*at] += 1);
        for (at, held) in in_place.iter().enumerate() {
            if members[circles[at]] > 1 || held.contains(&at) {
                self.unfolded.insert(self.messages[at].full_name().to_owned());
            }
        }
        // An enum is not the root of an arena.
        let passed = self.messages.iter().filter(|it| self.passed.contains(it.full_name()) && is_oneof(it));
        let passed = passed.filter(|it| self.options.form == Form::Arena && !is_export(&it.parent_file()));
        let passed: Vec<_> = passed.map(|it| it.full_name().to_owned()).collect();
        self.unfolded.extend(passed);
        for (name, at) in names {
            let circle = Circle { whole: whole[at], holds_itself: holds_itself[at] };
            self.circles.insert(name, circle);
        }
        edges
    }

    /// Returns true for a message that is an enum in Rust: one oneof and nothing else. One that
    /// holds itself through such messages only would be inside of itself, and one that a method
    /// passes may live in an arena, of which an enum is not the root; these are structs around a
    /// flattened one.
    pub(super) fn is_oneof(&self, it: &MessageDescriptor) -> bool {
        is_oneof(it) && !self.unfolded.contains(it.full_name())
    }

    /// Returns true if `held`, which a field of `holder` has in place, reaches `holder` in turn.
    pub(super) fn holds(&self, held: &str, holder: &str) -> bool {
        let number = |name| self.circles.get(name).map(|it| it.whole);
        held == holder || (number(held).is_some() && number(held) == number(holder))
    }

    /// Returns true if a message reaches itself.
    pub(super) fn holds_itself(&self, name: &str) -> bool {
        self.circles.get(name).is_some_and(|it| it.holds_itself)
    }

    /// Returns the number of slots in a message's pool.
    pub(super) fn pool_size(&mut self, it: &MessageDescriptor) -> Option<u64> {
        let said = self.message_options(it).number("pool_size");
        let refers = || self.form(it) != Form::Arena && self.holds_itself(it.full_name());
        let default = || self.options.default_pool_size.filter(|_| refers()).map(u64::from);
        said.or_else(default)
    }
}
