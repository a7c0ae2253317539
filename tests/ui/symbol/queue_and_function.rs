use ffi_core::{FfiMessage, FfiQueue, ffi_export};

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 4)]
struct Trade {
    price: u64,
}

#[ffi_export]
static TRADES: FfiQueue<Trade, 4> = FfiQueue::new();

mod statistics {
    #[ffi_core::ffi_export]
    pub fn trades() -> u64 {
        7
    }
}

fn main() {}
