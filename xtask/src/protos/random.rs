//! Random values of any message.

use std::collections::HashMap;

use prost_reflect::prost::bytes::Bytes;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, Value};

/// Depth to which messages hold others.
const DEPTH: u32 = 3;

/// A generator that makes the same values in each run: xorshift (Marsaglia, "Xorshift RNGs",
/// Journal of Statistical Software 8, 2003).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new() -> Self {
        Self(0x2545_F491_4F6C_DD1D)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or_default()
    }

    /// Returns a message, about half of whose fields are set.
    pub(super) fn message(&mut self, of: &MessageDescriptor, depth: u32) -> DynamicMessage {
        let mut message = DynamicMessage::new(of.clone());
        match of.full_name() {
            // Others are no points in time.
            "google.protobuf.Timestamp" | "google.protobuf.Duration" => {
                message.set_field_by_name("seconds", Value::I64(self.below(1 << 31) as i64));
                message.set_field_by_name("nanos", Value::I32(self.below(1_000_000_000) as i32));
                return message;
            }
            _ => {}
        }
        let chosen: Vec<_> = of.oneofs().map(|it| self.below(it.fields().len())).collect();
        let chosen: Vec<_> = of.oneofs().zip(chosen).filter_map(|(it, at)| it.fields().nth(at)).collect();
        for field in of.fields() {
            let in_oneof = field.containing_oneof().is_some();
            let is_deep = matches!(field.kind(), Kind::Message(_)) && depth >= DEPTH;
            let is_set = self.next().is_multiple_of(2);
            if !is_set || is_deep || field.is_group() || (in_oneof && !chosen.contains(&field)) {
                continue;
            }
            let value = self.field(&field, depth);
            message.set_field(&field, value);
        }
        message
    }

    fn field(&mut self, field: &FieldDescriptor, depth: u32) -> Value {
        let count = self.below(3);
        if let Kind::Message(entry) = field.kind()
            && field.is_map()
        {
            let mut map = HashMap::new();
            for _ in 0..count {
                let key = self.value(&entry.map_entry_key_field().kind(), depth);
                let key = match key {
                    Value::Bool(it) => MapKey::Bool(it),
                    Value::I32(it) => MapKey::I32(it),
                    Value::I64(it) => MapKey::I64(it),
                    Value::U32(it) => MapKey::U32(it),
                    Value::U64(it) => MapKey::U64(it),
                    Value::String(it) => MapKey::String(it),
                    _ => continue,
                };
                map.insert(key, self.value(&entry.map_entry_value_field().kind(), depth));
            }
            return Value::Map(map);
        }
        if field.is_list() {
            return Value::List((0..count).map(|_| self.value(&field.kind(), depth)).collect());
        }
        self.value(&field.kind(), depth)
    }

    fn value(&mut self, kind: &Kind, depth: u32) -> Value {
        const TEXTS: [&str; 5] = ["", "a", "zü", "日", "\u{10FFFF}"];
        let bits = self.next();
        // Small and large numbers, as they have other lengths.
        let number = if bits.is_multiple_of(3) { self.next() } else { self.next() % 200 };
        match kind {
            Kind::Double => Value::F64(number.cast_signed() as f64 / 8.0),
            Kind::Float => Value::F32(number.cast_signed() as f32 / 8.0),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(number as i32),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(number.cast_signed()),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(number as u32),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(number),
            Kind::Bool => Value::Bool(bits.is_multiple_of(2)),
            Kind::String => Value::String(TEXTS[self.below(TEXTS.len())].to_owned()),
            Kind::Bytes => Value::Bytes(Bytes::from(number.to_le_bytes()[..self.below(4)].to_vec())),
            Kind::Enum(it) => {
                let at = self.below(it.values().len());
                Value::EnumNumber(it.values().nth(at).map_or(0, |value| value.number()))
            }
            Kind::Message(it) => Value::Message(self.message(it, depth + 1)),
        }
    }
}
