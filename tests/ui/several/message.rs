use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[ffi(pol)]
struct Sample<T> {
    #[ffi(tag = 0)]
    text: String,
    #[ffi(tag = 4)]
    size: usize,
    #[ffi(tag = 4)]
    list: [Option<T>; 2],
}

fn main() {}
