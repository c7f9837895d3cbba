//! Full disks and directories that cannot be written: a clear message or success, and nothing
//! half-written. A disk is a small tmpfs in a namespace of its own, where that is allowed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::Duration;

use crate::random::say;
use crate::scene::{Said, Scene, run};

const PATIENCE: Duration = Duration::from_secs(30);

/// A task whose success is recorded, and one that says much.
const CONFIG: &str = r#"
[tasks.recorded]
sources = ['mise.toml']
outputs = ['out']
run = 'echo x >> out'
[tasks.says]
run = 'seq 1 20000; touch said'
"#;

/// Runs a script with `full` as a disk of 64 KiB. None where namespaces are not allowed.
#[track_caller]
fn with_small_disk(scene: &Scene, script: &str) -> Option<Said> {
    fs::create_dir_all(scene.path("full")).expect("a project takes directories");
    let mount = "mount -t tmpfs -o size=64k none full";
    let mut probe = Command::new("unshare");
    scene.dress(probe.args(["-Urm", "sh", "-c", mount]));
    if !probe.status().is_ok_and(|status| status.success()) {
        say("SKIPPED: no user namespace with a tmpfs here, so no full disk");
        return None;
    }
    let mep = env!("CARGO_BIN_EXE_mep");
    let script = format!("{mount}\nMEP='{mep}'\n{script}");
    let mut command = Command::new("unshare");
    scene.dress(command.args(["-Urm", "sh", "-c", &script]));
    Some(run(scene, &mut command, PATIENCE))
}

#[test]
fn a_full_disk_for_what_is_remembered() {
    let scene = Scene::new(CONFIG);
    let script = "
export XDG_STATE_HOME=$PWD/full/state
head -c 100000 /dev/zero > full/fill 2> /dev/null
$MEP -q run recorded; echo code $?
find full -type f -size +0 | grep -v fill
rm full/fill
$MEP -q run recorded; echo code $?
$MEP -q run recorded; echo code $?
find full -type f -name '*.fresh' | wc -l
find full -type f | wc -l
wc -l < out
";
    let Some(said) = with_small_disk(&scene, script) else {
        return;
    };
    // What could not be written leaves nothing: the second run does the work once more, and the
    // third has nothing to do. Both leave a record, beside the past of their tasks.
    let full = "No space left on device (os error 28)";
    let state = scene.path("full/state/mep");
    let warnings = format!(
        "Warning: this run is not recorded: {}: {full}\n\
         Warning: cannot record the success of task recorded: {full}\n",
        state.display()
    );
    assert_eq!(said.stderr, warnings, "{said:?}");
    assert_eq!(said.stdout, "code 0\ncode 0\ncode 0\n1\n6\n2\n", "{said:?}");
}

#[test]
fn a_disk_that_is_full_before_the_run_is_over() {
    let scene = Scene::new(CONFIG);
    let script = "
export XDG_STATE_HOME=$PWD/full/state
$MEP -q run -o prefix says | tail -n 1; find full -type f
";
    let Some(said) = with_small_disk(&scene, script) else {
        return;
    };
    let warning = "Warning: this run is not recorded: No space left on device (os error 28)\n";
    assert_eq!((said.stderr.as_str(), said.stdout.as_str()), (warning, "[says] 20000\n"));
}

#[test]
fn a_full_disk_for_what_tasks_say() {
    let scene = Scene::new(CONFIG);
    let error = "ERROR standard output cannot be written: No space left on device (os error 28)\n";
    for style in ["prefix", "keep-order", "grouped"] {
        let _ = fs::remove_file(scene.path("said"));
        let script = format!("$MEP -q run -o {style} says > full/out; echo code $?");
        let Some(said) = with_small_disk(&scene, &script) else {
            return;
        };
        assert_eq!(said.stderr, error, "{style}");
        assert!(scene.path("said").exists(), "{style}: the task was not run to its end");
        assert_eq!(said.stdout, "code 1\n", "{style}");
    }
}

#[test]
fn a_state_directory_that_cannot_be_written() {
    let scene = Scene::new(CONFIG);
    let root = scene.root();
    let mode = |path: &std::path::Path, mode| {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(path, permissions).expect("the scene is ours");
    };
    fs::create_dir_all(scene.state()).expect("a home takes directories");
    mode(&scene.state(), 0o555);
    let mut command = if nix::unistd::geteuid().is_root() {
        // Permissions do not bind root, and where the binary was built others may not look.
        mode(root, 0o755);
        for dir in ["p", "tmp", "home"] {
            mode(&root.join(dir), 0o777);
        }
        let copy = root.join("mep");
        fs::copy(env!("CARGO_BIN_EXE_mep"), &copy).expect("a scene takes files");
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(copy);
        command
    } else {
        Command::new(env!("CARGO_BIN_EXE_mep"))
    };
    scene.dress(command.args(["-q", "run", "recorded", ":::", "says"]));
    let said = run(&scene, &mut command, PATIENCE);
    let denied = "Permission denied (os error 13)";
    let warnings = format!(
        "Warning: this run is not recorded: {}: {denied}\n\
         Warning: cannot record the success of task recorded: {denied}\n",
        scene.state().join("mep").display()
    );
    assert_eq!(said.stderr, warnings);
    assert_eq!(said.code, Some(0));
    assert_eq!(said.stdout.lines().count(), 20_000, "{}", said.stdout.len());
    assert!(fs::read_dir(scene.state()).is_ok_and(|mut entries| entries.next().is_none()));
}
