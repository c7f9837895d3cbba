//! `hook-env`: what a shell is told before each prompt.

use super::project;
use crate::support::Project;

fn two_places() -> Project {
    project("[env]\nA = 'one two'\nHOME_IS = 'changed'\nGONE = false\n_.path = 'bin'\n")
        .file("../other/keep", "")
        .file("sub/mise.toml", "[env]\nA = 'three'\nB = 'b'\n")
}

/// A shell that asks before each command, as at a prompt.
fn prompts(project: &Project, shell: &str, hook: &str, commands: &str) -> String {
    let script = commands.replace("PROMPT", hook);
    project.write("script", &script);
    let output = project.shell(&format!("{shell} script")).run();
    output.stderr("").code(0);
    output.stdout.clone()
}

const HOOK: &str = r#"eval "$(mep hook-env -s bash)""#;

#[test]
fn a_directory_has_its_environment_and_takes_it_back() {
    let project = two_places();
    let said = prompts(
        &project,
        "bash",
        HOOK,
        "export GONE=there HOME_IS=mine
         start=$PATH
         PROMPT
         echo \"1 $A $HOME_IS ${GONE-unset} ${PATH%%:*}\"
         cd sub
         PROMPT
         echo \"2 $A $B $HOME_IS ${GONE-unset}\"
         cd ../../other
         PROMPT
         echo \"3 ${A-unset} ${B-unset} $HOME_IS $GONE ${__MEP_ENV-unset}\"
         [ \"$PATH\" = \"$start\" ] && echo same",
    );
    let expected = "1 one two changed unset [P]/bin\n2 three b changed unset\n\
                    3 unset unset mine there unset\nsame\n";
    assert_eq!(said, expected);
}

#[test]
fn what_the_user_changes_meanwhile_stays() {
    let project = two_places();
    let said = prompts(
        &project,
        "bash",
        HOOK,
        "PROMPT
         A=own
         PATH=/first:$PATH:/last
         cd ../other
         PROMPT
         echo \"$A\"
         case $PATH in */p/bin*) echo left;; /first:*:/last) echo good;; esac",
    );
    assert_eq!(said, "own\ngood\n");
}

#[test]
fn nothing_is_said_where_nothing_changes() {
    let project = two_places();
    let said = prompts(&project, "bash", HOOK, "PROMPT\nmep hook-env -s bash\n");
    assert_eq!(said, "");
    let empty = Project::new();
    empty.mep(["hook-env", "-s", "fish"]).run().stdout("").stderr("").code(0);
}

#[test]
fn a_note_that_is_none_counts_as_nothing() {
    let project = Project::new();
    let run = project.mep(["hook-env", "-s", "bash"]).env("__MEP_ENV", "%%%").run();
    run.stdout("unset __MEP_ENV\n").stderr("").code(0);
}

#[test]
fn zsh_and_fish_understand_it() {
    let project = two_places();
    let zsh = prompts(&project, "zsh -f", "eval \"$(mep hook-env -s zsh)\"", "PROMPT\necho $A\n");
    assert_eq!(zsh, "one two\n");
    let fish = prompts(
        &project,
        "fish --no-config",
        "mep hook-env -s fish | source",
        "PROMPT\necho $A $PATH[1]\ncd sub\nPROMPT\necho $A $B\n",
    );
    assert_eq!(fish, "one two [P]/bin\nthree b\n");
}

#[test]
fn what_nobody_trusts_is_left_out() {
    let project = project("[env]\nA = \"{{ exec(command='touch asked; echo a') }}\"\n");
    let run = |words: &[&str]| {
        project.mep(words.iter().copied()).env_remove("MISE_TRUSTED_CONFIG_PATHS").run()
    };
    let warning = "Warning: [P]/mise.toml is not trusted: its environment is left out\n";
    run(&["hook-env", "-s", "bash"]).stdout("").stderr(warning).code(0);
    run(&["hook-env", "-q", "-s", "bash"]).stdout("").stderr("").code(0);
    assert!(!project.path("asked").exists());
}

#[test]
fn a_mistake_leaves_the_shell_as_it_is() {
    let project = project("[env]\nA = [1]\n");
    let output = project.mep(["hook-env", "-s", "bash"]).run();
    output.stdout("").code(1);
    assert!(output.stderr.starts_with("Error: `env.A` of"), "{}", output.stderr);
}

#[test]
fn as_mise_it_is_ours_where_no_other_is() {
    let project = two_places();
    let words = ["hook-env", "--shell-pid", "7", "--reason", "precmd", "-f", "-s", "bash"];
    let output = project.mise(words).run();
    output.stderr("").code(0);
    assert!(output.stdout.contains("export A='one two'\n"), "{}", output.stdout);
}
