//! Candles and moving averages of columns, by kernels of `ffi_core::simd`.
//!
//! Prices and volumes are whole numbers, so sums are exact: in which order a kernel adds makes no
//! difference, and a loop over lists in Dart has the same results to the last bit.

use ffi_core::{ffi_export, simd};

use crate::error::MarketError;
use crate::messages::{Candle, CandleColumns, TickBlock, TickColumns, TickColumnsRef};

/// Adds the ticks of a block to the end of the columns, and returns how many there are then.
///
/// # Errors
///
/// Fails if the columns are fixed and have no room for all of them, or there is no memory.
#[ffi_export]
pub fn append(ticks: &mut TickColumns, block: &TickBlock) -> Result<u64, MarketError> {
    ticks
        .try_extend_from_records(&block.ticks)
        .map_err(|error| MarketError::Columns { message: error.to_string() })?;
    Ok(ticks.len() as u64)
}

/// Returns a candle for each span of `width` microseconds in which there were trades.
///
/// # Errors
///
/// Fails if the width is not positive, or the times don't ascend.
#[ffi_export]
pub fn candles(ticks: &TickColumns, width: i64) -> Result<CandleColumns, MarketError> {
    if width <= 0 {
        return Err(MarketError::Width { width });
    }
    let TickColumnsRef { time, price, volume, .. } = ticks.columns();
    if let Some(row) = first_descent(time) {
        return Err(MarketError::Order { row: row as u64 });
    }
    let mut candles = CandleColumns::new();
    let mut first = 0;
    while let Some(&opened) = time.get(first) {
        let start = opened.wrapping_sub(opened.rem_euclid(width));
        // Differences as unsigned numbers: the end of a span may be no `i64`.
        let is_inside = |time: &i64| (time.wrapping_sub(start) as u64) < width as u64;
        let end = first + leading(&time[first..], is_inside);
        let (price, volume) = (&price[first..end], &volume[first..end]);
        candles.push(Candle {
            start,
            open: price[0],
            high: simd::max(price).unwrap_or(f64::NAN),
            low: simd::min(price).unwrap_or(f64::NAN),
            close: price[price.len() - 1],
            volume: simd::sum(volume),
            turnover: simd::dot(price, volume),
            trades: price.len() as u64,
        });
        first = end;
    }
    Ok(candles)
}

/// Returns how many of the first times are inside, of which there is at least one.
///
/// It gallops: first by powers of two, then by bisection between the last two. A bisection of all
/// that is left would read memory that no candle needs yet.
fn leading(times: &[i64], is_inside: impl Fn(&i64) -> bool) -> usize {
    let mut end = 64;
    while times.get(end).is_some_and(&is_inside) {
        end *= 2;
    }
    times[..times.len().min(end)].partition_point(is_inside)
}

/// Returns the row of the first time that is less than the one before it.
fn first_descent(times: &[i64]) -> Option<usize> {
    // Without an early end, so that the compiler makes vectors of it.
    let descends = |times: &[i64]| times.iter().zip(&times[1..]).fold(false, |any, (a, b)| any | (a > b));
    if times.len() < 2 || !descends(times) {
        return None;
    }
    times.windows(2).position(|pair| pair[0] > pair[1]).map(|row| row + 1)
}

/// Returns the mean of each `window` consecutive values: that of the first ones is the first, so
/// there are `window - 1` fewer means than values.
///
/// A mean is the difference of two sums from the start on, times `1 / window`. For whole numbers
/// whose sum is below 2^53 the sums are exact.
///
/// # Errors
///
/// Fails if the window is 0, or there are fewer values.
#[ffi_export]
pub fn moving_average(values: &[f64], window: u32) -> Result<Vec<f64>, MarketError> {
    let length = window as usize;
    if length == 0 || length > values.len() {
        return Err(MarketError::Window { window, values: values.len() as u64 });
    }
    let sums = sums_before(values);
    let mut means = sums[length..].to_vec();
    simd::sub(&mut means, &sums[..sums.len() - length]);
    simd::scale(&mut means, 1.0 / f64::from(window));
    Ok(means)
}

/// Returns the sum of the values before each index, up to that of all.
///
/// Each addition of a plain loop waits for the one before it. Here only one in four does.
fn sums_before(values: &[f64]) -> Vec<f64> {
    let mut sums = Vec::with_capacity(values.len() + 1);
    let mut sum = 0.0;
    sums.push(sum);
    let (fours, rest) = values.as_chunks();
    for &[a, b, c, d] in fours {
        let (ab, cd) = (a + b, c + d);
        sums.extend([sum + a, sum + ab, sum + (ab + c), sum + (ab + cd)]);
        sum += ab + cd;
    }
    for value in rest {
        sum += value;
        sums.push(sum);
    }
    sums
}

#[cfg(test)]
mod tests {
    use ffi_core::FfiMessage as _;

    use super::*;
    use crate::messages::Tick;

    fn columns(ticks: impl IntoIterator<Item = (i64, f64, f64)>) -> TickColumns {
        let tick = |((time, price, volume), sequence)| Tick { sequence, time, price, volume };
        ticks.into_iter().zip(0..).map(tick).collect()
    }

    /// Returns the candles of ticks in ascending order, by the simplest code.
    fn naive(ticks: &TickColumns, width: i64) -> Vec<Candle> {
        let mut candles: Vec<Candle> = Vec::new();
        for Tick { time, price, volume, .. } in ticks.iter() {
            let start = time.div_euclid(width) * width;
            match candles.last_mut().filter(|it| it.start == start) {
                Some(it) => {
                    it.high = it.high.max(price);
                    it.low = it.low.min(price);
                    it.close = price;
                    it.volume += volume;
                    it.turnover += price * volume;
                    it.trades += 1;
                }
                None => candles.push(Candle {
                    start,
                    open: price,
                    high: price,
                    low: price,
                    close: price,
                    volume,
                    turnover: price * volume,
                    trades: 1,
                }),
            }
        }
        candles
    }

    #[test]
    fn candles_are_those_of_the_simplest_code() {
        for (length, step) in [(0, 1), (1, 1), (7, 3), (300, 1), (1_000, 37), (1_000, 0)] {
            let tick = |i: i64| (i * step - 500, (i * 7_919 % 997) as f64, (i % 13) as f64);
            let ticks = columns((0..length).map(tick));
            for width in [1, 10, 64, 1_000_000] {
                let found = candles(&ticks, width).unwrap().to_records();
                assert_eq!(found, naive(&ticks, width), "{length} {step} {width}");
            }
        }
    }

    #[test]
    fn times_at_the_ends_of_their_range_are_times_like_others() {
        let ticks = columns([(i64::MIN, 1.0, 1.0), (i64::MIN + 1, 2.0, 1.0), (i64::MAX, 3.0, 1.0)]);
        for width in [1, 10, i64::MAX] {
            let found = candles(&ticks, width).unwrap();
            assert_eq!(simd::sum(found.columns().trades), 3, "{width}");
        }
    }

    #[test]
    fn ticks_out_of_order_are_no_candles() {
        let ticks = columns([(5, 1.0, 1.0), (7, 1.0, 1.0), (6, 1.0, 1.0)]);
        assert_eq!(candles(&ticks, 10).unwrap_err(), MarketError::Order { row: 2 });
        assert_eq!(candles(&ticks, 0).unwrap_err(), MarketError::Width { width: 0 });
    }

    #[test]
    fn averages_are_those_of_the_simplest_code() {
        let values: Vec<_> = (0..101).map(|i| f64::from(i * 7_919 % 997)).collect();
        for window in [1_u32, 2, 5, 20, 101] {
            let naive: Vec<_> = values
                .windows(window as usize)
                .map(|it| it.iter().sum::<f64>() * (1.0 / f64::from(window)))
                .collect();
            assert_eq!(moving_average(&values, window).unwrap(), naive, "{window}");
        }
        for window in [0, 102] {
            let refused = MarketError::Window { window, values: 101 };
            assert_eq!(moving_average(&values, window).unwrap_err(), refused);
        }
    }

    #[test]
    fn fixed_columns_take_all_of_a_block_or_nothing() {
        let mut block = TickBlock::new_zeroed_box();
        for sequence in 0..3 {
            let tick = Tick { sequence, time: 0, price: 1.0, volume: 1.0 };
            block.ticks.try_push(tick).unwrap();
        }
        let mut ticks = TickColumns::fixed(5);
        assert_eq!(append(&mut ticks, &block), Ok(3));
        assert!(matches!(append(&mut ticks, &block), Err(MarketError::Columns { .. })));
        assert_eq!(ticks.len(), 3);
    }
}
