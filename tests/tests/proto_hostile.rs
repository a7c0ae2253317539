//! Decodes hostile bytes as messages: they are read or refused, and the cost is counted. There is
//! no panic, no memory but the message itself, and no unbounded time.
//!
//! The fixture is linked into this test, so its allocations are counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fmt::Debug;
use std::time::{Duration, Instant};

use bytemuck::Zeroable;
use ffi_core::proto::DecodeError;
use ffi_core::{FfiMessage, FfiProto, FfiType};
use fixture_types::{All, Lists, Maps, Shape};
use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

struct Counting;

thread_local! {
    /// Bytes allocated now, and their maximum since [`peak`] began.
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(change: isize) {
    LIVE.set(LIVE.get() + change);
    PEAK.set(PEAK.get().max(LIVE.get()));
}

// SAFETY: every call is the system allocator's; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller asks for a layout whose size is not 0.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller passes memory of `alloc`, which came from the system, with its layout.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Returns the result of `run`, and the largest number of bytes of heap that it used.
fn peak<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.get();
    PEAK.set(before);
    let result = run();
    (result, (PEAK.get() - before) as usize)
}

/// Memory of a refusal in bytes: its path and its text, while they grow.
const REFUSAL: usize = 2048;

/// Memory of the keys of a large map in bytes: 16 for each, and the table half as large before it
/// grew.
const KEYS: usize = 300 * 16 * 3 / 2;

/// Decodes into an existing message, and checks that the result is a valid message, and that
/// decoding took no memory of the message's size.
fn decode<M: FfiProto + Debug>(message: &mut M, bytes: &[u8]) -> Result<(), DecodeError> {
    let (result, peak) = peak(|| message.decode_proto_into(bytes));
    assert!(peak <= KEYS + REFUSAL, "{peak} bytes of heap for {} of input", bytes.len());
    // SAFETY: a reference is aligned, and everything but padding and unused capacity is
    // initialised.
    unsafe { M::check(message) }.unwrap_or_else(|invalid| panic!("{invalid} in {message:?}"));
    match &result {
        Ok(()) => {
            let again = message.encode_proto();
            assert_eq!(again.len(), message.encoded_len());
            let mut back = zeroed::<M>();
            back.decode_proto_into(&again).expect("what we write, we read");
            assert_eq!(back.encode_proto(), again);
        }
        Err(error) => {
            assert!(error.to_string().contains("; hint: "), "{error}");
            assert_eq!(message.encode_proto(), zeroed::<M>().encode_proto(), "it is empty then");
        }
    }
    result
}

fn zeroed<M: FfiType>() -> Box<M> {
    bytemuck::zeroed_box()
}

struct Random(TestRng);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        (self.0.next_u64() % end as u64) as usize
    }

    /// Changes bytes in place, cuts them, or repeats a part.
    fn change(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(2) {
            let at = self.below(bytes.len().max(1)).min(bytes.len());
            match self.below(8) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, self.0.next_u64() as u8),
                2 if at < bytes.len() => drop(bytes.remove(at)),
                3 => bytes.splice(at..at, [0xFF, 0xFF, 0xFF, 0xFF, 0x0F]).for_each(drop),
                4 => {
                    let end = (at + self.below(40)).min(bytes.len());
                    bytes.extend_from_within(at..end);
                }
                5 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                _ if at < bytes.len() => bytes[at] = self.0.next_u64() as u8,
                _ => {}
            }
        }
    }
}

#[test]
fn a_hundred_thousand_mutations_are_survived() {
    let mut random = Random(TestRng::deterministic_rng(RngAlgorithm::XorShift));
    let mut original = All::new_zeroed_box();
    let mut message = All::new_zeroed_box();
    let (mut read, mut refused) = (0, 0);
    for seed in 0..200 {
        fixture_types::random_all(&mut original, seed);
        // Long text that is never refused would take most of the changes.
        original.texts.page.clear();
        let bytes = original.encode_proto();
        for _ in 0..500 {
            let mut changed = bytes.clone();
            random.change(&mut changed);
            match decode(&mut *message, &changed) {
                Ok(()) => read += 1,
                Err(_) => refused += 1,
            }
        }
    }
    println!("{read} read, {refused} refused");
    assert!(read > 5_000 && refused > 10_000, "{read} read, {refused} refused");
}

#[test]
fn any_bytes_are_survived() {
    let mut random = Random(TestRng::deterministic_rng(RngAlgorithm::XorShift));
    let (mut all, mut maps, mut shape) = (All::new_zeroed_box(), zeroed::<Maps>(), zeroed::<Shape>());
    let mut read = 0;
    for _ in 0..30_000 {
        let mut bytes = vec![0; random.below(30)];
        random.0.fill_bytes(&mut bytes);
        // Keys of existing fields occur more often, and small lengths.
        bytes.iter_mut().step_by(2).for_each(|byte| *byte &= 0x3F);
        read += u32::from(decode(&mut *all, &bytes).is_ok());
        read += u32::from(decode(&mut *maps, &bytes).is_ok());
        read += u32::from(decode(&mut *shape, &bytes).is_ok());
    }
    assert!(read > 2_000, "{read} were read");
}

#[test]
fn every_prefix_is_survived() {
    let mut message = All::new_zeroed_box();
    fixture_types::write_all(&mut message);
    let bytes = message.encode_proto();
    let refused = (0..bytes.len()).filter(|&len| decode(&mut *message, &bytes[..len]).is_err()).count();
    // A prefix that ends between two fields is a message of fewer fields.
    assert!(refused > bytes.len() / 2, "{refused} of {}", bytes.len());
}

#[test]
fn lengths_are_not_believed() {
    let mut lists = zeroed::<Lists>();
    for len in [3_u64, 127, 128, 1 << 31, 1 << 32, u64::MAX >> 1, u64::MAX] {
        let mut varint = Vec::new();
        let mut rest = len;
        while rest >= 0x80 {
            varint.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        varint.push(rest as u8);
        for key in [0x0A, 0x3A, 0x42, 0x62, 0x7A] {
            decode(&mut *lists, &[&[key][..], &varint, &[0, 0]].concat()).unwrap_err();
        }
    }
}

#[test]
fn levels_and_repetitions_end() {
    let started = Instant::now();
    let mut message = All::new_zeroed_box();
    // Repeats groups in groups, unknown messages in messages, and lists without an element.
    for part in [&[0x83, 0x7D][..], &[0x0B], &[0x1A, 0xFF, 0xFF, 0xFF, 0x0F], &[0xFA, 0x7D, 0x80]] {
        decode(&mut *message, &part.repeat(300_000)).unwrap_err();
    }
    for part in [&[0x1A, 0][..], &[0x83, 0x7D, 0x84, 0x7D], &[0x1A, 2, 0x0A, 0], &[0x2A, 4, 0x32, 2, 0x08, 7]]
    {
        decode(&mut *message, &part.repeat(300_000)).unwrap();
    }
    // A full map that gets the same keys again.
    let entry = |key: u16| [0x32, 3, 0x08, key as u8 | 0x80, (key >> 7) as u8];
    let entries: Vec<u8> = (0..300_000_u32).flat_map(|turn| entry((turn % 300) as u16)).collect();
    let mut maps = zeroed::<Maps>();
    let ((), peak) = peak(|| maps.decode_proto_into(&entries).unwrap());
    assert_eq!(maps.many.len(), 300);
    assert!(peak <= KEYS + REFUSAL, "{peak} bytes of heap");
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

#[test]
fn a_new_message_is_one_allocation() {
    let mut message = zeroed::<Lists>();
    fixture_types::write_lists(&mut message);
    let bytes = message.encode_proto();
    let (read, peak_of_decode) = peak(|| Lists::decode_proto(&bytes).unwrap());
    assert_eq!((*read == *message, peak_of_decode), (true, size_of::<Lists>()));
    let (written, peak_of_encode) = peak(|| message.encode_proto());
    assert_eq!((written.len(), peak_of_encode), (bytes.len(), bytes.len()));
    let (again, peak_of_again) = peak(|| message.decode_proto_into(&bytes));
    assert_eq!((again, peak_of_again), (Ok(()), 0));
    assert_eq!(Lists::zeroed().encoded_len(), Lists::zeroed().encode_proto().len());
}
