// One file twice, as the compiler would name one of two different places by chance.
#[path = "shared/library.rs"]
mod first;
#[path = "shared/library.rs"]
mod second;

fn main() {}
