/// Deep, wide and huge messages.
library;

import 'dart:io';

import 'package:stress/stress.dart';

import 'kinds.dart';

String traversed(StressLibrary library) {
  final box = Nest20Box();
  expect(library.deepest(box) == null, 'there are no levels yet');
  writeNest(box.ref, 1);
  final level = innermost(box.ref).level;
  expect(library.deepest(box) == level, 'Rust and Dart find the same level');
  final text = box.ref.toData().toString();
  final levels = 'level: '.allMatches(text).length;
  box.dispose();
  return '$levels, the innermost is $level';
}

String deepRoots(StressLibrary library) {
  final roots = List.generate(100, (i) {
    final box = Nest20Box();
    writeNest(box.ref, i);
    return box;
  });
  var sum = 0;
  for (final root in roots) {
    sum += library.deepest(root)!;
    root.dispose();
  }
  return 'their innermost levels add up to $sum';
}

String wide(StressLibrary library) {
  final box = WideBox();
  writeWide(box.ref, 81);
  final sum = library.sumWide(box);
  expect(sum == 81.5, 'Rust finds $sum');
  final copy = WideBox()..ref.setFrom(box.ref);
  expect(library.touchWide(copy) == library.touchWide(box), 'copies are equal');
  expect(copy.ref.toData() == box.ref.toData(), 'and so are their values');
  final text = box.ref.toData().toString();
  final fields = RegExp(r'field\d+: ').allMatches(text).length;
  box.dispose();
  copy.dispose();
  return '$fields fields, Rust adds up $sum';
}

String wideArray(StressLibrary library) {
  final array = WideArray(1000);
  for (final (i, message) in array.indexed) {
    writeWide(message, i);
  }
  final sum = library.sumWides(array);
  var same = 0.5 * array.length;
  for (final message in array) {
    same += message.field81;
  }
  expect(sum == same, 'Rust finds $sum, Dart $same');
  array.dispose();
  return 'Rust and Dart add up $sum';
}

String huge(StressLibrary library) {
  final box = FrameBox();
  final bytes = box.bytes.length;
  library.drawFrame(frame: box, width: 4096, height: 4000);
  final pixels = box.ref.pixels;
  expect(pixels[4096 * 7 + 5] == 12, 'a pixel is the sum of its coordinates');
  final drawn = pixels.length;
  try {
    library.drawFrame(frame: box, width: 4096, height: 4096);
    expect(false, 'a frame is no larger than its room');
  } on RustErrorException {
    expect(box.ref.stamp == 1, 'the frame is unchanged');
  }
  box.dispose();
  return '$drawn of $bytes bytes are drawn';
}

/// 1.6 GB, of which only the pages that are written to take memory. They have 2 MiB
/// each where the system has huge ones for all programs.
String manyHuge(StressLibrary library) {
  final before = ProcessInfo.currentRss;
  final frames = List.generate(100, frame);
  final grown = ProcessInfo.currentRss - before;
  for (final (i, frame) in frames.indexed) {
    expect(frame.read() == i, 'frame $i');
    frame.dispose();
  }
  if (Platform.isLinux) {
    expect(grown < 400 << 20, 'unused memory takes $grown bytes');
  }
  return 'they take what is used of them';
}

/// Bytes of a message of each kind, the same in Rust and Dart.
String sizes(StressLibrary library) {
  final sizes = {
    'leaf': LeafArray(0).elementSize,
    'record': Record0000Array(0).elementSize,
    'deep': Nest20Array(0).elementSize,
    'wide': WideArray(0).elementSize,
    'forest': ForestArray(0).elementSize,
    'page': PageArray(0).elementSize,
    'frame': FrameArray(0).elementSize,
  };
  return '$sizes bytes';
}
