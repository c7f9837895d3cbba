//! Freshness where files and the state directory lie: edits that look like
//! none, edits meanwhile, records that are not ours or not whole.

use std::fs::{self, File, FileTimes};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::project;
use crate::support::Project;

const COPY: &str = "[tasks.a]\nsources = ['in']\noutputs = ['out']\nrun = 'cat in > out'\n";
const MARK: &str = "[tasks.a]\nsources = ['src/**']\nrun = 'true'\n";
const BY_CONTENT: &str = "[settings.task]\nsource_freshness_hash_contents = true\n";

impl Project {
    /// The task runs, and says why.
    #[track_caller]
    pub(super) fn runs_for(&self, because: &str) -> &Self {
        let output = self.mep(["run", "-v", "a"]).run();
        let first = output.stderr.lines().find(|line| line.contains(" runs because "));
        assert_eq!(first, Some(&*format!("[a] runs because {because}")), "{}", output.stderr);
        output.code(0);
        self
    }

    #[track_caller]
    pub(super) fn skips(&self) -> &Self {
        let stderr = "[a] sources up-to-date, skipping\n";
        self.mep(["run", "-v", "a"]).run().stdout("").stderr(stderr).code(0);
        self
    }

    /// Runs once, whatever it says.
    #[track_caller]
    pub(super) fn once(self) -> Self {
        self.mep(["-q", "run", "a"]).run().code(0);
        self
    }

    /// Writes a text without giving the file a new time.
    fn sneak(&self, path: &str, text: &str) {
        let path = self.path(path);
        let before = fs::metadata(&path)
            .expect("a file of the test")
            .modified()
            .expect("a file of the test");
        fs::write(&path, text).expect("a file of the test");
        self.dated(&path, before);
    }

    pub(super) fn dated(&self, path: &std::path::Path, time: SystemTime) {
        let file = File::options().append(true).open(path).expect("a file of the test");
        file.set_times(FileTimes::new().set_modified(time)).expect("a file of the test");
    }

    /// The one record of a success.
    pub(super) fn record(&self) -> PathBuf {
        let dir = self.path("../home/.local/state/mep/fresh");
        let files = fs::read_dir(dir)
            .expect("a file of the test")
            .map(|entry| entry.expect("a file of the test").path());
        let mut records = files.filter(|path| path.extension().is_some_and(|e| e == "fresh"));
        let record = records.next().expect("a success is on record");
        assert_eq!(records.next(), None);
        record
    }
}

// ---- files that lie ---------------------------------------------------------

#[test]
fn by_content_an_edit_of_the_same_size_and_time_is_seen() {
    let copy = project(&format!("{COPY}{BY_CONTENT}")).file("in", "one").once();
    copy.sneak("in", "two");
    copy.runs_for("source [P]/in changed").skips();
    assert_eq!(copy.read("out"), "two");
}

#[test]
fn an_older_file_of_the_same_size_that_is_moved_into_place_is_seen() {
    let copy = project(COPY).file("in", "one").file("older", "two");
    copy.set_mtime("in", 1_500_000_000);
    copy.set_mtime("older", 1_400_000_000);
    let copy = copy.once();
    fs::rename(copy.path("older"), copy.path("in")).expect("a file of the test");
    copy.runs_for("source [P]/in changed").skips();
}

#[test]
fn by_time_a_copy_that_keeps_times_is_as_good() {
    let copy = project(COPY).file("in", "one").file("in2", "one");
    copy.set_mtime("in", 1_500_000_000);
    copy.set_mtime("in2", 1_500_000_000);
    let copy = copy.once();
    fs::rename(copy.path("in2"), copy.path("in")).expect("a file of the test");
    fs::set_permissions(copy.path("in"), fs::Permissions::from_mode(0o600))
        .expect("a file of the test");
    copy.skips();
    copy.skips();
}

#[test]
fn by_content_a_mode_a_touch_and_a_copy_change_nothing() {
    let copy = project(&format!("{COPY}{BY_CONTENT}")).file("in", "one").once();
    fs::set_permissions(copy.path("in"), fs::Permissions::from_mode(0o600))
        .expect("a file of the test");
    copy.skips();
    copy.touch("in");
    copy.skips();
    fs::copy(copy.path("in"), copy.path("copy")).expect("a file of the test");
    fs::rename(copy.path("copy"), copy.path("in")).expect("a file of the test");
    copy.skips();
}

#[test]
fn a_source_from_the_future_runs_once() {
    let mark = project(MARK).file("src/x", "1");
    let future = SystemTime::now() + Duration::from_secs(1_000_000);
    mark.dated(&mark.path("src/x"), future);
    mark.runs_for("no earlier success is on record").skips();
    mark.dated(&mark.path("src/x"), future + Duration::from_secs(1));
    mark.runs_for("source [P]/src/x changed").skips();
}

#[test]
fn a_source_of_1970_says_nothing_by_time_and_is_as_good_as_any_by_content() {
    let mark = project(MARK).file("src/x", "1").once();
    mark.set_mtime("src/x", 0);
    mark.runs_for("source [P]/src/x has the time 0").runs_for("source [P]/src/x has the time 0");
    mark.write("mise.toml", &format!("{MARK}{BY_CONTENT}"));
    mark.runs_for("the contents of its sources are not on record").skips();
}

#[test]
fn edits_right_after_a_run_are_seen() {
    let mark = project(MARK).file("src/x", "0").once();
    for i in 1..10 {
        fs::write(mark.path("src/x"), i.to_string()).expect("a file of the test");
        mark.runs_for("source [P]/src/x changed");
    }
}

// ---- while it runs ----------------------------------------------------------

#[test]
fn an_edit_while_the_task_runs_is_not_missed() {
    for settings in ["", BY_CONTENT] {
        let config = "[tasks.a]\nsources = ['in']\nrun = 'cat in; test -e done || echo 2 > in; touch done'\n";
        let edited = project(&format!("{config}{settings}")).file("in", "1\n").once();
        edited.runs_for("source [P]/in changed while it ran last").skips();
    }
}

#[test]
fn another_file_of_the_same_size_and_time_that_comes_while_the_task_runs_is_not_missed() {
    for settings in ["", BY_CONTENT] {
        let config =
            "[tasks.a]\nsources = ['in']\nrun = 'cat in; test -e done || mv next in; touch done'\n";
        let swapped = project(&format!("{config}{settings}")).file("in", "1\n").file("next", "2\n");
        swapped.set_mtime("in", 1_500_000_000);
        swapped.set_mtime("next", 1_500_000_000);
        std::thread::sleep(Duration::from_millis(60));
        let swapped = swapped.once();
        swapped.runs_for("source [P]/in changed while it ran last").skips();
    }
}

#[test]
fn by_content_a_task_that_writes_its_sources_as_they_were_is_at_rest_at_once() {
    let config = "[tasks.a]\nsources = ['src/**']\nrun = 'cp src/in x; cat x > src/in'\n";
    let same = project(&format!("{config}{BY_CONTENT}")).file("src/in", "1\n").file("src/by", "");
    same.once().skips();
}

#[test]
fn a_task_that_rewrites_its_sources_comes_to_rest() {
    for settings in ["", BY_CONTENT] {
        let config = "[tasks.a]\nsources = ['in']\nrun = 'sed s/1/2/ in > x; cat x > in; rm x'\n";
        let formatter = project(&format!("{config}{settings}")).file("in", "1\n").once();
        formatter.runs_for("source [P]/in changed while it ran last").skips();
    }
}

#[test]
fn what_a_task_declares_as_its_output_is_its_own_also_where_it_is_a_source() {
    let config = "[tasks.a]\nsources = ['src/**']\noutputs = ['src/gen', 'out']\n\
                  run = 'date +%N > src/gen; sleep 0.02; touch out'\n";
    project(config).file("src/x", "").once().skips();
}

#[test]
fn what_a_task_makes_among_its_sources_is_read_once_more() {
    let config = "[tasks.a]\nsources = ['src/**']\nrun = 'echo made > src/gen; rm -f src/x'\n";
    let maker = project(config).file("src/x", "").file("src/y", "").once();
    maker.runs_for("source [P]/src/gen changed while it ran last").skips();
}

// ---- what the task is -------------------------------------------------------

#[test]
fn of_a_task_that_calls_others_an_edit_elsewhere_in_its_file_does_not_count() {
    let config = "[tasks.a]\nsources = ['in']\nrun = ['true', {task = 'b'}, {tasks = ['b']}]\n\
                  [tasks.b]\nrun = 'true'\n";
    let project = project(config).file("in", "").once();
    project.write("mise.toml", &format!("# A note.\n{config}# Another.\n"));
    project.mep(["run", "a"]).run().stderr("[a] sources up-to-date, skipping\n").code(0);
    project.write("mise.toml", &config.replace("['b']", "['b', 'b x']"));
    project.runs_for("its run changed");
}

#[test]
fn a_variable_that_configuration_sets_counts_and_one_of_the_caller_does_not() {
    let config = |x: &str| format!("{MARK}env = {{ SECRET = 'hush-{x}' }}\n[env]\nY = '{x}'\n");
    let mark = project(&config("1")).file("src/x", "1").once();
    mark.mep(["run", "a"]).env("OTHER", "1").run().stderr("[a] sources up-to-date, skipping\n");
    mark.write("mise.toml", &config("2"));
    mark.runs_for("its variable Y changed").skips();
    mark.write("mise.toml", &format!("{MARK}env = {{ SECRET = 'hush-2' }}\n"));
    mark.runs_for("its variable Y is gone").skips();
    mark.write("mise.toml", MARK);
    mark.runs_for("its variable SECRET is gone").skips();
    mark.write("mise.toml", &config("2"));
    mark.runs_for("its variable Y is new").skips();
    let stored = fs::read(mark.record()).expect("a file of the test");
    assert!(!stored.windows(4).any(|four| four == b"hush"), "a value is in the state directory");
    let mode = fs::metadata(mark.record()).expect("a file of the test").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_variable_of_a_file_counts() {
    let mark = project(&format!("{MARK}[env]\n_.file = '.env'\n")).file(".env", "X=1\n");
    let mark = mark.file("src/x", "1").once();
    mark.skips().write(".env", "X=2\n");
    mark.runs_for("its variable X changed").skips();
}

#[test]
fn what_is_another_one_each_time_is_left_out() {
    let config = "[tasks.a]\nsources = ['in']\nrun = 'true {{ exec(command=\"date +%N\") }}'\n\
                  [env]\nNOW = '{{ now() }}'\nLATER = '$NOW'\n_.source = 's.sh'\n";
    let late = project(config).file("in", "").file("s.sh", "export X=$RANDOM\n").once();
    late.mep(["run", "a"]).run().stderr("[a] sources up-to-date, skipping\n").code(0);
    late.mep(["run", "-n", "a"]).run().stderr("[a] sources up-to-date, skipping\n").code(0);
}

#[test]
fn what_a_template_comes_to_counts() {
    let config = |x: u8| {
        format!(
            "[vars]\nx = '{x}'\nother = '{x}'\n[tasks.a]\nsources = ['in']\nrun = 'true {{{{ vars.x }}}}'\n"
        )
    };
    let vars = project(&config(1)).file("in", "").once();
    vars.skips().write("mise.toml", &config(2));
    vars.runs_for("its run changed").skips();
}

// ---- outputs ----------------------------------------------------------------

#[test]
fn one_of_several_outputs_that_is_gone_is_seen() {
    let config = "[tasks.a]\nsources = ['in']\noutputs = ['dist']\n\
                  run = 'mkdir -p dist/x; touch dist/one dist/x/two'\n";
    let both = project(config).file("in", "").once();
    both.skips().remove("dist/x/two");
    both.runs_for("output [P]/dist/x/two is gone").skips();
    both.write("dist/of-another-task", "");
    both.skips();
}

#[test]
fn by_content_a_file_more_among_the_outputs_is_seen() {
    let config =
        "[tasks.a]\nsources = ['in']\noutputs = ['dist/*']\nrun = 'mkdir -p dist; touch dist/o'\n";
    let one = project(&format!("{config}{BY_CONTENT}")).file("in", "").once();
    one.skips().write("dist/more", "");
    one.runs_for("output [P]/dist/more changed").skips();
}

// ---- places -----------------------------------------------------------------

#[test]
fn links_are_followed_to_what_they_mean_and_circles_end() {
    let linked = project(MARK).file("src/x", "1").file("real/y", "1").file("far", "1");
    linked.make_link("src/dir", "../real");
    linked.make_link("src/far", "../far");
    linked.make_link("src/circle", ".");
    linked.make_link("src/self", "self");
    linked.make_link("src/nowhere", "not-there");
    let linked = linked.once();
    linked.skips().write("real/y", "other");
    linked.runs_for("source [P]/src/dir/y changed").skips().write("far", "other");
    linked.runs_for("source [P]/src/far changed").skips().write("src/not-there", "now there");
    linked.runs_for("source [P]/src/not-there is new").skips();
}

#[test]
fn a_directory_that_a_pattern_matches_is_no_source() {
    let flat = project("[tasks.a]\nsources = ['src/*']\nrun = 'true'\n").file("src/x", "");
    let flat = flat.file("src/deep/y", "").once();
    flat.skips().write("src/deep/y", "edited");
    flat.skips().write("src/x", "edited");
    flat.runs_for("source [P]/src/x changed");
}

#[test]
fn a_directory_that_is_left_out_is_left_out_whole() {
    let config = "[tasks.a]\nsources = ['src/**', '!src/gen', 'src/gen/keep']\nrun = 'true'\n";
    let without = project(config).file("src/x", "").file("src/gen/y", "").file("src/gen/keep", "");
    let without = without.once();
    without.skips().write("src/gen/y", "edited");
    without.skips().write("src/gen/keep", "edited");
    without.runs_for("source [P]/src/gen/keep changed");
}

// ---- the state directory ----------------------------------------------------

#[test]
fn a_record_that_is_cut_or_damaged_or_of_another_format_is_a_miss_with_a_warning() {
    type Damage<'a> = &'a dyn Fn(&mut Vec<u8>);
    let flip = |bytes: &mut Vec<u8>, at: usize| bytes[at] ^= 0x40;
    let damage: [(&str, Damage<'_>); 7] = [
        ("it is damaged", &|bytes| bytes.truncate(5)),
        ("it is damaged", &|bytes| bytes.truncate(40)),
        ("it is damaged", &|bytes| bytes.truncate(bytes.len() - 1)),
        ("it is damaged", &|bytes| bytes.push(0)),
        ("it is damaged", &|bytes| flip(bytes, 60)),
        ("it is no record of a success", &|bytes| flip(bytes, 0)),
        ("another version of mep wrote it (format 67, not 3)", &|bytes| flip(bytes, 9)),
    ];
    for (why, damage) in damage {
        let copy = project(COPY).file("in", "1").once();
        let path = copy.record();
        let mut bytes = fs::read(&path).expect("a file of the test");
        damage(&mut bytes);
        fs::write(&path, &bytes).expect("a file of the test");
        let shown = format!(
            "[HOME]/.local/state/mep/fresh/{}",
            path.file_name().expect("a file of the test").display()
        );
        let note = format!("{shown}: {why}: the task runs without it");
        let expected = format!(
            "Warning: {note}\n[a] runs because no earlier success is on record\n[a] $ cat in > out\n"
        );
        copy.mep(["run", "-v", "a"]).run().stderr(&expected).code(0);
        copy.skips();
    }
}

#[test]
fn a_list_of_files_that_is_damaged_is_a_miss_with_a_warning() {
    let copy = project(COPY).file("in", "1").once();
    let path = copy.record();
    let mut bytes = fs::read(&path).expect("a file of the test");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&path, &bytes).expect("a file of the test");
    copy.write("in", "2");
    let note = "Warning: the record of task a cannot be read: it is damaged\n";
    let output = copy.mep(["run", "-v", "a"]).run();
    assert!(output.stderr.starts_with(note), "{}", output.stderr);
    copy.skips();
}

#[test]
fn a_state_directory_that_cannot_be_used_keeps_nobody_from_running() {
    let copy = project(COPY).file("in", "1");
    copy.write("../home/.local/state/mep/fresh", "a file in its place");
    for _ in 0..2 {
        let output = copy.mep(["run", "a"]).run();
        output.stdout("").code(0);
        assert!(
            output.stderr.contains("cannot record the success of task a: "),
            "{}",
            output.stderr
        );
    }
}

#[test]
fn two_runs_at_once_record_no_success_that_neither_can_vouch_for() {
    let config = "[tasks.a]\nsources = ['in']\nrun = '''\n\
                  if mkdir first 2>/dev/null; then mep -q run a; fi\n'''\n";
    let nested = project(config).file("in", "1").once();
    nested.runs_for("no earlier success is on record").skips();
}

// ---- what it costs ----------------------------------------------------------

#[test]
fn no_source_is_looked_at_or_read_twice_in_one_run() {
    if !std::process::Command::new("strace").arg("-V").output().is_ok_and(|o| o.status.success()) {
        let _ = std::io::Write::write_all(&mut std::io::stderr(), b"SKIPPED (no strace)\n");
        return;
    }
    let config = format!(
        "[tasks.a]\nsources = ['src/**']\nrun = 'true'\n[tasks.b]\nsources = ['src/*/*.c']\nrun = 'true'\n\
         [tasks.c]\nsources = ['src']\nrun = 'true'\n{BY_CONTENT}"
    );
    let three = project(&config);
    for i in 0..60 {
        three.write(&format!("src/d{}/counted-{i}.c", i % 12), "text");
    }
    let traced = |name: &str, expected: [usize; 2]| {
        let line = "strace -f -qq -o ../trace -e trace=%file [BIN]/mep -q run -j1 a ::: b ::: c";
        three.shell(&three.layout().expand(line)).run().code(0);
        let trace = three.read("../trace");
        for i in 0..60 {
            let file = format!("counted-{i}.c");
            let of = |open: bool| {
                let calls = trace.lines().filter(|line| line.contains(&file));
                calls.filter(|line| line.contains("open") == open).count()
            };
            let most = [of(true), of(false)];
            assert!(most[0] <= expected[0] && most[1] <= expected[1], "{name} {file}: {most:?}");
        }
    };
    // Each of the three reads before its work, which is a look as well, and looks after it.
    traced("cold", [3, 3]);
    // What is young is read again, and then known.
    traced("young", [3, 1]);
    traced("fresh", [0, 1]);
}

#[test]
fn a_file_of_a_group_is_named_as_the_reason() {
    let config = "[settings]\nexperimental = true\n[task_config]\nglobal_inputs = ['all']\n\
                  input_groups = { lib = ['lib/*', '!lib/no'] }\n[tasks.a]\nsources = ['@group:lib']\n\
                  dir = 'sub'\nrun = 'true'\n";
    let project = project(config).file("lib/one", "1\n").file("all", "1\n").dir("sub");
    let again = |reason: &str| {
        let stderr = format!("[a] runs because {reason}\n[a] $ true\n");
        project.mep(["run", "-v", "a"]).run().stderr(&stderr).code(0);
        project.mep(["run", "a"]).run().stderr("[a] sources up-to-date, skipping\n").code(0);
    };
    again("no earlier success is on record");
    project.write("lib/one", "22\n");
    again("source [P]/lib/one changed");
    project.write("all", "22\n");
    again("source [P]/all changed");
    project.write("lib/no", "1\n");
    project.mep(["run", "a"]).run().stderr("[a] sources up-to-date, skipping\n").code(0);
    project.write("mise.toml", &config.replace("'lib/*'", "'lib/*', 'more'"));
    again("its sources changed");
}
