//! Symbols and name hashes.

use heck::ToSnakeCase;
use proc_macro2::Span;

/// Prefix of the symbols and ids of a crate.
pub(crate) struct Prefix(String);

impl Prefix {
    /// Returns the prefix given by attribute, else the name of the crate that is being compiled.
    pub(crate) fn new(given: Option<String>) -> darling::Result<Self> {
        // Build tools other than cargo may set only the package's name, or nothing.
        let package = || std::env::var("CARGO_PKG_NAME").map(|name| name.replace('-', "_"));
        given.map_or_else(|| std::env::var("CARGO_CRATE_NAME").or_else(|_| package()), Ok).map(Self).map_err(
            |_| {
                darling::Error::custom(
                    "the crate's name is not known, as CARGO_CRATE_NAME is not set\n\
                     hint: name it with `prefix = \"..\"`",
                )
                .with_span(&Span::call_site())
            },
        )
    }

    /// Returns the prefix itself.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Returns the id of the type of that name in schema records.
    pub(crate) fn id(&self, name: &str) -> String {
        format!("{}::{name}", self.0)
    }

    /// Returns the symbol of an operation of a type.
    pub(crate) fn type_symbol(&self, name: &str, operation: &str) -> String {
        self.symbol(&format!("{}_{operation}", name.to_snake_case()))
    }

    /// Returns the symbol of an operation of a queue, which is named like a constant.
    pub(crate) fn queue_symbol(&self, name: &str, operation: &str) -> String {
        self.symbol(&format!("{}_{operation}", name.to_lowercase()))
    }

    /// Returns the symbol of a function.
    pub(crate) fn function_symbol(&self, name: &str) -> String {
        self.symbol(name)
    }

    /// Returns the symbol of an item of the user's. The `_ffi_` keeps it apart from the symbols of
    /// other libraries of the process (`gettime` of a crate `clock` is not `clock_gettime`), and
    /// from the runtime's, which start with `_ffi0_`.
    fn symbol(&self, item: &str) -> String {
        format!("{}_ffi_{item}", self.0)
    }
}

/// Returns the 64-bit FNV-1a hash of a name, as `ffi_core::schema::fingerprint::hash_name` does:
/// the derive computes it at no cost, while const evaluation takes microseconds per byte.
pub(crate) fn hash(name: &str) -> u64 {
    name.bytes()
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}
