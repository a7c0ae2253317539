//! Counts each shade.
//!
//! An increment waits for the one before it when both are of one shade, as neighbours often are. So
//! there are two tables that take turns; four are slower again for shades without a pattern (`cargo
//! xtask bench images`). Vectors don't help: they would have to scatter what they gather.

use super::Backend;
use crate::view::View;

/// Number of tables that take turns.
const TABLES: usize = 2;

/// Returns the count of each shade.
///
/// # Panics
///
/// Panics if there are 2^32 pixels or more.
///
/// # Examples
///
/// ```
/// use image_processing::kernels::{Backend, histogram};
/// use image_processing::view::View;
///
/// let counts = histogram(Backend::strongest(), View::new(&[7, 255, 7], 3, 1, 3));
/// assert_eq!((counts[7], counts[255]), (2, 1));
/// ```
#[must_use]
#[track_caller]
pub fn histogram(backend: Backend, image: View<'_, u8>) -> [u32; 256] {
    let (width, height) = image.size();
    assert!(u32::try_from(width * height).is_ok(), "{width} x {height} pixels can't be counted in 32 bits");
    match backend {
        Backend::Scalar => scalar(image),
        Backend::Vector(_) => in_turns(image),
    }
}

fn scalar(image: View<'_, u8>) -> [u32; 256] {
    let mut counts = [0; 256];
    for &shade in image.rows().flatten() {
        counts[usize::from(shade)] += 1;
    }
    counts
}

fn in_turns(image: View<'_, u8>) -> [u32; 256] {
    let mut tables = [[0_u32; 256]; TABLES];
    for row in image.joined().unwrap_or(image).rows() {
        let (blocks, rest) = row.as_chunks::<8>();
        for block in blocks {
            for (place, &shade) in block.iter().enumerate() {
                tables[place % TABLES][usize::from(shade)] += 1;
            }
        }
        for &shade in rest {
            tables[0][usize::from(shade)] += 1;
        }
    }
    std::array::from_fn(|shade| tables.iter().map(|table| table[shade]).sum())
}
