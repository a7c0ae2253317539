//! Compares two versions of a schema, and says what the changes break.
//!
//! Data outlives a version in two ways. **Memory**: a Dart package, or a caller in C, that was
//! written for the old library meets the new one. Both must agree on every byte, so whatever
//! changes a fingerprint breaks it, and the package must be generated again. **Wire**: bytes that
//! the old schema encoded, on a disk or from a peer, are decoded with the new one. It breaks if the
//! decoder refuses the bytes, and also if it reads them as something else.
//!
//! A message, oneof, enum or function is matched by its name; the name of the library doesn't
//! count. A field is matched by its name, or otherwise by its number in .proto.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use ffi_core::schema::read::{ErrorFieldType, Type};
use serde::Serialize;

use crate::holder::{self, Held, Holding};
use crate::model::{
    self, Encoding, Enum, ErrorType, Item, Message, Mode, Model, Newtype, Oneof, Passing, Reset, Returns,
    Scalar, TypeId, Value, Wire,
};
use crate::proto::shape::{self, Element, Label, Shape, Types, physical, rust};

/// The side that a change must break to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// Callers that were written for the old library.
    Memory,
    /// Bytes that were encoded with the old schema.
    Wire,
    /// These, and protobuf's JSON: `WIRE_JSON` of buf.
    WireJson,
    /// These, and source that protobuf's compilers generate, by package: `PACKAGE` of buf.
    Package,
    /// As `package`: an export is one file. `FILE` of buf.
    File,
}

/// Reach of a change in programs that have the exported .proto, by the names of `buf breaking`.
/// Each level includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Level {
    /// Source that is generated from it.
    Package,
    /// Protobuf's JSON as well.
    WireJson,
    /// The bytes as well.
    Wire,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Name of the item, such as `message Particle, field x`.
    pub item: String,
    /// Description of the change.
    pub what: String,
    /// Reason why it breaks memory, if it does.
    pub memory: Option<String>,
    /// Reason why it breaks the wire, if it does.
    pub wire: Option<String>,
    /// Reach in programs that have the exported .proto, if it breaks any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proto: Option<Level>,
}

impl Change {
    /// Returns true if the change breaks `kind`.
    #[must_use]
    pub fn breaks(&self, kind: Kind) -> bool {
        match kind {
            Kind::Memory => self.memory.is_some(),
            Kind::Wire => self.wire.is_some(),
            Kind::WireJson => self.proto >= Some(Level::WireJson),
            Kind::Package | Kind::File => self.proto.is_some(),
        }
    }
}

/// Returns all changes from `old` to `new`, in the order of their items.
#[must_use]
pub fn diff(old: &Model, new: &Model) -> Vec<Change> {
    let mut diff = Diff { old: Side::new(old), new: Side::new(new), changes: Vec::new() };
    diff.library();
    diff.messages();
    diff.oneofs();
    diff.enums();
    diff.newtypes();
    diff.errors();
    diff.objects();
    diff.listeners();
    diff.functions();
    diff.queues();
    diff.flags();
    diff.health();
    diff.services();
    diff.changes
}

/// Returns the changes as text for people.
#[must_use]
pub fn text(changes: &[Change]) -> String {
    let mut out = String::new();
    for Change { item, what, memory, wire, .. } in changes {
        let class = match (memory, wire) {
            (Some(_), Some(_)) => "breaks memory and wire",
            (Some(_), None) => "breaks memory",
            (None, Some(_)) => "breaks wire",
            (None, None) => "compatible",
        };
        let _ = writeln!(out, "{class}: {item}: {what}");
        for (kind, why) in [("memory", memory), ("wire", wire)] {
            if let Some(why) = why {
                let _ = writeln!(out, "  {kind}: {why}");
            }
        }
    }
    if !out.is_empty() {
        out += "\n";
    }
    let count = |kind| changes.iter().filter(|change| change.breaks(kind)).count();
    let compatible = changes.iter().filter(|it| it.memory.is_none() && it.wire.is_none()).count();
    let _ = writeln!(
        out,
        "{} changes: {} break memory, {} break the wire, {compatible} are compatible",
        changes.len(),
        count(Kind::Memory),
        count(Kind::Wire)
    );
    out
}

/// Returns the changes as JSON: `{"changes": [{"item", "what", "memory", "wire"}], "memory": N,
/// "wire": N}`. The last two are the numbers of changes that break each.
#[must_use]
pub fn json(changes: &[Change]) -> String {
    #[derive(Serialize)]
    struct Report<'a> {
        changes: &'a [Change],
        memory: usize,
        wire: usize,
    }
    let count = |kind| changes.iter().filter(|change| change.breaks(kind)).count();
    let report = Report { changes, memory: count(Kind::Memory), wire: count(Kind::Wire) };
    serde_json::to_string_pretty(&report).expect("a report is plain data") + "\n"
}

/// One of the two schemas. Names are without that of the library.
struct Side<'a> {
    model: &'a Model,
    messages: BTreeMap<String, &'a Message>,
    oneofs: BTreeMap<String, &'a Oneof>,
    enums: BTreeMap<String, &'a Enum>,
    newtypes: BTreeMap<String, &'a Newtype>,
    errors: BTreeMap<String, &'a ErrorType>,
}

impl<'a> Side<'a> {
    fn new(model: &'a Model) -> Self {
        let key = |id| own(model, id);
        Self {
            model,
            messages: model.messages.iter().map(|it| (key(&it.id), it)).collect(),
            oneofs: model.oneofs.iter().map(|it| (key(&it.id), it)).collect(),
            enums: model.enums.iter().map(|it| (key(&it.id), it)).collect(),
            newtypes: model.newtypes.iter().map(|it| (key(&it.id), it)).collect(),
            errors: model.errors.iter().map(|it| (key(&it.id), it)).collect(),
        }
    }

    /// Returns what a message has besides its fields: the words for it, and what it is.
    fn extras(it: &Message) -> [(&'static str, bool); 4] {
        [
            ("a pool", it.pool.is_some()),
            ("columns", it.columns.is_some()),
            ("kernels", it.simd.is_some()),
            ("functions for protobuf", it.proto.is_some()),
        ]
    }

    fn fields(&self, it: &'a Message) -> Vec<Member<'a>> {
        let member = |field: &'a crate::model::Field| Member {
            item: &field.item,
            number: field.tag,
            place: field.offset,
            ty: Some(self.ty(&field.ty)),
            wire: field.wire,
            rules: field.rules.to_string(),
        };
        it.fields.iter().map(member).collect()
    }

    /// Returns the cases without the first, which is not on the wire.
    fn cases(&self, it: &'a Oneof) -> Vec<Member<'a>> {
        let member = |(place, case): (u64, &'a crate::model::Case)| Member {
            item: &case.item,
            number: case.tag,
            place,
            ty: case.ty.as_ref().map(|ty| self.ty(ty)),
            wire: case.wire,
            rules: String::new(),
        };
        (0..).zip(&it.cases).skip(1).map(member).collect()
    }

    /// Returns the type of a field of an error, with names that are independent of the library.
    fn error_field(&self, ty: &model::ErrorFieldType) -> ErrorFieldType {
        match ty {
            model::ErrorFieldType::Value(ty) => ErrorFieldType::Value(self.ty(ty)),
            model::ErrorFieldType::Text => ErrorFieldType::Text,
            model::ErrorFieldType::Vec(of) => ErrorFieldType::Vec(Box::new(self.error_field(of))),
            model::ErrorFieldType::Option(of) => ErrorFieldType::Option(Box::new(self.error_field(of))),
        }
    }

    /// Returns the type with those in newtypes in the place of these.
    fn physical(&self, ty: &Type) -> Type {
        physical(ty, &|id| self.newtypes.get(&id.0).map_or(Type::Newtype(id.clone()), |it| self.ty(&it.ty)))
    }

    /// Returns the newtypes in the signature of a function: of each parameter, and of the result.
    fn newtypes_of(&self, it: &model::Function) -> Vec<Option<String>> {
        let params = it.params.iter().flat_map(|param| match &param.passing {
            Passing::Value(value)
            | Passing::Reference { to: value, .. }
            | Passing::Slice { of: value, .. }
            | Passing::Moved(value) => vec![Some(*value)],
            Passing::Callback(function) => function.values().map(Some).collect(),
            Passing::Input(item) => vec![item.value()],
            _ => vec![None],
        });
        let name = |value| match value {
            Some(Value::Newtype(index)) => Some(own(self.model, &self.model.newtype(index).id)),
            _ => None,
        };
        params.chain([it.returns.and_then(Returns::value)]).map(name).collect()
    }

    /// Returns the type with names that are independent of the library.
    fn ty(&self, ty: &crate::model::Type) -> Type {
        let mut ty = ty.record(self.model);
        strip(self.model, &mut ty);
        ty
    }
}

impl Types for Side<'_> {
    fn repr(&self, id: &TypeId) -> Scalar {
        self.enums.get(&id.0).map_or(Scalar::I32, |it| it.repr)
    }

    fn is_wide(&self, id: &TypeId) -> bool {
        let too_large =
            |it: &&Enum| it.variants.iter().any(|variant| i32::try_from(it.discriminant(variant)).is_err());
        self.enums.get(&id.0).as_ref().is_some_and(|it| too_large(it))
    }

    fn newtype(&self, id: &TypeId) -> Type {
        self.newtypes.get(&id.0).map_or(Type::Newtype(id.clone()), |it| self.ty(&it.ty))
    }
}

/// Returns the name of a type without that of the library.
fn own(model: &Model, id: &TypeId) -> String {
    let own = id.0.strip_prefix(&model.library.name).and_then(|rest| rest.strip_prefix("::"));
    own.unwrap_or(&id.0).to_owned()
}

fn strip(model: &Model, ty: &mut Type) {
    match ty {
        Type::Message(id)
        | Type::Enum(id)
        | Type::Open(id)
        | Type::Oneof(id)
        | Type::Ref(id)
        | Type::Newtype(id)
        | Type::Arena(id)
        | Type::Object(id)
        | Type::Columns(id) => *id = TypeId(own(model, id)),
        Type::Array { of, .. } => strip(model, of),
        other => {
            let stripped = |part: &Type| {
                let mut part = part.clone();
                strip(model, &mut part);
                part
            };
            if let Some(ty) = other.held().map(|held| holder::map(&held, stripped)) {
                *other = ty;
            }
        }
    }
}

/// A field of a message, or a case of a oneof.
struct Member<'a> {
    item: &'a Item,
    number: u32,
    /// Position in memory: its offset, or its index among the cases.
    place: u64,
    /// Type; `None` for a case without data.
    ty: Option<Type>,
    /// Form in .proto.
    wire: Wire,
    /// Rules of its value, as they are written; empty for none.
    rules: String,
}

/// Words for members in descriptions.
struct Words {
    /// `message` or `oneof`.
    holder: &'static str,
    /// `field` or `case`.
    member: &'static str,
    /// Word for [`Member::place`].
    place: &'static str,
    /// Description of what happens to the value of a removed member.
    gone: &'static str,
}

const MESSAGE: Words =
    Words { holder: "message", member: "field", place: "offset", gone: "its value in old bytes is skipped" };
const ONEOF: Words = Words {
    holder: "oneof",
    member: "case",
    place: "position",
    gone: "where old bytes have it, the oneof is read as unset",
};

/// Kinds of items that an exported .proto has.
const IN_PROTO: [&str; 3] = ["message", "oneof", "enum"];

/// Reason for which a change of what a message has besides its fields breaks memory.
const REFUSED: &str = "a package of before calls what the library lacks";

const MEMORY: &str = "the layout is another: generate the Dart package again";

struct Diff<'a> {
    old: Side<'a>,
    new: Side<'a>,
    changes: Vec<Change>,
}

impl<'a> Diff<'a> {
    fn add(
        &mut self,
        item: impl Into<String>,
        what: impl Into<String>,
        memory: Option<&str>,
        wire: Option<&str>,
    ) {
        let owned = |why: Option<&str>| why.map(str::to_owned);
        self.changes.push(Change {
            item: item.into(),
            what: what.into(),
            memory: owned(memory),
            wire: owned(wire),
            proto: wire.map(|_| Level::Wire),
        });
    }

    /// Says what the last change breaks at least for programs that have the exported .proto.
    fn at_least(&mut self, level: impl Into<Option<Level>>) {
        if let Some(last) = self.changes.last_mut() {
            last.proto = last.proto.max(level.into());
        }
    }

    fn library(&mut self) {
        let (old, new) = (&self.old.model.library, &self.new.model.library);
        let (old, new) = (old.clone(), new.clone());
        if old.name != new.name {
            let what = format!("was `{}`, is `{}`", old.name, new.name);
            self.add("library", what, Some("every symbol has another prefix"), None);
        }
        if old.abi != new.abi {
            let what = format!("its calling convention was {}, is {}", old.abi, new.abi);
            self.add("library", what, Some("functions are called in another way"), None);
        }
    }

    /// Returns the names that are on both sides; reports those on one side only.
    fn pairs<'k>(
        &mut self,
        kind: &str,
        old: impl Iterator<Item = &'k String>,
        new: impl Iterator<Item = &'k String>,
        wire: Option<&str>,
    ) -> Vec<String> {
        let old: BTreeSet<_> = old.cloned().collect();
        let new: BTreeSet<_> = new.cloned().collect();
        for name in old.difference(&new) {
            self.add(format!("{kind} {name}"), "removed", Some("callers that use it don't find it"), wire);
            if IN_PROTO.contains(&kind) {
                self.at_least(Level::Package);
            }
        }
        for name in new.difference(&old) {
            self.add(format!("{kind} {name}"), "added", None, None);
        }
        old.intersection(&new).cloned().collect()
    }

    fn messages(&mut self) {
        let (old, new) = (self.old.messages.clone(), self.new.messages.clone());
        let gone = Some("nothing decodes the bytes of old ones");
        for name in self.pairs("message", old.keys(), new.keys(), gone) {
            let (old, new) = (old[&name], new[&name]);
            let item = format!("message {name}");
            let before = self.changes.len();
            self.item(&item, &old.item, &new.item);
            let (olds, news) = (self.old.fields(old), self.new.fields(new));
            self.members(&MESSAGE, &item, &olds, &news, (&old.reserved, &new.reserved));
            for (what, old, new) in [("size", old.size, new.size), ("alignment", old.align, new.align)] {
                if old != new {
                    self.add(&item, format!("its {what} was {old}, is {new} bytes"), Some(MEMORY), None);
                }
            }
            self.extras(&item, old, new);
            self.rest(&item, before, old.fingerprint != new.fingerprint);
        }
    }

    /// Reports changes of what a message has besides its fields.
    fn extras(&mut self, item: &str, old: &Message, new: &Message) {
        for ((what, was), (_, is)) in Side::extras(old).into_iter().zip(Side::extras(new)) {
            // The fingerprint says that there is a pool.
            let grown = (what == "a pool").then_some("a package of before refuses the library");
            match (was, is) {
                (true, false) => self.add(item, format!("has {what} no more"), Some(REFUSED), None),
                (false, true) => self.add(item, format!("has {what} now"), grown, None),
                _ => {}
            }
        }
        if let (Some(old), Some(new)) = (&old.pool, &new.pool) {
            if old.capacity != new.capacity {
                let what = format!("its pool has {} slots, had {}", new.capacity, old.capacity);
                self.add(item, what, None, None);
            }
            if old.reset != new.reset {
                let what = match new.reset {
                    Reset::Zero => "slots of its pool are zeroed now",
                    Reset::Keep => "slots of its pool keep what their last owner left",
                };
                self.add(item, what, None, None);
            }
        }
    }

    fn oneofs(&mut self) {
        let (old, new) = (self.old.oneofs.clone(), self.new.oneofs.clone());
        let gone = Some("nothing decodes the bytes of old ones");
        for name in self.pairs("oneof", old.keys(), new.keys(), gone) {
            let (old, new) = (old[&name], new[&name]);
            let item = format!("oneof {name}");
            let before = self.changes.len();
            self.item(&item, &old.item, &new.item);
            let (olds, news) = (self.old.cases(old), self.new.cases(new));
            self.members(&ONEOF, &item, &olds, &news, (&[], &[]));
            self.rest(&item, before, old.fingerprint != new.fingerprint);
        }
    }

    /// Reports a changed fingerprint that no other change explains, as it breaks memory.
    fn rest(&mut self, item: &str, before: usize, differs: bool) {
        let said = self.changes[before..].iter().any(|change| change.memory.is_some());
        if differs && !said {
            self.add(item, "what it holds has changed", Some(MEMORY), None);
        }
    }

    fn item(&mut self, owner: &str, old: &Item, new: &Item) {
        if old.rename != new.rename {
            let name = |item: &Item| item.rename.clone().unwrap_or_else(|| item.name.clone());
            let what = format!("its name in Dart and .proto was `{}`, is `{}`", name(old), name(new));
            self.add(owner, what, None, None);
            // Fields and values have their names in JSON.
            let is_member = owner.contains(", ");
            self.at_least(if is_member { Level::WireJson } else { Level::Package });
        }
        match (&old.deprecated, &new.deprecated) {
            (None, Some(_)) => self.add(owner, "is deprecated now", None, None),
            (Some(_), None) => self.add(owner, "is no longer deprecated", None, None),
            _ => {}
        }
    }
}

/// Returns the names of parameters, each with its rules as they are written.
fn rules_of(it: &model::Function) -> Vec<(String, String)> {
    it.params.iter().map(|param| (param.name.clone(), param.rules.to_string())).collect()
}

impl Diff<'_> {
    /// Reports other rules of a value: bytes are what they were, and the library refuses others.
    fn rules(&mut self, item: &str, old: &str, new: &str) {
        let shown = |rules: &str| if rules.is_empty() { "none".to_owned() } else { format!("`{rules}`") };
        if old != new {
            let what = format!("its rules were {}, are {}", shown(old), shown(new));
            self.add(item, what, None, None);
        }
    }
}

/// First and last of numbers that no field may have.
type Reserved<'r> = &'r [(u32, u32)];

fn holds(reserved: Reserved<'_>, number: u32) -> bool {
    reserved.iter().any(|(first, last)| (*first..=*last).contains(&number))
}

impl Diff<'_> {
    fn members(
        &mut self,
        words: &Words,
        owner: &str,
        olds: &[Member<'_>],
        news: &[Member<'_>],
        (old_reserved, new_reserved): (Reserved<'_>, Reserved<'_>),
    ) {
        let named = |all: &[Member<'_>], name: &str| all.iter().position(|it| it.item.name == name);
        let mut met = BTreeSet::new();
        for old in olds {
            let item = format!("{owner}, {} {}", words.member, old.item.name);
            let same_name = named(news, &old.item.name);
            // A new member of the same number, if no old one has its name.
            let renamed = || {
                let index = news.iter().position(|it| it.number == old.number)?;
                named(olds, &news[index].item.name).is_none().then_some(index)
            };
            let Some(index) = same_name.or_else(renamed) else {
                let kept = holds(new_reserved, old.number);
                let why = match old.wire.flat {
                    true => {
                        format!("{}, and the numbers of its cases can mean something else now", words.gone)
                    }
                    false => format!(
                        "{}, and number {} can come to mean something else: keep it with `reserved({})`",
                        words.gone, old.number, old.number
                    ),
                };
                // A removed case changes the value of the oneof; a removed field that nothing reads
                // does no harm.
                let wire = if words.holder == "oneof" { Some(words.gone) } else { (!kept).then_some(&*why) };
                self.add(item, "removed", Some(MEMORY), wire);
                self.at_least(Level::WireJson);
                continue;
            };
            met.insert(index);
            let new = &news[index];
            self.item(&item, old.item, new.item);
            if old.item.name != new.item.name {
                self.add(&item, format!("renamed to `{}`", new.item.name), Some(MEMORY), None);
                self.at_least(Level::WireJson);
            }
            if old.number != new.number {
                let why =
                    format!("old bytes have number {}, which is {}", old.number, whose(news, old.number));
                let what = format!("its number in .proto was {}, is {}", old.number, new.number);
                self.add(&item, what, None, Some(&why));
            }
            self.wire(&item, old.wire, new.wire);
            if old.ty != new.ty {
                let name = |ty: &Option<Type>| {
                    ty.as_ref().map_or("nothing".to_owned(), |ty| format!("`{}`", rust(ty)))
                };
                let what = format!("its type was {}, is {}", name(&old.ty), name(&new.ty));
                let [old_ty, new_ty] = [(&old.ty, &self.old), (&new.ty, &self.new)]
                    .map(|(ty, side)| ty.as_ref().map(|ty| side.physical(ty)));
                if old_ty == new_ty {
                    let held = old_ty.as_ref().and_then(|ty| self.held(ty));
                    let same = format!("{what}: the same bytes by another name, which source in Dart has");
                    self.add(&item, same, held.as_deref().map(|_| MEMORY), None);
                } else {
                    let wire = match (&old_ty, &new_ty) {
                        // In a oneof a reference is encoded as the message itself.
                        (Some(old), Some(new)) if words.holder == "oneof" && same_message(old, new) => None,
                        (Some(old), Some(new)) => self.reads(old, new, words.holder == "message").err(),
                        _ => Some("data is read where there is none, or the other way round".to_owned()),
                    };
                    let (level, notes) = match (&old_ty, &new_ty) {
                        (Some(old), Some(new)) => self.declared(old, new, words.holder == "oneof"),
                        _ => (Some(Level::Wire), ""),
                    };
                    self.add(&item, what + notes, Some(MEMORY), wire.as_deref());
                    self.at_least(level);
                }
            } else if let Some(why) = old.ty.as_ref().and_then(|ty| self.held(ty)) {
                self.add(&item, why, Some(MEMORY), None);
            }
            self.rules(&item, &old.rules, &new.rules);
            if old.place != new.place {
                let what = format!("moved from {} {} to {}", words.place, old.place, new.place);
                self.add(&item, what, Some(MEMORY), None);
            }
        }
        for (index, new) in news.iter().enumerate() {
            if met.contains(&index) {
                continue;
            }
            let item = format!("{owner}, {} {}", words.member, new.item.name);
            // A flattened oneof has no number.
            let before = olds.iter().find(|old| old.number == new.number && !new.wire.flat);
            let why = match before {
                Some(old) => Some(format!("its number {} was that of `{}`", new.number, old.item.name)),
                None if holds(old_reserved, new.number) => Some(format!(
                    "its number {} was reserved: older bytes may have it for something else",
                    new.number
                )),
                None => None,
            };
            self.add(item, "added", Some(MEMORY), why.as_deref());
        }
        for (first, last) in old_reserved {
            if (*first..=*last).any(|number| !holds(new_reserved, number)) {
                self.add(owner, format!("{first} to {last} are no longer all reserved"), None, None);
            }
        }
    }

    /// Reports changes of the form that numbers have in protobuf.
    fn wire(&mut self, item: &str, old: Wire, new: Wire) {
        let name = |encoding: Option<Encoding>| match encoding {
            None => "a varint".to_owned(),
            Some(encoding) => format!("`{}`", encoding.name()),
        };
        for (what, old, new) in [
            ("encoding", old.encoding, new.encoding),
            ("encoding of its keys", old.key_encoding, new.key_encoding),
        ] {
            if old != new {
                let is_fixed = [old, new].contains(&Some(Encoding::Fixed));
                let why = if is_fixed { "numbers are passed over" } else { "numbers are read as others" };
                let what = format!("its {what} was {}, is {}", name(old), name(new));
                self.add(item, what, None, Some(why));
            }
        }
        if old.flat != new.flat {
            let what = if new.flat { "is flattened now" } else { "is no longer flattened" };
            self.add(item, what, None, Some("its cases are elsewhere in the bytes"));
        }
        if old.unpacked != new.unpacked {
            let what = if new.unpacked { "is no longer packed" } else { "is packed now" };
            self.add(item, format!("{what}; both forms are read"), None, None);
        }
    }

    /// Reports changes of errors, which are never encoded.
    fn errors(&mut self) {
        let (old, new) = (self.old.errors.clone(), self.new.errors.clone());
        for name in self.pairs("error", old.keys(), new.keys(), None) {
            let (old, new) = (old[&name], new[&name]);
            let item = format!("error {name}");
            let before = self.changes.len();
            self.item(&item, &old.item, &new.item);
            for variant in &old.variants {
                let item = format!("{item}, variant {}", variant.item.name);
                let Some(same) = new.variants.iter().find(|it| it.item.name == variant.item.name) else {
                    self.add(item, "removed", Some(MEMORY), None);
                    continue;
                };
                self.item(&item, &variant.item, &same.item);
                if variant.number != same.number {
                    let what = format!("its number was {}, is {}", variant.number, same.number);
                    self.add(&item, what, Some(MEMORY), None);
                }
                if variant.internal != same.internal {
                    let what = if same.internal { "is internal now" } else { "is no longer internal" };
                    self.add(&item, what, Some(MEMORY), None);
                }
                self.error_fields(&item, &variant.fields, &same.fields);
            }
            for variant in &new.variants {
                if !old.variants.iter().any(|it| it.item.name == variant.item.name) {
                    self.add(format!("{item}, variant {}", variant.item.name), "added", Some(MEMORY), None);
                }
            }
            self.rest(&item, before, old.fingerprint != new.fingerprint);
        }
    }

    fn error_fields(&mut self, owner: &str, olds: &[model::ErrorField], news: &[model::ErrorField]) {
        for old in olds {
            let item = format!("{owner}, field {}", old.item.name);
            let Some(new) = news.iter().find(|it| it.item.name == old.item.name) else {
                self.add(item, "removed", Some(MEMORY), None);
                continue;
            };
            self.item(&item, &old.item, &new.item);
            if self.old.error_field(&old.ty) != self.new.error_field(&new.ty) {
                self.add(&item, "its type is another", Some(MEMORY), None);
            }
        }
        for new in news.iter().filter(|new| !olds.iter().any(|old| old.item.name == new.item.name)) {
            self.add(format!("{owner}, field {}", new.item.name), "added", Some(MEMORY), None);
        }
    }

    /// Returns the type held by `ty` whose layout has changed, if there is one.
    fn held(&self, ty: &Type) -> Option<String> {
        match ty {
            Type::Array { of, .. } => self.held(of),
            Type::Message(id) | Type::Columns(id) | Type::Arena(id) => {
                let sides =
                    [&self.old, &self.new].map(|side| side.messages.get(&id.0).map(|it| it.fingerprint));
                (sides[0] != sides[1]).then(|| format!("message {id} has changed"))
            }
            Type::Oneof(id) => {
                let sides =
                    [&self.old, &self.new].map(|side| side.oneofs.get(&id.0).map(|it| it.fingerprint));
                (sides[0] != sides[1]).then(|| format!("oneof {id} has changed"))
            }
            Type::Enum(id) | Type::Open(id) => {
                let sides = [&self.old, &self.new].map(|side| side.enums.get(&id.0).map(|it| it.fingerprint));
                (sides[0] != sides[1]).then(|| format!("enum {id} has changed"))
            }
            Type::Newtype(id) => {
                let sides =
                    [&self.old, &self.new].map(|side| side.newtypes.get(&id.0).map(|it| it.fingerprint));
                (sides[0] != sides[1]).then(|| format!("newtype {id} has changed"))
            }
            other => {
                let held = other.held()?;
                // A handle has the id of a message, whose own change is reported.
                let counts = |part: &&Type| !held.holder.elsewhere || self.in_place(part);
                held.parts().filter(counts).find_map(|part| self.held(part))
            }
        }
    }

    /// Returns false for a type whose fingerprint in a handle is its id.
    fn in_place(&self, ty: &Type) -> bool {
        match ty {
            Type::Array { of, .. } => self.in_place(of),
            Type::Message(id) => self.new.messages.get(&id.0).is_none_or(|it| it.arena.is_none()),
            other => {
                let held = other.held().filter(|it| !it.holder.elsewhere);
                held.iter().flat_map(Held::parts).all(|part| self.in_place(part))
            }
        }
    }

    /// Checks that values encoded as `old` are read as the same value by `new`; the error is the
    /// reason why not. `field` is true for the field of a message, which is not written if it is
    /// zero.
    fn reads(&self, old: &Type, new: &Type, field: bool) -> Result<(), String> {
        if old == new {
            return Ok(());
        }
        let shorter = |what: &str, cap: &u64| Err(format!("{what} than {cap} are refused"));
        match (old, new) {
            (Type::Str { cap: old }, Type::Str { cap: new } | Type::Bytes { cap: new })
            | (
                Type::Bytes { cap: old } | Type::Secret { cap: old },
                Type::Bytes { cap: new } | Type::Secret { cap: new },
            ) => {
                if new < old {
                    shorter("more bytes", new)
                } else {
                    Ok(())
                }
            }
            (Type::Array { of: old_of, len: old }, Type::Array { of: new_of, len: new }) => {
                self.reads(old_of, new_of, false)?;
                let inner = |of: &Type| match of {
                    Type::Array { of, len } if **of != Type::Scalar(Scalar::U8) => Some(*len),
                    _ => None,
                };
                if inner(old_of) != inner(new_of) {
                    return Err(
                        "arrays of arrays are encoded as one list, in which each begins elsewhere now"
                            .to_owned(),
                    );
                }
                if new < old { shorter("more elements", new) } else { Ok(()) }
            }
            (Type::Array { of, len }, Type::Bytes { cap }) if **of == Type::Scalar(Scalar::U8) => {
                if cap < len { shorter("more bytes", cap) } else { Ok(()) }
            }
            // References in a list are encoded as messages, references in an array as wrappers.
            (Type::Vec { of: old_of, cap: old }, Type::Vec { of: new_of, cap: new })
                if same_message(old_of, new_of) =>
            {
                if new < old {
                    shorter("more elements", new)
                } else {
                    Ok(())
                }
            }
            (Type::Array { of, .. }, Type::Vec { .. }) if matches!(**of, Type::Ref(_)) => {
                Err("the elements are encoded in another way".to_owned())
            }
            (Type::Array { of: old_of, len }, Type::Vec { of: new_of, cap })
                if **old_of != Type::Scalar(Scalar::U8) && !matches!(**old_of, Type::Array { .. }) =>
            {
                self.reads(old_of, new_of, false)?;
                if cap < len { shorter("more elements", cap) } else { Ok(()) }
            }
            (Type::Vec { of: old_of, cap: old }, Type::Vec { of: new_of, cap: new }) => {
                self.reads(old_of, new_of, false)?;
                if new < old { shorter("more elements", new) } else { Ok(()) }
            }
            (Type::Option { of: old }, Type::Option { of: new })
            | (Type::ArenaBox { of: old }, Type::ArenaBox { of: new })
            | (Type::ArenaVec { of: old }, Type::ArenaVec { of: new }) => self.reads(old, new, false),
            (Type::Str { .. } | Type::ArenaStr {}, Type::ArenaStr {})
            | (Type::Str { .. } | Type::ArenaStr {} | Type::Bytes { .. }, Type::ArenaBytes {}) => Ok(()),
            (Type::ArenaStr {}, Type::Str { cap } | Type::Bytes { cap })
            | (Type::ArenaBytes {}, Type::Bytes { cap }) => shorter("more bytes", cap),
            (Type::Vec { of: old, .. }, Type::ArenaVec { of: new }) => self.reads(old, new, false),
            (Type::ArenaVec { .. }, Type::Vec { cap, .. }) => shorter("more elements", cap),
            (Type::Option { of: old }, Type::ArenaBox { of: new })
            | (Type::ArenaBox { of: old }, Type::Option { of: new }) => self.reads(old, new, false),
            (
                Type::Map { key: old_key, value: old_value, .. }
                | Type::ArenaMap { key: old_key, value: old_value },
                Type::ArenaMap { key: new_key, value: new_value },
            ) => {
                self.reads(old_key, new_key, false)?;
                self.reads(old_value, new_value, false)
            }
            (Type::ArenaMap { .. }, Type::Map { cap, .. }) => shorter("more entries", cap),
            (
                Type::Map { key: old_key, value: old_value, cap: old },
                Type::Map { key: new_key, value: new_value, cap: new },
            ) => {
                self.reads(old_key, new_key, false)?;
                self.reads(old_value, new_value, false)?;
                if new < old { shorter("more entries", new) } else { Ok(()) }
            }
            // A value of zero was not written, so what is read is the same to other programs.
            (old, Type::Option { of } | Type::ArenaBox { of }) if *old == **of && field => Ok(()),
            (Type::Option { of }, new) if **of == *new => Err("an absent value is read as zero".to_owned()),
            _ => match (self.numbers(&self.old, old), self.numbers(&self.new, new)) {
                (Some(old), Some(new)) => new.takes(&old),
                _ => Err("it is encoded in another way".to_owned()),
            },
        }
    }

    /// Returns what another type breaks for programs that have the exported .proto, besides bytes,
    /// and what else is to be said.
    fn declared(&self, old: &Type, new: &Type, is_case: bool) -> (Option<Level>, &'static str) {
        let form = |side, ty| if is_case { shape::case(ty, side) } else { shape::shape(ty, side) };
        let (old, new) = (form(&self.old, old), form(&self.new, new));
        if old == new {
            return (None, "");
        }
        let notes = match (old.label, new.label) {
            (Label::Plain, Label::Optional) => "; a value of zero, which was not written, is read as absent",
            _ => "",
        };
        let is_list = |shape: &Shape| matches!(shape.label, Label::Repeated | Label::Map(_));
        let same = is_list(&old) == is_list(&new) && json_form(&old.of) == json_form(&new.of);
        (Some(if same { Level::Package } else { Level::WireJson }), notes)
    }

    /// Returns the numbers of a type that is encoded as an integer.
    fn numbers(&self, side: &Side<'_>, ty: &Type) -> Option<Numbers> {
        match ty {
            Type::Scalar(Scalar::Bool) => Some(Numbers::Bool),
            Type::Scalar(Scalar::F32 | Scalar::F64) => None,
            Type::Scalar(it) => Some(Numbers::Range(*it)),
            Type::Open(id) => Some(Numbers::Range(side.enums.get(&id.0)?.repr)),
            Type::Enum(id) => {
                let it = side.enums.get(&id.0)?;
                Some(Numbers::Some(it.variants.iter().map(|variant| it.discriminant(variant)).collect()))
            }
            _ => None,
        }
    }

    fn enums(&mut self) {
        let (old, new) = (self.old.enums.clone(), self.new.enums.clone());
        // Changes of fields of this type are reported at the fields.
        for name in self.pairs("enum", old.keys(), new.keys(), None) {
            let (old, new) = (old[&name], new[&name]);
            let item = format!("enum {name}");
            let before = self.changes.len();
            self.item(&item, &old.item, &new.item);
            if old.repr != new.repr {
                let what = format!("its repr was `{}`, is `{}`", old.repr.name(), new.repr.name());
                // Closed enums are compared by their variants; open ones keep any number that fits.
                let wire = Numbers::Range(new.repr).takes(&Numbers::Range(old.repr)).err();
                self.add(&item, what, Some(MEMORY), wire.as_deref());
            }
            for variant in &old.variants {
                let item = format!("{item}, variant {}", variant.item.name);
                let number = old.discriminant(variant);
                let same = new.variants.iter().find(|it| it.item.name == variant.item.name);
                let taken = new.variants.iter().find(|it| new.discriminant(it) == number);
                match (same, taken) {
                    (Some(same), _) if new.discriminant(same) == number => {
                        self.item(&item, &variant.item, &same.item);
                    }
                    (Some(same), taken) => {
                        let what = format!("its number was {number}, is {}", new.discriminant(same));
                        let why = match taken {
                            Some(other) => format!("{number} is read as `{}`", other.item.name),
                            None => format!("{number} is refused, and unknown to `FfiOpen`"),
                        };
                        self.add(item, what, Some(MEMORY), Some(&why));
                    }
                    (None, Some(renamed))
                        if old.variants.iter().all(|it| it.item.name != renamed.item.name) =>
                    {
                        self.add(item, format!("renamed to `{}`", renamed.item.name), Some(MEMORY), None);
                        self.at_least(Level::WireJson);
                    }
                    (None, _) => {
                        let why = format!("{number} is refused, and unknown to `FfiOpen`");
                        self.add(item, "removed", Some(MEMORY), Some(&why));
                    }
                }
            }
            for variant in &new.variants {
                let number = new.discriminant(variant);
                let known = |it: &&crate::model::Variant| {
                    it.item.name == variant.item.name || old.discriminant(it) == number
                };
                if old.variants.iter().find(known).is_none() {
                    self.add(format!("{item}, variant {}", variant.item.name), "added", Some(MEMORY), None);
                }
            }
            self.rest(&item, before, old.fingerprint != new.fingerprint);
        }
    }

    /// Reports changes of newtypes. Fields and functions have the layout of the type in them, and
    /// nothing asks the library for the newtype itself, so that this breaks nothing.
    fn newtypes(&mut self) {
        let (old, new) = (self.old.newtypes.clone(), self.new.newtypes.clone());
        for name in old.keys().filter(|name| !new.contains_key(*name)) {
            self.add(format!("newtype {name}"), "removed", None, None);
        }
        for (name, new) in new {
            let item = format!("newtype {name}");
            let Some(old) = old.get(&name) else {
                self.add(item, "added", None, None);
                continue;
            };
            self.item(&item, &old.item, &new.item);
            let [old_ty, new_ty] = [self.old.ty(&old.ty), self.new.ty(&new.ty)];
            if old_ty != new_ty {
                let what = format!("its value was a `{}`, is a `{}`", rust(&old_ty), rust(&new_ty));
                let [old_ty, new_ty] = [self.old.physical(&old_ty), self.new.physical(&new_ty)];
                let wire = self.reads(&old_ty, &new_ty, true).err();
                let memory = (old_ty != new_ty).then_some(MEMORY);
                self.add(&item, what, memory, wire.as_deref());
            } else if let Some(why) = self.held(&old_ty) {
                self.add(&item, why, Some(MEMORY), None);
            }
            if old.dart != new.dart {
                let name = |it: &Newtype| {
                    it.dart.as_ref().map_or("its own".to_owned(), |it| format!("`{}`", it.name))
                };
                let what = format!("its type in Dart was {}, is {}", name(old), name(new));
                self.add(
                    &item,
                    if name(old) == name(new) {
                        "its conversions in Dart have changed".to_owned()
                    } else {
                        what
                    },
                    None,
                    None,
                );
            }
        }
    }

    /// Reports changes of types of objects, whose functions are compared as all others are.
    fn objects(&mut self) {
        let by_name = |side: &Side<'_>| -> BTreeMap<String, (Item, bool)> {
            let named = side.model.objects.iter();
            named.map(|it| (own(side.model, &it.id), (it.item.clone(), it.is_service))).collect()
        };
        let (old, new) = (by_name(&self.old), by_name(&self.new));
        for name in self.pairs("object", old.keys(), new.keys(), None) {
            let ((old, was_service), (new, is_service)) = (&old[&name], &new[&name]);
            let item = format!("object {name}");
            self.item(&item, old, new);
            if was_service != is_service {
                let word = |service: bool| if service { "a service" } else { "an object" };
                let what = format!("was {}, is {}", word(*was_service), word(*is_service));
                self.add(&item, what, Some("its class in Dart is another"), None);
            }
        }
    }

    /// Marks what is no more of services and their methods, which an exported .proto has.
    fn services(&mut self) {
        let model = self.old.model;
        let services = model.objects.iter().filter(|it| it.is_service);
        let names: Vec<_> = services.map(|it| own(model, &it.id)).collect();
        for change in self.changes.iter_mut().filter(|it| it.memory.is_some()) {
            let of = |name: &String| {
                change.item == format!("object {name}")
                    || change.item.starts_with(&format!("function {name}::"))
            };
            if names.iter().any(of) {
                change.proto = change.proto.max(Some(Level::Package));
            }
        }
    }

    fn listeners(&mut self) {
        let by_name = |side: &Side<'_>| -> BTreeMap<String, _> {
            let named = side.model.listeners.iter();
            named.map(|it| (own(side.model, &it.id), (it.fingerprint, it.item.clone()))).collect()
        };
        let (old, new) = (by_name(&self.old), by_name(&self.new));
        for name in self.pairs("callback", old.keys(), new.keys(), None) {
            let ((old, old_item), (new, new_item)) = (&old[&name], &new[&name]);
            let item = format!("callback {name}");
            self.item(&item, old_item, new_item);
            if old != new {
                let breaks = Some("implementors in Dart have other methods");
                self.add(&item, "its methods, or types in them, have changed", breaks, None);
            }
        }
    }

    fn functions(&mut self) {
        let by_name = |side: &Side<'_>| -> BTreeMap<String, _> {
            let named = side.model.functions.iter().map(|it| {
                let facts = (
                    it.fingerprint,
                    it.mode,
                    it.item.clone(),
                    side.newtypes_of(it),
                    written(it),
                    rules_of(it),
                );
                (full_name(side.model, it), facts)
            });
            named.collect()
        };
        let (old, new) = (by_name(&self.old), by_name(&self.new));
        for name in self.pairs("function", old.keys(), new.keys(), None) {
            let (old, old_mode, old_item, old_names, old_call, old_rules) = &old[&name];
            let (new, new_mode, new_item, new_names, new_call, new_rules) = &new[&name];
            let item = format!("function {name}");
            self.item(&item, old_item, new_item);
            if old_mode != new_mode {
                let what = format!("was {}, is {}", called(*old_mode), called(*new_mode));
                let forms = [old_mode, new_mode].map(|mode| (mode.is_sync(), *mode == Mode::Stream));
                let breaks = (forms[0] != forms[1])
                    .then_some("the method in Dart returns the result itself, a future or a stream");
                self.add(&item, what, breaks, None);
            } else if old != new {
                self.add(
                    &item,
                    "its signature, or a type in it, has changed",
                    Some("it is called in another way"),
                    None,
                );
            } else if old_names != new_names {
                let what = "newtypes in its signature have changed: it is called as before, but source in Dart names them";
                self.add(&item, what, None, None);
            }
            for (param, rules) in new_rules {
                let before = old_rules.iter().find(|(name, _)| name == param);
                self.rules(&format!("{item}, parameter {param}"), before.map_or(rules, |(_, it)| it), rules);
            }
            if old == new && old_call != new_call {
                let what = format!("source in Dart breaks: a call was `{old_call}`, is `{new_call}`");
                self.add(&item, what, None, None);
            }
        }
    }

    fn queues(&mut self) {
        let by_name = |side: &Side<'_>| -> BTreeMap<String, _> {
            let named = side.model.queues.iter().map(|it| {
                let holds =
                    format!("{} of `{}`", it.capacity, own(side.model, &side.model.message(it.message).id));
                (it.item.name.clone(), (it.item.clone(), holds, it.symbols.stream.is_some()))
            });
            named.collect()
        };
        let (old, new) = (by_name(&self.old), by_name(&self.new));
        for name in self.pairs("queue", old.keys(), new.keys(), None) {
            let ((old_item, old, was_stream), (new_item, new, is_stream)) = (&old[&name], &new[&name]);
            let item = format!("queue {name}");
            self.item(&item, old_item, new_item);
            if old != new {
                let what = format!("has room for {new}, had for {old}");
                self.add(&item, what, Some("a package of before refuses the library"), None);
            }
            match (was_stream, is_stream) {
                (true, false) => {
                    let what = "Dart can't listen to it any more";
                    self.add(&item, what, Some("a package of before calls what the library lacks"), None);
                }
                (false, true) => self.add(&item, "Dart can listen to it now", None, None),
                _ => {}
            }
        }
    }
}

/// Changes of what Dart asks a library for by name.
impl Diff<'_> {
    fn flags(&mut self) {
        let by_name = |model: &Model| -> BTreeMap<String, _> {
            model.flags.iter().map(|it| (it.item.name.clone(), (it.item.clone(), it.on))).collect()
        };
        let (old, new) = (by_name(self.old.model), by_name(self.new.model));
        for name in self.pairs("flag", old.keys(), new.keys(), None) {
            let ((old_item, was_on), (new_item, is_on)) = (&old[&name], &new[&name]);
            let item = format!("flag {name}");
            self.item(&item, old_item, new_item);
            if was_on != is_on {
                let state = if *is_on { "on" } else { "off" };
                self.add(&item, format!("is {state} until it is set, was not"), None, None);
            }
        }
    }

    fn health(&mut self) {
        let by_name = |model: &Model| -> BTreeMap<String, _> {
            model.health.iter().map(|it| (it.item.name.clone(), (it.item.clone(), it.deadline))).collect()
        };
        let (old, new) = (by_name(self.old.model), by_name(self.new.model));
        for name in self.pairs("health check", old.keys(), new.keys(), None) {
            let ((old_item, before), (new_item, now)) = (&old[&name], &new[&name]);
            let item = format!("health check {name}");
            self.item(&item, old_item, new_item);
            if before != now {
                self.add(&item, format!("may take {now} ms, was {before}"), None, None);
            }
        }
    }
}

/// Returns the form of an element in protobuf's JSON: integers of 64 bits are text, and others are
/// numbers.
fn json_form(of: &Element) -> &Element {
    const NUMBER: &Element = &Element::Keyword("int32");
    const TEXT: &Element = &Element::Keyword("int64");
    match of {
        Element::Keyword("int32" | "uint32" | "sint32" | "fixed32" | "sfixed32") => NUMBER,
        Element::Keyword("int64" | "uint64" | "sint64" | "fixed64" | "sfixed64") => TEXT,
        other => other,
    }
}

/// Returns the name of a function, with that of the type that it belongs to.
fn full_name(model: &Model, it: &model::Function) -> String {
    let of = it.member.map(|member| own(model, &model.object(member.of).id));
    of.map_or_else(|| it.item.name.clone(), |of| format!("{of}::{}", it.item.name))
}

/// Returns the word for the way in which a function is called.
fn called(mode: Mode) -> &'static str {
    match mode {
        Mode::Sync => "a function that the caller waits for",
        Mode::Async => "async",
        Mode::Blocking => "blocking",
        Mode::Stream => "a stream",
    }
}

/// Returns a call of the function as it is written in Dart, with the names that Rust has.
fn written(it: &model::Function) -> String {
    let arguments = it.params.iter().zip(it.named());
    let arguments: Vec<_> = arguments
        .map(|(param, named)| if named { format!("{}: ..", param.name) } else { "..".to_owned() })
        .collect();
    format!("{}({})", it.item.name, arguments.join(", "))
}

fn whose(members: &[Member<'_>], number: u32) -> String {
    let owner = members.iter().find(|it| it.number == number);
    owner.map_or_else(|| "no member's now".to_owned(), |it| format!("that of `{}` now", it.item.name))
}

/// The numbers of a type that is encoded as an integer.
enum Numbers {
    /// Only 0 and 1.
    Bool,
    /// All numbers of an integer type.
    Range(Scalar),
    /// Only these numbers.
    Some(BTreeSet<i128>),
}

impl Numbers {
    /// Checks that all numbers of `other` are read unchanged; the error is the reason why not.
    fn takes(&self, other: &Self) -> Result<(), String> {
        match (self, other) {
            (Self::Bool, Self::Bool) => Ok(()),
            (Self::Bool, _) => Err("numbers are read as true".to_owned()),
            (Self::Some(own), Self::Some(others)) => match others.difference(own).next() {
                Some(number) => Err(format!("{number} is refused")),
                None => Ok(()),
            },
            (Self::Some(_), _) => Err("numbers that are no variant are refused".to_owned()),
            (Self::Range(own), other) => {
                let (least, most) = range(*own);
                let (other_least, other_most) = match other {
                    Self::Bool => (0, 1),
                    Self::Range(other) => range(*other),
                    Self::Some(numbers) => (
                        numbers.first().copied().unwrap_or_default(),
                        numbers.last().copied().unwrap_or_default(),
                    ),
                };
                if other_least < least {
                    return Err(format!("numbers below {least} are refused or read as others"));
                }
                if other_most > most {
                    return Err(format!("numbers above {most} are refused or read as others"));
                }
                Ok(())
            }
        }
    }
}

/// Returns the smallest and the largest number of an integer type.
fn range(scalar: Scalar) -> (i128, i128) {
    let bits = 8 * scalar.size();
    match scalar {
        Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::I64 => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
        _ => (0, (1 << bits) - 1),
    }
}

/// Returns true if both types are one message, in place or referred to.
fn same_message(one: &Type, other: &Type) -> bool {
    match (one, other) {
        (Type::Message(one) | Type::Ref(one), Type::Message(other) | Type::Ref(other)) => one == other,
        _ => false,
    }
}
