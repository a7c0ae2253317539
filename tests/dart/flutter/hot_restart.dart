/// Runs a program in Flutter's engine and restarts it as `R` in `flutter run` does:
/// the engine ends the isolate, and starts the program in a new one of the same
/// process.
///
/// The arguments are the number of restarts, the file of the compiled program, and
/// the command of the engine. Prints what the program prints.
library;

import 'dart:async';
import 'dart:convert';
import 'dart:io';

Future<void> main(List<String> arguments) async {
  final [restarts, program, engine, ...options] = arguments;
  final process = await Process.start(engine, options);
  process.stderr.transform(utf8.decoder).listen(stderr.write);
  final lines = StreamIterator(
    process.stdout.transform(utf8.decoder).transform(const LineSplitter()),
  );
  Future<String> lineWith(String text) async {
    while (await lines.moveNext().timeout(const Duration(minutes: 1))) {
      print(lines.current);
      if (lines.current.contains(text)) return lines.current;
    }
    throw StateError('the program ended before it printed `$text`');
  }

  try {
    final address = RegExp(r'http://\S+')
        .firstMatch(await lineWith('http://'))!;
    await lineWith('running: ');
    final uri = Uri.parse(address[0]!).replace(scheme: 'ws');
    final service = await WebSocket.connect('${uri}ws');
    final answers = StreamIterator(service);
    Future<Map<String, Object?>> ask(
      String method, [
      Map<String, Object?> parameters = const {},
    ]) async {
      service.add(
        jsonEncode({
          'jsonrpc': '2.0',
          'id': method,
          'method': method,
          'params': parameters,
        }),
      );
      while (await answers.moveNext()) {
        final answer = jsonDecode('${answers.current}') as Map<String, Object?>;
        if (answer['id'] != method) continue;
        return answer['result'] as Map<String, Object?>? ??
            (throw StateError('$method: ${answer['error']}'));
      }
      throw StateError('the service ended before it answered $method');
    }

    final views = (await ask('_flutter.listViews'))['views'] as List<Object?>;
    final view = (views.single as Map<String, Object?>)['id'];
    for (var i = 0; i < int.parse(restarts); i++) {
      await ask('_flutter.runInView', {
        'viewId': view,
        'mainScript': Uri.file(program).toString(),
        'assetDirectory': Uri.directory(File(program).parent.path).toString(),
      });
      await lineWith('running: ');
    }
  } finally {
    process.kill();
    await process.exitCode;
  }
  // The connection to the service would keep this program alive.
  exit(0);
}
