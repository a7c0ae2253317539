use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(columns)]
struct Sample {
    first: u32,
}

#[derive(FfiMessage)]
#[repr(C)]
struct Other {
    samples: SampleColumns,
}

fn main() {}
