//! A particle system: Dart owns the memory and draws, Rust moves the particles in it.

use ffi_core::{FfiEnum, FfiMessage, ffi_export};

ffi_core::library!();

/// Behaviour of a particle at the edge of its [`Bounds`].
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum BoundaryMode {
    /// It comes back with the speed it had.
    Bounce = 0,
    /// It leaves on one side and comes in on the other.
    Wrap = 1,
}

/// A box with sides parallel to the axes, in metres.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
#[ffi(pod)]
pub struct Bounds {
    /// The left edge.
    pub min_x: f32,
    /// The lower edge.
    pub min_y: f32,
    /// The right edge.
    pub max_x: f32,
    /// The upper edge.
    pub max_y: f32,
}

/// A point mass.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Particle {
    /// Metres.
    pub x: f32,
    /// Metres.
    pub y: f32,
    /// Metres per second.
    pub vx: f32,
    /// Metres per second.
    pub vy: f32,
    /// Kilograms.
    pub mass: f32,
    /// The box that it stays in.
    pub bounds: Bounds,
    /// Behaviour at the edge of its bounds.
    pub mode: BoundaryMode,
}

/// Moves every particle by `dt` seconds.
#[ffi_export]
pub fn step(particles: &mut [Particle], dt: f32) {
    for particle in particles {
        let Bounds { min_x, min_y, max_x, max_y } = particle.bounds;
        (particle.x, particle.vx) = advance(particle.x, particle.vx, dt, min_x, max_x, particle.mode);
        (particle.y, particle.vy) = advance(particle.y, particle.vy, dt, min_y, max_y, particle.mode);
    }
}

/// Returns position and velocity along one axis after `dt` seconds, for a particle that crosses at
/// most one edge.
fn advance(position: f32, velocity: f32, dt: f32, min: f32, max: f32, mode: BoundaryMode) -> (f32, f32) {
    let next = position + velocity * dt;
    if (min..=max).contains(&next) {
        return (next, velocity);
    }
    match mode {
        BoundaryMode::Bounce => {
            let edge = if next < min { min } else { max };
            ((2.0 * edge - next).clamp(min, max), -velocity)
        }
        BoundaryMode::Wrap => ((min + (next - min).rem_euclid(max - min)).clamp(min, max), velocity),
    }
}

/// Returns the kinetic energy of all particles, in joules.
#[ffi_export(leaf)]
pub fn total_energy(particles: &[Particle]) -> f64 {
    particles
        .iter()
        .map(|particle| {
            let (vx, vy) = (f64::from(particle.vx), f64::from(particle.vy));
            0.5 * f64::from(particle.mass) * (vx * vx + vy * vy)
        })
        .sum()
}

/// Returns the smallest box that holds all particles.
///
/// # Errors
///
/// Returns an error if there are no particles.
#[ffi_export(leaf)]
pub fn enclosing(particles: &[Particle]) -> Result<Bounds, EmptySystem> {
    let (first, rest) = particles.split_first().ok_or(EmptySystem)?;
    let start = Bounds { min_x: first.x, min_y: first.y, max_x: first.x, max_y: first.y };
    Ok(rest.iter().fold(start, |bounds, particle| Bounds {
        min_x: bounds.min_x.min(particle.x),
        min_y: bounds.min_y.min(particle.y),
        max_x: bounds.max_x.max(particle.x),
        max_y: bounds.max_y.max(particle.y),
    }))
}

/// There are no particles.
#[derive(Debug)]
pub struct EmptySystem;

impl std::fmt::Display for EmptySystem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("there are no particles")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn particle(x: f32, vx: f32, mode: BoundaryMode) -> Particle {
        let bounds = Bounds { min_x: 0.0, min_y: 0.0, max_x: 10.0, max_y: 10.0 };
        Particle { x, y: 5.0, vx, vy: 0.0, mass: 2.0, bounds, mode }
    }

    #[test]
    fn a_particle_bounces_with_its_energy() {
        let mut particles = [particle(9.0, 4.0, BoundaryMode::Bounce)];
        step(&mut particles, 0.5);
        assert_eq!((particles[0].x, particles[0].vx), (9.0, -4.0));
        assert_eq!(total_energy(&particles), 16.0);
    }

    #[test]
    fn a_particle_wraps() {
        let mut particles = [particle(1.0, -4.0, BoundaryMode::Wrap)];
        step(&mut particles, 0.5);
        assert_eq!((particles[0].x, particles[0].vx), (9.0, -4.0));
    }

    #[test]
    fn an_empty_system_has_no_box() {
        assert_eq!(enclosing(&[]).unwrap_err().to_string(), "there are no particles");
    }
}
