//! Tests that valid code builds and runs, and that a symbol defined twice, which only code
//! generation finds, has its message.
//!
//! A package of its own, as trybuild builds its few dependencies once more. `tests/ui.rs` checks
//! all other cases.

#[test]
fn built_cases() {
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    cases.compile_fail("symbol/*.rs");
}
