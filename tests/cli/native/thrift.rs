//! What a run takes of the machine, counted and not timed: calls of the system
//! for each task, memory for each byte of output.

use std::io::Write;
use std::time::Duration;

use super::project;

/// Enough for a loaded machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Calls of the system by mep itself for one captured task: made, named in the
/// record, waited for, and asked after. A few more than there are, for what
/// depends on how ends of tasks come together.
const CALLS: usize = 40;

/// Calls of mep itself in a run of so many tasks.
fn calls(tasks: usize) -> usize {
    let names: Vec<String> = (0..tasks).map(|i| format!("'t{i}'")).collect();
    let mut config = format!("[tasks.all]\ndepends = [{}]\n", names.join(", "));
    for i in 0..tasks {
        config.push_str(&format!("[tasks.t{i}]\nrun = 'true; true'\n"));
    }
    let wide = project(&config);
    let line = "strace -qq -c -o ../calls mep -q run -o prefix -j 4 all";
    wide.shell(line).patience(PATIENCE).run().stdout("").stderr("").code(0);
    let table = wide.read("../calls");
    let total = table.lines().rfind(|line| line.ends_with("total")).expect("strace sums them up");
    let number = total.split_whitespace().nth(3).expect("the number of calls");
    number.parse().expect("a number")
}

#[test]
fn a_task_costs_the_same_calls_of_the_system_in_runs_of_all_sizes() {
    if !crate::queries::can_trace() {
        let _ = std::io::stderr().write_all(b"SKIPPED (no strace): the calls of a task\n");
        return;
    }
    let [few, some, many] = [100, 400, 1000].map(calls);
    let (first, next) = ((some - few) / 300, (many - some) / 600);
    assert!(first.max(next) <= CALLS, "{first} calls for a task, then {next}");
    assert!(first.abs_diff(next) <= 3, "{first} calls for a task, then {next}");
}

#[test]
fn memory_does_not_grow_with_output() {
    let flood = project(
        "[tasks.flood]\n\
         run = '''yes \"some words of output\" | head -c \"$BYTES\"\n\
         grep VmHWM /proc/$PPID/status >../peak'''\n",
    );
    let [little, much] = [300_000, 30_000_000].map(|bytes: usize| {
        let line = "mep run -o prefix flood >/dev/null";
        let run = flood.shell(line).env("BYTES", &bytes.to_string()).patience(PATIENCE).run();
        run.code(0);
        let peak = flood.read("../peak");
        let number = peak.split_whitespace().nth(1).expect("a number of KiB");
        number.parse::<usize>().expect("a number")
    });
    // Which pages of the program count differs from run to run, by a megabyte and more.
    assert!(much < little + 4096, "{little} KiB for 0.3 MB of output, {much} KiB for 30 MB");
}

#[test]
fn a_task_takes_turns_at_the_processor_as_its_caller_would_have_it() {
    // How nice it is, and the order that it is scheduled by.
    let asks = project("[tasks.t]\nfile = 'ask'\n")
        .executable("ask", "#!/bin/sh\nnice\ncut -d ' ' -f 41 /proc/self/stat\n");
    for nice in ["5", "0", "-5"] {
        let line = format!("nice -n {nice} sh -c './ask; mep -q run t' 2>/dev/null");
        let output = asks.shell(&line).run();
        let lines: Vec<&str> = output.stdout.lines().collect();
        assert_eq!(lines.len(), 4, "{}", output.stdout);
        assert_eq!(lines[..2], lines[2..], "nice {nice}");
    }
}
