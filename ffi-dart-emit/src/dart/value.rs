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

use askama::Template;

use crate::model::{Case, Message, Oneof, Type};

use super::docs::article_of;
use super::layout;
use super::lead::{Lead, inline};
use super::names::{beside, case_class};
use super::types::{self, Comparison, Types, Unsigned, frozen, newtypes_around};

/// The class of a value, and the private one below it if it has optional fields.
#[derive(Template)]
#[template(path = "dart/value.dart.jinja", escape = "none")]
pub struct ValueClass<'a> {
    name: String,
    /// Class that it extends.
    base: String,
    doc: String,
    notes: String,
    /// Sentence about the constructor.
    about: &'static str,
    members: Vec<Member<'a>>,
    /// True for a constructor whose parameters have no names.
    positional: bool,
    /// Discriminant of a case.
    tag: Option<u32>,
    /// True if a field is optional.
    optional: bool,
    /// True if a field is copied by the constructor.
    copied: bool,
    /// Constructor that `copyWith` calls.
    constructor: String,
    /// Parameters of the public constructor.
    parameters: String,
    /// Parameters of the private one, each a field of the class.
    required: String,
    /// Parameters of the private subclass, each one of the class.
    forwarded: String,
    /// Parameters of `copyWith` as it is declared, and as it is implemented.
    declared: String,
    replacements: String,
    /// Arguments that copy what is passed to the public constructor.
    copies: String,
    initializers: String,
    hash: String,
    /// Lines of the string that it is shown as.
    shown: Vec<String>,
}

/// A field of a value.
struct Member<'a> {
    /// Dart name.
    name: &'a str,
    /// Dart type.
    ty: String,
    doc: String,
    notes: String,
    optional: bool,
    /// Expression that copies it.
    copied: Option<String>,
    /// Expression for what `copyWith` was given, if it is optional.
    given: String,
    comparison: Comparison,
    /// Members from the field to the list that is compared, if it is in newtypes.
    inside: String,
    big: Option<Unsigned>,
    /// It in a string.
    shown: String,
}

impl<'a> Member<'a> {
    fn new(types: &Types<'a>, ty: &Type, name: &'a str, Lead { doc, notes }: Lead) -> Self {
        let value = types.value(ty);
        // In parentheses, as Dart takes `await as` for an expression that waits.
        let given = format!("({name}) as {value}");
        let literal = layout::string(name);
        Self {
            optional: matches!(ty, Type::Option { .. } | Type::ArenaBox { .. }),
            copied: frozen(types, ty, name, &literal),
            given: frozen(types, ty, &given, &literal).unwrap_or(given),
            comparison: Comparison::of(types, ty),
            inside: types.listed(ty).map_or_else(String::new, |_| ".value".repeat(newtypes_around(ty))),
            big: types::big(ty),
            shown: match types::unsigned(ty) {
                None => [name, ": $", name].concat(),
                Some(shape) => format!("{name}: ${{$.unsigned({name}, '{shape}')}}"),
            },
            ty: value,
            name,
            doc,
            notes,
        }
    }

    /// Returns the getter of unsigned numbers.
    fn unsigned(&self) -> String {
        beside(self.name, "Big")
    }

    /// Returns `parameter` with the annotations of the field.
    fn noted(&self, parameter: String) -> String {
        if self.notes.is_empty() { parameter } else { inline(&self.notes) + &parameter }
    }

    fn hash(&self) -> String {
        let name = self.name;
        match self.comparison {
            Comparison::Plain => name.to_owned(),
            Comparison::List(_) => format!("$.hashList({name}{})", self.inside),
            Comparison::Deep => format!("$.deepHash({name}{})", self.inside),
        }
    }
}

impl<'a> ValueClass<'a> {
    /// Returns the class of values of `message`.
    pub fn of_message(types: &Types<'a>, message: &'a Message) -> Self {
        let own = types.names.of(&message.id);
        let name = &own.name;
        let fields = message.fields.iter().zip(&own.members).zip(types.leads(message));
        let shown = fields.filter(|((field, _), _)| !matches!(field.ty, Type::Secret { .. }));
        let members = shown.map(|((field, name), lead)| Member::new(types, &field.ty, name, lead));
        let article = article_of(name);
        let doc =
            format!("A Dart copy of {article} [{name}], **copied**: it shares nothing, and does not change.");
        let lead = Lead::of_value(&doc, &message.item);
        let base = "$.FfiValue".to_owned();
        Self::new(format!("{name}Data"), base, lead, "A copy with these fields.", members.collect(), None)
    }

    /// Returns the class of values of the case `member` of `oneof`.
    pub fn of_case(types: &Types<'a>, oneof: &Oneof, case: &Case, member: &str, tag: u32) -> Self {
        let rust = &oneof.item.name;
        let oneof = &*types.names.of(&oneof.id).name;
        let default = format!("The case `{}` of {} [{oneof}].", case.item.name, article_of(oneof));
        let lead = Lead::new(types.names, 0, rust, &case.item, &default);
        let member_lead = || Lead { doc: "  /// Value of the case.".to_owned(), notes: String::new() };
        let value = case.ty.as_ref().map(|ty| Member::new(types, ty, "value", member_lead()));
        let about =
            if value.is_some() { "The case, which holds [value]." } else { "The case, which holds nothing." };
        let name = case_class(oneof, member);
        Self::new(name, format!("{oneof}Data"), lead, about, value.into_iter().collect(), Some(tag))
    }

    fn new(
        name: String,
        base: String,
        Lead { doc, notes }: Lead,
        about: &'static str,
        members: Vec<Member<'a>>,
        tag: Option<u32>,
    ) -> Self {
        let positional = tag.is_some();
        let optional = members.iter().any(|it| it.optional);
        let copied = members.iter().any(|it| it.copied.is_some());
        // Not `format!`, which grows its text several times: a field is in a dozen lists.
        let typed = |it: &Member<'_>| [&it.ty, " ", it.name].concat();
        // Dart has no empty braces: of a message with secrets only, a value has no field.
        let braced = |used: usize, items: &[String]| {
            if items.is_empty() { String::new() } else { layout::braced(2, used, items) }
        };
        let list = |used: usize, items: Vec<String>| {
            if positional { items.join(", ") } else { braced(used, &items) }
        };
        let each = |of: &dyn Fn(&Member<'_>) -> String| members.iter().map(of).collect::<Vec<_>>();
        // Those of optional fields may be left out, unless all are needed.
        let required = |it: &Member<'_>, all: bool, parameter: String| {
            if positional || it.optional && !all { parameter } else { "required ".to_owned() + &parameter }
        };
        // A field that is copied has a parameter of its own, any other is `this.field`.
        let public = each(&|it| {
            let parameter =
                if optional || it.copied.is_some() { typed(it) } else { ["this.", it.name].concat() };
            it.noted(required(it, false, parameter))
        });
        let copy = |it: &Member<'_>| {
            let copy = it.copied.as_deref().unwrap_or(it.name);
            if positional { copy.to_owned() } else { [it.name, ": ", copy].concat() }
        };
        let initializers =
            members.iter().filter_map(|it| Some(format!("{} = {}", it.name, it.copied.as_ref()?)));
        let replacements = each(&|it| {
            if it.optional {
                ["Object? ", it.name, " = $.unset"].concat()
            } else {
                [&it.ty, "? ", it.name].concat()
            }
        });
        let width = name.len();
        // What is around the lists in their lines.
        let (head, private) = (width + 12, width + 14);
        let constructor = match (optional, copied) {
            (true, _) => format!("_{name}"),
            (false, true) => format!("{name}._"),
            (false, false) => name.clone(),
        };
        let parameters = list(head + if optional { 2 * width + 12 } else { 0 }, public);
        let before = if parameters.contains('\n') { 0 } else { width + parameters.len() };
        let hash = each(&|it| it.hash());
        let mut shown: Vec<_> = members.iter().map(|it| it.shown.clone()).collect();
        let last = shown.len().saturating_sub(1);
        shown[..last].iter_mut().for_each(|it| it.push_str(", "));
        shown.insert(0, format!("{name}("));
        shown.push(")".to_owned());
        Self {
            copies: if optional && copied {
                layout::listed(2, before + width + 20, &each(&copy))
            } else {
                String::new()
            },
            parameters,
            required: if optional || copied {
                list(private, each(&|it| required(it, true, ["this.", it.name].concat())))
            } else {
                String::new()
            },
            forwarded: if optional {
                list(private + 13, each(&|it| required(it, copied, ["super.", it.name].concat())))
            } else {
                String::new()
            },
            declared: if optional { braced(width + 14, &each(&typed)) } else { String::new() },
            replacements: braced(width + constructor.len() + 18, &replacements),
            initializers: initializers.collect::<Vec<_>>().join(",\n      "),
            hash: hashed(hash).unwrap_or_else(|| format!("{}.hashCode", layout::string(&name))),
            shown: layout::folded(6, &shown),
            name,
            base,
            doc,
            notes,
            about,
            members,
            positional,
            tag,
            optional,
            copied,
            constructor,
        }
    }
}

/// Number of objects that `Object.hash` takes.
const MOST_HASHED: usize = 20;

/// Returns the hash of the expressions, or `None` for none.
fn hashed(mut all: Vec<String>) -> Option<String> {
    let hash = |all: &[String]| format!("Object.hash({})", layout::listed(2, 36, all));
    while all.len() > MOST_HASHED {
        let first: Vec<_> = all.drain(..MOST_HASHED).collect();
        all.insert(0, format!("Object.hash({})", layout::listed(4, 18, &first)));
    }
    match all.as_slice() {
        [] => None,
        [one] if one.contains('(') => Some(one.clone()),
        [one] => Some(format!("{one}.hashCode")),
        several => Some(hash(several)),
    }
}
