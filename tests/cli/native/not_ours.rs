//! What a run must never end: the processes of whoever started it, and itself.

use super::leaks::{assert_gone, assert_spared};
use super::{fifos, project};
use crate::support::{CTRL_C, End, OnTerminal, say_uncaptured};

/// By `exec` the children of a script become ours, and what loses its parent later on, too.
const CALLER: &str = "
(cat hold >/dev/null 2>&1 & echo $! >grandchild; exec cat end >/dev/null 2>&1) &
cat hold >/dev/null 2>&1 & echo $! >child
until [ -s grandchild ]; do :; done
exec mep -q run t
";

#[test]
fn what_a_script_runs_in_the_background_before_it_becomes_us_goes_on() {
    let config = r#"
[tasks.t]
run = '''
echo >end
until grep -q "^PPid:[^0-9]*$PPID$" /proc/$(cat grandchild)/status; do :; done
cat hold >/dev/null 2>&1 & echo $! >pid
echo done
'''
"#;
    let run = fifos(project(config), ["hold", "end"]);
    let output = run.shell(CALLER).run();
    output.code(0);
    assert_gone(&run);
    for other in ["child", "grandchild"] {
        run.write("pid", &run.read(other));
        assert_spared(&run);
    }
    assert_eq!(output.stdout.matches("LEAKY").count(), 1, "{}", output.transcript());
}

/// In a container our own group can have the number 1, which `kill` takes for everybody.
#[test]
fn ctrl_c_in_a_container_is_not_for_all_of_it() {
    if !nix::unistd::geteuid().is_root() {
        return say_uncaptured("skipped: only root can make a container with a terminal\n");
    }
    let run = project("[tasks.t]\nrun = 'exec cat up -'\n").file("up", "up\n");
    let script = "
trap : INT
setsid --fork sh -c 'echo $$ >pid; exec cat hold'
until [ -s pid ]; do :; done
mep run -q t
echo \"status $?, group $(ps -o pgid= -p $$ | tr -d ' ')\"
kill -0 $(cat pid) && echo alive";
    let run = fifos(run.file("init", script), ["hold"]);
    let container = "exec unshare --pid --kill-child --mount-proc setsid --ctty sh init";
    let mut terminal = OnTerminal::script(&run, container).start();
    terminal.expect("up\n").type_keys(CTRL_C);
    terminal.expect("status 130, group 1\n").expect("alive\n").ends(End::Exited(0));
}
