//! Legal code builds and runs, and a symbol that is defined twice, which only code generation
//! finds, has its message.
//!
//! A package of its own, whose few dependencies trybuild builds once more. `tests/ui.rs` checks all
//! other cases.

#[test]
fn built_cases() {
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    cases.compile_fail("symbol/*.rs");
}
