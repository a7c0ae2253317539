/// Uses keys as a program does that acts for a user, and as it should not.
library;

import 'package:services/services.dart';

Future<void> useKeys(Keys keys, FfiProduction production) async {
  Wish wish(int days, [String program = 'mailer']) =>
      WishData(days: days, program: program).toBox().ref;

  // The bytes of the key are in views of its slot, and in no value and no text.
  final key = keys.issue(7, wish(30));
  print('${keys.check(7, key)} has ${key.ref}, ${key.ref.token.length} bytes');

  // Each refusal is an exception of its own; the method doesn't run.
  await _refused(() => keys.issue(1, wish(1000)));
  await _refused(() => keys.issue(2, wish(1, 'Mailer 2')));
  await _refused(() => keys.issue(0, wish(1)));
  await _refused(() => keys.note(3, 'x' * 2000));
  await _refused(keys.next);
  await _refused(() => production.withRequest('audit', keys.next));

  // A user that asks too often learns when to ask again.
  final own = keys.issue(9, wish(1));
  var attempts = 0;
  final program = await retry(() {
    attempts++;
    // Five pass at once, and then one each 200 milliseconds.
    for (var i = 0; attempts == 1; i++) {
      keys.check(9, own);
    }
    return keys.check(9, own);
  }, on: (error) => error is RateLimitException);
  print('$program in attempt $attempts');

  // It is the key of another user.
  await _refused(() => keys.check(8, key));
  keys.note(4, 'it has tried');
  // Keys that are given back wait in a queue. Taking them out frees them, which zeroes
  // their memory.
  ReturnedQueue.push(own);
  ReturnedQueue.push(key);
  final users = <int>[];
  ReturnedQueue.drain((key) => users.add(key.user));
  print('keys of $users are back');
}

/// Makes a call that fails, and prints why.
Future<void> _refused(Object? Function() call) async {
  try {
    final result = call();
    if (result is Future) await result;
    print('it was not refused');
  } on FfiException catch (error) {
    print(switch (error) {
      ValidationException(:final field, :final value, :final rule) =>
        '$field: $value breaks $rule',
      SizeLimitException(:final limit) => 'more than $limit bytes',
      DeadlineException(:final deadline) =>
        'not in ${deadline.inMilliseconds} ms',
      UnauthorizedException() => 'the guard says no',
      KeyException() => error.message,
      _ => '$error',
    });
  }
}

/// Fails with an error whose reason stays in Rust, and returns the number that the log has for it.
int damaged(Keys keys) {
  final empty = ApiKeyPool.alloc();
  try {
    keys.check(5, empty);
    throw StateError('it is not damaged');
  } on KeyDamagedException catch (error) {
    return error.id;
  } finally {
    empty.dispose();
  }
}
