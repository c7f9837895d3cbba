//! Both questions, script by script, and that no text is too odd to be asked.

use proptest::prelude::*;

use super::{Words, fill, has_shell_line, reads_input, takes_parameters, takes_script};
use super::{lexer, with_read_names};

#[track_caller]
fn all(question: fn(&str) -> bool, answer: bool, scripts: &[&str]) {
    for script in scripts {
        assert_eq!(question(script), answer, "{script}");
    }
}

#[test]
fn parameters_are_found_where_they_expand() {
    all(
        takes_parameters,
        true,
        &[
            "echo $1",
            "echo ${1}",
            "echo ${10}",
            "echo $10",
            "echo \"$@\"",
            "echo $*",
            "echo $#",
            "echo ${#}",
            "echo ${#1}",
            "echo ${#@}",
            "echo ${1:-x}",
            "echo ${1%.txt}",
            "echo ${@:2}",
            "echo ${!1}",
            "echo ${!#}",
            "echo ${x:-$1}",
            "echo ${x:-\"$1\"}",
            "echo \"a $1 b\"",
            "echo \"${x:-'$1'}\"",
            "echo pre$1",
            "echo $(echo $1)",
            "echo \"$(echo \"$1\")\"",
            "echo `echo $1`",
            r"echo `echo \$1`",
            "echo $((1 + $1))",
            "(( $1 > 2 )) && echo more",
            "[[ $1 == x ]] && echo x",
            "[ -n \"$1\" ] || exit 1",
            "test $# -eq 0 && exit",
            "case $1 in a) echo a ;; esac",
            "case x in $1) echo a ;; esac",
            "case x in (x) echo $1 ;; esac",
            "shift; echo x",
            "getopts ab: o",
            "while getopts ab: o; do echo $o; done",
            "for x; do echo $x; done",
            "for x do echo $x; done",
            "for x\ndo echo $x; done",
            "for x in \"$@\"; do echo $x; done",
            "for ((i = 0; i < $#; i++)); do echo; done",
            "select x; do echo $x; done",
            "x=$1; echo $x",
            "x=${1:-5} env",
            "x=(a \"$1\"); echo ${x[0]}",
            "cat <<E\n$1\nE",
            "cat <<-E\n\t$1\n\tE\necho",
            "cat <<\"A\" <<B\n$1\nA\n$1\nB",
            "cat <<< $1",
            "echo x > $1",
            "diff <(sort $1) x",
            "set -- \"$@\" x; echo",
            "(set -- a); echo $1",
            "set -e; echo $1",
            "set -o pipefail; echo $1",
            "set -euo pipefail\necho $1",
            "f() { echo f; }; f \"$@\"",
            "if true; then echo $1; fi",
            "{ echo $1; }",
            "( echo $1 )",
            "echo a # $1\necho $1",
            "awk \"{print $1}\"",
            "echo 'a' $1",
            "echo $'a\\'' $1",
            "echo a#$1",
            "! echo $1",
            "echo $1 &",
            "case a in a) case b in b) ;; esac ;; c) echo $1 ;; esac",
            "echo \\\n$1",
        ],
    );
}

#[test]
fn what_does_not_expand_here_is_none_of_ours() {
    all(
        takes_parameters,
        false,
        &[
            "echo hi",
            "echo '$1'",
            r"echo \$1",
            r#"echo "\$1""#,
            "awk '{print $1}' file",
            "echo $0",
            "echo $$",
            "echo $$1",
            "echo $?",
            "echo $!",
            "echo $-",
            "echo ${0}",
            "echo ${x}",
            "echo ${#x}",
            "echo ${!x}",
            "echo ${!x@}",
            "echo ${!x*}",
            "echo $x1",
            "echo # $1",
            "echo a # \"$1\"",
            "cat <<'E'\n$1\nE",
            "cat <<\\E\n$1\nE",
            "cat <<E\n\\$1\nE",
            "f() { echo $1; }; f a",
            "f () { echo $1; }; f a",
            "f() (echo $1); f a",
            "f()\n{\n  echo \"$@\"\n}\nf a",
            "function f { shift; echo $#; }; f a",
            "function f() { for x; do echo $x; done; }; f a",
            "f() if true; then echo $1; fi\nf a",
            "f() { g() { echo $1; }; g $2; }; f a b",
            "f() { cat <<E\n$1\nE\n}; f a",
            "f() { echo $1; } > log; f a",
            "set -- a b; echo $1",
            "set a b; echo \"$@\"",
            "set - a; echo $1",
            "if x; then set -- a; fi; echo $1",
            "set $options; echo $1",
            "for x in a b; do echo $x; done",
            "for ((i = 0; i < 3; i++)); do echo $i; done",
            "getopts ab: o -a",
            "echo shift",
            "echo \"shift\"",
            "echo $'$1'",
            "trap 'echo $1' EXIT",
            "bash -c 'echo $1' _ a",
            "eval 'echo $1'",
            "echo $((1 + 2))",
            "echo $",
            "echo \"$\"",
            "echo ${",
            "echo \"$1",
            "echo $(echo $1",
            "echo '$1",
            "echo $1)",
            "",
        ],
    );
}

#[test]
fn a_read_counts_where_it_reads_the_input_of_the_script() {
    all(
        reads_input,
        true,
        &[
            "read x",
            "read",
            "read -r x",
            "read -p 'Sure? ' x",
            "IFS= read -r x",
            "echo 'Sure?'; read x",
            "printf 'Sure? ' && read -r x && [ $x = y ]",
            "if read x; then echo $x; fi",
            "while read x; do echo $x; done",
            "while IFS= read -r x; do echo $x; done",
            "until read x; do :; done",
            "! read x",
            "time read x",
            "command read x",
            "builtin read x",
            "x=$(read y; echo $y)",
            "echo `read y; echo $y`",
            "( read x )",
            "{ read x; }",
            "read x | cat",
            "read x > log",
            "read x 2>/dev/null",
            "read x 3< file",
            "select x in a b; do echo $x; done",
            "ask() { read x; }; ask",
            "ask() { printf 'Sure? '; read x; }\nask && echo yes",
            "a() { b; }; b() { read x; }; a",
            "function ask { read x; }; ask",
            "case $x in a) read y ;; esac",
            "echo a | cat; read x",
            "echo a | cat && read x",
            "sleep 1 & read x",
            "for i in 1 2; do read x; done",
            "true\nread x",
            "read -u 0 x; read x",
        ],
    );
}

#[test]
fn a_read_of_something_else_does_not_count() {
    all(
        reads_input,
        false,
        &[
            "echo read",
            "echo 'read x'",
            "# read x",
            "reading x",
            "./read x",
            "read x < file",
            "< file read x",
            "read x <<< text",
            "read x <<E\na\nE",
            "read x <&3",
            "read -u 3 x",
            "read -u3 x",
            "cat file | read x",
            "cat file | while read x; do echo $x; done",
            "cat file |\n  while read x; do echo $x; done",
            "cat file |& while read x; do echo $x; done",
            "a | { read x; echo $x; }",
            "a | ( read x )",
            "a | b | while read x; do :; done",
            "a | if read x; then echo $x; fi",
            "while read x; do echo $x; done < file",
            "while read x; do echo $x; done < <(ls)",
            "while read x; do\n  echo $x\ndone <<E\na\nE",
            "{ read x; read y; } < file",
            "( read x ) < file",
            "if read x; then echo; fi < file",
            "read x &",
            "{ read x; } &",
            "exec < file; read x",
            "exec 0< file\nread x",
            "ask() { read x; }",
            "ask() { read x; }; ask < file",
            "ask() { read x; }; echo y | ask",
            "ask() { read x < file; }; ask",
            "diff <(read x) y",
            "cat <<E\nread x\nE",
            "command -v read",
            "echo $read",
            "read x < \"$f\" | cat",
            "select x in a b; do echo $x; done < file",
            "case read in read) echo ;; esac",
            "x=(read a)",
            "[[ read == x ]]",
            "read 'x",
        ],
    );
}

#[test]
fn a_read_without_a_name_gets_one() {
    let named = |script: &str| with_read_names(script).unwrap_or_default();
    assert_eq!(named("read"), "IFS= read REPLY");
    assert_eq!(named("echo; read\necho $REPLY"), "echo; IFS= read REPLY\necho $REPLY");
    assert_eq!(named("read -r"), "IFS= read -r REPLY");
    assert_eq!(named("read -p 'Sure? '"), "IFS= read -p 'Sure? ' REPLY");
    assert_eq!(named("read -rp \"a\"; read"), "IFS= read -rp \"a\" REPLY; IFS= read REPLY");
    assert_eq!(named("while read; do :; done < f"), "while IFS= read REPLY; do :; done < f");
    assert_eq!(named("command read"), "command read REPLY");
    assert_eq!(named("x=$(read; echo $REPLY)"), "x=$(IFS= read REPLY; echo $REPLY)");
    for named in ["read x", "read -r x", "read -p a x", "read -a list", "read $x", "read -- x"] {
        assert_eq!(with_read_names(named), None, "{named}");
    }
}

#[test]
fn words_go_where_the_script_asks_for_them() {
    let shell: Vec<String> = ["sh", "-o", "errexit", "-c"].map(String::from).to_vec();
    let args: Vec<String> = ["a b", "c"].map(String::from).to_vec();
    let filled = |script: &str, words: Words| {
        let filled = fill(&shell, script, &args, words);
        (filled.shown, filled.parameters.len())
    };
    assert_eq!(filled("echo $1", Words::Appended), ("echo $1 'a b' c".into(), 0));
    assert_eq!(filled("echo $1", Words::AsAsked), ("echo $1".into(), 2));
    assert_eq!(filled("echo", Words::AsAsked), ("echo 'a b' c".into(), 0));
    assert_eq!(filled("echo $1", Words::OnlyAsked), ("echo $1".into(), 2));
    assert_eq!(filled("echo", Words::OnlyAsked), ("echo".into(), 0));
}

#[test]
fn only_shells_whose_grammar_is_known_are_asked() {
    let takes = |text: &str| takes_script(&text.split(' ').map(str::to_string).collect::<Vec<_>>());
    for known in ["sh -c", "sh -o errexit -c", "/bin/bash -euc", "zsh -c", "bash -c -o pipefail"] {
        assert!(takes(known), "{known}");
    }
    for other in ["bash", "python3 -c", "node -e", "fish -c", "bash --rcfile", "env bash -c"] {
        assert!(!takes(other), "{other}");
    }
    assert!(has_shell_line("#!/usr/bin/env bash\nread x"));
    assert!(has_shell_line("#!/bin/sh -e\nread x"));
    assert!(!has_shell_line("#!/usr/bin/env python3\nread(1)"));
    assert!(!has_shell_line("read x"));
}

/// What would be read again and again, had the scanner no bounds: `AMBIGUOUS` in `lexer`, `DEEPEST`
/// in both. Within them a text is read 30 times at most, so the time grows with its length (all of
/// these together: seconds). Without them the first three take minutes to hours each, and the
/// fourth overflows the stack.
#[test]
fn the_time_of_an_answer_grows_with_the_length_of_the_script() {
    let started = std::time::Instant::now();
    let many = |text: &str| text.repeat((1 << 18) / text.len());
    let chain: String = (0..1 << 14).map(|n| format!("f{n}() {{ f{}; }}; ", n + 1)).collect();
    let scripts = [
        many("("),
        format!("{}read", "echo $((a; ".repeat(59)) + &many(" ) )"),
        format!("{chain} f{}() {{ read; }}; f0", 1 << 14),
        many("f() "),
        many("{ ") + &many("fi "),
        many("{ ") + &many("} "),
        many("read; "),
        many("((a) ); "),
        many("x=$((a) ); "),
        many("cat <<A <<B\n$1\n"),
        many("`"),
        many("echo `"),
        many("case a in "),
        format!("{}() {{ {} }}; f", many("f"), many("read; ")),
    ];
    for script in &scripts {
        let _ = (takes_parameters(script), reads_input(script), with_read_names(script));
    }
    let taken = started.elapsed();
    assert!(taken.as_secs() < 60, "{taken:?}");
    assert!(reads_input(&scripts[2]), "a chain of functions is followed to its end");
}

/// Pieces of which odd scripts are made.
const PIECES: [&str; 40] = [
    "'", "\"", "`", "\\", "$", "$(", ")", "((", "))", "${", "}", "{", "<<E\n", "E\n", "\n", ";",
    "|", "&", "&&", "case x in ", "esac", "if ", "then ", "fi", "for x ", "do ", "done", "f() ",
    "function g ", "read ", "$1", "set -- ", "< f ", "> f ", "# c", " ", "x=(", "[[ ", "]]", "é",
];

proptest! {
    #[test]
    fn every_text_has_an_answer(picked in prop::collection::vec(0..PIECES.len(), 0..40)) {
        let script: String = picked.iter().map(|i| PIECES[*i]).collect();
        let _ = lexer::tokens(&script);
        let _ = (takes_parameters(&script), reads_input(&script), with_read_names(&script));
    }

    #[test]
    fn every_string_has_an_answer(script in "\\PC*") {
        let _ = (takes_parameters(&script), reads_input(&script), with_read_names(&script));
    }

    /// Quotes and functions round a script take its parameters away.
    #[test]
    fn nothing_is_found_in_single_quotes(text in "[^']*") {
        let script = format!("echo '{text}'");
        prop_assert!(!takes_parameters(&script));
    }
}
