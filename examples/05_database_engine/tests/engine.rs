//! The database in Rust, without Dart, with good input and bad.

use std::fs;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

use database_engine::{
    Access, Constraint, Database, DatabaseError, Locking, Options, Order, Page, Parameters, PlanNode,
    PlanStep, Synchronous, TableType, VALUES, Value, ValueKind, free_plan,
};
use ffi_core::{FfiBytes, FfiContext, FfiPooled, FfiStr, FfiVec, PoolBox, Stream};
use tempfile::TempDir;

const OPTIONS: Options = Options {
    access: Access::Create,
    synchronous: Synchronous::Normal,
    busy_milliseconds: 20,
    statements: 16,
    most_pages: 0,
};

const SCHEMA: &str = "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE, price REAL, picture BLOB)";
const INSERT: &str = "INSERT INTO item (id, name, price, picture) VALUES (?, ?, ?, ?)";

/// Serialises the tests: they count slots of pools that the process shares.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Folder {
    folder: TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl Folder {
    fn new() -> Self {
        Self { _alone: alone(), folder: TempDir::new().unwrap() }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("test.db")
    }

    fn open_with(&self, options: Options) -> Result<Database, DatabaseError> {
        Database::open(self.file().display().to_string(), options)
    }

    fn items(&self) -> Database {
        let database = self.open_with(OPTIONS).unwrap();
        database.migrate(1, SCHEMA.to_owned()).unwrap();
        database
    }
}

/// Waits for a future, whose work is on other threads.
fn wait<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return result;
        }
        thread::yield_now();
    }
}

/// Returns the next item of a stream, whose work is on another thread.
fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    wait(std::future::poll_fn(|context| std::pin::Pin::new(&mut *stream).poll_next(context)))
}

fn with(values: &[Value]) -> Parameters {
    Parameters { values: FfiVec::try_from(values).unwrap() }
}

fn text(text: &str) -> Value {
    Value::Text(FfiStr::try_from(text).unwrap())
}

fn item(id: i64) -> [Value; 4] {
    [Value::Integer(id), text(&format!("item {id}")), Value::Real(0.5), Value::Null]
}

/// Returns a page with items from `from` up to `to`.
fn items(from: i64, to: i64) -> PoolBox<Page> {
    let mut page = Page::pool().alloc().unwrap();
    page.values.clear();
    (from..to).for_each(|id| page.values.try_extend_from_slice(&item(id)).unwrap());
    page
}

fn query(database: &Database, sql: &str) -> Result<PoolBox<Page>, DatabaseError> {
    database.query(sql.to_owned(), with(&[]), &FfiContext::default())
}

fn count(database: &Database) -> Value {
    query(database, "SELECT count(*) FROM item").unwrap().values[0]
}

#[test]
fn values_of_each_type_come_back() {
    let folder = Folder::new();
    let database = folder.items();
    let row = [
        Value::Integer(7),
        text("Łódź"),
        Value::Real(1.5),
        Value::Blob(FfiBytes::try_from(&[0u8, 255][..]).unwrap()),
    ];
    let change = database.execute(INSERT.to_owned(), with(&row)).unwrap();
    assert_eq!((change.rows, change.last_id), (1, 7));
    let named = "SELECT *, NULL AS gap FROM item WHERE name = ?".to_owned();
    let page = database.query(named, with(&[row[1]]), &FfiContext::default()).unwrap();
    let names: Vec<_> = page.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["id", "name", "price", "picture", "gap"]);
    assert_eq!(page.values.as_slice(), [&row[..], &[Value::Null]].concat());
    assert_eq!((page.first, page.rows, page.last), (0, 1, true));
    let by_key = "SELECT name FROM item WHERE id = ?";
    let page = database.query_sync(by_key, with(&[Value::Integer(7)])).unwrap();
    assert_eq!(page.values.as_slice(), [text("Łódź")]);
    let empty = query(&database, "SELECT id FROM item WHERE id = 8").unwrap();
    assert_eq!((empty.rows, empty.columns.len(), empty.values.len()), (0, 1, 0));

    let all = database.query_all("SELECT * FROM item".to_owned(), with(&[]), &FfiContext::default()).unwrap();
    let columns: Vec<_> = all.root().columns().iter().collect();
    assert_eq!(columns, ["id", "name", "price", "picture"]);
    let cells = all.root().rows().get(0).unwrap();
    let cell = |index| cells.cells().get(index).unwrap();
    assert_eq!((cell(0).integer, cell(1).text(), cell(2).real), (7, "Łódź", 1.5));
    assert_eq!(cell(3).blob(), [0, 255]);
}

#[test]
fn migrations_follow_each_other() {
    let folder = Folder::new();
    let database = folder.items();
    let again = database.migrate(1, "this is no SQL".to_owned()).unwrap();
    assert_eq!((again.from, again.to), (1, 1));
    let left_out = database.migrate(3, String::new());
    assert_eq!(left_out, Err(DatabaseError::WrongVersion { version: 1, asked: 3 }));
    let broken = database.migrate(2, "CREATE TABLE other (a); CREATE TABLE item (b)".to_owned());
    assert!(broken.is_err());
    let tables = database.tables(&FfiContext::default()).unwrap();
    assert_eq!(tables.len(), 1, "half a migration is undone");
}

#[test]
fn the_schema_is_described() {
    let folder = Folder::new();
    let database = folder.items();
    let more = "CREATE VIEW cheap AS SELECT * FROM item WHERE price < 1; \
                CREATE INDEX by_price ON item (price DESC, name)";
    database.migrate(2, more.to_owned()).unwrap();
    let tables = database.tables(&FfiContext::default()).unwrap();
    let described: Vec<_> = tables.iter().map(|it| (it.name.as_str(), it.r#type, it.columns)).collect();
    assert_eq!(described, [("cheap", TableType::View, 4), ("item", TableType::Table, 4)]);
    let columns = database.columns("item".to_owned(), &FfiContext::default()).unwrap();
    let described: Vec<_> = columns.iter().map(|it| (it.name.as_str(), it.r#type.as_str(), it.key)).collect();
    assert_eq!(described[..2], [("id", "INTEGER", 1), ("name", "TEXT", 0)]);
    let indexes = database.indexes("item".to_owned(), &FfiContext::default()).unwrap();
    let by_price = indexes.iter().find(|it| it.name == *"by_price").unwrap();
    let orders: Vec<_> = by_price.columns.iter().map(|it| (it.name.as_str(), it.order)).collect();
    assert_eq!(orders, [("price", Order::Descending), ("name", Order::Ascending)]);
}

#[test]
fn a_transaction_that_is_dropped_is_rolled_back() {
    let folder = Folder::new();
    let database = folder.items();
    let transaction = database.begin(Locking::Immediate).unwrap();
    transaction.execute(INSERT.to_owned(), with(&item(1))).unwrap();
    assert_eq!(transaction.query("SELECT id FROM item".to_owned(), with(&[])).unwrap().rows, 1);
    assert_eq!(count(&database), Value::Integer(0), "others don't see it");
    drop(transaction);
    assert_eq!(count(&database), Value::Integer(0));

    let transaction = database.begin(Locking::Deferred).unwrap();
    transaction.execute_all(INSERT.to_owned(), items(1, 4)).unwrap();
    transaction.commit().unwrap();
    assert_eq!(transaction.commit(), Err(DatabaseError::Ended));
    assert_eq!(count(&database), Value::Integer(3));
}

#[test]
fn savepoints_undo_a_part() {
    let folder = Folder::new();
    let database = folder.items();
    let transaction = database.begin(Locking::Immediate).unwrap();
    let insert = |id| transaction.execute(INSERT.to_owned(), with(&item(id)));
    insert(1).unwrap();
    let outer = transaction.savepoint().unwrap();
    insert(2).unwrap();
    let inner = transaction.savepoint().unwrap();
    insert(3).unwrap();
    transaction.rollback_to(inner).unwrap();
    insert(4).unwrap();
    transaction.release(outer).unwrap();
    assert!(transaction.rollback_to(inner).is_err(), "it went with the outer one");
    transaction.commit().unwrap();
    let page = query(&database, "SELECT id FROM item").unwrap();
    assert_eq!(page.values.as_slice(), [1, 2, 4].map(Value::Integer));
}

#[test]
fn a_batch_is_done_or_not_at_all() {
    let folder = Folder::new();
    let database = folder.items();
    assert_eq!(database.execute_all(INSERT.to_owned(), items(0, 2_000)).unwrap().rows, 2_000);
    let refused = database.execute_all(INSERT.to_owned(), items(1_999, 2_010)).unwrap_err();
    assert!(matches!(refused, DatabaseError::Constraint { kind: Constraint::PrimaryKey, .. }), "{refused}");
    assert_eq!(count(&database), Value::Integer(2_000));
    let mut page = items(3_000, 3_001);
    page.values.pop();
    let odd = database.execute_all(INSERT.to_owned(), page).unwrap_err();
    assert_eq!(odd, DatabaseError::WrongParameters { given: 3, expected: 4 });
}

#[test]
fn rows_beyond_a_page_are_refused_or_come_in_the_next() {
    let folder = Folder::new();
    let database = folder.items();
    let numbers = |count: usize| {
        format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n"
        )
    };
    let whole = query(&database, &numbers(VALUES)).unwrap();
    assert_eq!((whole.rows as usize, whole.last), (VALUES, true));
    let most = VALUES as u64;
    assert_eq!(query(&database, &numbers(VALUES + 1)).unwrap_err(), DatabaseError::TooManyRows { most });

    let mut cursor = database.cursor(numbers(3 * VALUES + 5), with(&[]));
    let mut expected = 0;
    while let Some(page) = next(&mut cursor) {
        let page = page.unwrap();
        assert_eq!(page.first, expected);
        for value in &page.values {
            expected += 1;
            assert_eq!(*value, Value::Integer(expected.cast_signed()));
        }
        assert_eq!(page.last, expected == 3 * most + 5);
    }
    assert_eq!(expected, 3 * most + 5);
}

#[test]
fn a_page_and_an_arena_have_the_same_rows() {
    let folder = Folder::new();
    let database = folder.items();
    database.execute_all(INSERT.to_owned(), items(0, 2_000)).unwrap();
    let sql = "SELECT id, name, price, picture, x'00ff' FROM item WHERE id >= 500";
    let page = query(&database, sql).unwrap();
    assert_eq!(page.rows, 1_500);
    let arena = database.query_all(sql.to_owned(), with(&[]), &FfiContext::default()).unwrap();
    let rows = arena.root().rows();
    assert_eq!(rows.len(), 1_500);
    for (values, row) in page.values.chunks_exact(5).zip(rows.iter()) {
        for (value, cell) in values.iter().zip(row.cells().iter()) {
            let same = match *value {
                Value::Null => cell.kind == ValueKind::Null,
                Value::Integer(value) => (cell.kind, cell.integer) == (ValueKind::Integer, value),
                Value::Real(value) => (cell.kind, cell.real) == (ValueKind::Real, value),
                Value::Text(ref text) => (cell.kind, cell.text()) == (ValueKind::Text, text.as_str()),
                Value::Blob(ref blob) => (cell.kind, cell.blob()) == (ValueKind::Blob, blob.as_slice()),
            };
            assert!(same, "{value:?}");
        }
    }
}

#[test]
fn texts_and_blobs_of_all_lengths_come_back_also_into_a_page_that_was_used() {
    let folder = Folder::new();
    let database = folder.items();
    let text_of = |length: usize| ["ü".repeat(length / 2), "x".repeat(length % 2)].concat();
    // The second time all slots hold other values.
    for first in [0, 1] {
        for length in (0..=52).map(|length| (length + first * 26) % 53) {
            let text_now = text_of(length);
            let sql = format!("SELECT '{text_now}' AS a, zeroblob({length}) AS b, NULL AS c, {length} AS d");
            let page = query(&database, &sql).unwrap();
            let blob = Value::Blob(FfiBytes::try_from(&vec![0; length][..]).unwrap());
            let expected = [text(&text_now), blob, Value::Null, Value::Integer(length as i64)];
            assert_eq!(page.values.as_slice(), expected);
        }
    }
}

#[test]
fn queries_run_at_the_same_time_and_see_one_moment() {
    let folder = Folder::new();
    let database = folder.items();
    database.execute_all(INSERT.to_owned(), items(0, 2_000)).unwrap();
    let many = "SELECT a.id FROM item AS a, item AS b WHERE b.id < 20";
    let mut cursor = database.cursor(many.to_owned(), with(&[]));
    let mut rows = u64::from(next(&mut cursor).unwrap().unwrap().rows);
    database.execute("DELETE FROM item".to_owned(), with(&[])).unwrap();
    assert_eq!(count(&database), Value::Integer(0), "another query doesn't wait for the cursor");
    assert_eq!(database.stats().running, 1);
    while let Some(page) = next(&mut cursor) {
        rows += u64::from(page.unwrap().rows);
    }
    assert_eq!(rows, 40_000, "all that were there when it began");
    drop(cursor);
    // A connection for each.
    while database.stats().idle < 2 {
        thread::yield_now();
    }
}

#[test]
fn a_connection_has_the_log_and_the_flushes_that_were_asked_for() {
    for (synchronous, number) in [(Synchronous::Normal, 1), (Synchronous::Full, 2)] {
        let folder = Folder::new();
        let database = folder.open_with(Options { synchronous, ..OPTIONS }).unwrap();
        assert_eq!(query(&database, "PRAGMA journal_mode").unwrap().values[0], text("wal"));
        // That of the connection that writes.
        let transaction = database.begin(Locking::Deferred).unwrap();
        let asked = transaction.query("PRAGMA synchronous".to_owned(), with(&[])).unwrap();
        assert_eq!(asked.values[0], Value::Integer(number));
    }
}

#[test]
fn a_compiled_statement_has_the_columns_of_the_schema_that_was_changed_since() {
    let folder = Folder::new();
    let database = folder.items();
    database.execute_all(INSERT.to_owned(), items(0, 3)).unwrap();
    let sql = "SELECT * FROM item WHERE id = 2";
    let widths = |database: &Database| {
        let page = query(database, sql).unwrap();
        let all = database.query_all(sql.to_owned(), with(&[]), &FfiContext::default()).unwrap();
        let cells = all.root().rows().get(0).unwrap();
        let named = (page.columns.len(), all.root().columns().len());
        assert_eq!(named, (page.values.len(), cells.cells().len()));
        named
    };
    assert_eq!(widths(&database), (4, 4));
    for (change, width) in [("DROP COLUMN picture", 3), ("ADD COLUMN a", 4), ("ADD COLUMN b", 5)] {
        database.execute(format!("ALTER TABLE item {change}"), with(&[])).unwrap();
        assert_eq!(widths(&database), (width, width), "{change}");
    }
}

#[test]
fn there_are_messages_and_enums_of_many_kinds() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("dart/lib/src");
    let count =
        |file: &str, what: &str| fs::read_to_string(package.join(file)).unwrap().matches(what).count();
    assert!(count("messages.g.dart", "implements $.FfiView<") >= 14);
    assert!(count("enums.g.dart", "implements $.FfiEnum") >= 4);
}

#[test]
fn a_text_or_blob_beyond_a_value_is_refused() {
    let folder = Folder::new();
    let database = folder.items();
    let fits = query(&database, "SELECT zeroblob(52) AS picture").unwrap();
    assert!(matches!(fits.values[0], Value::Blob(bytes) if bytes.len() == 52));
    let sql = "SELECT 1 AS picture UNION ALL SELECT zeroblob(53)";
    let refused = query(&database, sql).unwrap_err();
    let expected = DatabaseError::TooLong { column: "picture".to_owned(), row: 1, length: 53, most: 52 };
    assert_eq!(refused, expected);
    assert_eq!(next(&mut database.cursor(sql.to_owned(), with(&[]))).unwrap().unwrap_err(), expected);
    let all = database.query_all(sql.to_owned(), with(&[]), &FfiContext::default()).unwrap();
    assert_eq!(all.root().rows().get(1).unwrap().cells().get(0).unwrap().blob().len(), 53);
    let latin = query(&database, "SELECT CAST(x'e9' AS TEXT) AS name").unwrap_err();
    assert_eq!(latin, DatabaseError::NotUtf8 { column: "name".to_owned(), row: 0 });
}

#[test]
fn errors_say_what_and_where() {
    let folder = Folder::new();
    let database = folder.items();
    let wrong = query(&database, "SELECT id FORM item").unwrap_err();
    let DatabaseError::Syntax { message, position } = wrong else { panic!("{wrong:?}") };
    assert_eq!((message.as_str(), position), ("near \"item\": syntax error", 15));
    database.execute(INSERT.to_owned(), with(&item(1))).unwrap();
    let double = with(&[Value::Integer(2), text("item 1"), Value::Null, Value::Null]);
    let refused = database.execute(INSERT.to_owned(), double).unwrap_err();
    let DatabaseError::Constraint { kind, subject, .. } = refused else { panic!("{refused:?}") };
    assert_eq!((kind, subject.as_str()), (Constraint::Unique, "item.name"));
    assert_eq!(query(&database, "DELETE FROM item").unwrap_err(), DatabaseError::ReadOnly);
    let few = database.execute(INSERT.to_owned(), with(&[])).unwrap_err();
    assert_eq!(few, DatabaseError::WrongParameters { given: 0, expected: 4 });
    let wide = vec!["1"; 17].join(", ");
    let wide = query(&database, &format!("SELECT {wide}")).unwrap_err();
    assert_eq!(wide, DatabaseError::TooManyColumns { columns: 17, most: 16 });
}

#[test]
fn a_database_is_busy_while_another_writes() {
    let folder = Folder::new();
    let one = folder.items();
    let other = folder.open_with(OPTIONS).unwrap();
    let busy = DatabaseError::Busy { waited_milliseconds: 20 };
    let transaction = one.begin(Locking::Immediate).unwrap();
    assert_eq!(one.execute(INSERT.to_owned(), with(&item(1))).unwrap_err(), busy, "by the same object");
    assert_eq!(other.execute(INSERT.to_owned(), with(&item(1))).unwrap_err(), busy, "by another");
    assert_eq!(count(&other), Value::Integer(0), "readers don't wait");
    transaction.rollback().unwrap();
    other.execute(INSERT.to_owned(), with(&item(1))).unwrap();
}

#[test]
fn damaged_files_are_refused() {
    let folder = Folder::new();
    fs::write(folder.file(), "this is no database, but long enough to look like one ".repeat(100)).unwrap();
    let refused = folder.open_with(OPTIONS).err().unwrap();
    assert!(matches!(refused, DatabaseError::Corrupt { .. }), "{refused:?}");
    let read = Options { access: Access::ReadOnly, ..OPTIONS };
    let refused = folder.open_with(read).err().unwrap();
    assert!(matches!(refused, DatabaseError::Corrupt { .. }), "{refused:?}");
    fs::remove_file(folder.file()).unwrap();
    assert!(matches!(folder.open_with(read).err(), Some(DatabaseError::CannotOpen { .. })));

    // Pages in the middle of a real one.
    let database = folder.items();
    database.execute_all(INSERT.to_owned(), items(0, 2_000)).unwrap();
    database.checkpoint().unwrap();
    drop(database);
    let mut bytes = fs::read(folder.file()).unwrap();
    let end = bytes.len();
    bytes[4_096..end].fill(0x5a);
    fs::write(folder.file(), bytes).unwrap();
    let database = folder.open_with(OPTIONS).unwrap();
    let refused = query(&database, "SELECT name FROM item ORDER BY price").unwrap_err();
    assert!(matches!(refused, DatabaseError::Corrupt { .. }), "{refused:?}");
}

#[test]
fn a_full_disk_keeps_what_was_committed() {
    let folder = Folder::new();
    let database = folder.open_with(Options { most_pages: 20, ..OPTIONS }).unwrap();
    database.migrate(1, SCHEMA.to_owned()).unwrap();
    database.execute_all(INSERT.to_owned(), items(0, 100)).unwrap();
    assert_eq!(database.execute_all(INSERT.to_owned(), items(100, 2_100)).unwrap_err(), DatabaseError::Full);
    assert_eq!(count(&database), Value::Integer(100));
    let transaction = database.begin(Locking::Immediate).unwrap();
    assert_eq!(
        transaction.execute_all(INSERT.to_owned(), items(100, 2_100)).unwrap_err(),
        DatabaseError::Full
    );
    drop(transaction);
    assert_eq!(count(&database), Value::Integer(100));
    database.execute(INSERT.to_owned(), with(&item(100))).unwrap();
}

#[test]
fn an_empty_pool_refuses_queries_and_cursors_wait() {
    let folder = Folder::new();
    let database = folder.items();
    let held: Vec<_> = std::iter::from_fn(|| Page::pool().alloc()).collect();
    let refused = query(&database, "SELECT 1").unwrap_err();
    assert!(matches!(refused, DatabaseError::NoSlot { .. }), "{refused:?}");
    let mut cursor = database.cursor("SELECT 1".to_owned(), with(&[]));
    let mut context = Context::from_waker(Waker::noop());
    assert!(std::pin::Pin::new(&mut cursor).poll_next(&mut context).is_pending());
    drop(held);
    assert_eq!(next(&mut cursor).unwrap().unwrap().rows, 1);
    assert!(next(&mut cursor).is_none());
}

/// A query that never ends.
const ENDLESS: &str =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

/// Waits until no query of a database runs, and all pages are back.
fn wait_until_idle(database: &Database) {
    while database.stats().running > 0 || Page::pool().stats().live > 0 {
        thread::yield_now();
    }
}

#[test]
fn a_query_ends_with_its_cursor_and_by_an_interrupt() {
    let folder = Folder::new();
    let database = folder.items();
    drop(database.cursor(ENDLESS.to_owned(), with(&[])));
    wait_until_idle(&database);

    thread::scope(|threads| {
        let call = threads.spawn(|| query(&database, ENDLESS));
        while !call.is_finished() {
            database.interrupt();
        }
        assert_eq!(call.join().unwrap().unwrap_err(), DatabaseError::Interrupted);
    });
    assert_eq!(count(&database), Value::Integer(0), "the connection is as good as new");
}

#[test]
fn a_slow_reader_of_a_cursor_holds_few_pages() {
    let folder = Folder::new();
    let database = folder.items();
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
    let mut cursor = database.cursor(endless.to_owned(), with(&[]));
    // One page is taken, one waits, one is on its way.
    let first = next(&mut cursor).unwrap().unwrap();
    while Page::pool().stats().live < 3 {
        thread::yield_now();
    }
    thread::yield_now();
    assert_eq!(Page::pool().stats().live, 3);
    drop((first, cursor));
    wait_until_idle(&database);
}

#[test]
fn a_plan_is_a_tree() {
    let folder = Folder::new();
    let database = folder.items();
    let sql = "SELECT * FROM item AS a, item AS b WHERE a.name = ? ORDER BY b.price".to_owned();
    let root = database.explain(sql, &FfiContext::default()).unwrap();
    let steps: Vec<_> = root
        .children
        .iter()
        .map(|child| {
            let node = child.read().unwrap();
            assert_eq!(node.parent, root.handle());
            node.step
        })
        .collect();
    assert_eq!(steps, [PlanStep::Search, PlanStep::Scan, PlanStep::Sort]);
    assert_eq!(free_plan(root), 4);
    assert_eq!(PlanNode::pool().stats().live, 0);
    assert!(database.explain("SELECT * FORM item".to_owned(), &FfiContext::default()).is_err());
}

/// A process that is killed: nothing that it had committed is lost, and nothing half done is there.
#[cfg(unix)]
mod killed {
    use std::env;
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::process::{Command, Stdio};

    use super::*;

    const FILE: &str = "DATABASE_ENGINE_KILLED";

    /// Commits pairs of rows, says so, and never ends. It is the process that the other test kills.
    #[test]
    #[ignore = "it is started by the test that kills it"]
    fn writes_until_it_is_killed() {
        let Some(path) = env::var_os(FILE) else { return };
        let database = Database::open(Path::new(&path).display().to_string(), OPTIONS).unwrap();
        for pair in 0.. {
            let transaction = database.begin(Locking::Immediate).unwrap();
            transaction.execute(INSERT.to_owned(), with(&item(2 * pair))).unwrap();
            transaction.execute(INSERT.to_owned(), with(&item(2 * pair + 1))).unwrap();
            transaction.commit().unwrap();
            writeln!(std::io::stderr(), "committed {pair}").unwrap();
        }
    }

    #[test]
    fn a_killed_process_loses_nothing_committed() {
        for pairs in [1, 50, 200] {
            let folder = Folder::new();
            drop(folder.items());
            let mut child = Command::new(env::current_exe().unwrap())
                .args(["--ignored", "--exact", "killed::writes_until_it_is_killed", "--nocapture"])
                .env(FILE, folder.file())
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
            let mut committed = lines.by_ref().filter(|line| line.starts_with("committed "));
            let seen = committed.by_ref().take(pairs).count();
            child.kill().unwrap();
            let seen = seen + committed.count();
            child.wait().unwrap();

            let database = folder.open_with(OPTIONS).unwrap();
            let Value::Integer(rows) = count(&database) else { panic!("it is a number") };
            let rows = usize::try_from(rows).unwrap();
            assert_eq!(rows % 2, 0, "no transaction is half there");
            // It may have been killed between a commit and its line.
            assert!(rows / 2 == seen || rows / 2 == seen + 1, "{rows} rows, {seen} commits");
            let check = query(&database, "PRAGMA integrity_check").unwrap();
            assert_eq!(check.values[0], text("ok"));
        }
    }
}

/// A disk without space, in which the log can't grow: a file system of 1 MiB in memory.
#[cfg(target_os = "linux")]
mod no_space {
    use std::env;
    use std::process::Command;

    use super::*;

    const FOLDER: &str = "DATABASE_ENGINE_NO_SPACE";

    /// Fills the disk in batches. It runs in the process that the other test starts.
    #[test]
    #[ignore = "it is started by the test that makes a small disk"]
    fn fills_the_disk() {
        let Some(folder) = env::var_os(FOLDER) else { return };
        let file = Path::new(&folder).join("test.db");
        let database = Database::open(file.display().to_string(), OPTIONS).unwrap();
        database.migrate(1, SCHEMA.to_owned()).unwrap();
        let mut rows = 0;
        let refused = loop {
            match database.execute_all(INSERT.to_owned(), items(rows, rows + 500)) {
                Ok(_) => rows += 500,
                Err(refused) => break refused,
            }
        };
        assert_eq!(refused, DatabaseError::Full);
        assert!(rows > 0, "some rows fit");
        assert_eq!(count(&database), Value::Integer(rows));
        drop(database);
        let database = Database::open(file.display().to_string(), OPTIONS).unwrap();
        assert_eq!(count(&database), Value::Integer(rows), "nothing committed is lost");
        assert_eq!(query(&database, "PRAGMA integrity_check").unwrap().values[0], text("ok"));
        println!("filled");
    }

    #[test]
    fn a_disk_without_space_keeps_what_was_committed() {
        let folder = Folder::new();
        let script = format!("mount -t tmpfs -o size=1m tmpfs \"${FOLDER}\" && exec \"$@\"");
        let small = |program: &[&str]| {
            let mut command = Command::new("unshare");
            command.args(["-Urm", "sh", "-c", &script, "sh"]).args(program);
            command.env(FOLDER, folder.folder.path()).output()
        };
        if !small(&["true"]).is_ok_and(|output| output.status.success()) {
            println!("left out: this system lets no user mount a disk");
            return;
        }
        let program = env::current_exe().unwrap();
        let fill = ["--ignored", "--exact", "no_space::fills_the_disk", "--nocapture"];
        let output = small(&[&[program.to_str().unwrap()], &fill[..]].concat()).unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("filled"), "{output:?}");
    }
}
