//! Errors of allocations and frees.

use std::{error, fmt};

use super::word::Refused;

/// Reason why nothing was allocated; see [`Pool::try_alloc`](super::Pool::try_alloc).
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
///         _ => "for a reason that a later version has",
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

/// Kind of a [`PoolError`]; the numbers are those of the C ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
#[non_exhaustive]
pub enum PoolErrorKind {
    /// Fewer slots are free than were asked for.
    Exhausted = 0,
    /// The operating system did not reserve the memory.
    Reservation = 1,
    /// [`shutdown`](super::shutdown) was called.
    Closed = 2,
}

impl PoolError {
    /// Returns the kind of the error.
    #[must_use]
    pub const fn kind(&self) -> PoolErrorKind {
        self.kind
    }

    /// Returns the message whose pool it is.
    #[must_use]
    pub const fn pool(&self) -> &'static str {
        self.pool
    }

    /// Returns the number of slots in the pool.
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

/// Reason why a pointer's slot was neither freed nor taken; the numbers are those of the C ABI, in
/// which 0 is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum FreeCode {
    /// The pointer is null.
    Null = 1,
    /// The pointer is outside of the pool.
    Foreign = 2,
    /// The pointer is inside of a slot, and not its start.
    Interior = 3,
    /// The slot is not handed out: it was freed before.
    NotLive = 4,
    /// A [`PoolBox`](super::PoolBox) owns the slot, or Rust is reading it, or passing it on, right
    /// now.
    Owned = 5,
    /// [`shutdown`](super::shutdown) was called.
    Closed = 6,
}

impl fmt::Display for FreeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
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

/// Reason why the message of a handle was neither taken nor read; see
/// [`Pool::try_take`](super::Pool::try_take).
///
/// # Examples
///
/// ```
/// use ffi_core::{FfiMessage, FfiPooled, RefusedHandle};
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
/// #[ffi(pool = 4)]
/// struct Ball {
///     x: f32,
/// }
///
/// let ball = Ball::pool().try_alloc()?;
/// let handle = ball.handle();
/// assert_eq!(Ball::pool().try_take(handle).err(), Some(RefusedHandle::Owned));
/// drop(ball);
/// assert_eq!(Ball::pool().try_take(handle).err(), Some(RefusedHandle::Stale));
/// # Ok::<(), ffi_core::PoolError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusedHandle {
    /// The handle is none, or its message was freed.
    Stale,
    /// A [`PoolBox`](super::PoolBox) owns the message.
    Owned,
    /// Code outside of Rust has, or had, the message's pointer, and a call may have a reference to
    /// it. Unsafe functions, such as [`Pool::take_exposed`](super::Pool::take_exposed), accept it.
    Exposed,
    /// The message is being read, or is just changing hands.
    Busy,
    /// Its bytes are no value of its type.
    Invalid,
    /// [`shutdown`](super::shutdown) was called.
    Closed,
}

impl fmt::Display for RefusedHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stale => "the handle is stale: its message was freed",
            Self::Owned => "a `PoolBox` owns the handle's message",
            Self::Exposed => {
                "code outside of Rust may have the pointer of the handle's message; \
                 hint: where no call has a reference to it, use the unsafe `.._exposed` functions"
            }
            Self::Busy => "the handle's message is being read, or is changing hands; hint: try again",
            Self::Invalid => "the bytes of the handle's message are no value of its type",
            Self::Closed => "the handle's pool was shut down",
        })
    }
}

impl error::Error for RefusedHandle {}

impl From<Refused> for RefusedHandle {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NotLive => Self::Stale,
            Refused::Owned => Self::Owned,
            Refused::Exposed => Self::Exposed,
            Refused::Busy => Self::Busy,
        }
    }
}
