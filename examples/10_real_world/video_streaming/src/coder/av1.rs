//! AV1 by rav1e.

use rav1e::prelude::{Config, Context, EncoderConfig, EncoderStatus, FrameType, Rational};

use super::{Coded, Coder};
use crate::error::VideoError;
use crate::messages::{Codec, Frame, Options};

/// The fastest of rav1e's settings.
const SPEED: u8 = 10;

/// An encoder of AV1, without the delay that reordering frames takes.
pub(crate) struct Av1(Context<u8>);

impl Av1 {
    /// Makes an encoder.
    ///
    /// # Errors
    ///
    /// Returns an error if rav1e refuses the size or rate.
    pub(crate) fn new(options: &Options) -> Result<Self, VideoError> {
        let config = EncoderConfig {
            width: options.width as usize,
            height: options.height as usize,
            time_base: Rational { num: 1, den: u64::from(options.frames_per_second) },
            low_latency: true,
            tiles: std::thread::available_parallelism().map_or(1, usize::from),
            ..EncoderConfig::with_speed_preset(SPEED)
        };
        let context = Config::new().with_encoder_config(config).new_context();
        context.map(Self).map_err(|error| VideoError::CodecUnavailable {
            codec: Codec::Av1,
            hint: format!("rav1e refuses these frames: {error}"),
        })
    }
}

impl Coder for Av1 {
    fn code(&mut self, frame: Option<&Frame>, ready: &mut dyn FnMut(Coded<'_>)) -> Result<(), String> {
        match frame {
            Some(frame) => {
                let mut planes = self.0.new_frame();
                let (width, height) = (frame.width as usize, frame.height as usize);
                let ranges = Frame::planes_of(width, height);
                for ((plane, range), width) in
                    planes.planes.iter_mut().zip(ranges).zip([width, width / 2, width / 2])
                {
                    plane.copy_from_raw_u8(&frame.planes[range], width, 1);
                }
                self.0.send_frame(planes).map_err(|status| status.to_string())?;
            }
            None => self.0.flush(),
        }
        loop {
            match self.0.receive_packet() {
                Ok(packet) => {
                    ready(Coded { key: packet.frame_type == FrameType::KEY, bytes: &packet.data });
                }
                Err(EncoderStatus::Encoded) => {}
                Err(EncoderStatus::NeedMoreData | EncoderStatus::LimitReached) => return Ok(()),
                Err(status) => return Err(status.to_string()),
            }
        }
    }
}
