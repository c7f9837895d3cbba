//! What a command costs: wall and processor time of its whole tree, memory of its largest process.
//! Each is measured by a process of its own (this program, called with another first word), since
//! the kernel counts children together.

use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

/// The first word that makes this program the one that measures.
pub(crate) const WORD: &str = "measure-of-the-benchmark";

/// In seconds, and MB.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) wall: f64,
    pub(crate) cpu: f64,
    pub(crate) rss: f64,
}

/// Runs a command so many times in a row; its environment and directory are taken over.
pub(crate) fn cost(command: &Command, repeat: u32) -> Result<Cost, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut meter = Command::new(own);
    meter.args([WORD, &repeat.to_string()]).arg(command.get_program()).args(command.get_args());
    meter.envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
    meter.current_dir(command.get_current_dir().ok_or("a command without a place")?);
    let output = meter.stderr(Stdio::inherit()).output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let figures: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    match figures[..] {
        [wall, cpu, rss] if output.status.success() => Ok(Cost { wall, cpu, rss }),
        _ => Err(format!("{command:?} failed")),
    }
}

/// Measures the command behind the first word, and prints what it costs.
pub(crate) fn main(mut words: impl Iterator<Item = String>) -> ExitCode {
    let repeat = words.next().and_then(|word| word.parse::<u32>().ok()).unwrap_or(1);
    let command: Vec<String> = words.collect();
    let start = Instant::now();
    for _ in 0..repeat {
        let mut child = Command::new(&command[0]);
        child.args(&command[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if !child.status().is_ok_and(|status| status.success()) {
            return ExitCode::FAILURE;
        }
    }
    let wall = start.elapsed().as_secs_f64();
    let Ok(usage) = getrusage(UsageWho::RUSAGE_CHILDREN) else {
        return ExitCode::FAILURE;
    };
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    println!("{wall} {} {}", micros as f64 / 1e6, usage.max_rss() as f64 / 1024.0);
    ExitCode::SUCCESS
}

/// The middle one.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 { values[half] } else { (values[half - 1] + values[half]) / 2.0 }
}
