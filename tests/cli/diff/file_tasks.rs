//! Executable files as tasks: their names, their headers, and how they are started.

use crate::support::Case;

/// A script in a task directory, run and listed.
#[track_caller]
fn script(text: &str) {
    Case::empty()
        .executable("mise-tasks/f", text)
        .mise(["run", "f", "a b", "c"])
        .mise(["tasks", "ls", "--json"])
        .check();
}

#[test]
fn without_a_shebang_it_runs_in_sh_without_errexit() {
    script("echo \"$@\"; false; echo after\n");
}

#[test]
fn line_ends_of_windows_are_read_in_headers() {
    Case::empty()
        .executable("mise-tasks/f", "#!/bin/sh\n#MISE description=\"d\"\r\necho hi\n")
        .mise(["tasks", "ls"])
        .check();
}

#[test]
fn a_byte_order_mark_does_not_hide_headers() {
    Case::empty()
        .executable("mise-tasks/f", "\u{feff}#MISE description=\"d\"\necho hi\n")
        .mise(["tasks", "ls"])
        .check();
}

#[test]
fn headers_are_read_wherever_they_stand_and_the_last_counts() {
    script("#!/bin/sh\n#MISE description=\"one\"\necho hi\n#MISE description=\"two\"\n");
}

#[test]
fn the_body_is_no_template() {
    script("#!/bin/sh\necho '{{ config_root }} {% raw %}'\n");
}

#[test]
fn headers_are_templates() {
    script(
        "#!/bin/sh\n#MISE description=\"at {{config_root}}\"\n#MISE env={A=\"{{1 + 1}}\"}\necho $A\n",
    );
}

#[test]
fn a_default_file_is_its_directory() {
    Case::empty()
        .executable("mise-tasks/test/_default", "#!/bin/sh\necho default\n")
        .executable("mise-tasks/lint/_default.sh", "#!/bin/sh\necho default lint\n")
        .executable("mise-tasks/_default", "#!/bin/sh\necho top\n")
        .mise(["tasks", "ls"])
        .mise(["run", "test"])
        .mise(["run", "lint"])
        .check();
}

#[test]
fn names_lose_their_last_extension() {
    Case::empty()
        .executable("mise-tasks/a.b.c", "#!/bin/sh\necho $MISE_TASK_NAME\n")
        .executable("mise-tasks/x.sh", "#!/bin/sh\necho $MISE_TASK_NAME\n")
        .executable("mise-tasks/odd:name", "#!/bin/sh\necho $MISE_TASK_NAME\n")
        .mise(["tasks", "ls"])
        .mise(["run", "a.b"])
        .mise(["run", "x"])
        .mise(["run", "x.sh"])
        .mise(["run", "odd_name"])
        .check();
}

#[test]
fn hidden_names_and_dangling_links_are_passed_over() {
    Case::empty()
        .executable("mise-tasks/.hidden", "#!/bin/sh\n")
        .executable("mise-tasks/.dir/x", "#!/bin/sh\n")
        .symlink("mise-tasks/dangling", "nowhere")
        .executable("elsewhere/linked", "#!/bin/sh\necho linked\n")
        .symlink("mise-tasks/more", "../elsewhere")
        .mise(["tasks", "ls"])
        .mise(["run", "more:linked"])
        .check();
}

#[test]
fn a_path_names_any_executable_file() {
    Case::config("[tasks]\na = 'echo a'\n")
        .executable(
            "x/s.sh",
            "#!/bin/sh\n#MISE env={A=\"1\"}\necho $A $MISE_TASK_NAME \"$@\"; pwd\n",
        )
        .mise(["run", "./x/s.sh", "one"])
        .mise(["./x/s.sh", "one"])
        .mise(["run", "[P]/x/s.sh"])
        .check();
}

#[test]
fn unknown_keys_of_a_call_are_passed_over() {
    Case::config(
        "[tasks]\nb = 'echo b'\n[tasks.a]\nrun = [{ task = 'b', arg = 1 }, { tasks = ['b'], x = 2 }]\n",
    )
    .mise(["run", "a"])
    .check();
}
