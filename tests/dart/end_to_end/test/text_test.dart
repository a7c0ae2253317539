/// Tests text that starts with U+FEFF, which Dart's own decoder drops as a byte
/// order mark, in every place in which text comes from memory.
library;

import 'package:fixture_owned/fixture_owned.dart';
import 'package:fixture_types/fixture_types.dart'
    hide RustErrorException, RustPanicException;
import 'package:test/test.dart';

/// Texts that the fast path for ASCII and the other one must keep.
const marked = ['\ufeff', '\ufeff\ufeff', '\ufeffa', 'a\ufeff', '\ufeffü'];

void main() {
  final owned = FixtureOwnedLibrary.open();
  final types = FixtureTypesLibrary.open();

  test('arguments and results', () {
    for (final text in marked) {
      expect(owned.repeated(text, 1), text);
      expect(owned.repeated(text, 2), '$text$text');
      expect(owned.before('$text!', '!'), text);
      expect(
        owned.reversed(text),
        String.fromCharCodes(text.codeUnits.reversed),
      );
      expect(owned.countCharacters(text), text.runes.length);
    }
  });

  test('messages of errors and panics', () {
    for (final text in marked) {
      expect(
        () => owned.failsWith(text),
        throwsA(
          isA<RustErrorException>().having((it) => it.message, 'text', text),
        ),
      );
      expect(
        () => owned.panicsWith(text),
        throwsA(
          isA<RustPanicException>().having((it) => it.message, 'text', text),
        ),
      );
    }
  });

  test('fields, lists, arrays and options', () {
    for (final text in marked) {
      final box = TextsBox()..ref.name = text;
      expect(box.ref.name, text);
      box.ref.lines = [text, '', text];
      expect(box.ref.lines, [text, '', text]);
      expect(box.ref.toData().lines, [text, '', text]);
      final lists = ListsBox()..ref.names.add('');
      if (text.length == 1) {
        lists.ref.names[0] = text;
        expect(lists.ref.names, [text]);
        expect(lists.ref.toData().names, [text]);
      }
      final options = OptionsBox()..ref.name = text;
      expect(options.ref.name, text);
    }
  });

  test('keys and values of maps are as many as they were', () {
    final box = MapsBox();
    final ages = {'a': 1, '\ufeffa': 2, '\ufeff': 3, '': 4};
    box.ref.ages = ages;
    expect(box.ref.ages['\ufeffa'], 2);
    expect(box.ref.ages['a'], 1);
    final copy = box.ref.toData();
    expect(copy.ages, ages);
    // On the way back, Rust checks each key.
    final back = copy.toBox();
    expect(types.touchMaps(back), types.touchMaps(box));
    box.ref.names[5] = '\ufeff\ufeff';
    expect(box.ref.names, {5: '\ufeff\ufeff'});
  });

  test('protobuf', () {
    for (final text in marked) {
      final box = TextsBox()..ref.name = text;
      expect(TextsBox.fromProto(box.toProto()).ref.name, text);
    }
  });
}
