//! The camera, as an object.

use std::sync::Arc;

use ffi_core::{FfiObject, PoolBox, Stream, ffi_export};
use futures_util::future::{self, Either};
use futures_util::stream;

use crate::coder::{Encode, Seal, coder};
use crate::counters::Counters;
use crate::error::VideoError;
use crate::messages::{Codec, Frame, MOST_BYTES, Options, Packet, Stats};
use crate::pipeline::Video;

/// A camera. Each stream has frames of its own, from the first.
#[derive(Debug, FfiObject)]
pub struct Camera {
    options: Options,
    counters: Arc<Counters>,
}

#[ffi_export]
impl Camera {
    /// Opens a camera, which films once a stream is listened to.
    ///
    /// # Errors
    ///
    /// Fails if frames can't have this size or rate.
    pub fn open(options: &Options) -> Result<Self, VideoError> {
        let Options { width, height, frames_per_second, .. } = *options;
        let pixels = u64::from(width) * u64::from(height);
        let fits = |side: u32| side >= 16 && side.is_multiple_of(4);
        if !fits(width) || !fits(height) || pixels > MOST_BYTES as u64 / 3 * 2 {
            return Err(VideoError::WrongSize { width, height });
        }
        if !(1..=1_000).contains(&frames_per_second) {
            return Err(VideoError::WrongRate { frames_per_second });
        }
        Ok(Self { options: *options, counters: Arc::new(Counters::new()) })
    }

    /// Returns the frames as they are, with their checksums: no byte is copied on the way.
    #[ffi(window = 4)]
    pub fn frames(&self) -> impl Stream<Item = Result<PoolBox<Frame>, VideoError>> + use<> {
        Video::start(self.options, Arc::clone(&self.counters), Seal)
    }

    /// Returns the frames as packets of a format.
    #[ffi(window = 4)]
    pub fn packets(&self, codec: Codec) -> impl Stream<Item = Result<PoolBox<Packet>, VideoError>> + use<> {
        match coder(codec, &self.options) {
            Ok(coder) => {
                let stage = Encode::new(codec, coder);
                Either::Left(Video::start(self.options, Arc::clone(&self.counters), stage))
            }
            Err(error) => Either::Right(stream::once(future::ready(Err(error)))),
        }
    }

    /// Returns the microseconds since the camera was opened.
    pub fn now(&self) -> i64 {
        self.counters.now()
    }

    /// Counts a frame or packet that was shown now, by its times.
    pub fn shown(&self, timestamp: i64, captured: i64) {
        self.counters.shown(timestamp, captured, self.counters.now());
    }

    /// Returns counts and times.
    pub fn stats(&self) -> Stats {
        self.counters.stats()
    }
}
