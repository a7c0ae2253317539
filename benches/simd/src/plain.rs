//! Plain loops in Rust, for the baseline of x86-64.
//!
//! None is inlined, so that each is compiled by itself, like our kernels.

use bytemuck::{Pod, Zeroable};

/// A record of six floats.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Particle {
    pub position: [f32; 3],
    pub velocity: [f32; 3],
}

#[inline(never)]
pub fn sum(values: &[f32]) -> f32 {
    values.iter().sum()
}

#[inline(never)]
pub fn min(values: &[f32]) -> f32 {
    values.iter().copied().fold(f32::INFINITY, f32::min)
}

#[inline(never)]
pub fn dot(values: &[f32], other: &[f32]) -> f32 {
    values.iter().zip(other).map(|(a, b)| a * b).sum()
}

#[inline(never)]
pub fn scale(values: &mut [f32], factor: f32) {
    for value in values {
        *value *= factor;
    }
}

#[inline(never)]
pub fn add(values: &mut [f32], other: &[f32]) {
    for (value, other) in values.iter_mut().zip(other) {
        *value += other;
    }
}

#[inline(never)]
pub fn mul(values: &mut [f32], other: &[f32]) {
    for (value, other) in values.iter_mut().zip(other) {
        *value *= other;
    }
}

#[inline(never)]
pub fn axpy(a: f32, x: &[f32], y: &mut [f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

#[inline(never)]
pub fn sum_bytes(values: &[u8]) -> u64 {
    values.iter().map(|&value| u64::from(value)).sum()
}

#[inline(never)]
pub fn sum_integers(values: &[i32]) -> i64 {
    values.iter().map(|&value| i64::from(value)).sum()
}

#[inline(never)]
pub fn sum_of_x(particles: &[Particle]) -> f32 {
    particles.iter().map(|particle| particle.position[0]).sum()
}

#[inline(never)]
pub fn step(particles: &mut [Particle], dt: f32) {
    for particle in particles {
        for (position, velocity) in particle.position.iter_mut().zip(particle.velocity) {
            *position += dt * velocity;
        }
    }
}

#[inline(never)]
pub fn scale_fields(particles: &mut [Particle], factors: &[f32; 6]) {
    for particle in particles {
        for axis in 0..3 {
            particle.position[axis] *= factors[axis];
            particle.velocity[axis] *= factors[axis + 3];
        }
    }
}
