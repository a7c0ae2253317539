//! H.264 by OpenH264.

use openh264::OpenH264API;
use openh264::encoder::{Encoder, EncoderConfig, FrameRate, FrameType, RateControlMode, UsageType};
use openh264::formats::YUVSlices;

use super::{Coded, Coder};
use crate::error::VideoError;
use crate::messages::{Codec, Frame, Options};

/// An encoder of H.264, one packet for each frame at once.
pub(crate) struct H264 {
    encoder: Encoder,
    bytes: Vec<u8>,
}

impl H264 {
    /// Makes an encoder.
    ///
    /// # Errors
    ///
    /// Returns an error if OpenH264 can't be started.
    pub(crate) fn new(options: &Options) -> Result<Self, VideoError> {
        let config = EncoderConfig::new()
            .max_frame_rate(FrameRate::from_hz(options.frames_per_second as f32))
            .usage_type(UsageType::CameraVideoRealTime)
            .rate_control_mode(RateControlMode::Off)
            .skip_frames(false)
            .num_threads(std::thread::available_parallelism().map_or(1, |it| it.get().min(4) as u16));
        let encoder = Encoder::with_api_config(OpenH264API::from_source(), config);
        encoder.map(|encoder| Self { encoder, bytes: Vec::new() }).map_err(|error| {
            VideoError::CodecUnavailable {
                codec: Codec::H264,
                hint: format!("OpenH264 can't be started: {error}"),
            }
        })
    }
}

impl Coder for H264 {
    fn code(&mut self, frame: Option<&Frame>, ready: &mut dyn FnMut(Coded<'_>)) -> Result<(), String> {
        // It has nothing left at the end.
        let Some(frame) = frame else { return Ok(()) };
        let (width, height) = (frame.width as usize, frame.height as usize);
        let [luma, blue, red] = Frame::planes_of(width, height).map(|range| &frame.planes[range]);
        let source = YUVSlices::new((luma, blue, red), (width, height), (width, width / 2, width / 2));
        let stream = self.encoder.encode(&source).map_err(|error| error.to_string())?;
        self.bytes.clear();
        stream.write_vec(&mut self.bytes);
        let key = matches!(stream.frame_type(), FrameType::IDR | FrameType::I);
        ready(Coded { key, bytes: &self.bytes });
        Ok(())
    }
}
