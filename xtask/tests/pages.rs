//! Checks the pages that people read, all but their programs, which `cargo test -p ffi-tests --test
//! dart` runs.

use std::collections::BTreeSet;
use std::path::Path;

use clap::Parser as _;
use clap::error::ErrorKind;
use ffi_dart_emit::cli;
use xtask::commands;
use xtask::pages::{self, GUIDE, Page, Programs};
use xtask::workspace::root;

#[test]
fn links_lead_somewhere() {
    let links = pages::links(root(), &Page::all(root()).unwrap());
    assert!(links.broken.is_empty(), "{}", links.broken.join("\n"));
    assert!(links.count > 100, "{} links", links.count);
}

#[test]
fn parts_of_files_are_as_the_files_have_them() {
    let pages = Page::guide(root()).unwrap();
    assert!(pages::excerpts(root(), &pages).unwrap() > 0);
    Programs::of(&pages).unwrap();
}

#[test]
fn figures_are_those_of_the_benchmarks() {
    let benches = std::fs::read_to_string(root().join("benches/README.md")).unwrap();
    for page in Page::guide(root()).unwrap() {
        let name = page.file.display().to_string();
        let fresh = pages::figures(&page.text, &benches).unwrap();
        assert!(fresh == page.text, "{name} has old figures\nhint: `cargo xtask docs` writes them");
    }
}

#[test]
fn the_readme_is_short() {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    assert!(text.lines().count() < 250, "README.md has {} lines", text.lines().count());
}

#[test]
fn the_summary_lists_every_page_of_the_guide() {
    let pages = Page::guide(root()).unwrap();
    let summary = pages.iter().find(|page| page.file.ends_with("SUMMARY.md")).unwrap();
    for page in pages.iter().filter(|page| page.file.starts_with(GUIDE)) {
        let name = page.file.file_name().unwrap().to_str().unwrap();
        let lines = page.text.lines().count();
        assert!(lines <= 250, "{name} has {lines} lines");
        assert!(name == "SUMMARY.md" || summary.text.contains(&format!("]({name})")), "{name}");
    }
}

/// A command in a page.
struct Shown {
    place: String,
    command: String,
    /// True in a block of `sh`; within a line, the name of a command may stand for all its forms.
    is_whole: bool,
}

/// Returns the commands in blocks of `sh` and in code within lines.
fn shown(page: &Page) -> Vec<Shown> {
    let mut commands = Vec::new();
    let mut is_whole = false;
    for (line, number) in page.text.lines().zip(1..) {
        if let Some(language) = line.strip_prefix("```") {
            is_whole = language == "sh";
            continue;
        }
        let parts: Vec<&str> = if is_whole {
            line.split(" && ").collect()
        } else {
            line.split('`').skip(1).step_by(2).collect()
        };
        for part in parts {
            // Without a comment, and the file that the output goes to.
            let command = part.split(" #").next().unwrap_or_default().split(" > ").next().unwrap_or_default();
            let starts = ["cargo xtask ", "ffi-dart-emit "].iter().any(|it| command.starts_with(it));
            if starts && !command.contains("..") && !command.contains('|') {
                let place = format!("{}:{number}", page.file.display());
                commands.push(Shown { place, command: command.trim().to_owned(), is_whole });
            }
        }
    }
    commands
}

/// Tests that each command in the pages has a name and options that the program knows.
#[test]
fn commands_are_understood() {
    let pages = Page::all(root()).unwrap();
    let (mut seen, mut wrong) = (BTreeSet::new(), Vec::new());
    let changelog = Path::new("CHANGELOG.md");
    for Shown { place, command, is_whole } in pages.iter().filter(|it| it.file != changelog).flat_map(shown) {
        let words = command.split_whitespace();
        let error = match command.strip_prefix("cargo ") {
            Some(_) => commands::Cli::try_parse_from(words.skip(1)).err(),
            None => cli::Cli::try_parse_from(words).err(),
        };
        let is_name = |error: &clap::Error| !is_whole && error.kind() == ErrorKind::MissingRequiredArgument;
        if let Some(error) = error.filter(|it| it.use_stderr() && !is_name(it)) {
            wrong.push(format!("{place}: {command}\n{error}"));
        }
        seen.insert(command);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen.len() > 40, "{seen:?}");
}
