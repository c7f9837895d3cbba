//! Kernels with and without what a sandbox needs.

use std::cell::Cell;

use landlock::{ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

use super::project::Project;
use super::reference::say_uncaptured;

/// True where the kernel enforces all that tests of the sandbox need. Where it does not, the
/// running test has to end, and that is said.
pub(crate) fn kernel_confines() -> bool {
    let ruleset = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    let ruleset = ruleset.handle_access(AccessFs::from_all(ABI::V3));
    if ruleset.and_then(Ruleset::create).is_ok() {
        return true;
    }
    thread_local!(static TOLD: Cell<bool> = const { Cell::new(false) });
    // Every test has a thread of its own: it is told once.
    if !TOLD.replace(true) {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("a case");
        say_uncaptured(&format!("SKIPPED (this kernel has no Landlock of version 3): {name}\n"));
    }
    false
}

/// Does something with a project on a kernel of which one system call fails with an error.
pub(crate) fn with_failing_call<T: Send>(
    project: &mut Project,
    (call, errno): (i64, i32),
    then: impl FnOnce(&Project) -> T + Send,
) -> T {
    let machine = std::env::consts::ARCH.try_into().expect("a machine with filters");
    let fail = SeccompAction::Errno(errno as u32);
    let calls = [(call, Vec::new())].into_iter().collect();
    let filter = SeccompFilter::new(calls, SeccompAction::Allow, fail, machine);
    let program: BpfProgram = filter.and_then(TryInto::try_into).expect("a filter");
    // A filter holds for its thread and all that this one starts.
    let there = std::thread::scope(|scope| {
        let filtered = move || {
            seccompiler::apply_filter(&program).expect("a kernel with filters");
            then(project)
        };
        scope.spawn(filtered).join()
    });
    there.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
