//! Private classes of types that have no name: text, lists, options, maps, references, and arrays
//! in them.
//!
//! Each is a `Struct` with the layout of `ffi-core`. All have the same members: `read` and `write`
//! for views, `toDart` and `setDart` for values, `setFrom` to copy within memory. A list that
//! `toDart` returns may still be a view: the constructor of the value that it is for copies it.
//! Lists and maps have a second class for the object that Dart sees.

use crate::model::{Layout, Scalar, Type};

use super::layout::{self, INLINED, Parameters};
use super::types::{self, Place, Types, flattened, plain};

/// Members of a `Struct`, with explicit padding. Dart knows no `align(N)`, so its own padding may
/// be too small.
#[derive(Default)]
pub struct Members {
    pub lines: Vec<String>,
    end: u64,
    align: u64,
}

impl Members {
    /// Adds padding up to `offset`, then `declaration`.
    pub fn add(&mut self, offset: u64, size: u64, align: u64, declaration: String) {
        self.pad(offset, align);
        self.end = offset + size;
        self.align = self.align.max(align);
        self.lines.push(declaration);
    }

    /// Adds padding up to `size`, the end.
    pub fn finish(&mut self, size: u64) {
        self.pad(size, self.align);
    }

    fn pad(&mut self, next: u64, align: u64) {
        let Self { end, .. } = *self;
        if end.next_multiple_of(align) < next {
            let bytes = next - end;
            self.lines.push(format!(
                "  @$.Array({bytes})\n  // Padding that the layout in Rust has.\n  // ignore: unused_field\n  \
                 external $.Array<$.Uint8> _{end};"
            ));
        }
    }
}

/// Returns the classes of all containers, each followed by a line break.
pub fn classes(types: &Types<'_>) -> Vec<String> {
    types.containers.iter().map(|ty| Container { types, ty, class: types.class(ty) }.text()).collect()
}

struct Container<'a> {
    types: &'a Types<'a>,
    ty: &'a Type,
    class: String,
}

/// Returns a class with the given members.
fn class(name: &str, base: &str, members: &[String]) -> String {
    let head = layout::class(&format!("final class {name}"), &format!("extends {base}"));
    format!("{head}\n{}\n}}\n", members.join("\n\n"))
}

/// An element in a loop of a method.
const EACH: Place<'_> = Place { name: "name", index: Some("index ?? i") };

/// An element in what Dart sees of a list or map.
const ELEMENT: Place<'_> = Place { name: "_name", index: Some("_index ?? index") };

/// A member with a block: `head` up to the brace, then statements.
fn block(head: &str, statements: &str) -> String {
    format!("{head}\n{statements}\n  }}")
}

fn getter(ty: &str, name: &str, statements: &str) -> String {
    block(&layout::declaration(2, ty, &format!("get {name}"), " {"), statements)
}

fn method(before: &str, name: &str, parameters: &[String], statements: &str) -> String {
    block(&layout::method(before, name, Parameters::new(parameters)), statements)
}

fn overrides(member: &str) -> String {
    format!("  @override\n{member}")
}

/// Returns `member` with a hint to inline it, for members that a loop calls for each element. In
/// JIT mode, Dart would call them otherwise.
fn inlined(member: &str) -> String {
    overrides(&format!("{INLINED}{member}"))
}

impl Container<'_> {
    fn text(&self) -> String {
        match self.ty {
            Type::Str { cap } => {
                let [bytes, length] = ["_bytes.elements", "_length"];
                self.buffer(
                    *cap,
                    &format!("    return $.decodeString({bytes}, {length}, name, index);"),
                    &format!("    {length} = $.encodeString(value, {bytes}, name, index);"),
                    None,
                )
            }
            Type::Bytes { cap } => {
                let [bytes, length] = ["_bytes.elements", "_length"];
                self.buffer(
                    *cap,
                    &format!("    return $.bytesUsed({bytes}, {length}, name, index);"),
                    &format!("    {length} = $.bytesWritten(value, {bytes}, name, index);"),
                    Some("    return read(name, index);"),
                )
            }
            Type::Vec { of, cap } => self.vec(of, *cap),
            Type::Array { .. } => {
                let (of, count) = flattened(self.ty);
                self.array(of, count)
            }
            Type::Option { of } => self.option(of),
            Type::Map { key, value, cap } => self.map(key, value, *cap),
            Type::Ref(_) => self.reference(),
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

    fn view(&self) -> (String, String) {
        (self.types.view(self.ty), self.types.parameter(self.ty))
    }

    /// `parameters`, and those of the place's name.
    fn named(parameters: &[String]) -> Vec<String> {
        [parameters, &["String name".to_owned(), "int? index".to_owned()]].concat()
    }

    /// `read` and `write`, for views.
    fn accessors(&self, read: &str, write: &str) -> [String; 2] {
        let (view, parameter) = self.view();
        let value = [format!("{parameter} value")];
        [method(&view, "read", &Self::named(&[]), read), method("void", "write", &Self::named(&value), write)]
    }

    /// Returns `setFrom`, which copies each of `places`.
    fn set_from(&self, places: &[&str]) -> String {
        let copies: Vec<_> = places.iter().map(|it| format!("    {it} = other.{it};")).collect();
        method("void", "setFrom", &[format!("{} other", self.class)], &copies.join("\n"))
    }

    fn to_dart(&self, statements: &str) -> String {
        method(&self.types.value(self.ty), "toDart", &Self::named(&[]), statements)
    }

    fn set_dart(&self, statements: &str) -> String {
        let value = [format!("{} value", self.types.value(self.ty))];
        method("void", "setDart", &Self::named(&value), statements)
    }

    fn place_layout(&self, ty: &Type) -> (Layout, u64) {
        (self.types.model.layout(ty), self.types.alignment(ty))
    }

    fn length() -> String {
        "  @$.Uint32()\n  external int _length;".to_owned()
    }

    fn buffer(&self, cap: u64, read: &str, write: &str, copy: Option<&str>) -> String {
        let bytes = format!("  @$.Array({cap})\n  external $.Array<$.Uint8> _bytes;");
        let mut members = vec![Self::length(), bytes];
        members.extend(self.accessors(read, write));
        members.extend(copy.map(|it| self.to_dart(it)));
        members.push(self.set_from(&["_length", "_bytes"]));
        class(&self.class, "$.Struct", &members)
    }

    /// Returns the members of a list: its length, and `cap` elements of the layout.
    fn list(&self, element: Layout, align: u64, cap: u64, items: String) -> Members {
        let (whole, offset) = element.list(cap).expect("the model has checked it");
        let mut members = Members::default();
        members.add(0, 4, 4, Self::length());
        members.add(offset, element.size * cap, align, items);
        members.finish(whole.size);
        members
    }

    fn vec(&self, of: &Type, cap: u64) -> String {
        let Self { types, class: name, .. } = self;
        let (layout, align) = self.place_layout(of);
        let mut members = self.list(layout, align, cap, types.places(of, cap, "_items")).lines;
        let assign = match of {
            Type::Scalar(it) if *it != Scalar::Bool => format!(
                "    final length = $.checkCapacity(value.length, {cap}, name, index);\n    \
                 final values = {};\n    _items.elements.setRange(0, length, values);\n    _length = length;",
                types::checked_all(*it, "value", Place::PARAMETERS, None)
            ),
            _ => format!("    {name}List(this, name, index).assign(value);"),
        };
        members.extend(self.accessors(&format!("    return {name}List(this, name, index);"), &assign));
        members.push(match of {
            Type::Scalar(Scalar::Bool) | Type::Enum(_) => self.to_dart("    return read(name, index);"),
            Type::Scalar(_) => self.to_dart("    return read(name, index).elements;"),
            _ => self.to_dart(&self.collected(of, &format!("$.usedLength(_length, {cap}, name, index)"))),
        });
        if !plain(of) {
            let write = types.write_value(6, of, "_items[i]", "value[i]", EACH);
            members.push(self.set_dart(&format!(
                "    $.checkCapacity(value.length, {cap}, name, index);\n    \
                 for (var i = 0; i < value.length; i++) {{\n{write}\n    }}\n    _length = value.length;"
            )));
        }
        members.push(self.set_from(&["_length", "_items"]));
        format!("{}\n{}", class(name, "$.Struct", &members), self.vec_list(of, cap))
    }

    /// Returns statements that return the first `length` elements of `_items` as values.
    fn collected(&self, of: &Type, length: &str) -> String {
        let add = [self.types.read_value(of, "_items[i]", EACH)];
        format!(
            "    final length = {length};\n{}\n    for (var i = 0; i < length; i++) {{\n{}\n    \
             }}\n    return values;",
            layout::assign(4, "final values", &format!("<{}>[]", self.types.value(of))),
            layout::call(6, "", "values.add", &add, ";")
        )
    }

    /// The head of what Dart sees: a constructor, the place, and its name.
    fn seen(&self, suffix: &str) -> Vec<String> {
        let name = &self.class;
        vec![format!(
            "  {name}{suffix}(this._at, this._name, this._index);\n\n  final {name} _at;\n  \
             final String _name;\n  final int? _index;"
        )]
    }

    fn shown_place() -> String {
        overrides("  String? get $place => $.placeName(_name, _index);")
    }

    fn sized(&self, cap: u64) -> [String; 4] {
        [
            overrides(&format!("  int get capacity => {cap};")),
            Self::shown_place(),
            overrides("  int get rawLength => _at._length;"),
            overrides("  set rawLength(int length) => _at._length = $.checkUint32(length, 'length');"),
        ]
    }

    fn detach(&self, of: &Type) -> Option<String> {
        let element = self.types.element(of);
        let statements = self.types.detach(of, "element")?;
        let head = format!("  {element} detach({element} element, [int? index]) {{");
        Some(overrides(&block(&head, &statements)))
    }

    /// Returns a `toString` that prints each `u64` as an unsigned number.
    fn shown(&self) -> Option<String> {
        let shape = types::unsigned(self.ty)?;
        Some(overrides(&format!("  String toString() => '${{$.unsigned(this, '{shape}')}}';")))
    }

    fn vec_list(&self, of: &Type, cap: u64) -> String {
        let Self { types, class: name, .. } = self;
        let element = types.element(of);
        let index = || "int index".to_owned();
        let write = [index(), format!("{element} value")];
        let number = match of {
            Type::Scalar(it) if *it != Scalar::Bool => Some(types::scalar(*it).list),
            _ => None,
        };
        let mut members = self.seen("List");
        members.extend(self.sized(cap));
        let at = "_at._items[index]";
        members.push(overrides(&method(
            &element,
            "read",
            &[index()],
            &layout::returned(&types.read(of, at, ELEMENT)),
        )));
        members.push(overrides(&method("void", "write", &write, &types.write(4, of, at, "value", ELEMENT))));
        let zero = match of.physical() {
            Type::Scalar(it) => {
                let zero = match types::scalar(*it).dart {
                    "bool" => "false",
                    _ => "0",
                };
                layout::assign(4, at, zero)
            }
            Type::Enum(_) | Type::Open(_) => layout::assign(4, at, "0"),
            _ => {
                let create = format!("$.Struct.create<{}>()", types.class(of));
                layout::call(4, "", &format!("{at}.setFrom"), &[create], ";")
            }
        };
        members.push(overrides(&method("void", "zero", &[index()], &zero)));
        // Overrides of members that the base class also has, as the compiler only inlines them in
        // each list's own class.
        members.push(inlined(&getter(
            "int",
            "length",
            &format!("    return $.usedLength(_at._length, {cap}, _name, _index);"),
        )));
        let checked = "    $.checkElement(index, length);";
        let read = layout::returned(&types.read(of, at, ELEMENT));
        let get = method(&element, "operator []", &[index()], &format!("{checked}\n{read}"));
        let set = format!("{checked}\n{}", types.write(4, of, at, "value", ELEMENT));
        members.push(inlined(&get));
        members.push(inlined(&method("void", "operator []=", &write, &set)));
        let add = format!(
            "    final index = length;\n    $.checkCapacity(index + 1, {cap}, _name, _index);\n{}\n    \
             _at._length = index + 1;",
            types.write(4, of, at, "element", ELEMENT)
        );
        members.push(inlined(&method("void", "add", &[format!("{element} element")], &add)));
        members.extend(self.detach(of));
        let used = |list: &str| format!("    return {list}.sublistView(_at._items.elements, 0, length);");
        if let (Some(list), Type::Scalar(it)) = (number, of) {
            members.push(inlined(&getter(list, "elements", &used(list))));
            if types::is_narrow(*it) {
                let own = Place { name: "_name", index: Some("_index") };
                let checked = types::checked_all(*it, "values", own, None);
                let checked = format!("    return {checked};");
                members.push(overrides(&method(
                    "$.List<int>",
                    "checked",
                    &["$.List<int> values".to_owned()],
                    &checked,
                )));
            }
        }
        members.extend(self.shown());
        if let Type::Enum(index) = of {
            let list = types::scalar(types.model.enumeration(*index).repr).list;
            members.push(overrides(&getter("$.List<int>", "numbers", &used(list))));
        }
        class(&format!("{name}List"), &types.view(self.ty), &members)
    }

    fn array(&self, of: &Type, count: u64) -> String {
        let Self { types, class: name, .. } = self;
        let mut members = vec![types.places(of, count, "_items")];
        let element = types.element(of);
        let elements = "_items.elements";
        let length = types::checked_length("value", Place::PARAMETERS, count);
        let set_all = format!("    {length};\n    read(name, index).setAll(0, value);");
        match of {
            Type::Scalar(it) => {
                let values = types::checked_all(*it, "value", Place::PARAMETERS, Some(count));
                let values = layout::assign(4, "final values", &values);
                members.extend(self.accessors(
                    &format!("    return {elements};"),
                    &format!("{values}\n    {elements}.setAll(0, values);"),
                ));
                members.push(self.to_dart(&format!("    return {elements};")));
            }
            Type::Enum(_) => {
                let mut list = vec![elements.to_owned(), format!("{element}.fromValue")];
                list.extend(Place::PARAMETERS.arguments());
                members
                    .extend(self.accessors(&layout::call(4, "return ", "$.EnumList", &list, ";"), &set_all));
                members.push(self.to_dart("    return read(name, index);"));
            }
            _ => {
                members
                    .extend(self.accessors(&format!("    return {name}List(this, name, index);"), &set_all));
                members.push(self.to_dart(&self.collected(of, &count.to_string())));
            }
        }
        if !plain(of) {
            let write = types.write_value(6, of, "_items[i]", "value[i]", EACH);
            members.push(self.set_dart(&format!(
                "    {length};\n    for (var i = 0; i < {count}; i++) {{\n{write}\n    }}"
            )));
        }
        members.push(self.set_from(&["_items"]));
        let place = class(name, "$.Struct", &members);
        if matches!(of, Type::Scalar(_) | Type::Enum(_)) {
            return place;
        }
        let mut members = self.seen("List");
        members.push(Self::shown_place());
        members.push(inlined(&format!("  int get length => {count};")));
        let index = || "int index".to_owned();
        let checked = format!("    $.checkElement(index, {count});");
        let at = "_at._items[index]";
        let read = layout::returned(&types.read(of, at, ELEMENT));
        members.push(inlined(&method(&element, "operator []", &[index()], &format!("{checked}\n{read}"))));
        let write = types.write(4, of, at, "value", ELEMENT);
        let parameters = [index(), format!("{element} value")];
        members.push(inlined(&method("void", "operator []=", &parameters, &format!("{checked}\n{write}"))));
        members.extend(self.detach(of));
        let base = format!("$.FixedVec<{element}>");
        format!("{place}\n{}", class(&format!("{name}List"), &base, &members))
    }

    fn option(&self, of: &Type) -> String {
        let types = self.types;
        let (layout, align) = self.place_layout(of);
        let mut places = Members::default();
        places.add(0, layout.size, align, types.place(of, "_value"));
        places.add(layout.size, 1, 1, "  @$.Uint8()\n  external int _present;".to_owned());
        places.finish(types.model.layout(self.ty).size);
        let mut members = places.lines;
        let absent = "    if (!$.isPresent(_present, name, index)) return null;";
        let place = Place::PARAMETERS;
        let present = "    if (value == null) {\n      _present = 0;\n    } else {";
        let end = "      _present = 1;\n    }";
        let nested = matches!(of, Type::Option { .. });
        let source = if nested { "value.$1" } else { "value" };
        let returned = |it: String| layout::returned(&if nested { format!("({it},)") } else { it });
        members.extend(self.accessors(
            &format!("{absent}\n{}", returned(types.read(of, "_value", place))),
            &format!("{present}\n{}\n{end}", types.write(6, of, "_value", source, place)),
        ));
        let value = returned(types.read_value(of, "_value", place));
        members.push(self.to_dart(&format!("{absent}\n{value}")));
        if !plain(of) {
            let write = types.write_value(6, of, "_value", source, place);
            members.push(self.set_dart(&format!("{present}\n{write}\n{end}")));
        }
        members.push(self.set_from(&["_value", "_present"]));
        class(&self.class, "$.Struct", &members)
    }

    fn map(&self, key: &Type, value: &Type, cap: u64) -> String {
        let Self { types, class: name, .. } = self;
        let (key_layout, key_align) = self.place_layout(key);
        let (value_layout, value_align) = self.place_layout(value);
        let (entry, offset) = key_layout.and(value_layout).expect("the model has checked it");
        let mut places = Members::default();
        places.add(0, key_layout.size, key_align, types.place(key, "_key"));
        places.add(offset, value_layout.size, value_align, types.place(value, "_value"));
        places.finish(entry.size);
        let mut members = places.lines;
        let copies = "    _key = other._key;\n    _value = other._value;";
        members.push(method("void", "setFrom", &[format!("{name}Entry other")], copies));
        let entry_class = class(&format!("{name}Entry"), "$.Struct", &members);

        let items = format!("  @$.Array({cap})\n  external $.Array<{name}Entry> _items;");
        let mut members = self.list(entry, key_align.max(value_align), cap, items).lines;
        members.extend(self.accessors(
            &format!("    return {name}View(this, name, index);"),
            &format!("    {name}View(this, name, index).assign(value);"),
        ));
        let key_at = types.read(key, "_items[i]._key", EACH);
        let value_at = types.read_value(value, "_items[i]._value", EACH);
        let length = format!("    final length = $.usedLength(_length, {cap}, name, index);");
        let empty = format!("<{}, {}>{{}}", types.value(key), types.value(value));
        let values = layout::assign(4, "final values", &empty);
        let each = "    for (var i = 0; i < length; i++) {";
        let put = format!(
            "{}\n{}",
            layout::assign(6, "final key", &key_at),
            layout::assign(6, "values[key]", &value_at)
        );
        let done = "    }\n    if (values.length < length) $.throwKeys(name, index);\n    return values;";
        members.push(self.to_dart(&format!("{length}\n{values}\n{each}\n{put}\n{done}")));
        if !plain(value) {
            let write = types.write_value(6, value, "_items[i]._value", "it", EACH);
            members.push(self.set_dart(&format!(
                "    final view = {name}View(this, name, index);\n    \
                 view.assignWith(value, (i, it) {{\n{write}\n    }});"
            )));
        }
        members.push(self.set_from(&["_length", "_items"]));
        let place = class(name, "$.Struct", &members);
        format!("{entry_class}\n{place}\n{}", self.map_view(key, value, cap))
    }

    fn map_view(&self, key: &Type, value: &Type, cap: u64) -> String {
        let Self { types, class: name, .. } = self;
        let mut members = self.seen("View");
        members.extend(self.sized(cap));
        let index = || "int index".to_owned();
        for (ty, part) in [(key, "Key"), (value, "Value")] {
            let element = types.element(ty);
            let parameter = part.to_lowercase();
            let at = format!("_at._items[index]._{parameter}");
            let read = layout::returned(&types.read(ty, &at, ELEMENT));
            members.push(overrides(&method(&element, &format!("read{part}"), &[index()], &read)));
            let write = types.write(4, ty, &at, &parameter, ELEMENT);
            let parameters = [index(), format!("{element} {parameter}")];
            members.push(overrides(&method("void", &format!("write{part}"), &parameters, &write)));
        }
        let parameters = ["int from".to_owned(), "int to".to_owned()];
        let moved = "    _at._items[to].setFrom(_at._items[from]);";
        members.push(overrides(&method("void", "move", &parameters, moved)));
        if let Some(statements) = types.detach(value, "value") {
            let element = types.element(value);
            let head = format!("  {element} detach({element} value, [int? index]) {{");
            members.push(overrides(&block(&head, &statements)));
        }
        members.extend(self.shown());
        class(&format!("{name}View"), &types.view(self.ty), &members)
    }

    fn reference(&self) -> String {
        let mut members = vec![
            "  @$.Uint32()\n  external int _index;".to_owned(),
            "  @$.Uint32()\n  external int _generation;".to_owned(),
        ];
        let (view, parameter) = self.view();
        members.push(method(&view, "read", &[], "    return $.FfiRef.raw(_index, _generation);"));
        let write = "    final $.FfiRef(:indexPlusOne, :generation) = value;\n    _index = indexPlusOne;\n    \
                     _generation = generation;";
        members.push(method("void", "write", &[format!("{parameter} value")], write));
        members.push(self.set_from(&["_index", "_generation"]));
        class(&self.class, "$.Struct", &members)
    }
}
