/// One field of a message: text, an option, a oneof, a field of a message inside.
library;

import 'dart:ffi';

import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';

import 'hand_written.dart';
import 'libraries.dart';

const _byHand = 'by hand';
const _byHandApart = 'by hand, without a T?';
const _byHandAtOnce = 'by hand, a refused text half written';
const _byCodec = "by hand, with dart:convert's codec alone";

/// Compares fields through views that are held, which keep the memory alive.
void compareFields(String mode) {
  for (final (comparison, name) in [
    (_readText, 'str_read'),
    (_writeText, 'str_write'),
    (_readOption, 'option_read'),
    (_writeOption, 'option_write'),
    (_readOneof, 'oneof_read'),
    (_writeOneof, 'oneof_write'),
    (_readNested, 'nested_read'),
    (_writeNested, 'nested_write'),
  ]) {
    final times = comparison.run();
    final ours = times[generated]!;
    // The fastest of those that do equal work.
    var byHand = times[_byHand]!;
    if (times[_byCodec] case final codec? when codec.median < byHand.median) {
      byHand = codec;
    }
    printRatio(
      '${mode}_${name}_vs_hand_written',
      ours,
      byHand,
      const Target.atMost(1.15),
    );
    if (times[_byHandApart] case final apart?) {
      printRatio(
        '${mode}_${name}_vs_hand_written_without_null',
        ours,
        apart,
        const Target.atMost(3),
      );
    }
    if (times[_byHandAtOnce] case final once?) {
      printRatio(
        '${mode}_${name}_vs_hand_written_in_one_pass',
        ours,
        once,
        const Target.atMost(2),
      );
    }
  }
}

final _readText = Comparison('read text of 24 characters', const [
  Contender(generated, _generatedReadText, prepare: resetFields),
  Contender(_byHand, _handReadText, prepare: resetFields),
  Contender(_byCodec, _codecReadText, prepare: resetFields),
], expected: (count) => roundSum(count, (i) => names[i].codeUnitAt(23)));

int _generatedReadText(int count) {
  final all = views;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum += all[i & mask].name.codeUnitAt(23);
  }
  return sum;
}

int _handReadText(int count) {
  final all = handViews;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    final view = all[i & mask];
    final name = readText(view.nameBytes.elements, view.nameLength);
    sum += name.codeUnitAt(23);
  }
  return sum;
}

int _codecReadText(int count) {
  final all = handViews;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    final view = all[i & mask];
    final name = decodeText(view.nameBytes.elements, view.nameLength);
    sum += name.codeUnitAt(23);
  }
  return sum;
}

final _writeText = Comparison(
  'write text of 24 characters',
  const [
    Contender(generated, _generatedWriteText, prepare: resetFields),
    Contender(_byHand, _handWriteText, prepare: resetFields),
    Contender(_byHandAtOnce, _atOnceWriteText, prepare: resetFields),
    Contender(_byCodec, _codecWriteText, prepare: resetFields),
  ],
  // Each writes the values of the next message.
  expected: (count) => _writtenText(count),
);

/// The last characters after `count` messages were written.
int _writtenText(int count) {
  var sum = 0;
  for (var i = 0; i < held; i++) {
    sum += (i + 1) * names[i < count ? (i + 1) & mask : i].codeUnitAt(23);
  }
  return sum;
}

int _foundText() {
  var sum = 0;
  for (var i = 0; i < held; i++) {
    final view = handViews[i];
    sum +=
        (i + 1) *
        readText(view.nameBytes.elements, view.nameLength).codeUnitAt(23);
  }
  return sum;
}

int _generatedWriteText(int count) {
  final all = views;
  final texts = names;
  for (var i = 0; i < count; i++) {
    all[i & mask].name = texts[(i + 1) & mask];
  }
  return _foundText();
}

int _handWriteText(int count) {
  final all = handViews;
  final texts = names;
  for (var i = 0; i < count; i++) {
    final view = all[i & mask];
    view.nameLength = writeText(texts[(i + 1) & mask], view.nameBytes.elements);
  }
  return _foundText();
}

int _atOnceWriteText(int count) {
  final all = handViews;
  final texts = names;
  for (var i = 0; i < count; i++) {
    final view = all[i & mask];
    view.nameLength = writeTextAtOnce(
      texts[(i + 1) & mask],
      view.nameBytes.elements,
    );
  }
  return _foundText();
}

int _codecWriteText(int count) {
  final all = handViews;
  final texts = names;
  for (var i = 0; i < count; i++) {
    final view = all[i & mask];
    view.nameLength = encodeText(
      texts[(i + 1) & mask],
      view.nameBytes.elements,
    );
  }
  return _foundText();
}

final _readOption = Comparison('read an option, every other one there', const [
  Contender(generated, _generatedReadOption, prepare: resetFields),
  Contender(_byHand, _handReadOption, prepare: resetFields),
  Contender(_byHandApart, _apartReadOption, prepare: resetFields),
], expected: (count) => roundSum(count, (i) => i.isEven ? i / 4 : 1));

double _generatedReadOption(int count) {
  final all = views;
  var sum = 0.0;
  for (var i = 0; i < count; i++) {
    sum += all[i & mask].limit ?? 1;
  }
  return sum;
}

double _handReadOption(int count) {
  final all = handViews;
  var sum = 0.0;
  for (var i = 0; i < count; i++) {
    sum += all[i & mask].limit ?? 1;
  }
  return sum;
}

double _apartReadOption(int count) {
  final all = handViews;
  var sum = 0.0;
  for (var i = 0; i < count; i++) {
    final view = all[i & mask];
    final present = view.limitPresent;
    sum += present == 1
        ? view.limitValue
        : present == 0
        ? 1
        : badPresence(present);
  }
  return sum;
}

final _writeOption =
    Comparison('write an option, every other time there', const [
      Contender(generated, _generatedWriteOption, prepare: resetFields),
      Contender(_byHand, _handWriteOption, prepare: resetFields),
      Contender(_byHandApart, _apartWriteOption, prepare: resetFields),
    ], expected: (count) => _optionSum(count));

/// Sums the values with the parity inverted.
double _optionSum(int count) {
  var sum = 0.0;
  for (var i = 0; i < held; i++) {
    if (i < count ? i.isOdd : i.isEven) sum += i < count ? i + 0.5 : i / 4;
  }
  return sum;
}

double _foundOptions() {
  var sum = 0.0;
  for (var i = 0; i < held; i++) {
    if (handViews[i].limitPresent == 1) sum += handViews[i].limitValue;
  }
  return sum;
}

double _generatedWriteOption(int count) {
  final all = views;
  for (var i = 0; i < count; i++) {
    final at = i & mask;
    all[at].limit = at.isOdd ? at + 0.5 : null;
  }
  return _foundOptions();
}

double _handWriteOption(int count) {
  final all = handViews;
  for (var i = 0; i < count; i++) {
    final at = i & mask;
    all[at].limit = at.isOdd ? at + 0.5 : null;
  }
  return _foundOptions();
}

double _apartWriteOption(int count) {
  final all = handViews;
  for (var i = 0; i < count; i++) {
    final at = i & mask;
    final view = all[at];
    if (at.isOdd) {
      view.limitValue = at + 0.5;
      view.limitPresent = 1;
    } else {
      view.limitPresent = 0;
    }
  }
  return _foundOptions();
}

final _readOneof = Comparison('read a oneof of two cases', const [
  Contender(generated, _generatedReadOneof, prepare: resetFields),
  Contender(_byHand, _handReadOneof, prepare: resetFields),
  Contender(_byHandApart, _apartReadOneof, prepare: resetFields),
], expected: (count) => roundSum(count, (i) => i % 3 == 0 ? i / 2 : i));

double _generatedReadOneof(int count) {
  final all = views;
  var sum = 0.0;
  for (var i = 0; i < count; i++) {
    final reading = all[i & mask].reading;
    sum += reading.celsius ?? reading.count!.toDouble();
  }
  return sum;
}

double _handReadOneof(int count) {
  final all = handViews;
  var sum = 0.0;
  for (var i = 0; i < count; i++) {
    final reading = all[i & mask].reading;
    sum += reading.celsius ?? reading.count!.toDouble();
  }
  return sum;
}

double _apartReadOneof(int count) {
  final all = handViews;
  var sum = 0.0;
  for (var i = 0; i < count; i++) {
    final reading = all[i & mask].reading;
    sum += reading.tag == 1
        ? reading.payload.celsius
        : reading.tag == 2
        ? reading.payload.count.toDouble()
        : badPresence(reading.tag);
  }
  return sum;
}

final _writeOneof = Comparison('write a oneof, two cases in turn', const [
  Contender(generated, _generatedWriteOneof, prepare: resetFields),
  Contender(_byHand, _handWriteOneof, prepare: resetFields),
], expected: (count) => _oneofSum(count));

double _oneofSum(int count) {
  var sum = 0.0;
  for (var i = 0; i < held; i++) {
    if (i < count) {
      sum += i.isEven ? i * 2 : i * 3;
    } else {
      sum += i % 3 == 0 ? i / 2 : i;
    }
  }
  return sum;
}

double _foundOneofs() {
  var sum = 0.0;
  for (var i = 0; i < held; i++) {
    final reading = handViews[i].reading;
    sum += reading.tag == 1
        ? reading.payload.celsius
        : reading.payload.count.toDouble();
  }
  return sum;
}

double _generatedWriteOneof(int count) {
  final all = views;
  for (var i = 0; i < count; i++) {
    final at = i & mask;
    final reading = all[at].reading;
    if (at.isEven) {
      reading.setCelsius(at * 2);
    } else {
      reading.setCount(at * 3);
    }
  }
  return _foundOneofs();
}

double _handWriteOneof(int count) {
  final all = handViews;
  for (var i = 0; i < count; i++) {
    final at = i & mask;
    final reading = all[at].reading;
    if (at.isEven) {
      reading.payload.celsius = at * 2;
      reading.tag = 1;
    } else {
      reading.payload.count = at * 3;
      reading.tag = 2;
    }
  }
  return _foundOneofs();
}

final _readNested = Comparison('read a field of a message inside', const [
  Contender(generated, _generatedReadNested, prepare: resetFields),
  Contender(_byHand, _handReadNested, prepare: resetFields),
], expected: (count) => roundSum(count, (i) => i));

double _generatedReadNested(int count) {
  final all = views;
  var sum = 0.0;
  for (var i = 0; i < count; i++) {
    sum += all[i & mask].point.x;
  }
  return sum;
}

double _handReadNested(int count) {
  final all = handViews;
  var sum = 0.0;
  for (var i = 0; i < count; i++) {
    sum += all[i & mask].point.x;
  }
  return sum;
}

final _writeNested = Comparison('write a field of a message inside', const [
  Contender(generated, _generatedWriteNested, prepare: resetFields),
  Contender(_byHand, _handWriteNested, prepare: resetFields),
], expected: (count) => count - 1);

double _generatedWriteNested(int count) {
  final all = views;
  for (var i = 0; i < count; i++) {
    all[i & mask].point.x = i.toDouble();
  }
  return handViews[(count - 1) & mask].point.x;
}

double _handWriteNested(int count) {
  final all = handViews;
  for (var i = 0; i < count; i++) {
    all[i & mask].point.x = i.toDouble();
  }
  return handViews[(count - 1) & mask].point.x;
}
