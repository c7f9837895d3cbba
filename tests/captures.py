"""Shows runs in tmux, at several widths, and writes down what is on the screen.

    tests/captures.py MEP DIRECTORY

Every run is steered by fifos: a task goes on when this script writes to its fifo, and the
script goes on when the screen shows what it waits for. Ages and durations are masked; lines
that the terminal wrapped are put together, masked, and wrapped again.
"""

import os
import re
import sys
import tempfile
import unicodedata

from session import session
from tmux import Tmux, project

WIDTHS = [40, 80, 200]

CONFIG = """
[tasks.build]
run = 'cat build.fifo; exit 2'
[tasks.lint]
run = 'cat lint.fifo'
[tasks.unit]
run = 'cat unit.fifo; exit 1'
[tasks."database:migrations:up"]
run = 'cat database.fifo'
[tasks.publish]
depends = ['build', 'lint', 'unit', 'database:migrations:up']
run = 'echo published'
[tasks.serve]
run = 'echo serving; cat serve.fifo'
depends_post = ['tidy']
[tasks.tidy]
run = 'cat tidy.fifo'
"""

FIFOS = ["build", "lint", "unit", "database", "serve", "tidy"]


class Screen(Tmux):
    """A terminal of tmux, and the project that is run in it."""

    def __init__(self, mep, scratch, columns):
        env = {"HOME": f"{scratch}/home", "MEP": mep, "PATH": "/usr/bin:/bin"}
        super().__init__(scratch, columns, 30, env)
        os.makedirs(f"{scratch}/home")
        variables = "CI=true GITHUB_ACTIONS=true NO_COLOR=1 MISE_TASK_TIMINGS=0"
        files = {
            "mise.toml": CONFIG,
            # What follows a run shows that nothing is left of its last line. The shell itself
            # has to survive Ctrl-C for that.
            "run": 'trap : INT; clear; MISE_TASK_TIMINGS=0 "$MEP" "$@"; echo "\\$ [exit $?]"; cat\n',
            "ci": f'clear; {variables} "$MEP" "$@" 2>&1 | cat; echo "\\$"; cat\n',
        }
        project(scratch, files)
        for name in FIFOS:
            os.mkfifo(f"{scratch}/{name}.fifo")

    def run(self, *words, script="run"):
        self.start("sh", f"./{script}", "run", *words)

    def write(self, fifo, text=""):
        with open(f"{self.scratch}/{fifo}.fifo", "w") as file:
            file.write(text)

    def lines(self):
        return [mask(line) for line in super().lines()]

    def until(self, wanted):
        """The screen once one of its lines matches."""
        lines = super().until(wanted)
        return "\n".join(part.rstrip() for line in lines for part in wrap(line, self.columns))


def mask(line):
    line = re.sub(r" in [0-9.]+(µs|ms|s)\b", " in 1.23s", line)
    line = re.sub(r"\b[0-9]+s left", "29s left", line)
    return re.sub(r" [0-9]+s(?= ·|$)", " 5s", line)


def wrap(line, columns):
    """A line as a terminal wraps it."""
    parts, used = [""], 0
    for letter in line:
        width = 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if used + width > columns:
            parts.append("")
            used = 0
        parts[-1] += letter
        used += width
    return parts


def status(screen):
    screen.run("-c", "publish")
    all_run = screen.until("^0/5 · .*(\\+[0-9]|up 5s|… 5s)$")
    yield "Four tasks run side by side, a fifth needs them all", all_run
    screen.write("build", "error: x is not known\n")
    screen.until("^1/5 · 1 failed")
    screen.write("lint", "no warnings\n")
    some_done = screen.until("^2/5 · 1 failed")
    yield "Two are done, one of them failed; under -c the others go on", some_done
    screen.write("database")
    screen.until("^3/5 · 1 failed")
    screen.write("unit", "1 of 12 tests failed\n")
    yield "The end: what failed comes last", screen.until("\\[exit 2\\]")


def interrupt(screen):
    screen.run("-o", "prefix", "serve", ":::", "lint")
    screen.until("^0/3 · ")
    screen.keys("C-c")
    yield "After Ctrl-C, while a post task cleans up", screen.until("left · tidy 5s")
    screen.write("tidy", "tidied up\n")
    yield "Nothing of the line is left", screen.until("\\[exit 130\\]")


def grouped(screen):
    screen.run("-c", "build", ":::", "lint", ":::", "database:migrations:up", script="ci")
    screen.write("build", "error: x is not known\n")
    screen.write("database", "three migrations\n")
    screen.until("^three migrations")
    screen.write("lint", "no warnings\n")
    yield "A log of GitHub: what went well is folded, what failed comes last", screen.until("^\\$$")


def capture(mep, columns, plays):
    text = f"A terminal of {columns} columns; ages and durations are made up.\n"
    for scenes in plays:
        with tempfile.TemporaryDirectory(prefix="mep-captures-") as scratch:
            with Screen(mep, scratch, columns) as screen:
                for title, shown in scenes(screen):
                    text += f"\n{'=' * 8} {title}\n\n{shown}\n"
    return text


def main():
    mep, directory = os.path.abspath(sys.argv[1]), sys.argv[2]
    for columns in WIDTHS:
        with open(f"{directory}/status-{columns}.txt", "w") as file:
            file.write(capture(mep, columns, [status, interrupt]))
    with open(f"{directory}/grouped.txt", "w") as file:
        file.write(capture(mep, 80, [grouped]))
    with open(f"{directory}/session.txt", "w") as file:
        file.write(session(mep))


if __name__ == "__main__":
    main()
