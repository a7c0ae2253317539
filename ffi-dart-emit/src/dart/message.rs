//! Classes of a message.

use crate::logical::Logical;
use crate::model::{Field, Item, Message, Model, ProtoSymbols, Scalar, Type, Value};

use super::columns;
use super::composite::{Classes, Proto, list_returned};
use super::container::Members;
use super::layout::{self, INLINED, Parameters, Statement};
use super::names::beside;
use super::types::{self, Place, Types, flat, flattened, plain};
use super::value::{Member, Value as ValueClass};

/// Returns the classes of `message`.
pub fn classes(types: &Types<'_>, message: &Message) -> Classes {
    let own = types.names.of(&message.id);
    let facts = format!(
        "\n\n{} bytes, aligned to {}.\n\
         **borrowed**: a view of the memory that it was read from;\n\
         **copied** where a function returned it. [{}Data] is a copy.",
        message.size, message.align, own.name
    );
    let lead = super::lead(0, &message.item, &format!("The message `{}`.", message.item.name), &facts);
    let mut view = View { types, members: Members::default(), copies: Vec::new(), parts: Vec::new() };
    for (field, name) in message.fields.iter().zip(&own.members) {
        view.field(field, name);
    }
    view.members.finish(message.size);
    let arguments: Vec<_> = view.parts.iter().map(|it| (it.name.clone(), it.read.clone())).collect();
    let to_dart = format!(
        "  /// A Dart copy, **copied**.\n  ///\n  /// Throws an [InvalidValueException] or \
         [UnknownEnumValueException] where memory\n  /// holds no value.\n  @override\n{}\n{}\n  }}",
        layout::method(&format!("{}Data", own.name), "toDart", layout::Parameters::new(&[])),
        layout::return_named(&format!("{}Data", own.name), &arguments)
    );
    view.members.lines.push(to_dart);
    let mut more = vec![written(&own.name, &view.parts)];
    more.extend(columns::class(types, message));
    Classes {
        name: own.name.clone(),
        size: message.size,
        align: message.align,
        pooled: message.pool.is_some(),
        returned: list_returned(
            types.model,
            |it| matches!(it, Value::Message(index) if types.model.message(index).id == message.id),
        ),
        fields: field_lists(message, &own.members),
        proto: message.proto.as_ref().map(|it| proto(types, message, &own.name, it)),
        lead,
        members: view.members.lines,
        copies: view.copies,
        more,
    }
}

/// Returns a getter for each field of `message` that is a number: a list of it in all messages of
/// an array.
fn field_lists(message: &Message, members: &[String]) -> Vec<String> {
    let getter = |(field, name): (&Field, &String)| {
        let Type::Scalar(scalar) = &field.ty else { return None };
        let list = types::scalar(*scalar).field?;
        let lead = Named { item: &field.item, name }.lead("");
        let (size, offset) = (message.size, field.offset);
        let mut arguments = format!("_array.bytes, _array.length, {size}, {offset}");
        // Numbers of these types are not checked when they are written.
        if !matches!(scalar, Scalar::I64 | Scalar::U64 | Scalar::F32 | Scalar::F64) {
            arguments += &format!(", {}", layout::string(name));
        }
        Some(format!("{lead}  {list} get {name} => {list}({arguments});"))
    };
    message.fields.iter().zip(members).filter_map(getter).collect()
}

/// Returns true if a message holds references.
fn refers(model: &Model, message: &Message) -> bool {
    let mut found = false;
    for field in &message.fields {
        field.ty.walk(&mut |part| found |= refers_in(model, part));
    }
    found
}

fn refers_in(model: &Model, ty: &Type) -> bool {
    let mut found = false;
    match ty {
        Type::Ref(_) => return true,
        Type::Message(index) => return refers(model, model.message(*index)),
        Type::Oneof(index) => {
            for ty in model.oneof(*index).cases.iter().filter_map(|case| case.ty.as_ref()) {
                ty.walk(&mut |part| found |= refers_in(model, part));
            }
        }
        _ => {}
    }
    found
}

/// Returns the members for protobuf of the box and the pointer of a message called `name`.
fn proto(types: &Types<'_>, message: &Message, name: &str, symbols: &ProtoSymbols) -> Proto {
    let mut arguments = vec!["_openedMemory".to_owned()];
    arguments.extend([&symbols.encode, &symbols.decode].map(|it| layout::string(it)));
    let codec = layout::call(2, "static final _proto = ", &format!("$.NativeProto<{name}>"), &arguments, ";");
    let refused = "\n\nThrows an [InvalidValueException] that says which field can't be read, and\nwhy";
    let [refused, written, read] = if refers(types.model, message) {
        [
            format!("{refused}, such as that a pool is exhausted."),
            "\n\nMessages that it refers to are also written, and must not be freed meanwhile.\nThose that Rust owns are left out."
                .to_owned(),
            "\n\nMessages that it refers to get slots of their pools, **owned** by the caller;\nthose that it \
             referred to before are not freed."
                .to_owned(),
        ]
    } else {
        [format!("{refused}."), String::new(), String::new()]
    };
    let bytes = ["$.Uint8List bytes".to_owned()];
    let bytes = Parameters::new(&bytes);
    let none = Parameters::new(&[]);
    let docs = [
        format!("The message that [bytes] are as protobuf, in memory that is **owned**.{refused}{read}"),
        format!(
            "The message as protobuf, **copied**.\n\nThrows an [InvalidValueException] where memory holds no \
             value.{written}"
        ),
        format!(
            "Makes this the message that [bytes] are as protobuf, whatever it was\nbefore.{refused} It is zero \
             then.{read}"
        ),
    ];
    let docs = docs.map(|it| layout::doc(2, &it));
    let methods = |receiver: &str| {
        let encode = layout::call(4, "return ", &format!("{name}Box._proto.encode"), &[receiver.into()], ";");
        let arguments = [receiver.to_owned(), "bytes".to_owned()];
        let decode = layout::call(4, "", &format!("{name}Box._proto.decode"), &arguments, ";");
        format!(
            "{}{}\n{encode}\n  }}\n\n{}{}\n{decode}\n  }}",
            docs[1],
            layout::method("$.Uint8List", "toProto", none),
            docs[2],
            layout::method("void", "readProto", bytes),
        )
    };
    let from = format!(
        "{}{}\n    return {name}Box()..readProto(bytes);\n  }}",
        docs[0],
        layout::method(&format!("static {name}Box"), "fromProto", bytes)
    );
    let extension = format!(
        "{}{}\n{}\n}}\n",
        layout::doc(0, &format!("A [{name}] anywhere in memory as protobuf.")),
        layout::class(&format!("extension {name}Proto"), &format!("on $.Pointer<{name}>")),
        methods("this")
    );
    Proto { members: format!("{codec}\n\n{from}\n\n{}", methods("pointer")), extension }
}

/// A field, as a value is read from memory and written to it.
struct Part {
    name: String,
    /// Expression that reads it from the view.
    read: String,
    /// Statement that writes it to the view `target`.
    write: String,
}

/// Returns the value class of `message`.
pub fn value(types: &Types<'_>, message: &Message) -> String {
    let own = types.names.of(&message.id);
    let name = &own.name;
    let fields = || message.fields.iter().zip(&own.members);
    let members: Vec<_> = fields()
        .map(|(field, member)| Member {
            name: member,
            ty: &field.ty,
            lead: Named { item: &field.item, name: member }.lead(""),
            annotations: super::annotations(4, &field.item),
        })
        .collect();
    let big: Vec<_> = fields()
        .filter_map(|(field, member)| Named { item: &field.item, name: member }.big_getter(&field.ty))
        .collect();
    let doc = format!("A Dart copy of a [{name}], **copied**: it shares nothing, and does not change.");
    ValueClass {
        types,
        name: &format!("{name}Data"),
        base: "$.FfiValue",
        lead: &(layout::doc(0, &doc) + &super::annotations(0, &message.item)),
        constructor: "A copy with these fields.",
        members: &members,
        positional: false,
        more: &big,
    }
    .text()
}

/// Returns the extension that writes a value of the message `name`.
fn written(name: &str, parts: &[Part]) -> String {
    let writes: Vec<_> = parts.iter().map(|it| it.write.as_str()).collect();
    let doc = "Writes every field to [target].\n\nThrows a [CapacityException] for what does not fit there, and a \
               [RangeError]\nfor a number that its field can't hold; the fields before it are written by\nthen.";
    native(name, doc, &writes.join("\n"))
}

/// Returns the extension that writes a value of `name`, with the docs and statements of `writeTo`.
pub fn native(name: &str, doc: &str, writes: &str) -> String {
    format!(
        "/// Writes a [{name}Data] to memory that Rust and Dart share.\n\
         extension {name}DataNative on {name}Data {{\n  \
         /// A copy in memory shared with Rust, **owned**; throws as [writeTo] does.\n  \
         {name}Box toNative() {{\n    final box = {name}Box();\n    writeTo(box.pointer.ref);\n    return box;\n  }}\n\n\
         {}  void writeTo({name} target) {{\n{writes}\n  }}\n}}\n",
        layout::doc(2, doc),
    )
}

/// View of a message while its fields are added.
struct View<'a> {
    types: &'a Types<'a>,
    members: Members,
    /// Statements that copy each field from `other`.
    copies: Vec<String>,
    parts: Vec<Part>,
}

impl View<'_> {
    fn field(&mut self, field: &Field, name: &str) {
        self.place_and_accessors(field, name);
        self.big(field, &Named { item: &field.item, name });
    }

    fn place_and_accessors(&mut self, field: &Field, name: &str) {
        let types = self.types;
        let named = Named { item: &field.item, name };
        match &field.ty {
            Type::Scalar(it) => self.scalar(field, &named, *it),
            Type::Enum(index) => self.enumeration(field, &named, types.repr(*index)),
            Type::Open(index) => self.open(field, &named, types.repr(*index)),
            Type::Message(_) | Type::Oneof(_) => {
                let lead = named.lead("\n\n**borrowed** from this message; assigning copies.");
                self.place(field, format!("{lead}{}", types.place(&field.ty, name)));
                self.copy(name);
                self.part(field, &named, format!("{name}.toDart()"), format!("target.{name}"));
                return;
            }
            Type::Str { cap } => self.string(field, &named, *cap),
            Type::Bytes { cap } => self.bytes(field, &named, *cap),
            Type::Option { of } if flat(&field.ty) => self.option(field, &named, of),
            Type::Array { .. } if flat(&field.ty) => self.array(field, &named),
            _ => {
                self.container(field, &named);
                return;
            }
        }
        self.part(field, &named, name.to_owned(), format!("target.{name}"));
    }

    /// Adds the place of a whole field, or of its beginning.
    fn place(&mut self, field: &Field, declaration: String) {
        let align = self.types.alignment(&field.ty);
        self.members.add(field.offset, field.size, align, declaration);
    }

    fn copy(&mut self, place: &str) {
        self.copies.push(layout::assign(4, place, &format!("other.{place}")));
    }

    fn part(&mut self, field: &Field, named: &Named<'_>, read: String, target: String) {
        let (types, name) = (self.types, named.name);
        let literal = layout::string(name);
        let place = Place::field(&literal);
        // Without `this`, a name that the library declares would be found first.
        let value = format!("this.{name}");
        let write = match &field.ty {
            ty if plain(ty) => layout::assign(4, &target, &value),
            ty => types.write_value(4, ty, &target, &value, place),
        };
        self.parts.push(Part { name: name.to_owned(), read, write });
    }

    fn scalar(&mut self, field: &Field, named: &Named<'_>, scalar: Scalar) {
        let name = named.name;
        if types::is_narrow(scalar) {
            let place = format!("_{name}");
            self.place(field, self.types.place(&field.ty, &place));
            self.copy(&place);
            self.number(named, &named.lead(&narrow(scalar)), name, &place, scalar);
            let doc = format!(
                "[{name}] without the check: an integer that is no `{}` is cut to its low bits.",
                scalar.name()
            );
            let setter = layout::setter(
                &beside(name, "Unchecked"),
                "int value".into(),
                &Statement::Assign(&place, "value"),
            );
            self.members.lines.push(format!("{}{INLINED}{setter}", named.beside(&doc)));
            return;
        }
        let big = beside(name, "Big");
        let more = format!("\n\nThe 64 bits as an `int`, negative from 2^63 on; see [{big}].");
        let lead = named.lead(if scalar == Scalar::U64 { &more } else { "" });
        self.place(field, format!("{lead}{}", self.types.place(&field.ty, name)));
        self.copy(name);
    }

    /// Adds the accessors `name` of the number at `place`, with a check when writing. They are
    /// inlined, as a call would cost more than their work.
    fn number(&mut self, named: &Named<'_>, lead: &str, name: &str, place: &str, scalar: Scalar) {
        let checked = types::checked(scalar, "value", &layout::string(name));
        let getter = layout::getter("int", name, &Statement::Return(place));
        let setter = layout::setter(name, "int value".into(), &Statement::Assign(place, &checked));
        self.accessors(named, lead, format!("{INLINED}{getter}"), format!("{INLINED}{setter}"));
    }

    /// Adds the unsigned numbers of a field that has `u64`.
    fn big(&mut self, field: &Field, named: &Named<'_>) {
        let Some((ty, from)) = types::big(&field.ty) else { return };
        let name = named.name;
        let big = beside(name, "Big");
        let (lead, getter) = named.big(ty, from);
        // The parameter must not hide the field that is assigned.
        let value = if name == "value" { "number" } else { "value" };
        let to = match from {
            "$.bigFromBits" => "$.bitsFromBig",
            "$.bigOrNull" => "$.bitsOrNull",
            _ => {
                self.members.lines.push(format!("{lead}{getter}"));
                return;
            }
        };
        let bits = format!("{to}({value}, {})", layout::string(name));
        let setter = layout::setter(&big, format!("{ty} {value}"), &Statement::Assign(name, &bits));
        self.accessors(named, &lead, getter, setter);
    }

    /// Adds the place of the number `raw` of an enum with its accessors, and returns the place.
    fn raw(&mut self, field: &Field, named: &Named<'_>, lead: &str, raw: &str, repr: Scalar) -> String {
        if types::is_narrow(repr) {
            let place = format!("_{}", named.name);
            self.place(field, self.types.place(&Type::Scalar(repr), &place));
            self.number(named, lead, raw, &place, repr);
            self.copy(&place);
            return place;
        }
        self.place(field, format!("{lead}{}", self.types.place(&Type::Scalar(repr), raw)));
        self.copy(raw);
        raw.to_owned()
    }

    fn enumeration(&mut self, field: &Field, named: &Named<'_>, repr: Scalar) {
        let name = named.name;
        let class = self.types.element(&field.ty);
        let raw = beside(name, "Raw");
        let from = format!("{class}.fromValue");
        let literal = layout::string(name);
        let lead = named.beside(&format!("The number of [{name}], whatever it is.{}", narrow(repr)));
        let place = self.raw(field, named, &lead, &raw, repr);
        self.accessors(
            named,
            &named.lead("\n\nThrows an [UnknownEnumValueException] when it is no value."),
            layout::getter(&class, name, &Statement::ReturnCall(&from, &[&place, &literal])),
            layout::setter(name, format!("{class} value"), &Statement::Assign(&place, "value.value")),
        );
    }

    fn open(&mut self, field: &Field, named: &Named<'_>, repr: Scalar) {
        let (types, name) = (self.types, named.name);
        let class = types.element(&field.ty);
        let raw = beside(name, "Raw");
        let lead = named.beside(&format!("The number of [{name}].{}", narrow(repr)));
        let place = self.raw(field, named, &lead, &raw, repr);
        let literal = layout::string(name);
        let read = types.read(&field.ty, &place, Place::field(&literal));
        let (callee, _) = read.split_once('(').expect("it is a call");
        let checked = types::checked(repr, "value.number", &literal);
        self.accessors(
            named,
            &named.lead("\n\nAny number: its `value` is null when it is no value."),
            layout::getter(&class, name, &Statement::ReturnCall(callee, &[&place])),
            layout::setter(name, format!("{class} value"), &Statement::Assign(&place, &checked)),
        );
    }

    /// Adds the places of a length and of the bytes after it, and returns their names.
    fn buffer(&mut self, field: &Field, named: &Named<'_>, cap: u64) -> [String; 2] {
        let [length, bytes] = ["length", "bytes"].map(|it| format!("_{}${it}", named.name));
        let declaration = layout::declaration(2, "external int", &length, ";");
        self.members.add(field.offset, 4, 4, format!("  @$.Uint32()\n{declaration}"));
        let array = layout::declaration(2, "external $.Array<$.Uint8>", &bytes, ";");
        self.members.add(field.offset + 4, cap, 1, format!("  @$.Array({cap})\n{array}"));
        self.copy(&length);
        self.copy(&bytes);
        [length, format!("{bytes}.elements")]
    }

    fn string(&mut self, field: &Field, named: &Named<'_>, cap: u64) {
        let name = named.name;
        let [length, bytes] = self.buffer(field, named, cap);
        let literal = layout::string(name);
        let encode = format!("$.encodeString(value, {bytes}, {literal})");
        let raw = beside(name, "Bytes");
        let used = [&*bytes, &*length, &*literal];
        let more = format!(
            "\n\nUp to {cap} bytes of UTF-8; **copied**. Reading throws an\n[InvalidValueException] where memory \
             holds no text, and [{raw}] does not.\nAssigning throws a [CapacityException] when it is too long, and \
             an\n[ArgumentError] when it is not Unicode; then nothing changes."
        );
        self.accessors(
            named,
            &named.lead(&more),
            layout::getter("String", name, &Statement::ReturnCall("$.decodeString", &used)),
            layout::setter(name, "String value".into(), &Statement::Assign(&length, &encode)),
        );
        let lead = named.beside(&format!("The bytes of [{name}], whatever they are, **borrowed**."));
        let used = Statement::ReturnCall("$.bytesUsed", &used);
        self.members.lines.push(format!("{lead}{}", layout::getter("$.Uint8List", &raw, &used)));
    }

    fn bytes(&mut self, field: &Field, named: &Named<'_>, cap: u64) {
        let name = named.name;
        let [length, bytes] = self.buffer(field, named, cap);
        let literal = layout::string(name);
        let copy = format!("$.bytesWritten(value, {bytes}, {literal})");
        let more = format!(
            "\n\nUp to {cap} bytes: those in use now, **borrowed** from this message; assigning\ncopies, and throws a \
             [CapacityException] when there are too many, and a\n[RangeError] when one is no byte."
        );
        self.accessors(
            named,
            &named.lead(&more),
            layout::getter(
                "$.Uint8List",
                name,
                &Statement::ReturnCall("$.bytesUsed", &[&bytes, &length, &literal]),
            ),
            layout::setter(name, "$.List<int> value".into(), &Statement::Assign(&length, &copy)),
        );
    }

    fn option(&mut self, field: &Field, named: &Named<'_>, of: &Type) {
        let (types, name) = (self.types, named.name);
        let [value, present] = ["value", "present"].map(|it| format!("_{name}${it}"));
        let size = types.model.layout(of).size;
        self.members.add(field.offset, size, types.alignment(of), types.place(of, &value));
        let declaration = layout::declaration(2, "external int", &present, ";");
        self.members.add(field.offset + size, 1, 1, format!("  @$.Uint8()\n{declaration}"));
        self.copy(&value);
        self.copy(&present);
        let element = types.element(&field.ty);
        let getter = layout::declaration(2, &element, &format!("get {name}"), " {");
        let parameter = [format!("{element} value")];
        let setter = layout::method("set", name, layout::Parameters::new(&parameter));
        let literal = layout::string(name);
        let place = Place::field(&literal);
        let write = types.write(6, of, &value, "value", place);
        let read = types.read(of, &value, place);
        // For a number, one expression, and inlined: so it stays out of the heap.
        let number = matches!(of, Type::Scalar(_)).then_some(());
        let inline = number.map_or("", |()| INLINED);
        let absent = format!("$.absent({present}, {literal})");
        let body = number.and_then(|()| layout::conditional(&format!("{present} == 1"), &read, &absent));
        let body = body.unwrap_or_else(|| {
            let arguments = [present.clone(), literal.clone()];
            let is = layout::call(4, "final isThere = ", "$.isPresent", &arguments, ";");
            format!("{is}\n    if (!isThere) return null;\n{}", layout::returned(&read))
        });
        let [none, some] = ["0", "1"].map(|it| layout::assign(6, &present, it));
        self.accessors(
            named,
            &named.lead("\n\nNull if it is absent."),
            format!("{inline}{getter}\n{body}\n  }}"),
            format!(
                "{setter}\n    if (value == null) {{\n{none}\n    }} else {{\n{write}\n{some}\n    }}\n  }}"
            ),
        );
    }

    fn array(&mut self, field: &Field, named: &Named<'_>) {
        let (types, name) = (self.types, named.name);
        let (of, count) = flattened(&field.ty);
        let place = format!("_{name}");
        let elements = format!("{place}.elements");
        let lead = named
            .lead(&format!("\n\n{}\n**borrowed** from this message; assigning copies.", shape(&field.ty)));
        self.place(field, types.places(of, count, &place));
        let class = types.element(of);
        let literal = layout::string(name);
        let named_place = Place::field(&literal);
        let (getter, target, checked) = match of {
            Type::Scalar(it) => {
                let list = types::scalar(*it).list;
                let checked = types::checked_all(*it, "values", named_place, Some(count));
                (layout::getter(list, name, &Statement::Return(&elements)), elements.as_str(), checked)
            }
            _ => {
                let doc = named.beside(&format!("The numbers of [{name}], whatever they are."));
                let raw = layout::getter("$.List<int>", &beside(name, "Raw"), &Statement::Return(&elements));
                self.members.lines.push(format!("{doc}{raw}"));
                let from = format!("{class}.fromValue");
                let list = Statement::ReturnCall("$.EnumList", &[&elements, &from, &literal]);
                let getter = layout::getter(&format!("$.List<{class}>"), name, &list);
                (getter, name, types::checked_length("values", named_place, count))
            }
        };
        let set_all = format!("{target}.setAll");
        let set = Statement::Call(&set_all, &["0", &checked]);
        self.accessors(named, &lead, getter, layout::setter(name, format!("$.List<{class}> values"), &set));
        let arguments = ["0".to_owned(), format!("other.{elements}")];
        self.copies.push(layout::call(4, "", &format!("{elements}.setAll"), &arguments, ";"));
    }

    /// Adds a field whose class holds its places.
    fn container(&mut self, field: &Field, named: &Named<'_>) {
        let (types, name, ty) = (self.types, named.name, &field.ty);
        let place = format!("_{name}");
        self.place(field, types.place(ty, &place));
        self.copy(&place);
        let more = match ty {
            Type::Array { .. } => {
                format!("\n\n{}\n**borrowed** from this message; assigning copies.", shape(ty))
            }
            Type::Vec { cap, .. } => {
                format!("\n\nUp to {cap} elements, **borrowed** from this message; assigning copies.")
            }
            Type::Map { cap, .. } => {
                format!("\n\nUp to {cap} entries, **borrowed** from this message; assigning copies.")
            }
            Type::Option { .. } => {
                "\n\nNull if it is absent, or else **borrowed** from this message; assigning copies."
                    .to_owned()
            }
            Type::Logical(_) => "\n\n**copied**. Reading throws an [InvalidValueException] where memory holds no such\nvalue, and assigning a [RangeError] for one that Rust doesn't have."
                .to_owned(),
            Type::Ref(_) => {
                "\n\n**copied**: it keeps nothing alive, and becomes stale when the message is freed."
                    .to_owned()
            }
            _ => "\n\n**copied**.".to_owned(),
        };
        let literal = layout::string(name);
        let place_name = Place::field(&literal);
        let head = layout::declaration(2, &types.view(ty), &format!("get {name}"), " {");
        let read = layout::returned(&types.read(ty, &place, place_name));
        let parameter = [format!("{} value", types.parameter(ty))];
        let setter = layout::method("set", name, Parameters::new(&parameter));
        let write = types.write(4, ty, &place, "value", place_name);
        self.accessors(
            named,
            &named.lead(&more),
            format!("{head}\n{read}\n  }}"),
            format!("{setter}\n{write}\n  }}"),
        );
        let read = if matches!(ty, Type::Ref(_)) {
            name.to_owned()
        } else {
            types.read_value(ty, &place, place_name)
        };
        let target = if plain(ty) { format!("target.{name}") } else { format!("target.{place}") };
        self.part(field, named, read, target);
        self.beside(field, named, &place);
    }

    /// Adds the integer of a logical type that its type in Dart can't express, at `place`.
    fn beside(&mut self, field: &Field, named: &Named<'_>, place: &str) {
        let Type::Logical(Logical { beside: Some(it), .. }) = field.ty.physical() else { return };
        let name = beside(named.name, it.suffix);
        let place = format!("{place}.{}", it.member);
        let lead = named.beside(&it.doc.replace('#', named.name));
        let getter = layout::getter("int", &name, &Statement::Return(&place));
        let setter = layout::setter(&name, "int value".into(), &Statement::Assign(&place, "value"));
        self.accessors(named, &lead, getter, setter);
    }

    /// Adds a getter with docs and a setter, which shares them; annotations are repeated on both.
    fn accessors(&mut self, named: &Named<'_>, lead: &str, getter: String, setter: String) {
        self.members.lines.push(format!("{lead}{getter}"));
        self.members.lines.push(format!("{}{setter}", super::annotations(2, named.item)));
    }
}

/// A field and its Dart name.
struct Named<'a> {
    item: &'a Item,
    name: &'a str,
}

impl Named<'_> {
    /// Returns docs and annotations of the field itself.
    fn lead(&self, more: &str) -> String {
        super::lead(2, self.item, &format!("The field `{}`.", self.item.name), more)
    }

    /// Returns the docs and the code of the getter of unsigned numbers.
    fn big(&self, ty: &str, from: &str) -> (String, String) {
        let name = self.name;
        let lead = self.beside(&format!("[{name}] as unsigned, as it is in Rust."));
        (lead, layout::getter(ty, &beside(name, "Big"), &Statement::ReturnCall(from, &[name])))
    }

    /// Returns the getter of unsigned numbers of a field of the type, if it has `u64`.
    fn big_getter(&self, ty: &Type) -> Option<String> {
        let (ty, from) = types::big(ty)?;
        let (lead, getter) = self.big(ty, from);
        Some(lead + &getter)
    }

    /// Returns docs and annotations of a member beside the field.
    fn beside(&self, doc: &str) -> String {
        layout::doc(2, doc) + &super::annotations(2, self.item)
    }
}

/// Returns the sentence of a number's docs about the values that can't be assigned.
fn narrow(scalar: Scalar) -> String {
    if !types::is_narrow(scalar) {
        return String::new();
    }
    let name = scalar.name();
    format!("\n\nAssigning throws a [RangeError] if it is no `{name}`.")
}

/// Returns the sentence about the shape of an array's view.
fn shape(ty: &Type) -> String {
    let mut lengths = Vec::new();
    let mut inner = ty;
    while let Type::Array { of, len } = inner {
        lengths.push(len.to_string());
        inner = of;
    }
    match lengths.as_slice() {
        [length] => format!("{length} elements,"),
        several => format!("{} elements, row by row,", several.join(" x ")),
    }
}
