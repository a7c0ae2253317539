//! Class of the library: opening, checks, one method per function.

use askama::Template;
use ffi_core::boundary::ABI_VERSION;
use ffi_core::schema::read::LibrarySymbols;

use crate::model::{Function, Model, Passing, Problem, Problems, QueueSymbols, Returns, Scalar, Type, Value};

use super::crossing::{Argument, Conversion, Crossing};
use super::layout::{self, INLINED, Parameters};
use super::names::{FunctionNames, Names, beside};
use super::pool;
use super::runtime;
use super::scratch::Scratch;
use super::simd::with_kernels;
use super::types::Types;

/// File with the library's class.
#[derive(Template)]
#[template(path = "dart/library.dart.jinja", escape = "none")]
pub struct LibraryFile<'a> {
    library: &'a str,
    package: &'a str,
    variable: &'a str,
    /// Name of the Rust library, which is part of the file's name.
    file: &'a str,
    doc: String,
    abi: u32,
    /// The version of the runtime that the package needs.
    runtime: u32,
    symbols: &'a LibrarySymbols,
    /// True if a function returns an `Option`.
    optional: bool,
    /// True if there are pools to shut down.
    pools: bool,
    /// True if there are types with memory.
    memory: bool,
    /// Symbol of the kernels, if there are kernels.
    kernels: Option<&'a str>,
    signatures: Vec<String>,
    fields: Vec<String>,
    bindings: Vec<String>,
    checks: Vec<String>,
    /// Checks that the messages have their sizes.
    sizes: Vec<String>,
    /// Number that is another one when a check is: for any other layout or signature.
    layout: String,
    methods: Vec<String>,
    /// Class of the calls without checks of ranges.
    raw: &'a str,
    /// Methods of that class, one for each function that checks a range.
    raw_methods: Vec<String>,
    /// Initializers of the places for arguments passed by value, and the functions that copy to
    /// them.
    places: Scratch,
    scratch: Vec<String>,
    copies: Vec<String>,
}

impl<'a> LibraryFile<'a> {
    /// Returns the file for `model`.
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
            runtime: runtime::VERSION,
            symbols,
            kernels: with_kernels(model).next().map(|(_, simd)| &*simd.symbol),
            optional: model.functions.iter().any(|it| it.optional),
            memory: !model.messages.is_empty() || !model.oneofs.is_empty(),
            pools: pool::pooled(model).next().is_some(),
            signatures: Vec::new(),
            fields: Vec::new(),
            bindings: Vec::new(),
            checks: Vec::new(),
            sizes: Vec::new(),
            layout: String::new(),
            methods: Vec::new(),
            raw: &names.raw,
            raw_methods: Vec::new(),
            places: Scratch::default(),
            scratch: Vec::new(),
            copies: Vec::new(),
        };
        // The version is checked first, as no other symbol has a meaning without it.
        for symbol in symbols.all().into_iter().filter(|symbol| **symbol != symbols.abi_version) {
            file.check("symbol", &["'library'".into(), layout::string(symbol)]);
        }
        for it in &model.enums {
            let item = layout::string(&format!("enum {}", it.item.name));
            file.fingerprint(&item, &it.fingerprint_symbol, it.fingerprint);
        }
        for it in &model.messages {
            let item = layout::string(&format!("message {}", it.item.name));
            file.fingerprint(&item, &it.fingerprint_symbol, it.fingerprint);
            let size = format!("$.sizeOf<{}>()", names.of(&it.id).name);
            file.check("size", &[item, size, it.size.to_string()]);
            let item = layout::string(&format!("pool of {}", it.item.name));
            if let Some(simd) = &it.simd {
                file.check(
                    "symbol",
                    &[layout::string(&format!("kernels of {}", it.item.name)), layout::string(&simd.symbol)],
                );
            }
            for symbol in it.pool.iter().flat_map(|pool| pool.symbols.all()) {
                file.check("symbol", &[item.clone(), layout::string(symbol)]);
            }
            let item = layout::string(&format!("columns of {}", it.item.name));
            for symbol in it.columns.iter().flat_map(|columns| columns.symbols.all()) {
                file.check("symbol", &[item.clone(), layout::string(symbol)]);
            }
            let item = layout::string(&format!("protobuf of {}", it.item.name));
            for symbol in it.proto.iter().flat_map(|proto| [&proto.encode, &proto.decode]) {
                file.check("symbol", &[item.clone(), layout::string(symbol)]);
            }
        }
        for it in &model.oneofs {
            let item = layout::string(&format!("oneof {}", it.item.name));
            file.fingerprint(&item, &it.fingerprint_symbol, it.fingerprint);
            let size = format!("$.sizeOf<{}>()", names.of(&it.id).name);
            file.check("size", &[item, size, it.size.to_string()]);
        }
        for it in &model.queues {
            let item = layout::string(&format!("queue {}", it.item.name));
            let QueueSymbols { fingerprint, push, pop, pop_many, len, close, is_closed } = &it.symbols;
            file.fingerprint(&item, fingerprint, it.fingerprint);
            for symbol in [push, pop, pop_many, len, close, is_closed] {
                file.check("symbol", &[item.clone(), layout::string(symbol)]);
            }
        }
        if file.pools {
            let after = if model.functions.is_empty() { ";" } else { "," };
            let symbol = [layout::string(&symbols.shutdown)];
            let callee = "lookupFunction<_ShutdownC, _ShutdownD>";
            file.bindings.push(layout::initializer("_shutdown", "library", callee, &symbol, after));
        }
        let mut signatures = Vec::new();
        for (it, own) in model.functions.iter().zip(&names.functions) {
            let item = layout::string(&format!("function {}", it.item.name));
            file.check("symbol", &[item.clone(), layout::string(&it.symbol)]);
            file.fingerprint(&item, &it.fingerprint_symbol, it.fingerprint);
            let last = file.fields.len() + 1 == model.functions.len();
            file.function(model, names, it, own, last, &mut signatures);
        }
        for (index, signature) in signatures.iter().enumerate() {
            let Signature { native, dart } = signature;
            file.signatures.push(layout::function_type(&format!("_C{index}"), &native[0], &native[1..]));
            file.signatures.push(layout::function_type(&format!("_D{index}"), &dart[0], &dart[1..]));
        }
        for (index, class) in file.places.classes(names, model).into_iter().enumerate() {
            let field = format!("_scratch{index}");
            let size = format!("$.sizeOf<{class}>()");
            file.fields.push(layout::declaration(2, &format!("final $.Pointer<{class}>"), &field, ";"));
            let allocated = layout::initializer(&field, "_memory", "scratch", &[size], ",");
            file.scratch.push(allocated);
        }
        file.copies = file.places.functions(names, model);
        file.layout = format!("{:#018x}", digest(&[&file.checks[..], &file.sizes].concat()));
        file
    }

    fn check(&mut self, kind: &str, arguments: &[String]) {
        let arguments = arguments.join(", ");
        match kind {
            "size" => self.sizes.push(format!("    check.size({arguments});")),
            _ => self.checks.push(format!("  $.Expected({arguments}),")),
        }
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
        let crossing = Crossing::new(names, model, it, own, &mut self.places);
        let signature = Signature::new(&crossing);
        let number = signatures.iter().position(|other| *other == signature).unwrap_or_else(|| {
            signatures.push(signature);
            signatures.len() - 1
        });
        let binding = format!("_{}Native", own.name);
        self.fields.push(layout::declaration(2, &format!("final _D{number}"), &binding, ";"));
        let mut lookup = vec![layout::string(&it.symbol)];
        lookup.extend(it.leaf.then(|| "isLeaf: true".to_owned()));
        let callee = format!("lookupFunction<_C{number}, _D{number}>");
        let after = if last { ";" } else { "," };
        self.bindings.push(layout::initializer(&binding, "library", &callee, &lookup, after));

        let parameters: Vec<_> = crossing
            .arguments
            .iter()
            .zip(&own.params)
            .map(|(argument, name)| format!("{} {name}", argument.public))
            .collect();
        let outcome = &crossing.outcome;
        let called = |values: fn(&Argument) -> Vec<String>| {
            let mut values: Vec<_> = crossing.arguments.iter().flat_map(values).collect();
            values.push("_status".to_owned());
            let before = if it.returns.is_some() { "final result = " } else { "" };
            let mut lines = vec![pool::FITS.to_owned()];
            lines.extend(crossing.arguments.iter().filter_map(|argument| argument.before.clone()));
            lines.push(layout::call(4, before, &binding, &values, ";"));
            lines.push(if it.optional {
                "    if (_status.ref.code != 0) return _noValue();".to_owned()
            } else {
                "    if (_status.ref.code != 0) _fail();".to_owned()
            });
            lines.join("\n")
        };
        let method = |ty: &str, name: &str, conversion: Option<&Conversion>, called: &str| {
            let head = layout::method(ty, name, Parameters::new(&parameters));
            let returned = match conversion {
                Some(it) => format!("\n{}", it.statement()),
                None if it.returns.is_some() => "\n    return result;".to_owned(),
                None => String::new(),
            };
            format!("{head}\n{called}{returned}\n  }}")
        };
        let default = format!("Calls the Rust function `{}`.", it.item.name);
        let inline = if is_inlined(it) { INLINED } else { "" };
        let lead = super::lead(2, &it.item, &default, &contract(it, own, &crossing)) + inline;
        let checked = called(|argument| argument.values.clone());
        let conversion = outcome.conversion.as_ref();
        self.methods.push(lead + &method(&outcome.public, &own.name, conversion, &checked));
        if crossing.arguments.iter().any(|argument| argument.unchecked.is_some()) {
            let doc = format!("[{}.{}] without a check of its integers.", self.library, own.name);
            let notes = super::annotations(2, &it.item);
            let method = method(&outcome.public, &own.name, conversion, &called(Argument::unchecked));
            self.raw_methods.push(layout::doc(2, &doc) + &notes + inline + &method);
        }
        if let Some(Returns::Pool(message)) = it.returns {
            let class = &names.of(&model.message(message).id).name;
            let ty = format!("{class}Box{}", if it.optional { "?" } else { "" });
            let doc = format!(
                "As [{}], in a box that **owns** the slot: it goes back to the pool even\n\
                 when the isolate is killed.",
                own.name
            );
            let notes = super::annotations(2, &it.item);
            let method = method(
                &ty,
                &beside(&own.name, "Owned"),
                Some(&Conversion::of(format!("{class}Pool.own"))),
                &checked,
            );
            self.methods.push(layout::doc(2, &doc) + &notes + &method);
        }
        if it.returns == Some(Returns::Value(Value::Scalar(Scalar::U64))) {
            let (ty, from) =
                if it.optional { ("$.BigInt?", "$.bigOrNull") } else { ("$.BigInt", "$.bigFromBits") };
            let head = layout::method(ty, &beside(&own.name, "Big"), Parameters::new(&parameters));
            let result = layout::call(4, "final result = ", &own.name, &own.params, ";");
            let doc = layout::doc(2, &format!("As [{}], whose result is unsigned in Rust.", own.name));
            let notes = super::annotations(2, &it.item);
            self.methods.push(format!("{doc}{notes}{head}\n{result}\n    return {from}(result);\n  }}"));
        }
    }

    /// Returns the constructor up to its initializers.
    fn constructor(&self) -> String {
        let parameters =
            ["this.path", "$.DynamicLibrary library", "this._memory", "this._opened"].map(str::to_owned);
        layout::constructor(&format!("{}._", self.library), Parameters::new(&parameters))
    }

    fn memory_getter(&self) -> String {
        let memory = format!("{}.instance._memory", self.library);
        layout::arrow(0, "$.LibraryMemory get _libraryMemory", &memory)
    }

    fn raw_getter(&self) -> String {
        layout::arrow(2, &format!("{} get raw", self.raw), &format!("{}._(this)", self.raw))
    }

    fn raw_class(&self) -> String {
        let [constructor, library] = [format!("{}._", self.raw), format!("{} _library", self.library)];
        layout::extension_type(&constructor, &library, &format!("implements {}", self.library))
    }

    fn class(&self) -> String {
        layout::class(&format!("final class {}", self.library), "implements $.Finalizable")
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
        let arguments = ["check.path", "check.library", "memory", "_layout"].map(str::to_owned);
        layout::call(4, "return ", &format!("{}._", self.library), &arguments, ";")
    }

    fn status_clear(&self) -> String {
        let after = if self.bindings.is_empty() { ";" } else { "," };
        let symbol = [layout::string(&self.symbols.status_clear), "isLeaf: true".to_owned()];
        layout::initializer("_statusClear", "library", "lookupFunction<_StatusC, _StatusD>", &symbol, after)
    }

    fn memory(&self) -> String {
        let arguments = [
            "check".to_owned(),
            layout::string(&self.symbols.dart_init),
            layout::string(&self.symbols.dart_calls),
            layout::string(&self.symbols.status_clear),
        ]
        .into_iter()
        .chain(self.kernels.map(|symbol| format!("kernels: {}", layout::string(symbol))))
        .collect::<Vec<_>>();
        layout::call(4, "final memory = ", "$.LibraryMemory", &arguments, ";")
    }

    fn check_abi(&self) -> String {
        let arguments = [layout::string(&self.symbols.abi_version), self.abi.to_string()];
        layout::call(4, "", "check.abi", &arguments, ";")
    }
}

/// Returns the FNV-1a hash of `lines`.
fn digest(lines: &[String]) -> u64 {
    let bytes = lines.iter().flat_map(|line| line.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// Types of a native function, result first.
#[derive(PartialEq)]
struct Signature {
    native: Vec<String>,
    dart: Vec<String>,
}

impl Signature {
    fn new(crossing: &Crossing) -> Self {
        let params = crossing.arguments.iter().flat_map(|argument| &argument.types);
        let status = ("$.Pointer<$.FfiStatus>".to_owned(), "");
        let types: Vec<_> = [&crossing.outcome.ty].into_iter().chain(params).chain([&status]).collect();
        let dart = |(native, dart): &&(String, &str)| {
            if dart.is_empty() { native.clone() } else { (*dart).to_owned() }
        };
        Self { native: types.iter().map(|it| it.0.clone()).collect(), dart: types.iter().map(dart).collect() }
    }
}

/// Largest number of parameters of a method that is always inlined.
const MOST_INLINED: usize = 4;

/// Returns true if the compiler is told to inline the method. Its own estimate counts the range
/// check of an argument for more than it costs (`cargo xtask bench calls`: 1.4 times a call by
/// hand, with the hint 1.05).
fn is_inlined(it: &Function) -> bool {
    it.params.len() <= MOST_INLINED && it.params.iter().all(|it| matches!(it.passing, Passing::Value(_)))
}

/// Returns the sentences that a caller needs beyond the user's docs: which side owns what, and what
/// is thrown.
fn contract(it: &Function, own: &FunctionNames, crossing: &Crossing) -> String {
    let mut out = String::new();
    for (argument, name) in crossing.arguments.iter().zip(&own.params) {
        if let Some(ownership) = argument.ownership {
            out.push_str(&format!("\n[{name}] is {ownership}."));
        }
    }
    if let Some(ownership) = crossing.outcome.ownership {
        out.push_str(&format!("\nThe result is {ownership}."));
    }
    if it.params.iter().any(|param| matches!(param.passing, Passing::Pool(_))) {
        out.push_str("\nThrows a [PoolException] for a pointer to no slot of the caller.");
    }
    if it.fallible {
        out.push_str(match it.returns {
            // For a message from a pool, the pool may be the reason for an error.
            Some(Returns::Pool(_)) => {
                "\nThrows a [RustErrorException] for an `Err`, and a [PoolException] for a\n`PoolError`."
            }
            _ => "\nThrows a [RustErrorException] for an `Err`.",
        });
    }
    if out.is_empty() { out } else { format!("\n{out}") }
}

/// Checks that Dart can pass all parameters.
pub fn check(types: &Types<'_>) -> Result<(), Problems> {
    let model = types.model;
    let mut problems = Vec::new();
    for it in &model.functions {
        let by_value = it.params.iter().filter_map(|param| match param.passing {
            Passing::Value(value) => Some(value),
            _ => None,
        });
        let returned = match it.returns {
            Some(Returns::Value(value)) => Some(value),
            _ => None,
        };
        for value in by_value.chain(returned) {
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
