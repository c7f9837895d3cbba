//! A story as JUnit XML: a test case for each execution of a task. Made by
//! hand: it is a handful of elements, and all there is to know is what XML
//! cannot hold.

use std::fmt::Write;

use super::read::{Chunk, Ended, State, Story, TaskStory};

/// Lines of its output that are shown with a failure.
const LINES: usize = 50;

/// The whole file.
pub fn junit(story: &Story) -> String {
    let needed = |task: &&TaskStory| !matches!(skip(task), Some("not_needed"));
    let tasks: Vec<&TaskStory> = story.tasks.iter().filter(needed).collect();
    let failures = tasks.iter().filter(|task| outcome(task) == "failed").count();
    let idle = |task: &&&TaskStory| matches!(outcome(task), "fresh" | "skipped" | "tolerated");
    let skipped = tasks.iter().filter(idle).count();
    let seconds = match story.state {
        State::Finished(end) => end.ms / 1e3,
        State::Running | State::Killed => 0.0,
    };
    let counts = format!(
        "tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" \
         time=\"{seconds:.3}\"",
        tasks.len()
    );
    let head = &story.head;
    let line = std::iter::once(&head.program).chain(&head.words).cloned().collect::<Vec<_>>();
    let project = head.project.file_name().unwrap_or_default().to_string_lossy();
    let stamp = head.started.split('.').next().unwrap_or_default().trim_end_matches('Z');
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to memory does not fail.
    let _ = writeln!(out, "<testsuites name=\"{}\" {counts}>", attribute(&line.join(" ")));
    let _ = writeln!(
        out,
        "  <testsuite name=\"{}\" {counts} timestamp=\"{stamp}\">",
        attribute(&project)
    );
    tasks.into_iter().for_each(|task| case(&mut out, story, task));
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

/// What was asked to end has not failed by itself.
fn outcome(task: &TaskStory) -> &str {
    match &task.ended {
        Some(ended) if ended.cause.as_deref() != Some("cancelled") => &ended.outcome,
        _ => "skipped",
    }
}

fn skip(task: &TaskStory) -> Option<&str> {
    task.ended.as_ref()?.reason.as_deref()
}

fn case(out: &mut String, story: &Story, task: &TaskStory) {
    let seconds = task.ended.as_ref().map_or(0.0, |ended| ended.elapsed_ms / 1e3);
    let _ = write!(
        out,
        "    <testcase name=\"{}\" classname=\"{}\" time=\"{seconds:.3}\"",
        attribute(&task.label),
        attribute(&task.name)
    );
    if let Some((file, line)) = &task.place {
        let _ = write!(out, " file=\"{}\" line=\"{line}\"", attribute(&file.to_string_lossy()));
    }
    out.push_str(">\n");
    let [stdout, stderr, both] = output(story, task);
    match (&task.ended, outcome(task)) {
        (Some(ended), "failed") => {
            let kind = ended.cause.as_deref().unwrap_or("failed");
            let lines: Vec<&str> = both.lines().collect();
            let tail = lines[lines.len().saturating_sub(LINES)..].join("\n");
            let _ = writeln!(
                out,
                "      <failure message=\"{}\" type=\"{kind}\">{}</failure>",
                attribute(&ended.why()),
                text(&tail)
            );
        }
        (Some(ended), "tolerated") => {
            let why = format!("tolerated: {}", ended.why());
            let _ = writeln!(out, "      <skipped message=\"{}\"/>", attribute(&why));
        }
        (_, "success") => {}
        (_, "fresh") => out.push_str("      <skipped message=\"up to date\"/>\n"),
        (ended, _) => {
            let why = ended.as_ref().map_or("the run has ended".into(), Ended::why);
            let _ = writeln!(out, "      <skipped message=\"{}\"/>", attribute(&why));
        }
    }
    for (name, bytes) in [("system-out", stdout), ("system-err", stderr)] {
        if !bytes.is_empty() {
            let _ = writeln!(out, "      <{name}>{}</{name}>", text(&bytes));
        }
    }
    out.push_str("    </testcase>\n");
}

/// What a task wrote to standard output, to standard error, and to both.
fn output(story: &Story, task: &TaskStory) -> [String; 3] {
    let mut all = [Vec::new(), Vec::new(), Vec::new()];
    let _ = story.output(task, &mut |chunk| {
        let note;
        let (to, bytes) = match chunk {
            Chunk::Out(bytes) => (0, bytes),
            Chunk::Err(bytes) => (1, bytes),
            Chunk::Dropped(bytes) => {
                note = format!("\n({bytes} bytes in between were not kept)\n");
                (0, note.as_bytes())
            }
        };
        all[to].extend_from_slice(bytes);
        all[2].extend_from_slice(bytes);
        Ok(())
    });
    all.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Text between tags.
fn text(text: &str) -> String {
    escaped(text, false)
}

/// Text in quotes.
fn attribute(text: &str) -> String {
    escaped(text, true)
}

fn escaped(text: &str, quoted: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            // `]]>` must not stand in a text.
            '>' => out.push_str("&gt;"),
            '"' if quoted => out.push_str("&quot;"),
            '\n' | '\t' if quoted => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            // A reader makes a line end of it.
            '\r' => out.push_str("&#13;"),
            '\n' | '\t' => out.push(c),
            // These XML cannot hold in any form.
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_replaced() {
        assert_eq!(
            text("a<b>&\"'\u{1b}[1m\0\r\n\t]]>"),
            "a&lt;b&gt;&amp;\"'\u{fffd}[1m\u{fffd}&#13;\n\t]]&gt;"
        );
        assert_eq!(attribute("\"a\n\u{7f}é\u{ffff}"), "&quot;a&#10;\u{7f}é\u{fffd}");
    }
}
