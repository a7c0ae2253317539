//! Packages a library for a platform: builds it for each processor, puts the files where the
//! platform's tools expect them, and checks them.
//!
//! A platform is a function from a [`Request`](request::Request) to a list of
//! [`Step`](step::Step)s, which are data. So one list is shown by `--dry-run`, read by tests on
//! machines without the platform's tools, and run.

pub mod android;
pub mod apple;
pub mod check;
pub mod command;
pub mod facts;
pub mod linux;
pub mod request;
pub mod run;
pub mod step;
pub mod windows;
