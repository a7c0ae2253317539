//! Finds which types reach which, in time that grows with the size of the schema.

/// Returns the strongly connected component of each node: two nodes have one number if each reaches
/// the other. A component has a larger number than those that it reaches. The algorithm is Tarjan's
/// ("Depth-First Search and Linear Graph Algorithms", SIAM Journal on Computing 1(2), 1972).
///
/// It uses a list instead of recursion, as a chain of types may be longer than the stack is deep.
pub fn components(edges: &[Vec<usize>]) -> Vec<usize> {
    const NONE: usize = usize::MAX;
    let mut component = vec![NONE; edges.len()];
    // Order in which nodes are met, and the earliest node that each is known to reach.
    let mut met = vec![NONE; edges.len()];
    let mut low = vec![NONE; edges.len()];
    let (mut count, mut components) = (0, 0);
    let mut open = Vec::new();
    let mut path = Vec::new();
    for start in 0..edges.len() {
        if met[start] == NONE {
            path.push((start, 0));
        }
        while let Some((node, edge)) = path.pop() {
            if edge == 0 {
                (met[node], low[node]) = (count, count);
                count += 1;
                open.push(node);
            } else {
                let child = edges[node][edge - 1];
                if component[child] == NONE {
                    low[node] = low[node].min(low[child]);
                }
            }
            if let Some(child) = edges[node].get(edge) {
                path.push((node, edge + 1));
                if met[*child] == NONE {
                    path.push((*child, 0));
                }
            } else if low[node] == met[node] {
                while let Some(member) = open.pop() {
                    component[member] = components;
                    if member == node {
                        break;
                    }
                }
                components += 1;
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// Returns the nodes that each node reaches by one edge or more.
    fn reach(edges: &[Vec<usize>]) -> Vec<Vec<bool>> {
        let from = |start: &Vec<usize>| {
            let mut seen = vec![false; edges.len()];
            let mut todo = start.clone();
            while let Some(next) = todo.pop() {
                if !std::mem::replace(&mut seen[next], true) {
                    todo.extend(&edges[next]);
                }
            }
            seen
        };
        edges.iter().map(from).collect()
    }

    proptest! {
        #[test]
        fn components_are_those_that_reach_each_other(pairs in vec((0..12_usize, 0..12_usize), 0..40)) {
            let mut edges = vec![Vec::new(); 12];
            for (from, to) in pairs {
                edges[from].push(to);
            }
            let (components, reach) = (components(&edges), reach(&edges));
            for one in 0..12 {
                for other in 0..12 {
                    let each_other = one == other || (reach[one][other] && reach[other][one]);
                    prop_assert_eq!(components[one] == components[other], each_other);
                    prop_assert!(!reach[one][other] || components[one] >= components[other]);
                }
            }
        }
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let edges: Vec<_> =
            (1..=1_000_000).map(|next| if next < 1_000_000 { vec![next] } else { vec![] }).collect();
        assert_eq!(components(&edges)[0], 999_999);
    }
}
