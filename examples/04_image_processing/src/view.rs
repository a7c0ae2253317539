//! Rows of pixels in borrowed memory.

/// Bytes of a pixel: red, green, blue, alpha.
pub type Rgba = [u8; 4];

/// An image to read: `height` rows of `width` pixels, each `stride` pixels after the one above.
#[derive(Debug)]
pub struct View<'a, P> {
    pixels: &'a [P],
    width: usize,
    height: usize,
    stride: usize,
}

// A derive would require `P: Clone`.
impl<P> Clone for View<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for View<'_, P> {}

/// An image to write.
#[derive(Debug)]
pub struct ViewMut<'a, P> {
    pixels: &'a mut [P],
    width: usize,
    height: usize,
    stride: usize,
}

/// Returns the number of pixels from the first of an image to the end of its last row.
///
/// # Panics
///
/// Panics if rows overlap, or there can't be so many pixels.
#[track_caller]
fn span(width: usize, height: usize, stride: usize) -> usize {
    assert!(width <= stride, "rows of {width} pixels overlap with a stride of {stride}");
    if width == 0 || height == 0 {
        return 0;
    }
    let span = (height - 1).checked_mul(stride).and_then(|above| above.checked_add(width));
    span.expect("the image is larger than memory")
}

impl<'a, P> View<'a, P> {
    /// Returns the image that begins with the first of `pixels`.
    ///
    /// # Panics
    ///
    /// Panics if rows overlap, or there aren't enough pixels.
    #[must_use]
    #[track_caller]
    pub fn new(pixels: &'a [P], width: usize, height: usize, stride: usize) -> Self {
        Self { pixels: &pixels[..span(width, height, stride)], width, height, stride }
    }

    /// Returns width and height in pixels.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Returns the row at index `y`.
    ///
    /// # Panics
    ///
    /// Panics if there is no such row.
    #[must_use]
    #[inline]
    #[track_caller]
    pub fn row(&self, y: usize) -> &'a [P] {
        assert!(y < self.height, "there is no row {y} among {}", self.height);
        if self.width == 0 { &[] } else { &self.pixels[y * self.stride..][..self.width] }
    }

    /// Returns all rows.
    #[inline]
    pub fn rows(&self) -> impl Iterator<Item = &'a [P]> {
        let width = self.width;
        self.pixels.chunks(self.stride.max(1)).map(move |row| &row[..width])
    }

    /// Returns the image as one row, if there are no pixels between the rows.
    pub(crate) fn joined(self) -> Option<Self> {
        let width = self.pixels.len();
        (self.width == self.stride).then_some(Self { width, height: 1, stride: width, ..self })
    }
}

impl<'a, P> ViewMut<'a, P> {
    /// Returns the image that begins with the first of `pixels`.
    ///
    /// # Panics
    ///
    /// Panics if rows overlap, or there aren't enough pixels.
    #[must_use]
    #[track_caller]
    pub fn new(pixels: &'a mut [P], width: usize, height: usize, stride: usize) -> Self {
        Self { pixels: &mut pixels[..span(width, height, stride)], width, height, stride }
    }

    /// Returns width and height in pixels.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Reborrows the image.
    #[must_use]
    pub fn reborrow(&mut self) -> ViewMut<'_, P> {
        ViewMut { pixels: self.pixels, width: self.width, height: self.height, stride: self.stride }
    }

    /// Returns all rows.
    #[inline]
    pub fn rows(self) -> impl Iterator<Item = &'a mut [P]> {
        let width = self.width;
        self.pixels.chunks_mut(self.stride.max(1)).map(move |row| &mut row[..width])
    }

    /// Returns the image as one row if there are no pixels between the rows, or else unchanged.
    pub(crate) fn join(self) -> Self {
        let width = self.pixels.len();
        if self.width == self.stride { Self { width, height: 1, stride: width, ..self } } else { self }
    }
}

/// Returns both images as one row each if neither has pixels between its rows, or else unchanged.
pub(crate) fn join<'a, 'b, P, Q>(from: View<'a, P>, to: ViewMut<'b, Q>) -> (View<'a, P>, ViewMut<'b, Q>) {
    match from.joined() {
        Some(joined) if to.width == to.stride => (joined, to.join()),
        _ => (from, to),
    }
}

/// # Panics
///
/// Panics if the images differ in size.
#[track_caller]
pub(crate) fn same_size<P, Q>(from: &View<'_, P>, to: &ViewMut<'_, Q>) {
    let ((width, height), (to_width, to_height)) = (from.size(), to.size());
    assert!(
        (width, height) == (to_width, to_height),
        "an image of {width} x {height} pixels doesn't fit one of {to_width} x {to_height}"
    );
}
