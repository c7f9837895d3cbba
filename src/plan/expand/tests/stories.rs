//! Single projects, told as which scripts run, in order.

use super::{Link, Weather, expansion, project, run};
use crate::model::{JobId, Outcome};
use crate::plan::expand::Scope;
use crate::plan::graph::Part;

/// Runs tasks with one slot, some of them up to date. Returns those whose
/// scripts run, in order; nothing may fail.
fn story(text: &str, asked: &[usize], fresh: &[&str]) -> String {
    let loaded = project(text);
    let links: Vec<Link> = asked.iter().copied().map(Link::to).collect();
    let graph = expansion(&loaded, &links, Scope::Full).expect("no problem").graph;
    assert!(graph.order().is_ok());
    let name = |job: JobId| loaded.main().project.task(graph.occurrence(job).task).name.as_str();
    let is_fresh = |job| fresh.contains(&name(job));
    let fate = |job| if is_fresh(job) { Outcome::Fresh } else { Outcome::Success };
    let fates = graph.ids().map(fate).collect();
    let weather = Weather { jobs: 1, fates, picks: vec![0], interrupt: None };
    let mut started = Vec::new();
    let state = run(&graph, &weather, |job, _| {
        if !is_fresh(job) && matches!(graph.get(job).part, Part::Whole | Part::Scripts(..)) {
            started.push(name(job));
        }
        Ok(())
    });
    let state = state.expect("an end");
    let failed = |id: &JobId| matches!(state.outcome(*id), Some(Outcome::Failed(_)));
    assert_eq!(graph.ids().find(failed).map(name), None);
    started.join(" ")
}

#[test]
fn a_call_runs_what_an_up_to_date_task_has_passed_over() {
    let text = "
[tasks.t0]
depends = ['t1']
run = [{ task = 't2' }, 'true']
[tasks.t1]
run = [{ task = 't2' }, 'true']
[tasks.t2]
run = 'true'
";
    // The reference runs `t2` for each of them, too.
    assert_eq!(story(text, &[0], &[]), "t2 t1 t2 t0");
    assert_eq!(story(text, &[0], &["t1"]), "t2 t0");
}

#[test]
fn a_post_may_call_what_its_parent_called() {
    let text = "
[tasks.t0]
depends_post = ['t1']
run = [{ task = 't2' }, 'true']
[tasks.t1]
run = [{ task = 't2' }, 'true']
[tasks.t2]
run = 'true'
";
    assert_eq!(story(text, &[0], &[]), "t2 t0 t2 t1");
    assert_eq!(story(text, &[0], &["t0"]), "t2 t1");
}

#[test]
fn whoever_joins_a_call_asks_for_what_it_counts_on() {
    // `t2` counts on the call of `t3` by `t0`, and `t1` runs it without `t0`.
    let text = "
[tasks.t0]
run = [{ task = 't3' }, { task = 't2' }]
[tasks.t1]
run = [{ task = 't2' }]
[tasks.t2]
run = [{ task = 't3' }, 'true']
[tasks.t3]
run = 'true'
";
    assert_eq!(story(text, &[0], &[]), "t3 t2");
    assert_eq!(story(text, &[1, 0], &["t0"]), "t3 t2");
}

#[test]
fn a_cleanup_and_its_own_cleanup_may_need_the_same() {
    let text = "
[tasks.t0]
run = 'true'
[_.mep.tasks.t0]
finally = ['t1']
[tasks.t1]
depends = ['t3']
run = 'true'
[_.mep.tasks.t1]
finally = ['t2']
[tasks.t2]
depends = ['t3']
run = 'true'
[tasks.t3]
run = 'true'
";
    assert_eq!(story(text, &[0], &[]), "t0 t3 t1 t2");
}
