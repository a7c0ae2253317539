#[ffi_service(prefix = "golden")]
/// A database.
pub trait Db {
    fn get(&self, id: u64) -> Result<User, DbError>;
    async fn find(&self, name: String) -> Vec<u64>;
}

// Expansion:

/// A database.
pub trait Db: ::ffi_core::__private::core::marker::Send + ::ffi_core::__private::core::marker::Sync + 'static + __FfiDb {
    fn get(&self, id: u64) -> Result<User, DbError>;
    fn find(
        &self,
        name: String,
    ) -> impl ::ffi_core::__private::core::future::Future<
        Output = Vec<u64>,
    > + ::ffi_core::__private::core::marker::Send
    where
        Self: ::ffi_core::__private::core::marker::Sized;
}
#[doc(hidden)]
pub trait __FfiDb {
    fn __ffi_find<'__ffi>(
        &'__ffi self,
        __ffi_0: String,
    ) -> ::ffi_core::__private::core::pin::Pin<
        ::ffi_core::__private::Box<
            dyn ::ffi_core::__private::core::future::Future<
                Output = Vec<u64>,
            > + ::ffi_core::__private::core::marker::Send + '__ffi,
        >,
    >;
}
#[doc(hidden)]
impl<__FfiImplementor: Db> __FfiDb for __FfiImplementor {
    fn __ffi_find<'__ffi>(
        &'__ffi self,
        __ffi_0: String,
    ) -> ::ffi_core::__private::core::pin::Pin<
        ::ffi_core::__private::Box<
            dyn ::ffi_core::__private::core::future::Future<
                Output = Vec<u64>,
            > + ::ffi_core::__private::core::marker::Send + '__ffi,
        >,
    > {
        ::ffi_core::__private::Box::pin(<Self as Db>::find(self, __ffi_0))
    }
}
///The place in which an implementor of [`Db`] is installed.
#[derive(Clone, Copy, Debug)]
pub struct DbServer;
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
    unsafe impl __ffi::FfiClass for dyn Db {
        const TYPE: __ffi::Fragment = &[
            __ffi::Piece::Text("{\"object\":\""),
            __ffi::Piece::Text("golden::Db"),
            __ffi::Piece::Text("\"}"),
        ];
        const FINGERPRINT: __ffi::u64 = __ffi::fingerprint::mix(
            &[__ffi::fingerprint::OBJECT, 648041191406334915u64],
        );
        fn class() -> &'static __ffi::Class {
            static CLASS: __ffi::Class = __ffi::Class::new("Db");
            &CLASS
        }
    }
    #[unsafe(export_name = "golden_ffi_db_object_free")]
    extern "C" fn __ffi_free(__ffi_handle: __ffi::u64) -> __ffi::i32 {
        __ffi::object_free(__ffi_handle)
    }
    #[unsafe(export_name = "golden_ffi_db_object_share")]
    unsafe extern "C" fn __ffi_share(
        __ffi_handle: __ffi::u64,
        __ffi_status: *mut __ffi::FfiStatus,
    ) -> __ffi::u64 {
        unsafe { __ffi::object_share::<dyn Db>(__ffi_handle, __ffi_status) }
    }
    #[unsafe(export_name = "golden_ffi_db_object_redeem")]
    unsafe extern "C" fn __ffi_redeem(
        __ffi_token: __ffi::u64,
        __ffi_status: *mut __ffi::FfiStatus,
    ) -> __ffi::u64 {
        unsafe { __ffi::object_redeem::<dyn Db>(__ffi_token, __ffi_status) }
    }
    #[unsafe(export_name = "golden_ffi_db_object_calls")]
    extern "C" fn __ffi_calls() -> *const __ffi::FfiObjectCalls {
        __ffi::object_calls()
    }
    #[doc(hidden)]
    #[allow(non_local_definitions)]
    #[macro_export]
    macro_rules! __ffi_two_items_have_the_symbol__golden_ffi_db_object_fingerprint__hint__rename_one_or_give_it_a_prefix {
        () => {};
    }
    ::ffi_core::__record!(
        &
        [__ffi::Piece::Text("{\"kind\":\"service\",\"name\":\"Db\",\"doc\":\"A database.\",\"id\":\"golden::Db\",\"symbols\":{\"fingerprint\":\"golden_ffi_db_object_fingerprint\",\"free\":\"golden_ffi_db_object_free\",\"share\":\"golden_ffi_db_object_share\",\"redeem\":\"golden_ffi_db_object_redeem\",\"calls\":\"golden_ffi_db_object_calls\",\"installed\":\"golden_ffi_db_object_installed\"},\"fingerprint\":"),
        __ffi::Piece::Fingerprint(< dyn Db as __ffi::FfiClass > ::FINGERPRINT),
        __ffi::Piece::Text("}")]
    );
    #[unsafe(export_name = "golden_ffi_db_object_fingerprint")]
    static __FFI_EXPORT: __ffi::Export = __ffi::Export::new(
        <dyn Db as __ffi::FfiClass>::FINGERPRINT,
        &__FFI_RECORD,
    );
    #[automatically_derived]
    impl<__FfiImplementor: Db> __ffi::FfiHolds<__FfiImplementor> for dyn Db {
        fn hold(value: __FfiImplementor) -> __ffi::Arc<Self> {
            __ffi::Arc::new(value)
        }
    }
    static __FFI_INSTALLED: __ffi::Installed<dyn Db> = __ffi::Installed::new();
    impl DbServer {
        /// Installs the implementor that callers have without asking for one, in Dart a
        /// property of the library.
        ///
        /// # Errors
        ///
        /// Returns an error if one is installed already, which stays.
        pub fn install(
            implementor: impl Db,
        ) -> __ffi::Result<(), __ffi::AlreadyInstalled> {
            __FFI_INSTALLED.install(__ffi::Arc::new(implementor), "Db")
        }
        /// Returns the installed implementor, if there is one.
        #[must_use]
        pub fn installed() -> __ffi::Option<__ffi::FfiObject<dyn Db>> {
            __FFI_INSTALLED.get().map(__ffi::FfiObject::from)
        }
    }
    #[unsafe(export_name = "golden_ffi_db_object_installed")]
    unsafe extern "C" fn __ffi_installed(
        __ffi_status: *mut __ffi::FfiStatus,
    ) -> __ffi::u64 {
        unsafe { __ffi::object_installed::<dyn Db>(&__FFI_INSTALLED, __ffi_status) }
    }
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
    static __FFI_SITE: __ffi::Site = __ffi::Site::new("Db.get");
    const _: () = __ffi::assert_by_value(
        __ffi::core::mem::size_of::<u64>(),
        __ffi::Facts::<u64>::SECRET,
    );
    const _: () = __ffi::assert_returned_by_value(
        __FfiFacts::RESULT_SIZE,
        __FfiFacts::RESULT_SECRET,
    );
    fn __ffi_assertions() {
        __ffi::assert_object::<dyn Db>();
        __ffi::assert_value::<u64>();
        __ffi::assert_returned::<Result<User, DbError>>();
    }
    #[unsafe(export_name = "golden_ffi_db_get")]
    unsafe extern "C" fn __ffi_wrapper(
        __ffi_handle: __ffi::u64,
        __ffi_arg_0: <u64 as __ffi::FfiValue>::Param,
        __ffi_status: *mut __ffi::FfiStatus,
    ) -> <<Result<User, DbError> as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::Abi
    where
        for<'__ffi_any> dyn Db: __ffi::FfiClass,
        for<'__ffi_any> u64: __ffi::FfiValue,
        for<'__ffi_any> Result<User, DbError>: __ffi::FfiReturn,
    {
        let __ffi_run = move |__ffi_self: __ffi::Receiver<dyn Db>| {
            let __ffi_body = move |__ffi_bytes: &mut __ffi::Bytes| {
                let __ffi_local_0 = unsafe {
                    <u64 as __ffi::FfiValue>::from_param(__ffi_arg_0, "id")
                }?;
                let __ffi_function: fn(&dyn Db, u64) -> Result<User, DbError> = <dyn Db as Db>::get;
                __ffi::Returned::<
                    Result<User, DbError>,
                >::into_abi(__ffi_function(&*__ffi_self, __ffi_local_0), __ffi_bytes)
            };
            let __ffi_watched = move || __FFI_SITE.watch(__ffi_body);
            unsafe {
                __ffi::call_output::<
                    <Result<User, DbError> as __ffi::FfiReturn>::Output,
                >(__ffi_status, __ffi_watched)
            }
        };
        match unsafe { __ffi::near_receiver::<dyn Db>(__ffi_handle) } {
            __ffi::Option::Some(__ffi_near) => __ffi_run(__ffi_near),
            __ffi::Option::None => {
                unsafe {
                    __ffi::far_receiver::<
                        dyn Db,
                        <Result<User, DbError> as __ffi::FfiReturn>::Output,
                    >(__ffi_handle, __ffi_status, &__FFI_SITE, __ffi_run)
                }
            }
        }
    }
    struct __FfiFacts;
    impl __FfiFacts
    where
        for<'__ffi_any> dyn Db: __ffi::FfiClass,
        for<'__ffi_any> u64: __ffi::FfiValue,
        for<'__ffi_any> Result<User, DbError>: __ffi::FfiReturn,
    {
        const FINGERPRINT: __ffi::u64 = __ffi::fingerprint::mix(
            &[
                __ffi::fingerprint::FUNCTION,
                __ffi::fingerprint::SIGNATURES,
                15339932239713171959u64,
                <<Result<
                    User,
                    DbError,
                > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::FINGERPRINT,
                <Result<User, DbError> as __ffi::FfiReturn>::FALLIBLE as __ffi::u64,
                __ffi::Returned::<Result<User, DbError>>::ERROR_FINGERPRINT,
                <<Result<
                    User,
                    DbError,
                > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::OPTIONAL
                    as __ffi::u64,
                8999596768310594794u64,
                <u64 as __ffi::FfiType>::FINGERPRINT,
                __ffi::fingerprint::MEMBER,
                <dyn Db as __ffi::FfiClass>::FINGERPRINT,
                1u64,
            ],
        );
        const RECORD: __ffi::Fragment = &[
            __ffi::Piece::Text(
                "{\"kind\":\"function\",\"name\":\"get\",\"symbol\":\"golden_ffi_db_get\",\"fingerprint_symbol\":\"golden_ffi_db_get_signature\",\"member\":{\"of\":",
            ),
            __ffi::Piece::Nested(<dyn Db as __ffi::FfiClass>::TYPE),
            __ffi::Piece::Text(
                ",\"role\":\"method\"},\"params\":[{\"name\":\"id\",\"pass\":\"value\",\"type\":",
            ),
            __ffi::Piece::Nested(<u64 as __ffi::FfiType>::TYPE),
            __ffi::Piece::Text("}],\"returns\":"),
            __ffi::Piece::Nested(
                <<Result<
                    User,
                    DbError,
                > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::RETURNS,
            ),
            __ffi::Piece::Text(",\"optional\":"),
            __ffi::Piece::Flag(
                <<Result<
                    User,
                    DbError,
                > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::OPTIONAL,
            ),
            __ffi::Piece::Text(",\"fallible\":"),
            __ffi::Piece::Flag(<Result<User, DbError> as __ffi::FfiReturn>::FALLIBLE),
            __ffi::Piece::Text(",\"error\":"),
            __ffi::Piece::Nested(__ffi::Returned::<Result<User, DbError>>::ERROR),
            __ffi::Piece::Text(",\"fingerprint\":"),
            __ffi::Piece::Fingerprint(Self::FINGERPRINT),
            __ffi::Piece::Text("}"),
        ];
        const RESULT_SIZE: __ffi::usize = __ffi::core::mem::size_of::<
            <Result<User, DbError> as __ffi::FfiReturn>::Output,
        >();
        const RESULT_SECRET: __ffi::bool = <<Result<
            User,
            DbError,
        > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::SECRET;
    }
    impl __ffi::NoFacts for __FfiFacts {}
    #[doc(hidden)]
    #[allow(non_local_definitions)]
    #[macro_export]
    macro_rules! __ffi_two_items_have_the_symbol__golden_ffi_db_get_signature__hint__rename_one_or_give_it_a_prefix {
        () => {};
    }
    ::ffi_core::__record!(__FfiFacts::RECORD);
    #[unsafe(export_name = "golden_ffi_db_get_signature")]
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
    static __FFI_SITE: __ffi::Site = __ffi::Site::new("Db.find");
    const _: () = __ffi::assert_returned_by_value(
        __FfiFacts::RESULT_SIZE,
        __FfiFacts::RESULT_SECRET,
    );
    fn __ffi_assertions() {
        __ffi::assert_object::<dyn Db>();
        __ffi::assert_owned_text::<String>();
        __ffi::assert_returned::<Vec<u64>>();
    }
    /// Arguments of `__async!`.
    const _: () = {
        #[unsafe(export_name = "golden_ffi_db_find")]
        unsafe extern "C" fn __ffi_wrapper(
            __ffi_handle: __ffi::u64,
            __ffi_arg_0: *const __ffi::u8,
            __ffi_len_0: __ffi::usize,
            __ffi_mailbox: *const __ffi::FfiMailbox,
            __ffi_call: __ffi::u64,
            __ffi_now: *mut __ffi::FfiEvent,
            __ffi_status: *mut __ffi::FfiStatus,
        ) -> __ffi::i32
        where
            for<'__ffi_any> dyn Db: __ffi::FfiClass,
            for<'__ffi_any> __ffi::u8: __ffi::FfiValue,
            for<'__ffi_any> String: __ffi::OwnedText,
            for<'__ffi_any> Vec<u64>: __ffi::FfiReturn,
        {
            let __ffi_body = move || {
                let mut __ffi_watch = __FFI_SITE.enter()?;
                let __ffi_self = unsafe {
                    __ffi::object_argument::<dyn Db>(__ffi_handle, "self")
                }?;
                let __ffi_local_0 = unsafe {
                    __ffi::text(__ffi_arg_0, __ffi_len_0, "name")
                }
                    .map(<String as __ffi::OwnedText>::copied)?;
                __ffi_watch
                    .bytes()
                    .got(|| [(__ffi_len_0, __ffi::core::mem::size_of::<__ffi::u8>())]);
                fn __ffi_seen<__FfiFunction, __FfiFuture>(
                    function: __FfiFunction,
                ) -> __FfiFunction
                where
                    __FfiFunction: __ffi::core::ops::Fn(
                        __ffi::FfiObject<dyn Db>,
                        String,
                    ) -> __FfiFuture,
                    __FfiFuture: __ffi::core::future::Future<Output = Vec<u64>>
                        + __ffi::core::marker::Send + 'static,
                {
                    function
                }
                let __ffi_function = __ffi_seen(|
                    __ffi_object: __ffi::FfiObject<dyn Db>,
                    __ffi_moved_0: String|
                async move {
                    <dyn Db as __FfiDb>::__ffi_find(&*__ffi_object, __ffi_moved_0).await
                });
                __ffi::Result::<
                    _,
                    __ffi::Failure,
                >::Ok(__ffi_watch.future(__ffi_function(__ffi_self, __ffi_local_0)))
            };
            unsafe {
                __ffi::start_async::<
                    <Vec<u64> as __ffi::FfiReturn>::Output,
                    _,
                >(
                    __ffi_mailbox,
                    __ffi_call,
                    __ffi_status,
                    __ffi_body,
                    |(__ffi_output, __ffi_watch): (Vec<u64>, __ffi::Watch)| {
                        __ffi_watch
                            .finish(|__ffi_bytes| __ffi::Returned::<
                                Vec<u64>,
                            >::into_abi(__ffi_output, __ffi_bytes))
                    },
                )
            }
        }
    };
    struct __FfiFacts;
    impl __FfiFacts
    where
        for<'__ffi_any> dyn Db: __ffi::FfiClass,
        for<'__ffi_any> __ffi::u8: __ffi::FfiValue,
        for<'__ffi_any> String: __ffi::OwnedText,
        for<'__ffi_any> Vec<u64>: __ffi::FfiReturn,
    {
        const FINGERPRINT: __ffi::u64 = __ffi::fingerprint::mix(
            &[
                __ffi::fingerprint::FUNCTION,
                __ffi::fingerprint::SIGNATURES,
                12310348208284936474u64,
                <<Vec<
                    u64,
                > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::FINGERPRINT,
                <Vec<u64> as __ffi::FfiReturn>::FALLIBLE as __ffi::u64,
                __ffi::Returned::<Vec<u64>>::ERROR_FINGERPRINT,
                <<Vec<u64> as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::OPTIONAL
                    as __ffi::u64,
                9398593617327382768u64,
                <__ffi::u8 as __ffi::FfiType>::FINGERPRINT,
                __ffi::fingerprint::MEMBER,
                <dyn Db as __ffi::FfiClass>::FINGERPRINT,
                1u64,
                __ffi::fingerprint::STARTED,
            ],
        );
        const RECORD: __ffi::Fragment = &[
            __ffi::Piece::Text(
                "{\"kind\":\"function\",\"name\":\"find\",\"symbol\":\"golden_ffi_db_find\",\"fingerprint_symbol\":\"golden_ffi_db_find_signature\",\"member\":{\"of\":",
            ),
            __ffi::Piece::Nested(<dyn Db as __ffi::FfiClass>::TYPE),
            __ffi::Piece::Text(
                ",\"role\":\"method\"},\"mode\":\"async\",\"params\":[{\"name\":\"name\",\"pass\":\"str\",\"type\":",
            ),
            __ffi::Piece::Nested(<__ffi::u8 as __ffi::FfiType>::TYPE),
            __ffi::Piece::Text("}],\"returns\":"),
            __ffi::Piece::Nested(
                <<Vec<u64> as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::RETURNS,
            ),
            __ffi::Piece::Text(",\"optional\":"),
            __ffi::Piece::Flag(
                <<Vec<u64> as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::OPTIONAL,
            ),
            __ffi::Piece::Text(",\"fallible\":"),
            __ffi::Piece::Flag(<Vec<u64> as __ffi::FfiReturn>::FALLIBLE),
            __ffi::Piece::Text(",\"error\":"),
            __ffi::Piece::Nested(__ffi::Returned::<Vec<u64>>::ERROR),
            __ffi::Piece::Text(",\"fingerprint\":"),
            __ffi::Piece::Fingerprint(Self::FINGERPRINT),
            __ffi::Piece::Text("}"),
        ];
        const RESULT_SIZE: __ffi::usize = __ffi::core::mem::size_of::<
            <Vec<u64> as __ffi::FfiReturn>::Output,
        >();
        const RESULT_SECRET: __ffi::bool = <<Vec<
            u64,
        > as __ffi::FfiReturn>::Output as __ffi::FfiOutput>::SECRET;
    }
    impl __ffi::NoFacts for __FfiFacts {}
    #[doc(hidden)]
    #[allow(non_local_definitions)]
    #[macro_export]
    macro_rules! __ffi_two_items_have_the_symbol__golden_ffi_db_find_signature__hint__rename_one_or_give_it_a_prefix {
        () => {};
    }
    ::ffi_core::__record!(__FfiFacts::RECORD);
    #[unsafe(export_name = "golden_ffi_db_find_signature")]
    static __FFI_EXPORT: __ffi::Export = __ffi::Export::new(
        __FfiFacts::FINGERPRINT,
        &__FFI_RECORD,
    );
};
