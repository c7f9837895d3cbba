//! Durations as people write them in configuration.

use std::time::Duration;

/// Reads `300ms`, `30s`, `5m`, `1h30m`; a bare number is seconds. `None` for
/// anything else, negative values included.
pub fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits =
            rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let (number, tail) = rest.split_at(digits);
        let letters = tail.len() - tail.trim_start_matches(char::is_alphabetic).len();
        let (unit, tail) = tail.split_at(letters);
        total = total.checked_add(scaled(number.parse().ok()?, unit)?)?;
        rest = tail.trim_start();
    }
    (!text.is_empty()).then_some(total)
}

fn scaled(number: f64, unit: &str) -> Option<Duration> {
    let seconds = match unit {
        "ns" => 1e-9,
        "us" | "µs" => 1e-6,
        "ms" => 1e-3,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => 86_400.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(number * seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_add_up_and_nonsense_is_refused() {
        assert_eq!(parse("300ms"), Some(Duration::from_millis(300)));
        assert_eq!(parse("1h30m"), Some(Duration::from_secs(5400)));
        assert_eq!(parse("5"), Some(Duration::from_secs(5)));
        for bad in ["", "x", "5x", "-1s", "1.2.3s", "s", "1e400s"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
