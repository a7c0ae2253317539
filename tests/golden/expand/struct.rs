/// A box around particles.
#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
#[ffi(pool(capacity = 64, reset = "keep"), columns, simd, pod, reserved(4, 7..=9), prefix = "golden")]
pub struct Bounds {
    /// Metres.
    #[ffi(tag = 2, rename = "lowest")]
    pub min: [f32; 2],
    pub max: [f32; 2],
}

// Expansion:

///Columns of many [`Bounds`]s, field by field.
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
#[allow(dead_code, missing_debug_implementations, unreachable_pub)]
pub type BoundsColumns = ::ffi_core::FfiColumns<Bounds>;
///The columns of many [`Bounds`]s, field by field.
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
#[allow(dead_code, missing_debug_implementations, unreachable_pub)]
pub struct BoundsColumnsRef<'columns> {
    /// Metres.
    pub min: &'columns [[f32; 2]],
    ///The column of `max`.
    pub max: &'columns [[f32; 2]],
}
///The columns, which can be changed, of many [`Bounds`]s, field by field.
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
#[allow(dead_code, missing_debug_implementations, unreachable_pub)]
pub struct BoundsColumnsMut<'columns> {
    /// Metres.
    pub min: &'columns mut [[f32; 2]],
    ///The column of `max`.
    pub max: &'columns mut [[f32; 2]],
}
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
    type __FfiType0 = [f32; 2];
    type __FfiFieldTypes = (__FfiType0, __FfiType0);
    const __FFI_FIELDS: &[__ffi::Member] = &[
        __ffi::Member {
            name: "min",
            hash: 573156827627667575,
            number: 2,
            offset: __ffi::core::mem::offset_of!(Bounds, min),
        },
        __ffi::Member {
            name: "max",
            hash: 580772045163143161,
            number: 1,
            offset: __ffi::core::mem::offset_of!(Bounds, max),
        },
    ];
    const _: () = {
        if !<Bounds as __ffi::Derived>::PARTS.fit(false) {
            __ffi::assert_field(<[f32; 2] as __ffi::FfiType>::PART);
            __ffi::assert_field(<[f32; 2] as __ffi::FfiType>::PART);
        }
        __ffi::assert_repr_c(
            __ffi::core::mem::size_of::<Bounds>(),
            __ffi::core::mem::align_of::<Bounds>(),
            __FFI_FIELDS,
            <Bounds as __ffi::Derived>::PARTS,
        );
        __ffi::assert_no_destructor::<Bounds>();
        if let __ffi::Option::Some(__ffi_message) = __ffi::Option::None::<&Bounds> {
            let Bounds { min: _, max: _ } = __ffi_message;
            __ffi::Place(&raw const __ffi_message.min).assert_seen::<[f32; 2]>();
            __ffi::Place(&raw const __ffi_message.max).assert_seen::<[f32; 2]>();
        }
    };
    #[automatically_derived]
    unsafe impl __ffi::bytemuck::Zeroable for Bounds {}
    #[automatically_derived]
    unsafe impl __ffi::Derived for Bounds {
        const ABOUT: __ffi::About = __ffi::About {
            name: "Bounds",
            hash: 4277820826782952008u64,
            id: "golden::Bounds",
            id_hash: 2297702513410339329u64,
            members: __FFI_FIELDS,
            pooled: true,
            in_arena: false,
            ruled: false,
        };
        const PARTS: &'static __ffi::PartList = __ffi::Facts::<__FfiFieldTypes>::PARTS;
        #[inline]
        unsafe fn check_message(
            message: *const Self,
        ) -> __ffi::Result<(), __ffi::InvalidValue> {
            unsafe {
                __ffi::Facts::<__FfiFieldTypes>::check_fields(message, __FFI_FIELDS)
            }
        }
    }
    #[automatically_derived]
    unsafe impl __ffi::FfiType for Bounds {
        type Form = __ffi::FromFields;
        const FINGERPRINT: __ffi::u64 = __ffi::fingerprint_of::<Bounds>();
    }
    #[automatically_derived]
    unsafe impl __ffi::FfiMessage for Bounds {}
    #[automatically_derived]
    unsafe impl __ffi::ArenaType for Bounds
    where
        for<'__ffi_any> __ffi::core::marker::PhantomData<
            __FfiFieldTypes,
        >: __ffi::ArenaParts,
    {
        type View<'__ffi_arena> = &'__ffi_arena Bounds;
        type Value<'__ffi_arena> = Bounds;
        type Edit<'__ffi_arena> = __ffi::ArenaPlace<'__ffi_arena, Bounds>;
        type InArena = __ffi::FromFields;
        #[inline]
        fn fields() -> impl __ffi::ArenaParts {
            __ffi::core::marker::PhantomData::<__FfiFieldTypes>
        }
        /// Arguments of `__serde!`.
        const _: () = {
            #[inline]
            fn serialize_view<S: __ffi::serde::Serializer>(
                message: &Bounds,
                serializer: S,
            ) -> __ffi::Result<S::Ok, S::Error> {
                use __ffi::ByFields as _;
                __ffi::WrittenItself(message)
                    .write(
                        serializer,
                        |serializer| __ffi::serialize_message(message, serializer),
                    )
            }
        };
    }
    #[automatically_derived]
    unsafe impl __ffi::FfiValue for Bounds {
        type Abi = __ffi::core::mem::MaybeUninit<Bounds>;
        type Param = *const Bounds;
        type Crossing = __ffi::Copied;
    }
    const _: () = __ffi::assert_padding_free::<Bounds, { __ffi::padding::<Bounds>() }>();
    fn __ffi_pod() {
        __ffi::Facts::<__FfiType0>::assert_pod_field();
        __ffi::Facts::<__FfiType0>::assert_pod_field();
    }
    #[automatically_derived]
    unsafe impl __ffi::bytemuck::Pod for Bounds
    where
        Bounds: __ffi::core::marker::Copy,
    {}
    /// Arguments of `__proto!`.
    const _: () = {
        #[automatically_derived]
        impl __ffi::proto::PlainProto for Bounds
        where
            for<'__ffi_any> __ffi::core::marker::PhantomData<
                __FfiFieldTypes,
            >: __ffi::ArenaParts,
        {}
    };
    /// Arguments of `__proto!`.
    const _: () = {
        use __ffi::proto::NoProtoFacts as _;
        fn __ffi_proto() {
            __ffi::Facts::<__FfiType0>::assert_proto();
            __ffi::Facts::<__FfiType0>::assert_proto();
        }
        type __FfiProtoTypes = (__FfiType0, __FfiType0);
        const __FFI_PROTO_FIELDS: &[__ffi::Member] = &[__FFI_FIELDS[1], __FFI_FIELDS[0]];
        ::ffi_core::__proto_message!(
            Bounds, __FfiProtoTypes, __FFI_PROTO_FIELDS, { fn begin(& self,
            __ffi_followed : & mut __ffi::proto::Followed) { __ffi::proto::begin(self,
            __ffi_followed); } }
        );
        #[automatically_derived]
        impl __ffi::proto::FfiProto for Bounds {}
        #[unsafe(export_name = "golden_ffi_bounds_encode_proto")]
        unsafe extern "C" fn __ffi_encode_proto(
            __ffi_message: *const Bounds,
            __ffi_status: *mut __ffi::FfiStatus,
        ) -> *mut __ffi::FfiOwned {
            unsafe { __ffi::proto::encode(__ffi_message, __ffi_status) }
        }
        #[unsafe(export_name = "golden_ffi_bounds_decode_proto")]
        unsafe extern "C" fn __ffi_decode_proto(
            __ffi_bytes: *const __ffi::u8,
            __ffi_len: __ffi::usize,
            __ffi_message: *mut Bounds,
            __ffi_status: *mut __ffi::FfiStatus,
        ) {
            unsafe {
                __ffi::proto::decode(__ffi_bytes, __ffi_len, __ffi_message, __ffi_status)
            }
        }
        #[unsafe(export_name = "golden_ffi_bounds_release_proto")]
        unsafe extern "C" fn __ffi_release_proto(
            __ffi_message: *mut Bounds,
            __ffi_status: *mut __ffi::FfiStatus,
        ) {
            unsafe { __ffi::proto::release(__ffi_message, __ffi_status) }
        }
    };
    /// Arguments of `__json!`.
    const _: () = {
        fn __ffi_json() {
            use __ffi::json::shape::NoJsonFacts as _;
            __ffi::json::shape::JsonFacts::<__FfiType0>::assert_json();
        }
        #[automatically_derived]
        unsafe impl __ffi::json::shape::JsonType for Bounds {
            const SHAPE: __ffi::json::shape::Shape = __ffi::json::shape::Shape::One(
                __ffi::json::shape::Kind::Message(
                    <Bounds as __ffi::json::shape::JsonMessage>::table,
                ),
            );
            unsafe fn write_field(
                &self,
                __ffi_out: &mut __ffi::json::Printer<'_>,
            ) -> __ffi::Result<__ffi::json::Written, __ffi::proto::DecodeError> {
                unsafe { __ffi::json::write_message_field(self, __ffi_out) }
            }
            unsafe fn write_value(
                &self,
                __ffi_out: &mut __ffi::json::Printer<'_>,
            ) -> __ffi::Result<(), __ffi::proto::DecodeError> {
                unsafe { __ffi::json::write_message(self, __ffi_out) }
            }
        }
        #[automatically_derived]
        unsafe impl __ffi::json::shape::JsonMessage for Bounds {
            const TABLE: __ffi::json::shape::Table = {
                use __ffi::json::shape::NoJsonFacts as _;
                __ffi::json::shape::Table {
                    name: "Bounds",
                    members: &[
                        __ffi::json::shape::Member {
                            name: "max",
                            json: ",\"max\":",
                            original: ",\"max\":",
                            aliases: &[],
                            number: 1u32,
                            shape: __ffi::json::shape::JsonFacts::<__FfiType0>::SHAPE,
                            place: __ffi::Option::Some(__ffi::json::shape::Place {
                                at: __FFI_FIELDS[1].offset,
                                write: __ffi::json::shape::JsonFacts::<__FfiType0>::FIELD,
                            }),
                        },
                        __ffi::json::shape::Member {
                            name: "min",
                            json: ",\"lowest\":",
                            original: ",\"lowest\":",
                            aliases: &[],
                            number: 2u32,
                            shape: __ffi::json::shape::JsonFacts::<__FfiType0>::SHAPE,
                            place: __ffi::Option::Some(__ffi::json::shape::Place {
                                at: __FFI_FIELDS[0].offset,
                                write: __ffi::json::shape::JsonFacts::<__FfiType0>::FIELD,
                            }),
                        },
                    ],
                    flat: &[],
                    payload: __ffi::Option::None,
                    known: __ffi::json::shape::Known::No,
                }
            };
        }
        #[automatically_derived]
        impl __ffi::json::FfiJson for Bounds {}
        #[unsafe(export_name = "golden_ffi_bounds_encode_json")]
        unsafe extern "C" fn __ffi_encode_json(
            __ffi_message: *const Bounds,
            __ffi_options: __ffi::u32,
            __ffi_status: *mut __ffi::FfiStatus,
        ) -> *mut __ffi::FfiOwned {
            unsafe { __ffi::json::encode(__ffi_message, __ffi_options, __ffi_status) }
        }
        #[unsafe(export_name = "golden_ffi_bounds_decode_json")]
        unsafe extern "C" fn __ffi_decode_json(
            __ffi_bytes: *const __ffi::u8,
            __ffi_len: __ffi::usize,
            __ffi_options: __ffi::u32,
            __ffi_message: *mut Bounds,
            __ffi_status: *mut __ffi::FfiStatus,
        ) {
            unsafe {
                __ffi::json::decode(
                    __ffi_bytes,
                    __ffi_len,
                    __ffi_options,
                    __ffi_message,
                    __ffi_status,
                )
            }
        }
    };
    const __FFI_CAPACITY: __ffi::u32 = 64;
    static __FFI_POOL: __ffi::Pool<Bounds> = __ffi::Pool::new("Bounds", __FFI_CAPACITY);
    #[automatically_derived]
    unsafe impl __ffi::FfiPooled for Bounds {
        const RESET: __ffi::Reset = __ffi::Reset::Keep;
        const CACHE: __ffi::PoolCache = __ffi::PoolCache::Threads;
        #[inline]
        fn pool() -> &'static __ffi::Pool<Self> {
            &__FFI_POOL
        }
    }
    ::ffi_core::__pool_operations!(__functions!, "golden_ffi_bounds_pool_", Bounds);
    #[automatically_derived]
    unsafe impl __ffi::FfiColumnar for Bounds {
        const COLUMNS: &'static [__ffi::Column] = &__ffi::Facts::<
            __FfiFieldTypes,
        >::COLUMNS
            .of_members::<2>(__FFI_FIELDS);
        type Pointers = [*mut __ffi::u8; 2];
        const NOWHERE: Self::Pointers = [__ffi::core::ptr::null_mut(); 2];
        type Ref<'columns> = BoundsColumnsRef<'columns>;
        type Mut<'columns> = BoundsColumnsMut<'columns>;
        #[inline]
        unsafe fn columns<'columns>(
            pointers: &Self::Pointers,
            len: __ffi::usize,
        ) -> BoundsColumnsRef<'columns> {
            unsafe {
                BoundsColumnsRef {
                    min: __ffi::column::<__FfiType0>(pointers, 0, len),
                    max: __ffi::column::<__FfiType0>(pointers, 1, len),
                }
            }
        }
        #[inline]
        unsafe fn columns_mut<'columns>(
            pointers: &Self::Pointers,
            len: __ffi::usize,
        ) -> BoundsColumnsMut<'columns> {
            unsafe {
                BoundsColumnsMut {
                    min: __ffi::column_mut::<__FfiType0>(pointers, 0, len),
                    max: __ffi::column_mut::<__FfiType0>(pointers, 1, len),
                }
            }
        }
    }
    #[automatically_derived]
    impl __ffi::core::marker::Copy for BoundsColumnsRef<'_> {}
    #[automatically_derived]
    impl __ffi::core::clone::Clone for BoundsColumnsRef<'_> {
        #[inline]
        fn clone(&self) -> Self {
            *self
        }
    }
    ::ffi_core::__columns_operations!(
        __functions!, "golden_ffi_bounds_columns_", Bounds
    );
    /// Arguments of `__simd!`.
    const _: () = {
        const _: () = __ffi::assert_numeric(<Bounds as __ffi::Derived>::PARTS);
        /// The fields of the message, as kernels take them.
        pub struct __FfiFields {
            ///Metres.
            pub min: __ffi::Field<
                Bounds,
                <__ffi::Kind<
                    { __ffi::Facts::<__FfiType0>::LANES.kind },
                > as __ffi::NumberOf>::Number,
                { __ffi::Facts::<__FfiType0>::LANES.count },
            >,
            pub max: __ffi::Field<
                Bounds,
                <__ffi::Kind<
                    { __ffi::Facts::<__FfiType0>::LANES.kind },
                > as __ffi::NumberOf>::Number,
                { __ffi::Facts::<__FfiType0>::LANES.count },
            >,
        }
        #[automatically_derived]
        impl __ffi::core::marker::Copy for __FfiFields {}
        #[automatically_derived]
        impl __ffi::core::clone::Clone for __FfiFields {
            #[inline]
            fn clone(&self) -> Self {
                *self
            }
        }
        #[automatically_derived]
        impl __ffi::core::fmt::Debug for __FfiFields {
            fn fmt(
                &self,
                f: &mut __ffi::core::fmt::Formatter<'_>,
            ) -> __ffi::core::fmt::Result {
                __ffi::show_fields(<Bounds as __ffi::Derived>::PARTS, __FFI_FIELDS, f)
            }
        }
        #[automatically_derived]
        unsafe impl __ffi::FfiSimd for Bounds {
            type Numbers = __ffi::Numbers<
                <__ffi::Kind<
                    { __ffi::Facts::<Bounds>::LANES.kind },
                > as __ffi::NumberOf>::Number,
                { __ffi::Facts::<Bounds>::LANES.count },
            >;
            type Fields = __FfiFields;
            const FIELDS: __FfiFields = {
                let __ffi_parts = <Bounds as __ffi::Derived>::PARTS;
                unsafe {
                    __FfiFields {
                        min: __ffi::Field::new(__FFI_FIELDS[0].offset),
                        max: __ffi::Field::new(__FFI_FIELDS[1].offset),
                    }
                }
            };
        }
        static __FFI_SIMD: __ffi::RecordKernels = <<Bounds as __ffi::FfiSimd>::Numbers as __ffi::RecordTable>::TABLE;
        #[unsafe(export_name = "golden_ffi_bounds_simd")]
        extern "C" fn __ffi_simd() -> &'static __ffi::RecordKernels {
            &__FFI_SIMD
        }
    };
    #[doc(hidden)]
    #[allow(non_local_definitions)]
    #[macro_export]
    macro_rules! __ffi_two_items_have_the_symbol__golden_ffi_bounds_fingerprint__hint__rename_one_or_give_it_a_prefix {
        () => {};
    }
    ::ffi_core::__record!(
        &
        [__ffi::Piece::Text("{\"kind\":\"message\",\"name\":\"Bounds\",\"doc\":\"A box around particles.\",\"id\":\"golden::Bounds\",\"symbols\":{\"fingerprint\":\"golden_ffi_bounds_fingerprint\"},\"size\":"),
        __ffi::Piece::size(__ffi::core::mem::size_of:: < Bounds > ()),
        __ffi::Piece::Text(",\"align\":"),
        __ffi::Piece::size(__ffi::core::mem::align_of:: < Bounds > ()),
        __ffi::Piece::Text(",\"fingerprint\":"), __ffi::Piece::Fingerprint(< Bounds as
        __ffi::FfiType > ::FINGERPRINT),
        __ffi::with_proto(",\"proto\":{\"encode\":\"golden_ffi_bounds_encode_proto\",\"decode\":\"golden_ffi_bounds_decode_proto\",\"release\":\"golden_ffi_bounds_release_proto\"}"),
        __ffi::with_json(",\"json\":{\"encode\":\"golden_ffi_bounds_encode_json\",\"decode\":\"golden_ffi_bounds_decode_json\"}"),
        __ffi::Piece::Text(",\"reserved\":[[4,4],[7,9]],\"pool\":{\"capacity\":"),
        __ffi::Piece::size(__FFI_CAPACITY as __ffi::usize),
        __ffi::Piece::Text(",\"reset\":\"keep\",\"symbols\":{"),
        __ffi::Piece::Text(::ffi_core::__pool_operations!(__symbols!,
        "golden_ffi_bounds_pool_", Bounds)),
        __ffi::Piece::Text("}},\"columns\":{\"symbols\":{"),
        __ffi::Piece::Text(::ffi_core::__columns_operations!(__symbols!,
        "golden_ffi_bounds_columns_", Bounds)),
        __ffi::Piece::Text("}},\"simd\":{\"symbol\":\"golden_ffi_bounds_simd\",\"lanes\":"),
        __ffi::Piece::size(< Bounds as __ffi::FfiType > ::LANES.count),
        __ffi::Piece::Text("},\"fields\":"),
        __ffi::Piece::Fields("[{\"name\":\"min\",\"rename\":\"lowest\",\"doc\":\"Metres.\",\"tag\":2,\"offset\":},{\"name\":\"max\",\"tag\":1,\"offset\":",
        & [66, 99], __FFI_FIELDS, < Bounds as __ffi::Derived > ::PARTS),
        __ffi::Piece::Text("}]}")]
    );
    #[unsafe(export_name = "golden_ffi_bounds_fingerprint")]
    static __FFI_EXPORT: __ffi::Export = __ffi::Export::new(
        <Bounds as __ffi::FfiType>::FINGERPRINT,
        &__FFI_RECORD,
    );
};
