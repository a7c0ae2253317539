//! Rows of a result set as ordinary values, from a seed.

/// A remark about a row.
#[derive(Debug)]
pub struct Note {
    /// When it was written.
    pub at: i64,
    /// Name of the author.
    pub author: String,
    /// Its text.
    pub body: String,
}

/// A row.
#[derive(Debug)]
pub struct Row {
    /// Number of the row.
    pub id: u64,
    /// Microseconds since 1970.
    pub created: i64,
    /// Score, if known.
    pub score: Option<f64>,
    /// Some words.
    pub name: String,
    /// Short texts.
    pub tags: Vec<String>,
    /// A remark, if there is one.
    pub note: Option<Note>,
    /// A small number.
    pub status: i32,
    /// Number of changes.
    pub version: u32,
    /// True if it is paid for.
    pub paid: bool,
}

/// Letters that the text is made of.
#[derive(Clone, Copy, Debug)]
pub enum Text {
    /// Characters of one byte.
    Ascii,
    /// Characters of one to three bytes.
    Mixed,
}

impl Text {
    /// Returns its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ascii => "ascii",
            Self::Mixed => "mixed",
        }
    }

    fn words(self) -> [&'static str; 8] {
        match self {
            Self::Ascii => ["alpha", "beta", "gamma", "delta", "lambda", "omicron", "sigma", "urgent"],
            Self::Mixed => ["grün", "weiß", "müde", "Zürich", "naïve", "日本", "Ελλάς", "мир"],
        }
    }
}

/// Numbers from a seed (Knuth's MMIX generator).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit as u64) as usize
    }

    fn text(&mut self, text: Text, min: usize, max: usize) -> String {
        let len = min + self.below(max - min);
        let mut words = String::new();
        while words.len() < len {
            words.push_str(text.words()[self.below(8)]);
            words.push(' ');
        }
        words.truncate(words.floor_char_boundary(len).max(1));
        words
    }
}

/// Returns so many rows.
#[must_use]
pub fn rows(count: usize, text: Text) -> Vec<Row> {
    let mut random = Random(42);
    let row = |index: usize| Row {
        id: index as u64 * 7,
        created: 1_700_000_000_000_000 + index as i64 * 1_000_000,
        score: (!index.is_multiple_of(3)).then_some(index as f64 / 4.0),
        name: random.text(text, 8, 90),
        tags: (0..random.below(7)).map(|_| random.text(text, 3, 16)).collect(),
        note: index.is_multiple_of(4).then(|| Note {
            at: index as i64,
            author: random.text(text, 8, 32),
            body: random.text(text, 20, 400),
        }),
        status: (index % 4) as i32,
        version: index as u32,
        paid: index.is_multiple_of(2),
    };
    (0..count).map(row).collect()
}
