//! Converts raw arguments to Rust values: every argument is checked, and every refusal names the
//! parameter.

use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;

use super::lent::FfiLent;
use super::output::{FfiValue, ValueForm};
use super::status::Failure;
use crate::types::{InvalidValue, check_elements};

/// Checks a pointer argument and makes it a reference.
///
/// # Errors
///
/// Returns invalid argument if `pointer` is null or misaligned, invalid value if its bytes are not
/// a `T`.
///
/// # Safety
///
/// A pointer that is neither null nor misaligned points to `size_of::<T>()` initialised bytes that
/// no thread writes to, and that stay allocated, for as long as `'a`; the same holds for memory
/// that a `T` owns elsewhere.
pub unsafe fn reference<'a, T: FfiLent>(pointer: *const T, name: &'static str) -> Result<&'a T, Failure> {
    check_pointer(pointer, name)?;
    // SAFETY: not null and aligned; the caller vouches for initialised bytes that no thread writes
    // to.
    unsafe { T::check_lent(pointer) }.map_err(|invalid| invalid.in_field(name))?;
    // SAFETY: not null and aligned, no thread writes to the bytes for as long as `'a`, and the
    // check has found them valid.
    Ok(unsafe { &*pointer })
}

/// Checks a pointer argument and makes it a mutable reference.
///
/// # Errors
///
/// Returns the errors of [`reference()`].
///
/// # Safety
///
/// The conditions of [`reference()`], and no other code reads those bytes for as long as `'a`.
pub unsafe fn reference_mut<'a, T: FfiLent>(
    pointer: *mut T,
    name: &'static str,
) -> Result<&'a mut T, Failure> {
    check_pointer(pointer, name)?;
    // SAFETY: not null and aligned; the caller vouches for initialised bytes that no other code
    // uses.
    unsafe { T::check_lent_mut(pointer) }.map_err(|invalid| invalid.in_field(name))?;
    // SAFETY: not null and aligned, and the check found it valid; the caller vouches that no other
    // code uses it for as long as `'a`.
    Ok(unsafe { &mut *pointer })
}

/// Checks a pointer and a length and makes them a slice. The pointer of an empty slice may have any
/// value.
///
/// # Errors
///
/// Returns invalid argument if `pointer` is null or misaligned or the length exceeds the address
/// space, invalid value if an element's bytes are not a `T`.
///
/// # Safety
///
/// The conditions of [`reference()`], for `len` consecutive values.
pub unsafe fn slice<'a, T: FfiValue>(
    pointer: *const T,
    len: usize,
    name: &'static str,
) -> Result<&'a [T], Failure> {
    if len == 0 {
        return Ok(&[]);
    }
    check_slice(pointer, len, name)?;
    // SAFETY: not null, aligned and no longer than the address space; the caller vouches for `len`
    // initialised values that no thread writes to.
    unsafe { check_elements(pointer, len) }.map_err(|invalid| invalid.in_field(name))?;
    // SAFETY: not null and aligned, no thread writes to the bytes for as long as `'a`, and every
    // element has been found valid; the size in bytes fits `isize`.
    Ok(unsafe { std::slice::from_raw_parts(pointer, len) })
}

/// Checks a pointer and a length and makes them a mutable slice.
///
/// # Errors
///
/// Returns the errors of [`slice()`].
///
/// # Safety
///
/// The conditions of [`slice()`], and no other code reads those bytes for as long as `'a`.
pub unsafe fn slice_mut<'a, T: FfiValue>(
    pointer: *mut T,
    len: usize,
    name: &'static str,
) -> Result<&'a mut [T], Failure> {
    if len == 0 {
        return Ok(&mut []);
    }
    // SAFETY: the caller vouches for more than `slice` requires. The shared slice ends here.
    unsafe { slice(pointer.cast_const(), len, name) }?;
    // SAFETY: `slice` found it aligned, valid and short enough; the caller vouches that no other
    // code uses it.
    Ok(unsafe { std::slice::from_raw_parts_mut(pointer, len) })
}

/// Copies a message or oneof that is passed by value from the caller's memory, and checks the copy.
/// Later writes to that memory, for instance by a callback that makes the next call, change
/// neither.
///
/// # Errors
///
/// Returns invalid argument if `pointer` is null or misaligned, invalid value if its bytes are not
/// a `T`.
///
/// # Safety
///
/// A pointer that is neither null nor misaligned points to `size_of::<T>()` bytes that no thread
/// writes to meanwhile, and that are initialised except for padding.
#[inline]
pub unsafe fn copied<T: FfiValue>(pointer: *const T, name: &'static str) -> Result<T, Failure> {
    check_pointer(pointer, name)?;
    // SAFETY: not null and aligned, and the caller vouches for that many bytes that no thread
    // writes to; a `MaybeUninit` may hold any.
    let copy = unsafe { pointer.cast::<MaybeUninit<T>>().read() };
    // SAFETY: the pointer is to a local, so it is aligned and no other code writes there; its bytes
    // are initialised except for padding, as in the original.
    unsafe { T::check(copy.as_ptr()) }.map_err(|invalid| invalid.in_field(name))?;
    // SAFETY: the check found a valid value.
    Ok(unsafe { copy.assume_init() })
}

/// Form of messages and oneofs, which are returned as they are, and passed as a pointer to what is
/// copied.
#[derive(Debug)]
pub struct Copied;

// SAFETY: a `MaybeUninit` has the ABI of what it holds, and `copied` checks.
unsafe impl<T: FfiValue<Abi = MaybeUninit<T>, Param = *const T>> ValueForm<T> for Copied {
    #[inline]
    fn into_abi(value: T) -> MaybeUninit<T> {
        MaybeUninit::new(value)
    }

    #[inline]
    unsafe fn from_param(param: *const T, name: &'static str) -> Result<T, Failure> {
        // SAFETY: the callee has the same contract.
        unsafe { copied(param, name) }
    }
}

/// Checks a pointer and a length and makes them a string.
///
/// # Errors
///
/// Returns the errors of [`slice()`], and invalid value if the bytes aren't UTF-8.
///
/// # Safety
///
/// The conditions of [`slice()`].
pub unsafe fn text<'a>(pointer: *const u8, len: usize, name: &'static str) -> Result<&'a str, Failure> {
    // SAFETY: by this function's contract a pointer that isn't refused is that of `len` initialised
    // bytes, which stay allocated and which no thread writes to for as long as `'a`.
    let bytes = unsafe { slice(pointer, len, name) }?;
    str::from_utf8(bytes).map_err(|error| {
        let problem = format_args!("invalid UTF-8 at byte {}", error.valid_up_to());
        InvalidValue::new(problem).in_field(name).into()
    })
}

/// Checks a pointer to text that ends with a NUL; its other bytes may have any value.
///
/// # Errors
///
/// Returns invalid argument if `pointer` is null.
///
/// # Safety
///
/// A pointer that isn't null points to initialised bytes up to a NUL, fewer than the address space
/// has, that no thread writes to, and that stay allocated, for as long as `'a`.
pub unsafe fn c_text<'a>(pointer: *const c_char, name: &'static str) -> Result<&'a CStr, Failure> {
    check_pointer(pointer, name)?;
    // SAFETY: not null; the caller vouches for bytes up to a NUL, which stay allocated and which no
    // thread writes to for as long as `'a`.
    Ok(unsafe { CStr::from_ptr(pointer) })
}

/// Returns the number of bytes of text, for the count of a library with metrics.
#[must_use]
pub fn c_text_bytes(text: &&CStr) -> usize {
    text.count_bytes()
}

/// The `String` of the standard library, the only type that is a copy of text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` was taken for the `String` of the standard library, as it is called so",
    label = "another type",
    note = "hint: write a type of your own with its path: `self::String`"
)]
pub trait OwnedText: 'static {
    /// Copies the text.
    fn copied(text: &str) -> Self;
}

impl OwnedText for String {
    #[inline]
    fn copied(text: &str) -> Self {
        text.to_owned()
    }
}

/// Fails to compile, with a readable message, when `T` is another `String`.
pub const fn assert_owned_text<T: OwnedText>() {}

/// Checks an optional argument; calls `checked` if there is a value.
///
/// # Errors
///
/// Returns the errors of `checked`, and invalid value if `present` is neither 0 nor 1.
pub fn optional<T>(
    present: u8,
    name: &'static str,
    checked: impl FnOnce() -> Result<T, Failure>,
) -> Result<Option<T>, Failure> {
    match present {
        0 => Ok(None),
        1 => checked().map(Some),
        byte => Err(InvalidValue::new(format_args!("{byte} does not say whether there is a value"))
            .in_field(name)
            .into()),
    }
}

/// Use of an argument's memory by a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Read,
    Write,
    /// The function gets the memory: a slot of a pool, a list or an arena, as the text says.
    Take(&'static str),
}

/// Memory of one argument.
#[derive(Clone, Copy, Debug)]
pub struct Region {
    name: &'static str,
    start: usize,
    bytes: usize,
    access: Access,
}

impl Region {
    /// Returns memory of `len` values that the function only reads.
    #[must_use]
    pub fn shared<T>(pointer: *const T, len: usize, name: &'static str) -> Self {
        let bytes = len.saturating_mul(size_of::<T>());
        Self { name, start: pointer.addr(), bytes, access: Access::Read }
    }

    /// Returns the memory of text that ends with a NUL, which the function only reads; of no text
    /// if `present` is 0 or the pointer null.
    ///
    /// # Safety
    ///
    /// If `present` isn't 0, a pointer that isn't null points to initialised bytes up to a NUL that
    /// no thread writes to meanwhile.
    #[must_use]
    pub unsafe fn c_text(pointer: *const c_char, present: u8, name: &'static str) -> Self {
        let text = if present == 0 || pointer.is_null() {
            None
        } else {
            // SAFETY: not null; the caller vouches for bytes up to a NUL that no thread writes to
            // before the reference ends, which is here.
            Some(unsafe { CStr::from_ptr(pointer) })
        };
        Self::shared(pointer, text.map_or(0, |text| text.count_bytes() + 1), name)
    }

    /// Returns memory of `len` values that the function may write to.
    #[must_use]
    pub fn mutable<T>(pointer: *mut T, len: usize, name: &'static str) -> Self {
        Self { access: Access::Write, ..Self::shared(pointer, len, name) }
    }

    /// Returns the memory of a slot that the function gets.
    #[must_use]
    pub fn slot<T>(pointer: *mut T, name: &'static str) -> Self {
        Self { access: Access::Take("slot"), ..Self::shared(pointer, 1, name) }
    }

    /// Returns memory of `len` values of a list that the function gets.
    pub(super) fn list<T>(pointer: *const T, len: usize, name: &'static str) -> Self {
        Self { access: Access::Take("list"), ..Self::shared(pointer, len, name) }
    }

    /// Returns the object of an arena whose contents the function gets.
    #[must_use]
    pub fn arena<T>(pointer: *mut T, name: &'static str) -> Self {
        Self { access: Access::Take("arena"), ..Self::shared(pointer, 1, name) }
    }

    /// Returns the memory that the value of an argument owns elsewhere, which is used as the
    /// argument is. It is empty if the argument will be refused, or as far as the value owns none.
    ///
    /// # Safety
    ///
    /// The conditions of [`reference()`], if `self` has any bytes.
    #[must_use]
    pub unsafe fn owned_by<T: FfiLent>(self, value: *const T) -> [Self; 2] {
        let there = self.bytes > 0 && check_pointer(value, self.name).is_ok();
        // SAFETY: it is neither null nor misaligned, and the caller vouches for initialised bytes
        // that no thread writes to.
        let memory = if there { unsafe { T::memory(value) } } else { [(0, 0); 2] };
        memory.map(|(start, bytes)| Self { start, bytes, ..self })
    }

    /// Returns the region of an optional argument, which is empty without a value.
    #[must_use]
    pub fn if_present(self, present: u8) -> Self {
        Self { bytes: if present == 0 { 0 } else { self.bytes }, ..self }
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.bytes > 0
            && other.bytes > 0
            && self.start < other.start.saturating_add(other.bytes)
            && other.start < self.start.saturating_add(self.bytes)
    }

    /// Returns the refusal of two arguments whose memory overlaps.
    fn conflict(&self, other: &Self) -> Failure {
        let (first, second) = (self.name, other.name);
        match (self.access, other.access) {
            (Access::Take(what), Access::Take(_)) => Failure::invalid_argument(
                first,
                format_args!("and `{second}` are one {what}, which is given away once: pass another one"),
            ),
            (Access::Take(what), _) => Self::given_and_used(what, first, second),
            (_, Access::Take(what)) => Self::given_and_used(what, second, first),
            _ => Failure::invalid_argument(
                first,
                format_args!("and `{second}` overlap, and the function writes to one of them: pass a copy"),
            ),
        }
    }

    fn given_and_used(what: &str, given: &str, used: &str) -> Failure {
        Failure::invalid_argument(
            given,
            format_args!("gives its {what} away, which `{used}` is in: pass another one, or a copy"),
        )
    }
}

/// Checks as [`disjoint`] does, also the memory that arguments own elsewhere.
///
/// # Errors
///
/// Returns invalid argument with the names of the first two that overlap.
pub fn disjoint_owned(regions: &[Region], owned: &[[Region; 2]]) -> Result<(), Failure> {
    disjoint(&[regions, owned.as_flattened()].concat())
}

/// Checks that memory a function may write to, or gets, belongs to only one argument.
///
/// # Errors
///
/// Returns invalid argument with the names of the first two that overlap.
pub fn disjoint(regions: &[Region]) -> Result<(), Failure> {
    for (index, one) in regions.iter().enumerate() {
        let only_read = |other: &Region| one.access == Access::Read && other.access == Access::Read;
        let conflicting = |other: &&Region| !only_read(other) && one.overlaps(other);
        if let Some(other) = regions[index + 1..].iter().find(conflicting) {
            return Err(one.conflict(other));
        }
    }
    Ok(())
}

#[inline]
pub(super) fn check_pointer<T>(pointer: *const T, name: &str) -> Result<(), Failure> {
    check_address(pointer.cast(), align_of::<T>(), name)
}

/// Returns an error if the pointer is null, or not a multiple of `align`, a power of two.
#[inline]
pub(crate) fn check_address(pointer: *const u8, align: usize, name: &str) -> Result<(), Failure> {
    if pointer.is_null() || pointer.addr() & (align - 1) != 0 {
        return Err(no_address(pointer, align, name));
    }
    Ok(())
}

#[cold]
#[inline(never)]
fn no_address(pointer: *const u8, align: usize, name: &str) -> Failure {
    if pointer.is_null() {
        return Failure::invalid_argument(name, "is null");
    }
    let problem = format_args!("is at {:#x}, which is not a multiple of {align}", pointer.addr());
    Failure::invalid_argument(name, problem)
}

#[inline]
fn check_slice<T>(pointer: *const T, len: usize, name: &str) -> Result<(), Failure> {
    check_pointer(pointer, name)?;
    let fits = len
        .checked_mul(size_of::<T>())
        .filter(|bytes| isize::try_from(*bytes).is_ok())
        .is_some_and(|bytes| pointer.addr().checked_add(bytes).is_some());
    if fits {
        return Ok(());
    }
    Err(Failure::invalid_argument(
        name,
        format_args!("has {len} elements of {} bytes: more than the address space", size_of::<T>()),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text<T>(result: Result<T, Failure>) -> String {
        match result {
            Ok(_) => panic!("accepted"),
            Err(failure) => format!("{failure:?}"),
        }
    }

    #[test]
    fn null_misaligned_and_endless_are_refused_before_any_read() {
        let odd = std::ptr::without_provenance::<u32>(6);
        // SAFETY: a null pointer is refused.
        let null = unsafe { text(reference::<u32>(std::ptr::null(), "a")) };
        // SAFETY: a misaligned pointer is refused.
        let misaligned = unsafe { text(slice(odd, 1, "b")) };
        assert!(null.contains("`a` is null"), "{null}");
        assert!(misaligned.contains("`b` is at 0x6, which is not a multiple of 4"), "{misaligned}");
        for len in [usize::MAX, usize::MAX / 4, isize::MAX as usize / 4 + 1] {
            // SAFETY: such a length is refused.
            let endless = unsafe { text(slice(std::ptr::without_provenance::<u32>(8), len, "c")) };
            assert!(endless.contains("more than the address space"), "{endless}");
        }
    }

    #[test]
    fn an_empty_slice_needs_no_pointer() {
        // SAFETY: there are no elements.
        assert_eq!(unsafe { slice::<u64>(std::ptr::null(), 0, "a") }, Ok(&[][..]));
        // SAFETY: there are no elements.
        assert_eq!(unsafe { slice_mut::<u64>(std::ptr::null_mut(), 0, "a") }, Ok(&mut [][..]));
    }

    #[test]
    fn invalid_bytes_are_refused_with_their_path() {
        let bytes = [1_u8, 1, 9];
        // SAFETY: three initialised bytes; `bool` has alignment 1.
        let error = unsafe { text(slice(bytes.as_ptr().cast::<bool>(), 3, "flags")) };
        assert!(error.contains("flags[2]: 9 is not a bool"), "{error}");
        // SAFETY: any byte may be passed.
        let error = unsafe { text(bool::from_param(2, "flag")) };
        assert!(error.contains("flag: 2 is not a bool"), "{error}");
    }

    #[test]
    fn text_is_checked() {
        let bytes = b"gr\xC3\xBCn\xFF";
        // SAFETY: five initialised bytes.
        assert_eq!(unsafe { super::text(bytes.as_ptr(), 5, "colour") }, Ok("grün"));
        // SAFETY: six initialised bytes.
        let error = unsafe { text(super::text(bytes.as_ptr(), 6, "colour")) };
        assert!(error.contains("colour: invalid UTF-8 at byte 5"), "{error}");
        // SAFETY: there are no bytes.
        assert_eq!(unsafe { super::text(std::ptr::null(), 0, "colour") }, Ok(""));
    }

    #[test]
    fn text_with_a_nul_is_measured() {
        let bytes = c"gr\xC3\xBC\xFFn";
        let start = bytes.as_ptr();
        // SAFETY: the text of a constant ends with a NUL.
        assert_eq!(unsafe { c_text(start, "name") }, Ok(bytes));
        // SAFETY: a null pointer is refused.
        let null = unsafe { text(c_text(std::ptr::null(), "name")) };
        assert!(null.contains("`name` is null"), "{null}");

        assert_eq!(c_text_bytes(&bytes), 6);

        let written = |at: usize| Region::mutable(start.wrapping_add(at).cast_mut(), 1, "written");
        // SAFETY: the text of a constant ends with a NUL.
        let name = unsafe { Region::c_text(start, 1, "name") };
        assert!(text(disjoint(&[name, written(6)])).contains("overlap"));
        assert_eq!(disjoint(&[name, written(7)]), Ok(()));
        // SAFETY: the pointer is not looked at.
        let absent = unsafe { Region::c_text(std::ptr::without_provenance(1), 0, "name") };
        // SAFETY: a null pointer is not looked at.
        let null = unsafe { Region::c_text(std::ptr::null(), 1, "name") };
        assert_eq!(disjoint(&[absent, null, written(0)]), Ok(()));
    }

    #[test]
    fn an_optional_argument_is_only_looked_at_where_there_is_one() {
        assert_eq!(optional::<u8>(0, "a", || panic!("looked at")), Ok(None));
        assert_eq!(optional(1, "a", || Ok(7)), Ok(Some(7)));
        let error = text(optional(2, "a", || Ok(7)));
        assert!(error.contains("a: 2 does not say whether there is a value"), "{error}");
    }

    #[test]
    fn overlaps_are_refused_when_one_side_writes() {
        let mut memory = [0_u32; 8];
        let base = memory.as_mut_ptr();
        let at = |index: usize| base.wrapping_add(index);
        let read = |index, len| Region::shared(at(index), len, "read");
        let write = |index, len| Region::mutable(at(index), len, "write");

        assert_eq!(disjoint(&[read(0, 8), read(0, 8)]), Ok(()));
        assert_eq!(disjoint(&[write(0, 4), read(4, 4)]), Ok(()));
        assert_eq!(disjoint(&[write(4, 4), write(0, 4)]), Ok(()));
        assert_eq!(disjoint(&[write(0, 8), read(4, 0)]), Ok(()));
        for pair in [[write(0, 5), read(4, 4)], [read(2, 1), write(0, 8)], [write(3, 1), write(3, 1)]] {
            assert!(text(disjoint(&pair)).contains("overlap"), "{pair:?}");
        }
        assert!(text(disjoint(&[read(0, 1), write(2, usize::MAX), read(7, 1)])).contains("overlap"));
    }

    #[test]
    fn a_message_owns_no_memory_elsewhere() {
        let numbers = [7_u32, 8];
        let start = numbers.as_ptr();
        let region = Region::mutable(start.cast_mut(), 1, "one");
        // SAFETY: the pointer is to initialised memory, to which no thread writes.
        let owned = unsafe { region.owned_by(start) };
        assert_eq!(disjoint_owned(&[Region::shared(start.wrapping_add(1), 1, "other")], &[owned]), Ok(()));
        let other = Region::shared(start, 1, "other");
        assert!(text(disjoint_owned(&[region, other], &[owned])).contains("`one` and `other` overlap"));
    }

    #[test]
    fn a_slot_is_given_away_once() {
        let mut memory = [0_u64; 4];
        let base = memory.as_mut_ptr();
        let slot = |name| Region::slot(base, name);
        let inside = Region::shared(base.cast::<u8>().wrapping_add(4), 1, "view");
        assert_eq!(disjoint(&[slot("one"), Region::slot(base.wrapping_add(1), "other")]), Ok(()));
        let twice = text(disjoint(&[slot("one"), slot("other")]));
        assert!(twice.contains("`one` and `other` are one slot"), "{twice}");
        for pair in [[slot("one"), inside], [inside, slot("one")]] {
            let used = text(disjoint(&pair));
            assert!(used.contains("`one` gives its slot away, which `view` is in"), "{used}");
        }
        assert_eq!(disjoint(&[slot("one"), slot("none").if_present(0)]), Ok(()));
    }
}
