"""Records the README's demo: types commands into a shell in tmux, keeps what is on the screen each
time it changes, and makes an animated SVG of it. Nothing in the picture is made up but the typing.

    tests/demo.py MEP docs/demo.svg
"""

import html
import os
import re
import shutil
import sys
import tempfile
import time

from tmux import Tmux

COLUMNS, ROWS = 88, 26
LETTER, LINE, MARGIN = 8, 17, 12
STILL = 0.8  # seconds without a change, after which a command counts as done
HOLD = 1.6  # seconds that its last screen stays
KEYS = 0.045  # seconds for a key

# What is typed, one line after the other; a tuple is keys for a program that waits for them.
STORY = [
    "cd examples/release",
    "mep tasks",
    "clear; mep run release:full",
    "clear; mep last",
    "mep why release:build-all",
    "clear; mep plan release:full",
    "clear; mep run",
    ("smoke", "Down", "Enter"),
]

COLORS = ["#3b4252", "#bf616a", "#a3be8c", "#ebcb8b", "#81a1c1", "#b48ead", "#88c0d0", "#e5e9f0"]
PLAIN, BACKGROUND = "#d8dee9", "#242933"


class Terminal(Tmux):
    """A shell in tmux, and what was seen of it."""

    def __init__(self, mep, scratch):
        env = {
            "HOME": scratch, "PATH": f"{scratch}/bin:{os.environ['PATH']}", "TERM": "xterm-256color",
            "PS1": "\\[\\e[1;32m\\]$\\[\\e[0m\\] ", "MISE_TRUSTED_CONFIG_PATHS": scratch,
        }
        super().__init__(scratch, COLUMNS, ROWS, env)
        self.frames = []
        os.makedirs(f"{scratch}/bin")
        os.symlink(mep, f"{scratch}/bin/mep")
        shutil.copytree("examples/release", f"{scratch}/examples/release",
                        ignore=shutil.ignore_patterns(".scratch"))
        self.start("bash", "--norc", "--noprofile")
        self.started = time.monotonic()

    def look(self):
        """Keeps the screen if it is another one."""
        screen = self.screen("-e")
        if not self.frames or self.frames[-1][1] != screen:
            self.frames.append((time.monotonic() - self.started, screen))
        return screen

    def wait(self):
        """Until nothing has changed for a while."""
        last, since = None, time.monotonic()
        while time.monotonic() - since < STILL:
            screen = self.look()
            if screen != last:
                last, since = screen, time.monotonic()
            time.sleep(0.02)
        time.sleep(HOLD - STILL)

    def play(self, step):
        text, *keys = (step, "Enter") if isinstance(step, str) else step
        for letter in text:
            self.type(letter)
            time.sleep(KEYS)
            self.look()
        for key in keys:
            time.sleep(0 if key == "Enter" and len(keys) == 1 else 0.5)
            self.keys(key)
            self.look()
        self.wait()


def runs(line):
    """A line as pieces of (style, text)."""
    bold = dim = reverse = False
    color = None
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        codes = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if not codes:
            if part:
                yield (bold, dim, reverse, color), part
            continue
        for code in (int(c or 0) for c in codes[1].split(";")):
            if code == 0:
                bold, dim, reverse, color = False, False, False, None
            elif code == 1:
                bold = True
            elif code == 2:
                dim = True
            elif code == 7:
                reverse = True
            elif code in (22, 27):
                bold, dim, reverse = bold and code != 22, dim and code != 22, reverse and code != 27
            elif 30 <= code <= 37 or 90 <= code <= 97:
                color = COLORS[code % 10]
            elif code == 39:
                color = None


def drawn(line):
    """A line as SVG; an empty text where there is nothing to see."""
    texts, at = [], 0
    for (bold, dim, reverse, color), text in runs(line):
        x, width, fill = at * LETTER, len(text) * LETTER, color or PLAIN
        x += (len(text) - len(text.lstrip())) * LETTER
        if reverse:
            texts.append(f'<rect x="{at * LETTER}" y="-12" width="{width}" height="{LINE}" fill="{fill}"/>')
            fill = BACKGROUND
        at, text = at + len(text), text.strip()
        if not text:
            continue
        style = (' font-weight="bold"' if bold else "") + (' opacity=".6"' if dim else "")
        length = len(text) * LETTER
        texts.append(f'<text x="{x}" fill="{fill}"{style} textLength="{length}">{html.escape(text)}</text>')
    return "".join(texts)


def picture(frames, end):
    width, height = round(COLUMNS * LETTER + 2 * MARGIN), ROWS * LINE + 2 * MARGIN
    lines, screens, keys = {}, [], []
    for number, (at, screen) in enumerate(frames):
        uses = []
        for row, line in enumerate(screen.split("\n")[:ROWS]):
            text = drawn(line)
            if text:
                name = lines.setdefault(text, f"l{len(lines)}")
                uses.append(f'<use href="#{name}" y="{row * LINE}"/>')
        screens.append(f'<g transform="translate(0 {number * height})">{"".join(uses)}</g>')
        keys.append(f"{100 * at / end:.3f}%{{transform:translateY({-number * height}px)}}")
    defs = "".join(f'<g id="{name}">{text}</g>' for text, name in lines.items())
    return f"""<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" width="{width}" height="{height}" viewBox="0 0 {width} {height}">
<title>mep in a terminal</title>
<style>text{{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre}}
#strip{{animation:play {end:.2f}s step-end infinite}}
@keyframes play{{{"".join(keys)}}}</style>
<defs>{defs}</defs>
<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>
<svg x="{MARGIN}" y="{MARGIN + 13}" overflow="visible"><g id="strip">{"".join(screens)}</g></svg>
</svg>
"""


def main():
    mep, out = os.path.abspath(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch, Terminal(mep, scratch) as terminal:
        terminal.wait()
        for step in STORY:
            terminal.play(step)
        time.sleep(1.5)
        end, start = time.monotonic() - terminal.started, terminal.frames[0][0]
        frames = [(at - start, screen.replace(scratch, "~")) for at, screen in terminal.frames]
    svg = picture(frames, end - start)
    with open(out, "w") as file:
        file.write(svg)
    print(f"{out}: {len(frames)} screens, {len(svg) // 1024} KB")


if __name__ == "__main__":
    main()
