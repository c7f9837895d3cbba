//! Colours: when they are on, and which one a label has.

use crate::model::Dialect;
use crate::sys::Context;

const RESET: &str = "\u{1b}[0m";

/// Variables of which one is set wherever nobody sits before the log.
const CI: [&str; 17] = [
    "CI", "GITHUB_ACTIONS", "GITLAB_CI", "GITEA_ACTIONS", "APPVEYOR", "BITRISE_IO",
    "BUDDY_WORKSPACE_ID", "BUILDKITE", "CIRCLECI", "CIRRUS_CI", "DRONE", "HUDSON_URL", "RENDER",
    "SEMAPHORE", "TEAMCITY_VERSION", "TF_BUILD", "TRAVIS",
];

/// Paints words, or leaves them as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    on: bool,
}

impl Palette {
    /// `NO_COLOR` and `MISE_COLOR=0`, then `CLICOLOR_FORCE`; `CLICOLOR=0` turns
    /// colours off; else they are on for a terminal and in CI.
    pub fn decide(ctx: &Context, terminal: bool) -> Self {
        Self::of(ctx, terminal, true)
    }

    /// The same, without a thought for CI.
    pub fn of_terminal(ctx: &Context, terminal: bool) -> Self {
        Self::of(ctx, terminal, false)
    }

    fn of(ctx: &Context, terminal: bool, asks_ci: bool) -> Self {
        let set = |key: &str| ctx.env.get(key).is_some_and(|v| !v.is_empty());
        let on = if set("NO_COLOR") || ctx.flag_value("MISE_COLOR") == Some(false) {
            false
        } else if ctx.env.get("CLICOLOR_FORCE").is_some_and(|v| v != "0") {
            true
        } else {
            let wanted = ctx.flag_value("CLICOLOR") != Some(false);
            let draws = terminal && ctx.env.get_str("TERM") != Some("dumb");
            wanted && (draws || (asks_ci && CI.iter().any(|key| ctx.flag(key))))
        };
        Self { on }
    }

    /// A palette that never paints.
    pub fn plain() -> Self {
        Self { on: false }
    }

    /// True where words are painted.
    pub fn is_on(self) -> bool {
        self.on
    }

    /// Wraps `text` in an escape sequence such as `1` (bold).
    pub fn paint(self, code: &str, text: &str) -> String {
        if self.on { format!("\u{1b}[{code}m{text}{RESET}") } else { text.to_string() }
    }

    /// Wraps `text` in a label's colour.
    pub fn label(self, start: &str, text: &str) -> String {
        if self.on && !start.is_empty() {
            format!("{start}{text}{RESET}")
        } else {
            text.to_string()
        }
    }

    /// A note that stops nothing, in the words of a dialect.
    pub fn warning(self, dialect: Dialect, text: &str) -> String {
        let yellow = |word| self.paint("33", word);
        match dialect {
            Dialect::Mep => format!("{} {text}", yellow("Warning:")),
            Dialect::Mise => format!("{} {}  {text}", yellow("mise"), yellow("WARN")),
        }
    }

    /// What ends a coloured line.
    pub fn line_end(self) -> &'static str {
        if self.on { RESET } else { "" }
    }
}

/// The escape sequence of a name's label: one of four hues in four shades, by
/// the sum of its characters, as the reference picks them.
pub fn label_color(name: &str) -> String {
    let sum: u32 = name.chars().map(u32::from).sum();
    let hue = [34, 35, 36, 32][(sum % 4) as usize];
    match (sum / 4) % 4 {
        0 => format!("\u{1b}[{hue}m"),
        1 => format!("\u{1b}[{hue}m\u{1b}[1m"),
        2 => format!("\u{1b}[{hue}m\u{1b}[2m"),
        _ => format!("\u{1b}[38;5;{}m", hue - 30 + 8),
    }
}
