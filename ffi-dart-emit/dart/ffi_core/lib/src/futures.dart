part of 'native.dart';

/// Futures that were made from the future of a call, such as that of a timeout, with the latter.
final Expando<Future<Object?>> _origins = Expando();

/// The result of an async or blocking function of Rust, which can be cancelled.
///
/// It is a [Future], and costs nothing more: what is assigned to a variable of type
/// [Future] loses only the members below, which [FfiFuture.of] gives back.
extension type FfiFuture<T>._(Future<T> _future) implements Future<T> {
  /// [future] with the members below. For a future that is not that of a call, such as one
  /// of a fake, they end the waiting and nothing else.
  FfiFuture.of(Future<T> future) : this._(future);

  /// Cancels the call: it completes with an [FfiCancelledException] at once, and its
  /// task in Rust is dropped. A blocking function is asked to end.
  ///
  /// Completes when the task is gone, so the locks that it held are free. Does
  /// nothing if the call has ended.
  Future<void> cancel() {
    final origin = _origin;
    for (final mailbox in Mailbox._all) {
      if (mailbox._cancelCall(origin) case final gone?) return gone;
    }
    return Future.value();
  }

  /// The future of the call itself.
  Future<Object?> get _origin {
    Future<Object?> origin = _future;
    for (Future<Object?>? next = origin; next != null; next = _origins[next]) {
      origin = next;
    }
    return origin;
  }

  /// The result, or what [onTimeout] returns if it does not come within [timeLimit]:
  /// then the call is cancelled. The function in Rust sees that time as the deadline of its
  /// context.
  ///
  /// Throws a [TimeoutException] without [onTimeout].
  FfiFuture<T> timeout(
    Duration timeLimit, {
    FutureOr<T> Function()? onTimeout,
  }) {
    final origin = _origin;
    Mailbox._all.any((mailbox) => mailbox._limitCall(origin, timeLimit));
    final limited = _future.timeout(
      timeLimit,
      onTimeout: () {
        cancel().ignore();
        if (onTimeout != null) return onTimeout();
        throw TimeoutException('the call was cancelled', timeLimit);
      },
    );
    return _from(limited);
  }

  /// The result, if it comes before [time]; otherwise the call is cancelled.
  ///
  /// Throws a [TimeoutException], also if [time] is past.
  FfiFuture<T> deadline(DateTime time) {
    final left = time.difference(DateTime.now());
    return timeout(left.isNegative ? Duration.zero : left);
  }

  FfiFuture<R> _from<R>(Future<R> future) {
    _origins[future] = _future;
    return FfiFuture._(future);
  }
}

/// The result of [future], which is unsigned in Rust.
FfiFuture<BigInt> bigFuture(FfiFuture<int> future) =>
    future._from(future.then(bigFromBits));

/// The result of [future], which is unsigned in Rust, or null.
FfiFuture<BigInt?> bigFutureOrNull(FfiFuture<int?> future) =>
    future._from(future.then(bigOrNull));
