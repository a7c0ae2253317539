use ffi_core::ffi_export;

#[ffi_export]
pub async fn sample(numbers: &[f64]) -> f64 {
    numbers.iter().sum()
}

fn main() {}
