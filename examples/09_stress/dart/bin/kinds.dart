/// The kinds of messages that the rows use: how each is written and read.
library;

import 'dart:io';

import 'package:stress/stress.dart';

/// Ends the program unless [holds].
void expect(bool holds, String wrong) {
  if (holds) return;
  stderr.writeln('wrong: $wrong');
  exit(1);
}

/// A message in memory of the library.
typedef Message = ({int Function() read, void Function() dispose});

/// Makes a message of each kind, in which a number is written.
const Map<String, Message Function(int number)> kinds = {
  'leaf': leaf,
  'record': record,
  'deep': deep,
  'wide': wideOf,
  'forest': forest,
  'page': page,
  'frame': frame,
};

/// Four kinds of which a program can have thousands.
const fourKinds = [leaf, record, deep, wideOf];

Message leaf(int number) {
  final box = LeafBox();
  box.ref
    ..id = number
    ..name = 'leaf';
  return (read: () => box.ref.id, dispose: box.dispose);
}

Message record(int number) {
  final box = Record0000Box();
  box.ref.position = number;
  return (read: () => box.ref.position, dispose: box.dispose);
}

Message deep(int number) {
  final box = Nest20Box();
  writeNest(box.ref, number);
  return (read: () => innermost(box.ref).level, dispose: box.dispose);
}

Message wideOf(int number) {
  final box = WideBox();
  writeWide(box.ref, number);
  return (read: () => box.ref.field81, dispose: box.dispose);
}

Message forest(int number) {
  final box = ForestBox();
  final tree = box.ref.newSpare();
  tree.root.id = number;
  tree.branches.addZeroed().leaves.addZeroed()
    ..id = number
    ..name = 'leaf';
  return (
    read: () => box.ref.spare!.branches[0].leaves[0].id,
    dispose: box.dispose,
  );
}

Message page(int number) {
  final box = PageBox();
  box.ref
    ..id = number
    ..title = 'page $number'
    ..lines[254] = 'the last line';
  return (read: () => box.ref.id, dispose: box.dispose);
}

Message frame(int number) {
  final box = FrameBox();
  box.ref.stamp = number;
  return (read: () => box.ref.stamp, dispose: box.dispose);
}

/// Writes all 20 levels, the innermost with [number], each other with its own.
void writeNest(Nest20 root, int number) {
  final nineteen = (root..level = 20).newInner()..level = 19;
  final eighteen = nineteen.inner.addZeroed()..level = 18;
  final seventeen = eighteen.inner..level = 17;
  final sixteen = seventeen.inner..level = 16;
  final fifteen = sixteen.inner..level = 15;
  final fourteen = fifteen.newInner()..level = 14;
  final thirteen = fourteen.inner.addZeroed()..level = 13;
  final twelve = thirteen.inner..level = 12;
  final eleven = twelve.inner..level = 11;
  final ten = eleven.inner..level = 10;
  final nine = ten.newInner()..level = 9;
  final eight = nine.inner.addZeroed()..level = 8;
  final seven = eight.inner..level = 7;
  final six = seven.inner..level = 6;
  final five = six.inner..level = 5;
  final four = five.newInner()..level = 4;
  final three = four.inner.addZeroed()..level = 3;
  final two = three.inner..level = 2;
  two.inner.level = number;
}

/// The innermost of the 20 levels.
Nest01 innermost(Nest20 root) {
  final fifteen = root.inner!.inner[0].inner.inner.inner;
  final ten = fifteen.inner!.inner[0].inner.inner.inner;
  final five = ten.inner!.inner[0].inner.inner.inner;
  return five.inner!.inner[0].inner.inner;
}

/// Writes fields of many types; those of 64 bits add up to `number + 0.5`.
void writeWide(Wide wide, int number) {
  wide
    ..field0 = 10
    ..field1 = 'the second of 100 fields'
    ..field2 = 0.25
    ..field3 = true
    ..field4 = -5
    ..field5 = 0.75
    ..field6[15] = 1.5
    ..field7 = Usual.below
    ..field9.add(7)
    ..field11 = -10
    ..field12.setPing()
    ..field16['key'] = 16
    ..field18.scalar3 = -1
    ..field25.setLabel('a case')
    ..field56 = 0.25
    ..field81 = number
    ..field99.scalar7 = 99;
}
