/// Failures of the database.
#[derive(Debug, FfiError)]
#[ffi(prefix = "golden")]
pub enum DbError {
    NotFound { id: u64, hint: Option<String> },
    Io(#[ffi(display)] std::io::Error),
    #[ffi(internal)]
    Corrupt { page: usize },
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
    use __ffi::NoFacts as _;
    use __ffi::{NoErrorFacts as _, NoTexts as _};
    const _: () = __ffi::assert_error::<DbError>();
    const _: __ffi::usize = <u64 as __ffi::FfiErrorField>::SIZE;
    const _: __ffi::usize = <Option<String> as __ffi::FfiErrorField>::SIZE;
    const __FFI_LAYOUT_0: __ffi::ErrorLayout<2> = __ffi::error_layout([
        (__ffi::ErrorFacts::<u64>::SIZE, __ffi::ErrorFacts::<u64>::ALIGN),
        (
            __ffi::ErrorFacts::<Option<String>>::SIZE,
            __ffi::ErrorFacts::<Option<String>>::ALIGN,
        ),
    ]);
    const __FFI_LAYOUT_1: __ffi::ErrorLayout<1> = __ffi::error_layout([
        (
            __ffi::ErrorFacts::<__ffi::String>::SIZE,
            __ffi::ErrorFacts::<__ffi::String>::ALIGN,
        ),
    ]);
    #[automatically_derived]
    unsafe impl __ffi::FfiError for DbError {
        const ID: &'static __ffi::str = "golden::DbError";
        const FINGERPRINT: __ffi::u64 = __ffi::fingerprint::mix(
            &[
                __ffi::fingerprint::ERROR,
                12280978706236130251u64,
                0u64,
                12669762596599104422u64,
                0u64,
                __FFI_LAYOUT_0.size as __ffi::u64,
                __FFI_LAYOUT_0.align as __ffi::u64,
                2u64,
                628021283683842752u64,
                __FFI_LAYOUT_0.offsets[0] as __ffi::u64,
                __ffi::ErrorFacts::<u64>::FINGERPRINT,
                8305197143553842040u64,
                __FFI_LAYOUT_0.offsets[1] as __ffi::u64,
                __ffi::ErrorFacts::<Option<String>>::FINGERPRINT,
                658714150779297617u64,
                0u64,
                __FFI_LAYOUT_1.size as __ffi::u64,
                __FFI_LAYOUT_1.align as __ffi::u64,
                1u64,
                8999596768310594794u64,
                __FFI_LAYOUT_1.offsets[0] as __ffi::u64,
                __ffi::ErrorFacts::<__ffi::String>::FINGERPRINT,
                14619902634148906226u64,
                1u64,
                __ffi::INTERNAL.size as __ffi::u64,
                __ffi::INTERNAL.align as __ffi::u64,
                0u64,
            ],
        );
        fn into_failure(self) -> __ffi::Failure {
            let __ffi_text = match &self {
                Self::Corrupt { .. } => __ffi::ErrorText::NONE,
                Self::NotFound { .. } | Self::Io { .. } => {
                    __ffi::Texts::<DbError>::of(&self)
                }
            };
            match self {
                Self::NotFound { id: __ffi_field_0, hint: __ffi_field_1 } => {
                    __ffi_text
                        .failure(
                            1u32,
                            &__FFI_LAYOUT_0,
                            |__ffi_writer| {
                                __ffi::ErrorFacts::<
                                    u64,
                                >::write(
                                    __ffi_field_0,
                                    __ffi_writer,
                                    __FFI_LAYOUT_0.offsets[0],
                                );
                                __ffi::ErrorFacts::<
                                    Option<String>,
                                >::write(
                                    __ffi_field_1,
                                    __ffi_writer,
                                    __FFI_LAYOUT_0.offsets[1],
                                );
                            },
                        )
                }
                Self::Io { 0: __ffi_field_0 } => {
                    __ffi_text
                        .failure(
                            2u32,
                            &__FFI_LAYOUT_1,
                            |__ffi_writer| {
                                __ffi::ErrorFacts::<
                                    __ffi::String,
                                >::write(
                                    __ffi::displayed::<std::io::Error>(&__ffi_field_0),
                                    __ffi_writer,
                                    __FFI_LAYOUT_1.offsets[0],
                                );
                            },
                        )
                }
                Self::Corrupt { .. } => __ffi::Texts::<DbError>::internal(3u32, &self),
            }
        }
    }
    #[doc(hidden)]
    #[allow(non_local_definitions)]
    #[macro_export]
    macro_rules! __ffi_two_items_have_the_symbol__golden_ffi_db_error_fingerprint__hint__rename_one_or_give_it_a_prefix {
        () => {};
    }
    ::ffi_core::__record!(
        &
        [__ffi::Piece::Text("{\"kind\":\"error\",\"name\":\"DbError\",\"doc\":\"Failures of the database.\",\"id\":\"golden::DbError\",\"symbols\":{\"fingerprint\":\"golden_ffi_db_error_fingerprint\"},\"fingerprint\":"),
        __ffi::Piece::Fingerprint(< DbError as __ffi::FfiError > ::FINGERPRINT),
        __ffi::Piece::Text(",\"variants\":[{\"name\":\"NotFound\",\"size\":"),
        __ffi::Piece::size(__FFI_LAYOUT_0.size), __ffi::Piece::Text(",\"align\":"),
        __ffi::Piece::size(__FFI_LAYOUT_0.align),
        __ffi::Piece::Text(",\"fields\":[{\"name\":\"id\",\"offset\":"),
        __ffi::Piece::size(__FFI_LAYOUT_0.offsets[0]), __ffi::Piece::Text(",\"type\":"),
        __ffi::Piece::Nested(__ffi::ErrorFacts:: < u64 > ::TYPE),
        __ffi::Piece::Text("},{\"name\":\"hint\",\"offset\":"),
        __ffi::Piece::size(__FFI_LAYOUT_0.offsets[1]), __ffi::Piece::Text(",\"type\":"),
        __ffi::Piece::Nested(__ffi::ErrorFacts:: < Option < String > > ::TYPE),
        __ffi::Piece::Text("}]},{\"name\":\"Io\",\"size\":"),
        __ffi::Piece::size(__FFI_LAYOUT_1.size), __ffi::Piece::Text(",\"align\":"),
        __ffi::Piece::size(__FFI_LAYOUT_1.align),
        __ffi::Piece::Text(",\"fields\":[{\"name\":\"value\",\"offset\":"),
        __ffi::Piece::size(__FFI_LAYOUT_1.offsets[0]), __ffi::Piece::Text(",\"type\":"),
        __ffi::Piece::Nested(__ffi::ErrorFacts:: < __ffi::String > ::TYPE),
        __ffi::Piece::Text("}]},{\"name\":\"Corrupt\",\"internal\":true,\"size\":"),
        __ffi::Piece::size(__ffi::INTERNAL.size), __ffi::Piece::Text(",\"align\":"),
        __ffi::Piece::size(__ffi::INTERNAL.align),
        __ffi::Piece::Text(",\"fields\":[]}]}")]
    );
    #[unsafe(export_name = "golden_ffi_db_error_fingerprint")]
    static __FFI_EXPORT: __ffi::Export = __ffi::Export::new(
        <DbError as __ffi::FfiError>::FINGERPRINT,
        &__FFI_RECORD,
    );
};
