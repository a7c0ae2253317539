//! The result set as tables of flatbuffers, as `flatc` writes them.

use anyhow::Result;
use flatbuffers::{
    FlatBufferBuilder, Follow, ForwardsUOffset, InvalidFlatbuffer, Table, Vector, Verifiable, Verifier,
    VerifierOptions, WIPOffset, root_with_opts,
};

use bench_arenas::data;

macro_rules! tables {
    ($($Name:ident)*) => {$(
        #[derive(Clone, Copy)]
        pub struct $Name<'a>(Table<'a>);

        impl<'a> Follow<'a> for $Name<'a> {
            type Inner = Self;

            unsafe fn follow(buffer: &'a [u8], at: usize) -> Self {
                // SAFETY: a table is there, by this function's contract.
                Self(unsafe { Table::new(buffer, at) })
            }
        }
    )*};
}

tables!(Note Row ResultSet);

type Texts<'a> = Vector<'a, ForwardsUOffset<&'a str>>;
type Rows<'a> = Vector<'a, ForwardsUOffset<Row<'a>>>;

impl Verifiable for Note<'_> {
    fn run_verifier(verifier: &mut Verifier<'_, '_>, at: usize) -> Result<(), InvalidFlatbuffer> {
        verifier
            .visit_table(at)?
            .visit_field::<i64>("at", 4, false)?
            .visit_field::<ForwardsUOffset<&str>>("author", 6, true)?
            .visit_field::<ForwardsUOffset<&str>>("body", 8, true)?
            .finish();
        Ok(())
    }
}

impl Verifiable for Row<'_> {
    fn run_verifier(verifier: &mut Verifier<'_, '_>, at: usize) -> Result<(), InvalidFlatbuffer> {
        verifier
            .visit_table(at)?
            .visit_field::<u64>("id", 4, false)?
            .visit_field::<i64>("created", 6, false)?
            .visit_field::<f64>("score", 8, false)?
            .visit_field::<ForwardsUOffset<&str>>("name", 10, true)?
            .visit_field::<ForwardsUOffset<Texts<'_>>>("tags", 12, true)?
            .visit_field::<ForwardsUOffset<Note<'_>>>("note", 14, false)?
            .visit_field::<i32>("status", 16, false)?
            .visit_field::<u32>("version", 18, false)?
            .visit_field::<bool>("paid", 20, false)?
            .finish();
        Ok(())
    }
}

impl Verifiable for ResultSet<'_> {
    fn run_verifier(verifier: &mut Verifier<'_, '_>, at: usize) -> Result<(), InvalidFlatbuffer> {
        verifier
            .visit_table(at)?
            .visit_field::<u64>("next", 4, false)?
            .visit_field::<ForwardsUOffset<Rows<'_>>>("rows", 6, true)?
            .finish();
        Ok(())
    }
}

/// Builds the set in a new buffer.
pub fn build(rows: &[data::Row]) -> Vec<u8> {
    let mut builder = FlatBufferBuilder::with_capacity(4096);
    let rows: Vec<_> = rows.iter().map(|from| row(&mut builder, from)).collect();
    let list = builder.create_vector(&rows);
    let set = builder.start_table();
    builder.push_slot_always::<u64>(4, rows.len() as u64);
    builder.push_slot_always(6, list);
    let root = builder.end_table(set);
    builder.finish(root, None);
    builder.finished_data().to_vec()
}

fn row<'a>(builder: &mut FlatBufferBuilder<'a>, from: &data::Row) -> WIPOffset<Row<'a>> {
    let name = builder.create_string(&from.name);
    let tags: Vec<_> = from.tags.iter().map(|tag| builder.create_string(tag)).collect();
    let tags = builder.create_vector(&tags);
    let note = from.note.as_ref().map(|from| {
        let (author, body) = (builder.create_string(&from.author), builder.create_string(&from.body));
        let note = builder.start_table();
        builder.push_slot::<i64>(4, from.at, 0);
        builder.push_slot_always(6, author);
        builder.push_slot_always(8, body);
        builder.end_table(note)
    });
    let row = builder.start_table();
    builder.push_slot::<u64>(4, from.id, 0);
    builder.push_slot::<i64>(6, from.created, 0);
    if let Some(score) = from.score {
        builder.push_slot_always::<f64>(8, score);
    }
    builder.push_slot_always(10, name);
    builder.push_slot_always(12, tags);
    if let Some(note) = note {
        builder.push_slot_always(14, note);
    }
    builder.push_slot::<i32>(16, from.status, 0);
    builder.push_slot::<u32>(18, from.version, 0);
    builder.push_slot::<bool>(20, from.paid, false);
    WIPOffset::new(builder.end_table(row).value())
}

/// Checks a buffer.
pub fn open(buffer: &[u8]) -> Result<ResultSet<'_>> {
    let options = VerifierOptions { max_tables: 10_000_000, ..VerifierOptions::default() };
    Ok(root_with_opts::<ResultSet<'_>>(&options, buffer)?)
}

/// Returns a field that a check found to be of that type.
macro_rules! field {
    ($table:expr, $type:ty, $slot:literal) => {
        // SAFETY: the slot has that type, as the check found.
        unsafe { $table.0.get::<$type>($slot, None) }
    };
}

/// Reads every field.
#[inline(never)]
pub fn sum(set: ResultSet<'_>) -> u64 {
    let mut sum = field!(set, u64, 4).unwrap_or(0);
    let text = |text: Option<&str>| text.map_or(0, str::len) as u64;
    for row in field!(set, ForwardsUOffset<Rows<'_>>, 6).into_iter().flatten() {
        let numbers = field!(row, u64, 4).unwrap_or(0) + field!(row, i64, 6).unwrap_or(0) as u64;
        sum = sum.wrapping_add(numbers + field!(row, i32, 16).unwrap_or(0) as u64);
        sum = sum.wrapping_add(u64::from(field!(row, u32, 18).unwrap_or(0)));
        sum = sum.wrapping_add(u64::from(field!(row, bool, 20).unwrap_or(false)));
        sum = sum.wrapping_add(field!(row, f64, 8).unwrap_or(0.0) as u64);
        sum = sum.wrapping_add(text(field!(row, ForwardsUOffset<&str>, 10)));
        for tag in field!(row, ForwardsUOffset<Texts<'_>>, 12).into_iter().flatten() {
            sum = sum.wrapping_add(tag.len() as u64 + u64::from(tag.as_bytes()[0]));
        }
        if let Some(note) = field!(row, ForwardsUOffset<Note<'_>>, 14) {
            sum = sum.wrapping_add(field!(note, i64, 4).unwrap_or(0) as u64);
            sum = sum.wrapping_add(text(field!(note, ForwardsUOffset<&str>, 6)));
            sum = sum.wrapping_add(text(field!(note, ForwardsUOffset<&str>, 8)));
        }
    }
    sum
}
