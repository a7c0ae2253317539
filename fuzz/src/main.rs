//! libFuzzer's program: it runs the target that the environment variable `FFI_FUZZ_TARGET` names,
//! and takes libFuzzer's arguments. `cargo xtask sanitize` builds it with the flags that it needs.

#![no_main]

use std::backtrace::Backtrace;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::{env, panic, process};

use ffi_fuzz::{Target, target};

/// The last panic. Exported functions catch theirs, so one is no fault until it leaves the target.
static PANIC: Mutex<String> = Mutex::new(String::new());

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    // In place of libFuzzer's hook, which ends the process.
    panic::set_hook(Box::new(|panic| {
        let text = format!("{panic}\n{}", Backtrace::capture());
        *PANIC.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }));
    let name = env::var("FFI_FUZZ_TARGET").unwrap_or_default();
    target(&name).unwrap_or_else(|| {
        eprintln!("FFI_FUZZ_TARGET names no target: `{name}`");
        process::exit(2);
    })
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let target = *TARGET;
    if panic::catch_unwind(|| (target.run)(bytes)).is_err() {
        eprintln!("{}", PANIC.lock().unwrap_or_else(PoisonError::into_inner));
        process::abort();
    }
});
