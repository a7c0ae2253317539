#![allow(dead_code)]

use ffi_core::{FfiEnum, FfiMessage, ffi_export};

macro_rules! declare {
    (
        $(#[$attribute:meta])* $message:ident $doc:literal $rename:literal $tag:literal $reserved:literal
        { $($field:ident: $ty:ty),* }
        $enumeration:ident $repr:ident
        $function:ident($param:ident: $param_ty:ty) -> $output:ty $body:block
    ) => {
        #[doc = $doc]
        #[derive(FfiMessage)]
        #[repr(C)]
        #[ffi(rename = $rename, reserved($reserved))]
        $(#[$attribute])*
        struct $message {
            #[ffi(tag = $tag)]
            own: u32,
            $($field: $ty),*
        }

        #[derive(FfiEnum, Clone, Copy)]
        #[repr($repr)]
        enum $enumeration {
            Zero,
        }

        #[ffi_export]
        fn $function($param: $param_ty) -> $output $body
    };
}

declare! {
    #[derive(Clone, Copy)] Sample "Docs from a literal." "Renamed" 4 5 { list: [f32; 4], flag: bool }
    Kind u16
    first(values: &mut [u32]) -> Result<u32, &'static str> { values.first().copied().ok_or("empty") }
}

fn main() {
    assert_eq!(first(&mut [7]), Ok(7));
    assert_eq!(<Sample as FfiMessage>::NAME, "Sample");
}
