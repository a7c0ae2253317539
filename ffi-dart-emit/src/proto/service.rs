//! Writes services, with the messages of their methods and their errors.
//!
//! A method is an `rpc`. Its parameters are the fields of a request message; a result that is no
//! message is the only field of a response message. What protobuf has no words for is left out, and
//! a comment lists it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use ffi_core::schema::read::{Scalar, Type as RecordType, TypeId};
use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

use super::shape::{Element, Label, Types};
use super::shape::{physical, rust, shape};
use crate::foreign::{proto_comment, proto_string as string};
use crate::model::{
    ErrorField, ErrorFieldType, ErrorIndex, ErrorType, Function, InputItem, Item, Mode, Model, Object,
    ObjectIndex, Param, Passing, Returns, Role, Type, Value,
};

/// Writer of the services of a model.
pub struct Services<'a, T> {
    pub model: &'a Model,
    /// Returns a type as the file refers to it.
    pub reference: &'a dyn Fn(&TypeId) -> String,
    pub types: &'a T,
    /// Package of the options, as the file refers to it.
    pub options: &'static str,
    /// Message for no parameters and no result, as the file refers to it.
    pub empty: &'static str,
}

/// The text of all services.
pub struct Written {
    pub text: String,
    /// True if the file needs the message without fields.
    pub empty: bool,
    /// Files of protobuf with the messages of logical types.
    pub files: BTreeSet<&'static str>,
}

/// A field of a request or response.
struct Field {
    /// Label and type, such as `repeated Row`.
    declared: String,
    /// Type in Rust, if the declared one doesn't imply it.
    rust: Option<String>,
}

/// Returns true if Rust calls the type of a keyword of protobuf like that.
fn implies(keyword: &str, rust: &str) -> bool {
    let implied = match keyword {
        "int32" => "i32",
        "int64" => "i64",
        "uint32" => "u32",
        "uint64" => "u64",
        "float" => "f32",
        "double" => "f64",
        "bool" => "bool",
        _ => return true,
    };
    implied == rust
}

impl<T: Types> Services<'_, T> {
    /// Writes all services and their errors.
    pub fn write(&self) -> Written {
        let mut written = Written { text: String::new(), empty: false, files: BTreeSet::new() };
        let mut errors = BTreeSet::new();
        for index in self.model.object_indices() {
            let object = self.model.object(index);
            if object.is_service {
                self.service(&mut written, index, object, &mut errors);
            }
        }
        for index in errors {
            self.error(&mut written, self.model.error(index));
        }
        self.others(&mut written.text);
        written
    }

    fn service(
        &self,
        written: &mut Written,
        index: ObjectIndex,
        object: &Object,
        errors: &mut BTreeSet<ErrorIndex>,
    ) {
        let name = named(&object.item.rename, &object.item.name).to_upper_camel_case();
        let (mut body, mut messages, mut left_out) = (String::new(), String::new(), Vec::new());
        for (_, method, role) in self.model.members(index) {
            let rpc = named(&method.item.rename, &method.item.name).to_upper_camel_case();
            match self.method(written, &mut messages, &name, &rpc, method, role) {
                Ok(text) => {
                    body += "\n";
                    body += &proto_comment("  ", &method.item.doc);
                    body += &text;
                    errors.extend(method.error);
                }
                Err(what) => left_out.push(format!("`{}`: it takes or returns {what}.", method.item.name)),
            }
        }
        let mut doc = object.item.doc.clone();
        if !left_out.is_empty() {
            doc += if doc.is_empty() { "" } else { "\n\n" };
            doc += "Not in protobuf:\n";
            doc += &left_out.join("\n");
        }
        written.text += "\n";
        written.text += &proto_comment("", &doc);
        let _ = writeln!(written.text, "service {name} {{");
        if name != object.item.name {
            let rust = string(&object.item.name);
            let _ = writeln!(written.text, "  option ({}.service_rust_name) = {rust};", self.options);
        }
        let _ = writeln!(written.text, "{}}}", body.strip_prefix('\n').unwrap_or(&body));
        written.text += &messages;
    }

    /// Returns the `rpc` of a method, and adds its messages; the error is what protobuf can't say.
    fn method(
        &self,
        written: &mut Written,
        messages: &mut String,
        service: &str,
        rpc: &str,
        method: &Function,
        role: Role,
    ) -> Result<String, &'static str> {
        let mut fields = Vec::new();
        let read = self.read(written, method)?;
        for param in method.params.iter().filter(|_| read.is_none()) {
            fields.push((param.name.to_snake_case(), self.param(written, param)?));
        }
        let (response, result) = match method.returns {
            None => (String::new(), None),
            Some(Returns::Value(value @ (Value::Message(_) | Value::Oneof(_)))) if !method.optional => {
                (self.value(written, value)?.declared, None)
            }
            Some(returns) => {
                (format!("{service}{rpc}Response"), Some(self.result(written, returns, method.optional)?))
            }
        };
        let requests = if read.is_some() { "stream " } else { "" };
        let request = match read {
            Some(item) => item,
            None if fields.is_empty() => String::new(),
            None => format!("{service}{rpc}Request"),
        };
        if !fields.is_empty() {
            self.message(messages, &request, "is_request", &fields);
        }
        if let Some(field) = result {
            self.message(messages, &response, "is_response", &[("value".to_owned(), field)]);
        }
        written.empty |= request.is_empty() || response.is_empty();
        let or_empty = |name: String| if name.is_empty() { self.empty.to_owned() } else { name };
        let mut options = Vec::new();
        let mut set =
            |name: &str, value: String| options.push(format!("option ({}.{name}) = {value};", self.options));
        if rpc.to_snake_case() != method.item.name {
            set("method_rust_name", string(&method.item.name));
        }
        match method.mode {
            Mode::Sync | Mode::Stream => {}
            Mode::Async => set("mode", string("async")),
            Mode::Blocking => set("mode", string("blocking")),
        }
        if method.window > 0 {
            set("window", method.window.to_string());
        }
        if role == Role::Getter {
            set("getter", "true".to_owned());
        }
        if let Some(error) = method.error {
            set("error", string(&error_name(self.model.error(error))));
        }
        if method.item.deprecated.is_some() {
            options.push("option deprecated = true;".to_owned());
        }
        let stream = if method.mode == Mode::Stream { "stream " } else { "" };
        let head =
            format!("  rpc {rpc}({requests}{}) returns ({stream}{})", or_empty(request), or_empty(response));
        Ok(match options.as_slice() {
            [] => format!("{head};\n"),
            options => format!("{head} {{\n    {}\n  }}\n", options.join("\n    ")),
        })
    }

    /// Returns the message that the client streams, if the only parameter is a stream of messages.
    fn read(&self, written: &mut Written, method: &Function) -> Result<Option<String>, &'static str> {
        let [Param { passing: Passing::Input(item), .. }] = method.params.as_slice() else { return Ok(None) };
        let message = match item {
            InputItem::Value(value @ (Value::Message(_) | Value::Oneof(_))) => *value,
            InputItem::Pool(message) | InputItem::Arena(message) => Value::Message(*message),
            _ => return Ok(None),
        };
        Ok(Some(self.value(written, message)?.declared))
    }

    fn message(&self, out: &mut String, name: &str, kind: &str, fields: &[(String, Field)]) {
        let _ = write!(out, "\nmessage {name} {{\n  option ({}.{kind}) = true;\n\n", self.options);
        for (number, (field, Field { declared, rust })) in (1..).zip(fields) {
            let option = rust.as_ref().map_or_else(String::new, |rust| {
                format!(" [({}.rust_type) = {}]", self.options, string(rust))
            });
            let _ = writeln!(out, "  {declared} {field} = {number}{option};");
        }
        *out += "}\n";
    }

    fn param(&self, written: &mut Written, param: &Param) -> Result<Field, &'static str> {
        let labelled =
            |label: &str, field: Field| Field { declared: format!("{label}{}", field.declared), ..field };
        let field = match &param.passing {
            Passing::Value(value) | Passing::Reference { to: value, mutable: false } => {
                self.value(written, *value)?
            }
            Passing::Pool(message) => self.value(written, Value::Message(*message))?,
            Passing::Text | Passing::CText => Field { declared: "string".to_owned(), rust: None },
            Passing::Slice { of, mutable: false } | Passing::Moved(of) => {
                return self.list(written, *of, param.optional);
            }
            Passing::Reference { .. } | Passing::Slice { .. } => return Err("memory that it changes"),
            Passing::Columns { .. } => return Err("columns"),
            Passing::Callback { .. } => return Err("a function"),
            Passing::Listener(_) => return Err("an object of Dart"),
            Passing::Input(_) => {
                return Err("a stream of Dart beside other parameters, or of values in no message");
            }
            Passing::Object(_) => return Err("an object"),
            Passing::Arena { .. } => return Err("an arena"),
        };
        Ok(if param.optional { labelled("optional ", field) } else { field })
    }

    fn list(&self, written: &mut Written, of: Value, optional: bool) -> Result<Field, &'static str> {
        let field = self.value(written, of)?;
        if field.rust.as_deref() == Some("u8") {
            let label = if optional { "optional " } else { "" };
            return Ok(Field { declared: format!("{label}bytes"), rust: None });
        }
        if optional {
            return Err("a list that may be absent");
        }
        Ok(Field { declared: format!("repeated {}", field.declared), ..field })
    }

    fn result(&self, written: &mut Written, returns: Returns, optional: bool) -> Result<Field, &'static str> {
        let field = match returns {
            Returns::Value(value) => self.value(written, value)?,
            Returns::Text => Field { declared: "string".to_owned(), rust: None },
            Returns::Vec(of) => return self.list(written, of, optional),
            Returns::Pool(message) => self.value(written, Value::Message(message))?,
            Returns::Columns(_) => return Err("columns"),
            Returns::Object(_) => return Err("an object"),
            Returns::Arena(_) => return Err("an arena"),
        };
        let label = if optional { "optional " } else { "" };
        Ok(Field { declared: format!("{label}{}", field.declared), ..field })
    }

    /// Returns a single value.
    fn value(&self, written: &mut Written, value: Value) -> Result<Field, &'static str> {
        self.ty(written, &type_of(self.model, value))
    }

    fn ty(&self, written: &mut Written, ty: &Type) -> Result<Field, &'static str> {
        if let Type::Logical(it) = ty.physical() {
            written.files.extend(it.proto_file);
        }
        let record = ty.record(self.model);
        let form = shape(&physical(&record, &|id| self.types.newtype(id)), self.types);
        let rust = rust(&record);
        match (form.label, form.of) {
            (Label::Plain, Element::Keyword(keyword)) => {
                Ok(Field { declared: keyword.to_owned(), rust: (!implies(keyword, &rust)).then_some(rust) })
            }
            (Label::Plain, Element::Named(id)) => Ok(Field { declared: (self.reference)(&id), rust: None }),
            (Label::Optional, Element::Named(id)) => {
                Ok(Field { declared: format!("optional {}", (self.reference)(&id)), rust: Some(rust) })
            }
            (Label::Repeated, Element::Keyword(keyword)) => {
                Ok(Field { declared: format!("repeated {keyword}"), rust: Some(rust) })
            }
            (Label::Repeated, Element::Named(id)) => {
                Ok(Field { declared: format!("repeated {}", (self.reference)(&id)), rust: Some(rust) })
            }
            _ => Err("a container in a container"),
        }
    }

    /// Writes an error as a message with a oneof of its variants, and an enum of their numbers.
    fn error(&self, written: &mut Written, error: &ErrorType) {
        let name = error_name(error);
        let (mut nested, mut cases, mut codes) = (String::new(), String::new(), String::new());
        let prefix = format!("{}_CODE", name.to_shouty_snake_case());
        for (number, variant) in (1..).zip(&error.variants) {
            let class = variant.item.name.to_upper_camel_case();
            let mut lines = self.type_options("    ", &variant.item, &class);
            if variant.internal {
                lines.push(format!("    option ({}.is_internal) = true;", self.options));
                lines.push("    uint64 id = 1;".to_owned());
            }
            for (tag, field) in (1..).zip(&variant.fields) {
                lines.push(self.error_field(written, tag, field));
            }
            let _ = write!(nested, "\n{}  message {class} {{", proto_comment("  ", &variant.item.doc));
            nested +=
                &if lines.is_empty() { "}\n".to_owned() } else { format!("\n{}\n  }}\n", lines.join("\n")) };
            let _ = writeln!(cases, "    {class} {} = {number};", class.to_snake_case());
            let _ = writeln!(codes, "  {prefix}_{} = {number};", class.to_shouty_snake_case());
        }
        let doc = proto_comment("", &error.item.doc);
        let options: String =
            self.type_options("  ", &error.item, &name).iter().map(|line| format!("{line}\n")).collect();
        let _ = write!(
            written.text,
            "\n{doc}message {name} {{\n  option ({0}.is_error) = true;\n{options}{nested}\n  oneof variant {{\n{cases}  }}\n}}\n\n\
             // Numbers of the variants of `{name}`.\nenum {name}Code {{\n  option ({0}.is_error_code) = true;\n\n  \
             {prefix}_UNSPECIFIED = 0;\n{codes}}}\n",
            self.options
        );
    }

    /// Returns the options of the message of an error or a variant, which is called `name`.
    fn type_options(&self, pad: &str, item: &Item, name: &str) -> Vec<String> {
        let rust = (item.name != name).then_some(("rust_name", &item.name));
        let all = rust.into_iter().chain(item.rename.iter().map(|it| ("dart_name", it)));
        all.map(|(key, text)| format!("{pad}option ({}.{key}) = {};", self.options, string(text))).collect()
    }

    /// Returns the line of a field of a variant, or the comment that protobuf can't say it.
    fn error_field(&self, written: &mut Written, tag: u32, field: &ErrorField) -> String {
        let name = field.item.name.to_snake_case();
        let doc = proto_comment("    ", &field.item.doc);
        match self.error_type(written, &field.ty) {
            Err(what) => format!("{doc}    // `{name}` is {what}."),
            Ok(Field { declared, rust }) => {
                let renamed = (field.item.name != name).then_some(&field.item.name);
                let options = [
                    ("field_rust_name", renamed),
                    ("field_dart_name", field.item.rename.as_ref()),
                    ("rust_type", rust.as_ref()),
                ];
                let options = options
                    .into_iter()
                    .filter_map(|(key, text)| Some(format!("({}.{key}) = {}", self.options, string(text?))));
                let options = options.collect::<Vec<_>>().join(", ");
                let options = if options.is_empty() { options } else { format!(" [{options}]") };
                format!("{doc}    {declared} {name} = {tag}{options};")
            }
        }
    }

    /// Returns the type of a field of a variant, with its type in Rust unless the import finds it.
    fn error_type(&self, written: &mut Written, ty: &ErrorFieldType) -> Result<Field, &'static str> {
        let single = |label: &str, field: Field, what| match field.declared.contains(' ') {
            true => Err(what),
            false => Ok(Field { declared: format!("{label} {}", field.declared), ..field }),
        };
        match ty {
            ErrorFieldType::Value(ty) => {
                let declared = self.ty(written, ty)?.declared;
                let record = ty.record(self.model);
                let implied = match &record {
                    RecordType::Message(_)
                    | RecordType::Oneof(_)
                    | RecordType::Enum(_)
                    | RecordType::Logical(_) => true,
                    RecordType::Scalar(it) => implies(&declared, it.name()),
                    _ => false,
                };
                Ok(Field { declared, rust: (!implied).then(|| rust(&record)) })
            }
            ErrorFieldType::Text => Ok(Field { declared: "string".to_owned(), rust: None }),
            ErrorFieldType::Vec(of) if **of == ErrorFieldType::Value(Type::Scalar(Scalar::U8)) => {
                Ok(Field { declared: "bytes".to_owned(), rust: None })
            }
            ErrorFieldType::Vec(of) => single("repeated", self.error_type(written, of)?, "a list of lists"),
            ErrorFieldType::Option(of) => {
                single("optional", self.error_type(written, of)?, "a list that may be absent")
            }
        }
    }

    /// Lists the types of objects, which protobuf has no words for, beside services.
    fn others(&self, out: &mut String) {
        let objects = self.model.objects.iter().filter(|it| !it.is_service);
        let names: Vec<_> = objects.map(|it| format!("`{}`", it.item.name)).collect();
        let any = self.model.objects.iter().any(|it| it.is_service);
        if any && !names.is_empty() {
            let _ = write!(
                out,
                "\n{}",
                proto_comment("", &format!("Not in protobuf, as they are objects: {}.", names.join(", ")))
            );
        }
    }
}

fn named<'n>(rename: &'n Option<String>, name: &'n str) -> &'n str {
    rename.as_deref().unwrap_or(name)
}

fn error_name(error: &ErrorType) -> String {
    error.item.name.to_upper_camel_case()
}

/// Returns the type of a value.
fn type_of(model: &Model, value: Value) -> Type {
    match value {
        Value::Scalar(it) => Type::Scalar(it),
        Value::Enum(index) => Type::Enum(index),
        Value::Open(index) => Type::Open(index),
        Value::Message(index) => Type::Message(index),
        Value::Oneof(index) => Type::Oneof(index),
        Value::Newtype(index) => Type::Newtype { index, of: Box::new(model.newtype(index).ty.clone()) },
        Value::Logical(it) => Type::Logical(it),
    }
}
