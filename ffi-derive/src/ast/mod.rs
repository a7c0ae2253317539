//! Checked items: mistakes are reported in this module, and `expand` may assume that there are
//! none.

mod arena_from;
mod callback;
mod enumeration;
mod error;
mod function;
mod input;
mod json;
mod listener;
mod member;
mod message;
mod newtype;
mod object;
mod oneof;
mod owner;
mod probe;
mod queue;
mod service;
mod stream;
pub(crate) mod types;
mod wire;

pub(crate) use arena_from::ArenaFrom;
use darling::{Error, Result};
pub(crate) use enumeration::{Enum, Variant};
pub(crate) use error::{ErrorField, ErrorVariant, FfiError};
pub(crate) use function::{Function, Mode, Param, Pass, refuse_export};
pub(crate) use input::InputItem;
pub(crate) use json::Known;
pub(crate) use listener::{Listener, Method as ListenerMethod, listener_with_mistakes};
pub(crate) use member::block;
pub(crate) use message::{Alias, Field, Message};
pub(crate) use newtype::Newtype;
pub(crate) use object::Object;
pub(crate) use oneof::{Case, Oneof};
pub(crate) use owner::Made;
pub(crate) use probe::{Flag, Health, misplaced};
pub(crate) use queue::Queue;
pub(crate) use service::{Service, boxed_name, item_of, remove_keys, service_with_mistakes};
use syn::ext::IdentExt;
use syn::{Attribute, Generics, Ident, Path};

pub(crate) use self::types::Container;
pub(crate) use self::wire::Wire;
use crate::attr::{CommonAttrs, Identifier, ProtoName};
use crate::names::Prefix;
use crate::rustc;

/// Common properties of everything that has a name.
pub(crate) struct Item {
    /// The name without `r#`.
    pub(crate) name: String,
    pub(crate) rename: Option<String>,
    pub(crate) doc: Option<String>,
    pub(crate) deprecated: Option<String>,
    /// Names in JSON of a field, case or variant, if they are given.
    pub(crate) json: Vec<String>,
    /// Name in .proto of a type, if it is given.
    pub(crate) proto: Option<ProtoName>,
}

impl Item {
    fn new(ident: &Ident, attrs: &[Attribute], rename: Option<Identifier>) -> Self {
        Self {
            name: ident.unraw().to_string(),
            rename: rename.map(|rename| rename.0),
            doc: rustc::doc(attrs),
            deprecated: rustc::deprecated(attrs),
            json: Vec::new(),
            proto: None,
        }
    }

    /// Returns an item inside another one, whose name is only used as a name in Dart.
    fn inner(ident: &Ident, attrs: &[Attribute], rename: Option<Identifier>) -> Result<Self> {
        let item = Self::new(ident, attrs, rename);
        if item.name.is_ascii() || item.rename.is_some() {
            return Ok(item);
        }
        let problem = format!(
            "`{}` can't be a name in Dart\nhint: `#[ffi(rename = \"..\")]` with ASCII letters",
            item.name
        );
        Err(Error::custom(problem).with_span(ident))
    }
}

/// Common properties of all items at module level.
pub(crate) struct Head {
    pub(crate) ident: Ident,
    pub(crate) item: Item,
    pub(crate) prefix: Prefix,
    pub(crate) krate: Path,
}

impl Head {
    fn new(ident: &Ident, attrs: &[Attribute], common: CommonAttrs) -> Result<Self> {
        types::check_name(ident)?;
        let item = Item::new(ident, attrs, common.rename);
        if !item.name.is_ascii() {
            let problem = format!("`{}` can't be part of a symbol\nhint: use ASCII letters", item.name);
            return Err(Error::custom(problem).with_span(ident));
        }
        Ok(Self {
            ident: ident.clone(),
            item,
            prefix: Prefix::new(common.prefix.map(|prefix| prefix.0))?,
            krate: common.krate.0,
        })
    }

    /// Returns the head of a type that may have a name of its own in .proto.
    fn named(
        ident: &Ident,
        attrs: &[Attribute],
        common: CommonAttrs,
        proto: Option<ProtoName>,
    ) -> Result<Self> {
        let mut head = Self::new(ident, attrs, common)?;
        head.item.proto = proto;
        Ok(head)
    }
}

/// Refuses generics: a layout or a symbol needs one concrete type, and Dart knows no lifetimes.
fn refuse_generics(generics: &Generics, what: &str) -> Result<()> {
    if generics.params.is_empty() && generics.where_clause.is_none() {
        return Ok(());
    }
    let error = Error::custom(format!(
        "{what} can't have generics, lifetimes or a where clause\n\
         hint: write it for the concrete types that Dart needs"
    ));
    Err(if generics.params.is_empty() {
        error.with_span(&generics.where_clause)
    } else {
        error.with_span(&generics.params)
    })
}
