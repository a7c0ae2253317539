/// Behaviour at the edge of the world.
#[derive(FfiEnum, Clone, Copy)]
#[repr(u8)]
#[ffi(prefix = "golden")]
pub enum Mode {
    Bounce = 0,
    #[deprecated(note = "use `Bounce`")]
    Wrap = 1,
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
    const _: () = __ffi::assert_has_zero(
        &[Mode::Bounce as __ffi::i64, Mode::Wrap as __ffi::i64],
        "`Mode` has no variant with value 0, and zeroed memory must be valid; hint: add one, such as `Unknown = 0`",
    );
    const _: () = {
        const fn __ffi_seen(__ffi_variant: &Mode) -> __ffi::bool {
            match __ffi_variant {
                Mode::Bounce {} => {
                    let __ffi_bits = unsafe {
                        __ffi::bits::<Mode, __ffi::u8>(&Mode::Bounce)
                    };
                    __ffi_bits == Mode::Bounce as __ffi::u8
                        && __ffi_bits as __ffi::i64 == Mode::Bounce as __ffi::i64
                }
                Mode::Wrap {} => {
                    let __ffi_bits = unsafe {
                        __ffi::bits::<Mode, __ffi::u8>(&Mode::Wrap)
                    };
                    __ffi_bits == Mode::Wrap as __ffi::u8
                        && __ffi_bits as __ffi::i64 == Mode::Wrap as __ffi::i64
                }
            }
        }
        __ffi::assert_repr::<Mode, __ffi::u8>();
        __ffi::assert_variant(__ffi_seen(&Mode::Bounce));
        __ffi::assert_variant(__ffi_seen(&Mode::Wrap));
    };
    #[automatically_derived]
    unsafe impl __ffi::bytemuck::Zeroable for Mode {}
    #[automatically_derived]
    unsafe impl __ffi::FfiType for Mode {
        type Form = __ffi::Itself;
        const TYPE: __ffi::Fragment = &[
            __ffi::Piece::Text("{\"enum\":\"golden::Mode\"}"),
        ];
        const FINGERPRINT: __ffi::u64 = __ffi::fingerprint::mix(
            &[
                __ffi::fingerprint::ENUM,
                4020567327741190546u64,
                __ffi::fingerprint::mix(
                    &[__ffi::fingerprint::SCALAR, 631772817358541784u64],
                ),
                4282594906271698045u64,
                (Mode::Bounce as __ffi::i64) as __ffi::u64,
                16580464930373756581u64,
                (Mode::Wrap as __ffi::i64) as __ffi::u64,
            ],
        );
        const ANY_BITS: __ffi::bool = false;
        #[inline]
        unsafe fn check(value: *const Self) -> __ffi::Result<(), __ffi::InvalidValue> {
            unsafe { __ffi::check_enum(value) }
        }
        #[inline]
        unsafe fn check_all(
            first: *const Self,
            len: __ffi::usize,
        ) -> __ffi::Result<(), __ffi::InvalidValue> {
            unsafe { __ffi::check_enums(first, len) }
        }
    }
    #[automatically_derived]
    unsafe impl __ffi::FfiEnum for Mode {
        type Repr = __ffi::u8;
        const NAME: &'static __ffi::str = "Mode";
        const ID: &'static __ffi::str = "golden::Mode";
        #[inline]
        fn from_repr(repr: __ffi::u8) -> __ffi::Option<Self> {
            const __FFI_VALUE_0: __ffi::u8 = Mode::Bounce as __ffi::u8;
            const __FFI_VALUE_1: __ffi::u8 = Mode::Wrap as __ffi::u8;
            match repr {
                __FFI_VALUE_0 => __ffi::Option::Some(Self::Bounce),
                __FFI_VALUE_1 => __ffi::Option::Some(Self::Wrap),
                #[allow(unreachable_patterns)]
                _ => __ffi::Option::None,
            }
        }
        #[inline]
        fn to_repr(self) -> __ffi::u8 {
            self as __ffi::u8
        }
    }
    #[automatically_derived]
    unsafe impl __ffi::bytemuck::CheckedBitPattern for Mode
    where
        for<'__ffi_any> Mode: __ffi::core::marker::Copy,
    {
        type Bits = __ffi::u8;
        #[inline]
        fn is_valid_bit_pattern(bits: &__ffi::u8) -> __ffi::bool {
            <Self as __ffi::FfiEnum>::from_repr(*bits).is_some()
        }
    }
    #[automatically_derived]
    unsafe impl __ffi::FfiValue for Mode {
        type Abi = __ffi::u8;
        type Param = __ffi::u8;
        type Crossing = __ffi::Itself;
        #[inline]
        fn into_abi(self) -> __ffi::u8 {
            self as __ffi::u8
        }
        #[inline]
        unsafe fn from_param(
            param: __ffi::u8,
            name: &'static __ffi::str,
        ) -> __ffi::Result<Self, __ffi::Failure> {
            __ffi::enum_from_param(param, name)
        }
    }
    #[automatically_derived]
    unsafe impl __ffi::ArenaType for Mode
    where
        for<'__ffi_any> Mode: __ffi::core::marker::Copy,
    {
        type View<'__ffi_arena> = Self;
        type Value<'__ffi_arena> = Self;
        type Edit<'__ffi_arena> = __ffi::ArenaPlace<'__ffi_arena, Self>;
        type InArena = __ffi::Itself;
        #[inline]
        unsafe fn view<'__ffi_arena>(
            _: __ffi::ArenaRef<'__ffi_arena>,
            value: &'__ffi_arena Self,
        ) -> Self {
            *value
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
            let value = unsafe { value.read() };
            unsafe { place.write(value) };
        }
        #[inline]
        fn views_equal(
            a: <Self as __ffi::ArenaType>::View<'_>,
            b: <Self as __ffi::ArenaType>::View<'_>,
        ) -> __ffi::bool {
            __ffi::FfiEnum::to_repr(a) == __ffi::FfiEnum::to_repr(b)
        }
        #[inline]
        fn hash_view<__FfiHasher: __ffi::core::hash::Hasher>(
            view: <Self as __ffi::ArenaType>::View<'_>,
            state: &mut __FfiHasher,
        ) {
            __ffi::core::hash::Hash::hash(&__ffi::FfiEnum::to_repr(view), state)
        }
        /// Arguments of `__serde!`.
        const _: () = {
            #[inline]
            fn serialize_view<__FfiSerializer: __ffi::serde::Serializer>(
                view: <Self as __ffi::ArenaType>::View<'_>,
                serializer: __FfiSerializer,
            ) -> __ffi::Result<__FfiSerializer::Ok, __FfiSerializer::Error> {
                use __ffi::ByFields as _;
                __ffi::WrittenItself(&view)
                    .write(
                        serializer,
                        |serializer| match view {
                            Mode::Bounce {} => {
                                serializer.serialize_unit_variant("Mode", 0, "Bounce")
                            }
                            Mode::Wrap {} => {
                                serializer.serialize_unit_variant("Mode", 1, "Wrap")
                            }
                        },
                    )
            }
        };
        #[inline]
        fn reach(reached: &mut __ffi::Reached) {
            __ffi::Reached::note(
                reached,
                "golden::Mode",
                const {
                    &[
                        __ffi::Piece::Text(
                            "{\"kind\":\"enum\",\"id\":\"golden::Mode\",\"name\":\"Mode\",\"repr\":\"u8\",\"fingerprint\":",
                        ),
                        __ffi::Piece::Fingerprint(<Mode as __ffi::FfiType>::FINGERPRINT),
                        __ffi::Piece::Text(
                            ",\"variants\":[\n{\"name\":\"Bounce\",\"value\":",
                        ),
                        __ffi::Piece::Signed(Mode::Bounce as __ffi::i64),
                        __ffi::Piece::Text("},\n{\"name\":\"Wrap\",\"value\":"),
                        __ffi::Piece::Signed(Mode::Wrap as __ffi::i64),
                        __ffi::Piece::Text("}\n]}"),
                    ]
                },
            );
        }
    }
    #[automatically_derived]
    impl __ffi::FfiArenaFrom<Mode> for Mode
    where
        for<'__ffi_any> Mode: __ffi::core::marker::Copy,
    {
        fn write(
            &self,
            mut place: __ffi::ArenaPlace<'_, Mode>,
        ) -> __ffi::Result<(), __ffi::ArenaFull> {
            __ffi::ArenaPlace::store(&mut place, self);
            __ffi::Result::Ok(())
        }
        fn read(view: Mode) -> Mode {
            view
        }
    }
    #[automatically_derived]
    impl __ffi::ArenaKey for Mode
    where
        for<'__ffi_any> Mode: __ffi::core::marker::Copy,
    {
        #[inline]
        fn order(a: Self, b: Self) -> __ffi::core::cmp::Ordering {
            __ffi::core::cmp::Ord::cmp(
                &__ffi::FfiEnum::to_repr(a),
                &__ffi::FfiEnum::to_repr(b),
            )
        }
        #[inline]
        fn order_value(key: Self, value: &Self) -> __ffi::core::cmp::Ordering {
            <Self as __ffi::ArenaKey>::order(key, *value)
        }
    }
    /// Arguments of `__proto!`.
    const _: () = {
        #[automatically_derived]
        unsafe impl __ffi::proto::ProtoType for Mode
        where
            for<'__ffi_any> Mode: __ffi::core::marker::Copy,
        {
            const WIRE: __ffi::proto::WireType = __ffi::proto::WireType::Varint;
            type State = ();
            #[inline]
            fn init(__ffi_slot: &mut __ffi::core::mem::MaybeUninit<Mode>) -> &mut Mode {
                __ffi_slot.write(__ffi::bytemuck::Zeroable::zeroed())
            }
            #[inline]
            fn is_default(&self) -> __ffi::bool {
                __ffi::proto::enum_is_default(*self)
            }
            #[inline]
            fn value_len(&self) -> __ffi::usize {
                __ffi::proto::enum_len(*self)
            }
            #[inline]
            fn write_value(&self, __ffi_out: &mut __ffi::proto::Writer<'_>) {
                __ffi::proto::write_enum(*self, __ffi_out);
            }
            #[inline]
            fn read_value(
                &mut self,
                __ffi_input: &mut __ffi::proto::Reader<'_>,
            ) -> __ffi::Result<(), __ffi::proto::DecodeError> {
                *self = __ffi::proto::read_enum(__ffi_input)?;
                __ffi::Result::Ok(())
            }
        }
    };
    /// Arguments of `__proto!`.
    const _: () = {
        #[automatically_derived]
        impl __ffi::proto::PlainProto for Mode
        where
            for<'__ffi_any> Mode: __ffi::core::marker::Copy,
        {}
    };
    /// Arguments of `__json!`.
    const _: () = {
        #[automatically_derived]
        unsafe impl __ffi::json::shape::JsonType for Mode
        where
            for<'__ffi_any> Mode: __ffi::core::marker::Copy,
        {
            const SHAPE: __ffi::json::shape::Shape = {
                const TABLE: &__ffi::json::shape::EnumTable = &__ffi::json::shape::EnumTable {
                    name: "Mode",
                    values: &[
                        ("MODE_BOUNCE", Mode::Bounce as _),
                        ("MODE_WRAP", Mode::Wrap as _),
                    ],
                    is_null: false,
                };
                __ffi::json::shape::Shape::One(
                    __ffi::json::shape::Kind::of_enum(
                        TABLE,
                        __ffi::json::shape::Kind::Enum(|| TABLE),
                        <__ffi::u8 as __ffi::json::shape::JsonType>::KIND,
                    ),
                )
            };
            #[inline]
            unsafe fn write_field(
                &self,
                __ffi_out: &mut __ffi::json::Printer<'_>,
            ) -> __ffi::Result<__ffi::json::Written, __ffi::proto::DecodeError> {
                __ffi::json::write_enum_field::<
                    Self,
                >(<Mode as __ffi::FfiEnum>::to_repr(*self), __ffi_out)
            }
            #[inline]
            unsafe fn write_value(
                &self,
                __ffi_out: &mut __ffi::json::Printer<'_>,
            ) -> __ffi::Result<(), __ffi::proto::DecodeError> {
                __ffi::json::write_enum::<
                    Self,
                >(<Mode as __ffi::FfiEnum>::to_repr(*self), __ffi_out)
            }
            #[inline]
            unsafe fn write_key(
                &self,
                __ffi_out: &mut __ffi::json::Printer<'_>,
            ) -> __ffi::Result<(), __ffi::proto::DecodeError> {
                __ffi::json::write_enum_key::<
                    Self,
                >(<Mode as __ffi::FfiEnum>::to_repr(*self), __ffi_out)
            }
        }
    };
    #[doc(hidden)]
    #[allow(non_local_definitions)]
    #[macro_export]
    macro_rules! __ffi_two_items_have_the_symbol__golden_ffi_mode_fingerprint__hint__rename_one_or_give_it_a_prefix {
        () => {};
    }
    ::ffi_core::__record!(
        &
        [__ffi::Piece::Text("{\"kind\":\"enum\",\"name\":\"Mode\",\"doc\":\"Behaviour at the edge of the world.\",\"id\":\"golden::Mode\",\"symbols\":{\"fingerprint\":\"golden_ffi_mode_fingerprint\"},\"repr\":\"u8\",\"fingerprint\":"),
        __ffi::Piece::Fingerprint(< Mode as __ffi::FfiType > ::FINGERPRINT),
        __ffi::Piece::Text(",\"variants\":[{\"name\":\"Bounce\",\"value\":"),
        __ffi::Piece::Signed(Mode::Bounce as __ffi::i64),
        __ffi::Piece::Text("},{\"name\":\"Wrap\",\"deprecated\":\"use `Bounce`\",\"value\":"),
        __ffi::Piece::Signed(Mode::Wrap as __ffi::i64), __ffi::Piece::Text("}]}")]
    );
    #[unsafe(export_name = "golden_ffi_mode_fingerprint")]
    static __FFI_EXPORT: __ffi::Export = __ffi::Export::new(
        <Mode as __ffi::FfiType>::FINGERPRINT,
        &__FFI_RECORD,
    );
};
