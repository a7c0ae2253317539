//! Huge pages of large mappings.
//!
//! A pass over a frame of 12 MB by pages of 4 KiB needs 3,000 entries of the TLB, which has about
//! 1,500, so each pass misses it for each page. With pages of 2 MiB it needs six, and their first
//! use is one page fault instead of 512. Linux gives them to anonymous memory of whose range it is
//! told (`madvise(2)`, `MADV_HUGEPAGE`; its own documentation, "Transparent Hugepage Support"), and
//! leaves out what they don't fit into.
//!
//! Measured on 2 cores of an AMD EPYC, in C, on slots of 256 MiB together: a pass takes 0.5 to 0.8
//! of the time at slots of 64 KiB to 12 MiB, and the first use of a slot less from 512 KiB on, as a
//! huge page is zeroed as a whole.

use memmap2::MmapMut;

/// Size in bytes of a huge page of x86-64, and of aarch64 with pages of 4 KiB.
pub(crate) const HUGE_PAGE: usize = 2 << 20;

/// Asks the system for huge pages behind the first `from` bytes of a mapping. Nothing is committed,
/// but the first use of a byte then commits up to [`HUGE_PAGE`] bytes around it.
///
/// Only Linux has the call. It is advice: a kernel that refuses it maps small pages.
pub(crate) fn advise(mapping: &MmapMut, from: usize) {
    let Some(bytes) = mapping.len().checked_sub(from) else { return };
    #[cfg(all(target_os = "linux", not(miri)))]
    let _ = mapping.advise_range(memmap2::Advice::HugePage, from, bytes);
    #[cfg(not(all(target_os = "linux", not(miri))))]
    let _ = bytes;
}
