//! Balls that fall, in memory that Dart and Rust share.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use ffi_core::{FfiError, FfiMessage, FfiObject, Stream, ffi_export, ffi_service};
use futures_util::stream::{self, StreamExt as _};

ffi_core::library!();

/// A ball that falls and bounces.
#[derive(FfiMessage, Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Ball {
    /// Metres from the left.
    pub x: f32,
    /// Metres above the floor.
    pub y: f32,
    /// Metres per second, to the right.
    pub vx: f32,
    /// Metres per second, upwards.
    pub vy: f32,
}

/// Reason why the balls can't move.
#[derive(FfiError, Clone, Copy, Debug, PartialEq)]
pub enum StepError {
    /// The step in time is negative, or no number.
    Negative {
        /// Seconds.
        seconds: f32,
    },
}

impl std::fmt::Display for StepError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Negative { seconds } => write!(f, "{seconds} s is no step in time"),
        }
    }
}

impl std::error::Error for StepError {}

/// Metres per second, each second.
const GRAVITY: f32 = 9.81;

/// Part of its speed that a ball keeps when it bounces.
const BOUNCE: f32 = 0.8;

/// Moves all balls by `seconds`. They are Dart's own memory: nothing is copied.
///
/// # Errors
///
/// Returns an error, and moves nothing, if `seconds` is negative or no number.
#[ffi_export]
pub fn step(balls: &mut [Ball], seconds: f32) -> Result<(), StepError> {
    if seconds.is_nan() || seconds < 0.0 {
        return Err(StepError::Negative { seconds });
    }
    for ball in balls {
        ball.vy -= GRAVITY * seconds;
        ball.x += ball.vx * seconds;
        ball.y += ball.vy * seconds;
        if ball.y < 0.0 {
            ball.y = -ball.y;
            ball.vy = -ball.vy * BOUNCE;
        }
    }
    Ok(())
}

/// Counts the primes below `limit`, on a thread of its own: in Dart it is a `Future`.
#[ffi_export]
#[ffi(blocking)]
pub fn count_primes(limit: u32) -> u32 {
    let is_prime = |n: u32| (2..).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d));
    (2..limit).filter(|&n| is_prime(n)).map(|_| 1).sum()
}

/// Counts the periods since Dart began to listen: in Dart it is a `Stream`. While Dart pauses, at
/// most four counts wait for it, and Rust stops.
#[ffi_export]
#[ffi(window = 4)]
pub fn ticks(milliseconds: u32) -> impl Stream<Item = u32> {
    let period = Duration::from_millis(milliseconds.into());
    stream::iter(1..).then(move |count| async move {
        tokio::time::sleep(period).await;
        count
    })
}

/// Reason why points aren't counted.
#[derive(FfiError, Clone, Copy, Debug, PartialEq)]
pub enum ScoreError {
    /// The player has no name.
    NoName,
}

impl std::fmt::Display for ScoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoName => write!(f, "a player without a name has no points"),
        }
    }
}

impl std::error::Error for ScoreError {}

/// The points of all players: in Dart an interface, so that a test may have another implementor.
#[ffi_service]
pub trait Scores {
    /// Adds points to those of a player, and returns the sum.
    ///
    /// # Errors
    ///
    /// Returns an error if the player has no name.
    fn add(&self, player: &str, points: u32) -> Result<u32, ScoreError>;

    /// Returns the points of a player, which are none at first.
    fn points(&self, player: &str) -> u32;
}

/// Points in memory. Threads and isolates may use one object at the same time.
#[derive(Default)]
struct Board(Mutex<HashMap<String, u32>>);

impl Scores for Board {
    fn add(&self, player: &str, points: u32) -> Result<u32, ScoreError> {
        if player.is_empty() {
            return Err(ScoreError::NoName);
        }
        let mut all = self.0.lock().unwrap();
        let sum = all.entry(player.to_owned()).or_default();
        *sum = sum.saturating_add(points);
        Ok(*sum)
    }

    fn points(&self, player: &str) -> u32 {
        self.0.lock().unwrap().get(player).copied().unwrap_or_default()
    }
}

/// Returns a board without points. It is dropped when Dart has disposed of it.
#[ffi_export]
pub fn open_scores() -> FfiObject<dyn Scores> {
    FfiObject::new(Board::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ball_falls_and_bounces() {
        let mut balls = [Ball { y: 1.0, vx: 2.0, ..Ball::default() }];
        step(&mut balls, 0.1).unwrap();
        assert!(balls[0].y < 1.0);
        assert_eq!(balls[0].x, 0.2);
        for _ in 0..100 {
            step(&mut balls, 0.01).unwrap();
            assert!(balls[0].y >= 0.0);
        }
    }

    #[test]
    fn time_does_not_run_backwards() {
        let mut balls = [Ball::default()];
        assert_eq!(step(&mut balls, -1.0), Err(StepError::Negative { seconds: -1.0 }));
        assert_eq!(balls, [Ball::default()]);
    }

    #[test]
    fn there_are_four_primes_below_ten() {
        assert_eq!(count_primes(10), 4);
    }

    #[test]
    fn ticks_are_counted() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let counts = runtime.block_on(ticks(1).take(3).collect::<Vec<_>>());
        assert_eq!(counts, [1, 2, 3]);
    }

    #[test]
    fn points_are_added() {
        let board = Board::default();
        assert_eq!(board.add("Ada", 2), Ok(2));
        assert_eq!(board.add("Ada", 3), Ok(5));
        assert_eq!((board.points("Ada"), board.points("Bob")), (5, 0));
        assert_eq!(board.add("", 1), Err(ScoreError::NoName));
    }
}
