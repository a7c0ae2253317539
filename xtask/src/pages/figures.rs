//! Copies measured figures from the tables of benchmarks into pages.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};

/// Returns `page` with the figures of `benches`.
///
/// A row of a table whose first cell ends in the name of a ratio, as ``(`call_vs_hand_written`)``,
/// gets the values that the row of that name has in `benches`, between its description and its
/// target. Further cells are the page's own.
///
/// # Errors
///
/// Returns an error that names a ratio which `benches` doesn't have, or which has fewer values than
/// the row has cells.
pub fn figures(page: &str, benches: &str) -> Result<String> {
    let measured = measured(benches);
    let mut text = String::with_capacity(page.len());
    for line in page.lines() {
        let mut cells: Vec<&str> = cells(line);
        if let Some(name) = cells.first().and_then(|cell| ratio(cell)) {
            let values = measured.get(name).map(Vec::as_slice).unwrap_or_default();
            ensure!(
                !values.is_empty(),
                "{name}: the benchmarks have no values for it\nhint: leave the row out"
            );
            let room = cells.len() - 1;
            ensure!(values.len() <= room, "{name}: the row has room for {room} of {} values", values.len());
            cells[1..=values.len()].copy_from_slice(values);
            let cells =
                cells.iter().map(|it| if it.is_empty() { " |".to_owned() } else { format!(" {it} |") });
            text += &format!("|{}\n", cells.collect::<String>());
        } else {
            text += line;
            text.push('\n');
        }
    }
    Ok(text)
}

/// Returns the name of a ratio at the end of a cell.
fn ratio(cell: &str) -> Option<&str> {
    let (_, name) = cell.strip_suffix("`)")?.rsplit_once("(`")?;
    name.contains('_').then_some(name)
}

/// Returns the values of each ratio, by its name.
fn measured(benches: &str) -> BTreeMap<&str, Vec<&str>> {
    let rows = benches.lines().map(cells).filter(|cells| cells.len() > 3);
    let named = rows.filter_map(|cells| {
        let name = cells[0].strip_prefix('`')?.strip_suffix('`')?;
        let values = cells[2..cells.len() - 1].to_vec();
        values.iter().all(|value| !value.is_empty()).then_some((name, values))
    });
    named.collect()
}

/// Returns the cells of a row; none if the line is none.
fn cells(line: &str) -> Vec<&str> {
    let inner = line.strip_prefix("| ").and_then(|it| it.strip_suffix(" |"));
    inner.map(|inner| inner.split('|').map(str::trim).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BENCHES: &str = "| ratio | what | JIT | AOT | target |\n|---|---|---|---|---|\n\
        | `a_ns` | a call | 1.04 | 0.84 | <= 1.10 |\n| `b_ns` | another | | | <= 1.00 |\n";

    #[test]
    fn values_are_copied_by_name() {
        let page =
            "| | JIT | AOT |\n|---|---|---|\n| a call (`a_ns`) | 0 | 2 | | own |\n| other (`A`) | 0 |\n";
        let expected = "| | JIT | AOT |\n|---|---|---|\n| a call (`a_ns`) | 1.04 | 0.84 | | own |\n| other (`A`) | 0 |\n";
        assert_eq!(figures(page, BENCHES).unwrap(), expected);
        assert_eq!(figures(expected, BENCHES).unwrap(), expected);
        for (row, reason) in [
            ("| a call (`no_ns`) | 0 |", "no_ns: the benchmarks have no values for it"),
            ("| a call (`b_ns`) | 0 |", "b_ns: the benchmarks have no values for it"),
            ("| a call (`a_ns`) | 0 |", "a_ns: the row has room for 1 of 2 values"),
        ] {
            let error = figures(row, BENCHES).unwrap_err().to_string();
            assert!(error.starts_with(reason), "{error}");
        }
    }
}
