//! Results of functions, as they cross from C to Dart.

use crate::model::{Function, MessageIndex, Model, Returns, Value};

use super::layout;
use super::names::{Names, columns_class};
use super::newtype;
use super::types::{self, Place};

/// Dart type of a value that C sees as an `int`.
pub const INT: &str = "int";

/// Returns the type of a pointer to the value.
pub fn pointer(names: &Names<'_>, model: &Model, to: Value) -> String {
    format!("$.Pointer<{}>", types::native(model, names, to))
}

/// Returns the class of a message's columns.
pub fn columns(names: &Names<'_>, model: &Model, of: MessageIndex) -> String {
    columns_class(types::native(model, names, Value::Message(of)))
}

/// Returns the class of arenas of a message.
pub fn arena(names: &Names<'_>, model: &Model, of: MessageIndex) -> String {
    format!("{}Arena", types::native(model, names, Value::Message(of)))
}

/// Returns the Dart type of a value in C, or an empty string if it is that of `dart:ffi` itself.
pub fn raw(value: Value) -> &'static str {
    match value {
        Value::Scalar(it) => types::scalar(it).dart,
        Value::Enum(_) | Value::Open(_) => INT,
        Value::Message(_) | Value::Oneof(_) | Value::Newtype(_) | Value::Logical(_) => "",
    }
}

/// Expression that makes the result in Dart from C's.
pub struct Conversion {
    callee: String,
    /// The whole expression, if it is more than a call.
    expression: Option<String>,
}

impl Conversion {
    /// Makes a call of `callee` with only the result as argument.
    pub fn of(callee: impl Into<String>) -> Self {
        Self { callee: callee.into(), expression: None }
    }

    /// Makes the conversion to `expression`, in which C's result is `result`.
    fn to(expression: String) -> Self {
        Self { callee: String::new(), expression: Some(expression) }
    }

    /// The statement that returns what it makes of `result`.
    pub fn statement(&self) -> String {
        match &self.expression {
            Some(expression) => format!("    return {expression};"),
            None => layout::call(4, "return ", &self.callee, &["result".to_owned()], ";"),
        }
    }
}

/// Returns the expression of the list in `owned`, which comes from Rust.
pub fn taken(names: &Names<'_>, model: &Model, value: Value, owned: &str) -> String {
    let callee = match value {
        Value::Scalar(it) => types::taken(it),
        Value::Logical(it) => it.taken(),
        Value::Newtype(index) => {
            let inner = model.newtype(index).ty.value().expect("it is a value");
            let inner = taken(names, model, inner, owned);
            return format!("{}.wrap({inner})", types::array(names, model, value));
        }
        _ => format!("{}._taken", types::array(names, model, value)),
    };
    format!("{callee}({owned}, _memory)")
}

/// The result of a function.
pub struct Outcome {
    /// Dart type that users see.
    pub public: String,
    /// Types of the value that C returns: of `dart:ffi`, and of Dart.
    pub ty: (String, &'static str),
    /// Function that converts the value that C returned.
    pub conversion: Option<Conversion>,
    /// Type of the function without checks, if it is another one: that of C's result, which the
    /// caller owns.
    pub raw: Option<String>,
    /// Check of the size of a struct that is returned by value.
    pub sized: Option<String>,
    /// Sentence of the documentation that says which side owns it.
    pub ownership: Option<&'static str>,
}

impl Outcome {
    /// Returns the result of `function`.
    pub fn new(names: &Names<'_>, model: &Model, function: &Function) -> Self {
        let mut result = Self::of(names, model, function.returns);
        if function.optional {
            result.public.push('?');
            if let Some(public) = &mut result.raw {
                public.push('?');
            }
        }
        result
    }

    /// Returns an object of `class` that takes what a pointer of Rust owns.
    fn taken(class: String) -> Self {
        Self {
            ty: ("$.Pointer<$.Void>".to_owned(), ""),
            conversion: Some(Conversion::of(format!("{class}._taken"))),
            raw: None,
            sized: None,
            ownership: Some("**owned**"),
            public: class,
        }
    }

    /// Returns what comes from Rust.
    pub fn of(names: &Names<'_>, model: &Model, returns: Option<Returns>) -> Self {
        let owned = || ("$.Pointer<$.FfiOwned>".to_owned(), "");
        match returns {
            None => Self {
                public: "void".to_owned(),
                ty: ("$.Void".to_owned(), "void"),
                conversion: None,
                raw: None,
                sized: None,
                ownership: None,
            },
            Some(Returns::Value(value)) => {
                let public = types::public(names, model, value).to_owned();
                let copied = matches!(value, Value::Message(_) | Value::Oneof(_));
                Self {
                    ty: (types::native(model, names, value).to_owned(), raw(model.physical(value))),
                    conversion: match value {
                        Value::Newtype(_) | Value::Logical(_) => newtype::type_of(model, value).map(|ty| {
                            let named = Place::field("'result'");
                            Conversion::to(newtype::from_c(names, model, &ty, "result", named))
                        }),
                        Value::Enum(_) => Some(Conversion::of(format!("{public}.fromValue"))),
                        Value::Open(index) => {
                            let class = types::public(names, model, Value::Enum(index));
                            Some(Conversion::of(format!("{class}.openFromValue")))
                        }
                        _ => None,
                    },
                    raw: None,
                    sized: copied.then(|| layout::sized(&public, types::size(model, value))),
                    ownership: copied.then_some("**copied**"),
                    public,
                }
            }
            Some(Returns::Text) => Self {
                public: "String".to_owned(),
                ty: owned(),
                conversion: Some(Conversion::of("_memory.takeString")),
                raw: None,
                sized: None,
                ownership: None,
            },
            Some(Returns::Object(of)) => {
                let object = names.object(of);
                Self {
                    public: object.name.clone(),
                    ty: ("$.Uint64".to_owned(), INT),
                    conversion: Some(Conversion::to(format!("{}._(this, result)", object.client))),
                    raw: None,
                    sized: None,
                    ownership: Some("**owned**"),
                }
            }
            Some(Returns::Columns(message)) => Self::taken(columns(names, model, message)),
            Some(Returns::Arena(message)) => Self::taken(arena(names, model, message)),
            Some(Returns::Pool(message)) => {
                let message = Value::Message(message);
                let slot = pointer(names, model, message);
                let class = types::native(model, names, message);
                Self {
                    ty: (slot.clone(), ""),
                    conversion: Some(Conversion::of(format!("{class}Pool._taken"))),
                    raw: Some(slot),
                    sized: None,
                    ownership: Some("a box that **owns** a slot of the pool"),
                    public: types::lent(names, model, message),
                }
            }
            Some(Returns::Vec(value)) => {
                let public = types::array(names, model, value);
                Self {
                    ty: owned(),
                    conversion: Some(Conversion::to(taken(names, model, value, "result"))),
                    raw: None,
                    sized: None,
                    ownership: Some("**owned**"),
                    public,
                }
            }
        }
    }
}
