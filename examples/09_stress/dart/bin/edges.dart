/// Cases that a program meets by mistake, or rarely.
library;

import 'package:stress/stress.dart';

import 'kinds.dart';

/// Checks that [action] throws a [T].
void _throws<T extends Object>(void Function() action) {
  try {
    action();
  } on T {
    return;
  }
  expect(false, 'nothing was thrown, instead of a $T');
}

/// Nothing: options, references, lists, arrays of none.
String nothing(StressLibrary library) {
  final options = OptionsBox();
  expect(options.ref.option3 == null, 'an option is null at first');
  options.ref
    ..option3 = 7
    ..option12 = null
    ..option3 = null;
  expect(options.ref.option3 == null, 'and is null again');
  options.dispose();
  final links = LinksBox();
  expect(links.ref.link0.message == null, 'a reference to nothing');
  expect(links.ref.link2.isEmpty, 'an empty list');
  links.dispose();
  final none = WideArray(0);
  expect(library.sumWides(none) == 0, 'an array of no messages');
  none.dispose();
  final deep = Nest20Box();
  expect(deep.ref.inner == null, 'a level that is not there');
  deep.dispose();
  return 'options, references, lists and arrays of none';
}

/// The same again and again.
String repeated(StressLibrary library) {
  final box = LeafBox();
  for (var i = 0; i < 1000; i++) {
    box.ref
      ..id = i
      ..name = '$i';
  }
  expect(box.ref.name == '999', 'the last one stays');
  for (var i = 0; i < 1000; i++) {
    box.dispose();
  }
  _throws<StateError>(() => box.ref);
  final slot = LinksPool.alloc();
  for (var i = 0; i < 1000; i++) {
    slot.dispose();
  }
  expect(LinksPool.stats.live == 0, 'a slot goes back once');
  return 'disposed of 1,000 times, freed once';
}

/// Smallest and largest values, and those beyond.
String edges(StressLibrary library) {
  final box = ScalarsBox();
  final scalars = box.ref
    ..scalar0 = -128
    ..scalar3 = -9223372036854775808
    ..scalar7Big = BigInt.two.pow(64) - BigInt.one
    ..scalar9 = double.nan;
  expect(scalars.scalar7 == -1, 'all 64 bits');
  _throws<RangeError>(() => scalars.scalar0 = 128);
  _throws<RangeError>(() => scalars.scalar4 = -1);
  _throws<ArgumentError>(() => scalars.scalar7Big = BigInt.two.pow(64));
  expect(scalars.scalar0 == -128, 'what is refused changes nothing');
  final hash = library.touchScalars(box);
  scalars.scalar3++;
  expect(library.touchScalars(box) != hash, 'Rust sees each bit');
  box.dispose();

  final texts = TextsBox();
  final full = 'ü' * 12;
  texts.ref.text1 = full;
  _throws<CapacityException>(() => texts.ref.text1 = '${full}x');
  expect(texts.ref.text1 == full, '24 bytes are full');
  texts.ref.text1 = '';
  expect(texts.ref.text1.isEmpty, 'and empty');
  texts.dispose();

  final lists = ListsBox();
  lists.ref.list6.addAll([1, 2, 3, 4, 5]);
  _throws<CapacityException>(() => lists.ref.list6.add(6));
  _throws<RangeError>(() => lists.ref.list6[5]);
  lists.dispose();

  final opens = OpensBox()..ref.open4Raw = 77;
  expect(library.touchOpens(opens) != 0, 'a number that no variant has');
  opens.dispose();
  return 'limits are kept, what is beyond is refused';
}
