/// Tests objects and services: constructors and methods of every mode, what wrong
/// use gets, and that nothing is left.
library;

import 'dart:async';
import 'dart:io';
import 'dart:isolate';

import 'package:fixture_services/fixture_services.dart';
import 'package:test/test.dart';

import 'garbage.dart';
import 'machine.dart';

final _library = FixtureServicesLibrary.open();

/// Waits until no object is left, as far as the collector frees them.
Future<void> _settled() => untilCollected(() => _library.left().objects, 0);

/// Lets the event loop turn until [done].
Future<void> _until(bool Function() done) async {
  while (!done()) {
    await Future<void>.delayed(Duration.zero);
  }
}

PixelData _pixel(int x, int y, double value) =>
    PixelData(x: x, y: y, value: value);

RowData _row(int key, int value) => RowData(key: key, value: value);

/// Makes [count] images and leaves them to the collector.
void _scatter(int count) {
  for (var i = 0; i < count; i++) {
    Image.point(1);
  }
}

/// A store that is not in Rust.
final class _FakeStore implements Store {
  @override
  Row get(int key) => _row(key, 1).toBox().ref;

  @override
  FfiFuture<RowArray> search(int least) =>
      FfiFuture.of(Future.value(RowArray(least)));

  @override
  int get length => 7;

  @override
  bool isDisposed = false;

  @override
  void dispose() => isDisposed = true;

  @override
  dynamic noSuchMethod(Invocation invocation) => super.noSuchMethod(invocation);
}

/// A library that is not in Rust.
final class _FakeLibrary implements FixtureServicesLibrary {
  @override
  Store get store => _FakeStore();

  @override
  Image imageNew(int width, int height) => _FakeImage(width);

  @override
  dynamic noSuchMethod(Invocation invocation) => super.noSuchMethod(invocation);
}

final class _FakeImage implements Image {
  _FakeImage(this.width);

  @override
  final int width;

  @override
  dynamic noSuchMethod(Invocation invocation) => super.noSuchMethod(invocation);
}

void main() {
  setUp(_settled);

  tearDown(() async {
    FixtureServicesLibrary.instance = null;
    await _settled();
    final left = _library.left();
    expect((left.images, left.tokens), (0, 0));
  });

  group('an object', () {
    test('is made, and fails to be made', () {
      final image = Image(2, 3);
      expect((image.width, image.size), (2, 6));
      expect(image.sizeBig, BigInt.from(6));
      expect(() => Image(0, 1), throwsA(isA<ImageEmptyException>()));
      expect(Image.point(0.5).get(0, 0), 0.5);
      expect(Image.even(3), isNull);
      expect(Image.even(4)?.width, 4);
      expect(Image.existing(), greaterThan(0));
      image.dispose();
    });

    test('is made by a task, and by a thread', () async {
      final image = await Image.load(3, 0.25);
      expect((image.width, image.get(2, 0)), (3, 0.25));
      await expectLater(Image.load(0, 1), throwsA(isA<ImageEmptyException>()));
      expect((await Image.render(5)).width, 5);
      image.dispose();
    });

    test('has methods that change it', () {
      final image = Image(2, 2);
      expect(image.brightest(), isNull);
      image.set(_pixel(1, 1, 0.5).toBox().ref);
      expect(image.get(1, 1), 0.5);
      expect(image.brightest()?.toData(), _pixel(1, 1, 0.5));
      expect(
        () => image.get(2, 0),
        throwsA(isA<ImageOutsideException>().having((it) => it.x, 'x', 2)),
      );
      final inverted = image.filtered(Filter.invert);
      expect(inverted.get(1, 1), 0.5);
      expect(inverted.get(0, 0), 1);
      image.dispose();
      inverted.dispose();
    });

    test('has parameters of any name', () {
      final image = Image(3, 1);
      expect(image.wider(4), 7);
      image.dispose();
    });

    test('panics', () {
      final image = Image(1, 1);
      expect(
        () => image.explode('bang'),
        throwsA(
          isA<RustPanicException>().having((it) => it.message, 'text', 'bang'),
        ),
      );
      expect(image.width, 1);
      image.dispose();
    });

    test('has async and blocking methods, which outlive it', () async {
      final image = await Image.load(2, 0.5);
      final gate = Gate();
      final mean = image.mean(), sum = image.sum(3);
      final waiting = image.wait(gate);
      image.dispose();
      expect(await mean, 0.5);
      expect(await sum, 3);
      gate.open(1);
      expect(await waiting, 2);
      gate.dispose();
      expect(_library.left().images, 0);
    });

    test('is dropped when a call that was cancelled is gone', () async {
      final image = Image(1, 1), gate = Gate();
      final waiting = image.wait(gate);
      image.dispose();
      gate.dispose();
      expect(_library.left().images, 1);
      await waiting.cancel();
      expect(_library.left().images, 0);
      await expectLater(waiting, throwsA(isA<FfiCancelledException>()));
    });

    test('is an argument, which Rust may keep', () {
      final image = Image(2, 1), frame = Image.point(0.75);
      expect(image.copyFrom(frame), 1);
      expect(image.get(0, 0), 0.75);
      expect(image.copyFrom(image), 2);
      expect(image.keep(frame), isNull);
      frame.dispose();
      expect(_library.left().images, 2);
      final kept = image.keep(null)!;
      expect(kept.get(0, 0), 0.75);
      kept.dispose();
      expect(_library.left().images, 1);
      image.dispose();
    });

    test('keeps others in a chain, dropped one in the other', () {
      var outer = Image(1, 1);
      for (var i = 0; i < 100; i++) {
        final next = Image(1, 1);
        next.keep(outer);
        outer.dispose();
        outer = next;
      }
      expect(_library.left().images, 101);
      outer.dispose();
      expect(_library.left().images, 0);
    });
  });

  group('after dispose(), an object', () {
    test('throws', () {
      final image = Image(1, 1), other = Image(1, 1);
      expect(image.isDisposed, isFalse);
      image.dispose();
      expect(image.isDisposed, isTrue);
      for (final use in <Object? Function()>[
        () => image.width,
        () => image.get(0, 0),
        () => image.mean(),
        () => image.share(),
        () => other.copyFrom(image),
        () => other.keep(image),
      ]) {
        expect(use, throwsStateError);
      }
      image.dispose();
      other.dispose();
    });

    test('is there until the call ends that disposed of it', () {
      final image = Image(4, 1);
      final answer = image.ask((width) {
        image.dispose();
        expect(() => image.width, throwsStateError);
        expect(_library.left().images, 1);
        return width + 1;
      });
      expect(answer, 54);
      expect(_library.left().images, 0);
    });

    test('is gone in Rust, once', () {
      for (var i = 0; i < 1000; i++) {
        Image(1, 1)
          ..dispose()
          ..dispose();
      }
      expect(_library.left().images, 0);
    });

    test('leaves another one alone that has its place', () {
      final first = Image(1, 1)..dispose();
      final second = Image(2, 1);
      first.dispose();
      expect(() => first.width, throwsStateError);
      expect(second.width, 2);
      second.dispose();
    });
  });

  test('100,000 objects are dropped by the collector alone', () async {
    for (var i = 0; i < 100; i++) {
      _scatter(1000);
      await Future<void>.delayed(Duration.zero);
    }
    await _settled();
    expect(_library.left().images, 0);
  });

  test('a panic in a destructor ends nothing', () async {
    Image.explosive().dispose();
    for (var i = 0; i < 10; i++) {
      Image.explosive();
    }
    await _settled();
    expect(_library.left().images, 0);
  });

  group('a token', () {
    test('is redeemed in another isolate', () async {
      final image = Image.point(0.5);
      final token = image.share();
      image.dispose();
      expect(_library.left().images, 1);
      final value = await Isolate.run(() {
        final shared = Image.redeem(token);
        final value = shared.get(0, 0);
        shared.dispose();
        return value;
      });
      expect(value, 0.5);
      expect(_library.left().images, 0);
    });

    test('is redeemed once', () async {
      final image = Image(1, 1);
      final token = image.share();
      final redeemed = Image.redeem(token);
      expect(() => Image.redeem(token), throwsA(isA<StaleObjectException>()));
      await expectLater(
        Isolate.run(() => Image.redeem(token).width),
        throwsA(isA<StaleObjectException>()),
      );
      image.dispose();
      redeemed.dispose();
    });

    test('goes to one of many isolates', () async {
      final image = Image(3, 1);
      final token = image.share();
      final widths = await Future.wait([
        for (var i = 0; i < 8; i++)
          Isolate.run(() {
            try {
              return Image.redeem(token).width;
            } on StaleObjectException {
              return 0;
            }
          }),
      ]);
      expect(widths.toList()..sort(), [0, 0, 0, 0, 0, 0, 0, 3]);
      image.dispose();
    });
  });

  test('a token of another file of the library is refused', () async {
    final folder = Directory.systemTemp.createTempSync('services');
    final copy = File(_library.path).copySync('${folder.path}/copy.so').path;
    final image = Image(1, 1);
    final token = image.share();
    await expectLater(
      Isolate.run(() {
        FixtureServicesLibrary.open(path: copy);
        return Image.redeem(token).width;
      }),
      throwsA(isA<ForeignObjectException>()),
    );
    Image.redeem(token).dispose();
    image.dispose();
    deleteFolder(folder);
  });

  test('an object can not be sent to another isolate', () async {
    final image = Image(1, 1);
    final port = ReceivePort();
    expect(() => port.sendPort.send(image), throwsArgumentError);
    port.close();
    image.dispose();
  });

  test('objects of an isolate that is killed are dropped', () async {
    for (var i = 0; i < 20; i++) {
      final ready = ReceivePort(), ended = ReceivePort();
      final isolate = await Isolate.spawn(
        _hoard,
        ready.sendPort,
        onExit: ended.sendPort,
      );
      await ready.first;
      isolate.kill(
        priority: i.isEven ? Isolate.immediate : Isolate.beforeNextEvent,
      );
      await ended.first;
    }
    await _settled();
    await untilCollected(() => _library.left().images, 0);
  });

  group('a service', () {
    test('has methods of every mode', () async {
      final store = _library.openStore(3);
      expect(store.length, 3);
      expect(store.get(2).toData(), _row(2, 20));
      expect(
        () => store.get(9),
        throwsA(isA<StoreNotFoundException>().having((it) => it.key, 'k', 9)),
      );
      store.put(_row(9, 15).toBox().ref);
      expect(
        () => store.put(_row(9, -5).toBox().ref),
        throwsA(
          isA<StoreRefusedException>().having(
            (it) => it.reason,
            'reason',
            'it is negative',
          ),
        ),
      );
      final found = await store.search(10);
      expect([for (final row in found) row.key], [1, 2, 9]);
      expect(await store.total(), 45);
      expect(store.describe('it is '), 'it is a store of 4 rows');
      expect(await store.compact('x'), 1);
      await expectLater(
        store.compact(''),
        throwsA(isA<StoreRefusedException>()),
      );
      store.dispose();
      expect(_library.left().stores, 0);
    });

    test('has any number of implementors', () async {
      final stores = [for (var i = 0; i < 5; i++) _library.openStore(i)];
      expect([for (final store in stores) store.length], [0, 1, 2, 3, 4]);
      expect(stores[0].forward(stores[4], 3).toData(), _row(3, 30));
      expect(stores[4].forward(stores[4], 1).toData(), _row(1, 10));
      for (final store in stores) {
        store.dispose();
      }
      expect(() => _library.openStore(2000), throwsA(isA<StoreException>()));
    });

    test('is called by functions that objects call, four deep', () {
      final store = _library.openStore(4);
      final images = [for (var width = 1; width <= 4; width++) Image(width, 1)];
      int nested(int depth) {
        if (depth > 0) {
          final image = images[depth - 1];
          return image.ask((width) => nested(depth - 1) + width);
        }
        final row = store.forward(store, 3).toData();
        for (final image in images) {
          image.dispose();
        }
        store.dispose();
        expect((_library.left().images, _library.left().stores), (4, 0));
        return row.value;
      }

      // f(0) = 30, f(n) = 10 (f(n - 1) + n) + n
      expect(nested(4), 313574);
      expect(_library.left().images, 0);
      expect(() => nested(1), throwsStateError);
    });

    test('whose every method panics', () async {
      final store = _library.openBroken();
      final panics = throwsA(isA<RustPanicException>());
      expect(() => store.get(1), panics);
      expect(() => store.length, panics);
      expect(() => store.describe(''), panics);
      await expectLater(store.search(1), panics);
      await expectLater(store.total(), panics);
      await expectLater(store.compact('x'), panics);
      expect(
        () => store.put(_row(1, 1).toBox().ref),
        throwsA(isA<StoreRefusedException>()),
      );
      store.dispose();
    });

    test('runs beside another one', () async {
      final store = _library.openStore(1);
      final counter = await _library.openCounter(5);
      final all = [for (var i = 0; i < 100; i++) store.search(i)];
      expect([for (var i = 0; i < 3; i++) counter.add(2)], [7, 9, 11]);
      await Future.wait(all);
      final token = counter.share();
      expect(await Isolate.run(() => Tally.redeem(token).add(1)), 12);
      expect(counter.add(0), 12);
      store.dispose();
      counter.dispose();
    });

    test('is installed once', () async {
      expect(
        () => _library.store,
        throwsA(isA<ServiceNotInstalledException>()),
      );
      _library.installStore(2);
      expect(
        () => _library.installStore(3),
        throwsA(
          isA<RustErrorException>().having(
            (it) => it.message,
            'message',
            contains('`Store` is installed already'),
          ),
        ),
      );
      final store = _library.store;
      expect(store.length, 2);
      expect(identical(store, _library.store), isTrue);
      expect(
        await Isolate.run(() => FixtureServicesLibrary.instance.store.length),
        2,
      );
      store.dispose();
      expect(_library.store.length, 2);
      _library.store.dispose();
      expect(_library.left().stores, 1);
    });
  });

  group('text that ends with a NUL', () {
    test('is passed beside other text', () {
      final image = Image(1, 1);
      String label(String first, String text, String? second, String third) =>
          image.label(first: first, text: text, second: second, third: third);
      expect(label('grün', 'text', 'b', ''), 'grün, text, b, ');
      expect(label('', '', null, 'c'), ', , none, c');
      final long = 'x' * 300;
      expect(label(long, 'ü', '$long€', long), '$long, ü, $long€, $long');
      image.dispose();
    });

    test('has no other one in it', () {
      final image = Image(1, 1);
      expect(
        () =>
            image.label(first: 'a', text: '\x00', second: 'b\x00c', third: ''),
        throwsA(
          isA<ArgumentError>()
              .having((it) => it.name, 'name', 'second')
              .having((it) => it.message, 'message', contains('a NUL at 1')),
        ),
      );
      expect(
        () => image.label(first: '\ud800', text: '', second: '', third: ''),
        throwsA(isA<ArgumentError>().having((it) => it.name, 'name', 'first')),
      );
      image.dispose();
    });

    test('is read by a service, and by a function that writes', () {
      final store = _library.openStore(0);
      expect(store.rename('grün'), 4);
      expect(() => store.rename('a\x00'), throwsArgumentError);
      store.dispose();
      final buffer = Uint8Array(3);
      expect(_library.copyName('name', buffer), 4);
      expect(buffer.list, [110, 97, 109]);
      buffer.dispose();
    });
  });

  group('a list that is given', () {
    test('is the task\'s, and gone with it', () async {
      final image = Image(2, 1), gate = Gate();
      final values = Float32Array.of([0.5, 0.25, 1]);
      final list = values.list;
      final filled = image.fill(values, gate);
      expect(() => values.list, throwsStateError);
      expect(() => image.fill(values, gate), throwsStateError);
      // What was read before shows it, as long as it refers to it.
      expect(list, [0.5, 0.25, 1]);
      gate.open(1);
      expect(await filled, 3);
      expect((image.get(0, 0), image.get(1, 0)), (0.5, 0.25));

      final cancelled = image.fill(Float32Array.of([1]), gate);
      cancelled.ignore();
      await cancelled.cancel();
      expect(image.get(0, 0), 0.5);
      image.dispose();
      gate.dispose();
    });

    test('is that of a thread, and of a stream', () async {
      expect(await Image.totalOf(Float32Array.of([0.5, 1])), 1.5);
      final values = Float32Array.of([3, 4]);
      final stream = Image.emitAll(values);
      expect(values.list, [3, 4]);
      expect(await stream.toList(), [3, 4]);
      expect(() => values.list, throwsStateError);
    });

    test('stays when the call is refused', () {
      final image = Image(1, 1), gate = Gate();
      final values = Float32Array.of([2]);
      gate.dispose();
      expect(() => image.fill(values, gate), throwsStateError);
      expect(values.list, [2]);
      values.dispose();
      image.dispose();
    });
  });

  group('a destructor that blocks', () {
    test('leaves the isolate alone when a call has the object last', () async {
      final stubborn = Stubborn(), gate = Gate();
      final waiting = stubborn.wait(gate), image = Image(1, 1);
      stubborn.dispose();
      expect(Stubborn.waiting(), 0);
      gate.open(1);
      await _until(() => Stubborn.waiting() == 1);
      expect(image.width, 1);
      expect(await image.sum(1), 0);
      Stubborn.letThrough(1);
      await waiting;
      await _until(() => Stubborn.waiting() == 0);
      image.dispose();
      gate.dispose();
    });

    test('ends after a call that was cancelled', () async {
      final stubborn = Stubborn(), gate = Gate();
      final waiting = stubborn.wait(gate);
      stubborn.dispose();
      final cancelled = waiting.cancel();
      waiting.ignore();
      await _until(() => Stubborn.waiting() == 1);
      Stubborn.letThrough(1);
      await cancelled;
      await _until(() => Stubborn.waiting() == 0);
      gate.dispose();
    });
  });

  group('a fake', () {
    test('is a service and an object', () async {
      FixtureServicesLibrary.instance = _FakeLibrary();
      final store = FixtureServicesLibrary.open().store;
      expect(store.length, 7);
      expect(store.get(3).toData(), _row(3, 1));
      expect((await store.search(2)).length, 2);
      expect(Image(4, 1).width, 4);
    });

    test('is refused by Rust', () {
      final image = Image(1, 1), store = _library.openStore(1);
      expect(() => image.copyFrom(_FakeImage(1)), throwsArgumentError);
      expect(() => store.forward(_FakeStore(), 0), throwsArgumentError);
      image.dispose();
      store.dispose();
    });
  });

  group('streams', () {
    test('of an object outlive it', () async {
      final image = Image.point(0.5);
      final values = <double>[];
      final done = image.emit().listen(values.add).asFuture<void>();
      image.dispose();
      await done;
      expect(values, [0.5]);
      expect(() => image.emit().first, throwsA(isA<StateError>()));
    });

    test('of a service have items and errors', () async {
      final store = _library.openStore(20);
      final keys = <int>[];
      Object? failure;
      await store
          .watch(15)
          .handleError((Object error) => failure = error)
          .forEach((row) => keys.add(row.key));
      expect(keys, [15, 16, 17, 18, 19]);
      expect(
        failure,
        isA<StoreNotFoundException>().having((it) => it.key, 'key', 20),
      );
      expect(await store.watch(0).take(3).map((row) => row.value).toList(), [
        0,
        10,
        20,
      ]);
      store.dispose();
    });
  });
}

/// Makes objects until the isolate is killed.
Future<void> _hoard(SendPort ready) async {
  final images = <Image>[];
  for (var i = 0; ; i++) {
    if (i % 10 == 0) await Future<void>.delayed(Duration.zero);
    images.add(Image.point(1));
    if (i % 3 == 0) images.removeLast().dispose();
    if (images.length > 100) images.clear();
    if (i == 200) ready.send(null);
  }
}
