/// One call for many particles, against a loop in Dart over one piece of
/// memory.
library;

import 'dart:ffi';
import 'dart:typed_data';

import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';

import 'libraries.dart';

const _pointerLoop = 'loop in Dart, pointers';
const _listLoop = 'loop in Dart, typed list';

const _dt = 0.25;

/// The floats of a particle: `x`, `y`, `z`, `vx`, `vy`, `vz`, `mass`, and an
/// integer.
const _stride = 8;

/// Compares one call with one loop.
void compareBatches(String mode) {
  for (final (comparison, name, limit) in [
    (_step, 'step', 1.0),
    // Each addition waits for the one before, in Rust as in Dart: about equal.
    (_sum, 'sum', 1.25),
  ]) {
    final times = comparison.run();
    for (final (alternative, suffix) in [
      (_pointerLoop, 'dart_pointer_loop'),
      (_listLoop, 'dart_list_loop'),
    ]) {
      printRatio(
        '${mode}_${name}_${particleCount}_vs_$suffix',
        times[generated]!,
        times[alternative]!,
        Target.atMost(limit),
      );
    }
  }
}

final _step = Comparison('step of $particleCount particles', const [
  Contender(generated, _generatedStep, prepare: resetParticles),
  Contender(plain, _plainStep, prepare: resetParticles),
  Contender(_pointerLoop, _pointerStep, prepare: resetParticles),
  Contender(_listLoop, _listStep, prepare: resetParticles),
], expected: _stepped);

/// Returns a sum in which each coordinate has another weight.
double _coordinates() {
  var sum = 0.0;
  for (var i = 0; i < particleCount; i++) {
    final particle = (handParticles + i).ref;
    sum += particle.x + 2 * particle.y + 4 * particle.z;
  }
  return sum;
}

double _stepped(int count) {
  final time = count * _dt;
  var sum = 0.0;
  for (var i = 0; i < particleCount; i++) {
    final x = startX(i) + startVx(i) * time;
    final z = -startX(i) + 0.5 * time;
    sum += x + 2 * time + 4 * z;
  }
  return sum;
}

double _generatedStep(int count) {
  final library = generatedLibrary;
  final array = particles;
  for (var pass = 0; pass < count; pass++) {
    library.step(array, _dt);
  }
  return _coordinates();
}

double _plainStep(int count) {
  final library = plainLibrary;
  final pointer = handParticles;
  for (var pass = 0; pass < count; pass++) {
    library.step(pointer, particleCount, _dt);
  }
  return _coordinates();
}

double _pointerStep(int count) {
  final pointer = handParticles;
  for (var pass = 0; pass < count; pass++) {
    for (var i = 0; i < particleCount; i++) {
      final particle = (pointer + i).ref;
      particle.x += particle.vx * _dt;
      particle.y += particle.vy * _dt;
      particle.z += particle.vz * _dt;
    }
  }
  return _coordinates();
}

/// The loop that one would write to get the most out of Dart.
double _listStep(int count) {
  final floats = _floats();
  for (var pass = 0; pass < count; pass++) {
    for (var at = 0; at < particleCount * _stride; at += _stride) {
      floats[at] += floats[at + 3] * _dt;
      floats[at + 1] += floats[at + 4] * _dt;
      floats[at + 2] += floats[at + 5] * _dt;
    }
  }
  return _coordinates();
}

Float32List _floats() =>
    handParticles.cast<Float>().asTypedList(particleCount * _stride);

final _sum = Comparison('sum over $particleCount particles', const [
  Contender(generated, _generatedSum, prepare: resetParticles),
  Contender(plain, _plainSum, prepare: resetParticles),
  Contender(_pointerLoop, _pointerSum, prepare: resetParticles),
  Contender(_listLoop, _listSum, prepare: resetParticles),
], expected: _summed);

double _summed(int count) {
  var sum = 0.0;
  for (var i = 0; i < particleCount; i++) {
    sum += startX(i);
  }
  return sum * count;
}

double _generatedSum(int count) {
  final library = generatedLibrary;
  final array = particles;
  var total = 0.0;
  for (var pass = 0; pass < count; pass++) {
    total += library.sumX(array);
  }
  return total;
}

double _plainSum(int count) {
  final library = plainLibrary;
  final pointer = handParticles;
  var total = 0.0;
  for (var pass = 0; pass < count; pass++) {
    total += library.sumX(pointer, particleCount);
  }
  return total;
}

double _pointerSum(int count) {
  final pointer = handParticles;
  var total = 0.0;
  for (var pass = 0; pass < count; pass++) {
    var sum = 0.0;
    for (var i = 0; i < particleCount; i++) {
      sum += (pointer + i).ref.x;
    }
    total += sum;
  }
  return total;
}

double _listSum(int count) {
  final floats = _floats();
  var total = 0.0;
  for (var pass = 0; pass < count; pass++) {
    var sum = 0.0;
    for (var at = 0; at < particleCount * _stride; at += _stride) {
      sum += floats[at];
    }
    total += sum;
  }
  return total;
}
