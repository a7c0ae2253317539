//! Rayon's threads, which the start of a library sets up.

use std::sync::OnceLock;

use rayon::ThreadPoolBuilder;

/// Sets up the global thread pool of the crate `rayon` with `count` threads, or one for each
/// processor if it is 0, called `name-0`, `name-1`, ..: for the `init` function of
/// [`library!`](crate::library).
///
/// Rayon has one such pool for the life of the process, so a start after a shutdown finds it as the
/// first start made it, whatever the arguments are. A panic in work that nobody waits for
/// (`rayon::spawn`) reaches the reports of crashes, and not the thread.
///
/// # Errors
///
/// Returns the reason if the threads can't be made, or other code of the process has made the pool.
///
/// # Examples
///
/// ```
/// fn start() -> Result<(), String> {
///     ffi_core::production::rayon_threads("blur", 2)
/// }
///
/// ffi_core::library!(init = start);
///
/// # start().unwrap();
/// assert_eq!(rayon::current_num_threads(), 2);
/// ```
pub fn rayon_threads(name: &'static str, count: usize) -> Result<(), String> {
    static MADE: OnceLock<Result<(), String>> = OnceLock::new();
    MADE.get_or_init(|| {
        let pool = ThreadPoolBuilder::new()
            .num_threads(count)
            .thread_name(move |index| format!("{name}-{index}"))
            // The hook has reported the panic by then.
            .panic_handler(drop);
        pool.build_global().map_err(|error| {
            format!("the threads of rayon can't be set up: {error}\nhint: only `init` does, before any of its work")
        })
    })
    .clone()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn the_threads_are_made_once_and_outlive_a_panic() {
        assert_eq!(rayon_threads("workers", 3), Ok(()));
        assert_eq!(rayon_threads("others", 5), Ok(()), "a second start finds them");
        assert_eq!(rayon::current_num_threads(), 3);
        rayon::spawn(|| panic!("nobody waits"));
        let (sender, receiver) = mpsc::channel();
        rayon::spawn(move || sender.send(thread::current().name().map(str::to_owned)).unwrap());
        let name = receiver.recv().unwrap().unwrap();
        assert!(["workers-0", "workers-1", "workers-2"].contains(&&*name), "{name}");
    }
}
