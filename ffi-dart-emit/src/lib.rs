//! Writes a Dart package from the schema inside a compiled `ffi-core` library.
//!
//! The tree is the path of the data:
//!
//! | module | from | to |
//! |---|---|---|
//! | [`cargo`] | a crate's name | its compiled library |
//! | [`input`] | a file | its bytes, up to a limit |
//! | [`library_file`] | the library's bytes | records |
//! | `holder`, [`logical`] | | the tables of `FfiVec` and the like, and of logical types |
//! | [`arena_file`] | the file of an arena | its header, and a model if the schema is inside |
//! | [`model`] | records | a checked [`Model`](model::Model), or all problems |
//! | [`dart`], [`mod@c`], [`proto`], [`inspect`], [`html`] | the model | text |
//! | [`foreign`] | foreign text | escaped text for one place |
//! | [`diff`] | two models | the changes, and what they break |
//! | [`output`] | text | files; those of the user are never overwritten |
//! | [`shipping`] | a crate, a platform | steps that build, package and check its library |
//! | [`progress`] | what runs long | a line on the terminal that says how far it is |
//! | [`cli`] | the command line | a run of all these |
//! | [`mod@watch`] | changes of sources | such a run again |
//!
//! Object formats end at [`library_file`], which knows nothing of Dart; records end at [`model`],
//! so a writer only sees checked ones.

pub mod arena_file;
pub mod c;
pub mod cargo;
pub mod cli;
pub mod dart;
pub mod diff;
pub mod foreign;
mod holder;
pub mod html;
pub mod input;
pub mod inspect;
mod layout;
pub mod library_file;
pub mod logical;
pub mod model;
pub mod output;
mod parallel;
pub mod progress;
pub mod project;
pub mod proto;
pub mod shipping;
mod template;
pub mod watch;
