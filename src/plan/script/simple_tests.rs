//! Which scripts need no shell, and what their programs get.

use super::simple::OF_SHELLS;
use super::{is_plain_sh, simple_command};

#[test]
fn words_that_stand_for_themselves_need_no_shell() {
    let table: &[(&str, &[&str])] = &[
        ("/bin/true", &["/bin/true"]),
        ("cargo build", &["cargo", "build"]),
        ("  cargo \t build  \n", &["cargo", "build"]),
        ("\n\nmake\n\n", &["make"]),
        ("./build.sh --fast", &["./build.sh", "--fast"]),
        ("../x/y", &["../x/y"]),
        ("node_modules/.bin/tsc -p .", &["node_modules/.bin/tsc", "-p", "."]),
        ("g++ -O2 -o a a.cc", &["g++", "-O2", "-o", "a", "a.cc"]),
        ("python3.12 -m pip", &["python3.12", "-m", "pip"]),
        ("7z x a.7z", &["7z", "x", "a.7z"]),
        ("npm run build:prod", &["npm", "run", "build:prod"]),
        ("a --x=1,2 y@z %1 +5", &["a", "--x=1,2", "y@z", "%1", "+5"]),
        ("a X=1", &["a", "X=1"]),
        ("a if then echo", &["a", "if", "then", "echo"]),
        ("a 'b c'", &["a", "b c"]),
        ("a \"b c\"", &["a", "b c"]),
        ("a ''", &["a", ""]),
        ("a \"\"''", &["a", ""]),
        ("a x'y z'\"w\"v", &["a", "xy zwv"]),
        ("a '$HOME' '`x`' '\\n' '!' '~'", &["a", "$HOME", "`x`", "\\n", "!", "~"]),
        (
            "a '*' \"?\" '[' '{1,2}' '#' ';' '&' '|' '<' '>' '(' ')'",
            &["a", "*", "?", "[", "{1,2}", "#", ";", "&", "|", "<", ">", "(", ")"],
        ),
        ("a \"it's\" 'say \"x\"'", &["a", "it's", "say \"x\""]),
        ("a 'two\nlines'", &["a", "two\nlines"]),
        ("a --message='x y' --", &["a", "--message=x y", "--"]),
        ("'my-tool' x", &["my-tool", "x"]),
        ("/usr/bin/printf x", &["/usr/bin/printf", "x"]),
        ("/bin/echo x", &["/bin/echo", "x"]),
        ("sleep 5", &["sleep", "5"]),
        ("A", &["A"]),
        ("true", &["true"]),
        (" 'false' \n", &["false"]),
    ];
    for (script, words) in table {
        let found = simple_command(script);
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(found, Some(words), "{script:?}");
    }
}

#[test]
fn everything_else_is_the_shells() {
    let scripts = [
        "", " ", "\n", "''", "'' x", // Builtins and reserved words, quoted or not.
        "true x", "false --help", "true ''", ":", "echo x", "'echo' x", "printf x", "test -f x",
        "[ -f x ]", "kill 1", "pwd", "cd x", ". x", "source x", "exec x", "command x", "builtin x",
        "time x", "eval x", "! x", "if x", "for x", "while", "case x", "{ x", "}", "function x",
        "select x", "[[ x ]]", "coproc x", "wait", "type x", "which x", "ulimit -n", "export",
        "read", "\"exit\" 1", // Assignments.
        "A=1", "A=1 x", "A= x", "'A=1' x", "A+=1 x", // Expansions.
        "a $HOME", "a ${X}", "a \"$X\"", "a `x`", "a $(x)", "a \"`x`\"", "a ~", "a ~/x", "a X=~",
        "a *", "a x?", "a [ab]", "a {1,2}", "a \\x", "a \"\\x\"", "a $'x'", "a $\"x\"", "a \"!x\"",
        "~/x", "*", "a^b", "a ^b", "a !x", // More than one command, and redirections.
        "a; b", "a && b", "a || b", "a | b", "a & b", "a &", "a\nb", "a > x", "a < x", "a 2>x",
        "a >&2", "(a)", "a (b)", "a <<x", "a;", "a # b", "# a", "a#b", "#a", "a()",
        // What is not whole.
        "a 'b", "a \"b", "a \"b'", "a \\", // Bytes that shells do not agree on.
        "a é", "a 'é'", "é", "a \u{1}", "a '\u{7f}'", "a\r", "a\rb", "a \u{a0}b", "a\u{b}b",
        // Names that are more than a name.
        "%1", "@x", "a:b", "a,b", "a@b x", "-", "-x", "+x y",
    ];
    let taken = |script: &&str| simple_command(script).is_some();
    let wrong: Vec<_> = scripts.iter().copied().filter(taken).collect();
    assert_eq!(wrong, Vec::<&str>::new());
    // These see how they are started.
    for script in ["env", "/usr/bin/env x", "printenv", "setsid x", "nice /usr/bin/setsid x"] {
        assert_eq!(simple_command(script), None, "{script}");
    }
    assert_eq!(simple_command(&format!("a {}", "x".repeat(70_000))), None);
}

#[test]
fn only_a_plain_sh_is_spared() {
    let words = |text: &str| -> Vec<String> { text.split(' ').map(String::from).collect() };
    for shell in ["sh -o errexit -c", "sh -c", "sh -ec", "sh -e -c", "sh -euc", "sh -c -o nounset"]
    {
        assert!(is_plain_sh(&words(shell)), "{shell}");
    }
    for shell in [
        "/bin/sh -c", "bash -c", "dash -c", "sh", "sh -e", "sh -xc", "sh -c -x", "sh -ic",
        "sh -lc", "sh -o pipefail -c", "sh -c -o", "sh -nc", "sh -vc", "sh - -c", "sh -c --",
        "sh +e -c", "env sh -c", "sh -o errexit",
    ] {
        assert!(!is_plain_sh(&words(shell)), "{shell}");
    }
}

#[test]
fn what_a_shell_knows_itself_is_left_to_it() {
    assert!(OF_SHELLS.is_sorted(), "it is searched by halves");
    for name in OF_SHELLS.iter().filter(|name| !["true", "false"].contains(*name)) {
        assert_eq!(simple_command(name), None, "{name}");
    }
}
