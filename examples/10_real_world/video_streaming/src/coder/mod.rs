//! Work on frames: a checksum for those that are shown as they are, or a coder.

#[cfg(feature = "av1")]
mod av1;
#[cfg(feature = "h264")]
mod h264;

use std::collections::VecDeque;

use ffi_core::{FfiPooled, PoolBox};

use crate::checksum::checksum;
use crate::error::VideoError;
use crate::messages::{Codec, Frame, Options, Packet};
use crate::pipeline::{Out, Stage};

/// Stage that marks each frame with its checksum, and passes on its slot.
pub(crate) struct Seal;

impl Stage for Seal {
    type Output = Frame;

    fn take(&mut self, mut frame: PoolBox<Frame>, out: &mut Out<'_, Frame>) -> Result<(), VideoError> {
        frame.checksum = checksum(frame.bytes());
        out.put(Some(frame));
        Ok(())
    }

    fn finish(&mut self, _: &mut Out<'_, Frame>) -> Result<(), VideoError> {
        Ok(())
    }
}

/// A coder. Packets come in the order of their frames, one for each.
pub(crate) trait Coder: Send + 'static {
    /// Codes a frame, or the end, and hands over each packet that is ready.
    ///
    /// # Errors
    ///
    /// Returns a message if that fails.
    fn code(&mut self, frame: Option<&Frame>, ready: &mut dyn FnMut(Coded<'_>)) -> Result<(), String>;
}

/// A packet that is ready.
pub(crate) struct Coded<'a> {
    /// True if it can be decoded without those before it.
    pub(crate) key: bool,
    pub(crate) bytes: &'a [u8],
}

/// Returns a coder for a camera's frames.
///
/// # Errors
///
/// Returns an error if the library was built without one, or the coder refuses the options.
pub(crate) fn coder(codec: Codec, options: &Options) -> Result<Box<dyn Coder>, VideoError> {
    // No coder uses them without a feature.
    let _ = options;
    let hint = match codec {
        #[cfg(feature = "av1")]
        Codec::Av1 => return av1::Av1::new(options).map(|it| Box::new(it) as _),
        #[cfg(feature = "h264")]
        Codec::H264 => return h264::H264::new(options).map(|it| Box::new(it) as _),
        #[cfg(not(feature = "av1"))]
        Codec::Av1 => "build it with the feature `av1`",
        #[cfg(not(feature = "h264"))]
        Codec::H264 => "build it with the feature `h264`",
        Codec::H265 | Codec::Vp8 | Codec::Vp9 => "take AV1 or H.264: no coder of this format is a crate",
    };
    Err(VideoError::CodecUnavailable { codec, hint: hint.to_owned() })
}

/// Stage that codes frames.
pub(crate) struct Encode {
    codec: Codec,
    coder: Box<dyn Coder>,
    /// Number and times of the frames that the coder has.
    waiting: VecDeque<(u64, i64, i64)>,
}

impl Encode {
    pub(crate) fn new(codec: Codec, coder: Box<dyn Coder>) -> Self {
        Self { codec, coder, waiting: VecDeque::new() }
    }

    fn code(&mut self, frame: Option<&Frame>, out: &mut Out<'_, Packet>) -> Result<(), VideoError> {
        let mut failure = None;
        let last = self.waiting.back().map_or(0, |it| it.0);
        let Self { codec, waiting, .. } = self;
        let result = self.coder.code(frame, &mut |coded| {
            if failure.is_none() {
                let meta = waiting.pop_front().expect("the coder makes one packet for each frame");
                match packet(*codec, meta, &coded) {
                    Ok(packet) => out.put(packet),
                    Err(error) => failure = Some(error),
                }
            }
        });
        result.map_err(|message| VideoError::CoderFailed { number: last, message })?;
        failure.map_or(Ok(()), Err)
    }
}

impl Stage for Encode {
    type Output = Packet;

    fn take(&mut self, frame: PoolBox<Frame>, out: &mut Out<'_, Packet>) -> Result<(), VideoError> {
        self.waiting.push_back((frame.number, frame.timestamp, frame.captured));
        self.code(Some(&frame), out)
    }

    fn finish(&mut self, out: &mut Out<'_, Packet>) -> Result<(), VideoError> {
        self.code(None, out)
    }
}

/// Returns a slot with a packet, or none if the pool is empty.
fn packet(
    codec: Codec,
    (number, timestamp, captured): (u64, i64, i64),
    coded: &Coded<'_>,
) -> Result<Option<PoolBox<Packet>>, VideoError> {
    let Ok(mut packet) = Packet::pool().try_alloc() else { return Ok(None) };
    (packet.number, packet.timestamp, packet.captured) = (number, timestamp, captured);
    (packet.codec, packet.key) = (codec, coded.key);
    packet.bytes.clear();
    let bytes = coded.bytes.len() as u64;
    let written = packet.bytes.try_extend_from_slice(coded.bytes);
    written.map_err(|_| VideoError::PacketTooLarge { number, bytes })?;
    Ok(Some(packet))
}
