//! Tests from bytes to text: library files made here, read, resolved and written.
//!
//! | module | what it holds |
//! |---|---|
//! | `schema` | records to test with, and their fingerprints, computed apart from the code under test |
//! | `files` | library files of every format that carry them |
//! | `reading` | each format, and each way in which a file can be useless |
//! | `libraries` | real libraries of each platform |
//! | `resolving` | each problem that records can have |
//! | `flows` | functions, objects and streams of Dart, and queues that Dart listens to, that can't be |
//! | `hostile` | bytes changed at random: errors, never a panic |
//! | `inspecting`, `c_header` | the text that is written, the header compiled by C and C++ compilers |
//! | `foreign` | foreign text, files and names: no part of them is run, hidden, or read without end |
//! | `diff` | the changes between schemas, and what they break |
//! | `descriptor_sets` | damaged and hostile descriptor sets |
//! | `breaking` | the changes between .proto files, and what they break |
//! | `kept` | names in .proto that exports keep: nested types, packages, JSON, options of files |
//! | `proto` | .proto files: exports that compilers accept; imports, with everything that is refused |
//! | `imports` | imports of several .proto files, of proto2, and names that Rust or Dart don't take |
//! | `targets` | machines that Dart doesn't run on |
//! | `shipping` | the steps that package a library for each platform, the checks of real ones |
//! | `workflows` | the workflows and container files of new projects, read by parsers |
//! | `program` | exit codes, messages and `--check` of the program |

mod breaking;
mod c_header;
mod descriptor_sets;
mod diff;
mod files;
mod flows;
mod foreign;
mod hostile;
mod imports;
mod inspecting;
mod kept;
mod libraries;
mod newtypes;
mod program;
mod proto;
mod reading;
mod resolving;
mod schema;
mod shipping;
mod targets;
mod workflows;
