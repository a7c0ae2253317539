//! Tests that valid code builds and runs, and the messages of mistakes that `tests/ui.rs` can't
//! have: a symbol defined twice, which only code generation finds, and those of code that needs
//! the feature `async`.
//!
//! A package of its own, as trybuild builds its few dependencies once more. `tests/ui.rs` checks
//! all other cases.

#[test]
fn built_cases() {
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    cases.compile_fail("symbol/*.rs");
    cases.compile_fail("executor/*.rs");
    cases.compile_fail("futures/*.rs");
}
