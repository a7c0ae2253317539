#[derive(FfiMessage)]
#[repr(C, u32)]
#[ffi(checked, prefix = "golden")]
pub enum Payment {
    Unset,
    Cash,
    #[ffi(tag = 3)]
    Card(FfiStr<19>),
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
    #[allow(dead_code)]
    #[repr(C)]
    union __FfiPayload {
        __ffi_case_2: __ffi::core::mem::ManuallyDrop<FfiStr<19>>,
    }
    #[allow(dead_code)]
    #[repr(C)]
    struct __FfiShadow {
        __ffi_tag: __ffi::u32,
        __ffi_payload: __FfiPayload,
    }
    const __FFI_PAYLOAD: __ffi::usize = __ffi::offset_of!(__FfiShadow, __ffi_payload);
    const unsafe fn __ffi_seen(
        __ffi_oneof: *const Payment,
    ) -> (__ffi::u32, __ffi::Option<*const __ffi::u8>) {
        match unsafe { &*__ffi_oneof } {
            Payment::Unset {} => (0, __ffi::Option::None),
            Payment::Cash {} => (1, __ffi::Option::None),
            Payment::Card { 0: __ffi_value } => {
                let __ffi_value = &raw const *__ffi_value;
                __ffi::Place(__ffi_value).assert_seen::<FfiStr<19>>();
                (2, __ffi::Option::Some(__ffi_value.cast()))
            }
        }
    }
    const _: () = {
        let _: __ffi::bool = <FfiStr<19> as __ffi::FfiType>::ANY_BITS;
        __ffi::assert_not_empty::<FfiStr<19>>();
        __ffi::assert_capacities(__ffi::Facts::<FfiStr<19>>::CAPACITIES_FIT);
        __ffi::assert_oneof::<Payment, __FfiShadow>();
        __ffi::assert_no_destructor::<Payment>();
        let mut memory = __ffi::core::mem::MaybeUninit::<Payment>::uninit();
        let mut tag = 0;
        while tag < 3 {
            unsafe { memory.as_mut_ptr().cast::<__ffi::u32>().write(tag) };
            let case = unsafe { __ffi_seen(memory.as_ptr()) };
            unsafe { __ffi::assert_case(tag, memory.as_ptr(), case, __FFI_PAYLOAD) };
            tag += 1;
        }
    };
    #[automatically_derived]
    unsafe impl __ffi::bytemuck::Zeroable for Payment {}
    #[automatically_derived]
    unsafe impl __ffi::FfiType for Payment {
        type Form = __ffi::Itself;
        const TYPE: __ffi::Fragment = &[
            __ffi::Piece::Text("{\"oneof\":\"golden::Payment\"}"),
        ];
        const FINGERPRINT: __ffi::u64 = __ffi::fingerprint::mix(
            &[
                __ffi::fingerprint::ONEOF,
                4467687930172491409u64,
                __ffi::core::mem::size_of::<Payment>() as __ffi::u64,
                __ffi::core::mem::align_of::<Payment>() as __ffi::u64,
                __FFI_PAYLOAD as __ffi::u64,
                12997282648742618906u64,
                __ffi::fingerprint::NOTHING,
                16135093018505504818u64,
                __ffi::fingerprint::NOTHING,
                16136203525249808703u64,
                __ffi::Facts::<FfiStr<19>>::FINGERPRINT,
            ],
        );
        const ANY_BITS: __ffi::bool = false;
        const SECRET: __ffi::bool = false || __ffi::Facts::<FfiStr<19>>::SECRET;
        #[inline]
        unsafe fn check(
            oneof: *const Payment,
        ) -> __ffi::Result<(), __ffi::InvalidValue> {
            match unsafe { __ffi::oneof_tag(oneof) } {
                0 | 1 => __ffi::Result::Ok(()),
                2 => {
                    unsafe {
                        __ffi::Facts::<
                            FfiStr<19>,
                        >::check_field(oneof, __FFI_PAYLOAD, "Card")
                    }
                }
                tag => __ffi::Result::Err(__ffi::unknown_case::<Payment>(tag)),
            }
        }
    }
    #[automatically_derived]
    unsafe impl __ffi::FfiOneof for Payment {
        const NAME: &'static __ffi::str = "Payment";
        const ID: &'static __ffi::str = "golden::Payment";
        const PAYLOAD: __ffi::usize = __FFI_PAYLOAD;
    }
    #[automatically_derived]
    unsafe impl __ffi::FfiValue for Payment {
        type Abi = __ffi::core::mem::MaybeUninit<Payment>;
        type Param = *const Payment;
        type Crossing = __ffi::Copied;
    }
    const _: () = {
        __ffi::assert_in_place(__ffi::Facts::<FfiStr<19>>::ARENA);
    };
    #[automatically_derived]
    unsafe impl __ffi::ArenaType for Payment
    where
        for<'__ffi_any> FfiStr<19>: __ffi::ArenaType,
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
            unsafe { __ffi::zero(place) };
            let tag = unsafe { __ffi::oneof_tag(value) };
            unsafe { place.cast::<__ffi::u32>().write(tag) };
            match tag {
                2 => {
                    unsafe {
                        __ffi::store_field::<FfiStr<19>, _>(value, place, __FFI_PAYLOAD)
                    }
                }
                _ => {}
            }
        }
        #[inline]
        fn views_equal(
            a: <Self as __ffi::ArenaType>::View<'_>,
            b: <Self as __ffi::ArenaType>::View<'_>,
        ) -> __ffi::bool {
            match (&a, &b) {
                (Payment::Unset {}, Payment::Unset {}) => true,
                (Payment::Cash {}, Payment::Cash {}) => true,
                (Payment::Card { 0: a }, Payment::Card { 0: b }) => {
                    <FfiStr<
                        19,
                    > as __ffi::ArenaType>::views_equal(
                        __ffi::in_place(a),
                        __ffi::in_place(b),
                    )
                }
                _ => false,
            }
        }
        #[inline]
        fn hash_view<__FfiHasher: __ffi::core::hash::Hasher>(
            view: <Self as __ffi::ArenaType>::View<'_>,
            state: &mut __FfiHasher,
        ) {
            match &view {
                Payment::Unset {} => {
                    __ffi::core::hash::Hash::hash(&0u32, state);
                }
                Payment::Cash {} => {
                    __ffi::core::hash::Hash::hash(&1u32, state);
                }
                Payment::Card { 0: value } => {
                    __ffi::core::hash::Hash::hash(&2u32, state);
                    <FfiStr<
                        19,
                    > as __ffi::ArenaType>::hash_view(__ffi::in_place(value), state);
                }
            }
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
                            match &view {
                                Payment::Unset {} => {
                                    serializer.serialize_unit_variant("Payment", 0, "Unset")
                                }
                                Payment::Cash {} => {
                                    serializer.serialize_unit_variant("Payment", 1, "Cash")
                                }
                                Payment::Card { 0: value } => {
                                    let value = &__ffi::Written::<
                                        FfiStr<19>,
                                    >(__ffi::in_place(value));
                                    serializer
                                        .serialize_newtype_variant("Payment", 2, "Card", value)
                                }
                            }
                        },
                    )
            }
        };
        #[inline]
        fn reach(reached: &mut __ffi::Reached) {
            if __ffi::Reached::note(
                reached,
                "golden::Payment",
                const {
                    &[
                        __ffi::Piece::Text(
                            "{\"kind\":\"oneof\",\"id\":\"golden::Payment\",\"name\":\"Payment\",\"size\":",
                        ),
                        __ffi::Piece::size(__ffi::core::mem::size_of::<Payment>()),
                        __ffi::Piece::Text(",\"align\":"),
                        __ffi::Piece::size(__ffi::core::mem::align_of::<Payment>()),
                        __ffi::Piece::Text(",\"payload\":"),
                        __ffi::Piece::size(__FFI_PAYLOAD),
                        __ffi::Piece::Text(",\"fingerprint\":"),
                        __ffi::Piece::Fingerprint(
                            <Payment as __ffi::FfiType>::FINGERPRINT,
                        ),
                        __ffi::Piece::Text(
                            ",\"cases\":[\n{\"name\":\"Unset\",\"tag\":0},\n{\"name\":\"Cash\",\"tag\":1},\n{\"name\":\"Card\",\"tag\":3,\"type\":",
                        ),
                        __ffi::Piece::Nested(__ffi::Facts::<FfiStr<19>>::TYPE),
                        __ffi::Piece::Text("}\n]}"),
                    ]
                },
            ) {
                <FfiStr<19> as __ffi::ArenaType>::reach(reached);
            }
        }
    }
    /// Arguments of `__proto!`.
    const _: () = {
        use __ffi::proto::NoProtoFacts as _;
        fn __ffi_proto() {
            __ffi::Facts::<FfiStr<19>>::assert_proto();
        }
        #[automatically_derived]
        unsafe impl __ffi::proto::ProtoType for Payment {
            const WIRE: __ffi::proto::WireType = __ffi::proto::WireType::LengthDelimited;
            const HAS_REFS: __ffi::bool = false
                || __ffi::proto::ProtoFacts::<FfiStr<19>>::HAS_REFS;
            type State = ();
            fn init(
                __ffi_slot: &mut __ffi::core::mem::MaybeUninit<Payment>,
            ) -> &mut Payment {
                unsafe { __ffi::proto::set_unit::<Payment>(__ffi_slot.as_mut_ptr(), 0) };
                unsafe { __ffi_slot.assume_init_mut() }
            }
            fn is_default(&self) -> __ffi::bool {
                match self {
                    Payment::Unset => true,
                    _ => false,
                }
            }
            fn value_len(&self) -> __ffi::usize {
                match self {
                    Payment::Unset => 0,
                    Payment::Cash => __ffi::proto::unit_len(1u32),
                    Payment::Card(__ffi_value) => {
                        __ffi::proto::ProtoFacts::<
                            FfiStr<19>,
                        >::member_len(__ffi_value, 3u32)
                    }
                }
            }
            fn write_value(&self, __ffi_out: &mut __ffi::proto::Writer<'_>) {
                match self {
                    Payment::Unset => {}
                    Payment::Cash => __ffi::proto::write_unit(1u32, __ffi_out),
                    Payment::Card(__ffi_value) => {
                        __ffi::proto::ProtoFacts::<
                            FfiStr<19>,
                        >::write_element(__ffi_value, 3u32, __ffi_out)
                    }
                }
            }
            fn read_value(
                &mut self,
                __ffi_input: &mut __ffi::proto::Reader<'_>,
            ) -> __ffi::Result<(), __ffi::proto::DecodeError> {
                while let __ffi::Option::Some((__ffi_tag, __ffi_wire_type)) = __ffi_input
                    .key()?
                {
                    if !__ffi::proto::ProtoOneof::read_case(
                        self,
                        __ffi_tag,
                        __ffi_wire_type,
                        __ffi_input,
                    )? {
                        __ffi_input.skip(__ffi_tag, __ffi_wire_type)?;
                    }
                }
                __ffi::Result::Ok(())
            }
            fn release(&mut self, __ffi_by: __ffi::proto::Releaser) {
                if Self::HAS_REFS {
                    match self {
                        Payment::Card(__ffi_value) => {
                            __ffi::proto::ProtoFacts::<
                                FfiStr<19>,
                            >::release(__ffi_value, __ffi_by)
                        }
                        _ => {}
                    }
                }
            }
        }
        #[automatically_derived]
        impl __ffi::proto::ProtoOneof for Payment {
            const TAGS: &'static [__ffi::u32] = &[1u32, 3u32];
            fn read_case(
                &mut self,
                __ffi_tag: __ffi::u32,
                __ffi_wire_type: __ffi::proto::WireType,
                __ffi_input: &mut __ffi::proto::Reader<'_>,
            ) -> __ffi::Result<__ffi::bool, __ffi::proto::DecodeError> {
                match __ffi_tag {
                    1u32 if __ffi_wire_type
                        == __ffi::proto::WireType::LengthDelimited => {
                        __ffi::proto::in_field(
                            {
                                unsafe { __ffi::proto::activate_unit::<Payment>(self, 1) };
                                __ffi::proto::read_unit(__ffi_input)
                            },
                            "Cash",
                        )?
                    }
                    3u32 if __ffi_wire_type
                        == __ffi::proto::ProtoFacts::<FfiStr<19>>::WIRE => {
                        __ffi::proto::in_field(
                            {
                                let __ffi_value = unsafe {
                                    __ffi::proto::active_case::<
                                        Payment,
                                        FfiStr<19>,
                                    >(self, 2, __ffi::proto::ProtoFacts::<FfiStr<19>>::init)
                                };
                                __ffi::proto::ProtoFacts::<
                                    FfiStr<19>,
                                >::read_element(__ffi_value, __ffi_input)
                            },
                            "Card",
                        )?
                    }
                    _ => return __ffi::Result::Ok(false),
                }
                __ffi::Result::Ok(true)
            }
        }
        #[automatically_derived]
        impl __ffi::proto::FfiProto for Payment {}
    };
    /// Arguments of `__proto!`.
    const _: () = {
        #[automatically_derived]
        impl __ffi::proto::PlainProto for Payment
        where
            for<'__ffi_any> FfiStr<19>: __ffi::ArenaType,
        {}
    };
    /// Arguments of `__proto!`.
    const _: () = {
        #[automatically_derived]
        impl __ffi::proto::ArenaOneof for Payment
        where
            for<'__ffi_any> FfiStr<19>: __ffi::ArenaType,
        {
            const TAGS: &'static [__ffi::u32] = <Payment as __ffi::proto::ProtoOneof>::TAGS;
            fn read_case(
                __ffi_place: __ffi::ArenaPlace<'_, Self>,
                __ffi_tag: __ffi::u32,
                __ffi_wire_type: __ffi::proto::WireType,
                __ffi_input: &mut __ffi::proto::Reader<'_>,
            ) -> __ffi::Result<__ffi::bool, __ffi::proto::DecodeError> {
                __ffi::proto::read_plain(
                    __ffi_place,
                    |__ffi_oneof: &mut Payment| {
                        __ffi::proto::ProtoOneof::read_case(
                            __ffi_oneof,
                            __ffi_tag,
                            __ffi_wire_type,
                            __ffi_input,
                        )
                    },
                )
            }
        }
    };
    /// Arguments of `__json!`.
    const _: () = {
        fn __ffi_json() {
            use __ffi::json::shape::NoJsonFacts as _;
            __ffi::json::shape::JsonFacts::<FfiStr<19>>::assert_json();
        }
        #[automatically_derived]
        unsafe impl __ffi::json::shape::JsonType for Payment {
            const SHAPE: __ffi::json::shape::Shape = __ffi::json::shape::Shape::One(
                __ffi::json::shape::Kind::Message(
                    <Payment as __ffi::json::shape::JsonMessage>::table,
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
        unsafe impl __ffi::json::shape::JsonMessage for Payment {
            const TABLE: __ffi::json::shape::Table = {
                use __ffi::json::shape::NoJsonFacts as _;
                __ffi::json::shape::Table {
                    name: "Payment",
                    members: &[
                        __ffi::json::shape::Member {
                            name: "Cash",
                            json: ",\"cash\":",
                            original: ",\"cash\":",
                            aliases: &[],
                            number: 1u32,
                            shape: __ffi::json::shape::Shape::EMPTY,
                            place: __ffi::Option::Some(__ffi::json::shape::Place {
                                at: 1,
                                write: __ffi::json::shape::UNIT,
                            }),
                        },
                        __ffi::json::shape::Member {
                            name: "Card",
                            json: ",\"card\":",
                            original: ",\"card\":",
                            aliases: &[],
                            number: 3u32,
                            shape: __ffi::json::shape::JsonFacts::<FfiStr<19>>::ELEMENT,
                            place: __ffi::Option::Some(__ffi::json::shape::Place {
                                at: 2,
                                write: __ffi::json::shape::JsonFacts::<FfiStr<19>>::CASE,
                            }),
                        },
                    ],
                    flat: &[],
                    payload: __ffi::Option::Some(__FFI_PAYLOAD),
                    known: __ffi::json::shape::Known::No,
                }
            };
        }
        #[automatically_derived]
        impl __ffi::json::FfiJson for Payment {}
    };
    #[automatically_derived]
    unsafe impl __ffi::bytemuck::CheckedBitPattern for Payment
    where
        Payment: __ffi::core::marker::Copy,
    {
        type Bits = __ffi::Bits<Payment>;
        #[inline]
        fn is_valid_bit_pattern(bits: &__ffi::Bits<Payment>) -> __ffi::bool {
            bits.is_valid()
        }
    }
    #[doc(hidden)]
    #[allow(non_local_definitions)]
    #[macro_export]
    macro_rules! __ffi_two_items_have_the_symbol__golden_ffi_payment_fingerprint__hint__rename_one_or_give_it_a_prefix {
        () => {};
    }
    ::ffi_core::__record!(
        &
        [__ffi::Piece::Text("{\"kind\":\"oneof\",\"name\":\"Payment\",\"id\":\"golden::Payment\",\"symbols\":{\"fingerprint\":\"golden_ffi_payment_fingerprint\"},\"size\":"),
        __ffi::Piece::size(__ffi::core::mem::size_of:: < Payment > ()),
        __ffi::Piece::Text(",\"align\":"),
        __ffi::Piece::size(__ffi::core::mem::align_of:: < Payment > ()),
        __ffi::Piece::Text(",\"payload\":"), __ffi::Piece::size(__FFI_PAYLOAD),
        __ffi::Piece::Text(",\"fingerprint\":"), __ffi::Piece::Fingerprint(< Payment as
        __ffi::FfiType > ::FINGERPRINT),
        __ffi::Piece::Text(",\"cases\":[{\"name\":\"Unset\",\"tag\":0},{\"name\":\"Cash\",\"tag\":1},{\"name\":\"Card\",\"tag\":3,\"type\":"),
        __ffi::Piece::Nested(__ffi::Facts:: < FfiStr < 19 > > ::TYPE),
        __ffi::Piece::Text("}]}")]
    );
    #[unsafe(export_name = "golden_ffi_payment_fingerprint")]
    static __FFI_EXPORT: __ffi::Export = __ffi::Export::new(
        <Payment as __ffi::FfiType>::FINGERPRINT,
        &__FFI_RECORD,
    );
};
