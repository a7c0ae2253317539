//! Deep copies without garbage.

use super::ArenaFull;
use super::memory::{At, Memory};
use super::place::ArenaPlace;
use super::region::ArenaRef;
use super::value::ArenaType;

/// Returns a copy of all that the root reaches.
///
/// # Errors
///
/// Returns an error if the copy would be too large, as text was shared.
pub(super) fn compacted<T: ArenaType>(memory: &Memory, root: At<T>) -> Result<Memory, ArenaFull> {
    let mut copy = Memory::new(size_of::<T>(), memory.lists().len(), memory.text().len());
    let from = memory.arena();
    let value = memory.get(root);
    let target = copy.pointer(root);
    // SAFETY: both are memory of a `T`, in two allocations. The bytes are copied as such, padding
    // included.
    unsafe { target.cast::<u8>().copy_from_nonoverlapping((&raw const *value).cast(), size_of::<T>()) };
    let place = ArenaPlace::new(&mut copy, root);
    // SAFETY: the value is in the arena that is copied, and its bytes have just been.
    unsafe { T::copy_in(value, place, from) }?;
    Ok(copy)
}

/// Copies consecutive values behind the copy; returns the offset of the first.
///
/// # Errors
///
/// Returns an error if the copy would be too large.
///
/// # Safety
///
/// The values are in the arena that is copied.
#[inline(always)]
pub(super) unsafe fn copy_values<T: ArenaType, H>(
    from: ArenaRef<'_>,
    values: &[T],
    holder: &mut ArenaPlace<'_, H>,
) -> Result<u32, ArenaFull> {
    let mut first = holder.alloc::<T>(values.len() as u32)?;
    let (at, target) = (first.offset(), first.pointer());
    // SAFETY: both are memory of that many values, in two allocations. The bytes are copied as
    // such, padding included.
    unsafe { target.cast::<u8>().copy_from_nonoverlapping(values.as_ptr().cast(), size_of_val(values)) };
    if T::ARENA {
        for (index, value) in values.iter().enumerate() {
            // SAFETY: as many values were allocated as are copied.
            let place = unsafe { first.reborrow().into_nth(index as u32) };
            // SAFETY: the value is in the arena that is copied, by this function's contract, and
            // its bytes have just been.
            unsafe { T::copy_in(value, place, from) }?;
        }
    }
    Ok(at)
}

/// Copies what the handles in a field refer to.
///
/// # Errors
///
/// Returns an error if the copy would be too large.
///
/// # Safety
///
/// The contract of [`ArenaType::copy_in`]; both messages have an `F` at `offset`.
#[inline(always)]
pub unsafe fn copy_field_in<T: ArenaType, F: ArenaType>(
    field: &F,
    offset: usize,
    message: &mut ArenaPlace<'_, T>,
    from: ArenaRef<'_>,
) -> Result<(), ArenaFull> {
    if F::ARENA {
        // SAFETY: the message has an `F` there, by this function's contract.
        let place = unsafe { message.part::<F>(offset) };
        // SAFETY: the field is in the arena that is copied, and its bytes were copied with those of
        // the message, by this function's contract.
        unsafe { F::copy_in(field, place, from) }?;
    }
    Ok(())
}
