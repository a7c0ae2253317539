//! Classes of a oneof: the view, the union inside it, and a sealed family of copies.

use crate::model::{Case, Oneof, Scalar, Type, Value};

use super::composite::{Classes, list_returned};
use super::container::Members;
use super::layout::{self, INLINED, Parameters, Statement};
use super::message;
use super::names::{beside, case_class, prefixed};
use super::types::{self, Place, Types};
use super::value::{Member, Value as ValueClass};

/// Returns the classes of `oneof`.
pub fn classes(types: &Types<'_>, oneof: &Oneof) -> Classes {
    let own = types.names.of(&oneof.id);
    let name = &own.name;
    let facts = format!(
        "\n\n{} bytes, aligned to {}.\n\
         **borrowed**: a view of the memory that it was read from;\n\
         **copied** where a function returned it. [value] is a copy to switch over.",
        oneof.size, oneof.align
    );
    let lead = super::lead(0, &oneof.item, &format!("The oneof `{}`.", oneof.item.name), &facts);
    let mut members = Members::default();
    members.add(0, 4, 4, "  @$.Uint32()\n  external int _tag;".to_owned());
    members.lines.push(format!(
        "  /// Discriminant of the case that is set, valid or not; 0 for the first.\n  ///\n  \
         /// Assigning throws a [RangeError] if it is no `u32`.\n{INLINED}  int get tag => _tag;\n\n\
         {INLINED}  set tag(int value) => _tag = $.checkUint32(value, 'tag');"
    ));
    let payload = layout::declaration(2, &format!("external _{name}Payload"), "_payload", ";");
    let with_data = oneof.cases.iter().filter_map(|case| case.ty.as_ref());
    let payload_align = with_data.map(|ty| types.alignment(ty)).max().unwrap_or(1);
    let payload_size = oneof.size - oneof.payload;
    members.add(oneof.payload, payload_size, payload_align, payload);
    members.finish(oneof.size);
    let mut members = members.lines;
    let throws = "Throws an [InvalidValueException] when no case has [tag].";
    members.push(format!(
        "  /// The case that is set, **copied**; assigning copies.\n  ///\n  /// {throws}\n{}",
        layout::getter(&format!("{name}Data"), "value", &Statement::ReturnCall("toDart", &[]))
    ));
    let assign = Statement::Call("value.writeTo", &["this"]);
    members.push(layout::setter("value", format!("{name}Data value"), &assign));
    let numbered = || oneof.cases.iter().zip(&own.members).zip(0..);
    for ((case, member), tag) in numbered() {
        members.extend(case_members(types, case, member, tag));
    }
    members.push(to_dart(types, oneof, throws));
    let more = vec![union(types, oneof, payload_size), written(types, oneof)];
    Classes {
        name: name.clone(),
        size: oneof.size,
        align: oneof.align,
        pooled: false,
        returned: list_returned(
            types.model,
            |it| matches!(it, Value::Oneof(index) if types.model.oneof(index).id == oneof.id),
        ),
        fields: Vec::new(),
        proto: None,
        lead,
        members,
        copies: vec!["    _tag = other._tag;".to_owned(), "    _payload = other._payload;".to_owned()],
        more,
    }
}

fn place(tag: u32) -> String {
    format!("_payload.c{tag}")
}

/// Returns the members of the view for a case.
fn case_members(types: &Types<'_>, case: &Case, member: &str, tag: u32) -> Vec<String> {
    let notes = super::annotations(2, &case.item);
    let set = prefixed("set", member);
    let Some(ty) = &case.ty else {
        let is = prefixed("is", member);
        let default = format!("True if the case `{}` is set.", case.item.name);
        return vec![
            format!(
                "{}{}",
                super::lead(2, &case.item, &default, ""),
                layout::arrow(2, &format!("bool get {is}"), &format!("tag == {tag}"))
            ),
            format!(
                "{}{notes}{}\n    _tag = {tag};\n  }}",
                layout::doc(2, &format!("Sets the case `{}`.", case.item.name)),
                layout::method("void", &set, Parameters::new(&[]))
            ),
        ];
    };
    let view = types.view(ty);
    let nullable = if view.ends_with('?') { view } else { format!("{view}?") };
    let default = format!("The case `{}`.", case.item.name);
    let more = "\n\nNull where another case is set; what is no number or text is **borrowed**.";
    let name = layout::string(member);
    let named = Place::field(&name);
    let read = layout::returned(&types.read(ty, &place(tag), named));
    let parameter = [format!("{} value", types.parameter(ty))];
    let big = (*ty == Type::Scalar(Scalar::U64)).then(|| {
        let doc = layout::doc(2, &format!("[{member}] as an unsigned number, as in Rust."));
        let getter = Statement::ReturnCall("$.bigOrNull", &[member]);
        doc + &notes + &layout::getter("$.BigInt?", &beside(member, "Big"), &getter)
    });
    let all = [
        format!(
            "{}{}\n    if (tag != {tag}) return null;\n{read}\n  }}",
            super::lead(2, &case.item, &default, more),
            layout::declaration(2, &nullable, &format!("get {member}"), " {")
        ),
        format!(
            "{}{notes}{}\n{}\n    _tag = {tag};\n  }}",
            layout::doc(2, &format!("Sets the case `{}` to a copy of [value].", case.item.name)),
            layout::method("void", &set, Parameters::new(&parameter)),
            types.write(4, ty, &place(tag), "value", named)
        ),
    ];
    all.into_iter().chain(big).collect()
}

fn to_dart(types: &Types<'_>, oneof: &Oneof, throws: &str) -> String {
    let own = types.names.of(&oneof.id);
    let mut lines = vec![
        format!("  /// A Dart copy, **copied**.\n  ///\n  /// {throws}\n  @override"),
        layout::method(&format!("{}Data", own.name), "toDart", Parameters::new(&[])),
        "    switch (tag) {".to_owned(),
    ];
    for ((case, member), tag) in oneof.cases.iter().zip(&own.members).zip(0..) {
        let class = case_class(&own.name, member);
        lines.push(format!("      case {tag}:"));
        lines.push(match &case.ty {
            None => format!("        return const {class}();"),
            Some(ty) => {
                let name = layout::string(member);
                let value = [types.read_value(ty, &place(tag), Place::field(&name))];
                layout::call(8, "return ", &class, &value, ";")
            }
        });
    }
    lines.push("    }".to_owned());
    lines.push(layout::call(4, "", "$.throwTag", &[layout::string(&own.name), "tag".into()], ";"));
    lines.push("  }".to_owned());
    lines.join("\n")
}

/// Returns the class of the union that the cases share.
fn union(types: &Types<'_>, oneof: &Oneof, size: u64) -> String {
    let mut members = Vec::new();
    let (mut dart, mut align) = (0, 1);
    for (case, tag) in oneof.cases.iter().zip(0_u32..) {
        if let Some(ty) = &case.ty {
            members.push(types.place(ty, &format!("c{tag}")));
            dart = types.model.layout(ty).size.max(dart);
            align = types.alignment(ty).max(align);
        }
    }
    if dart.next_multiple_of(align) < size {
        members.push(format!("  @$.Array({size})\n  external $.Array<$.Uint8> bytes;"));
    }
    let name = &types.names.of(&oneof.id).name;
    let head = layout::class(&format!("final class _{name}Payload"), "extends $.Union");
    format!("{head}\n{}\n}}\n", members.join("\n\n"))
}

/// Returns the value classes of `oneof`: the sealed one, then that of each case.
pub fn values(types: &Types<'_>, oneof: &Oneof) -> Vec<String> {
    let own = types.names.of(&oneof.id);
    let mut classes = vec![sealed(oneof, &own.name)];
    for ((case, member), tag) in oneof.cases.iter().zip(&own.members).zip(0..) {
        classes.push(case_value(types, &own.name, case, member, tag));
    }
    classes
}

/// Returns the sealed class above the values.
fn sealed(oneof: &Oneof, name: &str) -> String {
    let doc = format!("A Dart copy of a [{name}], **copied**: one of its cases, to `switch` over.");
    format!(
        "{}{}sealed class {name}Data extends $.FfiValue {{\n  \
         /// Initializes nothing; the cases add their fields.\n  const {name}Data();\n\n  \
         /// The discriminant of the case.\n  int get tag;\n}}\n",
        layout::doc(0, &doc),
        super::annotations(0, &oneof.item),
    )
}

/// Returns the extension that writes a value.
fn written(types: &Types<'_>, oneof: &Oneof) -> String {
    let own = types.names.of(&oneof.id);
    let mut lines = vec!["    switch (this) {".to_owned()];
    for ((case, member), tag) in oneof.cases.iter().zip(&own.members).zip(0..) {
        let class = case_class(&own.name, member);
        match &case.ty {
            None => lines.push(format!("      case {class}():")),
            Some(ty) => {
                lines.push(format!("      case {class}(:final value):"));
                let name = layout::string(member);
                let target = format!("target.{}", place(tag));
                lines.push(types.write_value(8, ty, &target, "value", Place::field(&name)));
            }
        }
        lines.push(format!("        target._tag = {tag};"));
    }
    lines.push("    }".to_owned());
    let doc = "Writes the case to [target].\n\nThrows a [CapacityException] for what does not fit there, and a \
               [RangeError]\nfor a number that its place can't hold; then [target] may hold a part of it.";
    message::native(&own.name, doc, &lines.join("\n"))
}

/// Returns the unsigned numbers beside the value of a copy.
fn value_big(ty: &Type) -> Option<String> {
    let (ty, from) = types::big(ty)?;
    let getter = layout::getter(ty, "valueBig", &Statement::ReturnCall(from, &["value"]));
    Some(format!("  /// [value] as an unsigned number, as in Rust.\n{getter}"))
}

/// Returns the value class of a case.
fn case_value(types: &Types<'_>, oneof: &str, case: &Case, member: &str, tag: u32) -> String {
    let default = format!("The case `{}` of a [{oneof}].", case.item.name);
    let field = case.ty.as_ref().map(|ty| Member {
        name: "value",
        ty,
        lead: "  /// Value of the case.\n".to_owned(),
        annotations: String::new(),
    });
    let mut more = vec![format!("  @override\n  int get tag => {tag};")];
    more.extend(case.ty.as_ref().and_then(value_big));
    ValueClass {
        types,
        name: &case_class(oneof, member),
        base: &format!("{oneof}Data"),
        lead: &super::lead(0, &case.item, &default, ""),
        constructor: if field.is_some() {
            "The case, which holds [value]."
        } else {
            "The case, which holds nothing."
        },
        members: field.as_slice(),
        positional: true,
        more: &more,
    }
    .text()
}
