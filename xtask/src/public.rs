//! The public face of `ffi-core`: the items that its documentation lists, one to a line.
//!
//! The list is committed as `tests/golden/public.txt`, so that an item that becomes public shows as
//! a diff. Items that only generated code calls belong under `__private`, or are `#[doc(hidden)]`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::generated::Action;
use crate::workspace::root;

/// Writes the list, or checks that it is current, from the output of rustdoc in the folder `doc`.
///
/// # Errors
///
/// Returns an error if a file can't be read or written, or the list is not current; the message
/// names each item that is new or gone.
pub fn apply(doc: &Path, action: Action) -> Result<()> {
    let index = doc.join("ffi_core/all.html");
    let html = fs::read_to_string(&index).with_context(|| index.display().to_string())?;
    let items = items(&html);
    let golden: PathBuf = root().join("tests/golden/public.txt");
    match action {
        Action::Write => {
            fs::write(&golden, items.join("\n") + "\n").with_context(|| golden.display().to_string())
        }
        Action::Check => {
            let expected = fs::read_to_string(&golden).with_context(|| golden.display().to_string())?;
            let differences = differences(&expected, &items);
            ensure!(
                differences.is_empty(),
                "the public items of ffi-core are not those of tests/golden/public.txt:\n{}\n\
                 hint: hide what only generated code calls with `#[doc(hidden)]`; else `cargo xtask bless`",
                differences.join("\n")
            );
            Ok(())
        }
    }
}

/// Returns the items in rustdoc's list of all items, as `struct pool::Pool`.
fn items(html: &str) -> Vec<String> {
    let lists = html.split(r#"<ul class="all-items">"#).skip(1);
    let links = lists.flat_map(|it| it.split("</ul>").next().unwrap_or_default().split("href=\"").skip(1));
    let item = |link: &str| {
        let (file, rest) = link.split_once("\">")?;
        let (path, _) = rest.split_once("</a>")?;
        // `pool/struct.Pool.html`
        let (kind, _) = file.rsplit('/').next()?.split_once('.')?;
        Some(format!("{kind} {path}"))
    };
    links.filter_map(item).collect()
}

/// Returns a line for each item that only one of the two lists has.
fn differences(expected: &str, items: &[String]) -> Vec<String> {
    let expected: Vec<&str> = expected.lines().collect();
    let gone = expected.iter().filter(|&&it| !items.iter().any(|item| item == it));
    let new = items.iter().filter(|it| !expected.contains(&it.as_str()));
    gone.map(|it| format!("- {it}")).chain(new.map(|it| format!("+ {it}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTML: &str = r#"<h3 id="structs">Structs</h3><ul class="all-items"><li><a href="struct.FfiStr.html">FfiStr</a></li><li><a href="pool/struct.Pool.html">pool::Pool</a></li></ul><h3 id="functions">Functions</h3><ul class="all-items"><li><a href="pool/fn.shutdown.html">pool::shutdown</a></li></ul>"#;

    #[test]
    fn items_have_kind_and_path() {
        assert_eq!(items(HTML), ["struct FfiStr", "struct pool::Pool", "fn pool::shutdown"]);
    }

    #[test]
    fn a_difference_names_the_item() {
        let found = differences("struct FfiStr\nstruct Old\nstruct pool::Pool\n", &items(HTML));
        assert_eq!(found, ["- struct Old", "+ fn pool::shutdown"]);
    }
}
