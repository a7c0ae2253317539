//! Draws signatures of every kind: messages by value of 1 to 64 bytes, up to 21 parameters, floats
//! and integers between them.
//!
//! They are drawn once and written three times: as Rust (`tests/fixtures/signatures`, committed and
//! kept current like other generated files), and as the programs in C and Dart that call each
//! function and compare its result. Dart 3.13 passes a struct of integers wrongly behind eight
//! floats, which is a sixth of such signatures.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::generated::Action;
use crate::workspace;

/// Number of functions.
const FUNCTIONS: usize = 300;

/// Number of messages.
const MESSAGES: usize = 64;

/// Number of the argument that stands for the result.
const RESULT: usize = 100;

/// Writes or checks the fixture's source.
///
/// # Errors
///
/// Returns an error if the file cannot be written, or is out of date.
pub fn apply(action: Action) -> Result<()> {
    let (file, text) = (source(), Signatures::draw().rust());
    match action {
        Action::Write => fs::write(&file, text).with_context(|| format!("cannot write {}", file.display())),
        Action::Check => {
            let committed =
                fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            ensure!(committed == text, "{} is out of date: run `cargo xtask bless`", file.display());
            Ok(())
        }
    }
}

fn source() -> PathBuf {
    workspace::root().join("tests/fixtures/signatures/src/generated.rs")
}

/// A scalar: its name in Rust, its name in C, its size in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Scalar(&'static str, &'static str, usize);

const INTEGERS: [Scalar; 8] = [
    Scalar("u8", "uint8_t", 1),
    Scalar("i8", "int8_t", 1),
    Scalar("u16", "uint16_t", 2),
    Scalar("i16", "int16_t", 2),
    Scalar("u32", "uint32_t", 4),
    Scalar("i32", "int32_t", 4),
    Scalar("u64", "uint64_t", 8),
    Scalar("i64", "int64_t", 8),
];
const FLOATS: [Scalar; 2] = [Scalar("f32", "float", 4), Scalar("f64", "double", 8)];
const BOOL: Scalar = Scalar("bool", "bool", 1);

impl Scalar {
    /// Returns a call that makes its value in C or Dart; `number` is an expression for the position
    /// in the argument.
    fn call(self, function: &str, argument: &str, number: &str) -> String {
        format!("{}_({function}, {argument}, {number})", self.0)
    }
}

/// A field: its type, and its length if it is an array.
type Field = (Scalar, Option<usize>);

/// A parameter.
#[derive(Clone, Copy, Debug)]
enum Param {
    Scalar(Scalar),
    Message(usize),
    Optional(usize),
}

struct Function {
    params: Vec<Param>,
    result: Option<Param>,
}

impl Function {
    /// Returns true if a call in Dart names the argument `at` this position.
    fn names(&self, at: usize) -> bool {
        self.params.len() >= 3 || matches!(self.params[at], Param::Scalar(BOOL))
    }
}

/// The messages and functions.
pub struct Signatures {
    messages: Vec<Vec<Field>>,
    functions: Vec<Function>,
}

/// SplitMix64, from a fixed seed. Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
/// Generators", OOPSLA 2014.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((it ^ (it >> 31)) >> 33).expect("31 bits") % bound
    }

    fn of(&mut self, scalars: &[Scalar]) -> Scalar {
        scalars[self.below(scalars.len())]
    }

    /// Draws a message of at most `most` bytes, without padding.
    fn message(&mut self, most: usize) -> Vec<Field> {
        let class = self.below(4);
        let mut fields = Vec::new();
        let mut size: usize = 0;
        loop {
            let scalar = match class {
                0 => self.of(&INTEGERS),
                1 => FLOATS[0],
                2 => self.of(&FLOATS),
                _ if self.below(2) == 0 => self.of(&INTEGERS),
                _ => self.of(&FLOATS),
            };
            let len = (self.below(4) == 0).then(|| 1 + self.below(9));
            let start = size.div_ceil(scalar.2) * scalar.2;
            let end = start + scalar.2 * len.unwrap_or(1);
            if end > most && !fields.is_empty() {
                return fields;
            }
            fields.push(if end > most { (INTEGERS[0], None) } else { (scalar, len) });
            size = if end > most { 1 } else { end };
            if fields.len() == 16 {
                return fields;
            }
        }
    }

    fn param(&mut self) -> Param {
        match self.below(20) {
            0..7 => Param::Scalar(self.of(&FLOATS)),
            7..12 => Param::Scalar(self.of(&INTEGERS)),
            12 => Param::Scalar(BOOL),
            13..18 => Param::Message(self.below(MESSAGES)),
            _ => Param::Optional(self.below(MESSAGES)),
        }
    }

    fn function(&mut self) -> Function {
        // In half of the signatures, floats use up all registers first.
        let floats = if self.below(2) == 0 { 8 } else { 0 };
        let mut params: Vec<_> = (0..floats).map(|_| Param::Scalar(self.of(&FLOATS))).collect();
        let count = floats.max(1) + self.below(22 - floats.max(1));
        while params.len() < count {
            params.push(self.param());
        }
        let result = match self.below(10) {
            0..6 => Some(Param::Message(self.below(MESSAGES))),
            6 => Some(Param::Scalar(self.of(&FLOATS))),
            7 => Some(Param::Scalar(self.of(&INTEGERS))),
            _ => None,
        };
        Function { params, result }
    }
}

impl Signatures {
    /// Draws the signatures; each call draws the same ones.
    #[must_use]
    pub fn draw() -> Self {
        let mut random = Random(2026);
        // The smallest message that went wrong comes first.
        let mut messages = vec![vec![(INTEGERS[4], None)]];
        messages.extend((1..MESSAGES).map(|index| random.message(index + 1)));
        let floats = || [Param::Scalar(FLOATS[0]); 8].into_iter();
        let mut functions = vec![Function {
            params: floats().chain([Param::Message(0)]).collect(),
            result: Some(Param::Message(0)),
        }];
        functions.extend((1..FUNCTIONS).map(|_| random.function()));
        Self { messages, functions }
    }

    /// Returns the module with messages and functions.
    #[must_use]
    pub fn rust(&self) -> String {
        let mut text = String::from(
            "//! Messages and functions. Written by `cargo xtask bless`; not to be edited.\n\n\
             use ffi_core::{FfiMessage, ffi_export};\n\nuse super::{Filled, Numbers, check, told};\n",
        );
        for (index, fields) in self.messages.iter().enumerate() {
            line(
                &mut text,
                "\n/// Numbers.\n#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]\n#[repr(C)]",
            );
            line(&mut text, &format!("pub struct M{index} {{"));
            for (field, (scalar, len)) in fields.iter().enumerate() {
                let ty = len.map_or(scalar.0.to_owned(), |len| format!("[{}; {len}]", scalar.0));
                line(&mut text, &format!("    /// A number, or some.\n    pub f{field}: {ty},"));
            }
            line(&mut text, &format!("}}\n\nimpl Filled for M{index} {{"));
            line(&mut text, "    fn filled(numbers: &mut Numbers) -> Self {\n        Self {");
            for field in 0..fields.len() {
                line(&mut text, &format!("            f{field}: Filled::filled(numbers),"));
            }
            line(&mut text, "        }\n    }\n}");
        }
        for (index, function) in self.functions.iter().enumerate() {
            let params = function.params.iter().enumerate();
            let params: Vec<_> = params.map(|(at, param)| format!("a{at}: {}", rust_type(*param))).collect();
            let result = function.result.map(|it| format!(" -> {}", rust_type(it))).unwrap_or_default();
            let head = format!("pub fn call{index}({}){result} {{", params.join(", "));
            line(&mut text, "\n/// Checks its arguments.\n#[ffi_export]");
            line(&mut text, "#[allow(clippy::too_many_arguments)]");
            line(&mut text, &head);
            for at in 0..function.params.len() {
                line(&mut text, &format!("    check(&a{at}, {index}, {at});"));
            }
            if function.result.is_some() {
                line(&mut text, &format!("    told({index}, {RESULT})"));
            }
            line(&mut text, "}");
        }
        text
    }

    /// Returns the program in C.
    #[must_use]
    pub fn c(&self) -> String {
        let mut text = String::from(C_START);
        for (index, fields) in self.messages.iter().enumerate() {
            line(&mut text, &format!("M{index} m{index}(uint64_t f, uint64_t a, uint64_t k) {{"));
            line(&mut text, &format!("    M{index} it;\n    memset(&it, 0xAA, sizeof it);"));
            for (field, (scalar, len)) in fields.iter().enumerate() {
                let value = scalar.call("f", "a", "k++");
                line(
                    &mut text,
                    &match len {
                        Some(len) => format!("    for (int i = 0; i < {len}; i++) it.f{field}[i] = {value};"),
                        None => format!("    it.f{field} = {value};"),
                    },
                );
            }
            line(
                &mut text,
                &format!(
                    "    return it;\n}}\nint same{index}(const M{index} *one, const M{index} *other) {{"
                ),
            );
            for (field, (_, len)) in fields.iter().enumerate() {
                let (access, count) = (if len.is_some() { "[i]" } else { "" }, len.unwrap_or(1));
                line(
                    &mut text,
                    &format!(
                        "    for (int i = 0; i < {count}; i++) if (one->f{field}{access} != other->f{field}{access}) return 0;"
                    ),
                );
            }
            line(&mut text, "    return 1;\n}");
        }
        for (index, function) in self.functions.iter().enumerate() {
            line(&mut text, &format!("static void call{index}(void) {{\n    FfiStatus status = {{0}};"));
            let mut arguments = Vec::new();
            for (at, param) in function.params.iter().enumerate() {
                match param {
                    Param::Scalar(it) => arguments.push(it.call(&index.to_string(), &at.to_string(), "0")),
                    Param::Message(it) => {
                        line(&mut text, &format!("    M{it} a{at} = m{it}({index}, {at}, 0);"));
                        arguments.push(format!("&a{at}"));
                    }
                    Param::Optional(it) => {
                        line(&mut text, &format!("    M{it} a{at} = m{it}({index}, {at}, 1);"));
                        let present = BOOL.call(&index.to_string(), &at.to_string(), "0");
                        arguments.push(format!("{present} ? &a{at} : NULL, {present}"));
                    }
                }
            }
            arguments.push("&status".to_owned());
            let call = format!("fixture_signatures_ffi_call{index}({})", arguments.join(", "));
            match function.result {
                None => line(&mut text, &format!("    {call};\n    report({index}, &status, 1);")),
                Some(Param::Scalar(it)) => {
                    let expected = it.call(&index.to_string(), &RESULT.to_string(), "0");
                    line(&mut text, &format!("    {} result = {call};", it.1));
                    line(&mut text, &format!("    report({index}, &status, result == {expected});"));
                }
                Some(Param::Message(it) | Param::Optional(it)) => {
                    line(&mut text, &format!("    M{it} result = {call};"));
                    line(&mut text, &format!("    M{it} expected = m{it}({index}, {RESULT}, 0);"));
                    line(&mut text, &format!("    report({index}, &status, same{it}(&result, &expected));"));
                }
            }
            line(&mut text, "}");
        }
        line(&mut text, "int main(void) {");
        for index in 0..self.functions.len() {
            line(&mut text, &format!("    call{index}();"));
        }
        text + "    return wrong > 0;\n}\n"
    }

    /// Returns the program in Dart, which is given the library.
    #[must_use]
    pub fn dart(&self) -> String {
        let mut text = String::from(DART_START);
        for (index, fields) in self.messages.iter().enumerate() {
            line(&mut text, &format!("M{index} m{index}(int f, int a, int k) {{"));
            line(&mut text, &format!("  final it = Struct.create<M{index}>();"));
            for (field, (scalar, len)) in fields.iter().enumerate() {
                let value = scalar.call("f", "a", "k++");
                line(
                    &mut text,
                    &match len {
                        Some(len) => format!("  it.f{field} = [for (var i = 0; i < {len}; i++) {value}];"),
                        None => format!("  it.f{field} = {value};"),
                    },
                );
            }
            line(&mut text, "  return it;\n}");
            line(&mut text, &format!("bool same{index}(M{index} one, M{index} other) {{"));
            for (field, (_, len)) in fields.iter().enumerate() {
                let (access, count) = (if len.is_some() { "[i]" } else { "" }, len.unwrap_or(1));
                line(
                    &mut text,
                    &format!(
                        "  for (var i = 0; i < {count}; i++) {{\n    if (one.f{field}{access} != other.f{field}{access}) return false;\n  }}"
                    ),
                );
            }
            line(&mut text, "  return true;\n}");
        }
        for (index, function) in self.functions.iter().enumerate() {
            let arguments = function.params.iter().enumerate().map(|(at, param)| match param {
                Param::Scalar(it) => it.call(&index.to_string(), &at.to_string(), "0"),
                Param::Message(it) => format!("m{it}({index}, {at}, 0)"),
                Param::Optional(it) => {
                    let present = BOOL.call(&index.to_string(), &at.to_string(), "0");
                    format!("{present} ? m{it}({index}, {at}, 1) : null")
                }
            });
            let arguments: Vec<_> = (arguments.enumerate())
                .map(|(at, it)| if function.names(at) { format!("a{at}: {it}") } else { it })
                .collect();
            let call = format!("library.call{index}({})", arguments.join(", "));
            line(&mut text, &format!("bool call{index}() {{"));
            line(
                &mut text,
                &match function.result {
                    None => format!("  {call};\n  return true;\n}}"),
                    Some(Param::Scalar(it)) => {
                        let expected = it.call(&index.to_string(), &RESULT.to_string(), "0");
                        format!("  return {call} == {expected};\n}}")
                    }
                    Some(Param::Message(it) | Param::Optional(it)) => {
                        format!("  return same{it}({call}, m{it}({index}, {RESULT}, 0));\n}}")
                    }
                },
            );
        }
        line(&mut text, "void main() {");
        for index in 0..self.functions.len() {
            line(&mut text, &format!("  report({index}, call{index});"));
        }
        text + "  if (wrong > 0) exit(1);\n}\n"
    }
}

fn rust_type(param: Param) -> String {
    match param {
        Param::Scalar(it) => it.0.to_owned(),
        Param::Message(it) => format!("M{it}"),
        Param::Optional(it) => format!("Option<M{it}>"),
    }
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a string takes any text");
}

const C_START: &str = r#"#include "fixture-signatures.h"

#include <stdio.h>
#include <string.h>

static int wrong;

static void report(int function, FfiStatus *status, int same) {
    if (status->code == 0 && same) return;
    wrong++;
    printf("function %d: status %d %.*s, result %s\n", function, (int)status->code, (int)status->message_len,
           status->message ? (const char *)status->message : "", same ? "as told" : "wrong");
    fixture_signatures_ffi0_status_clear(status);
}

static uint64_t bits(uint64_t f, uint64_t a, uint64_t k) {
    return (f * 1000003 + a * 10007 + k * 101 + 1) * UINT64_C(0x9E3779B97F4A7C15);
}
#define INTEGER(name, type, width) \
    static type name##_(uint64_t f, uint64_t a, uint64_t k) { return (type)(bits(f, a, k) >> (64 - width)); }
INTEGER(u8, uint8_t, 8)
INTEGER(i8, int8_t, 8)
INTEGER(u16, uint16_t, 16)
INTEGER(i16, int16_t, 16)
INTEGER(u32, uint32_t, 32)
INTEGER(i32, int32_t, 32)
INTEGER(u64, uint64_t, 64)
INTEGER(i64, int64_t, 64)
static bool bool_(uint64_t f, uint64_t a, uint64_t k) { return bits(f, a, k) >> 63; }
static float f32_(uint64_t f, uint64_t a, uint64_t k) { return (float)(bits(f, a, k) >> 44) / 16; }
static double f64_(uint64_t f, uint64_t a, uint64_t k) { return (double)(bits(f, a, k) >> 24) / 1024; }
"#;

const DART_START: &str = r"import 'dart:ffi';
import 'dart:io';

import 'package:fixture_signatures/fixture_signatures.dart';

final library = FixtureSignaturesLibrary.open();
var wrong = 0;

void report(int function, bool Function() call) {
  try {
    if (call()) return;
    print('function $function: its result is wrong');
  } on FfiException catch (error) {
    print('function $function: $error');
  }
  wrong++;
}

int bits(int f, int a, int k) =>
    (f * 1000003 + a * 10007 + k * 101 + 1) * 0x9E3779B97F4A7C15;
int u8_(int f, int a, int k) => bits(f, a, k) >>> 56;
int i8_(int f, int a, int k) => bits(f, a, k) >> 56;
int u16_(int f, int a, int k) => bits(f, a, k) >>> 48;
int i16_(int f, int a, int k) => bits(f, a, k) >> 48;
int u32_(int f, int a, int k) => bits(f, a, k) >>> 32;
int i32_(int f, int a, int k) => bits(f, a, k) >> 32;
int u64_(int f, int a, int k) => bits(f, a, k);
int i64_(int f, int a, int k) => bits(f, a, k);
bool bool_(int f, int a, int k) => bits(f, a, k) < 0;
double f32_(int f, int a, int k) => (bits(f, a, k) >>> 44) / 16;
double f64_(int f, int a, int k) => (bits(f, a, k) >>> 24) / 1024;
";
