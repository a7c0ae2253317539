//! Logical types of `ffi-core`: everything that the emitter knows about each, one entry a type.
//!
//! The memory of such a type is a struct of integers. Dart's class for that struct, its array and
//! its conversions are in the runtime. To add a type, write
//!
//! | what | where |
//! |---|---|
//! | the Rust type, and a line that exports it | `ffi-core/src/types/logical/`, its `mod.rs` |
//! | its bytes in protobuf | `ffi-core/src/proto/logical.rs` |
//! | its entry | the table below |
//! | the struct and the array in Dart, and a line that exports the array | `dart/ffi_core/lib/src/logical.dart`, `lib/memory.dart` |
//! | the type in Dart, if Dart has none | `dart/ffi_core/lib/src/values/logical.dart` |

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::LazyLock;

use crate::model::{Layout, Scalar, Type, WideAlign};

/// A logical type.
pub struct Logical {
    /// Name in records.
    pub name: &'static str,
    /// Name in Rust and C.
    pub rust: &'static str,
    /// Fields of the struct in memory, in order.
    pub fields: &'static [Field],
    /// True if not all bytes are a value, so that reading may throw in Dart.
    pub invalid: bool,
    /// True if Dart's type has values that Rust's has not, so that writing may throw in Dart.
    pub range: bool,
    /// Type in Dart.
    pub dart: &'static str,
    /// Class of the runtime for the struct in memory, `..Bytes`. That of arrays is `..Array`.
    pub class: &'static str,
    /// Member beside a field in Dart, for what the type in Dart can't express.
    pub beside: Option<Beside>,
    /// Type in .proto.
    pub proto: &'static str,
    /// File of protobuf that declares it, if it is no built-in type.
    pub proto_file: Option<&'static str>,
}

/// A field of a logical type in memory.
pub struct Field {
    /// Name in C.
    pub name: &'static str,
    /// Type of a number in it.
    pub scalar: Scalar,
    /// Number of numbers, if it is an array.
    pub count: Option<u64>,
}

/// A member beside a field of a logical type: one of the integers in memory.
pub struct Beside {
    /// Suffix of the member's name.
    pub suffix: &'static str,
    /// Getter and setter of the class in memory.
    pub member: &'static str,
    /// Sentence of the documentation, in which `#` is the name of the field.
    pub doc: &'static str,
}

const fn number(name: &'static str, scalar: Scalar) -> Field {
    Field { name, scalar, count: None }
}

/// The table.
static ALL: &[Logical] = &[
    Logical {
        name: "timestamp",
        rust: "FfiTimestamp",
        fields: &[number("seconds", Scalar::I64), number("nanos", Scalar::I32)],
        invalid: true,
        range: true,
        dart: "$.DateTime",
        class: "$.TimestampBytes",
        beside: Some(Beside {
            suffix: "Nanos",
            member: "nanos",
            doc: "The nanoseconds of the second of [#], which has only microseconds.\n\nAssigning throws a \
                  [RangeError] if it is not from 0 to 999,999,999.",
        }),
        proto: ".google.protobuf.Timestamp",
        proto_file: Some("google/protobuf/timestamp.proto"),
    },
    Logical {
        name: "duration",
        rust: "FfiDuration",
        fields: &[number("seconds", Scalar::I64), number("nanos", Scalar::I32)],
        invalid: true,
        range: true,
        dart: "$.Duration",
        class: "$.DurationBytes",
        beside: Some(Beside {
            suffix: "Nanos",
            member: "nanos",
            doc: "The nanoseconds of the second of [#], which has only microseconds; negative in a negative \
                  span.\n\nAssigning throws a [RangeError] if it is not from -999,999,999 to 999,999,999, or has \
                  another\nsign than the seconds.",
        }),
        proto: ".google.protobuf.Duration",
        proto_file: Some("google/protobuf/duration.proto"),
    },
    Logical {
        name: "uuid",
        rust: "FfiUuid",
        fields: &[Field { name: "bytes", scalar: Scalar::U8, count: Some(16) }],
        invalid: false,
        range: false,
        dart: "$.FfiUuid",
        class: "$.UuidBytes",
        beside: None,
        proto: "bytes",
        proto_file: None,
    },
    Logical {
        name: "decimal",
        rust: "FfiDecimal",
        fields: &[number("low", Scalar::U64), number("high", Scalar::I64), number("scale", Scalar::U32)],
        invalid: true,
        range: false,
        dart: "$.FfiDecimal",
        class: "$.DecimalBytes",
        beside: None,
        proto: "string",
        proto_file: None,
    },
    Logical {
        name: "empty",
        rust: "FfiEmpty",
        fields: &[number("unused", Scalar::U8)],
        invalid: false,
        range: false,
        dart: "$.FfiEmpty",
        class: "$.EmptyBytes",
        beside: None,
        proto: ".google.protobuf.Empty",
        proto_file: Some("google/protobuf/empty.proto"),
    },
];

/// The types of the table, in its order.
static TYPES: LazyLock<Vec<Type>> = LazyLock::new(|| ALL.iter().map(Type::Logical).collect());

impl Logical {
    /// Returns the type that records call `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|it| it.name == name)
    }

    /// Returns the type that Rust calls `name`.
    #[must_use]
    pub fn of_rust(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|it| it.rust == name)
    }

    /// Returns the type that protobuf declares as the message `name`.
    #[must_use]
    pub fn of_proto(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|it| it.proto_file.is_some() && it.proto.strip_prefix('.') == Some(name))
    }

    /// Returns all types.
    #[must_use]
    pub fn all() -> &'static [Self] {
        ALL
    }

    /// Returns it as the type of a field.
    #[must_use]
    pub fn ty(&'static self) -> &'static Type {
        let place = ALL.iter().position(|it| it.name == self.name);
        &TYPES[place.expect("there are no others than those of the table")]
    }

    /// Returns the layout of the struct, and the offset of each field.
    #[must_use]
    pub fn layout(&self, wide: WideAlign) -> (Layout, Vec<u64>) {
        let mut whole = Layout { size: 0, align: 1 };
        let mut offsets = Vec::with_capacity(self.fields.len());
        for field in self.fields {
            let one = Layout::of_scalar(field.scalar, wide);
            let offset = whole.size.next_multiple_of(one.align);
            offsets.push(offset);
            let size = offset + one.size * field.count.unwrap_or(1);
            whole = Layout { size, align: whole.align.max(one.align) };
        }
        (Layout { size: whole.size.next_multiple_of(whole.align), ..whole }, offsets)
    }

    /// Returns the class of arrays.
    #[must_use]
    pub fn array(&self) -> String {
        format!("{}Array", self.class.trim_end_matches("Bytes"))
    }

    /// Returns the function that makes an array of memory which a function returned.
    #[must_use]
    pub fn taken(&self) -> String {
        let array = self.array();
        let (first, rest) = array.trim_start_matches("$.").split_at(1);
        format!("$.{}{rest}Taken", first.to_ascii_lowercase())
    }

    /// Returns the alignment of the struct in Dart, that of its widest number.
    #[must_use]
    pub fn alignment(&self) -> u64 {
        self.fields.iter().map(|field| field.scalar.size()).max().unwrap_or(1)
    }
}

impl PartialEq for Logical {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Logical {}

impl Hash for Logical {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl fmt::Debug for Logical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rust)
    }
}
