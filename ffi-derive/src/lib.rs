//! Derive macros of `ffi-core`, which re-exports and documents them; depend on that crate, not on
//! this one.
//!
//! The tree is the pipeline: `attr` reads attributes, `ast` checks the item and can only hold a
//! valid one, `expand` writes Rust from it, with `record` for the schema record and `names` for
//! symbols and hashes. Nothing is written before all is checked, and every mistake is reported, not
//! only the first.
//!
//! The macros compute no layout: the code that they write asks rustc, and hands the answers to
//! `ffi_core::__private`.

mod ast;
mod attr;
mod expand;
#[cfg(test)]
mod golden;
mod meta;
mod names;
mod record;
mod rules;
mod rustc;
mod tags;

use attr::CommonAttrs;
use expand::{Formats, stand_in};
use proc_macro::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{Data, DeriveInput, Item, parse_macro_input};

/// Makes a struct a message, and an enum that holds data a oneof: plain data that Rust and Dart
/// share in place.
///
/// The struct has `#[repr(C)]`, named fields, no generics and no destructor; each field is a type
/// that implements `FfiType`. The derive implements `FfiType`, `FfiMessage` and
/// `bytemuck::Zeroable`, so a message is valid when all its bytes are zero. It asserts the layout,
/// exports its fingerprint, and writes the schema record.
///
/// An attribute macro that changes the fields must be above the derive: if it is below, rustc
/// reports each field that isn't the one the derive saw. A field's type can't hold a macro, which
/// may give another type each time; give it a name with `type`. Names that begin with `__ffi` are
/// for generated code.
///
/// # Oneofs
///
/// The enum has `#[repr(C, u32)]`, no generics, and no discriminants of its own. The first case
/// holds nothing and means unset. Each other case holds nothing, or one value that implements
/// `FfiType`; several values go into a message. The derive implements `FfiType`, `FfiOneof` and
/// `bytemuck::Zeroable`.
///
/// ```
/// use ffi_core::{FfiMessage, FfiStr};
///
/// #[derive(FfiMessage)]
/// #[repr(C, u32)]
/// pub enum Payment {
///     Unset,
///     Cash,
///     /// Cents.
///     #[ffi(tag = 2)]
///     Cheque(u64),
///     #[ffi(tag = 3)]
///     Card(FfiStr<19>),
/// }
/// ```
///
/// # Attributes
///
/// On the struct or enum, in `#[ffi(..)]`; `pool`, `simd`, `columns`, `pod` and `reserved` only on
/// a struct:
///
/// | key | meaning |
/// |---|---|
/// | `pool = N`, `pool(capacity = N, reset = "zero")` | a pool of `N` slots, 1 to 4,294,967,294, a literal or a constant: implement `FfiPooled`. With `reset = "keep"` a slot holds what its last owner left, instead of zeros |
/// | `columns` | a container that holds many of it field by field: implement `FfiColumnar`, and write `ParticleColumns` (for a `Particle`), an `FfiColumns`, with `ParticleColumnsRef` and `ParticleColumnsMut`, whose fields are its columns |
/// | `simd` | implement `simd::FfiSimd`: batch arithmetic on arrays of it, in Rust, C and Dart. Needs a numeric field, and the feature `simd`. `simd(sum, scale)` exports these kernels to C and Dart and no others, for the types of the message's numbers, of which all are 1.3 MB. Operations: `sum`, `mean`, `min`, `max`, `dot`, `add`, `sub`, `mul`, `scale`, `axpy`, `clamp`, `fill`, `lerp`, `length`, `normalize`, `saturating_add`, `saturating_sub` |
/// | `pod` | implement `bytemuck::Pod`: needs `Copy`, no padding, and fields that are `Pod` |
/// | `checked` | implement `bytemuck::CheckedBitPattern`: needs `Copy` |
/// | `arena` | it lives in an arena, as it holds a message that does; fields of type `ArenaStr`, `ArenaBytes`, `ArenaVec`, `ArenaMap` and `ArenaBox` say so by themselves. Writes `RowView` and `RowEdit` (for a `Row`) |
/// | `rename = "Name"` | its name in Dart |
/// | `reserved(4, 7..=9)` | numbers in .proto that no field may take |
/// | `json = "google.protobuf.Struct"` | its JSON is that of a message of `google.protobuf`, which has the same numbers: `Struct`, `Value`, `ListValue`, `FieldMask`, `Any`, or a wrapper such as `Int64Value` |
/// | `proto(package = "acme.v1", name = "Order.Line")` | its name in .proto, if it isn't the one in Rust in the package of the export: with the messages around it, which need not be in Rust. Types of `google.protobuf` are imported. `proto(oneof = "kind")` names the `oneof` that an enum with data is |
/// | `prefix = "name"` | the symbols are `name_ffi_..`, instead of with the name of the crate |
/// | `crate = "::path"` | path of `ffi_core`, if it has been renamed or another crate re-exports it. See [Safety](#safety) |
///
/// On a field or case: `rename = "name"` and `tag = N`, its number in .proto (1 to 536,870,911,
/// without 19,000 to 19,999). Fields without a `tag` take, in their order, the smallest numbers
/// from 1 on that no `tag` gives and `reserved` doesn't keep: give numbers if fields may be removed
/// or change places.
///
/// Keys for the bytes of protobuf, on a field or case:
///
/// | key | effect |
/// |---|---|
/// | `encoding = "zigzag"` | integers with a sign are `sint32`, `sint64`: the field itself, the elements of a list, the values of a map |
/// | `encoding = "fixed"` | integers are `fixed32`, `fixed64`, `sfixed32`, `sfixed64` |
/// | `encoding = "wrapper"` | numbers, `bool`, text and bytes are `google.protobuf.Int32Value`, `StringValue` and their kin, in an `FfiOption` or `ArenaBox` those that may be absent |
/// | `key_encoding = ".."` | `"zigzag"` or `"fixed"`, for the keys of a map |
/// | `packed = false` | each number of a list has a key, as before proto3; both forms are read |
/// | `flatten` | the cases of the oneof are fields of the message, in a `oneof` with the name of the field; it has no number of its own, and theirs are none of the message's; with `FfiEmpty` there are none |
/// | `unknown`, `unknown = N` | the field, of type `FfiBytes<M>` or `ArenaBytes`, keeps the fields that the message doesn't have, and they are written again; more than there is room for, or than `N` bytes, are refused. It has no number; without one they are dropped |
///
/// `json("price", "cost")` on a field, case or variant gives its names in JSON, of which the first
/// is written, and all are read; without it they are that of .proto and the same in lowerCamelCase.
/// In .proto it has the second name, or the first if there is one, as far as protobuf takes that.
///
/// Doc comments and `#[deprecated]` are carried to Dart.
///
/// # Rules
///
/// On a field of a struct: a condition on its value, which is checked with the bytes of the message
/// wherever these come from Dart or C. A call with a value that breaks a rule doesn't run, and is a
/// `ValidationException` in Dart, with the path to the field, the rule and the value. Rust may
/// write any value. Not for messages with `pod` or `columns`, or in arenas.
///
/// | key | for | meaning |
/// |---|---|---|
/// | `range = 1..=100` | numbers; each of an array or `FfiVec`; `FfiOption` of these | literals, of which one may be missing: `1..`, `..=100`. NaN is in no range |
/// | `non_empty` | `FfiStr`, `FfiBytes`, `FfiSecret`, `FfiVec`, `FfiMap`; `FfiOption` of these | at least one character or element |
/// | `max_len = 20` | the same | so many characters or elements at most |
/// | `pattern = "^[a-z]+$"` | `FfiStr`, `FfiOption<FfiStr>` | a part of the text matches the regular expression, in the syntax of the crate `regex-lite`; needs the feature `pattern` |
///
/// # Safety
///
/// The macro writes unsafe code that relies on `::ffi_core`, or on the crate that `crate` names, to
/// be the crate `ffi-core` as it was published. So `crate` takes no path into the user's own crate.
/// As with any derive, cargo and `extern crate` can still give the name to another crate: a user
/// that writes `ffi_core = { package = ".." }` or `extern crate self as ffi_core` vouches for the
/// crate that has the name.
///
/// With the feature `proto` of `ffi_core` the derive also implements `FfiProto`, and a library
/// exports functions for each message that write and read it as protobuf, and free what it refers
/// to. With the feature `json` it does the same for JSON, with `FfiJson`.
///
/// # Examples
///
/// ```
/// use ffi_core::FfiMessage;
///
/// /// A box around particles.
/// #[derive(FfiMessage, Clone, Copy)]
/// #[repr(C)]
/// #[ffi(pod)]
/// pub struct Bounds {
///     /// Metres.
///     #[ffi(tag = 1)]
///     pub min: [f32; 2],
///     #[ffi(tag = 2)]
///     pub max: [f32; 2],
/// }
///
/// let bounds: Bounds = ffi_core::bytemuck::Zeroable::zeroed();
/// assert_eq!(ffi_core::bytemuck::bytes_of(&bounds), [0; 16]);
/// ```
#[proc_macro_derive(FfiMessage, attributes(ffi))]
pub fn derive_message(input: TokenStream) -> TokenStream {
    message(input, Formats::All)
}

/// Is the derive [`FfiMessage`](derive@FfiMessage) of an `ffi-core` without the feature `proto`.
#[proc_macro_derive(FfiMessageWithoutProto, attributes(ffi))]
pub fn derive_message_without_proto(input: TokenStream) -> TokenStream {
    message(input, Formats::Nothing)
}

fn message(input: TokenStream, formats: Formats) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let with_strings = |stand_in| {
        let strings = expand::strings(&input);
        quote!(#strings #stand_in)
    };
    match &input.data {
        Data::Enum(data) => {
            let stand_in = || with_strings(stand_in::oneof(&input, formats));
            expanded(ast::Oneof::new(&input, data), |it| expand::oneof(it, formats), stand_in)
        }
        _ => {
            let stand_in = || with_strings(stand_in::message(&input, formats));
            expanded(ast::Message::new(&input), |it| expand::message(it, formats), stand_in)
        }
    }
}

/// Makes a C-like enum a type that Rust and Dart share.
///
/// The enum is `Copy`, has an integer repr such as `#[repr(u8)]` and no `align`, variants without
/// data, and one whose value is 0, because zeroed memory must be valid. The derive implements
/// `FfiType`, `FfiEnum`, `bytemuck::Zeroable` and `bytemuck::CheckedBitPattern`.
///
/// # Attributes
///
/// `#[ffi(rename = "..", prefix = "..", crate = "..")]` on the enum, as for `FfiMessage`;
/// `#[ffi(rename = "..")]` on a variant is its name in Dart, `#[ffi(json("RED", ..))]` are its
/// names in JSON and .proto; an enum with `#[ffi(json = "google.protobuf.NullValue")]` is `null` in
/// JSON. `#[ffi(proto(package = "..", name = ".."))]` is its name in .proto.
///
/// # Examples
///
/// ```
/// use ffi_core::FfiEnum;
///
/// #[derive(FfiEnum, Clone, Copy, Debug, PartialEq)]
/// #[repr(u8)]
/// pub enum BoundaryMode {
///     /// Come back.
///     Bounce = 0,
///     /// Leave on one side and come in on the other.
///     Wrap = 1,
/// }
///
/// assert_eq!(BoundaryMode::from_repr(1), Some(BoundaryMode::Wrap));
/// ```
#[proc_macro_derive(FfiEnum, attributes(ffi))]
pub fn derive_enum(input: TokenStream) -> TokenStream {
    enumeration(input, Formats::All)
}

/// Is the derive [`FfiEnum`](derive@FfiEnum) of an `ffi-core` without the feature `proto`.
#[proc_macro_derive(FfiEnumWithoutProto, attributes(ffi))]
pub fn derive_enum_without_proto(input: TokenStream) -> TokenStream {
    enumeration(input, Formats::Nothing)
}

fn enumeration(input: TokenStream, formats: Formats) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expanded(
        ast::Enum::new(&input),
        |it| expand::enumeration(it, formats),
        || stand_in::enumeration(&input, formats),
    )
}

/// Makes a struct around one value a type of its own that Rust and Dart share.
///
/// The struct is `#[repr(transparent)]` and has one field without a name: a number, a `bool`, a
/// C-like enum, an `FfiStr`, a logical type such as `FfiTimestamp`, another newtype, or an array of
/// one of these. It may be wherever that type may be: in fields, arrays, vectors, options and
/// columns, as the key of a map (with `Eq` and `Hash`), as a parameter or result. Kernels take it
/// for the numbers that it is.
///
/// In Dart it is an extension type, which costs nothing at run time: `UserId(7).value` is 7, and an
/// `OrderId` can't be passed for a `UserId`. That of an array is a list: a view in a message, a
/// copy in a value, and no key of a map, as Dart compares lists by identity. In C it is a typedef;
/// in .proto the field has the type of the value, and an option that names the newtype. The layout
/// hash is that of the value's type, so a field can become a newtype and packages from before still
/// work.
///
/// The derive implements `FfiType`, `bytemuck::Zeroable`, and, if the value's type has them and the
/// newtype is `Copy`, `bytemuck::Pod`. Every bit pattern of the value is one of the newtype: a type
/// with a rule of its own checks it in Rust, when it is used.
///
/// # Attributes
///
/// `#[ffi(rename = "..", prefix = "..", crate = "..")]`, as for `FfiMessage`, and
/// `#[ffi(dart(..))]`: a type of Dart that stands for it instead of an extension type. Memory, C
/// and .proto are unchanged.
///
/// | key of `dart` | meaning |
/// |---|---|
/// | `type = "Color"` | the type, an immutable one with `==` |
/// | `import = "package:palette/palette.dart"` | the library that has it and the conversions; for types of `dart:core` there is none |
/// | `from = "Color.fromArgb"` | a constructor or function of the value; what it throws is in a `ConversionException` |
/// | `to = "colorToArgb"` | a function that gives the value back; `".argb"` is a getter, `".toArgb()"` a method |
///
/// # Examples
///
/// ```
/// use ffi_core::{FfiMessage, FfiNewtype, ffi_export};
///
/// /// A user of the service.
/// #[derive(FfiNewtype, Clone, Copy, Debug, PartialEq, Eq, Hash)]
/// #[repr(transparent)]
/// pub struct UserId(pub u64);
///
/// /// Milliseconds since 1970, a `DateTime` in Dart.
/// #[derive(FfiNewtype, Clone, Copy)]
/// #[repr(transparent)]
/// #[ffi(dart(
///     type = "DateTime",
///     from = "DateTime.fromMillisecondsSinceEpoch",
///     to = ".millisecondsSinceEpoch",
/// ))]
/// pub struct Millis(pub i64);
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
/// pub struct Login {
///     pub user: UserId,
///     pub at: Millis,
/// }
///
/// #[ffi_export]
/// pub fn next(user: UserId) -> UserId {
///     UserId(user.0 + 1)
/// }
///
/// assert_eq!(size_of::<Login>(), 16);
/// assert_eq!(next(UserId(7)), UserId(8));
/// ```
#[proc_macro_derive(FfiNewtype, attributes(ffi))]
pub fn derive_newtype(input: TokenStream) -> TokenStream {
    newtype(input, Formats::All)
}

/// Is the derive [`FfiNewtype`](derive@FfiNewtype) of an `ffi-core` without the feature `proto`.
#[proc_macro_derive(FfiNewtypeWithoutProto, attributes(ffi))]
pub fn derive_newtype_without_proto(input: TokenStream) -> TokenStream {
    newtype(input, Formats::Nothing)
}

fn newtype(input: TokenStream, formats: Formats) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expanded(
        ast::Newtype::new(&input),
        |it| expand::newtype(it, formats),
        || stand_in::newtype(&input, formats),
    )
}

/// Makes an error one that Dart catches by its variant, with the variant's fields.
///
/// It is derived for an enum or a struct that implements [`std::error::Error`], by hand or with
/// `thiserror`. An exported function that returns `Result<T, DbError>` then throws a class of the
/// sealed family `DbException` in Dart: `DbNotFoundException` for the variant `NotFound`. The
/// exception's `message` is the `Display` text, and its `causes` are those of `source()`, outermost
/// first. Its fields are copies.
///
/// | field | in Dart |
/// |---|---|
/// | a type that implements `FfiType`: a number, an enum, an `FfiStr`, a message | as in the copy of a message |
/// | `String` | `String` |
/// | `Vec<T>`, `Option<T>`, of any of these | `List<T>`, `T?` |
/// | any other with `#[ffi(display)]` | its `Display` text |
///
/// A field without a name is called `value` in Dart, several of them `value0`, `value1`.
///
/// # Attributes
///
/// | on | key | meaning |
/// |---|---|---|
/// | the enum or struct | `rename`, `prefix`, `crate` | as for `FfiMessage` |
/// | a variant | `internal` | Dart sees a number, which `ffi_core::error::set_hook` has as well; text and fields stay in Rust |
/// | a variant or field | `rename = ".."` | its name in Dart |
/// | a field | `display` | Dart has its text |
///
/// # Examples
///
/// ```
/// use std::fmt;
///
/// use ffi_core::FfiError;
///
/// #[derive(Debug, FfiError)]
/// pub enum ParseError {
///     /// The text ended too early.
///     Empty,
///     /// A character that has no place there.
///     Unexpected { at: u32, expected: Vec<String> },
///     Number(#[ffi(display)] std::num::ParseIntError),
/// }
///
/// impl fmt::Display for ParseError {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
///         match self {
///             Self::Empty => f.write_str("the text is empty"),
///             Self::Unexpected { at, .. } => write!(f, "a surprise at {at}"),
///             Self::Number(error) => write!(f, "no number: {error}"),
///         }
///     }
/// }
///
/// impl std::error::Error for ParseError {}
/// ```
#[proc_macro_derive(FfiError, attributes(ffi))]
pub fn derive_error(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expanded(ast::FfiError::new(&input), expand::error, || stand_in::error(&input))
}

/// Writes an ordinary struct into an arena, and reads it back: implements `FfiArenaFrom` of
/// `ffi_core::arena`, which has an example and the types that fields may have.
///
/// `#[ffi(message = "..")]` names the message: one that lives in an arena, with a field for each
/// field of the struct, by the same name. Fields that only the message has stay zeros.
#[proc_macro_derive(FfiArenaFrom, attributes(ffi))]
pub fn derive_arena_from(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expanded(ast::ArenaFrom::new(&input), expand::arena_from, Default::default)
}

/// Makes a struct or enum a type of objects: callers have handles of its instances, and call the
/// functions of its exported `impl` blocks.
///
/// An object stays in Rust, so it may hold anything that is `Send` and `Sync`. A function gives it
/// to a caller as an `FfiObject`, and a constructor of an exported block does so by itself. In Dart
/// it is an object that the collector frees, or `dispose()`.
///
/// # Attributes
///
/// `#[ffi(rename = "..", prefix = "..", crate = "..")]`, as for `FfiMessage`.
///
/// # Examples
///
/// ```
/// use std::sync::Mutex;
///
/// use ffi_core::{FfiObject, ffi_export};
///
/// /// A list of words.
/// #[derive(FfiObject)]
/// pub struct Words(Mutex<Vec<String>>);
///
/// #[ffi_export]
/// impl Words {
///     /// Splits `text` at its blanks.
///     pub fn new(text: &str) -> Result<Self, String> {
///         let words: Vec<_> = text.split_whitespace().map(str::to_owned).collect();
///         if words.is_empty() { Err("no words".to_owned()) } else { Ok(Self(Mutex::new(words))) }
///     }
///
///     /// The number of words.
///     #[ffi(getter)]
///     pub fn count(&self) -> u32 {
///         self.0.lock().unwrap().len() as u32
///     }
///
///     pub fn add(&self, word: String) {
///         self.0.lock().unwrap().push(word);
///     }
/// }
///
/// let words = Words::new("one two").unwrap();
/// words.add("three".to_owned());
/// assert_eq!(words.count(), 3);
/// ```
#[proc_macro_derive(FfiObject, attributes(ffi))]
pub fn derive_object(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expanded(ast::Object::new(&input), expand::object, || stand_in::object(&input))
}

/// Makes a function callable from C and Dart, the functions of a type, or a queue reachable.
///
/// # Functions
///
/// The function stays as it is. Beside it the macro writes an `extern "C"` wrapper named
/// `{crate}_ffi_{function}`, which checks every argument before the function sees it and turns an
/// `Err` and a panic into a status, in Dart an exception.
///
/// | position | types |
/// |---|---|
/// | parameter | scalars, enums, messages, oneofs; `&T`, `&mut T`, `&[T]`, `&mut [T]` of these; `&ParticleColumns`, `&mut ParticleColumns`; `&str`; `String` and `Vec<T>`, which are copies (a message of your own called `String` by a path: `self::String`); `&CStr`, text up to a NUL; `PoolBox<T>` and `FfiMoved<[T]>`, a list, which the function then owns; `FfiObject<T>`, a clone of the caller's; `Option` of any of these |
/// | result | `()`, scalars, enums, messages, oneofs; `String`; `Vec` of the former; `PoolBox<T>` and `ParticleColumns`, which the caller then owns; `FfiObject<T>`; `Option` of any of these; `Result` of any of these with an error that implements `Display`, or derives `FfiError` |
///
/// # Attributes
///
/// | key | meaning |
/// |---|---|
/// | `blocking` | blocks its thread: Dart gets a future, and a thread of the library's runs it |
/// | `inline` | of an async function: it is polled once before the call returns, for those that are mostly ready at once |
/// | `limit(..)`, `limit = PATH` | limits of its calls: see below |
/// | `leaf` | short, bounded and non-blocking: Dart calls it without leaving its own state. While it runs, no isolate can collect garbage |
/// | `arguments = "positional"` | a call in Dart writes the arguments in order; `"named"`: with their names. Without the key, they have names if there are three or more, and each `bool` has one |
/// | `rename = "name"` | its name in Dart |
/// | `prefix = "name"` | the symbol is `name_ffi_..`, instead of with the name of the crate |
/// | `crate = "::path"` | path of `ffi_core`, if it has been renamed or another crate re-exports it. See the safety section of `FfiMessage` |
///
/// # Examples
///
/// ```
/// use ffi_core::ffi_export;
///
/// /// The mean of all values.
/// #[ffi_export(leaf)]
/// pub fn mean(values: &[f64]) -> Result<f64, String> {
///     if values.is_empty() {
///         return Err("there are no values".to_owned());
///     }
///     Ok(values.iter().sum::<f64>() / values.len() as f64)
/// }
///
/// assert_eq!(mean(&[1.0, 2.0]), Ok(1.5));
/// ```
///
/// # Async and blocking functions
///
/// An `async fn` is a method in Dart that returns an `FfiFuture` at once, and a task in Rust. With
/// `blocking`, so is a function that waits or computes for long. Both need the feature `tokio` of
/// `ffi_core`, or `async` for an executor without tokio. Keys may also be in `#[ffi(..)]` below the
/// attribute: `#[ffi(blocking)]`.
///
/// Parameters are copied or moved: numbers, messages, `String`, `Vec<T>`, `PoolBox<T>`,
/// `FfiMoved<[T]>`, and `Option` of these. What borrows is an error, as the function runs on after
/// the call has returned. The future has to be `Send`.
///
/// `cancel()` in Dart, or the end of its isolate, drops the future at its next `.await`. A blocking
/// function runs to its end unless it asks a parameter `&FfiContext`, which Dart doesn't see.
///
/// # Limits
///
/// `#[ffi_export(limit(per_second = 100, at_once = 4))]` refuses calls over a limit with an
/// exception of its own in Dart, before the function runs. The keys are those of `Limits` in
/// `ffi_core::production`, which explains them: `per_second`, `keys`, `at_once`, `request`,
/// `result` and `deadline`. `limit = PATH` names a static of that type, which functions share and
/// which can be changed at any time. With `#[ffi(key)]` on a parameter each value of it has a rate
/// of its own. Limits need the feature `production`.
///
/// # Rules of parameters
///
/// `#[ffi(range = 1..=100)]`, `non_empty`, `max_len` and `pattern` on a parameter are those of the
/// fields of an [`FfiMessage`](derive@FfiMessage): for numbers, text and lists, and `Option` of
/// these.
///
/// # Impl blocks
///
/// On an `impl` block of a type with `#[derive(FfiObject)]` the attribute exports its `pub`
/// functions:
///
/// | function | in Dart |
/// |---|---|
/// | no receiver, the result is `Self`, or a `Result` or `Option` of it | a constructor; `new` is the one without a name |
/// | no receiver, any other result | a static method |
/// | `&self` | a method; with `#[ffi(getter)]` and no parameters a property |
///
/// Each may be async, or have `#[ffi(blocking)]`, `#[ffi(leaf)]`, `#[ffi(limit(..))]`,
/// `#[ffi(rename = "..")]`. `prefix` and `crate` are keys of the block. See
/// [`FfiObject`](derive@FfiObject) for an example.
///
/// # Queues
///
/// On a `static` of type `FfiQueue<T, N>` the attribute exports functions that push, pop and close;
/// Dart gets a class for it. The end of the library closes it until the library is opened again,
/// and with the feature `metrics` its numbers are among those of the library.
///
/// ```
/// use ffi_core::{FfiMessage, FfiQueue, ffi_export};
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
/// #[ffi(pool = 64)]
/// pub struct Event {
///     pub code: u32,
/// }
///
/// /// What happened since Dart last looked.
/// #[ffi_export]
/// pub static EVENTS: FfiQueue<Event, 64> = FfiQueue::new();
/// ```
#[proc_macro_attribute]
pub fn ffi_export(args: TokenStream, item: TokenStream) -> TokenStream {
    let parsed = item.clone();
    let mut item = item;
    let expansion = match parse_macro_input!(parsed) {
        Item::Fn(mut function) => {
            let expansion =
                expanded(ast::Function::new(args.into(), &function), expand::function, Default::default);
            let count = function.attrs.len();
            function.attrs.retain(|attr| !attr.path().is_ident("ffi"));
            let had_keys = ast::remove_keys(&mut function.sig);
            // Otherwise the tokens stay as they were written.
            if had_keys || function.attrs.len() < count {
                item = function.into_token_stream().into();
            }
            expansion
        }
        Item::Impl(mut block) => {
            let checked = ast::block(args.into(), &block);
            let expand = |functions: &Vec<ast::Function>| functions.iter().map(expand::function).collect();
            let expansion = expanded(checked, expand, Default::default);
            for member in &mut block.items {
                if let syn::ImplItem::Fn(function) = member {
                    function.attrs.retain(|attr| !attr.path().is_ident("ffi"));
                    ast::remove_keys(&mut function.sig);
                }
            }
            item = block.into_token_stream().into();
            expansion
        }
        Item::Static(mut queue) => {
            let checked = ast::Queue::new(args.into(), &queue);
            if let Ok(checked) = &checked
                && expand::enter(checked, &mut queue)
            {
                item = queue.into_token_stream().into();
            }
            expanded(checked, expand::queue, Default::default)
        }
        other => expanded(Err(ast::refuse_export(&other)), expand::function, Default::default),
    };
    let mut output = item;
    output.extend(expansion);
    output
}

/// Makes a trait a service: its implementors are objects that Dart and C call.
///
/// The trait is then also `Send + Sync + 'static`. A function that returns `FfiObject<dyn Db>`
/// gives callers an implementor, any number of them of any types; `DbServer::install` sets the one
/// that callers have without asking, in Dart a property of the library. In Dart `Db` is an
/// interface, and a test implements it for a fake.
///
/// Methods take `&self`, and else what exported functions take. Those that are `async`, or have
/// `#[ffi(blocking)]`, return futures in Dart; the keys are those of
/// [`ffi_export`](macro@ffi_export) on an `impl` block. The implementors write `async fn` as well.
/// In Rust an async method is called on an implementor, as a `dyn Db` has the sync ones only.
///
/// # Attributes
///
/// `#[ffi_service(rename = "..", prefix = "..", crate = "..")]`, as for `FfiMessage`.
///
/// | key | meaning |
/// |---|---|
/// | `guard = path` | asks a function before each call, `fn(&GuardedCall<'_>) -> Verdict` of `ffi_core::production`. It sees the method and the argument with `#[ffi(key)]`; what it doesn't allow is an `UnauthorizedException` in Dart |
/// | `limit(..)`, `limit = PATH` | the limits of each method without `#[ffi(limit(..))]`, as far as they make sense for it: see [`ffi_export`](macro@ffi_export). With a path all of these share one |
///
/// # Examples
///
/// ```
/// use ffi_core::{FfiObject, ffi_export, ffi_service};
///
/// /// Greets people.
/// #[ffi_service]
/// pub trait Greeter {
///     fn greet(&self, name: &str) -> String;
/// }
///
/// struct Polite;
///
/// impl Greeter for Polite {
///     fn greet(&self, name: &str) -> String {
///         format!("Good day, {name}.")
///     }
/// }
///
/// #[ffi_export]
/// pub fn greeter() -> FfiObject<dyn Greeter> {
///     FfiObject::new(Polite)
/// }
///
/// assert_eq!(greeter().greet("Ada"), "Good day, Ada.");
/// ```
#[proc_macro_attribute]
pub fn ffi_service(args: TokenStream, item: TokenStream) -> TokenStream {
    let parsed = item.clone();
    match parse_macro_input!(parsed) {
        Item::Trait(input) => {
            let args = proc_macro2::TokenStream::from(args);
            let stand_in = || stand_in::service(&input, &CommonAttrs::krate_in(args.clone()));
            expanded(ast::Service::new(args.clone(), &input), expand::service, stand_in)
        }
        other => {
            let problem = "only a trait is a service\nhint: for a struct, `#[derive(FfiObject)]` and `#[ffi_export]` on an `impl` block";
            expanded(Err(ast::misplaced(&other, problem)), expand::service, || item.into())
        }
    }
}

/// Makes a trait one whose implementors are objects of Dart, which Rust calls from any thread.
///
/// A function takes one as `Arc<dyn Trait>`, and may keep it: Dart keeps the object until the last
/// clone is dropped. In Dart the trait is an abstract interface class. Each method runs on the
/// event loop of the isolate that has passed the object.
///
/// | method | in Rust | in Dart |
/// |---|---|---|
/// | `async fn ask(&self, a: A) -> Result<R, AskError>` | returns an `Ask<R>`, the future of the result | `FutureOr<R> ask(A a)` |
/// | `fn tell(&self, a: A)` | nobody waits, and nobody is told that the isolate is gone | `void tell(A a)` |
/// | `fn tell(&self, a: A) -> Result<(), DartGone>` | nobody waits | `void tell(A a)` |
///
/// Arguments and results are those of a `DartFn`. The trait is then also `Send + Sync + 'static`,
/// and Rust may implement it as well: its async methods return `Ask::ready(..)` then.
///
/// # Attributes
///
/// `#[ffi_callback(rename = "..", prefix = "..", crate = "..")]`, as for `FfiMessage`;
/// `#[ffi(rename = "..")]` on a method.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use ffi_core::{AskError, ffi_callback, ffi_export};
///
/// /// What a copy tells, and asks.
/// #[ffi_callback]
/// pub trait CopyListener {
///     fn on_progress(&self, done: u32, total: u32);
///     async fn overwrite(&self, name: String) -> Result<bool, AskError>;
/// }
///
/// /// Copies files.
/// #[ffi_export]
/// pub async fn copy(names: Vec<u32>, listener: Arc<dyn CopyListener>) -> Result<u32, AskError> {
///     let (mut copied, total) = (0, names.len() as u32);
///     for (done, name) in (0..).zip(names) {
///         listener.on_progress(done, total);
///         copied += u32::from(listener.overwrite(format!("{name}.txt")).await?);
///     }
///     Ok(copied)
/// }
/// ```
#[proc_macro_attribute]
pub fn ffi_callback(args: TokenStream, item: TokenStream) -> TokenStream {
    let parsed = item.clone();
    match parse_macro_input!(parsed) {
        Item::Trait(input) => {
            let args = proc_macro2::TokenStream::from(args);
            let stand_in = || stand_in::listener(&input, &CommonAttrs::krate_in(args.clone()));
            expanded(ast::Listener::new(args.clone(), &input), expand::listener, stand_in)
        }
        other => {
            let problem = "only a trait has implementors in Dart\nhint: for a function, a parameter `DartFn<fn(A) -> R>`";
            expanded(Err(ast::misplaced(&other, problem)), expand::listener, || item.into())
        }
    }
}

/// Makes a static [`Flag`](https://docs.rs/ffi-core) a switch that Dart lists and sets by name:
/// `library.flags['FAST_BLUR'] = false`.
///
/// # Attributes
///
/// `#[ffi_flag(prefix = "..", crate = "..")]`, as for `FfiMessage`.
///
/// # Examples
///
/// ```
/// use ffi_core::{Flag, ffi_flag};
///
/// /// Blurs in one pass, which is less exact.
/// #[ffi_flag]
/// pub static FAST_BLUR: Flag = Flag::on();
///
/// assert!(FAST_BLUR.is_on());
/// ```
#[proc_macro_attribute]
pub fn ffi_flag(args: TokenStream, item: TokenStream) -> TokenStream {
    let parsed = item.clone();
    let expansion = match parse_macro_input!(parsed) {
        Item::Static(item) => expanded(ast::Flag::new(args.into(), &item), expand::flag, Default::default),
        other => {
            let problem = "only a static is a flag\nhint: `pub static FAST: Flag = Flag::on();`";
            expanded(Err(ast::misplaced(&other, problem)), expand::flag, Default::default)
        }
    };
    let mut output = item;
    output.extend(expansion);
    output
}

/// Makes a function a health check, which `library.health()` in Dart runs on a thread of its own:
/// it returns nothing, or a `Result` whose error says what is wrong.
///
/// # Attributes
///
/// `#[ffi_health(deadline = 500)]`: it is late after so many milliseconds, 1000 unless said
/// otherwise. `prefix` and `crate` as for `FfiMessage`. It needs the feature `production`.
///
/// # Examples
///
/// ```
/// # // The feature is that of the user's crate.
/// use std::fs;
///
/// fn disk() -> Result<(), std::io::Error> {
///     fs::read_dir(".").map(drop)
/// }
///
/// assert!(disk().is_ok());
/// ```
#[proc_macro_attribute]
pub fn ffi_health(args: TokenStream, item: TokenStream) -> TokenStream {
    let parsed = item.clone();
    let expansion = match parse_macro_input!(parsed) {
        Item::Fn(item) => expanded(ast::Health::new(args.into(), &item), expand::health, Default::default),
        other => {
            let problem = "only a function is a health check\nhint: `fn disk() -> Result<(), E>`";
            expanded(Err(ast::misplaced(&other, problem)), expand::health, Default::default)
        }
    };
    let mut output = item;
    output.extend(expansion);
    output
}

/// Expands a checked item, or writes all its errors as `compile_error!`s, beside what rustc must
/// find all the same: a stand-in of the item, and assertions that only rustc can refuse.
fn expanded<T>(
    checked: darling::Result<T>,
    expand: impl FnOnce(&T) -> proc_macro2::TokenStream,
    stand_in: impl FnOnce() -> proc_macro2::TokenStream,
) -> TokenStream {
    match checked {
        Ok(item) => expand(&item).into(),
        Err(errors) => {
            let mut output = attr::worded(errors).write_errors();
            output.extend(stand_in());
            output.into()
        }
    }
}
