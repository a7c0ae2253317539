//! Shows a library's layouts: the bytes of each message.
//!
//! [`text`] is for people, [`json`] for programs.

use std::fmt::Write;

use ffi_core::arena::VERSION;
use ffi_core::schema::read::Record;

use crate::arena_file::ArenaFile;
use crate::foreign::one_line;
use crate::model::{
    DartFunction, Enum, ErrorFieldType, ErrorType, Fingerprint, Function, Lending, Listener, ListenerMethod,
    Message, MessageIndex, Mode, Model, Newtype, ObjectIndex, Oneof, PanicStrategy, Param, Passing, Queue,
    Reset, Returns, Role, Rules, Type, TypeId, Value, Wire, arena_layout,
};
use crate::proto::shape::notation;

/// Returns the records as JSON: an array that reads back as `Vec<Record>`.
#[must_use]
pub fn json(records: &[Record]) -> String {
    serde_json::to_string_pretty(records).expect("a record is plain data") + "\n"
}

/// Returns tables of everything in the library.
#[must_use]
pub fn text(model: &Model) -> String {
    let library = &model.library;
    let panic = match library.panic {
        PanicStrategy::Unwind => "unwind",
        PanicStrategy::Abort => "abort",
    };
    let view = View(model);
    let mut out =
        format!("library {} {}, abi {}, panic = \"{panic}\"\n", library.name, library.version, library.abi);
    out += &types(model);
    for error in &model.errors {
        out += "\n";
        out += &view.error(error);
    }
    if !model.objects.is_empty() {
        out += "\nobjects\n";
        let rows = model.objects.iter().map(|it| {
            let kind = if it.is_service { "service" } else { "object" };
            [view.short(&it.id), kind.to_owned(), it.fingerprint.to_string()]
        });
        out += &table([Left, Left, Left], ["name", "kind", "fingerprint"], rows.collect());
    }
    if !model.listeners.is_empty() {
        out += "\ncallbacks\n";
        let rows =
            model.listeners.iter().flat_map(|it| it.methods.iter().map(|method| view.method(it, method)));
        out += &table([Left, Left, Left], ["name", "fingerprint", "method"], rows.collect());
    }
    if !model.functions.is_empty() {
        out += "\nfunctions\n";
        let rows: Vec<_> = model.functions.iter().map(|function| view.function(function)).collect();
        out += &table([Left, Left, Left], ["symbol", "fingerprint", "signature"], rows);
    }
    if !model.queues.is_empty() {
        out += "\nqueues\n";
        let rows: Vec<_> = model.queues.iter().map(|queue| view.queue(queue)).collect();
        out += &table([Left, Left, Right, Left], ["name", "message", "capacity", "stream"], rows);
    }
    if !model.flags.is_empty() {
        out += "\nflags\n";
        let rows = model.flags.iter().map(|it| {
            let start = if it.on { "on" } else { "off" };
            [it.item.name.clone(), start.to_owned(), first_line(&it.item.doc)]
        });
        out += &table([Left, Left, Left], ["name", "at first", "what it does"], rows.collect());
    }
    if !model.health.is_empty() {
        out += "\nhealth checks\n";
        let rows = model
            .health
            .iter()
            .map(|it| [it.item.name.clone(), format!("{} ms", it.deadline), first_line(&it.item.doc)]);
        out += &table([Left, Right, Left], ["name", "deadline", "what it checks"], rows.collect());
    }
    out
}

/// Returns tables of the messages, oneofs, enums and newtypes.
fn types(model: &Model) -> String {
    let view = View(model);
    let mut out = String::new();
    for message in &model.messages {
        out += "\n";
        out += &view.message(message);
    }
    for oneof in &model.oneofs {
        out += "\n";
        out += &view.oneof(oneof);
    }
    for enumeration in &model.enums {
        out += "\n";
        out += &view.enumeration(enumeration);
    }
    if !model.newtypes.is_empty() {
        out += "\nnewtypes\n";
        let rows: Vec<_> = model.newtypes.iter().map(|newtype| view.newtype(newtype)).collect();
        out += &table([Left, Right, Left, Left], ["name", "size", "type", "Dart"], rows);
    }
    out
}

/// Returns what the file of an arena says about itself as JSON.
#[must_use]
pub fn arena_json(file: &ArenaFile) -> String {
    let ArenaFile { size, header, schema } = file;
    let json = serde_json::json!({
        "size": size,
        "version": VERSION,
        "layout": Fingerprint(header.layout),
        "lists": header.lists,
        "text": header.text,
        "schema": schema.as_ref().map(|it| &it.json),
    });
    serde_json::to_string_pretty(&json).expect("numbers and JSON are plain data") + "\n"
}

/// Returns what the file of an arena says about itself: its sizes, and tables of all that the root
/// reaches if the schema is inside.
#[must_use]
pub fn arena(file: &ArenaFile) -> String {
    let ArenaFile { size, header, schema } = file;
    let layout = Fingerprint(header.layout);
    let mut out = format!("arena, format {VERSION}, {}, layout {layout}\n", bytes(*size));
    let schema_size = schema.as_ref().map_or(0, |it| it.size);
    let parts = [("lists", header.lists), ("text", header.text), ("schema", schema_size)];
    let rows = parts.map(|(name, size)| [name.to_owned(), size.to_string()]);
    out += &table([Left, Right], ["part", "bytes"], rows.into());
    match schema {
        Some(schema) => {
            out += &format!("\nroot {}\n", schema.root);
            out += &types(&schema.model);
        }
        None => {
            out += "\nno schema is inside; hint: `write_with_schema` writes it, and `inspect` of the library \
                    shows the layout of each root\n";
        }
    }
    out
}

/// Alignment of the text in a column.
#[derive(Clone, Copy)]
enum Align {
    Left,
    Right,
}
use Align::{Left, Right};

/// Returns rows below a heading, in columns, indented.
fn table<const N: usize>(align: [Align; N], heading: [&str; N], rows: Vec<[String; N]>) -> String {
    let mut lines = vec![heading.map(str::to_owned)];
    lines.extend(rows);
    let widths: [usize; N] = std::array::from_fn(|column| {
        lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default()
    });
    let mut out = String::new();
    for line in &lines {
        let mut text = String::new();
        for ((cell, width), align) in line.iter().zip(widths).zip(align) {
            let _ = match align {
                Left => write!(text, "  {cell:<width$}"),
                Right => write!(text, "  {cell:>width$}"),
            };
        }
        out += text.trim_end();
        out += "\n";
    }
    out
}

/// Returns the first line of a doc comment, harmless for a terminal.
fn first_line(doc: &str) -> String {
    doc.lines().next().unwrap_or_default().escape_debug().to_string()
}

fn bytes(count: u64) -> String {
    if count == 1 { "1 byte".to_owned() } else { format!("{count} bytes") }
}

/// Returns the note about the rules of a field or parameter.
fn noted(rules: &Rules) -> String {
    if rules.is_empty() { String::new() } else { format!(" ({})", one_line(&rules.to_string())) }
}

/// Resolves the names that a model refers to.
pub(crate) struct View<'a>(pub(crate) &'a Model);

impl View<'_> {
    fn message(&self, message: &Message) -> String {
        let padding = message.size - message.fields.iter().map(|field| field.size).sum::<u64>();
        let mut rows = Vec::new();
        let mut end = 0;
        let gap = |rows: &mut Vec<[String; 4]>, from: u64, to: u64| {
            if to > from {
                rows.push([from.to_string(), (to - from).to_string(), String::new(), "padding".to_owned()]);
            }
        };
        for field in &message.fields {
            gap(&mut rows, end, field.offset);
            rows.push([
                field.offset.to_string(),
                field.size.to_string(),
                field.item.name.clone(),
                self.ty(&field.ty) + &form(field.wire) + &noted(&field.rules),
            ]);
            end = field.offset + field.size;
        }
        gap(&mut rows, end, message.size);
        let pool = message.pool.as_ref().map_or_else(String::new, |pool| {
            let reset = match pool.reset {
                Reset::Zero => "zero",
                Reset::Keep => "keep",
            };
            let size = u128::from(pool.capacity) * u128::from(message.size);
            format!("  pool of {}, {size} bytes, reset = \"{reset}\"\n", pool.capacity)
        });
        let columns = message
            .columns
            .as_ref()
            .map_or_else(String::new, |_| format!("  columns, {} a row\n", bytes(message.size - padding)));
        let arena = message.arena.as_ref().map_or_else(String::new, |_| {
            format!("  lives in an arena, layout {}\n", Fingerprint(arena_layout(self.0, message)))
        });
        let simd = message.simd.as_ref().map_or_else(String::new, |_| match message.numbers {
            Some((kind, count)) => format!("  simd: {count} numbers of {}\n", self.ty(&Type::Scalar(kind))),
            None => "  simd: numeric fields, one at a time\n".to_owned(),
        });
        let proto = message
            .proto
            .as_ref()
            .map_or_else(String::new, |proto| format!("  protobuf: {}, {}\n", proto.encode, proto.decode));
        format!(
            "message {}: {}, align {}, {}, fingerprint {}\n{pool}{columns}{arena}{simd}{proto}{}",
            message.id,
            bytes(message.size),
            message.align,
            if padding == 0 { "no padding".to_owned() } else { format!("{} of padding", bytes(padding)) },
            message.fingerprint,
            table([Right, Right, Left, Left], ["offset", "size", "field", "type"], rows)
        )
    }

    pub(crate) fn oneof(&self, oneof: &Oneof) -> String {
        let rows = oneof.cases.iter().enumerate().map(|(tag, case)| {
            let size = case.ty.as_ref().map_or(0, |ty| self.0.layout(ty).size);
            let ty = case.ty.as_ref().map_or_else(String::new, |ty| self.ty(ty) + &form(case.wire));
            [tag.to_string(), size.to_string(), case.item.name.clone(), ty]
        });
        format!(
            "oneof {}: {}, align {}, data at offset {}, fingerprint {}\n{}{}",
            oneof.id,
            bytes(oneof.size),
            oneof.align,
            oneof.payload,
            oneof.fingerprint,
            if oneof.in_arena { "  lives in an arena\n" } else { "" },
            table([Right, Right, Left, Left], ["tag", "size", "case", "type"], rows.collect())
        )
    }

    pub(crate) fn enumeration(&self, enumeration: &Enum) -> String {
        let row = |variant| [enumeration.discriminant(variant).to_string(), variant.item.name.clone()];
        let rows = enumeration.variants.iter().map(row).collect();
        format!(
            "enum {}: {}, fingerprint {}\n{}",
            enumeration.id,
            enumeration.repr.name(),
            enumeration.fingerprint,
            table([Right, Left], ["value", "variant"], rows)
        )
    }

    pub(crate) fn newtype(&self, newtype: &Newtype) -> [String; 4] {
        let size = self.0.layout(&newtype.ty).size.to_string();
        let dart =
            newtype.dart.as_ref().map_or_else(|| "extension type".to_owned(), |dart| dart.name.clone());
        [self.short(&newtype.id), size, self.ty(&newtype.ty), dart]
    }

    pub(crate) fn error(&self, error: &ErrorType) -> String {
        let mut rows = Vec::new();
        for variant in &error.variants {
            let (number, name) = (variant.number.to_string(), variant.item.name.clone());
            let internal = if variant.internal { "(internal)" } else { "" };
            rows.push([number, name, String::new(), String::new(), internal.to_owned()]);
            for field in &variant.fields {
                let (name, offset) = (field.item.name.clone(), field.offset.to_string());
                rows.push([String::new(), String::new(), name, offset, self.error_field(&field.ty)]);
            }
        }
        format!(
            "error {}: {}, fingerprint {}\n{}",
            error.id,
            if error.is_struct {
                "a struct".to_owned()
            } else {
                format!("{} variants", error.variants.len())
            },
            error.fingerprint,
            table([Right, Left, Left, Right, Left], ["number", "variant", "field", "offset", "type"], rows)
        )
    }

    fn error_field(&self, ty: &ErrorFieldType) -> String {
        match ty {
            ErrorFieldType::Value(ty) => self.ty(ty),
            ErrorFieldType::Text => "String".to_owned(),
            ErrorFieldType::Vec(of) => format!("Vec<{}>", self.error_field(of)),
            ErrorFieldType::Option(of) => format!("Option<{}>", self.error_field(of)),
        }
    }

    pub(crate) fn queue(&self, queue: &Queue) -> [String; 4] {
        let message = self.value(Value::Message(queue.message));
        let stream = if queue.symbols.stream.is_some() { "yes" } else { "no" };
        [queue.item.name.clone(), message, queue.capacity.to_string(), stream.to_owned()]
    }

    fn method(&self, of: &Listener, method: &ListenerMethod) -> [String; 3] {
        let types = method.function.arguments.iter().map(|it| self.returned(*it));
        let params = method.params.iter().zip(types).map(|(name, ty)| format!(", {name}: {ty}"));
        let params: String = params.collect();
        let answer = method.function.answer.map_or_else(|| "()".to_owned(), |it| self.returned(it));
        let (mode, result) = match method.asks {
            true => ("async ", format!(" -> Result<{answer}, AskError>")),
            false => ("", String::new()),
        };
        let signature = format!("{mode}fn {}(&self{params}){result}", method.item.name);
        [self.short(&of.id), of.fingerprint.to_string(), signature]
    }

    pub(crate) fn function(&self, function: &Function) -> [String; 3] {
        let named = function.params.iter().map(|param| {
            format!("{}: {}{}", param.name, self.param(function.mode, param), noted(&param.rules))
        });
        let receiver = function.receiver().map(|_| "&self".to_owned());
        let params: Vec<_> = receiver.into_iter().chain(named).collect();
        let owner = function
            .member
            .map_or_else(String::new, |member| format!("{}::", self.short(&self.0.object(member.of).id)));
        let result = function.returns.map(|it| self.returned(it));
        let result = result.map(|it| if function.optional { format!("Option<{it}>") } else { it });
        let error = function.error.map_or_else(|| "_".to_owned(), |it| self.short(&self.0.error(it).id));
        let result = match (result, function.fallible) {
            (None, false) => None,
            (None, true) => Some(format!("Result<(), {error}>")),
            (Some(value), false) => Some(value),
            (Some(value), true) => Some(format!("Result<{value}, {error}>")),
        };
        let result = match (function.mode, result) {
            (Mode::Stream, item) => {
                let item = item.as_deref().unwrap_or("()");
                format!(" -> impl Stream<Item = {item}> (window {})", function.window)
            }
            (_, Some(result)) => format!(" -> {result}"),
            (_, None) => String::new(),
        };
        let result = match function.mode {
            Mode::Stream => result,
            _ if function.window > 0 => format!("{result} (window {})", function.window),
            _ => result,
        };
        let note = match (function.leaf, function.member.map(|it| it.role)) {
            (true, Some(Role::Getter)) => " (leaf, getter)",
            (false, Some(Role::Getter)) => " (getter)",
            (true, _) => " (leaf)",
            _ => "",
        };
        let mode = match function.mode {
            Mode::Sync | Mode::Stream => "",
            Mode::Async => "async ",
            Mode::Blocking => "blocking ",
        };
        let signature =
            format!("{mode}fn {owner}{}({}){result}{note}", function.item.name, params.join(", "));
        [function.symbol.clone(), function.fingerprint.to_string(), signature]
    }

    fn returned(&self, returns: Returns) -> String {
        match returns {
            Returns::Value(value) => self.value(value),
            Returns::Text => "String".to_owned(),
            Returns::Vec(value) => format!("Vec<{}>", self.value(value)),
            Returns::Pool(message) => self.pool_box(message),
            Returns::Columns(message) => self.columns(message),
            Returns::Arena(message) => self.arena(message),
            Returns::Object(of) => self.object(of),
        }
    }

    fn param(&self, mode: Mode, param: &Param) -> String {
        let passed = match &param.passing {
            // A function that runs on has copies.
            Passing::Text if !mode.is_sync() => "String".to_owned(),
            Passing::Slice { of, .. } if !mode.is_sync() => format!("Vec<{}>", self.value(*of)),
            passing => self.passing(passing),
        };
        if param.optional { format!("Option<{passed}>") } else { passed }
    }

    fn passing(&self, passing: &Passing) -> String {
        match passing {
            Passing::Text => "&str".to_owned(),
            Passing::Input(item) => format!("FfiInput<{}>", self.returned(item.returns())),
            Passing::CText => "&CStr".to_owned(),
            Passing::Moved(of) => format!("FfiMoved<[{}]>", self.value(*of)),
            Passing::Callback(DartFunction { arguments, answer, kept }) => {
                let arguments: Vec<_> = arguments.iter().map(|it| self.returned(*it)).collect();
                let (arguments, answer) = (arguments.join(", "), answer.map(|it| self.returned(it)));
                match (kept, answer) {
                    (true, None) => format!("DartFn<fn({arguments})>"),
                    (true, Some(answer)) => format!("DartFn<fn({arguments}) -> {answer}>"),
                    (false, answer) => {
                        let answer = answer.as_deref().unwrap_or("()");
                        format!("&dyn Fn({arguments}) -> Result<{answer}, DartError>")
                    }
                }
            }
            Passing::Listener(of) => format!("Arc<dyn {}>", self.short(&self.0.listener(*of).id)),
            Passing::Pool(message) => self.pool_box(*message),
            Passing::Object(of) => self.object(*of),
            Passing::Columns { of, mutable: false } => format!("&{}", self.columns(*of)),
            Passing::Columns { of, mutable: true } => format!("&mut {}", self.columns(*of)),
            Passing::Arena { of, lending: Lending::Shared } => format!("&{}", self.arena(*of)),
            Passing::Arena { of, lending: Lending::Mutable } => format!("&mut {}", self.arena(*of)),
            Passing::Arena { of, lending: Lending::Given } => self.arena(*of),
            Passing::Arena { of, lending: Lending::Frozen } => {
                self.arena(*of).replacen("FfiArena", "FrozenArena", 1)
            }
            Passing::Value(value) => self.value(*value),
            Passing::Reference { to, mutable: false } => format!("&{}", self.value(*to)),
            Passing::Reference { to, mutable: true } => format!("&mut {}", self.value(*to)),
            Passing::Slice { of, mutable: false } => format!("&[{}]", self.value(*of)),
            Passing::Slice { of, mutable: true } => format!("&mut [{}]", self.value(*of)),
        }
    }

    fn pool_box(&self, message: MessageIndex) -> String {
        format!("PoolBox<{}>", self.value(Value::Message(message)))
    }

    fn object(&self, of: ObjectIndex) -> String {
        let object = self.0.object(of);
        let dynamic = if object.is_service { "dyn " } else { "" };
        format!("FfiObject<{dynamic}{}>", self.short(&object.id))
    }

    fn columns(&self, message: MessageIndex) -> String {
        format!("FfiColumns<{}>", self.value(Value::Message(message)))
    }

    fn arena(&self, message: MessageIndex) -> String {
        format!("FfiArena<{}>", self.value(Value::Message(message)))
    }

    pub(crate) fn ty(&self, ty: &Type) -> String {
        notation(&ty.record(self.0), &|id| self.short(id))
    }

    fn value(&self, value: Value) -> String {
        match value {
            Value::Scalar(scalar) => scalar.name().to_owned(),
            Value::Message(index) => self.short(&self.0.message(index).id),
            Value::Enum(index) => self.short(&self.0.enumeration(index).id),
            Value::Open(index) => format!("FfiOpen<{}>", self.value(Value::Enum(index))),
            Value::Oneof(index) => self.short(&self.0.oneof(index).id),
            Value::Newtype(index) => self.short(&self.0.newtype(index).id),
            Value::Logical(it) => it.rust.to_owned(),
        }
    }

    /// Returns the name of a type; the library's own types are shown without its name.
    pub(crate) fn short(&self, id: &TypeId) -> String {
        let own = id.0.strip_prefix(&self.0.library.name).and_then(|rest| rest.strip_prefix("::"));
        own.unwrap_or(&id.0).to_owned()
    }
}

/// Returns the form that numbers have in protobuf, to follow their type: nothing for the usual one.
fn form(wire: Wire) -> String {
    let mut text = String::new();
    for (key, encoding) in [("encoding", wire.encoding), ("key_encoding", wire.key_encoding)] {
        if let Some(encoding) = encoding {
            let _ = write!(text, ", {key} = \"{}\"", encoding.name());
        }
    }
    for (set, words) in [(wire.unpacked, ", packed = false"), (wire.flat, ", flatten")] {
        text += if set { words } else { "" };
    }
    match wire.unknown {
        Some(0) => text += ", unknown",
        Some(most) => _ = write!(text, ", unknown = {most}"),
        None => {}
    }
    text
}
