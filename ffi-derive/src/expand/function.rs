//! `#[ffi_export]`.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, Type};

use super::{block, container_bounds, exports, rules};
use crate::ast::{Function, Head, InputItem, Made, Mode, Param, Pass, types};
use crate::attr::{Limit, OwnLimit};
use crate::{names, record};

pub(crate) fn function(function: &Function) -> TokenStream {
    let Head { item, prefix, .. } = &function.head;
    let symbol = match &function.member {
        Some(member) => prefix.type_symbol(&member.owner.name, &item.name),
        None => prefix.function_symbol(&item.name),
    };
    let wrapper = wrapper(function, &symbol);
    let fingerprint_symbol = format!("{symbol}_signature");
    let record = record(function, &symbol, &fingerprint_symbol);
    let facts = facts(function, &record);
    let (fingerprint, record) = (quote!(__FfiFacts::FINGERPRINT), quote!(__FfiFacts::RECORD));
    let exports = exports(&function.head, &fingerprint_symbol, &fingerprint, &record);
    let site = site(function);
    let block = block(&function.head, &quote! { use __ffi::Untyped as _; #site #wrapper #facts #exports });
    let cfgs = &function.cfgs;
    quote! { #(#cfgs)* #block }
}

/// Returns the place that each call passes, whatever looks at calls: see `ffi_core::production`.
fn site(function: &Function) -> TokenStream {
    let name = &function.head.item.name;
    let name = match &function.member {
        Some(member) => format!("{}.{name}", member.owner.name),
        None => name.clone(),
    };
    quote!(static __FFI_SITE: __ffi::Site = __ffi::Site::new(#name);)
}

impl Pass {
    /// Returns its name in records.
    fn name(self) -> &'static str {
        match self {
            Self::Value | Self::Arena => "value",
            Self::Ref => "ref",
            Self::Mut => "mut",
            Self::Slice => "slice",
            Self::SliceMut => "slice_mut",
            Self::Str => "str",
            Self::CStr => "c_str",
            Self::Pool => "pool",
            Self::Object => "object",
            Self::Frozen => "frozen",
            Self::Moved => "moved",
            Self::Callback => "callback",
            Self::DartFn => "dart_fn",
            Self::Listener => "listener",
            Self::Input(InputItem::Value) => "input_value",
            Self::Input(InputItem::Str) => "input_str",
            Self::Input(InputItem::Slice) => "input_slice",
            Self::Input(InputItem::Pool) => "input_pool",
            Self::Input(InputItem::Arena) => "input_arena",
        }
    }
}

/// Part of the wrapper that belongs to one parameter.
struct Argument {
    /// The parameters of the C function that carry the argument.
    raw: TokenStream,
    /// The memory that the argument lends, if it lends some.
    region: Option<TokenStream>,
    /// The memory that is owned by the value to which the argument refers, with its `unsafe`.
    owned: Option<TokenStream>,
    /// The expression that checks the argument, with its `unsafe`: a `Result` of the function's
    /// parameter.
    checked: TokenStream,
    /// The function that hands the argument over, once all arguments have been checked.
    taken: Option<TokenStream>,
}

impl Argument {
    fn new(function: &Function, index: usize, param: &Param) -> Self {
        let argument = match (param.pass, &param.owned, function.input_window) {
            (Pass::Input(_), Some(item), Some(window)) => return Self::input(index, param, item, window),
            _ => Self::required(index, param),
        };
        if !param.optional {
            return argument;
        }
        let present = format_ident!("__ffi_present_{index}");
        let (Self { raw, region, owned, checked, .. }, name) = (argument, &param.name);
        Self {
            owned: owned.map(|_| owned_by(&quote!(#region.if_present(#present)), index, param)),
            taken: match param.pass {
                Pass::Pool => Some(quote!(__ffi::take_some)),
                Pass::Arena => Some(quote!(__ffi::take_some_arena)),
                Pass::Moved => Some(quote!(__ffi::take_some_list)),
                _ => None,
            },
            raw: quote!(#raw, #present: __ffi::u8),
            region: region.map(|region| quote!(#region.if_present(#present))),
            checked: quote_spanned!(param.ty.span()=> __ffi::optional(#present, #name, || #checked)),
        }
    }

    /// Returns the argument of a stream of Dart: its number.
    fn input(index: usize, Param { name, .. }: &Param, item: &Type, window: u32) -> Self {
        let span = item.span();
        let raw = format_ident!("__ffi_arg_{index}", span = span);
        let mailbox = mailbox();
        let checked = quote_spanned! {span=>
            unsafe { __ffi::open_input::<#item>(#mailbox, #raw, #window, #name) }
        };
        let raw = quote!(#raw: __ffi::u64);
        Self { raw, region: None, owned: None, checked, taken: None }
    }

    fn required(index: usize, param: &Param) -> Self {
        let Param { name, pass, owned, ty, .. } = param;
        let span = ty.span();
        // The span at which rustc reports a type that can't be passed.
        let raw = format_ident!("__ffi_arg_{index}", span = span);
        let len = format_ident!("__ffi_len_{index}");
        let usize = quote!(__ffi::usize);
        // What says if a pointer may be looked at.
        let present = match param.optional {
            true => format_ident!("__ffi_present_{index}").into_token_stream(),
            false => quote!(1),
        };
        let (raw_type, region, check) = match pass {
            Pass::Value => {
                return Self {
                    raw: quote_spanned!(span=> #raw: <#ty as __ffi::FfiValue>::Param),
                    region: None,
                    owned: None,
                    checked: quote_spanned!(span=> unsafe { <#ty as __ffi::FfiValue>::from_param(#raw, #name) }),
                    taken: None,
                };
            }
            Pass::Object => {
                return Self {
                    raw: quote!(#raw: __ffi::u64),
                    region: None,
                    owned: None,
                    checked: quote_spanned!(span=> unsafe { __ffi::object_argument::<#ty>(#raw, #name) }),
                    taken: None,
                };
            }
            Pass::Pool => {
                return Self {
                    raw: quote!(#raw: *mut #ty),
                    region: Some(quote!(__ffi::Region::slot(#raw, #name))),
                    owned: None,
                    checked: quote_spanned!(span=> unsafe { __ffi::claim::<#ty>(#raw, #name) }),
                    taken: Some(quote!(__ffi::take)),
                };
            }
            Pass::Callback => {
                let context = format_ident!("__ffi_context_{index}");
                return Self {
                    raw: quote! {
                        #raw: __ffi::Option<__ffi::FfiCallback>,
                        #context: *mut __ffi::core::ffi::c_void
                    },
                    region: None,
                    owned: None,
                    checked: quote_spanned! {span=>
                        unsafe { __ffi::Callback::<#ty>::new(#raw, #context, #name) }
                    },
                    taken: None,
                };
            }
            Pass::DartFn | Pass::Listener => {
                let adopted = match pass {
                    Pass::DartFn => quote!(DartFn::<#ty>::adopt),
                    _ => quote!(listener::<#ty>),
                };
                let number = format_ident!("__ffi_number_{index}");
                return Self {
                    raw: quote! {
                        #raw: *const __ffi::FfiMailbox,
                        #number: __ffi::u64
                    },
                    region: None,
                    owned: None,
                    checked: quote_spanned! {span=>
                        unsafe { __ffi::#adopted(#raw, #number, #name) }
                    },
                    taken: None,
                };
            }
            Pass::Arena => {
                let region = quote!(__ffi::Region::arena(#raw, #name));
                return Self {
                    raw: quote!(#raw: *mut #ty),
                    owned: Some(owned_by(&region, index, param)),
                    region: Some(region),
                    checked: quote_spanned!(span=> unsafe { __ffi::given(#raw, #name) }),
                    taken: Some(quote!(__ffi::take_arena)),
                };
            }
            Pass::Moved => {
                return Self {
                    raw: quote!(#raw: *mut __ffi::FfiGiven),
                    region: Some(quote!(unsafe { __ffi::given_region::<#ty>(#raw, #present, #name) })),
                    owned: None,
                    checked: quote_spanned!(span=> unsafe { __ffi::given_list::<#ty>(#raw, #name) }),
                    taken: Some(quote!(__ffi::take_list)),
                };
            }
            Pass::CStr => {
                return Self {
                    raw: quote!(#raw: *const __ffi::core::ffi::c_char),
                    region: Some(quote!(unsafe { __ffi::Region::c_text(#raw, #present, #name) })),
                    owned: None,
                    checked: quote_spanned!(span=> unsafe { __ffi::c_text(#raw, #name) }),
                    taken: None,
                };
            }
            Pass::Ref => (quote!(*const #ty), quote!(shared), quote!(reference::<#ty>)),
            Pass::Frozen => (quote!(*const #ty), quote!(shared), quote!(frozen)),
            Pass::Mut => (quote!(*mut #ty), quote!(mutable), quote!(reference_mut::<#ty>)),
            Pass::Slice => (quote!(*const #ty, #len: #usize), quote!(shared), quote!(slice::<#ty>)),
            Pass::Input(_) => unreachable!("an input is no memory"),
            Pass::SliceMut => (quote!(*mut #ty, #len: #usize), quote!(mutable), quote!(slice_mut::<#ty>)),
            Pass::Str => (quote!(*const #ty, #len: #usize), quote!(shared), quote!(text)),
        };
        let (count, arguments) = match pass {
            Pass::Ref | Pass::Mut | Pass::Frozen => (quote!(1), quote!(#raw, #name)),
            _ => (quote!(#len), quote!(#raw, #len, #name)),
        };
        let region = quote!(__ffi::Region::#region(#raw, #count, #name));
        let by_reference = matches!(pass, Pass::Ref | Pass::Mut | Pass::Frozen);
        let copy = owned.as_ref().map(|owned| match pass {
            Pass::Str => quote!(.map(<#owned as __ffi::OwnedText>::copied)),
            _ => quote!(.map(__ffi::ToOwned::to_owned)),
        });
        Self {
            raw: quote!(#raw: #raw_type),
            owned: by_reference.then(|| owned_by(&region, index, param)),
            region: Some(region),
            checked: quote_spanned!(span=> unsafe { __ffi::#check(#arguments) }#copy),
            taken: None,
        }
    }
}

/// Returns the memory that is owned by the value to which a parameter refers, given the region of
/// the reference.
fn owned_by(region: &TokenStream, index: usize, Param { ty, .. }: &Param) -> TokenStream {
    let raw = format_ident!("__ffi_arg_{index}");
    quote!(unsafe { #region.owned_by::<#ty>(#raw) })
}

fn wrapper(function: &Function, symbol: &str) -> TokenStream {
    let (ident, output) = (&function.head.ident, &function.output);
    let arguments: Vec<_> = function
        .params
        .iter()
        .enumerate()
        .map(|(index, param)| Argument::new(function, index, param))
        .collect();
    let raws = arguments.iter().map(|argument| &argument.raw);
    let regions: Vec<_> = arguments.iter().filter_map(|argument| argument.region.as_ref()).collect();
    let writes = function.params.iter().any(|param| {
        matches!(param.pass, Pass::Mut | Pass::SliceMut | Pass::Pool | Pass::Arena | Pass::Moved)
    });
    // A single region, or regions that are only read, can't conflict.
    let disjoint = (writes && regions.len() > 1).then(|| quote!(__ffi::disjoint(&[#(#regions),*])?;));
    let disjoint_owned = (writes && regions.len() > 1).then(|| disjoint_owned(function, &arguments));
    let locals: Vec<_> = (0..arguments.len()).map(|index| format_ident!("__ffi_local_{index}")).collect();
    // Copies come first: a copied pointer may be to memory that another argument refers to, and a
    // read of it must not come between the making of a `&mut` and its use.
    // Functions of Dart come before all, as those that are not taken are never released.
    let kept = |param: &Param| param.pass.is_kept();
    let adopted: Vec<_> = (function.params.iter().zip(&locals).zip(&arguments))
        .filter(|((param, _), _)| kept(param))
        .map(|((_, local), Argument { checked, .. })| quote!(let #local = #checked;))
        .collect();
    let taken = function.params.iter().zip(&locals).filter(|(param, _)| kept(param));
    let taken: Vec<_> = taken.map(|(_, local)| quote!(let #local = #local?;)).collect();
    let (copied, lent): (Vec<_>, Vec<_>) = (function.params.iter().zip(&locals).zip(&arguments))
        .filter(|((param, _), _)| !kept(param))
        .map(|((param, local), Argument { checked, .. })| (param.pass, quote!(let #local = #checked?;)))
        .partition(|(pass, _)| *pass == Pass::Value);
    let checked = copied.into_iter().chain(lent).map(|(_, checked)| checked);
    let passed = function.params.iter().zip(&arguments).zip(&locals);
    let passed = passed.map(|((param, argument), local)| match &argument.taken {
        Some(take) => quote!(#take(#local)),
        None if param.pass == Pass::Callback => {
            let count = param.function.as_ref().map_or(0, |it| it.arguments.len());
            let arguments: Vec<_> = (0..count).map(|index| format_ident!("__ffi_argument_{index}")).collect();
            quote!(&|#(#arguments),*| #local.call(#(#arguments),*))
        }
        None => quote!(#local),
    });
    let by_value = function
        .params
        .iter()
        .flat_map(|param| match &param.function {
            Some(function) => {
                let types = function.arguments.iter().chain([&function.answer]);
                types.map(|ty| ("assert_called_by_value", ty)).collect()
            }
            None if param.pass == Pass::Value => vec![("assert_by_value", &param.ty)],
            None if param.pass == Pass::Input(InputItem::Value) => {
                vec![("assert_item_by_value", &param.ty)]
            }
            None => Vec::new(),
        })
        .map(|(assert, ty)| {
            let assert = Ident::new(assert, ty.span());
            quote_spanned! {ty.span()=>
                const _: () = __ffi::#assert(__ffi::core::mem::size_of::<#ty>(), __ffi::Facts::<#ty>::SECRET);
            }
        });
    let output_type = output_type(output);
    let by_value_output = quote_spanned! {output.span()=>
        const _: () = __ffi::assert_returned_by_value(__FfiFacts::RESULT_SIZE, __FfiFacts::RESULT_SECRET);
    };
    let (assertions, bounds) = (assertions(function), bounds(function));
    let (handle, receiver) = receiver(function).unzip();
    let is_near = receiver.is_some() && adopted.is_empty() && is_near(function);
    // The closure gets what was found.
    let receiver = receiver.filter(|_| !is_near);
    let adopted = quote!(#(#adopted)*);
    let admission = Admission::new(function);
    let (begins, asks, limits) = (admission.begins(), admission.asks(), admission.limits());
    let checks = quote! {
        #(#taken)*
        #begins
        #receiver
        #disjoint
        #disjoint_owned
        #(#checked)*
        #asks
    };
    let (mailbox, number) = (mailbox(), number());
    let started = quote! {
        #mailbox: *const __ffi::FfiMailbox,
        #number: __ffi::u64,
        __ffi_now: *mut __ffi::FfiEvent,
    };
    let (more, returns, body) = match function.mode {
        Mode::Sync => {
            let returns = quote!(<#output_type as __ffi::FfiOutput>::Abi);
            (quote!(), returns, call(function, &checks, passed, &output_type, is_near))
        }
        mode => {
            let passed: Vec<_> = passed.collect();
            let body = match mode {
                Mode::Blocking => start_blocking(function, &checks, &passed, &output_type),
                Mode::Stream(window) => start_stream(function, window, &checks, &passed, &output_type),
                _ => start_async(function, &checks, &passed, &output_type),
            };
            (started, quote!(__ffi::i32), body)
        }
    };
    // The span at which rustc reports a symbol that another item has.
    let wrapper = quote_spanned! {ident.span()=>
        #[unsafe(export_name = #symbol)]
        unsafe extern "C" fn __ffi_wrapper(
            #handle
            #(#raws,)*
            #more
            __ffi_status: *mut __ffi::FfiStatus,
        ) -> #returns
        #bounds
        {
            // SAFETY: the caller passes the mailbox of its isolate, which keeps the functions.
            #adopted
            #body
        }
    };
    let krate = &function.head.krate;
    let wrapper = match function.needs_mailbox() {
        false => wrapper,
        true => quote!(#krate::__async! { function #wrapper }),
    };
    let wrapper = match limits {
        None => wrapper,
        Some(limits) => quote!(#krate::__production! { limited #limits #wrapper }),
    };
    quote_spanned! {ident.span()=>
        #(#by_value)*
        #by_value_output
        #assertions

        #wrapper
    }
}

/// Code that lets a call of a function pass, or refuses it: by its limits, the rules of its
/// arguments, the guard of its service. There is none of it for other functions.
struct Admission<'a>(&'a Function);

impl Admission<'_> {
    fn new(function: &Function) -> Admission<'_> {
        Admission(function)
    }

    /// Returns the static with the limits, if there are some.
    fn limits(&self) -> Option<TokenStream> {
        Some(match self.0.limit.as_ref()? {
            Limit::Shared(path) => {
                quote_spanned!(path.span()=> static __FFI_LIMITS: &__ffi::Limits = &#path;)
            }
            Limit::Own(limits) => {
                let limits = limits.iter().map(|OwnLimit { name, number }| {
                    let number = Literal::u32_unsuffixed(*number);
                    quote!(.#name(#number))
                });
                quote!(static __FFI_LIMITS: __ffi::Limits = __ffi::Limits::new() #(#limits)*;)
            }
        })
    }

    /// Returns what comes before the arguments are read.
    fn begins(&self) -> Option<TokenStream> {
        self.0.limit.as_ref()?;
        let parts = self.0.params.iter().enumerate().filter_map(|(index, param)| {
            let ty = &param.ty;
            let len = format_ident!("__ffi_len_{index}");
            let present = format_ident!("__ffi_present_{index}");
            let count = match param.pass {
                Pass::Slice | Pass::SliceMut | Pass::Str if param.optional => {
                    quote!((if #present == 0 { 0 } else { #len }))
                }
                Pass::Slice | Pass::SliceMut | Pass::Str => quote!(#len),
                Pass::Value | Pass::Pool => quote!(1),
                Pass::Ref | Pass::Mut if types::argument_of("FfiArena", ty).is_none() => quote!(1),
                // Their sizes are known once they are read.
                _ => return None,
            };
            Some(quote!((#count, __ffi::core::mem::size_of::<#ty>())))
        });
        let has_key = self.0.key().is_some();
        Some(quote! {
            let __ffi_permit = __FFI_LIMITS.enter(__ffi::request(&[#(#parts),*]), #has_key)?;
        })
    }

    /// Returns what counts the bytes of the arguments once the call is allowed, if it has some;
    /// `bytes` are those of the call.
    fn got(&self, bytes: &TokenStream) -> Option<TokenStream> {
        let parts = self.0.params.iter().enumerate().filter_map(|(index, param)| {
            let ty = &param.ty;
            let local = format_ident!("__ffi_local_{index}");
            let len = format_ident!("__ffi_len_{index}");
            let present = format_ident!("__ffi_present_{index}");
            let one = quote!(__ffi::core::mem::size_of::<#ty>());
            // The arguments were checked, so a length is that of memory that is there.
            let (count, size) = match param.pass {
                Pass::Slice | Pass::SliceMut | Pass::Str => (quote!(#len), one),
                Pass::Pool => (quote!(1), one),
                Pass::Ref | Pass::Mut => return Some(measured(&quote!(FfiLent::bytes), param, &local)),
                Pass::Frozen => return Some(measured(&quote!(FfiOutput::bytes), param, &local)),
                Pass::Arena => return Some(measured(&quote!(GivenArena::bytes), param, &local)),
                Pass::Moved => return Some(measured(&quote!(GivenList::bytes), param, &local)),
                Pass::CStr => return Some(measured(&quote!(c_text_bytes), param, &local)),
                Pass::Value
                | Pass::Object
                | Pass::Callback
                | Pass::DartFn
                | Pass::Listener
                | Pass::Input(_) => return None,
            };
            Some(match param.optional {
                true => quote!((if #present == 0 { 0 } else { #count }, #size)),
                false => quote!((#count, #size)),
            })
        });
        let parts: Vec<_> = parts.collect();
        (!parts.is_empty()).then(|| quote!(#bytes.got(|| [#(#parts),*]);))
    }

    /// Returns what comes when the arguments have been read: it asks for their rules, the rate of
    /// the key, and the guard.
    fn asks(&self) -> TokenStream {
        let rules = self.0.params.iter().enumerate().filter(|(_, param)| !param.rules.is_empty());
        let rules = rules.map(|(index, Param { name, rules, ty, .. })| {
            let local = format_ident!("__ffi_local_{index}");
            let span = ty.span().resolved_at(Span::call_site());
            let checked = rules::check(rules, &self.0.head.krate, ty, &quote_spanned!(span=> &#local));
            quote!(__ffi::named(#checked, #name)?;)
        });
        let key = self.0.key().map(|(index, Param { written, .. })| {
            let local = format_ident!("__ffi_local_{index}");
            quote_spanned!(written.span()=> __ffi::FfiKey::key(&#local))
        });
        let rate = self.0.limit.as_ref().and(key.as_ref()).map(|key| quote!(__FFI_LIMITS.rate_of(#key)?;));
        let guard = self.0.guard.as_ref().zip(self.0.member.as_ref()).map(|(guard, member)| {
            let (service, method) = (&member.owner.name, &self.0.head.item.name);
            let key = match &key {
                Some(key) => key.clone(),
                None => quote!(__ffi::Option::None),
            };
            let asked = quote_spanned!(guard.span()=> __ffi::guard(#guard, #service, #method, #key));
            match self.0.mode {
                // Both are watched around all of their code.
                Mode::Sync | Mode::Stream(_) => quote!(#asked?;),
                // The id of the request is the call's, on whatever thread that runs.
                _ => quote!(__ffi_watch.run(|| #asked)?;),
            }
        });
        quote!(#(#rules)* #rate #guard)
    }

    /// Returns `running`, a future or stream, with the permit of its call.
    fn held_by(&self, running: TokenStream) -> TokenStream {
        if self.0.limit.is_some() { quote!(__ffi_permit.held_by(#running)) } else { running }
    }

    /// Returns `result` if it is not too large.
    fn fits(&self, result: TokenStream) -> TokenStream {
        match self.0.limit.is_some() && self.0.has_sized_result() {
            true => quote!(__FFI_LIMITS.fits(#result)?),
            false => result,
        }
    }
}

/// Returns a part of a request: what asks the argument `local` by a function for its bytes.
fn measured(function: &TokenStream, param: &Param, local: &Ident) -> TokenStream {
    // A reference, or a copy of what it was to.
    let one = match param.pass {
        Pass::Ref | Pass::Mut if param.owned.is_none() => quote!(&**__ffi_one),
        _ => quote!(__ffi_one),
    };
    match param.optional {
        true => quote!((1, match &#local {
            __ffi::Option::Some(__ffi_one) => __ffi::#function(#one),
            __ffi::Option::None => 0,
        })),
        false => quote!((1, { let __ffi_one = &#local; __ffi::#function(#one) })),
    }
}

/// Returns the parameter of the C function with the handle of the object, and the statement that
/// finds the object.
fn receiver(function: &Function) -> Option<(TokenStream, TokenStream)> {
    let ty = &function.receiver()?.ty;
    let runs_dart = function.params.iter().any(|param| param.pass == Pass::Callback);
    let found = match function.mode {
        Mode::Sync if !runs_dart => quote!(unsafe { __ffi::receiver::<#ty>(__ffi_handle) }),
        // A call that runs on, or in which the caller may end the handle, has a count of the `Arc`.
        _ => quote!(unsafe { __ffi::object_argument::<#ty>(__ffi_handle, "self") }),
    };
    Some((quote!(__ffi_handle: __ffi::u64,), quote!(let __ffi_self = #found?;)))
}

/// Returns true for a method whose object is looked for before all else: a sync one without limits,
/// which runs no code of the caller.
fn is_near(function: &Function) -> bool {
    let runs_dart = function.params.iter().any(|param| param.pass == Pass::Callback);
    function.mode == Mode::Sync && !runs_dart && function.limit.is_none()
}

/// Returns `call` with its result as an object, if the function makes one.
fn made(function: &Function, call: TokenStream) -> TokenStream {
    let Some(member) = &function.member else { return call };
    let ty = &member.owner.ty;
    match member.made {
        None => call,
        Some(Made::Whole) => quote!(__ffi::FfiObject::<#ty>::new(#call)),
        Some(Made::Inside) => quote!(#call.map(__ffi::FfiObject::<#ty>::new)),
    }
}

/// Returns the name of the parameter with the mailbox, as it is wherever the parts of a wrapper
/// come from.
fn mailbox() -> Ident {
    format_ident!("__ffi_mailbox")
}

/// Returns the name of the bytes that a call counts.
fn bytes() -> Ident {
    format_ident!("__ffi_bytes")
}

/// Returns the name of the parameter with the number of the call.
fn number() -> Ident {
    format_ident!("__ffi_call")
}

/// Returns the statement that makes `__ffi_function` the function as the attribute saw it. The
/// checks hold only for it, and rustc may see another type if another attribute changes the
/// function, such as one that keeps lent memory. Elided lifetimes are any lifetime in it.
fn seen(function: &Function) -> TokenStream {
    let (ident, output) = (&function.head.ident, &function.output);
    let member = function.member.as_ref();
    let callee = member.map_or_else(|| quote!(#ident), |it| it.callee.clone());
    let written = member.map_or(output, |it| &it.written);
    let own: Vec<_> = function.params.iter().map(|Param { written, .. }| quote!(#written)).collect();
    let mut types = own.clone();
    if let Some(owner) = function.receiver() {
        let ty = &owner.ty;
        types.insert(0, quote!(&#ty));
    }
    if let Some(index) = function.context {
        types.insert(index, quote!(&__ffi::FfiContext));
    }
    match function.mode {
        Mode::Sync | Mode::Blocking => {
            quote_spanned!(ident.span()=> let __ffi_function: fn(#(#types),*) -> #written = #callee;)
        }
        Mode::Async | Mode::Inline => {
            // The future of a method borrows the object, which moves into this one.
            let (types, passed) = moved(function, own, callee, |call| {
                let called = made(function, quote!(#call.await));
                quote!(async move { #called })
            });
            quote_spanned! {ident.span()=>
            fn __ffi_seen<__FfiFunction, __FfiFuture>(function: __FfiFunction) -> __FfiFunction
            where
                __FfiFunction: __ffi::core::ops::Fn(#(#types),*) -> __FfiFuture,
                __FfiFuture: __ffi::core::future::Future<Output = #output> + __ffi::core::marker::Send + 'static,
            {
                function
            }
            let __ffi_function = __ffi_seen(#passed);
            }
        }
        Mode::Stream(_) => {
            // The stream of a method doesn't borrow the object.
            let (types, passed) = moved(function, own, callee, |call| call);
            quote_spanned! {ident.span()=>
            fn __ffi_seen<__FfiFunction, __FfiStream>(function: __FfiFunction) -> __FfiFunction
            where
                __FfiFunction: __ffi::core::ops::Fn(#(#types),*) -> __FfiStream,
                __FfiStream: __ffi::Stream<Item = #output> + __ffi::core::marker::Send + 'static,
            {
                function
            }
            let __ffi_function = __ffi_seen(#passed);
            }
        }
    }
}

/// Returns the types of what a function that runs on takes, and the function: `callee`, or for a
/// member a closure that is given the object, with `body` around the call.
fn moved(
    function: &Function,
    own: Vec<TokenStream>,
    callee: TokenStream,
    body: impl FnOnce(TokenStream) -> TokenStream,
) -> (Vec<TokenStream>, TokenStream) {
    if function.member.is_none() {
        return (own, callee);
    }
    let names: Vec<_> = (0..own.len()).map(|index| format_ident!("__ffi_moved_{index}")).collect();
    let (object, this) = function
        .receiver()
        .map(|owner| {
            let ty = &owner.ty;
            (quote!(__ffi::FfiObject<#ty>), quote!(&*__ffi_object,))
        })
        .unzip();
    let object = object.into_iter();
    let given = object.clone().map(|ty| quote!(__ffi_object: #ty));
    let called = body(quote!(#callee(#this #(#names),*)));
    let moved = given.chain(names.iter().zip(&own).map(|(name, ty)| quote!(#name: #ty)));
    let closure = quote!(|#(#moved),*| #called);
    (object.chain(own.iter().cloned()).collect(), closure)
}

/// Returns the body of the wrapper that calls the function.
fn call(
    function: &Function,
    checks: &TokenStream,
    passed: impl Iterator<Item = TokenStream>,
    output_type: &TokenStream,
    is_near: bool,
) -> TokenStream {
    let (output, seen) = (&function.output, seen(function));
    let this = function.receiver().map(|_| quote!(&*__ffi_self));
    let passed = this.into_iter().chain(passed);
    let called = made(function, quote_spanned!(function.head.ident.span()=> __ffi_function(#(#passed),*)));
    let admission = Admission::new(function);
    let called = admission.fits(called);
    let bytes = bytes();
    let got = admission.got(&bytes.to_token_stream());
    let span = function.head.ident.span();
    let run = quote_spanned! {span=>
        let __ffi_body = move |#bytes: &mut __ffi::Bytes| {
            // SAFETY: the caller passes pointers that are null or point to initialised memory
            // of that type and length, or up to a NUL, which nobody else uses during the call; the
            // regions that are written to don't overlap others, by the check above, and values are
            // copied before a reference is made.
            #checks
            #got
            #seen
            __ffi::Returned::<#output>::into_abi(#called, #bytes)
        };
        let __ffi_watched = move || __FFI_SITE.watch(__ffi_body);
        // SAFETY: the caller passes null, or a status that is zeroed or was written by this
        // library.
        unsafe { __ffi::call_output::<#output_type>(__ffi_status, __ffi_watched) }
    };
    let Some(owner) = function.receiver().filter(|_| is_near) else { return run };
    // Names as they are elsewhere.
    let (ty, this, handle) = (&owner.ty, quote!(__ffi_self), quote!(__ffi_handle));
    quote_spanned! {span=>
        let __ffi_run = move |#this: __ffi::Receiver<#ty>| { #run };
        // SAFETY: no other thread ends the handle during the call, which runs no code of the
        // caller.
        match unsafe { __ffi::near_receiver::<#ty>(#handle) } {
            __ffi::Option::Some(__ffi_near) => __ffi_run(__ffi_near),
            // SAFETY: no other thread ends the handle during the call, which runs no code of the
            // caller; that passes null, or a status that is zeroed or was written by this library.
            __ffi::Option::None => unsafe {
                __ffi::far_receiver::<#ty, #output_type>(#handle, __ffi_status, &__FFI_SITE, __ffi_run)
            },
        }
    }
}

/// Returns the body of the wrapper that starts an async function.
fn start_async(
    function: &Function,
    checks: &TokenStream,
    passed: &[TokenStream],
    output_type: &TokenStream,
) -> TokenStream {
    let (output, seen) = (&function.output, seen(function));
    let (start, now) = match function.mode {
        Mode::Inline => (quote!(start_inline), Some(quote!(__ffi_now,))),
        _ => (quote!(start_async), None),
    };
    let this = function.receiver().map(|_| quote!(__ffi_self));
    let passed = this.iter().chain(passed);
    let admission = Admission::new(function);
    // Names as they are below, where the span is that of the function's name: it may come from a
    // macro's call, and the attribute from the macro, so that equal names aren't one.
    let span = function.head.ident.span();
    let running = admission.held_by(quote_spanned!(span=> __ffi_function(#(#passed),*)));
    let finished = quote_spanned!(span=> __ffi_output);
    let got = admission.got(&quote_spanned!(span=> __ffi_watch.bytes()));
    let (counted, bytes) = (got.is_some().then(|| quote!(mut)), bytes());
    let (mailbox, number) = (mailbox(), number());
    let (made, result) = match function.limit {
        None => (quote!(#output), finished),
        // A future with a permit may have a deadline.
        Some(_) => (quote!(__ffi::Result<#output, __ffi::Failure>), admission.fits(quote!(#finished?))),
    };
    quote_spanned! {function.head.ident.span()=>
        let __ffi_body = move || {
            let #counted __ffi_watch = __FFI_SITE.enter()?;
            // SAFETY: the caller passes pointers that are null or point to initialised memory
            // of that type and length, which nobody else uses during the call.
            #checks
            #got
            #seen
            __ffi::Result::<_, __ffi::Failure>::Ok(__ffi_watch.future(#running))
        };
        // SAFETY: the caller passes null, or a status that is zeroed or was written by this
        // library, and the mailbox of its isolate, with room for an event.
        unsafe {
            __ffi::#start::<#output_type, _>(
                #mailbox,
                #number,
                #now
                __ffi_status,
                __ffi_body,
                |(__ffi_output, __ffi_watch): (#made, __ffi::Watch)| {
                    __ffi_watch.finish(|#bytes| __ffi::Returned::<#output>::into_abi(#result, #bytes))
                },
            )
        }
    }
}

/// Returns the body of the wrapper that starts a stream.
fn start_stream(
    function: &Function,
    window: u32,
    checks: &TokenStream,
    passed: &[TokenStream],
    output_type: &TokenStream,
) -> TokenStream {
    let (output, seen) = (&function.output, seen(function));
    let this = function.receiver().map(|_| quote!(__ffi_self));
    let passed = this.iter().chain(passed);
    let called = quote_spanned!(function.head.ident.span()=> __ffi_function(#(#passed),*));
    let admission = Admission::new(function);
    let running = admission.held_by(called);
    let (mailbox, number, bytes) = (mailbox(), number(), bytes());
    let got = admission.got(&bytes.to_token_stream());
    quote_spanned! {function.head.ident.span()=>
        let __ffi_body = move |#bytes: &mut __ffi::Bytes| {
            // SAFETY: the caller passes pointers that are null or point to initialised memory
            // of that type and length, which nobody else uses during the call.
            #checks
            #got
            #seen
            __ffi::Result::<_, __ffi::Failure>::Ok(#running)
        };
        let __ffi_watched = move || __FFI_SITE.watch(__ffi_body);
        // SAFETY: the caller passes null, or a status that is zeroed or was written by this
        // library, and the mailbox of its isolate.
        unsafe {
            __ffi::start_stream::<#output_type, _>(
                #mailbox,
                #number,
                __ffi_status,
                #window,
                __ffi_watched,
                |__ffi_item| {
                    __FFI_SITE.item(|#bytes| __ffi::Returned::<#output>::into_abi(__ffi_item, #bytes))
                },
            )
        }
    }
}

/// Returns the body of the wrapper that starts a blocking function.
fn start_blocking(
    function: &Function,
    checks: &TokenStream,
    passed: &[TokenStream],
    output_type: &TokenStream,
) -> TokenStream {
    let (output, seen) = (&function.output, seen(function));
    let taken: Vec<_> = (0..passed.len()).map(|index| format_ident!("__ffi_taken_{index}")).collect();
    let mut arguments: Vec<_> = taken.iter().map(|taken| quote!(#taken)).collect();
    if function.receiver().is_some() {
        arguments.insert(0, quote!(&*__ffi_self));
    }
    let context = format_ident!("__ffi_context", span = function.head.ident.span());
    if let Some(index) = function.context {
        arguments.insert(index, quote!(#context));
    }
    let called = made(function, quote_spanned!(function.head.ident.span()=> __ffi_function(#(#arguments),*)));
    let called = match function.limit {
        None => called,
        Some(_) => Admission::new(function).fits(quote!(__ffi_permit.in_time(#called)?)),
    };
    let told = function.limit.as_ref().map(|_| quote!(__ffi_permit.tell(#context);));
    let span = function.head.ident.span();
    let got = Admission::new(function).got(&quote_spanned!(span=> __ffi_watch.bytes()));
    let (counted, bytes) = (got.is_some().then(|| quote!(mut)), bytes());
    let (mailbox, number) = (mailbox(), number());
    quote_spanned! {function.head.ident.span()=>
        let __ffi_body = move || {
            let #counted __ffi_watch = __FFI_SITE.enter()?;
            // SAFETY: the caller passes pointers that are null or point to initialised memory
            // of that type and length, which nobody else uses during the call.
            #checks
            #got
            #seen
            #(let #taken = #passed;)*
            __ffi::Result::<_, __ffi::Failure>::Ok(move |#context: &__ffi::FfiContext| {
                #told
                __ffi_watch.finish(|#bytes| __ffi::Returned::<#output>::into_abi(#called, #bytes))
            })
        };
        // SAFETY: the caller passes null, or a status that is zeroed or was written by this
        // library, and the mailbox of its isolate.
        unsafe { __ffi::start_blocking::<#output_type, _>(#mailbox, #number, __ffi_status, __ffi_body) }
    }
}

/// Returns the check that no memory which arguments own elsewhere is behind another argument; none
/// if no type owns any, which rustc knows.
fn disjoint_owned(function: &Function, arguments: &[Argument]) -> Option<TokenStream> {
    let all = function.params.iter().zip(arguments);
    let (types, owned): (Vec<_>, Vec<_>) =
        all.filter_map(|(param, argument)| Some((&param.ty, argument.owned.as_ref()?))).unzip();
    let regions = arguments.iter().filter_map(|argument| argument.region.as_ref());
    let owns = types.iter().map(|ty| quote_spanned!(ty.span()=> <#ty as __ffi::FfiLent>::OWNS_MEMORY));
    (!types.is_empty()).then(|| {
        quote! {
            if const { #(#owns)||* } {
                // SAFETY: as below; null and misaligned pointers aren't looked at.
                __ffi::disjoint_owned(&[#(#regions),*], &[#(#owned),*])?;
            }
        }
    })
}

/// Returns the type of the successful result. Everything about the result has its span, at which
/// rustc reports a type that can't be a result.
fn output_type(output: &Type) -> TokenStream {
    quote_spanned!(output.span()=> <#output as __ffi::FfiReturn>::Output)
}

/// Returns the bounds under which the wrapper and the facts compile. [`assertions`] reports those
/// that don't hold, once each; the lifetime makes rustc accept them in the wrapper.
fn bounds(function: &Function) -> TokenStream {
    let params = function.params.iter().map(|param| {
        let Param { pass, owned, ty, .. } = param;
        if let Some(function) = &param.function {
            let (arguments, answer) = (&function.arguments, &function.answer);
            let (holds, more) = match pass {
                Pass::DartFn => (quote!(FfiSome), quote!(+ __ffi::core::marker::Send)),
                _ => (quote!(FfiValue), quote!()),
            };
            return quote! {
                #(for<'__ffi_any> #arguments: __ffi::#holds #more,)*
                for<'__ffi_any> #answer: __ffi::FfiAnswer,
            };
        }
        let holds = match pass {
            Pass::Ref | Pass::Mut | Pass::Arena | Pass::Frozen | Pass::Input(InputItem::Arena) => {
                quote!(FfiLent)
            }
            Pass::Pool | Pass::Input(InputItem::Pool) => quote!(FfiPooled),
            Pass::Object => quote!(FfiClass),
            Pass::Listener => quote!(FfiListener),
            Pass::Value
            | Pass::Slice
            | Pass::SliceMut
            | Pass::Str
            | Pass::CStr
            | Pass::Moved
            | Pass::Callback
            | Pass::DartFn
            | Pass::Input(_) => quote!(FfiValue),
        };
        let copied = owned.as_ref().map(|owned| match pass {
            Pass::Input(_) => quote!(),
            Pass::Str => quote!(for<'__ffi_any> #owned: __ffi::OwnedText,),
            _ => quote!(for<'__ffi_any> #ty: __ffi::core::clone::Clone,),
        });
        let root = types::argument_of("FfiArena", ty)
            .filter(|_| matches!(pass, Pass::Arena | Pass::Frozen | Pass::Input(InputItem::Arena)));
        let root = root.map(|root| quote!(for<'__ffi_any> #root: __ffi::ArenaMessage,));
        quote!(for<'__ffi_any> #ty: __ffi::#holds, #copied #root)
    });
    let types = function.params.iter().map(|param| &param.written).chain([&function.output]);
    let (output, containers) = (&function.output, container_bounds(types));
    let owner = function.member.as_ref().map(|it| &it.owner.ty);
    let owner = owner.map(|ty| quote!(for<'__ffi_any> #ty: __ffi::FfiClass,));
    quote!(where #owner #(#params)* for<'__ffi_any> #output: __ffi::FfiReturn, #containers)
}

/// Returns the only place at which rustc reports a type that can't be passed or returned. A
/// `PoolBox` needs no assertion: rustc checks the bound of the one in the user's function.
fn assertions(function: &Function) -> TokenStream {
    let params = function.params.iter().map(|Param { pass, owned, ty, function, .. }| match (pass, owned) {
        (Pass::Callback | Pass::DartFn, _) => {
            let function = function.as_ref().expect("it has one");
            let assertion = if function.kept { quote!(assert_sent) } else { quote!(assert_passed) };
            let arguments = function
                .arguments
                .iter()
                .map(|argument| quote_spanned!(argument.span()=> __ffi::#assertion::<#argument>();));
            let answer = &function.answer;
            let answer = quote_spanned!(answer.span()=> __ffi::assert_answer::<#answer>(););
            quote!(#(#arguments)* #answer)
        }
        (Pass::Ref | Pass::Mut | Pass::Arena | Pass::Frozen, _) => {
            quote_spanned!(ty.span()=> __ffi::assert_lent::<#ty>();)
        }
        (Pass::Slice, Some(_)) => quote_spanned! {ty.span()=>
            __ffi::assert_value::<#ty>();
            __ffi::Facts::<#ty>::assert_clone();
        },
        (Pass::Value | Pass::Slice | Pass::SliceMut | Pass::Moved, _) => {
            quote_spanned!(ty.span()=> __ffi::assert_value::<#ty>();)
        }
        (Pass::Str, Some(owned)) => {
            quote_spanned!(owned.span()=> __ffi::assert_owned_text::<#owned>();)
        }
        (Pass::Object, _) => quote_spanned!(ty.span()=> __ffi::assert_object::<#ty>();),
        (Pass::Str, None) | (Pass::CStr | Pass::Pool, _) => quote!(),
        (Pass::Listener, _) => quote_spanned!(ty.span()=> __ffi::assert_listener::<#ty>();),
        // rustc checks the bound of the input in the user's function.
        (Pass::Input(_), _) => quote!(),
    });
    let owner = function.member.as_ref().map(|it| &it.owner.ty);
    let owner = owner.map(|ty| quote_spanned!(ty.span()=> __ffi::assert_object::<#ty>();));
    let output = &function.output;
    let returned = quote_spanned!(output.span()=> __ffi::assert_returned::<#output>(););
    let bounds = container_bounds(function.params.iter().map(|param| &param.ty).chain([output]));
    quote! {
        fn __ffi_assertions()
        where
            #bounds
        {
            #owner
            #(#params)*
            #returned
        }
    }
}

/// Returns the facts that rustc works out about the signature.
fn facts(function: &Function, record: &TokenStream) -> TokenStream {
    let output_type = output_type(&function.output);
    let (fingerprint, bounds) = (fingerprint(function), bounds(function));
    quote! {
        struct __FfiFacts;

        impl __FfiFacts
        #bounds
        {
            const FINGERPRINT: __ffi::u64 = #fingerprint;
            const RECORD: __ffi::Fragment = #record;
            const RESULT_SIZE: __ffi::usize = __ffi::core::mem::size_of::<#output_type>();
            const RESULT_SECRET: __ffi::bool = <#output_type as __ffi::FfiOutput>::SECRET;
        }

        impl __ffi::NoFacts for __FfiFacts {}
    }
}

/// Returns the hash of the signature; see `ffi_core::schema::fingerprint`.
fn fingerprint(function: &Function) -> TokenStream {
    let output = &function.output;
    let output_type = output_type(output);
    let name_hash = names::hash(&function.head.item.name);
    let params = function.params.iter().map(|Param { pass, optional, ty, .. }| {
        let pass_hash = names::hash(&format!("{}{}", if *optional { "optional_" } else { "" }, pass.name()));
        let holds = holds(*pass);
        quote!(#pass_hash, <#ty as __ffi::#holds>::FINGERPRINT)
    });
    let started = match function.mode {
        Mode::Sync => None,
        Mode::Async | Mode::Inline | Mode::Blocking => Some(quote!(__ffi::fingerprint::STARTED,)),
        Mode::Stream(_) => Some(quote!(__ffi::fingerprint::STREAM,)),
    };
    let member = function.member.as_ref().map(|member| {
        let (ty, takes) = (&member.owner.ty, u64::from(member.role.has_receiver()));
        quote!(__ffi::fingerprint::MEMBER, <#ty as __ffi::FfiClass>::FINGERPRINT, #takes,)
    });
    quote! {
        __ffi::fingerprint::mix(&[
            __ffi::fingerprint::FUNCTION,
            __ffi::fingerprint::SIGNATURES,
            #name_hash,
            <#output_type as __ffi::FfiOutput>::FINGERPRINT,
            <#output as __ffi::FfiReturn>::FALLIBLE as __ffi::u64,
            __ffi::Returned::<#output>::ERROR_FINGERPRINT,
            <#output_type as __ffi::FfiOutput>::OPTIONAL as __ffi::u64,
            #(#params,)*
            #member
            #started
        ])
    }
}

/// Returns the trait from which rustc knows the type of a parameter.
fn holds(pass: Pass) -> Ident {
    match pass {
        Pass::Ref | Pass::Mut | Pass::Arena | Pass::Frozen | Pass::Input(InputItem::Arena) => {
            format_ident!("FfiLent")
        }
        Pass::Object => format_ident!("FfiClass"),
        Pass::Callback | Pass::DartFn => format_ident!("FfiSignature"),
        Pass::Listener => format_ident!("FfiListener"),
        _ => format_ident!("FfiType"),
    }
}

fn record(function: &Function, symbol: &str, fingerprint_symbol: &str) -> TokenStream {
    let output = &function.output;
    let output_type = output_type(output);
    record::write("function", &function.head.item, |record| {
        record.key("symbol").string(symbol);
        record.key("fingerprint_symbol").string(fingerprint_symbol);
        if let Some(member) = &function.member {
            let ty = &member.owner.ty;
            record.key("member").object(|inner| {
                inner.key("of").nested(&quote!(<#ty as __ffi::FfiClass>::TYPE));
                inner.key("role").string(member.role.name());
            });
        }
        if function.leaf {
            record.key("leaf").yes();
        }
        match function.mode {
            Mode::Sync => {}
            Mode::Async | Mode::Inline => record.key("mode").string("async"),
            Mode::Blocking => record.key("mode").string("blocking"),
            Mode::Stream(_) => record.key("mode").string("stream"),
        }
        let window = match function.mode {
            Mode::Stream(window) => Some(window),
            _ => function.input_window,
        };
        if let Some(window) = window {
            record.key("window").number(window);
        }
        if let Some(arguments) = function.arguments {
            record.key("arguments").string(arguments.name());
        }
        record.key("params").array(&function.params, |value, param| {
            let Param { name, pass, optional, ty, .. } = param;
            let holds = holds(*pass);
            value.object(|record| {
                record.key("name").string(name);
                record.key("pass").string(pass.name());
                if *optional {
                    record.key("optional").yes();
                }
                if param.function.is_some() {
                    record.key("function").nested(&quote!(<#ty as __ffi::#holds>::FUNCTION));
                } else if *pass == Pass::Listener {
                    record.key("listener").text(&quote!(<#ty as __ffi::#holds>::ID));
                } else {
                    record.key("type").nested(&quote!(<#ty as __ffi::#holds>::TYPE));
                }
                rules::record(&param.rules, record);
            });
        });
        record.key("returns").nested(&quote!(<#output_type as __ffi::FfiOutput>::RETURNS));
        record.key("optional").flag(&quote!(<#output_type as __ffi::FfiOutput>::OPTIONAL));
        record.key("fallible").flag(&quote!(<#output as __ffi::FfiReturn>::FALLIBLE));
        record.key("error").nested(&quote!(__ffi::Returned::<#output>::ERROR));
        record.key("fingerprint").fingerprint(&quote!(Self::FINGERPRINT));
    })
}
