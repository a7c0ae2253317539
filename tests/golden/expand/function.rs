#[ffi_export(leaf, prefix = "golden")]
/// Moves particles that are inside.
pub fn step(
    particles: &mut [Particle],
    bounds: Bounds,
    name: Option<&str>,
    message: PoolBox<Particle>,
) -> Result<Option<f64>, String> {
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
    static __FFI_SITE: __ffi::Site = __ffi::Site::new("step");
    const _: () = __ffi::assert_by_value(
        __ffi::core::mem::size_of::<Bounds>(),
        __ffi::Facts::<Bounds>::SECRET,
    );
    const _: () = __ffi::assert_returned_by_value(
        __FfiFacts::RESULT_SIZE,
        __FfiFacts::RESULT_SECRET,
    );
    fn __ffi_assertions() {
        __ffi::assert_value::<Particle>();
        __ffi::assert_value::<Bounds>();
        __ffi::assert_returned::<Result<Option<f64>, String>>();
    }
    #[unsafe(export_name = "golden_ffi_step")]
    unsafe extern "C" fn __ffi_wrapper(
        __ffi_arg_0: *mut Particle,
        __ffi_len_0: __ffi::usize,
        __ffi_arg_1: <Bounds as __ffi::FfiValue>::Param,
        __ffi_arg_2: *const __ffi::u8,
        __ffi_len_2: __ffi::usize,
        __ffi_present_2: __ffi::u8,
        __ffi_arg_3: *mut Particle,
        __ffi_status: *mut __ffi::FfiStatus,
    ) -> <<Result<
        Option<f64>,
        String,
    > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::Abi
    where
        for<'__ffi_any> Particle: __ffi::FfiValue,
        for<'__ffi_any> Bounds: __ffi::FfiValue,
        for<'__ffi_any> __ffi::u8: __ffi::FfiValue,
        for<'__ffi_any> Particle: __ffi::FfiPooled,
        for<'__ffi_any> Result<Option<f64>, String>: __ffi::FfiReturn,
        for<'__ffi_any> Particle: __ffi::FfiPooled,
    {
        let __ffi_body = move |__ffi_bytes: &mut __ffi::Bytes| {
            __ffi::disjoint(
                &[
                    __ffi::Region::mutable(__ffi_arg_0, __ffi_len_0, "particles"),
                    __ffi::Region::shared(__ffi_arg_2, __ffi_len_2, "name")
                        .if_present(__ffi_present_2),
                    __ffi::Region::slot(__ffi_arg_3, "message"),
                ],
            )?;
            let __ffi_local_1 = unsafe {
                <Bounds as __ffi::FfiValue>::from_param(__ffi_arg_1, "bounds")
            }?;
            let __ffi_local_0 = unsafe {
                __ffi::slice_mut::<Particle>(__ffi_arg_0, __ffi_len_0, "particles")
            }?;
            let __ffi_local_2 = __ffi::optional(
                __ffi_present_2,
                "name",
                || unsafe { __ffi::text(__ffi_arg_2, __ffi_len_2, "name") },
            )?;
            let __ffi_local_3 = unsafe {
                __ffi::claim::<Particle>(__ffi_arg_3, "message")
            }?;
            __ffi_bytes
                .got(|| [
                    (__ffi_len_0, __ffi::core::mem::size_of::<Particle>()),
                    (
                        if __ffi_present_2 == 0 { 0 } else { __ffi_len_2 },
                        __ffi::core::mem::size_of::<__ffi::u8>(),
                    ),
                    (1, __ffi::core::mem::size_of::<Particle>()),
                ]);
            let __ffi_function: fn(
                &mut [Particle],
                Bounds,
                Option<&str>,
                PoolBox<Particle>,
            ) -> Result<Option<f64>, String> = step;
            __ffi::Returned::<
                Result<Option<f64>, String>,
            >::into_abi(
                __ffi_function(
                    __ffi_local_0,
                    __ffi_local_1,
                    __ffi_local_2,
                    __ffi::take(__ffi_local_3),
                ),
                __ffi_bytes,
            )
        };
        let __ffi_watched = move || __FFI_SITE.watch(__ffi_body);
        unsafe {
            __ffi::call_output::<
                <Result<Option<f64>, String> as __ffi::FfiReturn>::Output,
            >(__ffi_status, __ffi_watched)
        }
    }
    struct __FfiFacts;
    impl __FfiFacts
    where
        for<'__ffi_any> Particle: __ffi::FfiValue,
        for<'__ffi_any> Bounds: __ffi::FfiValue,
        for<'__ffi_any> __ffi::u8: __ffi::FfiValue,
        for<'__ffi_any> Particle: __ffi::FfiPooled,
        for<'__ffi_any> Result<Option<f64>, String>: __ffi::FfiReturn,
        for<'__ffi_any> Particle: __ffi::FfiPooled,
    {
        const FINGERPRINT: __ffi::u64 = __ffi::fingerprint::mix(
            &[
                __ffi::fingerprint::FUNCTION,
                __ffi::fingerprint::SIGNATURES,
                12613261051159514351u64,
                <<Result<
                    Option<f64>,
                    String,
                > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::FINGERPRINT,
                <Result<Option<f64>, String> as __ffi::FfiReturn>::FALLIBLE
                    as __ffi::u64,
                __ffi::Returned::<Result<Option<f64>, String>>::ERROR_FINGERPRINT,
                <<Result<
                    Option<f64>,
                    String,
                > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::OPTIONAL
                    as __ffi::u64,
                6194338331649892364u64,
                <Particle as __ffi::FfiType>::FINGERPRINT,
                8999596768310594794u64,
                <Bounds as __ffi::FfiType>::FINGERPRINT,
                10160624439586083637u64,
                <__ffi::u8 as __ffi::FfiType>::FINGERPRINT,
                10097898355482628227u64,
                <Particle as __ffi::FfiType>::FINGERPRINT,
            ],
        );
        const RECORD: __ffi::Fragment = &[
            __ffi::Piece::Text(
                "{\"kind\":\"function\",\"name\":\"step\",\"doc\":\"Moves particles that are inside.\",\"symbol\":\"golden_ffi_step\",\"fingerprint_symbol\":\"golden_ffi_step_signature\",\"leaf\":true,\"params\":[{\"name\":\"particles\",\"pass\":\"slice_mut\",\"type\":",
            ),
            __ffi::Piece::Nested(<Particle as __ffi::FfiType>::TYPE),
            __ffi::Piece::Text("},{\"name\":\"bounds\",\"pass\":\"value\",\"type\":"),
            __ffi::Piece::Nested(<Bounds as __ffi::FfiType>::TYPE),
            __ffi::Piece::Text(
                "},{\"name\":\"name\",\"pass\":\"str\",\"optional\":true,\"type\":",
            ),
            __ffi::Piece::Nested(<__ffi::u8 as __ffi::FfiType>::TYPE),
            __ffi::Piece::Text("},{\"name\":\"message\",\"pass\":\"pool\",\"type\":"),
            __ffi::Piece::Nested(<Particle as __ffi::FfiType>::TYPE),
            __ffi::Piece::Text("}],\"returns\":"),
            __ffi::Piece::Nested(
                <<Result<
                    Option<f64>,
                    String,
                > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::RETURNS,
            ),
            __ffi::Piece::Text(",\"optional\":"),
            __ffi::Piece::Flag(
                <<Result<
                    Option<f64>,
                    String,
                > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::OPTIONAL,
            ),
            __ffi::Piece::Text(",\"fallible\":"),
            __ffi::Piece::Flag(
                <Result<Option<f64>, String> as __ffi::FfiReturn>::FALLIBLE,
            ),
            __ffi::Piece::Text(",\"error\":"),
            __ffi::Piece::Nested(__ffi::Returned::<Result<Option<f64>, String>>::ERROR),
            __ffi::Piece::Text(",\"fingerprint\":"),
            __ffi::Piece::Fingerprint(Self::FINGERPRINT),
            __ffi::Piece::Text("}"),
        ];
        const RESULT_SIZE: __ffi::usize = __ffi::core::mem::size_of::<
            <Result<Option<f64>, String> as __ffi::FfiReturn>::Output,
        >();
        const RESULT_SECRET: __ffi::bool = <<Result<
            Option<f64>,
            String,
        > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::SECRET;
    }
    impl __ffi::NoFacts for __FfiFacts {}
    #[doc(hidden)]
    #[allow(non_local_definitions)]
    #[macro_export]
    macro_rules! __ffi_two_items_have_the_symbol__golden_ffi_step_signature__hint__rename_one_or_give_it_a_prefix {
        () => {};
    }
    ::ffi_core::__record!(__FfiFacts::RECORD);
    #[unsafe(export_name = "golden_ffi_step_signature")]
    static __FFI_EXPORT: __ffi::Export = __ffi::Export::new(
        __FfiFacts::FINGERPRINT,
        &__FFI_RECORD,
    );
};
