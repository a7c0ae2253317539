//! A camera without a lens: it makes each frame of its number only.

use std::ops::Range;

use crate::messages::{Frame, Options};

/// Moves per frame in pixels.
const STEP: usize = 4;

impl Frame {
    /// Returns the range of bytes of each plane: luma, then both of chroma.
    pub(crate) fn planes_of(width: usize, height: usize) -> [Range<usize>; 3] {
        let luma = width * height;
        let chroma = luma / 4;
        [0..luma, luma..luma + chroma, luma + chroma..luma + 2 * chroma]
    }

    /// Returns the bytes of all planes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        let [_, _, last] = Self::planes_of(self.width as usize, self.height as usize);
        &self.planes[..last.end]
    }
}

/// Rows that the camera copies into its frames: a slope of brightness, twice as long as a row, so
/// that each frame shows another part of it. Drawing is as fast as a copy then.
pub(crate) struct Picture {
    width: usize,
    height: usize,
    slope: Vec<u8>,
}

impl Picture {
    pub(crate) fn new(options: &Options) -> Self {
        let width = options.width as usize;
        // Up and down again, so that it can be repeated.
        let slope = (0..2 * width).map(|x| {
            let x = x % width;
            (x.min(width - x) * 510 / width) as u8
        });
        Self { width, height: options.height as usize, slope: slope.collect() }
    }

    /// Draws a frame: the slope moves to the left, and stripes of color move down.
    pub(crate) fn draw(&self, number: u64, frame: &mut Frame) {
        let (width, height) = (self.width, self.height);
        (frame.width, frame.height, frame.number) = (width as u32, height as u32, number);
        let moved = number as usize * STEP;
        let [luma, blue, red] = Frame::planes_of(width, height);
        for (y, row) in frame.planes[luma].chunks_exact_mut(width).enumerate() {
            let from = (moved + y) % width;
            row.copy_from_slice(&self.slope[from..from + width]);
        }
        for (y, row) in frame.planes[blue].chunks_exact_mut(width / 2).enumerate() {
            row.fill((moved + y) as u8);
        }
        for (y, row) in frame.planes[red].chunks_exact_mut(width / 2).enumerate() {
            row.fill((moved / 2 + 2 * y) as u8);
        }
    }
}

#[cfg(test)]
mod tests {
    use ffi_core::FfiMessage as _;

    use super::*;
    use crate::messages::{DropPolicy, Faults};

    #[test]
    fn frames_are_those_of_their_numbers() {
        let options = Options {
            width: 32,
            height: 16,
            frames_per_second: 60,
            live: false,
            drop_policy: DropPolicy::Wait,
            frames: 1,
            faults: Faults::default(),
        };
        let picture = Picture::new(&options);
        let [mut one, mut two] = [Frame::new_zeroed_box(), Frame::new_zeroed_box()];
        picture.draw(1, &mut one);
        picture.draw(2, &mut two);
        assert_eq!(one.bytes().len(), 32 * 16 * 3 / 2);
        assert_ne!(one.bytes(), two.bytes());
        // The slope of the first row has moved by a step.
        assert_eq!(one.planes[STEP..32], two.planes[..32 - STEP]);
        assert!(one.planes[one.bytes().len()..].iter().all(|&byte| byte == 0));
        picture.draw(1, &mut two);
        assert_eq!(one.bytes(), two.bytes());
    }

    #[test]
    fn slots_of_frames_stay_aligned() {
        assert_eq!(size_of::<Frame>() % 64, 0);
        assert_eq!(std::mem::offset_of!(Frame, planes), 64);
    }
}
