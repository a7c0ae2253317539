use ffi_core::{Flag, ffi_flag};

#[ffi_flag]
const FAST: Flag = Flag::on();

fn main() {}
