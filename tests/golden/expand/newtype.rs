/// A user of the service.
#[derive(FfiNewtype, Clone, Copy)]
#[repr(transparent)]
#[ffi(prefix = "golden", dart(type = "Uri", from = "userUri", to = "uriUser", import = "package:users/users.dart"))]
pub struct UserId(pub u64);

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
    const _: () = {
        __ffi::assert_wrapped::<u64>();
        __ffi::assert_capacities(__ffi::Facts::<u64>::CAPACITIES_FIT);
        __ffi::assert_transparent::<UserId, u64>();
        __ffi::assert_no_destructor::<UserId>();
    };
    const fn __ffi_seen(__ffi_newtype: &UserId) {
        let UserId(_) = __ffi_newtype;
        __ffi::Place(&raw const __ffi_newtype.0).assert_seen::<u64>();
    }
    #[automatically_derived]
    unsafe impl __ffi::bytemuck::Zeroable for UserId {}
    #[automatically_derived]
    unsafe impl __ffi::bytemuck::Pod for UserId
    where
        for<'__ffi_any> u64: __ffi::bytemuck::Pod,
        for<'__ffi_any> UserId: __ffi::core::marker::Copy,
    {}
    #[automatically_derived]
    unsafe impl __ffi::FfiType for UserId {
        type Form = __ffi::Itself;
        const TYPE: __ffi::Fragment = &[
            __ffi::Piece::Text("{\"newtype\":\"golden::UserId\"}"),
        ];
        const FINGERPRINT: __ffi::u64 = __ffi::Facts::<u64>::FINGERPRINT;
        const ANY_BITS: __ffi::bool = __ffi::Facts::<u64>::ANY_BITS;
        const CAPACITIES_FIT: __ffi::bool = __ffi::Facts::<u64>::CAPACITIES_FIT;
        const LANES: __ffi::Lanes = __ffi::Facts::<u64>::LANES;
        const SECRET: __ffi::bool = __ffi::Facts::<u64>::SECRET;
        #[inline]
        unsafe fn check(value: *const Self) -> __ffi::Result<(), __ffi::InvalidValue> {
            unsafe { __ffi::Facts::<u64>::check(value.cast::<u64>()) }
        }
    }
    #[automatically_derived]
    impl __ffi::FfiWrapped for UserId {}
    #[automatically_derived]
    unsafe impl __ffi::FfiValue for UserId
    where
        for<'__ffi_any> u64: __ffi::FfiValue,
    {
        type Abi = <u64 as __ffi::FfiValue>::Abi;
        type Param = <u64 as __ffi::FfiValue>::Param;
        type Crossing = __ffi::Itself;
        #[inline]
        fn into_abi(self) -> Self::Abi {
            <u64 as __ffi::FfiValue>::into_abi(self.0)
        }
        #[inline]
        unsafe fn from_param(
            param: Self::Param,
            name: &'static __ffi::str,
        ) -> __ffi::Result<Self, __ffi::Failure> {
            unsafe { <u64 as __ffi::FfiValue>::from_param(param, name) }.map(Self)
        }
    }
    const _: () = {
        __ffi::assert_in_place(__ffi::Facts::<u64>::ARENA);
    };
    #[automatically_derived]
    unsafe impl __ffi::ArenaType for UserId
    where
        for<'__ffi_any> u64: __ffi::ArenaType,
    {
        type View<'__ffi_arena> = &'__ffi_arena Self;
        type Value<'__ffi_arena> = Self;
        type Edit<'__ffi_arena> = __ffi::ArenaPlace<'__ffi_arena, Self>;
        type InArena = __ffi::Itself;
        #[inline]
        unsafe fn view<'__ffi_arena>(
            _: __ffi::ArenaRef<'__ffi_arena>,
            value: &'__ffi_arena Self,
        ) -> &'__ffi_arena Self {
            value
        }
        #[inline]
        fn edit(place: __ffi::ArenaPlace<'_, Self>) -> __ffi::ArenaPlace<'_, Self> {
            place
        }
        #[inline]
        fn put(
            mut place: __ffi::ArenaPlace<'_, Self>,
            value: Self,
        ) -> __ffi::Result<(), __ffi::ArenaFull> {
            __ffi::ArenaPlace::store(&mut place, &value);
            __ffi::Result::Ok(())
        }
        #[inline]
        unsafe fn store(value: *const Self, place: *mut Self) {
            unsafe { __ffi::store_field::<u64, _>(value, place, 0) };
        }
        #[inline]
        fn views_equal(
            a: <Self as __ffi::ArenaType>::View<'_>,
            b: <Self as __ffi::ArenaType>::View<'_>,
        ) -> __ffi::bool {
            <u64 as __ffi::ArenaType>::views_equal(
                __ffi::in_place(&a.0),
                __ffi::in_place(&b.0),
            )
        }
        #[inline]
        fn hash_view<__FfiHasher: __ffi::core::hash::Hasher>(
            view: <Self as __ffi::ArenaType>::View<'_>,
            state: &mut __FfiHasher,
        ) {
            <u64 as __ffi::ArenaType>::hash_view(__ffi::in_place(&view.0), state)
        }
        /// Arguments of `__serde!`.
        const _: () = {
            #[inline]
            fn serialize_view<__FfiSerializer: __ffi::serde::Serializer>(
                view: <Self as __ffi::ArenaType>::View<'_>,
                serializer: __FfiSerializer,
            ) -> __ffi::Result<__FfiSerializer::Ok, __FfiSerializer::Error> {
                use __ffi::ByFields as _;
                __ffi::WrittenItself(view)
                    .write(
                        serializer,
                        |serializer| {
                            <u64 as __ffi::ArenaType>::serialize_view(
                                __ffi::in_place(&view.0),
                                serializer,
                            )
                        },
                    )
            }
        };
        #[inline]
        fn reach(reached: &mut __ffi::Reached) {
            if __ffi::Reached::note(
                reached,
                "golden::UserId",
                const {
                    &[
                        __ffi::Piece::Text(
                            "{\"kind\":\"newtype\",\"id\":\"golden::UserId\",\"name\":\"UserId\",\"fingerprint\":",
                        ),
                        __ffi::Piece::Fingerprint(
                            <UserId as __ffi::FfiType>::FINGERPRINT,
                        ),
                        __ffi::Piece::Text(",\"type\":"),
                        __ffi::Piece::Nested(__ffi::Facts::<u64>::TYPE),
                        __ffi::Piece::Text("}"),
                    ]
                },
            ) {
                <u64 as __ffi::ArenaType>::reach(reached);
            }
        }
    }
    /// Arguments of `__proto!`.
    const _: () = {
        #[automatically_derived]
        unsafe impl __ffi::proto::ProtoType for UserId
        where
            for<'__ffi_any> u64: __ffi::proto::ProtoType,
        {
            const WIRE: __ffi::proto::WireType = <u64 as __ffi::proto::ProtoType>::WIRE;
            const NESTED: __ffi::bool = <u64 as __ffi::proto::ProtoType>::NESTED;
            const BYTE: __ffi::bool = <u64 as __ffi::proto::ProtoType>::BYTE;
            const ITEMS: __ffi::usize = <u64 as __ffi::proto::ProtoType>::ITEMS;
            const ITEM_WIRE: __ffi::proto::WireType = <u64 as __ffi::proto::ProtoType>::ITEM_WIRE;
            type State = <u64 as __ffi::proto::ProtoType>::State;
            #[inline]
            fn init(
                __ffi_slot: &mut __ffi::core::mem::MaybeUninit<UserId>,
            ) -> &mut UserId {
                <u64 as __ffi::proto::ProtoType>::init(unsafe {
                    &mut *__ffi_slot.as_mut_ptr().cast()
                });
                unsafe { __ffi_slot.assume_init_mut() }
            }
            #[inline]
            fn accepts(__ffi_wire_type: __ffi::proto::WireType) -> __ffi::bool {
                <u64 as __ffi::proto::ProtoType>::accepts(__ffi_wire_type)
            }
            #[inline]
            fn is_default(&self) -> __ffi::bool {
                <u64 as __ffi::proto::ProtoType>::is_default(&self.0)
            }
            #[inline]
            fn value_len(&self) -> __ffi::usize {
                <u64 as __ffi::proto::ProtoType>::value_len(&self.0)
            }
            #[inline]
            fn write_value(&self, __ffi_out: &mut __ffi::proto::Writer<'_>) {
                <u64 as __ffi::proto::ProtoType>::write_value(&self.0, __ffi_out);
            }
            #[inline]
            fn read_value(
                &mut self,
                __ffi_input: &mut __ffi::proto::Reader<'_>,
            ) -> __ffi::Result<(), __ffi::proto::DecodeError> {
                <u64 as __ffi::proto::ProtoType>::read_value(&mut self.0, __ffi_input)
            }
            #[inline]
            fn field_len(&self, __ffi_tag: __ffi::u32) -> __ffi::usize {
                <u64 as __ffi::proto::ProtoType>::field_len(&self.0, __ffi_tag)
            }
            #[inline]
            fn write_field(
                &self,
                __ffi_tag: __ffi::u32,
                __ffi_out: &mut __ffi::proto::Writer<'_>,
            ) {
                <u64 as __ffi::proto::ProtoType>::write_field(
                    &self.0,
                    __ffi_tag,
                    __ffi_out,
                );
            }
            #[inline]
            fn read_field(
                &mut self,
                __ffi_state: &mut Self::State,
                __ffi_wire: __ffi::proto::WireType,
                __ffi_input: &mut __ffi::proto::Reader<'_>,
            ) -> __ffi::Result<(), __ffi::proto::DecodeError> {
                <u64 as __ffi::proto::ProtoType>::read_field(
                    &mut self.0,
                    __ffi_state,
                    __ffi_wire,
                    __ffi_input,
                )
            }
            #[inline]
            fn items_len(&self, __ffi_key: __ffi::usize) -> __ffi::usize {
                <u64 as __ffi::proto::ProtoType>::items_len(&self.0, __ffi_key)
            }
            #[inline]
            fn write_items(
                &self,
                __ffi_key: __ffi::Option<__ffi::u32>,
                __ffi_out: &mut __ffi::proto::Writer<'_>,
            ) {
                <u64 as __ffi::proto::ProtoType>::write_items(
                    &self.0,
                    __ffi_key,
                    __ffi_out,
                );
            }
            #[inline]
            fn read_nth_item(
                &mut self,
                __ffi_index: __ffi::usize,
                __ffi_input: &mut __ffi::proto::Reader<'_>,
            ) -> __ffi::Result<(), __ffi::proto::DecodeError> {
                <u64 as __ffi::proto::ProtoType>::read_nth_item(
                    &mut self.0,
                    __ffi_index,
                    __ffi_input,
                )
            }
            #[inline]
            fn as_bytes(__ffi_values: &[UserId]) -> &[__ffi::u8] {
                let __ffi_values = unsafe {
                    __ffi::core::slice::from_raw_parts(
                        __ffi_values.as_ptr().cast(),
                        __ffi_values.len(),
                    )
                };
                <u64 as __ffi::proto::ProtoType>::as_bytes(__ffi_values)
            }
            #[inline]
            fn as_bytes_mut(__ffi_values: &mut [UserId]) -> &mut [__ffi::u8] {
                let __ffi_len = __ffi_values.len();
                let __ffi_values = unsafe {
                    __ffi::core::slice::from_raw_parts_mut(
                        __ffi_values.as_mut_ptr().cast(),
                        __ffi_len,
                    )
                };
                <u64 as __ffi::proto::ProtoType>::as_bytes_mut(__ffi_values)
            }
        }
        #[automatically_derived]
        unsafe impl<__FfiCoding> __ffi::proto::Recode<__FfiCoding> for UserId
        where
            u64: __ffi::proto::Recode<__FfiCoding>,
        {
            type As = <u64 as __ffi::proto::Recode<__FfiCoding>>::As;
        }
    };
    /// Arguments of `__proto!`.
    const _: () = {
        #[automatically_derived]
        impl __ffi::proto::PlainProto for UserId
        where
            for<'__ffi_any> u64: __ffi::ArenaType,
            for<'__ffi_any> u64: __ffi::proto::ProtoType,
        {}
    };
    /// Arguments of `__json!`.
    const _: () = {
        #[automatically_derived]
        unsafe impl __ffi::json::shape::JsonType for UserId
        where
            for<'__ffi_any> u64: __ffi::json::shape::JsonType,
        {
            const SHAPE: __ffi::json::shape::Shape = <u64 as __ffi::json::shape::JsonType>::SHAPE;
            const BYTE: __ffi::bool = <u64 as __ffi::json::shape::JsonType>::BYTE;
            const KIND: __ffi::json::shape::Kind = <u64 as __ffi::json::shape::JsonType>::KIND;
            const ELEMENT: __ffi::json::shape::Kind = <u64 as __ffi::json::shape::JsonType>::ELEMENT;
            const ITEM: __ffi::json::shape::Kind = <u64 as __ffi::json::shape::JsonType>::ITEM;
            #[inline]
            unsafe fn write_field(
                &self,
                __ffi_out: &mut __ffi::json::Printer<'_>,
            ) -> __ffi::Result<__ffi::json::Written, __ffi::proto::DecodeError> {
                unsafe {
                    <u64 as __ffi::json::shape::JsonType>::write_field(
                        &self.0,
                        __ffi_out,
                    )
                }
            }
            #[inline]
            unsafe fn write_value(
                &self,
                __ffi_out: &mut __ffi::json::Printer<'_>,
            ) -> __ffi::Result<(), __ffi::proto::DecodeError> {
                unsafe {
                    <u64 as __ffi::json::shape::JsonType>::write_value(
                        &self.0,
                        __ffi_out,
                    )
                }
            }
            #[inline]
            unsafe fn write_element(
                &self,
                __ffi_out: &mut __ffi::json::Printer<'_>,
            ) -> __ffi::Result<__ffi::bool, __ffi::proto::DecodeError> {
                unsafe {
                    <u64 as __ffi::json::shape::JsonType>::write_element(
                        &self.0,
                        __ffi_out,
                    )
                }
            }
            #[inline]
            unsafe fn write_items(
                &self,
                __ffi_index: &mut __ffi::usize,
                __ffi_out: &mut __ffi::json::Printer<'_>,
            ) -> __ffi::Result<(), __ffi::proto::DecodeError> {
                unsafe {
                    <u64 as __ffi::json::shape::JsonType>::write_items(
                        &self.0,
                        __ffi_index,
                        __ffi_out,
                    )
                }
            }
            #[inline]
            unsafe fn write_key(
                &self,
                __ffi_out: &mut __ffi::json::Printer<'_>,
            ) -> __ffi::Result<(), __ffi::proto::DecodeError> {
                unsafe {
                    <u64 as __ffi::json::shape::JsonType>::write_key(&self.0, __ffi_out)
                }
            }
        }
    };
    #[doc(hidden)]
    #[allow(non_local_definitions)]
    #[macro_export]
    macro_rules! __ffi_two_items_have_the_symbol__golden_ffi_user_id_fingerprint__hint__rename_one_or_give_it_a_prefix {
        () => {};
    }
    ::ffi_core::__record!(
        &
        [__ffi::Piece::Text("{\"kind\":\"newtype\",\"name\":\"UserId\",\"doc\":\"A user of the service.\",\"id\":\"golden::UserId\",\"symbols\":{\"fingerprint\":\"golden_ffi_user_id_fingerprint\"},\"fingerprint\":"),
        __ffi::Piece::Fingerprint(< UserId as __ffi::FfiType > ::FINGERPRINT),
        __ffi::Piece::Text(",\"type\":"), __ffi::Piece::Nested(__ffi::Facts:: < u64 >
        ::TYPE),
        __ffi::Piece::Text(",\"dart\":{\"type\":\"Uri\",\"import\":\"package:users/users.dart\",\"from\":\"userUri\",\"to\":\"uriUser\"}}")]
    );
    #[unsafe(export_name = "golden_ffi_user_id_fingerprint")]
    static __FFI_EXPORT: __ffi::Export = __ffi::Export::new(
        <UserId as __ffi::FfiType>::FINGERPRINT,
        &__FFI_RECORD,
    );
};
