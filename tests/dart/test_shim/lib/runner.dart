/// A small runner for test files written for `package:test`.
///
/// `package:test` itself brings a runner that loads files, opens browsers and
/// reports to servers. This one is handed the `main` of a file that is already
/// part of the program, so it runs compiled programs as well.
library;

import 'dart:async';
import 'dart:io';
import 'dart:isolate';

import 'package:test_api/backend.dart';
import 'package:test_api/scaffolding.dart' show Timeout;

/// Factor of all times that are given to tests. A machine that does other work
/// beside them needs more than a free one, and an emulated processor even more.
final _patience = int.parse(Platform.environment['FFI_TEST_PATIENCE'] ?? '4');

/// Time after the last test in which the program must end.
final _grace = const Duration(seconds: 5) * _patience;

/// Runs the tests that [main] declares and prints a line for each, then a
/// summary.
///
/// The exit code is 1 if a test failed or none ran. The program is left to end
/// by itself, so that finalizers run; what keeps it from ending is reported.
Future<void> runTests(FutureOr<void> Function() main) async {
  final run = _Run();
  await run.all(main);
  print(run.summary);
  if (!run.succeeded) exitCode = 1;
  await Isolate.spawn(_endsInTime, _grace);
}

/// Runs beside the main isolate, and is gone with it.
Future<void> _endsInTime(Duration grace) async {
  await Future<void>.delayed(grace);
  stderr.writeln(
    'FAIL the program does not end: a port, native callable, timer or socket '
    'is still open ${grace.inSeconds} s after the last test',
  );
  await stderr.flush();
  exit(1);
}

/// Platform that `testOn` and `onPlatform` are compared with. The class of its
/// operating system is not exported, but can be named.
final _platform = SuitePlatform.deserialize({
  'runtime': Runtime.vm.serialize(),
  'os': Platform.isMacOS ? 'mac-os' : Platform.operatingSystem,
  'inGoogle': false,
});

/// One run of one file, with its counts.
final class _Run {
  /// The tests that passed so far; an error after its end moves one to
  /// [_failed].
  final _passed = <LiveTest>{};

  /// The tests that failed, including `setUpAll` and `tearDownAll`; null stands
  /// for the code that declares them.
  final _failed = <LiveTest?>{};
  int _skipped = 0;

  bool get succeeded => _failed.isEmpty && _passed.isNotEmpty;

  String get summary => [
    '${_passed.length} passed',
    '${_failed.length} failed',
    if (_skipped > 0) '$_skipped skipped',
  ].join(', ');

  Future<void> all(FutureOr<void> Function() main) async {
    final declarer = Declarer(
      metadata: Metadata(timeout: Timeout.factor(_patience)),
    );
    final Suite suite;
    try {
      await declarer.declare(main);
      suite = Suite(declarer.build(), _platform);
    } catch (error, trace) {
      _fail(null, 'declaring the tests', [AsyncError(error, trace)]);
      return;
    }
    // Tests do not catch errors thrown outside of their futures themselves.
    await Invoker.guard(() => _group(suite, suite.group, []));
  }

  /// Runs [group], which is inside of [parents].
  Future<void> _group(Suite suite, Group group, List<Group> parents) async {
    final groups = [...parents, group];
    if (group.metadata.skip) {
      _skip(group, group.testCount);
      return;
    }
    if (await _hook(suite, group.setUpAll, groups)) {
      for (final entry in group.entries) {
        switch (entry) {
          case Group():
            await _group(suite, entry, groups);
          case Test(metadata: Metadata(skip: true)):
            _skip(entry, 1);
          case Test():
            await _test(suite, entry, groups);
        }
      }
    }
    await _hook(suite, group.tearDownAll, groups);
  }

  Future<void> _test(Suite suite, Test test, List<Group> groups) async {
    final live = await _live(suite, test, groups);
    final result = live.state.result;
    if (result.isFailing) {
      _fail(live, test.name, live.errors);
    } else if (result.name == 'skipped') {
      _skip(test, 1);
    } else {
      _passed.add(live);
      print('ok   ${test.name}');
    }
  }

  /// Runs a `setUpAll` or `tearDownAll`. These count only if they fail.
  Future<bool> _hook(Suite suite, Test? hook, List<Group> groups) async {
    if (hook == null) return true;
    final live = await _live(suite, hook, groups);
    final passed = live.state.result.isPassing;
    if (!passed) _fail(live, hook.name, live.errors);
    return passed;
  }

  Future<LiveTest> _live(Suite suite, Test test, List<Group> groups) async {
    final live = test.load(suite, groups: groups);
    var ended = false;
    live.onMessage.listen((message) => print(message.text));
    live.onError.listen((error) {
      if (ended) _fail(live, '${test.name} (after its end)', [error]);
    });
    await live.run();
    ended = true;
    return live;
  }

  void _skip(GroupEntry entry, int tests) {
    _skipped += tests;
    final reason = entry.metadata.skipReason;
    print('skip ${entry.name}${reason == null ? '' : ': $reason'}');
  }

  void _fail(LiveTest? live, String name, List<AsyncError> errors) {
    exitCode = 1; // may happen after the summary
    _passed.remove(live);
    _failed.add(live);
    print('FAIL $name');
    for (final AsyncError(:error, :stackTrace) in errors) {
      final trace = StackTraceFormatter().formatStackTrace(stackTrace);
      print(_indent('$error'));
      print(_indent('$trace'));
    }
  }

  static String _indent(String text) =>
      text.trimRight().split('\n').map((line) => '     $line').join('\n');
}
