//! Catches panics: the only `catch_unwind` of the project.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytemuck::Zeroable;

use super::status::Failure;
use crate::panic::{install, take_place, text};

/// Runs `body`; a panic becomes a failure with the panic's message and place.
///
/// Asserting unwind safety is sound: a message that was being written when the panic came stays
/// half written, as memory behind a `Mutex` would, and its bytes are checked again before the next
/// function sees them.
///
/// The result is written by the closure instead of returned through `catch_unwind`, which would
/// move it through memory: a few nanoseconds, as much as a leaf call from Dart takes (`cargo xtask
/// bench calls`).
#[inline]
pub(super) fn catch<T: Zeroable>(body: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    let mut outcome = Ok(T::zeroed());
    match catch_unwind(AssertUnwindSafe(|| outcome = body())) {
        Ok(()) => outcome,
        Err(payload) => Err(failure(payload)),
    }
}

/// Runs `body`, whatever it returns; a panic becomes a failure as in [`catch`].
pub(crate) fn caught<T>(body: impl FnOnce() -> T) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(body)).map_err(failure)
}

#[cold]
fn failure(payload: Box<dyn Any + Send>) -> Failure {
    let place = take_place(&*payload);
    let message = text(&*payload).unwrap_or("the panic's payload is not text").to_owned();
    discard(payload);
    // For the next panic, if this one came before the hook.
    install();
    Failure::panic(message, place)
}

/// Drops a payload, whose destructor may panic in turn. The payload of that panic is leaked, as
/// dropping it could panic again without end.
fn discard(payload: Box<dyn Any + Send>) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boundary::status::StatusCode;

    fn caught(body: impl FnOnce()) -> Failure {
        catch(|| {
            body();
            Ok(())
        })
        .unwrap_err()
    }

    #[test]
    fn the_message_of_a_panic_is_kept() {
        assert_eq!(caught(|| panic!("plain")), Failure::new(StatusCode::Panic, "plain"));
        assert_eq!(caught(|| panic!("with {}", 1)), Failure::new(StatusCode::Panic, "with 1"));
        assert_eq!(
            caught(|| std::panic::panic_any(7)),
            Failure::new(StatusCode::Panic, "the panic's payload is not text")
        );
    }

    #[test]
    fn a_payload_that_panics_when_dropped_is_survived() {
        struct Bomb(u32);
        impl Drop for Bomb {
            fn drop(&mut self) {
                if self.0 > 0 {
                    std::panic::panic_any(Bomb(self.0 - 1));
                }
            }
        }
        assert_eq!(
            caught(|| std::panic::panic_any(Bomb(2))),
            Failure::new(StatusCode::Panic, "the panic's payload is not text")
        );
    }
}
