//! Form in which Dart reaches the functions of the library.
//!
//! A binding is a private function in Dart with the types of C, which generated code calls by its
//! name. The form decides how it is declared: each is two templates in `templates/dart/bindings/`,
//! one for the functions of the library's class and one for a static member of another class. No
//! caller knows which form it is.

use askama::Template;
use clap::ValueEnum;

use super::crossing::Crossing;
use super::layout;

/// Constructor of a library's class that looks nothing up.
const NO_LOOKUPS: &str = "  _Bindings($.DynamicLibrary _);";

/// Form of all bindings of a package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Functions that are looked up in the file that `open` opens, which may be any.
    #[default]
    Lookup,
    /// Functions that Dart resolves itself, by `@Native`: those of the code asset of the package.
    Native,
}

impl Form {
    /// Returns the form of the bindings in the text of a library's class.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if text.contains(NO_LOOKUPS) { Self::Native } else { Self::Lookup }
    }

    /// Returns the base class of the library's class, which calls `all`.
    pub(super) fn functions(self, all: &[Binding]) -> String {
        match self {
            Self::Lookup => super::render(&LookupFunctions { all }),
            Self::Native => super::render(&NativeFunctions { all }),
        }
        .trim()
        .to_owned()
    }

    /// Returns the declarations of the types that bindings name: those of C and, where Dart doesn't
    /// know them from the function itself, of Dart.
    pub(super) fn typedefs(self, signature: &Signature, [native, dart]: &[String; 2]) -> Vec<String> {
        let all = Vec::from(signature.typedefs(native, dart));
        let needed = if self == Self::Native { 1 } else { 2 };
        all.into_iter().take(needed).collect()
    }

    /// Returns a static member of the class that calls it.
    pub(super) fn member(self, it: &Binding) -> String {
        match self {
            Self::Lookup => super::render(&LookupMember { it }),
            Self::Native => super::render(&NativeMember { it }),
        }
        .trim_end()
        .to_owned()
    }
}

/// A function of the library.
pub struct Binding {
    /// Name of the Dart function.
    pub name: String,
    /// Symbol in the library, as a literal.
    pub symbol: String,
    /// Types, result first.
    pub signature: Signature,
    /// The types of C as a function type, or the name of one.
    pub native: String,
    /// The types of Dart as a function type, or the name of one.
    pub dart: String,
    /// True if Dart may stay in its own state during the call.
    pub leaf: bool,
}

impl Binding {
    /// Returns the leaf function `symbol` as `name`.
    pub fn leaf(name: &str, symbol: &str, signature: Signature) -> Self {
        let (native, dart) = (signature.native_type(), signature.dart_type());
        Self { name: name.to_owned(), symbol: layout::string(symbol), signature, native, dart, leaf: true }
    }
}

#[derive(Template)]
#[template(path = "dart/bindings/lookup/functions.dart.jinja", escape = "none")]
struct LookupFunctions<'a> {
    all: &'a [Binding],
}

#[derive(Template)]
#[template(path = "dart/bindings/lookup/member.dart.jinja", escape = "none")]
struct LookupMember<'a> {
    it: &'a Binding,
}

#[derive(Template)]
#[template(path = "dart/bindings/native/functions.dart.jinja", escape = "none")]
struct NativeFunctions<'a> {
    all: &'a [Binding],
}

#[derive(Template)]
#[template(path = "dart/bindings/native/member.dart.jinja", escape = "none")]
struct NativeMember<'a> {
    it: &'a Binding,
}

/// Types of a native function, result first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    native: Vec<String>,
    dart: Vec<String>,
}

impl Signature {
    /// Returns the types of a function, result first: pairs of those of `dart:ffi` and of Dart,
    /// which is empty if it is the same.
    pub fn new(types: &[(&str, &str)]) -> Self {
        let dart = |&(native, dart): &(&str, &str)| if dart.is_empty() { native } else { dart }.to_owned();
        Self {
            native: types.iter().map(|it| it.0.to_owned()).collect(),
            dart: types.iter().map(dart).collect(),
        }
    }

    /// Returns the types of a function, which also has a status.
    pub fn of(crossing: &Crossing) -> Self {
        let (native, dart) = &crossing.outcome.ty;
        let mut types: Vec<_> = [(&**native, *dart)].into_iter().chain(crossing.types()).collect();
        types.push(("$.Pointer<$.FfiStatus>", ""));
        Self::new(&types)
    }

    /// Returns the declarations of `native` and `dart` as names of the types.
    pub fn typedefs(&self, native: &str, dart: &str) -> [String; 2] {
        [
            layout::function_type(native, &self.native[0], &self.native[1..]),
            layout::function_type(dart, &self.dart[0], &self.dart[1..]),
        ]
    }

    fn native_type(&self) -> String {
        format!("{} Function({})", self.native[0], self.native[1..].join(", "))
    }

    fn dart_type(&self) -> String {
        format!("{} Function({})", self.dart[0], self.dart[1..].join(", "))
    }

    fn returns(&self) -> &str {
        &self.dart[0]
    }

    fn parameters(&self) -> String {
        let parameters = self.dart[1..].iter().enumerate();
        parameters.map(|(index, ty)| format!("{ty} a{index}")).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what is written for one function of the library, and for one of a pool.
    fn both(form: Form) -> [String; 2] {
        let status = ("$.Pointer<$.FfiStatus>", "");
        let flip = Binding {
            native: "_C0".to_owned(),
            dart: "_D0".to_owned(),
            leaf: false,
            ..Binding::leaf(
                "_flipNative",
                "demo_ffi_flip",
                Signature::new(&[("$.Int32", "int"), ("$.Bool", "bool"), status]),
            )
        };
        let clear =
            Binding::leaf("_clear", "demo_ffi0_status_clear", Signature::new(&[("$.Void", "void"), status]));
        let free = Signature::new(&[("$.Int32", "int"), ("$.Pointer<Task>", "")]);
        let free = Binding::leaf("_free", "demo_ffi_task_pool_free", free);
        [form.functions(&[flip, clear]), form.member(&free)]
    }

    #[test]
    fn functions_are_looked_up() {
        let [functions, member] = both(Form::Lookup);
        assert!(
            functions.ends_with(
                "\nabstract base class _Bindings {\n  _Bindings($.DynamicLibrary library)\n    \
             : _flipNative = library.lookupFunction<_C0, _D0>('demo_ffi_flip'),\n      \
             _clear = library.lookupFunction<\n        $.Void Function($.Pointer<$.FfiStatus>),\n        void \
             Function($.Pointer<$.FfiStatus>)\n      >('demo_ffi0_status_clear', isLeaf: true);\n\n  \
             final _D0 _flipNative;\n\n  final void Function($.Pointer<$.FfiStatus>) _clear;\n}"
            ),
            "{functions}"
        );
        assert_eq!(
            member,
            "  static final int Function($.Pointer<Task>) _free = _library.lookupFunction<\n    $.Int32 \
             Function($.Pointer<Task>),\n    int Function($.Pointer<Task>)\n  >('demo_ffi_task_pool_free', isLeaf: true);"
        );
    }

    #[test]
    fn functions_are_resolved_by_dart() {
        let [functions, member] = both(Form::Native);
        assert_eq!(
            functions,
            "@$.Native<_C0>(symbol: 'demo_ffi_flip')\n\
             external int _flipNative(bool a0, $.Pointer<$.FfiStatus> a1);\n\n\
             @$.Native<$.Void Function($.Pointer<$.FfiStatus>)>(symbol: 'demo_ffi0_status_clear', isLeaf: true)\n\
             external void _clear($.Pointer<$.FfiStatus> a0);\n\n\
             /// The functions of the library, which Dart resolves.\n\
             abstract base class _Bindings {\n  _Bindings($.DynamicLibrary _);\n}"
        );
        let names = ["_C0", "_D0"].map(str::to_owned);
        let count = |form: Form| form.typedefs(&Signature::new(&[("$.Int32", "int")]), &names).len();
        assert_eq!([count(Form::Native), count(Form::Lookup)], [1, 2]);
        assert_eq!([Form::of(&functions), Form::of(&both(Form::Lookup)[0])], [Form::Native, Form::Lookup]);
        assert_eq!(
            member,
            "  @$.Native<$.Int32 Function($.Pointer<Task>)>(symbol: 'demo_ffi_task_pool_free', isLeaf: true)\n  \
             external static int _free($.Pointer<Task> a0);"
        );
    }
}
