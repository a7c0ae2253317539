//! Draws comments by a seed, so that a reviewer reads what nobody chose.

use super::{Comment, Source};

/// Draws `count` different comments from `sources`. One seed draws the same ones from the same
/// sources.
#[must_use]
pub fn sample(sources: &[Source], count: usize, seed: u64) -> Vec<(&Source, &Comment)> {
    let mut all: Vec<_> = sources
        .iter()
        .filter(|source| !source.generated && source.file.extension().is_some_and(|it| it != "md"))
        .flat_map(|source| source.comments.iter().map(move |comment| (source, comment)))
        .collect();
    let mut state = seed;
    let count = count.min(all.len());
    // The first steps of a Fisher-Yates shuffle.
    for at in 0..count {
        let left = (all.len() - at) as u64;
        all.swap(at, at + usize::try_from(next(&mut state) % left).expect("less than a length"));
    }
    all.truncate(count);
    all
}

/// SplitMix64: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA
/// 2014.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::super::comments;
    use super::*;

    #[test]
    fn a_seed_draws_the_same_comments_each_once() {
        let text: String = (0..50).map(|it| format!("// {it}\n\n")).collect();
        let source = Source { file: "a.rs".into(), comments: comments::of_rust(&text), generated: false };
        let sources = [source];
        let draw = |seed| -> Vec<_> {
            sample(&sources, 20, seed).iter().map(|(_, comment)| comment.text()).collect()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let mut drawn = draw(3);
        drawn.sort();
        drawn.dedup();
        assert_eq!(drawn.len(), 20);
        assert_eq!(sample(&sources, 100, 1).len(), 50);
    }

    #[test]
    fn the_generator_is_splitmix64() {
        // The first outputs for the seed 1234567, from the reference implementation.
        let mut state = 1_234_567;
        assert_eq!(next(&mut state), 6_457_827_717_110_365_317);
        assert_eq!(next(&mut state), 3_203_168_211_198_807_973);
    }
}
