//! The messages, which Rust and Dart read and write in place.

use ffi_core::{FfiBytes, FfiEnum, FfiMessage};

/// Size of the largest frame in bytes: 3840 x 2160 pixels as I420.
pub const MOST_BYTES: usize = 3840 * 2160 * 3 / 2;

/// Size of the largest packet in bytes.
pub const PACKET: usize = 1 << 20;

/// Number of frames that the whole process has at once: two seconds.
const FRAMES: u32 = 120;

/// Number of packets that the whole process has at once.
const PACKETS: u32 = 120;

/// Format of coded video.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Codec {
    /// H.264, with the feature `h264`.
    H264 = 0,
    /// H.265.
    H265 = 1,
    /// VP8.
    Vp8 = 2,
    /// VP9.
    Vp9 = 3,
    /// AV1, with the feature `av1`.
    Av1 = 4,
}

/// Choice of what is lost when a queue is full.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum DropPolicy {
    /// The oldest frame in the queue: a viewer of live video wants the newest.
    Oldest = 0,
    /// The frame that finds the queue full: a recording keeps what it has begun.
    Newest = 1,
    /// Nothing. The camera waits, as a file can.
    Wait = 2,
}

/// Faults that a camera or a coder simulates, each at the frame of a number; 0 for never.
#[derive(FfiMessage, Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Faults {
    /// Number of a frame that comes after the one that follows it.
    pub late_at: u64,
    /// Number of the frame at which the camera's clock jumps ..
    pub jump_at: u64,
    /// .. by so many microseconds, forward or back.
    pub jump_microseconds: i64,
    /// Number of the frame that the coder can't code.
    pub fail_at: u64,
}

/// Way in which a camera works.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Options {
    /// Width in pixels, a multiple of 4.
    pub width: u32,
    /// Height in pixels, a multiple of 4.
    pub height: u32,
    /// Number of frames per second by their timestamps.
    pub frames_per_second: u32,
    /// True for frames in real time. Otherwise they come as fast as they are taken.
    pub live: bool,
    /// Choice of what is lost when a queue is full.
    pub drop_policy: DropPolicy,
    /// Number of frames, after which the stream ends; 0 for no end.
    pub frames: u64,
    /// Simulated faults.
    pub faults: Faults,
}

/// A frame as I420: the luma plane, then the two chroma planes of half its width and height.
///
/// The slot keeps its bytes when it is free, as the camera writes all that are read.
#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool(capacity = FRAMES, reset = "keep"))]
pub struct Frame {
    /// Number of the frame, from 1.
    pub number: u64,
    /// Time in the video in microseconds. It never goes back.
    pub timestamp: i64,
    /// Time at which the camera handed the frame over, in microseconds of `Camera::now`.
    pub captured: i64,
    /// Fletcher's checksum of the planes.
    pub checksum: u64,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Unused: the planes begin at a multiple of 64 bytes.
    pub reserved: [u8; 24],
    /// The planes, without gaps between rows.
    pub planes: [u8; MOST_BYTES],
}

/// A coded frame.
#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool(capacity = PACKETS, reset = "keep"))]
pub struct Packet {
    /// Number of the frame.
    pub number: u64,
    /// Time in the video in microseconds.
    pub timestamp: i64,
    /// Time at which the camera handed the frame over, in microseconds of `Camera::now`.
    pub captured: i64,
    /// Format of the bytes.
    pub codec: Codec,
    /// True if the frame can be decoded without those before it.
    pub key: bool,
    /// The bytes.
    pub bytes: FfiBytes<PACKET>,
}

/// Distribution of a time, in microseconds. All are 0 if nothing was measured.
#[derive(FfiMessage, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Percentiles {
    /// Half of all are no longer.
    pub p50: u32,
    /// 95 of 100 are no longer.
    pub p95: u32,
    /// 99 of 100 are no longer.
    pub p99: u32,
    /// The longest.
    pub most: u32,
}

/// Counts of a camera, of all its streams. Once no thread runs, `captured` is the sum of
/// `delivered`, `dropped`, `late`, `failed` and `abandoned`.
#[derive(FfiMessage, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Stats {
    /// Number of frames that the camera has made.
    pub captured: u64,
    /// Number of frames or packets that went to Dart.
    pub delivered: u64,
    /// Number of frames that a full queue has lost, or for whose packets the pool had no slot.
    pub dropped: u64,
    /// Number of frames that came after a later one, and went no further.
    pub late: u64,
    /// Number of frames that could not be coded.
    pub failed: u64,
    /// Number of frames that were on their way when their stream ended.
    pub abandoned: u64,
    /// Number of frames that were not made, as the pool had no slot.
    pub no_slot: u64,
    /// Number of jumps of the camera's clock.
    pub clock_jumps: u64,
    /// Number of threads that work for streams: two for each.
    pub running: u64,
    /// Number of frames that anybody in the process holds.
    pub frames: u64,
    /// Number of packets that anybody in the process holds.
    pub packets: u64,
    /// Time from the camera to `shown`.
    pub latency: Percentiles,
    /// Difference between the interval of two frames at `shown` and that of their timestamps.
    pub jitter: Percentiles,
}

/// Treatment of a frame, by the audio clock.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Action {
    /// It is due: show it.
    Show = 0,
    /// It is early: wait, and ask again.
    Wait = 1,
    /// It is late: drop it.
    Drop = 2,
}
