/// Fields of messages, and elements of arrays of them.
///
/// The compiler would move a repeated read of one field of one view in front of
/// the loop. So reads and writes go round a list of views, which every
/// contender pays for, and in the update each read depends on the write before
/// it. A view that is held comes from elsewhere: the compiler does not know how
/// it was made. An element is a view made for one use.
library;

import 'dart:ffi';

import 'package:bench_calls/bench_calls.dart';
import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';

import 'hand_written.dart';
import 'libraries.dart';

const _byHand = 'by hand';
const _unchecked = 'generated, range not checked';
const _pointer = 'by hand, unchecked pointer';
const _field = 'generated, list of one field';

final int _size = sizeOf<HandParticle>();

/// Number of views that are held; a power of two.
const _held = 64;

late final List<Particle> _generatedViews;
late final List<HandParticle> _handViews;

/// Compares fields through views that are held, and through elements.
void compareFields(String mode) {
  _generatedViews = List.generate(_held, (i) => particles[i], growable: false);
  _handViews = List.generate(
    _held,
    (i) => (handParticles + i).ref,
    growable: false,
  );

  for (final (comparison, name, limit) in [
    (_read, 'field_read', 1.05),
    // A store takes about as long as the check of its value.
    (_write, 'field_write', 1.3),
    (_update, 'field_update', 1.3),
    (_element, 'element_read', 1.1),
    (_elementUpdate, 'element_update', 1.1),
  ]) {
    final times = comparison.run();
    printRatio(
      '${mode}_${name}_vs_hand_written',
      times[generated]!,
      times[_byHand]!,
      Target.atMost(limit),
    );
    if (times[_unchecked] case final unchecked?) {
      printRatio(
        '${mode}_${name}_unchecked_vs_hand_written',
        unchecked,
        times[_byHand]!,
        const Target.atMost(1.05),
      );
    }
    if (times[_pointer] case final pointer?) {
      printRatio(
        '${mode}_${name}_vs_unchecked_pointer',
        times[generated]!,
        pointer,
        const Target.atMost(8),
      );
    }
    if (times[_field] case final field?) {
      printRatio(
        '${mode}_field_list_vs_unchecked_pointer',
        field,
        times[_pointer]!,
        Target.atMost(mode == 'aot' ? 1.5 : 2.5),
      );
    }
  }
}

final _read = Comparison('field read, views held', const [
  Contender(generated, _generatedRead, prepare: resetParticles),
  Contender(_byHand, _handRead, prepare: resetParticles),
], expected: _idSum);

num _idSum(int count) {
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum += i & (_held - 1);
  }
  return sum;
}

int _generatedRead(int count) {
  final views = _generatedViews;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum += views[i & (_held - 1)].id;
  }
  return sum;
}

int _handRead(int count) {
  final views = _handViews;
  var sum = 0;
  for (var i = 0; i < count; i++) {
    sum += views[i & (_held - 1)].id;
  }
  return sum;
}

/// Values that one contender wrote are read by the other.
final _write = Comparison('field write, views held', const [
  Contender(generated, _generatedWrite, prepare: resetParticles),
  Contender(_unchecked, _uncheckedWrite, prepare: resetParticles),
  Contender(_byHand, _handWrite, prepare: resetParticles),
], expected: (count) => count - 1);

int _generatedWrite(int count) {
  final views = _generatedViews;
  for (var i = 0; i < count; i++) {
    views[i & (_held - 1)].id = i;
  }
  return handParticles[(count - 1) & (_held - 1)].id;
}

int _uncheckedWrite(int count) {
  final views = _generatedViews;
  for (var i = 0; i < count; i++) {
    views[i & (_held - 1)].idUnchecked = i;
  }
  return handParticles[(count - 1) & (_held - 1)].id;
}

int _handWrite(int count) {
  final views = _handViews;
  for (var i = 0; i < count; i++) {
    views[i & (_held - 1)].id = i;
  }
  return particles[(count - 1) & (_held - 1)].id;
}

final _update = Comparison('field read and write, one view held', const [
  Contender(generated, _generatedUpdate, prepare: resetParticles),
  Contender(_unchecked, _uncheckedUpdate, prepare: resetParticles),
  Contender(_byHand, _handUpdate, prepare: resetParticles),
], expected: (count) => count);

int _generatedUpdate(int count) {
  final view = _generatedViews[0];
  for (var i = 0; i < count; i++) {
    view.id = view.id + 1;
  }
  return handParticles.ref.id;
}

int _uncheckedUpdate(int count) {
  final view = _generatedViews[0];
  for (var i = 0; i < count; i++) {
    view.idUnchecked = view.id + 1;
  }
  return handParticles.ref.id;
}

int _handUpdate(int count) {
  final view = _handViews[0];
  for (var i = 0; i < count; i++) {
    view.id = view.id + 1;
  }
  return particles[0].id;
}

final _element = Comparison(
  'element of an array, one field read',
  const [
    Contender(generated, _generatedElement, prepare: resetParticles),
    Contender(_byHand, _handElement, prepare: resetParticles),
    Contender(_field, _fieldElement, prepare: resetParticles),
    Contender(_pointer, _pointerElement, prepare: resetParticles),
  ],
  unit: particleCount,
  expected: (count) {
    var sum = 0.0;
    for (var i = 0; i < particleCount; i++) {
      sum += startX(i);
    }
    return sum * count;
  },
);

double _generatedElement(int count) {
  final array = particles;
  var sum = 0.0;
  for (var pass = 0; pass < count; pass++) {
    for (var i = 0; i < particleCount; i++) {
      sum += array[i].x;
    }
  }
  return sum;
}

/// As safe as the generated one: the index is checked, and a view keeps the
/// memory alive.
double _handElement(int count) {
  final bytes = handBytes;
  var sum = 0.0;
  for (var pass = 0; pass < count; pass++) {
    for (var i = 0; i < particleCount; i++) {
      RangeError.checkValidIndex(i, bytes, null, particleCount);
      sum += Struct.create<HandParticle>(bytes, i * _size).x;
    }
  }
  return sum;
}

double _fieldElement(int count) {
  final x = particles.field.x;
  var sum = 0.0;
  for (var pass = 0; pass < count; pass++) {
    for (var i = 0; i < particleCount; i++) {
      sum += x[i];
    }
  }
  return sum;
}

double _pointerElement(int count) {
  final pointer = handParticles;
  var sum = 0.0;
  for (var pass = 0; pass < count; pass++) {
    for (var i = 0; i < particleCount; i++) {
      sum += (pointer + i).ref.x;
    }
  }
  return sum;
}

final _elementUpdate = Comparison(
  'element of an array, one field read and written',
  const [
    Contender(generated, _generatedElementUpdate, prepare: resetParticles),
    Contender(_unchecked, _uncheckedElementUpdate, prepare: resetParticles),
    Contender(_byHand, _handElementUpdate, prepare: resetParticles),
    Contender(_pointer, _pointerElementUpdate, prepare: resetParticles),
  ],
  unit: particleCount,
  expected: (count) {
    var sum = 0;
    for (var i = 0; i < particleCount; i++) {
      sum += i + count;
    }
    return sum;
  },
);

int _generatedElementUpdate(int count) {
  final array = particles;
  for (var pass = 0; pass < count; pass++) {
    for (var i = 0; i < particleCount; i++) {
      final particle = array[i];
      particle.id = particle.id + 1;
    }
  }
  return _ids();
}

int _uncheckedElementUpdate(int count) {
  final array = particles;
  for (var pass = 0; pass < count; pass++) {
    for (var i = 0; i < particleCount; i++) {
      final particle = array[i];
      particle.idUnchecked = particle.id + 1;
    }
  }
  return _ids();
}

int _handElementUpdate(int count) {
  final bytes = handBytes;
  for (var pass = 0; pass < count; pass++) {
    for (var i = 0; i < particleCount; i++) {
      RangeError.checkValidIndex(i, bytes, null, particleCount);
      final particle = Struct.create<HandParticle>(bytes, i * _size);
      particle.id = particle.id + 1;
    }
  }
  return _ids();
}

int _pointerElementUpdate(int count) {
  final pointer = handParticles;
  for (var pass = 0; pass < count; pass++) {
    for (var i = 0; i < particleCount; i++) {
      final particle = (pointer + i).ref;
      particle.id = particle.id + 1;
    }
  }
  return _ids();
}

int _ids() {
  var sum = 0;
  for (var i = 0; i < particleCount; i++) {
    sum += handParticles[i].id;
  }
  return sum;
}
