//! Types that are refused by their looks, each with the type to write instead.
//!
//! A macro sees tokens, not types: an alias hides any of these. For an alias, rustc reports that
//! `FfiType` isn't implemented, with the general advice of `#[diagnostic::on_unimplemented]`; this
//! module has the specific advice.

use darling::{Error, Result};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Expr, ExprLit, GenericArgument, Ident, Lit, PathArguments, PathSegment, Type, TypePath};

/// Returns the type inside the invisible group that a `$ty:ty` of `macro_rules!` leaves, and inside
/// parentheses.
pub(crate) fn ungrouped(mut ty: &Type) -> &Type {
    loop {
        ty = match ty {
            Type::Group(group) => &group.elem,
            Type::Paren(paren) => &paren.elem,
            _ => return ty,
        };
    }
}

/// Refuses a type that can't be inside the message or oneof `holder`.
pub(crate) fn check_inside(ty: &Type, holder: &Ident, what: &str) -> Result<()> {
    let mut errors = Error::accumulator();
    if let Some(itself) = find(ty, &|ty| matches!(ty, Type::Path(path) if path.path.is_ident(holder))) {
        let problem = format!(
            "{what} can't hold itself\nhint: refer to a message in a pool, with `FfiRef`, or hold an index"
        );
        errors.push(Error::custom(problem).with_span(itself));
    }
    if let Some(secret) = find(ty, &names_secret)
        && (what != "a message" || !names_secret(ungrouped(ty)))
    {
        let problem = format!(
            "an `FfiSecret` is a field of a message, and is held by nothing else\n\
             hint: put it into a message of its own, and that into {}",
            if what == "a message" { "the list or option" } else { what }
        );
        errors.push(Error::custom(problem).with_span(secret));
    }
    errors.handle(check_field(ty));
    errors.handle(check_tokens(ty.to_token_stream()));
    errors.finish()
}

/// Returns true if the type is a path without arguments, so that there is no constant in it.
pub(crate) fn is_name(ty: &Type) -> bool {
    match ungrouped(ty) {
        Type::Path(path) => {
            path.qself.is_none() && path.path.segments.iter().all(|it| it.arguments.is_none())
        }
        _ => false,
    }
}

/// Returns true if a type is written with the name of a secret.
pub(crate) fn names_secret(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if last_name(path) == "FfiSecret")
}

/// Refuses tokens of a type that may mean something else in the code that the derive writes.
pub(crate) fn check_tokens(tokens: TokenStream) -> Result<()> {
    let mut errors = Error::accumulator();
    let tokens: Vec<_> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(ident) => {
                let is_macro = matches!(
                    tokens.get(index + 1..index + 3),
                    Some([TokenTree::Punct(bang), TokenTree::Group(_)]) if bang.as_char() == '!'
                );
                if is_macro {
                    let problem = format!(
                        "`{ident}!` can give another type each time it is written\n\
                         hint: give the type a name: `type Name = {ident}!(..);`, or the number: `const LEN: usize = {ident}!(..);`"
                    );
                    errors.push(Error::custom(problem).with_span(ident));
                }
                errors.handle(check_name(ident));
            }
            TokenTree::Group(group) => {
                errors.handle(check_tokens(group.stream()));
            }
            _ => {}
        }
    }
    errors.finish()
}

/// Refuses a name that means something else in the code that the macros write.
pub(crate) fn check_name(ident: &Ident) -> Result<()> {
    if !ident.unraw().to_string().to_ascii_lowercase().starts_with("__ffi") {
        return Ok(());
    }
    let problem = format!("`{ident}` begins as names in generated code do\nhint: rename it");
    Err(Error::custom(problem).with_span(ident))
}

/// Returns the first type for which `wanted` holds: `ty`, or one that it holds in place.
fn find<'a>(ty: &'a Type, wanted: &dyn Fn(&Type) -> bool) -> Option<&'a Type> {
    match ungrouped(ty) {
        ty if wanted(ty) => Some(ty),
        Type::Array(array) => find(&array.elem, wanted),
        Type::Path(path) if HOLDERS.contains(&&*last_name(path)) => {
            type_arguments(path).find_map(|ty| find(ty, wanted))
        }
        _ => None,
    }
}

/// Types of `ffi_core` that hold values of their type arguments in place.
const HOLDERS: [&str; 3] = ["FfiVec", "FfiOption", "FfiMap"];

/// Types of `ffi_core` with a capacity, their last argument.
const BOUNDED: [&str; 5] = ["FfiStr", "FfiBytes", "FfiSecret", "FfiVec", "FfiMap"];

/// Types of `ffi_core` that refer to contents elsewhere in an arena.
const HANDLES: [&str; 5] = ["ArenaStr", "ArenaBytes", "ArenaVec", "ArenaMap", "ArenaBox"];

/// Returns true if a type is written with the name of a handle.
pub(crate) fn names_handle(ty: &Type) -> bool {
    fn any(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => HANDLES.contains(&&*ident.unraw().to_string()),
            TokenTree::Group(group) => any(group.stream()),
            _ => false,
        })
    }
    any(ty.to_token_stream())
}

/// Returns true if the editor of a type takes the number of elements to make room for.
pub(crate) fn is_growing(ty: &Type) -> bool {
    matches!(ungrouped(ty), Type::Path(path) if matches!(&*last_name(path), "ArenaVec" | "ArenaMap"))
}

/// Refuses a type that can't be a field.
fn check_field(ty: &Type) -> Result<()> {
    let ty = ungrouped(ty);
    match ty {
        Type::Array(array) if is_zero(&array.len) => {
            refuse(ty, "a field needs at least one byte", "remove it, or give the array an element")
        }
        Type::Array(array) => check_field(&array.elem),
        Type::Reference(reference) => match ungrouped(&reference.elem) {
            Type::Path(path) if last_name(path) == "str" => refuse(
                ty,
                "a message can't hold a reference: Dart can't keep what it points to alive",
                "`FfiStr<N>`",
            ),
            Type::Slice(_) => refuse(
                ty,
                "a message can't hold a reference: Dart can't keep what it points to alive",
                "`FfiVec<T, N>`",
            ),
            _ => refuse(
                ty,
                "a message can't hold a reference: Dart can't keep what it points to alive",
                "hold the value itself, or `FfiRef<T>`, which refers to a message in a pool",
            ),
        },
        Type::Ptr(_) | Type::FnPtr(_) => refuse(
            ty,
            "a message can't hold a pointer: it has another size on other targets",
            "hold an index, or `FfiRef<T>`, which refers to a message in a pool",
        ),
        Type::Tuple(_) => {
            refuse(ty, "a tuple has no layout of its own", "make it a message with named fields")
        }
        // `String` is left to rustc: unlike the others it takes no arguments, so it may be a
        // message of the user's.
        Type::Path(path) if of_std(path) => match last_name(path).as_str() {
            "Vec" if first_argument(path).is_some_and(is_u8) => refuse(
                ty,
                "`Vec` points to memory that Dart can't reach",
                "`FfiBytes<N>`, up to `N` bytes in place",
            ),
            "Vec" | "VecDeque" => refuse(
                ty,
                &format!("`{}` points to memory that Dart can't reach", last_name(path)),
                "`FfiVec<T, N>`, up to `N` elements in place",
            ),
            "Box" | "Rc" | "Arc" => refuse(
                ty,
                "a message can't own memory elsewhere",
                "hold the value itself, or `FfiRef<T>`, which refers to a message in a pool",
            ),
            "Option" => refuse(ty, "`Option` has no fixed layout", "`FfiOption<T>`"),
            "HashMap" | "BTreeMap" => refuse(
                ty,
                "a map points to memory that Dart can't reach",
                "`FfiMap<K, V, N>`, up to `N` entries in place",
            ),
            _ => Ok(()),
        },
        Type::Path(path) => match last_name(path).as_str() {
            name if BOUNDED.contains(&name) && capacity(path).is_some_and(is_zero) => {
                refuse(ty, &format!("`{name}` needs room for something"), "a capacity of at least 1")
            }
            "FfiMap" if names_handle(ty) => {
                refuse(ty, "an `FfiMap` can't refer to an arena", "`ArenaMap<K, V>`")
            }
            name if HOLDERS.contains(&name) => {
                let mut errors = Error::accumulator();
                for ty in type_arguments(path) {
                    errors.handle(check_field(ty));
                }
                errors.finish()
            }
            _ => check_scalar(ty, path),
        },
        _ => Ok(()),
    }
}

/// Part of a signature that a type is checked for, on its way to Rust, or to a function of Dart
/// that is lent for a call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    Parameter,
    Element,
    /// Item of a stream of Dart.
    Item,
    /// Argument of a function of Dart that is lent for a call.
    Argument,
    /// Result of a function of Dart.
    Answer,
}

impl Taken {
    fn name(self) -> &'static str {
        match self {
            Self::Parameter => "a parameter",
            Self::Element => "an element of a list",
            Self::Item => "an item of a stream of Dart",
            Self::Argument => "an argument of a function of Dart",
            Self::Answer => "the result of a function of Dart",
        }
    }
}

/// Refuses a type that can't be that part of a signature, or be behind a reference or slice that is
/// a parameter.
pub(crate) fn check_taken(part: Taken, ty: &Type) -> Result<()> {
    let ty = ungrouped(ty);
    let is_parameter = part == Taken::Parameter;
    let no = |what: &str, for_parameter: &str, other: &str| {
        let instead = if is_parameter { for_parameter } else { other };
        refuse(ty, &format!("{what} can't be {}", part.name()), instead)
    };
    match ty {
        Type::ImplTrait(_) | Type::TraitObject(_) => {
            refuse(ty, "an exported function takes concrete types", "name the type that Dart passes")
        }
        Type::Array(_) => {
            no("an array", "a slice, or a message that holds the array", "a message that holds the array")
        }
        Type::Reference(_) if is_parameter => {
            refuse(ty, "a parameter can't be a reference to a reference", "remove the inner `&`")
        }
        Type::Reference(_) => no("a reference", "", "the value itself, or a message that holds it"),
        Type::Ptr(_) | Type::FnPtr(_) => refuse(
            ty,
            &format!("a pointer can't be {}: nothing checks what it points to", part.name()),
            if is_parameter { "`&T`, `&mut T`, or a slice" } else { "the value itself" },
        ),
        Type::Tuple(_) => no(
            "a tuple",
            "several parameters, or a message with named fields",
            match part {
                Taken::Argument => "several arguments, or a message with named fields",
                _ => "a message with named fields",
            },
        ),
        Type::Path(path) if is_parameter && (path.path.is_ident("str") || is_c_str(ty)) => {
            refuse(ty, "text is not changed in place", "`&str`, or `&mut [u8]`")
        }
        Type::Path(path) if of_std(path) => match (last_name(path).as_str(), part) {
            ("String", Taken::Parameter) => refuse(
                ty,
                "text can't be lent as a `String`",
                "`&str`, or `String` for a copy; a type of your own by its path: `&self::String`",
            ),
            ("Vec", Taken::Parameter) => {
                refuse(ty, "values can't be lent as a `Vec`", "a slice, or `Vec<T>` for a copy")
            }
            ("Option", Taken::Parameter) => {
                refuse(ty, "an `Option` can only be the outermost part of a parameter", "`Option<&T>`, once")
            }
            ("String", Taken::Argument) => no(
                "a `String`",
                "",
                "a message with an `FfiStr<N>`, or `DartFn<fn(String) -> R>`, whose calls come later",
            ),
            ("Vec", Taken::Argument) => no(
                "a `Vec`",
                "",
                "a message with an `FfiVec<T, N>`, or `DartFn<fn(Vec<T>) -> R>`, whose calls come later",
            ),
            ("Vec", Taken::Answer) => no("a `Vec`", "", "a message with an `FfiVec<T, N>`"),
            ("Option", _) => no("an `Option`", "", "a message with an `FfiOption<T>`, or a oneof"),
            _ => Ok(()),
        },
        Type::Path(path) => check_scalar(ty, path),
        _ => Ok(()),
    }
}

/// Part of a signature that a type is checked for, on its way to Dart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Given {
    Returned,
    /// Item of a stream.
    Item,
    /// Argument of a function of Dart that Rust keeps.
    Argument,
}

/// Refuses a type that can't be that part of a signature.
pub(crate) fn check_given(part: Given, ty: &Type) -> Result<()> {
    let ty = ungrouped(ty);
    let subject = match part {
        Given::Returned => "an exported function can't return",
        Given::Item => "an item of a stream can't be",
        Given::Argument => "an argument of a function of Dart can't be",
    };
    let no = |what: &str, returned: &str, other: &str| {
        let instead = if part == Given::Returned { returned } else { other };
        refuse(ty, &format!("{subject} {what}"), instead)
    };
    const BY_VALUE: &str = "return the message by value, or write into a `&mut` parameter";
    match ty {
        Type::Reference(_) => no(
            "a reference: nothing keeps the value alive in Dart",
            BY_VALUE,
            "the value itself, a `String`, a `Vec` or a `PoolBox`",
        ),
        Type::Ptr(_) | Type::FnPtr(_) => no(
            "a pointer: nothing says how long it is valid",
            BY_VALUE,
            "the value itself, a `String`, a `Vec` or a `PoolBox`",
        ),
        Type::ImplTrait(_) => refuse(ty, "an exported function returns a concrete type", "name the type"),
        Type::Array(_) => no("an array", "return a message that holds it", "a message that holds it"),
        Type::Tuple(tuple) if !tuple.elems.is_empty() => no(
            "a tuple",
            "return a message with named fields",
            match part {
                Given::Argument => "several arguments, or a message with named fields",
                _ => "a message with named fields",
            },
        ),
        Type::Never(_) => refuse(
            ty,
            "an exported function returns: Dart waits for it",
            "remove `-> !`, or return a `Result`",
        ),
        Type::Path(path) => match last_name(path).as_str() {
            "Vec" if of_std(path) => first_argument(path).map_or(Ok(()), check_element),
            "Option" if of_std(path) && part == Given::Argument => {
                no("an `Option`", "", "a message with an `FfiOption<T>`, or a oneof")
            }
            "Option" if of_std(path) => first_argument(path).map_or(Ok(()), |ty| check_some(part, ty)),
            "Result" => first_argument(path).map_or(Ok(()), |ty| check_given(part, ty)),
            name @ ("Box" | "Rc" | "Arc") if of_std(path) => no(
                &format!("a value in `{name}`"),
                "return the value itself, or `FfiObject<T>`; of a service `FfiObject<dyn Trait>`",
                "the value itself, or an `FfiObject<T>`",
            ),
            "HashMap" | "BTreeMap" if of_std(path) => no(
                "a map",
                "return a message with an `FfiMap<K, V, N>`, or an arena with an `ArenaMap<K, V>`",
                "a message with an `FfiMap<K, V, N>`, or an arena with an `ArenaMap<K, V>`",
            ),
            _ => check_scalar(ty, path),
        },
        _ => Ok(()),
    }
}

/// Refuses a type that can't be an element of a `Vec`.
pub(crate) fn check_element(ty: &Type) -> Result<()> {
    let ty = ungrouped(ty);
    match ty {
        Type::Path(path) if of_std(path) => match last_name(path).as_str() {
            "String" => refuse(
                ty,
                "a list can't hold a `String`",
                "a message with an `FfiStr<N>`; a type of your own by its path: `self::String`",
            ),
            "Vec" => refuse(ty, "a list can't hold a `Vec`", "a message with an `FfiVec<T, N>`"),
            "Option" => refuse(ty, "a list can't hold an `Option`", "a message with an `FfiOption<T>`"),
            _ => Ok(()),
        },
        _ => check_taken(Taken::Element, ty),
    }
}

/// Refuses a type that can't be inside an `Option`: Dart has one `null`.
fn check_some(part: Given, ty: &Type) -> Result<()> {
    let ty = ungrouped(ty);
    if matches!(ty, Type::Path(path) if of_std(path) && last_name(path) == "Option") {
        return refuse(ty, "an `Option` of an `Option` is one too many: Dart has one `null`", "a oneof");
    }
    match ty {
        Type::Tuple(tuple) if tuple.elems.is_empty() => {
            refuse(ty, "an `Option` of `()` is one of two things", "a `bool`")
        }
        _ => check_given(part, ty),
    }
}

/// Refuses primitives that Dart doesn't have.
fn check_scalar(ty: &Type, path: &TypePath) -> Result<()> {
    match last_name(path).as_str() {
        "usize" => refuse(ty, "`usize` is not the same size on all targets", "`u32` or `u64`"),
        "isize" => refuse(ty, "`isize` is not the same size on all targets", "`i32` or `i64`"),
        "char" => refuse(ty, "`char` is not a type that C and Dart have", "`u32`, and `char::from_u32`"),
        "i128" | "u128" => refuse(ty, "Dart has no integer of 128 bits", "two fields of 64 bits"),
        _ => Ok(()),
    }
}

/// Returns the name of a primitive type of numbers, if the type is called so; it may still be
/// another type.
pub(crate) fn number(ty: &Type) -> Option<&Ident> {
    const NUMBERS: [&str; 10] = ["f32", "f64", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];
    match ungrouped(ty) {
        Type::Path(path) if path.qself.is_none() => {
            path.path.get_ident().filter(|ident| NUMBERS.iter().any(|number| ident == number))
        }
        _ => None,
    }
}

/// Returns true if the last segment of the type's path is `name`.
pub(crate) fn is_called(name: &str, ty: &Type) -> bool {
    matches!(ungrouped(ty), Type::Path(path) if last_name(path) == name)
}

/// Returns true if the type is `str`.
pub(crate) fn is_str(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("str"))
}

/// Returns true if the type is the `CStr` of the standard library.
pub(crate) fn is_c_str(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let segments = &path.path.segments;
    let first = segments.first().map(|first| &first.ident);
    let is_std = |first| ["std", "core", "ffi"].iter().any(|it| first == *it);
    last_name(path) == "CStr" && (segments.len() == 1 || first.is_some_and(is_std))
}

/// Returns true if the type is `String`.
pub(crate) fn is_string(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if of_std(path) && last_name(path) == "String")
}

/// Returns true if the type is called `String`, or holds such a type in place.
pub(crate) fn holds_string(ty: &Type) -> bool {
    find(ty, &is_string).is_some()
}

/// Returns `T`, if the type is `name<T>` of the standard library.
pub(crate) fn std_argument<'a>(name: &str, ty: &'a Type) -> Option<&'a Type> {
    match ty {
        Type::Path(path) if of_std(path) => argument_of(name, ty),
        _ => None,
    }
}

/// Returns true for a `String` or a `Vec`, also in an `Option` or a `Result`.
pub(crate) fn is_text_or_list(ty: &Type) -> bool {
    let ty = ungrouped(ty);
    let inner = ["Option", "Result"].iter().find_map(|name| argument_of(name, ty));
    is_string(ty) || std_argument("Vec", ty).is_some() || inner.is_some_and(is_text_or_list)
}

/// Returns `T`, if the type is written `..::name<T>`.
pub(crate) fn argument_of<'a>(name: &str, ty: &'a Type) -> Option<&'a Type> {
    match ty {
        Type::Path(path) if last_name(path) == name => first_argument(path),
        _ => None,
    }
}

/// A type of `ffi_core` that can only be named with an argument that fulfils its bound.
#[derive(Clone, Copy)]
pub(crate) enum Container {
    PoolBox,
    FfiQueue,
    FfiColumns,
    FfiInput,
}

/// Returns the containers in a type, each with its argument.
pub(crate) fn containers(ty: &Type) -> Vec<(Container, &Type)> {
    let path = match ungrouped(ty) {
        Type::Reference(reference) => return containers(&reference.elem),
        Type::Path(path) => path,
        _ => return Vec::new(),
    };
    let container = match last_name(path).as_str() {
        "PoolBox" => Some(Container::PoolBox),
        "FfiQueue" => Some(Container::FfiQueue),
        "FfiColumns" => Some(Container::FfiColumns),
        "FfiInput" => Some(Container::FfiInput),
        _ => None,
    };
    let here = container.and_then(|container| Some((container, first_argument(path)?)));
    here.into_iter().chain(type_arguments(path).flat_map(containers)).collect()
}

/// Types of the standard library whose names mean something to the macros. All but `String` take
/// arguments.
const OF_STD: [&str; 10] =
    ["String", "Vec", "VecDeque", "Box", "Rc", "Arc", "Option", "HashMap", "BTreeMap", "Result"];

/// Returns true if the macros take a type for one of the standard library's, and not for one of the
/// user's with its name.
///
/// A shared type takes no type arguments, so a `Vec` without any is the user's. Only a `String`
/// can't be told apart without its path, and is taken for that of the standard library.
fn of_std(path: &TypePath) -> bool {
    let name = last_name(path);
    let segments = &path.path.segments;
    let from_std = segments.len() == 1
        || segments.first().is_some_and(|first| ["std", "core", "alloc"].iter().any(|it| first.ident == it));
    from_std && OF_STD.contains(&&*name) && (name == "String" || first_argument(path).is_some())
}

fn last_segment(path: &TypePath) -> Option<&PathSegment> {
    path.path.segments.last()
}

fn last_name(path: &TypePath) -> String {
    last_segment(path).map(|segment| segment.ident.to_string()).unwrap_or_default()
}

/// Returns the arguments between `<` and `>`.
fn arguments(path: &TypePath) -> impl DoubleEndedIterator<Item = &GenericArgument> {
    let arguments = match last_segment(path).map(|segment| &segment.arguments) {
        Some(PathArguments::AngleBracketed(arguments)) => Some(&arguments.args),
        _ => None,
    };
    arguments.into_iter().flatten()
}

fn type_arguments(path: &TypePath) -> impl Iterator<Item = &Type> {
    arguments(path).filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Returns `T` of `Result<T, E>`.
fn first_argument(path: &TypePath) -> Option<&Type> {
    type_arguments(path).next()
}

/// Returns `N` of `FfiVec<T, N>`, unless it is the name of a constant, which a macro takes for a
/// type.
fn capacity(path: &TypePath) -> Option<&Expr> {
    match arguments(path).next_back()? {
        GenericArgument::Const(capacity) => Some(capacity),
        _ => None,
    }
}

fn is_u8(ty: &Type) -> bool {
    matches!(ungrouped(ty), Type::Path(path) if path.path.is_ident("u8"))
}

/// Returns true if an array's length is the literal 0; rustc finds the other zeros.
fn is_zero(len: &Expr) -> bool {
    matches!(len, Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) if int.base10_parse::<u64>().is_ok_and(|len| len == 0))
}

fn refuse(ty: &Type, problem: &str, instead: &str) -> Result<()> {
    Err(Error::custom(format!("{problem}\nhint: {instead}")).with_span(ty))
}
