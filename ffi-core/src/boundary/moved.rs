//! Lists that a caller gives away: the memory stays where it is, and Rust frees it.
//!
//! A function that runs on after its call can't borrow a list, and a `Vec<T>` is a copy. A caller
//! gives an [`FfiMoved<[T]>`](FfiMoved) with a function that frees the memory. Once all arguments
//! of the call were checked, the wrapper takes the list, and notes so in the caller's struct, all
//! within the call: an isolate that is killed before still owns its list, and one that is killed
//! later does not.

use std::ffi::c_void;
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::ptr::{self, NonNull};

use super::args::{Region, check_pointer, slice_mut};
use super::output::FfiValue;
use super::status::Failure;
use crate::types::FfiType;

/// List that a caller gives to a function: a pointer and a length, and the functions for its
/// memory.
#[derive(Debug)]
#[repr(C)]
pub struct FfiGiven {
    /// Pointer to the elements.
    data: *mut c_void,
    /// Number of elements.
    len: usize,
    /// Argument of `take`, and of `release` if there is no `take`.
    token: *mut c_void,
    /// Called when the list is taken; returns the argument of `release`.
    take: Option<unsafe extern "C" fn(*mut c_void) -> *mut c_void>,
    /// Frees the elements, on any thread; null when the list was taken.
    release: Option<Release>,
}

/// Type of the function that frees a list by its token.
type Release = unsafe extern "C" fn(*mut c_void);

/// A list that the caller of an exported function has given away: a parameter `FfiMoved<[T]>`, in
/// Dart an array.
///
/// The function gets the caller's memory, which isn't copied, and owns it: an async or blocking
/// function, which can't borrow, keeps it as long as it likes. The memory is freed when this is
/// dropped, by the function that came with it. In Dart the array can't be used any more once it was
/// given; typed data and elements that were read from it before are **borrowed**, and must not be
/// used either, as Rust may change what they show. If another argument is refused, the caller keeps
/// the list.
///
/// # Examples
///
/// ```
/// use ffi_core::{FfiMoved, ffi_export};
///
/// /// Returns the sum of samples that Dart has collected, on another thread.
/// #[ffi_export]
/// pub fn total(mut samples: FfiMoved<[f64]>) -> f64 {
///     samples.sort_by(f64::total_cmp);
///     samples.iter().sum()
/// }
///
/// assert_eq!(total(vec![2.0, 0.5].into()), 2.5);
/// ```
pub struct FfiMoved<L: ?Sized> {
    data: NonNull<L>,
    token: *mut c_void,
    release: Option<Release>,
}

// SAFETY: it owns the elements, as a box does, and `release` may be called on any thread.
unsafe impl<L: ?Sized + Send> Send for FfiMoved<L> {}
// SAFETY: a shared reference only gives shared references to the elements.
unsafe impl<L: ?Sized + Sync> Sync for FfiMoved<L> {}

impl<L: ?Sized> Deref for FfiMoved<L> {
    type Target = L;

    #[inline]
    fn deref(&self) -> &L {
        // SAFETY: the elements are valid and owned by this, and nothing frees them before.
        unsafe { self.data.as_ref() }
    }
}

impl<L: ?Sized> DerefMut for FfiMoved<L> {
    #[inline]
    fn deref_mut(&mut self) -> &mut L {
        // SAFETY: the elements are valid and owned by this, which is borrowed mutably.
        unsafe { self.data.as_mut() }
    }
}

impl<L: ?Sized> Drop for FfiMoved<L> {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: the caller has passed the function with its token, and it is called once,
            // when no code uses the elements any more.
            unsafe { release(self.token) };
        }
    }
}

impl<L: ?Sized + fmt::Debug> fmt::Debug for FfiMoved<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FfiMoved").field(&&**self).finish()
    }
}

/// For callers in Rust: the list owns the vector's memory.
impl<T: FfiType> From<Vec<T>> for FfiMoved<[T]> {
    fn from(list: Vec<T>) -> Self {
        /// Frees a vector that was leaked.
        ///
        /// # Safety
        ///
        /// `list` came from `Box::into_raw` of such a vector, and isn't used any more.
        unsafe extern "C" fn release<T>(list: *mut c_void) {
            // SAFETY: by this function's contract it is that of a box, which is freed once.
            drop(unsafe { Box::from_raw(list.cast::<Vec<T>>()) });
        }

        let mut list = ManuallyDrop::new(Box::new(list));
        let data = NonNull::from(list.as_mut_slice());
        Self { data, token: ptr::from_mut(&mut **list).cast(), release: Some(release::<T>) }
    }
}

/// Returns the memory of the elements of a list that is given; of none if `present` is 0 or the
/// pointer will be refused.
///
/// # Safety
///
/// If `present` isn't 0, a pointer that is neither null nor misaligned points to an initialised
/// [`FfiGiven`] that no thread writes to meanwhile.
#[must_use]
pub unsafe fn given_region<T>(list: *const FfiGiven, present: u8, name: &'static str) -> Region {
    if present == 0 || list.is_null() || !list.is_aligned() {
        return Region::list::<T>(ptr::null(), 0, name);
    }
    // SAFETY: neither null nor misaligned, and by this function's contract initialised.
    let list = unsafe { &*list };
    Region::list::<T>(list.data.cast_const().cast(), list.len, name)
}

/// A list that was found valid, and that the function gets if it is called.
#[derive(Debug)]
pub struct GivenList<T> {
    list: *mut FfiGiven,
    of: PhantomData<T>,
}

impl<T: FfiValue> GivenList<T> {
    /// Returns the number of bytes of the elements.
    #[must_use]
    pub fn bytes(&self) -> usize {
        // SAFETY: `given_list` found the pointer neither null nor misaligned, and its caller
        // promised that no other code uses the struct until the function has returned.
        unsafe { &*self.list }.len * size_of::<T>()
    }

    /// Takes the list from the caller.
    fn take(self) -> FfiMoved<[T]> {
        // SAFETY: `given_list` found the pointer neither null nor misaligned, and its caller
        // promised that no other code uses the struct until the function has returned.
        let list = unsafe { &mut *self.list };
        let release = list.release.take();
        let token = match list.take {
            // SAFETY: the caller has passed the function for that token, and it is called once, as
            // without `release` the list is refused.
            Some(take) if release.is_some() => unsafe { take(list.token) },
            _ => list.token,
        };
        let data = if list.len == 0 { NonNull::dangling().as_ptr() } else { list.data.cast::<T>() };
        let data = ptr::slice_from_raw_parts_mut(data, list.len);
        // SAFETY: `given_list` found the pointer of elements not null, and that of none dangles.
        let data = unsafe { NonNull::new_unchecked(data) };
        FfiMoved { data, token, release }
    }
}

/// Checks a list that is given.
///
/// # Errors
///
/// Returns invalid argument if a pointer is null or misaligned, the length exceeds the address
/// space, or the list was given away before; invalid value if an element's bytes are not a `T`.
/// Then the caller still owns it.
///
/// # Safety
///
/// A pointer that is neither null nor misaligned points to an initialised [`FfiGiven`] that no
/// other code uses until the function has returned. Its elements are `len` initialised values that
/// no other code uses until `release` is called, which frees them, and which may be called on any
/// thread.
pub unsafe fn given_list<T: FfiValue>(
    list: *mut FfiGiven,
    name: &'static str,
) -> Result<GivenList<T>, Failure> {
    check_pointer(list, name)?;
    // SAFETY: neither null nor misaligned, and by this function's contract no other code uses it.
    let FfiGiven { data, len, release, .. } = unsafe { &*list };
    if *len > 0 && release.is_none() {
        let problem = "was given away before, or has no function that frees it: pass another one";
        return Err(Failure::invalid_argument(name, problem));
    }
    // SAFETY: by this function's contract the elements are initialised and no other code uses them.
    unsafe { slice_mut::<T>(data.cast(), *len, name) }?;
    Ok(GivenList { list, of: PhantomData })
}

/// Returns the list of an argument, which the function owns then.
#[must_use]
pub fn take_list<T: FfiValue>(given: GivenList<T>) -> FfiMoved<[T]> {
    given.take()
}

/// Returns the list of an optional argument, as [`take_list`] does.
#[must_use]
pub fn take_some_list<T: FfiValue>(given: Option<GivenList<T>>) -> Option<FfiMoved<[T]>> {
    given.map(take_list)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::boundary::disjoint;

    /// Counts its calls, which free nothing.
    unsafe extern "C" fn release(count: *mut c_void) {
        // SAFETY: the token of these tests is a counter that outlives the list.
        let count = unsafe { &*count.cast::<AtomicU32>() };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns another counter than that of the list, as an attachment returns another hold.
    unsafe extern "C" fn take(counts: *mut c_void) -> *mut c_void {
        // SAFETY: the token is the first of two counters.
        unsafe { counts.cast::<AtomicU32>().add(1) }.cast()
    }

    fn given<T>(elements: &mut [T], counts: &mut [AtomicU32; 2]) -> FfiGiven {
        FfiGiven {
            data: elements.as_mut_ptr().cast(),
            len: elements.len(),
            token: counts.as_mut_ptr().cast(),
            take: None,
            release: Some(release),
        }
    }

    fn refused<T>(result: Result<GivenList<T>, Failure>) -> String {
        match result {
            Ok(_) => panic!("accepted"),
            Err(failure) => format!("{failure:?}"),
        }
    }

    #[test]
    fn a_list_is_taken_once_and_freed_by_its_function() {
        let (mut counts, mut numbers) = ([const { AtomicU32::new(0) }; 2], [1_u32, 2]);
        let mut list = given(&mut numbers, &mut counts);
        // SAFETY: the list has two numbers, which this test doesn't use meanwhile.
        let checked = unsafe { given_list::<u32>(&raw mut list, "list") }.unwrap();
        assert_eq!(checked.bytes(), 8);
        let mut moved = take_list(checked);
        moved[0] = 7;
        assert_eq!((&*moved, counts[0].load(Ordering::Relaxed)), (&[7, 2][..], 0));
        // SAFETY: it is refused.
        let again = refused(unsafe { given_list::<u32>(&raw mut list, "list") });
        assert!(again.contains("`list` was given away before"), "{again}");
        drop(moved);
        assert_eq!((numbers[0], counts[0].load(Ordering::Relaxed)), (7, 1));
    }

    #[test]
    fn what_was_not_taken_is_the_callers() {
        let (mut counts, mut flags) = ([const { AtomicU32::new(0) }; 2], [1_u8, 2]);
        let mut list = given(&mut flags, &mut counts);
        // SAFETY: the list has two bytes, the second of which is no `bool`.
        let invalid = refused(unsafe { given_list::<bool>(&raw mut list, "list") });
        assert!(invalid.contains("list[1]: 2 is not a bool"), "{invalid}");
        // SAFETY: a null pointer is refused.
        let null = refused(unsafe { given_list::<u8>(ptr::null_mut(), "list") });
        assert!(null.contains("`list` is null"), "{null}");
        // SAFETY: the list has two bytes, which this test doesn't use meanwhile.
        let _ = unsafe { given_list::<u8>(&raw mut list, "list") }.unwrap();
        assert!(list.release.is_some());
        assert_eq!(counts[0].load(Ordering::Relaxed), 0);
    }

    #[test]
    fn the_token_may_change_when_the_list_is_taken() {
        let (mut counts, mut numbers) = ([const { AtomicU32::new(0) }; 2], [1_u8]);
        let mut list = FfiGiven { take: Some(take), ..given(&mut numbers, &mut counts) };
        // SAFETY: the list has a number, which this test doesn't use meanwhile.
        drop(take_list(unsafe { given_list::<u8>(&raw mut list, "list") }.unwrap()));
        assert_eq!(counts.map(AtomicU32::into_inner), [0, 1]);
    }

    #[test]
    fn a_list_of_nothing_needs_no_memory() {
        let mut list =
            FfiGiven { data: ptr::null_mut(), len: 0, token: ptr::null_mut(), take: None, release: None };
        // SAFETY: there are no elements.
        let moved = take_list(unsafe { given_list::<u64>(&raw mut list, "list") }.unwrap());
        assert!(moved.is_empty());
    }

    #[test]
    fn one_list_is_given_once() {
        let (mut counts, mut numbers) = ([const { AtomicU32::new(0) }; 2], [1_u32, 2]);
        let mut list = given(&mut numbers, &mut counts);
        let mut part = FfiGiven { len: 1, ..given(&mut numbers, &mut counts) };
        // SAFETY: both are initialised.
        let regions = [&raw mut list, &raw mut part].map(|it| unsafe { given_region::<u32>(it, 1, "list") });
        let twice = format!("{:?}", disjoint(&regions).unwrap_err());
        assert!(twice.contains("are one list, which is given away once"), "{twice}");
        // SAFETY: the pointer of an absent list isn't looked at.
        let absent = unsafe { given_region::<u32>(ptr::without_provenance(8), 0, "list") };
        assert_eq!(disjoint(&[regions[0], absent]), Ok(()));
    }

    #[test]
    fn a_vector_is_a_list() {
        let mut moved = FfiMoved::from(vec![3_u16, 1, 2]);
        moved.sort_unstable();
        assert_eq!(format!("{moved:?}"), "FfiMoved([1, 2, 3])");
    }
}
