use ffi_core::FfiNewtype;

#[derive(FfiNewtype)]
#[repr(transparent)]
#[ffi(dart(type = "DateTime", from = "DateTime.fromMillisecondsSinceEpoch"))]
struct Millis(i64);

#[derive(FfiNewtype)]
#[repr(transparent)]
#[ffi(dart = "DateTime")]
struct Seconds(i64);

fn main() {}
