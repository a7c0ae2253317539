#[derive(FfiArenaFrom)]
#[ffi(message = "Row")]
pub struct PlainRow {
    pub id: u64,
    pub replies: Vec<PlainRow>,
}

// Expansion:

#[doc(hidden)]
#[allow(
    deprecated,
    non_upper_case_globals,
    private_interfaces,
    trivial_bounds,
    unsafe_code,
    unused_qualifications,
    unused_unsafe,
    clippy::all,
    clippy::nursery,
    clippy::pedantic,
    clippy::restriction
)]
const _: () = {
    use ::ffi_core::__private as __ffi;
    #[automatically_derived]
    impl __ffi::FfiArenaFrom<Row> for PlainRow {
        fn write(
            &self,
            mut place: __ffi::ArenaPlace<'_, Row>,
        ) -> __ffi::Result<(), __ffi::ArenaFull> {
            __ffi::PartOf::write(
                unsafe {
                    __ffi::PartOf::<
                        Row,
                        _,
                    >::new(
                        __ffi::core::mem::offset_of!(Row, id),
                        |message: &Row| &message.id,
                    )
                },
                &self.id,
                &mut place,
            )?;
            __ffi::PartOf::write(
                unsafe {
                    __ffi::PartOf::<
                        Row,
                        _,
                    >::new(
                        __ffi::core::mem::offset_of!(Row, replies),
                        |message: &Row| &message.replies,
                    )
                },
                &self.replies,
                &mut place,
            )?;
            __ffi::Result::Ok(())
        }
        fn read(view: <Row as __ffi::ArenaType>::View<'_>) -> Self {
            Self {
                id: __ffi::PartOf::read(
                    unsafe {
                        __ffi::PartOf::<
                            Row,
                            _,
                        >::new(
                            __ffi::core::mem::offset_of!(Row, id),
                            |message: &Row| &message.id,
                        )
                    },
                    view.id(),
                ),
                replies: __ffi::PartOf::read(
                    unsafe {
                        __ffi::PartOf::<
                            Row,
                            _,
                        >::new(
                            __ffi::core::mem::offset_of!(Row, replies),
                            |message: &Row| &message.replies,
                        )
                    },
                    view.replies(),
                ),
            }
        }
    }
};
