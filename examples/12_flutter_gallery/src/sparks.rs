//! A fountain of sparks, whose places Flutter draws as they are.

use ffi_core::{FfiMessage, ffi_export};

/// A spark. Its place and speed are in pixels of the canvas, from its upper left corner.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
#[ffi(columns)]
pub struct Spark {
    /// Place. A column of these is what `Canvas.drawRawPoints` takes.
    pub position: [f32; 2],
    /// Pixels per second.
    pub velocity: [f32; 2],
}

/// Pixels per second, each second, downwards.
const GRAVITY: f32 = 400.0;

/// Adds `count` sparks to the fountain of a canvas. They fly for as long as there is a canvas.
#[ffi_export]
pub fn light(sparks: &mut SparkColumns, count: u32, width: f32, height: f32) {
    for _ in 0..count {
        let number = sparks.len();
        let mut spark = thrown(number, width, height);
        // So that they don't all start at one time.
        let age = number as f32 % 97.0 / 97.0;
        spark.position[0] += spark.velocity[0] * age;
        spark.position[1] += spark.velocity[1] * age + GRAVITY * age * age / 2.0;
        spark.velocity[1] += GRAVITY * age;
        sparks.push(spark);
    }
}

/// Moves all sparks by `seconds`. Those that fall out of the canvas are thrown again.
#[ffi_export(leaf)]
pub fn fly(sparks: &mut SparkColumns, seconds: f32, width: f32, height: f32) {
    let SparkColumnsMut { position, velocity, .. } = sparks.columns_mut();
    for (number, (position, velocity)) in position.iter_mut().zip(velocity).enumerate() {
        velocity[1] += GRAVITY * seconds;
        position[0] += velocity[0] * seconds;
        position[1] += velocity[1] * seconds;
        if position[1] > height {
            Spark { position: *position, velocity: *velocity } = thrown(number, width, height);
        }
    }
}

/// Returns a spark at the foot of the fountain. Its direction depends on its number.
fn thrown(number: usize, width: f32, height: f32) -> Spark {
    // Multiples of these, the R2 sequence of Martin Roberts, are spread evenly.
    let [side, lift] = [0.754_877_7, 0.569_840_3].map(|step: f32| (number as f32 * step).fract());
    let velocity = [(side - 0.5) * width * 0.3, -(0.8 + 0.5 * lift) * (GRAVITY * height).sqrt()];
    Spark { position: [width / 2.0, height], velocity }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sparks_stay_above_the_floor() {
        let mut sparks = SparkColumns::new();
        light(&mut sparks, 1000, 400.0, 300.0);
        for _ in 0..200 {
            fly(&mut sparks, 1.0 / 60.0, 400.0, 300.0);
        }
        assert_eq!(sparks.len(), 1000);
        assert!(sparks.columns().position.iter().all(|it| it[1] <= 300.0));
    }
}
