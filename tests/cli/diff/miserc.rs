//! The `miserc.toml` files, names with dots in `conf.d`, and the profiles of a system.

use crate::support::Case;

/// Three directories with a task each, two profiles in the deepest, and this file.
fn tree(rc: &'static str, text: &str) -> Case {
    Case::config("tasks.p = 'echo p'\n")
        .file("c/mise.toml", "tasks.c = 'echo c'\n")
        .file("c/d/mise.toml", "tasks.d = 'echo d'\n")
        .file("c/d/mise.dev.toml", "tasks.dev = 'echo dev $MISE_ENV {{mise_env}}'\n")
        .file("c/d/mise.st.toml", "tasks.st = 'echo st $MISE_ENV'\n")
        .file(rc, text)
}

/// Listed in the deepest directory.
#[track_caller]
fn listed(rc: &'static str, text: &str) {
    tree(rc, text).mise(["tasks", "ls"]).cwd("c/d").check();
}

#[test]
fn profiles_may_come_from_every_miserc() {
    for rc in [
        "c/d/.miserc.toml",
        "c/d/.config/miserc.toml",
        ".miserc.toml",
        "../home/.config/mise/miserc.toml",
        "../system/miserc.toml",
    ] {
        listed(rc, "env = ['dev', 'st']\n");
    }
    listed("c/d/miserc.toml", "env = ['dev']\n");
}

#[test]
fn the_nearest_miserc_counts_key_by_key() {
    tree(".miserc.toml", "env = ['dev']\n")
        .file("c/d/.miserc.toml", "env = ['st']\n")
        .mise(["tasks", "ls"])
        .cwd("c/d")
        .check();
    tree(".miserc.toml", "env = ['dev']\n")
        .file("c/d/.miserc.toml", "auto_env = false\n")
        .mise(["tasks", "ls"])
        .cwd("c/d")
        .check();
}

#[test]
fn misercs_of_one_place_have_an_order() {
    tree("c/d/.miserc.toml", "env = ['dev']\n")
        .file("c/d/.config/miserc.toml", "env = ['st']\n")
        .mise(["tasks", "ls"])
        .cwd("c/d")
        .check();
    tree("../home/.config/mise/miserc.toml", "env = ['dev']\n")
        .file("../system/miserc.toml", "env = ['st']\n")
        .mise(["tasks", "ls"])
        .cwd("c/d")
        .check();
}

#[test]
fn the_variable_and_the_flag_are_above_a_miserc() {
    tree("c/d/.miserc.toml", "env = ['dev']\n")
        .mise(["tasks", "ls"])
        .cwd("c/d")
        .env("MISE_ENV", "st")
        .mise(["tasks", "ls"])
        .cwd("c/d")
        .env("MISE_ENV", "")
        .mise(["-E", "st", "tasks", "ls"])
        .cwd("c/d")
        .check();
}

#[test]
fn a_task_sees_the_profiles_of_a_miserc() {
    tree("c/d/.miserc.toml", "env = ['dev', 'st']\n")
        .mise(["run", "dev", ":::", "st"])
        .cwd("c/d")
        .env("MISE_JOBS", "1")
        .check();
}

#[test]
fn ceilings_may_stand_in_a_miserc() {
    tree("c/d/.miserc.toml", "ceiling_paths = ['..', '../..']\n")
        .mise(["tasks", "ls"])
        .cwd("c/d")
        .env_remove("MISE_CEILING_PATHS")
        .check();
    listed("c/d/.miserc.toml", "ceiling_paths = ['/']\n");
}

#[test]
fn ignored_files_may_stand_in_a_miserc() {
    for list in
        ["['../mise.toml']", "['..']", "['../*']", "['../**/mise.toml']", "['**/mise.toml']"]
    {
        listed("c/d/.miserc.toml", &format!("ignored_config_paths = {list}\n"));
    }
}

#[test]
fn ignored_files_of_the_variable_may_be_patterns() {
    for list in ["[P]/c/*.toml", "[P]/c/d/mise.?ev.toml", "[P]/c/[d]/*", "../mise.toml", "[P]/c/d"]
    {
        tree("x", "")
            .mise(["-E", "dev", "tasks", "ls"])
            .cwd("c/d")
            .env("MISE_IGNORED_CONFIG_PATHS", list)
            .check();
    }
}

#[test]
fn these_keys_mean_nothing_in_settings() {
    for text in [
        "settings.env = ['dev']",
        "settings.auto_env = true",
        "settings.ignored_config_paths = ['../mise.toml']",
        "settings.ceiling_paths = ['..']",
    ] {
        tree("mise.unix.toml", "tasks.unix = 'x'\n")
            .file("c/d/mise.toml", &format!("{text}\ntasks.d = 'echo d'\n"))
            .mise(["tasks", "ls"])
            .cwd("c/d")
            .check();
    }
}

#[test]
fn unknown_keys_of_a_miserc_are_passed_over() {
    listed("c/d/.miserc.toml", "bogus = 1\n[table]\nx = 1\n");
}

#[test]
fn mistakes_in_a_miserc_stop_a_run() {
    for text in ["env = 'dev'", "env = 1", "auto_env = 'x'", "env_conf_d = 1", "x = [", "[env]"] {
        tree("c/d/.miserc.toml", text)
            .mise(["run", "d"])
            .cwd("c/d")
            .stderr_differs("the words of the parser are its own")
            .check();
    }
}

/// Files that all define one task.
const RANKED: [&str; 34] = [
    ".config/mise/conf.d/a.toml",
    ".config/mise/conf.d/m.dev.toml",
    ".config/mise/conf.d/m.dev.local.toml",
    ".config/mise/conf.d/m.local.toml",
    ".config/mise/conf.d/z.toml",
    ".config/mise/config.toml",
    ".config/mise/config.dev.toml",
    ".mise/conf.d/a.toml",
    ".mise/conf.d/m.dev.toml",
    ".mise/conf.d/m.dev.local.toml",
    ".mise/conf.d/m.local.toml",
    ".mise/conf.d/m.st.toml",
    ".mise/config.toml",
    ".mise/config.dev.toml",
    "mise/conf.d/a.toml",
    "mise/conf.d/m.dev.toml",
    "mise/conf.d/m.dev.local.toml",
    "mise/config.toml",
    "mise/config.dev.toml",
    "mise.toml",
    "mise.local.toml",
    "mise.dev.toml",
    "mise.dev.local.toml",
    "mise.st.toml",
    "mise.unix.toml",
    "mise.linux.toml",
    "mise.linux.local.toml",
    ".mise/conf.d/m.linux.toml",
    "../home/.config/mise/conf.d/m.dev.toml",
    "../home/.config/mise/conf.d/m.dev.local.toml",
    "../home/.config/mise/conf.d/m.local.toml",
    "../home/.config/mise/config.local.toml",
    "../home/.config/mise/config.dev.toml",
    "../home/.config/mise/config.toml",
];

/// The order in which these files win in the reference, found by asking it; the strongest is
/// taken away after each call.
#[track_caller]
fn peel(strongest_first: &[&'static str], variables: &[(&'static str, &'static str)]) {
    let write =
        |case: Case, file: &&'static str| case.file(file, &format!("[tasks]\nw = 'echo {file}'\n"));
    let mut case = strongest_first.iter().fold(Case::empty(), write);
    for file in strongest_first {
        case = case.mise(["run", "-q", "w"]);
        for (name, value) in variables {
            case = case.env(name, value);
        }
        case = case.remove(file);
    }
    case.check();
}

#[test]
fn files_of_a_conf_d_have_a_place_among_all_others() {
    let rank = |file: &&str| {
        let name = file.rsplit('/').next().unwrap_or_default();
        let home = file.starts_with("../home");
        let level = ["unix", "linux", "dev", "st"].iter().position(|e| name.contains(e));
        (home, level)
    };
    let mut files = RANKED.to_vec();
    files.sort_by_key(|file| (rank(file).0, std::cmp::Reverse(rank(file).1)));
    peel(&files, &[("MISE_ENV_CONF_D", "true"), ("MISE_ENV", "dev,st"), ("MISE_AUTO_ENV", "1")]);
}

/// Fragments with dots in their names.
fn fragments() -> Case {
    let names: [&'static str; 6] = [
        ".config/mise/conf.d/plain.toml",
        ".config/mise/conf.d/x.dev.toml",
        ".config/mise/conf.d/x.local.toml",
        ".config/mise/conf.d/x.dev.local.toml",
        ".config/mise/conf.d/a.b.c.toml",
        "../home/.config/mise/conf.d/g.dev.toml",
    ];
    let write = |case: Case, name: &&'static str| {
        let task = name.rsplit('/').next().unwrap_or_default();
        case.file(name, &format!("[tasks]\n\"t:{task}\" = 'true'\n"))
    };
    names.iter().fold(Case::config("[tasks]\na = 'echo a'\n"), write)
}

#[test]
fn fragments_with_dots_are_all_read_with_a_warning() {
    fragments().mise(["tasks", "ls"]).mise(["run", "a"]).check();
    fragments().mise(["tasks", "ls"]).env("MISE_ENV_CONF_D", "false").check();
}

#[test]
fn fragments_with_dots_may_select_profiles() {
    for profiles in ["", "dev", "b,b.c", "b.c", "local"] {
        fragments()
            .mise(["tasks", "ls"])
            .env("MISE_ENV_CONF_D", "true")
            .env("MISE_ENV", profiles)
            .check();
    }
}

#[test]
fn a_miserc_may_decide_on_fragments() {
    fragments()
        .file(".miserc.toml", "env_conf_d = true\nenv = ['dev']\n")
        .mise(["tasks", "ls"])
        .check();
}

#[test]
fn a_system_has_profiles_of_its_own() {
    let files = |case: Case| {
        case.file("mise.unix.toml", "[tasks]\nunix = 'x'\nw = 'echo unix'\n")
            .file("mise.linux.toml", "[tasks]\nlinux = 'x'\nw = 'echo linux'\n")
            .file("mise.linux-x64.toml", "[tasks]\nx64 = 'x'\nw = 'echo x64 $MISE_ENV'\n")
            .file("mise.dev.toml", "[tasks]\ndev = 'x'\n")
    };
    let case = || files(Case::config("[tasks]\na = 'echo a'\n"));
    case().mise(["tasks", "ls"]).check();
    case()
        .mise(["tasks", "ls"])
        .env("MISE_AUTO_ENV", "1")
        .mise(["run", "w"])
        .env("MISE_AUTO_ENV", "1")
        .mise(["-E", "dev", "run", "w"])
        .env("MISE_AUTO_ENV", "1")
        .check();
    case()
        .file(".miserc.toml", "auto_env = true\n")
        .mise(["tasks", "ls"])
        .mise(["run", "w"])
        .check();
}
