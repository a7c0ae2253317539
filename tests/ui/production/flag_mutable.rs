use ffi_core::{Flag, ffi_flag};

#[ffi_flag]
static mut FAST: Flag = Flag::on();

fn main() {}
