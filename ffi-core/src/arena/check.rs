//! The check of untrusted arenas.
//!
//! Lists, boxes and text are visited from the root on. Sums are `u64`, so they can't overflow on
//! targets of 32 bits: an offset and a length are `u32`, and the size of a type is below 2^31.

use super::MAX_DEPTH;
use super::format::{HEADER_LEN, Header};
use super::memory::LARGEST;
use super::region::ArenaRef;
use super::value::{ArenaMessage, ArenaType};
use crate::types::{InvalidValue, utf8};

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

/// An arena that was found valid.
#[derive(Debug)]
pub(super) struct Accepted<'a> {
    pub(super) arena: ArenaRef<'a>,
    /// Bytes that handles refer to, and those of header and root.
    pub(super) referred: u64,
}

/// Splits untrusted bytes into lists and text, as their header says.
///
/// # Errors
///
/// Returns an error if the header is not that of an arena of `T`, or says more than there is.
pub(super) fn split<T: ArenaMessage>(bytes: &[u8]) -> Result<(&[u8], &[u8]), InvalidValue> {
    let header = Header::read(bytes)?;
    if header.layout != T::layout() {
        let problem = format_args!("the arena's root has another layout than this library's {}", T::NAME);
        return Err(InvalidValue::new(problem));
    }
    let all = bytes.len() as u64;
    if header.lists > all || header.text != all - header.lists {
        let problem =
            format_args!("an arena of {} and {} bytes is in {all} bytes", header.lists, header.text);
        return Err(InvalidValue::new(problem));
    }
    Ok(bytes.split_at(header.lists as usize))
}

/// Checks two chunks.
///
/// # Errors
///
/// Returns the path to the first invalid part, and the mistake.
pub(super) fn check<'a, T: ArenaMessage>(
    lists: &'a [u8],
    text: &'a [u8],
    usage: Use,
) -> Result<Accepted<'a>, InvalidValue> {
    if !lists.as_ptr().addr().is_multiple_of(HEADER_LEN) {
        return Err(InvalidValue::new("the memory of an arena is not aligned to 64 bytes"));
    }
    if lists.len() < HEADER_LEN + size_of::<T>() {
        let problem = format_args!("{} bytes are less than an arena of {}", lists.len(), T::NAME);
        return Err(InvalidValue::new(problem));
    }
    if lists.len() > LARGEST || text.len() > LARGEST {
        return Err(InvalidValue::new("the arena is larger than offsets can count to"));
    }
    let text = utf8(text).map_err(|invalid| invalid.in_field("text"))?;
    // SAFETY: the slices are initialised and borrowed for as long as `'a`. Only this check uses the
    // claim until it returns, and it only asks for addresses inside of the lists.
    let arena = unsafe { ArenaRef::new(lists.as_ptr(), text.as_ptr()) };
    let all = lists.len() as u64 + text.len() as u64;
    let claims = (usage == Use::Edit).then(|| Claims::new(lists.len()));
    let budget = all.saturating_mul(SHARING);
    let mut check = ArenaCheck { arena, lists: lists.len() as u64, text, budget, depth: MAX_DEPTH, claims };
    let root = check.block::<T>(HEADER_LEN as u32, 1)?;
    // SAFETY: `block` has found the root inside of the lists and aligned; the slice is initialised,
    // and no code writes to it.
    unsafe { T::check_in(root, &mut check) }?;
    Ok(Accepted { arena, referred: budget - check.budget + HEADER_LEN as u64 })
}

impl ArenaCheck<'_> {
    /// Returns the address of `len` consecutive values, which is aligned; all of them are inside of
    /// the lists, and none is checked yet.
    #[inline(always)]
    fn block<T: ArenaType>(&mut self, at: u32, len: u32) -> Result<*const T, InvalidValue> {
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
    fn deeper(
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

    /// Checks the values that a handle refers to; returns their address.
    #[inline(always)]
    pub(super) fn list<T: ArenaType>(&mut self, at: u32, len: u32) -> Result<*const T, InvalidValue> {
        let () = const { assert!(size_of::<T>() > 0, "a list in an arena needs elements of some size") };
        if len == 0 {
            return Ok(std::ptr::dangling());
        }
        let first = self.block::<T>(at, len)?;
        if T::ANY_BITS && !T::ARENA {
            return Ok(first);
        }
        self.deeper(|check| {
            for index in 0..len as usize {
                // SAFETY: `index < len`, and `block` found all of the values inside of the lists.
                let element = unsafe { first.add(index) };
                // SAFETY: `block` found the element inside of the lists and aligned; the lists are
                // initialised, and no code writes to them.
                unsafe { T::check_in(element, check) }.map_err(|invalid| invalid.at_index(index))?;
            }
            Ok(())
        })?;
        Ok(first)
    }

    /// Checks the value that the handle of a box refers to, if there is one.
    #[inline(always)]
    pub(super) fn boxed<T: ArenaType>(&mut self, at: u32) -> Result<(), InvalidValue> {
        let () = const { assert!(size_of::<T>() > 0, "a box in an arena needs a value of some size") };
        if at == 0 {
            return Ok(());
        }
        let value = self.block::<T>(at, 1)?;
        if T::ANY_BITS && !T::ARENA {
            return Ok(());
        }
        self.deeper(|check| {
            // SAFETY: `block` found the value inside of the lists and aligned; the lists are
            // initialised, and no code writes to them.
            unsafe { T::check_in(value, check) }
        })
    }

    /// Returns the arena, of which only those parts may be viewed that the check has visited.
    #[inline(always)]
    pub(super) fn arena(&self) -> ArenaRef<'_> {
        self.arena
    }
}

/// Checks a field of an arena message.
///
/// # Errors
///
/// Returns the path to the first invalid part, and the mistake.
///
/// # Safety
///
/// `message.byte_add(offset)` fulfils the contract of [`ArenaType::check_in`].
#[inline(always)]
pub unsafe fn check_field_in<F: ArenaType>(
    message: *const u8,
    offset: usize,
    name: &'static str,
    check: &mut ArenaCheck<'_>,
) -> Result<(), InvalidValue> {
    if F::ANY_BITS && !F::ARENA {
        return Ok(());
    }
    // SAFETY: by this function's contract the field lies inside the message's memory.
    let field = unsafe { message.add(offset) };
    // SAFETY: by this function's contract the field fulfils the contract of the callee.
    unsafe { F::check_in(field.cast(), check) }.map_err(|invalid| invalid.in_field(name))
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
