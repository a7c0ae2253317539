//! The last records of a process, and the isolates that are told of new ones.
//!
//! A record has a number, one more than the record before it. A listener asks for the records from
//! a number on; if the ring doesn't hold that one any more, the difference to the oldest is the
//! number of records that the listener has missed. So nothing is counted when a record makes room.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Number of records that are kept.
pub(super) const CAPACITY: usize = 1024;

/// Records and listeners.
#[derive(Debug)]
pub(super) struct Ring {
    /// The last records, as JSON.
    records: VecDeque<Arc<str>>,
    /// Number of the next record.
    next: u64,
    bells: Vec<Bell>,
}

/// The port of an isolate that listens.
#[derive(Debug)]
struct Bell {
    port: i64,
    /// True from a post to the port until the isolate takes records, so a flood posts once.
    rung: bool,
}

/// Records for a listener.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) records: Vec<Arc<str>>,
    /// Number of records before these that the listener has missed.
    pub(super) missed: u64,
    /// Number from which the listener asks next.
    pub(super) next: u64,
    /// True if more records wait.
    pub(super) more: bool,
}

static RING: Mutex<Ring> = Mutex::new(Ring::new());

/// No code panics while it holds the lock.
pub(super) fn ring() -> MutexGuard<'static, Ring> {
    RING.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ring {
    const fn new() -> Self {
        Self { records: VecDeque::new(), next: 0, bells: Vec::new() }
    }

    /// Adds a record, and returns the ports to which the caller posts once it has unlocked the
    /// ring: a post takes locks of the Dart VM.
    #[must_use]
    pub(super) fn push(&mut self, record: Arc<str>) -> Vec<i64> {
        // The oldest record makes room; a listener that has taken it keeps it.
        if self.records.len() == CAPACITY {
            self.records.pop_front();
        }
        self.records.push_back(record);
        self.next += 1;
        let silent = self.bells.iter_mut().filter(|bell| !bell.rung);
        silent
            .map(|bell| {
                bell.rung = true;
                bell.port
            })
            .collect()
    }

    /// Has `port` told of new records.
    pub(super) fn listen(&mut self, port: i64) {
        self.bells.push(Bell { port, rung: false });
    }

    /// Tells `port` of no more records.
    pub(super) fn leave(&mut self, port: i64) {
        self.bells.retain(|bell| bell.port != port);
    }

    /// Returns up to `most` records from the number `from` on, for the listener at `port`.
    pub(super) fn take(&mut self, port: i64, from: u64, most: usize) -> Batch {
        if let Some(bell) = self.bells.iter_mut().find(|bell| bell.port == port) {
            bell.rung = false;
        }
        let oldest = self.next - self.records.len() as u64;
        // A number that no record has yet is none of this ring's.
        let first = from.clamp(oldest, self.next);
        let records: Vec<_> =
            self.records.iter().skip((first - oldest) as usize).take(most).cloned().collect();
        let next = first + records.len() as u64;
        Batch { records, missed: first.saturating_sub(from), next, more: next < self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(batch: &Batch) -> Vec<&str> {
        batch.records.iter().map(AsRef::as_ref).collect()
    }

    #[test]
    fn a_million_records_take_bounded_memory_and_the_missed_are_counted() {
        let mut ring = Ring::new();
        let (mut from, mut got, mut missed) = (0, 0, 0);
        for number in 0..1_000_000_u64 {
            assert!(ring.push(number.to_string().into()).is_empty());
            // A slow listener: it takes 100 now and then.
            if number % 997 == 0 {
                let batch = ring.take(7, from, 100);
                let first = from + batch.missed;
                assert_eq!(batch.records[0].parse(), Ok(first), "no record comes twice or is skipped");
                missed += batch.missed;
                got += batch.records.len() as u64;
                from = batch.next;
            }
        }
        assert!(ring.records.len() == CAPACITY && ring.records.capacity() < 2 * CAPACITY);
        loop {
            let batch = ring.take(7, from, 100);
            missed += batch.missed;
            got += batch.records.len() as u64;
            from = batch.next;
            if !batch.more {
                break;
            }
        }
        assert_eq!((got + missed, from), (1_000_000, 1_000_000));
        assert!(missed > 800_000, "{missed}");
    }

    #[test]
    fn a_listener_is_told_once_until_it_takes() {
        let mut ring = Ring::new();
        ring.listen(1);
        ring.listen(2);
        assert_eq!(ring.push("a".into()), [1, 2]);
        assert!(ring.push("b".into()).is_empty());
        assert_eq!(numbers(&ring.take(1, 0, 10)), ["a", "b"]);
        assert_eq!(ring.push("c".into()), [1]);
        ring.leave(1);
        assert_eq!(ring.take(2, 1, 1), Batch { records: vec!["b".into()], missed: 0, next: 2, more: true });
        assert_eq!(ring.push("d".into()), [2]);
    }

    #[test]
    fn any_number_may_be_asked_for() {
        let mut ring = Ring::new();
        let empty = |next| Batch { records: vec![], missed: 0, next, more: false };
        assert_eq!(ring.take(1, 0, 10), empty(0));
        assert_eq!(ring.take(1, u64::MAX, 10), empty(0));
        let _ports = ring.push("a".into());
        assert_eq!(ring.take(1, 1, 10), empty(1));
        assert_eq!(ring.take(1, u64::MAX, usize::MAX), empty(1));
        assert_eq!(ring.take(1, 0, 0), Batch { more: true, ..empty(0) });
    }
}
