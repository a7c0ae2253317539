// One file twice: which of two places the compiler names would be chance.
#[path = "shared/library.rs"]
mod first;
#[path = "shared/library.rs"]
mod second;

fn main() {}
