part of 'native.dart';

/// The report of a panic in Rust, from a file, **copied**.
final class CrashReport {
  CrashReport._(this.path, Map<String, Object?> json)
    : library = json['library']! as String,
      time = DateTime.fromMillisecondsSinceEpoch(
        json['time']! as int,
        isUtc: true,
      ),
      process = json['process']! as int,
      thread = json['thread']! as String,
      message = json['message']! as String,
      file = json['file']! as String,
      line = json['line']! as int,
      column = json['column']! as int,
      backtrace = json['backtrace']! as String,
      notes = List.unmodifiable((json['notes']! as List).cast<String>());

  /// Reads the reports in [folder], the oldest first; none if there is no such
  /// folder. A file that is damaged is left out.
  static List<CrashReport> read(String folder) {
    final directory = Directory(folder);
    if (!directory.existsSync()) return const [];
    final reports = <CrashReport>[];
    for (final file in directory.listSync().whereType<File>()) {
      final name = file.uri.pathSegments.last;
      if (!name.startsWith('crash-') || !name.endsWith('.json')) continue;
      final CrashReport report;
      try {
        final json = jsonDecode(file.readAsStringSync());
        report = CrashReport._(file.path, json as Map<String, Object?>);
      } on FormatException {
        continue;
      } on FileSystemException {
        continue;
      } on TypeError {
        continue;
      }
      reports.add(report);
    }
    return reports..sort((one, other) => one.path.compareTo(other.path));
  }

  /// Path of the file; an app deletes it once it has sent the report.
  final String path;

  /// Name of the Rust library.
  final String library;

  /// Time of the panic, in UTC.
  final DateTime time;

  /// Number of the process.
  final int process;

  /// Name of the thread; empty if it has none.
  final String thread;

  /// Message of the panic.
  final String message;

  /// Path of the source file, as the Rust compiler was given it.
  final String file;

  /// Line in [file], counted from 1.
  final int line;

  /// Column in [line], counted in characters from 1.
  final int column;

  /// Backtrace, which names functions if the library has symbols.
  final String backtrace;

  /// The last lines that `note` was given before the panic.
  final List<String> notes;

  @override
  String toString() => '$time $library: $message\nat $file:$line:$column';
}
