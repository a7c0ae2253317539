//! Functions that the benchmark calls from Dart: each once exported by `#[ffi_export]`, and once as
//! plain C without a status, as one would write it by hand. Both call the same Rust code.

use std::error::Error;
use std::fmt;
use std::slice;

use ffi_core::boundary::FfiStatus;
use ffi_core::{FfiError, FfiMessage, FfiOption, FfiPooled, FfiQueue, FfiStr, FfiVec, PoolBox, ffi_export};

ffi_core::library!();

/// A point mass.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Particle {
    /// Metres.
    pub x: f32,
    /// Metres.
    pub y: f32,
    /// Metres.
    pub z: f32,
    /// Metres per second.
    pub vx: f32,
    /// Metres per second.
    pub vy: f32,
    /// Metres per second.
    pub vz: f32,
    /// Kilograms.
    pub mass: f32,
    /// Number of the particle.
    pub id: u32,
}

/// A point in time: 16 bytes.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Stamp {
    /// Seconds since the epoch.
    pub seconds: i64,
    /// Nanoseconds of the second.
    pub nanos: u32,
    /// Minutes east of UTC.
    pub zone: i32,
}

/// A position, a rotation and a weight: 64 bytes.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Pose {
    /// Metres.
    pub x: f64,
    /// Metres.
    pub y: f64,
    /// Metres.
    pub z: f64,
    /// Of the rotation.
    pub qx: f64,
    /// Of the rotation.
    pub qy: f64,
    /// Of the rotation.
    pub qz: f64,
    /// Of the rotation.
    pub qw: f64,
    /// Of the pose.
    pub weight: f64,
}

/// A direction with a length, whose numbers Dart has to widen: 12 bytes.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Vector {
    /// Metres.
    pub x: f32,
    /// Metres.
    pub y: f32,
    /// Metres.
    pub z: f32,
}

/// A person with eleven fields, for the values in Dart.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Person {
    /// Number of the person.
    pub id: u64,
    /// Years.
    pub age: u32,
    /// Metres.
    pub height: f64,
    /// Kilograms.
    pub weight: f64,
    /// True if the person is here.
    pub here: bool,
    /// The full name.
    pub name: FfiStr<32>,
    /// The town of the person.
    pub city: FfiStr<32>,
    /// From 0 to 5.
    pub rating: FfiOption<f32>,
    /// Number of another person.
    pub parent: FfiOption<u32>,
    /// Calls by month.
    pub calls: FfiVec<u16, 12>,
    /// Time of the last change.
    pub changed: Stamp,
}

/// Returns the seconds of a stamp and `more`, wrapping around.
#[ffi_export]
pub fn later(stamp: Stamp, more: i32) -> i32 {
    (stamp.seconds as i32).wrapping_add(more)
}

/// Returns the weight of a pose and `more`, wrapping around.
#[ffi_export]
pub fn heavier(pose: Pose, more: i32) -> i32 {
    (pose.weight as i32).wrapping_add(more)
}

/// Returns the `z` of a vector and `more`, wrapping around.
#[ffi_export]
pub fn higher(vector: Vector, more: i32) -> i32 {
    (vector.z as i32).wrapping_add(more)
}

/// Computes [`later`] with the struct by value, as one would write it by hand.
#[unsafe(no_mangle)]
pub extern "C" fn raw_later(stamp: Stamp, more: i32, _status: *mut FfiStatus) -> i32 {
    later(stamp, more)
}

/// Computes [`heavier`] with the struct by value, as one would write it by hand.
#[unsafe(no_mangle)]
pub extern "C" fn raw_heavier(pose: Pose, more: i32, _status: *mut FfiStatus) -> i32 {
    heavier(pose, more)
}

/// Computes [`higher`] with the struct by value, as one would write it by hand.
#[unsafe(no_mangle)]
pub extern "C" fn raw_higher(vector: Vector, more: i32, _status: *mut FfiStatus) -> i32 {
    higher(vector, more)
}

/// Returns the sum of two numbers, wrapping around.
#[ffi_export(leaf)]
pub fn add_leaf(a: i32, b: i32) -> i32 {
    a.wrapping_add(b)
}

/// Returns the sum of two numbers, in a call during which Dart may collect garbage.
#[ffi_export]
pub fn add(a: i32, b: i32) -> i32 {
    a.wrapping_add(b)
}

/// Returns the sum of two numbers.
///
/// # Errors
///
/// Returns an error if it is out of range.
#[ffi_export(leaf)]
pub fn add_checked(a: i32, b: i32) -> Result<i32, OutOfRange> {
    a.checked_add(b).ok_or(OutOfRange)
}

/// A sum is out of range.
#[derive(Debug)]
pub struct OutOfRange;

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the sum is out of range")
    }
}

/// The number of a row that is not there.
#[derive(Debug, FfiError)]
pub struct NoRow {
    /// The number.
    pub id: u64,
}

impl fmt::Display for NoRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no row {}", self.id)
    }
}

impl Error for NoRow {}

/// Finds no row.
///
/// # Errors
///
/// Returns an error in each case.
#[ffi_export(leaf)]
pub fn find(id: u64) -> Result<u64, NoRow> {
    Err(NoRow { id })
}

/// Moves every particle by `dt` seconds.
#[ffi_export]
pub fn step(particles: &mut [Particle], dt: f32) {
    for particle in particles {
        particle.x += particle.vx * dt;
        particle.y += particle.vy * dt;
        particle.z += particle.vz * dt;
    }
}

/// Moves the number of a particle by `by`, wrapping around, and returns it.
#[ffi_export]
pub fn renumber(particle: &mut Particle, by: u32) -> u32 {
    particle.id = particle.id.wrapping_add(by);
    particle.id
}

/// A message of a pool, as large as a cache line.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
#[ffi(pool = 16_384)]
pub struct Ticket {
    /// Number of the ticket.
    pub number: u64,
    /// Subject of the ticket.
    pub payload: [u64; 7],
}

/// Tickets on their way to Dart.
#[ffi_export]
pub static TICKETS: FfiQueue<Ticket, 1024> = FfiQueue::new();

/// Returns a ticket, if there is one.
#[ffi_export]
pub fn new_ticket(number: u64) -> Option<PoolBox<Ticket>> {
    let mut ticket = Ticket::pool().alloc()?;
    ticket.number = number;
    Some(ticket)
}

/// Pushes tickets with the numbers from 0 up to `count`, as long as there is room.
#[ffi_export]
pub fn push_tickets(count: u32) {
    for number in 0..count {
        let Some(mut ticket) = Ticket::pool().alloc() else { return };
        ticket.number = u64::from(number);
        if TICKETS.try_push(ticket).is_err() {
            return;
        }
    }
}

/// Returns the sum of all `x`.
#[ffi_export]
pub fn sum_x(particles: &[Particle]) -> f64 {
    particles.iter().map(|particle| f64::from(particle.x)).sum()
}

/// Computes [`add`] by hand.
#[unsafe(no_mangle)]
pub extern "C" fn raw_add(a: i32, b: i32) -> i32 {
    add(a, b)
}

/// Computes [`add_checked`] by hand; its error is a number that can't be a sum of the benchmark.
#[unsafe(no_mangle)]
pub extern "C" fn raw_add_checked(a: i32, b: i32) -> i32 {
    add_checked(a, b).unwrap_or(i32::MIN)
}

/// Computes [`step`] by hand.
///
/// # Safety
///
/// `particles` points to `len` particles that no other code uses meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn raw_step(particles: *mut Particle, len: usize, dt: f32) {
    // SAFETY: the caller vouches for the pointer and the length.
    step(unsafe { slice::from_raw_parts_mut(particles, len) }, dt);
}

/// Computes [`sum_x`] by hand.
///
/// # Safety
///
/// `particles` points to `len` particles that no code writes to meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn raw_sum_x(particles: *const Particle, len: usize) -> f64 {
    // SAFETY: the caller vouches for the pointer and the length.
    sum_x(unsafe { slice::from_raw_parts(particles, len) })
}
