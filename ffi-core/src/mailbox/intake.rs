//! Items that an isolate puts into an input of Rust.

use crate::boundary::Failure;

/// Result of putting something: the status has the reason why it was refused.
pub(super) const REFUSED: isize = -1;
/// Result of putting something: Rust takes nothing any more.
pub(super) const GONE: isize = -2;
/// Result of putting something: there is no credit for it.
pub(super) const TOO_MANY: isize = -3;

/// Result of [`Input::put`].
pub(super) struct Put {
    /// Number of items that may follow at once, 0 if an event says when; [`GONE`] or [`TOO_MANY`].
    pub(super) code: isize,
    /// True if Rust waits for it.
    pub(super) wakes: bool,
    /// True if it was the end.
    pub(super) ended: bool,
}

/// Input of a function, for the isolate whose stream it is.
pub(super) trait Input: Send + Sync {
    /// Puts an item, an error or the end, or nothing.
    ///
    /// # Errors
    ///
    /// Returns an error if the item is no value of its type, or a slot that isn't the caller's.
    ///
    /// # Safety
    ///
    /// No other thread puts meanwhile. For an item, `data` and `len` are as `FfiInputItem::read`
    /// asks; for values, `data` is null, or points to `len` bytes of them; for an error, `data` is
    /// null, or points to `len` bytes that no thread writes to meanwhile.
    unsafe fn put(&self, kind: u32, data: *const u8, len: usize) -> Result<Put, Failure>;
}
