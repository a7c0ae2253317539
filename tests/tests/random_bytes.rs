//! Passes random bytes as every message of the fixture `types` and the example `stress` to an
//! exported function that reads every field: they are accepted and read, or refused with the path
//! to the field. The test doesn't know the messages; the libraries' records give their names, sizes
//! and fields.
//!
//! Completely random bytes are refused at the first length, so most are made from the records: each
//! value is valid, except for a few. Under valgrind (`valgrind --error-exitcode=1 TEST`) no error
//! is reported; `FFI_RANDOM_CASES` sets the number of cases per message.

mod random;

use std::env;

use bytemuck::Zeroable;
use ffi_core::boundary::FfiStatus;
use ffi_core::schema::read::{Function, Message, Pass, Type};
use ffi_tests::{Fixture, records};
use libloading::Library;
use random::{LARGE, Memory, Random, Schema, Style};

#[test]
fn types_are_read_or_refused() {
    check_library("fixture-types");
}

#[test]
fn stress_is_read_or_refused() {
    check_library("stress");
}

/// Returns the number of cases per message.
fn cases() -> u32 {
    env::var("FFI_RANDOM_CASES").map_or(100, |count| count.parse().expect("it is a number"))
}

fn check_library(package: &str) {
    let fixture = Fixture::build(package, "dev");
    let schema = Schema::of(records(fixture.cdylib()).expect("they are readable"));
    // SAFETY: the fixture has no code that runs when it is loaded.
    let library = unsafe { Library::new(fixture.cdylib()) }.expect("it loads");
    let mut random = Random::new();
    let mut total = Tally::default();
    for message in schema.messages.values() {
        let Some(touch) = touch_of(&schema, message) else {
            // A message that others hold, whose functions read it.
            let name = message.item.name.as_str();
            assert!(["Point", "Room"].contains(&name), "no function reads every field of {name}");
            continue;
        };
        let cases = if message.size > LARGE { cases().div_ceil(20) } else { cases() };
        let mut tally = Tally::default();
        for case in 0..cases {
            let mut memory = Memory::new(message);
            let style = Style::of(case);
            schema.fill(&Type::Message(message.id.clone()), style, &mut random, memory.bytes());
            tally.count(call(&library, &schema.status_clear, touch, &memory), message, touch);
        }
        assert!(tally.read > 0, "{} was never read", message.item.name);
        total.read += tally.read;
        total.refused += tally.refused;
    }
    println!("{package}: {} messages, {} read, {} refused", schema.messages.len(), total.read, total.refused);
    assert!(total.refused > total.read / 10, "some are refused");
}

/// Numbers of messages that were read and refused.
#[derive(Default)]
struct Tally {
    read: u32,
    refused: u32,
}

impl Tally {
    fn count(&mut self, result: Result<(), String>, message: &Message, touch: &Function) {
        let Err(refusal) = result else {
            self.read += 1;
            return;
        };
        self.refused += 1;
        // `message.rows[3].name: ..`
        let path = refusal.strip_prefix(&touch.params[0].name).and_then(|rest| rest.strip_prefix('.'));
        let end = path.and_then(|path| path.find(|c: char| !c.is_alphanumeric() && c != '_'));
        let field = path.zip(end).map(|(path, end)| &path[..end]);
        let named = message.fields.iter().any(|it| Some(it.item.name.as_str()) == field);
        assert!(named && refusal.contains(": "), "{}: no path in `{refusal}`", message.item.name);
    }
}

/// Calls a function that takes a message by reference, and returns the text of a refusal.
fn call(library: &Library, clear: &str, touch: &Function, memory: &Memory) -> Result<(), String> {
    type Touch = unsafe extern "C" fn(*const u8, *mut FfiStatus) -> u64;
    type Clear = unsafe extern "C" fn(*mut FfiStatus);
    // SAFETY: `touch_of` has seen that it takes a reference and returns a `u64`.
    let function = unsafe { library.get::<Touch>(&touch.symbol) }.expect("it is exported");
    let mut status = FfiStatus::zeroed();
    // SAFETY: the memory is that of the message, initialised and aligned; the function checks its
    // values.
    unsafe { function(memory.start, &mut status) };
    match status.code {
        0 => Ok(()),
        // Invalid value: the function did not run.
        4 => {
            // SAFETY: a failed call leaves a message of that length.
            let text = unsafe { std::slice::from_raw_parts(status.message, status.message_len) };
            let text = str::from_utf8(text).expect("messages are UTF-8").to_owned();
            // SAFETY: that is its type, as `library!` says.
            let clear = unsafe { library.get::<Clear>(clear) }.expect("it is exported");
            // SAFETY: the status was written by the library.
            unsafe { clear(&mut status) };
            Err(text)
        }
        other => panic!("{}: status {other}", touch.symbol),
    }
}

/// Returns the function that reads every field of a message.
fn touch_of<'a>(schema: &'a Schema, message: &Message) -> Option<&'a Function> {
    schema.functions.iter().find(|function| {
        let [param] = function.params.as_slice() else { return false };
        function.item.name.starts_with("touch_")
            && param.pass == Pass::Ref
            && param.ty == Type::Message(message.id.clone())
    })
}
