"""A first hour with mep, in tmux: what a new user types, and what is on the screen then."""

import os
import re
import tempfile
import time

from tmux import Tmux, project

COLUMNS, ROWS = 80, 24

FILES = {
    "shop/mise.toml": '''[tasks.build]
description = "Bundle the sources"
sources = ["src/*"]
outputs = ["dist/bundle"]
run = "mkdir -p dist; cat src/* > dist/bundle; wc -l < dist/bundle"

[tasks.test]
description = "Try what is built"
depends = ["build"]
run = "grep -q price dist/bundle"

[tasks.deploy]
description = "Put it where people are"
depends = ["test"]
usage = \'\'\'
arg "<place>" help="Where to" { choices "stage" "production" }
flag "--dry-run" help="Only say what would be done"
\'\'\'
run = "echo to $usage_place"
''',
    "shop/src/a": "price 1\n",
    "shop/src/b": "name x\n",
}


def mask(line):
    line = re.sub(r"\brun [0-9a-z]+-[0-9a-z]+ in", "run 0-0 in", line)
    line = re.sub(r" *\b[0-9.]+(µs|ms|s)\b", " 1.23s", line)
    return re.sub(r"\b20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", "2026-01-01 12:00:00", line)


class Session(Tmux):
    """A bash in the project, with the completion of mep."""

    def __init__(self, mep, scratch):
        env = {
            "HOME": f"{scratch}/home", "PATH": f"{scratch}/bin:/usr/bin:/bin", "PS1": "$ ",
            "TERM": "xterm", "INPUTRC": "/dev/null", "MISE_TRUSTED_CONFIG_PATHS": scratch,
        }
        super().__init__(scratch, COLUMNS, ROWS, env)
        project(scratch, FILES)
        for directory in ["home", "bin"]:
            os.makedirs(f"{scratch}/{directory}")
        os.symlink(mep, f"{scratch}/bin/mep")
        self.start("bash", "--norc", "--noprofile")
        self.type('cd shop; source <(mep completion bash); bind "set bell-style none"')
        self.keys("Enter")

    def line(self, text):
        """Clears the screen and types a line."""
        self.keys("C-l")
        self.type(text)

    def enter(self, text):
        self.line(text)
        self.keys("Enter")

    def shows(self, wanted, count=1, prompt=False):
        """The screen once so many of its lines are like that, and the shell asks for the next."""
        while True:
            lines = self.until(wanted)
            if sum(bool(re.search(wanted, line)) for line in lines) >= count:
                if not prompt or lines[-1] == "$":
                    return "\n".join(mask(line.replace(self.scratch, "~")) for line in lines).strip("\n")
            time.sleep(0.02)

    def edit(self, path, old, new):
        path = f"{self.scratch}/shop/{path}"
        with open(path) as file:
            text = file.read()
        assert old in text, (path, old)
        with open(f"{self.scratch}/edited", "w") as file:
            file.write(text.replace(old, new))
        os.replace(f"{self.scratch}/edited", path)


def scenes(at):
    at.until(r"^\$ $|^\$$")
    at.enter("mep run")
    at.until("3/3")
    at.type("dep")
    yield "`mep run` alone: which task? Three letters leave one", at.shows("1/3")
    at.keys("Enter")
    yield "It takes a place, and asks for it", at.shows("production")
    at.keys("Down", "Enter")
    yield "The line that does the same without questions", at.shows("run it")
    at.keys("Enter")
    yield "So it runs", at.shows("Finished in", prompt=True)

    at.enter("mep run test")
    yield "Again: nothing has changed since", at.shows("skipping", prompt=True)
    at.edit("src/a", "price 1", "price 2")
    at.enter("mep why build")
    yield "After an edit: why would it run?", at.shows("last run", prompt=True)

    at.enter("mep watch test")
    yield "Watching", at.shows("^Waiting")
    at.edit("src/b", "name x", "name y\nname z")
    at.until("^3$")
    yield "An edit, and it runs again", at.shows("^Waiting", count=2)
    at.edit("mise.toml", 'depends = ["build"]', 'depends = ["biuld"]')
    yield "A slip in the configuration: the one before stays in force", at.shows("in force")
    at.keys("C-c")
    at.until("^\\$ $|^\\$$")
    at.edit("mise.toml", "biuld", "build")

    at.line("mep run deploy ")
    at.keys("Tab", "Tab")
    yield "Tab knows the places", at.shows("production")
    at.keys("C-u")
    at.enter("mep last")
    yield "What happened", at.shows("  ran .*test", prompt=True)


def session(mep):
    text = f"A terminal of {COLUMNS} columns; durations are made up.\n"
    with tempfile.TemporaryDirectory(prefix="mep-session-", ignore_cleanup_errors=True) as scratch:
        with Session(mep, scratch) as terminal:
            for title, shown in scenes(terminal):
                text += f"\n{'=' * 8} {title}\n\n{shown}\n"
    return text
