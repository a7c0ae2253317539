#[ffi_export(prefix = "golden")]
pub static EVENTS: FfiQueue<Event, 64> = FfiQueue::new();

// Expansion:

pub static EVENTS: FfiQueue<Event, 64> = {
    static __FFI_ENTRY: ::ffi_core::__private::QueueEntry = ::ffi_core::__private::QueueEntry::new(
        "EVENTS",
        &EVENTS,
    );
    ::ffi_core::__private::FfiQueue::known(FfiQueue::new(), &__FFI_ENTRY)
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
    fn __ffi_assertions()
    where
        for<'__ffi_any> Event: __ffi::FfiPooled,
    {
        __ffi::assert_queue::<FfiQueue<Event, 64>>();
    }
    static __FFI_QUEUE: &FfiQueue<Event, 64> = &EVENTS;
    struct __FfiFacts;
    impl __FfiFacts
    where
        for<'__ffi_any> FfiQueue<Event, 64>: __ffi::ExportedQueue,
        for<'__ffi_any> Event: __ffi::FfiPooled,
    {
        const FINGERPRINT: __ffi::u64 = __ffi::fingerprint::mix(
            &[
                __ffi::fingerprint::QUEUE,
                7868855340175152708u64,
                <<FfiQueue<
                    Event,
                    64,
                > as __ffi::ExportedQueue>::Message as __ffi::FfiType>::FINGERPRINT,
                <FfiQueue<Event, 64> as __ffi::ExportedQueue>::CAPACITY as __ffi::u64,
            ],
        );
        const RECORD: __ffi::Fragment = &[
            __ffi::Piece::Text("{\"kind\":\"queue\",\"name\":\"EVENTS\",\"message\":\""),
            __ffi::Piece::Text(
                <<FfiQueue<
                    Event,
                    64,
                > as __ffi::ExportedQueue>::Message as __ffi::FfiMessage>::ID,
            ),
            __ffi::Piece::Text("\",\"capacity\":"),
            __ffi::Piece::size(<FfiQueue<Event, 64> as __ffi::ExportedQueue>::CAPACITY),
            __ffi::Piece::Text(",\"fingerprint\":"),
            __ffi::Piece::Fingerprint(Self::FINGERPRINT),
            __ffi::Piece::Text(
                ",\"symbols\":{\"fingerprint\":\"golden_ffi_events_signature\",",
            ),
            __ffi::Piece::Text(
                ::ffi_core::__queue_operations!(
                    __symbols!, "golden_ffi_events_", __FFI_QUEUE : FfiQueue < Event, 64
                    >, where [for < '__ffi_any > FfiQueue < Event, 64 > :
                    __ffi::ExportedQueue, for < '__ffi_any > Event : __ffi::FfiPooled,]
                ),
            ),
            __ffi::Piece::Text("}}"),
        ];
    }
    impl __ffi::NoFacts for __FfiFacts {}
    ::ffi_core::__queue_operations!(
        __functions!, "golden_ffi_events_", __FFI_QUEUE : FfiQueue < Event, 64 >, where
        [for < '__ffi_any > FfiQueue < Event, 64 > : __ffi::ExportedQueue, for <
        '__ffi_any > Event : __ffi::FfiPooled,]
    );
    #[doc(hidden)]
    #[allow(non_local_definitions)]
    #[macro_export]
    macro_rules! __ffi_two_items_have_the_symbol__golden_ffi_events_signature__hint__rename_one_or_give_it_a_prefix {
        () => {};
    }
    ::ffi_core::__record!(__FfiFacts::RECORD);
    #[unsafe(export_name = "golden_ffi_events_signature")]
    static __FFI_EXPORT: __ffi::Export = __ffi::Export::new(
        __FfiFacts::FINGERPRINT,
        &__FFI_RECORD,
    );
};
