//! Breaks lines as `dart format` does, for the few shapes that generated code has.
//!
//! Output must not change when a user runs `dart format`, and no Dart may be needed to make it. So
//! templates only hold lines whose length doesn't depend on a name, and everything else is one of
//! the shapes below. Generated files name their language version, which fixes the formatter's
//! style: later styles don't touch them.
//!
//! If `dart format` could choose among several breaks, this module uses a shape that leaves it
//! none: a member is `=>` when it fits one line and a block otherwise.
//!
//! `tests/dart_package.rs` checks that `dart format` changes nothing in hundreds of packages, with
//! names of up to 40 characters and libraries of up to 24. Longer names give correct code, but
//! `dart format` may break their lines elsewhere.

/// Annotation of a member that the compiler inlines whatever its estimate of the cost.
pub const INLINED: &str = "  @pragma('vm:prefer-inline')\n";

/// Width of a page in UTF-16 units, as `dart format` counts.
const WIDTH: usize = 80;

fn fits(line: &str) -> bool {
    line.encode_utf16().count() <= WIDTH
}

fn pad(indent: usize) -> String {
    " ".repeat(indent)
}

/// Returns `callee(arguments)` followed by `after`, such as `;`.
///
/// `before` is the text before it: nothing, `return ` or `final result = `.
pub fn call(indent: usize, before: &str, callee: &str, arguments: &[String], after: &str) -> String {
    let pad = pad(indent);
    let line = format!("{pad}{before}{callee}({}){after}", arguments.join(", "));
    if fits(&line) || arguments.is_empty() {
        return line;
    }
    let head = format!("{pad}{before}{callee}(");
    if let Some(left) = before.strip_suffix(" = ").filter(|_| !fits(&head)) {
        return format!("{pad}{left} =\n{}", call(indent + 4, "", callee, arguments, after));
    }
    format!("{head}\n{}{pad}){after}", list(indent + 2, arguments))
}

/// Returns the size of `class` in bytes, which must be `size` as in Rust.
pub fn sized(class: &str, size: u64) -> String {
    format!("_sized('{class}', $.sizeOf<{class}>(), {size})")
}

/// Returns `head => expression;`.
pub fn arrow(indent: usize, head: &str, expression: &str) -> String {
    let pad = pad(indent);
    let line = format!("{pad}{head} => {expression};");
    if fits(&line) { line } else { format!("{pad}{head} =>\n{pad}    {expression};") }
}

/// Returns the items, one a line with a comma each; a call that is too long for its line is broken
/// like any other.
fn list(indent: usize, items: &[String]) -> String {
    let line = |item: &String| {
        let line = format!("{}{item},", pad(indent));
        match simple_call(item) {
            Some((callee, arguments)) if !fits(&line) => call(indent, "", callee, &arguments, ","),
            _ => line,
        }
    };
    items.iter().map(|item| line(item) + "\n").collect()
}

/// Returns `left = a + b;`.
pub fn sum(indent: usize, left: &str, terms: &[String]) -> String {
    let pad = pad(indent);
    let line = format!("{pad}{left} = {};", terms.join(" + "));
    if fits(&line) {
        line
    } else {
        format!("{pad}{left} =\n{pad}    {};", terms.join(&format!(" +\n{pad}    ")))
    }
}

/// Returns `left = right;`.
pub fn assign(indent: usize, left: &str, right: &str) -> String {
    let pad = pad(indent);
    let line = format!("{pad}{left} = {right};");
    match simple_call(right) {
        _ if fits(&line) => line,
        Some((callee, arguments)) => call(indent, &format!("{left} = "), callee, &arguments, ";"),
        None => {
            let line = format!("{pad}    {right};");
            let right =
                if fits(&line) { line } else { format!("{pad}    {};", broken_type(indent + 4, right)) };
            format!("{pad}{left} =\n{right}")
        }
    }
}

/// Returns `ty` with each of its arguments on a line of its own.
fn broken_type(indent: usize, ty: &str) -> String {
    let (Some(open), Some(close)) = (ty.find('<'), ty.rfind('>')) else { return ty.to_owned() };
    let inner = pad(indent + 2);
    let mut arguments = vec![String::new()];
    let mut depth = 0;
    for next in ty[open + 1..close].chars() {
        match next {
            '<' => depth += 1,
            '>' => depth -= 1,
            _ => {}
        }
        match arguments.last_mut() {
            Some(last) if depth > 0 || next != ',' => last.push(next),
            _ => arguments.push(String::new()),
        }
    }
    let last = arguments.len() - 1;
    let broken = arguments.iter().enumerate().map(|(index, it)| {
        let it = it.trim();
        let fitting = fits(&format!("{inner}{it}{}", if index < last { "," } else { "" }));
        format!("{inner}{}", if fitting { it.to_owned() } else { broken_type(indent + 2, it) })
    });
    let broken: Vec<_> = broken.collect();
    format!("{}<\n{}\n{}{}", &ty[..open], broken.join(",\n"), pad(indent), &ty[close..])
}

/// Returns `ty`, broken if it is too long for a line.
fn type_line(indent: usize, ty: &str) -> String {
    let line = format!("{}{ty}", pad(indent));
    if fits(&line) { line } else { format!("{}{}", pad(indent), broken_type(indent, ty)) }
}

/// Returns `return expression;` in a method.
pub fn returned(expression: &str) -> String {
    match simple_call(expression) {
        Some((callee, arguments)) => call(4, "return ", callee, &arguments, ";"),
        None => format!("    return {expression};"),
    }
}

/// Returns the callee and the arguments of an expression that is a call with plain arguments.
fn simple_call(expression: &str) -> Option<(&str, Vec<String>)> {
    let (callee, arguments) = expression.strip_suffix(')')?.split_once('(')?;
    let simple = !arguments.is_empty() && !arguments.contains('(');
    simple.then(|| (callee, arguments.split(", ").map(str::to_owned).collect()))
}

/// Returns `return condition ? yes : no;` for names and short calls, or `None` if a line would be
/// too long.
pub fn conditional(condition: &str, yes: &str, no: &str) -> Option<String> {
    let line = format!("    return {condition} ? {yes} : {no};");
    if fits(&line) {
        return Some(line);
    }
    let lines = [format!("    return {condition}"), format!("        ? {yes}"), format!("        : {no};")];
    lines.iter().all(|line| fits(line)).then(|| lines.join("\n"))
}

/// Returns `name: value,` as an argument on a line of its own.
fn named(indent: usize, name: &str, value: &str) -> String {
    let pad = pad(indent);
    let line = format!("{pad}{name}: {value},");
    if fits(&line) {
        return line;
    }
    if let Some((callee, arguments)) = simple_call(value) {
        if fits(&format!("{pad}{name}: {callee}(")) {
            return call(indent, &format!("{name}: "), callee, &arguments, ",");
        }
        return match callee.split_once('.') {
            Some((object, method)) if fits(&format!("{pad}{name}: {object}")) => format!(
                "{pad}{name}: {object}\n{}",
                call(indent + 4, "", &format!(".{method}"), &arguments, ",")
            ),
            _ => format!("{pad}{name}:\n{}", call(indent + 4, "", callee, &arguments, ",")),
        };
    }
    if let Some((object, method)) = value.split_once('.') {
        let head = format!("{pad}{name}: {object}");
        if fits(&head) {
            return format!("{head}\n{pad}    .{method},");
        }
    }
    format!("{pad}{name}:\n{pad}    {value},")
}

/// Returns `return callee(name: value, ..);` in a method.
pub fn return_named(callee: &str, arguments: &[(String, String)]) -> String {
    let all: Vec<_> = arguments.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let line = format!("    return {callee}({});", all.join(", "));
    if fits(&line) {
        return line;
    }
    let lines: Vec<_> = arguments.iter().map(|(name, value)| named(6, name, value)).collect();
    format!("    return {callee}(\n{}\n    );", lines.join("\n"))
}

/// Returns `typedef name = returns Function(parameters);`.
pub fn function_type(name: &str, returns: &str, parameters: &[String]) -> String {
    let line = format!("typedef {name} = {returns} Function({});", parameters.join(", "));
    if fits(&line) {
        return line;
    }
    format!("typedef {name} =\n{}", call(4, "", &format!("{returns} Function"), parameters, ";"))
}

/// Returns `ty name` followed by `after`; a line break goes between the two.
pub fn declaration(indent: usize, ty: &str, name: &str, after: &str) -> String {
    let pad = pad(indent);
    let line = format!("{pad}{ty} {name}{after}");
    if fits(&line) { line } else { format!("{}\n{pad}{name}{after}", type_line(indent, ty)) }
}

/// Parameters in the order of a declaration.
#[derive(Clone, Copy)]
pub struct Parameters<'a> {
    /// Parameters that every call passes.
    pub required: &'a [String],
    /// Optional parameter, with the brackets around it.
    pub optional: Option<(char, &'a str, char)>,
}

impl<'a> Parameters<'a> {
    /// Returns parameters that are all required.
    pub fn new(required: &'a [String]) -> Self {
        Self { required, optional: None }
    }

    fn in_line(self) -> String {
        let mut all = self.required.to_vec();
        all.extend(self.optional.map(|(open, it, close)| format!("{open}{it}{close}")));
        all.join(", ")
    }

    /// Returns the parameters, one a line, and the parenthesis that ends them.
    fn in_lines(self, indent: usize) -> String {
        let pad = pad(indent);
        match (self.optional, self.required.split_last()) {
            (Some((open, it, close)), Some((last, others))) => {
                format!(
                    "{}{pad}  {last}, {open}\n{}{pad}{close})",
                    declarations(indent + 2, others),
                    it.split(", ").map(|it| format!("{pad}  {it},\n")).collect::<String>()
                )
            }
            _ => format!("{}{pad})", declarations(indent + 2, self.required)),
        }
    }
}

/// Returns the parameters, one a line with a comma each.
fn declarations(indent: usize, parameters: &[String]) -> String {
    let line = |parameter: &String| match parameter.rsplit_once(' ') {
        Some((ty, name)) => format!("{}\n", declaration(indent, ty, name, ",")),
        None => format!("{}{parameter},\n", pad(indent)),
    };
    parameters.iter().map(line).collect()
}

/// Returns the head of a method up to its `{`; `before` is the text before the name: a type, or
/// `set`.
pub fn method(before: &str, name: &str, parameters: Parameters<'_>) -> String {
    let line = format!("  {before} {name}({}) {{", parameters.in_line());
    if fits(&line) {
        return line;
    }
    if fits(&format!("  {before} {name}(")) && !parameters.required.is_empty() {
        return format!("  {before} {name}(\n{} {{", parameters.in_lines(2));
    }
    let line = format!("  {name}({}) {{", parameters.in_line());
    let before = type_line(2, before);
    if fits(&line) {
        return format!("{before}\n{line}");
    }
    format!("{before}\n  {name}(\n{} {{", parameters.in_lines(2))
}

/// Returns the head of a constructor and the colon before its initializers.
pub fn constructor(name: &str, parameters: Parameters<'_>) -> String {
    let line = format!("  {name}({})", parameters.in_line());
    if fits(&line) { format!("{line}\n    :") } else { format!("  {name}(\n{} :", parameters.in_lines(2)) }
}

/// Returns a constructor with one initializer.
pub fn forwarding_constructor(name: &str, parameters: Parameters<'_>, initializer: &str) -> String {
    let line = format!("  {name}({}) : {initializer};", parameters.in_line());
    if fits(&line) { line } else { format!("{} {initializer};", constructor(name, parameters)) }
}

/// Returns a getter: `=>`, or a block if that is too long.
pub fn getter(ty: &str, name: &str, body: &Statement<'_>) -> String {
    let line = format!("  {ty} get {name} => {};", body.expression());
    if fits(&line) {
        return line;
    }
    format!("{}\n{}\n  }}", declaration(2, ty, &format!("get {name}"), " {"), body.in_block())
}

/// Returns a setter: `=>`, or a block if that is too long.
pub fn setter(name: &str, parameter: String, body: &Statement<'_>) -> String {
    let line = format!("  set {name}({parameter}) => {};", body.expression());
    if fits(&line) {
        return line;
    }
    format!("{}\n{}\n  }}", method("set", name, Parameters::new(&[parameter])), body.in_block())
}

/// The one statement of a [`getter`] or [`setter`].
pub enum Statement<'a> {
    /// `return` of an expression without a break.
    Return(&'a str),
    /// `return` of a call.
    ReturnCall(&'a str, &'a [&'a str]),
    /// A call.
    Call(&'a str, &'a [&'a str]),
    /// An assignment.
    Assign(&'a str, &'a str),
}

impl Statement<'_> {
    fn expression(&self) -> String {
        match self {
            Self::Return(value) => (*value).to_owned(),
            Self::ReturnCall(callee, arguments) | Self::Call(callee, arguments) => {
                format!("{callee}({})", arguments.join(", "))
            }
            Self::Assign(left, right) => format!("{left} = {right}"),
        }
    }

    fn in_block(&self) -> String {
        match self {
            Self::Return(value) => format!("    return {value};"),
            Self::ReturnCall(callee, arguments) => call(4, "return ", callee, &owned(arguments), ";"),
            Self::Call(callee, arguments) => call(4, "", callee, &owned(arguments), ";"),
            Self::Assign(left, right) => assign(4, left, right),
        }
    }
}

fn owned(strings: &[&str]) -> Vec<String> {
    strings.iter().map(|&one| one.to_owned()).collect()
}

/// Returns the head of a class with one clause, `extends X` or `implements X`.
pub fn class(head: &str, clause: &str) -> String {
    let line = format!("{head} {clause} {{");
    let broken = format!("    {clause} {{");
    match clause.split_once(' ') {
        _ if fits(&line) => line,
        Some((word, ty)) if !fits(&broken) => {
            let line = format!("        {ty} {{");
            let ty = if fits(&line) { line } else { format!("        {} {{", broken_type(8, ty)) };
            format!("{head}\n    {word}\n{ty}")
        }
        _ => format!("{head}\n{broken}"),
    }
}

/// Returns the head of an extension type, whose constructor takes `representation`.
pub fn extension_type(constructor: &str, representation: &str, clause: &str) -> String {
    let line = format!("extension type {constructor}({representation})");
    if fits(&line) {
        return class(&line, clause);
    }
    class(&format!("extension type {constructor}(\n  {representation}\n)"), clause)
}

/// Returns a case of a switch expression.
pub fn case(pattern: &str, value: &str) -> String {
    let line = format!("      {pattern} => {value},");
    if fits(&line) { line } else { format!("      {pattern} =>\n        {value},") }
}

/// Returns `@Deprecated(..)` with a line break.
pub fn deprecated(indent: usize, note: &str) -> String {
    let note = if note.is_empty() { "deprecated in Rust" } else { note };
    call(indent, "", "@Deprecated", &[string(note)], "") + "\n"
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
    fn a_line_of_80_stays_and_one_of_81_breaks() {
        let name = |len| "n".repeat(len);
        let of_80 = call(4, "", &name(70), &strings(&["abc"]), ";");
        assert_eq!((of_80.len(), of_80.contains('\n')), (80, false));
        assert_eq!(
            call(4, "", &name(71), &strings(&["abc"]), ";"),
            format!("    {}(\n      abc,\n    );", name(71))
        );
    }

    #[test]
    fn an_assignment_breaks_at_its_call_before_it_breaks_at_its_operator() {
        let arguments = strings(&["argument".repeat(4).as_str(), "status"]);
        assert!(
            call(4, "final result = ", &"f".repeat(30), &arguments, ";").starts_with("    final result = f")
        );
        assert!(
            call(4, "final result = ", &"f".repeat(62), &arguments, ";").starts_with("    final result =\n")
        );
    }

    #[test]
    fn members_are_blocks_where_an_arrow_is_too_long() {
        assert_eq!(getter("int", "a", &Statement::Return("b")), "  int get a => b;");
        let long = "b".repeat(70);
        assert_eq!(
            getter("int", "a", &Statement::Return(&long)),
            format!("  int get a {{\n    return {long};\n  }}")
        );
    }

    #[test]
    fn optional_parameters_open_their_bracket_on_the_line_before() {
        let required = strings(&["super.pointer", "super.length"]);
        let parameters = Parameters { required: &required, optional: Some(('{', "super.owner", '}')) };
        let name = "N".repeat(40);
        assert_eq!(
            forwarding_constructor(&name, parameters, "super.view()"),
            format!(
                "  {name}(\n    super.pointer,\n    super.length, {{\n    super.owner,\n  }}) : super.view();"
            )
        );
    }
}
