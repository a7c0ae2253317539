//! Makes the traits of services, and the enums of their errors.

use ffi_core::schema::read::{Scalar, Type};
use heck::{ToLowerCamelCase, ToSnakeCase, ToUpperCamelCase};
use prost_reflect::{FieldDescriptor, FileDescriptor, Kind, MessageDescriptor};

use super::forms::MOST_BY_VALUE;
use super::names::{TypeName, is_identifier, is_variant_name, member_name};
use super::options::{Found, is_error};
use super::types::is_logical;
use super::{EMPTY, Importer};
use crate::foreign::rust_string;
use crate::logical::Logical;
use crate::proto::errors::{self, ErrorEnum};
use crate::proto::names::type_name;
use crate::proto::rust;
use crate::proto::shape::notation;
use crate::proto::traits::{Method, Trait};

impl Importer<'_> {
    /// Reads the errors of the file: messages with a oneof of their variants.
    pub(super) fn errors(&mut self, main: &FileDescriptor) {
        for it in main.messages().filter(is_error) {
            let found = Found::new(&it.options());
            let given = self.given(it.full_name(), found.text("rust_name"));
            let place = (main, it.path(), it.full_name());
            let TypeName { module, name, rename, .. } =
                self.type_name(place, given, type_name(it.name()), "Error");
            self.at.clone_from(&module);
            self.error_names.insert(it.full_name().to_owned(), rust::key(&module, &name));
            let oneof = it.oneofs().find(|oneof| !oneof.is_synthetic());
            let mut cases: Vec<_> = oneof.iter().flat_map(|oneof| oneof.fields()).collect();
            cases.sort_by_key(FieldDescriptor::number);
            let in_order = (1..).zip(&cases).all(|(number, case)| case.number() == number);
            if cases.is_empty() || cases.len() != it.fields().len() || !in_order {
                let what =
                    format!("error `{}` is not a oneof of variants with the numbers from 1 on", it.name());
                let fix = "give it one oneof, whose cases have the numbers 1, 2, 3, ..";
                self.problem(main, it.path(), what, fix);
            }
            let mut variants: Vec<errors::Variant> = Vec::new();
            for case in cases {
                let Some(variant) = self.error_variant(main, &it, &case) else { continue };
                if !is_variant_name(&variant.name) || variants.iter().any(|it| it.name == variant.name) {
                    let what = format!("the variant can't be called `{}` in Rust", variant.name);
                    let fix = "give its message another name in Rust with the option `(ffi.rust_name)`";
                    self.field_problem(&case, what, fix);
                }
                variants.push(variant);
            }
            let doc = self.doc(main, it.path());
            let rename = found.text("dart_name").or(rename);
            let used = std::mem::take(&mut self.used);
            self.errors.push(ErrorEnum { doc, name, module, rename, used, variants });
        }
    }

    /// Returns the variant of an error that a case of its oneof is.
    fn error_variant(
        &mut self,
        main: &FileDescriptor,
        error: &MessageDescriptor,
        case: &FieldDescriptor,
    ) -> Option<errors::Variant> {
        let Kind::Message(it) = case.kind() else {
            self.field_problem(case, "a variant of an error is a message", "put it into a message");
            return None;
        };
        if it.parent_message().as_ref() != Some(error) {
            let fix = format!("declare its message in `{}`", error.name());
            self.field_problem(case, "a variant of an error is a message of its own", fix);
            return None;
        }
        let found = Found::new(&it.options());
        let internal = found.flag("is_internal");
        let fields = it.fields().filter(|_| !internal).filter_map(|field| {
            let options = Found::new(&field.options());
            let name = options.text("field_rust_name").filter(|name| is_identifier(name));
            let name = name.or_else(|| member_name(field.name()))?;
            let ty = self.error_field(&field)?;
            let doc = self.doc(main, field.path());
            Some(errors::Field { doc, name, rename: options.text("field_dart_name"), ty })
        });
        let fields = fields.collect();
        Some(errors::Variant {
            doc: self.doc(main, it.path()),
            name: found.text("rust_name").unwrap_or_else(|| type_name(it.name())),
            rename: found.text("dart_name"),
            internal,
            fields,
        })
    }

    /// Returns the Rust type of a field of an error: one of a message if its options say so, and
    /// else a `String`, a `Vec`, an `Option` or a single value.
    fn error_field(&mut self, field: &FieldDescriptor) -> Option<String> {
        let typed = Found::new(&field.options()).text("rust_type");
        let named = match &typed {
            Some(text) => {
                match rust::parse(text, &|name| self.named(field.parent_file().package_name(), name)) {
                    Ok(ty) => Some(ty),
                    Err(why) => {
                        let what = format!("its type `{}` can't be read: {why}", text.escape_debug());
                        self.field_problem(field, what, "mend the option `(ffi.rust_type)`");
                        return None;
                    }
                }
            }
            None => None,
        };
        let of = match &named {
            Some(ty) => {
                rust::uses(ty, &mut self.used);
                self.notation(ty)
            }
            None => match field.kind() {
                Kind::String => "String".to_owned(),
                Kind::Bytes => "Vec<u8>".to_owned(),
                _ => self.method_type(field)?,
            },
        };
        // Such a type is the whole field, and not one of several values.
        let is_whole = match &named {
            Some(Type::Vec { .. } | Type::Option { .. }) => true,
            Some(Type::Array { of, .. }) => **of != Type::Scalar(Scalar::U8),
            _ => false,
        };
        Some(match () {
            () if is_whole => of,
            () if field.is_list() => format!("Vec<{of}>"),
            () if field.field_descriptor_proto().proto3_optional() => format!("Option<{of}>"),
            () => of,
        })
    }

    /// Returns the error of a method, if its options name one.
    fn error_of(&mut self, main: &FileDescriptor, path: &[i32], found: &Found) -> Option<String> {
        let name = found.text("error")?;
        let error = main.messages().filter(is_error).find(|it| it.name() == name);
        if error.is_none() {
            let what = format!("there is no error `{}` in this file", name.escape_debug());
            let fix = "declare it as a message with `option (ffi.is_error) = true;`";
            self.problem(main, path, what, fix);
            return None;
        }
        error.and_then(|it| Some(rust::path(self.error_names.get(it.full_name())?, &self.at)))
    }

    /// Reads the services of the file. A stream of requests that are no messages in Rust is left
    /// out aloud.
    pub(super) fn services(&mut self, main: &FileDescriptor) {
        const FIX: &str = "give it another name in Rust with the option `(ffi.method_rust_name)`";
        for service in main.services() {
            let found = Found::new(&service.options());
            if service.methods().len() == 0 {
                let what = format!("service `{}` is left out: it has no methods", service.name());
                self.warning(main, service.path(), &what);
                continue;
            }
            let given = self.given(service.full_name(), found.text("service_rust_name"));
            let place = (main, service.path(), service.full_name());
            let is_given = given.is_some();
            let TypeName { module, name, prefix, rename } =
                self.type_name(place, given, type_name(service.name()), "Service");
            self.at.clone_from(&module);
            let mut methods: Vec<Method> = Vec::new();
            for method in service.methods() {
                let full = format!("{}.{}", service.name(), method.name());
                let read = method.is_client_streaming().then(|| self.read(&method.input()));
                let read = match read.transpose() {
                    Ok(read) => read,
                    Err(why) => {
                        self.warning(main, method.path(), &format!("rpc `{full}` is left out: {why}"));
                        continue;
                    }
                };
                let found = Found::new(&method.options());
                let rust =
                    found.text("method_rust_name").or_else(|| member_name(&method.name().to_snake_case()));
                let known = |rust: &String| methods.iter().any(|it| it.name == *rust);
                let Some(rust) = rust.filter(|it| is_identifier(it) && !known(it)) else {
                    self.problem(main, method.path(), format!("rpc `{full}` has no name in Rust"), FIX);
                    continue;
                };
                let is_stream = method.is_server_streaming();
                let mode = found.text("mode").filter(|_| !is_stream);
                // Dart doesn't wait for what reads its stream.
                let unsaid = if read.is_some() && !is_stream { "async" } else { "" };
                let mode = mode.unwrap_or_else(|| unsaid.to_owned());
                let started = is_stream || matches!(mode.as_str(), "async" | "blocking");
                let by_value = [Some(method.output()), Some(method.input()).filter(|_| started)];
                if let Some(large) = by_value.into_iter().flatten().find(|it| self.is_too_large(it)) {
                    let what = format!(
                        "rpc `{full}` is left out: `{}` has more than {MOST_BY_VALUE} bytes, and needs `(ffi.pool_size)` \
                         to be passed",
                        large.full_name()
                    );
                    self.warning(main, method.path(), &what);
                    continue;
                }
                let doc = self.doc(main, method.path());
                let error = self.error_of(main, method.path(), &found);
                let mut keys = Vec::new();
                let renamed = method.name().to_lower_camel_case();
                if rust.to_lower_camel_case() != renamed && found.0.contains_key("method_rust_name") {
                    keys.push(format!("rename = {}", rust_string(&renamed)));
                }
                keys.extend((mode == "blocking").then(|| "blocking".to_owned()));
                keys.extend((found.flag("getter") && !started).then(|| "getter".to_owned()));
                let window =
                    found.number("window").filter(|window| (is_stream || read.is_some()) && *window > 0);
                keys.extend(window.map(|window| format!("window = {window}")));
                let deprecated = method.method_descriptor_proto().options.as_ref();
                let params = match read {
                    Some(read) => vec![("requests".to_owned(), read)],
                    None => self.request(&method.input(), started),
                };
                let result = self.response(&method.output());
                methods.push(Method {
                    doc,
                    deprecated: deprecated.is_some_and(|it| it.deprecated()).then(String::new),
                    name: rust,
                    full,
                    is_async: mode == "async",
                    is_stream,
                    keys,
                    params,
                    result,
                    error,
                });
            }
            let deprecated = service.service_descriptor_proto().options.as_ref();
            let deprecated = deprecated.is_some_and(|it| it.deprecated()).then(String::new);
            if methods.is_empty() {
                let what = format!("service `{}` is left out, as all of its methods are", service.name());
                self.warning(main, service.path(), &what);
                continue;
            }
            let doc = self.doc(main, service.path());
            let own = type_name(service.name());
            let own = Some(own).filter(|it| is_given && *it != name.to_upper_camel_case());
            let used = std::mem::take(&mut self.used);
            let rename = own.or(rename);
            self.services.push(Trait { doc, deprecated, name, module, prefix, rename, used, methods });
        }
    }

    /// Returns the type of the parameter that reads a stream of messages, or the reason why there
    /// is none.
    fn read(&mut self, it: &MessageDescriptor) -> Result<String, &'static str> {
        let is_request = Found::new(&it.options()).flag("is_request");
        let owned = if it.full_name() == EMPTY || is_request { None } else { self.owned(it) };
        owned.map(|message| format!("FfiInput<{message}>")).ok_or("its requests are no messages in Rust")
    }

    /// Returns the type that passes a message by value: its arena if it lives in one, and the box
    /// of its slot if it has a pool and is too large for the stack.
    fn owned(&mut self, it: &MessageDescriptor) -> Option<String> {
        let key = self.names.get(it.full_name())?.clone();
        let lent = self.lent(it)?;
        if !self.arenas.contains(&key) && self.is_large(&key) && self.pool_size(it).is_some() {
            self.used.insert("PoolBox");
            return Some(format!("PoolBox<{lent}>"));
        }
        Some(lent)
    }

    /// Returns the type that passes a message by reference: its arena if it lives in one.
    fn lent(&mut self, it: &MessageDescriptor) -> Option<String> {
        let key = self.names.get(it.full_name())?;
        let message = rust::path(key, &self.at);
        if self.arenas.contains(key) {
            self.used.insert("arena::FfiArena");
            return Some(format!("FfiArena<{message}>"));
        }
        Some(message)
    }

    /// Returns true for a message that a method can't pass by value, and which has neither an arena
    /// nor a pool.
    fn is_too_large(&mut self, it: &MessageDescriptor) -> bool {
        let Some(key) = self.names.get(it.full_name()) else { return false };
        let by_value = !self.arenas.contains(key);
        by_value && self.is_large(&key.clone()) && self.pool_size(it).is_none()
    }

    /// Returns the path to a message or enum from where the service or error is.
    fn path(&self, full: &str) -> Option<String> {
        Some(rust::path(self.names.get(full)?, &self.at))
    }

    /// Returns a type in Rust's notation, as it is named where the service or error is.
    fn notation(&self, ty: &Type) -> String {
        notation(ty, &|id| rust::path(&id.0, &self.at))
    }

    /// Returns the parameters of a method, names and types. A method that is `started` owns them.
    fn request(&mut self, it: &MessageDescriptor, started: bool) -> Vec<(String, String)> {
        if it.full_name() == EMPTY {
            return Vec::new();
        }
        if !Found::new(&it.options()).flag("is_request") {
            let message = match started {
                true => self.owned(it).unwrap_or_default(),
                false => format!("&{}", self.lent(it).unwrap_or_default()),
            };
            return vec![("request".to_owned(), message)];
        }
        let field = |field: FieldDescriptor| {
            let of = self.method_type(&field)?;
            let name = member_name(field.name()).filter(|it| is_identifier(it))?;
            let is_message = matches!(field.kind(), Kind::Message(_));
            let list = |of: &str| if started { format!("Vec<{of}>") } else { format!("&[{of}]") };
            let ty = match field.kind() {
                _ if field.is_list() => return Some((name, list(&of))),
                Kind::String if started => "String".to_owned(),
                Kind::String => "&str".to_owned(),
                Kind::Bytes => list("u8"),
                _ if is_message && !started => format!("&{of}"),
                _ => of,
            };
            Some((
                name,
                if field.supports_presence() && !is_message
                    || field.field_descriptor_proto().proto3_optional()
                {
                    format!("Option<{ty}>")
                } else {
                    ty
                },
            ))
        };
        it.fields().filter_map(field).collect()
    }

    /// Returns the type of a method's result.
    fn response(&mut self, it: &MessageDescriptor) -> String {
        if it.full_name() == EMPTY {
            return "()".to_owned();
        }
        if !Found::new(&it.options()).flag("is_response") {
            return self.owned(it).unwrap_or_default();
        }
        let Some(field) = it.fields().next() else { return "()".to_owned() };
        let Some(of) = self.method_type(&field) else { return "()".to_owned() };
        let ty = match field.kind() {
            _ if field.is_list() => return format!("Vec<{of}>"),
            Kind::String => "String".to_owned(),
            Kind::Bytes => "Vec<u8>".to_owned(),
            _ => of,
        };
        if field.field_descriptor_proto().proto3_optional() { format!("Option<{ty}>") } else { ty }
    }

    /// Returns the Rust type of one value of a parameter or result.
    fn method_type(&mut self, field: &FieldDescriptor) -> Option<String> {
        if let Some(text) = Found::new(&field.options()).text("rust_type") {
            match rust::parse(&text, &|name| self.named(field.parent_file().package_name(), name)) {
                Ok(ty @ (Type::Scalar(_) | Type::Newtype(_))) => return Some(self.notation(&ty)),
                _ => {
                    let what = format!("`{}` is neither a parameter nor a result", text.escape_debug());
                    self.field_problem(field, what, "take a number, or a type with a name");
                    return None;
                }
            }
        }
        let ty = match field.kind() {
            Kind::Int32 => "i32",
            Kind::Int64 => "i64",
            Kind::Uint32 => "u32",
            Kind::Uint64 => "u64",
            Kind::Float => "f32",
            Kind::Double => "f64",
            Kind::Bool => "bool",
            Kind::String | Kind::Bytes if !field.is_list() => "",
            Kind::Enum(it) => return self.path(it.full_name()),
            Kind::Message(it) if is_logical(&it) => {
                let logical = Logical::of_proto(it.full_name())?;
                self.used.insert(logical.rust);
                logical.rust
            }
            Kind::Message(it) if !field.is_map() && !field.is_list() => return self.owned(&it),
            Kind::Message(it) if !field.is_map() => return self.path(it.full_name()),
            _ => {
                self.field_problem(
                    field,
                    "a parameter or result of a method, or a field of an error, can't be that",
                    "put it into a message of its own",
                );
                return None;
            }
        };
        Some(ty.to_owned())
    }
}
