/// The interface of exceptions after which another call makes sense.
library;

/// An exception that says when another call makes sense.
abstract interface class RetryLater implements Exception {
  /// Time from now until then.
  Duration get retryAfter;
}
