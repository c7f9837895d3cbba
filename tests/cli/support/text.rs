//! Texts of a process made comparable, and their differences made readable. Knows no
//! processes and no files.

use std::fmt::Write as _;

/// Replaces every `Finished in <duration>` by `Finished in [t]`, and so behind `task failed in`.
pub(crate) fn hide_durations(text: &str) -> String {
    ["Finished in ", "task failed in "]
        .iter()
        .fold(text.to_owned(), |text, mark| hide_behind(&text, mark))
}

/// Replaces every `about <duration>`: what earlier runs took is another time each time.
pub(crate) fn hide_estimates(text: &str) -> String {
    hide_behind(text, "about ")
}

fn hide_behind(text: &str, mark: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(mark) {
        let (before, after) = rest.split_at(at + mark.len());
        out.push_str(before);
        let length = duration_length(after);
        if length > 0 {
            out.push_str("[t]");
        }
        rest = &after[length..];
    }
    out + rest
}

/// Length of the duration that `text` starts with (`376µs`, `5.4ms`, `1.04s`), 0 without one.
fn duration_length(text: &str) -> usize {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let unit =
        ["ns", "µs", "ms", "s", "m"].into_iter().find(|unit| text[digits..].starts_with(unit));
    match unit {
        Some(unit) if digits > 0 => digits + unit.len(),
        _ => 0,
    }
}

/// Takes out of what `mep last` says what no two runs share: dates, ids, and how long it took.
pub(crate) fn hide_moments(text: &str) -> String {
    text.split_inclusive('\n').map(hide_moments_of_line).collect()
}

fn hide_moments_of_line(line: &str) -> String {
    const VERDICTS: [&str; 10] = [
        "ran", "fresh", "skipped", "failed", "flaky", "tolerated", "killed", "running", "waiting",
        "not run",
    ];
    let is_task =
        line.strip_prefix("  ").is_some_and(|line| VERDICTS.iter().any(|v| line.starts_with(v)));
    let mut words: Vec<String> = Vec::new();
    let mut changed = is_task;
    for word in line.trim_end().split(' ') {
        let bare = word.trim_end_matches([',', ';', ':']);
        let hidden = if is_date(bare) {
            "[date]"
        } else if is_id(bare) {
            "[id]"
        } else if changed && duration_length(bare) == bare.len() && !bare.is_empty() {
            "[t]"
        } else {
            bare
        };
        changed |= hidden != bare;
        words.push(format!("{hidden}{}", &word[bare.len()..]));
    }
    if !changed {
        return line.to_owned();
    }
    // Columns are as wide as what was in them.
    words.retain(|word| !word.is_empty());
    format!("  {}\n", words.join(" ")).replace("[date] [date]", "[date]")
}

/// `2026-11-21`, `17:05:05`
fn is_date(word: &str) -> bool {
    let shape: String = word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "0000-00-00" || shape == "00:00:00"
}

/// `mwqns1mc-k0i`
fn is_id(word: &str) -> bool {
    let plain = |part: &str| part.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase());
    word.split_once('-').is_some_and(|(time, pid)| {
        time.len() == 8 && plain(time) && plain(pid) && (1..=5).contains(&pid.len())
    })
}

/// Drops the two lines that end each of mise's own errors: they name a version, a date and a
/// platform, and say nothing about the case.
pub(crate) fn drop_error_trailer(text: &str) -> String {
    const TRAILER: [&str; 2] = ["mise ERROR Version: ", "mise ERROR Run with --verbose"];
    let text = without_migrations(text);
    text.split_inclusive('\n')
        .filter(|line| !TRAILER.iter().any(|start| line.starts_with(start)))
        .collect()
}

/// Whether mise's first look at an old configuration of its own fails beside the command is a
/// matter of luck; what it says then is the first error once more.
fn without_migrations(text: &str) -> String {
    let Some(rest) = text.strip_prefix("[WARN] migrate: ") else {
        return text.to_owned();
    };
    rest.find("\nmise ").map_or(String::new(), |at| rest[at + 1..].to_owned())
}

/// The lines of `text`, sorted: what is left to compare where tasks run in parallel.
pub(crate) fn sort_lines(text: &str) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    lines.sort_unstable();
    lines.concat()
}

/// A line diff: `-` only in `left`, `+` only in `right`. Ends of line are shown where they are
/// the difference.
pub(crate) fn diff(left: &str, right: &str) -> String {
    let left: Vec<&str> = left.split_inclusive('\n').collect();
    let right: Vec<&str> = right.split_inclusive('\n').collect();
    let common = common_suffixes(&left, &right);
    let (mut i, mut j) = (0, 0);
    let mut out = String::new();
    while i < left.len() || j < right.len() {
        if i < left.len() && j < right.len() && left[i] == right[j] {
            push_line(&mut out, ' ', left[i]);
            (i, j) = (i + 1, j + 1);
        } else if j == right.len() || (i < left.len() && common[i + 1][j] >= common[i][j + 1]) {
            push_line(&mut out, '-', left[i]);
            i += 1;
        } else {
            push_line(&mut out, '+', right[j]);
            j += 1;
        }
    }
    out
}

/// `table[i][j]` is the length of the longest common subsequence of `left[i..]`, `right[j..]`.
fn common_suffixes(left: &[&str], right: &[&str]) -> Vec<Vec<usize>> {
    let mut table = vec![vec![0; right.len() + 1]; left.len() + 1];
    for i in (0..left.len()).rev() {
        for j in (0..right.len()).rev() {
            table[i][j] = if left[i] == right[j] {
                table[i + 1][j + 1] + 1
            } else {
                table[i + 1][j].max(table[i][j + 1])
            };
        }
    }
    table
}

fn push_line(out: &mut String, mark: char, line: &str) {
    match line.strip_suffix('\n') {
        Some(body) => writeln!(out, "{mark} {}", visible(body)),
        None => writeln!(out, "{mark} {}\\ no newline", visible(line)),
    }
    .expect("a String takes every text");
}

/// Control characters (escapes, carriage returns) in a form that a terminal does not act on.
fn visible(line: &str) -> String {
    line.chars()
        .flat_map(|c| {
            let escaped = c.is_control() && c != '\t';
            let shown = if escaped { c.escape_debug().collect() } else { vec![c] };
            shown.into_iter()
        })
        .collect()
}

/// Arguments as one would type them.
pub(crate) fn command_line(args: &[String]) -> String {
    let typed = args.iter().map(|arg| {
        if arg.is_empty() || arg.contains(char::is_whitespace) {
            format!("'{arg}'")
        } else {
            arg.clone()
        }
    });
    typed.collect::<Vec<_>>().join(" ")
}

/// A text in full, indented under a title, for a panic message.
pub(crate) fn section(title: &str, text: &str) -> String {
    let mut out = format!("--- {title}\n");
    for line in text.split_inclusive('\n') {
        push_line(&mut out, ' ', line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_hidden_in_every_unit() {
        for duration in ["376µs", "5.4ms", "1.04s", "120.5s"] {
            let text = format!(
                "[a] Finished in {duration}\nFinished in {duration}\ntask failed in {duration}: x"
            );
            let hidden = "[a] Finished in [t]\nFinished in [t]\ntask failed in [t]: x";
            assert_eq!(hide_durations(&text), hidden);
        }
    }

    #[test]
    fn words_that_look_like_a_duration_stay() {
        for text in ["Finished in time", "Finished in ", "5.4ms", "Finished in 5 steps"] {
            assert_eq!(hide_durations(text), text);
        }
    }

    #[test]
    fn only_the_trailer_of_an_error_is_dropped() {
        let text = "mise ERROR x\nmise ERROR Version: 1\nmise ERROR Run with --verbose or\ny\n";
        assert_eq!(drop_error_trailer(text), "mise ERROR x\ny\n");
    }

    #[test]
    fn a_diff_keeps_what_is_common() {
        assert_eq!(diff("a\nb\nc\n", "a\nx\nc\n"), "  a\n- b\n+ x\n  c\n");
    }

    #[test]
    fn a_diff_shows_ends_of_lines_and_escapes() {
        assert_eq!(diff("a\n", "a"), "- a\n+ a\\ no newline\n");
        assert_eq!(diff("a\r\n", "\u{1b}[1ma\n"), "- a\\r\n+ \\u{1b}[1ma\n");
    }

    #[test]
    fn lines_are_sorted_with_their_ends() {
        assert_eq!(sort_lines("b\na\nc"), "a\nb\nc");
    }
}
