/// Runs the service as an app that ships does: with its log, its numbers, its health, and what
/// keeps a caller going when something fails.
///
/// `dart run bin/production.dart FOLDER` writes the numbers for Prometheus to `FOLDER/metrics.txt`,
/// and reports of crashes beside them.
library;

import 'dart:async';
import 'dart:io';

import 'package:services/services.dart';

Future<void> main(List<String> arguments) async {
  final folder = arguments.isEmpty
      ? Directory.systemTemp.createTempSync().path
      : arguments.first;
  final library = ServicesLibrary.open();
  final production = library.production;
  print('${library.info.name} ${library.info.version}');

  // A crash leaves a report, which the next start finds and an app sends.
  for (final report in production.keepCrashes('$folder/crashes')) {
    print('crashed before: $report');
  }

  // Rust's log, as the app likes it; here as lines.
  final lines = <String>[];
  final log = production.logs.listen((it) {
    it.toDeveloper();
    lines.add('${it.level.name} ${it.message} ${it.fields}');
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

  final health = await library.health();
  print(
    'healthy: ${health.isHealthy}, ${[for (final it in health.checks) it.name]}',
  );

  final login = production.metrics().calls['Users.login']!;
  print('login: ${login.calls} calls, errors ${login.errors}');
  File('$folder/metrics.txt').writeAsStringSync(production.prometheus());

  users.dispose();
  final report = production.stop(deadline: const Duration(seconds: 1));
  print('clean: ${report.isClean}');
  while (lines.length < 2) {
    await Future<void>.delayed(const Duration(milliseconds: 1));
  }
  lines.forEach(print);
  await log.cancel();
}
