//! The text of generated code that is in no template: lists whose length is not known, literals and
//! comments.
//!
//! Generated files carry `// dart format off`, so their lines are those of the templates. Only
//! lists are broken: the items of one that doesn't fit its line have a line each.

/// Annotation of a member that the compiler inlines whatever its estimate of the cost.
pub const INLINED: &str = "  @pragma('vm:prefer-inline')\n";

/// Length of a line up to which a list stays in it, in characters.
pub const WIDTH: usize = 120;

fn width(text: &str) -> usize {
    text.chars().count()
}

fn pad(indent: usize) -> String {
    " ".repeat(indent)
}

/// Returns the items for their place between brackets, in a statement that is indented by `indent`:
/// in its line, which has `used` characters without them, or one a line if that is too long.
pub fn listed(indent: usize, used: usize, items: &[String]) -> String {
    let commas = 2 * items.len().saturating_sub(1);
    if items.is_empty() || used + commas + items.iter().map(|it| width(it)).sum::<usize>() <= WIDTH {
        return items.join(", ");
    }
    // The lists of large messages are most of a value, so their text is made once.
    let pad = pad(indent);
    let text = items.iter().map(|it| pad.len() + it.len() + 4).sum::<usize>();
    let mut out = String::with_capacity(1 + text + pad.len());
    out.push('\n');
    for item in items {
        for part in [&pad, "  ", item, ",\n"] {
            out.push_str(part);
        }
    }
    out + &pad
}

/// Returns parameters with names, in braces, as [`listed`]; nothing for none.
pub fn braced(indent: usize, used: usize, items: &[String]) -> String {
    if items.is_empty() { String::new() } else { ["{", &listed(indent, used + 2, items), "}"].concat() }
}

/// Returns the parts of a string literal as the lines of adjacent literals, which are indented by
/// `indent`. A part that is too long for a line has one of its own.
pub fn folded(indent: usize, parts: &[String]) -> Vec<String> {
    let mut lines = vec![String::new()];
    for part in parts {
        let last = lines.last_mut().expect("there is a line");
        // Both quotes and a semicolon are in the line as well.
        if !last.is_empty() && indent + width(last) + width(part) + 3 > WIDTH {
            lines.push(part.clone());
        } else {
            last.push_str(part);
        }
    }
    lines
}

/// Returns `callee(arguments)` followed by `after`, such as `;`.
///
/// `before` is the text before it: nothing, `return ` or `final result = `.
pub fn call(indent: usize, before: &str, callee: &str, arguments: &[String], after: &str) -> String {
    let head = [&pad(indent), before, callee, "("].concat();
    let used = width(&head) + width(after) + 1;
    [&head, &listed(indent, used, arguments), ")", after].concat()
}

/// Returns the size of `class` in bytes, which must be `size` as in Rust.
pub fn sized(class: &str, size: u64) -> String {
    let name = class.trim_start_matches("$.");
    format!("_sized('{name}', $.sizeOf<{class}>(), {size})")
}

/// Returns `left = right;`.
pub fn assign(indent: usize, left: &str, right: &str) -> String {
    [&pad(indent), left, " = ", right, ";"].concat()
}

/// Returns `typedef name = returns Function(parameters);`.
pub fn function_type(name: &str, returns: &str, parameters: &[String]) -> String {
    call(0, &format!("typedef {name} = "), &format!("{returns} Function"), parameters, ";")
}

/// Parameters, or the arguments of a call: those that are written in order, and those with names.
#[derive(Clone, Default)]
pub struct Parameters {
    positional: Vec<String>,
    named: Vec<String>,
}

impl Parameters {
    /// Makes parameters that are all required and in order.
    pub fn positional(all: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { positional: all.into_iter().map(Into::into).collect(), named: Vec::new() }
    }

    /// Makes parameters of a type and a name each, all required; those for which `named` is true
    /// have their names in calls.
    pub fn new<'a>(all: impl IntoIterator<Item = (&'a str, &'a str)>, named: &[bool]) -> Self {
        let mut parameters = Self::default();
        for ((ty, name), named) in all.into_iter().zip(named) {
            if *named {
                parameters.named.push(format!("required {ty} {name}"));
            } else {
                parameters.positional.push(format!("{ty} {name}"));
            }
        }
        parameters
    }

    /// Makes the arguments of a call, each with the name of its parameter and its value.
    pub fn arguments<'a>(all: impl IntoIterator<Item = (&'a str, &'a str)>, named: &[bool]) -> Self {
        let mut arguments = Self::default();
        for ((name, value), named) in all.into_iter().zip(named) {
            if *named {
                arguments.named.push(format!("{name}: {value}"));
            } else {
                arguments.positional.push(value.to_owned());
            }
        }
        arguments
    }

    /// Returns the list for its place between parentheses, as [`listed`]; names of parameters are
    /// in braces.
    fn declared(&self, indent: usize, used: usize) -> String {
        if self.named.is_empty() {
            return listed(indent, used, &self.positional);
        }
        let (positional, named) = (self.positional.join(", "), self.named.join(", "));
        let between = if positional.is_empty() { "" } else { ", " };
        let line = format!("{positional}{between}{{{named}}}");
        if used + width(&line) <= WIDTH {
            return line;
        }
        let (pad, mut out) = (pad(indent), String::new());
        let mut last = "";
        for it in &self.positional {
            out.push_str(&format!("{last}\n{pad}  {it}"));
            last = ",";
        }
        out.push_str(if self.positional.is_empty() { "{\n" } else { ", {\n" });
        for it in &self.named {
            out.push_str(&format!("{pad}  {it},\n"));
        }
        format!("{out}{pad}}}")
    }

    /// Returns all arguments in the order in which they are written.
    pub fn all(&self) -> Vec<String> {
        self.positional.iter().chain(&self.named).cloned().collect()
    }
}

/// Returns the head of a method up to its `{`; `before` is the text before the name: a type, or
/// `set`.
pub fn method(before: &str, name: &str, parameters: &Parameters) -> String {
    let head = format!("{}{before} {name}(", pad(2));
    let declared = parameters.declared(2, width(&head) + 3);
    format!("{head}{declared}) {{")
}

/// Returns the statement that assigns the result of `callee` to `result`.
pub fn result(callee: &str, arguments: &Parameters) -> String {
    call(4, "final result = ", callee, &arguments.all(), ";")
}

/// Returns the head of a constructor and the colon before its initializers.
pub fn constructor(name: &str, parameters: &Parameters) -> String {
    call(2, "", name, &parameters.positional, "\n    :")
}

/// Returns the head of an extension type, whose constructor takes `representation`.
pub fn extension_type(constructor: &str, representation: &str, clause: &str) -> String {
    format!("extension type {constructor}({representation}) {clause} {{")
}

/// Returns `@Deprecated(..)` with a line break.
pub fn deprecated(indent: usize, note: &str) -> String {
    let note = if note.is_empty() { "deprecated in Rust" } else { note };
    format!("{}@Deprecated({})\n", pad(indent), string(note))
}

pub use crate::foreign::dart_string as string;

/// Returns `text` as lines that start with `///`.
pub fn doc(indent: usize, text: &str) -> String {
    crate::foreign::dart_comment(&pad(indent), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(of: &[&str]) -> Vec<String> {
        of.iter().map(|&one| one.to_owned()).collect()
    }

    #[test]
    fn a_list_of_120_stays_and_one_of_121_breaks() {
        let name = |len| "n".repeat(len);
        let of_120 = call(4, "", &name(110), &strings(&["abc"]), ";");
        assert_eq!((of_120.len(), of_120.contains('\n')), (120, false));
        assert_eq!(
            call(4, "", &name(111), &strings(&["abc", "d"]), ";"),
            format!("    {}(\n      abc,\n      d,\n    );", name(111))
        );
        assert_eq!(call(4, "", &name(130), &[], ";"), format!("    {}();", name(130)));
    }

    #[test]
    fn names_are_in_braces_if_there_are_any() {
        assert_eq!(braced(2, 10, &[]), "");
        assert_eq!(braced(2, 10, &strings(&["a", "b"])), "{a, b}");
        assert_eq!(braced(2, 116, &strings(&["a", "b"])), "{\n    a,\n    b,\n  }");
    }

    #[test]
    fn parameters_with_names_are_in_braces() {
        let all = [("int", "a"), ("bool", "b"), ("double", "c")];
        let head = |name: &str, named: &[bool]| method("void", name, &Parameters::new(all, named));
        assert_eq!(head("f", &[false; 3]), "  void f(int a, bool b, double c) {");
        let names = "required int a, required bool b, required double c";
        assert_eq!(head("f", &[true; 3]), format!("  void f({{{names}}}) {{"));
        assert_eq!(head("f", &[false, true, false]), "  void f(int a, double c, {required bool b}) {");
        let long = "n".repeat(90);
        assert_eq!(
            head(&long, &[true; 3]),
            format!(
                "  void {long}({{\n    required int a,\n    required bool b,\n    required double c,\n  }}) {{"
            )
        );
        assert_eq!(
            head(&long, &[false, true, false]),
            format!("  void {long}(\n    int a,\n    double c, {{\n    required bool b,\n  }}) {{")
        );
        let call = Parameters::arguments([("a", "1"), ("b", "true")], &[false, true]);
        assert_eq!(result("f", &call), "    final result = f(1, b: true);");
    }

    #[test]
    fn a_long_string_is_several() {
        let parts = strings(&[&"a".repeat(60), &"b".repeat(51), "c", &"d".repeat(200)]);
        let lines = folded(6, &parts);
        assert_eq!(lines.iter().map(String::len).collect::<Vec<_>>(), [111, 1, 200]);
    }
}
