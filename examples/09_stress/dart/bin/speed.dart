/// Times; the figures go to the standard error.
library;

import 'dart:io';

import 'package:stress/stress.dart';

import 'kinds.dart';

String _perSecond(int count, Stopwatch watch) {
  final seconds = watch.elapsedTicks / watch.frequency;
  return '${(count / seconds).toStringAsFixed(0)}/s';
}

/// Makes and writes, then disposes of messages of each kind.
String speed(StressLibrary library) {
  for (final MapEntry(key: name, value: make) in kinds.entries) {
    const count = 100;
    final made = Stopwatch()..start();
    final messages = List.generate(count, make);
    made.stop();
    final ended = Stopwatch()..start();
    for (final message in messages) {
      message.dispose();
    }
    ended.stop();
    stderr.writeln(
      '  $name: ${_perSecond(count, made)} made and written, '
      '${_perSecond(count, ended)} disposed of',
    );
  }
  return '${kinds.length} kinds';
}

/// Makes, reads and disposes of as many messages as it says: a step that takes
/// ten times as many takes ten times as long.
String linear(StressLibrary library) {
  var all = 0;
  for (var count = 1000; count <= 10000; count += 1000) {
    final watch = Stopwatch()..start();
    final messages = List.generate(count, leaf);
    var sum = 0;
    for (final message in messages) {
      sum += message.read();
      message.dispose();
    }
    expect(sum == count * (count - 1) ~/ 2, '$count messages');
    stderr.writeln('  $count messages: ${_perSecond(count, watch)}');
    all += count;
  }
  return '$all messages in 10 steps';
}
