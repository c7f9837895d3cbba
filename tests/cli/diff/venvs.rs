//! Virtual environments in several files of one hierarchy: which are on PATH, and where.

use crate::support::Case;

/// `x` is the parent's task, `y` the child's.
fn nested(parent: &str, child: &str) -> Case {
    let task = "= '/bin/echo $VIRTUAL_ENV; /bin/echo $PATH'\n";
    let case = Case::config(&format!("[env]\n{parent}[tasks]\nx {task}"))
        .file("c/mise.toml", &format!("[env]\n{child}[tasks]\ny {task}"));
    ["v1/bin", "v2/bin", "c/v1/bin", "c/v2/bin"].into_iter().fold(case, Case::dir)
}

#[test]
fn the_childs_takes_the_place_of_the_parents() {
    for (parent, child) in [
        ("_.python.venv = 'v1'\n", "_.python.venv = 'v2'\n"),
        (
            "_.python.venv = { path = 'v1', create = true }\n",
            "_.python.venv = { path = 'v2', create = true }\n",
        ),
        ("_.python.venv = 'v1'\n_.path = 'a'\n", "_.python.venv = 'v2'\n"),
        ("_.python.venv = 'v1'\n", "A = '1'\n"),
    ] {
        nested(parent, child)
            .mise(["run", "-q", "-C", "c", "y"])
            .binary_on_path()
            .mise(["run", "-q", "-C", "c", "x"])
            .binary_on_path()
            .mise(["run", "-q", "x"])
            .binary_on_path()
            .check();
    }
    nested("_.python.venv = 'v1'\n_.path = 'a'\n", "_.python.venv = 'v2'\n_.path = 'b'\n")
        .mise(["run", "-q", "-C", "c", "y"])
        .binary_on_path()
        .check();
}
