/// Runs the service as an app that ships does: with a version to fall back to, its log, its
/// numbers, its health, calls that are refused, and what keeps a caller going when something fails.
///
/// `dart run bin/production.dart FOLDER` writes the numbers for Prometheus to `FOLDER/metrics.txt`,
/// and reports of crashes beside them.
library;

import 'dart:async';
import 'dart:convert';
import 'dart:io';

import 'package:services/services.dart';

import 'keys.dart';

Future<void> main(List<String> arguments) async {
  final folder = arguments.isEmpty
      ? Directory.systemTemp.createTempSync().path
      : arguments.first;
  // An update that came in half. The version before it is there, and fits.
  final next = File('$folder/services_next')..writeAsStringSync('half of it');
  final library = ServicesLibrary.open(
    candidates: [
      next.path,
      Platform.environment['SERVICES_LIBRARY'] ?? 'libservices.so',
    ],
  );
  final production = library.production;
  print('${library.info.name} ${library.info.version}');
  production.warmUp();

  // A crash leaves a report, which the next start finds and an app sends.
  for (final report in production.keepCrashes('$folder/crashes')) {
    print('crashed before: $report');
  }

  // Rust's log, as the app likes it; here as lines, and the numbers of errors.
  final lines = <String>[];
  final errors = <String>{};
  final log = production.logs.listen((it) {
    it.toDeveloper();
    final fields = {...it.fields};
    if (fields.remove('id') case final id?) errors.add(id);
    lines.add('${it.level.name} ${it.message} $fields');
  });
  // Numbers for the tools of Dart, which show timed calls in their timeline as well.
  production.registerStats();

  final users = library.openUsers();
  final ada = production.timed(
    'create',
    () => users.create('Ada', 'correct horse'),
  );

  // Calls belong to a request: log records and spans have its id, also after an await.
  await production.withRequest('r-17', () async {
    final found = await production.timed('search', () => users.search('d'));
    print(
      '${production.request} has found ${[for (final it in found) it.name]}',
    );
  });

  // A switch is off until what it guards works again; the caller tries again meanwhile.
  library.flags['LOGINS'] = false;
  var attempts = 0;
  final breaker = CircuitBreaker(failures: 5);
  final user = await retry(
    () {
      if (++attempts == 3) library.flags['LOGINS'] = true;
      return breaker.run(() => users.login(ada, 'correct horse'));
    },
    on: (error) => error is UserWrongPasswordException,
    backoff: Backoff(first: const Duration(milliseconds: 1)),
  );
  print('${user.name} is in after $attempts attempts, ${breaker.state.name}');

  final keys = library.openKeys();
  await useKeys(keys, production);
  final damage = damaged(keys);

  final health = await library.health();
  print(
    'healthy: ${health.isHealthy}, ${[for (final it in health.checks) it.name]}',
  );

  final metrics = production.metrics();
  final login = metrics.calls['Users.login']!;
  print(
    'login: ${login.calls} calls, errors ${login.errors}, '
    '${login.requestBytes} bytes',
  );
  print(metrics.queues['RETURNED']);
  File('$folder/metrics.txt').writeAsStringSync(production.prometheus());

  final json = jsonDecode(jsonEncode(production.metrics().toJson())) as Map;
  print('as JSON: ${json.keys.join(', ')}');

  // What runs sees that the library ends, and has some time for it.
  final watch = production.withRequest('audit', keys.watch);
  while (production.metrics().calls['Keys.watch'] == null) {
    await Future<void>.delayed(const Duration(milliseconds: 1));
  }
  users.dispose();
  keys.dispose();
  final report = production.stop(deadline: const Duration(minutes: 1));
  print('clean: ${report.isClean}');
  final counts = await watch;
  print('numbers of keys: ${counts.list}');
  counts.dispose();
  while (lines.lastOrNull != 'info the service ends {}') {
    await Future<void>.delayed(const Duration(milliseconds: 1));
  }
  lines.forEach(print);
  print('the log has the error: ${errors.contains('$damage')}');
  await log.cancel();
}
