//! The table of tasks where colours are asked for.

use crate::support::Case;

#[test]
fn cells_are_coloured_as_wide_as_their_columns() {
    Case::config(
        "[tasks.a]\nalias = 'x'\ndescription = 'does a'\nrun = 'true'\n\
         [tasks.longer]\nrun = 'true'\n[tasks.h]\nhide = true\nrun = 'true'\n",
    )
    .mise(["tasks"])
    .env("CLICOLOR_FORCE", "1")
    .mise(["tasks", "ls", "-x"])
    .env("CLICOLOR_FORCE", "1")
    .mise(["tasks", "ls", "--hidden", "--no-header"])
    .env("CLICOLOR_FORCE", "1")
    .mise(["tasks", "ls", "--name-only"])
    .env("CLICOLOR_FORCE", "1")
    .check();
}

#[test]
fn nothing_described_leaves_an_empty_column() {
    Case::config("[tasks.a]\nrun = 'true'\n[tasks.bc]\nrun = 'true'\n")
        .mise(["tasks", "-x"])
        .env("CLICOLOR_FORCE", "1")
        .check();
}
