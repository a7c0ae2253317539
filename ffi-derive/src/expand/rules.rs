//! Checks of rules, and their records.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Path, Type};

use crate::record::Object;
use crate::rules::{MaxLen, Pattern, Range, RuleAttrs, Rules, shown};

/// Returns the check of the value to which `value`, an expression of type `&T`, refers: an
/// expression of type `Result<(), InvalidValue>`. `krate` is the path of `ffi_core`.
pub(super) fn check(rules: &Rules, krate: &Path, ty: &Type, value: &TokenStream) -> TokenStream {
    let RuleAttrs { range, non_empty, max_len, pattern } = &rules.0;
    let range = range.as_ref().map(|Range { low, high, text, span }| {
        let bound = |bound: &Option<Expr>| match bound {
            Some(bound) => quote!(__ffi::Option::Some(#bound)),
            None => quote!(__ffi::Option::None),
        };
        let (low, high) = (bound(low), bound(high));
        quote_spanned!(ty.span().located_at(*span)=> __ffi::in_range(#value, #low, #high, #text)?;)
    });
    let non_empty = non_empty.is_present().then(|| quote_spanned!(ty.span()=> __ffi::not_empty(#value)?;));
    let max_len = max_len.as_ref().map(|MaxLen { most, .. }| {
        let rule = format!("max_len = {most}");
        quote_spanned!(ty.span()=> __ffi::no_longer(#value, #most, #rule)?;)
    });
    let pattern = pattern.as_ref().map(|Pattern(pattern)| {
        let rule = format!("pattern = {:?}", pattern.value());
        quote_spanned! {ty.span()=>
            #krate::__pattern!(static __FFI_PATTERN: __ffi::Pattern = __ffi::Pattern::new(#pattern););
            __ffi::matches(#value, &__FFI_PATTERN, #rule)?;
        }
    });
    quote! {
        (|| {
            #range
            #non_empty
            #max_len
            #pattern
            __ffi::Result::<(), __ffi::InvalidValue>::Ok(())
        })()
    }
}

/// Writes the rules into the record of a field or parameter.
pub(super) fn record(rules: &Rules, record: &mut Object<'_>) {
    if rules.is_empty() {
        return;
    }
    let RuleAttrs { range, non_empty, max_len, pattern } = &rules.0;
    record.key("rules").object(|rules| {
        if let Some(Range { low, high, .. }) = range {
            for (key, bound) in [("min", low), ("max", high)] {
                if let Some(bound) = bound {
                    rules.key(key).string(&shown(bound));
                }
            }
        }
        if non_empty.is_present() {
            rules.key("non_empty").yes();
        }
        if let Some(MaxLen { most, .. }) = max_len {
            rules.key("max_len").number(*most);
        }
        if let Some(Pattern(pattern)) = pattern {
            rules.key("pattern").string(&pattern.value());
        }
    });
}
