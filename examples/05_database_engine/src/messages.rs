//! The messages, which Rust and Dart read and write in place.

use ffi_core::arena::{ArenaBytes, ArenaStr, ArenaVec};
use ffi_core::{FfiBytes, FfiEnum, FfiMessage, FfiNewtype, FfiRef, FfiStr, FfiVec};

/// Number of bytes of the longest text or blob in a [`Value`]: the value has 64 bytes then, a cache
/// line.
pub const INLINE: usize = 52;

/// Number of columns of the widest [`Page`].
pub const COLUMNS: usize = 16;

/// Number of values in a [`Page`], such as 2,048 rows of four columns.
pub const VALUES: usize = 8_192;

/// Number of pages that all queries and cursors of a process share.
const PAGES: u32 = 32;

/// Access of a connection to its file.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Access {
    /// The file is made, if there is none.
    Create = 0,
    /// The file must exist.
    ReadWrite = 1,
    /// The file must exist, and is never changed.
    ReadOnly = 2,
}

/// Moment at which a commit is on the disk.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Synchronous {
    /// At the next checkpoint. A killed process loses no commit; a power failure may lose the last
    /// ones, and never leaves a damaged file.
    Normal = 0,
    /// Before the commit returns: a power failure loses nothing.
    Full = 1,
}

/// Way in which a database is opened.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Options {
    /// Access to the file.
    pub access: Access,
    /// Moment at which a commit is on the disk.
    pub synchronous: Synchronous,
    /// Milliseconds that a call waits for another writer, before it fails.
    pub busy_milliseconds: u32,
    /// Number of statements that each connection keeps compiled.
    pub statements: u32,
    /// Number of pages of SQLite's that the file may have; 0 for as many as the disk has.
    pub most_pages: u32,
}

/// A value of SQLite's, with the text or blob inside of it.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C, u32)]
pub enum Value {
    /// No value.
    Null,
    /// An integer.
    Integer(i64),
    /// A number.
    Real(f64),
    /// A text of up to 52 bytes.
    Text(FfiStr<INLINE>),
    /// Up to 52 bytes.
    Blob(FfiBytes<INLINE>),
}

/// Values for the question marks of a statement, in their order.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Parameters {
    /// The values.
    pub values: FfiVec<Value, 16>,
}

/// Column of a result.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Column {
    /// Name, as the statement has it.
    pub name: FfiStr<INLINE>,
}

/// Rows of a result, in a slot of a pool: Dart reads them where Rust wrote them.
///
/// The slot keeps its bytes when it is free, as zeroing half a megabyte takes longer than most
/// queries: Dart clears the lists of a page before it writes one.
#[derive(FfiMessage, Debug)]
#[repr(C)]
#[ffi(pool(capacity = PAGES, reset = "keep"))]
pub struct Page {
    /// Number of rows before this page.
    pub first: u64,
    /// Number of rows.
    pub rows: u32,
    /// True if no page follows.
    pub last: bool,
    /// The columns.
    pub columns: FfiVec<Column, COLUMNS>,
    /// The values, row by row.
    pub values: FfiVec<Value, VALUES>,
}

/// Outcome of a statement that changes something.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Change {
    /// Number of rows that were inserted, updated or deleted.
    pub rows: u64,
    /// Number of the row that was inserted last.
    pub last_id: i64,
}

/// Outcome of a migration.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Migrated {
    /// Version of the schema before.
    pub from: u32,
    /// Version of the schema now.
    pub to: u32,
}

/// Lock that a transaction takes.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Locking {
    /// None before the first statement, which may find the database busy.
    Deferred = 0,
    /// That of the writer, at once.
    Immediate = 1,
}

/// A point in a transaction to which it can go back.
#[derive(FfiNewtype, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Savepoint(pub u32);

/// Outcome of a checkpoint.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Checkpoint {
    /// Number of pages in the log.
    pub log: u32,
    /// Number of pages that are in the file now.
    pub moved: u32,
    /// True if a reader kept others from being moved.
    pub busy: bool,
}

/// Numbers about a database.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Stats {
    /// Number of connections for readers that nobody uses.
    pub idle: u32,
    /// Number of queries, cursors and transactions that have a connection.
    pub running: u32,
    /// Number of [`Page`]s in use, in the process.
    pub pages: u64,
    /// Number of [`PlanNode`]s in use, in the process.
    pub nodes: u64,
}

/// Kind of a table. A field of this type is called `type`, a keyword of Rust.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum TableType {
    /// A table with rows.
    Table = 0,
    /// A query with a name.
    View = 1,
    /// A table of a module's, or one that belongs to such a table.
    Virtual = 2,
}

/// A table or view.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct TableInfo {
    /// Name of the table.
    pub name: FfiStr<INLINE>,
    /// Kind of the table.
    pub r#type: TableType,
    /// Number of columns.
    pub columns: u32,
    /// True if the types of its values are checked.
    pub strict: bool,
}

/// Column of a table.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct ColumnInfo {
    /// Name of the column.
    pub name: FfiStr<INLINE>,
    /// Type, as it was declared.
    pub r#type: FfiStr<INLINE>,
    /// True if each row needs a value.
    pub not_null: bool,
    /// Place in the primary key, from 1; 0 for none.
    pub key: u32,
}

/// Order of the values in an index.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Order {
    /// The smallest first.
    Ascending = 0,
    /// The largest first.
    Descending = 1,
}

/// Column of an index.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct IndexColumn {
    /// Name of the column; empty for an expression.
    pub name: FfiStr<INLINE>,
    /// Order of its values.
    pub order: Order,
}

/// Reason for an index.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Origin {
    /// `CREATE INDEX`.
    Created = 0,
    /// A `UNIQUE` constraint.
    Unique = 1,
    /// A primary key.
    PrimaryKey = 2,
}

/// An index.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct IndexInfo {
    /// Name of the index.
    pub name: FfiStr<INLINE>,
    /// Reason for the index.
    pub origin: Origin,
    /// True if two rows never have the same values.
    pub unique: bool,
    /// Columns, in the order of the index.
    pub columns: FfiVec<IndexColumn, COLUMNS>,
}

/// Work of a step in a plan.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum PlanStep {
    /// The root, or a step that only has others below it.
    Group = 0,
    /// Reads all rows.
    Scan = 1,
    /// Finds rows by an index or a primary key.
    Search = 2,
    /// Sorts rows in a temporary tree.
    Sort = 3,
}

/// A step of a query plan. The tree belongs to its root: `free_plan` frees it.
#[derive(FfiMessage, Debug)]
#[repr(C)]
#[ffi(pool = 1_024)]
pub struct PlanNode {
    /// Number of the step in SQLite; 0 for the root.
    pub id: i32,
    /// Work of the step.
    pub step: PlanStep,
    /// Text of SQLite's.
    pub detail: FfiStr<116>,
    /// Steps below this one, in their order.
    pub children: FfiVec<FfiRef<PlanNode>, 16>,
    /// Step above, which owns this one.
    pub parent: FfiRef<PlanNode>,
}

/// Kind of a [`Cell`].
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ValueKind {
    /// No value.
    Null = 0,
    /// `integer` is set.
    Integer = 1,
    /// `real` is set.
    Real = 2,
    /// `text` is set.
    Text = 3,
    /// `blob` is set.
    Blob = 4,
}

/// A value in a [`ResultSet`], of any length.
#[derive(FfiMessage)]
#[repr(C)]
pub struct Cell {
    /// The field that is set.
    pub kind: ValueKind,
    /// An integer.
    pub integer: i64,
    /// A number.
    pub real: f64,
    /// A text.
    pub text: ArenaStr,
    /// Bytes.
    pub blob: ArenaBytes,
}

/// A row of a [`ResultSet`].
#[derive(FfiMessage)]
#[repr(C)]
pub struct Row {
    /// Values, one for each column.
    pub cells: ArenaVec<Cell>,
}

/// All rows of a result in one arena, without any bound.
#[derive(FfiMessage)]
#[repr(C)]
pub struct ResultSet {
    /// Names of the columns.
    pub columns: ArenaVec<ArenaStr>,
    /// The rows.
    pub rows: ArenaVec<Row>,
}
