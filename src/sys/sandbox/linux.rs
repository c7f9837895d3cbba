//! The rules as Linux enforces them: Landlock for files, seccomp for sockets.
//! Everything is refused that would hold only in part.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, AccessFs, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus,
};
use nix::libc;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};

use super::{Rule, Rules};

/// What programs need to run at all. The list is mise's; it is read and
/// executed under every rule.
const SYSTEM: [&str; 11] = [
    "/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc", "/proc", "/sys", "/nix", "/snap",
    "/home/linuxbrew",
];

/// A link that leads out of `/etc` on many machines.
const NAMES: &str = "/etc/resolv.conf";

/// Read and written under every rule.
const SHARED: [&str; 2] = ["/tmp", "/dev"];

/// Sockets that stay on this machine.
const LOCAL: [i32; 3] = [libc::AF_UNIX, libc::AF_NETLINK, libc::AF_ALG];

type Refused = (Rule, String);

/// Takes the rules upon this process, for good.
pub(super) fn confine(rules: &Rules) -> Result<(), Refused> {
    if rules.read.is_some() || rules.write.is_some() {
        files(rules)?;
    }
    if rules.deny_net {
        network().map_err(|error| (Rule::Net, lacks_seccomp(&error)))?;
    }
    Ok(())
}

/// What of the rules this kernel can enforce; nothing is enforced by asking.
pub(super) fn support() -> &'static str {
    let files = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(reading() | writing())
        .and_then(Ruleset::create);
    let network = Path::new("/proc/sys/kernel/seccomp/actions_avail").exists();
    match (files.is_ok(), network) {
        (true, true) => "files and network",
        (true, false) => "files; the kernel has no seccomp filters for the network",
        (false, true) => "network; the kernel has no Landlock, or one that is too old, for files",
        (false, false) => "none: the kernel has neither Landlock nor seccomp filters",
    }
}

// ---- files ------------------------------------------------------------------

/// Reading and executing, which every Landlock knows.
fn reading() -> BitFlags<AccessFs> {
    AccessFs::from_read(ABI::V1)
}

/// Everything that changes a file's contents or place. Before version 3 a file
/// could be truncated all the same.
fn writing() -> BitFlags<AccessFs> {
    AccessFs::from_write(ABI::V3)
}

fn files(rules: &Rules) -> Result<(), Refused> {
    let rule = if rules.read.is_some() { Rule::Read } else { Rule::Write };
    let failed = |error: RulesetError| (rule, format!("Landlock says: {error}"));
    let mut ruleset = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    if rules.read.is_some() {
        let handled = ruleset.handle_access(reading());
        ruleset = handled.map_err(|_| (Rule::Read, lacks_landlock("5.13")))?;
    }
    if rules.write.is_some() {
        let handled = ruleset.handle_access(writing());
        ruleset = handled.map_err(|_| (Rule::Write, lacks_landlock("6.2")))?;
        // Orders to a device are no writing of files: good where it is to be had.
        ruleset = ruleset.set_compatibility(CompatLevel::BestEffort);
        ruleset = ruleset.handle_access(AccessFs::IoctlDev).map_err(failed)?;
        ruleset = ruleset.set_compatibility(CompatLevel::HardRequirement);
    }
    let mut created = ruleset.create().map_err(failed)?;
    // A right that cannot be given is one less: a file has fewer than a directory.
    created = created.set_compatibility(CompatLevel::BestEffort);
    created = allow(created, rules).map_err(failed)?;
    created = created.set_compatibility(CompatLevel::HardRequirement);
    let status = created.restrict_self().map_err(failed)?;
    if status.ruleset == RulesetStatus::NotEnforced || !status.no_new_privs {
        return Err((rule, "the kernel does not enforce it".to_string()));
    }
    Ok(())
}

fn lacks_landlock(version: &str) -> String {
    format!(
        "it needs Landlock, as Linux has it from {version} on: this kernel has less, or it is \
         switched off"
    )
}

fn allow(mut created: RulesetCreated, rules: &Rules) -> Result<RulesetCreated, RulesetError> {
    let read = if rules.read.is_some() { reading() } else { BitFlags::EMPTY };
    let write = match rules.write {
        Some(_) => writing() | AccessFs::IoctlDev,
        None => BitFlags::EMPTY,
    };
    let system = SYSTEM.iter().chain([&NAMES]).map(|path| (Path::new(path), read));
    let shared = SHARED.iter().map(|path| (Path::new(path), read | write));
    let list = |paths: &'_ Option<Vec<PathBuf>>| paths.clone().unwrap_or_default();
    let (reads, writes) = (list(&rules.read), list(&rules.write));
    let reads = reads.iter().map(|path| (path.as_path(), read));
    let writes = writes.iter().map(|path| (path.as_path(), read | write));
    for (path, access) in system.chain(shared).chain(reads).chain(writes) {
        // What cannot be opened is not there for the task either.
        let Ok(place) = PathFd::new(path) else {
            continue;
        };
        if !access.is_empty() {
            created = created.add_rule(PathBeneath::new(place, access))?;
        }
    }
    Ok(created)
}

// ---- network ----------------------------------------------------------------

fn lacks_seccomp(error: &seccompiler::Error) -> String {
    format!("it needs seccomp filters in the kernel: {error}")
}

/// Sockets of other families cannot be made, nor an `io_uring`, which would
/// make them without a call that a filter sees.
fn network() -> Result<(), seccompiler::Error> {
    let not_local = LOCAL.map(|family| {
        let (op, family) = (SeccompCmpOp::Ne, family as u64);
        SeccompCondition::new(0, SeccompCmpArgLen::Dword, op, family)
    });
    let not_local: Vec<_> = not_local.into_iter().collect::<Result<_, _>>()?;
    let mut denied: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    for offset in call_tables() {
        for call in [libc::SYS_socket, libc::SYS_socketpair] {
            denied.insert(call | offset, vec![SeccompRule::new(not_local.clone())?]);
        }
        denied.insert(libc::SYS_io_uring_setup | offset, Vec::new());
    }
    let refuse = SeccompAction::Errno(libc::EPERM as u32);
    let machine = std::env::consts::ARCH.try_into()?;
    let filter = SeccompFilter::new(denied, SeccompAction::Allow, refuse, machine)?;
    let program: BpfProgram = filter.try_into()?;
    seccompiler::apply_filter(&program)
}

/// x86 has its calls a second time, for programs with short pointers.
fn call_tables() -> &'static [i64] {
    if cfg!(target_arch = "x86_64") { &[0, 0x4000_0000] } else { &[0] }
}
