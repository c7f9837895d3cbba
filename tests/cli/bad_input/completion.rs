//! Mistakes around `completion`: shells that are not known, places that cannot be written.

use crate::support::Project;

#[track_caller]
fn refuses(words: &[&str], stderr: &str) {
    Project::new().mep(words).run().stdout("").stderr(stderr).code(2);
}

#[test]
fn the_command_line() {
    refuses(
        &["completion"],
        "error: the following required arguments were not provided:
  <SHELL>

Usage: mep completion <SHELL>

For more information, try '--help'.
",
    );
    refuses(
        &["completion", "nu"],
        "error: invalid value 'nu' for '[SHELL]'
  [possible values: bash, fish, powershell, pwsh, zsh]

For more information, try '--help'.
",
    );
    refuses(
        &["completion", "bash", "--force"],
        "error: the following required arguments were not provided:
  --install

Usage: mep completion --install --force <SHELL>

For more information, try '--help'.
",
    );
}

#[test]
fn a_file_of_somebody_else() {
    let place = "../home/.config/fish/completions/mep.fish";
    let project = Project::new().file(place, "# mine\n");
    let stderr = "\
Error: [HOME]/.config/fish/completions/mep.fish is not a script of mep, and stays as it is
  help: `--force` replaces it; without `--install` the script is printed
";
    let install = ["completion", "fish", "--install"];
    project.mep(install).run().stdout("").stderr(stderr).code(1);
    assert_eq!(project.read(place), "# mine\n");
    let forced = project.mep(install.into_iter().chain(["--force"])).run();
    forced.stdout("").stderr("installing to [HOME]/.config/fish/completions/mep.fish\n").code(0);
    assert_ne!(project.read(place), "# mine\n");
}

#[test]
fn a_place_that_cannot_be_written() {
    let project = Project::new().file("../home/.config", "a file\n");
    let stderr = "\
Error: creating [HOME]/.config/fish/completions failed
  help: without `--install` the script is printed, for a place of your own
";
    project.mep(["completion", "fish", "--install"]).run().stdout("").stderr(stderr).code(1);
}
