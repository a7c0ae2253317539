//! Form of a field's numbers in a .proto file: what Rust has as `encoding`, `key_encoding` and
//! `packed`.

use ffi_core::schema::read::{Encoding, Wire};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::shape::wrapped;

/// Returns the form of the numbers of a field. Those of a container inside another are in the
/// message between the two.
pub fn wire(field: &FieldDescriptor) -> Wire {
    let unpacked = is_packable(field) && !is_packed(field);
    match field.kind() {
        Kind::Message(entry) if field.is_map() => Wire {
            encoding: encoding(&entry.map_entry_value_field()),
            key_encoding: encoding(&entry.map_entry_key_field()),
            ..Wire::default()
        },
        _ => Wire { encoding: encoding(field), unpacked, ..Wire::default() },
    }
}

/// Returns true for a list of numbers, which may share one key.
pub fn is_packable(field: &FieldDescriptor) -> bool {
    field.is_list() && !matches!(field.kind(), Kind::String | Kind::Bytes | Kind::Message(_))
}

/// Returns true if the numbers of a list share one key. prost-reflect's own answer is from before
/// the compiler of .proto text has read the options.
pub fn is_packed(field: &FieldDescriptor) -> bool {
    let said = field.field_descriptor_proto().options.as_ref().and_then(|it| it.packed);
    is_packable(field) && said.unwrap_or(field.is_packed())
}

fn encoding(field: &FieldDescriptor) -> Option<Encoding> {
    match field.kind() {
        Kind::Sint32 | Kind::Sint64 => Some(Encoding::ZigZag),
        Kind::Fixed32 | Kind::Fixed64 | Kind::Sfixed32 | Kind::Sfixed64 => Some(Encoding::Fixed),
        Kind::Message(it) if wrapped(it.full_name()).is_some() => Some(Encoding::Wrapper),
        Kind::Message(it) if is_wrapper(&it) => encoding(&it.get_field(1)?),
        _ => None,
    }
}

/// Returns true for a message between two containers.
fn is_wrapper(it: &MessageDescriptor) -> bool {
    let options = it.options();
    options.extensions().any(|(option, value)| option.name() == "is_wrapper" && value.as_bool() == Some(true))
}
