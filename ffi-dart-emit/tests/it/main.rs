//! From bytes to text: library files made here, read, resolved and written.
//!
//! | module | what it holds |
//! |---|---|
//! | `schema` | records to test with, and their fingerprints, computed apart from the code under test |
//! | `files` | library files of every format that carry them |
//! | `reading` | each format, and each way in which a file can be of no use |
//! | `resolving` | each problem that records can have |
//! | `hostile` | bytes changed at random: errors, never a panic |
//! | `inspecting`, `c_header` | the text that is written, the header compiled by C and C++ compilers |
//! | `program` | the program itself: exit codes, messages, `--check` |

mod c_header;
mod files;
mod hostile;
mod inspecting;
mod program;
mod reading;
mod resolving;
mod schema;
