//! Bytes of protobuf: the first one chooses the message, the others are read as that message.

use std::fmt::Debug;

use ffi_core::{FfiPooled, FfiProto, FfiRef};
use fixture_pools::PlanNode;
use fixture_types::{All, Blobs, Lists, Maps, Oneofs, Opens, Options, ResultSet, Row, Shape, Small, Texts};

/// Reads the bytes as a message.
pub(crate) fn run(bytes: &[u8]) {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    match choice % 13 {
        0 => read::<Texts>(bytes),
        1 => read::<Blobs>(bytes),
        2 => read::<Lists>(bytes),
        3 => read::<Options>(bytes),
        4 => read::<Maps>(bytes),
        5 => read::<Oneofs>(bytes),
        6 => read::<Opens>(bytes),
        7 => read::<Row>(bytes),
        8 => read::<ResultSet>(bytes),
        9 => read::<Shape>(bytes),
        10 => read::<Small>(bytes),
        11 => read_plan(bytes),
        _ => all(bytes),
    }
}

/// Reads a message, and what was read again.
fn read<M: FfiProto + Debug>(bytes: &[u8]) {
    match M::decode_proto(bytes) {
        Ok(message) => {
            // SAFETY: a reference is aligned, and what is not padding or room behind it is
            // initialised.
            unsafe { M::check(&*message) }.unwrap_or_else(|invalid| panic!("{invalid} in {message:?}"));
            let written = message.encode_proto();
            assert_eq!(written.len(), message.encoded_len());
            let again = M::decode_proto(&written).expect("what is written can be read");
            assert_eq!(again.encode_proto(), written);
        }
        Err(error) => assert!(error.to_string().contains("; hint: "), "{error}"),
    }
}

/// Reads a message with references: what they refer to is in the pools, from which it is taken
/// again.
fn all(bytes: &[u8]) {
    let live = || (fixture_types::Node::pool().stats().live, Lists::pool().stats().live);
    let before = live();
    match All::decode_proto(bytes) {
        Ok(message) => {
            let written = message.encode_proto();
            assert_eq!(written.len(), message.encoded_len());
            free_node(&message.node);
        }
        Err(error) => assert!(error.to_string().contains("; hint: "), "{error}"),
    }
    assert_eq!(live(), before, "every slot goes back");
}

/// Reads a message that refers to others of its kind.
fn read_plan(bytes: &[u8]) {
    let before = PlanNode::pool().stats().live;
    match PlanNode::decode_proto(bytes) {
        Ok(plan) => {
            let written = plan.encode_proto();
            assert_eq!(written.len(), plan.encoded_len());
            plan_below(&plan, &mut |child| _ = PlanNode::pool().free_tree(child, plan_below));
        }
        Err(error) => assert!(error.to_string().contains("; hint: "), "{error}"),
    }
    assert_eq!(PlanNode::pool().stats().live, before, "every slot goes back");
}

fn plan_below(plan: &PlanNode, visit: &mut dyn FnMut(FfiRef<PlanNode>)) {
    plan.children.iter().copied().chain([plan.parent]).for_each(visit);
}

/// Frees all that a node refers to.
fn free_node(node: &fixture_types::Node) {
    node_below(node, &mut |child| _ = fixture_types::Node::pool().free_tree(child, node_below));
}

fn node_below(node: &fixture_types::Node, visit: &mut dyn FnMut(FfiRef<fixture_types::Node>)) {
    drop(node.lists.take());
    let parent = node.parent.as_ref().copied();
    node.children.iter().copied().chain([node.next]).chain(parent).for_each(visit);
}
