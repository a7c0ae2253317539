//! All parts of the crate in one program, but for magazines, whose fence is a system call: run by
//! itself it compares values, under Miri (`cargo xtask sanitize miri`) it also finds each read of
//! memory that isn't initialised, each pointer that another one has invalidated, and each race.
//!
//! Small, as Miri runs a thousandth of a processor's instructions.

use std::thread;

use ffi_core::boundary::{FfiOwned, FfiStatus};
use ffi_core::bytemuck::Zeroable;
use ffi_core::pool::FreeCode;
use ffi_core::{
    FfiBytes, FfiColumns, FfiEnum, FfiMap, FfiMessage, FfiOpen, FfiOption, FfiPooled, FfiProto, FfiQueue,
    FfiRef, FfiStr, FfiType, FfiVec, PoolBox, ffi_export,
};

ffi_core::library!();

#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
enum Mode {
    Idle = 0,
    Fast = 3,
}

#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
#[ffi(columns)]
struct Point {
    valid: bool,
    x: f64,
    y: f32,
}

#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C, u32)]
enum Shape {
    Unset,
    Circle(f64),
    Label(FfiStr<6>),
    Path(FfiVec<Point, 2>),
}

/// A field of every type.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
#[ffi(pool(capacity = 4, cache = "none"))]
struct Everything {
    before: u8,
    name: FfiStr<9>,
    digest: FfiBytes<5>,
    numbers: FfiVec<u32, 3>,
    points: FfiVec<Point, 2>,
    ages: FfiMap<FfiStr<4>, u16, 3>,
    maybe: FfiOption<FfiStr<3>>,
    mode: Mode,
    open: FfiOpen<Mode>,
    pair: [i16; 2],
    shape: Shape,
    next: FfiRef<Everything>,
}

/// Room for two.
#[ffi_export]
static WAITING: FfiQueue<Everything, 2> = FfiQueue::new();

impl Everything {
    fn filled() -> Self {
        let mut it = Self::zeroed();
        it.before = 7;
        it.name = "grün".try_into().expect("it fits");
        it.digest = (&[1, 2, 3]).try_into().expect("it fits");
        it.numbers = [1, u32::MAX].try_into().expect("it fits");
        it.points = [Point { valid: true, x: 1.5, y: -1.0 }].try_into().expect("it fits");
        it.ages.try_insert("ann".try_into().expect("it fits"), 30).expect("there is room");
        it.ages.try_insert("bob".try_into().expect("it fits"), 41).expect("there is room");
        it.maybe = FfiOption::some("abc".try_into().expect("it fits"));
        it.mode = Mode::Fast;
        it.open = FfiOpen::from(Mode::Fast);
        it.pair = [-1, 2];
        it.shape = Shape::Path([Point { valid: false, x: 0.0, y: 2.0 }].try_into().expect("it fits"));
        it
    }
}

/// A message as C has it: any bytes, aligned.
struct Raw(Box<Everything>);

impl Raw {
    fn new(message: &Everything) -> Self {
        Self(Box::new(message.clone()))
    }

    fn pointer(&mut self) -> *mut Everything {
        &raw mut *self.0
    }

    /// Writes a byte at an offset.
    fn set(&mut self, offset: usize, byte: u8) {
        let bytes = self.pointer().cast::<u8>().wrapping_add(offset);
        // SAFETY: the offset is one of a field, and the pointer is to the whole message.
        unsafe { bytes.write(byte) };
    }

    fn check(&mut self) -> Result<(), String> {
        // SAFETY: the memory is a message's, aligned and zeroed before fields were written, and
        // nothing else uses it.
        unsafe { Everything::check(self.pointer()) }.map_err(|invalid| invalid.to_string())
    }
}

#[test]
fn fields_of_every_type_are_written_read_and_removed() {
    let mut it = Everything::filled();
    let copy = it.clone();
    assert_eq!(it, copy);
    assert_eq!(it.name.as_str(), "grün");
    assert_eq!(it.name.pop(), Some('n'));
    it.numbers.as_mut_slice()[0] = 9;
    assert_eq!(it.numbers.iter().copied().collect::<Vec<_>>(), [9, u32::MAX]);
    assert_eq!((it.numbers.remove(0), it.numbers.pop(), it.numbers.pop()), (9, Some(u32::MAX), None));
    assert!(it.points.iter().all(|point| point.valid));
    it.points.retain(|point| !point.valid);
    assert!(it.points.is_empty());
    assert_eq!(it.ages.get("bob"), Some(&41));
    it.ages.values_mut().for_each(|age| *age += 1);
    assert_eq!((it.ages.remove("ann"), it.ages.len()), (Some(31), 1));
    assert_eq!(it.maybe.take().map(|text| text.as_str().len()), Some(3));
    assert_eq!(it.open.get(), Ok(Mode::Fast));
    let Shape::Path(path) = &mut it.shape else { panic!("it is a path") };
    path.as_mut_slice()[0].x = 3.0;
    for shape in [Shape::Label("a".try_into().expect("it fits")), Shape::Circle(2.0), Shape::Unset] {
        it.shape = shape.clone();
        assert_eq!(it.shape, shape);
    }
    assert_ne!(it, copy);
}

#[test]
fn every_damaged_byte_is_found() {
    use std::mem::offset_of;
    assert_eq!(Raw::new(&Everything::filled()).check(), Ok(()));
    let damages = [
        (offset_of!(Everything, mode), 1, "mode: 1 is not a Mode"),
        // The first element is behind the length and its padding, which i686 has none of.
        (offset_of!(Everything, points) + align_of::<Point>(), 7, "points[0].valid: 7 is not a bool"),
        (offset_of!(Everything, name) + 3, 1, "name: length"),
        (offset_of!(Everything, shape), 9, "shape: 9"),
    ];
    for (offset, byte, text) in damages {
        let mut raw = Raw::new(&Everything::filled());
        raw.set(offset, byte);
        let refusal = raw.check().expect_err(text);
        assert!(refusal.contains(text), "{refusal}");
    }
}

#[test]
fn what_protobuf_writes_is_read_again() {
    let it = Everything::filled();
    let bytes = it.encode_proto();
    assert_eq!(*Everything::decode_proto(&bytes).expect("it was written here"), it);
    for len in (0..bytes.len()).step_by(4) {
        let _ = Everything::decode_proto(&bytes[..len]);
    }
}

/// Returns the number of bytes of the texts, plus the sum of the numbers.
#[ffi_export]
fn measure(message: &Everything, text: &str, more: Option<&[u32]>, last: String) -> Result<u64, String> {
    if text.is_empty() {
        return Err("no text".to_owned());
    }
    let numbers = message.numbers.iter().chain(more.unwrap_or_default()).map(|it| u64::from(*it));
    Ok((text.len() + last.len() + message.name.len()) as u64 + numbers.sum::<u64>())
}

/// `text`, `count` times.
#[ffi_export]
fn repeated(text: &str, count: u32) -> Option<String> {
    assert!(count < 100, "{count} are too many");
    (count > 0).then(|| text.repeat(count as usize))
}

/// The numbers, doubled in place, and how many points are valid.
#[ffi_export]
fn change(numbers: &mut [u32], columns: &mut FfiColumns<Point>) -> u64 {
    numbers.iter_mut().for_each(|number| *number = number.wrapping_mul(2));
    columns.push(Point { valid: true, x: 0.0, y: 0.0 });
    columns.columns().valid.iter().filter(|valid| **valid).count() as u64
}

/// Takes a message, and gives another one back.
#[ffi_export]
fn replace(old: PoolBox<Everything>) -> Option<PoolBox<Everything>> {
    let mut new = Everything::pool().alloc()?;
    new.before = old.before + 1;
    Some(new)
}

unsafe extern "C" {
    fn interpreted_ffi_measure(
        message: *const Everything,
        text: *const u8,
        text_len: usize,
        more: *const u32,
        more_len: usize,
        more_present: u8,
        last: *const u8,
        last_len: usize,
        status: *mut FfiStatus,
    ) -> u64;
    fn interpreted_ffi_repeated(
        text: *const u8,
        len: usize,
        count: u32,
        status: *mut FfiStatus,
    ) -> *mut FfiOwned;
    fn interpreted_ffi_change(
        numbers: *mut u32,
        len: usize,
        columns: *mut FfiColumns<Point>,
        status: *mut FfiStatus,
    ) -> u64;
    fn interpreted_ffi_replace(old: *mut Everything, status: *mut FfiStatus) -> *mut Everything;
    fn interpreted_ffi_everything_pool_alloc() -> *mut Everything;
    fn interpreted_ffi_everything_pool_free(slot: *mut Everything) -> i32;
    fn interpreted_ffi_waiting_push(slot: *mut Everything) -> i32;
    fn interpreted_ffi_waiting_pop(code: *mut i32) -> *mut Everything;
    fn interpreted_ffi0_status_clear(status: *mut FfiStatus);
    fn interpreted_ffi0_owned_free(owned: *mut FfiOwned);
}

/// Calls a function; its result and the code of its status, which is cleared.
fn called<T>(call: impl FnOnce(*mut FfiStatus) -> T) -> (T, i32) {
    let mut status = FfiStatus::zeroed();
    let result = call(&mut status);
    let code = status.code;
    // SAFETY: a call has written the status, and nothing else uses it.
    unsafe { interpreted_ffi0_status_clear(&mut status) };
    (result, code)
}

#[test]
fn functions_take_and_refuse_what_c_passes() {
    let mut message = Raw::new(&Everything::filled());
    let pointer = message.pointer();
    let measure = |message, text: &[u8], more: (*const u32, usize, u8)| {
        // SAFETY: each pointer is null, misaligned or to as many initialised values as its length
        // says, which live to the end of the call.
        called(|status| unsafe {
            let (more, more_len, more_present) = more;
            let (text, text_len) = (text.as_ptr(), text.len());
            interpreted_ffi_measure(
                message,
                text,
                text_len,
                more,
                more_len,
                more_present,
                text,
                text_len,
                status,
            )
        })
    };
    let more = [5_u32, 6];
    let there = (more.as_ptr(), 2, 1);
    let sum = u64::from(u32::MAX) + 1;
    assert_eq!(measure(pointer, b"abc", there), (6 + 5 + sum + 11, 0));
    assert_eq!(measure(pointer, b"abc", (std::ptr::null(), 7, 0)), (6 + 5 + sum, 0));
    assert_eq!(measure(pointer, b"", there), (0, 1));
    assert_eq!(measure(pointer, b"\xFF", there), (0, 4));
    assert_eq!(measure(pointer, b"abc", (std::ptr::null(), 2, 1)), (0, 3));
    assert_eq!(measure(pointer, b"abc", (more.as_ptr(), usize::MAX, 1)), (0, 3));
    assert_eq!(measure(std::ptr::null_mut(), b"abc", there), (0, 3));
    assert_eq!(measure(pointer.wrapping_byte_add(1), b"abc", there), (0, 3));
    message.set(std::mem::offset_of!(Everything, mode), 1);
    assert_eq!(measure(message.pointer(), b"abc", there), (0, 4));
}

#[test]
fn owned_results_are_read_and_freed() {
    let repeated = |count| {
        // SAFETY: two initialised bytes that live to the end of the call.
        called(|status| unsafe { interpreted_ffi_repeated(b"ab".as_ptr(), 2, count, status) })
    };
    let (owned, code) = repeated(3);
    assert_eq!(code, 0);
    // SAFETY: the function has returned it, and it wasn't freed yet.
    let FfiOwned { data, len, .. } = unsafe { &*owned };
    // SAFETY: the bytes of an owned text.
    assert_eq!(unsafe { std::slice::from_raw_parts(data.cast::<u8>(), *len) }, b"ababab");
    // SAFETY: the function has returned it, and it isn't used any more.
    unsafe { interpreted_ffi0_owned_free(owned) };
    assert_eq!(repeated(0).1, -1, "no value");
    assert_eq!(repeated(100).1, 2, "a panic");
}

#[test]
fn columns_and_slices_are_changed_in_place() {
    let points = [Point { valid: true, x: 1.0, y: 2.0 }, Point { valid: false, x: 3.0, y: 4.0 }];
    let mut columns: FfiColumns<Point> = points.into_iter().collect();
    let mut numbers = [1, u32::MAX];
    let mut change = |len| {
        let (columns, numbers) = (&raw mut columns, numbers.as_mut_ptr());
        // SAFETY: two initialised numbers, and a container, which nothing else uses meanwhile.
        called(|status| unsafe { interpreted_ffi_change(numbers, len, columns, status) })
    };
    assert_eq!(change(2), (2, 0));
    assert_eq!(change(0), (3, 0));
    assert_eq!(numbers, [2, u32::MAX - 1]);
    assert_eq!(columns.len(), 4);
    assert_eq!(columns.swap_remove(0), points[0]);
    assert_eq!(columns.iter().filter(|point| point.valid).count(), 2);
}

/// One test for all that uses the pool, as its slots are few.
#[test]
fn slots_change_hands() {
    let mut one = Everything::pool().alloc().expect("there is room");
    one.name = "one".try_into().expect("it fits");
    let mut two = Everything::pool().alloc().expect("there is room");
    two.next = one.into_ref();
    // SAFETY: nothing writes to it.
    assert_eq!(unsafe { two.next.get() }.map(|it| it.name.as_str()), Some("one"));
    let stale = two.next;
    drop(two.next.take());
    assert!(stale.resolve().is_none());

    let lent = two.into_raw().as_ptr();
    // SAFETY: the slot is the caller's, and isn't used after the call.
    let (back, code) = called(|status| unsafe { interpreted_ffi_replace(lent, status) });
    assert!(code == 0 && !back.is_null());
    // SAFETY: a pointer that was given away is refused, and nothing is read behind it.
    let again = called(|status| unsafe { interpreted_ffi_replace(lent, status) });
    assert_eq!((again.0.is_null(), again.1), (true, 3));
    // SAFETY: the slot is the caller's.
    assert_eq!(unsafe { (*back).before }, 1);
    // SAFETY: the slot is the caller's, and isn't used any more.
    assert_eq!(unsafe { interpreted_ffi_everything_pool_free(back) }, 0);
    // SAFETY: a slot that was freed is refused.
    assert_eq!(unsafe { interpreted_ffi_everything_pool_free(back) }, FreeCode::NotLive as i32);

    // Two threads, through the queue.
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut sent = 0;
            while sent < 6 {
                // SAFETY: it has no conditions.
                let slot = unsafe { interpreted_ffi_everything_pool_alloc() };
                if slot.is_null() {
                    thread::yield_now();
                    continue;
                }
                // SAFETY: the slot is this thread's, and `before` is in it.
                unsafe { (*slot).before = sent };
                // SAFETY: the slot is this thread's, and isn't used once it is pushed.
                while unsafe { interpreted_ffi_waiting_push(slot) } != 0 {
                    thread::yield_now();
                }
                sent += 1;
            }
        });
        for received in 0..6 {
            let slot = loop {
                // SAFETY: null is a place for no code.
                let slot = unsafe { interpreted_ffi_waiting_pop(std::ptr::null_mut()) };
                if !slot.is_null() {
                    break slot;
                }
                thread::yield_now();
            };
            // SAFETY: the slot was popped, so it is this thread's.
            assert_eq!(unsafe { (*slot).before }, received);
            // SAFETY: the slot is this thread's, and isn't used any more.
            assert_eq!(unsafe { interpreted_ffi_everything_pool_free(slot) }, 0);
        }
    });
    assert_eq!(Everything::pool().stats().live, 0);
}
