//! Monorepos: which directories are projects, what their tasks are called, what a
//! word means where it is said, and what a project has from those above it.

use crate::support::Case;

/// Why stderr is not compared where projects are looked for.
const ONCE: &str = "mise looks for projects several times and says each warning as often; ours \
                    says it once, with file and line where there is one";

/// Why errors differ.
const WORDS: &str = "our errors name what was near and what to do next";

/// A root, three projects, a directory that nobody lists.
fn repository() -> Case {
    Case::config(
        "monorepo_root = true\n[monorepo]\nconfig_roots = ['apps/*', 'libs/core']\n\
         [env]\nROOT = 'root'\nBOTH = 'root'\nHOME_OF = '{{config_root}}'\n[vars]\nv = 'rootvar'\n\
         [tasks.deploy]\nrun = 'echo deploy'\ndescription = 'Deploy all'\n\
         depends = ['//apps/web:build', 'build']\n\
         [tasks.build]\nrun = 'echo rootbuild'\nalias = 'b'\n\
         [tasks.hid]\nhide = true\nrun = 'echo hid'\n",
    )
    .file(
        "apps/web/mise.toml",
        "[env]\nBOTH = 'web'\nWEB = 'web'\n[vars]\nw = '{{vars.v}}-w'\n\
         [tasks.build]\ndepends = ['lint', ':gen', '//libs/core:build']\nalias = 'wb'\n\
         run = 'echo web {{vars.w}} $BOTH $ROOT $HOME_OF; pwd; echo $MISE_TASK_NAME \
         $MISE_MONOREPO_ROOT $MISE_PROJECT_ROOT $MISE_CONFIG_ROOT $MISE_ORIGINAL_CWD \
         $MISE_TASK_FILE $MISE_TASK_DIR'\n\
         [tasks.lint]\nrun = 'echo lint'\n\
         [tasks.gen]\nrun = 'echo gen'\nsources = ['src/*']\noutputs = ['out']\n\
         [tasks.'test:unit']\nrun = 'echo unit'\n\
         [tasks.'test:e2e']\nrun = 'echo e2e'\nhide = true\n",
    )
    .executable(
        "apps/web/mise-tasks/ft.sh",
        "#!/bin/sh\n#MISE description=\"a file task\"\n#MISE depends=[\"lint\"]\n\
         echo ft $MISE_TASK_NAME; pwd\n",
    )
    .file("apps/web/src/x", "")
    .file(
        "apps/api/mise.toml",
        "[tasks.build]\nrun = [{ task = 'gen' }, 'echo api $BOTH $WEB', { task = '//apps/web:lint' }]\n\
         depends_post = ['//:build']\n[tasks.gen]\nrun = 'echo apigen'\n\
         [tasks.serve]\nrun = 'echo serve {{config_root}} {{vars.v}}'\n",
    )
    .file("libs/core/mise.toml", "[tasks.build]\nrun = 'echo core'\nwait_for = ['//apps/api:gen']\n")
    .file("other/deep/mise.toml", "[tasks.build]\nrun = 'echo deep'\n")
}

#[test]
fn lists_show_the_way_here_and_with_all_every_project() {
    for dir in ["", "apps/web", "apps/web/src", "libs", "other/deep"] {
        let mut case = repository();
        for args in [
            &["tasks"][..],
            &["tasks", "ls", "--all"],
            &["tasks", "ls", "--all", "--hidden"],
            &["tasks", "ls", "--json"],
            &["tasks", "ls", "--json", "--all"],
            &["tasks", "ls", "-x", "--all"],
            &["tasks", "ls", "--complete"],
            &["tasks", "ls", "--usage", "--all"],
            &["tasks", "ls", "--local"],
            &["tasks", "ls", "--global"],
            &["tasks", "ls", "--name-only", "--all"],
            &["tasks", "ls", "--all", "--sort", "description"],
        ] {
            case = case.mise(args).cwd(dir);
        }
        case.check();
    }
}

#[test]
fn one_task_is_described_by_its_full_name() {
    let mut case = repository();
    for word in ["build", "//:build", "//apps/api:build", ":lint", "wb", "ft", "//...:lint"] {
        case = case.mise(["tasks", "info", word]).cwd("apps/web");
        case = case.mise(["tasks", "info", word, "--json"]).cwd("apps/web");
    }
    case.check();
    for word in ["nope", "//x:y", "deploy", "//apps/*:serve"] {
        let case = repository().mise(["tasks", "info", word]).cwd("apps/web");
        case.stderr_differs(WORDS).check();
    }
}

#[test]
fn graphs_cross_projects() {
    for dir in ["", "apps/web"] {
        let mut case = repository();
        for args in [&["tasks", "deps"][..], &["tasks", "deps", "--dot"]] {
            case = case.mise(args).cwd(dir);
        }
        for word in ["build", "//:deploy", "//apps/api:build"] {
            case = case.mise(["tasks", "deps", word]).cwd(dir);
        }
        case.check();
    }
}

#[test]
fn words_mean_the_nearest_project() {
    for (dir, words) in [
        ("", &["build", "b", ":build", "wb", "//apps/web:wb", "//apps/web:ft"][..]),
        ("", &["//apps/web:ft.sh", "//apps/web:test:*", "//...:gen", "//apps/...:gen", "...:gen"]),
        ("", &["//*:build", "//.../web:lint", "*:lint", "apps", "core:build", "//apps/web:?int"]),
        ("apps/web", &["build", ":lint", "wb", "//:build", "//apps/*:lint", "test:*", "ft"]),
        ("apps/web/src", &["lint", "//apps/api:gen"]),
        ("libs", &["build", "wb"]),
        ("other/deep", &["build", "//:build"]),
    ] {
        for word in words {
            let case = repository().mise(["run", word]).cwd(dir).stderr_differs(WORDS);
            case.unordered().check();
        }
    }
    let case = repository().mise(["//apps/api:gen"]).mise([":lint"]).cwd("apps/web");
    case.mise(["r", ":::", "lint", ":::", "test:unit"]).cwd("apps/web").unordered().check();
}

#[test]
fn words_that_mean_nothing_are_errors() {
    for (dir, words) in [
        ("", &["//apps/web:test", "//apps/web", "apps/web:build", "//apps/web:nope", "nope"][..]),
        ("", &["web:build", "//other/deep:build", ":nope", "::x", "//:", ":", "./...:build"]),
        ("", &["//...", "...", "//...:nope", "//A:x", "//apps/web/:lint", "//./apps/web:lint", ""]),
        ("", &["//apps/*:build", "//{apps/web,apps/api}:build", "lint", "//apps/web:", "gen"]),
        ("apps/web", &["deploy", "serve", "api:build", "../api:build", "b:x", "//apps/web:deploy"]),
    ] {
        for word in words {
            let case = repository().mise(["run", word]).cwd(dir);
            case.stderr_differs(WORDS).check();
        }
    }
}

#[test]
fn a_task_sees_its_project_and_those_above_it() {
    let case = repository();
    case.mise(["run", "-q", "//apps/web:build"]).unordered().check();
    let case = repository().mise(["run", "-q", "//apps/web:build"]).cwd("apps/api");
    case.unordered().check();
    let case = repository().mise(["run", "-q", "//apps/api:serve"]).cwd("apps/web");
    case.mise(["run", "-q", "//:deploy"]).cwd("apps/web").unordered().check();
    repository().mise(["run", "-q", "//apps/api:build"]).unordered().check();
}

/// The values of the working directory lie below those of the task's own way.
#[test]
fn the_environment_of_the_working_directory_lies_below() {
    let show = "run = 'echo A=$A W=$W M=$M X=$X {{vars.v}} {{vars.w | default(value=\"-\")}}; pwd'";
    for dir in ["", "apps", "apps/web", "apps/api"] {
        let mut case = Case::config(&format!(
            "monorepo_root = true\n[monorepo]\nconfig_roots = ['apps/web', 'apps/api']\n\
             [env]\nA = 'root'\n[vars]\nv = 'root'\n[task_templates.tpl]\nrun = 'echo {{{{config_root}}}}'\n\
             [tasks.show]\n{show}\n[tasks.with]\ndepends = ['show']\n"
        ))
        .file("apps/mise.toml", "[env]\nM = 'mid'\n[vars]\nw = 'mid'\n[tasks.mid]\nrun = 'echo mid'\n")
        .file(
            "apps/web/mise.toml",
            &format!(
                "[env]\nA = 'web'\nW = 'web'\n[vars]\nv = 'web'\nw = 'web'\n[task_config]\n\
                 dir = '{{{{config_root}}}}/sub'\n[tasks.show]\n{show}\n[tasks.t]\nextends = 'tpl'\n"
            ),
        )
        .dir("apps/web/sub")
        .file("apps/api/mise.toml", &format!("[env]\nX = 'api'\n[tasks.show]\n{show}\n"));
        for word in ["show", "//:show", "//:with", "//apps/web:show", "//apps/api:show"] {
            case = case.mise(["run", "-q", word]).cwd(dir);
        }
        case = case.mise(["run", "-q", "//apps/web:t"]).cwd(dir);
        case = case.mise(["run", "-q", "//apps:mid"]).cwd(dir).mise(["tasks", "--all"]).cwd(dir);
        case.stderr_differs(WORDS).check();
    }
}

/// Two projects whose tasks name each other's in every way.
fn neighbours() -> Case {
    Case::config(
        "monorepo_root = true\n[monorepo]\nconfig_roots = ['a', 'b', 'c']\n\
         [tasks.x]\nrun = 'echo rx'\n[tasks.'ns:one']\nrun = 'echo ns1'\n",
    )
    .file(
        "a/mise.toml",
        "[tasks.x]\nusage = 'arg \"[n]\" default=\"z\"'\nrun = 'echo ax $usage_n'\nalias = ['sh', 'al']\n\
         [tasks.deps]\ndepends = ['al', 'sh']\n[tasks.rel]\ndepends = ['./...:x']\n\
         [tasks.rel2]\ndepends = ['...:x']\n[tasks.all]\ndepends = ['//...:x']\n\
         [tasks.star]\ndepends = ['//*:x']\n[tasks.bad]\ndepends = ['//b:nope']\n\
         [tasks.opt]\ndepends = [{ task = '//b:nope', optional = true }]\nrun = 'echo opt'\n\
         [tasks.badbare]\ndepends = ['nope']\n[tasks.badcolon]\ndepends = [':nope']\n\
         [tasks.badpath]\ndepends = ['//zzz:x']\n[tasks.slash]\ndepends = ['b/x:y']\n\
         [tasks.slash2]\ndepends = ['../b:x']\n[tasks.nomiss]\ndepends = ['//b']\n\
         [tasks.args]\ndepends = ['//b:x hello', { task = ':x', args = ['q'] }, ['x', 'w']]\n\
         [tasks.runs]\nrun = ['echo 1', { task = 'x' }, { task = ':e' }, { task = '//b:x' }, \
         { tasks = ['e', '//c:y'] }]\n[tasks.runbad]\nrun = [{ task = '//b:nope' }]\n\
         [tasks.post]\nrun = 'echo post'\ndepends_post = ['x', '//b:x']\n\
         [tasks.wait]\nrun = 'echo wait'\nwait_for = ['x', ':x', '//b:x']\n\
         [tasks.glob]\ndepends = ['n1*']\n[tasks.'n:1']\nrun = 'echo n:1'\n\
         [tasks.n11]\nrun = 'echo n11'\n[tasks.glob2]\ndepends = [':n*1', '//b:x*']\n\
         [tasks.self]\ndepends = ['self']\nrun = 'echo self'\n[tasks.circ]\ndepends = ['//b:circ']\n\
         [tasks.tmpl]\ndepends = [\"//{{ 'b' }}:x\", \"{{vars.nm | default(value='x')}}\"]\n\
         [tasks.e]\nrun = 'echo V=$V'\n\
         [tasks.env]\ndepends = [{ task = '//b:e', env = { V = '1' } }]\nenv = { V = '2' }\nrun = 'echo $V'\n",
    )
    .file(
        "b/mise.toml",
        "[tasks.x]\nrun = 'echo bx'\nalias = ['sh', 'balias']\n[tasks.circ]\ndepends = ['//a:circ']\n\
         [tasks.e]\nrun = 'echo V=$V'\n",
    )
    .file("c/mise.toml", "[tasks.y]\nrun = 'echo cy'\n")
    .file("a/deep/mise.toml", "[tasks.x]\nrun = 'echo deep'\n")
}

#[test]
fn dependencies_name_tasks_of_other_projects() {
    for name in [
        "deps", "rel", "rel2", "all", "star", "opt", "args", "runs", "post", "wait", "glob",
        "glob2", "self", "tmpl", "env",
    ] {
        let word = format!("//a:{name}");
        let case = neighbours().mise(["run", "-q", &word]).mise(["tasks", "deps", &word]);
        case.stderr_differs(WORDS).unordered().check();
    }
}

#[test]
fn dependencies_that_name_nothing_are_errors() {
    for name in
        ["bad", "badbare", "badcolon", "badpath", "slash", "slash2", "nomiss", "circ", "runbad"]
    {
        let case = neighbours().mise(["run", "-q", &format!("//a:{name}")]);
        case.stderr_differs(WORDS).check();
    }
}

#[test]
fn aliases_and_paths_are_words_too() {
    for (dir, words) in [
        ("", &["sh", "balias", "//a:al", "a:x", "a:sh", "c:y", "ns:one", "ns:*", "//...:sh"][..]),
        ("", &["//a/...:x", "//a...:x", "//...a:x", "//...:{x,y}", "//a:?11", "y", "b:{x,e}"]),
        ("", &["l*", "a:n*", "//?:x", "///a:x", "//a:x:y", "//a/deep:x"]),
        ("a", &["sh", "al", "balias", "x", "?11", "...:x", "n:*", "default", "b:x"]),
        ("a/deep", &["x", ":x", "//a:x", "//a/deep:x", "//a:rel", "al"]),
        ("c", &["sh", "a:x", "x"]),
    ] {
        for word in words {
            let case = neighbours().mise(["run", word]).cwd(dir);
            case.stderr_differs(WORDS).unordered().check();
        }
    }
    let case = neighbours().mise(["run", "//a:x", "5"]).mise(["run", "//a:x", "1", ":::", "//b:x"]);
    case.stderr_differs(WORDS).unordered().check();
    neighbours().mise(["run"]).cwd("a").stderr_differs(WORDS).check();
}

/// Names of tasks go before aliases, later aliases before earlier ones; a short alias means
/// the last task below that has it.
#[test]
fn aliases_that_several_have() {
    for (dir, words) in [
        ("", &["al", "a*", "x", "//...:x", "//...:al", "//...:a*", "t*", "*"][..]),
        ("a", &["al", "a*", "x", "//a:x", "zz", "z*", "//...:zz", "q*"]),
        ("b", &["al", "a*", "zz", "z*", "t*", "q*"]),
        ("none", &["al", "a*", "zz", "t*"]),
    ] {
        for word in words {
            let case = Case::config(
                "monorepo_root = true\n[monorepo]\nconfig_roots = ['a', 'b']\n\
                 [tasks.x]\nrun = 'echo rx'\nalias = 'zz'\n[tasks.y]\nrun = 'echo ry'\nalias = ['x', 'tt']\n",
            )
            .dir("none")
            .file(
                "a/mise.toml",
                "[tasks.p]\nrun = 'echo ap'\nalias = ['al', 'zz']\n[tasks.q]\nrun = 'echo aq'\nalias = 'al'\n",
            )
            .file("b/mise.toml", "[tasks.q]\nrun = 'echo bq'\nalias = ['al', 'x']\n")
            .file("../home/.config/mise/config.toml", "[tasks.qg]\nrun = 'echo g'\nalias = 'al'\n");
            case.mise(["run", word]).cwd(dir).stderr_differs(WORDS).unordered().check();
        }
    }
}

#[test]
fn tasks_of_the_user_and_of_directories_above_keep_their_names() {
    let case = || {
        Case::config(
            "[env]\nUP = 'up'\n[vars]\nu = 'uv'\n[tasks.up]\nalias = 'ua'\n\
             run = 'pwd; echo $MISE_TASK_NAME $MISE_MONOREPO_ROOT $MISE_PROJECT_ROOT'\n\
             [tasks.both]\nrun = 'echo upboth'\n",
        )
        .file(
            "in/mise.toml",
            "monorepo_root = true\n[monorepo]\nconfig_roots = ['w']\n[tasks.both]\n\
             run = 'echo both $UP {{vars.u}}'\n[tasks.d]\ndepends = ['up']\n",
        )
        .file("in/w/mise.toml", "[tasks.w]\nrun = 'echo w $UP'\n[tasks.dd]\ndepends = ['up']\n")
        .file(
            "../home/.config/mise/config.toml",
            "[tasks.gt]\nrun = 'pwd; echo $MISE_MONOREPO_ROOT $UP'\nalias = 'ga'\n\
             [tasks.'g:t']\nrun = 'echo g:t'\n[tasks.gd]\ndepends = ['//w:w', 'gt']\n\
             [tasks.gbad]\ndepends = ['w']\n",
        )
    };
    for dir in ["in", "in/w"] {
        let mut tale = case().mise(["tasks"]).cwd(dir).mise(["tasks", "--all"]).cwd(dir);
        for word in [
            "up", "both", "//:up", "d", "ua", "w", "dd", "gt", ":gt", "g:t", "g*", "ga", "gbad",
            "gd",
        ] {
            tale = tale.mise(["run", "-q", word]).cwd(dir);
        }
        tale.stderr_differs(WORDS).unordered().check();
    }
}

#[test]
fn of_nested_monorepos_the_nearest_counts() {
    let mut case = Case::config("[tasks.top]\nrun = 'echo top'\n")
        .file("o/mise.toml", "monorepo_root = true\n[monorepo]\nconfig_roots = ['m', 'm/i']\n[env]\nO = 'o'\n[tasks.ot]\nrun = 'echo ot'\n")
        .file("o/m/mise.toml", "[env]\nM = 'm'\n[tasks.mt]\nrun = 'echo mt'\n")
        .file("o/m/i/mise.toml", "monorepo_root = true\n[monorepo]\nconfig_roots = ['k']\n[tasks.it]\nrun = 'echo it $O $M'\n")
        .file("o/m/i/k/mise.toml", "[tasks.kt]\nrun = 'echo kt $O $M'\ndepends = ['//:it']\n");
    for dir in ["o", "o/m", "o/m/i", "o/m/i/k"] {
        for args in [
            &["tasks"][..],
            &["tasks", "--all"],
            &["run", "top"],
            &["run", "ot"],
            &["run", "mt"],
            &["run", "it"],
            &["run", "kt"],
            &["run", "//m/i:it"],
        ] {
            case = case.mise(args).cwd(dir);
        }
    }
    case.stderr_differs(WORDS).check();
}

#[test]
fn config_roots_are_directories_and_stars() {
    for roots in [
        "['apps/*', '**/z', 'nocfg', 'libs/core', 'missing', './dot', '.', '../out', 'lib?']",
        "['a*/*']",
        "['apps/']",
        "['apps/w*']",
        "['apps/*/er']",
        "['*']",
        "['']",
        "['apps/web/']",
        "['/abs']",
        "['onlyft', '{lib1,dot}', 'link']",
    ] {
        let mut case = Case::config(&format!(
            "monorepo_root = true\n[monorepo]\nconfig_roots = {roots}\n[tasks.a]\nrun = 'echo a'\n"
        ))
        .dir("nocfg")
        .symlink("link", "lib1")
        .executable("onlyft/mise-tasks/x", "#!/bin/sh\necho x\n");
        for path in [
            "apps/web/mise.toml",
            "apps/api/.mise/config.toml",
            "libs/core/.config/mise.toml",
            "dot/mise.toml",
            "lib1/mise.local.toml",
            "a/z/mise.toml",
            "apps/deep/er/mise.toml",
            "apps/.hid/mise.toml",
        ] {
            case = case.file(path, "[tasks.b]\nrun = 'echo b'\n");
        }
        case = case.mise(["tasks"]).mise(["tasks", "--all"]).mise(["run", "//...:b"]);
        case = case.mise(["run", "x"]).cwd("onlyft").mise(["run", "a"]);
        case.stderr_differs(ONCE).unordered().check();
    }
}

#[test]
fn without_config_roots_the_tree_is_searched() {
    let mut case = Case::config("monorepo_root = true\n[tasks.a]\nrun = 'echo a'\n")
        .file(".gitignore", "ign/\n")
        .file("nested/.gitignore", "ign2\n")
        .executable("x/y/.mise/tasks/c", "#!/bin/sh\necho c\n")
        .executable("m/mise-tasks/mt", "#!/bin/sh\necho mt\n")
        .file("k/mise.local.toml", "[tasks.loc]\nrun = 'echo'\n")
        .file("pp/mise.dev.toml", "[tasks.dev]\nrun = 'echo'\n")
        .file("cc/.config/mise/conf.d/x.toml", "[tasks.dev]\nrun = 'echo'\n")
        .file("dd/custom.toml", "[tasks.dev]\nrun = 'echo'\n")
        .file("ee/mep.toml", "");
    for path in [
        "x/mise.toml", "1/2/3/4/5/mise.toml", "1/2/3/4/5/6/mise.toml", "node_modules/z/mise.toml",
        ".hidden/mise.toml", "ign/mise.toml", "nested/ign2/mise.toml", "nested/keep/mise.toml",
        "dist/mise.toml", "build/sub/mise.toml",
    ] {
        case = case.file(path, "[tasks.b]\nrun = 'echo b'\n");
    }
    case = case.mise(["tasks"]).mise(["tasks", "--all"]).mise(["run", "//x:b"]).mise(["run", "a"]);
    case = case.mise(["run", "b"]).cwd("x").mise(["run", "mt"]).cwd("m").mise(["tasks"]).cwd("m");
    for (key, value) in [
        ("MISE_TASK_MONOREPO_DEPTH", "1"),
        ("MISE_TASK_MONOREPO_EXCLUDE_DIRS", "x,1"),
        ("MISE_TASK_MONOREPO_RESPECT_GITIGNORE", "0"),
        ("MISE_ENV", "dev"),
        ("MISE_DEFAULT_CONFIG_FILENAME", "custom.toml"),
        ("MISE_OVERRIDE_CONFIG_FILENAMES", "custom.toml:mise.toml"),
    ] {
        case = case.mise(["tasks", "--all"]).env(key, value);
    }
    case.stderr_differs(ONCE).check();
}

#[test]
fn settings_say_where_projects_are_looked_for() {
    for settings in [
        "monorepo_depth = 1",
        "monorepo_exclude_dirs = ['x']",
        "monorepo_exclude_dirs = ['x']\nmonorepo_respect_gitignore = false",
    ] {
        Case::config(&format!("monorepo_root = true\n[settings.task]\n{settings}\n"))
            .file(".gitignore", "ign/\n")
            .file("x/mise.toml", "[tasks.b]\nrun = 'echo b'\n")
            .file("x/y/mise.toml", "[tasks.b]\nrun = 'echo b'\n")
            .file("ign/mise.toml", "[tasks.b]\nrun = 'echo b'\n")
            .mise(["tasks", "--all"])
            .stderr_differs(ONCE)
            .check();
    }
}

#[test]
fn the_old_name_of_the_key_is_read() {
    for key in [
        "monorepo_root = false",
        "experimental_monorepo_root = true",
        "experimental_monorepo_root = false",
        "experimental_monorepo_root = true\nmonorepo_root = false",
    ] {
        Case::config(&format!(
            "{key}\n[monorepo]\nconfig_roots = ['x']\n[tasks.a]\nrun = 'echo a'\n"
        ))
        .file("x/mise.toml", "[tasks.b]\nrun = 'echo b'\n")
        .mise(["tasks", "--all"])
        .mise(["run", "a"])
        .check();
    }
    let case = Case::config("monorepo_root = true\n[monorepo]\nbogus = 1\nconfig_roots = ['x']\n");
    case.file("x/mise.toml", "").mise(["tasks"]).check();
}

#[test]
fn of_several_files_the_strongest_decides() {
    let root =
        "monorepo_root = true\n[monorepo]\nconfig_roots = ['a']\n[tasks.r]\nrun = 'echo r'\n";
    for (path, text) in [
        ("mise.local.toml", "monorepo_root = false\n"),
        (".config/mise.toml", "monorepo_root = false\n"),
        ("a/mise.local.toml", "monorepo_root = false\n"),
        ("mise.local.toml", "[monorepo]\nconfig_roots = ['b']\n"),
        ("mise.dev.toml", "monorepo_root = false\n"),
        ("../home/.config/mise/config.toml", "monorepo_root = false\n"),
    ] {
        let mut case = Case::config(root)
            .file("a/mise.toml", "[tasks.t]\nrun = 'echo t'\n")
            .file("b/mise.toml", "[tasks.t]\nrun = 'echo bt'\n")
            .file(path, text);
        for dir in ["", "a", "b"] {
            for args in [&["tasks", "--all"][..], &["run", "r"], &["run", "//:r"], &["run", "t"]] {
                case = case.mise(args).cwd(dir);
            }
        }
        case.stderr_differs(WORDS).check();
    }
    for (path, text) in [
        (".config/mise.toml", root),
        ("mise.local.toml", root),
        ("../home/.config/mise/config.toml", root),
    ] {
        let mut case =
            Case::empty().file("a/mise.toml", "[tasks.t]\nrun = 'echo t'\n").file(path, text);
        for dir in ["", "a"] {
            for args in [&["tasks", "--all"][..], &["run", "r"], &["run", "//:r"], &["run", "t"]] {
                case = case.mise(args).cwd(dir);
            }
        }
        case.stderr_differs(WORDS).check();
    }
}

#[test]
fn a_broken_project_stops_only_its_own_tasks() {
    for text in [
        "[tasks.x",
        "[tasks.x]\nrun = 1",
        "[tasks.x]\nbogus = 1\nrun = 'echo x'",
        "[settings]\njobs = 'x'",
    ] {
        let mut case = Case::config(
            "monorepo_root = true\n[monorepo]\nconfig_roots = ['a', 'b']\n[tasks.x]\nrun = 'echo rx'\n",
        )
        .file("a/mise.toml", "[tasks.lint]\nrun = 'echo lint'\n[tasks.dd]\ndepends = ['//b:x']\n")
        .file("b/mise.toml", &format!("{text}\n"))
        .executable("b/mise-tasks/bf", "#!/bin/sh\necho bf\n");
        for args in [
            &["tasks"][..],
            &["tasks", "--all"],
            &["run", "x"],
            &["run", "//a:lint"],
            &["run", "//a:dd"],
            &["run", "//b:x"],
            &["run", "//b:bf"],
        ] {
            case = case.mise(args);
        }
        case.stderr_differs(ONCE).check();
    }
    for text in ["[env]\nA = '{{ nope() }}'", "[env]\nA = { required = true }"] {
        Case::config(
            "monorepo_root = true\n[monorepo]\nconfig_roots = ['b']\n[tasks.x]\nrun = 'echo rx'\n",
        )
        .file("b/mise.toml", &format!("{text}\n[tasks.x]\nrun = 'echo x'\n"))
        .mise(["tasks", "--all"])
        .mise(["run", "x"])
        .check();
    }
}

#[test]
fn a_project_has_its_own_files_and_what_the_root_passes_down() {
    let mut case = Case::config(
        "monorepo_root = true\n[monorepo]\nconfig_roots = ['a', 'b']\n\
         [task_config]\ncascade = true\nincludes = ['tasks.toml']\n",
    )
    .file("tasks.toml", "[casc]\nrun = 'echo casc {{config_root}} $A; pwd'\n")
    .file(
        "a/mise.toml",
        "[env]\nA = 'a'\n[task_config]\nincludes = ['t.toml', 'scripts']\n[tasks.z]\nfile = 'z.sh'\n\
         [tasks.y]\nrun = 'echo {{config_root}}; pwd'\ndir = 'd'\n[tasks.'x.y']\nrun = 'echo xy'\n",
    )
    .dir("a/d")
    .executable("a/z.sh", "#!/bin/sh\necho z $MISE_TASK_FILE $MISE_TASK_DIR; pwd\n")
    .file("a/t.toml", "[inc]\nrun = 'echo inc'\ndepends = [':y']\n")
    .executable("a/scripts/g/s.sh", "#!/bin/sh\n#MISE depends=[\"inc\", \"//b:q\"]\necho s $MISE_TASK_NAME\n")
    .file("b/mise.toml", "[tasks.q]\nrun = 'echo q $A'\n");
    for args in [
        &["tasks", "--all"][..],
        &["tasks", "ls", "-x", "--all"],
        &["tasks", "info", "//a:g:s", "--json"],
        &["run", "-q", "//...:casc"],
        &["run", "-q", "//a:z"],
        &["run", "-q", "//a:y"],
        &["run", "-q", "//a:g:s"],
        &["run", "-q", "//a:x"],
        &["run", "-q", "//...:x"],
    ] {
        case = case.mise(args);
    }
    case.unordered().check();
}

#[test]
fn calls_inside_tasks_find_the_monorepo() {
    Case::config(
        "monorepo_root = true\n[monorepo]\nconfig_roots = ['a', 'b']\n[tasks.x]\nrun = 'echo rx'\n",
    )
    .file(
        "a/mise.toml",
        "[tasks.x]\nrun = 'echo ax'\n[tasks.un]\nrun = 'mise -q run x; mise -q //b:q; mise -q run :x; mise -q //:x'\n",
    )
    .file("b/mise.toml", "[tasks.q]\nrun = 'echo q $MISE_TASK_NAME'\n")
    .mise(["run", "-q", "//a:un"])
    .binary_on_path()
    .check();
}

#[test]
fn lines_before_tasks_have_full_names() {
    repository()
        .mise(["run", "//apps/web:lint"])
        .mise(["run", "--dry-run", "//apps/web:lint"])
        .check();
    let case = repository()
        .mise(["run", "-o", "keep-order", "-j", "1", "//apps/web:lint", ":::", "//apps/api:gen"]);
    case.stderr_differs("mise prints elapsed times").check();
    repository().mise(["run", "//apps/web:lint", "--help"]).mise(["run", "wb", "--help"]).check();
}

#[test]
fn validation_looks_at_the_way_here() {
    let case = repository().mise(["tasks", "validate"]).mise(["tasks", "validate"]).cwd("apps/web");
    case.mise(["tasks", "validate", "--json"]).mise(["tasks", "validate", "//:deploy"]).check();
    for dir in ["", "a", "b"] {
        let case = Case::config(
            "monorepo_root = true\n[monorepo]\nconfig_roots = ['a', 'b']\n\
             [tasks.x]\nrun = 'echo rx'\nalias = ['zz', 'up']\n[tasks.y]\nrun = 'echo ry'\nalias = 'zz'\n",
        )
        .file("a/mise.toml", "[tasks.p]\nrun = 'echo'\nalias = ['up', 'p']\n[tasks.q]\nrun = 'echo'\ndepends = ['//b:q', '//b:no']\n")
        .file("b/mise.toml", "[tasks.q]\nrun = 'echo'\nalias = ['zz', 'x']\nsources = []\n");
        case.mise(["tasks", "validate", "--json"]).cwd(dir).stderr_differs(ONCE).check();
    }
}

#[test]
fn words_of_monorepos_mean_nothing_elsewhere() {
    for word in ["//a:x", ":x", "...", "...:x", "//a", ".../b:x"] {
        let case = Case::config("[tasks.x]\nrun = 'echo x'\n").mise(["run", word]);
        case.stderr_differs(WORDS).check();
    }
    for name in [":x", "//a:x", "...:x", "//a"] {
        let text = format!("[tasks.x]\nrun = 'echo x'\n[tasks.d]\ndepends = ['{name}']\n");
        Case::config(&text).mise(["run", "d"]).stderr_differs(WORDS).check();
    }
}

#[test]
fn names_are_completed() {
    for (dir, lines) in [
        (
            "",
            &["mise run ", "mise run b", "mise run //", "mise run //apps/web:", "mise tasks info "]
                [..],
        ),
        (
            "",
            &["mise //apps", "mise run //apps/web:wb", "mise run w", "mise run :l", "mise run //:"],
        ),
        ("apps/web", &["mise run ", "mise run l", "mise run :", "mise tasks edit ", "mise watch "]),
        ("apps/web", &["mise run //apps/web:build ", "mise run lint "]),
    ] {
        for shell in ["zsh", "bash", "fish"] {
            let mut case = repository();
            for line in lines {
                let ask = ["__complete_word__", "--shell", shell, "--line", line];
                case = case.mise(ask).cwd(dir).binary_on_path();
            }
            case.check();
        }
    }
}

#[test]
fn arguments_of_tasks_are_completed() {
    let mut case = Case::config("monorepo_root = true\n[monorepo]\nconfig_roots = ['a']\n").file(
        "a/mise.toml",
        "[tasks.pick]\nalias = 'p'\nusage = 'arg \"<x>\" { choices \"one\" \"two\" }; flag \"--long\"'\nrun = 'true'\n",
    );
    for dir in ["", "a"] {
        for line in [
            "mise run //a:pick ", "mise run pick ", "mise run :pick ", "mise run p ",
            "mise run //a:p ", "mise run //a:pick --",
        ] {
            let ask = ["__complete_word__", "--shell", "zsh", "--line", line];
            case = case.mise(ask).cwd(dir).binary_on_path();
        }
    }
    case.check();
}

#[test]
fn pages_call_tasks_by_the_names_of_their_project() {
    let case = repository().mise(["generate", "task-docs"]);
    let case = case.mise(["generate", "task-docs"]).cwd("apps/web");
    case.mise(["generate", "task-docs", "-m", "-i", "-o", "."])
        .cwd("apps/api")
        .effects(["apps/api/index.md", "apps/api/build.md"])
        .check();
}

#[test]
fn tasks_are_added_to_the_nearest_file() {
    let case = repository().mise(["tasks", "add", "nt", "--", "echo", "hi"]).cwd("apps/web");
    case.mise(["tasks", "add", "rt", "--", "echo", "hi"])
        .effects(["apps/web/mise.toml", "mise.toml"])
        .check();
}

#[test]
fn outputs_that_nobody_names_belong_to_the_full_name() {
    Case::config("monorepo_root = true\n[monorepo]\nconfig_roots = ['a']\n")
        .file(
            "a/mise.toml",
            "[tasks.x]\nrun = 'echo x'\nsources = ['mise.toml']\noutputs = { auto = true }\n",
        )
        .mise(["tasks", "info", "//a:x"])
        .mise(["run", "//a:x"])
        .mise(["run", "x"])
        .cwd("a")
        .mise(["run", "//a:x"])
        .check();
}

#[test]
fn a_trusted_root_vouches_for_its_projects() {
    let case = || {
        Case::config(
            "monorepo_root = true\n[monorepo]\nconfig_roots = ['a']\n[env]\nR = '{{ 1 + 1 }}'\n[tasks.r]\nrun = 'echo $R'\n",
        )
        .file("a/mise.toml", "[env]\nA = '{{ 2 + 2 }}'\n[tasks.t]\nrun = 'echo t $A'\n")
    };
    let untrusted = "MISE_TRUSTED_CONFIG_PATHS";
    let list = ["tasks", "--all"];
    case().mise(list).env_remove(untrusted).stderr_differs(WORDS).check();
    case()
        .mise(["run", "-q", "//a:t"])
        .env_remove(untrusted)
        .mise(list)
        .env_remove(untrusted)
        .mise(["tasks"])
        .cwd("a")
        .env_remove(untrusted)
        .check();
    case()
        .mise(["trust"])
        .env_remove(untrusted)
        .mise(list)
        .env_remove(untrusted)
        .mise(["run", "t"])
        .cwd("a")
        .env_remove(untrusted)
        .check();
    case()
        .mise(["run", "-q", "t"])
        .cwd("a")
        .env_remove(untrusted)
        .mise(list)
        .env_remove(untrusted)
        .check();
}

#[test]
fn what_scripts_complete_from_has_all_projects() {
    Case::config(
        "monorepo_root = true\n[monorepo]\nconfig_roots = ['a']\n[tasks.r]\nrun = 'echo r'\n",
    )
    .file("a/mise.toml", "[tasks.t]\nrun = 'echo t'\n[tasks.h]\nhide = true\nrun = 'echo h'\n")
    .mise(["tasks", "ls", "--usage"])
    .mise(["tasks", "ls", "--usage", "--hidden"])
    .mise(["tasks", "ls", "--usage"])
    .cwd("a")
    .mise(["tasks", "ls", "--complete"])
    .check();
}
