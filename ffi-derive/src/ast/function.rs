//! `#[ffi_export]`.

use darling::ast::NestedMeta;
use darling::{Error, FromAttributes as _, FromMeta, Result};
use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Attribute, FnArg, ItemFn, Pat, Path, ReturnType, Safety, Type, TypeReference, parse_quote,
    parse_quote_spanned,
};

use super::callback::Signature;
use super::input::{self, InputItem};
use super::owner::{self, Member, Owner};
use super::types::{self, Given, Taken};
use super::{Head, refuse_generics, stream};
use crate::attr::{Arguments, Flag, FunctionAttrs, Limit, OwnLimit, ParamAttrs, Window};
use crate::rules::Rules;

/// A function that C can call.
pub(crate) struct Function {
    pub(crate) head: Head,
    /// The function's `#[cfg]`s, which also hold for its wrapper.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) leaf: bool,
    pub(crate) mode: Mode,
    /// The way in which Dart writes arguments, if the user chose one.
    pub(crate) arguments: Option<Arguments>,
    pub(crate) params: Vec<Param>,
    /// Number of items of each input that may wait for Rust; none without an input.
    pub(crate) input_window: Option<u32>,
    /// Position of the parameter `&FfiContext` among the others, if the function has one.
    pub(crate) context: Option<usize>,
    /// The result type, `()` if none is written; of a stream, the type of its items; for a function
    /// that makes an object of its type, that object.
    pub(crate) output: Type,
    /// Relation to a type of objects, if it belongs to one.
    pub(crate) member: Option<Member>,
    pub(crate) limit: Option<Limit>,
    /// Path of the function that decides whether a call may run, if it is that of a service.
    pub(crate) guard: Option<Path>,
}

/// Keys that say how a function is called.
#[derive(Default)]
pub(super) struct Keys {
    pub(super) leaf: Flag,
    pub(super) blocking: Flag,
    pub(super) inline: Flag,
    pub(super) window: Option<Window>,
    pub(super) arguments: Option<Arguments>,
    pub(super) limit: Option<Limit>,
}

/// Way in which a function is called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Sync,
    Async,
    /// An async function that is polled once on the thread of the caller.
    Inline,
    Blocking,
    /// A function that returns a stream, of which so many items may wait for Dart.
    Stream(u32),
}

/// A parameter of a [`Function`].
pub(crate) struct Param {
    pub(crate) name: String,
    pub(crate) pass: Pass,
    /// True if the parameter is an `Option` of the type.
    pub(crate) optional: bool,
    /// The owned type, if the function takes a copy of lent memory: `String` for `&str`, `Vec<T>`
    /// for `&[T]`; the type of the items of an input.
    pub(crate) owned: Option<Type>,
    /// The type behind the reference, slice or box, or that of the value; `u8` for text;
    /// `fn(A, ..) -> R` for a function of Dart.
    pub(crate) ty: Type,
    /// The arguments and the result of a function of Dart.
    pub(crate) function: Option<Signature>,
    /// The type as the user wrote it.
    pub(crate) written: Type,
    /// True for the key of the call: of its rate, and for a guard.
    pub(crate) key: Flag,
    /// Rules that its value keeps.
    pub(crate) rules: Rules,
}

/// Way in which a parameter crosses the boundary.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    Value,
    Ref,
    Mut,
    Slice,
    SliceMut,
    Str,
    /// `&CStr`: text that ends with a NUL.
    CStr,
    Pool,
    /// `FfiArena<T>`, whose contents the function gets.
    Arena,
    /// `FrozenArena<T>`, whose pages the function shares. The type that crosses is the `FfiArena`.
    Frozen,
    Object,
    /// `FfiMoved<[T]>`, which the function gets.
    Moved,
    Callback,
    /// `DartFn<F>`, which the function may keep.
    DartFn,
    /// `Arc<dyn Trait>`, an object of Dart.
    Listener,
    /// `FfiInput<T>`, a stream of Dart.
    Input(InputItem),
}

impl Pass {
    /// Returns true for what Dart keeps until Rust drops it.
    pub(crate) fn is_kept(self) -> bool {
        matches!(self, Self::DartFn | Self::Listener)
    }
}

impl Function {
    pub(crate) fn new(args: TokenStream, function: &ItemFn) -> Result<Self> {
        let mut errors = Error::accumulator();
        let signature = &function.sig;
        let args = errors.handle_in(|| {
            let mut keys = NestedMeta::parse_meta_list(args)?;
            for attr in function.attrs.iter().filter(|attr| attr.path().is_ident("ffi")) {
                keys.extend(NestedMeta::parse_meta_list(attr.meta.require_list()?.tokens.clone())?);
            }
            FunctionAttrs::from_list(&keys)
        });
        let (common, keys) = match args {
            Some(FunctionAttrs { common, leaf, blocking, inline, window, arguments, limit }) => {
                (Some(common), Keys { leaf, blocking, inline, window, arguments, limit })
            }
            None => (None, Keys::default()),
        };
        let head =
            common.and_then(|common| errors.handle(Head::new(&signature.ident, &function.attrs, common)));
        let read = errors.handle(Self::read(head, keys, &function.attrs, signature, None)).flatten();
        if let Some(function) = &read {
            errors.handle(function.check_key());
        }
        errors.finish()?;
        Ok(read.expect("without an error there is one"))
    }

    /// Reads a function whose keys were read. Returns none if there is no `head`, as there were
    /// mistakes in it, and else none here.
    pub(super) fn read(
        head: Option<Head>,
        keys: Keys,
        attrs: &[Attribute],
        signature: &syn::Signature,
        member: Option<Member>,
    ) -> Result<Option<Self>> {
        let mut errors = Error::accumulator();
        errors.handle(refuse_generics(&signature.generics, "an exported function"));
        errors.handle(check_qualifiers(signature));
        let output = match &signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(&**ty),
        };
        let item = output.map_or(Ok(None), stream::item);
        let is_stream = !matches!(item, Ok(None));
        let has_input = signature.inputs.iter().any(input::is_input);
        let mode = errors.handle(mode_of(signature, &keys, is_stream, has_input));
        // A stream without the type of its items has no result to check.
        let output = if item.is_ok() { output } else { None };
        let item = errors.handle(item).flatten();
        let contexts: Vec<_> = (0..).zip(&signature.inputs).filter(|(_, input)| is_context(input)).collect();
        for (position, (_, input)) in contexts.iter().enumerate() {
            if let Some(mode) = mode {
                errors.handle(check_context(mode, position, input));
            }
        }
        let typed: Vec<_> = match &member {
            Some(_) => owner::typed(signature).collect(),
            None => signature.inputs.iter().collect(),
        };
        let params = typed.into_iter().filter(|input| !is_context(input));
        let params: Vec<_> = params.filter_map(|input| errors.handle(Param::new(input))).collect();
        if keys.leaf.is_present() {
            for param in params.iter().filter(|param| param.function.is_some() || param.pass.is_kept()) {
                let text = "a leaf function can't call Dart\nhint: remove `leaf`";
                errors.push(Error::custom(text).with_span(&param.written));
            }
        }
        if let Some(mode) = mode {
            for param in &params {
                errors.handle(check_input(mode, param));
            }
        }
        if mode.is_some_and(|mode| mode != Mode::Sync) {
            for param in &params {
                errors.handle(check_moved(param));
            }
        }
        let part = if is_stream { Given::Item } else { Given::Returned };
        let output = match item.or(output) {
            None => parse_quote!(()),
            Some(ty) => {
                errors.handle(types::check_given(part, ty));
                ty.clone()
            }
        };
        if let Some(own) = keys.limit.as_ref().and_then(|limit| limit.own("result")) {
            errors.handle(check_result_limit(own, is_stream, &output));
        }
        if let Some((own, mode)) = keys.limit.as_ref().and_then(|limit| limit.own("deadline")).zip(mode) {
            errors.handle(check_deadline(own, mode));
        }
        errors.finish()?;
        Ok(head.map(|head| Self {
            head,
            cfgs: attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned().collect(),
            leaf: keys.leaf.is_present(),
            mode: mode.expect("without an error there is one"),
            arguments: keys.arguments,
            params,
            input_window: has_input.then(|| keys.window.as_ref().map_or(Window::DEFAULT, |it| it.items)),
            context: contexts.first().map(|(index, _)| *index),
            output,
            member,
            limit: keys.limit,
            guard: None,
        }))
    }

    /// Returns the number and the parameter of the key of a call, if there is one.
    pub(crate) fn key(&self) -> Option<(usize, &Param)> {
        self.params.iter().enumerate().find(|(_, param)| param.key.is_present())
    }

    /// Checks that there is one key at most, and that something asks for it.
    pub(super) fn check_key(&self) -> Result<()> {
        let mut errors = Error::accumulator();
        let mut keys = self.params.iter().filter(|param| param.key.is_present());
        let first = keys.next();
        for second in keys {
            let text = "a call has one key\nhint: remove `key` here";
            errors.push(Error::custom(text).with_span(&second.key.span()));
        }
        if let Some(first) = first
            && self.limit.is_none()
            && self.guard.is_none()
        {
            let text = "nothing asks for the key of a call\n\
                        hint: `limit(per_second = 10)` on the function, or `guard = ..` on its service";
            errors.push(Error::custom(text).with_span(&first.key.span()));
        }
        if let Some(OwnLimit { name, .. }) = self.limit.as_ref().and_then(|limit| limit.own("keys"))
            && first.is_none()
        {
            let text = "no parameter is the key of a call\nhint: `#[ffi(key)]` on one, or remove `keys`";
            errors.push(Error::custom(text).with_span(name));
        }
        errors.finish()
    }

    /// Returns true if a limit can tell the size of the result.
    pub(crate) fn has_sized_result(&self) -> bool {
        !matches!(self.mode, Mode::Stream(_)) && types::is_text_or_list(&self.output)
    }

    /// Returns true if it needs the mailbox of an isolate.
    pub(crate) fn needs_mailbox(&self) -> bool {
        self.mode != Mode::Sync || self.params.iter().any(|param| param.pass.is_kept())
    }

    /// Returns the type of the object that the function takes first, if it takes one.
    pub(crate) fn receiver(&self) -> Option<&Owner> {
        self.member.as_ref().filter(|it| it.role.has_receiver()).map(|it| &it.owner)
    }
}

/// Returns the error for `#[ffi_export]` on an item that is neither a function nor a static.
pub(crate) fn refuse_export(item: &syn::Item) -> Error {
    Error::custom(
        "only a function, an `impl` block or a queue can be exported\n\
         hint: for a struct, `#[derive(FfiMessage)]`; for an enum, `#[derive(FfiEnum)]`",
    )
    .with_span(item)
}

fn check_qualifiers(signature: &syn::Signature) -> Result<()> {
    let mut errors = Error::accumulator();
    if let Safety::Unsafe(token) = &signature.safety {
        let error = Error::custom(
            "an exported function can't be unsafe: Dart can't promise what it asks for\n\
             hint: check what it needs and make it safe",
        );
        errors.push(error.with_span(token));
    }
    if let Some(abi) = &signature.abi {
        let error = Error::custom(
            "an exported function is an ordinary Rust function\nhint: remove `extern`; the attribute writes the C function",
        );
        errors.push(error.with_span(abi));
    }
    errors.finish()
}

/// Returns the way in which a function is called, by its keys, `async`, and whether it returns or
/// takes a stream.
fn mode_of(signature: &syn::Signature, args: &Keys, is_stream: bool, has_input: bool) -> Result<Mode> {
    let is_async = signature.asyncness.is_some();
    let refuse = |flag: &Flag, text: &str| Err(Error::custom(text).with_span(&flag.span()));
    if is_stream {
        return stream_mode(signature, args);
    }
    if let Some(Window { span, .. }) = args.window.as_ref().filter(|_| !has_input) {
        let text = "only a stream has a window\nhint: remove `window`, return `impl Stream<Item = T>`, or take an `FfiInput<T>`";
        return Err(Error::custom(text).with_span(span));
    }
    if args.leaf.is_present() && (is_async || args.blocking.is_present()) {
        return refuse(&args.leaf, "a leaf function returns at once, with its result\nhint: remove `leaf`");
    }
    match (is_async, args.blocking.is_present(), args.inline.is_present()) {
        (true, true, _) => refuse(
            &args.blocking,
            "an async function must not block: other tasks wait for its thread\n\
             hint: remove `async`, or remove `blocking` and put what blocks into `ffi_core::spawn_blocking`",
        ),
        (false, _, true) => refuse(
            &args.inline,
            "only an async function is polled\nhint: remove `inline`, or write `async fn`",
        ),
        (true, false, true) => Ok(Mode::Inline),
        (true, false, false) => Ok(Mode::Async),
        (false, true, false) => Ok(Mode::Blocking),
        (false, false, false) => Ok(Mode::Sync),
    }
}

/// Returns the way in which a function is called that returns a stream.
fn stream_mode(signature: &syn::Signature, args: &Keys) -> Result<Mode> {
    let mut errors = Error::accumulator();
    if let Some(token) = &signature.asyncness {
        let text = "a stream begins when Dart listens\nhint: remove `async`, and await in the stream";
        errors.push(Error::custom(text).with_span(token));
    }
    let flags = [("leaf", &args.leaf), ("blocking", &args.blocking), ("inline", &args.inline)];
    for (name, flag) in flags.into_iter().filter(|(_, flag)| flag.is_present()) {
        let text = format!("a stream is polled by the executor\nhint: remove `{name}`");
        errors.push(Error::custom(text).with_span(&flag.span()));
    }
    errors.finish()?;
    Ok(Mode::Stream(args.window.as_ref().map_or(Window::DEFAULT, |window| window.items)))
}

/// Returns true for a parameter `&FfiContext`, as it is written.
fn is_context(input: &FnArg) -> bool {
    let FnArg::Typed(typed) = input else { return false };
    let Type::Reference(reference) = types::ungrouped(&typed.ty) else { return false };
    types::is_called("FfiContext", &reference.elem)
}

/// Refuses a parameter `&FfiContext` that is the second one, or that would never cancel anything.
fn check_context(mode: Mode, position: usize, input: &FnArg) -> Result<()> {
    let text = match mode {
        Mode::Blocking if position == 0 => return Ok(()),
        Mode::Blocking => "a function has one `&FfiContext`\nhint: remove this one",
        Mode::Async | Mode::Inline => {
            "an async function is cancelled by dropping its future\nhint: remove the parameter; `ffi_core::context()` has the deadline"
        }
        Mode::Stream(_) => "a stream is cancelled by dropping it\nhint: remove the parameter",
        Mode::Sync => "Dart can't cancel a function that it waits for\nhint: `#[ffi_export(blocking)]`",
    };
    Err(Error::custom(text).with_span(input))
}

/// Refuses a limit of the result for one that is neither text nor a list.
fn check_result_limit(limit: &OwnLimit, is_stream: bool, output: &Type) -> Result<()> {
    let text = if is_stream {
        "a stream has no size\nhint: remove `result`; `window` limits the items that wait"
    } else if types::is_text_or_list(output) {
        return Ok(());
    } else {
        "only text and lists have a size that is not known\nhint: remove `result`, or return a `String` or a `Vec`"
    };
    Err(Error::custom(text).with_span(&limit.name))
}

/// Refuses a deadline of a function that nothing can end.
fn check_deadline(limit: &OwnLimit, mode: Mode) -> Result<()> {
    let text = match mode {
        Mode::Async | Mode::Inline | Mode::Blocking => return Ok(()),
        Mode::Sync => {
            "Dart waits for the function, however long it takes\nhint: `async fn`, or `blocking`; or remove `deadline`"
        }
        Mode::Stream(_) => "Dart listens to a stream as long as it likes\nhint: remove `deadline`",
    };
    Err(Error::custom(text).with_span(&limit.name))
}

/// Refuses an input of a function that Dart waits for.
fn check_input(mode: Mode, param: &Param) -> Result<()> {
    if mode != Mode::Sync || !matches!(param.pass, Pass::Input(_)) {
        return Ok(());
    }
    let text = "a stream of Dart has no items while Dart waits for the call\n\
                hint: `async fn`, `#[ffi_export(blocking)]`, or a stream as the result";
    Err(Error::custom(text).with_span(&param.written))
}

/// Refuses a parameter that borrows of a function that runs on after the call.
fn check_moved(param: &Param) -> Result<()> {
    let ty = param.ty.to_token_stream().to_string().replace(' ', "");
    let instead = match (param.pass, &param.owned) {
        (Pass::Callback, _) => {
            let text = "a `&dyn Fn` of Dart can only be called while Dart waits for the call\n\
                        hint: `DartFn<fn(A) -> R>`, which can be called later, or a stream as the result";
            return Err(Error::custom(text).with_span(&param.written));
        }
        (
            Pass::Value
            | Pass::Pool
            | Pass::Arena
            | Pass::Frozen
            | Pass::Object
            | Pass::Moved
            | Pass::DartFn
            | Pass::Listener
            | Pass::Input(_),
            _,
        )
        | (_, Some(_)) => return Ok(()),
        (Pass::Str | Pass::CStr, None) => "`String`, a copy".to_owned(),
        (Pass::Slice | Pass::SliceMut, None) => {
            format!("`Vec<{ty}>`, a copy, or `FfiMoved<[{ty}]>`, which the function then owns")
        }
        (Pass::Ref | Pass::Mut, None) if types::argument_of("FfiArena", &param.ty).is_some() => {
            format!("`{ty}`, which the function then owns")
        }
        (Pass::Ref | Pass::Mut, None) => {
            format!("`{ty}`, a copy, or `PoolBox<{ty}>`, which the function then owns")
        }
    };
    let text = format!(
        "an async or blocking function, or a stream, can't borrow from Dart: it runs on after the call has returned\n\
         hint: {instead}"
    );
    Err(Error::custom(text).with_span(&param.written))
}

impl Param {
    fn new(input: &FnArg) -> Result<Self> {
        let typed = match input {
            FnArg::Typed(typed) => typed,
            FnArg::Receiver(receiver) => {
                let error = Error::custom(
                    "a method alone can't be exported\nhint: `#[ffi_export]` on the `impl` block of a type with `#[derive(FfiObject)]`",
                );
                return Err(error.with_span(receiver));
            }
        };
        let mut errors = Error::accumulator();
        if let Some(attr) = typed.attrs.iter().find(|attr| attr.path().is_ident("cfg")) {
            let error = Error::custom(
                "a parameter of an exported function can't be conditional\n\
                 hint: write the function twice, each with the `#[cfg]` on the function",
            );
            errors.push(error.with_span(attr));
        }
        let attrs = errors.handle(ParamAttrs::from_attributes(&typed.attrs)).unwrap_or_default();
        let (key, rules) = (attrs.key, Rules::from(attrs.rules));
        let name = match &*typed.pat {
            Pat::Ident(pat) if pat.subpat.is_none() => {
                let name = pat.ident.unraw().to_string();
                if !name.is_ascii() {
                    let problem = format!("`{name}` can't be a name in Dart\nhint: use ASCII letters");
                    errors.push(Error::custom(problem).with_span(&pat.ident));
                }
                name
            }
            pat => {
                let error = Error::custom(
                    "a parameter of an exported function needs a name\nhint: take the pattern apart in the body",
                );
                errors.push(error.with_span(pat));
                String::new()
            }
        };
        let ty = types::ungrouped(&typed.ty);
        let inner = types::std_argument("Option", ty);
        let function = match Signature::of(inner.unwrap_or(ty)) {
            Ok(function) => function,
            Err(error) => {
                errors.push(error);
                return Err(errors.finish().expect_err("there is one"));
            }
        };
        if let Some(function) = function {
            if inner.is_some() {
                let text = "a function of Dart is not optional\nhint: a function that does nothing";
                errors.push(Error::custom(text).with_span(ty));
            }
            errors.finish()?;
            let pass = if function.kept { Pass::DartFn } else { Pass::Callback };
            let (ty, written) = (function.ty(ty), (*typed.ty).clone());
            let function = Some(function);
            return Ok(Self { name, pass, optional: false, owned: None, ty, function, written, key, rules });
        }
        if let Some(item) = input::item(inner.unwrap_or(ty)) {
            if inner.is_some() {
                let text = "a stream of Dart is not optional\nhint: an empty one";
                errors.push(Error::custom(text).with_span(ty));
            }
            let passed = errors.handle(Self::of_input(item));
            errors.finish()?;
            let (way, of) = passed.expect("without an error there is one");
            let (pass, owned, written) = (Pass::Input(way), Some(item.clone()), (*typed.ty).clone());
            return Ok(Self {
                name,
                pass,
                optional: false,
                owned,
                ty: of,
                function: None,
                written,
                key,
                rules,
            });
        }
        let passed = errors.handle(Self::passed(Taken::Parameter, inner.unwrap_or(ty)));
        if inner.is_some() && passed.as_ref().is_some_and(|(pass, ..)| *pass == Pass::Listener) {
            let text = "an object of Dart is not optional\nhint: an object that does nothing";
            errors.push(Error::custom(text).with_span(ty));
        }
        errors.finish()?;
        let (pass, owned, ty) = passed.expect("without an error there is one");
        let (optional, written) = (inner.is_some(), (*typed.ty).clone());
        Ok(Self { name, pass, optional, owned, ty, function: None, written, key, rules })
    }

    /// Returns the way in which an item of a stream of Dart is passed, and the type that crosses.
    fn of_input(item: &Type) -> Result<(InputItem, Type)> {
        match Self::passed(Taken::Item, item)? {
            (Pass::Value, None, ty) => Ok((InputItem::Value, ty)),
            (Pass::Str, Some(_), ty) => Ok((InputItem::Str, ty)),
            (Pass::Slice, Some(_), ty) => Ok((InputItem::Slice, ty)),
            (Pass::Pool, None, ty) => Ok((InputItem::Pool, ty)),
            (Pass::Arena, None, ty) => Ok((InputItem::Arena, ty)),
            _ => {
                let text = "the items of a stream of Dart are Rust's\nhint: a value, `String`, `Vec<T>`, `PoolBox<T>` or `FfiArena<T>`";
                Err(Error::custom(text).with_span(item))
            }
        }
    }

    /// Returns the way in which a type is passed, the type of the copy that the function takes, and
    /// the type that crosses the boundary.
    fn passed(part: Taken, ty: &Type) -> Result<(Pass, Option<Type>, Type)> {
        let ty = types::ungrouped(ty);
        if types::is_string(ty) {
            return Ok((Pass::Str, Some(ty.clone()), byte(ty)));
        }
        if let Some(element) = types::std_argument("Vec", ty) {
            types::check_element(element)?;
            return Ok((Pass::Slice, Some(ty.clone()), element.clone()));
        }
        if let Some(message) = types::argument_of("PoolBox", ty) {
            return Ok((Pass::Pool, None, message.clone()));
        }
        if types::argument_of("FfiArena", ty).is_some() {
            return Ok((Pass::Arena, None, ty.clone()));
        }
        if let Some(root) = types::argument_of("FrozenArena", ty) {
            let lent = parse_quote_spanned!(ty.span()=> __ffi::FfiArena<#root>);
            return Ok((Pass::Frozen, None, lent));
        }
        if let Some(list) = types::argument_of("FfiMoved", ty) {
            let Type::Slice(slice) = types::ungrouped(list) else {
                let text = "only a list can be moved\nhint: `FfiMoved<[T]>`; for a message, `PoolBox<T>`";
                return Err(Error::custom(text).with_span(list));
            };
            types::check_element(&slice.elem)?;
            return Ok((Pass::Moved, None, (*slice.elem).clone()));
        }
        if let Some(object) = types::argument_of("FfiObject", ty) {
            return Ok((Pass::Object, None, object.clone()));
        }
        if let Some(listener @ Type::TraitObject(_)) = types::argument_of("Arc", ty).map(types::ungrouped) {
            return Ok((Pass::Listener, None, listener.clone()));
        }
        let Type::Reference(TypeReference { lifetime, mutability, elem, .. }) = ty else {
            types::check_taken(part, ty)?;
            return Ok((Pass::Value, None, ty.clone()));
        };
        if let Some(lifetime) = lifetime {
            let error = Error::custom(
                "a parameter of an exported function can't have a named lifetime: the memory is lent for the call alone\n\
                 hint: remove the lifetime",
            );
            return Err(error.with_span(lifetime));
        }
        let (pass, ty) = match (types::ungrouped(elem), mutability.is_some()) {
            (text, false) if types::is_str(text) => return Ok((Pass::Str, None, byte(text))),
            (text, false) if types::is_c_str(text) => return Ok((Pass::CStr, None, byte(text))),
            (Type::Slice(slice), false) => (Pass::Slice, &*slice.elem),
            (Type::Slice(slice), true) => (Pass::SliceMut, &*slice.elem),
            (ty, false) => (Pass::Ref, ty),
            (ty, true) => (Pass::Mut, ty),
        };
        types::check_taken(Taken::Parameter, ty)?;
        Ok((pass, None, ty.clone()))
    }
}

/// Returns the type of the bytes of text, with the span of `text`, at which rustc reports errors.
fn byte(text: &Type) -> Type {
    parse_quote_spanned!(text.span()=> __ffi::u8)
}
