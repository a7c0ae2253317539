//! Work on all processors of the machine: classes, names, files.

use std::fmt::{self, Display, Write as _};
use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Number of items for which another thread is worth its start.
const LEAST: usize = 32;

/// Text of several threads, in its order. It has megabytes, and is only joined in the file.
pub struct Written(Vec<String>);

impl Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| f.write_str(part))
    }
}

/// Returns the text of all `items`, in their order, each between line breaks.
///
/// What `class` makes is dropped as soon as it is written, so that its memory serves the next.
pub fn written<'m, T: Sync, C: Display>(items: &'m [T], class: impl Fn(&'m T) -> C + Sync) -> Written {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    written_by(threads.min(items.len() / LEAST), items, class)
}

/// Returns the results of `of` for all `items`, in their order. Another thread helps for each
/// `least` items.
///
/// A thread takes the next item when it is done with one, as some take long.
pub fn mapped<T: Sync, R: Send>(items: &[T], least: usize, of: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    mapped_by(threads.min(items.len() / least), items, of)
}

fn mapped_by<T: Sync, R: Send>(threads: usize, items: &[T], of: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if threads <= 1 {
        return items.iter().map(of).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        // Relaxed: the items are older than the threads, whose results are joined.
        while let Some((index, item)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|index| Some((index, items.get(index)?)))
        {
            done.push((index, of(item)));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for other in others {
            done.extend(other.join().unwrap_or_else(|cause| panic::resume_unwind(cause)));
        }
        done
    });
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Returns the results of both functions, which run at once.
pub fn both<A, B: Send>(one: impl FnOnce() -> A, other: impl FnOnce() -> B + Send) -> (A, B) {
    thread::scope(|scope| {
        let other = scope.spawn(other);
        let one = one();
        (one, other.join().unwrap_or_else(|cause| panic::resume_unwind(cause)))
    })
}

fn written_by<'m, T: Sync, C: Display>(
    threads: usize,
    items: &'m [T],
    class: impl Fn(&'m T) -> C + Sync,
) -> Written {
    let text = |items: &'m [T]| {
        let mut out = String::new();
        for item in items {
            writeln!(out, "\n{}", class(item)).expect("a String takes all");
        }
        out
    };
    if threads <= 1 {
        return Written(vec![text(items)]);
    }
    let text = &text;
    thread::scope(|scope| {
        let mut chunks = items.chunks(items.len().div_ceil(threads));
        let first = chunks.next().unwrap_or_default();
        let others: Vec<_> = chunks.map(|chunk| scope.spawn(move || text(chunk))).collect();
        let mut parts = vec![text(first)];
        let joined =
            others.into_iter().map(|it| it.join().unwrap_or_else(|cause| panic::resume_unwind(cause)));
        parts.extend(joined);
        Written(parts)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_the_items() {
        let items: Vec<u32> = (0..100).collect();
        let one = written_by(1, &items, |it| it).to_string();
        assert!(one.starts_with("\n0\n\n1\n") && one.ends_with("\n99\n"), "{one}");
        for threads in [2, 3, 7, 100, 200] {
            assert_eq!(written_by(threads, &items, |it| it).to_string(), one, "{threads} threads");
        }
        assert_eq!(written(&[0_u32; 0], |it| it).to_string(), "");
    }

    #[test]
    fn results_are_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..100).collect();
        for threads in [0, 1, 2, 7, 200] {
            let results = mapped_by(threads, &items, |it| it * 2);
            assert_eq!(results, items.iter().map(|it| it * 2).collect::<Vec<_>>(), "{threads} threads");
        }
        assert_eq!(mapped(&[0_u32; 0], 1, |it| *it), Vec::<u32>::new());
        assert_eq!(mapped(&["one", "two", "three"], 1, |it| it.len()), [3, 3, 5]);
    }

    #[test]
    #[should_panic(expected = "of item 70")]
    fn a_panic_of_an_item_is_passed_on() {
        let items: Vec<u32> = (0..100).collect();
        mapped_by(4, &items, |it| if *it == 70 { panic!("of item 70") } else { *it });
    }

    #[test]
    fn both_results_are_there() {
        assert_eq!(both(|| 1, || "two".to_owned()), (1, "two".to_owned()));
    }

    #[test]
    #[should_panic(expected = "of the other")]
    fn a_panic_of_the_other_is_passed_on() {
        both(|| (), || panic!("of the other"));
    }

    #[test]
    #[should_panic(expected = "of item 70")]
    fn a_panic_is_passed_on() {
        let items: Vec<u32> = (0..100).collect();
        written_by(4, &items, |it| if *it == 70 { panic!("of item 70") } else { it });
    }
}
