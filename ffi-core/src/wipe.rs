//! Memory of secrets, zeroed before it goes back.

/// Overwrites `size` bytes with zeros, in a way that the compiler can't leave out.
///
/// # Safety
///
/// There are `size` bytes at `memory`, which may be written, and which no other code uses. They
/// need not be initialised.
#[cold]
#[inline(never)]
pub(crate) unsafe fn wipe(memory: *mut u8, size: usize) {
    #[cfg(feature = "secret")]
    {
        use std::mem::MaybeUninit;

        use zeroize::Zeroize;

        // SAFETY: by this function's contract there are so many bytes, which no other code uses; a
        // `MaybeUninit` needs no value.
        unsafe { std::slice::from_raw_parts_mut(memory.cast::<MaybeUninit<u8>>(), size) }.zeroize();
    }
    #[cfg(not(feature = "secret"))]
    {
        let _ = (memory, size);
        unreachable!("no type is secret without the feature `secret`");
    }
}

/// Overwrites the bytes of a vector, and the rest of its memory, with zeros. The vector is empty
/// then.
#[cfg(feature = "proto")]
pub(crate) fn wipe_vec(bytes: &mut Vec<u8>) {
    bytes.clear();
    // SAFETY: the vector has so many bytes, and it is borrowed mutably.
    unsafe { wipe(bytes.as_mut_ptr(), bytes.capacity()) };
}

/// Reserves room for `more` bytes, as [`Vec::reserve`] does, but zeroes the memory that the vector
/// leaves.
#[cfg(feature = "proto")]
pub(crate) fn reserve(bytes: &mut Vec<u8>, more: usize) {
    if bytes.capacity() - bytes.len() < more {
        let needed = bytes.len().checked_add(more).expect("a vector is smaller than the address space");
        let mut larger = Vec::with_capacity(needed.max(bytes.capacity().saturating_mul(2)));
        larger.extend_from_slice(bytes);
        wipe_vec(bytes);
        *bytes = larger;
    }
}

/// Overwrites the memory behind the bytes of a vector with zeros, if there may be secrets in this
/// library.
#[cfg(feature = "proto")]
pub(crate) fn wipe_rest(bytes: &mut Vec<u8>) {
    if cfg!(feature = "secret") {
        let rest = bytes.spare_capacity_mut();
        // SAFETY: so many bytes are there, and borrowed mutably.
        unsafe { wipe(rest.as_mut_ptr().cast(), rest.len()) };
    }
}
