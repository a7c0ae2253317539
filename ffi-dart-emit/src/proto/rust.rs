//! Writes Rust source with the derives from the result of the import, and parses types in Rust's
//! notation.
//!
//! The source is formatted like the output of rustfmt with its default settings: lists that are too
//! long get lines of their own.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use ffi_core::schema::read::{DartType, ProtoName, Rules, Scalar, Type, Wire};

use super::shape::notation;
use crate::foreign::{Brackets, markdown, rust_comment, rust_string};
use crate::holder::{ALL, Holder, Holding};
use crate::logical::Logical;

/// Default width of rustfmt.
pub const WIDTH: usize = 100;

/// Width at which rustfmt gives each argument of an attribute its own line.
const ATTRIBUTE_WIDTH: usize = 70;

/// A struct or enum before it is written.
pub struct Source {
    pub doc: String,
    pub deprecated: Option<String>,
    pub name: String,
    /// Module that it is in; empty for the root.
    pub module: String,
    /// Prefix of its symbols, if another module has a type of the same name.
    pub prefix: Option<String>,
    /// Name in Dart, if it differs.
    pub rename: Option<String>,
    /// Name in .proto, if an export would choose another one.
    pub proto: Option<ProtoName>,
    pub pool: Option<Pool>,
    /// Attributes without a value: `simd`, `columns`, `arena`.
    pub flags: Vec<&'static str>,
    /// Numbers, first and last, that no field may have.
    pub reserved: Vec<(u32, u32)>,
    /// Message or enum of `google.protobuf` whose form in JSON it has.
    pub known: Option<String>,
    /// True if it lives in an arena, as it holds a handle, directly or in what it has in place.
    pub in_arena: bool,
    pub body: Body,
}

/// The pool of a message.
pub struct Pool {
    pub capacity: u64,
    pub reset: Option<String>,
}

/// Body of a struct or enum.
pub enum Body {
    /// A struct with its fields.
    Struct(Vec<Part>),
    /// A oneof with its cases, the first of which is unset.
    Oneof(Vec<Part>),
    /// An enum with its variants, and constants for further names of theirs.
    Enum { repr: Scalar, variants: Vec<Part>, constants: Vec<(String, String)> },
    /// A newtype, whose only part has the type of its value.
    Newtype { value: Vec<Part>, dart: Option<DartType> },
}

impl Body {
    /// Returns the fields, cases or variants.
    pub fn parts(&self) -> &[Part] {
        let (Self::Struct(parts)
        | Self::Oneof(parts)
        | Self::Enum { variants: parts, .. }
        | Self::Newtype { value: parts, .. }) = self;
        parts
    }

    /// Returns the fields, cases or variants.
    pub fn parts_mut(&mut self) -> &mut [Part] {
        let (Self::Struct(parts)
        | Self::Oneof(parts)
        | Self::Enum { variants: parts, .. }
        | Self::Newtype { value: parts, .. }) = self;
        parts
    }
}

/// A field, case or variant.
pub struct Part {
    pub doc: String,
    pub deprecated: Option<String>,
    pub name: String,
    /// Number in .proto of a field or case.
    pub tag: Option<u32>,
    /// Form in .proto of the numbers of a field or case.
    pub wire: Wire,
    /// Rules that the value of a field keeps.
    pub rules: Rules,
    /// Name in Dart, if it differs.
    pub rename: Option<String>,
    /// Names in JSON of a field, case or variant, if they aren't those that the derive makes.
    pub json: Vec<String>,
    pub ty: Option<Type>,
    /// Discriminant of a variant.
    pub value: Option<i128>,
}

/// An argument of an attribute.
enum Argument {
    One(String),
    /// Name and arguments of a list within.
    List(&'static str, Vec<String>),
}

/// Returns the name of a type among all modules.
pub fn key(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") }
}

/// Returns the path to the type with a [`key`] from inside of a module.
pub fn path(key: &str, from: &str) -> String {
    let (module, name) = key.rsplit_once("::").unwrap_or(("", key));
    match (module, from) {
        (module, from) if module == from => name.to_owned(),
        ("", _) => format!("super::{name}"),
        (module, "") => format!("{module}::{name}"),
        (module, _) => format!("super::{module}::{name}"),
    }
}

impl Source {
    /// Returns its name among all modules.
    pub fn key(&self) -> String {
        key(&self.module, &self.name)
    }

    /// Returns the arguments of `#[ffi(..)]`.
    fn attributes(&self) -> Vec<Argument> {
        let keys = [("rename", &self.rename), ("prefix", &self.prefix)];
        let keys = keys.into_iter().filter_map(|(key, text)| Some((key, text.as_ref()?)));
        let mut all: Vec<_> = keys.map(|(key, text)| format!("{key} = {}", rust_string(text))).collect();
        all.extend(self.pool.as_ref().map(|Pool { capacity, reset }| match reset {
            Some(reset) => format!("pool(capacity = {capacity}, reset = {})", rust_string(reset)),
            None => format!("pool = {capacity}"),
        }));
        all.extend(self.flags.iter().map(|flag| (*flag).to_owned()));
        let reserved = self
            .reserved
            .iter()
            .map(|(first, last)| if first == last { last.to_string() } else { format!("{first}..={last}") });
        let reserved: Vec<_> = reserved.collect();
        if !reserved.is_empty() {
            all.push(format!("reserved({})", reserved.join(", ")));
        }
        all.extend(self.known.iter().map(|name| format!("json = {}", rust_string(name))));
        let mut all: Vec<_> = all.into_iter().map(Argument::One).collect();
        if let Some(ProtoName { package, name, oneof }) = &self.proto {
            let parts = [("package", package), ("name", name), ("oneof", oneof)];
            let parts = parts.into_iter().filter_map(|(key, text)| Some((key, text.as_ref()?)));
            let parts = parts.map(|(key, text)| format!("{key} = {}", rust_string(text)));
            all.push(Argument::List("proto", parts.collect()));
        }
        if let Body::Newtype { dart: Some(DartType { name, import, from, to }), .. } = &self.body {
            let parts =
                [("type", Some(name)), ("import", import.as_ref()), ("from", Some(from)), ("to", Some(to))];
            let parts = parts.into_iter().filter_map(|(key, text)| Some((key, text?)));
            let parts = parts.map(|(key, text)| format!("{key} = {}", rust_string(text)));
            all.push(Argument::List("dart", parts.collect()));
        }
        all
    }
}

impl Part {
    /// Returns the arguments of `#[ffi(..)]`.
    fn attributes(&self) -> Vec<Argument> {
        let tag = self.tag.map(|tag| format!("tag = {tag}"));
        let encodings = [("encoding", self.wire.encoding), ("key_encoding", self.wire.key_encoding)];
        let encodings = encodings
            .into_iter()
            .filter_map(|(key, encoding)| Some(format!("{key} = {}", rust_string(encoding?.name()))));
        tag.into_iter()
            .chain(encodings)
            .chain(self.wire.unpacked.then(|| "packed = false".to_owned()))
            .chain(self.wire.flat.then(|| "flatten".to_owned()))
            .chain(self.wire.unknown.map(|most| match most {
                0 => "unknown".to_owned(),
                most => format!("unknown = {most}"),
            }))
            .chain(self.rules.arguments())
            .chain(self.rename.iter().map(|name| format!("rename = {}", rust_string(name))))
            .map(Argument::One)
            .chain(
                (!self.json.is_empty()).then(|| {
                    Argument::List("json", self.json.iter().map(|name| rust_string(name)).collect())
                }),
            )
            .collect()
    }
}

/// A file of Rust: the root, or one of its modules.
pub struct Module<'a> {
    /// First line of its docs.
    pub title: String,
    /// Modules in files of their own.
    pub modules: &'a [String],
    /// Types in it.
    pub items: Vec<&'a Source>,
    /// Newtypes, of which others may be in another module.
    pub newtypes: &'a HashMap<String, &'a Source>,
    /// True if a type is deprecated, which others of the import may use.
    pub deprecated: bool,
}

impl Module<'_> {
    /// Returns the whole file. `services` writes those, adds the names of `ffi_core` that they use,
    /// and returns true if all of their parts have docs.
    pub fn write(self, services: impl FnOnce(&mut String, &mut BTreeSet<&'static str>) -> bool) -> String {
        let mut used = BTreeSet::new();
        let mut documented = true;
        let mut body = String::new();
        for item in self.items {
            body += "\n";
            documented &= self::item(&mut body, item, self.newtypes, &mut used);
        }
        documented &= services(&mut body, &mut used);
        let mut out = format!("//! {}\n", self.title);
        if !documented {
            out += "\n#![allow(missing_docs, reason = \"as in the .proto file\")]\n";
        }
        if self.deprecated {
            out += if documented { "\n" } else { "" };
            out += "#![allow(deprecated, reason = \"as in the .proto file\")]\n";
        }
        if !self.modules.is_empty() {
            out += "\n";
            self.modules.iter().for_each(|name| out += &format!("pub mod {name};\n"));
        }
        if !used.is_empty() {
            out += "\n";
            used.iter().for_each(|name| out += &format!("use ffi_core::{name};\n"));
        }
        out + &body
    }
}

/// Writes an item. Returns true if all of its parts have docs.
fn item(
    out: &mut String,
    item: &Source,
    newtypes: &HashMap<String, &Source>,
    used: &mut BTreeSet<&'static str>,
) -> bool {
    let rust = |ty: &Type| notation(ty, &|id| path(&id.0, &item.module));
    lead(out, "", &item.doc, item.deprecated.as_ref());
    // A handle means nothing without its arena, so what has one isn't cloned or compared by itself.
    let message = if item.in_arena { "FfiMessage" } else { "FfiMessage, Clone, Debug, PartialEq" };
    let (derives, repr, keyword) = match &item.body {
        Body::Struct(_) => (message, "C", "struct"),
        Body::Oneof(_) => (message, "C, u32", "enum"),
        Body::Enum { repr, .. } => ("FfiEnum, Clone, Copy, Debug, PartialEq, Eq, Hash", repr.name(), "enum"),
        Body::Newtype { value, .. } => (newtype_derives(value, newtypes), "transparent", "struct"),
    };
    let _ = writeln!(out, "#[derive({derives})]\n#[repr({repr})]");
    attribute(out, "", "ffi", &item.attributes());
    if let Body::Newtype { value, .. } = &item.body {
        used.insert("FfiNewtype");
        for ty in value.iter().filter_map(|part| part.ty.as_ref()) {
            uses(ty, used);
            let _ = writeln!(out, "pub struct {}(pub {});", item.name, rust(ty));
        }
        return !item.doc.trim().is_empty();
    }
    let _ = writeln!(out, "pub {keyword} {} {{", item.name);
    let (derive, constants): (_, &[_]) = match &item.body {
        Body::Struct(_) | Body::Oneof(_) => ("FfiMessage", &[]),
        Body::Enum { constants, .. } => ("FfiEnum", constants),
        Body::Newtype { .. } => unreachable!("it was written above"),
    };
    used.insert(derive);
    let mut documented = !item.doc.trim().is_empty();
    for part in item.body.parts() {
        documented &= !part.doc.trim().is_empty();
        lead(out, "    ", &part.doc, part.deprecated.as_ref());
        attribute(out, "    ", "ffi", &part.attributes());
        if let Some(ty) = &part.ty {
            uses(ty, used);
        }
        let ty = part.ty.as_ref().map(&rust);
        let tail = part.value.map_or_else(String::new, |value| format!(" = {value}"));
        match (&item.body, ty) {
            (Body::Struct(_), Some(ty)) => {
                let line = format!("    pub {}: {ty},", part.name);
                if line.len() > WIDTH {
                    let _ = writeln!(out, "    pub {}:\n        {ty},", part.name);
                } else {
                    let _ = writeln!(out, "{line}");
                }
            }
            (_, Some(ty)) => {
                let _ = writeln!(out, "    {}({ty}){tail},", part.name);
            }
            (_, None) => {
                let _ = writeln!(out, "    {}{tail},", part.name);
            }
        }
    }
    *out += "}\n";
    if !constants.is_empty() {
        let _ = writeln!(out, "\nimpl {} {{", item.name);
        for (alias, variant) in constants {
            let _ = writeln!(
                out,
                "    /// Another name of `{variant}`.\n    pub const {alias}: Self = Self::{variant};"
            );
        }
        *out += "}\n";
    }
    documented
}

/// Returns the derives of a newtype: as many as the value in it has.
fn newtype_derives(value: &[Part], newtypes: &HashMap<String, &Source>) -> &'static str {
    if holds_float(value, newtypes) {
        "FfiNewtype, Clone, Copy, Debug, PartialEq"
    } else {
        "FfiNewtype, Clone, Copy, Debug, PartialEq, Eq, Hash"
    }
}

/// Returns true if the value of a newtype is a float, perhaps in arrays and other newtypes.
fn holds_float(value: &[Part], newtypes: &HashMap<String, &Source>) -> bool {
    value.iter().filter_map(|part| part.ty.as_ref()).any(|ty| is_float(ty, newtypes))
}

fn is_float(ty: &Type, newtypes: &HashMap<String, &Source>) -> bool {
    match ty {
        Type::Scalar(Scalar::F32 | Scalar::F64) => true,
        Type::Array { of, .. } => is_float(of, newtypes),
        Type::Newtype(id) => newtypes.get(&id.0).is_some_and(|it| holds_float(it.body.parts(), newtypes)),
        _ => false,
    }
}

/// Writes docs and deprecation.
pub fn lead(out: &mut String, pad: &str, doc: &str, deprecated: Option<&String>) {
    *out += &rust_comment(pad, doc);
    match deprecated {
        Some(note) if note.is_empty() => {
            let _ = writeln!(out, "{pad}#[deprecated]");
        }
        // Rustdoc renders the note as Markdown.
        Some(note) => {
            let note = rust_string(&markdown(note, Brackets::Text));
            attribute(out, pad, "deprecated", &[Argument::One(format!("note = {note}"))]);
        }
        None => {}
    }
}

/// Returns the line of an attribute with keys that fit it.
pub fn attribute_line(pad: &str, name: &str, keys: &[String]) -> String {
    format!("{pad}#[{name}({})]\n", keys.join(", "))
}

/// Writes an attribute as rustfmt has it.
fn attribute(out: &mut String, pad: &str, name: &str, arguments: &[Argument]) {
    let written = match arguments {
        [] => return,
        // A list that is the only argument opens and closes on the attribute's lines.
        [Argument::List(inner, parts)] => list(pad, &format!("{name}({inner}"), parts) + ")",
        _ => {
            let inside = format!("{pad}    ");
            let parts = arguments.iter().map(|it| match it {
                Argument::One(text) => text.clone(),
                Argument::List(inner, parts) => list(&inside, inner, parts),
            });
            list(pad, name, &parts.collect::<Vec<_>>())
        }
    };
    let _ = writeln!(out, "{pad}#[{written}]");
}

/// Returns `name(..)` on one line, or with a line for each argument.
fn list(pad: &str, name: &str, arguments: &[String]) -> String {
    let line = arguments.join(", ");
    if line.chars().count() <= ATTRIBUTE_WIDTH && !line.contains('\n') {
        return format!("{name}({line})");
    }
    let lines: Vec<_> = arguments.iter().map(|it| format!("{pad}    {it}")).collect();
    format!("{name}(\n{}\n{pad})", lines.join(",\n"))
}

/// Adds the names of `ffi_core` that a type uses.
pub fn uses(ty: &Type, used: &mut BTreeSet<&'static str>) {
    match ty {
        Type::Array { of, .. } => uses(of, used),
        Type::Open(_) => _ = used.insert("FfiOpen"),
        Type::Ref(_) => _ = used.insert("FfiRef"),
        Type::Logical(name) => _ = Logical::named(name).map(|it| used.insert(it.rust)),
        other => {
            if let Some(held) = other.held() {
                used.insert(held.holder.path);
                held.parts().for_each(|part| uses(part, used));
            }
        }
    }
}

/// Parses a type in Rust's notation; `named` resolves the types that have a name.
///
/// # Errors
///
/// Returns a description of the mistake.
pub fn parse(text: &str, named: &dyn Fn(&str) -> Option<Type>) -> Result<Type, String> {
    let mut parser = Parser { rest: text, named };
    let ty = parser.ty(0)?;
    match parser.rest.trim_start() {
        "" => Ok(ty),
        rest => Err(format!("`{}` is too much", rest.escape_debug())),
    }
}

/// Largest depth of a type.
const DEPTH: usize = 64;

struct Parser<'a> {
    rest: &'a str,
    named: &'a dyn Fn(&str) -> Option<Type>,
}

impl<'a> Parser<'a> {
    fn ty(&mut self, depth: usize) -> Result<Type, String> {
        if depth > DEPTH {
            return Err("it is nested too deeply".to_owned());
        }
        if self.takes('[') {
            let of = Box::new(self.ty(depth + 1)?);
            self.expect(';')?;
            let len = self.number()?;
            self.expect(']')?;
            return Ok(Type::Array { of, len });
        }
        let name = self.word();
        let holder = ALL.into_iter().find(|it| it.name == name);
        let of_name = matches!(name, "FfiOpen" | "FfiRef");
        match holder {
            _ if name.is_empty() => return Err("a type is missing".to_owned()),
            Some(holder) if !holder.is_bounded() && holder.parts == 0 => return self.held(holder, depth),
            None if !of_name => return self.plain(name),
            _ => self.expect('<')?,
        }
        let ty = match holder {
            Some(holder) => self.held(holder, depth)?,
            None => {
                let of = self.word();
                match (name, (self.named)(of)) {
                    ("FfiOpen", Some(Type::Enum(id))) => Type::Open(id),
                    ("FfiRef", Some(Type::Message(id))) => Type::Ref(id),
                    _ => return Err(format!("`{name}` can't be of `{}`", of.escape_debug())),
                }
            }
        };
        self.expect('>')?;
        Ok(ty)
    }

    /// Parses the arguments of a type.
    fn held(&mut self, holder: &Holder, depth: usize) -> Result<Type, String> {
        let mut parts = [None, None];
        for (index, part) in parts.iter_mut().take(holder.parts).enumerate() {
            if index > 0 {
                self.expect(',')?;
            }
            *part = Some(self.ty(depth + 1)?);
        }
        let mut cap = None;
        if holder.is_bounded() {
            if holder.parts > 0 {
                self.expect(',')?;
            }
            cap = Some(self.number()?);
        }
        Ok(Type::holding(holder, parts, cap).expect("it has as many parts, and a capacity if it is bounded"))
    }

    fn plain(&self, name: &str) -> Result<Type, String> {
        let scalar = match name {
            "bool" => Scalar::Bool,
            "i8" => Scalar::I8,
            "i16" => Scalar::I16,
            "i32" => Scalar::I32,
            "i64" => Scalar::I64,
            "u8" => Scalar::U8,
            "u16" => Scalar::U16,
            "u32" => Scalar::U32,
            "u64" => Scalar::U64,
            "f32" => Scalar::F32,
            "f64" => Scalar::F64,
            other => {
                let logical = || Logical::of_rust(other).map(|it| Type::Logical(it.name.to_owned()));
                let ty = (self.named)(other).or_else(logical);
                return ty.ok_or_else(|| format!("there is no type `{other}`"));
            }
        };
        Ok(Type::Scalar(scalar))
    }

    fn takes(&mut self, char: char) -> bool {
        let rest = self.rest.trim_start().strip_prefix(char);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, char: char) -> Result<(), String> {
        if self.takes(char) {
            Ok(())
        } else {
            Err(format!("`{char}` is missing before `{}`", self.rest.escape_debug()))
        }
    }

    fn word(&mut self) -> &'a str {
        let rest = self.rest.trim_start();
        let end = rest.find(|next: char| next != '_' && !next.is_alphanumeric()).unwrap_or(rest.len());
        let (word, rest) = rest.split_at(end);
        self.rest = rest;
        word
    }

    fn number(&mut self) -> Result<u64, String> {
        let word = self.word();
        word.replace('_', "").parse().map_err(|_| format!("`{}` is not a number", word.escape_debug()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::shape::rust;
    use super::*;
    use ffi_core::schema::read::TypeId;

    fn named(name: &str) -> Option<Type> {
        match name {
            "Mode" => Some(Type::Enum(TypeId("x::Mode".to_owned()))),
            "Point" => Some(Type::Message(TypeId("x::Point".to_owned()))),
            _ => None,
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for text in [
            "u8",
            "[[FfiStr<4>; 2]; 3]",
            "FfiMap<FfiOpen<Mode>, FfiVec<FfiRef<Point>, 3>, 20>",
            "FfiOption<FfiOption<Mode>>",
            "FfiBytes<7>",
            "ArenaMap<ArenaStr, ArenaVec<ArenaBox<Point>>>",
        ] {
            assert_eq!(rust(&parse(text, &named).unwrap()), text);
        }
        assert_eq!(rust(&parse(" FfiVec < u8 , 1_000 > ", &named).unwrap()), "FfiVec<u8, 1000>");
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, why) in [
            ("", "a type is missing"),
            ("String", "there is no type `String`"),
            ("FfiVec<u8>", "`,` is missing before `>`"),
            ("FfiVec<u8, x>", "`x` is not a number"),
            ("FfiStr<4> x", "`x` is too much"),
            ("FfiOpen<Point>", "`FfiOpen` can't be of `Point`"),
            ("[u8; 4", "`]` is missing before ``"),
        ] {
            let error = parse(text, &named).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
        assert!(parse(&"[".repeat(100_000), &named).unwrap_err().contains("too deeply"));
    }
}
