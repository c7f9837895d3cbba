//! The project's own benchmark: `cargo bench`, or `cargo bench -- wide fresh --rounds 15`.
//! Every tool that is on `PATH` runs once in a round, in turning order; a ratio compares runs of
//! one round, and the median over the rounds is printed. A tool without the proof that it does the
//! work has no figures. Nothing here is a test: a timing proves nothing on a busy machine.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints its table")]

mod floor;
mod measure;
mod projects;
mod tools;

use std::path::Path;
use std::process::ExitCode;

use measure::{Cost, median};
use projects::{Workload, workloads};
use tools::{Tool, tools};

/// What the command line asks for.
struct Wanted {
    names: Vec<String>,
    rounds: usize,
}

fn main() -> ExitCode {
    let words = std::env::args_os().skip(1);
    let mut args = words.map(|word| word.to_string_lossy().into_owned()).peekable();
    match args.peek().map(String::as_str) {
        Some(floor::WORD) => return floor::main(args.skip(1)),
        Some(measure::WORD) => return measure::main(args.skip(1)),
        _ => {}
    }
    match wanted(args).and_then(|wanted| bench(&wanted)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn wanted(mut args: impl Iterator<Item = String>) -> Result<Wanted, String> {
    let mut wanted = Wanted { names: Vec::new(), rounds: 7 };
    while let Some(word) = args.next() {
        match word.as_str() {
            // cargo's own.
            "--bench" => {}
            "--rounds" => {
                let number = args.next().and_then(|word| word.parse().ok());
                wanted.rounds =
                    number.filter(|n| *n > 0).ok_or("--rounds takes a number from 1 on")?;
            }
            name => wanted.names.push(name.to_owned()),
        }
    }
    Ok(wanted)
}

fn bench(wanted: &Wanted) -> Result<(), String> {
    let all = workloads();
    if let Some(name) = wanted.names.iter().find(|name| all.iter().all(|w| w.name != name.as_str()))
    {
        let known: Vec<&str> = all.iter().map(|w| w.name).collect();
        return Err(format!("no workload {name}; there are {}", known.join(", ")));
    }
    let tools = tools();
    println!("| workload | tool | cpu ms | wall ms | cpu / floor | wall / floor | rss MB |");
    println!("|---|---|---|---|---|---|---|");
    let named = |w: &&Workload| wanted.names.is_empty() || wanted.names.iter().any(|n| n == w.name);
    for workload in all.iter().filter(named) {
        let root = tempfile::tempdir().map_err(|error| error.to_string())?;
        measure_one(workload, &tools, root.path(), wanted.rounds)?;
    }
    Ok(())
}

fn measure_one(
    workload: &Workload,
    tools: &[Tool],
    root: &Path,
    rounds: usize,
) -> Result<(), String> {
    (workload.write)(root).map_err(|error| format!("{}: {error}", workload.name))?;
    let able: Vec<&Tool> = tools
        .iter()
        .filter(|tool| tool.args(workload).is_some())
        .filter(|tool| match tool.proves(workload, root) {
            Ok(()) => true,
            Err(error) => {
                println!("| {} | {} | {error} | | | | |", workload.name, tool.name);
                false
            }
        })
        .collect();
    // What one tool did to prove itself may be news to the others.
    able.iter().try_for_each(|tool| tool.run(workload, root).map(drop))?;
    let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); able.len()];
    for round in 0..rounds {
        for turn in 0..able.len() {
            let at = (turn + round) % able.len();
            costs[at].push(able[at].run(workload, root)?);
        }
    }
    let floor = able.iter().position(|tool| tool.name == floor::NAME).map(|at| costs[at].clone());
    let floor = floor.ok_or("the floor does not do its work")?;
    for (tool, costs) in able.iter().zip(&costs) {
        print_row(workload, tool, costs, &floor);
    }
    Ok(())
}

fn print_row(workload: &Workload, tool: &Tool, costs: &[Cost], floor: &[Cost]) {
    let times = f64::from(workload.repeat);
    let ratio = |of: fn(&Cost) -> f64| median(costs.iter().zip(floor).map(|(c, f)| of(c) / of(f)));
    println!(
        "| {} | {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.1} |",
        workload.name,
        tool.name,
        median(costs.iter().map(|c| c.cpu * 1e3 / times)),
        median(costs.iter().map(|c| c.wall * 1e3 / times)),
        ratio(|c| c.cpu),
        ratio(|c| c.wall),
        median(costs.iter().map(|c| c.rss)),
    );
}
