/// Times large messages, few values in much room, and boxes that are made for one call.
library;

import 'dart:ffi';

import 'package:bench_everyday/bench_everyday.dart';
import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';

/// Compares making, copying and decoding messages.
void compareMemory(String mode) {
  _few.rows.assign([for (var i = 0; i < _used; i++) _row(i)]);
  for (final (comparison, name, limit) in [
    (_large, 'large_box_vs_calloc', 1.2),
    (_dispose, 'box_vs_finalizer_by_hand', 1.1),
    (_drop, 'dropped_boxes_vs_by_hand', 1.1),
    (_copy, 'copy_few_vs_loop_by_hand', 1.2),
    (_decode, 'decode_few_new_vs_again', 200.0),
  ]) {
    final times = comparison.run();
    final [ours, theirs, ...] = times.values.toList();
    printRatio('${mode}_$name', ours, theirs, Target.atMost(limit));
  }
}

final _calloc = DynamicLibrary.process()
    .lookupFunction<
      Pointer<Void> Function(Size, Size),
      Pointer<Void> Function(int, int)
    >('calloc', isLeaf: true);
final _free = DynamicLibrary.process()
    .lookupFunction<Void Function(Pointer<Void>), void Function(Pointer<Void>)>(
      'free',
      isLeaf: true,
    );
final _freeAddress = DynamicLibrary.process()
    .lookup<NativeFunction<Void Function(Pointer<Void>)>>('free');
final _finalizer = NativeFinalizer(_freeAddress);

final _large = Comparison('5 messages of 6.2 MB, one byte of each is written', [
  const Contender('boxes', _boxes),
  const Contender('calloc', _callocs),
], expected: (count) => count * 5);

int _boxes(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    final all = [for (var i = 0; i < 5; i++) FrameBox()];
    for (final box in all) {
      final pixels = box.raw.pointer.cast<Uint8>();
      pixels[3000000] = 1;
      sum += pixels[3000000] + pixels[1];
      box.dispose();
    }
  }
  return sum;
}

int _callocs(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    final all = [
      for (var i = 0; i < 5; i++) _calloc(1, sizeOf<Frame>()).cast<Uint8>(),
    ];
    for (final pixels in all) {
      pixels[3000000] = 1;
      sum += pixels[3000000] + pixels[1];
      _free(pixels.cast());
    }
  }
  return sum;
}

final _dispose = Comparison('make a box, write a field, dispose of it', [
  const Contender('box', _box),
  const Contender('by hand: calloc and a NativeFinalizer', _handBox),
], expected: (count) => count * (count - 1) ~/ 2);

int _box(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    final box = RowBox()..ref.id = i;
    sum += box.ref.id;
    box.dispose();
  }
  return sum;
}

int _handBox(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    final box = _HandBox()..ref.id = i;
    sum += box.ref.id;
    box.dispose();
  }
  return sum;
}

/// The collector runs between the boxes of a sample, so its time counts.
final _drop = Comparison('make $_dropped boxes, write a field, drop them', [
  const Contender('boxes', _dropBoxes),
  const Contender('by hand: calloc and a NativeFinalizer', _dropHandBoxes),
], expected: (count) => count * _dropped);

const _dropped = 1000;

int _dropBoxes(int count) {
  var sum = 0;
  for (var i = 0; i < count * _dropped; i++) {
    final box = RowBox()..ref.version = 1;
    sum += box.ref.version;
  }
  return sum;
}

int _dropHandBoxes(int count) {
  var sum = 0;
  for (var i = 0; i < count * _dropped; i++) {
    final box = _HandBox()..ref.version = 1;
    sum += box.ref.version;
  }
  return sum;
}

/// A row that the collector frees.
final class _HandBox implements Finalizable {
  _HandBox() : _pointer = _calloc(1, sizeOf<Row>()).cast() {
    _finalizer.attach(
      this,
      _pointer.cast(),
      detach: this,
      externalSize: sizeOf<Row>(),
    );
  }

  final Pointer<Row> _pointer;

  /// A view that keeps the memory alive, made with the first use.
  late final Row ref = Struct.create<Row>(
    _pointer.cast<Uint8>().asTypedList(sizeOf<Row>()),
  );

  void dispose() {
    _finalizer.detach(this);
    _free(_pointer.cast());
  }
}

const _used = 5;
final _fewBox = TableBox();
final Table _few = _fewBox.ref;
final _targetBox = TableBox();
final Table _target = _targetBox.ref;

Row _row(int i) => Struct.create<Row>()
  ..id = i
  ..name = 'Katherine Coleman Goble Johnson'
  ..version = i;

final _copy = Comparison('copy $_used rows in room for 20,000', [
  const Contender('setFrom', _setFrom),
  const Contender('each row by hand', _eachRow),
], expected: (count) => count * _used);

int _setFrom(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    _target.setFrom(_few);
    sum += _target.rows.length;
  }
  return sum;
}

int _eachRow(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    final from = _few.rows, to = _target.rows;
    to.rawLength = from.length;
    for (var i = 0; i < from.length; i++) {
      to[i] = from[i];
    }
    sum += _target.rows.length;
  }
  return sum;
}

final _bytes = _fewBox.toProto();

final _decode = Comparison('decode $_used rows in room for 20,000', [
  const Contender('fromProto', _fromProto),
  const Contender('readProto, into one message', _readProto),
], expected: (count) => count * _used);

int _fromProto(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    final box = TableBox.fromProto(_bytes);
    sum += box.raw.pointer.ref.rows.length;
    box.dispose();
  }
  return sum;
}

int _readProto(int count) {
  var sum = 0;
  for (var pass = 0; pass < count; pass++) {
    _targetBox.readProto(_bytes);
    sum += _target.rows.length;
  }
  return sum;
}
