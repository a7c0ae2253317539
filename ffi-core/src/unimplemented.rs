//! The error of methods that have no implementation yet.

use std::error::Error;
use std::fmt;

/// Error of a method that `ffi-dart-emit import` made of an `rpc`, and that nobody has written yet.
///
/// # Examples
///
/// ```
/// use ffi_core::error::Unimplemented;
///
/// assert_eq!(Unimplemented::new("Store.Get").to_string(), "`Store.Get` is not implemented");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unimplemented(&'static str);

impl Unimplemented {
    /// Returns the error of the method that the .proto file calls `method`.
    #[must_use]
    pub const fn new(method: &'static str) -> Self {
        Self(method)
    }
}

impl fmt::Display for Unimplemented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not implemented", self.0)
    }
}

impl Error for Unimplemented {}

#[cfg(feature = "async")]
mod stream {
    use std::marker::PhantomData;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use futures_core::Stream;

    use super::Unimplemented;

    impl Unimplemented {
        /// Returns a stream whose only item is this error.
        ///
        /// # Examples
        ///
        /// ```
        /// use ffi_core::Stream;
        /// use ffi_core::error::Unimplemented;
        ///
        /// fn watch() -> impl Stream<Item = Result<u32, Unimplemented>> {
        ///     Unimplemented::new("Store.Watch").stream()
        /// }
        /// ```
        pub fn stream<T: 'static, E: From<Self> + 'static>(
            self,
        ) -> impl Stream<Item = Result<T, E>> + Send + 'static {
            Once { error: Some(self), item: PhantomData }
        }
    }

    /// A stream with one item, an error.
    struct Once<T, E> {
        error: Option<Unimplemented>,
        item: PhantomData<fn() -> Result<T, E>>,
    }

    impl<T, E: From<Unimplemented>> Stream for Once<T, E> {
        type Item = Result<T, E>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(self.error.take().map(|error| Err(error.into())))
        }
    }

    #[cfg(test)]
    mod tests {
        use std::pin::pin;
        use std::task::Waker;

        use super::*;

        #[test]
        fn the_stream_has_one_item() {
            let error = Unimplemented::new("Store.Watch");
            let mut stream = pin!(error.stream::<u8, Unimplemented>());
            let mut next = || stream.as_mut().poll_next(&mut Context::from_waker(Waker::noop()));
            assert_eq!(next(), Poll::Ready(Some(Err(error))));
            assert_eq!(next(), Poll::Ready(None));
        }
    }
}
