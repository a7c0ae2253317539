part of 'native.dart';

/// Numbers about open libraries for the tools of Dart.
final class _Stats {
  _Stats._();

  static final Map<String, FfiProduction> _libraries = {};
  static bool _isRegistered = false;

  static void add(FfiProduction production) {
    _libraries[production.path] = production;
    if (_isRegistered) return;
    _isRegistered = true;
    developer.registerExtension('ext.ffi_core.stats', (_, _) async {
      final stats = {
        for (final MapEntry(:key, :value) in _libraries.entries)
          key: _of(value),
      };
      return developer.ServiceExtensionResponse.result(jsonEncode(stats));
    });
  }

  static Map<String, Object?> _of(FfiProduction production) {
    try {
      return production.metrics().toJson();
    } on FfiException catch (error) {
      return {'error': error.message};
    }
  }
}

/// Makes [call] as an event of the timeline.
T _timed<T>(FfiProduction production, String name, T Function() call) {
  final task = developer.TimelineTask(filterKey: 'ffi_core')
    ..start(
      name,
      arguments: {'library': production.path, 'request': ?production.request},
    );
  final T result;
  try {
    result = call();
  } on Object {
    task.finish();
    rethrow;
  }
  if (result is! Future<Object?>) {
    task.finish();
    return result;
  }
  // The caller has the future itself, whose call can be cancelled, and its error.
  result.whenComplete(task.finish).ignore();
  return result;
}
