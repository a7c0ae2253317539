//! Errors with fields and places of panics, through the C ABI.

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use bytemuck::Zeroable;
use ffi_core::boundary::FfiStatus;
use ffi_core::schema::read::{ErrorFieldType, Record};
use ffi_tests::{Fixture, records};
use libloading::Library;

static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let fixture = Fixture::build("fixture-errors", "dev");
    // SAFETY: the fixture has no code that runs when it is loaded.
    unsafe { Library::new(fixture.cdylib()) }.expect("it loads")
});

/// Lets one test at a time use the library: they count its allocations.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    let guard = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    // Sets the panic hook.
    // SAFETY: `library!` exports it with that type.
    let version = unsafe { LIBRARY.get::<extern "C" fn() -> u32>("fixture_errors_ffi0_abi_version") };
    assert_eq!((version.expect("it is exported"))(), ffi_core::boundary::ABI_VERSION);
    guard
}

fn fail(variant: u32, status: &mut FfiStatus) -> u32 {
    type Fail = unsafe extern "C" fn(u32, *mut FfiStatus) -> u32;
    // SAFETY: the fixture exports it with that type.
    let fail = unsafe { LIBRARY.get::<Fail>("fixture_errors_ffi_fail") }.expect("it is exported");
    // SAFETY: the status is zeroed, or was written by the library.
    unsafe { fail(variant, status) }
}

fn panics(text: &str, status: &mut FfiStatus) {
    type Panics = unsafe extern "C" fn(*const u8, usize, *mut FfiStatus);
    // SAFETY: the fixture exports it with that type.
    let panics = unsafe { LIBRARY.get::<Panics>("fixture_errors_ffi_panics") }.expect("it is exported");
    // SAFETY: the text is readable for its length, and the status is zeroed.
    unsafe { panics(text.as_ptr(), text.len(), status) };
}

fn call<T>(name: &str, run: impl FnOnce(unsafe extern "C" fn(T, *mut FfiStatus))) {
    type Call<T> = unsafe extern "C" fn(T, *mut FfiStatus);
    // SAFETY: the callers name functions of the fixture with that type.
    let function = unsafe { LIBRARY.get::<Call<T>>(name) }.expect("it is exported");
    run(*function);
}

fn clear(status: &mut FfiStatus) {
    type Clear = unsafe extern "C" fn(*mut FfiStatus);
    // SAFETY: `library!` exports it with that type.
    let clear = unsafe { LIBRARY.get::<Clear>("fixture_errors_ffi0_status_clear") }.expect("it is exported");
    // SAFETY: the status was written by the library, or is zeroed.
    unsafe { clear(status) };
    assert!(status.message.is_null() && status.payload.is_null() && status.place.is_null());
    assert_eq!((status.code, status.detail), (0, 0));
}

fn live() -> u64 {
    type Live = unsafe extern "C" fn(*mut FfiStatus) -> u64;
    // SAFETY: the fixture exports it with that type.
    let live = unsafe { LIBRARY.get::<Live>("fixture_errors_ffi_live_allocations") }.expect("it is exported");
    // SAFETY: null is allowed.
    unsafe { live(std::ptr::null_mut()) }
}

/// Returns `len` bytes at `data`.
///
/// # Safety
///
/// They are readable for as long as the result is used.
unsafe fn bytes<'a>(data: *const u8, len: usize) -> &'a [u8] {
    // SAFETY: the caller vouches that the bytes are readable for as long as the result is used, and
    // the library doesn't write to them meanwhile.
    unsafe { std::slice::from_raw_parts(data, len) }
}

fn message(status: &FfiStatus) -> &str {
    // SAFETY: a failed call leaves a message of that length.
    str::from_utf8(unsafe { bytes(status.message, status.message_len) }).expect("it is UTF-8")
}

fn payload(status: &FfiStatus) -> &[u8] {
    // SAFETY: the payload is the library's until the status is cleared.
    let payload = unsafe { status.payload.as_ref() }.expect("there is one");
    // SAFETY: all bytes but for padding are initialised, and the tests read no padding.
    unsafe { bytes(payload.data, payload.len) }
}

fn number(bytes: &[u8], at: usize) -> usize {
    u32::from_ne_bytes(bytes[at..][..4].try_into().unwrap()) as usize
}

/// Returns the text that a span refers to.
fn text(bytes: &[u8], at: usize) -> &str {
    str::from_utf8(&bytes[number(bytes, at)..][..number(bytes, at + 4)]).expect("it is UTF-8")
}

fn causes(bytes: &[u8]) -> Vec<&str> {
    (0..number(bytes, 4)).map(|it| text(bytes, number(bytes, 0) + 8 * it)).collect()
}

/// Returns the offset that the record has for a field.
fn offset(variant: &str, field: &str) -> usize {
    let fixture = Fixture::build("fixture-errors", "dev");
    let error = records(fixture.cdylib()).into_iter().flatten().find_map(|it| match it {
        Record::Error(it) if it.item.name == "DbError" => Some(it),
        _ => None,
    });
    let error = error.expect("the fixture has it");
    let variant = error.variants.iter().find(|it| it.item.name == variant).expect("the error has it");
    let field = variant.fields.iter().find(|it| it.item.name == field).expect("the variant has it");
    field.offset.try_into().unwrap()
}

#[test]
fn fields_are_where_the_record_says() {
    let _alone = alone();
    let mut status = FfiStatus::zeroed();
    assert_eq!(fail(1, &mut status), 0);
    assert_eq!((status.code, status.detail, message(&status)), (1, 1, "no row 18446744073709551614"));
    let id = &payload(&status)[offset("NotFound", "id")..][..8];
    assert_eq!(id, (u64::MAX - 1).to_ne_bytes());
    assert_eq!(fail(4, &mut status), 0);
    let all = payload(&status);
    assert_eq!(text(all, offset("Query", "sql")), "sélect");
    let expected = offset("Query", "expected");
    assert_eq!(number(all, expected + 4), 2);
    assert_eq!(text(all, number(all, expected)), "select");
    assert_eq!(text(all, number(all, expected) + 8), "");
    assert_eq!(all[offset("Query", "hint") + 8], 0);
    assert!(status.payload.cast::<u8>().is_aligned() && status.place.is_null());
    clear(&mut status);
}

#[test]
fn causes_are_outermost_first() {
    let _alone = alone();
    let mut status = FfiStatus::zeroed();
    fail(3, &mut status);
    assert_eq!(message(&status), "disk: the disk is gone");
    let all = payload(&status);
    assert_eq!(text(all, offset("Io", "value")), "the disk is gone");
    assert_eq!(causes(all), ["the disk is gone", "the cable is out"]);
    clear(&mut status);
    fail(2, &mut status);
    assert_eq!((causes(payload(&status)).len(), payload(&status).len()), (0, 8));
    clear(&mut status);
}

#[test]
fn an_internal_error_leaves_a_number() {
    let _alone = alone();
    let mut status = FfiStatus::zeroed();
    fail(7, &mut status);
    let id = u64::from_ne_bytes(payload(&status)[8..16].try_into().unwrap());
    assert_eq!((status.detail, message(&status)), (7, &*format!("internal error {id}")));
    let (all, secret) = (payload(&status), b"secret");
    assert!(!all.windows(secret.len()).any(|it| it == secret) && all.len() == 16);
    clear(&mut status);
}

#[test]
fn success_writes_nothing() {
    let _alone = alone();
    let mut status = FfiStatus { code: 77, detail: 78, message_len: 79, ..FfiStatus::zeroed() };
    assert_eq!(fail(0, &mut status), 0);
    assert_eq!((status.code, status.detail, status.message_len), (77, 78, 79));
    assert!(status.message.is_null() && status.payload.is_null() && status.place.is_null());
}

/// Every failure is freed once: by the status, by a second failure in its place, or by the caller
/// that took its payload.
#[test]
fn nothing_leaks() {
    let _alone = alone();
    let mut status = FfiStatus::zeroed();
    let mut round = || {
        for variant in 1..=7 {
            fail(variant, &mut status);
        }
        panics("again", &mut status);
        clear(&mut status);
        fail(5, &mut status);
        let taken = std::mem::replace(&mut status.payload, std::ptr::null_mut());
        clear(&mut status);
        type Free = unsafe extern "C" fn(*mut ffi_core::__private::FfiOwned);
        // SAFETY: `library!` exports it with that type.
        let free = unsafe { LIBRARY.get::<Free>("fixture_errors_ffi0_owned_free") }.expect("it is exported");
        // SAFETY: the payload was taken out of the status, and isn't used any more.
        unsafe { free(taken) };
        // What fails without a status is lost, and freed.
        type Fail = unsafe extern "C" fn(u32, *mut FfiStatus) -> u32;
        // SAFETY: the fixture exports it with that type.
        let fail = unsafe { LIBRARY.get::<Fail>("fixture_errors_ffi_fail") }.expect("it is exported");
        // SAFETY: null is allowed.
        unsafe { fail(5, std::ptr::null_mut()) };
    };
    round();
    let before = live();
    for _ in 0..100 {
        round();
    }
    assert_eq!(live(), before);
}

#[test]
fn a_panic_has_a_place() {
    let _alone = alone();
    call("fixture_errors_ffi_backtraces", |on: unsafe extern "C" fn(u8, *mut FfiStatus)| {
        for wanted in [0, 1, 0] {
            // SAFETY: null is allowed.
            unsafe { on(wanted, std::ptr::null_mut()) };
            let mut status = FfiStatus::zeroed();
            panics("the roof is on fire", &mut status);
            assert_eq!((status.code, message(&status)), (2, "the roof is on fire"));
            // SAFETY: the place is the library's until the status is cleared.
            let place = unsafe { status.place.as_ref() }.expect("it is known");
            // SAFETY: the text is the library's until the status is cleared.
            let file = str::from_utf8(unsafe { bytes(place.file, place.file_len) }).unwrap();
            assert!(file.replace('\\', "/").ends_with("fixtures/errors/src/lib.rs"), "{file}");
            let source = include_str!("../fixtures/errors/src/lib.rs");
            let line = source.lines().position(|it| it.trim() == "panic!(\"{text}\")").unwrap() + 1;
            assert_eq!((place.line as usize, place.column), (line, 5));
            assert_eq!(place.backtrace.is_null(), wanted == 0);
            if wanted == 1 {
                // SAFETY: the text is the library's until the status is cleared.
                let backtrace = unsafe { bytes(place.backtrace, place.backtrace_len) };
                let backtrace = str::from_utf8(backtrace).unwrap();
                assert!(backtrace.contains("fixture_errors::panics"), "{backtrace}");
            }
            clear(&mut status);
        }
    });
}

/// The text of an error runs the user's code, which may panic.
#[test]
fn an_error_whose_text_panics_is_a_panic() {
    let _alone = alone();
    type Speechless = unsafe extern "C" fn(*mut FfiStatus);
    // SAFETY: the fixture exports it with that type.
    let speechless =
        unsafe { LIBRARY.get::<Speechless>("fixture_errors_ffi_speechless") }.expect("it is exported");
    let mut status = FfiStatus::zeroed();
    // SAFETY: the status is zeroed.
    unsafe { speechless(&mut status) };
    assert_eq!((status.code, message(&status), status.payload.is_null()), (2, "words fail", true));
    clear(&mut status);
}

#[test]
fn functions_name_their_errors() {
    let fixture = Fixture::build("fixture-errors", "dev");
    for record in records(fixture.cdylib()).into_iter().flatten() {
        match record {
            Record::Function(it) => {
                let error = match &*it.item.name {
                    "fail" => Some("fixture_errors::DbError"),
                    "wait" => Some("fixture_errors::Timeout"),
                    "speechless" => Some("fixture_errors::Speechless"),
                    _ => None,
                };
                assert_eq!(it.error.as_ref().map(|id| &*id.0), error, "{}", it.item.name);
            }
            Record::Error(it) if it.item.name == "DbError" => {
                assert_eq!(it.item.doc, "Failures of the database.\n\nEach is a class in Dart.");
                let query = &it.variants[3];
                let text = || Box::new(ErrorFieldType::Text);
                let types =
                    [ErrorFieldType::Text, ErrorFieldType::Vec(text()), ErrorFieldType::Option(text())];
                assert!(query.fields.iter().map(|it| &it.ty).eq(&types), "{query:?}");
                assert!(it.variants[6].internal && it.variants[6].fields.is_empty());
            }
            _ => {}
        }
    }
}
