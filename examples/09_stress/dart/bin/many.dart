/// Many messages at once, one after the other, and in several isolates.
library;

import 'dart:isolate';

import 'package:stress/stress.dart';

import 'kinds.dart';

/// Checks that each message still has its number, counted from [first], and
/// disposes of it.
void _end(List<Message> messages, [int first = 0]) {
  for (final (index, message) in messages.indexed) {
    expect(message.read() == first + index, 'message $index has another value');
    message.dispose();
  }
}

String manyObjects(StressLibrary library) {
  final leaves = List.generate(10000, leaf);
  final sum = leaves.fold(0, (sum, leaf) => sum + leaf.read());
  _end(leaves);
  return 'numbers add up to $sum';
}

String mixed(StressLibrary library) {
  final all = [for (final make in fourKinds) List.generate(1000, make)];
  all.forEach(_end);
  return '${all.length} kinds, each with its values';
}

/// Disposes of every other message while messages of other kinds are made.
String interleaved(StressLibrary library) {
  final kept = <Message>[];
  for (var i = 0; i < 2000; i++) {
    final make = fourKinds[i % fourKinds.length];
    kept.add(make(i ~/ 2));
    if (i.isOdd) kept.removeLast().dispose();
  }
  _end(kept);
  return '${kept.length} of 2000 stayed, with their values';
}

String rapidCycles(StressLibrary library) {
  for (var i = 0; i < 1000; i++) {
    for (final make in kinds.values) {
      final message = make(i);
      expect(message.read() == i, 'cycle $i');
      message.dispose();
    }
  }
  return 'of ${kinds.length} kinds';
}

String cycles(StressLibrary library) {
  for (var i = 0; i < 100000; i++) {
    final box = LeafBox();
    box.ref.id = i;
    expect(box.ref.id == i, 'cycle $i');
    box.dispose();
  }
  return 'each found what it wrote';
}

String rotation(StressLibrary library) {
  final active = List.generate(10000, leaf);
  for (var i = 0; i < 100000; i++) {
    final at = i * 7919 % active.length;
    final old = active[at];
    final number = old.read();
    expect(number % active.length == at, 'place $at has number $number');
    old.dispose();
    active[at] = leaf(number + active.length);
  }
  for (final leaf in active) {
    expect(leaf.read() >= 100000, 'each was replaced');
    leaf.dispose();
  }
  return 'all were replaced 10 times';
}

/// Slots of a pool, each of which refers to the one before.
String chain(StressLibrary library) {
  final boxes = <LinksBox>[];
  for (LinksBox? box; (box = LinksPool.tryAlloc()) != null;) {
    if (boxes.isNotEmpty) box!.ref.link0 = LinksPool.reference(boxes.last);
    boxes.add(box!);
  }
  var length = 0;
  for (Links? link = boxes.last.ref; link != null; link = link.link0.message) {
    length++;
  }
  final last = LinksPool.reference(boxes.last);
  for (final box in boxes) {
    box.dispose();
  }
  expect(last.message == null, 'a slot that was given back is refused');
  return '$length links, and no slot for another';
}

/// Four isolates, which use the library and its pool at the same time.
Future<String> isolates(StressLibrary library) async {
  final sums = await Future.wait([
    for (var isolate = 0; isolate < 4; isolate++)
      Isolate.run(() => _work(isolate)),
  ]);
  for (final (isolate, sum) in sums.indexed) {
    expect(sum == 250 * isolate * 8 + 8 * 250 * 249 ~/ 2, 'the sum is $sum');
  }
  return '${sums.length}, each with its own values';
}

int _work(int isolate) {
  StressLibrary.open();
  var sum = 0;
  for (var i = 0; i < 250; i++) {
    final slot = ScalarsPool.alloc()..ref.scalar3 = isolate + i;
    for (final make in kinds.values) {
      final message = make(isolate + i);
      sum += message.read();
      message.dispose();
    }
    sum += slot.ref.scalar3;
    slot.dispose();
  }
  return sum;
}
