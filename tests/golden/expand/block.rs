#[ffi_export(prefix = "golden")]
impl Image {
    pub fn new(width: u32) -> Result<Self, DbError> {
        unimplemented!()
    }

    pub async fn mean(&self, scale: f32) -> f32 {
        unimplemented!()
    }
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
    static __FFI_SITE: __ffi::Site = __ffi::Site::new("Image.new");
    const _: () = __ffi::assert_by_value(
        __ffi::core::mem::size_of::<u32>(),
        __ffi::Facts::<u32>::SECRET,
    );
    const _: () = __ffi::assert_returned_by_value(
        __FfiFacts::RESULT_SIZE,
        __FfiFacts::RESULT_SECRET,
    );
    fn __ffi_assertions() {
        __ffi::assert_object::<Image>();
        __ffi::assert_value::<u32>();
        __ffi::assert_returned::<Result<__ffi::FfiObject<Image>, DbError>>();
    }
    #[unsafe(export_name = "golden_ffi_image_new")]
    unsafe extern "C" fn __ffi_wrapper(
        __ffi_arg_0: <u32 as __ffi::FfiValue>::Param,
        __ffi_status: *mut __ffi::FfiStatus,
    ) -> <<Result<
        __ffi::FfiObject<Image>,
        DbError,
    > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::Abi
    where
        for<'__ffi_any> Image: __ffi::FfiClass,
        for<'__ffi_any> u32: __ffi::FfiValue,
        for<'__ffi_any> Result<__ffi::FfiObject<Image>, DbError>: __ffi::FfiReturn,
    {
        let __ffi_body = move |__ffi_bytes: &mut __ffi::Bytes| {
            let __ffi_local_0 = unsafe {
                <u32 as __ffi::FfiValue>::from_param(__ffi_arg_0, "width")
            }?;
            let __ffi_function: fn(u32) -> Result<Image, DbError> = <Image>::new;
            __ffi::Returned::<
                Result<__ffi::FfiObject<Image>, DbError>,
            >::into_abi(
                __ffi_function(__ffi_local_0).map(__ffi::FfiObject::<Image>::new),
                __ffi_bytes,
            )
        };
        let __ffi_watched = move || __FFI_SITE.watch(__ffi_body);
        unsafe {
            __ffi::call_output::<
                <Result<__ffi::FfiObject<Image>, DbError> as __ffi::FfiReturn>::Output,
            >(__ffi_status, __ffi_watched)
        }
    }
    struct __FfiFacts;
    impl __FfiFacts
    where
        for<'__ffi_any> Image: __ffi::FfiClass,
        for<'__ffi_any> u32: __ffi::FfiValue,
        for<'__ffi_any> Result<__ffi::FfiObject<Image>, DbError>: __ffi::FfiReturn,
    {
        const FINGERPRINT: __ffi::u64 = __ffi::fingerprint::mix(
            &[
                __ffi::fingerprint::FUNCTION,
                __ffi::fingerprint::SIGNATURES,
                2393897505926526769u64,
                <<Result<
                    __ffi::FfiObject<Image>,
                    DbError,
                > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::FINGERPRINT,
                <Result<__ffi::FfiObject<Image>, DbError> as __ffi::FfiReturn>::FALLIBLE
                    as __ffi::u64,
                __ffi::Returned::<
                    Result<__ffi::FfiObject<Image>, DbError>,
                >::ERROR_FINGERPRINT,
                <<Result<
                    __ffi::FfiObject<Image>,
                    DbError,
                > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::OPTIONAL
                    as __ffi::u64,
                8999596768310594794u64,
                <u32 as __ffi::FfiType>::FINGERPRINT,
                __ffi::fingerprint::MEMBER,
                <Image as __ffi::FfiClass>::FINGERPRINT,
                0u64,
            ],
        );
        const RECORD: __ffi::Fragment = &[
            __ffi::Piece::Text(
                "{\"kind\":\"function\",\"name\":\"new\",\"symbol\":\"golden_ffi_image_new\",\"fingerprint_symbol\":\"golden_ffi_image_new_signature\",\"member\":{\"of\":",
            ),
            __ffi::Piece::Nested(<Image as __ffi::FfiClass>::TYPE),
            __ffi::Piece::Text(
                ",\"role\":\"constructor\"},\"params\":[{\"name\":\"width\",\"pass\":\"value\",\"type\":",
            ),
            __ffi::Piece::Nested(<u32 as __ffi::FfiType>::TYPE),
            __ffi::Piece::Text("}],\"returns\":"),
            __ffi::Piece::Nested(
                <<Result<
                    __ffi::FfiObject<Image>,
                    DbError,
                > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::RETURNS,
            ),
            __ffi::Piece::Text(",\"optional\":"),
            __ffi::Piece::Flag(
                <<Result<
                    __ffi::FfiObject<Image>,
                    DbError,
                > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::OPTIONAL,
            ),
            __ffi::Piece::Text(",\"fallible\":"),
            __ffi::Piece::Flag(
                <Result<__ffi::FfiObject<Image>, DbError> as __ffi::FfiReturn>::FALLIBLE,
            ),
            __ffi::Piece::Text(",\"error\":"),
            __ffi::Piece::Nested(
                __ffi::Returned::<Result<__ffi::FfiObject<Image>, DbError>>::ERROR,
            ),
            __ffi::Piece::Text(",\"fingerprint\":"),
            __ffi::Piece::Fingerprint(Self::FINGERPRINT),
            __ffi::Piece::Text("}"),
        ];
        const RESULT_SIZE: __ffi::usize = __ffi::core::mem::size_of::<
            <Result<__ffi::FfiObject<Image>, DbError> as __ffi::FfiReturn>::Output,
        >();
        const RESULT_SECRET: __ffi::bool = <<Result<
            __ffi::FfiObject<Image>,
            DbError,
        > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::SECRET;
    }
    impl __ffi::NoFacts for __FfiFacts {}
    #[doc(hidden)]
    #[allow(non_local_definitions)]
    #[macro_export]
    macro_rules! __ffi_two_items_have_the_symbol__golden_ffi_image_new_signature__hint__rename_one_or_give_it_a_prefix {
        () => {};
    }
    ::ffi_core::__record!(__FfiFacts::RECORD);
    #[unsafe(export_name = "golden_ffi_image_new_signature")]
    static __FFI_EXPORT: __ffi::Export = __ffi::Export::new(
        __FfiFacts::FINGERPRINT,
        &__FFI_RECORD,
    );
};
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
    static __FFI_SITE: __ffi::Site = __ffi::Site::new("Image.mean");
    const _: () = __ffi::assert_by_value(
        __ffi::core::mem::size_of::<f32>(),
        __ffi::Facts::<f32>::SECRET,
    );
    const _: () = __ffi::assert_returned_by_value(
        __FfiFacts::RESULT_SIZE,
        __FfiFacts::RESULT_SECRET,
    );
    fn __ffi_assertions() {
        __ffi::assert_object::<Image>();
        __ffi::assert_value::<f32>();
        __ffi::assert_returned::<f32>();
    }
    /// Arguments of `__async!`.
    const _: () = {
        #[unsafe(export_name = "golden_ffi_image_mean")]
        unsafe extern "C" fn __ffi_wrapper(
            __ffi_handle: __ffi::u64,
            __ffi_arg_0: <f32 as __ffi::FfiValue>::Param,
            __ffi_mailbox: *const __ffi::FfiMailbox,
            __ffi_call: __ffi::u64,
            __ffi_now: *mut __ffi::FfiEvent,
            __ffi_status: *mut __ffi::FfiStatus,
        ) -> __ffi::i32
        where
            for<'__ffi_any> Image: __ffi::FfiClass,
            for<'__ffi_any> f32: __ffi::FfiValue,
            for<'__ffi_any> f32: __ffi::FfiReturn,
        {
            let __ffi_body = move || {
                let __ffi_watch = __FFI_SITE.enter()?;
                let __ffi_self = unsafe {
                    __ffi::object_argument::<Image>(__ffi_handle, "self")
                }?;
                let __ffi_local_0 = unsafe {
                    <f32 as __ffi::FfiValue>::from_param(__ffi_arg_0, "scale")
                }?;
                fn __ffi_seen<__FfiFunction, __FfiFuture>(
                    function: __FfiFunction,
                ) -> __FfiFunction
                where
                    __FfiFunction: __ffi::core::ops::Fn(
                        __ffi::FfiObject<Image>,
                        f32,
                    ) -> __FfiFuture,
                    __FfiFuture: __ffi::core::future::Future<Output = f32>
                        + __ffi::core::marker::Send + 'static,
                {
                    function
                }
                let __ffi_function = __ffi_seen(|
                    __ffi_object: __ffi::FfiObject<Image>,
                    __ffi_moved_0: f32|
                async move { <Image>::mean(&*__ffi_object, __ffi_moved_0).await });
                __ffi::Result::<
                    _,
                    __ffi::Failure,
                >::Ok(__ffi_watch.future(__ffi_function(__ffi_self, __ffi_local_0)))
            };
            unsafe {
                __ffi::start_async::<
                    <f32 as __ffi::FfiReturn>::Output,
                    _,
                >(
                    __ffi_mailbox,
                    __ffi_call,
                    __ffi_status,
                    __ffi_body,
                    |(__ffi_output, __ffi_watch): (f32, __ffi::Watch)| {
                        __ffi_watch
                            .finish(|__ffi_bytes| __ffi::Returned::<
                                f32,
                            >::into_abi(__ffi_output, __ffi_bytes))
                    },
                )
            }
        }
    };
    struct __FfiFacts;
    impl __FfiFacts
    where
        for<'__ffi_any> Image: __ffi::FfiClass,
        for<'__ffi_any> f32: __ffi::FfiValue,
        for<'__ffi_any> f32: __ffi::FfiReturn,
    {
        const FINGERPRINT: __ffi::u64 = __ffi::fingerprint::mix(
            &[
                __ffi::fingerprint::FUNCTION,
                __ffi::fingerprint::SIGNATURES,
                4824488397484060564u64,
                <<f32 as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::FINGERPRINT,
                <f32 as __ffi::FfiReturn>::FALLIBLE as __ffi::u64,
                __ffi::Returned::<f32>::ERROR_FINGERPRINT,
                <<f32 as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::OPTIONAL
                    as __ffi::u64,
                8999596768310594794u64,
                <f32 as __ffi::FfiType>::FINGERPRINT,
                __ffi::fingerprint::MEMBER,
                <Image as __ffi::FfiClass>::FINGERPRINT,
                1u64,
                __ffi::fingerprint::STARTED,
            ],
        );
        const RECORD: __ffi::Fragment = &[
            __ffi::Piece::Text(
                "{\"kind\":\"function\",\"name\":\"mean\",\"symbol\":\"golden_ffi_image_mean\",\"fingerprint_symbol\":\"golden_ffi_image_mean_signature\",\"member\":{\"of\":",
            ),
            __ffi::Piece::Nested(<Image as __ffi::FfiClass>::TYPE),
            __ffi::Piece::Text(
                ",\"role\":\"method\"},\"mode\":\"async\",\"params\":[{\"name\":\"scale\",\"pass\":\"value\",\"type\":",
            ),
            __ffi::Piece::Nested(<f32 as __ffi::FfiType>::TYPE),
            __ffi::Piece::Text("}],\"returns\":"),
            __ffi::Piece::Nested(
                <<f32 as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::RETURNS,
            ),
            __ffi::Piece::Text(",\"optional\":"),
            __ffi::Piece::Flag(
                <<f32 as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::OPTIONAL,
            ),
            __ffi::Piece::Text(",\"fallible\":"),
            __ffi::Piece::Flag(<f32 as __ffi::FfiReturn>::FALLIBLE),
            __ffi::Piece::Text(",\"error\":"),
            __ffi::Piece::Nested(__ffi::Returned::<f32>::ERROR),
            __ffi::Piece::Text(",\"fingerprint\":"),
            __ffi::Piece::Fingerprint(Self::FINGERPRINT),
            __ffi::Piece::Text("}"),
        ];
        const RESULT_SIZE: __ffi::usize = __ffi::core::mem::size_of::<
            <f32 as __ffi::FfiReturn>::Output,
        >();
        const RESULT_SECRET: __ffi::bool = <<f32 as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::SECRET;
    }
    impl __ffi::NoFacts for __FfiFacts {}
    #[doc(hidden)]
    #[allow(non_local_definitions)]
    #[macro_export]
    macro_rules! __ffi_two_items_have_the_symbol__golden_ffi_image_mean_signature__hint__rename_one_or_give_it_a_prefix {
        () => {};
    }
    ::ffi_core::__record!(__FfiFacts::RECORD);
    #[unsafe(export_name = "golden_ffi_image_mean_signature")]
    static __FFI_EXPORT: __ffi::Export = __ffi::Export::new(
        __FfiFacts::FINGERPRINT,
        &__FFI_RECORD,
    );
};
