//! Which settings mise has, and of what type those are that touch tasks.
//! Knows no values.

/// What a setting may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Flag,
    Number,
    Text,
    List,
    Style,
    /// Not about tasks: its type is mise's business.
    Other,
}

use Kind::{Flag, List, Number, Other, Style, Text};

/// Tables of settings that are read.
pub(super) const GROUPS: [&str; 5] = ["task", "sandbox", "age", "sops", "python"];

/// The settings that are about tasks.
const OURS: [(&str, Kind); 56] = [
    ("jobs", Number),
    ("experimental", Flag),
    ("quiet", Flag),
    ("silent", Flag),
    ("raw", Flag),
    ("verbose", Flag),
    ("yes", Flag),
    ("color", Flag),
    ("no_env", Flag),
    ("no_hooks", Flag),
    ("paranoid", Flag),
    ("safe", Flag),
    ("tera_v1", Flag),
    ("env_file", Text),
    ("env_shell_expand", Flag),
    ("use_file_shell_for_executable_tasks", Flag),
    ("unix_default_inline_shell_args", Text),
    ("unix_default_file_shell_args", Text),
    ("windows_default_inline_shell_args", Text),
    ("windows_default_file_shell_args", Text),
    ("ignored_config_paths", List),
    ("ceiling_paths", List),
    ("trusted_config_paths", List),
    ("env", List),
    ("auto_env", Flag),
    ("env_conf_d", Flag),
    ("task.output", Style),
    ("task.quiet", Flag),
    ("task.timings", Flag),
    ("task.timeout", Text),
    ("task.show_full_cmd", Flag),
    ("task.skip", List),
    ("task.skip_depends", Flag),
    ("task.run_auto_install", Flag),
    ("task.disable_paths", List),
    ("task.disable_spec_from_run_scripts", Flag),
    ("task.remote_no_cache", Flag),
    ("task.source_freshness_hash_contents", Flag),
    ("task.source_freshness_equal_mtime_is_fresh", Flag),
    ("task.monorepo_depth", Number),
    ("task.monorepo_exclude_dirs", List),
    ("task.monorepo_respect_gitignore", Flag),
    ("task.auto_infer", List),
    ("age.strict", Flag),
    ("age.key_file", Text),
    ("age.identity_files", List),
    ("age.ssh_identity_files", List),
    ("sops.strict", Flag),
    ("sops.age_key", Text),
    ("sops.age_key_file", Text),
    ("python.venv_stdlib", Flag),
    ("sandbox.deny_all", Flag),
    ("sandbox.deny_env", Flag),
    ("sandbox.deny_net", Flag),
    ("sandbox.deny_read", Flag),
    ("sandbox.deny_write", Flag),
];

/// More settings of tasks, whose values nobody here reads.
const UNREAD: [&str; 12] = [
    "task.cache",
    "task.cache_dir",
    "task.cache_max_age",
    "task.cache_max_size",
    "task.cache_remote_mode",
    "task.cache_remote_namespace",
    "task.cache_remote_oidc_audience",
    "task.cache_remote_token",
    "task.cache_remote_token_file",
    "task.cache_remote_url",
    "task",
    "sandbox",
];

/// Settings, and groups of them, that are about other things.
const FOREIGN: [&str; 96] = [
    "activate_aggressive",
    "activate_shims",
    "age",
    "all_compile",
    "always_keep_download",
    "always_keep_install",
    "aqua",
    "asdf_compat",
    "auto_install",
    "auto_install_disable_tools",
    "auto_update",
    "auto_update_check_duration",
    "cache_prune_age",
    "cargo",
    "cd",
    "ci",
    "color_theme",
    "conda",
    "debug",
    "default_config_filename",
    "default_tool_versions_filename",
    "disable_backends",
    "disable_default_registry",
    "disable_hints",
    "disable_tools",
    "disable_update_warning",
    "dotfiles",
    "dotnet",
    "enable_tools",
    "env_cache",
    "env_cache_ttl",
    "erlang",
    "exec_auto_install",
    "fetch_remote_versions_cache",
    "fetch_remote_versions_timeout",
    "forgejo",
    "github",
    "github_attestations",
    "github_relay",
    "gitlab",
    "gix",
    "global_config_file",
    "global_config_root",
    "go",
    "history",
    "hook_env",
    "http_download_timeout",
    "http_retries",
    "http_timeout",
    "idiomatic_version_file_disable_files",
    "idiomatic_version_file_disable_tools",
    "idiomatic_version_file_enable_tools",
    "idiomatic_version_file_ignore_minimum_versions",
    "java",
    "legacy_version_file",
    "legacy_version_file_disable_tools",
    "libgit2",
    "locked",
    "locked_scopes",
    "locked_verify_provenance",
    "lockfile",
    "log_level",
    "minimum_release_age",
    "minimum_release_age_excludes",
    "netrc",
    "node",
    "not_found_auto_install",
    "not_found_system_fallback",
    "npm",
    "oci",
    "offline",
    "otel",
    "override_config_filenames",
    "override_tool_versions_filenames",
    "packslip",
    "pin",
    "pipx",
    "plugin_autoupdate_last_check_duration",
    "prefer_offline",
    "prereleases",
    "profile",
    "provenance_api_failures_fatal",
    "pypi",
    "python",
    "registry_floating",
    "ruby",
    "rust",
    "self_update",
    "shims",
    "skills",
    "slsa",
    "sops",
    "spm",
    "status",
    "trace",
    "zig",
];

/// The rest of them.
const FOREIGN_TOO: [&str; 14] = [
    "swift",
    "system_deps",
    "system_packages",
    "terminal_progress",
    "truncate",
    "upgrade",
    "url_replacements",
    "use_versions_host",
    "use_versions_host_track",
    "windows_executable_extensions",
    "windows_powershell_no_profile",
    "windows_shim_mode",
    "shorthands_file",
    "netrc_file",
];

/// What files that are not the user's own may not decide.
pub(super) const GLOBAL_ONLY: [&str; 9] = [
    "yes",
    "ci",
    "paranoid",
    "safe",
    "trusted_config_paths",
    "unix_default_inline_shell_args",
    "unix_default_file_shell_args",
    "windows_default_inline_shell_args",
    "windows_default_file_shell_args",
];

/// Old flat names, and what they are called now.
const FLAT: [(&str, &str); 9] = [
    ("task_output", "task.output"),
    ("task_timings", "task.timings"),
    ("task_timeout", "task.timeout"),
    ("task_skip", "task.skip"),
    ("task_skip_depends", "task.skip_depends"),
    ("task_show_full_cmd", "task.show_full_cmd"),
    ("task_run_auto_install", "task.run_auto_install"),
    ("task_remote_no_cache", "task.remote_no_cache"),
    ("task_disable_paths", "task.disable_paths"),
];

/// The name of today for an old flat one.
pub(super) fn modern(name: &str) -> Option<&'static str> {
    FLAT.iter().find(|(old, _)| *old == name).map(|(_, new)| *new)
}

/// The type of a setting; `None` where mise has no such setting.
pub(super) fn kind(name: &str) -> Option<Kind> {
    if let Some((_, kind)) = OURS.iter().find(|(known, _)| *known == name) {
        return Some(*kind);
    }
    let group = name.split('.').next().unwrap_or_default();
    let foreign = FOREIGN.contains(&group) || FOREIGN_TOO.contains(&group);
    let unread = UNREAD.contains(&name) || name.starts_with("task.cache.");
    (foreign || unread).then_some(Other)
}

/// True where an unknown name is a mistake, not only a warning: the settings
/// that mise groups.
pub(super) fn is_strict(name: &str) -> bool {
    ["task.", "sandbox."].iter().any(|group| name.starts_with(group))
}

/// The settings that are yes or no.
pub(super) fn flags() -> impl Iterator<Item = &'static str> {
    OURS.iter().filter(|(_, kind)| *kind == Flag).map(|(name, _)| *name)
}

/// Every name of a setting that is about tasks.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    OURS.iter().map(|(name, _)| *name)
}
