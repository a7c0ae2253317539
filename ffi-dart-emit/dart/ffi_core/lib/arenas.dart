/// Arenas: messages without bounds, read and written in place; pure Dart.
///
/// A generated package exports what is in this library if it has such messages.
library;

export 'src/arenas.dart'
    show
        ArenaFloat32List,
        ArenaFloat64List,
        ArenaInt16List,
        ArenaInt32List,
        ArenaInt64List,
        ArenaInt8List,
        ArenaList,
        ArenaMap,
        ArenaOneof,
        ArenaTextList,
        ArenaUint16List,
        ArenaUint32List,
        ArenaUint64List,
        ArenaUint8List,
        ArenaView;
