//! A synthesizer with the same samples on each machine: integers and products, no function of a
//! math library.

use crate::error::AudioError;
use crate::messages::{AudioBlock, FRAMES, RATE, TONES};

/// Tones that begin at their zeros.
#[derive(Clone, Debug)]
pub struct Synth {
    /// Parts of an oscillation that pass with each sample, in units of 2^-32.
    steps: [u32; TONES],
    /// Parts of the oscillation that have passed.
    phases: [u32; TONES],
    /// Number of the next block.
    next: u64,
}

impl Synth {
    /// Makes a synthesizer of tones, each of which is a quarter of the sound.
    ///
    /// # Errors
    ///
    /// Fails if a tone is negative, no number, or above half of the sampling rate.
    pub fn new(hertz: [f32; TONES]) -> Result<Self, AudioError> {
        let limit = RATE as f32 / 2.0;
        let mut steps = [0; TONES];
        for (step, hertz) in steps.iter_mut().zip(hertz) {
            if !(0.0..limit).contains(&hertz) {
                return Err(AudioError::Tone { hertz, limit });
            }
            // Below 2^31, as the tone is below half of the rate.
            *step = (f64::from(hertz) / f64::from(RATE) * 4_294_967_296.0) as u32;
        }
        Ok(Self { steps, phases: [0; TONES], next: 0 })
    }

    /// Goes to the start of block `number`.
    pub fn seek(&mut self, number: u64) {
        let samples = (number as u32).wrapping_mul(FRAMES as u32);
        self.phases = self.steps.map(|step| step.wrapping_mul(samples));
        self.next = number;
    }

    /// Fills the next block.
    pub fn fill(&mut self, block: &mut AudioBlock) {
        block.number = self.next;
        self.next += 1;
        for sample in &mut block.samples {
            *sample = self.phases.into_iter().map(sine).sum::<f32>() * (1.0 / TONES as f32);
            for (phase, step) in self.phases.iter_mut().zip(self.steps) {
                *phase = phase.wrapping_add(step);
            }
        }
    }
}

/// Returns the sine of a phase, as two parabolas through its zeros and extremes.
fn sine(phase: u32) -> f32 {
    let x = phase as i32 as f32 * (1.0 / 2_147_483_648.0);
    4.0 * x * (1.0 - x.abs())
}

#[cfg(test)]
mod tests {
    use ffi_core::FfiMessage as _;

    use super::*;

    #[test]
    fn a_tone_has_its_frequency_and_amplitude() {
        // 187.5 Hz: an oscillation in 256 samples.
        let mut synth = Synth::new([187.5, 0.0, 0.0, 0.0]).unwrap();
        let mut block = AudioBlock::new_zeroed_box();
        synth.fill(&mut block);
        assert_eq!([block.samples[0], block.samples[64], block.samples[192]], [0.0, 0.25, -0.25]);
        let first = block.samples;
        synth.fill(&mut block);
        assert_eq!((block.number, block.samples), (1, first));
    }

    #[test]
    fn a_block_is_the_same_from_its_start() {
        let mut synth = Synth::new([440.0, 554.37, 659.25, 0.0]).unwrap();
        let mut blocks = [AudioBlock::new_zeroed_box(), AudioBlock::new_zeroed_box()];
        for _ in 0..=1_000 {
            synth.fill(&mut blocks[0]);
        }
        synth.seek(1_000);
        synth.fill(&mut blocks[1]);
        assert_eq!((blocks[1].number, blocks[1].samples), (1_000, blocks[0].samples));
    }

    #[test]
    fn tones_that_are_none_are_refused() {
        for hertz in [-1.0, 24_000.0, f32::NAN, f32::INFINITY] {
            let refused = Synth::new([0.0, hertz, 0.0, 0.0]);
            assert!(matches!(refused, Err(AudioError::Tone { limit: 24_000.0, .. })), "{hertz}");
        }
    }
}
