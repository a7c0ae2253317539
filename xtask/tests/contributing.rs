//! Checks that the lists of files in `CONTRIBUTING.md` are true.

use std::fs;

use xtask::workspace;

/// Returns the section of `CONTRIBUTING.md` below the heading `heading`.
fn section(heading: &str) -> String {
    let text = fs::read_to_string(workspace::root().join("CONTRIBUTING.md")).unwrap();
    let (_, below) = text.split_once(&format!("\n{heading}\n")).expect("there is such a section");
    let level = heading.split(' ').next().unwrap();
    let ends = |line: &str| line.starts_with('#') && line.split(' ').next().unwrap().len() <= level.len();
    below.lines().take_while(|line| !ends(line)).collect::<Vec<_>>().join("\n")
}

/// Returns the paths that stand as code in `text`.
fn paths(text: &str) -> Vec<String> {
    let code = text.split('`').skip(1).step_by(2);
    code.filter(|it| !it.contains(' ') && (it.contains('/') || it.ends_with(".md")))
        .map(str::to_owned)
        .collect()
}

#[test]
fn files_to_change_exist() {
    let section = section("## How to add");
    let paths = paths(&section);
    assert!(paths.len() > 30, "{paths:?}");
    let root = workspace::root();
    for path in paths {
        match path.split_once('*') {
            None => assert!(root.join(&path).exists(), "there is no {path}"),
            // A new file goes beside others with the end of its name.
            Some((folder, end)) => {
                let entries =
                    fs::read_dir(root.join(folder)).unwrap_or_else(|_| panic!("there is no {folder}"));
                let mut names = entries.map(|it| it.unwrap().file_name().into_string().unwrap());
                assert!(names.any(|it| it.ends_with(end)), "{folder} has no file like {path}");
            }
        }
    }
}

/// Tests that the list for a field type doesn't grow: each file in it is one more place to forget.
#[test]
fn a_field_type_is_in_few_files() {
    let section = section("### A field type");
    let (table, _) = section.split_once("\nThen its tests").expect("tests are listed behind it");
    let count = paths(table).len();
    assert!(count <= 12, "{count} files");
}
