//! Private classes of types that have no name: text, lists, options, maps, references, and arrays
//! in them.
//!
//! Each is a `Struct` with the layout of `ffi-core`. All have the same members: `read` and `write`
//! for views, `toData` and `setData` for values, `setFrom` to copy within memory. A list that
//! `toData` returns may still be a view: the constructor of the value that it is for copies it.
//! Lists and maps have a second class for the object that Dart sees.

use std::fmt;

use askama::Template;

use crate::model::{Layout, Scalar, Type};

use super::places::{Padding, Places};
use super::types::{self, Check, Place, Types, flattened, plain};

/// The classes of a container.
pub enum Container {
    Buffer(Buffer),
    List(Box<List>),
    Array(Box<ArrayOf>),
    Option(Box<OptionOf>),
    Map(Box<MapOf>),
    Reference(Reference),
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Buffer(it) => it.fmt(f),
            Self::List(it) => it.fmt(f),
            Self::Array(it) => it.fmt(f),
            Self::Option(it) => it.fmt(f),
            Self::Map(it) => it.fmt(f),
            Self::Reference(it) => it.fmt(f),
        }
    }
}

/// Returns the classes of the container `ty`.
pub fn of(types: &Types<'_>, ty: &Type) -> Container {
    Container::new(types, ty)
}

impl Container {
    fn new(types: &Types<'_>, ty: &Type) -> Self {
        let class = types.class(ty);
        let roomy = types.roomy(ty);
        match ty {
            Type::ArenaStr
            | Type::ArenaBytes
            | Type::ArenaVec { .. }
            | Type::ArenaMap { .. }
            | Type::ArenaBox { .. } => unreachable!("messages that live in an arena have no containers"),
            Type::Str { cap } => Self::Buffer(Buffer { class, cap: *cap, text: true, roomy }),
            Type::Bytes { cap } | Type::Secret { cap } => {
                Self::Buffer(Buffer { class, cap: *cap, text: false, roomy })
            }
            Type::Vec { of, cap } => Self::List(Box::new(List::new(types, ty, class, of, *cap))),
            Type::Array { .. } => {
                let (of, count) = flattened(ty);
                Self::Array(Box::new(ArrayOf::new(types, ty, class, of, count)))
            }
            Type::Option { of } => Self::Option(Box::new(OptionOf::new(types, ty, class, of))),
            Type::Map { key, value, cap } => {
                Self::Map(Box::new(MapOf::new(types, ty, class, (key, value), *cap)))
            }
            Type::Ref(_) => Self::Reference(Reference { class, view: types.view(ty) }),
            Type::Scalar(_)
            | Type::Enum(_)
            | Type::Open(_)
            | Type::Message(_)
            | Type::Oneof(_)
            | Type::Newtype { .. }
            | Type::Logical(_) => {
                unreachable!("they have a name, and are not collected")
            }
        }
    }
}

/// An element in a loop of a method.
const EACH: Place<'_> = Place { name: "name", index: Some("index ?? i") };

/// An element in what Dart sees of a list or map.
const ELEMENT: Place<'_> = Place { name: "_name", index: Some("_index ?? index") };

/// An element that is to be written to a list from `start` on.
const WRITTEN: Place<'_> = Place { name: "_name", index: Some("_index ?? start + i") };

/// An entry that is to be written to a map.
const ENTRY: Place<'_> = Place { name: "_name", index: Some("_index ?? i") };

/// Text or bytes.
#[derive(Template)]
#[template(path = "dart/containers/buffer.dart.jinja", escape = "none")]
pub struct Buffer {
    class: String,
    cap: u64,
    text: bool,
    /// True if only the bytes in use are copied.
    roomy: bool,
}

/// A reference to a slot of a pool.
#[derive(Template)]
#[template(path = "dart/containers/reference.dart.jinja", escape = "none")]
pub struct Reference {
    class: String,
    view: String,
}

/// Padding in a list: before its elements, and behind them.
fn list_padding(element: Layout, align: u64, cap: u64) -> [Option<Padding>; 2] {
    let (whole, offset) = element.list(cap).expect("the model has checked it");
    let mut places = Places::default();
    places.add(0, 4, 4);
    let before = places.add(offset, element.size * cap, align);
    [before, places.finish(whole.size)]
}

/// The bytes of consecutive texts, which are declared as such: one typed data serves all of them.
struct Texts {
    cap: u64,
    /// Distance between two texts.
    stride: u64,
}

impl Texts {
    /// Returns the bytes of elements, if they are texts.
    fn new(types: &Types<'_>, of: &Type) -> Option<Self> {
        let Type::Str { cap } = of.physical() else { return None };
        Some(Self { cap: *cap, stride: types.model.layout(of).size })
    }

    /// Returns the declaration of the bytes of `count` texts: words, as texts are aligned to them.
    fn items(&self, count: u64) -> String {
        // The product is the size of a type that exists, and a text begins with a `u32`.
        format!("  @$.Array({}) external $.Array<$.Uint32> _items;", count * self.stride / 4)
    }

    /// Returns the place of the text at the index `index` of the typed data `bytes`.
    fn place(&self, bytes: &str, index: &str) -> String {
        let Self { cap, stride } = self;
        format!("$.TextPlace({bytes}, {index} * {stride}, {cap})")
    }
}

/// Places of the elements of a list or an array.
struct Elements {
    /// Declaration.
    items: String,
    texts: Option<Texts>,
    /// Place of the element `index` in what Dart sees.
    at: String,
    /// Place of the element `i` in a loop.
    each: String,
}

impl Elements {
    fn new(types: &Types<'_>, of: &Type, count: u64) -> Self {
        match Texts::new(types, of) {
            Some(texts) => Self {
                items: texts.items(count),
                at: texts.place("_texts", "index"),
                each: texts.place("texts", "i"),
                texts: Some(texts),
            },
            None => Self {
                items: types.places(of, count, "_items"),
                texts: None,
                at: "_at._items[index]".to_owned(),
                each: "_items[i]".to_owned(),
            },
        }
    }
}

/// A list of up to `cap` elements.
#[derive(Template)]
#[template(path = "dart/containers/vec.dart.jinja", escape = "none")]
pub struct List {
    class: String,
    cap: u64,
    padding: Option<Padding>,
    end: Option<Padding>,
    elements: Elements,
    view: String,
    value: String,
    element: String,
    value_element: String,
    /// Members of a list of numbers.
    numbers: Option<Numbers>,
    /// True if the list that Dart sees is also a value.
    is_value: bool,
    /// Typed data with the numbers of enums.
    enum_numbers: Option<&'static str>,
    read: String,
    write: String,
    add: String,
    zero: String,
    read_value: String,
    /// Statement that writes a value, if it is not that of a view.
    write_value: Option<String>,
    detached: Option<String>,
    check: Option<Check>,
    /// Positions of `u64`, if there are any.
    shown: Option<String>,
    copied: Copied,
}

/// Way in which a list is copied from another one.
enum Copied {
    /// As one block of memory, with the unused part.
    Whole,
    /// The numbers in use, of which an element has so many.
    Words { each: u64 },
    /// The elements in use one by one, each by this statement.
    Each { statement: &'static str },
}

impl Copied {
    fn new(types: &Types<'_>, ty: &Type, of: &Type, texts: Option<&Texts>) -> Self {
        match (of.physical(), texts) {
            _ if !types.roomy(ty) => Self::Whole,
            (_, Some(Texts { stride, .. })) => Self::Words { each: stride / 4 },
            (Type::Scalar(Scalar::Bool), _) => Self::Each { statement: "_items[i] = other._items[i];" },
            (Type::Scalar(_) | Type::Enum(_) | Type::Open(_), _) => Self::Words { each: 1 },
            _ => Self::Each { statement: "_items[i].setFrom(other._items[i]);" },
        }
    }
}

/// A list of numbers.
struct Numbers {
    /// Typed data of them.
    list: &'static str,
    /// The iterator over that typed data.
    iterator: String,
    /// `value` with a check of all.
    checked: String,
    /// `values` with a check of all, if they can be wrong.
    all_checked: Option<String>,
}

impl List {
    fn new(types: &Types<'_>, ty: &Type, class: String, of: &Type, cap: u64) -> Self {
        let [padding, end] = list_padding(types.model.layout(of), types.alignment(of), cap);
        let elements = Elements::new(types, of, cap);
        let Elements { at, each, texts, .. } = &elements;
        let numbers = match of {
            Type::Scalar(it) if *it != Scalar::Bool => {
                let own = Place { name: "_name", index: Some("_index") };
                let all_checked = || types::checked_all(*it, "values", own, None);
                Some(Numbers {
                    list: types::scalar(*it).list,
                    iterator: types::scalar(*it).list.replace("List", "Iterator"),
                    checked: types::checked_all(*it, "value", Place::PARAMETERS, None),
                    all_checked: types::is_narrow(*it).then(all_checked),
                })
            }
            _ => None,
        };
        Self {
            cap,
            padding,
            end,
            view: types.view(ty),
            value: types.value(ty),
            element: types.element(of),
            value_element: types.value(of),
            numbers,
            is_value: matches!(of, Type::Scalar(_) | Type::Enum(_)),
            enum_numbers: match of {
                Type::Enum(index) => Some(types::scalar(types.repr(*index)).list),
                _ => None,
            },
            read: types.read(of, at, ELEMENT),
            write: types.write(0, of, at, "value", ELEMENT),
            add: types.write(0, of, at, "element", ELEMENT),
            zero: match of.physical() {
                _ if let Some(Texts { stride, .. }) = texts => {
                    format!("_texts.fillRange(index * {stride}, index * {stride} + {stride}, 0);")
                }
                Type::Scalar(Scalar::Bool) => format!("{at} = false;"),
                Type::Scalar(_) | Type::Enum(_) | Type::Open(_) => format!("{at} = 0;"),
                _ => format!("{at}.setFrom($.Struct.create<{}>());", types.class(of)),
            },
            read_value: types.read_value(of, each, EACH),
            write_value: (!plain(of)).then(|| types.write_value(0, of, each, "value[i]", EACH)),
            detached: types.detach(of, "element", ELEMENT),
            check: types.check(of, "elements[i]", WRITTEN),
            shown: types::unsigned(ty),
            copied: Copied::new(types, ty, of, elements.texts.as_ref()),
            class,
            elements,
        }
    }
}

/// An array in a container.
#[derive(Template)]
#[template(path = "dart/containers/array.dart.jinja", escape = "none")]
pub struct ArrayOf {
    class: String,
    count: u64,
    elements: Elements,
    element: String,
    value: String,
    value_element: String,
    kind: ArrayKind,
    read_value: String,
    /// Statement that writes a value, if it is not that of a view.
    write_value: Option<String>,
}

/// Kind of an array's elements.
enum ArrayKind {
    Numbers {
        list: &'static str,
        /// `value` with a check of all.
        checked: String,
    },
    Enums,
    Others {
        read: String,
        write: String,
        detached: Option<String>,
        check: Option<Check>,
    },
}

impl ArrayOf {
    fn new(types: &Types<'_>, ty: &Type, class: String, of: &Type, count: u64) -> Self {
        let elements = Elements::new(types, of, count);
        let Elements { at, each, .. } = &elements;
        Self {
            class,
            count,
            element: types.element(of),
            value: types.value(ty),
            value_element: types.value(of),
            kind: match of {
                Type::Scalar(it) => ArrayKind::Numbers {
                    list: types::scalar(*it).list,
                    checked: types::checked_all(*it, "value", Place::PARAMETERS, Some(count)),
                },
                Type::Enum(_) => ArrayKind::Enums,
                _ => ArrayKind::Others {
                    read: types.read(of, at, ELEMENT),
                    write: types.write(0, of, at, "value", ELEMENT),
                    detached: types.detach(of, "element", ELEMENT),
                    check: types.check(of, "elements[i]", WRITTEN),
                },
            },
            read_value: types.read_value(of, each, EACH),
            write_value: (!plain(of)).then(|| types.write_value(0, of, each, "value[i]", EACH)),
            elements,
        }
    }
}

/// A value that may be absent.
#[derive(Template)]
#[template(path = "dart/containers/option.dart.jinja", escape = "none")]
pub struct OptionOf {
    class: String,
    /// Declaration of the value's place.
    place: String,
    end: Option<Padding>,
    view: String,
    parameter: String,
    value: String,
    read: String,
    write: String,
    read_value: String,
    /// Statement that writes a value, if it is not that of a view.
    write_value: Option<String>,
    /// Class of the message or oneof that is made in place.
    in_place: Option<String>,
}

impl OptionOf {
    fn new(types: &Types<'_>, ty: &Type, class: String, of: &Type) -> Self {
        let size = types.model.layout(of).size;
        let mut places = Places::default();
        places.add(0, size, types.alignment(of));
        places.add(size, 1, 1);
        let place = Place::PARAMETERS;
        // An option in an option is in a Dart record.
        let nested = matches!(of, Type::Option { .. });
        let source = if nested { "value.$1" } else { "value" };
        let wrapped = |it: String| if nested { format!("({it},)") } else { it };
        Self {
            class,
            place: types.place(of, "_value"),
            end: places.finish(types.model.layout(ty).size),
            view: types.view(ty),
            parameter: types.parameter(ty),
            value: types.value(ty),
            read: wrapped(types.read(of, "_value", place)),
            write: types.write(0, of, "_value", source, place),
            read_value: wrapped(types.read_value(of, "_value", place)),
            write_value: (!plain(of)).then(|| types.write_value(0, of, "_value", source, place)),
            in_place: types::in_place(ty).map(|it| types.class(it)),
        }
    }
}

/// Functions that the template calls.
impl OptionOf {
    /// Returns the name of a value of zeros, which can't be in the class.
    fn zeros(&self) -> String {
        self.class.replace("_Option", "_zeros")
    }
}

/// Memory as an array of integers, with the alignment of what is in it.
struct Words {
    /// Type of an integer in `dart:ffi`.
    native: &'static str,
    /// Number of integers in all.
    count: u64,
    /// Number of integers of an element.
    each: u64,
}

impl Words {
    /// Returns the words of `count` elements of `size` bytes, aligned to `align`, of which the size
    /// is a multiple.
    fn new(size: u64, align: u64, count: u64) -> Self {
        let native = match align {
            1 => "$.Uint8",
            2 => "$.Uint16",
            4 => "$.Uint32",
            _ => "$.Uint64",
        };
        let each = size / align;
        // The product is at most the size of a type that exists.
        Self { native, count: each * count, each }
    }
}

/// A map of up to `cap` entries.
#[derive(Template)]
#[template(path = "dart/containers/map.dart.jinja", escape = "none")]
pub struct MapOf {
    class: String,
    cap: u64,
    /// Padding before the entries, and behind them.
    padding: Option<Padding>,
    end: Option<Padding>,
    /// Padding at the end of an entry.
    entry_end: Option<Padding>,
    /// Size of an entry in bytes.
    stride: u64,
    /// The entries, which are declared as words: one typed data serves all of them.
    words: Words,
    /// Capacity of the keys, if they are texts, which are found by their bytes.
    text: Option<u64>,
    /// True if only the entries in use are copied.
    roomy: bool,
    view: String,
    parameter: String,
    /// Type of the map as a value.
    map: String,
    key: Half,
    value: Half,
    /// Statement that writes a value, if it is not that of a view.
    write_value: Option<String>,
    detached: Option<String>,
    /// Checks of a key and a value.
    checks: Vec<Check>,
    /// Positions of `u64`, if there are any.
    shown: Option<String>,
}

/// The keys of a map, or its values.
struct Half {
    /// Padding before it in an entry.
    padding: Option<Padding>,
    /// Declaration of its place.
    place: String,
    element: String,
    /// Type as a value.
    data: String,
    read: String,
    write: String,
    read_value: String,
}

impl Half {
    /// Returns the half `name` of entries: `key` or `value`.
    fn new(types: &Types<'_>, ty: &Type, name: &str, padding: Option<Padding>) -> Self {
        let at = format!("entry._{name}");
        // A key has one form, as it holds no message.
        let read_value =
            if name == "key" { types.read(ty, &at, EACH) } else { types.read_value(ty, &at, EACH) };
        Self {
            padding,
            place: types.place(ty, &format!("_{name}")),
            element: types.element(ty),
            data: types.value(ty),
            read: types.read(ty, &at, ELEMENT),
            write: types.write(0, ty, &at, name, ELEMENT),
            read_value,
        }
    }
}

impl MapOf {
    fn new(types: &Types<'_>, ty: &Type, class: String, (key, value): (&Type, &Type), cap: u64) -> Self {
        let (key_layout, key_align) = (types.model.layout(key), types.alignment(key));
        let (value_layout, value_align) = (types.model.layout(value), types.alignment(value));
        let (entry, offset) = key_layout.and(value_layout).expect("the model has checked it");
        let mut places = Places::default();
        places.add(0, key_layout.size, key_align);
        let before_value = places.add(offset, value_layout.size, value_align);
        let align = key_align.max(value_align);
        let [padding, end] = list_padding(entry, align, cap);
        Self {
            class,
            cap,
            padding,
            end,
            entry_end: places.finish(entry.size),
            stride: entry.size,
            words: Words::new(entry.size, align.min(entry.align), cap),
            roomy: types.roomy(ty),
            text: match key {
                Type::Str { cap } => Some(*cap),
                _ => None,
            },
            view: types.view(ty),
            parameter: types.parameter(ty),
            map: types.value(ty),
            key: Half::new(types, key, "key", None),
            value: Half::new(types, value, "value", before_value),
            write_value: (!plain(value)).then(|| types.write_value(0, value, "entry._value", "it", EACH)),
            detached: types.detach(value, "value", ELEMENT),
            checks: [types.check(key, "keys[i]", ENTRY), types.check(value, "values[i]", ENTRY)]
                .into_iter()
                .flatten()
                .collect(),
            shown: types::unsigned(ty),
        }
    }
}
