//! One pool of job slots for make, ninja, cargo, nested runs and our own tasks, by the rules of
//! GNU make's jobserver: never more jobs than `-j` says, and every token comes back.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::project;
use crate::support::{Output, Project, Run, say_uncaptured};

/// Long enough for compilers on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A job: a line when it begins, one when it ends. Short appends are atomic.
const JOB: &str = "#!/bin/sh\necho + >> \"$LOG\"; sleep 0.1; echo - >> \"$LOG\"\n";

/// How many tokens lie in the pool that a task was given. They are put back.
const COUNT: &str = r#"#!/bin/sh
fds=${MAKEFLAGS##*--jobserver-auth=}
tokens=$(dd if=/proc/self/fd/${fds%,*} iflag=nonblock bs=100 count=1 2>/dev/null)
printf %s "$tokens" > /proc/self/fd/${fds#*,}
echo ${#tokens}
"#;

const CONFIG: &str = r#"
[env]
LOG = "{{config_root}}/log"

[tasks.make]
run = "make -s -f jobs.mk"

[tasks.submake]
run = "make -s -f sub.mk"

[tasks.ninja]
run = "ninja --quiet"

[tasks.cargo]
run = "cargo build --quiet --offline --manifest-path crates/top/Cargo.toml"
env = { RUSTC_WRAPPER = "{{config_root}}/rustc-job", CARGO_HOME = "{{config_root}}/cargo-home" }

[tasks.nested]
run = "mep -q run n1 ::: n2 ::: n3 ::: n4 ::: n5 ::: n6"

[tasks."n*"]
hide = true

[tasks.count]
run = "./count"

[tasks.flags]
run = "echo ${MAKEFLAGS-none}"
"#;

/// A project with work for every tool, each for itself able to use more slots than there are.
fn workshop() -> Project {
    let jobs: Vec<String> = (1..=6).map(|n| format!("j{n}")).collect();
    let all = jobs.join(" ");
    let mut ninja = "rule job\n  command = ./job\n".to_owned();
    jobs.iter().for_each(|job| ninja += &format!("build {job}: job\n"));
    let tasks: String = (1..=6).map(|n| format!("[tasks.n{n}]\nrun = './job'\n")).collect();
    let config = CONFIG.replace("[tasks.\"n*\"]\nhide = true\n", &tasks);
    let mut shop = project(&config)
        .executable("job", JOB)
        .executable("count", COUNT)
        .executable("rustc-job", "#!/bin/sh\n./job 2>/dev/null || ../../job\nexec \"$@\"\n")
        .file("jobs.mk", &format!("all: {all}\n{all}:\n\t./job\n"))
        .file("sub.mk", "all: a b\na b:\n\t$(MAKE) -s -f jobs.mk\n")
        .file("build.ninja", &ninja);
    let mut needed = String::new();
    for name in ["c1", "c2", "c3", "c4", "c5"] {
        let manifest = format!("[package]\nname = '{name}'\nversion = '0.0.0'\nedition = '2021'\n");
        shop = shop
            .file(&format!("crates/{name}/Cargo.toml"), &manifest)
            .file(&format!("crates/{name}/src/lib.rs"), "");
        needed += &format!("{name} = {{ path = '../{name}' }}\n");
    }
    let top = "[package]\nname = 'top'\nversion = '0.0.0'\nedition = '2021'\n[workspace]\n";
    shop.file("crates/top/Cargo.toml", &format!("{top}[dependencies]\n{needed}"))
        .file("crates/top/src/lib.rs", "")
}

/// A call with the tools on its `PATH`.
fn with_tools<'p>(project: &'p Project, words: &str) -> Run<'p> {
    let dirs = [cargo_dir(), Some(tools_dir()), Some("/usr/local/bin:/usr/bin:/bin".into())];
    let dirs: Vec<String> = dirs.into_iter().flatten().map(|d| d.display().to_string()).collect();
    let run = project.mep(words.split(' ')).env("PATH", &dirs.join(":"));
    run.patience(PATIENCE)
}

/// The toolchain that runs these tests: its programs themselves, not the switch in front.
fn cargo_dir() -> Option<PathBuf> {
    let cargo = PathBuf::from(std::env::var_os("CARGO")?);
    cargo.parent().map(Path::to_path_buf)
}

/// Where `setup` installs what distributions have too old.
fn tools_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/bin")
}

/// False, and said so, where a tool is missing.
fn has(tool: &str) -> bool {
    let usual = ["/usr/local/bin", "/usr/bin", "/bin"].map(PathBuf::from);
    let mut dirs = usual.into_iter().chain([tools_dir()]).chain(cargo_dir());
    let found = match tool {
        // An older one does not share.
        "ninja" => tools_dir().join(tool).is_file(),
        _ => dirs.any(|dir| dir.join(tool).is_file()),
    };
    if !found {
        say_uncaptured(&format!("SKIPPED (no {tool}): what it shares with us\n"));
    }
    found
}

/// The most jobs that ran at a time, and how many there were.
#[track_caller]
fn jobs(project: &Project) -> (usize, usize) {
    let log = project.read("log");
    let (mut now, mut most, mut all) = (0_usize, 0, 0);
    for line in log.lines() {
        match line {
            "+" => (now, all) = (now + 1, all + 1),
            _ => now -= 1,
        }
        most = most.max(now);
    }
    assert_eq!(now, 0, "every job that began has ended");
    project.remove("log");
    (most, all)
}

#[track_caller]
fn quiet(output: &Output) {
    assert!(output.code == Some(0), "{}\n{}", output.ending(), output.transcript());
}

#[test]
fn each_tool_alone_gets_all_slots_and_no_more() {
    let shop = workshop();
    for (tool, task) in [
        ("make", "make"),
        ("make", "submake"),
        ("ninja", "ninja"),
        ("cargo", "cargo"),
        ("sh", "nested"),
    ] {
        if has(tool) {
            quiet(&with_tools(&shop, &format!("-q run -j3 {task}")).run());
            let (most, all) = jobs(&shop);
            assert_eq!(most, 3, "{task}");
            assert!(all >= 6, "{task}: {all} jobs");
        }
    }
}

#[test]
fn all_of_them_together_never_have_more_than_the_run() {
    let shop = workshop();
    let tools = [("make", "make ::: submake"), ("ninja", "ninja"), ("cargo", "cargo")];
    let there = tools.iter().filter(|(tool, _)| has(tool)).map(|(_, task)| *task);
    let there: Vec<&str> = there.collect();
    let words = format!("-q run -j4 {} ::: nested ::: n1 ::: n2", there.join(" ::: "));
    quiet(&with_tools(&shop, &words).run());
    let (most, all) = jobs(&shop);
    assert_eq!(most, 4);
    assert!(all >= 8, "{all} jobs");
}

/// `keeper` runs all the while: the pool is never idle, so nothing is put into it.
fn kept(extra: &str) -> Project {
    let shop = workshop();
    let config = shop.read("mise.toml").replace(&shop.path("").display().to_string(), "[P]");
    let keeper = "\n[tasks.keeper]\nrun = 'mkfifo gate; read x < gate'\n[tasks.end]\n\
                  run = 'until [ -p gate ]; do sleep 0.01; done; echo > gate'\n";
    shop.write("mise.toml", &format!("{config}{keeper}{extra}"));
    shop
}

#[test]
fn tools_give_back_what_they_took() {
    if !has("make") || !has("ninja") || !has("cargo") {
        return;
    }
    let extra = "
[tasks.work]
run = [{ tasks = ['make', 'ninja', 'cargo', 'nested'] }, './count', { task = 'end' }]
";
    let shop = kept(extra);
    // Of four tokens the task itself has one.
    with_tools(&shop, "-q run -j5 keeper ::: work").run().stdout("[work] 3\n").stderr("").code(0);
}

#[test]
fn a_nested_run_gives_back_also_after_a_failure_and_after_signals() {
    let extra = "
[tasks.killed]
run = 'kill -9 $$'
[tasks.terminated]
run = 'kill -TERM $PPID; sleep 5'
[tasks.work]
run = '''
mep -q run -c n1 ::: killed ::: n2 ::: n3 2>/dev/null || echo $?
./count
mep -q run n1 ::: n2 ::: terminated ::: n3 2>/dev/null || echo $?
./count
mep run end
'''
";
    let shop = kept(extra);
    let output = with_tools(&shop, "-q run -j5 -o interleave keeper ::: work");
    output.run().stdout("1\n3\n143\n3\n").code(0);
}

#[test]
fn what_killed_programs_had_is_back_when_nothing_runs() {
    let extra = r#"
[tasks.thief]
run = '''
fds=${MAKEFLAGS##*--jobserver-auth=}
dd if=/proc/self/fd/${fds%,*} bs=2 count=1 2>/dev/null > stolen
./count
'''
[tasks.victim]
run = '''
mkfifo up hold
printf 'all: a b c d\na b c d:\n\techo > up; read x < hold\n' > slow.mk
exec 3<>up; make -s -f slow.mk & make=$!
for i in 1 2 3 4; do read x <&3; done
kill -9 $make
./count
'''
[tasks.after]
depends = ["thief"]
run = "./count"
[tasks.at-last]
depends = ["victim"]
run = "./count"
"#;
    let shop = kept(extra);
    let thief = with_tools(&shop, "-q run -j4 after");
    thief.run().stdout("1\n3\n").code(0);
    if has("make") {
        with_tools(&shop, "-q run -j4 at-last").run().stdout("0\n3\n").code(0);
    }
}

#[test]
fn a_task_takes_as_many_tokens_as_it_weighs() {
    let shop = workshop();
    shop.write("mep.toml", "[tasks.count]\nweight = 3\n");
    with_tools(&shop, "-q run -j4 count").run().stdout("1\n").code(0);
    with_tools(&shop, "-q run -j2 count").run().stdout("0\n").code(0);
}

// ---- as a client ------------------------------------------------------------

#[test]
fn a_run_inside_make_takes_its_slots_from_make() {
    if !has("make") {
        return;
    }
    let shop = workshop();
    let line = "printf 'all:\\n\\t+mep -q run n1 ::: n2 ::: n3 ::: n4 ::: n5\\n' > outer.mk
LOG=$PWD/log make -s -j3 -f outer.mk";
    shop.shell(line).run().stdout("").code(0);
    assert_eq!(jobs(&shop), (3, 5));
    // Two of them share what one may have.
    let line = "printf 'all: a b\\na b:\\n\\t+mep -q run -j9 n1 ::: n2 ::: n3\\n' > outer.mk
make -s -j2 -f outer.mk";
    shop.shell(line).run().stdout("").code(0);
    assert_eq!(jobs(&shop), (2, 6));
}

#[test]
fn a_named_pipe_is_joined_and_given_back_to() {
    let shop = workshop();
    let line = "mkfifo pool; exec 7<>pool; printf ab >&7
MAKEFLAGS=\"-j3 --jobserver-auth=fifo:$PWD/pool\" mep -q run n1 ::: n2 ::: n3 ::: n4 ::: flags
dd if=/proc/self/fd/7 iflag=nonblock bs=100 count=1 2>/dev/null | wc -c";
    let told = "[flags] -j3 --jobserver-auth=fifo:[P]/pool\n2\n";
    shop.shell(line).run().stdout(told).code(0);
    assert_eq!(jobs(&shop), (3, 4));
}

#[test]
fn a_weight_leaves_so_many_slots_to_others() {
    let shop = workshop();
    let heavy = |n| format!("[tasks.n{n}]\nweight = 2\n");
    shop.write("mep.toml", &(1..=4).map(heavy).collect::<String>());
    for run in [shop.mep(["-q", "run", "-j5", "n[1-4]"]), shop.mise(["run", "-q", "-j5", "n[1-4]"])]
    {
        quiet(&run.run());
        assert_eq!(jobs(&shop), (2, 4));
    }
    shop.mep(["-q", "run", "-j5", "n[1-6]"]).run().code(0);
    assert_eq!(jobs(&shop), (3, 6));
}

#[test]
fn who_waits_for_a_token_says_so_when_asked() {
    let shop = kept("");
    let line = "mkfifo pool; exec 7<>pool; (sleep 3; printf a >&7) &
MAKEFLAGS=\"--jobserver-auth=fifo:$PWD/pool\" mep $WORD run keeper ::: end 2>&1 | grep waits
rm gate; dd if=/proc/self/fd/7 iflag=nonblock bs=100 count=1 2>/dev/null; rm pool";
    let told = "[end] waits for a job slot\n";
    shop.shell(line).env("WORD", "-v").run().stdout(&format!("{told}a")).code(0);
    shop.shell(line).env("WORD", "-q").run().stdout("a").code(0);
}

#[test]
fn a_pool_that_is_gone_is_none() {
    let shop = workshop();
    let own = "-j2 --jobserver-fds=50,51 --jobserver-auth=50,51\n";
    for dead in ["--jobserver-auth=900,901", "-j8 --jobserver-auth=-2,-2", "--jobserver-fds=0,1"] {
        shop.mep(["-q", "run", "-j2", "flags"]).env("MAKEFLAGS", dead).run().stdout(own).code(0);
    }
    let fifo = "--jobserver-auth=fifo:[P]/gone";
    shop.mep(["-q", "run", "-j2", "flags"]).env("MAKEFLAGS", fifo).run().stdout(own).code(0);
}

#[test]
fn a_weight_is_one_token_in_the_pool_of_others() {
    let shop = workshop();
    shop.write("mep.toml", "[tasks.n1]\nweight = 8\n[tasks.n2]\nweight = 8\n");
    let line = "mkfifo pool; exec 7<>pool; printf ab >&7
export MAKEFLAGS=\"-j3 --jobserver-auth=fifo:$PWD/pool\"
mep -q run -j8 n1 ::: n2 & mep -q run -j8 n1 ::: n2; wait
dd if=/proc/self/fd/7 iflag=nonblock bs=100 count=1 2>/dev/null | wc -c";
    shop.shell(line).run().stdout("2\n").code(0);
}

// ---- what is handed on --------------------------------------------------------

#[test]
fn the_pool_is_handed_on_in_makeflags_beside_what_is_there() {
    let shop = workshop();
    let flags = |value: Option<&str>| {
        let run = shop.mep(["-q", "run", "-j2", "flags"]);
        let run = value.into_iter().fold(run, |run, value| run.env("MAKEFLAGS", value));
        run.run().stdout.clone()
    };
    let own = "-j2 --jobserver-fds=50,51 --jobserver-auth=50,51";
    assert_eq!(flags(None), format!("{own}\n"));
    assert_eq!(flags(Some("-s -j8")), format!("-s {own}\n"));
    assert_eq!(flags(Some("k -- CC=gcc")), format!("k {own} -- CC=gcc\n"));
}

#[test]
fn nobody_gets_it_who_should_not() {
    let shop = workshop();
    shop.mep(["-q", "run", "-r", "flags"]).run().stdout("none\n").code(0);
    shop.mise(["-q", "run", "flags"]).run().stdout("none\n").code(0);
    shop.mep(["-q", "run", "-j5000", "flags"]).run().stdout("none\n").code(0);
    shop.write("mep.toml", "jobserver = \"off\"\n");
    shop.mep(["-q", "run", "flags"]).run().stdout("none\n").code(0);
    shop.write("mep.toml", "jobserver = \"auto\"\n");
    let config = shop.read("mise.toml").replace("[P]", &shop.path("").display().to_string());
    for key in ["raw", "interactive"] {
        let task = format!("{config}\n[tasks.own]\n{key} = true\nrun = '''\n{OPEN}\n'''\n");
        shop.write("mise.toml", &task);
        shop.mep(["-q", "run", "own"]).run().stdout("none\n").code(0);
    }
}

/// The flags, and whether the descriptors are there all the same.
const OPEN: &str = "echo ${MAKEFLAGS-none}; [ ! -e /proc/self/fd/50 ] || echo open";

#[test]
fn a_named_pipe_of_ours_goes_with_the_run() {
    let shop = workshop();
    shop.write("mep.toml", "jobserver = \"fifo\"\n");
    let output = with_tools(&shop, "-q run -j2 flags").run();
    output.code(0);
    let path = output.stdout.trim().strip_prefix("-j2 --jobserver-auth=fifo:[TMP]/");
    let name = path.unwrap_or_else(|| panic!("{}", output.transcript()));
    assert!(name.starts_with("mep-jobserver-"), "{name}");
    assert!(!shop.exists(&format!("../tmp/{name}")));
    for (tool, task) in [("ninja", "ninja"), ("cargo", "cargo"), ("sh", "nested")] {
        if has(tool) {
            quiet(&with_tools(&shop, &format!("-q run -j3 {task}")).run());
            assert_eq!(jobs(&shop).0, 3, "{task}");
        }
    }
}
