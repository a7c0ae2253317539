//! Query plans as trees of references.

use std::collections::BTreeMap;

use ffi_core::{FfiPooled, FfiRef, PoolBox, ffi_export};
use rusqlite::Connection;

use crate::error::DatabaseError;
use crate::messages::{PlanNode, PlanStep};
use crate::rows::text;

/// A line of `EXPLAIN QUERY PLAN`.
struct Line {
    id: i32,
    parent: i32,
    detail: String,
}

/// Returns the plan of a statement, whose question marks are null.
pub(crate) fn explain(connection: &Connection, sql: &str) -> Result<PoolBox<PlanNode>, DatabaseError> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let mut rows = statement.raw_query();
    let mut lines = vec![Line { id: 0, parent: -1, detail: "QUERY PLAN".to_owned() }];
    while let Some(row) = rows.next()? {
        lines.push(Line { id: row.get(0)?, parent: row.get(1)?, detail: row.get(3)? });
    }
    build(&lines)
}

/// Builds the tree from its leaves up: SQLite lists each step behind the one above it. What was
/// built is freed if there is no slot for the rest, or a text is too long.
fn build(lines: &[Line]) -> Result<PoolBox<PlanNode>, DatabaseError> {
    let mut nodes: BTreeMap<i32, PoolBox<PlanNode>> = BTreeMap::new();
    for line in lines {
        let node = PlanNode::pool().try_alloc();
        let mut node = node.map_err(|error| DatabaseError::NoSlot { message: error.to_string() })?;
        node.id = line.id;
        node.step = step(&line.detail);
        node.detail = text(&line.detail, "a step of the plan")?;
        nodes.insert(line.id, node);
    }
    if lines.iter().any(|line| lines.iter().filter(|it| it.parent == line.id).count() > 16) {
        return Err(DatabaseError::NoSlot { message: "a step has more than 16 below it".to_owned() });
    }
    // From here on nothing fails. The last line has nothing below it, and so has the one before it
    // once the last was attached: each node is whole when its parent gets it.
    for line in lines.iter().skip(1).rev() {
        let mut child = nodes.remove(&line.id).expect("each line has a node");
        let parent = nodes.get_mut(&line.parent).expect("a step comes behind the one above it");
        child.parent = parent.handle();
        parent.children.try_insert(0, child.into_ref()).expect("there are at most 16");
    }
    Ok(nodes.remove(&0).expect("the root has no parent"))
}

fn step(detail: &str) -> PlanStep {
    match detail.split(' ').next() {
        Some("SCAN") => PlanStep::Scan,
        Some("SEARCH") => PlanStep::Search,
        Some("USE") => PlanStep::Sort,
        _ => PlanStep::Group,
    }
}

/// Frees a plan, and returns the number of its steps.
#[ffi_export]
pub fn free_plan(root: PoolBox<PlanNode>) -> u32 {
    let children = |node: &PlanNode, visit: &mut dyn FnMut(FfiRef<PlanNode>)| {
        node.children.iter().copied().for_each(visit);
    };
    // SAFETY: no exported function takes a node by reference, so no call has one into the tree; the
    // caller gives the tree away with its root, so nobody uses a pointer to a node after this.
    let freed = unsafe { PlanNode::pool().free_tree_exposed(root.into_ref(), children) };
    u32::try_from(freed).expect("the pool is small")
}
