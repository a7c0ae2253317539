//! Results of any length, as streams of pages.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use ffi_core::{PoolBox, Stream, spawn_blocking};
use tokio::sync::mpsc;

use crate::engine::Engine;
use crate::error::DatabaseError;
use crate::messages::{Page, Parameters};
use crate::rows::{empty_page, read};

type Item = Result<PoolBox<Page>, DatabaseError>;

/// Time after which a cursor looks again if a page is free.
const NEXT_LOOK: Duration = Duration::from_millis(1);

/// The receiving end of a cursor. A thread with a connection of its own fills the next page while
/// Dart reads the one before. It stops while Dart doesn't take any, and ends with this stream.
pub(crate) struct Cursor {
    pages: mpsc::Receiver<Item>,
    cancelled: Cancelled,
}

impl Cursor {
    /// Starts a query.
    pub(crate) fn new(engine: Arc<Engine>, sql: String, parameters: Parameters) -> Self {
        let (sender, pages) = mpsc::channel(1);
        let cancelled = Cancelled::default();
        let ends = cancelled.clone();
        spawn_blocking(move || {
            if let Err(error) = send_all(&engine, &sql, &parameters, &sender, &ends) {
                // Without a receiver nobody asks for the reason.
                let _ = sender.blocking_send(Err(engine.waited(error)));
            }
        });
        Self { pages, cancelled }
    }
}

impl Stream for Cursor {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Item>> {
        self.pages.poll_recv(context)
    }
}

impl Drop for Cursor {
    fn drop(&mut self) {
        self.cancelled.set();
    }
}

fn send_all(
    engine: &Arc<Engine>,
    sql: &str,
    parameters: &Parameters,
    sender: &mpsc::Sender<Item>,
    cancelled: &Cancelled,
) -> Result<(), DatabaseError> {
    let ends = cancelled.clone();
    let connection = engine.reader(move || ends.is_set())?;
    read(&connection, sql, parameters, |mut reader| {
        loop {
            let mut page = next_page(reader.read(), cancelled)?;
            reader.fill(&mut page)?;
            let last = page.last;
            if sender.blocking_send(Ok(page)).is_err() || last {
                return Ok(());
            }
        }
    })
}

/// Allocates a page; waits for one while all are in use.
fn next_page(first: u64, cancelled: &Cancelled) -> Item {
    loop {
        match empty_page(first) {
            Err(DatabaseError::NoSlot { .. }) if !cancelled.is_set() => thread::sleep(NEXT_LOOK),
            result => return result,
        }
    }
}

/// A flag that ends a query: the drop of its cursor sets it, and the thread of the query reads it.
#[derive(Clone, Default)]
struct Cancelled(Arc<AtomicBool>);

impl Cancelled {
    /// Asks the query to end.
    fn set(&self) {
        // Relaxed: nothing else is published by it.
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns true if the query should end.
    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
