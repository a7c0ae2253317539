/// A row of a result.
#[derive(FfiMessage)]
#[repr(C)]
#[ffi(prefix = "golden")]
pub struct Row {
    pub id: u64,
    /// No bound.
    pub name: ArenaStr,
    pub(crate) replies: ArenaVec<Row>,
}

// Expansion:

///A `Row` of an arena, for reading: it derefs to the message, and has a method for each field.
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
pub struct RowView<'arena>(::ffi_core::arena::ArenaView<'arena, Row>);
///The editor of a `Row` of an arena: it derefs to the message, and has methods for each field.
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
pub struct RowEdit<'arena>(::ffi_core::arena::ArenaPlace<'arena, Row>);
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
    type __FfiType0 = ArenaVec<Row>;
    type __FfiFieldTypes = (u64, ArenaStr, __FfiType0);
    const __FFI_FIELDS: &[__ffi::Member] = &[
        __ffi::Member {
            name: "id",
            hash: 628021283683842752,
            number: 1,
            offset: __ffi::core::mem::offset_of!(Row, id),
        },
        __ffi::Member {
            name: "name",
            hash: 14176396743819860870,
            number: 2,
            offset: __ffi::core::mem::offset_of!(Row, name),
        },
        __ffi::Member {
            name: "replies",
            hash: 17892188286256861055,
            number: 3,
            offset: __ffi::core::mem::offset_of!(Row, replies),
        },
    ];
    const _: () = {
        if !<Row as __ffi::Derived>::PARTS.fit(true) {
            __ffi::assert_field_in_arena(<u64 as __ffi::FfiType>::PART);
            __ffi::assert_field_in_arena(<ArenaStr as __ffi::FfiType>::PART);
            __ffi::assert_field_in_arena(<ArenaVec<Row> as __ffi::FfiType>::PART);
        }
        __ffi::assert_repr_c(
            __ffi::core::mem::size_of::<Row>(),
            __ffi::core::mem::align_of::<Row>(),
            __FFI_FIELDS,
            <Row as __ffi::Derived>::PARTS,
        );
        __ffi::assert_no_destructor::<Row>();
        if let __ffi::Option::Some(__ffi_message) = __ffi::Option::None::<&Row> {
            let Row { id: _, name: _, replies: _ } = __ffi_message;
            __ffi::Place(&raw const __ffi_message.id).assert_seen::<u64>();
            __ffi::Place(&raw const __ffi_message.name).assert_seen::<ArenaStr>();
            __ffi::Place(&raw const __ffi_message.replies)
                .assert_seen::<ArenaVec<Row>>();
        }
    };
    #[automatically_derived]
    unsafe impl __ffi::bytemuck::Zeroable for Row {}
    #[automatically_derived]
    unsafe impl __ffi::Derived for Row {
        const ABOUT: __ffi::About = __ffi::About {
            name: "Row",
            hash: 11534810572390991611u64,
            id: "golden::Row",
            id_hash: 9870179654198091620u64,
            members: __FFI_FIELDS,
            pooled: false,
            in_arena: true,
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
    unsafe impl __ffi::FfiType for Row {
        type Form = __ffi::FromFields;
        const FINGERPRINT: __ffi::u64 = __ffi::fingerprint_of::<Row>();
    }
    #[automatically_derived]
    unsafe impl __ffi::FfiMessage for Row {}
    #[allow(dead_code, missing_docs, unreachable_pub)]
    impl<'arena> RowView<'arena> {
        #[inline]
        pub fn id(self) -> <u64 as __ffi::ArenaType>::View<'arena> {
            unsafe {
                __ffi::ArenaView::field(self.0, &__ffi::ArenaView::value(self.0).id)
            }
        }
        /// No bound.
        #[inline]
        pub fn name(self) -> <ArenaStr as __ffi::ArenaType>::View<'arena> {
            unsafe {
                __ffi::ArenaView::field(self.0, &__ffi::ArenaView::value(self.0).name)
            }
        }
        #[inline]
        pub(crate) fn replies(
            self,
        ) -> <ArenaVec<Row> as __ffi::ArenaType>::View<'arena> {
            unsafe {
                __ffi::ArenaView::field(self.0, &__ffi::ArenaView::value(self.0).replies)
            }
        }
    }
    #[automatically_derived]
    impl __ffi::core::marker::Copy for RowView<'_> {}
    #[automatically_derived]
    impl __ffi::core::clone::Clone for RowView<'_> {
        #[inline]
        fn clone(&self) -> Self {
            *self
        }
    }
    #[automatically_derived]
    impl __ffi::core::ops::Deref for RowView<'_> {
        type Target = Row;
        #[inline]
        fn deref(&self) -> &Row {
            __ffi::ArenaView::value(self.0)
        }
    }
    #[automatically_derived]
    impl __ffi::core::fmt::Debug for RowView<'_> {
        fn fmt(
            &self,
            f: &mut __ffi::core::fmt::Formatter<'_>,
        ) -> __ffi::core::fmt::Result {
            use __ffi::NotShown as _;
            f.debug_struct("Row")
                .field("id", __ffi::Shown(RowView::id(*self)).shown())
                .field("name", __ffi::Shown(RowView::name(*self)).shown())
                .field("replies", __ffi::Shown(RowView::replies(*self)).shown())
                .finish()
        }
    }
    #[automatically_derived]
    impl __ffi::core::cmp::PartialEq for RowView<'_> {
        #[inline]
        fn eq(&self, other: &Self) -> __ffi::bool {
            <Row as __ffi::ArenaType>::views_equal(*self, *other)
        }
    }
    #[automatically_derived]
    impl __ffi::core::cmp::Eq for RowView<'_> {}
    #[automatically_derived]
    impl __ffi::core::hash::Hash for RowView<'_> {
        #[inline]
        fn hash<__FfiHasher: __ffi::core::hash::Hasher>(&self, state: &mut __FfiHasher) {
            <Row as __ffi::ArenaType>::hash_view(*self, state);
        }
    }
    /// Arguments of `__serde!`.
    const _: () = {
        #[automatically_derived]
        impl __ffi::serde::Serialize for RowView<'_> {
            #[inline]
            fn serialize<__FfiSerializer: __ffi::serde::Serializer>(
                &self,
                serializer: __FfiSerializer,
            ) -> __ffi::Result<__FfiSerializer::Ok, __FfiSerializer::Error> {
                <Row as __ffi::ArenaType>::serialize_view(*self, serializer)
            }
        }
    };
    #[allow(dead_code, missing_docs, unreachable_pub)]
    impl RowEdit<'_> {
        #[inline]
        pub fn id(&mut self) -> <u64 as __ffi::ArenaType>::Edit<'_> {
            unsafe {
                __ffi::ArenaPlace::field::<u64>(&mut self.0, __FFI_FIELDS[0].offset)
            }
        }
        #[inline]
        #[track_caller]
        pub fn set_id(&mut self, value: <u64 as __ffi::ArenaType>::Value<'_>) {
            let mut place = unsafe {
                __ffi::ArenaPlace::part::<u64>(&mut self.0, __FFI_FIELDS[0].offset)
            };
            __ffi::ArenaPlace::set(&mut place, value);
        }
        /// No bound.
        #[inline]
        pub fn name(&mut self) -> <ArenaStr as __ffi::ArenaType>::Edit<'_> {
            unsafe {
                __ffi::ArenaPlace::field::<ArenaStr>(&mut self.0, __FFI_FIELDS[1].offset)
            }
        }
        /// No bound.
        #[inline]
        #[track_caller]
        pub fn set_name(&mut self, value: <ArenaStr as __ffi::ArenaType>::Value<'_>) {
            let mut place = unsafe {
                __ffi::ArenaPlace::part::<ArenaStr>(&mut self.0, __FFI_FIELDS[1].offset)
            };
            __ffi::ArenaPlace::set(&mut place, value);
        }
        #[inline]
        #[track_caller]
        pub(crate) fn replies(
            &mut self,
            room: __ffi::usize,
        ) -> <ArenaVec<Row> as __ffi::ArenaType>::Edit<'_> {
            let mut editor = unsafe {
                __ffi::ArenaPlace::field::<
                    ArenaVec<Row>,
                >(&mut self.0, __FFI_FIELDS[2].offset)
            };
            editor.reserve(room);
            editor
        }
    }
    #[automatically_derived]
    impl __ffi::core::ops::Deref for RowEdit<'_> {
        type Target = Row;
        #[inline]
        fn deref(&self) -> &Row {
            &self.0
        }
    }
    #[automatically_derived]
    impl __ffi::core::fmt::Debug for RowEdit<'_> {
        fn fmt(
            &self,
            f: &mut __ffi::core::fmt::Formatter<'_>,
        ) -> __ffi::core::fmt::Result {
            __ffi::core::fmt::Debug::fmt(&__ffi::ArenaPlace::view(&self.0), f)
        }
    }
    #[automatically_derived]
    unsafe impl __ffi::ArenaType for Row {
        type View<'__ffi_arena> = RowView<'__ffi_arena>;
        type Value<'__ffi_arena> = Self;
        type Edit<'__ffi_arena> = RowEdit<'__ffi_arena>;
        type InArena = __ffi::Itself;
        const IDENTITY: __ffi::u64 = __ffi::fingerprint::mix(
            &[__ffi::fingerprint::REF, 9870179654198091620u64],
        );
        #[inline]
        unsafe fn view<'__ffi_arena>(
            arena: __ffi::ArenaRef<'__ffi_arena>,
            message: &'__ffi_arena Self,
        ) -> RowView<'__ffi_arena> {
            RowView(unsafe { __ffi::ArenaView::new(arena, message) })
        }
        #[inline]
        fn edit(place: __ffi::ArenaPlace<'_, Self>) -> RowEdit<'_> {
            RowEdit(place)
        }
        #[inline]
        fn put(
            mut place: __ffi::ArenaPlace<'_, Self>,
            message: Self,
        ) -> __ffi::Result<(), __ffi::ArenaFull> {
            __ffi::ArenaPlace::store(&mut place, &message);
            __ffi::Result::Ok(())
        }
        #[inline]
        unsafe fn check_in(
            message: *const Self,
            check: &mut __ffi::ArenaCheck<'_>,
        ) -> __ffi::Result<(), __ffi::InvalidValue> {
            unsafe {
                __ffi::check_field_in::<
                    u64,
                >(message.cast(), __FFI_FIELDS[0].offset, "id", check)
            }?;
            unsafe {
                __ffi::check_field_in::<
                    ArenaStr,
                >(message.cast(), __FFI_FIELDS[1].offset, "name", check)
            }?;
            unsafe {
                __ffi::check_field_in::<
                    __FfiType0,
                >(message.cast(), __FFI_FIELDS[2].offset, "replies", check)
            }?;
            __ffi::Result::Ok(())
        }
        #[inline]
        unsafe fn store(value: *const Self, place: *mut Self) {
            if __ffi::padding::<Row>() > 0 {
                unsafe { __ffi::zero(place) };
            }
            unsafe {
                __ffi::store_field::<u64, _>(value, place, __FFI_FIELDS[0].offset)
            };
            unsafe {
                __ffi::store_field::<ArenaStr, _>(value, place, __FFI_FIELDS[1].offset)
            };
            unsafe {
                __ffi::store_field::<__FfiType0, _>(value, place, __FFI_FIELDS[2].offset)
            };
        }
        #[inline]
        unsafe fn copy_in(
            message: &Self,
            mut place: __ffi::ArenaPlace<'_, Self>,
            from: __ffi::ArenaRef<'_>,
        ) -> __ffi::Result<(), __ffi::ArenaFull> {
            unsafe {
                __ffi::copy_field_in(
                    &message.id,
                    __FFI_FIELDS[0].offset,
                    &mut place,
                    from,
                )
            }?;
            unsafe {
                __ffi::copy_field_in(
                    &message.name,
                    __FFI_FIELDS[1].offset,
                    &mut place,
                    from,
                )
            }?;
            unsafe {
                __ffi::copy_field_in(
                    &message.replies,
                    __FFI_FIELDS[2].offset,
                    &mut place,
                    from,
                )
            }?;
            __ffi::Result::Ok(())
        }
        #[inline]
        fn views_equal(
            a: <Self as __ffi::ArenaType>::View<'_>,
            b: <Self as __ffi::ArenaType>::View<'_>,
        ) -> __ffi::bool {
            <u64 as __ffi::ArenaType>::views_equal(RowView::id(a), RowView::id(b))
                && <ArenaStr as __ffi::ArenaType>::views_equal(
                    RowView::name(a),
                    RowView::name(b),
                )
                && <__FfiType0 as __ffi::ArenaType>::views_equal(
                    RowView::replies(a),
                    RowView::replies(b),
                )
        }
        #[inline]
        fn hash_view<__FfiHasher: __ffi::core::hash::Hasher>(
            view: <Self as __ffi::ArenaType>::View<'_>,
            state: &mut __FfiHasher,
        ) {
            <u64 as __ffi::ArenaType>::hash_view(RowView::id(view), state);
            <ArenaStr as __ffi::ArenaType>::hash_view(RowView::name(view), state);
            <__FfiType0 as __ffi::ArenaType>::hash_view(RowView::replies(view), state);
        }
        /// Arguments of `__serde!`.
        const _: () = {
            #[inline]
            fn serialize_view<__FfiSerializer: __ffi::serde::Serializer>(
                view: <Self as __ffi::ArenaType>::View<'_>,
                serializer: __FfiSerializer,
            ) -> __ffi::Result<__FfiSerializer::Ok, __FfiSerializer::Error> {
                use __ffi::serde::ser::SerializeStruct as _;
                let mut message = serializer.serialize_struct("Row", 3)?;
                message
                    .serialize_field("id", &__ffi::Written::<u64>(RowView::id(view)))?;
                message
                    .serialize_field(
                        "name",
                        &__ffi::Written::<ArenaStr>(RowView::name(view)),
                    )?;
                message
                    .serialize_field(
                        "replies",
                        &__ffi::Written::<__FfiType0>(RowView::replies(view)),
                    )?;
                message.end()
            }
        };
        #[inline]
        fn reach(reached: &mut __ffi::Reached) {
            if __ffi::Reached::note_message::<Self>(reached) {
                <u64 as __ffi::ArenaType>::reach(reached);
                <ArenaStr as __ffi::ArenaType>::reach(reached);
                <__FfiType0 as __ffi::ArenaType>::reach(reached);
            }
        }
    }
    #[automatically_derived]
    unsafe impl __ffi::ArenaMessage for Row {
        fn layout() -> __ffi::u64 {
            static __FFI_LAYOUT: __ffi::OnceLock<__ffi::u64> = __ffi::OnceLock::new();
            __ffi::message_layout(&__FFI_LAYOUT, <Self as __ffi::ArenaType>::reach)
        }
    }
    /// Arguments of `__proto!`.
    const _: () = {
        #[unsafe(export_name = "golden_ffi_row_encode_proto")]
        unsafe extern "C" fn __ffi_encode_proto(
            __ffi_arena: *const __ffi::FfiArena<Row>,
            __ffi_status: *mut __ffi::FfiStatus,
        ) -> *mut __ffi::FfiOwned {
            unsafe { __ffi::proto::encode_arena(__ffi_arena, __ffi_status) }
        }
        #[unsafe(export_name = "golden_ffi_row_decode_proto")]
        unsafe extern "C" fn __ffi_decode_proto(
            __ffi_bytes: *const __ffi::u8,
            __ffi_len: __ffi::usize,
            __ffi_status: *mut __ffi::FfiStatus,
        ) -> *mut __ffi::FfiArena<Row> {
            unsafe { __ffi::proto::decode_arena(__ffi_bytes, __ffi_len, __ffi_status) }
        }
        #[automatically_derived]
        impl __ffi::proto::ArenaProto for Row {
            const WIRE: __ffi::proto::WireType = __ffi::proto::WireType::LengthDelimited;
            type State = ();
            fn is_default(
                __ffi_view: <Self as __ffi::ArenaType>::View<'_>,
            ) -> __ffi::bool {
                <u64 as __ffi::proto::ArenaProto>::is_default(__ffi_view.id())
                    && <ArenaStr as __ffi::proto::ArenaProto>::is_default(
                        __ffi_view.name(),
                    )
                    && <__FfiType0 as __ffi::proto::ArenaProto>::is_default(
                        __ffi_view.replies(),
                    )
            }
            fn value_len(
                __ffi_view: <Self as __ffi::ArenaType>::View<'_>,
            ) -> __ffi::usize {
                <u64 as __ffi::proto::ArenaProto>::field_len(__ffi_view.id(), 1u32)
                    + <ArenaStr as __ffi::proto::ArenaProto>::field_len(
                        __ffi_view.name(),
                        2u32,
                    )
                    + <__FfiType0 as __ffi::proto::ArenaProto>::field_len(
                        __ffi_view.replies(),
                        3u32,
                    )
            }
            fn write_value(
                __ffi_view: <Self as __ffi::ArenaType>::View<'_>,
                __ffi_out: &mut __ffi::proto::Writer<'_>,
            ) {
                <u64 as __ffi::proto::ArenaProto>::write_field(
                    __ffi_view.id(),
                    1u32,
                    __ffi_out,
                );
                <ArenaStr as __ffi::proto::ArenaProto>::write_field(
                    __ffi_view.name(),
                    2u32,
                    __ffi_out,
                );
                <__FfiType0 as __ffi::proto::ArenaProto>::write_field(
                    __ffi_view.replies(),
                    3u32,
                    __ffi_out,
                );
            }
            fn read_value(
                mut __ffi_place: __ffi::ArenaPlace<'_, Self>,
                __ffi_input: &mut __ffi::proto::Reader<'_>,
            ) -> __ffi::Result<(), __ffi::proto::DecodeError> {
                let mut __ffi_state_0 = <<u64 as __ffi::proto::ArenaProto>::State as __ffi::core::default::Default>::default();
                let mut __ffi_state_1 = <<ArenaStr as __ffi::proto::ArenaProto>::State as __ffi::core::default::Default>::default();
                let mut __ffi_state_2 = <<__FfiType0 as __ffi::proto::ArenaProto>::State as __ffi::core::default::Default>::default();
                while let __ffi::Option::Some((__ffi_tag, __ffi_wire_type)) = __ffi_input
                    .key()?
                {
                    match __ffi_tag {
                        1u32 if <u64 as __ffi::proto::ArenaProto>::accepts(
                            __ffi_wire_type,
                        ) => {
                            let __ffi_field = unsafe {
                                __ffi::ArenaPlace::part::<
                                    u64,
                                >(&mut __ffi_place, __FFI_FIELDS[0].offset)
                            };
                            let __ffi_read = <u64 as __ffi::proto::ArenaProto>::read_field(
                                __ffi_field,
                                &mut __ffi_state_0,
                                1u32,
                                __ffi_wire_type,
                                __ffi_input,
                            );
                            __ffi::proto::in_field(__ffi_read, "id")?;
                        }
                        2u32 if <ArenaStr as __ffi::proto::ArenaProto>::accepts(
                            __ffi_wire_type,
                        ) => {
                            let __ffi_field = unsafe {
                                __ffi::ArenaPlace::part::<
                                    ArenaStr,
                                >(&mut __ffi_place, __FFI_FIELDS[1].offset)
                            };
                            let __ffi_read = <ArenaStr as __ffi::proto::ArenaProto>::read_field(
                                __ffi_field,
                                &mut __ffi_state_1,
                                2u32,
                                __ffi_wire_type,
                                __ffi_input,
                            );
                            __ffi::proto::in_field(__ffi_read, "name")?;
                        }
                        3u32 if <__FfiType0 as __ffi::proto::ArenaProto>::accepts(
                            __ffi_wire_type,
                        ) => {
                            let __ffi_field = unsafe {
                                __ffi::ArenaPlace::part::<
                                    __FfiType0,
                                >(&mut __ffi_place, __FFI_FIELDS[2].offset)
                            };
                            let __ffi_read = <__FfiType0 as __ffi::proto::ArenaProto>::read_field(
                                __ffi_field,
                                &mut __ffi_state_2,
                                3u32,
                                __ffi_wire_type,
                                __ffi_input,
                            );
                            __ffi::proto::in_field(__ffi_read, "replies")?;
                        }
                        _ => __ffi_input.skip(__ffi_tag, __ffi_wire_type)?,
                    }
                }
                __ffi::Result::Ok(())
            }
            fn settle(mut __ffi_place: __ffi::ArenaPlace<'_, Self>) {
                if __ffi::Facts::<u64>::ARENA {
                    let __ffi_field = unsafe {
                        __ffi::ArenaPlace::part::<
                            u64,
                        >(&mut __ffi_place, __FFI_FIELDS[0].offset)
                    };
                    <u64 as __ffi::proto::ArenaProto>::settle(__ffi_field);
                }
                if __ffi::Facts::<ArenaStr>::ARENA {
                    let __ffi_field = unsafe {
                        __ffi::ArenaPlace::part::<
                            ArenaStr,
                        >(&mut __ffi_place, __FFI_FIELDS[1].offset)
                    };
                    <ArenaStr as __ffi::proto::ArenaProto>::settle(__ffi_field);
                }
                if __ffi::Facts::<__FfiType0>::ARENA {
                    let __ffi_field = unsafe {
                        __ffi::ArenaPlace::part::<
                            __FfiType0,
                        >(&mut __ffi_place, __FFI_FIELDS[2].offset)
                    };
                    <__FfiType0 as __ffi::proto::ArenaProto>::settle(__ffi_field);
                }
            }
        }
    };
    /// Arguments of `__json!`.
    const _: () = {
        fn __ffi_json() {
            use __ffi::json::shape::NoJsonFacts as _;
            __ffi::json::shape::JsonFacts::<u64>::assert_json();
            __ffi::json::shape::JsonFacts::<ArenaStr>::assert_json();
            __ffi::json::shape::JsonFacts::<__FfiType0>::assert_json();
        }
        #[automatically_derived]
        unsafe impl __ffi::json::shape::JsonType for Row {
            const SHAPE: __ffi::json::shape::Shape = __ffi::json::shape::Shape::One(
                __ffi::json::shape::Kind::Message(
                    <Row as __ffi::json::shape::JsonMessage>::table,
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
        unsafe impl __ffi::json::shape::JsonMessage for Row {
            const TABLE: __ffi::json::shape::Table = {
                use __ffi::json::shape::NoJsonFacts as _;
                __ffi::json::shape::Table {
                    name: "Row",
                    members: &[
                        __ffi::json::shape::Member {
                            name: "id",
                            json: ",\"id\":",
                            original: ",\"id\":",
                            aliases: &[],
                            number: 1u32,
                            shape: __ffi::json::shape::JsonFacts::<u64>::SHAPE,
                            place: __ffi::Option::Some(__ffi::json::shape::Place {
                                at: __FFI_FIELDS[0].offset,
                                write: __ffi::json::shape::JsonFacts::<u64>::FIELD,
                            }),
                        },
                        __ffi::json::shape::Member {
                            name: "name",
                            json: ",\"name\":",
                            original: ",\"name\":",
                            aliases: &[],
                            number: 2u32,
                            shape: __ffi::json::shape::JsonFacts::<ArenaStr>::SHAPE,
                            place: __ffi::Option::Some(__ffi::json::shape::Place {
                                at: __FFI_FIELDS[1].offset,
                                write: __ffi::json::shape::JsonFacts::<ArenaStr>::FIELD,
                            }),
                        },
                        __ffi::json::shape::Member {
                            name: "replies",
                            json: ",\"replies\":",
                            original: ",\"replies\":",
                            aliases: &[],
                            number: 3u32,
                            shape: __ffi::json::shape::JsonFacts::<__FfiType0>::SHAPE,
                            place: __ffi::Option::Some(__ffi::json::shape::Place {
                                at: __FFI_FIELDS[2].offset,
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
        #[unsafe(export_name = "golden_ffi_row_encode_json")]
        unsafe extern "C" fn __ffi_encode_json(
            __ffi_arena: *const __ffi::FfiArena<Row>,
            __ffi_options: __ffi::u32,
            __ffi_status: *mut __ffi::FfiStatus,
        ) -> *mut __ffi::FfiOwned {
            unsafe {
                __ffi::json::encode_arena(__ffi_arena, __ffi_options, __ffi_status)
            }
        }
        #[unsafe(export_name = "golden_ffi_row_decode_json")]
        unsafe extern "C" fn __ffi_decode_json(
            __ffi_bytes: *const __ffi::u8,
            __ffi_len: __ffi::usize,
            __ffi_options: __ffi::u32,
            __ffi_status: *mut __ffi::FfiStatus,
        ) -> *mut __ffi::FfiArena<Row> {
            unsafe {
                __ffi::json::decode_arena(
                    __ffi_bytes,
                    __ffi_len,
                    __ffi_options,
                    __ffi_status,
                )
            }
        }
    };
    ::ffi_core::__arena_operations!(__functions!, "golden_ffi_row_arena_", Row);
    #[doc(hidden)]
    #[allow(non_local_definitions)]
    #[macro_export]
    macro_rules! __ffi_two_items_have_the_symbol__golden_ffi_row_fingerprint__hint__rename_one_or_give_it_a_prefix {
        () => {};
    }
    ::ffi_core::__record!(
        &
        [__ffi::Piece::Text("{\"kind\":\"message\",\"name\":\"Row\",\"doc\":\"A row of a result.\",\"id\":\"golden::Row\",\"symbols\":{\"fingerprint\":\"golden_ffi_row_fingerprint\"},\"size\":"),
        __ffi::Piece::size(__ffi::core::mem::size_of:: < Row > ()),
        __ffi::Piece::Text(",\"align\":"),
        __ffi::Piece::size(__ffi::core::mem::align_of:: < Row > ()),
        __ffi::Piece::Text(",\"fingerprint\":"), __ffi::Piece::Fingerprint(< Row as
        __ffi::FfiType > ::FINGERPRINT),
        __ffi::with_proto(",\"proto\":{\"encode\":\"golden_ffi_row_encode_proto\",\"decode\":\"golden_ffi_row_decode_proto\"}"),
        __ffi::with_json(",\"json\":{\"encode\":\"golden_ffi_row_encode_json\",\"decode\":\"golden_ffi_row_decode_json\"}"),
        __ffi::Piece::Text(",\"arena\":{\"symbols\":{"),
        __ffi::Piece::Text(::ffi_core::__arena_operations!(__symbols!,
        "golden_ffi_row_arena_", Row)), __ffi::Piece::Text("}},\"fields\":"),
        __ffi::Piece::Fields("[{\"name\":\"id\",\"tag\":1,\"offset\":},{\"name\":\"name\",\"doc\":\"No bound.\",\"tag\":2,\"offset\":},{\"name\":\"replies\",\"tag\":3,\"offset\":",
        & [31, 83, 120], __FFI_FIELDS, < Row as __ffi::Derived > ::PARTS),
        __ffi::Piece::Text("}]}")]
    );
    #[unsafe(export_name = "golden_ffi_row_fingerprint")]
    static __FFI_EXPORT: __ffi::Export = __ffi::Export::new(
        <Row as __ffi::FfiType>::FINGERPRINT,
        &__FFI_RECORD,
    );
};
