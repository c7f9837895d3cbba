//! The sandbox, where mise leaves a door open or keeps one shut for nothing; what happens where
//! the kernel cannot enforce it; nested runs, terminals, mistakes.

use nix::libc::{ENOSYS, EOPNOTSUPP, EPERM, SYS_landlock_create_ruleset, SYS_seccomp};
use nix::sys::signal::Signal;

use crate::support::{CTRL_C, End, OnTerminal, Project, kernel_confines, with_failing_call};

/// A project with one task `t`, where a sandbox has something to say.
fn task(keys: &str, script: &str) -> Project {
    let text = format!("[tasks.t]\n{keys}\nrun = '''\n{script}\n'''\n");
    Project::outside_tmp().file("mise.toml", &text).file("data.txt", "data\n")
}

/// What `t` prints, and its code.
#[track_caller]
fn prints(project: &Project, stdout: &str, code: i32) {
    project.mep(["-q", "run", "t"]).run().stdout(stdout).code(code);
}

// ---- a kernel that cannot ---------------------------------------------------

/// `t` with each of these keys does not run where `call` fails with `errno`.
#[track_caller]
fn never_runs(keys: &[&str], broken: (i64, i32), what: &str, why: &str) {
    for key in keys {
        let mut project = task(key, "touch ran; echo ran");
        let run = |project: &Project| project.mep(["run", "t"]).run();
        let output = with_failing_call(&mut project, broken, run);
        let stderr = format!(
            "[t] $ touch ran; echo ran\n\
             [t] ERROR the sandbox cannot be enforced here ({what}): {why}\n\
             [t] ERROR nothing was run; run it where the kernel can, or take the rule out\n\
             [t] ERROR task failed\n"
        );
        output.stdout("").stderr(&stderr).code(1);
        assert!(!project.exists("ran"), "{key} ran open");
    }
}

#[test]
fn without_landlock_nothing_runs() {
    for errno in [ENOSYS, EOPNOTSUPP] {
        let broken = (SYS_landlock_create_ruleset, errno);
        let why = "it needs Landlock, as Linux has it from 5.13 on: \
                   this kernel has less, or it is switched off";
        let reads = ["deny_read = true", "allow_read = ['data.txt']", "deny_all = true"];
        never_runs(&reads, broken, "`deny_read`, `allow_read`", why);
        let why = why.replace("5.13", "6.2");
        let writes = ["deny_write = true", "allow_write = ['.']"];
        never_runs(&writes, broken, "`deny_write`, `allow_write`", &why);
    }
}

#[test]
fn without_filters_nothing_runs() {
    let why = "it needs seccomp filters in the kernel: Error calling `seccomp`: Function not \
               implemented (os error 38)";
    let broken = (SYS_seccomp, ENOSYS);
    never_runs(&["deny_net = true"], broken, "`deny_net`", why);
    let why = why
        .replace("Function not implemented (os error 38)", "Operation not permitted (os error 1)");
    never_runs(&["deny_net = true"], (SYS_seccomp, EPERM), "`deny_net`", &why);
}

#[test]
fn what_needs_no_kernel_runs_everywhere() {
    let broken = |keys: &str| {
        let mut project = task(keys, "echo ${FOO-closed}");
        let run = |project: &Project| project.mep(["-q", "run", "t"]).env("FOO", "open").run();
        with_failing_call(&mut project, (SYS_landlock_create_ruleset, ENOSYS), run)
    };
    broken("").stdout("open\n").stderr("").code(0);
    broken("deny_env = true").stdout("closed\n").stderr("").code(0);
    broken("deny_net = true").stdout("open\n").stderr("").code(0);
}

#[test]
fn what_is_not_closed_in_goes_on_beside_it() {
    let config = "[tasks.closed]\ndeny_write = true\nrun = 'echo closed'\n\
                  [tasks.open]\nrun = 'echo open'\n[tasks.all]\ndepends = ['closed', 'open']\n";
    let mut project = Project::new().file("mise.toml", config);
    let run = |project: &Project| project.mep(["-q", "run", "-c", "-j1", "all"]).run();
    let broken = (SYS_landlock_create_ruleset, ENOSYS);
    let output = with_failing_call(&mut project, broken, run);
    output.stdout("open\n").code(1);
}

#[test]
fn a_sandbox_too_deep_for_the_kernel_does_not_run() {
    if !kernel_confines() {
        return;
    }
    let script = "echo ${N=1} >> /tmp/$LOG; N=$((N + 1)) mep -q run t";
    let project = task("deny_write = true", script);
    let log = format!("mep-{}-deep", std::process::id());
    let output = project.mep(["-q", "run", "t"]).env("LOG", &log).binary_on_path().run();
    let log = std::path::Path::new("/tmp").join(log);
    let levels = std::fs::read_to_string(&log).expect("a log of the levels");
    std::fs::remove_file(log).expect("a file of ours");
    output.code(1);
    let why = "the sandbox cannot be enforced here (`deny_write`, `allow_write`): ";
    assert!(output.stderr.contains(why), "{}", output.transcript());
    assert_eq!(levels.lines().count(), 16, "{levels}");
}

// ---- doors that are shut ----------------------------------------------------

#[test]
fn no_way_round_leads_to_the_network() {
    if !kernel_confines() {
        return;
    }
    let sockets = "
for family in 1 2 10 16 17 21 30 38 40 43; do
  perl -e 'socket(my $s, shift, $ARGV[0] == 16 ? 3 : $ARGV[0] == 38 ? 5 : 1, 0) and print \"open\\n\" or print \"$!\\n\"' $family |
    grep -q 'not permitted' && echo $family
done
perl -e 'syscall(425, 1, 0); print \"uring: $!\\n\"'
[ $(uname -m) != x86_64 ] || perl -e 'syscall(0x40000029, 2, 1, 0); print \"short: $!\\n\"'
";
    let refused = "2\n10\n17\n21\n30\n40\n43\nuring: Operation not permitted\n";
    let short = if cfg!(target_arch = "x86_64") { "short: Operation not permitted\n" } else { "" };
    prints(&task("deny_net = true", sockets), &format!("{refused}{short}"), 0);
}

#[test]
fn a_way_out_by_another_process_is_closed() {
    if !kernel_confines() {
        return;
    }
    // Its own runner has all rights, but nobody reaches through it.
    let script = "
set +e
cat /proc/$PPID/cwd/data.txt 2>/dev/null || echo cwd
cat /proc/$PPID/root$PWD/data.txt 2>/dev/null || echo root
cat < /proc/self/cwd/data.txt || echo self
";
    prints(&task("deny_read = true", script), "cwd\nroot\nself\n", 0);
}

#[test]
fn no_code_of_the_task_runs_before_it_is_closed_in() {
    if !kernel_confines() {
        return;
    }
    // The loader of a program tells a file of its work, where it may write one.
    let config = |keys: &str| {
        let env = "LD_DEBUG = 'files', LD_DEBUG_OUTPUT = '{{config_root}}/loader', A = '1'";
        format!("[tasks.t]\nenv = {{ {env} }}\n{keys}\nrun = 'echo $LD_DEBUG $A'\n")
    };
    let files = |keys: &str| {
        let project = Project::outside_tmp().file("mise.toml", &config(keys));
        let output = project.mep(["-q", "run", "t"]).run();
        assert!(output.code(0).stdout.ends_with("files 1\n"), "{}", output.transcript());
        let names = std::fs::read_dir(project.path(".")).expect("a project");
        let names = names.map(|entry| entry.expect("a project").file_name());
        names.filter(|name| name.to_string_lossy().starts_with("loader")).count()
    };
    assert_ne!(files(""), 0);
    assert_eq!(files("deny_write = true"), 0);
}

// ---- doors that mise keeps shut for nothing ----------------------------------

#[test]
fn a_script_of_the_task_is_read_wherever_it_lies() {
    if !kernel_confines() {
        return;
    }
    let script = "#!/bin/sh\necho ran\ncat data.txt\n";
    let config = "[tasks.s]\ndeny_read = true\n[tasks.f]\nfile = 'sub/f'\ndeny_read = true\n\
                  [tasks.i]\ndeny_read = true\nrun = '''\n#!/bin/sh\necho ran\ncat data.txt\n'''\n";
    let project = Project::outside_tmp()
        .file("mise.toml", config)
        .file("data.txt", "data\n")
        .executable("mise-tasks/s", script)
        .executable("sub/f", script);
    for name in ["s", "f", "i"] {
        let stderr = format!("cat: data.txt: Permission denied\n[{name}] ERROR task failed\n");
        project.mep(["-q", "run", name]).run().stdout("ran\n").stderr(&stderr).code(1);
    }
}

#[test]
fn a_script_without_an_interpreter_is_the_shells() {
    if !kernel_confines() {
        return;
    }
    let project =
        Project::outside_tmp().file("mise.toml", "[tasks.s]\ndeny_write = true\n").executable(
            "mise-tasks/s",
            "echo \"$0 $1\" | sed 's/.*p.mise/mise/'; touch new || echo closed\n",
        );
    let stdout = "mise-tasks/s word\nclosed\n";
    project.mep(["-q", "run", "s", "word"]).run().stdout(stdout).code(0);
}

// ---- nested runs --------------------------------------------------------------

#[test]
fn a_nested_run_is_closed_in_as_its_task() {
    if !kernel_confines() {
        return;
    }
    let config = "
[tasks.t]
deny_write = true
run = 'mep run inner; mise run inner'
[tasks.inner]
sources = ['mise.toml']
run = 'touch new || echo closed $MEP_DIALECT'
";
    let project = Project::outside_tmp().file("mise.toml", config);
    let stderr = "\
touch: cannot touch 'new': Permission denied
Warning: cannot record the success of task inner: Permission denied (os error 13)
touch: cannot touch 'new': Permission denied
Warning: cannot record the success of task inner: Permission denied (os error 13)
";
    let run = project.mep(["-q", "run", "t"]).env("MISE_QUIET", "1").run();
    run.stdout("closed mep\nclosed mep\n").stderr(stderr).code(0);
}

#[test]
fn a_nested_run_that_may_not_read_says_so() {
    if !kernel_confines() {
        return;
    }
    let project = task("deny_read = true", "mep run t");
    let stderr = "\
Error: cannot read [P]/mise.toml: Permission denied (os error 13)
  help: make the file readable, or remove it
[t] ERROR task failed
";
    project.mep(["-q", "run", "t"]).run().stdout("").stderr(stderr).code(1);
    let allowed = "[tasks.t]\nallow_read = ['mise.toml', '~/.config']\nrun = 'mep -q run u'\n\
                   [tasks.u]\nrun = 'echo nested; cat data.txt'\n";
    project.write("mise.toml", allowed);
    project.make_dir("../home/.config");
    prints(&project, "nested\n", 1);
}

#[test]
fn what_a_closed_in_task_leaves_behind_is_known() {
    if !kernel_confines() {
        return;
    }
    let left = |keys: &str| {
        let project = task(keys, "sleep 600 >/dev/null 2>&1 &");
        project.write("mep.toml", "grace = '1s'\n");
        let output = project.mep(["run", "t"]).run();
        let stderr = output.stderr.clone();
        let hidden: String = stderr.chars().filter(|c| !c.is_ascii_digit()).collect();
        (output.stdout.clone(), hidden, output.code)
    };
    let open = left("");
    assert!(open.1.contains("sleep"), "{open:?}");
    for keys in ["deny_env = true", "deny_all = true"] {
        assert_eq!(left(keys), open);
    }
}

#[test]
fn a_closed_environment_has_no_pool_unless_it_is_let_in() {
    let makeflags = |keys: &str| {
        let project = task(keys, "echo ${MAKEFLAGS-none} | sed 's/jobserver.*/jobserver/'");
        let output = project.mep(["-q", "run", "-j3", "t"]).run();
        output.code(0).stdout.clone()
    };
    assert_eq!(makeflags("deny_env = true"), "none\n");
    assert_eq!(makeflags("allow_env = ['MAKEFLAGS']"), makeflags(""));
    assert_ne!(makeflags(""), "none\n");
}

#[test]
fn a_text_that_is_made_meanwhile_holds_nobody_up() {
    if !kernel_confines() {
        return;
    }
    let config = "
[tasks.slow]
run = \"echo {{ exec(command='cat line') }}\"
[tasks.closed]
deny_all = true
allow_write = ['line']
run = ['true', 'true', 'true', 'true', 'echo sent > line']
[tasks.t]
depends = ['slow', 'closed']
";
    let project = Project::outside_tmp().file("mise.toml", config);
    let mode = nix::sys::stat::Mode::S_IRWXU;
    nix::unistd::mkfifo(&project.path("line"), mode).expect("a new directory takes a fifo");
    project.mep(["-q", "run", "-j2", "t"]).run().stdout("[slow] sent\n").code(0);
}

// ---- when it is said ------------------------------------------------------------

#[test]
fn a_path_may_be_known_only_when_the_task_runs() {
    if !kernel_confines() {
        return;
    }
    let config = "[tasks.before]\nrun = 'echo data.txt > which'\n[tasks.t]\ndepends = 'before'\n\
                  allow_read = [\"{{ exec(command='cat which; touch asked') }}\"]\n\
                  run = 'cat data.txt; cat which'\n";
    let project = Project::outside_tmp().file("mise.toml", config).file("data.txt", "data\n");
    project.mep(["-q", "run", "-n", "t"]).run().stdout("").code(0);
    assert!(!project.exists("asked"), "a dry run started a program");
    project.mep(["-q", "run", "-j1", "t"]).run().stdout("data\n").code(1);
}

#[test]
fn a_path_may_be_a_word_of_the_call() {
    if !kernel_confines() {
        return;
    }
    let keys = "usage = 'arg \"<file>\"'\nallow_read = ['{{usage.file}}']";
    let project = task(keys, "cat data.txt");
    project.mep(["-q", "run", "t", "data.txt"]).run().stdout("data\n").code(0);
    project.mep(["-q", "run", "t", "mise.toml"]).run().stdout("").code(1);
}

#[test]
fn another_sandbox_is_another_task() {
    let config =
        |keys: &str| format!("[tasks.t]\nsources = ['data.txt']\n{keys}\nrun = 'echo ran'\n");
    let project = task("", "").file("mise.toml", &config(""));
    prints(&project, "ran\n", 0);
    prints(&project, "", 0);
    project.write("mise.toml", &config("deny_env = true"));
    prints(&project, "ran\n", 0);
    prints(&project, "", 0);
}

// ---- terminals and time -----------------------------------------------------------

#[test]
fn a_closed_in_task_has_the_terminal() {
    if !kernel_confines() {
        return;
    }
    let script = "echo ready; read -r line; echo got $line; exec sleep 600";
    for keys in ["deny_all = true", "deny_all = true\nraw = true"] {
        let project = task(keys, script);
        let mut terminal = OnTerminal::mep(&project, ["run", "-q", "t"]).start();
        terminal.expect("ready\n").type_keys("a line\n").expect("got a line\n");
        terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT)).leaves_nobody();
    }
}

#[test]
fn a_closed_in_task_has_its_limit() {
    if !kernel_confines() {
        return;
    }
    let project = task("deny_all = true\ntimeout = '1s'", "echo start; sleep 600");
    let stderr = "[t] ERROR timed out after 1s\n[t] ERROR task failed\n";
    project.mep(["-q", "run", "t"]).run().stdout("start\n").stderr(stderr).code(1);
}

// ---- mistakes ---------------------------------------------------------------------

#[test]
fn the_launchers_name_alone_starts_nothing() {
    let project = Project::new();
    for words in ["", "x", "9 0 - - /bin/echo echo no", "1 0 - - /bin/echo echo no", "9 0 5 a"] {
        let line = format!("exec -a 'mep/sandbox launcher' mep {words}");
        let output = project.shell(&format!("bash -c \"{line}\"")).run();
        output.stdout("").stderr("").code(127);
    }
}
