//! Shows a library's layouts as one page of HTML that needs nothing else.
//!
//! Each message is drawn to scale, in lines of one or more cache lines. The drawing is for the eye;
//! the table behind it says the same to a screen reader. Names come from the records of any
//! library, so the template escapes everything, and the script knows no data.

use std::collections::BTreeMap;

use askama::Template;

use crate::diff::Change;
use crate::inspect::View;
use crate::model::{Message, MessageIndex, Model, Reset, Type};
use crate::template::render;
use crate::{c, diff};

/// Bytes of a cache line.
const CACHE_LINE: u64 = 64;

/// Lines of the largest drawing. A larger message has several cache lines in one line.
const MAX_LINES: u64 = 16;

/// Colours of fields, used in turn.
const COLOURS: usize = 6;

/// Returns the page of `model`, and what has changed since `old`.
#[must_use]
pub fn page(model: &Model, old: Option<&Model>) -> String {
    let view = View(model);
    let library = &model.library;
    let lines = |texts: Vec<String>| texts.into_iter().map(Shown::of).collect::<Vec<_>>();
    render(&Page {
        title: format!("{} {}", library.name, library.version),
        counts: [
            counted(model.messages.len() as u128, "message"),
            counted(model.functions.len() as u128, "function"),
        ],
        abi: library.abi,
        messages: model.messages.iter().map(|it| message(&view, it)).collect(),
        types: [
            ("Oneofs", lines(model.oneofs.iter().map(|it| view.oneof(it)).collect())),
            ("Enums", lines(model.enums.iter().map(|it| view.enumeration(it)).collect())),
            ("Errors", lines(model.errors.iter().map(|it| view.error(it)).collect())),
        ],
        newtypes: model.newtypes.iter().map(|it| view.newtype(it)).collect(),
        objects: model
            .objects
            .iter()
            .map(|it| {
                let kind = if it.is_service { "service" } else { "object" };
                [view.short(&it.id), kind.to_owned(), it.fingerprint.to_string()]
            })
            .collect(),
        functions: functions(model),
        queues: model.queues.iter().map(|it| view.queue(it)).collect(),
        changes: old.map(|old| changes(old, model)),
    })
}

/// The whole page.
#[derive(Template)]
#[template(path = "inspect.html.jinja", escape = "html")]
struct Page {
    title: String,
    counts: [String; 2],
    abi: u32,
    messages: Vec<Drawn>,
    /// Oneofs, enums and errors, each under its heading.
    types: [(&'static str, Vec<Shown>); 3],
    newtypes: Vec<[String; 4]>,
    objects: Vec<[String; 3]>,
    functions: Vec<Called>,
    queues: Vec<[String; 4]>,
    changes: Option<Changes>,
}

/// A type as `inspect` shows it: a heading, and lines below.
struct Shown {
    heading: String,
    lines: String,
}

impl Shown {
    fn of(text: String) -> Self {
        let (heading, lines) = text.split_once('\n').unwrap_or((&text, ""));
        Self { heading: heading.to_owned(), lines: lines.to_owned() }
    }
}

/// A message.
struct Drawn {
    /// Anchor of its heading.
    anchor: String,
    name: String,
    facts: Vec<String>,
    drawing: Drawing,
    rows: Vec<Row>,
}

/// A drawing to scale.
struct Drawing {
    /// Bytes that one line of it stands for.
    scale: String,
    /// Cache lines in one line.
    cache_lines: u64,
    lines: Vec<Vec<Segment>>,
}

/// A part of a line: bytes of a field, or padding.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Segment {
    /// Class of its colour.
    class: String,
    bytes: u64,
    label: String,
}

/// A field in the table of a message, or padding.
struct Row {
    offset: u64,
    size: u64,
    name: String,
    ty: String,
    inner: Option<Inner>,
}

/// A message in a field.
struct Inner {
    anchor: String,
    name: String,
    drawing: Drawing,
}

/// A function.
struct Called {
    symbol: String,
    fingerprint: String,
    rust: String,
    /// Declaration in the C header; empty for a function that C can't call.
    c: String,
}

/// Differences between two libraries.
struct Changes {
    old: String,
    all: Vec<(String, Change)>,
    pairs: Vec<Pair>,
}

/// A message that has another layout now.
struct Pair {
    name: String,
    /// Before, and now.
    sides: [Drawn; 2],
}

/// Returns a number of things: `1 byte`, `36,008 bytes`.
fn counted(count: u128, thing: &str) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{text} {thing}{}", if count == 1 { "" } else { "s" })
}

fn message(view: &View<'_>, message: &Message) -> Drawn {
    let padding = message.size - message.fields.iter().map(|field| field.size).sum::<u64>();
    let mut facts = vec![
        counted(message.size.into(), "byte"),
        format!("align {}", message.align),
        format!("{} of padding", counted(padding.into(), "byte")),
        counted(message.size.div_ceil(CACHE_LINE).into(), "cache line"),
        format!("fingerprint {}", message.fingerprint),
    ];
    if let Some(pool) = &message.pool {
        let reset = match pool.reset {
            Reset::Zero => "zeroed",
            Reset::Keep => "kept",
        };
        let bytes = u128::from(pool.capacity) * u128::from(message.size);
        let [slots, bytes] = [counted(pool.capacity.into(), "slot"), counted(bytes, "byte")];
        facts.push(format!("pool of {slots}, {bytes}, {reset} for the next owner"));
    }
    let keys = [
        ("columns", message.columns.is_some()),
        ("simd", message.simd.is_some()),
        ("lives in an arena", message.arena.is_some()),
    ];
    facts.extend(keys.iter().filter(|(_, is)| *is).map(|(key, _)| (*key).to_owned()));
    let row = |part: Part| Row {
        offset: part.offset,
        size: part.size,
        name: part.field.map_or_else(|| "padding".to_owned(), |at| message.fields[at].item.name.clone()),
        ty: part.field.map_or_else(String::new, |at| view.ty(&message.fields[at].ty)),
        inner: part.field.and_then(|at| inner_message(&message.fields[at].ty)).map(|at| {
            let inner = view.0.message(at);
            let name = view.short(&inner.id);
            Inner { anchor: anchor(&name), name, drawing: drawing(inner) }
        }),
    };
    let name = view.short(&message.id);
    Drawn {
        anchor: anchor(&name),
        drawing: drawing(message),
        rows: parts(message).into_iter().map(row).collect(),
        name,
        facts,
    }
}

/// Returns the anchor of a message's heading.
fn anchor(name: &str) -> String {
    let part = |it: char| if it.is_alphanumeric() { it } else { '-' };
    format!("message-{}", name.chars().map(part).collect::<String>())
}

/// Returns the message that a type holds, directly or as elements.
fn inner_message(ty: &Type) -> Option<MessageIndex> {
    match ty {
        Type::Message(at) => Some(*at),
        Type::Array { of, .. } | Type::Vec { of, .. } | Type::Option { of } | Type::Newtype { of, .. } => {
            inner_message(of)
        }
        Type::Map { value, .. } => inner_message(value),
        Type::ArenaVec { of } | Type::ArenaBox { of } | Type::ArenaMap { value: of, .. } => inner_message(of),
        Type::Scalar(_)
        | Type::Enum(_)
        | Type::Open(_)
        | Type::Oneof(_)
        | Type::Str { .. }
        | Type::Bytes { .. }
        | Type::Secret { .. }
        | Type::Ref(_)
        | Type::ArenaStr
        | Type::ArenaBytes
        | Type::Logical(_) => None,
    }
}

/// Bytes of a field, or between fields.
struct Part {
    offset: u64,
    size: u64,
    /// Index of the field; `None` for padding.
    field: Option<usize>,
}

/// Returns all bytes of a message, in their order.
fn parts(message: &Message) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut end = 0;
    let gap = |parts: &mut Vec<_>, from: u64, to: u64| {
        if to > from {
            parts.push(Part { offset: from, size: to - from, field: None });
        }
    };
    for (index, field) in message.fields.iter().enumerate() {
        gap(&mut parts, end, field.offset);
        parts.push(Part { offset: field.offset, size: field.size, field: Some(index) });
        end = field.offset + field.size;
    }
    gap(&mut parts, end, message.size);
    parts
}

fn drawing(message: &Message) -> Drawing {
    let width = message.size.div_ceil(CACHE_LINE * MAX_LINES).max(1) * CACHE_LINE;
    let scale = match width {
        CACHE_LINE => "a line is a cache line of 64 bytes".to_owned(),
        _ => {
            let lines = counted((width / CACHE_LINE).into(), "cache line");
            format!("a line is {}, {lines}", counted(width.into(), "byte"))
        }
    };
    let mut lines: Vec<Vec<Segment>> = Vec::new();
    let mut room = 0;
    for part in parts(message) {
        let (class, label) = match part.field {
            Some(index) => (format!("colour-{}", index % COLOURS), message.fields[index].item.name.clone()),
            None => ("padding".to_owned(), String::new()),
        };
        let mut left = part.size;
        while left > 0 {
            if room == 0 {
                lines.push(Vec::new());
                room = width;
            }
            let bytes = left.min(room);
            // Only the first piece of a field has its name.
            let label = if left == part.size { label.clone() } else { String::new() };
            if let Some(line) = lines.last_mut() {
                line.push(Segment { class: class.clone(), bytes, label });
            }
            (left, room) = (left - bytes, room - bytes);
        }
    }
    // The last line keeps the scale.
    if room > 0
        && let Some(line) = lines.last_mut()
    {
        line.push(Segment { class: "none".to_owned(), bytes: room, label: String::new() });
    }
    Drawing { scale, cache_lines: width / CACHE_LINE, lines }
}

fn functions(model: &Model) -> Vec<Called> {
    let view = View(model);
    // Without a header there are no declarations; `ffi-dart-emit c` names the reason.
    let header = c::header(model).unwrap_or_default();
    let called = model.functions.iter().map(|function| {
        let [symbol, fingerprint, rust] = view.function(function);
        Called { c: declaration(&header, &symbol), symbol, fingerprint, rust }
    });
    called.collect()
}

/// Returns the declaration of a function in a C header, on one line; empty if there is none.
fn declaration(header: &str, symbol: &str) -> String {
    let Some(at) = header.find(&format!(" {symbol}(")) else { return String::new() };
    let start = header[..at].rfind('\n').map_or(0, |it| it + 1);
    let end = header[at..].find(';').map_or(header.len(), |it| at + it + 1);
    header[start..end].split_whitespace().collect::<Vec<_>>().join(" ")
}

fn changes(old: &Model, new: &Model) -> Changes {
    let class = |change: &Change| match (&change.memory, &change.wire) {
        (Some(_), Some(_)) => "breaks memory and wire",
        (Some(_), None) => "breaks memory",
        (None, Some(_)) => "breaks wire",
        (None, None) => "compatible",
    };
    let all = diff::diff(old, new).into_iter().map(|it| (class(&it).to_owned(), it)).collect();
    let before: BTreeMap<_, _> = old.messages.iter().map(|it| (&it.id, it)).collect();
    let changed = new.messages.iter().filter_map(|now| {
        let then = before.get(&now.id).filter(|then| then.fingerprint != now.fingerprint)?;
        let sides = [message(&View(old), then), message(&View(new), now)];
        Some(Pair { name: sides[1].name.clone(), sides })
    });
    let old_title = format!("{} {}", old.library.name, old.library.version);
    Changes { old: old_title, all, pairs: changed.collect() }
}
