//! Stones, the smallest on top.

/// The lines of a pile of stones.
pub fn pile(count: usize) -> String {
    (1..=count).map(|size| format!("{:>count$}{}\n", "(", "_".repeat(2 * size - 1) + ")")).collect()
}
