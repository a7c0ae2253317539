//! Keeps programs on one core.
//!
//! The kernel takes 25 to 150 microseconds to wake a thread on another core, more than all else
//! that a round trip between two threads takes. A program that stays on one core measures the rest.

/// Keeps this thread, and the programs that it starts, on one core; they may use others again when
/// this is dropped.
#[derive(Debug)]
pub struct Pinned {
    core: usize,
    #[cfg(target_os = "linux")]
    before: linux::Cores,
}

impl Pinned {
    /// Chooses the first core that this thread may use. Returns none on systems other than Linux,
    /// or if the kernel refuses.
    #[must_use]
    pub fn new() -> Option<Self> {
        #[cfg(target_os = "linux")]
        {
            let before = linux::Cores::allowed()?;
            let core = before.first()?;
            linux::Cores::only(core).allow().then_some(Self { core, before })
        }
        #[cfg(not(target_os = "linux"))]
        None
    }

    /// Returns the number of the core.
    #[must_use]
    pub fn core(&self) -> usize {
        self.core
    }
}

#[cfg(target_os = "linux")]
impl Drop for Pinned {
    fn drop(&mut self) {
        // If the kernel refuses now what it allowed before, this thread only stays on one core.
        let _ = self.before.allow();
    }
}

#[cfg(target_os = "linux")]
mod linux {
    /// Set of cores, a bit for each, as `sched_setaffinity(2)` takes it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub(super) struct Cores([u64; 16]);

    impl Cores {
        /// Returns the cores that this thread may use.
        pub(super) fn allowed() -> Option<Self> {
            let mut cores = Self([0; 16]);
            let size = size_of_val(&cores.0);
            // SAFETY: 0 is this thread; the kernel writes up to `size` bytes, and any bytes are
            // numbers.
            let result = unsafe { libc::sched_getaffinity(0, size, (&raw mut cores.0).cast()) };
            (result == 0).then_some(cores)
        }

        pub(super) fn only(core: usize) -> Self {
            let mut cores = Self([0; 16]);
            cores.0[core / 64] = 1 << (core % 64);
            cores
        }

        /// Returns the core with the lowest number.
        pub(super) fn first(&self) -> Option<usize> {
            let (index, word) = self.0.iter().enumerate().find(|(_, word)| **word != 0)?;
            Some(64 * index + word.trailing_zeros() as usize)
        }

        /// Lets this thread use only these cores; returns false if the kernel refuses.
        pub(super) fn allow(&self) -> bool {
            // SAFETY: 0 is this thread; the kernel reads `size_of_val` bytes there.
            let result =
                unsafe { libc::sched_setaffinity(0, size_of_val(&self.0), (&raw const self.0).cast()) };
            result == 0
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_program_runs_on_one_core() {
        let allowed = || {
            let text = std::fs::read_to_string("/proc/thread-self/status").unwrap();
            let line = text.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
            line.expect("Linux says it").trim().to_owned()
        };
        let before = allowed();
        let pinned = Pinned::new().expect("this thread may use a core");
        assert_eq!(allowed(), pinned.core().to_string());
        drop(pinned);
        assert_eq!(allowed(), before);
    }

    #[test]
    fn cores_are_bits() {
        assert_eq!(linux::Cores::only(70).first(), Some(70));
        assert_eq!(linux::Cores::allowed(), linux::Cores::allowed());
    }
}
