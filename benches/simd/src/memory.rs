//! Loops that only memory limits: reading, copying and updating in place with the widest vectors,
//! and no arithmetic that takes longer.

use std::arch::x86_64::{
    __m256i, __m512i, _mm256_or_si256, _mm256_setzero_si256, _mm256_testz_si256, _mm512_or_si512,
    _mm512_setzero_si512, _mm512_test_epi64_mask,
};

/// Reads all values, in 64-byte lines, and returns true if one bit is set.
pub fn read(values: &[f32]) -> bool {
    let lines: &[[f32; 16]] = values.as_chunks().0;
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the machine has AVX-512F.
        unsafe { read_512(bytemuck::cast_slice(lines)) }
    } else {
        assert!(is_x86_feature_detected!("avx2"), "this benchmark needs AVX2");
        // SAFETY: the machine has AVX2.
        unsafe { read_256(bytemuck::cast_slice(lines)) }
    }
}

#[target_feature(enable = "avx512f")]
fn read_512(lines: &[[u8; 64]]) -> bool {
    let mut seen = [_mm512_setzero_si512(); 8];
    for round in lines.as_chunks::<8>().0 {
        for (seen, line) in seen.iter_mut().zip(round) {
            // SAFETY: a line is as large as a vector, and need not be aligned like one.
            let line = unsafe { std::ptr::from_ref(line).cast::<__m512i>().read_unaligned() };
            *seen = _mm512_or_si512(*seen, line);
        }
    }
    let all = seen.into_iter().fold(_mm512_setzero_si512(), |a, b| _mm512_or_si512(a, b));
    _mm512_test_epi64_mask(all, all) != 0
}

#[target_feature(enable = "avx2")]
fn read_256(halves: &[[u8; 64]]) -> bool {
    let halves: &[[u8; 32]] = bytemuck::cast_slice(halves);
    let mut seen = [_mm256_setzero_si256(); 8];
    for round in halves.as_chunks::<8>().0 {
        for (seen, half) in seen.iter_mut().zip(round) {
            // SAFETY: it is as large as a vector, and need not be aligned like one.
            let half = unsafe { std::ptr::from_ref(half).cast::<__m256i>().read_unaligned() };
            *seen = _mm256_or_si256(*seen, half);
        }
    }
    let all = seen.into_iter().fold(_mm256_setzero_si256(), |a, b| _mm256_or_si256(a, b));
    _mm256_testz_si256(all, all) == 0
}
