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

/// Overwrites the bytes of a vector, and the rest of its memory, with zeros.
#[cfg(feature = "json")]
pub(crate) fn wipe_vec(bytes: &mut Vec<u8>) {
    // SAFETY: the vector has so many bytes, and it is borrowed mutably.
    unsafe { wipe(bytes.as_mut_ptr(), bytes.capacity()) };
}
