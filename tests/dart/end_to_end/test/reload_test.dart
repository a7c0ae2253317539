/// Tests a hot reload that changes layouts under an open library, in a program of
/// its own with the VM service: `RELOAD_DART` runs it, `RELOAD_APP` is its folder,
/// `RELOAD_BEFORE` its package, and `RELOAD_AFTER` that of another library.
library;

import 'dart:async';
import 'dart:convert';
import 'dart:io';

import 'package:test/test.dart';

/// Program that tries each way to use the library whenever it gets a line.
const program = r'''
import 'dart:convert';
import 'dart:io';

import 'package:fixture_calls/fixture_calls.dart';

void main() async {
  final library = FixtureCallsLibrary.open();
  final uses = <String, Object? Function()>{
    'call': () => library.scaled(VectorBox().ref, 2),
    'open': FixtureCallsLibrary.open,
    'instance': () => FixtureCallsLibrary.instance,
    'box': LampBox.new,
    'array': () => LampArray(2),
    'value': () => const VectorData(x: 1, y: 2).toBox(),
  };
  String attempt(Object? Function() use) {
    try {
      use();
      return 'done';
    } on StateError catch (error) {
      return error.message;
    } on FfiException {
      return 'done';
    }
  }

  print('ready');
  await for (final _ in stdin.transform(utf8.decoder).transform(const LineSplitter())) {
    print(jsonEncode({for (final it in uses.entries) it.key: attempt(it.value)}));
  }
}
''';

void main() {
  final environment = Platform.environment;
  final app = Directory(environment['RELOAD_APP']!);

  /// Gives the program the package in the folder that [variable] names.
  void take(String variable) {
    final package = Directory(environment[variable]!);
    for (final file in package.listSync(recursive: true).whereType<File>()) {
      if (!file.path.endsWith('.dart')) continue;
      final name = file.path.substring(package.path.length + 1);
      file.copySync('${app.path}/package/$name');
    }
  }

  test('after which every use throws that the app must be restarted', () async {
    take('RELOAD_BEFORE');
    File('${app.path}/app.dart').writeAsStringSync(program);
    final process = await Process.start(environment['RELOAD_DART']!, [
      '--enable-asserts',
      '--no-dds',
      '--enable-vm-service=0',
      '--disable-service-auth-codes',
      'app.dart',
    ], workingDirectory: app.path);
    // It ends with its input.
    addTearDown(() async {
      await process.stdin.close();
      await process.exitCode;
    });
    process.stderr.transform(utf8.decoder).listen(stderr.write);
    final lines = StreamIterator(
      process.stdout.transform(utf8.decoder).transform(const LineSplitter()),
    );
    addTearDown(lines.cancel);
    Future<String> lineWith(String text) async {
      while (await lines.moveNext()) {
        if (lines.current.contains(text)) return lines.current;
      }
      throw StateError('the program ended before it printed `$text`');
    }

    Future<Map<String, Object?>> uses() async {
      process.stdin.writeln();
      await process.stdin.flush();
      return jsonDecode(await lineWith('{')) as Map<String, Object?>;
    }

    final address = RegExp(r'http://\S+').firstMatch(await lineWith('http://'));
    await lineWith('ready');
    expect((await uses()).values.toSet(), {'done'});

    final uri = Uri.parse(address![0]!).replace(scheme: 'ws');
    final service = await WebSocket.connect(
      '$uri${uri.path.endsWith('/') ? '' : '/'}ws',
    );
    addTearDown(service.close);
    // Listened to until the end: closing waits for the last message.
    final received = StreamController<Object?>();
    service.listen((it) => received.add(jsonDecode('$it')));
    final answers = StreamIterator(received.stream);
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
        final answer = answers.current as Map<String, Object?>;
        if (answer['id'] != method) continue;
        return answer['result'] as Map<String, Object?>? ??
            (throw StateError('$method: ${answer['error']}'));
      }
      throw StateError('$method: no answer');
    }

    Future<void> reload() async {
      final vm = await ask('getVM');
      final isolates = vm['isolates']! as List<Object?>;
      final isolate = (isolates.single! as Map<String, Object?>)['id'];
      final report = await ask('reloadSources', {
        'isolateId': isolate,
        'force': true,
      });
      expect(report['success'], isTrue, reason: '$report');
    }

    await reload();
    expect((await uses()).values.toSet(), {'done'}, reason: 'nothing changed');

    take('RELOAD_AFTER');
    await reload();
    for (final MapEntry(key: use, value: found) in (await uses()).entries) {
      expect(found, contains('restart the app'), reason: use);
    }
  }, timeout: const Timeout(Duration(minutes: 2)));
}
