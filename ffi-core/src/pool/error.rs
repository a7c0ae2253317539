//! How an allocation or a free fails.

use std::{error, fmt};

/// Why nothing could be allocated; see [`Pool::try_alloc`](super::Pool::try_alloc).
///
/// # Examples
///
/// ```
/// use ffi_core::{PoolError, PoolErrorKind};
///
/// fn explain(error: &PoolError) -> &'static str {
///     match error.kind() {
///         PoolErrorKind::Exhausted => "free something first",
///         PoolErrorKind::Reservation => "the system gave no address space",
///         PoolErrorKind::Closed => "the library was shut down",
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolError {
    pub(super) pool: &'static str,
    pub(super) capacity: u32,
    pub(super) bytes: usize,
    pub(super) kind: PoolErrorKind,
}

/// What kind of [`PoolError`] it is; the numbers are those the C ABI has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum PoolErrorKind {
    /// Fewer slots are free than were asked for.
    Exhausted = 0,
    /// The operating system did not reserve the memory.
    Reservation = 1,
    /// [`shutdown`](super::shutdown) was called.
    Closed = 2,
}

impl PoolError {
    /// What kind of error it is.
    #[must_use]
    pub const fn kind(&self) -> PoolErrorKind {
        self.kind
    }

    /// The message whose pool it is.
    #[must_use]
    pub const fn pool(&self) -> &'static str {
        self.pool
    }

    /// Slots of the pool.
    #[must_use]
    pub const fn capacity(&self) -> u32 {
        self.capacity
    }
}

impl fmt::Display for PoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pool, capacity, bytes, kind } = self;
        match kind {
            PoolErrorKind::Exhausted => write!(
                f,
                "the pool of `{pool}` is exhausted: fewer of its {capacity} slots are free than were asked for; \
                 hint: free messages, or raise the number in `#[ffi(pool = {capacity})]`"
            ),
            PoolErrorKind::Reservation => write!(
                f,
                "the pool of `{pool}` could not reserve {bytes} bytes for its {capacity} slots; \
                 hint: lower the number in `#[ffi(pool = {capacity})]`, or raise the process's limit of address space"
            ),
            PoolErrorKind::Closed => write!(
                f,
                "the pool of `{pool}` is closed; hint: don't allocate after the library was shut down"
            ),
        }
    }
}

impl error::Error for PoolError {}

/// What became of a pointer that was given to be freed or adopted; the numbers are those of the C ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
#[must_use]
pub enum FreeCode {
    /// It was freed.
    Ok = 0,
    /// The pointer is null.
    Null = 1,
    /// The pointer is outside of the pool.
    Foreign = 2,
    /// The pointer is inside of a slot, and not its start.
    Interior = 3,
    /// The slot is not handed out: it was freed before.
    NotLive = 4,
    /// A [`PoolBox`](super::PoolBox) owns the slot, or another thread is freeing or adopting it right now.
    Owned = 5,
    /// [`shutdown`](super::shutdown) was called.
    Closed = 6,
}

impl FreeCode {
    /// Whether it was freed.
    #[must_use]
    #[inline]
    pub const fn is_ok(self) -> bool {
        matches!(self, Self::Ok)
    }
}

impl fmt::Display for FreeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "freed",
            Self::Null => "is null",
            Self::Foreign => "is outside of the pool",
            Self::Interior => "is inside of a slot, not its start",
            Self::NotLive => "is not allocated: it was freed before",
            Self::Owned => "is owned by Rust",
            Self::Closed => "belongs to a pool that was shut down",
        })
    }
}

impl error::Error for FreeCode {}
