use ffi_core::ffi_service;
use ffi_core::production::GuardedCall;

#[ffi_service(guard = "may_call")]
trait Quoted {
    fn get(&self) -> u64;
}

fn returns_bool(_: &GuardedCall<'_>) -> bool {
    true
}

#[ffi_service(guard = returns_bool)]
trait OfBool {
    fn get(&self) -> u64;
}

fn main() {}
