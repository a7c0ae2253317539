/// Tests the exceptions for errors with fields and for panics;
/// `tests/fixtures/errors` has the Rust.
library;

import 'dart:ffi';
import 'dart:isolate';

import 'package:ffi_core/generated.dart'
    show ErrorPayload, FfiOwned, FfiStatus, throwStatus;
import 'package:fixture_errors/fixture_errors.dart';
import 'package:test/test.dart';

import 'garbage.dart';

final _library = FixtureErrorsLibrary.open();

/// The exception of `_library.fail(variant)`.
DbException _thrown(int variant) {
  try {
    _library.fail(variant);
  } on DbException catch (error) {
    return error;
  }
  fail('variant $variant is thrown');
}

/// Fails with every variant, until it is killed.
void _failOften(SendPort port) {
  port.send(null);
  for (var variant = 1; ; variant = variant % 7 + 1) {
    _thrown(variant);
  }
}

/// The exception that the status with [detail] and [payload] becomes, which is
/// one that no library of this version writes.
Object _forged(int detail, List<int>? payload) {
  // Memory of any message will do: it is aligned, and kept alive.
  final status = PositionArray(8);
  final owned = PositionArray(4), bytes = PositionArray(40);
  final block = status.raw.pointer.cast<FfiStatus>();
  block.ref
    ..code = 1
    ..detail = detail;
  if (payload != null) {
    final data = bytes.raw.pointer.cast<Uint8>();
    data.asTypedList(payload.length).setAll(0, payload);
    block.ref.payload = owned.raw.pointer.cast<FfiOwned>();
    block.ref.payload.ref
      ..data = data.cast()
      ..length = payload.length;
  }
  var cleared = 0;
  try {
    throwStatus(block, (_) => cleared++, _decode);
  } on FfiException catch (error) {
    expect(cleared, 1, reason: 'it is cleared whatever is thrown');
    // Both are alive until here.
    expect(bytes.length + owned.length, 44);
    return error;
  }
}

/// Decodes as generated code does.
RustErrorException _decode(ErrorPayload error) {
  if (error.detail != 4) return error.unknown('DbError');
  error.expect('DbError::Query', 16);
  return DbQueryException(
    error.message,
    causes: error.causes,
    sql: error.text(8, 'sql'),
    expected: const [],
  );
}

void main() {
  group('a variant', () {
    test('is a class with its fields', () {
      final error = _thrown(1);
      expect(error, isA<DbNotFoundException>());
      expect(error, isA<RustErrorException>());
      expect(error, isA<FfiException>());
      expect((error.message, error.detail), ('no row 18446744073709551614', 1));
      final missing = error as DbNotFoundException;
      expect(missing.id, -2);
      expect('${missing.idBig}', '18446744073709551614');
      expect('$error', 'DbNotFoundException: no row 18446744073709551614');
    });

    test('is switched over without a default', () {
      final names = [
        for (var variant = 1; variant <= 7; variant++)
          switch (_thrown(variant)) {
            DbNotFoundException() => 'NotFound',
            DbBusyException() => 'Busy',
            DbIoException() => 'Io',
            DbQueryException(:final sql) => sql,
            // It is deprecated, and has to be there.
            // ignore: deprecated_member_use
            DbEverythingException() => 'Everything',
            DbPairException(:final value0, :final second) => '$value0 $second',
            DbCorruptException() => 'Corrupt',
          },
      ];
      expect(names, [
        'NotFound',
        'Busy',
        'Io',
        'sélect',
        'Everything',
        '-1 two',
        'Corrupt',
      ]);
      expect(_library.fail(0), 0);
    });

    test('has text, lists and options', () {
      final error = _thrown(4) as DbQueryException;
      expect((error.sql, error.hint), ('sélect', null));
      expect(error.expected, ['select', '']);
      expect(() => error.expected.add('more'), throwsUnsupportedError);
    });

    test('has every type of field, copied', () {
      // It is deprecated, and has every type.
      // ignore: deprecated_member_use
      final error = _thrown(5) as DbEverythingException;
      // Memory that is used again would change what is not a copy.
      for (var length = 0; length < 600; length += 3) {
        expect(() => _library.wait(5, 'x' * length), throwsA(anything));
      }
      expect((error.small, error.wide, error.signed), (200, -1, -300));
      expect(
        (error.ratio, error.flag, error.health),
        (0.5, true, Health.failing),
      );
      expect(error.name, 'sieben!');
      PositionData position(int line) =>
          PositionData(line: line, offset: 1 << 40);
      expect(error.position, position(1));
      expect(error.reason, const ReasonFull(12));
      expect(error.all, [position(2), position(3)]);
      expect(error.numbers, [-1, 0x7fffffff]);
      expect(error.healths, [Health.failing, Health.good]);
      expect(error.matrix, [1, 2, 3, 4]);
      expect(() => error.matrix[0] = 0, throwsUnsupportedError);
      expect(error.list, [7, 8]);
      expect(() => error.list[0] = 0, throwsUnsupportedError);
      expect(error.map, {1: -1, 2: 1 << 63});
      expect((error.inline, error.at), (position(4), position(5)));
      expect((error.maybe, error.none), (-5, null));
      expect(error.nested, [null, 'schön']);
      expect((error.message_, error.class_), ('the field', 'a keyword'));
      expect(error.message, 'everything is wrong');
    });

    test('has its causes, outermost first', () {
      final error = _thrown(3) as DbIoException;
      expect(error.value, 'the disk is gone');
      expect(error.causes, ['the disk is gone', 'the cable is out']);
      expect(
        '$error',
        'DbIoException: disk: the disk is gone\n'
            'caused by: the disk is gone\n'
            'caused by: the cable is out',
      );
      expect(_thrown(2).causes, isEmpty);
    });

    test('that is internal has a number, which is in the log', () {
      _library.keepLog();
      final error = _thrown(7) as DbCorruptException;
      expect(error.message, 'internal error ${error.id}');
      expect(
        _library.logged(),
        '${error.id} internal error ${error.id}: '
        'page 12 is corrupt, key [115, 101, 99, 114, 101, 116]',
      );
      expect((_thrown(7) as DbCorruptException).id, isNot(error.id));
    });

    test('can be made in Dart, for a fake', () {
      const error = DbNotFoundException('no row 3', id: 3);
      expect(error.detail, 1);
      expect(error.causes, isEmpty);
      const timeout = TimeoutException('late', after: 1, service: 'db');
      expect((timeout.detail, '$timeout'), (0, 'TimeoutException: late'));
    });
  });

  group('other errors', () {
    test('a struct is one class', () {
      expect(
        () => _library.wait(5, 'db'),
        throwsA(
          isA<TimeoutException>()
              .having((it) => (it.after, it.service), 'fields', (5, 'db'))
              .having((it) => it.message, 'text', 'db took more than 5 ms'),
        ),
      );
      expect(_library.wait(0, 'db'), isNull);
    });

    test('an error without fields is only text', () {
      try {
        _library.failPlainly('plain');
        fail('it throws');
      } on RustErrorException catch (error) {
        expect(error, isNot(isA<DbException>()));
        expect((error.message, error.detail), ('plain', 0));
        expect(error.causes, isEmpty);
        expect('$error', 'RustErrorException: plain');
      }
    });

    test('an error whose text panics is a panic', () {
      expect(
        () => _library.speechless(),
        throwsA(
          isA<RustPanicException>().having(
            (it) => it.message,
            'text',
            'words fail',
          ),
        ),
      );
    });
  });

  group('a panic', () {
    RustPanicException panic() {
      try {
        _library.panics('no luck');
      } on RustPanicException catch (error) {
        return error;
      }
      fail('it panics');
    }

    test('has a place', () {
      final error = panic();
      expect(error.message, 'no luck');
      expect(error.file, endsWith('lib.rs'));
      expect((error.line! > 100, error.column), (true, 5));
      expect(
        '$error',
        'RustPanicException: no luck\nat ${error.file}:${error.line}:5',
      );
    });

    test('has a backtrace when one is asked for', () {
      _library.backtraces(on: true);
      expect(panic().backtrace, contains('fixture_errors'));
      _library.backtraces(on: false);
      expect(panic().backtrace, isNull);
      expect(
        panic().message,
        'no luck',
        reason: 'it is no part of the message',
      );
    });
  });

  test('exceptions go to other isolates', () async {
    final all = await Isolate.run(
      () => [for (var variant = 1; variant <= 7; variant++) _thrown(variant)],
    );
    expect((all[0] as DbNotFoundException).id, -2);
    expect((all[3] as DbQueryException).expected, ['select', '']);
    // ignore: deprecated_member_use
    expect((all[4] as DbEverythingException).all, hasLength(2));
    try {
      await Isolate.run(() => _library.fail(4));
      fail('it throws');
    } on DbQueryException catch (error) {
      expect(error.sql, 'sélect');
    }
  });

  test('an isolate that is killed leaks nothing', () async {
    _thrown(5);
    await collectGarbage();
    final before = _library.liveAllocations();
    for (var round = 0; round < 60; round++) {
      final port = ReceivePort(), gone = ReceivePort();
      final isolate = await Isolate.spawn(
        _failOften,
        port.sendPort,
        onExit: gone.sendPort,
      );
      await port.first;
      await Future<void>.delayed(Duration(milliseconds: 1 + round % 5));
      isolate.kill(priority: Isolate.immediate);
      await gone.first;
    }
    // What an isolate held is freed when the collector runs. A leaked failure would
    // be three allocations or more; the threads of the library keep a few of their
    // own.
    var live = _library.liveAllocations();
    for (var tries = 0; tries < 100 && live > before + 5; tries++) {
      await collectGarbage();
      live = _library.liveAllocations();
    }
    expect(live, lessThanOrEqualTo(before + 5));
  });

  group('a library that is not this one', () {
    test('has a variant that the package does not know', () {
      final error = _forged(9, null) as RustErrorException;
      expect(error.detail, 9);
      expect(error.message, contains('has no variant 9 in this package'));
      expect(error.message, contains('hint: '));
    });

    test('has no fields, or too few', () {
      for (final bytes in [null, List.filled(15, 0)]) {
        expect(
          _forged(4, bytes),
          isA<InvalidValueException>().having(
            (it) => it.message,
            'text',
            startsWith('DbError::Query: ${bytes?.length ?? 0} bytes of fields'),
          ),
        );
      }
    });

    test('has text outside of its fields', () {
      for (final (offset, length) in [(16, 1), (255, 0), (0, 255)]) {
        final bytes = List.filled(16, 0)
          ..[8] = offset
          ..[12] = length;
        expect(
          _forged(4, bytes),
          isA<InvalidValueException>().having(
            (it) => it.message,
            'text',
            startsWith('sql: $length elements of 1 bytes at $offset'),
          ),
        );
      }
      final endless = List.filled(16, 0)..setAll(4, [255, 255, 255, 255]);
      expect(
        _forged(4, endless),
        isA<InvalidValueException>().having(
          (it) => it.message,
          'text',
          startsWith('causes: 4294967295 elements of 8 bytes at 0'),
        ),
      );
    });
  });
}
