//! A parameter of a function, as it crosses from Dart to C.

/// A parameter of a function.
pub struct Argument {
    /// Dart type that users see.
    pub public: String,
    /// Types of the values that C gets: of `dart:ffi`, and of Dart.
    pub types: Vec<(String, &'static str)>,
    /// Values that C gets.
    pub values: Vec<String>,
    /// The form in the function without checks, if it differs.
    pub raw: Option<Raw>,
    /// Statement before the call.
    pub before: Option<String>,
    /// True if the box that is passed gives its slot away.
    pub given: bool,
    /// Statement after the call.
    pub after: Option<String>,
    /// Expression that keeps a function for Rust, and is its number.
    pub kept: Option<String>,
    /// Member of the client that lends a function.
    pub member: Option<String>,
    /// Sentence of the documentation that says which side owns it during the call.
    pub ownership: Option<&'static str>,
}

/// A parameter of a function without checks.
pub struct Raw {
    /// Dart type that users see.
    pub public: String,
    /// First value that C gets.
    pub value: String,
}
