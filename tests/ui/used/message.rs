use ffi_core::{FfiMessage, FfiOption, FfiPooled, FfiQueue, FfiRef, FfiVec, PoolBox, PoolError, ffi_export};

ffi_core::library!();

#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
#[ffi(pool = 4)]
pub struct Point {
    pub x: f32,
    pub y: usize,
}

#[derive(FfiMessage)]
#[repr(C)]
pub struct Line {
    pub from: Point,
    pub others: FfiVec<Point, 4>,
    pub last: FfiOption<Point>,
    pub next: FfiRef<Point>,
}

#[ffi_export]
pub static READY: FfiQueue<Point, 4> = FfiQueue::new();

#[ffi_export]
pub fn made() -> Result<PoolBox<Point>, PoolError> {
    Point::pool().try_alloc_with(|it| it.x = 1.0)
}

#[ffi_export]
pub fn all(points: &mut [Point], by_value: Point, lent: &Point) -> Vec<Point> {
    points[0] = by_value;
    vec![*lent]
}

#[ffi_export]
pub fn some(point: Option<Point>, given: Vec<Point>) -> Option<Point> {
    point.or(given.first().copied())
}

fn main() {}
