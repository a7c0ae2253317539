import 'dart:async';

import 'package:flutter/foundation.dart';

/// The latest item of a stream, for a [ValueListenableBuilder] and its kin.
///
/// It listens to the stream while it has listeners itself. Without one, as when no
/// widget shows it any more, the subscription is paused: then a stream of Rust makes
/// no more items than its window holds. It goes on with the next listener.
///
/// Items that come between two frames are all taken, and the last one is shown. A box
/// that a stream lends is only lent until the next item: `stream.map((it) => it.keep())`
/// has it own its slot, and [StreamValue.new] a function that disposes of it.
final class StreamValue<T> extends ChangeNotifier
    implements ValueListenable<T> {
  /// The latest item of [stream]; [initial] before the first.
  ///
  /// [onReplaced] is called with each value that another one has replaced, after the
  /// listeners have seen that, and with the last one by [dispose].
  StreamValue(Stream<T> stream, T initial, {void Function(T value)? onReplaced})
    : _stream = stream,
      _value = initial,
      _onReplaced = onReplaced;

  final Stream<T> _stream;
  final void Function(T value)? _onReplaced;
  StreamSubscription<T>? _subscription;
  bool _isDisposed = false;

  /// The latest item.
  @override
  T get value => _value;
  T _value;

  /// Number of items so far.
  int get count => _count;
  int _count = 0;

  /// The error that came last, with nothing behind it; null once an item comes.
  Object? get error => _error;
  Object? _error;

  /// True once the stream has ended.
  bool get isDone => _isDone;
  bool _isDone = false;

  /// True from [pause] to [resume].
  bool get isPaused => _isPaused;
  bool _isPaused = false;

  /// Pauses the stream, also while there are listeners.
  void pause() {
    _isPaused = true;
    _update();
  }

  /// Ends a [pause].
  void resume() {
    _isPaused = false;
    _update();
  }

  @override
  void addListener(VoidCallback listener) {
    super.addListener(listener);
    _update();
  }

  @override
  void removeListener(VoidCallback listener) {
    super.removeListener(listener);
    _update();
  }

  /// Cancels the subscription. The stream of Rust is dropped.
  @override
  void dispose() {
    _isDisposed = true;
    unawaited(_subscription?.cancel());
    super.dispose();
    _onReplaced?.call(_value);
  }

  /// Listens, pauses or goes on, as it is needed now.
  void _update() {
    if (_isDisposed || _isDone) return;
    final subscription = _subscription;
    if (!hasListeners || _isPaused) {
      if (subscription != null && !subscription.isPaused) subscription.pause();
    } else if (subscription == null) {
      _subscription = _stream.listen(
        _add,
        onError: (Object error) {
          _error = error;
          notifyListeners();
        },
        onDone: () {
          _isDone = true;
          notifyListeners();
        },
      );
    } else if (subscription.isPaused) {
      subscription.resume();
    }
  }

  void _add(T item) {
    final old = _value;
    _value = item;
    _count++;
    _error = null;
    notifyListeners();
    _onReplaced?.call(old);
  }
}
