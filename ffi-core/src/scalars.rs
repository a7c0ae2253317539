//! The only list of the types of numbers.

/// Calls a macro with all types of numbers. Each is followed by its variant of
/// `schema::read::Scalar` and its kind in [`Lanes`](crate::types::Lanes).
macro_rules! for_each_number {
    ($callback:ident) => {
        $callback! {
            i8 I8 1,
            i16 I16 3,
            i32 I32 5,
            i64 I64 7,
            u8 U8 2,
            u16 U16 4,
            u32 U32 6,
            u64 U64 8,
            f32 F32 9,
            f64 F64 10,
        }
    };
}

pub(crate) use for_each_number;
