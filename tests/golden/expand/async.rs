#[ffi_export(inline, prefix = "golden")]
/// Finds particles.
pub async fn find(name: String, limit: Option<u32>, seed: PoolBox<Particle>) -> Result<Vec<f64>, DbError> {
    unimplemented!()
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
    use __ffi::Untyped as _;
    static __FFI_SITE: __ffi::Site = __ffi::Site::new("find");
    const _: () = __ffi::assert_by_value(
        __ffi::core::mem::size_of::<u32>(),
        __ffi::Facts::<u32>::SECRET,
    );
    const _: () = __ffi::assert_returned_by_value(
        __FfiFacts::RESULT_SIZE,
        __FfiFacts::RESULT_SECRET,
    );
    fn __ffi_assertions() {
        __ffi::assert_owned_text::<String>();
        __ffi::assert_value::<u32>();
        __ffi::assert_returned::<Result<Vec<f64>, DbError>>();
    }
    /// Arguments of `__async!`.
    const _: () = {
        #[unsafe(export_name = "golden_ffi_find")]
        unsafe extern "C" fn __ffi_wrapper(
            __ffi_arg_0: *const __ffi::u8,
            __ffi_len_0: __ffi::usize,
            __ffi_arg_1: <u32 as __ffi::FfiValue>::Param,
            __ffi_present_1: __ffi::u8,
            __ffi_arg_2: *mut Particle,
            __ffi_mailbox: *const __ffi::FfiMailbox,
            __ffi_call: __ffi::u64,
            __ffi_now: *mut __ffi::FfiEvent,
            __ffi_status: *mut __ffi::FfiStatus,
        ) -> __ffi::i32
        where
            for<'__ffi_any> __ffi::u8: __ffi::FfiValue,
            for<'__ffi_any> String: __ffi::OwnedText,
            for<'__ffi_any> u32: __ffi::FfiValue,
            for<'__ffi_any> Particle: __ffi::FfiPooled,
            for<'__ffi_any> Result<Vec<f64>, DbError>: __ffi::FfiReturn,
            for<'__ffi_any> Particle: __ffi::FfiPooled,
        {
            let __ffi_body = move || {
                let mut __ffi_watch = __FFI_SITE.enter()?;
                __ffi::disjoint(
                    &[
                        __ffi::Region::shared(__ffi_arg_0, __ffi_len_0, "name"),
                        __ffi::Region::slot(__ffi_arg_2, "seed"),
                    ],
                )?;
                let __ffi_local_1 = __ffi::optional(
                    __ffi_present_1,
                    "limit",
                    || unsafe {
                        <u32 as __ffi::FfiValue>::from_param(__ffi_arg_1, "limit")
                    },
                )?;
                let __ffi_local_0 = unsafe {
                    __ffi::text(__ffi_arg_0, __ffi_len_0, "name")
                }
                    .map(<String as __ffi::OwnedText>::copied)?;
                let __ffi_local_2 = unsafe {
                    __ffi::claim::<Particle>(__ffi_arg_2, "seed")
                }?;
                __ffi_watch
                    .bytes()
                    .got(|| [
                        (__ffi_len_0, __ffi::core::mem::size_of::<__ffi::u8>()),
                        (1, __ffi::core::mem::size_of::<Particle>()),
                    ]);
                fn __ffi_seen<__FfiFunction, __FfiFuture>(
                    function: __FfiFunction,
                ) -> __FfiFunction
                where
                    __FfiFunction: __ffi::core::ops::Fn(
                        String,
                        Option<u32>,
                        PoolBox<Particle>,
                    ) -> __FfiFuture,
                    __FfiFuture: __ffi::core::future::Future<
                            Output = Result<Vec<f64>, DbError>,
                        > + __ffi::core::marker::Send + 'static,
                {
                    function
                }
                let __ffi_function = __ffi_seen(find);
                __ffi::Result::<
                    _,
                    __ffi::Failure,
                >::Ok(
                    __ffi_watch
                        .future(
                            __ffi_function(
                                __ffi_local_0,
                                __ffi_local_1,
                                __ffi::take(__ffi_local_2),
                            ),
                        ),
                )
            };
            unsafe {
                __ffi::start_inline::<
                    <Result<Vec<f64>, DbError> as __ffi::FfiReturn>::Output,
                    _,
                >(
                    __ffi_mailbox,
                    __ffi_call,
                    __ffi_now,
                    __ffi_status,
                    __ffi_body,
                    |
                        (
                            __ffi_output,
                            __ffi_watch,
                        ): (Result<Vec<f64>, DbError>, __ffi::Watch)|
                    {
                        __ffi_watch
                            .finish(|__ffi_bytes| __ffi::Returned::<
                                Result<Vec<f64>, DbError>,
                            >::into_abi(__ffi_output, __ffi_bytes))
                    },
                )
            }
        }
    };
    struct __FfiFacts;
    impl __FfiFacts
    where
        for<'__ffi_any> __ffi::u8: __ffi::FfiValue,
        for<'__ffi_any> String: __ffi::OwnedText,
        for<'__ffi_any> u32: __ffi::FfiValue,
        for<'__ffi_any> Particle: __ffi::FfiPooled,
        for<'__ffi_any> Result<Vec<f64>, DbError>: __ffi::FfiReturn,
        for<'__ffi_any> Particle: __ffi::FfiPooled,
    {
        const FINGERPRINT: __ffi::u64 = __ffi::fingerprint::mix(
            &[
                __ffi::fingerprint::FUNCTION,
                __ffi::fingerprint::SIGNATURES,
                12310348208284936474u64,
                <<Result<
                    Vec<f64>,
                    DbError,
                > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::FINGERPRINT,
                <Result<Vec<f64>, DbError> as __ffi::FfiReturn>::FALLIBLE as __ffi::u64,
                __ffi::Returned::<Result<Vec<f64>, DbError>>::ERROR_FINGERPRINT,
                <<Result<
                    Vec<f64>,
                    DbError,
                > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::OPTIONAL
                    as __ffi::u64,
                9398593617327382768u64,
                <__ffi::u8 as __ffi::FfiType>::FINGERPRINT,
                12060969783387093339u64,
                <u32 as __ffi::FfiType>::FINGERPRINT,
                10097898355482628227u64,
                <Particle as __ffi::FfiType>::FINGERPRINT,
                __ffi::fingerprint::STARTED,
            ],
        );
        const RECORD: __ffi::Fragment = &[
            __ffi::Piece::Text(
                "{\"kind\":\"function\",\"name\":\"find\",\"doc\":\"Finds particles.\",\"symbol\":\"golden_ffi_find\",\"fingerprint_symbol\":\"golden_ffi_find_signature\",\"mode\":\"async\",\"params\":[{\"name\":\"name\",\"pass\":\"str\",\"type\":",
            ),
            __ffi::Piece::Nested(<__ffi::u8 as __ffi::FfiType>::TYPE),
            __ffi::Piece::Text(
                "},{\"name\":\"limit\",\"pass\":\"value\",\"optional\":true,\"type\":",
            ),
            __ffi::Piece::Nested(<u32 as __ffi::FfiType>::TYPE),
            __ffi::Piece::Text("},{\"name\":\"seed\",\"pass\":\"pool\",\"type\":"),
            __ffi::Piece::Nested(<Particle as __ffi::FfiType>::TYPE),
            __ffi::Piece::Text("}],\"returns\":"),
            __ffi::Piece::Nested(
                <<Result<
                    Vec<f64>,
                    DbError,
                > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::RETURNS,
            ),
            __ffi::Piece::Text(",\"optional\":"),
            __ffi::Piece::Flag(
                <<Result<
                    Vec<f64>,
                    DbError,
                > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::OPTIONAL,
            ),
            __ffi::Piece::Text(",\"fallible\":"),
            __ffi::Piece::Flag(
                <Result<Vec<f64>, DbError> as __ffi::FfiReturn>::FALLIBLE,
            ),
            __ffi::Piece::Text(",\"error\":"),
            __ffi::Piece::Nested(__ffi::Returned::<Result<Vec<f64>, DbError>>::ERROR),
            __ffi::Piece::Text(",\"fingerprint\":"),
            __ffi::Piece::Fingerprint(Self::FINGERPRINT),
            __ffi::Piece::Text("}"),
        ];
        const RESULT_SIZE: __ffi::usize = __ffi::core::mem::size_of::<
            <Result<Vec<f64>, DbError> as __ffi::FfiReturn>::Output,
        >();
        const RESULT_SECRET: __ffi::bool = <<Result<
            Vec<f64>,
            DbError,
        > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::SECRET;
    }
    impl __ffi::NoFacts for __FfiFacts {}
    #[doc(hidden)]
    #[allow(non_local_definitions)]
    #[macro_export]
    macro_rules! __ffi_two_items_have_the_symbol__golden_ffi_find_signature__hint__rename_one_or_give_it_a_prefix {
        () => {};
    }
    ::ffi_core::__record!(__FfiFacts::RECORD);
    #[unsafe(export_name = "golden_ffi_find_signature")]
    static __FFI_EXPORT: __ffi::Export = __ffi::Export::new(
        __FfiFacts::FINGERPRINT,
        &__FFI_RECORD,
    );
};
