//! Limits of a check of an untrusted arena: bounds, budget, depth and overlap.
//!
//! Sums are `u64`, so they can't overflow on targets of 32 bits: an offset and a length are `u32`,
//! and the size of a type is below 2^31.

use super::MAX_DEPTH;
use super::format::HEADER_LEN;
use super::region::ArenaRef;
use crate::types::{FfiType, InvalidValue};

/// Number of times that each byte of an arena may be referred to on average: enough for text that
/// is shared, and few enough that a bomb ends at once.
const SHARING: u64 = 8;

/// Use that is made of an arena after its check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// It is read: parts may overlap.
    Read,
    /// It is edited: no two parts of the lists may overlap, so that a write to one changes no
    /// other. Text is never written in place.
    Edit,
}

/// An arena under check, and what may still be visited of it.
#[derive(Debug)]
pub struct ArenaCheck<'a> {
    arena: ArenaRef<'a>,
    /// Size in bytes of the lists.
    lists: u64,
    text: &'a str,
    /// Bytes that may still be referred to.
    budget: u64,
    /// Levels that may still be nested.
    depth: u32,
    /// Bytes of the lists that a part has, if parts may not overlap.
    claims: Option<Claims>,
}

impl<'a> ArenaCheck<'a> {
    /// Returns a check of lists of that size and of a text.
    pub(super) fn new(arena: ArenaRef<'a>, lists: usize, text: &'a str, usage: Use) -> Self {
        let budget = (lists as u64 + text.len() as u64) * SHARING;
        let claims = (usage == Use::Edit).then(|| Claims::new(lists));
        Self { arena, lists: lists as u64, text, budget, depth: MAX_DEPTH, claims }
    }

    /// Returns the number of bytes that may still be referred to.
    pub(super) fn budget(&self) -> u64 {
        self.budget
    }

    /// Returns the address of `len` consecutive values, which is aligned; all of them are inside of
    /// the lists, and none is checked yet.
    #[inline(always)]
    pub(super) fn block<T: FfiType>(&mut self, at: u32, len: u32) -> Result<*const T, InvalidValue> {
        let bytes = u64::from(len) * size_of::<T>() as u64;
        if (at as usize) < HEADER_LEN || u64::from(at) + bytes > self.lists {
            return Err(outside(at, bytes, "lists", self.lists));
        }
        if !(at as usize).is_multiple_of(align_of::<T>()) {
            return Err(misaligned(at, align_of::<T>()));
        }
        self.spend(bytes)?;
        if let Some(claims) = &mut self.claims
            && !claims.claim(at as usize, bytes as usize)
        {
            return Err(overlapping(at, bytes));
        }
        // SAFETY: `at` is below the size of the lists, or at their end.
        Ok(unsafe { self.arena.address(at) })
    }

    #[inline(always)]
    fn spend(&mut self, bytes: u64) -> Result<(), InvalidValue> {
        match self.budget.checked_sub(bytes) {
            Some(rest) => {
                self.budget = rest;
                Ok(())
            }
            None => Err(exhausted()),
        }
    }

    #[inline(always)]
    pub(super) fn deeper(
        &mut self,
        visit: impl FnOnce(&mut Self) -> Result<(), InvalidValue>,
    ) -> Result<(), InvalidValue> {
        let Some(depth) = self.depth.checked_sub(1) else { return Err(too_deep()) };
        self.depth = depth;
        visit(self)?;
        self.depth += 1;
        Ok(())
    }

    /// Checks the text that a handle refers to.
    #[inline(always)]
    pub(super) fn text(&mut self, at: u32, len: u32) -> Result<(), InvalidValue> {
        if len == 0 {
            return Ok(());
        }
        let (first, end) = (u64::from(at), u64::from(at) + u64::from(len));
        if end > self.text.len() as u64 {
            return Err(outside(at, u64::from(len), "text", self.text.len() as u64));
        }
        // Both fit `usize`, as the end is inside of the text.
        if !self.text.is_char_boundary(first as usize) || !self.text.is_char_boundary(end as usize) {
            return Err(inside_char(at, len));
        }
        self.spend(u64::from(len))
    }

    /// Returns the arena, of which only those parts may be viewed that the check has visited.
    #[inline(always)]
    pub(super) fn arena(&self) -> ArenaRef<'a> {
        self.arena
    }
}

#[cold]
#[inline(never)]
fn outside(at: u32, bytes: u64, chunk: &str, len: u64) -> InvalidValue {
    InvalidValue::new(format_args!("{bytes} bytes at {at} are outside of the {chunk} of {len} bytes"))
}

#[cold]
#[inline(never)]
fn misaligned(at: u32, align: usize) -> InvalidValue {
    InvalidValue::new(format_args!("{at} is not a multiple of {align}, the alignment of what is there"))
}

#[cold]
#[inline(never)]
fn inside_char(at: u32, len: u32) -> InvalidValue {
    InvalidValue::new(format_args!("the text of {len} bytes at {at} begins or ends inside a character"))
}

#[cold]
#[inline(never)]
fn overlapping(at: u32, bytes: u64) -> InvalidValue {
    InvalidValue::new(format_args!(
        "{bytes} bytes at {at} are part of something else as well, so they can't be edited"
    ))
}

#[cold]
#[inline(never)]
fn exhausted() -> InvalidValue {
    InvalidValue::new("more is referred to than the arena holds: parts are shared or in a circle")
}

#[cold]
#[inline(never)]
fn too_deep() -> InvalidValue {
    InvalidValue::new(format_args!("the arena is nested deeper than {MAX_DEPTH} levels"))
}

/// Bytes of the lists that have been visited, a bit for each.
#[derive(Debug)]
struct Claims(Vec<u64>);

impl Claims {
    fn new(len: usize) -> Self {
        Self(vec![0; len.div_ceil(64)])
    }

    /// Claims bytes; returns false if one of them was claimed before.
    fn claim(&mut self, mut at: usize, bytes: usize) -> bool {
        let end = at + bytes;
        while at < end {
            let (word, first) = (at / 64, at % 64);
            let count = (end - at).min(64 - first);
            let mask = (u64::MAX >> (64 - count)) << first;
            if self.0[word] & mask != 0 {
                return false;
            }
            self.0[word] |= mask;
            at += count;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_is_claimed_once() {
        for start in 0..130 {
            for len in 1..130 {
                let mut claims = Claims::new(300);
                assert!(claims.claim(start, len));
                for at in 0..300 {
                    let free = at < start || at >= start + len;
                    let bit = claims.0[at / 64] >> (at % 64) & 1;
                    assert_eq!(bit == 0, free, "{start} {len} {at}");
                }
                assert!(!claims.claim(start, 1) && !claims.claim(start + len - 1, 1));
                assert!(claims.claim(start + len, 1));
            }
        }
    }
}
