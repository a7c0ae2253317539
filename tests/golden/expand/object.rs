/// An image.
#[derive(FfiObject)]
#[ffi(prefix = "golden")]
pub struct Image {
    values: Vec<f32>,
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
    #[automatically_derived]
    unsafe impl __ffi::FfiClass for Image {
        const TYPE: __ffi::Fragment = &[
            __ffi::Piece::Text("{\"object\":\""),
            __ffi::Piece::Text("golden::Image"),
            __ffi::Piece::Text("\"}"),
        ];
        const FINGERPRINT: __ffi::u64 = __ffi::fingerprint::mix(
            &[__ffi::fingerprint::OBJECT, 4437164841514963962u64],
        );
        fn class() -> &'static __ffi::Class {
            static CLASS: __ffi::Class = __ffi::Class::new("Image");
            &CLASS
        }
    }
    #[unsafe(export_name = "golden_ffi_image_object_free")]
    extern "C" fn __ffi_free(__ffi_handle: __ffi::u64) -> __ffi::i32 {
        __ffi::object_free(__ffi_handle)
    }
    #[unsafe(export_name = "golden_ffi_image_object_share")]
    unsafe extern "C" fn __ffi_share(
        __ffi_handle: __ffi::u64,
        __ffi_status: *mut __ffi::FfiStatus,
    ) -> __ffi::u64 {
        unsafe { __ffi::object_share::<Image>(__ffi_handle, __ffi_status) }
    }
    #[unsafe(export_name = "golden_ffi_image_object_redeem")]
    unsafe extern "C" fn __ffi_redeem(
        __ffi_token: __ffi::u64,
        __ffi_status: *mut __ffi::FfiStatus,
    ) -> __ffi::u64 {
        unsafe { __ffi::object_redeem::<Image>(__ffi_token, __ffi_status) }
    }
    #[unsafe(export_name = "golden_ffi_image_object_calls")]
    extern "C" fn __ffi_calls() -> *const __ffi::FfiObjectCalls {
        __ffi::object_calls()
    }
    #[doc(hidden)]
    #[allow(non_local_definitions)]
    #[macro_export]
    macro_rules! __ffi_two_items_have_the_symbol__golden_ffi_image_object_fingerprint__hint__rename_one_or_give_it_a_prefix {
        () => {};
    }
    ::ffi_core::__record!(
        &
        [__ffi::Piece::Text("{\"kind\":\"object\",\"name\":\"Image\",\"doc\":\"An image.\",\"id\":\"golden::Image\",\"symbols\":{\"fingerprint\":\"golden_ffi_image_object_fingerprint\",\"free\":\"golden_ffi_image_object_free\",\"share\":\"golden_ffi_image_object_share\",\"redeem\":\"golden_ffi_image_object_redeem\",\"calls\":\"golden_ffi_image_object_calls\"},\"fingerprint\":"),
        __ffi::Piece::Fingerprint(< Image as __ffi::FfiClass > ::FINGERPRINT),
        __ffi::Piece::Text("}")]
    );
    #[unsafe(export_name = "golden_ffi_image_object_fingerprint")]
    static __FFI_EXPORT: __ffi::Export = __ffi::Export::new(
        <Image as __ffi::FfiClass>::FINGERPRINT,
        &__FFI_RECORD,
    );
    #[automatically_derived]
    impl __ffi::FfiHolds<Image> for Image {
        fn hold(value: Image) -> __ffi::Arc<Self> {
            __ffi::Arc::new(value)
        }
    }
};
