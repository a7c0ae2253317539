//! `FfiStr<N>`.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, DerefMut};
use std::str::FromStr;

use bytemuck::Zeroable;

use super::buffer::{Buffer, capacity_fits};
use super::{CapacityError, FfiType, InvalidValue, Itself};
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;

/// Up to `N` bytes of UTF-8 in place: a `u32` length in bytes, then memory for `N` bytes.
///
/// It derefs to `str`, and has the methods of [`String`] that need no allocation; text that is too
/// long is refused and never cut. `N` goes from 1 to `u32::MAX`, and other capacities don't
/// compile.
///
/// Memory after the length is unused: see [`FfiVec`](super::FfiVec) about its bytes.
///
/// # Examples
///
/// ```
/// use std::fmt::Write as _;
///
/// use ffi_core::FfiStr;
///
/// let mut name = FfiStr::<16>::try_from("Zürich")?;
/// assert_eq!(name.len(), 7);
/// assert!(name.starts_with("Zü"));
/// write!(name, " {}", 8001)?;
/// assert_eq!(name, "Zürich 8001");
/// assert_eq!(name.try_push_str(" Altstadt").unwrap_err().to_string(), "length 21 exceeds 16");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct FfiStr<const N: usize>(
    /// The bytes. Invariant: those in use are UTF-8.
    Buffer<u8, N>,
);

impl<const N: usize> FfiStr<N> {
    /// Returns an empty string, all of whose bytes are zero.
    #[must_use]
    #[inline]
    pub const fn new() -> Self {
        Self(Buffer::new())
    }

    /// Returns the capacity `N` in bytes.
    #[must_use]
    #[inline]
    pub const fn capacity(&self) -> usize {
        N
    }

    /// Returns true if not a single byte more fits.
    #[must_use]
    #[inline]
    pub const fn is_full(&self) -> bool {
        self.0.is_full()
    }

    /// Returns the text.
    #[must_use]
    #[inline]
    pub const fn as_str(&self) -> &str {
        // SAFETY: the bytes in use are UTF-8, by the invariant.
        unsafe { str::from_utf8_unchecked(self.0.as_slice()) }
    }

    /// Returns the text for changes in place.
    #[must_use]
    #[inline]
    pub const fn as_mut_str(&mut self) -> &mut str {
        // SAFETY: the bytes in use are UTF-8, by the invariant; a `&mut str` keeps them so.
        unsafe { str::from_utf8_unchecked_mut(self.0.as_mut_slice()) }
    }

    /// Appends a character.
    ///
    /// # Errors
    ///
    /// Returns an error if not all its bytes fit; the error holds the character.
    #[inline]
    pub fn try_push(&mut self, char: char) -> Result<(), CapacityError<char>> {
        self.try_push_str(char.encode_utf8(&mut [0; 4]))
            .map_err(|error| CapacityError::new(error.needed(), N, char))
    }

    /// Appends all of `text`, or nothing.
    ///
    /// # Errors
    ///
    /// Returns an error if not all of it fits.
    #[inline]
    pub fn try_push_str(&mut self, text: &str) -> Result<(), CapacityError> {
        self.0.extend_from_slice(text.as_bytes())
    }

    /// Appends all of `chars`, or nothing.
    ///
    /// # Errors
    ///
    /// Returns an error if not all of them fit. The iterator has then yielded one character more
    /// than fits.
    pub fn try_extend(&mut self, chars: impl IntoIterator<Item = char>) -> Result<(), CapacityError> {
        let len = self.len();
        chars.into_iter().try_for_each(|char| self.try_push(char)).map_err(|error| {
            self.0.truncate(len);
            error.without_value()
        })
    }

    /// Inserts all of `text` at byte `index`, or nothing.
    ///
    /// # Errors
    ///
    /// Returns an error if not all of it fits.
    ///
    /// # Panics
    ///
    /// Panics if `index` isn't on a character boundary.
    #[track_caller]
    pub fn try_insert_str(&mut self, index: usize, text: &str) -> Result<(), CapacityError> {
        assert!(self.is_char_boundary(index), "byte index {index} is not a char boundary");
        self.try_push_str(text)?;
        self.0.as_mut_slice()[index..].rotate_right(text.len());
        Ok(())
    }

    /// Removes the last character.
    pub fn pop(&mut self) -> Option<char> {
        let last = self.chars().next_back()?;
        self.0.truncate(self.len() - last.len_utf8());
        Some(last)
    }

    /// Removes the character at byte `index`, and moves the text after it.
    ///
    /// # Panics
    ///
    /// Panics if no character starts at `index`.
    #[track_caller]
    pub fn remove(&mut self, index: usize) -> char {
        let char = self[index..].chars().next().expect("cannot remove a char from the end of a string");
        self.0.as_mut_slice()[index..].rotate_left(char.len_utf8());
        self.0.truncate(self.0.len() - char.len_utf8());
        char
    }

    /// Keeps the characters for which `keep` holds, in their order. If `keep` panics, the
    /// characters kept so far are left.
    pub fn retain(&mut self, mut keep: impl FnMut(char) -> bool) {
        /// Ends the text after the kept characters, however the loop ends.
        struct Kept<'a, const N: usize>(&'a mut Buffer<u8, N>, usize);

        impl<const N: usize> Drop for Kept<'_, N> {
            fn drop(&mut self) {
                self.0.truncate(self.1);
            }
        }

        let mut kept = Kept(&mut self.0, 0);
        let mut index = 0;
        while index < kept.0.len() {
            let bytes = kept.0.as_mut_slice();
            // SAFETY: nothing has been written from `index` on, a character boundary: the rest is
            // UTF-8 as it was.
            let rest = unsafe { str::from_utf8_unchecked(&bytes[index..]) };
            let char = rest.chars().next().expect("there is a rest");
            let next = index + char.len_utf8();
            if keep(char) {
                bytes.copy_within(index..next, kept.1);
                kept.1 += char.len_utf8();
            }
            index = next;
        }
    }

    /// Keeps the first `len` bytes. Does nothing if there are fewer.
    ///
    /// # Panics
    ///
    /// Panics if `len` isn't on a character boundary.
    #[track_caller]
    pub fn truncate(&mut self, len: usize) {
        if len < self.len() {
            assert!(self.is_char_boundary(len), "byte index {len} is not a char boundary");
            self.0.truncate(len);
        }
    }

    /// Removes all text. Its bytes stay.
    #[inline]
    pub const fn clear(&mut self) {
        self.0.truncate(0);
    }

    /// Writes zeros to the memory that isn't used, which may hold bytes of earlier text.
    pub fn zero_unused(&mut self) {
        self.0.zero_unused();
    }
}

// SAFETY: a string of zeros is empty.
unsafe impl<const N: usize> Zeroable for FfiStr<N> {}

// SAFETY: a length and bytes in place, without destructor or pointer. The check verifies the length
// and UTF-8.
unsafe impl<const N: usize> FfiType for FfiStr<N> {
    type Form = Itself;
    const TYPE: Fragment = &[Piece::Text("{\"str\":{\"cap\":"), Piece::Number(N as u64), Piece::Text("}}")];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::STR, N as u64]);
    const ANY_BITS: bool = false;
    const CAPACITIES_FIT: bool = capacity_fits(N);

    #[inline]
    unsafe fn check(value: *const Self) -> Result<(), InvalidValue> {
        let buffer = value.cast::<Buffer<u8, N>>();
        // SAFETY: a string is laid out as its buffer, which by this function's contract is aligned
        // and initialised, and no thread writes to it.
        let len = unsafe { Buffer::check_len(buffer) }?;
        // SAFETY: aligned and initialised memory of a buffer's size, by this function's contract.
        let first = unsafe { Buffer::items(buffer) };
        // SAFETY: the first `len <= N` bytes lie inside the string; they are initialised, and no
        // thread writes to them.
        let bytes = unsafe { std::slice::from_raw_parts(first, len) };
        utf8(bytes).map(drop)
    }
}

/// Returns untrusted bytes as text.
///
/// # Errors
///
/// Returns the position of the first byte that isn't UTF-8.
#[inline]
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, InvalidValue> {
    // Text is ASCII more often than not, and that is checked faster still.
    if bytes.is_ascii() || is_utf8(bytes) {
        // SAFETY: ASCII is UTF-8, and else the bytes have been found to be UTF-8.
        return Ok(unsafe { str::from_utf8_unchecked(bytes) });
    }
    Err(invalid_utf8(bytes))
}

/// Returns true for UTF-8.
///
/// `simdutf8` checks text of other scripts many times as fast as std does, in blocks of 64 bytes,
/// but leaves text that is shorter than a block to std. So such text gets a block of its own, in
/// which zeros follow it: they are characters, and no part of one that is cut off.
#[inline]
fn is_utf8(bytes: &[u8]) -> bool {
    let mut block = [0; 64];
    let bytes = match block.get_mut(..bytes.len()) {
        Some(start) => {
            start.copy_from_slice(bytes);
            &block
        }
        None => bytes,
    };
    simdutf8::basic::from_utf8(bytes).is_ok()
}

#[cold]
#[inline(never)]
fn invalid_utf8(bytes: &[u8]) -> InvalidValue {
    let valid = str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    InvalidValue::new(format_args!("invalid UTF-8 at byte {valid}"))
}

impl<const N: usize> Deref for FfiStr<N> {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl<const N: usize> DerefMut for FfiStr<N> {
    #[inline]
    fn deref_mut(&mut self) -> &mut str {
        self.as_mut_str()
    }
}

impl<const N: usize> AsRef<str> for FfiStr<N> {
    fn as_ref(&self) -> &str {
        self
    }
}

impl<const N: usize> AsRef<[u8]> for FfiStr<N> {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

// Hash, order and equality are those of the `str`.
impl<const N: usize> Borrow<str> for FfiStr<N> {
    fn borrow(&self) -> &str {
        self
    }
}

impl<const N: usize> Default for FfiStr<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> TryFrom<&str> for FfiStr<N> {
    type Error = CapacityError;

    #[inline]
    fn try_from(text: &str) -> Result<Self, CapacityError> {
        let mut string = Self::new();
        string.try_push_str(text)?;
        Ok(string)
    }
}

impl<const N: usize> FromStr for FfiStr<N> {
    type Err = CapacityError;

    fn from_str(text: &str) -> Result<Self, CapacityError> {
        Self::try_from(text)
    }
}

impl<const N: usize> fmt::Write for FfiStr<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.try_push_str(text).map_err(|_| fmt::Error)
    }
}

impl<const N: usize> fmt::Debug for FfiStr<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl<const N: usize> fmt::Display for FfiStr<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl<const N: usize, const M: usize> PartialEq<FfiStr<M>> for FfiStr<N> {
    fn eq(&self, other: &FfiStr<M>) -> bool {
        self.as_str() == other.as_str()
    }
}

macro_rules! equal_to {
    ($($text:ty)*) => {$(
        impl<const N: usize> PartialEq<$text> for FfiStr<N> {
            fn eq(&self, other: &$text) -> bool {
                self.as_str() == &other[..]
            }
        }

        impl<const N: usize> PartialEq<FfiStr<N>> for $text {
            fn eq(&self, other: &FfiStr<N>) -> bool {
                &self[..] == other.as_str()
            }
        }
    )*};
}

equal_to!(str &str String);

impl<const N: usize> Eq for FfiStr<N> {}

impl<const N: usize> PartialOrd for FfiStr<N> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<const N: usize> Ord for FfiStr<N> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other)
    }
}

impl<const N: usize> Hash for FfiStr<N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::utf8;

    /// Every part of text of one to four bytes a character, whole or with a byte that is wrong.
    #[test]
    fn short_text_is_checked_as_std_does() {
        let text = "aé日😀zü".repeat(11).into_bytes();
        for wrong in [None, Some(0xff), Some(0x80), Some(0xc0), Some(0xed), Some(0xf4)] {
            let mut bytes = text.clone();
            if let Some(wrong) = wrong {
                bytes[71] = wrong;
            }
            for start in 0..bytes.len() {
                for end in start..=bytes.len() {
                    let part = &bytes[start..end];
                    let found = utf8(part).map_err(|invalid| invalid.problem().to_owned());
                    let expected = str::from_utf8(part)
                        .map_err(|error| format!("invalid UTF-8 at byte {}", error.valid_up_to()));
                    assert_eq!(found, expected, "{wrong:?} {start}..{end}");
                }
            }
        }
    }
}
