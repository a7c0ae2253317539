import 'package:services/services.dart';

Future<void> main() async {
  final users = ServicesLibrary.open().openUsers();
  final ada = users.create('Ada', 'correct horse');
  print([for (final user in await users.search('d')) user.name]);
  for (final password in ['wrong', 'correct horse']) {
    await greet(users, ada, password);
  }
  try {
    users.create('Bob', 'short');
  } on UserException catch (error) {
    print(switch (error) {
      UserNotFoundException(:final id) => 'no user $id',
      UserInvalidException(:final field, :final reason) => '$field $reason',
      UserWrongPasswordException() => 'try again',
    });
  }
  users.dispose(); // or the collector does it
  await greet(FakeUsers(), 7, '');
}

Future<void> greet(Users users, int id, String password) async {
  try {
    print('Welcome, ${(await users.login(id, password)).name}.');
  } on UserWrongPasswordException {
    print('The password is wrong.');
  }
}

/// A fake of the service, for tests.
class FakeUsers implements Users {
  @override
  FfiFuture<User> login(int id, String password) =>
      FfiFuture.of(Future.value(UserData(id: id, name: 'Eve').toNative().ref));

  @override
  dynamic noSuchMethod(Invocation invocation) => super.noSuchMethod(invocation);
}
