//! `'\''` in TOML: the shell's way to write a quote between single quotes, which people use there
//! too.

use super::project;

#[test]
fn a_shell_quote_in_a_value_is_read_as_the_shell_reads_it() {
    let quotes = project(
        r#"
[tasks.release]
run = '/usr/bin/env bash -c '\''TOKEN=$(echo secret) printenv TOKEN'\'''
[tasks.typo]
bogus = 1
"#,
    );
    let stderr = r"Warning: [P]/mise.toml:3: `'\''` is the shell's, not TOML's; it is read as a quote. For every reader, write the text between three quotes
Warning: unknown key `bogus` in task `typo` ([P]/mise.toml:5)
";
    quotes.mep(["-q", "run", "release"]).run().stdout("secret\n").stderr(stderr).code(0);
    quotes.mise(["run", "-q", "release"]).run().stdout("secret\n").code(0);
}

#[test]
fn other_mistakes_are_shown_as_they_stand() {
    let broken = project("[tasks]\na = 'it'\\''s'\nb = 'open\n");
    let output = broken.mep(["run", "a"]).run();
    let first = "Error: [P]/mise.toml is not valid TOML";
    assert_eq!(output.stderr.lines().next(), Some(first));
    output.stdout("").code(1);
}
