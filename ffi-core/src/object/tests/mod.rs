//! Tests of the table: orders of operations under loom, and what callers can do wrong.

#[cfg(target_pointer_width = "64")]
mod model;
mod table;
