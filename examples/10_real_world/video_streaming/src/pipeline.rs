//! The two threads of a stream: the camera, and what is done to its frames.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use ffi_core::{FfiPooled, PoolBox, Stream, spawn_blocking};

use crate::camera::Picture;
use crate::clock::{SECOND, Stamper};
use crate::counters::Counters;
use crate::error::VideoError;
use crate::handover::{Closed, Handover};
use crate::messages::{Frame, Options};

/// Time after which a camera that need not be in time looks again if a slot is free.
const NEXT_LOOK: Duration = Duration::from_millis(1);

/// Work of the second thread.
pub(crate) trait Stage: Send + 'static {
    /// Message that frames become.
    type Output: FfiPooled;

    /// Takes a frame, and puts what is ready.
    ///
    /// # Errors
    ///
    /// Returns an error if the frame can't be coded.
    fn take(&mut self, frame: PoolBox<Frame>, out: &mut Out<'_, Self::Output>) -> Result<(), VideoError>;

    /// Puts what is left after the last frame.
    ///
    /// # Errors
    ///
    /// Returns an error if that can't be coded.
    fn finish(&mut self, out: &mut Out<'_, Self::Output>) -> Result<(), VideoError>;
}

/// Way out of a [`Stage`].
pub(crate) struct Out<'a, T: FfiPooled> {
    queue: &'a Handover<T>,
    counters: &'a Counters,
    /// Number of frames in the stage.
    inside: u64,
    closed: bool,
}

impl<T: FfiPooled> Out<'_, T> {
    /// Puts what a frame has become; none if that is lost.
    pub(crate) fn put(&mut self, message: Option<PoolBox<T>>) {
        self.inside -= 1;
        match message.map(|it| self.queue.put(it)) {
            Some(Ok(lost)) => self.counters.dropped.add(lost),
            Some(Err(Closed)) => {
                self.counters.abandoned.add(1);
                self.closed = true;
            }
            None => self.counters.dropped.add(1),
        }
    }
}

impl<T: FfiPooled> Drop for Out<'_, T> {
    fn drop(&mut self) {
        self.counters.abandoned.add(self.inside);
    }
}

/// The receiving end: the threads end when it is dropped.
pub(crate) struct Video<T: FfiPooled> {
    frames: Arc<Handover<Frame>>,
    out: Arc<Handover<T>>,
    counters: Arc<Counters>,
}

impl<T: FfiPooled> Video<T> {
    /// Starts the threads.
    pub(crate) fn start<S: Stage<Output = T>>(options: Options, counters: Arc<Counters>, stage: S) -> Self {
        let frames = Arc::new(Handover::new(options.drop_policy));
        let out = Arc::new(Handover::new(options.drop_policy));
        let video = Self { frames, out, counters };
        let frames = Closes(Arc::clone(&video.frames));
        spawn(&video.counters, move |counters| {
            // The reader ends first if it is not the last frame, which is no failure.
            let _ = film(&options, counters, &frames.0);
        });
        let (frames, out) = (Closes(Arc::clone(&video.frames)), Closes(Arc::clone(&video.out)));
        spawn(&video.counters, move |counters| {
            if let Err(error) = process(stage, options.faults.fail_at, counters, &frames.0, &out.0) {
                out.0.fail(error);
            }
            frames.0.abandon(&counters.abandoned);
        });
        video
    }
}

impl<T: FfiPooled> Stream for Video<T> {
    type Item = Result<PoolBox<T>, VideoError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.out.poll_next(context);
        if let Poll::Ready(Some(Ok(_))) = next {
            self.counters.delivered.add(1);
        }
        next
    }
}

impl<T: FfiPooled> Drop for Video<T> {
    fn drop(&mut self) {
        self.frames.abandon(&self.counters.abandoned);
        self.out.abandon(&self.counters.abandoned);
    }
}

/// A queue that is closed when this is dropped, also if its thread panics or never runs.
struct Closes<T: FfiPooled>(Arc<Handover<T>>);

impl<T: FfiPooled> Drop for Closes<T> {
    fn drop(&mut self) {
        if thread::panicking() {
            let message = "its thread has panicked".to_owned();
            self.0.fail(VideoError::CoderFailed { number: 0, message });
        }
        self.0.close();
    }
}

/// Runs `work` on a thread, which is counted from now on.
fn spawn(counters: &Arc<Counters>, work: impl FnOnce(&Counters) + Send + 'static) {
    let counters = Arc::clone(counters);
    let running = counters.run();
    spawn_blocking(move || {
        work(&counters);
        drop(running);
    });
}

/// Makes all frames.
fn film(options: &Options, counters: &Counters, frames: &Handover<Frame>) -> Result<(), Closed> {
    let picture = Picture::new(options);
    let interval = |number: u64| {
        (i128::from(number) * i128::from(SECOND) / i128::from(options.frames_per_second)) as i64
    };
    let mut stamper = Stamper::new(interval(1));
    let hand = |frame| frames.put(frame).map(|lost| counters.dropped.add(lost));
    let hand = |frame| hand(frame).inspect_err(|Closed| counters.abandoned.add(1));
    let begin = Instant::now();
    let mut late = None;
    let last = if options.frames == 0 { u64::MAX } else { options.frames };
    for number in 1..=last {
        if frames.is_closed() {
            return Err(Closed);
        }
        let due = interval(number);
        let mut clock = due;
        if options.live {
            let elapsed = begin.elapsed();
            thread::sleep(Duration::from_micros(due as u64).saturating_sub(elapsed));
            clock = begin.elapsed().as_micros() as i64;
        }
        if options.faults.jump_at != 0 && number >= options.faults.jump_at {
            clock = clock.wrapping_add(options.faults.jump_microseconds);
        }
        let jumps = stamper.jumps();
        let timestamp = stamper.stamp(clock);
        counters.clock_jumps.add(stamper.jumps() - jumps);
        let Ok(mut frame) = Frame::pool().try_alloc() else {
            counters.no_slot.add(1);
            if !options.live {
                thread::sleep(NEXT_LOOK);
            }
            continue;
        };
        picture.draw(number, &mut frame);
        frame.timestamp = timestamp;
        frame.captured = counters.now();
        counters.captured.add(1);
        if number == options.faults.late_at {
            late = Some(frame);
            continue;
        }
        hand(frame)?;
        late.take().map_or(Ok(()), hand)?;
    }
    late.map_or(Ok(()), hand)
}

/// Takes all frames through a stage.
fn process<S: Stage>(
    mut stage: S,
    fail_at: u64,
    counters: &Counters,
    frames: &Handover<Frame>,
    queue: &Handover<S::Output>,
) -> Result<(), VideoError> {
    let mut out = Out { queue, counters, inside: 0, closed: false };
    let mut last = 0;
    let mut all = || {
        while let Some(frame) = frames.next() {
            let frame = frame?;
            let number = frame.number;
            if number <= last {
                counters.late.add(1);
                continue;
            }
            last = number;
            out.inside += 1;
            if number == fail_at {
                let message = "a simulated fault".to_owned();
                return Err(VideoError::CoderFailed { number, message });
            }
            stage.take(frame, &mut out)?;
            if out.closed {
                return Ok(());
            }
        }
        stage.finish(&mut out)
    };
    let result = all();
    // The camera may have failed as well, when the stage has no frame.
    if result.is_err() && out.inside > 0 {
        out.inside -= 1;
        counters.failed.add(1);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::{DropPolicy, Faults};

    /// Stage that panics at its first frame.
    struct Panics;

    impl Stage for Panics {
        type Output = Frame;

        fn take(&mut self, frame: PoolBox<Frame>, _: &mut Out<'_, Frame>) -> Result<(), VideoError> {
            panic!("at frame {}", frame.number);
        }

        fn finish(&mut self, _: &mut Out<'_, Frame>) -> Result<(), VideoError> {
            Ok(())
        }
    }

    #[test]
    fn a_coder_that_panics_ends_its_stream() {
        let options = Options {
            width: 16,
            height: 16,
            frames_per_second: 60,
            live: false,
            drop_policy: DropPolicy::Wait,
            frames: 0,
            faults: Faults::default(),
        };
        let counters = Arc::new(Counters::new());
        let video = Video::start(options, Arc::clone(&counters), Panics);
        let error = video.out.next().expect("the failure is an item").err();
        assert!(matches!(error, Some(VideoError::CoderFailed { number: 0, .. })), "{error:?}");
        assert!(video.out.next().is_none());
        drop(video);
        while counters.stats().running > 0 {
            thread::yield_now();
        }
        let stats = counters.stats();
        assert_eq!((stats.captured, stats.delivered, stats.frames), (stats.abandoned, 0, 0), "{stats:?}");
    }
}
