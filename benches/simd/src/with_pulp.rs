//! The kernels with pulp, the fastest public crate for them: with its native vectors, including
//! AVX-512, and its partial loads and stores.

use std::sync::LazyLock;

use pulp::{Arch, Simd, WithSimd, as_arrays, as_arrays_mut};

static ARCH: LazyLock<Arch> = LazyLock::new(Arch::new);

struct Sum<'a>(&'a [f32]);

impl WithSimd for Sum<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        let (vectors, rest) = S::as_simd_f32s(self.0);
        let (rounds, vectors) = as_arrays::<4, _>(vectors);
        let mut sums = [simd.splat_f32s(0.0); 4];
        for round in rounds {
            for (sum, &vector) in sums.iter_mut().zip(round) {
                *sum = simd.add_f32s(*sum, vector);
            }
        }
        for &vector in vectors {
            sums[0] = simd.add_f32s(sums[0], vector);
        }
        if !rest.is_empty() {
            sums[1] = simd.add_f32s(sums[1], simd.partial_load_f32s(rest));
        }
        let [a, b, c, d] = sums;
        simd.reduce_sum_f32s(simd.add_f32s(simd.add_f32s(a, c), simd.add_f32s(b, d)))
    }
}

#[inline(never)]
pub fn sum(values: &[f32]) -> f32 {
    ARCH.dispatch(Sum(values))
}

struct Dot<'a>(&'a [f32], &'a [f32]);

impl WithSimd for Dot<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        let (vectors, rest) = S::as_simd_f32s(self.0);
        let (others, rest_of_other) = S::as_simd_f32s(self.1);
        let (rounds, vectors) = as_arrays::<4, _>(vectors);
        let (other_rounds, others) = as_arrays::<4, _>(others);
        let mut sums = [simd.splat_f32s(0.0); 4];
        for (round, other) in rounds.iter().zip(other_rounds) {
            for (sum, (&a, &b)) in sums.iter_mut().zip(round.iter().zip(other)) {
                *sum = simd.mul_add_e_f32s(a, b, *sum);
            }
        }
        for (&a, &b) in vectors.iter().zip(others) {
            sums[0] = simd.mul_add_e_f32s(a, b, sums[0]);
        }
        if !rest.is_empty() {
            let (a, b) = (simd.partial_load_f32s(rest), simd.partial_load_f32s(rest_of_other));
            sums[1] = simd.mul_add_e_f32s(a, b, sums[1]);
        }
        let [a, b, c, d] = sums;
        simd.reduce_sum_f32s(simd.add_f32s(simd.add_f32s(a, c), simd.add_f32s(b, d)))
    }
}

#[inline(never)]
pub fn dot(values: &[f32], other: &[f32]) -> f32 {
    ARCH.dispatch(Dot(values, other))
}

struct Min<'a>(&'a [f32]);

impl WithSimd for Min<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        let (vectors, rest) = S::as_simd_f32s(self.0);
        let (rounds, vectors) = as_arrays::<4, _>(vectors);
        let mut least = [simd.splat_f32s(f32::INFINITY); 4];
        for round in rounds {
            for (least, &vector) in least.iter_mut().zip(round) {
                *least = simd.min_f32s(vector, *least);
            }
        }
        for &vector in vectors {
            least[0] = simd.min_f32s(vector, least[0]);
        }
        let [a, b, c, d] = least;
        let least = simd.reduce_min_f32s(simd.min_f32s(simd.min_f32s(a, c), simd.min_f32s(b, d)));
        rest.iter().copied().fold(least, f32::min)
    }
}

#[inline(never)]
pub fn min(values: &[f32]) -> f32 {
    ARCH.dispatch(Min(values))
}

struct Scale<'a>(&'a mut [f32], f32);

impl WithSimd for Scale<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let factors = simd.splat_f32s(self.1);
        let (vectors, rest) = S::as_mut_simd_f32s(self.0);
        let (rounds, vectors) = as_arrays_mut::<4, _>(vectors);
        for round in rounds {
            for vector in round {
                *vector = simd.mul_f32s(*vector, factors);
            }
        }
        for vector in vectors {
            *vector = simd.mul_f32s(*vector, factors);
        }
        if !rest.is_empty() {
            let result = simd.mul_f32s(simd.partial_load_f32s(rest), factors);
            simd.partial_store_f32s(rest, result);
        }
    }
}

#[inline(never)]
pub fn scale(values: &mut [f32], factor: f32) {
    ARCH.dispatch(Scale(values, factor));
}

macro_rules! zip {
    ($name:ident, $kernel:ident, |$simd:ident, $a:ident, $b:ident $(, $factor:ident)?| $result:expr) => {
        struct $kernel<'a> {
            values: &'a mut [f32],
            other: &'a [f32],
            $($factor: f32,)?
        }

        impl WithSimd for $kernel<'_> {
            type Output = ();

            #[inline(always)]
            fn with_simd<S: Simd>(self, $simd: S) {
                $(let $factor = $simd.splat_f32s(self.$factor);)?
                let (vectors, rest) = S::as_mut_simd_f32s(self.values);
                let (others, rest_of_other) = S::as_simd_f32s(self.other);
                let (rounds, vectors) = as_arrays_mut::<4, _>(vectors);
                let (other_rounds, others) = as_arrays::<4, _>(others);
                for (round, other) in rounds.iter_mut().zip(other_rounds) {
                    for (vector, &$b) in round.iter_mut().zip(other) {
                        let $a = *vector;
                        *vector = $result;
                    }
                }
                for (vector, &$b) in vectors.iter_mut().zip(others) {
                    let $a = *vector;
                    *vector = $result;
                }
                if !rest.is_empty() {
                    let ($a, $b) = ($simd.partial_load_f32s(rest), $simd.partial_load_f32s(rest_of_other));
                    $simd.partial_store_f32s(rest, $result);
                }
            }
        }

        #[inline(never)]
        pub fn $name(values: &mut [f32], other: &[f32] $(, $factor: f32)?) {
            ARCH.dispatch($kernel { values, other $(, $factor)? });
        }
    };
}

zip!(add, Add, |simd, a, b| simd.add_f32s(a, b));
zip!(mul, Mul, |simd, a, b| simd.mul_f32s(a, b));
zip!(axpy, Axpy, |simd, a, b, factor| simd.add_f32s(a, simd.mul_f32s(factor, b)));
