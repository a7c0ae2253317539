//! Tests of the table: orders of operations under loom, and what callers can do wrong.

mod model;
mod table;
