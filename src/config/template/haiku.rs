//! `haiku()`: words by chance, joined to a name that a person can say.

use tera::{Error, Kwargs, State, TeraResult, Value};
use tera_contrib::rand;

const HOW: [&str; 12] = [
    "always", "barely", "calmly", "deeply", "gently", "lightly", "nearly", "often", "quietly",
    "slowly", "softly", "warmly",
];

const WHAT: [&str; 24] = [
    "amber", "ancient", "bold", "bright", "calm", "clear", "cool", "crisp", "distant", "early",
    "fading", "fresh", "golden", "hidden", "icy", "late", "mild", "misty", "pale", "quiet",
    "silver", "still", "warm", "wild",
];

const WHO: [&str; 24] = [
    "birch", "brook", "cedar", "cloud", "dawn", "dune", "fern", "field", "fog", "grove", "harbor",
    "heron", "lake", "leaf", "meadow", "moon", "oak", "pine", "rain", "reef", "river", "stone",
    "tide", "wind",
];

/// `words` (at least one) and `digits` (none to nine), 2 where they are not
/// given, joined by `separator`.
pub(super) fn haiku(args: Kwargs, state: &State) -> TeraResult<String> {
    let words = args.get::<usize>("words")?.unwrap_or(2).max(1);
    let digits = args.get::<u32>("digits")?.unwrap_or(2).min(9);
    let separator: String = args.get("separator")?.unwrap_or_else(|| "-".into());
    let mut parts: Vec<String> = Vec::new();
    for place in (0..words).rev() {
        // From the end: a noun, an adjective, an adverb, an adjective, …
        let list: &[&str] = match place {
            0 => &WHO,
            odd if odd % 2 == 1 => &WHAT,
            _ => &HOW,
        };
        parts.push(list[below(list.len(), state)?].to_string());
    }
    if digits > 0 {
        let number = below(10_usize.pow(digits), state)?;
        parts.push(format!("{number:0width$}", width = digits as usize));
    }
    Ok(parts.join(&separator))
}

/// A number by chance, by the engine's own random numbers.
pub(super) fn below(limit: usize, state: &State) -> TeraResult<usize> {
    let bounds = [("start", Value::from(0)), ("end", Value::from(limit as u64))];
    let number = rand::get_random(Kwargs::from(bounds), state)?;
    usize::try_from(number).map_err(|_| Error::message("a random number went wrong"))
}
