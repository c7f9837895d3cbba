//! What a run must never end: the processes of whoever started it, and itself.

use super::leaks::{assert_gone, assert_spared};
use super::{fifos, project};

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
