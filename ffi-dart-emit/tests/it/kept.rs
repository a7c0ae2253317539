//! Names in .proto that types and members have by themselves: exports keep them.

use std::collections::BTreeMap;

use ffi_core::schema::read::{Field, Item, ProtoName, Record, Scalar, Type};
use ffi_dart_emit::model;
use ffi_dart_emit::proto::{self, ExportOptions};
use prost_reflect::DescriptorPool;

use crate::schema::{enumeration, id, library, message, objects, oneof, scalar, seal};

fn named(package: Option<&str>, name: Option<&str>, oneof: Option<&str>) -> Option<ProtoName> {
    let text = |text: Option<&str>| text.map(str::to_owned);
    Some(ProtoName { package: text(package), name: text(name), oneof: text(oneof) })
}

fn nested(name: &str) -> Option<ProtoName> {
    named(None, Some(name), None)
}

fn json(item: &mut Item, names: &[&str]) {
    item.json_names = names.iter().map(|name| (*name).to_owned()).collect();
}

/// Returns a message with one field of that type.
fn holder(name: &str, ty: Type) -> ffi_core::schema::read::Message {
    message(name, 4, 4, &[("inner", 0, ty)])
}

fn export(records: Vec<Record>) -> Result<BTreeMap<String, String>, String> {
    export_with(records, &ExportOptions::default())
}

fn export_with(records: Vec<Record>, options: &ExportOptions) -> Result<BTreeMap<String, String>, String> {
    let records = [vec![Record::Library(library())], records].concat();
    let model = model::resolve(seal(records)).unwrap_or_else(|problems| panic!("{problems}"));
    let files = proto::files_with(&model, "demo.proto", options).map_err(|problems| problems.to_string())?;
    Ok(files.into_iter().map(|file| (file.path.display().to_string(), file.contents)).collect())
}

/// Compiles exported files, all of which the main one imports.
#[track_caller]
fn compiled(files: &BTreeMap<String, String>) -> DescriptorPool {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let mut compiler = protox::Compiler::new([folder.path()]).unwrap();
    for (name, text) in files {
        if let Err(error) = compiler.open_file(name) {
            panic!("{error:?}\n{text}");
        }
    }
    compiler.descriptor_pool()
}

#[track_caller]
fn refused(records: Vec<Record>, expected: &str) {
    let error = export(records).unwrap_err();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn types_are_in_the_messages_around_them() {
    let mut outer = message(
        "Outer",
        8,
        4,
        &[("inner", 0, Type::Message(id("OuterInner"))), ("mode", 4, Type::Enum(id("OuterMode")))],
    );
    outer.item.doc = "Around.".to_owned();
    let mut inner = message("OuterInner", 4, 4, &[("mode", 0, Type::Enum(id("OuterMode")))]);
    inner.item.proto_name = nested("Outer.Inner");
    // Deeper, and called like a type further outside.
    let mut deep = message("Deep", 4, 4, &[("outer", 0, scalar(Scalar::U32))]);
    deep.item.proto_name = nested("Outer.Inner.Outer");
    let mut user = message("OuterInnerUser", 8, 4, &[("outer", 0, Type::Message(id("Outer")))]);
    user.item.proto_name = nested("Outer.Inner.User");
    let mut mode = enumeration("OuterMode", Scalar::I32, &[("Off", 0), ("On", 1)]);
    mode.item.proto_name = nested("Outer.Mode");
    json(&mut mode.variants[0].item, &["OFF"]);
    json(&mut mode.variants[1].item, &["ON", "RUNNING"]);
    // The message around it is no message of the library.
    let mut lost = message("Lost", 4, 4, &[("x", 0, scalar(Scalar::U32))]);
    lost.item.proto_name = nested("Shell.Inner.Lost");
    let files = export(vec![
        Record::Message(inner),
        Record::Message(deep),
        Record::Message(user),
        Record::Message(outer),
        Record::Message(lost),
        Record::Enum(mode),
    ]);
    let files = files.unwrap();
    let pool = compiled(&files);
    let field = |message: &str, field: &str| {
        let message = pool.get_message_by_name(message).unwrap();
        message.get_field_by_name(field).unwrap().kind()
    };
    let of = |kind: prost_reflect::Kind| match kind {
        prost_reflect::Kind::Message(it) => it.full_name().to_owned(),
        prost_reflect::Kind::Enum(it) => it.full_name().to_owned(),
        other => format!("{other:?}"),
    };
    assert_eq!(of(field("demo.Outer", "inner")), "demo.Outer.Inner");
    assert_eq!(of(field("demo.Outer", "mode")), "demo.Outer.Mode");
    assert_eq!(of(field("demo.Outer.Inner", "mode")), "demo.Outer.Mode");
    assert_eq!(of(field("demo.Outer.Inner.User", "outer")), "demo.Outer");
    assert!(pool.get_message_by_name("demo.Outer.Inner.Outer").is_some());
    assert!(pool.get_message_by_name("demo.Shell.Inner.Lost").is_some());
    let values = pool.get_enum_by_name("demo.Outer.Mode").unwrap();
    let values = values.values().map(|value| (value.name().to_owned(), value.number()));
    let values: BTreeMap<_, _> = values.collect();
    let expected = [("OFF", 0), ("ON", 1), ("RUNNING", 1)].map(|(name, number)| (name.to_owned(), number));
    assert_eq!(values, expected.into());
    let text = &files["demo.proto"];
    assert!(
        text.contains("    .demo.Outer outer = 1;\n") || text.contains("      .demo.Outer outer = 1;\n"),
        "{text}"
    );
    assert!(text.contains("\n  // Nothing but the types in it.\n  message Inner {\n"), "{text}");
}

#[test]
fn fields_have_their_names_in_json() {
    let mut it = message(
        "M",
        16,
        4,
        &[
            ("price", 0, scalar(Scalar::U32)),
            ("at_type", 4, scalar(Scalar::U32)),
            ("unit_cost", 8, scalar(Scalar::U32)),
            ("plain", 12, scalar(Scalar::U32)),
        ],
    );
    let names: [&[&str]; 4] = [&["cost", "Price", "amount"], &["@type"], &["unitCost", "unitCost_"], &[]];
    it.fields.iter_mut().zip(names).for_each(|(field, names)| json(&mut field.item, names));
    let files = export(vec![Record::Message(it)]).unwrap();
    let pool = compiled(&files);
    let fields = pool.get_message_by_name("demo.M").unwrap();
    let fields = fields.fields().map(|field| format!("{} {}", field.name(), field.json_name()));
    let expected = ["Price cost", "at_type @type", "unitCost_ unitCost", "plain plain"];
    assert_eq!(fields.collect::<Vec<_>>(), expected);
    // Only what the name doesn't imply is written.
    assert_eq!(files["demo.proto"].matches("json_name").count(), 2, "{}", files["demo.proto"]);
}

#[test]
fn a_value_without_a_name_in_proto_says_its_name_in_json() {
    let mut it = enumeration("State", Scalar::U8, &[("None", 0), ("InUse", 1)]);
    json(&mut it.variants[1].item, &["in-use", "USED"]);
    let files = export(vec![Record::Enum(it)]).unwrap();
    compiled(&files);
    let text = &files["demo.proto"];
    assert!(text.contains("  STATE_IN_USE = 1; // in JSON \"in-use\"\n"), "{text}");
}

#[test]
fn oneofs_have_their_names() {
    let mut choice = oneof("Choice", 8, 4, 4, &[("Number", Some(scalar(Scalar::U32)))]);
    choice.item.proto_name = named(None, Some("the_choice"), Some("oneKind"));
    let mut flat = oneof("EventBody", 8, 4, 4, &[("Id", Some(scalar(Scalar::U32)))]);
    flat.item.proto_name = named(None, None, Some("eventBody"));
    let mut event = message(
        "Event",
        16,
        4,
        &[("event_body", 0, Type::Oneof(id("EventBody"))), ("choice", 8, Type::Oneof(id("Choice")))],
    );
    (event.fields[0].wire.flat, event.fields[0].tag, event.fields[1].tag) = (true, 0, 2);
    let records = vec![Record::Oneof(choice), Record::Oneof(flat), Record::Message(event)];
    let pool = compiled(&export(records).unwrap());
    let oneofs = |name: &str| {
        let message = pool.get_message_by_name(name).unwrap();
        message.oneofs().map(|oneof| oneof.name().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(oneofs("demo.the_choice"), ["oneKind"]);
    assert_eq!(oneofs("demo.Event"), ["eventBody"]);
}

/// Packages have files of their own, also if each refers to the other.
#[test]
fn packages_stay_apart() {
    let in_package = |package: &str, mut it: ffi_core::schema::read::Message| {
        it.item.proto_name = named(Some(package), None, None);
        Record::Message(it)
    };
    let records = vec![
        in_package("acme.base.v1", message("Low", 4, 4, &[("x", 0, scalar(Scalar::U32))])),
        in_package("acme.other.v1", holder("Middle", Type::Message(id("Low")))),
        in_package("acme.base.v1", holder("High", Type::Message(id("Middle")))),
        Record::Message(holder("Own", Type::Message(id("High")))),
        // Nothing refers to it, so it can be in any file of its package.
        in_package("acme.base.v1", message("Alone", 4, 4, &[("x", 0, scalar(Scalar::U32))])),
    ];
    let files = export(records).unwrap();
    let pool = compiled(&files);
    for (name, file) in [
        ("demo.Own", "demo.proto"),
        ("acme.base.v1.High", "acme_base_v1.proto"),
        ("acme.base.v1.Alone", "acme_base_v1.proto"),
        ("acme.other.v1.Middle", "acme_other_v1.proto"),
        ("acme.base.v1.Low", "acme_base_v1_0.proto"),
    ] {
        let message = pool.get_message_by_name(name).unwrap_or_else(|| panic!("{name} in {files:#?}"));
        assert_eq!(message.parent_file().name(), file, "{name}");
    }
    assert!(files["demo.proto"].contains("import \"acme_base_v1.proto\";\n"), "{}", files["demo.proto"]);
    assert!(files["demo.proto"].contains("  acme.base.v1.High inner = 1;\n"), "{}", files["demo.proto"]);
    // A part of the own package hides the first part of another one.
    let records = vec![
        in_package("acme.base.v1", message("Low", 4, 4, &[("x", 0, scalar(Scalar::U32))])),
        Record::Message(holder("Own", Type::Message(id("Low")))),
    ];
    let options = ExportOptions { package: Some("demo.acme".to_owned()), ..ExportOptions::default() };
    let files = export_with(records, &options).unwrap();
    compiled(&files);
    assert!(files["demo.proto"].contains("  .acme.base.v1.Low inner = 1;\n"), "{}", files["demo.proto"]);
}

/// Services may refer to all packages, so they are in the last file.
#[test]
fn services_come_after_all_packages() {
    let mut moved = message("Moved", 4, 4, &[("x", 0, scalar(Scalar::U32))]);
    moved.item.proto_name = named(Some("acme.v1"), None, None);
    let holder = holder("Holder", Type::Message(id("Moved")));
    let all = [objects().split_off(1), vec![Record::Message(moved), Record::Message(holder)]].concat();
    let files = export(all).unwrap();
    let pool = compiled(&files);
    assert_eq!(pool.get_message_by_name("acme.v1.Moved").unwrap().parent_file().name(), "acme_v1.proto");
    assert_eq!(files.len(), 3, "{:?}", files.keys());
    assert!(pool.services().len() > 0, "{}", files["demo.proto"]);
}

/// Types of protobuf are imported, if they are those.
#[test]
fn protobufs_own_types_are_imported() {
    let known = |members: &[&str]| {
        let fields: Vec<_> =
            (0..).zip(members).map(|(at, name)| (*name, at * 4, scalar(Scalar::U32))).collect();
        let mut it = message("Mine", 4 * members.len() as u64, 4, &fields);
        it.item.proto_name = named(Some("google.protobuf"), Some("Any"), None);
        let inner = [("inner", 0, Type::Message(id("Mine")))];
        let holder = message("Holder", 4 * members.len() as u64, 4, &inner);
        vec![Record::Message(it), Record::Message(holder)]
    };
    let files = export(known(&["type_url", "value"])).unwrap();
    let pool = compiled(&files);
    let text = &files["demo.proto"];
    assert!(text.contains("import \"google/protobuf/any.proto\";\n"), "{text}");
    assert!(text.contains("  google.protobuf.Any inner = 1;\n"), "{text}");
    assert!(!text.contains("message Any"), "{text}");
    assert!(pool.get_message_by_name("demo.Holder").is_some());
    refused(known(&["type_url", "other"]), "`google.protobuf.Any` of protobuf has no `other`");
    let mut none = message("Mine", 4, 4, &[("x", 0, scalar(Scalar::U32))]);
    none.item.proto_name = named(Some("google.protobuf"), None, None);
    refused(vec![Record::Message(none)], "protobuf has no `google.protobuf.Mine`");
}

#[test]
fn names_that_can_not_be_are_refused() {
    let with = |name: Option<ProtoName>| {
        let mut it = message("M", 4, 4, &[("x", 0, scalar(Scalar::U32))]);
        it.item.proto_name = name;
        Record::Message(it)
    };
    for name in ["a b", "", "A..B", "1", "A.{}", "größe"] {
        refused(vec![with(nested(name))], "can't be a name in .proto");
        refused(vec![with(named(Some(name), None, None))], "can't be a name in .proto");
    }
    let two = vec![
        with(nested("Other")),
        Record::Message(message("Other", 4, 4, &[("x", 0, scalar(Scalar::U32))])),
    ];
    refused(two, "its name in .proto, `Other`, can't be told from that of");
    let in_enum = vec![with(nested("Kind.M")), Record::Enum(enumeration("Kind", Scalar::U8, &[("None", 0)]))];
    refused(in_enum, "it would be in the enum demo::Kind, which holds no types");
    let mut twice = message("M", 8, 4, &[("a", 0, scalar(Scalar::U32)), ("b", 4, scalar(Scalar::U32))]);
    twice.fields.iter_mut().for_each(|field: &mut Field| json(&mut field.item, &["cost"]));
    refused(vec![Record::Message(twice)], "its name in .proto, `cost`, can't be told from that of");
    let mut brackets = message("M", 4, 4, &[("x", 0, scalar(Scalar::U32))]);
    json(&mut brackets.fields[0].item, &["[x]"]);
    refused(vec![Record::Message(brackets)], "protobuf keeps names in JSON with brackets");
    // Types of two packages in a circle.
    let mut one = crate::schema::pooled(holder_of_ref("One", "Two"));
    one.item.proto_name = named(Some("a"), None, None);
    let two = crate::schema::pooled(holder_of_ref("Two", "One"));
    refused(
        vec![Record::Message(one), Record::Message(two)],
        "types of each hold types of the other in a circle",
    );
}

/// Returns a message with a reference to another one.
fn holder_of_ref(name: &str, of: &str) -> ffi_core::schema::read::Message {
    message(name, 8, 4, &[("other", 0, Type::Ref(id(of)))])
}

#[test]
fn files_have_options() {
    let records = || vec![Record::Message(message("M", 4, 4, &[("x", 0, scalar(Scalar::U32))]))];
    let with = |options: &[(&str, &str)]| {
        let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        ExportOptions { file_options: options.collect(), ..ExportOptions::default() }
    };
    let options = [
        ("go_package", "example.com/orders;\"orders\""),
        ("java_multiple_files", "true"),
        ("optimize_for", "SPEED"),
    ];
    let files = export_with(records(), &with(&options)).unwrap();
    let pool = compiled(&files);
    let file = pool.get_file_by_name("demo.proto").unwrap();
    let found = file.file_descriptor_proto().options.clone().unwrap();
    assert_eq!(found.go_package(), "example.com/orders;\"orders\"");
    assert!(found.java_multiple_files());
    assert_eq!(found.optimize_for(), prost_reflect::prost_types::file_options::OptimizeMode::Speed);
    for (name, value) in [
        ("go_packages", "x"),
        ("java_multiple_files", "yes"),
        ("optimize_for", "FAST"),
        ("uninterpreted_option", "x"),
        ("go_package = \"\"; option x", "y"),
    ] {
        let error = export_with(records(), &with(&[(name, value)])).unwrap_err();
        assert!(error.contains("protobuf's files have no such option"), "{error}");
    }
}
