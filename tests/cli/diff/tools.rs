//! Tools that a real mise sets up for us: those that it can without a network. Ours finds the
//! reference on PATH, as a user's mep finds the user's mise.

use crate::support::{Case, reference};

/// Two tools of the project's own.
fn case(config: &str) -> Case {
    Case::config(config)
        .executable("node/bin/node", "#!/bin/sh\necho node\n")
        .executable("ruby/bin/ruby", "#!/bin/sh\necho ruby\n")
        .executable("jdk/bin/java", "#!/bin/sh\necho java\n")
}

/// Calls with the reference on PATH.
trait WithMise {
    fn call(self, words: &str) -> Self;
}

impl WithMise for Case {
    fn call(self, words: &str) -> Self {
        let Some(reference) = reference() else {
            return self.mise(words.split(' '));
        };
        let dir = reference.parent().expect("a file lies in a directory").display().to_string();
        let path = format!("{dir}:/usr/local/bin:/usr/bin:/bin");
        self.mise(words.split(' ')).env("PATH", path.leak())
    }
}

/// `[P]` is not known when a configuration is written; templates know it.
const TOOLS: &str = "[tools]\nnode = \"path:{{config_root}}/node\"\n";

/// What of PATH is the project's.
const OURS: &str = "echo \"$PATH\" | tr : '\\n' | grep /p/";

#[test]
fn the_projects_tools_lie_behind_its_own_paths() {
    let config = format!(
        "{TOOLS}[env]\n_.path = 'own'\nSEEN = '{{{{ \"/node\" in env.PATH }}}}'\n\
         [tasks]\nx = '''node; {OURS}; echo $SEEN'''\n"
    );
    case(&config).call("run -q x").check();
}

#[test]
fn a_tasks_tools_come_before_the_projects() {
    let config = format!(
        "{TOOLS}[tasks.x]\ntools = {{ ruby = \"path:{{{{config_root}}}}/ruby\" }}\n\
         env = {{ _.path = 'task' }}\nrun = '''ruby; node; {OURS}'''\n\
         [tasks.y]\ndepends = ['x']\nrun = 'ruby || echo none'\n"
    );
    case(&config)
        .call("run -q x")
        .call("run -q -j1 y")
        .stderr_differs("sh has its own words")
        .check();
}

#[test]
fn variables_of_tools_yield_to_the_configuration() {
    let java = "[tools]\njava = \"path:{{config_root}}/jdk\"\n";
    let tasks = "[tasks.x]\nrun = 'echo $JAVA_HOME'\n\
                 [tasks.y]\nrun = 'echo $JAVA_HOME'\nenv = { JAVA_HOME = 'task' }\n";
    case(&format!("{java}{tasks}")).call("run -q x").call("run -q y").check();
    let own = format!("{java}[env]\nJAVA_HOME = 'mine'\n{tasks}");
    case(&own).call("run -q x").call("run -q x").env("JAVA_HOME", "caller").check();
    case(&format!("{java}{tasks}")).call("run -q x").env("JAVA_HOME", "caller").check();
}

#[test]
fn the_command_line_has_the_last_word() {
    let config = format!(
        "{TOOLS}[tasks.x]\nrun = '''{OURS}'''\n\
         [tasks.y]\ntools = {{ ruby = \"path:{{{{config_root}}}}/jdk\" }}\nrun = '''{OURS}'''\n"
    );
    case(&config)
        .call("run -q -t ruby@path:ruby x")
        .call("run -q --tool node@path:jdk x")
        .call("run -q -t ruby@path:ruby y")
        .check();
}

#[test]
fn skipping_uses_what_is_there() {
    let config = format!("{TOOLS}[tasks]\nx = 'node'\n");
    case(&config)
        .call("run -q --skip-tools x")
        .call("run -q x")
        .env("MISE_TASK_RUN_AUTO_INSTALL", "false")
        .check();
}

#[test]
fn dependencies_are_brought_up_to_date() {
    let config = "[deps.gen]\nauto = true\nrun = 'echo made > out'\nsources = ['mise.toml']\n\
                  outputs = ['out']\n[deps.other]\nrun = 'touch other'\nsources = ['mise.toml']\n\
                  outputs = ['other']\n[tasks]\nx = 'cat out'\n";
    Case::config(config)
        .call("run -q --no-deps x")
        .env("MISE_EXPERIMENTAL", "1")
        .call("run -q x")
        .env("MISE_EXPERIMENTAL", "1")
        .effects(["out", "other"])
        .stderr_differs("sh has its own words")
        .check();
}

#[test]
fn lists_show_tools_as_they_are_written() {
    let config = "[tasks.x]\nrun = 'echo'\n[tasks.x.tools]\na = '1'\n\
                  b = { version = '2', os = ['linux'], n = 1, yes = true }\n\
                  c = { path = 'p' }\nd = { prefix = '3' }\ne = { ref = 'main' }\n";
    Case::config(config).mise(["tasks", "--json"]).check();
    let over = "[tasks.x.tools]\na = '2'\nf = '1'\n";
    Case::config(config).file("mise.local.toml", over).mise(["tasks", "--json"]).check();
}

#[test]
fn templates_know_the_tools() {
    let config = format!(
        "{TOOLS}java = 'path:{{{{config_root}}}}/jdk'\n[env]\nE = {{ value = '{{{{tools.java.path}}}}', tools = true }}\n\
         [tasks]\nx = 'echo {{{{tools.node.version}}}} {{{{tools.java.path}}}} {{{{tools | length}}}} $E'\n\
         late = \"echo {{{{ exec(command='echo ' ~ tools.node.path) }}}}\"\n\
         list = '{{% for name, tool in tools %}}test -d {{{{tool.path}}}}; {{% endfor %}}echo ok'\n\
         nope = 'echo {{{{tools.nope.path}}}}'\n\
         [tasks.own]\ndir = '{{{{tools.java.path}}}}'\nvars = {{ V = '{{{{tools.java.path}}}}' }}\n\
         env = {{ W = '{{{{tools.java.path}}}}' }}\n\
         tools = {{ ruby = 'path:{{{{config_root}}}}/ruby' }}\nrun = 'pwd; echo {{{{vars.V}}}} $W {{{{tools | length}}}}'\n"
    );
    case(&config)
        .call("run -q x")
        .call("run -q late")
        .call("run -q list")
        .call("run -q own")
        .call("run -q -t ruby@path:ruby x")
        .call("run -q --skip-tools x")
        .check();
    case(&config).call("run -q nope").stderr_differs("file and line").check();
}

#[test]
fn templates_know_several_versions_in_their_order() {
    let config = "[tools]\nnode = ['path:{{config_root}}/ruby', 'path:{{config_root}}/node']\n\
                  [tasks]\nx = '''{% for tool in tools.node %}echo {{tool.path}} {{tool.version}}\n\
                  {% endfor %}'''\n";
    case(config).call("run -q x").check();
}

#[test]
fn entries_that_come_before_tools_do_not_know_them() {
    for table in ["env", "vars"] {
        let config = format!(
            "{TOOLS}[{table}]\nA = '{{{{tools.node.path}}}}'\n[tasks]\nx = 'echo {{{{vars}}}} $A'\n"
        );
        case(&config).call("run -q x").stderr_differs("file and line").check();
    }
}

#[test]
fn without_tools_the_map_is_empty() {
    let config = "[tasks]\nx = 'echo {{tools | length}}'\n";
    Case::config(config).call("run -q x").check();
    let missing = "[tools]\n'npm:nope' = 'path:/nope'\n";
    Case::config(&format!("{missing}{config}")).call("run -q --skip-tools x").check();
}

#[test]
fn a_project_of_a_monorepo_has_the_tools_of_its_own_way() {
    // The order is ours: the nearest first, as from inside the project.
    let show = format!("[tasks.show]\nrun = '''{OURS} | sort'''\n");
    for dir in ["", "a", "b"] {
        let mut tale = case(&format!(
            "monorepo_root = true\n[monorepo]\nconfig_roots = ['a', 'b', 'c']\n{TOOLS}{show}"
        ))
        .file(
            "a/mise.toml",
            &format!(
                "[tools]\nnode = \"path:{{{{config_root}}}}/../jdk\"\n{show}[tasks.own]\n\
                 tools = {{ java = \"path:{{{{config_root}}}}/../ruby\" }}\nrun = '''{OURS}'''\n"
            ),
        )
        .file(
            "b/mise.toml",
            &format!("[tools]\nruby = \"path:{{{{config_root}}}}/../ruby\"\n{show}"),
        )
        .file("c/mise.toml", &show);
        for words in ["//:show", "//a:show", "//b:show", "//c:show", "//a:own"] {
            tale = tale.call(&format!("run -q {words}")).cwd(dir);
        }
        tale.check();
    }
}
