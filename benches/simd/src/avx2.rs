//! The kernels by hand, with AVX2: as a C programmer would write them for one processor. They
//! reassociate freely.

use std::arch::x86_64::{
    __m256, _mm_add_ps, _mm_add_ss, _mm_cvtss_f32, _mm_min_ps, _mm_movehl_ps, _mm_shuffle_ps, _mm256_add_ps,
    _mm256_castps256_ps128, _mm256_extractf128_ps, _mm256_min_ps, _mm256_mul_ps, _mm256_set1_ps,
    _mm256_setzero_ps,
};

/// Checks the only requirement of calling the functions below.
pub fn assert_available() {
    assert!(is_x86_feature_detected!("avx2"), "this benchmark needs AVX2");
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(slice: &[f32; 8]) -> __m256 {
    // SAFETY: eight floats are as large as a vector, and need not be aligned like one.
    unsafe { std::ptr::from_ref(slice).cast::<__m256>().read_unaligned() }
}

#[inline]
#[target_feature(enable = "avx2")]
fn store(vector: __m256, slice: &mut [f32; 8]) {
    // SAFETY: eight floats are as large as a vector, and need not be aligned like one.
    unsafe { std::ptr::from_mut(slice).cast::<__m256>().write_unaligned(vector) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn lanes_sum(vector: __m256) -> f32 {
    let quarter = _mm_add_ps(_mm256_castps256_ps128(vector), _mm256_extractf128_ps::<1>(vector));
    let pair = _mm_add_ps(quarter, _mm_movehl_ps(quarter, quarter));
    _mm_cvtss_f32(_mm_add_ss(pair, _mm_shuffle_ps::<1>(pair, pair)))
}

#[inline(never)]
#[target_feature(enable = "avx2")]
pub fn sum(values: &[f32]) -> f32 {
    let mut sums = [_mm256_setzero_ps(); 8];
    let (vectors, rest) = values.as_chunks::<8>();
    let (rounds, vectors) = vectors.as_chunks::<8>();
    for round in rounds {
        for (sum, slice) in sums.iter_mut().zip(round) {
            *sum = _mm256_add_ps(*sum, load(slice));
        }
    }
    for slice in vectors {
        sums[0] = _mm256_add_ps(sums[0], load(slice));
    }
    let all = sums.into_iter().fold(_mm256_setzero_ps(), |a, b| _mm256_add_ps(a, b));
    lanes_sum(all) + rest.iter().sum::<f32>()
}

#[inline(never)]
#[target_feature(enable = "avx2")]
pub fn dot(values: &[f32], other: &[f32]) -> f32 {
    let mut sums = [_mm256_setzero_ps(); 8];
    let (vectors, rest) = values.as_chunks::<8>();
    let (others, rest_of_other) = other.as_chunks::<8>();
    let (rounds, vectors) = vectors.as_chunks::<8>();
    let (other_rounds, others) = others.as_chunks::<8>();
    for (round, other) in rounds.iter().zip(other_rounds) {
        for (sum, (a, b)) in sums.iter_mut().zip(round.iter().zip(other)) {
            *sum = _mm256_add_ps(*sum, _mm256_mul_ps(load(a), load(b)));
        }
    }
    for (a, b) in vectors.iter().zip(others) {
        sums[0] = _mm256_add_ps(sums[0], _mm256_mul_ps(load(a), load(b)));
    }
    let all = sums.into_iter().fold(_mm256_setzero_ps(), |a, b| _mm256_add_ps(a, b));
    lanes_sum(all) + rest.iter().zip(rest_of_other).map(|(a, b)| a * b).sum::<f32>()
}

#[inline(never)]
#[target_feature(enable = "avx2")]
pub fn min(values: &[f32]) -> f32 {
    let mut least = [_mm256_set1_ps(f32::INFINITY); 8];
    let (vectors, rest) = values.as_chunks::<8>();
    let (rounds, vectors) = vectors.as_chunks::<8>();
    for round in rounds {
        for (least, slice) in least.iter_mut().zip(round) {
            *least = _mm256_min_ps(load(slice), *least);
        }
    }
    for slice in vectors {
        least[0] = _mm256_min_ps(load(slice), least[0]);
    }
    let all = least.into_iter().fold(_mm256_set1_ps(f32::INFINITY), |a, b| _mm256_min_ps(a, b));
    let quarter = _mm_min_ps(_mm256_castps256_ps128(all), _mm256_extractf128_ps::<1>(all));
    let pair = _mm_min_ps(quarter, _mm_movehl_ps(quarter, quarter));
    let one = _mm_cvtss_f32(_mm_min_ps(pair, _mm_shuffle_ps::<1>(pair, pair)));
    rest.iter().copied().fold(one, f32::min)
}

#[inline(never)]
#[target_feature(enable = "avx2")]
pub fn scale(values: &mut [f32], factor: f32) {
    let factors = _mm256_set1_ps(factor);
    let (vectors, rest) = values.as_chunks_mut::<8>();
    let (rounds, vectors) = vectors.as_chunks_mut::<4>();
    for round in rounds {
        for slice in round {
            store(_mm256_mul_ps(load(slice), factors), slice);
        }
    }
    for slice in vectors {
        store(_mm256_mul_ps(load(slice), factors), slice);
    }
    for value in rest {
        *value *= factor;
    }
}

macro_rules! zip {
    ($name:ident, |$a:ident, $b:ident $(, $factor:ident)?| $vector:expr, $scalar:expr) => {
        #[inline(never)]
        #[target_feature(enable = "avx2")]
        pub fn $name(values: &mut [f32], other: &[f32] $(, $factor: f32)?) {
            let (vectors, rest) = values.as_chunks_mut::<8>();
            let (others, rest_of_other) = other.as_chunks::<8>();
            let (rounds, vectors) = vectors.as_chunks_mut::<4>();
            let (other_rounds, others) = others.as_chunks::<4>();
            for (round, other) in rounds.iter_mut().zip(other_rounds) {
                for (slice, other) in round.iter_mut().zip(other) {
                    let ($a, $b) = (load(slice), load(other));
                    store($vector, slice);
                }
            }
            for (slice, other) in vectors.iter_mut().zip(others) {
                let ($a, $b) = (load(slice), load(other));
                store($vector, slice);
            }
            for (value, &$b) in rest.iter_mut().zip(rest_of_other) {
                let $a = *value;
                *value = $scalar;
            }
        }
    };
}

zip!(add, |a, b| _mm256_add_ps(a, b), a + b);
zip!(mul, |a, b| _mm256_mul_ps(a, b), a * b);
zip!(axpy, |a, b, factor| _mm256_add_ps(a, _mm256_mul_ps(_mm256_set1_ps(factor), b)), a + factor * b);
