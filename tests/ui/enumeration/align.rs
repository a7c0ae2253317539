use ffi_core::FfiEnum;

#[derive(FfiEnum, Clone, Copy)]
#[repr(u8, align(16))]
enum Together {
    First,
}

#[derive(FfiEnum, Clone, Copy)]
#[repr(align(4), u8)]
enum Before {
    First,
}

#[derive(FfiEnum, Clone, Copy)]
#[repr(u8)]
#[repr(align(4))]
enum Apart {
    First,
}

#[derive(FfiEnum, Clone, Copy)]
#[repr(u8)]
#[cfg_attr(all(), repr(align(2)))]
enum Conditional {
    First,
}

#[derive(FfiEnum, Clone, Copy)]
#[repr(u8, r#align(2))]
enum Raw {
    First,
}

// It has no effect, and is refused nevertheless.
#[derive(FfiEnum, Clone, Copy)]
#[repr(u8, align(1))]
enum One {
    First,
}

fn main() {}
