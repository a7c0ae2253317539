/// A frame's way to Dart: a slot that is lent, a copy of it, and the bytes of
/// flutter_rust_bridge.
library;

import 'dart:async';
import 'dart:ffi';
import 'dart:isolate';
import 'dart:typed_data';

import 'package:bench_harness/comparison.dart';
import 'package:bench_harness/ratio.dart';
import 'package:bench_harness/rounds.dart';
import 'package:bench_video/bench_video.dart';

/// Frames of a sample.
const _frames = 24;
const _bytes = 3840 * 2160 * 3 ~/ 2;
const _expected = _frames * (_frames - 1) ~/ 2;

const _lent = 'slot, lent';
const _copied = 'slot, copied to a Uint8List';
const _filled = 'slot, lent, with all bytes written';
const _bridged = 'flutter_rust_bridge, with all bytes written';

Future<void> compareFrames(String mode, String path, String bridge) async {
  final library = BenchVideoLibrary.open(path: path);
  final serialized = _Bridge(DynamicLibrary.open(bridge));
  final times = await compareWays(
    'a frame of 4K',
    {
      _lent: () => _sum(library.pictures(_frames, filled: false), (_) {}),
      _copied: () => _sum(
        library.pictures(_frames, filled: false),
        (picture) => last = Uint8List.fromList(picture.planes),
      ),
      _filled: () => _sum(library.pictures(_frames, filled: true), (_) {}),
      _bridged: serialized.sum,
    },
    expected: _expected,
    units: _frames,
  );
  printRatio(
    '${mode}_frame_4k_vs_copied',
    times[_lent]!,
    times[_copied]!,
    const Target.atMost(0.1),
  );
  printRatio(
    '${mode}_frame_4k_filled_vs_frb',
    times[_filled]!,
    times[_bridged]!,
    const Target.atMost(0.4),
  );
}

/// The bytes of the last frame: kept, so that no compiler leaves out the copy.
Uint8List? last;

/// The sum of the frames' numbers, each of which [use] gets.
Future<int> _sum(
  Stream<PictureBox> pictures,
  void Function(Picture picture) use,
) {
  final done = Completer<int>();
  var sum = 0;
  pictures.listen(
    (box) {
      use(box.ref);
      sum += box.ref.number;
    },
    onError: done.completeError,
    onDone: () => done.complete(sum),
  );
  return done.future;
}

/// A stream of flutter_rust_bridge: its port gets a message for each frame, whose
/// first byte says that it is an event, and whose bytes are read in place.
final class _Bridge {
  _Bridge(DynamicLibrary library)
    : _stream = library
          .lookupFunction<
            Void Function(Int64, Size, Uint64),
            void Function(int, int, int)
          >('bench_services_frb_stream') {
    library.lookupFunction<
      Void Function(
        Pointer<NativeFunction<Int8 Function(Int64, Pointer<Dart_CObject>)>>,
      ),
      void Function(
        Pointer<NativeFunction<Int8 Function(Int64, Pointer<Dart_CObject>)>>,
      )
    >('store_dart_post_cobject')(NativeApi.postCObject);
  }

  final void Function(int, int, int) _stream;

  Future<int> sum() async {
    final done = Completer<int>();
    var sum = 0;
    var frames = 0;
    final port = RawReceivePort((Object? message) {
      final bytes = message! as Uint8List;
      sum += ByteData.sublistView(bytes).getUint64(1, Endian.host);
      last = Uint8List.sublistView(bytes, 9);
      if (++frames == _frames) done.complete(sum);
    });
    _stream(port.sendPort.nativePort, _bytes + 8, _frames);
    final found = await done.future;
    port.close();
    return found;
  }
}
