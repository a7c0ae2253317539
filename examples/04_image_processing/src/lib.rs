//! Images in memory that Dart and Rust share: grayscale, brightness, blur and histogram at the
//! speed of that memory.
//!
//! ```text
//! lib.rs ─▶ the message, what may be wrong with one, exported functions
//! view.rs ─▶ rows of pixels ─▶ kernels/ ─▶ what is done to them
//! ```

pub mod kernels;
pub mod view;

use std::fmt;

use ffi_core::{FfiEnum, FfiMessage, bytemuck, ffi_export};
use kernels::{Backend, MAX_RADIUS};
use view::{Rgba, View, ViewMut};

ffi_core::library!();

/// Capacity of an [`ImageBuffer`] in pixels: an image of 4K takes half of it.
pub const MAX_PIXELS: usize = 1 << 24;

/// Format of the bytes of an image.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ColorSpace {
    /// Four bytes a pixel: red, green, blue, alpha.
    Rgba = 0,
    /// A byte a pixel: its shade of grey.
    Luma = 1,
}

/// Engine of the computation.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Engine {
    /// The strongest vector instructions that are in use.
    Simd = 0,
    /// Plain loops, with the same results.
    Scalar = 1,
}

impl From<Engine> for Backend {
    fn from(engine: Engine) -> Self {
        match engine {
            Engine::Simd => Self::strongest(),
            Engine::Scalar => Self::Scalar,
        }
    }
}

/// An image. Its pool has few large slots, which keep their bytes when they are freed.
#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool(capacity = 8, reset = "keep"))]
pub struct ImageBuffer {
    /// The rows, from the top, in as many bytes as it takes: the order of those is that of memory.
    pub pixels: [u32; MAX_PIXELS],
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Distance from a row to the next in bytes.
    pub stride: u32,
    /// Format of the bytes of `pixels`.
    pub color_space: ColorSpace,
    /// Unused: it makes the size a multiple of 64, so that all slots of the pool begin at a
    /// multiple of 64 bytes.
    pub reserved: [u8; 51],
}

/// Counts of the shades of grey.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
#[ffi(pod)]
pub struct Histogram {
    /// Counts by shade: 0 is black.
    pub counts: [u32; 256],
}

/// Mistake in an image, or in the parameters of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageError {
    /// The image has another colour space than the function takes.
    ColorSpace {
        /// Colour space that the function takes.
        expected: ColorSpace,
    },
    /// Rows overlap, don't begin with a pixel, or don't fit the buffer.
    Shape {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Stride in bytes.
        stride: u32,
    },
    /// The radius is above [`MAX_RADIUS`].
    Radius(u32),
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ColorSpace { expected } => write!(f, "the image is not {expected:?}"),
            Self::Shape { width, height, stride } => write!(
                f,
                "{width} x {height} pixels with {stride} bytes from row to row don't fit\n\
                 hint: rows are whole pixels, don't overlap, and end within {MAX_PIXELS} pixels of 4 bytes"
            ),
            Self::Radius(radius) => {
                write!(f, "a radius of {radius} is above {MAX_RADIUS}\nhint: blur twice for a larger one")
            }
        }
    }
}

impl std::error::Error for ImageError {}

impl ColorSpace {
    /// Returns the size of a pixel in bytes.
    const fn bytes(self) -> u32 {
        match self {
            Self::Rgba => 4,
            Self::Luma => 1,
        }
    }
}

impl ImageBuffer {
    /// Returns the pixels of a coloured image.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not [`Rgba`](ColorSpace::Rgba), or its pixels don't fit.
    pub fn rgba(&self) -> Result<View<'_, Rgba>, ImageError> {
        let (width, height, stride) = self.shape(ColorSpace::Rgba)?;
        Ok(View::new(bytemuck::cast_slice(&self.pixels), width, height, stride))
    }

    /// Returns the pixels of a coloured image, to be changed.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not [`Rgba`](ColorSpace::Rgba), or its pixels don't fit.
    pub fn rgba_mut(&mut self) -> Result<ViewMut<'_, Rgba>, ImageError> {
        let (width, height, stride) = self.shape(ColorSpace::Rgba)?;
        Ok(ViewMut::new(bytemuck::cast_slice_mut(&mut self.pixels), width, height, stride))
    }

    /// Returns the shades of a grey image.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not [`Luma`](ColorSpace::Luma), or its pixels don't fit.
    pub fn luma(&self) -> Result<View<'_, u8>, ImageError> {
        let (width, height, stride) = self.shape(ColorSpace::Luma)?;
        Ok(View::new(bytemuck::cast_slice(&self.pixels), width, height, stride))
    }

    /// Returns the shades of a grey image, to be changed.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not [`Luma`](ColorSpace::Luma), or its pixels don't fit.
    pub fn luma_mut(&mut self) -> Result<ViewMut<'_, u8>, ImageError> {
        let (width, height, stride) = self.shape(ColorSpace::Luma)?;
        Ok(ViewMut::new(bytemuck::cast_slice_mut(&mut self.pixels), width, height, stride))
    }

    /// Makes it an image of another shape, without gaps between rows. The bytes of the pixels don't
    /// change.
    ///
    /// # Errors
    ///
    /// Returns an error if it doesn't fit; then nothing changes.
    pub fn set_shape(&mut self, width: u32, height: u32, color_space: ColorSpace) -> Result<(), ImageError> {
        let stride = width.saturating_mul(color_space.bytes());
        checked_shape(width, height, stride, color_space)?;
        self.width = width;
        self.height = height;
        self.stride = stride;
        self.color_space = color_space;
        Ok(())
    }

    /// Returns width, height and stride in pixels. Dart can write any number to these fields, so
    /// nothing else reads them.
    fn shape(&self, expected: ColorSpace) -> Result<(usize, usize, usize), ImageError> {
        if self.color_space != expected {
            return Err(ImageError::ColorSpace { expected });
        }
        checked_shape(self.width, self.height, self.stride, expected)
    }
}

/// Returns width, height and stride in pixels, if the image fits an [`ImageBuffer`].
fn checked_shape(
    width: u32,
    height: u32,
    stride: u32,
    color_space: ColorSpace,
) -> Result<(usize, usize, usize), ImageError> {
    let bytes = color_space.bytes();
    let row = u64::from(width) * u64::from(bytes);
    // At most 2^64 - 2^32 plus 2^34, so the sum saturates.
    let end = (u64::from(height.saturating_sub(1)) * u64::from(stride)).saturating_add(row);
    if row > u64::from(stride) || !stride.is_multiple_of(bytes) || end > size_of::<[u32; MAX_PIXELS]>() as u64
    {
        return Err(ImageError::Shape { width, height, stride });
    }
    Ok((width as usize, height as usize, (stride / bytes) as usize))
}

/// Writes the shades of grey of the coloured `image` to `shades`, which becomes a grey image of its
/// size.
///
/// # Errors
///
/// Returns an error if `image` is not coloured, or is no image.
#[ffi_export]
pub fn grayscale(image: &ImageBuffer, shades: &mut ImageBuffer, engine: Engine) -> Result<(), ImageError> {
    let from = image.rgba()?;
    shades.set_shape(image.width, image.height, ColorSpace::Luma)?;
    kernels::grayscale(engine.into(), from, shades.luma_mut()?);
    Ok(())
}

/// Adds `amount` to red, green and blue of each pixel of the coloured `image`, saturating at 0 and
/// 255.
///
/// # Errors
///
/// Returns an error if `image` is not coloured, or is no image.
#[ffi_export]
pub fn brightness(image: &mut ImageBuffer, amount: i16, engine: Engine) -> Result<(), ImageError> {
    kernels::brightness(engine.into(), image.rgba_mut()?, amount);
    Ok(())
}

/// Writes the coloured `image` to `blurred`, which gets its size: each pixel the mean of those up
/// to `radius` pixels around it.
///
/// # Errors
///
/// Returns an error if `image` is not coloured, or is no image, or if `radius` is above 100.
#[ffi_export]
pub fn blur(
    image: &ImageBuffer,
    blurred: &mut ImageBuffer,
    radius: u32,
    engine: Engine,
) -> Result<(), ImageError> {
    let from = image.rgba()?;
    let within = usize::try_from(radius).ok().filter(|radius| *radius <= MAX_RADIUS);
    let within = within.ok_or(ImageError::Radius(radius))?;
    blurred.set_shape(image.width, image.height, ColorSpace::Rgba)?;
    kernels::blur(engine.into(), from, blurred.rgba_mut()?, within);
    Ok(())
}

/// Returns the count of each shade in the grey `image`.
///
/// # Errors
///
/// Returns an error if `image` is not grey, or is no image.
#[ffi_export]
pub fn histogram(image: &ImageBuffer, engine: Engine) -> Result<Histogram, ImageError> {
    Ok(Histogram { counts: kernels::histogram(engine.into(), image.luma()?) })
}

/// Returns the vector instructions that [`Engine::Simd`] uses: "avx2".
#[ffi_export]
pub fn level() -> String {
    ffi_core::simd::level().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(width: u32, height: u32, color_space: ColorSpace) -> Box<ImageBuffer> {
        let mut image = ImageBuffer::new_zeroed_box();
        image.set_shape(width, height, color_space).unwrap();
        image
    }

    #[test]
    fn slots_stay_aligned() {
        assert_eq!(size_of::<ImageBuffer>() % 64, 0);
    }

    #[test]
    fn a_pipeline_takes_either_engine() {
        let mut from = image(3, 2, ColorSpace::Rgba);
        from.pixels[..6].copy_from_slice(&[
            0xFF00_00FF,
            0xFF00_FF00,
            0xFFFF_0000,
            0,
            0xFFFF_FFFF,
            0x0012_3456,
        ]);
        let [simd, scalar] = [Engine::Simd, Engine::Scalar].map(|engine| {
            let (mut blurred, mut shades) = (image(1, 1, ColorSpace::Luma), image(0, 0, ColorSpace::Rgba));
            blur(&from, &mut blurred, 1, engine).unwrap();
            brightness(&mut blurred, 5, engine).unwrap();
            grayscale(&blurred, &mut shades, engine).unwrap();
            assert_eq!((shades.width, shades.height, shades.stride), (3, 2, 3));
            (blurred.pixels[..6].to_vec(), shades.pixels[..2].to_vec(), histogram(&shades, engine).unwrap())
        });
        assert_eq!(simd, scalar);
        assert_eq!(simd.2.counts.iter().sum::<u32>(), 6);
    }

    #[test]
    fn what_is_no_image_is_refused() {
        let (mut from, mut to) = (image(2, 2, ColorSpace::Luma), image(0, 0, ColorSpace::Luma));
        let expected = ColorSpace::Rgba;
        assert_eq!(grayscale(&from, &mut to, Engine::Simd), Err(ImageError::ColorSpace { expected }));
        assert_eq!(brightness(&mut from, 1, Engine::Simd), Err(ImageError::ColorSpace { expected }));
        from.color_space = ColorSpace::Rgba;
        for (width, height, stride) in [
            (2, 2, 7),
            (2, 2, 10),
            (4097, 4096, 4 * 4097),
            (1, u32::MAX, u32::MAX - 3),
            (u32::MAX, 1, u32::MAX),
            (u32::MAX, 0, 0),
        ] {
            (from.width, from.height, from.stride) = (width, height, stride);
            let refused = Err(ImageError::Shape { width, height, stride });
            assert_eq!(grayscale(&from, &mut to, Engine::Simd), refused);
        }
        (from.width, from.height, from.stride) = (4096, 4096, 4 * 4096);
        assert!(from.rgba().is_ok());
        assert_eq!(blur(&from, &mut to, 101, Engine::Simd), Err(ImageError::Radius(101)));
        assert_eq!(
            histogram(&from, Engine::Simd),
            Err(ImageError::ColorSpace { expected: ColorSpace::Luma })
        );
    }
}
