//! A picture for each frame, in a slot of a pool: painted, softened, and shown from there.

use ffi_core::{FfiError, FfiMessage, ffi_export};

/// Width of a picture in pixels.
pub const WIDTH: usize = 640;
/// Height of a picture in pixels.
pub const HEIGHT: usize = 360;

/// A picture. What its slot had is painted over, so the pool doesn't clear it.
#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool(capacity = 8, reset = "keep"))]
pub struct Picture {
    /// The rows from the top, 640 pixels each: red in the low byte, then green, blue and alpha.
    pub pixels: [u32; WIDTH * HEIGHT],
}

/// Reason why a picture isn't softened.
#[derive(FfiError, Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureError {
    /// The radius is too large.
    Radius {
        /// Radius in pixels.
        radius: u32,
        /// Largest radius.
        most: u32,
    },
}

impl std::fmt::Display for PictureError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Radius { radius, most } => write!(f, "a radius of {radius} is above {most}"),
        }
    }
}

impl std::error::Error for PictureError {}

/// Paints a ring around the middle, over a slope of colours, as it is after `seconds`.
#[ffi_export]
pub fn paint(picture: &mut Picture, seconds: f32) {
    let radius = 100.0 + 40.0 * (seconds * 2.0).sin();
    for (y, row) in picture.pixels.chunks_exact_mut(WIDTH).enumerate() {
        for (x, pixel) in row.iter_mut().enumerate() {
            let (dx, dy) = (x as f32 - WIDTH as f32 / 2.0, y as f32 - HEIGHT as f32 / 2.0);
            let is_ring = (dx.hypot(dy) - radius).abs() < 12.0;
            let (red, green) = (x * 255 / WIDTH, y * 255 / HEIGHT);
            *pixel = if is_ring { 0xFF_E0_60_20 } else { 0xFF_40_00_00 | (green << 8 | red) as u32 };
        }
    }
}

/// Largest radius of [`soften`].
const MOST: u32 = 32;

/// Writes the rows of `from` to `to`, each pixel the mean of those up to `radius` pixels left and
/// right of it.
///
/// # Errors
///
/// Returns an error if the radius is above 32.
#[ffi_export]
pub fn soften(from: &Picture, to: &mut Picture, radius: u32) -> Result<(), PictureError> {
    if radius > MOST {
        return Err(PictureError::Radius { radius, most: MOST });
    }
    let radius = radius as usize;
    for (from, to) in from.pixels.chunks_exact(WIDTH).zip(to.pixels.chunks_exact_mut(WIDTH)) {
        // The sums of the window's channels, which slides along the row.
        let mut sums = [0_u32; 3];
        let channels = |pixel: u32| [pixel & 0xFF, pixel >> 8 & 0xFF, pixel >> 16 & 0xFF];
        let mut count = 0;
        for x in 0..WIDTH + radius {
            if let Some(pixel) = from.get(x) {
                sums = std::array::from_fn(|i| sums[i] + channels(*pixel)[i]);
                count += 1;
            }
            let Some(middle) = x.checked_sub(radius) else { continue };
            if let Some(left) = middle.checked_sub(radius + 1) {
                sums = std::array::from_fn(|i| sums[i] - channels(from[left])[i]);
                count -= 1;
            }
            let [red, green, blue] = sums.map(|sum| sum / count);
            to[middle] = 0xFF_00_00_00 | blue << 16 | green << 8 | red;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_is_the_mean_of_its_neighbours() {
        let (mut from, mut to) = (Picture::new_zeroed_box(), Picture::new_zeroed_box());
        from.pixels[WIDTH..WIDTH + 5].copy_from_slice(&[0xFF_00_00_30, 0, 0xFF_00_03_00, 0, 0]);
        soften(&from, &mut to, 1).unwrap();
        assert_eq!(to.pixels[WIDTH..WIDTH + 4], [0xFF_00_00_18, 0xFF_00_01_10, 0xFF_00_01_00, 0xFF_00_01_00]);
        soften(&from, &mut to, 0).unwrap();
        assert_eq!(to.pixels[WIDTH], 0xFF_00_00_30);
        let refused = soften(&from, &mut to, 33);
        assert_eq!(refused, Err(PictureError::Radius { radius: 33, most: 32 }));
    }
}
