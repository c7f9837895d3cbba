//! `env` as ours: what people are told of variables, and what nobody trusts.

use super::project;

const CONFIG: &str = "[env]\n_.file = '.env'\n_.path = 'bin'\nA = 'one'\nB = 'a\\tb'\nGONE = false\n\
                      T = { value = 'secret', redact = true }\n";

#[test]
fn people_are_told_which_line_has_set_what() {
    let project = project(CONFIG).file(".env", "F='from the file'\n");
    project
        .mep(["env", "--explain"])
        .run()
        .stdout(
            "A=one\n    [P]/mise.toml:4\n\
             B=a\\\\tb\n    [P]/mise.toml:5\n\
             F=from the file\n    [P]/mise.toml:2, by [P]/.env\n\
             GONE (removed)\n    [P]/mise.toml:6\n\
             PATH=[P]/bin:/usr/local/bin:/usr/bin:/bin\n    one directory in front of yours\n\
             T=[redacted]\n    [P]/mise.toml:7\n",
        )
        .stderr("")
        .code(0);
}

#[test]
fn nothing_is_said_of_what_nobody_trusts() {
    let project = project("[env]\nA = \"{{ exec(command='touch asked; echo a') }}\"\n");
    project
        .mep(["env"])
        .env_remove("MISE_TRUSTED_CONFIG_PATHS")
        .run()
        .stdout("")
        .stderr(
            "Error: the configuration is not trusted, so it is not evaluated: [P]/mise.toml\n  \
             help: look at it, then run: mep trust\n",
        )
        .code(1);
    assert!(!project.path("asked").exists());
}

#[test]
fn what_contradicts_is_refused() {
    project(CONFIG).mep(["env", "--explain", "--json"]).run().stdout("").stderr(
        "error: the argument '--explain' cannot be used with '--json'\n\nUsage: mep env --explain \
         [TOOL@VERSION]...\n\nFor more information, try '--help'.\n",
    ).code(2);
}

#[test]
fn a_mistake_in_the_environment_stops_it_and_one_in_a_task_does_not() {
    let output = project("[env]\nA = [1]\n").mep(["env"]).run();
    output.stdout("").code(1);
    assert!(output.stderr.starts_with("Error: `env.A` of"), "{}", output.stderr);
    let output = project("[env]\nA = 1\n[tasks.a]\nrn = 'x'\n").mep(["env", "-D"]).run();
    output.stdout("A=1\n").stderr("").code(0);
}
