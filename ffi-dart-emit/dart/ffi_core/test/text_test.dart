/// Tests UTF-8 on its way to and from memory.
library;

import 'dart:convert';
import 'dart:ffi';

import 'package:ffi_core/generated.dart';
import 'package:test/test.dart';

void main() {
  const texts = [
    '',
    'plain',
    'größer',
    '\u{1f600}',
    '\ufeff\ufeffmarked',
    '漢字',
  ];

  for (final text in texts) {
    test('"$text" is the same in memory', () {
      final bytes = Uint8List(64);
      final length = encodeString(text, bytes, 'name');
      expect(bytes.sublist(0, length), utf8.encode(text));
      expect(decodeString(bytes, length), text);
    });
  }

  test('text of any length is read from a message', () {
    for (var length = 0; length <= 40; length++) {
      for (final text in [
        'x' * length,
        if (length >= 2) 'ü${'x' * (length - 2)}',
        if (length >= 3) '${'x' * (length - 3)}\ufeff',
        if (length >= 4) '\u{1f600}${'x' * (length - 4)}',
      ]) {
        final message = _message(utf8.encode(text));
        expect(readText(message.words, 40, message.length), text);
      }
    }
  });

  test('a message whose text is none is refused, whatever its length', () {
    for (var length = 1; length <= 40; length++) {
      final wrong = List.filled(length, 0x41)..last = 0xff;
      final message = _message(wrong);
      expect(
        () => readText(message.words, 40, message.length, 'label'),
        throwsA(
          isA<InvalidValueException>().having(
            (it) => it.message,
            'message',
            contains('label'),
          ),
        ),
      );
    }
    final long = _message([])..length = 41;
    expect(
      () => readText(long.words, 40, long.length),
      throwsA(isA<InvalidValueException>()),
    );
  });

  test(
    'text of any length is written to a message, and nothing behind its last word',
    () {
      for (var length = 0; length <= 40; length++) {
        for (final text in [
          'x' * length,
          if (length >= 2) 'ü${'x' * (length - 2)}',
          if (length >= 3) '${'x' * (length - 3)}漢',
          if (length >= 4) '\u{1f600}${'x' * (length - 4)}',
        ]) {
          // The text before must not come through.
          final message = _message([]);
          writeText('z' * 31, message.words, 40, 'label');
          message.bytes.fillRange(0, 40, 0xff);
          expect(writeText(text, message.words, 40, 'label'), length);
          expect(message.bytes.sublist(0, length), utf8.encode(text));
          final behind = message.bytes.sublist(length);
          expect(behind, everyElement(anyOf(0, 0xff)));
          expect(behind.skip(-length & 3), everyElement(0xff));
        }
      }
    },
  );

  test('what is no text, or has no room, leaves a message as it was', () {
    for (final length in [8, 36]) {
      final message = _message([]);
      final x = 'x' * (length - 1);
      for (final wrong in [
        '$x\ud800',
        '$x${'ü' * 20}',
        '${'x' * 8}$x${'y' * 30}',
      ]) {
        expect(
          () => writeText(wrong, message.words, 40, 'label'),
          throwsA(
            anyOf(
              isA<CapacityException>().having(
                (it) => it.message,
                'message',
                contains('label'),
              ),
              isA<ArgumentError>().having((it) => it.name, 'name', 'label'),
            ),
          ),
        );
        expect(message.bytes, everyElement(0xff));
      }
    }
  });

  test('a key is found by its bytes', () {
    // Three entries of 20 bytes: a text of up to 11 bytes and a number.
    const stride = 20, capacity = 11;
    final entries = Uint8List(3 * stride);
    for (final (index, key) in const ['größer', 'größen', ''].indexed) {
      TextPlace(entries, index * stride, capacity).write(key, 'key', index);
    }
    int find(String key, [int length = 3]) =>
        findText(key, entries, length, stride, capacity);
    expect(find('größer'), 0);
    expect(find('größen'), 1);
    expect(find(''), 2);
    expect(find('', 2), -1);
    expect(find('größ'), -1);
    expect(find('grosser'), -1);
    expect(find('größe\ud800'), -1);
    expect(find('longer than its room'), -1);

    // Neither bytes that are no text nor a length beyond the room is a key.
    entries
      ..[4] = 0xff
      ..[stride] = 200;
    expect(find('größer'), -1);
    expect(find('größen'), -1);
    expect(find('x' * 200), -1);
  });

  test('what has no room, or is no text, leaves the memory as it was', () {
    final bytes = Uint8List(3);
    expect(
      () => encodeString('four', bytes, 'name'),
      throwsA(
        isA<CapacityException>()
            .having((it) => it.length, 'length', 4)
            .having((it) => it.message, 'message', contains('name')),
      ),
    );
    expect(
      () => encodeString('öö', bytes, 'name'),
      throwsA(isA<CapacityException>()),
    );
    expect(() => encodeString('\ud800', bytes, 'name'), throwsArgumentError);
    expect(bytes, [0, 0, 0]);
  });

  test(
    'bytes that are no UTF-8, and lengths beyond the memory, are refused',
    () {
      final bytes = Uint8List.fromList([0xff, 0x41]);
      expect(
        () => decodeString(bytes, 2),
        throwsA(isA<InvalidValueException>()),
      );
      expect(
        () => decodeString(bytes, 3),
        throwsA(isA<InvalidValueException>()),
      );
    },
  );
}

/// Text in a message: its length, and room for 40 bytes.
final class _Text extends Struct {
  @Uint32()
  external int length;

  @Array(10)
  external Array<Uint32> words;

  Uint8List get bytes => textBytes(words, 40);
}

/// A message with [bytes], and others behind them.
_Text _message(List<int> bytes) {
  final message = Struct.create<_Text>()..length = bytes.length;
  for (var i = 0; i < 40; i++) {
    message.bytes[i] = i < bytes.length ? bytes[i] : 0xff;
  }
  return message;
}
