//! Tests references in protobuf: their messages are written and read, circles end, and no slot is
//! lost, for any bytes.

use std::panic::{RefUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytemuck::Zeroable;
use ffi_core::boundary::FfiStatus;
use ffi_core::proto::{DecodeErrorKind, MAX_DEPTH};
use ffi_core::{
    FfiMap, FfiMessage, FfiOption, FfiPooled, FfiProto, FfiRef, FfiStr, FfiVec, PathStep, PoolBox, PoolError,
    PoolErrorKind,
};
use fixture_pools::{PlanNode, build_plan, free_plan};
use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

/// A message with a reference in every kind of field.
#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 320)]
struct Node {
    #[ffi(tag = 1)]
    id: u32,
    #[ffi(tag = 2)]
    next: FfiRef<Node>,
    #[ffi(tag = 3)]
    children: FfiVec<FfiRef<Node>, 3>,
    #[ffi(tag = 4)]
    pair: [FfiRef<Node>; 2],
    #[ffi(tag = 5)]
    maybe: FfiOption<FfiRef<Node>>,
    #[ffi(tag = 6)]
    named: FfiMap<u32, FfiRef<Node>, 2>,
    #[ffi(tag = 7)]
    either: Either,
    #[ffi(tag = 8)]
    inside: Inside,
    #[ffi(tag = 9)]
    odd: FfiMap<Inside, u32, 2>,
    #[ffi(tag = 10)]
    nothing: FfiRef<Leaf>,
}

#[derive(FfiMessage, Clone, Debug, PartialEq, Eq, Hash)]
#[repr(C)]
struct Inside {
    node: FfiRef<Node>,
}

#[derive(FfiMessage)]
#[repr(C, u32)]
#[expect(dead_code, reason = "read from bytes alone")]
enum Either {
    Unset,
    Node(FfiRef<Node>),
    Number(u32),
    Nothing,
}

/// A pool of two slots, which run out.
#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool(capacity = 2, reset = "keep"))]
struct Leaf {
    number: u32,
}

/// Locks the pools, which the tests of one process share.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn node(id: u32) -> PoolBox<Node> {
    Node::pool().try_alloc_with(|node| node.id = id).expect("there is room")
}

/// Visits the references of a node to other nodes, and frees its leaf.
fn below(node: &Node, visit: &mut dyn FnMut(FfiRef<Node>)) {
    visit(node.next);
    node.children.iter().copied().for_each(&mut *visit);
    node.pair.into_iter().for_each(&mut *visit);
    node.maybe.as_ref().copied().into_iter().for_each(&mut *visit);
    node.named.iter().for_each(|(_, node)| visit(*node));
    if let Either::Node(node) = &node.either {
        visit(*node);
    }
    visit(node.inside.node);
    node.odd.iter().for_each(|(key, _)| visit(key.node));
    drop(node.nothing.take());
}

fn free(root: PoolBox<Node>) -> usize {
    Node::pool().free_tree(root.into_ref(), below)
}

/// Frees the messages that a message outside of pools refers to, and returns their number.
fn free_below(node: &Node) -> usize {
    let mut freed = 0;
    below(node, &mut |child| freed += Node::pool().free_tree(child, below));
    freed
}

fn live() -> (u64, u64) {
    (Node::pool().stats().live, Leaf::pool().stats().live)
}

fn id(reference: FfiRef<Node>) -> u32 {
    // SAFETY: the tests hold the lock, so no thread writes.
    unsafe { reference.get() }.expect("it is there").id
}

#[test]
fn a_plan_with_parents_is_written_once_and_read_again() {
    let plan = build_plan(3, 3).expect("there is room");
    let nodes = PlanNode::pool().stats().live;
    let (len, bytes) = (plan.encoded_len(), plan.encode_proto());
    assert_eq!((len, &bytes), (bytes.len(), &plan.encode_proto()));
    // Each node has a name of four letters. A parent is above the message that refers to it, so it
    // is not written again.
    let names = bytes.windows(4).filter(|it| *it == b"join" || *it == b"scan").count();
    assert_eq!((nodes, names as u64), (40, nodes));

    // The same bytes, when the plan is not owned by Rust while it is written.
    let lent = plan.into_raw();
    // SAFETY: no other code knows the pointer.
    assert_eq!(unsafe { lent.as_ref() }.encode_proto(), bytes);
    // SAFETY: this test lent it, and only its box uses it from here.
    let plan = unsafe { PoolBox::from_raw(lent) };

    let back = PlanNode::decode_proto(&bytes).expect("it is what was written");
    assert_eq!(PlanNode::pool().stats().live, nodes + 39, "the root is on the heap");
    assert_eq!(back.encode_proto(), bytes);
    let children = |node: &PlanNode, visit: &mut dyn FnMut(FfiRef<PlanNode>)| {
        node.children.iter().copied().for_each(visit);
    };
    let freed: usize = back.children.iter().map(|it| PlanNode::pool().free_tree(*it, children)).sum();
    assert_eq!((freed, free_plan(plan)), (39, 40));
    assert_eq!(PlanNode::pool().stats().live, 0);
}

#[test]
fn the_bytes_are_those_of_nested_messages() {
    let _alone = alone();
    let mut root = node(1);
    root.next = node(2).into_ref();
    root.children.try_extend_from_slice(&[node(3).into_ref(), node(4).into_ref()]).expect("there is room");
    root.pair[1] = node(5).into_ref();
    root.maybe = FfiOption::some(node(6).into_ref());
    root.named.try_insert(7, node(8).into_ref()).expect("there is room");
    root.either = Either::Node(node(9).into_ref());
    root.inside.node = node(10).into_ref();
    // Bytes of every node, because arrays and their wrappers are always written.
    let with = |id: u8| [&[8, id, 0x22, 0, 0x22, 0][..]].concat();
    let field = |tag: u8, content: &[u8]| [&[tag << 3 | 2, content.len() as u8][..], content].concat();
    let expected = [
        &[8, 1][..],
        &field(2, &with(2)),
        &field(3, &with(3)),
        &field(3, &with(4)),
        &field(4, &[]),
        &field(4, &field(1, &with(5))),
        &field(5, &field(1, &with(6))),
        &field(6, &[&[8, 7][..], &field(2, &field(1, &with(8)))].concat()),
        &field(7, &field(1, &with(9))),
        &field(8, &field(1, &with(10))),
    ]
    .concat();
    let bytes = root.encode_proto();
    assert_eq!(bytes, expected);
    let mut room = vec![0xEE; 3];
    root.encode_proto_into(&mut room);
    assert_eq!((&room[..3], &room[3..]), (&[0xEE; 3][..], &bytes[..]));

    let mut back = node(0);
    back.decode_proto_into(&bytes).expect("it is what was written");
    assert_eq!((id(back.next), id(back.children[1]), id(back.pair[1])), (2, 4, 5));
    assert!(back.pair[0].is_none());
    assert_eq!(back.encode_proto(), bytes);
    assert_eq!(live(), (18, 0));
    assert_eq!((free(root), free(back)), (9, 9));
    assert_eq!(live(), (0, 0));
}

#[test]
fn circles_end() {
    let _alone = alone();
    let mut one = node(1);
    let mut two = node(2);
    two.next = one.handle();
    one.next = two.into_ref();
    // 1 -> 2, and not 1 again.
    let arrays = [0x22, 0, 0x22, 0];
    let inner = [&[8, 2][..], &arrays].concat();
    let expected = [&[8, 1, 0x12, 6][..], &inner, &arrays].concat();
    assert_eq!(one.encode_proto(), expected);
    let reference = one.into_ref();
    // SAFETY: only this test knows it.
    let lent = unsafe { reference.get() }.expect("it is there");
    assert_eq!(lent.encode_proto(), expected, "it is on its own path, and so ends the circle");
    assert_eq!(lent.encoded_len(), expected.len());
    assert_eq!(reference.take().map(free), Some(2), "it was never taken");

    let mut own = node(3);
    own.next = own.handle();
    assert_eq!(own.encode_proto(), [&[8, 3][..], &arrays].concat());
    assert_eq!(free(own), 1);
    assert_eq!(live(), (0, 0));
}

#[test]
fn what_is_gone_or_somebody_else_s_is_absent() {
    let _alone = alone();
    let mut root = node(1);
    let alone = root.encode_proto();
    let gone = node(2);
    let (stale, owned) = (gone.handle(), node(3));
    drop(gone);
    for absent in [stale, owned.handle(), FfiRef::from_parts(321, 0), FfiRef::from_parts(u32::MAX, 7)] {
        root.next = absent;
        root.inside.node = absent;
        root.children.clear();
        root.children.try_push(absent).expect("there is room");
        assert_eq!(root.encode_proto(), alone);
        assert_eq!(root.encoded_len(), alone.len());
    }
    let lent = owned.into_ref();
    root.next = lent;
    assert!(root.encode_proto().len() > alone.len(), "now it can be read");
    let threads: Vec<_> = (0..4)
        .map(|_| {
            std::thread::spawn(move || {
                // A node outside of pools; only the messages that it refers to are shared.
                let mut own = Node::new_zeroed_box();
                own.next = lent;
                own.children.try_extend_from_slice(&[lent; 3]).expect("there is room");
                (0..5_000)
                    .map(|_| Node::decode_proto(&own.encode_proto()).map(|it| free_below(&it)))
                    .collect()
            })
        })
        .collect();
    for thread in threads {
        let read: Result<Vec<usize>, _> = thread.join().expect("it doesn't panic");
        let read = read.expect("what is written is read");
        assert!(read.iter().all(|&count| count == 4), "reading keeps nobody out");
    }
    assert_eq!(free(root), 2);
    assert_eq!(live(), (0, 0));
}

/// Finalizers release messages while others write them: none is refused, and no slot is lost.
#[test]
fn what_is_released_while_it_is_written_comes_back() {
    let _alone = alone();
    let mut root = node(1);
    for round in 0..2_000 {
        let below = [2, 3, 4].map(|id| node(id).into_ref());
        root.children.clear();
        root.children.try_extend_from_slice(&below).expect("there is room");
        std::thread::scope(|scope| {
            for _ in 0..2 {
                let root = &root;
                scope.spawn(move || (0..20).for_each(|_| drop(root.encode_proto())));
            }
            for it in below {
                let token = std::ptr::without_provenance_mut(it.to_bits() as usize);
                // SAFETY: only references to it are used, which don't resolve any more.
                unsafe { ffi_core::__private::pool_release::<Node>(token) };
                assert!(it.resolve().is_none());
            }
        });
        assert_eq!(live(), (1, 0), "in round {round}");
        assert_eq!(root.encode_proto(), [8, 1, 0x22, 0, 0x22, 0]);
    }
    // All slots of the pool are free again.
    drop(root);
    assert_eq!(Node::pool().try_alloc_many(320).map(|all| all.len()), Ok(320));
}

/// A call may use a message that C or Dart allocated or looked at as `&mut`: safe code doesn't lose
/// it silently.
#[test]
fn what_is_exposed_is_not_left_out() {
    let _alone = alone();
    let mut root = node(1);
    let below = node(2).into_raw();
    root.next = Node::pool().live().find(|it| it.resolve() == Some(below)).expect("it is live");
    let refused = root.try_encode_proto().expect_err("it is exposed");
    assert_eq!(
        (refused.message(), refused.to_string().as_str()),
        (
            "Node",
            "a `Node` that is to be written as protobuf is exposed: code outside of Rust may have its pointer; \
             hint: `unsafe { message.encode_proto_exposed() }`, where no call writes to it"
        )
    );
    let panics: [&(dyn Fn() + RefUnwindSafe); 3] =
        [&|| drop(root.encode_proto()), &|| _ = root.encoded_len(), &|| {
            root.encode_proto_into(&mut Vec::new())
        }];
    for panics in panics {
        let panic = catch_unwind(panics).expect_err("it is exposed");
        assert_eq!(panic.downcast_ref::<String>(), Some(&refused.to_string()));
    }
    // SAFETY: no thread writes.
    let bytes = unsafe { root.encode_proto_exposed() };
    let read = Node::decode_proto(&bytes).expect("it is a node");
    assert_eq!((id(read.next), free_below(&read)), (2, 1));
    assert_eq!(root.next.take().map(|it| it.id), None, "it is still the caller's");
    // SAFETY: its pointer is not used any more.
    drop(unsafe { PoolBox::from_raw(below) });
    drop(root);
    assert_eq!(live(), (0, 0));
}

#[test]
fn releasing_gives_back_what_decoding_took() {
    let _alone = alone();
    let leaf = [0x08, 1];
    let field = |key: u8, contents: &[u8]| [&[key, contents.len() as u8][..], contents].concat();
    // A reference in every kind of field, and one below another.
    let bytes = [
        field(0x12, &field(0x12, &leaf)),
        field(0x1A, &leaf),
        field(0x22, &field(0x0A, &leaf)),
        field(0x32, &[&[0x08, 7][..], &field(0x12, &field(0x0A, &leaf))].concat()),
        field(0x3A, &field(0x0A, &leaf)),
        field(0x42, &field(0x0A, &leaf)),
    ]
    .concat();
    let before = live();
    let mut read = Node::decode_proto(&bytes).unwrap();
    let taken = live().0 - before.0;
    assert_eq!(taken, 7);
    read.release_proto();
    assert_eq!(live(), before);
    assert!(read.next.is_none() && read.children.iter().all(|it| it.is_none()), "they lead to nothing");
    read.release_proto();

    // C may have seen what it frees: messages that are exposed.
    let mut read = Node::decode_proto(&bytes).unwrap();
    let next = Node::pool().take(read.next).expect("nobody else has it");
    read.next = next.handle();
    let pointer = next.into_raw();
    read.release_proto();
    assert_eq!(live().0, before.0 + 2, "safe code doesn't free what is exposed");
    let mut read = Node::decode_proto(&bytes).unwrap();
    let next = Node::pool().take(read.next).expect("nobody else has it");
    read.next = next.handle();
    let _ = next.into_raw();
    let mut status = FfiStatus::zeroed();
    // SAFETY: the message belongs to this test, and so do those that it refers to.
    unsafe { ffi_core::__private::proto::release(&raw mut *read, &raw mut status) };
    assert_eq!((status.code, live().0), (0, before.0 + 2));
    // SAFETY: the pointer came from `into_raw`, and no other code has it.
    free(unsafe { PoolBox::from_raw(pointer) });
    assert_eq!(live(), before);
}

#[test]
fn what_is_too_deep_is_left_out_and_the_rest_is_read() {
    let _alone = alone();
    for lists in [false, true] {
        let mut root = node(0);
        for id in 1..150 {
            let mut above = node(id);
            let below = root.into_ref();
            if lists {
                above.maybe = FfiOption::some(below);
            } else {
                above.next = below;
            }
            root = above;
        }
        let bytes = root.encode_proto();
        let back = Node::decode_proto(&bytes).expect("it isn't too deep");
        assert_eq!(back.encode_proto(), bytes);
        // The arrays of each node, and the wrappers of options, are levels as well.
        let levels = if lists { MAX_DEPTH as usize / 2 - 1 } else { MAX_DEPTH as usize - 1 };
        assert_eq!(free_below(&back), levels);
        assert_eq!(free(root), 150);
    }
    // A reference below the deepest level.
    let mut bytes = vec![8, 1];
    for _ in 0..=MAX_DEPTH {
        let mut len = Vec::new();
        prost::encoding::encode_varint(bytes.len() as u64, &mut len);
        bytes = [&[0x12][..], &len, &bytes].concat();
    }
    let error = Node::decode_proto(&bytes).err().expect("it is too deep");
    assert_eq!((error.kind(), live()), (DecodeErrorKind::TooDeep, (0, 0)));
}

#[test]
fn what_is_read_twice_merges_or_is_replaced() {
    let _alone = alone();
    let field = |tag: u8, content: &[u8]| [&[tag << 3 | 2, content.len() as u8][..], content].concat();
    // One message that merges both.
    let both = [field(2, &[8, 1]), field(2, &field(2, &[8, 2]))].concat();
    let read = Node::decode_proto(&both).expect("it is a node");
    assert_eq!(id(read.next), 1);
    assert_eq!(free_below(&read), 2);
    // The last value of a key counts, also when the map is full; the keys' values refer to
    // messages.
    let entry = |key: u8, id: u8| field(6, &[&[8, key][..], &field(2, &field(1, &[8, id]))].concat());
    let entries = [entry(1, 1), entry(1, 2), entry(2, 3), entry(1, 4), entry(2, 5)].concat();
    let read = Node::decode_proto(&entries).expect("it is a node");
    assert_eq!(live(), (2, 0));
    assert_eq!(read.named.iter().map(|(key, node)| (*key, id(*node))).collect::<Vec<_>>(), [(1, 4), (2, 5)]);
    assert_eq!(free_below(&read), 2);
    let key = |id: u8| field(9, &field(1, &field(1, &[8, id])));
    let error = Node::decode_proto(&[key(1), key(2), key(3)].concat()).err().expect("there is no room");
    assert_eq!((error.kind(), live()), (DecodeErrorKind::TooMany, (0, 0)));
    // Cases.
    let case = field(7, &field(1, &[8, 1]));
    for next in [&field(7, &[0x10, 3])[..], &field(7, &[0x1A, 0])] {
        let read = Node::decode_proto(&[&case, next].concat()).expect("it is a node");
        assert_eq!((free_below(&read), live()), (0, (0, 0)));
    }
    let read = Node::decode_proto(&[&case[..], &case].concat()).expect("it is a node");
    assert_eq!((free_below(&read), live()), (1, (0, 0)));
}

#[test]
fn a_pool_that_is_exhausted_refuses_with_the_path() {
    let _alone = alone();
    let leaf = Leaf::pool().try_alloc_with(|leaf| leaf.number = 7).expect("there is room");
    // The slot keeps its bytes, but the message that is read doesn't hold them.
    drop(leaf);
    let bytes = [0x52, 0, 0x12, 2, 0x52, 0, 0x1A, 5, 0x08, 1, 0x52, 1, 8];
    let error = Node::decode_proto(&bytes[..9]).err();
    assert_eq!(error.map(|error| error.kind()), Some(DecodeErrorKind::Truncated));
    let read = Node::decode_proto(&bytes[..2]).expect("there is room");
    assert_eq!(read.nothing.take().map(|leaf| leaf.number), Some(0));
    let third = [&bytes[..6], &[0x1A, 2, 0x52, 0]].concat();
    let error = Node::decode_proto(&third).err().expect("there are two");
    assert_eq!(error.kind(), DecodeErrorKind::Pool);
    let text = error.to_string();
    assert!(text.starts_with("children[0].nothing: the pool of `Leaf` is exhausted"), "{text}");
    assert!(text.contains("; hint: "), "{text}");
    assert!(error.path().eq([PathStep::Field("children"), PathStep::Index(0), PathStep::Field("nothing")]));
    let source = std::error::Error::source(&error).and_then(|it| it.downcast_ref::<PoolError>());
    assert_eq!(source.map(PoolError::kind), Some(PoolErrorKind::Exhausted));
    assert_eq!(live(), (0, 0));
}

#[test]
fn hostile_bytes_cost_no_slot() {
    let _alone = alone();
    let mut random = TestRng::deterministic_rng(RngAlgorithm::XorShift);
    let mut below = |end: usize| (random.next_u64() % end as u64) as usize;
    let mut root = node(1);
    for depth in 0..4 {
        let mut above = node(depth + 2);
        above.named.try_insert(depth, node(50).into_ref()).expect("there is room");
        above.either = Either::Node(node(51).into_ref());
        above.inside.node = node(52).into_ref();
        above.maybe = FfiOption::some(node(53).into_ref());
        above.children.try_extend_from_slice(&[root.into_ref(), node(54).into_ref()]).expect("there is room");
        above.odd.try_insert(Inside { node: node(55).into_ref() }, 1).expect("there is room");
        root = above;
    }
    let bytes = root.encode_proto();
    let own = live();
    let mut message = Node::new_zeroed_box();
    let (mut read, mut refused) = (0, 0);
    for _ in 0..20_000 {
        let mut changed = bytes.clone();
        for _ in 0..=below(2) {
            let at = below(changed.len());
            match below(5) {
                0 => changed.truncate(at.max(1)),
                1 => changed.insert(at, below(256) as u8),
                2 => {
                    let end = (at + below(60)).min(changed.len());
                    changed.extend_from_within(at..end);
                }
                _ => changed[at] = below(256) as u8,
            }
        }
        match message.decode_proto_into(&changed) {
            Ok(()) => {
                read += 1;
                let again = message.encode_proto();
                let back = Node::decode_proto(&again).expect("what we write, we read");
                assert_eq!(back.encode_proto(), again);
                free_below(&back);
                free_below(&message);
            }
            Err(_) => refused += 1,
        }
        assert_eq!(live(), own, "after {changed:x?}");
    }
    println!("{read} read, {refused} refused");
    assert!(read > 500 && refused > 1_000, "{read} read, {refused} refused");
    free(root);
    assert_eq!(live(), (0, 0));
}

/// Every node refers to all nodes: the paths are too many for any message.
#[test]
fn what_refers_to_all_ends() {
    let _alone = alone();
    let nodes: Vec<_> = (0..6).map(|id| node(id).into_ref()).collect();
    for reference in &nodes {
        // SAFETY: only this test knows them.
        let node = unsafe { Node::pool().get_mut(*reference) }.expect("it is there");
        node.next = nodes[0];
        node.children.try_extend_from_slice(&nodes[1..4]).expect("there is room");
        node.pair = [nodes[4], nodes[5]];
    }
    // SAFETY: no thread writes any more.
    let root = unsafe { nodes[0].get() }.expect("it is there");
    let bytes = root.encode_proto();
    assert_eq!(bytes.len(), root.encoded_len());
    let error = Node::decode_proto(&bytes).err().map(|error| error.kind());
    assert_eq!(error, Some(DecodeErrorKind::Pool), "there are 326 ways that meet none twice");
    nodes.into_iter().for_each(|node| drop(node.take()));
    assert_eq!(live(), (0, 0));
}

/// A type without references isn't searched for them.
#[test]
fn only_types_that_hold_references_say_so() {
    use ffi_core::proto::ProtoType;
    const { assert!(Node::HAS_REFS && Inside::HAS_REFS && Either::HAS_REFS && PlanNode::HAS_REFS) };
    const { assert!(!Leaf::HAS_REFS && !<FfiVec<FfiStr<4>, 4>>::HAS_REFS && !<FfiMap<u8, [u8; 4], 4>>::HAS_REFS) };
}
