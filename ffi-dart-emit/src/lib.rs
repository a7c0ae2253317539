//! Writes a Dart package from the schema inside a compiled `ffi-core` library.
//!
//! The tree is the path of the data:
//!
//! | module | from | to |
//! |---|---|---|
//! | [`library_file`] | the library's bytes | records |
//! | [`model`] | records | a checked [`Model`](model::Model), or all problems |
//! | [`mod@c`], [`inspect`] | the model | text |
//! | [`output`] | text | files, without harm |
//!
//! Object formats end at [`library_file`], which knows nothing of Dart; records end at [`model`], so a writer can't
//! meet one that wasn't checked.

pub mod c;
pub mod inspect;
pub mod library_file;
pub mod model;
pub mod output;
