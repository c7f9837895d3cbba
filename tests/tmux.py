"""A terminal of tmux that a script types into and looks at."""

import os
import re
import subprocess
import sys
import time

PATIENCE = 30


class Tmux:
    """A server of its own with one window."""

    def __init__(self, scratch, columns, rows, env):
        self.scratch = scratch
        self.columns = columns
        self.rows = rows
        self.server = ["tmux", "-u", "-S", f"{scratch}/socket", "-f", "/dev/null"]
        self.env = {"LC_ALL": "C.UTF-8", "SHELL": "/bin/sh", **env}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run([*self.server, "kill-server"], env=self.env, capture_output=True)

    def tmux(self, *words):
        command = [*self.server, *words]
        result = subprocess.run(
            command, env=self.env, cwd=self.scratch, check=True, capture_output=True, text=True
        )
        return result.stdout

    def start(self, *line):
        size = ["-x", str(self.columns), "-y", str(self.rows)]
        self.tmux("new-session", "-d", "-s", "shown", *size, *line)

    def keys(self, *names):
        self.tmux("send-keys", "-t", "shown", *names)

    def type(self, text):
        # A word that is `;` ends a command of tmux.
        self.tmux("send-keys", "-t", "shown", "-l", re.sub(";$", r"\\;", text))

    def screen(self, *flags):
        return self.tmux("capture-pane", "-p", *flags, "-t", "shown")

    def lines(self):
        return [line.rstrip() for line in self.screen("-J").rstrip().splitlines()]

    def until(self, wanted):
        """The lines once one of them matches."""
        deadline = time.monotonic() + PATIENCE
        while True:
            lines = self.lines()
            if any(re.search(wanted, line) for line in lines):
                return lines
            if time.monotonic() > deadline:
                sys.exit(f"waited for {wanted!r} at {self.columns} columns:\n" + "\n".join(lines))
            time.sleep(0.02)


def project(scratch, files):
    """Writes files by their paths."""
    for path, text in files.items():
        path = os.path.join(scratch, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
