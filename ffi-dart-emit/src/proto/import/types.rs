//! Chooses the Rust type of each field.

use ffi_core::schema::read::{Scalar, Type, TypeId};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::Importer;
use super::forms::{Form, arena_type};
use super::options::Found;
use crate::logical::Logical;
use crate::proto::rust;
use crate::proto::shape::{
    self, Bounds, Declared, Element, Label, Missing, Plain, Shape, Types as _, case, implied, inside,
    physical, shape, wrapped,
};
use crate::proto::wire::wire;

fn keyword(kind: &Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Int32 => "int32",
        Kind::Int64 => "int64",
        Kind::Uint32 => "uint32",
        Kind::Uint64 => "uint64",
        Kind::Sint32 => "sint32",
        Kind::Sint64 => "sint64",
        Kind::Fixed32 => "fixed32",
        Kind::Fixed64 => "fixed64",
        Kind::Sfixed32 => "sfixed32",
        Kind::Sfixed64 => "sfixed64",
        Kind::Float => "float",
        Kind::Double => "double",
        Kind::Bool => "bool",
        Kind::String => "string",
        Kind::Bytes => "bytes",
        _ => return None,
    })
}

/// Returns true if a message of protobuf stands for a logical type.
pub(super) fn is_logical(it: &MessageDescriptor) -> bool {
    Logical::of_proto(it.full_name()).is_some()
}

/// Returns true if a message has one oneof and nothing else.
pub(super) fn is_oneof(it: &MessageDescriptor) -> bool {
    let mut oneofs = it.oneofs().filter(|oneof| !oneof.is_synthetic());
    match (oneofs.next(), oneofs.next()) {
        (Some(oneof), None) => oneof.fields().len() == it.fields().len(),
        _ => false,
    }
}

/// Returns the kind of a field's values, for a map that of its values.
pub(super) fn element(field: &FieldDescriptor) -> Kind {
    match field.kind() {
        Kind::Message(entry) if field.is_map() => entry.map_entry_value_field().kind(),
        kind => kind,
    }
}

impl Importer<'_> {
    /// Returns the type of a field, or reports a problem.
    pub(super) fn field_type(&mut self, field: &FieldDescriptor, found: &Found) -> Option<Type> {
        if field.is_group() {
            let what = format!("group `{}` is left out: Rust has no form for groups", field.full_name());
            self.warning(&field.parent_file(), field.path(), &what);
            return None;
        }
        if field.field_descriptor_proto().default_value.is_some() {
            let what = format!(
                "the default of `{}` is left out: a field that is absent is absent",
                field.full_name()
            );
            self.warning(&field.parent_file(), field.path(), &what);
        }
        if let Some(text) = found.text("rust_type") {
            return self.rust_type(field, found, &text);
        }
        let declared = self.declared(field)?;
        let bounds = self.bounds(field, found, &declared);
        if self.form(field.parent_message()) == Form::Arena {
            let holder = field.parent_message().full_name();
            let held = match element(field) {
                Kind::Message(it) => self.holds(it.full_name(), holder),
                _ => false,
            };
            return self.bounded(field, arena_type(&declared, &bounds, held));
        }
        match implied(&declared, &bounds) {
            Ok(ty) => self.bounded(field, ty),
            Err(missing) => {
                let names = missing.iter().map(|missing| match missing {
                    Missing::Count => "(ffi.max_count)",
                    Missing::Len => "(ffi.max_len)",
                    Missing::KeyLen => "(ffi.max_key_len)",
                });
                let names: Vec<_> = names.collect();
                let options: Vec<_> = names.iter().map(|name| format!("{name} = N")).collect();
                self.field_problem(
                    field,
                    format!("it has no bound: {} missing", names.join(" and ")),
                    format!(
                        "add `[{}]`, or pass `--default-max-count N`; a message without pool, kernels and columns \
                         needs no bounds without `--bounded`",
                        options.join(", ")
                    ),
                );
                None
            }
        }
    }

    /// Returns a type whose bounds are possible.
    fn bounded(&mut self, field: &FieldDescriptor, ty: Type) -> Option<Type> {
        fn zero(ty: &Type) -> bool {
            match ty {
                Type::Array { of, len } => *len == 0 || zero(of),
                Type::Vec { of, cap } => *cap == 0 || zero(of),
                Type::Map { key, value, cap } => *cap == 0 || zero(key) || zero(value),
                Type::Str { cap } | Type::Bytes { cap } | Type::Secret { cap } => *cap == 0,
                Type::Option { of } => zero(of),
                _ => false,
            }
        }
        if zero(&ty) {
            self.field_problem(field, "a bound of 0 leaves no room", "take one from 1 upward");
            return None;
        }
        Some(ty)
    }

    /// Returns the type that an option gives, if protobuf agrees with it.
    pub(super) fn rust_type(&mut self, field: &FieldDescriptor, found: &Found, text: &str) -> Option<Type> {
        const FIX: &str = "mend `(ffi.rust_type)`, or remove it";
        let package = field.parent_file().package_name().to_owned();
        let ty = match rust::parse(text, &|name| self.named(&package, name)) {
            Ok(ty) => ty,
            Err(why) => {
                let what = format!("its Rust type `{}` can't be read: {why}", text.escape_debug());
                self.field_problem(field, what, FIX);
                return None;
            }
        };
        let in_oneof = field.containing_oneof().is_some_and(|it| !it.is_synthetic());
        let expected = if in_oneof { case(&ty, self) } else { shape(&ty, self) };
        let expected_wire = wire(field);
        let expected = expected.encoded(expected_wire);
        if !self.agrees(&expected, field) {
            let what = format!("its Rust type `{text}` is another in protobuf than the field's");
            self.field_problem(field, what, FIX);
            return None;
        }
        let bytes = physical(&ty, &|id| self.newtype(id));
        if expected_wire.encoding.is_some() && *inside(&bytes) == Type::Scalar(Scalar::U8) {
            self.field_problem(
                field,
                "`u8` is always a varint",
                "take `u16` in `(ffi.rust_type)`, or `uint32` here",
            );
            return None;
        }
        let bounds = Bounds::of(&bytes);
        for (name, own) in [
            ("max_count", bounds.max_count),
            ("max_len", bounds.max_len),
            ("max_key_len", bounds.max_key_len),
        ] {
            if let Some(said) = found.number(name).filter(|said| Some(*said) != own) {
                let what = format!("its option `{name}` is {said}, which its Rust type `{text}` doesn't say");
                self.field_problem(field, what, "change both alike");
                return None;
            }
        }
        self.bounded(field, ty)
    }

    /// Returns true if the field has the form of `shape` in protobuf.
    fn agrees(&self, shape: &Shape, field: &FieldDescriptor) -> bool {
        let label = match (field.is_map(), field.is_list(), field.field_descriptor_proto().proto3_optional())
        {
            (true, _, _) => return self.agrees_map(shape, field),
            (_, true, _) => Label::Repeated,
            (_, _, true) => Label::Optional,
            _ => Label::Plain,
        };
        // A message has presence either way.
        let presence = matches!(field.kind(), Kind::Message(_))
            && label == Label::Plain
            && shape.label == Label::Optional;
        (shape.label == label || presence) && self.agrees_element(&shape.of, &field.kind())
    }

    fn agrees_map(&self, shape: &Shape, field: &FieldDescriptor) -> bool {
        let Kind::Message(entry) = field.kind() else { return false };
        let Label::Map(key) = shape.label else { return false };
        keyword(&entry.map_entry_key_field().kind()) == Some(key)
            && self.agrees_element(&shape.of, &entry.map_entry_value_field().kind())
    }

    fn agrees_element(&self, element: &Element, kind: &Kind) -> bool {
        let inner = |message: &MessageDescriptor, shapes: &[&Shape]| {
            message.fields().len() == shapes.len()
                && (1..).zip(shapes).all(|(number, shape)| {
                    message.get_field(number).is_some_and(|field| self.agrees(shape, &field))
                })
        };
        match (element, kind) {
            (Element::Keyword(own), Kind::Message(it)) => own.strip_prefix('.') == Some(it.full_name()),
            (Element::Keyword(own), kind) => keyword(kind) == Some(*own),
            (Element::Named(id), Kind::Message(it)) => self.names.get(it.full_name()) == Some(&id.0),
            (Element::Named(id), Kind::Enum(it)) => self.names.get(it.full_name()) == Some(&id.0),
            (Element::Wrapper(shape), Kind::Message(it)) => inner(it, &[shape]),
            (Element::Entry(entry), Kind::Message(it)) => inner(it, &[&entry[0], &entry[1]]),
            _ => false,
        }
    }

    /// Returns the type that the field has without options.
    fn declared(&mut self, field: &FieldDescriptor) -> Option<Declared> {
        if field.is_map() {
            let Kind::Message(entry) = field.kind() else { return None };
            let key = self.plain(field, &entry.map_entry_key_field().kind(), false)?;
            let value = self.plain(field, &entry.map_entry_value_field().kind(), false)?;
            return Some(Declared::Map(key, value));
        }
        let one = !field.is_list();
        let of = self.plain(field, &field.kind(), true)?;
        let oneof = field.containing_oneof();
        let in_oneof = oneof.as_ref().is_some_and(|it| !it.is_synthetic());
        let is_message = matches!(field.kind(), Kind::Message(_));
        let optional = match (in_oneof, is_message) {
            // The case of a oneof says itself that it is there, unless the oneof is split.
            (true, _) => {
                !self.is_oneof(field.parent_message())
                    && !oneof.as_ref().is_some_and(|it| self.is_flattened(it))
            }
            (false, true) if self.form(field.parent_message()) == Form::Implicit => {
                field.field_descriptor_proto().proto3_optional()
            }
            // A zero of `required` has to be on the wire, so it has presence as well.
            (false, _) => field.supports_presence(),
        };
        Some(match (one, optional, &of) {
            // A reference says itself if it is set.
            (true, _, Plain::Other(Type::Ref(_))) => Declared::One(of),
            (true, true, _) => Declared::Optional(of),
            (true, false, _) => Declared::One(of),
            (false, ..) => Declared::Many(of),
        })
    }

    /// Returns the type of one value of this kind; `referred` is true if it may be a reference.
    fn plain(&mut self, field: &FieldDescriptor, kind: &Kind, referred: bool) -> Option<Plain> {
        match kind {
            Kind::Enum(it) => Some(Plain::Enum(TypeId(self.names[it.full_name()].clone()))),
            Kind::Message(it) if is_logical(it) || wrapped(it.full_name()).is_some() => {
                shape::plain(&format!(".{}", it.full_name()))
            }
            Kind::Message(it) => self.held(field, it, referred).map(Plain::Other),
            other => keyword(other).and_then(shape::plain),
        }
    }

    /// Returns a message that a field holds: in place, or as a reference if it would hold itself in
    /// a message of fixed size.
    pub(super) fn held(
        &mut self,
        field: &FieldDescriptor,
        it: &MessageDescriptor,
        referred: bool,
    ) -> Option<Type> {
        let ty = self.types.get(self.names.get(it.full_name())?)?.clone();
        if self.form(field.parent_message()) == Form::Arena {
            return Some(ty);
        }
        let holder = field.parent_message().full_name();
        let (true, Type::Message(id)) = (self.holds(it.full_name(), holder), &ty) else { return Some(ty) };
        let fixed = !self.field_options(field).numbers("fixed_count").is_empty();
        if !referred || (fixed && field.is_list()) {
            let what = format!(
                "`{}` is in a map or an array that it holds itself: that has no form in Rust with this encoding",
                it.full_name()
            );
            self.field_problem(field, what, "make it a list with `(ffi.max_count)`");
            return None;
        }
        if self.pool_size(it).is_none() {
            let what = format!(
                "`{}` holds itself: in Rust it would refer to another in its pool, and has none",
                it.full_name()
            );
            self.field_problem(
                field,
                what,
                format!(
                    "add `option (ffi.pool_size) = N;` to `{}`, or pass `--default-pool-size N`",
                    it.full_name()
                ),
            );
            return None;
        }
        Some(Type::Ref(id.clone()))
    }
}
