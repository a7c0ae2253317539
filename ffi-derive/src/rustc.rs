//! Attributes of rustc: `#[repr]`, doc comments, `#[deprecated]`.

use darling::Result;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Path, Token};

use crate::attr::text;

/// Returns the arguments of all `#[repr(..)]`, such as `C` and `align(8)`.
pub(crate) fn reprs(attrs: &[Attribute]) -> Result<Vec<Meta>> {
    let mut reprs = Vec::new();
    for attr in attrs.iter().filter(|attr| is(attr.path(), "repr")) {
        reprs.extend(attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)?);
    }
    Ok(reprs)
}

/// Returns true if the path is that identifier, without regard to `r#`, which means nothing to
/// rustc in an attribute.
pub(crate) fn is(path: &Path, name: &str) -> bool {
    path.get_ident().is_some_and(|ident| ident.unraw() == name)
}

/// Returns the doc comment, without the blank that each line starts with. `#[doc =
/// include_str!(..)]` and the like, whose text a macro can't see, are left out.
pub(crate) fn doc(attrs: &[Attribute]) -> Option<String> {
    let texts = attrs.iter().filter(|attr| attr.path().is_ident("doc")).filter_map(|attr| text(&attr.meta));
    let text = texts.collect::<Vec<_>>().join("\n");
    let lines = text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
    let doc = lines.collect::<Vec<_>>().join("\n");
    let doc = doc.trim();
    (!doc.is_empty()).then(|| doc.to_owned())
}

/// Returns the note of `#[deprecated]`, empty if it has none.
pub(crate) fn deprecated(attrs: &[Attribute]) -> Option<String> {
    let attr = attrs.iter().find(|attr| attr.path().is_ident("deprecated"))?;
    let mut note = text(&attr.meta).unwrap_or_default();
    if matches!(attr.meta, Meta::List(_)) {
        // rustc reports the keys that it doesn't accept.
        let _ = attr.parse_nested_meta(|key| {
            let value: syn::LitStr = key.value()?.parse()?;
            if key.path.is_ident("note") {
                note = value.value();
            }
            Ok(())
        });
    }
    Some(note)
}
