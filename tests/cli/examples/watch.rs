//! `examples/watch`: the server goes down and comes back with each edit that counts.

use std::fs;

use nix::sys::signal::Signal;

use super::copy;
use crate::support::{CTRL_C, End, OnTerminal, Project};

fn edit(project: &Project, path: &str, text: &str) {
    fs::write(project.path(path), text).expect("the file can be written");
}

#[test]
fn the_server_comes_back_with_each_edit() {
    let project = copy("watch");
    let mut terminal = OnTerminal::mep(&project, ["watch", "serve"]).start();
    terminal.expect("rendered public/about.html\n").expect("serving 2 pages of public\n");
    edit(&project, "src/index.txt", "Hello.\n");
    terminal.expect("server down\n").expect("src/index.txt changed: running serve\n");
    terminal.expect("serving 2 pages of public\n");
    assert!(project.read("public/index.html").contains("\nHello.\n"));
    edit(&project, "public/index.html", "by hand\n");
    edit(&project, "src/news.txt", "News.\n");
    terminal.expect("src/news.txt changed: running serve\n").expect("serving 3 pages of public\n");
    edit(&project, "style/links.css", "a { color: red }\n");
    terminal.expect("style/links.css changed: running serve\n").expect("serving 3 pages");
    assert!(project.read("public/site.css").contains("red"));
    terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT)).leaves_nobody();
}

#[test]
fn each_task_runs_for_its_own_sources() {
    let project = copy("watch");
    let mut terminal = OnTerminal::mep(&project, ["watch", "--postpone"]).start();
    terminal.expect("Waiting for changes\n");
    edit(&project, "style/base.css", "body { margin: 1em }\n");
    terminal.expect("style/base.css changed: running pages ::: style\n");
    terminal.expect("Waiting for changes\n");
    assert!(!terminal.screen().contains("[words]"), "{}", terminal.screen());
    edit(&project, "src/index.txt", "Five words are in here.\n");
    terminal.expect("src/index.txt changed: running pages ::: words\n");
    terminal.expect("[words] 10\n").expect("Waiting for changes\n");
    terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
}
