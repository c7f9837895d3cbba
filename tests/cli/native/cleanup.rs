//! What cleans up is left to do so, whatever fails beside it.

use super::{fifos, project};

#[test]
fn a_cleanup_that_has_begun_is_not_ended_by_a_failure() {
    let config = "
[tasks.good]
run = 'true'
[_.mep.tasks.good]
finally = ['clean']
[tasks.clean]
run = '''
echo > up
sleep 0.5
touch cleaned
'''
[tasks.bad]
run = 'read x < up; exit 3'
[tasks.slow]
run = 'read x <> held; touch went-on'
";
    let run = fifos(project(config), ["up", "held"]);
    let words = ["run", "-q", "-j4", "good", ":::", "bad", ":::", "slow"];
    run.mep(words).run().stdout("").stderr("[bad] ERROR task failed\n").code(3);
    assert!(run.exists("cleaned"), "the cleanup was ended");
    assert!(!run.exists("went-on"));
}
