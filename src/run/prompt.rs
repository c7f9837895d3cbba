//! Asks a person. The answer is read by a thread of its own, so that signals
//! are heard meanwhile.

use std::io::{BufRead, IsTerminal, Write};

use tokio::sync::mpsc::Sender;

use crate::model::JobId;

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) job: JobId,
    pub(super) yes: bool,
}

/// The default as a yes or no.
///
/// # Errors
/// The text that names a default which is neither.
pub(super) fn default_answer(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" => Ok(true),
        "no" | "n" | "false" => Ok(false),
        _ => Err(format!(
            "invalid task confirm default: {text:?}, expected one of yes/no/y/n/true/false"
        )),
    }
}

/// True where there is somebody to ask.
pub(super) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks on standard error and sends the answer when it is there.
pub(super) fn ask(job: JobId, message: &str, default: bool, to: Sender<Answer>) {
    let choices = if default { "[Y/n]" } else { "[y/N]" };
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "{message} {choices} ");
    let _ = err.flush();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line).unwrap_or(0);
        let yes = match line.trim().to_ascii_lowercase().as_str() {
            "" if read > 0 => default,
            "y" | "yes" => true,
            _ => false,
        };
        let _ = to.blocking_send(Answer { job, yes });
    });
}
