use ffi_core::FfiMessage;
use fixture_rewrite::rewrite;

#[derive(FfiMessage)]
#[rewrite(u64 => &'static u64)]
#[repr(C)]
struct Sample {
    first: u64,
}

fn main() {
    // Zeros are a null reference.
    println!("{}", Sample::new_zeroed_box().first);
}
