//! Developer commands of the workspace: `cargo xtask <command>`.
//!
//! | Module | Holds |
//! |---|---|
//! | [`browser`] | looks at pages in a headless Chromium |
//! | [`cells`] | a table of what was tried on which platform |
//! | [`circles`] | finds files of a crate that import each other in a circle |
//! | [`commands`] | the command line, one module per command |
//! | [`conformance`] | finds or installs protobuf's conformance suite |
//! | [`dart_sdk`] | finds or installs a Dart SDK and drives it: `run`, `compile exe`, `analyze`, `format`, `pub get`, tests |
//! | `debian` | packages of Debian without root |
//! | [`example`] | builds and runs what is in `examples/` |
//! | [`flutter`] | finds or installs Flutter's engine, and runs tests in it |
//! | [`generated`] | writes or checks the committed files of `ffi-dart-emit` |
//! | `installed` | programs that cargo installs for the workspace |
//! | [`pages`] | checks the pages that people read, and runs their programs |
//! | `pinned` | keeps programs on one core |
//! | [`progress`] | shows what a command does, and how far it is |
//! | [`promtool`] | finds or installs the tool of Prometheus that checks metrics |
//! | [`proto_tools`] | finds or installs what judges exported .proto files: `buf`, `protoc-gen-go` |
//! | [`protoc`] | finds or installs protobuf's compiler |
//! | [`public`] | the public items of `ffi-core`, and the committed list of them |
//! | [`ratio`] | the line that a benchmark prints for each comparison |
//! | [`results`] | results of benchmarks: as a file, a page, and the tables of `benches/README.md` |
//! | [`safety`] | finds `SAFETY` comments that only refer to others |
//! | [`sources`] | finds the source files of a folder |
//! | [`stress`] | the stress schema: many messages, large ones, every field type |
//! | [`times`] | the time that each part of a command took |
//! | [`size`] | sizes of libraries |
//! | `toolchain` | the Rust toolchains of this machine |
//! | `tool` | finds programs that a machine may lack |
//! | `unstable` | programs of Debian unstable on any Debian |
//! | [`words`] | counts the comments that break the rules of plain English |
//! | [`workspace`] | finds the workspace, and starts programs so that their failures can be read |
//!
//! The tests of other crates use this library as well: `let Some(sdk) = Sdk::for_tests() else {
//! return };` is the one rule for machines without Dart.

pub mod browser;
pub mod cells;
pub mod circles;
pub mod commands;
pub mod completion;
pub mod conformance;
pub mod dart_sdk;
mod debian;
pub mod example;
mod failures;
pub mod features;
pub mod flutter;
pub mod generated;
mod installed;
pub mod pages;
mod pinned;
pub mod progress;
pub mod promtool;
pub mod proto_tools;
pub mod protoc;
pub mod protos;
pub mod public;
pub mod ratio;
pub mod results;
pub mod safety;
pub mod signatures;
pub mod size;
pub mod sources;
pub mod stress;
pub mod times;
mod tool;
mod toolchain;
mod unstable;
pub mod words;
pub mod workspace;
