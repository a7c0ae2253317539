//! `[T; N]`.

use super::{FfiType, InvalidValue, Itself, Lanes};
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;

// SAFETY: an array is its consecutive elements, so it has no destructor or pointer if they have
// none; messages assert that their fields aren't empty; its bits are valid if those of all elements
// are, and each is checked.
unsafe impl<T: FfiType, const N: usize> FfiType for [T; N]
where
    [T; N]: bytemuck::Zeroable,
{
    type Form = Itself;
    const TYPE: Fragment = &[
        Piece::Text("{\"array\":{\"of\":"),
        Piece::Nested(T::TYPE),
        Piece::Text(",\"len\":"),
        Piece::Number(N as u64),
        Piece::Text("}}"),
    ];
    const FINGERPRINT: u64 = fingerprint::array(T::FINGERPRINT, N as u64);
    const ANY_BITS: bool = T::ANY_BITS;
    const CAPACITIES_FIT: bool = T::CAPACITIES_FIT;
    const LANES: Lanes = T::LANES.times(N);
    const ARENA: bool = T::ARENA;
    const SECRET: bool = T::SECRET;

    unsafe fn check(value: *const Self) -> Result<(), InvalidValue> {
        // SAFETY: an array's elements are consecutive from its address, so this function's contract
        // is that of `check_elements` for `N` elements.
        unsafe { check_elements(value.cast::<T>(), N) }
    }
}

/// Checks `len` consecutive values.
///
/// # Safety
///
/// The conditions of [`FfiType::check`], for each of `len` values of type `T` from `first` on.
pub(crate) unsafe fn check_elements<T: FfiType>(first: *const T, len: usize) -> Result<(), InvalidValue> {
    if T::ANY_BITS {
        return Ok(());
    }
    // SAFETY: the callee has the same contract.
    unsafe { T::check_all(first, len) }
}

/// Checks `len` consecutive values one by one.
///
/// # Safety
///
/// The conditions of [`check_elements`].
#[inline]
pub(crate) unsafe fn check_each<T: FfiType>(first: *const T, len: usize) -> Result<(), InvalidValue> {
    for index in 0..len {
        // SAFETY: `index < len`, so the result is one of the `len` values from `first` on.
        let element = unsafe { first.add(index) };
        // SAFETY: by this function's contract the element is aligned and initialised, and no thread
        // writes to it.
        unsafe { T::check(element) }.map_err(|invalid| invalid.at_index(index))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_is_written_with_its_element_and_length() {
        const TYPE: Fragment = <[[f32; 4]; 3]>::TYPE;
        const LEN: usize = crate::schema::encode::record_len(TYPE);
        let record = crate::schema::encode::record::<LEN>(TYPE);
        assert!(record.ends_with(br#"{"array":{"of":{"array":{"of":"f32","len":4}},"len":3}}"#));
    }

    #[test]
    fn a_check_names_the_first_invalid_element() {
        let bytes = [[0_u8, 1], [1, 2]];
        // SAFETY: four initialised bytes; `bool` has alignment 1.
        let error = unsafe { <[[bool; 2]; 2]>::check((&raw const bytes).cast()) }.unwrap_err();
        assert_eq!(error.to_string(), "[1][1]: 2 is not a bool");
    }

    #[test]
    fn a_long_array_is_checked_to_its_last_element() {
        // No multiple of the width of a register, so that there is a rest.
        let mut bytes = [1_u8; 1_001];
        // SAFETY: initialised bytes; `bool` has alignment 1.
        assert!(unsafe { <[bool; 1_001]>::check((&raw const bytes).cast()) }.is_ok());
        for index in [0, 1, 15, 16, 500, 999, 1_000] {
            // One bit each, as a fold may lose any of them.
            for byte in [2, 128, 255] {
                bytes[index] = byte;
                // SAFETY: initialised bytes; `bool` has alignment 1.
                let error = unsafe { <[bool; 1_001]>::check((&raw const bytes).cast()) }.unwrap_err();
                assert_eq!(error.to_string(), format!("[{index}]: {byte} is not a bool"));
                bytes[index] = 0;
            }
        }
    }
}
