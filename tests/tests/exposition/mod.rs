//! A reader of the text format of Prometheus that refuses what `promtool check metrics` refuses,
//! and the queries of a Grafana dashboard.

use std::collections::{BTreeMap, BTreeSet};

/// A family of numbers: its kind, and the labels that a number has.
#[derive(Debug, Default)]
pub(crate) struct Family {
    kind: String,
    labels: BTreeSet<String>,
}

/// Reads a text, and returns its families by the names that queries use.
///
/// # Panics
///
/// Panics at a line that Prometheus would not read, or whose name breaks its rules.
pub(crate) fn families(text: &str) -> BTreeMap<String, Family> {
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut current = String::new();
    let mut lines = text.lines();
    assert!(text.ends_with('\n'), "the last line has no end");
    while let Some(line) = lines.next() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').unwrap_or_else(|| panic!("no help: {line}"));
            let kind = lines.next().and_then(|it| it.strip_prefix(&format!("# TYPE {name} ")));
            let kind = kind.unwrap_or_else(|| panic!("no type after: {line}"));
            assert!(is_name(name) && !help.trim().is_empty(), "{line}");
            assert!(["counter", "gauge", "summary"].contains(&kind), "{name} is a {kind}");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{name} is a {kind}");
            assert!(!["_sum", "_count", "_bucket", "_info"].iter().any(|it| name.ends_with(it)), "{name}");
            let family = Family { kind: kind.to_owned(), ..Family::default() };
            assert!(families.insert(name.to_owned(), family).is_none(), "{name} comes twice");
            name.clone_into(&mut current);
            continue;
        }
        let (name, labels, value) = number(line);
        let own = name.strip_prefix(&current).unwrap_or_else(|| panic!("not of {current}: {line}"));
        let family = families.get_mut(&current).unwrap_or_else(|| panic!("no family before: {line}"));
        let is_part = family.kind == "summary" && ["_sum", "_count"].contains(&own);
        assert!(own.is_empty() || is_part, "not of {current}: {line}");
        assert!(value.parse::<f64>().is_ok_and(|value| value >= 0.0), "{line}");
        assert!(seen.insert((name.to_owned(), labels.clone())), "twice: {line}");
        let keys: BTreeSet<_> = labels.into_keys().collect();
        family.labels.extend(keys.clone());
        if is_part {
            families.entry(name.to_owned()).or_default().labels.extend(keys);
        }
    }
    families
}

/// Splits a line into the name, the labels with their values, and the value.
fn number(line: &str) -> (&str, BTreeMap<String, String>, &str) {
    let (name, rest) = line.split_once('{').unwrap_or_else(|| panic!("no labels: {line}"));
    let mut labels = BTreeMap::new();
    let mut rest = rest;
    loop {
        let (label, value) = rest.split_once("=\"").unwrap_or_else(|| panic!("no value of a label: {line}"));
        let mut end = None;
        let mut is_escaped = false;
        for (at, char) in value.char_indices() {
            match char {
                _ if is_escaped => {
                    assert!(['\\', '"', 'n'].contains(&char), "no escape: {line}");
                    is_escaped = false;
                }
                '\\' => is_escaped = true,
                '"' => {
                    end = Some(at);
                    break;
                }
                _ => {}
            }
        }
        let (text, after) = value.split_at(end.unwrap_or_else(|| panic!("no end of a label: {line}")));
        assert!(is_name(label) && !label.contains(':'), "{line}");
        assert!(labels.insert(label.to_owned(), text.to_owned()).is_none(), "{label} twice: {line}");
        match &after[1..] {
            more if more.starts_with(',') => rest = &more[1..],
            more => {
                let value = more.strip_prefix("} ").unwrap_or_else(|| panic!("no value: {line}"));
                assert!(is_name(name), "{line}");
                return (name, labels, value);
            }
        }
    }
}

/// Returns true for a name in the form that Prometheus asks for, in small letters.
fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|first| first.is_ascii_lowercase())
        && chars.all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_')
}

/// Checks that each query of a dashboard names numbers and labels that are there, and returns the
/// number of queries.
///
/// # Panics
///
/// Panics if it names another one.
pub(crate) fn check_dashboard(json: &str, families: &BTreeMap<String, Family>) -> usize {
    let dashboard: serde_json::Value = serde_json::from_str(json).expect("the dashboard is JSON");
    let panels = dashboard["panels"].as_array().expect("it has panels");
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().expect("a panel has queries"));
    let queries: Vec<_> = targets.map(|it| it["expr"].as_str().expect("a query is text")).collect();
    for query in &queries {
        let names = query.match_indices("ffi_").map(|(at, _)| &query[at..]);
        for rest in names {
            let end = rest.find(|it: char| !is_name(&format!("a{it}"))).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            let family =
                families.get(name).unwrap_or_else(|| panic!("`{query}` names {name}, which is none"));
            let labels = after.strip_prefix('{').and_then(|it| it.split_once('}')).map_or("", |it| it.0);
            for label in labels.split(',').filter(|it| !it.is_empty()) {
                let label = label.split(['=', '!']).next().unwrap_or_default();
                let known = &family.labels;
                assert!(known.contains(label), "`{query}`: {name} has no label {label}");
            }
            let by = query.split_once("by (").and_then(|(_, it)| it.split_once(')')).map_or("", |it| it.0);
            for label in by.split(", ").filter(|it| !it.is_empty()) {
                assert!(family.labels.contains(label), "`{query}`: {name} has no label {label}");
            }
        }
    }
    queries.len()
}
