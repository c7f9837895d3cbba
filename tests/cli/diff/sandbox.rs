//! The sandbox: which files a task reads and writes, what it reaches, how keys, settings and
//! flags are put together.

use crate::support::{Case, kernel_confines};

/// A project with some files, and this configuration.
fn project(config: &str) -> Case {
    Case::config(config)
        .outside_tmp()
        .file("data.txt", "data\n")
        .file("sub/in.txt", "in\n")
        .file("../home/own.txt", "own\n")
        .file("../else/far.txt", "far\n")
}

/// A task `t` with these keys and this script.
fn task(keys: &str, script: &str) -> Case {
    project(&format!("[tasks.t]\n{keys}\nrun = '''\n{script}\n'''\n"))
}

#[track_caller]
fn same(case: Case) {
    if kernel_confines() {
        case.check();
    }
}

/// Runs `t` and compares.
#[track_caller]
fn ran(keys: &str, script: &str) {
    same(task(keys, script).mise(["run", "t"]));
}

/// Tries every file in every way; each try says how it went.
const TRIES: &str = "
set +e
for f in data.txt sub/in.txt ~/own.txt ../else/far.txt; do cat $f; done
for d in . sub ../else /usr /; do ls $d >/dev/null && echo lists $d; done
for f in new sub/new ~/new ../else/new; do echo x > $f && echo makes $f && rm $f; done
for f in data.txt sub/in.txt; do echo more >> $f && echo changes $f; done
mkdir made && rmdir made && echo made
test -r /etc/passwd && head -c1 /etc/passwd >/dev/null && echo system
echo x > /tmp/mep-$$ && cat /tmp/mep-$$ && rm /tmp/mep-$$
echo x > /dev/null && echo null
";

#[test]
fn every_denial_leaves_what_it_does_not_name() {
    for keys in ["", "deny_read = true", "deny_write = true", "deny_net = true", "deny_all = true"]
    {
        ran(keys, TRIES);
    }
    ran("deny_read = true\ndeny_write = true", TRIES);
}

#[test]
fn what_is_allowed_denies_the_rest() {
    for keys in [
        "allow_read = ['data.txt']",
        "allow_read = ['sub', '~', '../else/far.txt']",
        "allow_read = ['.']",
        "allow_write = ['data.txt']",
        "allow_write = ['sub/', '~/own.txt']",
        "allow_write = ['sub']\ndeny_read = true",
        "allow_write = ['sub']\nallow_read = ['data.txt']",
        "allow_write = ['.']\ndeny_all = true",
        "allow_read = ['/']",
    ] {
        ran(keys, TRIES);
    }
}

#[test]
fn nothing_allowed_is_nothing_denied() {
    ran("allow_read = []\nallow_write = []\nallow_env = []\nallow_net = []", TRIES);
    ran("allow_read = ['']\nallow_write = [\"{{ '' }}\"]", TRIES);
    ran("deny_all = false\ndeny_read = false", TRIES);
}

#[test]
fn paths_are_templates_below_the_directory_of_the_task() {
    let vars = "[vars]\nfile = 'data.txt'\n[env]\nPLACE = 'sub'\n";
    let keys = "dir = 'sub'\nallow_read = ['in.txt', '{{config_root}}/{{vars.file}}']";
    let script = "cat in.txt ../data.txt; cat ../sub/in.txt; ls . ; cat ../mise.toml";
    same(project(&format!("{vars}[tasks.t]\n{keys}\nrun = '{script}'\n")).mise(["run", "t"]));
    let keys = "allow_read = ['{{env.PLACE}}', '$PLACE/../data.txt']";
    let script = "cat sub/in.txt; cat data.txt";
    same(project(&format!("{vars}[tasks.t]\n{keys}\nrun = '{script}'\n")).mise(["run", "t"]));
}

#[test]
fn a_link_is_what_it_leads_to() {
    let case = |keys: &str, script: &str| {
        let case = task(keys, script).symlink("link", "../else/far.txt");
        let case = case.symlink("dir", "../else").symlink("gone", "nowhere");
        same(case.mise(["run", "t"]));
    };
    case("allow_read = ['link']", "cat link ../else/far.txt; ls dir");
    case("allow_read = ['dir']", "cat link; ls dir");
    case("allow_read = ['sub']", "ls sub; cat link");
    case("allow_read = ['gone']", "cat data.txt");
    // A link cannot lead a task out.
    case("allow_write = ['sub']", "ln -s ../../else sub/out; echo x > sub/out/new");
}

#[test]
fn what_is_not_there_is_warned_of_once() {
    let keys = "allow_read = ['no', 'sub/../no', 'a/b/c', '~/no', '/no//x/', 'data.txt/x']\n\
                allow_write = ['no', 'none', '~no']";
    let text = format!("[tasks.t]\n{keys}\nrun = ['echo 1', 'echo 2']\n");
    let case = || project(&text);
    same(case().mise(["run", "t"]).mise(["run", "-q", "t"]).mise(["run", "-n", "t"]));
    same(case().mise(["run", "-S", "t"]));
    same(project(&format!("{text}quiet = true\n")).mise(["run", "t"]));
}

#[test]
fn files_that_are_made_later_are_still_denied() {
    ran("allow_read = ['later']", "echo x > later; cat later");
    ran("allow_write = ['later']", "echo x > later");
}

#[test]
fn files_are_not_carried_over_the_border() {
    let script = "
set +e
mv data.txt sub/; mv sub/in.txt .; ln data.txt sub/hard; cp data.txt sub/copy && cat sub/copy
truncate -s 0 data.txt; mkfifo fifo; ln -s a b; mv sub/in.txt sub/moved && ls sub
";
    ran("allow_write = ['sub']", script);
}

#[test]
fn the_network_is_closed_and_the_machine_is_not() {
    let net =
        "set +e\nexec 3<>/dev/tcp/127.0.0.1/1\necho $?\nexec 3<>/dev/udp/127.0.0.1/9 \necho $?";
    for keys in ["", "deny_net = true", "deny_all = true"] {
        ran(&format!("shell = 'bash -c'\n{keys}"), net);
    }
}

#[test]
fn hosts_cannot_be_told_apart() {
    let config =
        "[tasks.before]\nrun = 'echo before'\n[tasks.t]\ndepends = 'before'\nrun = 'echo t'\n";
    for (keys, args) in [
        ("allow_net = ['example.com']", &["run", "t"][..]),
        ("allow_net = ['']\nallow_read = ['no']", &["run", "t"]),
        ("allow_net = ['a']", &["run", "-n", "t"]),
        ("allow_net = ['a']", &["run", "-q", "t"]),
        ("", &["run", "--allow-net", "a", "t"]),
        ("", &["run", "--deny-net", "--allow-net=", "before"]),
    ] {
        Case::config(&format!("{config}{keys}\n")).mise(args).check();
    }
}

#[test]
fn children_are_closed_in_as_their_parents() {
    let script = "
set +e
sh -c 'cat data.txt'; (cat data.txt); env -i /bin/cat data.txt; nohup cat data.txt 2>&1
setsid -w cat data.txt; echo 'cat data.txt' | sh; cat data.txt & wait $!; echo $?
exec cat data.txt
";
    ran("deny_read = true", script);
}

#[test]
fn nobody_gains_rights() {
    for keys in ["", "deny_read = true", "deny_write = true", "deny_net = true", "deny_env = true"]
    {
        ran(keys, "grep -E '^(NoNewPrivs|Seccomp|SigBlk):' /proc/self/status");
    }
}

#[test]
fn a_closed_in_task_is_a_task_like_others() {
    for keys in ["", "deny_write = true", "deny_all = true", "deny_net = true\nraw = true"] {
        ran(keys, "echo $0; echo err >&2; exit 7");
        ran(keys, "yes | head -n1; kill -9 $$");
        ran(keys, "trap 'echo term; exit 3' TERM; kill $$; sleep 9");
        same(task(keys, "cat; tty; echo $#").mise(["run", "t"]).stdin("typed\n"));
        same(task(keys, "echo \"$0\"").mise(["run", "t", "a b", "c"]));
    }
}

#[test]
fn a_program_that_cannot_run_is_the_same_mistake() {
    for keys in [
        "deny_write = true\nshell = './none -c'",
        "deny_write = true\ndir = 'none'",
        "deny_read = true\nshell = './data.txt -c'",
    ] {
        let words = "errors of ours name what is missing";
        same(task(keys, "echo never").mise(["run", "t"]).stderr_differs(words));
    }
}

#[test]
fn flags_hold_for_every_task_of_the_run() {
    let config = "
[tasks.before]
run = 'cat data.txt'
[tasks.t]
depends = 'before'
dir = 'sub'
run = 'cat ../data.txt; cat in.txt; touch new && echo new'
[tasks.other]
run = 'echo ${FOO-unset}; cat mise.toml >/dev/null'
";
    let case = |args: &[&str]| {
        same(project(config).mise(args).env("FOO", "foo").env("BAR", "bar"));
    };
    case(&["run", "--deny-read", "t"]);
    case(&["run", "--allow-read", "data.txt", "t"]);
    case(&["run", "--allow-read=data.txt", "--allow-read", "sub", "--allow-read=", "t"]);
    case(&["run", "--deny-write", "t"]);
    case(&["run", "--deny-write", "--allow-write", "sub", "t"]);
    case(&["run", "--deny-env", "other"]);
    case(&["run", "--allow-env", "F*", "other"]);
    case(&["run", "--allow-env=", "other"]);
    case(&["run", "--deny-all", "other"]);
    case(&["run", "--deny-all", "--allow-env", "FOO", "--allow-read", ".", "other"]);
    case(&["run", "--deny-net", "-n", "t"]);
    case(&["tasks", "run", "--deny-env", "other"]);
    case(&["other", "--deny-env"]);
    case(&["run", "--allow-read", "no", "--allow-write", "~/no", "other"]);
}

#[test]
fn paths_of_flags_are_those_of_the_caller() {
    let config = "[tasks.t]\nrun = 'cat data.txt; cat sub/in.txt'\n";
    same(project(config).mise(["run", "--allow-read", ".", "t"]).cwd("sub"));
    same(project(config).mise(["run", "--allow-read", "../data.txt", "t"]).cwd("sub"));
    same(project(config).mise(["-C", "sub", "run", "--allow-read", "in.txt", "t"]));
    same(project(config).mise(["run", "--allow-read", "~", "t"]));
}

#[test]
fn a_flag_without_its_value_is_no_call() {
    let case = project("[tasks.t]\nrun = 'echo t'\n").stderr_differs("the usage is ours");
    case.mise(["run", "--allow-read"]).check();
}

#[test]
fn settings_hold_for_every_task() {
    let config = |deny: &str| {
        format!(
            "[settings.sandbox]\n{deny} = true\n[tasks.t]\nallow_read = ['sub']\nrun = '''{TRIES}'''\n"
        )
    };
    for deny in ["deny_all", "deny_read", "deny_write", "deny_net", "deny_env"] {
        same(project(&config(deny)).mise(["run", "t"]));
    }
    for variable in ["MISE_SANDBOX_DENY_ALL", "MISE_SANDBOX_DENY_READ", "MISE_SANDBOX_DENY_WRITE"] {
        for value in ["1", "true", "0", ""] {
            same(task("", TRIES).mise(["run", "t"]).env(variable, value));
        }
    }
    let weaker = format!("{}[settings]\n", config("deny_read"));
    same(project(&weaker).mise(["run", "t"]).env("MISE_SANDBOX_DENY_READ", "false"));
}

#[test]
fn layers_and_templates_add_up() {
    let config = "
[task_templates.base]
deny_write = true
allow_read = ['data.txt', 'n1']
run = 'cat data.txt; cat sub/in.txt; cat ~/own.txt; touch new'
[tasks.t]
extends = 'base'
deny_write = false
allow_read = ['sub', 'n2']
[tasks.plain]
deny_read = true
run = 'cat data.txt; cat sub/in.txt'
";
    let over = "[tasks.t]\nallow_read = ['~', 'n3']\n\
                [tasks.plain]\ndeny_read = false\nallow_read = ['data.txt']\n";
    let case = || project(config);
    same(case().mise(["run", "t"]).mise(["run", "plain"]));
    same(case().file("mise.local.toml", over).mise(["run", "t"]).mise(["run", "plain"]));
}

#[test]
fn a_script_is_closed_in_by_a_block_of_its_name() {
    let case = |keys: &str| {
        let script = "#!/bin/sh\necho ran; cat data.txt; touch new\n";
        same(
            project(&format!("[tasks.s]\n{keys}\n"))
                .executable("mise-tasks/s", script)
                .mise(["run", "s"]),
        );
    };
    case("deny_write = true");
    case("allow_read = ['mise-tasks']");
    case("allow_read = ['mise-tasks/s']\nallow_write = ['new']");
    let header = "#!/bin/sh\n#MISE deny_write=true\ntouch new && echo made\n";
    same(project("").executable("mise-tasks/s", header).mise(["run", "s"]));
}

#[test]
fn several_tasks_side_by_side() {
    let config = "
[tasks.a]
deny_read = true
run = 'cat data.txt || echo a is closed'
[tasks.b]
run = 'cat data.txt'
[tasks.c]
allow_read = ['no']
run = 'cat data.txt || echo c is closed'
[tasks.all]
depends = ['a', 'b', 'c']
";
    same(project(config).mise(["run", "-j1", "all"]));
    same(project(config).mise(["run", "all"]).unordered());
    same(project(config).mise(["run", "-o", "interleave", "-j1", "all"]));
}
