//! Dart values: the copies of messages and of the cases of oneofs, with `copyWith`, `==`,
//! `hashCode` and `toString` field by field.
//!
//! A value is compared as often as a widget is built, so none of these makes a list or a map of the
//! fields. Two facts about the fields decide what the class looks like:
//!
//! - A field that is a list or a map is copied by the constructor, or else a value would change
//!   with the caller's list. A `const` constructor can't copy, nor check that there is nothing to
//!   copy, so such a value has an ordinary one; `copyWith` keeps the lists that it has, through a
//!   private one.
//! - Null is a value of an optional field, so `copyWith` needs a default that is no value of it, of
//!   the type `Object?`. So that callers still see the field's own type, the class is abstract and
//!   declares `copyWith` with the narrow types; its one private subclass implements it with the
//!   wide ones.

use crate::model::Type;

use super::layout;
use super::types::{self, Types, flattened};

/// A field of a value.
pub struct Member<'a> {
    /// Dart name.
    pub name: &'a str,
    /// Type in Rust.
    pub ty: &'a Type,
    /// Docs and annotations.
    pub lead: String,
    /// Annotations of a parameter.
    pub annotations: String,
}

/// The class of a value.
pub struct Value<'a> {
    pub types: &'a Types<'a>,
    /// Name of the class.
    pub name: &'a str,
    /// Name of the class that it extends.
    pub base: &'a str,
    /// Docs and annotations.
    pub lead: &'a str,
    /// Sentence about the constructor.
    pub constructor: &'a str,
    pub members: &'a [Member<'a>],
    /// True for a constructor whose parameters have no names.
    pub positional: bool,
    /// Other members.
    pub more: &'a [String],
}

/// Returns the expression for a copy of the list, map or option `value` that nobody can change, or
/// `None` if a value of the type can't be changed. It is that of the field `name`.
pub fn frozen(ty: &Type, value: &str, name: &str) -> Option<String> {
    let inner = |of: &Type, part: &str| Some(format!("(it) => {}", frozen(of, part, name)?));
    Some(match ty {
        Type::Bytes { .. } => format!("$.bytesFrozen({value})"),
        Type::Array { .. } | Type::Vec { .. } => match inner(element(ty), "it") {
            None => format!("$.frozen({value})"),
            Some(inner) => format!("$.frozenEach({value}, {inner})"),
        },
        Type::Map { value: of, .. } => match inner(of, "it") {
            None => format!("$.frozenMap({value}, {})", layout::string(name)),
            Some(inner) => format!("$.frozenValues({value}, {}, {inner})", layout::string(name)),
        },
        Type::Option { of } => {
            let nested = matches!(**of, Type::Option { .. });
            let inner =
                if nested { format!("(it) => ({},)", frozen(of, "it.$1", name)?) } else { inner(of, "it")? };
            format!("$.frozenOrNull({value}, {inner})")
        }
        _ => return None,
    })
}

/// Returns the type of a list's elements.
fn element(list: &Type) -> &Type {
    match list {
        Type::Vec { of, .. } => of,
        array => flattened(array).0,
    }
}

/// Way in which Dart compares the values of a type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    /// With `==`.
    Plain,
    /// As a list, whose elements are compared with `==`.
    List,
    /// As lists, maps and options in each other.
    Deep,
}

impl Comparison {
    fn of(ty: &Type) -> Self {
        match ty {
            Type::Bytes { .. } => Self::List,
            Type::Array { .. } | Type::Vec { .. } if Self::of(element(ty)) == Self::Plain => Self::List,
            Type::Array { .. } | Type::Vec { .. } | Type::Map { .. } => Self::Deep,
            Type::Option { of } if Self::of(of) != Self::Plain => Self::Deep,
            _ => Self::Plain,
        }
    }
}

impl Member<'_> {
    fn optional(&self) -> bool {
        matches!(self.ty, Type::Option { .. })
    }

    fn copied(&self) -> Option<String> {
        frozen(self.ty, self.name, self.name)
    }
}

impl Value<'_> {
    /// Returns the class, and the private one below it if there is one.
    pub fn text(&self) -> String {
        let Self { types, name, base, lead, constructor, members, positional, .. } = *self;
        let optional = members.iter().any(Member::optional);
        let copied = members.iter().any(|it| it.copied().is_some());
        let typed = |it: &Member<'_>| format!("{} {}", types.value(it.ty), it.name);
        let this = |it: &Member<'_>| format!("this.{}", it.name);
        // A field that is copied has a parameter of its own, any other is `this.field`.
        let public = |it: &Member<'_>| {
            let parameter = if optional || it.copied().is_some() { typed(it) } else { this(it) };
            (it.annotations.clone(), parameter)
        };
        let private = |prefix: &str| {
            self.parameters(members.iter().map(|it| (String::new(), format!("{prefix}.{}", it.name))), true)
        };
        let parameters = self.parameters(members.iter().map(public), false);
        let copies = |separator: &str| {
            let copy = |it: &Member<'_>| {
                let copied = it.copied().unwrap_or_else(|| it.name.to_owned());
                if positional { copied } else { format!("{}: {copied}", it.name) }
            };
            members.iter().map(copy).collect::<Vec<_>>().join(separator)
        };
        let note = if copied { " Lists and maps in it are copied, so it is not `const`." } else { "" };
        let doc = layout::doc(2, &format!("{constructor}{note}"));
        let constructors = match (optional, copied) {
            (false, false) => format!("{doc}  const {name}({parameters});"),
            (false, true) => {
                let assigned =
                    members.iter().filter_map(|it| Some(format!("{} = {}", it.name, it.copied()?)));
                let assigned: Vec<_> = assigned.collect();
                let private = private("this");
                format!(
                    "{doc}  {name}({parameters})\n    : {};\n\n  const {name}._({private});",
                    assigned.join(",\n      ")
                )
            }
            (true, false) => format!(
                "{doc}  const factory {name}({parameters}) = _{name};\n\n  const {name}._({});",
                private("this")
            ),
            (true, true) => format!(
                "{doc}  factory {name}({parameters}) => _{name}({});\n\n  const {name}._({});",
                copies(", "),
                private("this")
            ),
        };
        let head = if optional { "abstract final class" } else { "final class" };
        let fields = members.iter().map(|it| format!("{}  final {};", it.lead, typed(it)));
        let mut body = vec![constructors];
        body.extend(fields);
        body.extend(self.more.iter().cloned());
        let callee = match (optional, copied) {
            (true, _) => format!("_{name}"),
            (false, true) => format!("{name}._"),
            (false, false) => name.to_owned(),
        };
        let implemented = self.copy_with(&callee);
        let doc = if optional {
            "A copy with the given fields replaced; null is a value of an optional field."
        } else {
            "A copy with the given fields replaced."
        };
        let doc = layout::doc(2, doc);
        if optional {
            let declared = members.iter().map(|it| (String::new(), typed(it)));
            let declared = Self::listed(declared, '{', '}');
            body.push(format!("{doc}  {name} copyWith({declared});"));
        } else {
            body.push(format!("{doc}{implemented}"));
        }
        body.extend(self.overrides());
        let class = format!("{lead}{head} {name} extends {base} {{\n{}\n}}\n", body.join("\n\n"));
        if !optional {
            return class;
        }
        let forwarded = if copied {
            private("super")
        } else {
            self.parameters(members.iter().map(|it| (String::new(), format!("super.{}", it.name))), false)
        };
        format!(
            "{class}\nfinal class _{name} extends {name} {{\n  const _{name}({forwarded}) : super._();\n\n  \
             @override\n{implemented}\n}}\n"
        )
    }

    /// Returns the parameters of a constructor, each with its annotations. Those of optional fields
    /// may be left out unless `all` are required.
    fn parameters(&self, each: impl Iterator<Item = (String, String)>, all: bool) -> String {
        if self.positional {
            return each.map(|(notes, it)| format!("{notes}{it}")).collect::<Vec<_>>().join(", ");
        }
        let each = self.members.iter().zip(each).map(|(member, (notes, it))| {
            let required = if all || !member.optional() { "required " } else { "" };
            (notes, format!("{required}{it}"))
        });
        Self::listed(each, '{', '}')
    }

    /// Returns named parameters, one a line; nothing for none.
    fn listed(each: impl Iterator<Item = (String, String)>, open: char, close: char) -> String {
        let lines: String = each.map(|(notes, it)| format!("{notes}    {it},\n")).collect();
        if lines.is_empty() { lines } else { format!("{open}\n{lines}  {close}") }
    }

    /// Returns `copyWith`, which calls the constructor `callee`.
    fn copy_with(&self, callee: &str) -> String {
        let Self { types, name, members, positional, .. } = self;
        if members.is_empty() {
            return format!("  {name} copyWith() => this;");
        }
        let parameters = members.iter().map(|it| {
            let parameter = if it.optional() {
                format!("Object? {} = $.unset", it.name)
            } else {
                format!("{}? {}", types.value(it.ty), it.name)
            };
            (String::new(), parameter)
        });
        let arguments: String = members
            .iter()
            .map(|it| {
                let (name, copied) = (it.name, it.copied());
                let given = if it.optional() {
                    // In parentheses, as Dart takes `await as` for an expression that waits.
                    let given = format!("({name}) as {}", types.value(it.ty));
                    let given = frozen(it.ty, &given, name).unwrap_or(given);
                    format!("identical({name}, $.unset) ? this.{name} : {given}")
                } else {
                    match copied {
                        None => format!("{name} ?? this.{name}"),
                        Some(copied) => format!("{name} == null ? this.{name} : {copied}"),
                    }
                };
                if *positional { format!("    {given},\n") } else { format!("    {name}: {given},\n") }
            })
            .collect();
        format!("  {name} copyWith({}) => {callee}(\n{arguments}  );", Self::listed(parameters, '{', '}'))
    }

    /// Returns `==`, `hashCode` and `toString`.
    fn overrides(&self) -> [String; 3] {
        let Self { name: class, members, .. } = self;
        let equal = |it: &Member<'_>| {
            let name = it.name;
            match Comparison::of(it.ty) {
                Comparison::Plain => format!(" &&\n          other.{name} == {name}"),
                Comparison::List => format!(" &&\n          $.equalLists(other.{name}, {name})"),
                Comparison::Deep => format!(" &&\n          $.deepEquals(other.{name}, {name})"),
            }
        };
        let hash = |it: &Member<'_>| {
            let name = it.name;
            match Comparison::of(it.ty) {
                Comparison::Plain => name.to_owned(),
                Comparison::List => format!("Object.hashAll({name})"),
                Comparison::Deep => format!("$.deepHash({name})"),
            }
        };
        let shown = |it: &Member<'_>| {
            let name = it.name;
            match types::unsigned(it.ty) {
                None => format!("{name}: ${name}"),
                Some(shape) => format!("{name}: ${{$.unsigned({name}, '{shape}')}}"),
            }
        };
        let equal: String = members.iter().map(equal).collect();
        let hash = hashed(members.iter().map(hash).collect());
        let hash = hash.unwrap_or_else(|| format!("{}.hashCode", layout::string(class)));
        let shown: Vec<_> = members.iter().map(shown).collect();
        [
            format!(
                "  @override\n  bool operator ==(Object other) =>\n      identical(this, other) ||\n      other is \
                 {class}{equal};"
            ),
            format!("  @override\n  int get hashCode => {hash};"),
            format!("  @override\n  String toString() => '{class}({})';", shown.join(", ")),
        ]
    }
}

/// Number of objects that `Object.hash` takes.
const MOST_HASHED: usize = 20;

/// Returns the hash of the expressions, or `None` for none.
fn hashed(mut all: Vec<String>) -> Option<String> {
    while all.len() > MOST_HASHED {
        let first: Vec<_> = all.drain(..MOST_HASHED).collect();
        all.insert(0, format!("Object.hash({})", first.join(", ")));
    }
    match all.as_slice() {
        [] => None,
        [one] if one.contains('(') => Some(one.clone()),
        [one] => Some(format!("{one}.hashCode")),
        several => Some(format!("Object.hash({})", several.join(", "))),
    }
}
