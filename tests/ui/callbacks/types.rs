use ffi_core::{DartError, ffi_export};

#[ffi_export]
fn arguments(
    text: &dyn Fn(String) -> Result<(), DartError>,
    list: &dyn Fn(Vec<u8>) -> Result<(), DartError>,
    borrowed: &dyn Fn(&str) -> Result<(), DartError>,
    pair: &dyn Fn((u8, u8)) -> Result<(), DartError>,
    maybe: &dyn Fn(Option<u8>) -> Result<(), DartError>,
    array: &dyn Fn([u8; 2]) -> Result<(), DartError>,
    size: &dyn Fn(usize) -> Result<(), DartError>,
) {
    let _ = (text, list, borrowed, pair, maybe, array, size);
}

#[ffi_export]
fn answers(
    list: &dyn Fn() -> Result<Vec<u8>, DartError>,
    borrowed: &dyn Fn() -> Result<&'static str, DartError>,
    pair: &dyn Fn() -> Result<(u8, u8), DartError>,
    maybe: &dyn Fn() -> Result<Option<u8>, DartError>,
) {
    let _ = (list, borrowed, pair, maybe);
}

fn main() {}
