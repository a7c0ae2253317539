//! The future of an async function, with the watch of its call.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::site::Watch;

pin_project! {
    /// The future of an async function. Its output is that of the function, with the watch of the
    /// call, which ends when the result has been made.
    #[derive(Debug)]
    pub struct Watched<F> {
        #[pin]
        future: F,
        // None once the future was ready.
        watch: Option<Watch>,
    }
}

impl Watch {
    /// Watches a future.
    pub fn future<F>(self, future: F) -> Watched<F> {
        Watched { future, watch: Some(self) }
    }
}

impl<F: Future> Future for Watched<F> {
    type Output = (F::Output, Watch);

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let watch = this.watch.as_mut().expect("a future is not polled after it was ready");
        let output = ready!(watch.step(|| this.future.poll(context)));
        Poll::Ready((output, this.watch.take().expect("it is there")))
    }
}
