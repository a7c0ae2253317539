//! Data of the benchmark: maps, lists, text and large messages as programs have them. Its Dart half
//! is in `dart/`, its Rust half in `rust/`.

use ffi_core::{FfiEnum, FfiMap, FfiMessage, FfiStr, FfiVec, ffi_export};

ffi_core::library!();

/// Number of entries of a large map.
pub const ENTRIES: usize = 10_000;

/// Number of values of a large array.
pub const VALUES: usize = 1_000_000;

/// Room for rows, of which few are used.
pub const ROOM: usize = 20_000;

/// Prices by the name of a part.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
pub struct Prices {
    /// Cents.
    pub cents: FfiMap<FfiStr<16>, u32, ENTRIES>,
}

/// A map by number.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
pub struct Counts {
    /// Pieces.
    pub pieces: FfiMap<u64, u64, ENTRIES>,
}

/// A long text.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
pub struct Article {
    /// Up to 100,000 bytes.
    pub text: FfiStr<100_000>,
}

/// A row of a table.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Row {
    /// Number of the account.
    pub id: u64,
    /// Name of its owner.
    pub name: FfiStr<32>,
    /// Score.
    pub score: f64,
    /// Number of changes.
    pub version: u32,
    /// Bits.
    pub flags: u32,
    /// True if it is paid for.
    pub paid: bool,
}

/// A table with much room.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
pub struct Table {
    /// The rows.
    pub rows: FfiVec<Row, ROOM>,
}

/// Number of rows of 16 MB.
pub const MANY_ROWS: usize = 250_000;

/// A table of 16 MB.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
pub struct Ledger {
    /// The rows.
    pub rows: FfiVec<Row, MANY_ROWS>,
}

/// A message in a pool of a million slots.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
#[ffi(pool = 1_000_000)]
pub struct Ticket {
    /// Number of the ticket.
    pub id: u64,
}

/// A measurement, for which the library has a kernel.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
#[ffi(simd(sum))]
pub struct Measurement {
    /// Volts.
    pub volts: f32,
    /// Amperes.
    pub amperes: f32,
}

/// A sample of sound, for which the library has a kernel of another size.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
#[ffi(simd(sum))]
pub struct Sample {
    /// Left channel.
    pub left: u16,
    /// Right channel.
    pub right: u16,
}

/// Numbers.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
pub struct Series {
    /// Integers.
    pub numbers: FfiVec<u32, 100_000>,
}

/// A message of 6.2 MB.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
pub struct Frame {
    /// Pixels in three colours.
    pub pixels: [u8; 6_220_800],
}

/// A state.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// Not known.
    Unknown = 0,
    /// Running.
    Running = 1,
    /// Waiting.
    Waiting = 2,
    /// Ended.
    Ended = 3,
}

/// Flags.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
pub struct Flags {
    /// One for each.
    pub on: [bool; VALUES],
}

/// States.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
pub struct States {
    /// One for each.
    pub all: [State; VALUES],
}

/// A particle.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
#[ffi(columns)]
pub struct Particle {
    /// Metres.
    pub x: f32,
    /// Metres.
    pub y: f32,
    /// Number of the particle.
    pub id: u32,
}

/// Returns the number of bytes of a text.
#[ffi_export]
#[must_use]
pub fn bytes_of(text: &str) -> u64 {
    text.len() as u64
}

/// Returns the name of a part.
#[must_use]
pub fn part(number: usize) -> FfiStr<16> {
    format!("part {number:06}").parse().expect("it fits")
}

/// Returns the row with that number.
///
/// # Panics
///
/// Never: the name fits.
#[must_use]
pub fn row(number: usize) -> Row {
    Row {
        id: number as u64 * 7,
        name: "Katherine Coleman Goble Johnson".parse().expect("it fits"),
        score: number as f64 / 4.0,
        version: number as u32,
        flags: 3,
        paid: number.is_multiple_of(2),
    }
}
