//! Class of the library: opening, checks, one method per function.

use askama::Template;
use ffi_core::boundary::ABI_VERSION;
use ffi_core::schema::read::LibrarySymbols;

use crate::model::{
    Function, Mode, Model, Param, Passing, Problem, Problems, QueueSymbols, Returns, Scalar, Type, Value,
};

use super::binding::{Binding, Form, Signature};
use super::callback;
use super::crossing::{Crossing, RECEIVER, mark, slot};
use super::docs::{Scope, article_of};
use super::error;
use super::layout::{self, INLINED, Parameters};
use super::lead::{annotations, is_documented, rules_text};
use super::names::{FunctionNames, Names, beside, getter};
use super::object::{self, MemberText};
use super::outcome::Conversion;
use super::pool;
use super::runtime;
use super::scratch::Scratch;
use super::simd::with_kernels;
use super::started;
use super::types::Types;

/// Statement that refuses the use of a library whose layouts a hot reload has changed.
const FITS: &str = "    assert(_fits());";

/// Status of a call, with a place in which Rust notes a result until Dart has taken it.
const STATUS: &str = "_status";

/// The same, of a library that looks at calls, for a call that begins.
const BEGUN: &str = "_begun";

/// Status of a call whose result is the caller's at once.
const PLAIN_STATUS: &str = "_plainStatus";

/// A pool or queue that is reached through the library.
struct Shared {
    doc: String,
    ty: String,
    name: String,
    object: String,
}

/// A place for an argument that is passed by value.
struct Place {
    class: String,
    index: usize,
    /// Its size in bytes.
    size: String,
}

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
    /// Names and symbols of the flags, and of the health checks, as entries of a map.
    flags: Vec<String>,
    health: Vec<String>,
    /// True if a function returns an `Option`.
    optional: bool,
    /// True if a function has an error with fields.
    typed: bool,
    /// True if a function with pointers returns one to a slot.
    plain: bool,
    /// True if there are pools to shut down.
    pools: bool,
    /// Symbol of the functions of mailboxes, if there are functions that Dart doesn't wait for.
    mailbox: Option<&'a str>,
    /// True if there is a function that Dart waits for.
    waits: bool,
    /// True if there are types with memory.
    memory: bool,
    /// Symbols of the tables of kernels.
    kernels: Vec<&'a str>,
    signatures: Vec<String>,
    functions: Vec<Binding>,
    form: Form,
    /// True if a hook bundles the library as a code asset of the package.
    bundled: bool,
    /// True if Dart resolves the functions in that asset, so that no other file may be opened.
    resolved: bool,
    checks: Vec<String>,
    /// Declarations of the functions in the interface.
    declared: Vec<String>,
    /// Number that is another one when a check is: for any other layout or signature.
    layout: String,
    /// Functions of the client, which implements the interface.
    methods: Vec<String>,
    /// Functions that any implementer has, such as those that return a `BigInt`.
    derived: Vec<String>,
    /// Pools and queues: the type in the interface, the name there, and the object.
    shared: Vec<Shared>,
    /// Class of the calls with pointers and without checks of ranges.
    raw: &'a str,
    /// Methods of that class, one for each function that has such a form.
    raw_methods: Vec<String>,
    /// Places for arguments passed by value, their declarations, and the functions that copy to
    /// them.
    places: Scratch,
    scratch: Vec<Place>,
    copies: Vec<String>,
    /// Types of objects.
    objects: Vec<object::Members>,
    /// Texts of the functions of objects, for their classes.
    pub members: Vec<MemberText>,
}

impl<'a> LibraryFile<'a> {
    /// Returns the file for `model`, with bindings of the form `asset` if a hook bundles the
    /// library.
    pub fn new(model: &'a Model, names: &'a Names<'_>, asset: Option<Form>) -> Self {
        let symbols = &model.library.symbols;
        let doc = format!(
            "The Rust library `{}` {}: one method per exported function.\n\n\
             There is one per isolate. Every call throws an [FfiException] when Rust\n\
             refuses an argument or panics, and a [StateError] for a box or array that was\n\
             disposed of.\n\n\
             It is an interface: a test sets something else that implements it as\n\
             `{}.instance`, and needs no library then.",
            model.library.name, model.library.version, names.library
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
            flags: model.flags.iter().map(|it| probe(&it.item.name, &it.symbols.call)).collect(),
            health: model.health.iter().map(|it| probe(&it.item.name, &it.symbols.call)).collect(),
            kernels: with_kernels(model).map(|(_, simd)| &*simd.symbol).collect(),
            optional: model.functions.iter().any(|it| it.mode.is_sync() && it.optional),
            typed: model.functions.iter().any(|it| it.mode.is_sync() && it.error.is_some()),
            plain: false,
            memory: model.by_dependency().iter().any(|it| !it.in_arena()),
            pools: pool::pooled(model).next().is_some(),
            mailbox: symbols.mailbox.as_deref().filter(|_| {
                model.functions.iter().any(Function::needs_mailbox)
                    || model.queues.iter().any(|it| it.symbols.stream.is_some())
            }),
            waits: !model.objects.is_empty() || model.functions.iter().any(|it| it.mode.is_sync()),
            signatures: Vec::new(),
            functions: Vec::new(),
            form: asset.unwrap_or_default(),
            bundled: asset.is_some(),
            resolved: asset == Some(Form::Native),
            checks: Vec::new(),
            declared: Vec::new(),
            layout: String::new(),
            methods: Vec::new(),
            derived: Vec::new(),
            shared: shared(model, names),
            raw: &names.raw,
            raw_methods: Vec::new(),
            places: Scratch::default(),
            scratch: Vec::new(),
            copies: Vec::new(),
            objects: object::members(model, names),
            members: Vec::new(),
        };
        // The version is checked first, as no other symbol has a meaning without it.
        // A library of before may take the place of a newer one, and has no facts about its build.
        let checked =
            |symbol: &&String| **symbol != symbols.abi_version && Some(*symbol) != symbols.info.as_ref();
        for symbol in symbols.all().into_iter().filter(checked) {
            file.check(&["'library'".into(), layout::string(symbol)]);
        }
        for it in &model.enums {
            let item = layout::string(&format!("enum {}", it.item.name));
            file.fingerprint(&item, &it.fingerprint_symbol, it.fingerprint);
        }
        for it in &model.messages {
            let item = layout::string(&format!("message {}", it.item.name));
            file.fingerprint(&item, &it.fingerprint_symbol, it.fingerprint);
            let item = layout::string(&format!("pool of {}", it.item.name));
            if let Some(simd) = &it.simd {
                let kernels = layout::string(&format!("kernels of {}", it.item.name));
                file.check(&[kernels, layout::string(&simd.symbol)]);
            }
            for symbol in it.pool.iter().flat_map(|pool| pool.symbols.all()) {
                file.check(&[item.clone(), layout::string(symbol)]);
            }
            let item = layout::string(&format!("columns of {}", it.item.name));
            for symbol in it.columns.iter().flat_map(|columns| columns.symbols.all()) {
                file.check(&[item.clone(), layout::string(symbol)]);
            }
            let item = layout::string(&format!("arenas of {}", it.item.name));
            for symbol in it.arena.iter().flat_map(|arena| arena.symbols.all()) {
                file.check(&[item.clone(), layout::string(symbol)]);
            }
            let item = layout::string(&format!("JSON of {}", it.item.name));
            for symbol in it.json.iter().flat_map(|json| [&json.encode, &json.decode]) {
                file.check(&[item.clone(), layout::string(symbol)]);
            }
            let item = layout::string(&format!("protobuf of {}", it.item.name));
            for symbol in it.proto.iter().flat_map(|proto| [&proto.encode, &proto.decode]) {
                file.check(&[item.clone(), layout::string(symbol)]);
            }
        }
        for it in &model.oneofs {
            let item = layout::string(&format!("oneof {}", it.item.name));
            file.fingerprint(&item, &it.fingerprint_symbol, it.fingerprint);
        }
        for it in &model.errors {
            let item = layout::string(&format!("error {}", it.item.name));
            file.fingerprint(&item, &it.fingerprint_symbol, it.fingerprint);
        }
        for it in &model.objects {
            let kind = if it.is_service { "service" } else { "object" };
            let item = layout::string(&format!("{kind} {}", it.item.name));
            file.fingerprint(&item, &it.symbols.fingerprint, it.fingerprint);
            for symbol in it.symbols.all().into_iter().filter(|symbol| **symbol != it.symbols.fingerprint) {
                file.check(&[item.clone(), layout::string(symbol)]);
            }
        }
        for it in &model.listeners {
            let item = layout::string(&format!("callback {}", it.item.name));
            file.fingerprint(&item, &it.fingerprint_symbol, it.fingerprint);
        }
        for it in &model.queues {
            let item = layout::string(&format!("queue {}", it.item.name));
            let QueueSymbols { fingerprint, push, pop, pop_many, len, close, is_closed, stream } =
                &it.symbols;
            file.fingerprint(&item, fingerprint, it.fingerprint);
            for symbol in [push, pop, pop_many, len, close, is_closed].into_iter().chain(stream) {
                file.check(&[item.clone(), layout::string(symbol)]);
            }
        }
        let flags = model.flags.iter().map(|it| ("flag", &it.item.name, &it.symbols, it.fingerprint));
        let health =
            model.health.iter().map(|it| ("health check", &it.item.name, &it.symbols, it.fingerprint));
        for (kind, name, symbols, fingerprint) in flags.chain(health) {
            let item = layout::string(&format!("{kind} {name}"));
            file.fingerprint(&item, &symbols.fingerprint, fingerprint);
            file.check(&[item, layout::string(&symbols.call)]);
        }
        if file.shuts_down() {
            let signature = Signature::new(&[("$.Uint64", "int")]);
            file.functions
                .push(Binding { leaf: false, ..Binding::leaf("_shutdown", &symbols.shutdown, signature) });
        }
        for object in model.object_indices() {
            file.functions.extend(object::bindings(model, names, object));
        }
        let mut signatures = Vec::new();
        for (it, own) in model.functions.iter().zip(&names.functions) {
            let item = layout::string(&format!("function {}", it.item.name));
            file.check(&[item.clone(), layout::string(&it.symbol)]);
            file.fingerprint(&item, &it.fingerprint_symbol, it.fingerprint);
            file.function(model, names, it, own, &mut signatures);
        }
        for (index, signature) in signatures.iter().enumerate() {
            let names = [format!("_C{index}"), format!("_D{index}")];
            file.signatures.extend(file.form.typedefs(signature, &names));
        }
        for (index, (class, size)) in file.places.classes(names, model).into_iter().enumerate() {
            file.scratch.push(Place { class: class.to_owned(), index, size: layout::sized(class, size) });
        }
        let signature = Signature::new(&[("$.Void", "void"), ("$.Pointer<$.FfiStatus>", "")]);
        file.functions.push(Binding::leaf("_statusClear", &symbols.status_clear, signature));
        file.copies = file.places.functions(names, model);
        file.layout = format!("{:#018x}", digest(&file.checks));
        file
    }

    fn check(&mut self, arguments: &[String]) {
        let arguments = arguments.join(", ");
        self.checks.push(format!("  $.Expected({arguments}),"));
    }

    fn fingerprint(&mut self, item: &str, symbol: &str, expected: crate::model::Fingerprint) {
        self.check(&[item.to_owned(), layout::string(symbol), expected.to_string()]);
    }

    fn function(
        &mut self,
        model: &Model,
        names: &Names<'_>,
        it: &Function,
        own: &FunctionNames,
        signatures: &mut Vec<Signature>,
    ) {
        let crossing = Crossing::new(names, model, it, own, &mut self.places);
        let signature =
            if it.mode.is_sync() { Signature::of(&crossing) } else { started::signature(&crossing) };
        let number = signatures.iter().position(|other| *other == signature).unwrap_or_else(|| {
            signatures.push(signature);
            signatures.len() - 1
        });
        let binding = format!("_{}Native", own.base());
        self.functions.push(Binding {
            name: binding.clone(),
            symbol: layout::string(&it.symbol),
            signature: signatures[number].clone(),
            native: format!("_C{number}"),
            dart: format!("_D{number}"),
            leaf: it.leaf,
        });

        let arguments = || crossing.arguments.iter().zip(&own.params);
        let outcome = &crossing.outcome;
        let error = it.error.map(|index| error::decoder(names, index)).unwrap_or_default();
        let begun = if self.symbols.production.is_some() { BEGUN } else { STATUS };
        let (of, params) = (own.base(), &*own.params);
        let call =
            Call { it, crossing: &crossing, of, names: params, binding: &binding, begun, error: &error };
        self.methods.extend(arguments().filter_map(|(argument, _)| argument.member.clone()));
        let default = format!("Calls the Rust function `{}`.", it.item.name);
        let inline = if is_inlined(it) { INLINED } else { "" };
        let thrown = thrown(names, it);
        let params: Vec<_> =
            it.params.iter().zip(&own.params).map(|(param, dart)| (&*param.name, &**dart)).collect();
        let of = it.member.map(|member| &*model.object(member.of).item.name);
        let scope = Scope { own: of, params: &params, error: thrown.as_deref() };
        let doc = if is_documented(&it.item) { names.links.translate(&it.item.doc, scope) } else { default };
        let doc = doc + &contract(it, own, &crossing, thrown.as_deref());
        let lead = layout::doc(2, &doc) + &annotations(2, &it.item);
        let public = started::returned(it.mode, &outcome.public);
        let named = it.named();
        let parameters =
            Parameters::new(arguments().map(|(argument, name)| (&*argument.public, &**name)), &named);
        let receiver = it.receiver();
        let head = match receiver {
            Some(_) => Parameters::positional(crossing.parameters(&own.params)),
            None => parameters.clone(),
        };
        let head = layout::method(&public, &own.name, &head);
        let own_body = call.of_object(model);
        self.members.extend(MemberText::new(
            names,
            it,
            own,
            &public,
            &lead,
            &parameters,
            own_body.as_deref(),
        ));
        if own_body.is_some() {
            return;
        }
        if receiver.is_none() {
            self.declared.push(format!("{lead}{};", head.trim_end_matches(" {")));
        }
        if !it.mode.is_sync() {
            self.started(model, names, it, own, &call, &head);
            if let Some((ty, convert)) = started::unsigned(it).filter(|_| receiver.is_none()) {
                self.unsigned(it, own, (ty, convert), &parameters);
            }
            return;
        }
        let body = call.body(&call.safe(), outcome.conversion.as_ref(), STATUS);
        self.methods.push(format!("{}{inline}{head}\n{body}\n  }}", overrides(it)));
        if receiver.is_some() {
            return;
        }
        if outcome.raw.is_some() || crossing.arguments.iter().any(|argument| argument.raw.is_some()) {
            let doc =
                format!("[{}.{}] with pointers, and without a check of integers.", self.library, own.name);
            let doc = layout::doc(2, &(doc + raw_contract(it)));
            let notes = annotations(2, &it.item);
            let (ty, conversion, status) = match &outcome.raw {
                Some(ty) => (ty, None, PLAIN_STATUS),
                None => (&outcome.public, outcome.conversion.as_ref(), STATUS),
            };
            self.plain |= outcome.raw.is_some();
            let pointers = Parameters::new(
                arguments().map(|(argument, name)| (argument.unchecked().0, &**name)),
                &named,
            );
            let head = layout::method(ty, &own.name, &pointers);
            let body = call.body(&call.raw(), conversion, status);
            self.raw_methods.push(format!("{doc}{notes}{inline}{head}\n{body}\n  }}"));
        }
        if it.returns == Some(Returns::Value(Value::Scalar(Scalar::U64))) {
            let as_big =
                if it.optional { ("$.BigInt?", "$.bigOrNull") } else { ("$.BigInt", "$.bigFromBits") };
            self.unsigned(it, own, as_big, &parameters);
        }
    }

    /// Adds the method beside a function whose result is unsigned: its type, and what makes its
    /// result from that of the function.
    fn unsigned(
        &mut self,
        it: &Function,
        own: &FunctionNames,
        (ty, convert): (&str, &str),
        parameters: &Parameters,
    ) {
        let head = layout::method(ty, &beside(&own.name, "Big"), parameters);
        let passed_on = own.params.iter().map(|name| (&**name, &**name));
        let result = layout::result(&own.name, &Parameters::arguments(passed_on, &it.named()));
        let doc = layout::doc(2, &format!("As [{}], whose result is unsigned in Rust.", own.name));
        let notes = annotations(2, &it.item);
        self.derived.push(format!("{doc}{notes}{head}\n{result}\n    return {convert}(result);\n  }}"));
    }

    /// Adds the methods of a function that starts a call, whose head is `head`.
    fn started(
        &mut self,
        model: &Model,
        names: &Names<'_>,
        it: &Function,
        own: &FunctionNames,
        call: &Call<'_>,
        head: &str,
    ) {
        let around = call.safe();
        let lines = started::body(
            model,
            it,
            own,
            started::Start {
                binding: call.binding,
                begun: call.begun,
                values: &around.values,
                before: call.before(&around),
                after: &around.after,
                error: call.error,
            },
        );
        self.methods.push(format!("{}{head}\n{}\n  }}", overrides(it), lines.join("\n")));
        self.methods.extend(started::result(names, model, it, own, call.crossing));
    }

    /// Returns true if there is something that a shutdown ends.
    fn shuts_down(&self) -> bool {
        self.pools || self.mailbox.is_some()
    }

    /// Returns the constructor up to its initializers.
    fn constructor(&self) -> String {
        let parameters = Parameters::positional(["this.path", "this._memory", "this._openedLayout"]);
        layout::constructor(&format!("{}._", self.client()), &parameters)
    }

    /// Returns the base class of the client, which has the library's functions.
    fn bindings(&self) -> String {
        self.form.functions(&self.functions)
    }

    fn raw_class(&self) -> String {
        let [constructor, client] = [format!("{}._", self.raw), format!("{} _library", self.client())];
        layout::extension_type(&constructor, &client, &format!("implements {}", self.client()))
    }

    /// Returns the class that calls the library.
    fn client(&self) -> String {
        format!("_{}Client", self.library)
    }

    fn construct(&self) -> String {
        let arguments = ["check.path", "memory", "_layout"].map(str::to_owned);
        layout::call(4, "return ", &format!("{}._", self.client()), &arguments, ";")
    }

    fn memory(&self) -> String {
        let arguments = [
            "check".to_owned(),
            layout::string(&self.symbols.dart_init),
            layout::string(&self.symbols.dart_calls),
            layout::string(&self.symbols.status_clear),
        ]
        .into_iter()
        .chain(self.kernels())
        .chain(self.mailbox.map(|symbol| format!("mailbox: {}", layout::string(symbol))))
        .collect::<Vec<_>>();
        layout::call(4, "final memory = ", "$.LibraryMemory", &arguments, ";")
    }

    /// Returns the argument with the tables of kernels: a message may name the kernels that it has.
    fn kernels(&self) -> Option<String> {
        let symbols: Vec<_> = self.kernels.iter().map(|symbol| layout::string(symbol)).collect();
        let used = "      kernels: [],".len();
        (!symbols.is_empty()).then(|| format!("kernels: [{}]", layout::listed(6, used, &symbols)))
    }

    fn check_abi(&self) -> String {
        let arguments = [layout::string(&self.symbols.abi_version), self.abi.to_string()];
        layout::call(8, "..", "abi", &arguments, "")
    }
}

/// Returns the entry of a map from the name of a flag or health check to its symbol.
fn probe(name: &str, symbol: &str) -> String {
    format!("{}: {},", layout::string(name), layout::string(symbol))
}

/// Returns the annotation of a method of the client, if the interface declares it.
fn overrides(it: &Function) -> &'static str {
    if it.receiver().is_some() { "" } else { "  @override\n" }
}

/// Returns the pools and queues of the library.
fn shared(model: &Model, names: &Names<'_>) -> Vec<Shared> {
    let pools = pool::pooled(model).map(|(it, _)| {
        let message = &names.of(&it.id).name;
        let class = format!("{message}Pool");
        Shared {
            doc: format!("  /// The pool of [{message}]; [{class}] has it as static members.\n"),
            ty: format!("$.FfiPool<{message}, {message}Data>"),
            name: getter(&class),
            object: format!("{class}Raw._pool"),
        }
    });
    let queues = model.queues.iter().zip(&names.queues).map(|(it, class)| {
        let message = &names.of(&model.message(it.message).id).name;
        Shared {
            doc: format!(
                "  /// The queue `{}` of [{message}]; [{class}] has it as static members.\n",
                it.item.name
            ),
            ty: format!("$.FfiQueue<{message}>"),
            name: getter(class),
            object: format!("{class}Raw._queue"),
        }
    });
    pools.chain(queues).collect()
}

/// The call of a function.
struct Call<'a> {
    it: &'a Function,
    crossing: &'a Crossing,
    /// Name of the function, the beginning of private names.
    of: &'a str,
    /// Names of the parameters.
    names: &'a [String],
    /// Field with the function of the library.
    binding: &'a str,
    /// The status as it is passed.
    begun: &'a str,
    /// Function that reads the error's fields, if it has any.
    error: &'a str,
}

/// The values that a call passes, and the statements before and after it.
struct Around {
    values: Vec<String>,
    before: Vec<String>,
    after: Vec<String>,
}

impl Call<'_> {
    /// Returns the call with objects. Whatever may throw is done before a box gives its slot away.
    fn safe(&self) -> Around {
        let mut around = Around { values: Vec::new(), before: Vec::new(), after: Vec::new() };
        let gives = self.crossing.arguments.iter().any(|argument| argument.given || argument.kept.is_some())
            || self.reads().any(|it| it);
        let (mut slots, mut given) = (Vec::new(), Vec::new());
        if self.crossing.receiver.is_some() {
            around.values.push(if gives {
                slots.push(format!("    final {RECEIVER}$handle = {RECEIVER}.$handle;"));
                format!("{RECEIVER}$handle")
            } else {
                format!("{RECEIVER}.$handle")
            });
        }
        for ((argument, name), reads) in self.crossing.arguments.iter().zip(self.names).zip(self.reads()) {
            if reads {
                given.extend(argument.before.clone());
            }
            if argument.given {
                slots.push(format!("    final {} = $.slotOf({name});", slot(name)));
                given.push(format!("    $.give({name});"));
                around.after.push(format!("    $.settle({name}, _status);"));
            }
            given.extend(argument.keep(name));
            around.after.extend(argument.after.clone());
            for (index, value) in argument.values.iter().enumerate() {
                let simple = argument.given || reads || !value.contains(['.', '(']);
                if simple || !gives {
                    around.values.push(value.clone());
                } else {
                    let local = format!("{name}$at{index}");
                    slots.push(format!("    final {local} = {value};"));
                    around.values.push(local);
                }
            }
        }
        around.before = [slots, given].concat();
        around.after.extend(self.ends());
        around
    }

    /// Returns the statements that end the loans of functions.
    fn ends(&self) -> impl Iterator<Item = String> {
        self.lent().map(|(mark, lender)| format!("    {lender}.takeBack({mark});"))
    }

    /// Returns the name of the mark before each function that the call lends, and of what lends it.
    fn lent(&self) -> impl Iterator<Item = (String, String)> {
        let params = self.it.params.iter().zip(self.names);
        let lent = params.filter(|(param, _)| matches!(&param.passing, Passing::Callback(it) if !it.kept));
        lent.map(|(_, name)| (mark(name), callback::lender(self.of, name)))
    }

    /// Returns true for each parameter that is a stream of Dart.
    fn reads(&self) -> impl Iterator<Item = bool> {
        self.it.params.iter().map(|param| matches!(param.passing, Passing::Input(_)))
    }

    /// Returns the call with pointers.
    fn raw(&self) -> Around {
        let values = self.crossing.arguments.iter().flat_map(|argument| argument.unchecked().1);
        let keep = self.crossing.arguments.iter().zip(self.names).filter_map(|(it, name)| it.keep(name));
        let after = self.crossing.arguments.iter().filter_map(|argument| argument.after.clone());
        Around { values: values.collect(), before: keep.collect(), after: after.chain(self.ends()).collect() }
    }

    /// Returns the statements before the call.
    fn before(&self, around: &Around) -> Vec<String> {
        let mut lines = vec![FITS.to_owned()];
        lines.extend(self.lent().map(|(mark, lender)| format!("    final {mark} = {lender}.mark;")));
        let arguments = self.crossing.arguments.iter().zip(self.reads()).filter(|(_, reads)| !reads);
        lines.extend(arguments.filter_map(|(argument, _)| argument.before.clone()));
        lines.extend(around.before.iter().cloned());
        lines.extend(self.crossing.outcome.sized.iter().map(|it| format!("    {it};")));
        lines
    }

    /// Returns the statements of a method of the object's own class, if it passes and returns only
    /// values. The object is all that it keeps during the call. A method of the client keeps both,
    /// which is a store more, for which the end of a call that isn't leaf waits.
    fn of_object(&self, model: &Model) -> Option<String> {
        let is_plain = |value: Value| !model.is_struct(value);
        let passes = |param: &Param| matches!(param.passing, Passing::Value(value) if is_plain(value));
        let returns = match self.it.returns {
            None => true,
            Some(Returns::Value(value)) => is_plain(value) && !self.it.optional,
            Some(_) => false,
        };
        let is_own = self.it.mode.is_sync() && self.it.receiver().is_some();
        if !(is_own && returns && self.it.params.iter().all(passes)) {
            return None;
        }
        let mut values = vec!["this.$handle".to_owned()];
        values.extend(self.crossing.arguments.iter().flat_map(|it| it.values.clone()));
        values.push("$status".to_owned());
        let result = if self.it.returns.is_some() { "final result = " } else { "" };
        let mut lines = vec![FITS.to_owned(), format!("    final $status = _library.{};", self.begun)];
        lines.push(layout::call(4, result, &format!("_library.{}", self.binding), &values, ";"));
        lines.push(format!("    if ($status.ref.code != 0) this.$fail({});", self.error));
        match &self.crossing.outcome.conversion {
            Some(conversion) => lines.push(conversion.statement()),
            None if self.it.returns.is_some() => lines.push("    return result;".to_owned()),
            None => {}
        }
        Some(lines.join("\n"))
    }

    /// Returns the statements of a method that passes `status`.
    fn body(&self, around: &Around, conversion: Option<&Conversion>, status: &str) -> String {
        let mut lines = self.before(around);
        let mut values = around.values.clone();
        values.push(if status == STATUS { self.begun } else { status }.to_owned());
        let result = if self.it.returns.is_some() { "final result = " } else { "" };
        lines.push(layout::call(4, result, self.binding, &values, ";"));
        lines.extend(around.after.iter().cloned());
        let error = self.error;
        let failure = match (status, self.it.optional) {
            (STATUS, true) => format!("return _noValue({error})"),
            (STATUS, false) => format!("_fail({error})"),
            (_, optional) => {
                let callee = if optional { "return $.noValueOrThrow" } else { "$.throwStatus" };
                let error = if error.is_empty() { String::new() } else { format!(", {error}") };
                format!("{callee}({status}, _statusClear{error})")
            }
        };
        lines.push(format!("    if ({status}.ref.code != 0) {failure};"));
        match conversion {
            Some(conversion) => lines.push(conversion.statement()),
            None if self.it.returns.is_some() => lines.push("    return result;".to_owned()),
            None => {}
        }
        lines.join("\n")
    }
}

/// Returns the FNV-1a hash of `lines`.
fn digest(lines: &[String]) -> u64 {
    let bytes = lines.iter().flat_map(|line| line.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// Largest number of parameters of a method that is always inlined.
const MOST_INLINED: usize = 4;

/// Returns true if the compiler is told to inline the method. Its own estimate counts the range
/// check of an argument for more than it costs (`cargo xtask bench calls`: 1.4 times a call by
/// hand, with the hint 1.05).
fn is_inlined(it: &Function) -> bool {
    it.params.len() <= MOST_INLINED && it.params.iter().all(|it| matches!(it.passing, Passing::Value(_)))
}

/// Returns what a function throws instead of an `Err`, with articles; `None` if it returns none.
fn thrown(names: &Names<'_>, it: &Function) -> Option<String> {
    if let Some(error) = it.error {
        let class = error::family(names, error);
        return Some(format!("{} [{class}]", article_of(class)));
    }
    it.fallible.then(|| match it.returns {
        // For a message from a pool, the pool may be the reason for an error.
        Some(Returns::Pool(_)) => "a [RustErrorException] or [PoolException]".to_owned(),
        _ => "a [RustErrorException]".to_owned(),
    })
}

/// Returns the sentences that a caller needs beyond the user's docs: which side owns what, and what
/// is thrown.
fn contract(it: &Function, own: &FunctionNames, crossing: &Crossing, thrown: Option<&str>) -> String {
    let mut out = String::new();
    for ((argument, param), name) in crossing.arguments.iter().zip(&it.params).zip(&own.params) {
        // A call that runs on has a copy of a list.
        let lent = it.mode.is_sync() || !matches!(param.passing, Passing::Slice { .. });
        if let Some(ownership) = argument.ownership.filter(|_| lent) {
            out.push_str(&format!("\n[{name}] is {ownership}."));
        }
        if !param.rules.is_empty() {
            let rules = rules_text(&param.rules);
            out.push_str(&format!("\nThrows a [ValidationException] unless [{name}] keeps `{rules}`."));
        }
    }
    if let (Some(ownership), Some(result)) = (crossing.outcome.ownership, started::result_in_docs(it)) {
        out.push_str(&format!("\n{result} is {ownership}."));
    }
    if it.params.iter().any(|param| matches!(param.passing, Passing::Pool(_))) {
        out.push_str("\nThrows a [StateError] for a box that owns no slot of the pool.");
    }
    // The user's docs say when.
    if let Some(thrown) = thrown.filter(|_| !it.item.doc.contains("# Errors")) {
        out.push_str(&match it.mode {
            Mode::Stream => format!("\nAn item that is an error in Rust is {thrown} among the events."),
            _ => format!("\nThrows {thrown} if Rust returns an error."),
        });
    }
    if !it.mode.is_sync() {
        out.push_str(&started::contract(it, own));
    }
    if out.is_empty() { out } else { format!("\n{out}") }
}

/// Returns the sentences that a caller of the function with pointers needs.
fn raw_contract(it: &Function) -> &'static str {
    let given = it.params.iter().any(|param| matches!(param.passing, Passing::Pool(_)));
    match (given, it.returns) {
        (true, Some(Returns::Pool(_))) => {
            "\n\nSlots that are passed are given to the library, unless it refuses an argument; that\n\
             of the result is **owned** by the caller. Throws a [PoolException] for a pointer to\n\
             no slot of the caller."
        }
        (true, _) => {
            "\n\nSlots that are passed are given to the library, unless it refuses an argument.\n\
             Throws a [PoolException] for a pointer to no slot of the caller."
        }
        (false, Some(Returns::Pool(_))) => "\n\nThe slot of the result is **owned** by the caller.",
        _ => "",
    }
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
                Value::Scalar(_)
                | Value::Enum(_)
                | Value::Open(_)
                | Value::Newtype(_)
                | Value::Logical(_) => continue,
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
