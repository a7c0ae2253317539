/// Objects and a service: a method against a function, an object against a box by
/// hand, a call against protobuf's bytes over the same C ABI.
library;

import 'dart:ffi';

import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';
import 'package:bench_services/bench_services.dart';

import 'proto.dart';

late BenchServicesLibrary _library;
late Step _step;
late Raise _raise;
late SixteenBox _request;
late SixteenArray _requests;

late int Function(Pointer<Uint64>, int) _boxNext;
late Pointer<Uint64> Function() _boxNew;
late void Function(Pointer<Uint64>) _boxFree;
late NativeFinalizer _boxFinalizer;

const _rows = 1000;

/// A box by hand, freed by a finalizer or by [dispose].
final class _ByHand implements Finalizable {
  _ByHand() : _pointer = _boxNew() {
    _boxFinalizer.attach(this, _pointer.cast(), detach: this);
  }

  final Pointer<Uint64> _pointer;

  int next(int value) => _boxNext(_pointer, value);

  void dispose() {
    _boxFinalizer.detach(this);
    _boxFree(_pointer);
  }
}

void _open(String path) {
  _library = BenchServicesLibrary.open(path: path);
  _step = Step();
  _raise = _library.openRaise();
  _request = SixteenBox();
  _requests = SixteenArray(_rows);
  final library = DynamicLibrary.open(path);
  _boxNext = library
      .lookupFunction<
        Uint64 Function(Pointer<Uint64>, Uint64),
        int Function(Pointer<Uint64>, int)
      >('bench_services_box_next', isLeaf: true);
  _boxNew = library
      .lookupFunction<Pointer<Uint64> Function(), Pointer<Uint64> Function()>(
        'bench_services_box_new',
        isLeaf: true,
      );
  _boxFree = library
      .lookupFunction<
        Void Function(Pointer<Uint64>),
        void Function(Pointer<Uint64>)
      >('bench_services_box_free', isLeaf: true);
  _boxFinalizer = NativeFinalizer(library.lookup('bench_services_box_free'));
}

num _leafMethod(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum += _step.nextLeaf(i);
  }
  return sum;
}

num _leafFunction(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum += _library.nextLeaf(i);
  }
  return sum;
}

num _method(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum += _step.next(i);
  }
  return sum;
}

num _function(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum += _library.next(i);
  }
  return sum;
}

num _functionOfTwo(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum += _library.nextBy(1, i);
  }
  return sum;
}

num _object(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    final step = Step();
    sum += step.nextLeaf(i);
    step.dispose();
  }
  return sum;
}

num _byHand(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    final step = _ByHand();
    sum += step.next(i);
    step.dispose();
  }
  return sum;
}

void _fill(Sixteen row, int value) {
  final part = value.toDouble();
  row
    ..f0 = value
    ..f1 = value
    ..f2 = value
    ..f3 = value
    ..f4 = value
    ..f5 = value
    ..f6 = value
    ..f7 = value
    ..g0 = part
    ..g1 = part
    ..g2 = part
    ..g3 = part
    ..g4 = part
    ..g5 = part
    ..g6 = part
    ..g7 = part;
}

num _sum(Sixteen row) =>
    row.f0 +
    row.f1 +
    row.f2 +
    row.f3 +
    row.f4 +
    row.f5 +
    row.f6 +
    row
        .f7 //
        +
    (row.g0 + row.g1 + row.g2 + row.g3 + row.g4 + row.g5 + row.g6 + row.g7);

PbSixteen _filledPb(int value) {
  final row = PbSixteen();
  for (var field = 0; field < 8; field++) {
    row
      ..setF(field, value)
      ..setG(field, value.toDouble());
  }
  return row;
}

num _sumPb(PbSixteen row) {
  num sum = 0;
  for (var field = 0; field < 8; field++) {
    sum += row.f(field) + row.g(field);
  }
  return sum;
}

num _service(int count) {
  num sum = 0;
  for (var i = 0; i < count; i++) {
    _fill(_request.ref, i);
    sum += _sum(_raise.one(_request));
  }
  return sum;
}

num _bytes(int count) {
  num sum = 0;
  for (var i = 0; i < count; i++) {
    final request = Uint8Array.of(_filledPb(i).writeToBuffer());
    final response = _library.raiseBytes(request);
    sum += _sumPb(PbSixteen.fromBuffer(response.list));
    request.dispose();
    response.dispose();
  }
  return sum;
}

num _serviceRows(int count) {
  num sum = 0;
  for (var i = 0; i < count; i++) {
    for (var row = 0; row < _rows; row++) {
      _fill(_requests[row], i);
    }
    final response = _raise.all(_requests);
    for (var row = 0; row < _rows; row++) {
      sum += _sum(response[row]);
    }
    // Memory that was viewed and then disposed of waits for the collector, so each
    // call would get other memory, which is in no cache.
    response.raw.freeNow();
  }
  return sum;
}

num _bytesRows(int count) {
  num sum = 0;
  for (var i = 0; i < count; i++) {
    final rows = PbRows();
    for (var row = 0; row < _rows; row++) {
      rows.rows.add(_filledPb(i));
    }
    final request = Uint8Array.of(rows.writeToBuffer());
    final response = _library.raiseAllBytes(request);
    for (final row in PbRows.fromBuffer(response.list).rows) {
      sum += _sumPb(row);
    }
    request.raw.freeNow();
    response.raw.freeNow();
  }
  return sum;
}

num _next(int count) => count * (count + 1) ~/ 2;

/// Times all pairs, and prints their ratios.
void compareObjects(String mode, String path) {
  _open(path);
  void ratio(String name, Samples a, Samples b, Target target) =>
      printRatio('${mode}_$name', a, b, target);
  void pair(
    String title,
    (String, num Function(int)) ours,
    (String, num Function(int)) theirs,
    num Function(int) expected,
    void Function(Samples ours, Samples theirs) ratio,
  ) {
    final results = Comparison(title, [
      Contender(ours.$1, ours.$2),
      Contender(theirs.$1, theirs.$2),
    ], expected: expected).run();
    ratio(results[ours.$1]!, results[theirs.$1]!);
  }

  pair(
    'a leaf call',
    ('method', _leafMethod),
    ('exported function', _leafFunction),
    _next,
    (ours, theirs) => ratio(
      'leaf_method_vs_function',
      ours,
      theirs,
      const Target.atMost(1.3),
    ),
  );
  pair(
    'a call that is not leaf',
    ('method', _method),
    ('exported function', _function),
    _next,
    (ours, theirs) =>
        ratio('method_vs_function', ours, theirs, const Target.atMost(1.1)),
  );
  pair(
    'a call that is not leaf, of two numbers',
    ('method', _method),
    ('exported function', _functionOfTwo),
    _next,
    (ours, theirs) => ratio(
      'method_vs_function_of_two',
      ours,
      theirs,
      const Target.atMost(1.1),
    ),
  );
  pair(
    'an object made, called and disposed of',
    ('FfiObject', _object),
    ('box and NativeFinalizer by hand', _byHand),
    _next,
    (ours, theirs) =>
        ratio('object_vs_box_by_hand', ours, theirs, const Target.atMost(1.3)),
  );
  pair(
    'a request and a result of 16 fields',
    ('service', _service),
    ('protobuf', _bytes),
    (count) => 16 * _next(count),
    (ours, theirs) =>
        ratio('service_times_protobuf', theirs, ours, const Target.atLeast(10)),
  );
  pair(
    'a thousand rows of 16 fields, there and back',
    ('service', _serviceRows),
    ('protobuf', _bytesRows),
    (count) => 16 * _rows * _next(count),
    (ours, theirs) => ratio(
      'service_1000_rows_times_protobuf',
      theirs,
      ours,
      const Target.atLeast(50),
    ),
  );
  _step.dispose();
  _raise.dispose();
}
