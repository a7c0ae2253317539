//! Writes the stress schema: more and larger messages than anyone writes by hand, with every field
//! type among them.
//!
//! It is described here and written as Rust. `examples/09_stress` holds it with [`MESSAGES`]
//! messages, committed and kept current like other generated files; benchmarks compile it with
//! other counts. One count always gives one text.
//!
//! The first messages are of one kind each (`landmarks`); numbered ones fill up to the count.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::generated::Action;
use crate::workspace;

/// Number of messages in the example.
pub const MESSAGES: usize = 120;

/// Depth of the nest.
pub const DEPTH: usize = 20;

/// Number of fields of the wide message.
pub const FIELDS: usize = 100;

/// Returns the committed files of the example, which `cargo xtask bless` writes.
#[must_use]
pub fn committed() -> [(PathBuf, String); 2] {
    let source = workspace::root().join("examples/09_stress/src");
    [(source.join("schema.rs"), schema(MESSAGES)), (source.join("touch.rs"), touch(MESSAGES))]
}

/// Writes or checks the example's schema.
///
/// # Errors
///
/// Returns an error if a file cannot be written, or is out of date.
pub fn apply(action: Action) -> Result<()> {
    for (file, text) in committed() {
        match action {
            Action::Write => {
                fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
            }
            Action::Check => {
                let committed =
                    fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
                ensure!(committed == text, "{} is out of date: run `cargo xtask bless`", file.display());
            }
        }
    }
    Ok(())
}

/// Returns a module with `messages` messages, in the order in which one holds another. It only
/// needs `ffi_core`.
///
/// There are never fewer than the landmarks.
#[must_use]
pub fn schema(messages: usize) -> String {
    let mut text = format!(
        "//! {} messages. Written by `cargo xtask stress`; not to be edited.\n\n\
         use ffi_core::{{FfiBytes, FfiEnum, FfiMap, FfiMessage, FfiOpen, FfiOption, FfiRef, FfiStr, FfiVec}};\n",
        all(messages).len()
    );
    for (name, repr, variants) in ENUMS {
        line(&mut text, &format!("\n/// An enum of `{repr}`."));
        line(&mut text, "#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq, Hash)]");
        line(&mut text, &format!("#[repr({repr})]\npub enum {name} {{"));
        for (variant, number) in *variants {
            line(&mut text, &format!("    /// The number {number}.\n    {variant} = {number},"));
        }
        line(&mut text, "}");
    }
    for (name, cases) in ONEOFS {
        line(&mut text, &format!("\n/// One of {}, or none.", cases.len()));
        line(&mut text, &format!("#[derive(FfiMessage)]\n#[repr(C, u32)]\npub enum {name} {{"));
        line(&mut text, "    /// None.\n    Unset,");
        for (case, ty) in *cases {
            let value = ty.map(|ty| format!("({ty})")).unwrap_or_default();
            line(
                &mut text,
                &format!("    /// The case of `{}`.\n    {case}{value},", ty.unwrap_or("nothing")),
            );
        }
        line(&mut text, "}");
    }
    for Message { name, about, fields } in all(messages) {
        line(&mut text, &format!("\n/// {about}\n#[derive(FfiMessage)]\n#[repr(C)]"));
        if POOLED.contains(&name.as_str()) {
            line(&mut text, "#[ffi(pool = 1_000)]");
        }
        line(&mut text, &format!("pub struct {name} {{"));
        for (field, ty) in fields {
            line(&mut text, &format!("    /// A field of `{ty}`.\n    pub {field}: {ty},"));
        }
        line(&mut text, "}");
    }
    text
}

/// Returns the module beside [`schema`] in the example: the text of each message, and a function
/// that reads it.
#[must_use]
pub fn touch(messages: usize) -> String {
    let mut text = String::from(
        "//! Reads every field of every message. Written by `cargo xtask stress`; not to be edited.\n\n\
         use fixture_touch::{touch_cases, touch_fields, touch_numbers};\n\n\
         use crate::schema::*;\n\n",
    );
    let enums: Vec<_> = ENUMS.iter().map(|(name, ..)| *name).collect();
    line(&mut text, &format!("touch_numbers!({});\n\ntouch_cases! {{", enums.join(" ")));
    for (name, cases) in ONEOFS {
        let cases = cases.iter().map(|(case, ty)| match ty {
            Some(_) => format!("{case}(value)"),
            None => (*case).to_owned(),
        });
        line(&mut text, &format!("    {name} {{ Unset {} }}", cases.collect::<Vec<_>>().join(" ")));
    }
    line(&mut text, "}\n\ntouch_fields! {");
    let all = all(messages);
    for Message { name, fields, .. } in &all {
        let fields: Vec<_> = fields.iter().map(|(field, _)| field.as_str()).collect();
        line(&mut text, &format!("    {name} {{ {} }}", fields.join(" ")));
    }
    line(&mut text, "}\n\nfunctions! {");
    for Message { name, .. } in &all {
        line(&mut text, &format!("    {name} touch_{};", name.to_lowercase()));
    }
    line(&mut text, "}");
    text
}

/// A struct before it is written.
struct Message {
    name: String,
    about: String,
    fields: Vec<(String, String)>,
}

impl Message {
    fn new(name: &str, about: &str, fields: &[(&str, &str)]) -> Self {
        let owned = |(field, ty): &(&str, &str)| ((*field).to_owned(), (*ty).to_owned());
        Self { name: name.to_owned(), about: about.to_owned(), fields: fields.iter().map(owned).collect() }
    }

    /// Creates a message with fields named `{prefix}_{number}`, one of each type.
    fn numbered(name: &str, about: &str, prefix: &str, types: &[&str]) -> Self {
        let fields =
            types.iter().enumerate().map(|(index, ty)| (format!("{prefix}_{index}"), (*ty).to_owned()));
        Self { name: name.to_owned(), about: about.to_owned(), fields: fields.collect() }
    }
}

fn all(messages: usize) -> Vec<Message> {
    let mut all = landmarks();
    let records = messages.saturating_sub(all.len());
    all.extend((0..records).map(record));
    all
}

/// Returns the messages that are of one kind each.
fn landmarks() -> Vec<Message> {
    let mut all = vec![
        Message::numbered("Scalars", "Every scalar.", "scalar", SCALARS),
        Message::numbered("Arrays", "Arrays of what there is.", "array", ARRAYS),
        Message::numbered("Texts", "Text and bytes.", "text", TEXTS),
        Message::numbered("Lists", "Lists of what there is.", "list", LISTS),
        Message::numbered("Options", "Options of what there is.", "option", OPTIONS),
        Message::numbered("Maps", "Maps from and to what there is.", "map", MAPS),
        Message::numbered("Choices", "Oneofs, alone and inside the others.", "choice", CHOICES),
        Message::numbered("Opens", "Enums that may be unknown.", "open", OPENS),
        Message::numbered("Links", "References, also to its own kind.", "link", LINKS),
    ];
    all.extend((1..=DEPTH).map(nest));
    let wide: Vec<_> = (0..FIELDS).map(|index| FIELD_TYPES[index % FIELD_TYPES.len()]).collect();
    all.push(Message::numbered("Wide", &format!("{FIELDS} fields."), "field", &wide));
    all.extend([
        Message::new("Leaf", "What branches repeat.", &[("id", "u64"), ("name", "FfiStr<12>")]),
        Message::new("Branch", "What trees repeat.", &[("leaves", "FfiVec<Leaf, 5>"), ("weight", "f32")]),
        Message::new("Tree", "What forests repeat.", &[("branches", "FfiVec<Branch, 4>"), ("root", "Leaf")]),
        Message::new(
            "Forest",
            "Messages in messages in messages.",
            &[
                ("trees", "FfiVec<Tree, 3>"),
                ("by_name", "FfiMap<FfiStr<8>, Tree, 2>"),
                ("spare", "FfiOption<Tree>"),
                ("pair", "[Tree; 2]"),
            ],
        ),
        Message::new(
            "Page",
            "64 KiB.",
            &[
                ("id", "u64"),
                ("stamp", "i64"),
                ("title", "FfiStr<60>"),
                ("lines", "[FfiStr<252>; 255]"),
                ("note", "FfiStr<172>"),
            ],
        ),
        Message::new(
            "Frame",
            "16 MiB.",
            &[("width", "u32"), ("height", "u32"), ("stamp", "u64"), ("pixels", "FfiBytes<16_777_196>")],
        ),
    ]);
    all
}

/// Returns a level of the nest, each of which holds the one below.
fn nest(level: usize) -> Message {
    let name = |level| format!("Nest{level:02}");
    let mut fields = vec![("level".to_owned(), "u32".to_owned()), ("known".to_owned(), "bool".to_owned())];
    if level > 1 {
        // Each level holds the level below in one of five ways.
        let inner = name(level - 1);
        let ty = match level % 5 {
            0 => format!("FfiOption<{inner}>"),
            4 => format!("FfiVec<{inner}, 1>"),
            _ => inner,
        };
        fields.push(("inner".to_owned(), ty));
    }
    Message { name: name(level), about: format!("Level {level} of {DEPTH}."), fields }
}

/// Returns a message like those that people write. Some hold the message before, which holds no
/// other.
fn record(index: usize) -> Message {
    let before = || format!("Record{:04}", index - 1);
    let fields = FIELD_NAMES.iter().enumerate().map(|(field, name)| {
        let ty = match field {
            3 if index % 5 == 4 => before(),
            3 if index % 5 == 2 => format!("FfiVec<{}, 3>", before()),
            _ => FIELD_TYPES[(index * 7 + field * 3) % FIELD_TYPES.len()].to_owned(),
        };
        ((*name).to_owned(), ty)
    });
    Message {
        name: format!("Record{index:04}"),
        about: format!("What is known of one thing of kind {index}."),
        fields: fields.collect(),
    }
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a String takes all");
}

/// An enum: name, repr, variants.
type Enum = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// An enum with data: name, cases and the types that they hold.
type Oneof = (&'static str, &'static [(&'static str, Option<&'static str>)]);

const ENUMS: &[Enum] = &[
    ("Tiny", "i8", &[("Zero", "0"), ("Low", "-128"), ("High", "127")]),
    ("Small", "u8", &[("Zero", "0"), ("Three", "3"), ("High", "255")]),
    ("Short", "i16", &[("Zero", "0"), ("Low", "-32768")]),
    ("Word", "u16", &[("Zero", "0"), ("High", "65535")]),
    ("Usual", "i32", &[("Zero", "0"), ("One", "1"), ("Two", "2"), ("Below", "-1")]),
    ("Count", "u32", &[("Zero", "0"), ("High", "4294967295")]),
    ("Long", "i64", &[("Zero", "0"), ("Low", "-9223372036854775808")]),
    ("Large", "u64", &[("Zero", "0"), ("High", "18446744073709551615")]),
];

const ONEOFS: &[Oneof] = &[
    ("Flat", &[("Byte", Some("u8")), ("Flag", Some("bool")), ("Ping", None)]),
    (
        "Choice",
        &[
            ("Number", Some("f64")),
            ("Label", Some("FfiStr<12>")),
            ("Raw", Some("FfiBytes<9>")),
            ("List", Some("FfiVec<u32, 4>")),
            ("Limit", Some("FfiOption<i64>")),
            ("Table", Some("FfiMap<u16, u16, 2>")),
            ("Message", Some("Scalars")),
            ("Usual", Some("Usual")),
            ("Inner", Some("Flat")),
            ("Matrix", Some("[[i16; 2]; 2]")),
            ("Nothing", None),
        ],
    ),
];

const SCALARS: &[&str] = &["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64", "bool"];

const ARRAYS: &[&str] = &[
    "[i8; 3]",
    "[i16; 3]",
    "[i32; 3]",
    "[i64; 3]",
    "[u8; 3]",
    "[u16; 3]",
    "[u32; 3]",
    "[u64; 3]",
    "[f32; 3]",
    "[f64; 3]",
    "[bool; 3]",
    "[[f32; 4]; 4]",
    "[Small; 2]",
    "[Scalars; 2]",
    "[FfiStr<8>; 2]",
    "[FfiBytes<8>; 2]",
    "[FfiVec<u16, 2>; 2]",
    "[FfiOption<u16>; 2]",
    "[FfiMap<u8, u8, 2>; 2]",
    "[FfiOpen<Usual>; 2]",
    "[FfiRef<Scalars>; 2]",
];

const TEXTS: &[&str] = &[
    "FfiStr<1>",
    "FfiStr<24>",
    "FfiStr<64>",
    "FfiStr<1000>",
    "FfiBytes<1>",
    "FfiBytes<16>",
    "FfiBytes<32>",
    "FfiBytes<1000>",
];

const LISTS: &[&str] = &[
    "FfiVec<i8, 5>",
    "FfiVec<i16, 5>",
    "FfiVec<i32, 5>",
    "FfiVec<i64, 5>",
    "FfiVec<u8, 5>",
    "FfiVec<u16, 5>",
    "FfiVec<u32, 5>",
    "FfiVec<u64, 5>",
    "FfiVec<f32, 5>",
    "FfiVec<f64, 5>",
    "FfiVec<bool, 5>",
    "FfiVec<Short, 3>",
    "FfiVec<Scalars, 3>",
    "FfiVec<FfiStr<8>, 3>",
    "FfiVec<FfiBytes<8>, 3>",
    "FfiVec<FfiVec<u16, 2>, 2>",
    "FfiVec<[f32; 3], 2>",
    "FfiVec<FfiOption<u16>, 2>",
    "FfiVec<FfiMap<u8, u8, 2>, 2>",
    "FfiVec<FfiOpen<Word>, 2>",
    "FfiVec<FfiRef<Scalars>, 2>",
];

const OPTIONS: &[&str] = &[
    "FfiOption<i8>",
    "FfiOption<i16>",
    "FfiOption<i32>",
    "FfiOption<i64>",
    "FfiOption<u8>",
    "FfiOption<u16>",
    "FfiOption<u32>",
    "FfiOption<u64>",
    "FfiOption<f32>",
    "FfiOption<f64>",
    "FfiOption<bool>",
    "FfiOption<Long>",
    "FfiOption<Scalars>",
    "FfiOption<FfiStr<8>>",
    "FfiOption<FfiBytes<8>>",
    "FfiOption<FfiVec<u16, 2>>",
    "FfiOption<[f32; 3]>",
    "FfiOption<FfiOption<u16>>",
    "FfiOption<FfiMap<u8, u8, 2>>",
    "FfiOption<FfiOpen<Count>>",
    "FfiOption<FfiRef<Scalars>>",
];

const MAPS: &[&str] = &[
    "FfiMap<i8, u8, 3>",
    "FfiMap<i16, u16, 3>",
    "FfiMap<i32, f32, 3>",
    "FfiMap<i64, f64, 3>",
    "FfiMap<u8, bool, 3>",
    "FfiMap<u16, Tiny, 3>",
    "FfiMap<u32, FfiStr<8>, 3>",
    "FfiMap<u64, FfiBytes<8>, 3>",
    "FfiMap<bool, FfiVec<u16, 2>, 2>",
    "FfiMap<Large, Scalars, 2>",
    "FfiMap<FfiStr<8>, FfiOption<u16>, 2>",
    "FfiMap<FfiStr<16>, u32, 40>",
    "FfiMap<u32, FfiMap<u8, u8, 2>, 2>",
    "FfiMap<u32, [i32; 2], 2>",
];

const CHOICES: &[&str] =
    &["Flat", "Choice", "[Flat; 3]", "FfiVec<Choice, 3>", "FfiOption<Choice>", "FfiMap<u8, Choice, 2>"];

const OPENS: &[&str] = &[
    "FfiOpen<Tiny>",
    "FfiOpen<Small>",
    "FfiOpen<Short>",
    "FfiOpen<Word>",
    "FfiOpen<Usual>",
    "FfiOpen<Count>",
    "FfiOpen<Long>",
    "FfiOpen<Large>",
];

/// Messages that others refer to.
const POOLED: &[&str] = &["Scalars", "Frame", "Links"];

const LINKS: &[&str] =
    &["FfiRef<Links>", "FfiRef<Frame>", "FfiVec<FfiRef<Links>, 4>", "FfiOption<FfiRef<Links>>"];

const FIELD_NAMES: &[&str] =
    &["position", "velocity", "owner", "detail", "count", "flags", "samples", "offset", "weight", "stamp"];

/// Types of the fields of numbered messages and of the wide message, in turn.
const FIELD_TYPES: &[&str] = &[
    "u64",
    "FfiStr<24>",
    "f64",
    "bool",
    "i32",
    "FfiOption<f64>",
    "[f32; 16]",
    "Usual",
    "u32",
    "FfiVec<u32, 8>",
    "f32",
    "i64",
    "Flat",
    "u8",
    "FfiBytes<16>",
    "u16",
    "FfiMap<FfiStr<8>, u32, 4>",
    "i16",
    "Scalars",
    "i8",
    "FfiOption<FfiStr<12>>",
    "FfiOpen<Small>",
    "FfiVec<FfiStr<8>, 3>",
    "[u32; 4]",
    "FfiRef<Scalars>",
    "Choice",
    "[[i16; 2]; 3]",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_messages_as_asked_for() {
        for count in [0, 36, MESSAGES, 1000] {
            let structs = schema(count).matches("\npub struct ").count();
            assert_eq!(structs, count.max(landmarks().len()));
            assert_eq!(touch(count).matches(" touch_").count(), structs + 2);
        }
    }

    #[test]
    fn a_longer_schema_begins_with_the_shorter() {
        let (_, short) = schema(60).split_once("\n\n").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        assert!(schema(61).contains(&short));
    }
}
