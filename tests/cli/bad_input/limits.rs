//! What limits a task and makes no sense: names of locks, weights, kinds of a pool.

use super::{OK, project, refused};

fn with_own(own: &str) -> crate::support::Project {
    project(OK).file("mep.toml", own)
}

#[test]
fn a_lock_is_a_file_so_its_name_is_a_plain_word() {
    let stderr = "\
Error: `../db` of task `ok` is no name for a lock
   ╭─[[P]/mep.toml:2:16]
 1 │ [tasks.ok]
 2 │ locks = [\"db\", \"../db\"]
   ·                ───┬───
   ·                   ╰── not this
   ╰────
  help: up to 100 bytes of letters, digits, `-`, `_`, `.`, `:`, `@` and `+`, no `.` in front
";
    refused(&with_own("[tasks.ok]\nlocks = [\"db\", \"../db\"]\n"), "run ok", 1, stderr);
    for name in ["", ".", "..", ".hidden", "a b", "a/b", "a\\\\b", &"x".repeat(101)] {
        let output = with_own(&format!("[tasks.ok]\nlocks = [\"{name}\"]\n")).mep(["ok"]).run();
        output.stdout("").code(1);
        assert!(output.stderr.contains("is no name for a lock"), "{}", output.stderr);
    }
    let good = ["a", "A-1_b.c:d@e+f", "ä", &"x".repeat(100)];
    for name in good {
        let output = with_own(&format!("[tasks.ok]\nlocks = [\"{name}\"]\n")).mep(["ok"]).run();
        output.stdout("").code(0);
    }
}

#[test]
fn locks_are_a_list_of_texts() {
    let stderr = "\
Error: `locks` of task `ok` must be a list of strings
   ╭─[[P]/mep.toml:2:9]
 1 │ [tasks.ok]
 2 │ locks = \"db\"
   ·         ──┬─
   ·           ╰── this is a string
   ╰────
";
    refused(&with_own("[tasks.ok]\nlocks = \"db\"\n"), "run ok", 1, stderr);
}

#[test]
fn the_pool_is_of_one_of_four_kinds() {
    let stderr = "\
Error: `jobserver` of [P]/mep.toml must be \"auto\", \"pipe\", \"fifo\" or \"off\"
   ╭─[[P]/mep.toml:1:13]
 1 │ jobserver = \"on\"
   ·             ──┬─
   ·               ╰── not `on`
   ╰────
";
    refused(&with_own("jobserver = \"on\"\n"), "run ok", 1, stderr);
}

#[test]
fn a_weight_is_a_whole_number_above_zero() {
    for weight in ["0", "-1", "1.5", "\"2\"", "true"] {
        let output = with_own(&format!("[tasks.ok]\nweight = {weight}\n")).mep(["ok"]).run();
        let line = "Error: `weight` of task `ok` must be a whole number, 1 or more\n";
        output.stdout("").code(1);
        assert!(output.stderr.starts_with(line), "{}", output.stderr);
    }
}

#[test]
fn a_weight_over_the_slots_is_all_of_them() {
    let heavy = with_own("[tasks.ok]\nweight = 3\n");
    let warning = "Warning: task `ok` has weight 3, more than -j 2 allows: it takes all slots \
                   ([P]/mep.toml:2)\n";
    let output = heavy.mep(["run", "-j2", "ok"]).run();
    output.stdout("").stderr(&format!("{warning}[ok] $ touch ran\n")).code(0);
    heavy.mep(["run", "-j3", "ok"]).run().stderr("[ok] $ touch ran\n").code(0);
    heavy.mep(["run", "-j2", "-r", "ok"]).run().stderr("[ok] $ touch ran\n").code(0);
    heavy.mise(["run", "-j2", "ok"]).run().stderr("[ok] $ touch ran\n").code(0);
}
