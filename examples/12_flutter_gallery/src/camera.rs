//! A camera, whose frames are a stream of slots: brightness and colours apart, as in video.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ffi_core::{FfiMessage, FfiPooled, PoolBox, Stream, ffi_export};
use futures_util::stream;

use crate::picture::{HEIGHT, Picture, WIDTH};

/// A frame in I420: a byte of brightness for each pixel, and one of each colour difference for four
/// of them (ITU-R BT.601, the whole range). What its slot had is painted over.
#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool(capacity = 6, reset = "keep"))]
pub struct VideoFrame {
    /// Number, from 0 on. Numbers of dropped frames are left out.
    pub number: u64,
    /// Microseconds from the first frame to this one.
    pub microseconds: u64,
    /// Brightness, row by row.
    pub luma: [u8; WIDTH * HEIGHT],
    /// Difference to blue.
    pub blue: [u8; WIDTH * HEIGHT / 4],
    /// Difference to red.
    pub red: [u8; WIDTH * HEIGHT / 4],
}

/// Counts of all cameras.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct CameraStats {
    /// Number of frames that were made, also of those that wait for Dart.
    pub made: u64,
    /// Number of frames that were dropped, as all slots were in use.
    pub dropped: u64,
}

static MADE: AtomicU64 = AtomicU64::new(0);
static DROPPED: AtomicU64 = AtomicU64::new(0);

/// Takes a frame every `period` microseconds: the first one at once, then as fast as Dart takes
/// them if that is 0. At most two wait for Dart.
#[ffi_export]
#[ffi(window = 2)]
pub fn camera(period: u32) -> impl Stream<Item = PoolBox<VideoFrame>> {
    stream::unfold(0, move |first: u64| async move {
        for number in first.. {
            if number > 0 {
                // It also lets other tasks run.
                tokio::time::sleep(Duration::from_micros(period.into())).await;
            }
            // Counters of their own: no other memory depends on them.
            let Some(mut frame) = VideoFrame::pool().alloc() else {
                DROPPED.fetch_add(1, Ordering::Relaxed);
                continue;
            };
            frame.number = number;
            frame.microseconds = number * u64::from(period);
            expose(&mut frame);
            MADE.fetch_add(1, Ordering::Relaxed);
            return Some((frame, number + 1));
        }
        None
    })
}

/// Returns the counts of all cameras.
#[ffi_export]
pub fn camera_stats() -> CameraStats {
    CameraStats { made: MADE.load(Ordering::Relaxed), dropped: DROPPED.load(Ordering::Relaxed) }
}

/// Paints what the camera sees: bars of colours, and a bright one that moves.
fn expose(frame: &mut VideoFrame) {
    let bar = frame.number as usize * 8 % WIDTH;
    for row in frame.luma.chunks_exact_mut(WIDTH) {
        for (x, luma) in row.iter_mut().enumerate() {
            *luma = if x.abs_diff(bar) < 12 { 235 } else { 60 + (x * 100 / WIDTH) as u8 };
        }
    }
    for (y, (blue, red)) in
        frame.blue.chunks_exact_mut(WIDTH / 2).zip(frame.red.chunks_exact_mut(WIDTH / 2)).enumerate()
    {
        blue.fill(64 + (y * 128 * 2 / HEIGHT) as u8);
        for (x, red) in red.iter_mut().enumerate() {
            *red = 64 + (x * 2 / (WIDTH / 8) * 16) as u8;
        }
    }
}

/// Converts a frame to the pixels of a picture.
#[ffi_export]
pub fn develop(frame: &VideoFrame, picture: &mut Picture) {
    for (y, (pixels, luma)) in
        picture.pixels.chunks_exact_mut(WIDTH).zip(frame.luma.chunks_exact(WIDTH)).enumerate()
    {
        let colours = y / 2 * (WIDTH / 2)..(y / 2 + 1) * (WIDTH / 2);
        let (blue, red) = (&frame.blue[colours.clone()], &frame.red[colours]);
        let colours = blue.iter().zip(red);
        for ((pixels, luma), (blue, red)) in pixels.chunks_exact_mut(2).zip(luma.chunks_exact(2)).zip(colours)
        {
            let (blue, red) = (i32::from(*blue) - 128, i32::from(*red) - 128);
            for (pixel, luma) in pixels.iter_mut().zip(luma) {
                // In units of 2^-16, rounded to the nearest.
                let luma = i32::from(*luma) * 65_536 + 32_768;
                let channel = |value: i32| (value >> 16).clamp(0, 255) as u32;
                let r = channel(luma + 91_881 * red);
                let g = channel(luma - 22_554 * blue - 46_802 * red);
                let b = channel(luma + 116_130 * blue);
                *pixel = 0xFF_00_00_00 | b << 16 | g << 8 | r;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_developed_by_the_standard() {
        let (mut frame, mut picture) = (VideoFrame::new_zeroed_box(), Picture::new_zeroed_box());
        frame.blue.fill(128);
        frame.red.fill(128);
        frame.luma[WIDTH + 1] = 200;
        // The colours of four pixels: red, as bright as that is.
        (frame.luma[2], frame.blue[1], frame.red[1]) = (76, 85, 255);
        develop(&frame, &mut picture);
        assert_eq!((picture.pixels[0], picture.pixels[WIDTH + 1]), (0xFF_00_00_00, 0xFF_C8_C8_C8));
        assert_eq!(picture.pixels[2], 0xFF_00_00_FE);
    }
}
