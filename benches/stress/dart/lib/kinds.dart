/// Messages of each kind: made, disposed of, and used in between.
library;

import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';
import 'package:stress/stress.dart';

/// A kind of message.
final class Kind<B> {
  const Kind(this.name, this.make, this.use, this.dispose);

  final String name;
  final B Function() make;

  /// Writes [number] to a message, and returns what is read again.
  final int Function(B box, int number) use;
  final void Function(B box) dispose;

  /// Makes [count] messages, and then disposes of them; returns the nanoseconds
  /// that each takes.
  (double, double) makeAndDispose(int count) {
    final watch = Stopwatch()..start();
    final boxes = List.generate(count, (_) => make(), growable: false);
    final made = watch.elapsedTicks;
    for (final box in boxes) {
      dispose(box);
    }
    final all = watch.elapsedTicks;
    final tick = 1e9 / watch.frequency / count;
    return (made * tick, (all - made) * tick);
  }

  /// Makes, writes, reads and disposes of [count] messages one after the other;
  /// returns the nanoseconds that each takes.
  double cycle(int count) {
    final watch = Stopwatch()..start();
    var sum = 0;
    for (var number = 0; number < count; number++) {
      final box = make();
      sum += use(box, number);
      dispose(box);
    }
    final ticks = watch.elapsedTicks;
    final expected = count * (count - 1) ~/ 2;
    if (sum != expected) throw WrongResult(name, sum, expected);
    return ticks * 1e9 / watch.frequency / count;
  }
}

final leaf = Kind<LeafBox>(
  'leaf',
  LeafBox.new,
  (box, number) => (box.ref..id = number).id,
  (box) => box.dispose(),
);

final _kinds = <Kind<Object?>>[
  leaf,
  Kind<Record0000Box>(
    'record',
    Record0000Box.new,
    (box, number) => (box.ref..position = number).position,
    (box) => box.dispose(),
  ),
  Kind<Nest20Box>(
    'deep',
    Nest20Box.new,
    (box, number) => (_innermost(box.ref)..level = number).level,
    (box) => box.dispose(),
  ),
  Kind<WideBox>(
    'wide',
    WideBox.new,
    (box, number) => (box.ref..field81 = number).field81,
    (box) => box.dispose(),
  ),
  Kind<ForestBox>(
    'forest',
    ForestBox.new,
    (box, number) => (box.ref.newSpare().root..id = number).id,
    (box) => box.dispose(),
  ),
  Kind<PageBox>(
    'page',
    PageBox.new,
    (box, number) => (box.ref..id = number).id,
    (box) => box.dispose(),
  ),
  Kind<FrameBox>(
    'huge',
    FrameBox.new,
    (box, number) => (box.ref..stamp = number).stamp,
    (box) => box.dispose(),
  ),
  Kind<ScalarsBox>(
    'slot',
    ScalarsPool.alloc,
    (box, number) => (box.ref..scalar3 = number).scalar3,
    (box) => box.dispose(),
  ),
];

/// The innermost of 20 levels, all of which are made.
Nest01 _innermost(Nest20 root) {
  final fifteen = root.newInner().inner.addZeroed().inner.inner.inner;
  final ten = fifteen.newInner().inner.addZeroed().inner.inner.inner;
  final five = ten.newInner().inner.addZeroed().inner.inner.inner;
  return five.newInner().inner.addZeroed().inner.inner;
}

/// Thousands per second that are to be made and used: a hundred times what another
/// suite was asked for, ten times for huge messages.
double _target(String kind) => switch (kind) {
  'huge' => 1,
  'page' => 10,
  _ => 100,
};

/// Thousands per second that are to be disposed of: a hundred times as many.
const _disposed = 100.0;

const _rounds = 15;

void timeKinds(String mode) {
  print(
    '\n${'messages, ns each'.padRight(30)}'
    '      made  disposed  made, written, read and disposed',
  );
  for (final kind in _kinds) {
    final count = kind.name == 'huge' ? 100 : 1000;
    final made = <double>[];
    final disposed = <double>[];
    final used = <double>[];
    for (var round = -3; round < _rounds; round++) {
      final (making, disposing) = kind.makeAndDispose(count);
      final using = kind.cycle(count);
      // The first rounds warm up.
      if (round < 0) continue;
      made.add(making);
      disposed.add(disposing);
      used.add(using);
    }
    final samples = [
      Samples('made', made),
      Samples('disposed of', disposed),
      Samples('used', used),
    ];
    String cell(Samples it) => it.median.toStringAsFixed(0).padLeft(10);
    print('  ${kind.name.padRight(28)}${samples.map(cell).join()}');
    void rate(String what, Samples times, double target) => print(
      ratioLine(
        '${mode}_${kind.name}_${what}_thousand_per_second',
        1e6 / times.median,
        Target.atLeast(target),
      ),
    );
    rate('made', samples[0], _target(kind.name));
    rate('used', samples[2], _target(kind.name));
    rate('disposed', samples[1], _disposed);
  }
}
