//! Small facts about names that several rooms need.

/// `name` without its last extension: `build.sh` is `build`; a leading dot
/// starts no extension.
pub fn strip_extension(name: &str) -> &str {
    let start = name.rfind(':').map_or(0, |i| i + 1);
    match name[start..].rfind('.') {
        Some(dot) if dot > 0 => &name[..start + dot],
        _ => name,
    }
}

/// Nobody mistypes a longer name, and comparing two takes time with the square of their length.
const LONGEST: usize = 200;

/// Up to `limit` candidates that a mistyped `word` may have meant, best first.
pub fn closest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    limit: usize,
) -> Vec<&'a str> {
    let mut scored: Vec<(f64, &str)> = candidates
        .into_iter()
        .filter(|c| word.len().max(c.len()) <= LONGEST)
        .map(|c| (similarity(word, c), c))
        .filter(|(score, _)| *score > 0.75)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(limit).map(|(_, c)| c).collect()
}

/// Jaro-Winkler, and a part after the last `:` counts as the whole.
fn similarity(word: &str, candidate: &str) -> f64 {
    let whole = strsim::jaro_winkler(word, candidate);
    let tail = candidate.rsplit(':').next().unwrap_or(candidate);
    whole.max(strsim::jaro_winkler(word, tail) - 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_stripped_once_and_only_from_the_last_part() {
        assert_eq!(strip_extension("build.sh"), "build");
        assert_eq!(strip_extension("a.b.c"), "a.b");
        assert_eq!(strip_extension("x.y:build"), "x.y:build");
        assert_eq!(strip_extension("...."), "...");
        assert_eq!(strip_extension(".x"), ".x");
    }

    #[test]
    fn a_typo_finds_its_neighbours_best_first() {
        assert_eq!(closest("biuld", ["build", "lint", "build:all"], 5), ["build", "build:all"]);
        assert!(closest("zzz", ["build"], 5).is_empty());
    }
}
