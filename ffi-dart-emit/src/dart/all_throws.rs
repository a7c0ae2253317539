//! Exceptions of messages and oneofs, which those of their fields make.

use std::collections::HashMap;

use crate::model::{Composite, Model, Type, TypeId};

use super::throws::Throws;
use super::types;

/// Exceptions of all types of a model.
pub struct AllThrows<'a> {
    model: &'a Model,
    composites: HashMap<&'a TypeId, Throws>,
}

impl<'a> AllThrows<'a> {
    /// Collects those of `model`.
    pub fn new(model: &'a Model) -> Self {
        let mut all = Self { model, composites: HashMap::new() };
        for composite in model.by_dependency() {
            let (id, own) = match composite {
                Composite::Message(it) => (&it.id, Throws::default()),
                // No case may have the discriminant.
                Composite::Oneof(it) => (&it.id, Throws { invalid: true, ..Throws::default() }),
            };
            let throws = composite.types().fold(own, |throws, ty| throws.and(all.of(ty)));
            all.composites.insert(id, throws);
        }
        all
    }

    /// Returns those of the message or oneof `id`.
    pub fn of_composite(&self, id: &TypeId) -> Throws {
        self.composites[id]
    }

    /// Returns those of `ty`.
    pub fn of(&self, ty: &Type) -> Throws {
        let mut all = Throws::default();
        ty.walk(&mut |part| {
            all = all.and(match part {
                Type::Message(index) => self.of_composite(&self.model.message(*index).id),
                Type::Oneof(index) => self.of_composite(&self.model.oneof(*index).id),
                other => types::throws(self.model, other),
            });
        });
        all
    }
}
