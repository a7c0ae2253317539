//! Switches that Dart sees by name.

use std::sync::atomic::{AtomicBool, Ordering};

/// A switch: `#[ffi_flag]` on a static of this type makes it one that Dart lists and sets by name.
///
/// Reading it is one relaxed load. A flag guards no other memory: code that finds it on may still
/// see what other threads wrote before it was set as it was.
///
/// # Examples
///
/// ```
/// use ffi_core::{Flag, ffi_flag};
///
/// /// Blurs in one pass, which is less exact.
/// #[ffi_flag]
/// pub static FAST_BLUR: Flag = Flag::on();
///
/// assert!(FAST_BLUR.is_on());
/// FAST_BLUR.set(false);
/// assert!(!FAST_BLUR.is_on());
/// ```
#[derive(Debug)]
pub struct Flag {
    on: AtomicBool,
    from_start: bool,
}

impl Flag {
    /// Makes a flag that is on until it is set.
    #[must_use]
    pub const fn on() -> Self {
        Self { on: AtomicBool::new(true), from_start: true }
    }

    /// Makes a flag that is off until it is set.
    #[must_use]
    pub const fn off() -> Self {
        Self { on: AtomicBool::new(false), from_start: false }
    }

    /// Returns true if it is on now.
    #[must_use]
    #[inline]
    pub fn is_on(&self) -> bool {
        // Relaxed: the flag guards no other memory.
        self.on.load(Ordering::Relaxed)
    }

    /// Turns it on or off, for all threads.
    pub fn set(&self, on: bool) {
        // Relaxed: the flag guards no other memory.
        self.on.store(on, Ordering::Relaxed);
    }

    /// Returns true if it is on until it is set.
    #[must_use]
    pub const fn is_on_from_start(&self) -> bool {
        self.from_start
    }
}

/// Sets a flag to 0 or 1, or nothing for any other number, and returns what it was.
#[must_use]
pub fn flag(flag: &Flag, set: i32) -> i32 {
    let before = flag.is_on();
    match set {
        0 => flag.set(false),
        1 => flag.set(true),
        _ => {}
    }
    before.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_0_and_1_set_a_flag() {
        static FLAG: Flag = Flag::off();
        let calls = [-1, 1, -1, 2, i32::MIN, 0, -1].map(|set| flag(&FLAG, set));
        assert_eq!(calls, [0, 0, 1, 1, 1, 1, 0]);
        assert!(!FLAG.is_on_from_start());
    }
}
