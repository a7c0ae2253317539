/// Says where the picture of the balls differs from the one of before, of which
/// the golden test has left both. It is run in a project that
/// `ffi-dart-emit new --flutter` has made.
library;

import 'dart:io';
import 'dart:typed_data';
import 'dart:ui';

import 'package:flutter_test/flutter_test.dart';

Future<(Image, Uint32List)> read(String name) async {
  final bytes = File('test/failures/balls_$name.png').readAsBytesSync();
  final codec = await instantiateImageCodec(bytes);
  final image = (await codec.getNextFrame()).image;
  final pixels = await image.toByteData();
  return (image, pixels!.buffer.asUint32List());
}

void main() {
  test('only the half whose balls are pinned differs', () async {
    final (image, before) = await read('masterImage');
    final (_, after) = await read('testImage');
    final Image(:width, :height) = image;
    expect(after, hasLength(before.length));

    // The balls begin in the middle of the height. At rest, the background.
    final row = height ~/ 2 * width;
    final background = before[row + 10 * width];
    for (var x = 0; x < width ~/ 2 - 8; x++) {
      expect(after[row + x], isNot(background), reason: 'a pinned ball at $x');
      expect(before[row + x], background, reason: 'none before at $x');
    }
    var different = 0;
    for (var i = 0; i < before.length; i++) {
      if (before[i] == after[i]) continue;
      different++;
      // Before, some had moved to the right by a tenth of the width.
      expect(i % width, lessThan(width * 0.62));
    }
    print('$different of ${before.length} pixels differ');
    expect(different, greaterThan(1000));
  });
}
