//! Expansions to be read: `tests/golden/expand` has items and their expansions,
//! formatted. `cargo xtask bless` writes them again.
//!
//! `ffi_core` passes or drops the contents of `__proto!`, `__json!`, `__simd!`, `__serde!` and
//! `__async!`; they stand in a block here, because a formatter doesn't change the arguments of
//! macros.

use std::path::Path;
use std::{env, fs};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;
use syn::{Data, DeriveInput, ItemFn, ItemStatic};

use crate::expand::Formats;
use crate::{ast, expand};

const STRUCT: &str = r#"
/// A box around particles.
#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
#[ffi(pool(capacity = 64, reset = "keep"), columns, simd, pod, reserved(4, 7..=9), prefix = "golden")]
pub struct Bounds {
    /// Metres.
    #[ffi(tag = 2, rename = "lowest")]
    pub min: [f32; 2],
    pub max: [f32; 2],
}
"#;

const ENUM: &str = r#"
/// Behaviour at the edge of the world.
#[derive(FfiEnum, Clone, Copy)]
#[repr(u8)]
#[ffi(prefix = "golden")]
pub enum Mode {
    Bounce = 0,
    #[deprecated(note = "use `Bounce`")]
    Wrap = 1,
}
"#;

const NEWTYPE: &str = r#"
/// A user of the service.
#[derive(FfiNewtype, Clone, Copy)]
#[repr(transparent)]
#[ffi(prefix = "golden", dart(type = "Uri", from = "userUri", to = "uriUser", import = "package:users/users.dart"))]
pub struct UserId(pub u64);
"#;

const ONEOF: &str = r#"
#[derive(FfiMessage)]
#[repr(C, u32)]
#[ffi(checked, prefix = "golden")]
pub enum Payment {
    Unset,
    Cash,
    #[ffi(tag = 3)]
    Card(FfiStr<19>),
}
"#;

const ERROR: &str = r#"
/// Failures of the database.
#[derive(Debug, FfiError)]
#[ffi(prefix = "golden")]
pub enum DbError {
    NotFound { id: u64, hint: Option<String> },
    Io(#[ffi(display)] std::io::Error),
    #[ffi(internal)]
    Corrupt { page: usize },
}
"#;

const ARENA: &str = r#"
/// A row of a result.
#[derive(FfiMessage)]
#[repr(C)]
#[ffi(prefix = "golden")]
pub struct Row {
    pub id: u64,
    /// No bound.
    pub name: ArenaStr,
    pub(crate) replies: ArenaVec<Row>,
}
"#;

const ARENA_FROM: &str = r#"
#[derive(FfiArenaFrom)]
#[ffi(message = "Row")]
pub struct PlainRow {
    pub id: u64,
    pub replies: Vec<PlainRow>,
}
"#;

const FUNCTION_ARGS: &str = r#"leaf, prefix = "golden""#;
const FUNCTION: &str = r#"
/// Moves particles that are inside.
pub fn step(
    particles: &mut [Particle],
    bounds: Bounds,
    name: Option<&str>,
    message: PoolBox<Particle>,
) -> Result<Option<f64>, String> {
    unimplemented!()
}
"#;

const ASYNC_ARGS: &str = r#"inline, prefix = "golden""#;
const ASYNC: &str = r#"
/// Finds particles.
pub async fn find(name: String, limit: Option<u32>, seed: PoolBox<Particle>) -> Result<Vec<f64>, DbError> {
    unimplemented!()
}
"#;

const OBJECT: &str = r#"
/// An image.
#[derive(FfiObject)]
#[ffi(prefix = "golden")]
pub struct Image {
    values: Vec<f32>,
}
"#;

const BLOCK_ARGS: &str = r#"prefix = "golden""#;
const BLOCK: &str = r#"
impl Image {
    pub fn new(width: u32) -> Result<Self, DbError> {
        unimplemented!()
    }

    pub async fn mean(&self, scale: f32) -> f32 {
        unimplemented!()
    }
}
"#;

const SERVICE_ARGS: &str = r#"prefix = "golden""#;
const SERVICE: &str = r#"
/// A database.
pub trait Db {
    fn get(&self, id: u64) -> Result<User, DbError>;
    async fn find(&self, name: String) -> Vec<u64>;
}
"#;

const QUEUE_ARGS: &str = r#"prefix = "golden""#;
const QUEUE: &str = "pub static EVENTS: FfiQueue<Event, 64> = FfiQueue::new();";

#[test]
fn expansions_are_current() {
    let derived = |item: &str| {
        let input: DeriveInput = syn::parse_str(item).unwrap();
        match &input.data {
            Data::Enum(_) if item.contains("FfiError") => expand::error(&ast::FfiError::new(&input).unwrap()),
            Data::Enum(data) if item.contains("FfiMessage") => {
                expand::oneof(&ast::Oneof::new(&input, data).unwrap(), Formats::All)
            }
            Data::Enum(_) => expand::enumeration(&ast::Enum::new(&input).unwrap(), Formats::All),
            _ if item.contains("FfiArenaFrom") => expand::arena_from(&ast::ArenaFrom::new(&input).unwrap()),
            _ if item.contains("FfiObject") => expand::object(&ast::Object::new(&input).unwrap()),
            _ if item.contains("FfiNewtype") => {
                expand::newtype(&ast::Newtype::new(&input).unwrap(), Formats::All)
            }
            _ => expand::message(&ast::Message::new(&input).unwrap(), Formats::All),
        }
    };
    let args = |args: &str| args.parse::<TokenStream>().unwrap();
    let function: ItemFn = syn::parse_str(FUNCTION).unwrap();
    let function = ast::Function::new(args(FUNCTION_ARGS), &function).unwrap();
    let started: ItemFn = syn::parse_str(ASYNC).unwrap();
    let started = ast::Function::new(args(ASYNC_ARGS), &started).unwrap();
    let mut item: ItemStatic = syn::parse_str(QUEUE).unwrap();
    let queue = ast::Queue::new(args(QUEUE_ARGS), &item).unwrap();
    assert!(expand::enter(&queue, &mut item));
    let exported = expand::queue(&queue);
    let block: syn::ItemImpl = syn::parse_str(BLOCK).unwrap();
    let block: TokenStream =
        ast::block(args(BLOCK_ARGS), &block).unwrap().iter().map(expand::function).collect();
    let service: syn::ItemTrait = syn::parse_str(SERVICE).unwrap();
    let service = expand::service(&ast::Service::new(args(SERVICE_ARGS), &service).unwrap());
    let mut stale = Vec::new();
    for (name, item, expansion) in [
        ("struct", STRUCT.to_owned(), derived(STRUCT)),
        ("enum", ENUM.to_owned(), derived(ENUM)),
        ("arena", ARENA.to_owned(), derived(ARENA)),
        ("arena_from", ARENA_FROM.to_owned(), derived(ARENA_FROM)),
        ("newtype", NEWTYPE.to_owned(), derived(NEWTYPE)),
        ("oneof", ONEOF.to_owned(), derived(ONEOF)),
        ("error", ERROR.to_owned(), derived(ERROR)),
        ("function", format!("#[ffi_export({FUNCTION_ARGS})]{FUNCTION}"), expand::function(&function)),
        ("async", format!("#[ffi_export({ASYNC_ARGS})]{ASYNC}"), expand::function(&started)),
        ("object", OBJECT.to_owned(), derived(OBJECT)),
        ("block", format!("#[ffi_export({BLOCK_ARGS})]{BLOCK}"), block),
        ("service", format!("#[ffi_service({SERVICE_ARGS})]{SERVICE}"), service),
        ("queue", format!("#[ffi_export({QUEUE_ARGS})]\n{QUEUE}\n"), quote!(#item #exported)),
    ] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/expand");
        let path = folder.join(format!("{name}.rs"));
        let code = prettyplease::unparse(&syn::parse2::<syn::File>(opened(expansion)).unwrap());
        let text = format!("{}\n// Expansion:\n\n{code}", item.trim_start());
        if env::var_os("FFI_BLESS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, text).unwrap();
        } else if fs::read_to_string(&path).ok() != Some(text) {
            stale.push(name);
        }
    }
    assert!(stale.is_empty(), "{stale:?}: run `cargo xtask bless`, and read the difference");
}

/// Makes blocks of the macros whose arguments are items.
fn opened(tokens: TokenStream) -> TokenStream {
    let mut output: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let TokenTree::Group(group) = token else {
            output.push(token);
            continue;
        };
        let contents = opened(group.stream());
        let is_macro = |name: &str| {
            let [.., TokenTree::Ident(ident), TokenTree::Punct(bang)] = &output[..] else { return false };
            ident == name && bang.as_char() == '!'
        };
        if group.delimiter() == Delimiter::Brace
            && ["__proto", "__json", "__simd", "__serde", "__async"].into_iter().any(is_macro)
        {
            // `:: ffi_core :: __proto !`, with two tokens for each `::`.
            let name = output[output.len() - 2].to_string();
            // The first token of `__async!` says what follows.
            let contents: TokenStream = contents.into_iter().skip(usize::from(is_macro("__async"))).collect();
            output.truncate(output.len() - 7);
            let which = format!(" Arguments of `{name}!`.");
            output.extend(quote!(#[doc = #which] const _: () = { #contents };));
        } else {
            output.push(Group::new(group.delimiter(), contents).into());
        }
    }
    output.into_iter().collect()
}
