/// Bindings of the benchmark's library as one would write them by hand, in the
/// form that is fastest with `lookupFunction`: final fields of an object.
library;

import 'dart:ffi';

final class HandStatus extends Struct {
  @Int32()
  external int code;

  @Uint32()
  external int detail;

  external Pointer<Uint8> message;

  @Size()
  external int messageLength;

  external Pointer<Void> payload;

  external Pointer<Void> place;

  external Pointer<Void> pending;
}

final class HandParticle extends Struct {
  @Float()
  external double x;

  @Float()
  external double y;

  @Float()
  external double z;

  @Float()
  external double vx;

  @Float()
  external double vy;

  @Float()
  external double vz;

  @Float()
  external double mass;

  @Uint32()
  external int id;
}

final class HandStamp extends Struct {
  @Int64()
  external int seconds;

  @Uint32()
  external int nanos;

  @Int32()
  external int zone;
}

final class HandPose extends Struct {
  @Double()
  external double x;

  @Double()
  external double y;

  @Double()
  external double z;

  @Double()
  external double qx;

  @Double()
  external double qy;

  @Double()
  external double qz;

  @Double()
  external double qw;

  @Double()
  external double weight;
}

final class HandVector extends Struct {
  @Float()
  external double x;

  @Float()
  external double y;

  @Float()
  external double z;
}

typedef _LaterC = Int32 Function(HandStamp, Int32, Pointer<HandStatus>);
typedef _LaterDart = int Function(HandStamp, int, Pointer<HandStatus>);
typedef _HeavierC = Int32 Function(HandPose, Int32, Pointer<HandStatus>);
typedef _HeavierDart = int Function(HandPose, int, Pointer<HandStatus>);
typedef _HigherC = Int32 Function(HandVector, Int32, Pointer<HandStatus>);
typedef _HigherDart = int Function(HandVector, int, Pointer<HandStatus>);
typedef _AllocC = Pointer<Uint8> Function(Size, Size);
typedef _AllocDart = Pointer<Uint8> Function(int, int);
typedef _ClearC = Void Function(Pointer<HandStatus>);
typedef _ClearDart = void Function(Pointer<HandStatus>);
typedef _AddC = Int32 Function(Int32, Int32, Pointer<HandStatus>);
typedef _AddDart = int Function(int, int, Pointer<HandStatus>);
typedef _RawAddC = Int32 Function(Int32, Int32);
typedef _RawAddDart = int Function(int, int);
typedef _StepC =
    Void Function(Pointer<HandParticle>, Size, Float, Pointer<HandStatus>);
typedef _StepDart =
    void Function(Pointer<HandParticle>, int, double, Pointer<HandStatus>);
typedef _RawStepC = Void Function(Pointer<HandParticle>, Size, Float);
typedef _RawStepDart = void Function(Pointer<HandParticle>, int, double);
typedef _SumC =
    Double Function(Pointer<HandParticle>, Size, Pointer<HandStatus>);
typedef _SumDart =
    double Function(Pointer<HandParticle>, int, Pointer<HandStatus>);
typedef _RawSumC = Double Function(Pointer<HandParticle>, Size);
typedef _RawSumDart = double Function(Pointer<HandParticle>, int);

/// The functions that the generated package calls, with a check of the status.
final class HandWritten {
  HandWritten(DynamicLibrary library)
    : _status = library
          .lookupFunction<_AllocC, _AllocDart>('bench_calls_ffi0_alloc')(
            sizeOf<HandStatus>(),
            8,
          )
          .cast(),
      _clear = library.lookupFunction<_ClearC, _ClearDart>(
        'bench_calls_ffi0_status_clear',
        isLeaf: true,
      ),
      _addLeaf = library.lookupFunction<_AddC, _AddDart>(
        'bench_calls_ffi_add_leaf',
        isLeaf: true,
      ),
      _add = library.lookupFunction<_AddC, _AddDart>('bench_calls_ffi_add'),
      _addChecked = library.lookupFunction<_AddC, _AddDart>(
        'bench_calls_ffi_add_checked',
        isLeaf: true,
      ),
      _step = library.lookupFunction<_StepC, _StepDart>('bench_calls_ffi_step'),
      _sumX = library.lookupFunction<_SumC, _SumDart>('bench_calls_ffi_sum_x'),
      _later = library.lookupFunction<_LaterC, _LaterDart>('raw_later'),
      _heavier = library.lookupFunction<_HeavierC, _HeavierDart>('raw_heavier'),
      _higher = library.lookupFunction<_HigherC, _HigherDart>('raw_higher');

  final Pointer<HandStatus> _status;
  final _LaterDart _later;
  final _HeavierDart _heavier;
  final _HigherDart _higher;
  final _ClearDart _clear;
  final _AddDart _addLeaf;
  final _AddDart _add;
  final _AddDart _addChecked;
  final _StepDart _step;
  final _SumDart _sumX;

  int addLeaf(int a, int b) {
    final sum = _addLeaf(a, b, _status);
    if (_status.ref.code != 0) _fail();
    return sum;
  }

  int add(int a, int b) {
    final sum = _add(a, b, _status);
    if (_status.ref.code != 0) _fail();
    return sum;
  }

  int addChecked(int a, int b) {
    final sum = _addChecked(a, b, _status);
    if (_status.ref.code != 0) _fail();
    return sum;
  }

  void step(Pointer<HandParticle> particles, int length, double dt) {
    _step(particles, length, dt, _status);
    if (_status.ref.code != 0) _fail();
  }

  double sumX(Pointer<HandParticle> particles, int length) {
    final sum = _sumX(particles, length, _status);
    if (_status.ref.code != 0) _fail();
    return sum;
  }

  int later(HandStamp stamp, int more) {
    final sum = _later(stamp, more, _status);
    if (_status.ref.code != 0) _fail();
    return sum;
  }

  int heavier(HandPose pose, int more) {
    final sum = _heavier(pose, more, _status);
    if (_status.ref.code != 0) _fail();
    return sum;
  }

  int higher(HandVector vector, int more) {
    final sum = _higher(vector, more, _status);
    if (_status.ref.code != 0) _fail();
    return sum;
  }

  Never _fail() {
    final code = _status.ref.code;
    _clear(_status);
    throw StateError('status $code');
  }
}

/// Message of the pool, as one would declare it by hand.
final class HandTicket extends Struct {
  @Uint64()
  external int number;

  @Array(7)
  external Array<Uint64> payload;
}

typedef _RenumberC =
    Uint32 Function(Pointer<HandParticle>, Uint32, Pointer<HandStatus>);
typedef _RenumberDart =
    int Function(Pointer<HandParticle>, int, Pointer<HandStatus>);
typedef _NewTicketC = Pointer<HandTicket> Function(Uint64, Pointer<HandStatus>);
typedef _NewTicketDart = Pointer<HandTicket> Function(int, Pointer<HandStatus>);
typedef _FreeTicketC = Int32 Function(Pointer<HandTicket>);
typedef _FreeTicketDart = int Function(Pointer<HandTicket>);
typedef _PopTicket = Pointer<HandTicket> Function(Pointer<Int32>);

/// Functions that take and return pointers, with a check of the results.
final class HandObjects {
  HandObjects(DynamicLibrary library)
    : _status = library
          .lookupFunction<_AllocC, _AllocDart>('bench_calls_ffi0_alloc')(
            sizeOf<HandStatus>(),
            8,
          )
          .cast(),
      _renumber = library.lookupFunction<_RenumberC, _RenumberDart>(
        'bench_calls_ffi_renumber',
      ),
      _newTicket = library.lookupFunction<_NewTicketC, _NewTicketDart>(
        'bench_calls_ffi_new_ticket',
      ),
      _freeTicket = library.lookupFunction<_FreeTicketC, _FreeTicketDart>(
        'bench_calls_ffi_ticket_pool_free',
        isLeaf: true,
      ),
      _popTicket = library.lookupFunction<_PopTicket, _PopTicket>(
        'bench_calls_ffi_tickets_pop',
        isLeaf: true,
      );

  final Pointer<HandStatus> _status;
  final _RenumberDart _renumber;
  final _NewTicketDart _newTicket;
  final _FreeTicketDart _freeTicket;
  final _PopTicket _popTicket;

  int renumber(Pointer<HandParticle> particle, int by) {
    final number = _renumber(particle, by, _status);
    if (_status.ref.code != 0) throw StateError('status ${_status.ref.code}');
    return number;
  }

  Pointer<HandTicket> newTicket(int number) {
    final ticket = _newTicket(number, _status);
    if (_status.ref.code != 0) throw StateError('status ${_status.ref.code}');
    return ticket;
  }

  void freeTicket(Pointer<HandTicket> ticket) {
    if (_freeTicket(ticket) != 0) throw StateError('refused');
  }

  Pointer<HandTicket>? popTicket() {
    final ticket = _popTicket(nullptr);
    return ticket.address == 0 ? null : ticket;
  }
}

/// The functions of C with a status, which is not checked.
final class Unchecked {
  Unchecked(DynamicLibrary library)
    : status = library
          .lookupFunction<_AllocC, _AllocDart>('bench_calls_ffi0_alloc')(
            sizeOf<HandStatus>(),
            8,
          )
          .cast(),
      _addLeaf = library.lookupFunction<_AddC, _AddDart>(
        'bench_calls_ffi_add_leaf',
        isLeaf: true,
      ),
      _add = library.lookupFunction<_AddC, _AddDart>('bench_calls_ffi_add');

  final Pointer<HandStatus> status;
  final _AddDart _addLeaf;
  final _AddDart _add;

  int addLeaf(int a, int b) => _addLeaf(a, b, status);

  int add(int a, int b) => _add(a, b, status);
}

/// Functions of plain C, which have no status.
final class Plain {
  Plain(DynamicLibrary library)
    : _addLeaf = library.lookupFunction<_RawAddC, _RawAddDart>(
        'raw_add',
        isLeaf: true,
      ),
      _add = library.lookupFunction<_RawAddC, _RawAddDart>('raw_add'),
      _addChecked = library.lookupFunction<_RawAddC, _RawAddDart>(
        'raw_add_checked',
        isLeaf: true,
      ),
      _step = library.lookupFunction<_RawStepC, _RawStepDart>('raw_step'),
      _sumX = library.lookupFunction<_RawSumC, _RawSumDart>('raw_sum_x');

  final _RawAddDart _addLeaf;
  final _RawAddDart _add;
  final _RawAddDart _addChecked;
  final _RawStepDart _step;
  final _RawSumDart _sumX;

  int addLeaf(int a, int b) => _addLeaf(a, b);

  int add(int a, int b) => _add(a, b);

  int addChecked(int a, int b) => _addChecked(a, b);

  void step(Pointer<HandParticle> particles, int length, double dt) =>
      _step(particles, length, dt);

  double sumX(Pointer<HandParticle> particles, int length) =>
      _sumX(particles, length);
}
