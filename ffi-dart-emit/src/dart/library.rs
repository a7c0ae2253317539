//! The library's class: opening, checks, one method per function.

use askama::Template;
use ffi_core::boundary::ABI_VERSION;
use ffi_core::schema::read::LibrarySymbols;

use crate::model::{Function, Model, Passing, Problem, Problems, Type, Value};

use super::layout::{self, Parameters};
use super::names::{FunctionNames, Names};
use super::types::{self, Types};

/// The file with the library's class.
#[derive(Template)]
#[template(path = "dart/library.dart.jinja", escape = "none")]
pub struct LibraryFile<'a> {
    library: &'a str,
    package: &'a str,
    variable: &'a str,
    /// The Rust library, which names the file.
    file: &'a str,
    doc: String,
    abi: u32,
    symbols: &'a LibrarySymbols,
    messages: bool,
    enums: bool,
    signatures: Vec<String>,
    fields: Vec<String>,
    bindings: Vec<String>,
    checks: Vec<String>,
    methods: Vec<String>,
}

impl<'a> LibraryFile<'a> {
    /// The file for `model`.
    pub fn new(model: &'a Model, names: &'a Names<'_>) -> Self {
        let symbols = &model.library.symbols;
        let doc = format!(
            "The Rust library `{}` {}: one method per exported function.\n\n\
             There is one per isolate. Every call throws an [FfiException] when Rust\n\
             refuses an argument or panics.",
            model.library.name, model.library.version
        );
        let mut file = Self {
            library: &names.library,
            package: &names.package,
            variable: &names.variable,
            file: &model.library.name,
            doc: layout::doc(0, &doc),
            abi: ABI_VERSION,
            symbols,
            messages: !model.messages.is_empty() || !model.oneofs.is_empty(),
            enums: false,
            signatures: Vec::new(),
            fields: Vec::new(),
            bindings: Vec::new(),
            checks: Vec::new(),
            methods: Vec::new(),
        };
        for symbol in [&symbols.status_clear, &symbols.alloc, &symbols.free] {
            file.check("symbol", &["'library'".into(), layout::string(symbol)]);
        }
        for it in &model.enums {
            let item = layout::string(&format!("enum {}", it.item.name));
            file.fingerprint(&item, &it.fingerprint_symbol, it.fingerprint);
        }
        for it in &model.messages {
            let item = layout::string(&format!("message {}", it.item.name));
            file.fingerprint(&item, &it.fingerprint_symbol, it.fingerprint);
            let size = format!("sizeOf<{}>()", names.of(&it.id).name);
            file.check("size", &[item, size, it.size.to_string()]);
        }
        for it in &model.oneofs {
            let item = layout::string(&format!("oneof {}", it.item.name));
            file.fingerprint(&item, &it.fingerprint_symbol, it.fingerprint);
            let size = format!("sizeOf<{}>()", names.of(&it.id).name);
            file.check("size", &[item, size, it.size.to_string()]);
        }
        let mut signatures = Vec::new();
        for (it, own) in model.functions.iter().zip(&names.functions) {
            let item = layout::string(&format!("function {}", it.item.name));
            file.check("symbol", &[item.clone(), layout::string(&it.symbol)]);
            file.fingerprint(&item, &it.fingerprint_symbol, it.fingerprint);
            let last = file.methods.len() + 1 == model.functions.len();
            file.function(model, names, it, own, last, &mut signatures);
        }
        for (index, signature) in signatures.iter().enumerate() {
            let Signature { native, dart } = signature;
            file.signatures.push(layout::function_type(&format!("_C{index}"), &native[0], &native[1..]));
            file.signatures.push(layout::function_type(&format!("_D{index}"), &dart[0], &dart[1..]));
        }
        file
    }

    fn check(&mut self, kind: &str, arguments: &[String]) {
        self.checks.push(layout::call(4, "", &format!("check.{kind}"), arguments, ";"));
    }

    fn fingerprint(&mut self, item: &str, symbol: &str, expected: crate::model::Fingerprint) {
        self.check("fingerprint", &[item.to_owned(), layout::string(symbol), expected.to_string()]);
    }

    fn function(
        &mut self,
        model: &Model,
        names: &Names<'_>,
        it: &Function,
        own: &FunctionNames,
        last: bool,
        signatures: &mut Vec<Signature>,
    ) {
        let signature = Signature::new(model, names, it);
        let number = signatures.iter().position(|other| *other == signature).unwrap_or_else(|| {
            signatures.push(signature);
            signatures.len() - 1
        });
        let binding = format!("_{}Native", own.name);
        self.fields.push(layout::declaration(2, &format!("final _D{number}"), &binding, ";"));
        let mut lookup = vec![layout::string(&it.symbol)];
        lookup.extend(it.leaf.then(|| "isLeaf: true".to_owned()));
        let callee = format!("lookupFunction<_C{number}, _D{number}>");
        let after = if last { " {" } else { "," };
        self.bindings.push(layout::initializer(&binding, "library", &callee, &lookup, after));

        let mut arguments = Vec::new();
        let mut parameters = Vec::new();
        for (param, name) in it.params.iter().zip(&own.params) {
            self.enums |= matches!(
                param.passing,
                Passing::Value(Value::Enum(_) | Value::Open(_))
                    | Passing::Slice { of: Value::Enum(_) | Value::Open(_), .. }
            );
            parameters.push(format!("{} {name}", types::parameter(names, model, &param.passing)));
            match param.passing {
                Passing::Value(Value::Enum(_)) => arguments.push(format!("{name}.value")),
                Passing::Value(Value::Open(_)) => arguments.push(format!("{name}.number")),
                Passing::Value(_) | Passing::Reference { .. } => arguments.push(name.clone()),
                Passing::Slice { .. } => {
                    arguments.extend([format!("{name}.pointer"), format!("{name}.length")])
                }
            }
        }
        self.enums |= matches!(it.returns, Some(Value::Enum(_) | Value::Open(_)));
        arguments.push("_status".to_owned());

        let returns =
            it.returns.map_or_else(|| "void".to_owned(), |value| types::public(names, model, value));
        let before = if it.returns.is_some() { "final result = " } else { "" };
        let mut lines = vec![
            layout::method(&returns, &own.name, Parameters::new(&parameters)),
            layout::call(4, before, &binding, &arguments, ";"),
            "    if (_status.ref.code != 0) _fail();".to_owned(),
        ];
        match it.returns {
            Some(Value::Enum(_)) => {
                lines.push(layout::call(
                    4,
                    "return ",
                    &format!("{returns}.fromValue"),
                    &["result".into()],
                    ";",
                ));
            }
            Some(Value::Open(index)) => {
                let class = types::public(names, model, Value::Enum(index));
                let callee = format!("{class}.openFromValue");
                lines.push(layout::call(4, "return ", &callee, &["result".into()], ";"));
            }
            Some(_) => lines.push("    return result;".to_owned()),
            None => {}
        }
        let default = format!("Calls the Rust function `{}`.", it.item.name);
        let lead = super::lead(2, &it.item, &default, &contract(it, own));
        self.methods.push(format!("{lead}{}\n  }}", lines.join("\n")));
    }

    /// The constructor up to its initializers.
    fn constructor(&self) -> String {
        let parameters = ["this.path", "DynamicLibrary library", "this._memory"].map(str::to_owned);
        layout::constructor(&format!("{}._", self.library), Parameters::new(&parameters))
    }

    fn memory_getter(&self) -> String {
        let memory = format!("{}.instance._memory", self.library);
        layout::arrow(0, "LibraryMemory get libraryMemory", &memory)
    }

    fn instance_getter(&self) -> String {
        layout::arrow(2, &format!("static {} get instance", self.library), "_instance ?? open()")
    }

    fn class(&self) -> String {
        layout::class(&format!("final class {}", self.library), "implements Finalizable")
    }

    fn open(&self) -> String {
        let parameters = Parameters { required: &[], optional: Some(('{', "String? path", '}')) };
        layout::method(&format!("static {}", self.library), "open", parameters)
    }

    fn load(&self) -> String {
        layout::method(
            &format!("static {}", self.library),
            "_load",
            Parameters::new(&["String? path".into()]),
        )
    }

    fn construct(&self) -> String {
        let arguments = ["check.path", "check.library", "memory"].map(str::to_owned);
        layout::call(4, "return ", &format!("{}._", self.library), &arguments, ";")
    }

    fn status_clear(&self) -> String {
        let after = if self.bindings.is_empty() { " {" } else { "," };
        let symbol = [layout::string(&self.symbols.status_clear), "isLeaf: true".to_owned()];
        layout::initializer("_statusClear", "library", "lookupFunction<_StatusC, _StatusD>", &symbol, after)
    }

    fn memory(&self) -> String {
        let arguments = [
            "check.library".to_owned(),
            layout::string(&self.symbols.alloc),
            layout::string(&self.symbols.free),
        ];
        layout::call(4, "final memory = ", "LibraryMemory", &arguments, ";")
    }

    fn check_abi(&self) -> String {
        let arguments = [layout::string(&self.symbols.abi_version), self.abi.to_string()];
        layout::call(4, "", "check.abi", &arguments, ";")
    }
}

/// The types of a native function, result first.
#[derive(PartialEq)]
struct Signature {
    native: Vec<String>,
    dart: Vec<String>,
}

impl Signature {
    fn new(model: &Model, names: &Names<'_>, it: &Function) -> Self {
        let result = it.returns;
        let mut native = vec![result.map_or("Void", |value| types::native(model, names, value)).to_owned()];
        let mut dart = vec![result.map_or("void", |value| types::raw(names, model, value)).to_owned()];
        for param in &it.params {
            match param.passing {
                Passing::Value(value) => {
                    native.push(types::native(model, names, value).to_owned());
                    dart.push(types::raw(names, model, value).to_owned());
                }
                Passing::Reference { to: value, .. } | Passing::Slice { of: value, .. } => {
                    let pointer = format!("Pointer<{}>", types::native(model, names, value));
                    native.push(pointer.clone());
                    dart.push(pointer);
                }
            }
            if matches!(param.passing, Passing::Slice { .. }) {
                native.push("Size".to_owned());
                dart.push("int".to_owned());
            }
        }
        for side in [&mut native, &mut dart] {
            side.push("Pointer<FfiStatus>".to_owned());
        }
        Self { native, dart }
    }
}

/// What a caller must know beyond the user's docs: who owns what, and what is thrown.
fn contract(it: &Function, own: &FunctionNames) -> String {
    let mut out = String::new();
    for (param, name) in it.params.iter().zip(&own.params) {
        match param.passing {
            Passing::Value(Value::Message(_) | Value::Oneof(_)) => {
                out.push_str(&format!("\n[{name}] is **copied**."))
            }
            Passing::Value(_) => {}
            Passing::Reference { mutable, .. } | Passing::Slice { mutable, .. } => {
                let change = if mutable { " and changed" } else { "" };
                out.push_str(&format!("\n[{name}] is **borrowed**{change} for the call."));
            }
        }
    }
    if matches!(it.returns, Some(Value::Message(_) | Value::Oneof(_))) {
        out.push_str("\nThe result is **copied**.");
    }
    if it.fallible {
        out.push_str("\nThrows a [RustErrorException] for an `Err`.");
    }
    if out.is_empty() { out } else { format!("\n{out}") }
}

/// What Dart can't pass.
pub fn check(types: &Types<'_>) -> Result<(), Problems> {
    let model = types.model;
    let mut problems = Vec::new();
    for it in &model.functions {
        let by_value = it.params.iter().filter_map(|param| match param.passing {
            Passing::Value(value) => Some(value),
            _ => None,
        });
        for value in by_value.chain(it.returns) {
            let (ty, name) = match value {
                Value::Message(index) => (Type::Message(index), &model.message(index).item.name),
                Value::Oneof(index) => (Type::Oneof(index), &model.oneof(index).item.name),
                Value::Scalar(_) | Value::Enum(_) | Value::Open(_) => continue,
            };
            let (natural, align) = (types.alignment(&ty), model.layout(&ty).align);
            if natural != align {
                problems.push(Problem {
                    item: format!("function {}", it.symbol),
                    what: format!(
                        "`{name}` is aligned to {align} and not to the {natural} of its fields: Dart can't pass \
                         it by value"
                    ),
                    fix: "pass it as `&T` or `&mut T`, or drop `align(N)`".to_owned(),
                });
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
}
