//! The check of untrusted arenas: visits lists, boxes and text from the root on.

use super::check::{ArenaCheck, Use};
use super::chunk::LARGEST;
use super::format::{ArenaHeader, HEADER_LEN, MAX_SCHEMA};
use super::reach::Reached;
use super::region::ArenaRef;
use super::schema::first_difference;
use super::value::{ArenaMessage, ArenaType};
use crate::types::{InvalidValue, utf8};

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
    let [lists, text] = sizes::<T>(bytes, bytes.len(), |at| bytes.get(at..).map(<[u8]>::to_vec))?;
    let (lists, rest) = bytes.split_at(lists);
    Ok((lists, &rest[..text]))
}

/// Returns the sizes of the chunks that a header says, of an arena in `all` bytes. `schema` returns
/// what is there from an offset on: it is asked for the schema of another layout.
///
/// # Errors
///
/// Returns an error if the header is not that of an arena of `T`, or says more than there is.
pub(super) fn sizes<T: ArenaMessage>(
    header: &[u8],
    all: usize,
    schema: impl FnOnce(usize) -> Option<Vec<u8>>,
) -> Result<[usize; 2], InvalidValue> {
    let header = ArenaHeader::read(header)?;
    let schema_len = header.schema_len(all as u64)?;
    if header.layout != T::layout() {
        let at = all - schema_len as usize;
        let schema = if (1..=MAX_SCHEMA).contains(&schema_len) { schema(at) } else { None };
        return Err(other_layout::<T>(schema));
    }
    // Both are at most the number of bytes, a `usize`.
    Ok([header.lists as usize, header.text as usize])
}

/// Returns the error about an arena with another layout, whose schema may be known.
#[cold]
fn other_layout<T: ArenaMessage>(schema: Option<Vec<u8>>) -> InvalidValue {
    let problem = format!("the arena's root has another layout than this library's {}", T::NAME);
    let schema = schema.and_then(|schema| String::from_utf8(schema).ok());
    match schema.and_then(|schema| first_difference(&schema_of::<T>(), &schema)) {
        Some(difference) => InvalidValue::new(format_args!("{problem}: {difference}")),
        None => InvalidValue::new(problem),
    }
}

/// Checks that the schema of an arena is that of `T`.
///
/// # Errors
///
/// Returns an error that names the first difference.
pub(super) fn compare<T: ArenaMessage>(schema: &[u8]) -> Result<(), InvalidValue> {
    if schema == schema_of::<T>().as_bytes() { Ok(()) } else { Err(other_layout::<T>(Some(schema.to_vec()))) }
}

/// Returns the schema of arenas of `T`.
pub(super) fn schema_of<T: ArenaMessage>() -> String {
    let mut reached = Reached::default();
    T::reach(&mut reached);
    reached.schema(T::ID)
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
    let mut check = ArenaCheck::new(arena, lists.len(), text, usage);
    let budget = check.budget();
    let root = check.block::<T>(HEADER_LEN as u32, 1)?;
    // SAFETY: `block` has found the root inside of the lists and aligned; the slice is initialised,
    // and no code writes to it.
    unsafe { T::check_in(root, &mut check) }?;
    Ok(Accepted { arena, referred: budget - check.budget() + HEADER_LEN as u64 })
}

impl ArenaCheck<'_> {
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
