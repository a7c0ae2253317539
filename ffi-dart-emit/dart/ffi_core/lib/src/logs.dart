part of 'native.dart';

/// Level of a record of Rust's log.
enum RustLogLevel {
  /// Each step.
  trace(300),

  /// For the search for a fault.
  debug(500),

  /// The ordinary course.
  info(800),

  /// Something that may become a fault.
  warn(900),

  /// A fault.
  error(1000);

  const RustLogLevel(this.value);

  /// The number that `dart:developer` and `package:logging` have for it: that of
  /// `FINEST`, `FINE`, `INFO`, `WARNING` and `SEVERE`.
  final int value;
}

/// A record of Rust's log, **copied**: what code with the crate `tracing` or `log` has
/// noted.
final class RustLogRecord {
  RustLogRecord._(Map<String, Object?> json, this.number, this.missed)
    : time = DateTime.fromMicrosecondsSinceEpoch(
        json['time']! as int,
        isUtc: true,
      ),
      level = RustLogLevel.values.byName(json['level']! as String),
      target = json['target']! as String,
      message = json['message']! as String,
      fields = Map.unmodifiable(
        (json['fields']! as Map).cast<String, String>(),
      ),
      file = json['file']! as String,
      line = json['line']! as int,
      thread = json['thread']! as String,
      function = json['function'] as String? ?? '',
      request = json['request'] as String? ?? '';

  /// Number of the record: one more than that of the record before it.
  final int number;

  /// Number of records right before this one that this listener has missed, as they
  /// had to make room before it took them.
  final int missed;

  /// Time of the record, in UTC.
  final DateTime time;

  /// Its level.
  final RustLogLevel level;

  /// Module of Rust that it is from, unless the code says otherwise: the name of a
  /// logger.
  final String target;

  /// Its text, up to 2048 bytes.
  final String message;

  /// Its fields as text, by name.
  final Map<String, String> fields;

  /// Path of the source file, as the Rust compiler was given it.
  final String file;

  /// Line in [file], counted from 1.
  final int line;

  /// Name of the thread; empty if it has none.
  final String thread;

  /// Name of the exported function in whose call it was made; `Type.name` for that of a
  /// type; empty if it was made in none.
  final String function;

  /// Id of the request of that call, see `FfiProduction.withRequest`; empty if there is
  /// none.
  final String request;

  /// Passes it on to `dart:developer`, whose tools show it.
  void toDeveloper() => developer.log(
    fields.isEmpty ? message : '$message $fields',
    time: time,
    sequenceNumber: number,
    level: level.value,
    name: target,
  );

  @override
  String toString() => [
    '$time ${level.name} $target: $message',
    for (final MapEntry(:key, :value) in fields.entries) '$key=$value',
    if (function.isNotEmpty) 'function=$function',
    if (request.isNotEmpty) 'request=$request',
  ].join(' ');
}

/// Has the records of a library's log come to a stream.
final class _LogListener {
  _LogListener(this._production) {
    controller
      ..onListen = _start
      // While it is paused, records wait in Rust, as far as there is room.
      ..onResume = _take
      ..onCancel = _end;
  }

  final FfiProduction _production;
  final controller = StreamController<RustLogRecord>();
  late final RawReceivePort _port;
  int _next = 0;
  bool _scheduled = false;

  int get _address => _port.sendPort.nativePort;

  void _start() {
    _port = RawReceivePort((_) => _take(), 'logs')..keepIsolateAlive = false;
    try {
      _production._asked(FfiProduction._listen, '$_address');
    } on FfiException catch (error, stack) {
      controller
        ..addError(error, stack)
        ..close().ignore();
      return;
    }
    _schedule();
  }

  void _schedule() {
    if (_scheduled) return;
    _scheduled = true;
    // Behind other events of the isolate, so that a flood of records leaves them time.
    Timer.run(() {
      _scheduled = false;
      _take();
    });
  }

  void _take() {
    if (controller.isPaused || controller.isClosed) return;
    final batch = _production._asked(
      FfiProduction._records,
      '$_address $_next',
    );
    final missed = batch['missed']! as int;
    var number = _next + missed;
    for (final (index, json) in (batch['records']! as List).indexed) {
      controller.add(
        RustLogRecord._(
          json as Map<String, Object?>,
          number++,
          index == 0 ? missed : 0,
        ),
      );
    }
    _next = batch['next']! as int;
    if (batch['more'] == 1) _schedule();
  }

  void _end() {
    // A library without records has refused the listener.
    if (!controller.isClosed) {
      _production._asked(FfiProduction._leave, '$_address');
    }
    _port.close();
  }
}
