//! A market that goes on, as lines that Flutter draws as they are.

use std::sync::{Mutex, PoisonError};

use ffi_core::{FfiMessage, FfiObject, ffi_export};

/// Number of candles that a chart has at most.
const SHOWN: usize = 120;

/// Number of trades of a candle.
const TRADES: u32 = 100;

/// A candle on a canvas, in pixels from its upper left corner. Columns of its lines are what
/// `Canvas.drawRawPoints` takes.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
#[ffi(columns)]
pub struct CandleShape {
    /// Line from the highest to the lowest price: x and y of both ends.
    pub wick: [f32; 4],
    /// Line from the first to the last price.
    pub body: [f32; 4],
}

/// The scale of a chart.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct ChartScale {
    /// Highest price, at the upper edge.
    pub high: f64,
    /// Lowest price, at the lower edge.
    pub low: f64,
    /// Last price.
    pub last: f64,
    /// Number of pixels from one candle to the next.
    pub step: f32,
}

/// Prices of a span of trades.
#[derive(Clone, Copy, Debug)]
struct Candle {
    open: f64,
    high: f64,
    low: f64,
    close: f64,
    trades: u32,
}

/// A random walk of prices, the same in each run.
#[derive(Debug)]
struct Walk {
    state: u64,
    price: f64,
    candles: Vec<Candle>,
}

/// A market, whose trades are made when they are asked for.
#[derive(FfiObject)]
pub struct Market(Mutex<Walk>);

#[ffi_export]
impl Market {
    /// Makes a market without trades.
    pub fn new() -> Self {
        Self(Mutex::new(Walk { state: 1, price: 100.0, candles: Vec::new() }))
    }

    /// Makes some trades. The oldest candles are forgotten.
    pub fn trade(&self, trades: u32) {
        let mut walk = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..trades {
            walk.trade();
        }
        let surplus = walk.candles.len().saturating_sub(SHOWN);
        walk.candles.drain(..surplus);
    }

    /// Lays out the candles on a canvas, those whose price has risen in one container and the
    /// others in another, and returns the scale. There are 120 at most.
    pub fn chart(
        &self,
        rising: &mut CandleShapeColumns,
        falling: &mut CandleShapeColumns,
        width: f32,
        height: f32,
    ) -> ChartScale {
        let walk = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rising.clear();
        falling.clear();
        let high = walk.candles.iter().map(|it| it.high).fold(walk.price, f64::max);
        let low = walk.candles.iter().map(|it| it.low).fold(walk.price, f64::min);
        let step = width / SHOWN as f32;
        let y = |price: f64| height * ((high - price) / (high - low).max(0.01)) as f32;
        for (candle, number) in walk.candles.iter().zip(0_u16..) {
            let x = (f32::from(number) + 0.5) * step;
            let wick = [x, y(candle.high), x, y(candle.low)];
            let body = [x, y(candle.open), x, y(candle.close)];
            let side = if candle.close >= candle.open { &mut *rising } else { &mut *falling };
            side.push(CandleShape { wick, body });
        }
        ChartScale { high, low, last: walk.price, step }
    }
}

impl Default for Market {
    fn default() -> Self {
        Self::new()
    }
}

impl Walk {
    fn trade(&mut self) {
        // The generator of Knuth's MMIX; its upper bits are the better ones.
        self.state =
            self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let cents = (self.state >> 33) % 11;
        self.price = (self.price + (cents as f64 - 5.0) / 100.0).max(1.0);
        let price = self.price;
        match self.candles.last_mut().filter(|it| it.trades < TRADES) {
            Some(candle) => {
                candle.high = candle.high.max(price);
                candle.low = candle.low.min(price);
                candle.close = price;
                candle.trades += 1;
            }
            None => {
                self.candles.push(Candle { open: price, high: price, low: price, close: price, trades: 1 })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_fits_its_canvas() {
        let market = Market::new();
        let (mut rising, mut falling) = (CandleShapeColumns::new(), CandleShapeColumns::new());
        assert_eq!(market.chart(&mut rising, &mut falling, 600.0, 300.0).last, 100.0);
        assert!(rising.is_empty() && falling.is_empty());
        market.trade(150 * TRADES);
        let scale = market.chart(&mut rising, &mut falling, 600.0, 300.0);
        assert_eq!((rising.len() + falling.len(), scale.step), (SHOWN, 5.0));
        for CandleShape { wick, body } in rising.iter().chain(falling.iter()) {
            assert!(wick[1] >= 0.0 && wick[1] <= wick[3] && wick[3] <= 300.0, "{wick:?}");
            assert!((wick[1]..=wick[3]).contains(&body[1]) && (wick[1]..=wick[3]).contains(&body[3]));
        }
        assert!(rising.iter().all(|it| it.body[1] >= it.body[3]), "y goes down");
        assert!(falling.iter().all(|it| it.body[1] <= it.body[3]));
    }
}
