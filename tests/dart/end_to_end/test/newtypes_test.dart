/// Tests newtypes and logical types in all places where a type can be;
/// `tests/fixtures/newtypes` has the Rust.
library;

import 'dart:ffi';
import 'dart:typed_data';

import 'package:fixture_newtypes/fixture_newtypes.dart';
import 'package:fixture_newtypes/palette.dart';
import 'package:test/test.dart';

final _library = FixtureNewtypesLibrary.open();

/// The value that `write_account` writes in Rust.
final _account = AccountData(
  id: UserId(-1),
  admin: AdminId(UserId(7)),
  port: Port(65535),
  active: Active(true),
  rank: Grade(Level.member),
  height: Metres(1.5),
  email: Email('ada@example.org'),
  colour: const Color(0xff, 0x10, 0x20, 0x30),
  seen: DateTime.fromMillisecondsSinceEpoch(1000000000123),
  created: DateTime.utc(2001, 9, 9, 1, 46, 40, 123, 456),
  timeout: const Duration(seconds: -90, milliseconds: -500),
  key: FfiUuid.parse('01234567-89ab-cdef-0123-456789abcdef'),
  joined: JoinedAt(DateTime.utc(1969, 12, 31, 23, 59, 59, 999, 999)),
);

/// The value that `write_holders` writes in Rust.
final _holders = HoldersData(
  ids: [UserId(1), UserId(-1), UserId(3)],
  grid: [Port(1), Port(2), Port(3), Port(4)],
  octets: [Octet(1), Octet(2), Octet(3), Octet(255)],
  flags: [Active(true), Active(false)],
  ports: [Port(80), Port(443)],
  ranks: [Grade(Level.guest), Grade(Level.member)],
  emails: [Email('a@b')],
  colours: const [Color(0, 0, 0, 1), Color(255, 255, 255, 255)],
  times: [DateTime.utc(1970), DateTime.utc(1970, 1, 1, 0, 0, 1, 0, 1)],
  spans: const [Duration(seconds: 1), Duration(seconds: -1, microseconds: -1)],
  maybe: UserId(9),
  until: DateTime.utc(1970, 1, 1, 0, 0, 5),
  names: {UserId(2): 'two'},
  byEmail: {Email('x@y'): AdminId(UserId(4))},
  byKey: {
    FfiUuid.parse('00000000-0000-0000-0000-000000000001'): const Duration(
      seconds: 2,
    ),
  },
  choice: ChoiceMail(Email('b@c')),
);

Key _key(int first) => Key([for (var at = 0; at < 16; at++) first + at & 0xff]);

/// The value that `write_seal` writes in Rust.
final _seal = SealData(
  key: _key(1),
  owner: PublicKey(_key(250)),
  turn: Rotation([0.5, -1, 2, 0.25]),
  matrix: Matrix([1, 2, 3, 4]),
  counters: Counters([-1, 1]),
  lines: Lines(['one', '']),
  podium: Podium([
    Grade(Level.member),
    Grade(Level.guest),
    Grade(Level.member),
  ]),
  pair: KeyPair([_key(9), _key(10)]),
  tint: const Color(3, 255, 1, 2),
  keys: [_key(2), _key(3)],
  recent: [_key(4), _key(5)],
  tints: const [Color(7, 0, 9, 8)],
  maybe: _key(6),
  byUser: {UserId(7): _key(7)},
  secret: SecretWords(Lines(['a', 'b'])),
);

/// The index of the nanoseconds of `created` among the `int`s of an account; see
/// `tests/golden/newtypes/inspect.txt`.
const _createdNanos = 72 ~/ 4;

void main() {
  test('every field arrives, as a view and as a value', () {
    final box = AccountBox();
    _library.writeAccount(box);
    expect(box.ref.toData(), _account);
    expect(box.ref.id, UserId(-1));
    expect(box.ref.id.big, BigInt.parse('18446744073709551615'));
    expect(box.ref.admin.value.value, 7);
    expect(box.ref.created.isUtc, isTrue);
    expect(_library.isAccountFromDart(_account.toBox()), isTrue);
    final changed = _account.copyWith(port: Port(1)).toBox();
    expect(_library.isAccountFromDart(changed), isFalse);
  });

  test('every container arrives, as a view and as a value', () {
    final box = HoldersBox();
    _library.writeHolders(box);
    expect(box.ref.toData(), _holders);
    expect(_library.isHoldersFromDart(_holders.toBox()), isTrue);
    box.ref
      ..ids[0] = UserId(8)
      ..ports.add(Port(8080))
      ..names[UserId(5)] = 'five'
      ..maybe = null
      ..until = null
      ..choice.value = ChoiceTint(const Color(1, 2, 3, 4));
    final value = box.ref.toData();
    expect(value.ids.first, UserId(8));
    expect(value.ports, [Port(80), Port(443), Port(8080)]);
    expect(value.names, {UserId(2): 'two', UserId(5): 'five'});
    expect((value.maybe, value.until), (null, null));
    expect(value.choice, ChoiceTint(const Color(1, 2, 3, 4)));
    box.ref.choice.value = ChoiceAt(DateTime.utc(2020));
    expect(box.ref.choice.at, DateTime.utc(2020));
    expect(box.ref.ports.remove(Port(443)), isTrue);
    expect(box.ref.ports, [Port(80), Port(8080)]);
  });

  test('a value prints what is in its newtypes', () {
    expect('$_account', contains('id: 18446744073709551615, admin: 7'));
    expect('$_account', contains('key: 01234567-89ab-cdef-0123-456789abcdef'));
  });

  test('newtypes are parameters and results', () {
    expect(_library.nextUser(UserId(7)), UserId(8));
    expect(_library.promote(UserId(7), Port(3)), AdminId(UserId(10)));
    expect(_library.promote(UserId(7), null), isNull);
    expect(
      _library.other(Grade(Level.guest), Active(true)),
      Grade(Level.member),
    );
    const none = Color(0, 0, 0, 0), given = Color(1, 2, 3, 4);
    expect(_library.opaque(none, given), given);
    expect(
      _library.opaque(const Color(0, 1, 1, 1), null),
      const Color(255, 1, 1, 1),
    );
    final time = DateTime.fromMillisecondsSinceEpoch(5);
    expect(_library.tick(time), DateTime.fromMillisecondsSinceEpoch(1005));
  });

  test('newtypes are in arrays and lists', () {
    expect(_library.sumUsers(UserIdArray.of([UserId(1), UserId(2)])), 3);
    final users = _library.users(3);
    expect(users.toValues(), [UserId(0), UserId(1), UserId(2)]);
    expect(_library.admins(2)[1], AdminId(UserId(1)));
    final ports = PortArray.of([Port(1), Port(2)]), first = PortArray(1);
    _library.raise(ports, first);
    expect((ports[0], ports[1], first[0]), (Port(2), Port(3), Port(1)));
    expect(
      _library.allOpaque(ArgbArray.of(const [Color(0, 1, 2, 3)])).toValues(),
      const [Color(255, 1, 2, 3)],
    );
  });

  test('a narrow number that does not fit throws', () {
    final box = AccountBox();
    expect(() => box.ref.port = Port(65536), throwsRangeError);
    expect(() => _library.promote(UserId(1), Port(-1)), throwsRangeError);
    expect(() => PortArray(1)[0] = Port(70000), throwsRangeError);
    expect(() => UserId.fromBig(BigInt.from(-1)), throwsArgumentError);
  });

  test('logical types are parameters and results', () {
    final time = DateTime.utc(2000, 2, 28, 23, 59, 59, 999, 999);
    const span = Duration(days: 1, microseconds: 1);
    expect(_library.later(time, span), DateTime.utc(2000, 3));
    expect(
      _library.later(time, -span),
      DateTime.utc(2000, 2, 27, 23, 59, 59, 999, 998),
    );
    expect(
      _library.between(DateTime.utc(2000), DateTime.utc(1999)),
      const Duration(days: -365),
    );
    final key = FfiUuid([for (var byte = 0; byte < 16; byte++) byte]);
    expect('${_library.turned(key)}', '0f0e0d0c-0b0a-0908-0706-050403020100');
    expect(_library.since(JoinedAt(time)), JoinedAt(time));
    expect(_library.since(JoinedAt(DateTime.utc(1960))), isNull);
    final local = DateTime(2020, 1, 1);
    expect(_library.later(local, Duration.zero), local.toUtc());
  });

  test('nothing is in every kind of field, and as good as no bytes', () {
    final box = NothingsBox();
    expect(box.ref.one, const FfiEmpty());
    expect(box.ref.maybe, isNull);
    expect(box.toProto(), isEmpty);
    box.ref
      ..maybe = const FfiEmpty()
      ..list.addAll(const [FfiEmpty(), FfiEmpty()])
      ..messages.length = 1;
    // Fields 2, 3 and 5, each of no bytes.
    final bytes = box.toProto();
    expect(bytes, [0x12, 0, 0x1a, 0, 0x1a, 0, 0x2a, 0]);
    expect(NothingsBox.fromProto(bytes).ref.toData(), box.ref.toData());
    final unknown = NothingBox.fromProto(Uint8List.fromList([8, 1]));
    expect(_library.noFields(unknown).toData(), unknown.ref.toData());
    final two = EmptyArray.of(const [FfiEmpty(), FfiEmpty()]);
    expect(_library.sameNothings(two, null), hasLength(2));
    expect(_library.sameNothings(two, const FfiEmpty()), hasLength(3));
  });

  test('logical types are in arrays and lists', () {
    final [a, b, c] = [
      DateTime.utc(1900),
      DateTime.utc(2000),
      DateTime.utc(2100),
    ];
    final times = TimestampArray.of([c, a, b]);
    expect(_library.sorted(times), [a, b, c]);
    expect(_library.latest(times.sublistView(1), null), b);
    expect(_library.latest(TimestampArray(0), a), a);
    expect(_library.latest(TimestampArray(0), null), isNull);
    final joined = JoinedAtArray.of([JoinedAt(a)]);
    _library.hourLater(joined);
    expect(joined[0].value, a.add(const Duration(hours: 1)));
  });

  test('nanoseconds are beside the microseconds', () {
    final box = AccountBox()..ref.created = DateTime.utc(2000);
    expect(box.ref.createdNanos, 0);
    box.ref.createdNanos = 999999999;
    expect(box.ref.created, DateTime.utc(2000, 1, 1, 0, 0, 0, 999, 999));
    expect(() => box.ref.createdNanos = 1000000000, throwsRangeError);
    expect(() => box.ref.createdNanos = -1, throwsRangeError);
    box.ref.timeout = const Duration(seconds: -2);
    expect(() => box.ref.timeoutNanos = 1, throwsRangeError);
    box.ref.timeoutNanos = -1000;
    expect(box.ref.timeout, const Duration(seconds: -2, microseconds: -1));
    expect(box.ref.joinedNanos, 0);
  });

  test('times out of the range of protobuf throw', () {
    final box = AccountBox();
    expect(
      () => box.ref.created = DateTime.utc(10000),
      throwsA(isA<RangeError>().having((it) => it.name, 'name', 'created')),
    );
    expect(() => box.ref.created = DateTime.utc(0, 12, 31), throwsRangeError);
    box.ref.created = DateTime.utc(1);
    expect(box.ref.created, DateTime.utc(1));
    box.ref.created = DateTime.utc(9999, 12, 31, 23, 59, 59, 999, 999);
    expect(box.ref.created.year, 9999);
    expect(
      () => box.ref.timeout = const Duration(days: 366 * 10000),
      throwsA(isA<RangeError>().having((it) => it.name, 'name', 'timeout')),
    );
    expect(
      () => _library.between(DateTime.utc(10000), DateTime.utc(1)),
      throwsRangeError,
    );
    expect(
      () => _library.later(DateTime.utc(9999), const Duration(days: 366)),
      throwsA(
        isA<RustErrorException>().having(
          (it) => it.message,
          'message',
          contains('not in the years 1 to 9999'),
        ),
      ),
    );
  });

  test('memory that is no time is refused on both sides', () {
    final box = AccountBox();
    // `created` is a timestamp, behind eight fields.
    (box.raw.pointer.cast<Int32>() + _createdNanos).value = 1000000000;
    expect(
      () => box.ref.created,
      throwsA(
        isA<InvalidValueException>().having(
          (it) => it.message,
          'message',
          'created: 0 seconds and 1000000000 nanoseconds are no timestamp in the '
              'years 1 to 9999',
        ),
      ),
    );
    expect(
      () => _library.isAccountFromDart(box),
      throwsA(
        isA<InvalidValueException>().having(
          (it) => it.message,
          'message',
          contains('account.created: a timestamp of 0 seconds and 1000000000'),
        ),
      ),
    );
  });

  test('a conversion that throws is named, with the field', () {
    final box = AccountBox();
    expect(
      () => box.ref.colour = const Color(-1, 0, 0, 0),
      throwsA(
        isA<ConversionException>()
            .having(
              (it) => it.message,
              'message',
              'colour: `argbOfColor` threw: Bad state: a negative channel',
            )
            .having((it) => it.cause, 'cause', isA<StateError>()),
      ),
    );
    box.ref.colour = const Color(0, 0, 0xde, 0xad);
    expect(
      () => box.ref.colour,
      throwsA(
        isA<ConversionException>()
            .having(
              (it) => it.message,
              'message',
              contains('colour: `Color.fromArgb` threw: FormatException'),
            )
            .having((it) => it.cause, 'cause', isA<FormatException>()),
      ),
    );
    expect(
      () => _library.opaque(const Color(-1, 0, 0, 0), null),
      throwsA(isA<ConversionException>()),
    );
  });

  test('columns have newtypes and logical types', () {
    final columns = AccountColumns();
    for (var index = 0; index < 3; index++) {
      columns.push(_account.copyWith(id: UserId(index)).toBox().ref);
    }
    expect(columns.id, [UserId(0), UserId(1), UserId(2)]);
    columns.id[1] = UserId(9);
    expect(columns.idArray[1], UserId(9));
    expect(_library.sumUsers(columns.idArray), 11);
    expect(columns.email, List.filled(3, Email('ada@example.org')));
    columns.created[0] = DateTime.utc(2020);
    expect(columns.created.first, DateTime.utc(2020));
    expect(columns.colour.first, const Color(0xff, 0x10, 0x20, 0x30));
    expect(_library.sumHeights(columns), 4.5);
    expect(() => columns.port[0] = Port(65536), throwsRangeError);
  });

  test('lists and columns change nothing if one of several does not fit', () {
    final holders = _holders.toBox().ref;
    final late = DateTime.utc(12000), now = DateTime.utc(2020);
    const bad = Color(-1, 1, 1, 1);
    final columns = AccountColumns();
    for (var row = 0; row < 2; row++) {
      columns.push(_account.toBox().ref);
    }
    final times = TimestampArray.of([now, now]);
    for (final change in [
      () => holders.ports = [Port(1), Port(65536)],
      () => holders.ports.insertAll(0, [Port(1), Port(65536)]),
      () => holders.times = [now, late],
      () => holders.times.setAll(0, [now, late]),
      () => holders.spans = const [Duration.zero, Duration(days: 4000000)],
      () =>
          holders.emails = [Email('x'), Email('much too long for an address')],
      () =>
          holders.names.addAll({UserId(2): 'x', UserId(3): 'too long for it'}),
      () => holders.byKey.addAll({
        holders.byKey.keys.first: Duration.zero,
        _account.key: const Duration(days: 4000000),
      }),
      () => holders.colours.setAll(0, const [Color(1, 2, 3, 4), bad]),
      () => columns.port.setAll(0, [Port(1), Port(65536)]),
      () => columns.email.setAll(0, [Email('x'), Email('x' * 25)]),
      () => columns.created.setAll(0, [now, late]),
      () => columns.joined.setAll(0, [JoinedAt(now), JoinedAt(late)]),
      () => times.setAll(0, [DateTime.utc(1999), late]),
    ]) {
      expect(change, throwsA(anything));
      expect(holders.toData(), _holders);
      for (var row = 0; row < 2; row++) {
        expect(columns[row].toData(), _account);
      }
      expect(times, [now, now]);
    }
  });

  test('one field of all messages is a list of newtypes', () {
    final accounts = AccountArray(2);
    for (var index = 0; index < 2; index++) {
      accounts[index] = _account.copyWith(id: UserId(index)).toBox().ref;
    }
    final field = accounts.field;
    expect(field.id, [UserId(0), UserId(1)]);
    expect(field.admin.first.value, UserId(7));
    field.id[1] = UserId(9);
    expect(accounts[1].id, UserId(9));
    expect(field.height.first, Metres(1.5));
    expect(() => field.port[0] = Port(65536), throwsRangeError);
    expect(
      () => field.port.setAll(0, [Port(1), Port(65536)]),
      throwsRangeError,
    );
    expect(field.port, [Port(65535), Port(65535)]);
    final millis = DateTime.fromMillisecondsSinceEpoch(5);
    field.seen[1] = millis;
    expect(field.seen, [_account.seen, millis]);
    expect(field.colour.first, _account.colour);
    field.colour[0] = const Color(1, 2, 3, 4);
    expect(accounts[0].colour, const Color(1, 2, 3, 4));
  });

  test('kernels take newtypes for the numbers in them', () {
    final positions = PositionArray(2);
    positions[0].x = Metres(1);
    positions[1].rest[0] = Metres(3);
    positions.simdFields.x.scale(2);
    positions.simdFields.rest.scale(2);
    expect(positions[0].x, Metres(2));
    expect(positions[1].rest, [Metres(6), Metres(0)]);
    expect(positions.simdFields.x.sum(), 2.0);
  });

  test('errors have newtypes and logical types', () {
    expect(
      () => _library.find(UserId(3), DateTime.utc(2000)),
      throwsA(
        isA<AccountUnknownException>()
            .having((it) => it.id, 'id', UserId(3))
            .having((it) => it.at, 'at', DateTime.utc(2000))
            .having((it) => it.known, 'known', [UserId(1), UserId(-1)]),
      ),
    );
  });

  test('decimals keep all digits', () {
    final least = FfiDecimal(-(BigInt.one << 127), 38);
    expect('$least', '-1.70141183460469231731687303715884105728');
    final value = PriceData(
      amount: FfiDecimal.parse('-12.50'),
      steps: FfiDecimal.parse('18446744073709551616'),
    );
    final box = value.toBox();
    expect(box.ref.toData(), value);
    final negated = _library.negated(box).toData();
    expect('${negated.amount}', '12.50');
    expect(negated.steps, FfiDecimal(-(BigInt.one << 64)));
    expect(PriceBox.fromProto(box.toProto()).ref.toData(), value);
    box.ref.amount = least;
    expect(box.ref.amount, least);
    final all = DecimalArray.of([least, FfiDecimal(BigInt.one, 38)]);
    expect(_library.sum(all)?.mantissa, BigInt.one - (BigInt.one << 127));
    expect(_library.sum(DecimalArray(0)), isNull);
    expect(() => FfiDecimal(BigInt.one << 127), throwsArgumentError);
    expect(() => FfiDecimal(BigInt.one, 39), throwsRangeError);
    expect(() => FfiDecimal.parse('1e5'), throwsFormatException);
    expect(FfiDecimal.parse('1.50') == FfiDecimal.parse('1.5'), isFalse);
    // The scale is behind the two halves of the number.
    (box.raw.pointer.cast<Uint32>() + 4).value = 39;
    expect(
      () => box.ref.amount,
      throwsA(
        isA<InvalidValueException>().having(
          (it) => it.message,
          'message',
          startsWith('amount: 39 is no scale of a decimal'),
        ),
      ),
    );
    expect(() => _library.negated(box), throwsA(isA<InvalidValueException>()));
  });

  test('protobuf has them as it has the values in them', () {
    final box = _account.toBox();
    expect(AccountBox.fromProto(box.toProto()).ref.toData(), _account);
    final holders = _holders.toBox();
    expect(HoldersBox.fromProto(holders.toProto()).ref.toData(), _holders);
  });

  group('newtypes of arrays', () {
    test('arrive in every place, as views and as values', () {
      final box = SealBox();
      _library.writeSeal(box);
      expect(box.ref.toData(), _seal);
      expect(_library.isSealFromDart(_seal.toBox()), isTrue);
      expect(SealBox.fromProto(box.toProto()).ref.toData(), _seal);
      final changed = _seal.copyWith(recent: [_key(4)]).toBox();
      expect(_library.isSealFromDart(changed), isFalse);
    });

    test('are views of memory, and written through them', () {
      final seal = _seal.toBox().ref;
      final Key key = seal.key;
      key.value[0] = 77;
      expect(seal.key.value.first, 77);
      seal.owner.value.value[15] = 1;
      expect(seal.owner.value.value.last, 1);
      seal.turn.value[3] = 8;
      expect(seal.turn.value, [0.5, -1, 2, 8]);
      seal.lines.value[1] = 'two';
      expect(seal.lines.value, ['one', 'two']);
      seal.pair.value[0].value[0] = 5;
      expect(seal.pair.value.first.value.first, 5);
      seal.podium.value[1] = Grade(Level.member);
      expect(seal.podium.value.toSet(), {Grade(Level.member)});
      seal.keys[1].value[0] = 6;
      expect(seal.keys.last.value.first, 6);
      seal.recent[0].value[0] = 9;
      expect(seal.recent.first.value.first, 9);
      seal.maybe!.value[0] = 10;
      expect(seal.maybe?.value.first, 10);
      seal.byUser[UserId(7)]!.value[0] = 11;
      expect(seal.byUser[UserId(7)]?.value.first, 11);
      seal.secret.words!.value[0] = 'w';
      expect(seal.secret.words?.value, ['w', 'b']);
      expect(seal.counters.big, [
        BigInt.parse('18446744073709551615'),
        BigInt.one,
      ]);
    });

    test('are written from lists, views and values', () {
      final seal = SealBox().ref;
      final source = _seal.toBox().ref;
      seal
        ..key = source.pair.value[1]
        ..matrix = Matrix(source.turn.value)
        ..tint = const Color(1, 2, 3, 4)
        ..pair = KeyPair([source.key, _key(3)])
        ..recent = [source.key, _key(1)]
        ..maybe = source.recent[1]
        ..byUser = {UserId(1): source.key}
        ..secret.value = SecretBytes(source.key);
      expect(seal.key.value, _key(10).value);
      expect(seal.matrix.value, [0.5, -1, 2, 0.25]);
      expect(seal.toData().tint, const Color(1, 2, 3, 4));
      expect(seal.pair.value[1].value, _key(3).value);
      expect(seal.recent.map((it) => it.value), [_key(1).value, _key(1).value]);
      expect(seal.maybe?.value, _key(5).value);
      expect(seal.toData().secret, SecretBytes(_key(1)));
      seal.setFrom(source);
      expect(seal.toData(), _seal);
    });

    test('are frozen in values, which compare by what is in them', () {
      final bytes = List.filled(16, 1);
      final value = _seal.copyWith(key: Key(bytes));
      bytes[0] = 2;
      expect(value.key.value.first, 1);
      expect(() => value.key.value[0] = 3, throwsUnsupportedError);
      expect(() => value.keys.first.value[0] = 3, throwsUnsupportedError);
      expect(() => value.maybe?.value[0] = 3, throwsUnsupportedError);
      expect(value, isNot(_seal));
      final again = value.copyWith(key: _key(1), maybe: _key(6));
      expect((again, again.hashCode), (_seal, _seal.hashCode));
      expect(SecretBytes(_key(1)), SecretBytes(_key(1)));
      expect(SecretBytes(_key(1)).hashCode, SecretBytes(_key(1)).hashCode);
      expect(SecretBytes(_key(1)), isNot(SecretBytes(_key(2))));
      expect('$_seal', contains('turn: [0.5, -1.0, 2.0, 0.25]'));
      expect('$_seal', contains('counters: [18446744073709551615, 1]'));
    });

    test('are found and moved in lists by what is in them', () {
      final recent = _seal.toBox().ref.recent;
      expect(recent.indexOf(_key(5)), 1);
      recent.swap(0, 1);
      expect(recent.map((it) => it.value[0]), [5, 4]);
      recent.setAll(0, recent.reversed.toList());
      expect(recent.map((it) => it.value[0]), [4, 5]);
      final removed = recent.removeAt(0);
      expect(removed.value, _key(4).value);
      expect(recent.remove(_key(5)), isTrue);
      recent.addZeroed();
      expect(recent.single.value, List.filled(16, 0));
    });

    test('that do not fit are refused, and named', () {
      final seal = _seal.toBox().ref;
      final short = Key([1, 2, 3]);
      const bad = Color(-1, 1, 1, 1);
      for (final (change, name) in <(void Function(), String)>[
        (() => seal.key = short, 'key'),
        (() => seal.key = Key(List.filled(16, 256)), 'key'),
        (() => seal.owner = PublicKey(short), 'owner'),
        (() => seal.lines = Lines(['much too long', '']), 'lines'),
        (() => seal.recent = [_key(1), short], 'recent'),
        (() => seal.recent.setAll(0, [_key(1), short]), 'recent'),
        (() => seal.keys = [_key(1), short], 'keys'),
        (() => seal.tints = const [Color(1, 1, 1, 1), bad], 'tints'),
        (() => seal.byUser.addAll({UserId(7): _key(1), UserId(8): short}), ''),
        (() => seal.pair = KeyPair([_key(1), short]), 'pair'),
      ]) {
        expect(
          change,
          throwsA(isA<Object>().having((it) => '$it', name, contains(name))),
        );
      }
      expect(seal.toData().recent, hasLength(2));
      expect(seal.toData(), _seal);
    });

    test('may have a type of Dart, which keeps nothing of the memory', () {
      final seal = _seal.toBox().ref;
      expect(seal.tint, const Color(3, 255, 1, 2));
      seal.tint = const Color(9, 9, 9, 9);
      expect(Color.given, [255, 1, 2, 3]);
      expect(() => Color.given![0] = 1, throwsUnsupportedError);
      seal.tint = const Color(0xad, 0, 0, 0xde);
      expect(
        () => seal.tint,
        throwsA(
          isA<ConversionException>().having(
            (it) => it.message,
            'message',
            startsWith('tint: `Color.fromBytes` threw: FormatException'),
          ),
        ),
      );
    });

    test('are columns and fields of kernels', () {
      final columns = SealColumns();
      for (var row = 0; row < 2; row++) {
        columns.push(_seal.toBox().ref);
      }
      expect(columns.key[1].value, _key(1).value);
      columns.key[1].value[0] = 8;
      columns.key[0] = _key(30);
      expect(_library.sumKeys(columns), 38);
      expect(columns.tint, List.filled(2, _seal.tint));
      expect(
        () => columns.key.setAll(0, [
          _key(2),
          Key([1]),
        ]),
        throwsArgumentError,
      );
      expect(_library.sumKeys(columns), 38);
      final poses = PoseArray(2);
      poses[1].turn = Rotation([1, 2, 3, 4]);
      poses.simdFields.turn.scale(2);
      expect(poses[1].turn.value, [2, 4, 6, 8]);
      expect(poses.simdFields.turn.sums(), [2, 4, 6, 8]);
    });

    test('are fields of errors', () {
      expect(
        () => _library.unlock(_seal.toBox()),
        throwsA(
          isA<AccountKeyException>()
              .having((it) => it.key.value, 'key', _key(1).value)
              .having((it) => it.known[1].value.value, 'known', _key(8).value)
              .having((it) => it.tint, 'tint', _seal.tint),
        ),
      );
    });

    test('live in arenas', () {
      final box = _seal.toBox();
      final ring = _library.keyRing(box);
      expect(ring.root.first.value, _key(1).value);
      expect(ring.root.tint, _seal.tint);
      expect(ring.root.keys[1].value, _key(3).value);
      expect(ring.root.spare?.value.value, _key(250).value);
      final value = ring.root.toData();
      expect(value, ring.root.toData());
      expect(_library.isTurned(ring, box), isFalse);
      ring.root
        ..first = box.ref.pair.value[0]
        ..spare = null
        ..keys.setAll(0, [value.keys[1], value.keys[0]]);
      expect(_library.isTurned(ring, box), isTrue);
      ring.root.first.value[0] = 1;
      expect(ring.root.first.value[0], 1);
      expect(_library.isTurned(ring, box), isFalse);
      expect(() => ring.root.first = Key([1]), throwsArgumentError);
    });
  });
}
