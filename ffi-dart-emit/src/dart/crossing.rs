//! Parameters and result of a function, as they cross from Dart to C and back: as objects, and in
//! the raw layer as pointers.

use crate::model::{Function, Lending, Model, Param, Passing, Value};

use super::argument::{Argument, Raw};
use super::callback;
use super::input;
use super::layout;
use super::names::{FunctionNames, Names};
use super::newtype;
use super::outcome::{INT, Outcome, arena, columns, pointer, raw};
use super::scratch::Scratch;
use super::types::{self, Place};

/// A function's parameters and result.
pub struct Crossing {
    /// Class of the object whose method it is, the first argument.
    pub receiver: Option<String>,
    /// Arguments in order.
    pub arguments: Vec<Argument>,
    /// The result.
    pub outcome: Outcome,
}

impl Crossing {
    /// Returns the arguments and the result of a call of `function`. Values that are copied for the
    /// call get their places in `scratch`.
    pub fn new(
        names: &Names<'_>,
        model: &Model,
        function: &Function,
        own: &FunctionNames,
        scratch: &mut Scratch,
    ) -> Self {
        let is_text = |param: &&Param| matches!(param.passing, Passing::Text | Passing::CText);
        let mut texts = Texts { end: None, left: function.params.iter().filter(is_text).count() };
        let params = function.params.iter().zip(&own.params).enumerate();
        let arguments = params.map(|(index, (param, name))| {
            let before = &function.params[..index];
            let is_list = |param: &Param| matches!(param.passing, Passing::Moved(_));
            let alike = |it: &&Param| it.passing == param.passing || is_list(it) && is_list(param);
            let before = before.iter().filter(alike).count();
            Argument::new(names, model, own.base(), param, name, before, scratch, &mut texts)
        });
        let arguments = arguments.collect();
        let receiver = function.receiver().map(|of| names.object(of).client.clone());
        Self { receiver, arguments, outcome: Outcome::new(names, model, function) }
    }

    /// Returns the types of the values that C gets: of `dart:ffi`, and of Dart.
    pub fn types(&self) -> impl Iterator<Item = (&str, &str)> {
        let handle = self.receiver.iter().map(|_| ("$.Uint64", INT));
        let others = self.arguments.iter().flat_map(|argument| &argument.types);
        handle.chain(others.map(|(native, dart)| (&**native, *dart)))
    }

    /// Returns the parameters of a method of the library's client, which are called `params`.
    pub fn parameters(&self, params: &[String]) -> Vec<String> {
        let receiver = self.receiver.iter().map(|class| format!("{class} {RECEIVER}"));
        let others = self.arguments.iter().zip(params);
        receiver.chain(others.map(|(argument, name)| format!("{} {name}", argument.public))).collect()
    }
}

/// Expression for the start of the next argument's text in the memory for texts; `None` before the
/// first.
struct Texts {
    end: Option<String>,
    /// Number of arguments with text that are still to come.
    left: usize,
}

/// Name of the parameter with the object whose method it is; a name from Rust has no `$`.
pub const RECEIVER: &str = "self$";

impl Argument {
    /// Returns the argument for `param` of the function `of`, which Dart calls `name`; `before`
    /// counts the arguments of its type before it, or the lists that are given.
    #[expect(clippy::too_many_arguments, reason = "what is known of a parameter")]
    fn new(
        names: &Names<'_>,
        model: &Model,
        of: &str,
        param: &Param,
        name: &str,
        before: usize,
        scratch: &mut Scratch,
        texts: &mut Texts,
    ) -> Self {
        let number = |value, member, none| Self::number(names, model, param, name, (value, member, none));
        let mut argument = match param.passing.clone() {
            Passing::Value(value @ Value::Scalar(it)) => number(value, "", zero(types::scalar(it).dart)),
            Passing::Value(value @ Value::Enum(_)) => number(value, "value", "0"),
            Passing::Value(value @ Value::Open(_)) => number(value, "number", "0"),
            Passing::Value(value @ Value::Newtype(_)) if !model.is_struct(value) => {
                Self::newtype(names, model, param, name, value)
            }
            Passing::Value(value) => {
                let (place, copy) = scratch.place(names, model, param, value, before, name);
                Self {
                    public: types::public(names, model, value),
                    types: vec![(pointer(names, model, value), "")],
                    before: Some(copy),
                    values: vec![place],
                    raw: None,
                    given: false,
                    kept: None,
                    member: None,
                    after: None,
                    ownership: Some("**copied**"),
                }
            }
            Passing::Reference { to, mutable } => {
                let public = types::lent(names, model, to);
                let value = if param.optional {
                    format!("{name}?.pointer ?? $.nullptr")
                } else {
                    format!("{name}.pointer")
                };
                Self::pointer(names, model, param, (to, name), (public, value), borrowed(mutable))
            }
            Passing::Columns { of, mutable } => Self {
                public: columns(names, model, of),
                types: vec![("$.Pointer<$.Void>".to_owned(), "")],
                values: vec![if param.optional {
                    format!("{name}?.pointer ?? $.nullptr")
                } else {
                    format!("{name}.pointer")
                }],
                raw: None,
                before: None,
                given: false,
                kept: None,
                member: None,
                after: None,
                ownership: Some(borrowed(mutable)),
            },
            Passing::Arena { of, lending } => {
                let (value, after, ownership) = match lending {
                    Lending::Shared => ("lendArena", None, borrowed(false)),
                    Lending::Mutable => {
                        ("lendArena", Some(format!("    $.refreshArena({name});")), borrowed(true))
                    }
                    Lending::Frozen => (
                        "lendArena",
                        None,
                        "read-only, after `freeze()` or from `map`: the library keeps the same\npages",
                    ),
                    Lending::Given => (
                        "giveArena",
                        Some(format!("    $.settleArena({name}, _status);")),
                        "given to the library, and empty then, unless it refuses an\nargument",
                    ),
                };
                Self {
                    public: arena(names, model, of),
                    types: vec![("$.Pointer<$.Void>".to_owned(), "")],
                    values: vec![format!("$.{value}({name})")],
                    raw: None,
                    before: None,
                    after,
                    given: false,
                    kept: None,
                    member: None,
                    ownership: Some(ownership),
                }
            }
            Passing::Pool(message) => {
                let message = Value::Message(message);
                let public = types::lent(names, model, message);
                let passed = (message, name);
                let ownership = "given to the library, which empties the box unless it refuses\nan argument";
                let argument = Self::pointer(names, model, param, passed, (public, slot(name)), ownership);
                Self { given: true, ..argument }
            }
            Passing::Slice { of, mutable } => {
                let member = |member: &str, none: &str| {
                    if param.optional {
                        format!("{name}?.{member} ?? {none}")
                    } else {
                        format!("{name}.{member}")
                    }
                };
                Self {
                    public: types::array(names, model, of),
                    types: vec![(pointer(names, model, of), ""), ("$.Size".to_owned(), INT)],
                    values: vec![member("pointer", "$.nullptr"), member("length", "0")],
                    raw: None,
                    before: None,
                    given: false,
                    kept: None,
                    member: None,
                    after: None,
                    ownership: Some(borrowed(mutable)),
                }
            }
            Passing::Moved(of) => Self {
                public: types::array(names, model, of),
                types: vec![("$.Pointer<$.FfiGiven>".to_owned(), "")],
                values: vec![format!("$.giveArray({name}, _memory, {before})")],
                raw: None,
                before: None,
                given: false,
                kept: None,
                member: None,
                after: Some(format!("    $.settleArray({name}, _status);")),
                ownership: Some(
                    "given to the library, unless it refuses an argument: neither it nor\n\
                     its views can be used any more",
                ),
            },
            Passing::Text => Self::text(name, false, texts),
            Passing::CText => Self::text(name, true, texts),
            Passing::Input(item) => input::argument(names, model, name, item),
            Passing::Object(of) => Self {
                public: names.object(of).name.clone(),
                types: vec![("$.Uint64".to_owned(), INT)],
                values: vec![if param.optional {
                    format!("{name} == null ? 0 : $.handleOf({name})")
                } else {
                    format!("$.handleOf({name})")
                }],
                raw: None,
                before: None,
                given: false,
                kept: None,
                member: None,
                after: None,
                ownership: Some("**owned** by both sides: the library may keep it"),
            },
            Passing::Listener(of) => Self {
                public: names.listener(of).name.clone(),
                types: vec![("$.Pointer<$.Void>".to_owned(), ""), ("$.Uint64".to_owned(), INT)],
                values: vec!["_memory.mailbox.handle".to_owned(), kept(name)],
                raw: None,
                before: None,
                given: false,
                kept: Some(callback::object(names, model, name, of)),
                member: None,
                after: None,
                ownership: Some("kept until Rust drops it, and called by the event loop"),
            },
            Passing::Callback(function) => {
                let public = callback::public(names, model, &function);
                let (types, values, kept, member, ownership) = if function.kept {
                    (
                        [("$.Pointer<$.Void>".to_owned(), ""), ("$.Uint64".to_owned(), INT)],
                        ["_memory.mailbox.handle".to_owned(), kept(name)],
                        Some(callback::kept(names, model, name, &function)),
                        None,
                        "kept until Rust drops it, and called by the event loop; what it\nthrows is an error in Rust",
                    )
                } else {
                    let lender = callback::lender(of, name);
                    (
                        ["$.Pointer<$.Void>"; 2].map(|it| (it.to_owned(), "")),
                        [format!("{lender}.pointer"), format!("{lender}.lend({name})")],
                        None,
                        Some(callback::lent(names, model, of, name, &function)),
                        "called before the method returns; what it throws is an error in Rust",
                    )
                };
                Self {
                    public,
                    types: types.into(),
                    values: values.into(),
                    raw: None,
                    before: None,
                    given: false,
                    kept,
                    member,
                    after: None,
                    ownership: Some(ownership),
                }
            }
        };
        if param.optional {
            argument.public.push('?');
            if let Some(raw) = &mut argument.raw {
                raw.public.push('?');
            }
            argument.types.push(("$.Uint8".to_owned(), INT));
            argument.values.push(format!("{name} == null ? 0 : 1"));
        }
        argument
    }

    /// Returns the statement that keeps the function `name` for Rust, the last one that may throw
    /// before the call.
    pub fn keep(&self, name: &str) -> Option<String> {
        let number = kept(name);
        self.kept.as_ref().map(|keep| format!("    final {number} = {keep};"))
    }

    /// Returns the type and the values of this parameter of the function without checks.
    pub fn unchecked(&self) -> (&str, Vec<String>) {
        let Some(raw) = &self.raw else { return (&self.public, self.values.clone()) };
        // What says if there is a value stays.
        let values = [&raw.value].into_iter().chain(&self.values[1..]);
        (&raw.public, values.cloned().collect())
    }

    /// Returns the argument for an object of the Dart type and with the value `safe`, which is a
    /// pointer `to` a value in the function without checks.
    fn pointer(
        names: &Names<'_>,
        model: &Model,
        param: &Param,
        (to, name): (Value, &str),
        safe: (String, String),
        ownership: &'static str,
    ) -> Self {
        let (public, value) = safe;
        let ty = pointer(names, model, to);
        Self {
            types: vec![(ty.clone(), "")],
            public,
            values: vec![value],
            raw: Some(Raw {
                public: ty,
                value: if param.optional { format!("{name} ?? $.nullptr") } else { name.to_owned() },
            }),
            before: None,
            given: false,
            kept: None,
            member: None,
            after: None,
            ownership: Some(ownership),
        }
    }

    /// Returns a number, or an enum as its number: `member` of the enum, or `none` if there is no
    /// value.
    fn number(
        names: &Names<'_>,
        model: &Model,
        param: &Param,
        name: &str,
        (value, member, none): (Value, &str, &str),
    ) -> Self {
        let whole = match (param.optional, member) {
            (true, "") => format!("{name} ?? {none}"),
            (true, member) => format!("{name}?.{member} ?? {none}"),
            (false, "") => name.to_owned(),
            (false, member) => format!("{name}.{member}"),
        };
        let checked = match value {
            Value::Scalar(it) => types::checked(it, &whole, &layout::string(name)),
            Value::Open(index) => {
                types::checked(model.enumeration(index).repr, &whole, &layout::string(name))
            }
            _ => whole.clone(),
        };
        let public = types::public(names, model, value);
        Self {
            types: vec![(types::native(model, names, value).to_owned(), raw(value))],
            raw: (checked != whole).then(|| Raw { public: public.clone(), value: whole }),
            public,
            values: vec![checked],
            before: None,
            given: false,
            kept: None,
            member: None,
            after: None,
            ownership: None,
        }
    }

    /// Returns a newtype of a number or enum as that number.
    fn newtype(names: &Names<'_>, model: &Model, param: &Param, name: &str, value: Value) -> Self {
        let physical = model.physical(value);
        let literal = layout::string(name);
        let ty = newtype::type_of(model, value).expect("it is a newtype");
        let number = newtype::number(names, model, &ty, name, Place::field(&literal));
        let whole = if param.optional {
            let none = zero(types::raw(names, model, physical));
            format!("({name} == null ? {none} : {number})")
        } else {
            number
        };
        let checked = match physical {
            Value::Scalar(it) => types::checked(it, &whole, &literal),
            _ => whole.clone(),
        };
        let public = types::public(names, model, value);
        Self {
            types: vec![(types::native(model, names, value).to_owned(), raw(physical))],
            raw: (checked != whole).then(|| Raw { public: public.clone(), value: whole }),
            public,
            values: vec![checked],
            before: None,
            given: false,
            kept: None,
            member: None,
            after: None,
            ownership: None,
        }
    }

    /// Returns text as UTF-8 in memory that every call reuses, after the texts of earlier
    /// parameters; with a length, or `terminated` by a NUL.
    fn text(name: &str, terminated: bool, texts: &mut Texts) -> Self {
        // No parameter has a `$`, as Rust has no such names.
        let end = format!("{name}$end");
        let start = texts.end.replace(end.clone());
        let before = if start.is_some() { "_memory.texts" } else { "(_memory.texts..clear())" };
        let (pointer, length) = match start {
            None => ("_memory.texts.pointer".to_owned(), end.clone()),
            Some(start) => (format!("_memory.texts.pointer + {start}"), format!("{end} - {start}")),
        };
        let (mut types, mut values) = (vec![("$.Pointer<$.Uint8>".to_owned(), "")], vec![pointer]);
        let mut add = "addTerminated";
        if !terminated {
            types.push(("$.Size".to_owned(), INT));
            values.push(length);
            add = "add";
        }
        texts.left -= 1;
        // The end of the last text is only needed for its length.
        let is_used = !terminated || texts.left > 0;
        let declared = if is_used { format!("final {end} = ") } else { String::new() };
        Self {
            public: "String".to_owned(),
            types,
            values,
            raw: None,
            given: false,
            kept: None,
            member: None,
            after: None,
            before: Some(layout::call(
                4,
                &declared,
                &format!("{before}.{add}"),
                &[name.to_owned(), layout::string(name)],
                ";",
            )),
            ownership: None,
        }
    }
}

/// Returns the variable with the slot of the box `name` during a call that takes it.
pub fn slot(name: &str) -> String {
    // No parameter has a `$`, as Rust has no such names.
    format!("{name}$slot")
}

/// Returns the variable with the number of the function `name`, which Rust keeps.
fn kept(name: &str) -> String {
    format!("{name}$kept")
}

/// Returns the variable with what ends the loan of the function `name`.
pub fn mark(name: &str) -> String {
    format!("{name}$mark")
}

fn borrowed(mutable: bool) -> &'static str {
    if mutable { "**borrowed** and changed for the call" } else { "**borrowed** for the call" }
}

/// Returns the literal for an absent value of a Dart type.
fn zero(dart: &str) -> &'static str {
    match dart {
        "bool" => "false",
        "double" => "0.0",
        _ => "0",
    }
}
