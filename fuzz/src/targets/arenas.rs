//! Arenas: what a check accepts can be read, edited, copied and written whole.

mod messages;

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::fmt::Debug;

use ffi_core::arena::{ArenaHeader, ArenaMessage, FfiArena, HEADER_LEN};
use ffi_core::proto::ArenaProto;

use crate::bytes::Bytes;
use messages::{Everything, Person};

/// Bit of the first byte of an input that has a header.
const WHOLE: u8 = 0x80;

/// Reads the bytes as an arena. The first one chooses the message, the two behind it the size of
/// the lists: a header of that size is put before the others, as a change by chance never makes one
/// that fits. With [`WHOLE`] the others begin with a header.
pub(crate) fn run(input: &[u8]) {
    let mut input = Bytes(input);
    let (choice, lists) = (input.byte(), usize::from(u16::from_le_bytes(input.take())));
    let lists = (choice & WHOLE == 0).then_some(lists);
    if choice.is_multiple_of(2) {
        read::<Everything>(lists, input.0, |arena| {
            let mut all = arena.edit();
            messages::fill(&mut all);
            let mut replies = all.replies(1);
            if let Some(mut first) = replies.get(0) {
                messages::fill(&mut first);
                first.next().clear();
                first.tags(0).truncate(1);
            }
            replies.push().set_text("last");
            let last = replies.len() - 1;
            replies.swap(0, last);
            replies.remove(0);
        });
    } else {
        read::<Person>(lists, input.0, |arena| {
            let mut person = arena.edit();
            person.set_name("name");
            person.said().answers(1).push().set_text("answer");
            if let Some(mut company) = person.company().get() {
                company.by_name(1).insert("name").said().note().set_body("body");
                company.branches(0).remove(7);
            }
            person.said().to().get_or_insert().set_name("name");
        });
    }
}

/// Reads an arena in every way that takes untrusted bytes; the text that shows one has all of it.
fn read<T>(lists: Option<usize>, body: &[u8], edit: fn(&mut FfiArena<T>))
where
    T: ArenaMessage + ArenaProto,
    for<'a> T::View<'a>: Debug,
{
    let memory = Memory::new(&match lists {
        Some(lists) => [&header::<T>(lists, body.len()), body].concat(),
        None => body.to_vec(),
    });
    let shown = match FfiArena::<T>::view(memory.bytes()) {
        Ok(root) => format!("{root:?}"),
        Err(invalid) => {
            assert!(!invalid.to_string().is_empty());
            assert!(FfiArena::<T>::from_bytes(memory.bytes()).is_err(), "a copy is accepted: {invalid}");
            return;
        }
    };
    // Parts that overlap can be read and not edited.
    let Ok(mut arena) = FfiArena::<T>::from_bytes(memory.bytes()) else { return };
    assert_eq!(format!("{arena:?}"), shown);
    assert_eq!(arena.to_bytes(), memory.bytes(), "an arena is written as it was read");
    arena.compact();
    assert_eq!(format!("{arena:?}"), shown);
    let compact = arena.to_bytes();
    arena.compact();
    assert_eq!(arena.to_bytes(), compact, "a second time changes nothing");

    let proto = arena.to_proto();
    match FfiArena::<T>::from_proto(&proto) {
        // Not what is shown: the case of a oneof with an empty box is read as one with a message of
        // zeros, as protobuf can't tell them apart.
        Ok(decoded) => assert_eq!(decoded.to_proto(), proto, "what is written is read again"),
        Err(error) => panic!("what is written can't be read: {error}"),
    }

    edit(&mut arena);
    let edited = format!("{arena:?}");
    arena.compact();
    assert_eq!(format!("{arena:?}"), edited);
    let again = FfiArena::<T>::from_bytes(&arena.to_bytes()).expect("what editors made is accepted");
    assert_eq!(format!("{again:?}"), edited);
}

/// Returns the header of an arena whose lists end after so many bytes behind it, or at its end.
fn header<T: ArenaMessage>(lists: usize, body: usize) -> [u8; HEADER_LEN] {
    let empty = FfiArena::<T>::new().to_bytes();
    let mut header = *empty.first_chunk().expect("it begins with a header");
    let lists = lists.min(body);
    header[24..32].copy_from_slice(&((HEADER_LEN + lists) as u64).to_ne_bytes());
    header[32..40].copy_from_slice(&((body - lists) as u64).to_ne_bytes());
    let read = ArenaHeader::read(&header).expect("only its sizes were changed");
    assert_eq!(read.schema_len((HEADER_LEN + body) as u64), Ok(0));
    header
}

/// Bytes that are aligned as an arena is, and not a byte more: the AddressSanitizer sees each
/// access beyond.
struct Memory {
    start: *mut u8,
    layout: Layout,
    len: usize,
}

impl Memory {
    fn new(bytes: &[u8]) -> Self {
        let layout = Layout::from_size_align(bytes.len().max(1), 64).expect("inputs are small");
        // SAFETY: the size isn't 0.
        let start = unsafe { alloc_zeroed(layout) };
        if start.is_null() {
            handle_alloc_error(layout);
        }
        // SAFETY: the allocation has room for all of them, and is no part of what the caller has.
        unsafe { start.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        Self { start, layout, len: bytes.len() }
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: so many bytes were allocated and initialised, and nobody writes to them.
        unsafe { std::slice::from_raw_parts(self.start, self.len) }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: it was allocated with this layout, and nothing uses it any more.
        unsafe { dealloc(self.start, self.layout) };
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::{env, fs};

    use super::*;

    /// An input that no check accepts any more, as a layout has changed, would test nothing.
    #[test]
    fn the_corpus_is_of_these_messages() {
        let everything = everything().to_bytes();
        let whole = [&[WHOLE, 0, 0][..], &everything].concat();
        let inputs = [
            ("everything", input(0, &everything)),
            ("everything-with-its-header", whole),
            ("people", input(1, &people().to_bytes())),
        ];
        for (name, input) in inputs {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/arenas").join(name);
            if env::var_os("FFI_FUZZ_CORPUS").is_some_and(|it| it == "overwrite") {
                fs::write(&file, &input).expect("it can be written");
            }
            let there = fs::read(&file).unwrap_or_default();
            assert!(there == input, "{name} is stale; hint: FFI_FUZZ_CORPUS=overwrite writes it");
        }
    }

    /// Returns the input that has an arena without its header.
    fn input(choice: u8, arena: &[u8]) -> Vec<u8> {
        let header = ArenaHeader::read(arena).expect("it is an arena");
        let lists = u16::try_from(header.lists).expect("it is small") - HEADER_LEN as u16;
        [&[choice][..], &lists.to_le_bytes(), &arena[HEADER_LEN..]].concat()
    }

    /// Returns an arena with a value in each field.
    fn everything() -> FfiArena<Everything> {
        let mut arena = FfiArena::<Everything>::new();
        let mut all = arena.edit();
        messages::fill(&mut all);
        messages::fill(&mut all.replies(1).push());
        all.next().get_or_insert().set_text("next");
        arena
    }

    /// Returns a person in each of the circles.
    fn people() -> FfiArena<Person> {
        let mut arena = FfiArena::<Person>::new();
        let mut ada = arena.edit();
        ada.set_name("ada");
        let mut company = ada.company();
        let mut company = company.get_or_insert();
        company.people(1).push().said().set_text("hello");
        company.by_name(1).insert("eve").said().to().get_or_insert().set_name("mallory");
        company.branches(1).insert(7).branches(1).insert(8).people(1).push().said().set_number(3);
        let mut said = ada.said();
        let mut answers = said.answers(3);
        answers.push().set_text("zürich");
        answers.push().answers(1).push().set_number(u64::MAX);
        answers.push().note().set_body("body");
        arena
    }
}
