part of 'native.dart';

/// Start, end and state of a library with the feature `production`.
final class FfiProduction {
  /// Asks the library of [_memory] at [path], which exports [symbol].
  FfiProduction(this._memory, String symbol, this.path)
    : _ask = _memory.library.lookupFunction<_ProductionC, _ProductionD>(symbol),
      requests = Requests._(_memory, symbol);

  final LibraryMemory _memory;
  final _ProductionD _ask;

  /// Path of the library.
  final String path;

  /// The ids of requests: for generated code, which asks before each call.
  final Requests requests;

  static const _start = 0;
  static const _stop = 1;
  static const _warmUp = 2;
  static const _uptime = 3;
  static const _cap = 4;
  static const _metrics = 5;
  static const _prometheus = 6;
  static const _keep = 7;
  static const _note = 8;
  static const _lost = 9;
  static const _listen = 21;
  static const _leave = 22;
  static const _records = 23;

  Map<String, Object?> _asked(int operation, [String text = '']) {
    final texts = _memory.texts..clear();
    final length = texts.add(text, 'text');
    // Rust refuses null, and there is no memory before the first text.
    if (texts.pointer == nullptr) texts.addBytes(Uint8List(1));
    final owned = _ask(operation, texts.pointer, length, _memory.status);
    _memory._protoStatus._check();
    return jsonDecode(_memory.takeString(owned)) as Map<String, Object?>;
  }

  /// Starts the library, unless it runs: for generated code, which opens it for the
  /// [first] time in this isolate or again.
  ///
  /// Throws a [LibraryStartException] if its `init` function fails.
  void start({bool first = false}) {
    try {
      _asked(_start);
    } on FfiException catch (error) {
      if (first) LibraryMemory._opened.remove(_memory);
      throw LibraryStartException(
        'the library $path does not start: ${error.message}',
        path,
        error,
      );
    }
  }

  /// Makes what first calls would make, such as threads, and runs the `warm_up`
  /// function of the library, which takes as long as it takes: an app calls it
  /// while it shows that it starts.
  ///
  /// Throws a [RustErrorException] if that function returns an error, and a
  /// [RustPanicException] if it panics.
  void warmUp() => _asked(_warmUp);

  /// Time since the library was started; zero once it was stopped.
  Duration get uptime =>
      Duration(microseconds: _asked(_uptime)['microseconds']! as int);

  /// Returns the numbers about the library: calls, errors, bytes, times, pools, queues,
  /// streams.
  ///
  /// Throws an [InvalidArgumentException] for a library without the feature
  /// `metrics`.
  MetricsSnapshot metrics() => MetricsSnapshot._(_asked(_metrics));

  /// Returns the numbers about the library in the text format of Prometheus, for a
  /// server of the app's own.
  ///
  /// Throws an [InvalidArgumentException] for a library without the feature
  /// `metrics`.
  String prometheus() => _asked(_prometheus)['text']! as String;

  /// Has a report written to [folder] for each panic in Rust from now on, also for
  /// one that ends the process, and returns the reports that are there: those of
  /// earlier runs. The folder keeps the newest [most] of them, and a process writes
  /// no more than that.
  ///
  /// Throws a [RustErrorException] if the folder can't be made or read.
  List<CrashReport> keepCrashes(String folder, {int most = 16}) {
    final before = CrashReport.read(folder);
    _asked(_keep, '$most $folder');
    return before;
  }

  /// Keeps [line] for the report of the next panic, which has the last 64 lines, of
  /// up to 1024 bytes each.
  void note(String line) => _asked(_note, line);

  /// Number of reports that could not be written, as on a full disk, or were more
  /// than a process writes.
  int get lostCrashes => _asked(_lost)['lost']! as int;

  /// Runs [body] in a zone whose calls of the library belong to the request [id], up to
  /// 128 bytes: the spans and log records of the calls have it, and Rust reads it by
  /// `ffi_core::production::request_id()`. Asynchronous code that [body] starts is in the
  /// zone as well; an inner one may set another id.
  ///
  /// ```dart
  /// final user = await production.withRequest('r-17', () => library.query(7));
  /// ```
  ///
  /// Throws an [ArgumentError] for an [id] that is empty or too long.
  T withRequest<T>(String id, T Function() body) => requests._run(id, body);

  /// The id of the request that calls from here belong to; null if there is none.
  String? get request => requests._current?.id;

  /// Records of Rust's log, for one listener: first those that wait, then new ones. Rust
  /// keeps the last 1024 of all; a record says how many were lost before it. While the
  /// stream is paused, records wait in Rust.
  ///
  /// They don't keep the isolate alive. For the logger of an app:
  ///
  /// ```dart
  /// library.production.logs.listen((it) => it.toDeveloper());
  /// ```
  ///
  /// The stream of a library without the feature `observe` has one event, an
  /// [InvalidArgumentException] as its error.
  Stream<RustLogRecord> get logs => _LogListener(this).controller.stream;

  /// Makes [call], and shows it as [name] in the timeline of Dart's tools, from its begin
  /// to its end: that of its future if it returns one. The id of the [request] is with
  /// it. Release builds have no timeline, and only make the call.
  ///
  /// ```dart
  /// final user = await production.timed('query', () => library.query(7));
  /// ```
  T timed<T>(String name, T Function() call) => _timed(this, name, call);

  /// Registers the service extension `ext.ffi_core.stats`, with which the tools of Dart
  /// ask this isolate for [metrics]: a JSON object with those of each library that has
  /// called it, by path. Release builds have no extensions.
  void registerStats() => _Stats.add(this);

  /// Caps the vector instructions that the library uses at [level], such as `sse2`,
  /// or lifts the cap for null; returns the level that is then in use: never more
  /// than the machine has. `fallback` is plain Rust.
  ///
  /// Throws an [InvalidArgumentException] for a level that is none, and for a
  /// library without kernels.
  String capSimd(String? level) =>
      _asked(_cap, level ?? '')['level']! as String;

  /// Ends the library, for the whole process. Calls that come from now on throw a
  /// [LibraryClosedException]; those that run may end until [deadline] is over, and
  /// see that it is time: `is_cancelled` of their context, and
  /// `ffi_core::production::is_stopping`, are true. Then what runs asynchronously
  /// is cancelled, the `shutdown` function of the library runs, and pools and queues
  /// are closed.
  ///
  /// The isolate waits meanwhile. `open` of the package starts the library again.
  ShutdownReport stop({Duration deadline = const Duration(seconds: 2)}) {
    final microseconds = max(0, deadline.inMicroseconds);
    return ShutdownReport._(_asked(_stop, '$microseconds'));
  }
}

/// Leftovers of a library that was stopped, **copied**.
final class ShutdownReport {
  ShutdownReport._(Map<String, Object?> report)
    : running = Map.unmodifiable({
        for (final it
            in (report['running']! as List).cast<Map<String, Object?>>())
          it['name']! as String: it['calls']! as int,
      }),
      tasks = report['tasks']! as int,
      objects = report['objects']! as int,
      slots = report['slots']! as int,
      failures = List.unmodifiable(
        (report['failures']! as List).cast<String>(),
      ),
      took = Duration(microseconds: report['microseconds']! as int);

  /// Functions with calls that had not ended at the deadline, with the number of
  /// these calls.
  final Map<String, int> running;

  /// Number of tasks that did not end although they were cancelled.
  final int tasks;

  /// Number of objects of Rust that isolates hold. Those are freed when they are
  /// disposed of or collected, as before.
  final int objects;

  /// Number of slots of pools that are in use.
  final int slots;

  /// The text with which the `shutdown` function of the library failed, if it did.
  final List<String> failures;

  /// Time that the shutdown took.
  final Duration took;

  /// True if nothing was left and nothing failed.
  bool get isClean =>
      running.isEmpty &&
      tasks == 0 &&
      objects == 0 &&
      slots == 0 &&
      failures.isEmpty;

  @override
  String toString() =>
      'ShutdownReport(running: $running, tasks: $tasks, objects: $objects, '
      'slots: $slots, failures: $failures, took: $took)';
}

typedef _ProductionC =
    Pointer<FfiOwned> Function(
      Uint32,
      Pointer<Uint8>,
      Size,
      Pointer<FfiStatus>,
    );
typedef _ProductionD =
    Pointer<FfiOwned> Function(int, Pointer<Uint8>, int, Pointer<FfiStatus>);
