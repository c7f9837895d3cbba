//! Two questions to a script's words: does it take arguments from positional
//! parameters, and does it read its standard input itself? Knows the grammar
//! of commands as far as these two need it, and no shell's extras.

use std::ops::Range;
use std::rc::Rc;

use super::sites::{Site, reads};
use super::token::{Part, Token, Word};

/// What is known of a script.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Facts {
    /// It refers to `$1`, `"$@"`, `shift` and their like.
    pub(super) parameters: bool,
    /// Its own input is read by `read` or `select`.
    pub(super) reads: bool,
    /// Each `read` that names no variable.
    pub(super) bare_reads: Vec<BareRead>,
}

/// A `read` without a name, which only some shells know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BareRead {
    /// Where its command word stands.
    pub(super) word: Range<usize>,
    /// Where a name would stand.
    pub(super) end: usize,
    /// `command read`: no assignment may stand before it.
    pub(super) prefixed: bool,
}

/// Answers both questions.
pub(super) fn facts(tokens: &[Token]) -> Facts {
    let mut walk = Walk::default();
    walk.list(tokens, &Frame { open: true, ..Frame::default() });
    if walk.lost {
        return Facts::default();
    }
    let reads = reads(&walk.sites);
    Facts { parameters: walk.parameters, reads, bare_reads: walk.bare_reads }
}

/// More blocks in blocks than any person writes.
const DEEPEST: usize = 120;

/// Where a command stands.
#[derive(Debug, Clone, Default)]
struct Frame {
    /// Word that closes it.
    close: &'static str,
    /// The script's input reaches it.
    open: bool,
    function: Option<Rc<str>>,
    /// Number of the first site inside.
    sites: usize,
    /// First site of the list of commands that is being read.
    line: usize,
    /// Behind a `|`.
    piped: bool,
    /// `set -- …` was seen: parameters are the script's own.
    own: bool,
    /// In `case`, before the `)` of a pattern.
    pattern: bool,
}

/// A simple command as far as it has been read.
#[derive(Default)]
struct Simple<'t> {
    words: Vec<&'t Word>,
    input: bool,
}

#[derive(Default)]
struct Walk {
    parameters: bool,
    sites: Vec<Site>,
    bare_reads: Vec<BareRead>,
    /// Blocks lie too deep in one another for an answer.
    lost: bool,
}

/// Reserved words that only say that a command follows.
const FILLERS: [&str; 7] = ["then", "else", "elif", "do", "!", "time", "coproc"];

impl Walk {
    fn list(&mut self, tokens: &[Token], at: &Frame) {
        let inner =
            Frame { close: "", sites: self.sites.len(), line: self.sites.len(), ..at.clone() };
        let mut reader = Reader { tokens, at: 0, frames: vec![inner], walk: self };
        reader.all();
    }
}

struct Reader<'t, 'w> {
    tokens: &'t [Token],
    at: usize,
    frames: Vec<Frame>,
    walk: &'w mut Walk,
}

impl<'t> Reader<'t, '_> {
    fn all(&mut self) {
        while self.at < self.tokens.len() {
            self.command();
        }
    }

    fn push(&mut self, frame: Frame) {
        if self.frames.len() > DEEPEST {
            self.walk.lost = true;
            self.at = self.tokens.len();
        }
        self.frames.push(frame);
    }

    fn top(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::default());
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn next(&mut self) -> Option<&'t Token> {
        let token = self.tokens.get(self.at);
        self.at += 1;
        token
    }

    fn peek_bare(&self) -> Option<&'t str> {
        match self.tokens.get(self.at) {
            Some(Token::Word(word)) => word.bare(),
            _ => None,
        }
    }

    fn is_operator(&self, at: usize, operator: &str) -> bool {
        matches!(self.tokens.get(at), Some(Token::Operator(o)) if *o == operator)
    }

    // ---- commands ----------------------------------------------------------

    /// One step from a place where a command may begin.
    fn command(&mut self) {
        if self.top().pattern {
            return self.pattern();
        }
        match &self.tokens[self.at] {
            Token::Operator(operator) => {
                self.at += 1;
                self.operator(operator);
            }
            Token::Arithmetic(parts) => {
                self.at += 1;
                self.parts(parts);
            }
            Token::Redirect { .. } => self.simple(),
            Token::Word(word) => match word.bare() {
                Some(text) if self.reserved(text) => {}
                _ => self.simple(),
            },
        }
    }

    fn operator(&mut self, operator: &str) {
        match operator {
            "(" => self.open(")"),
            ")" => self.close(")"),
            "|" | "|&" => {
                self.top().piped = true;
                while self.is_operator(self.at, "\n") {
                    self.at += 1;
                }
            }
            "&" => {
                let from = self.top().line;
                self.shut(from);
                self.new_line();
            }
            ";;" | ";&" | ";;&" => {
                self.new_line();
                self.top().pattern = true;
            }
            "&&" | "||" => self.top().piped = false,
            _ => self.new_line(),
        }
    }

    fn new_line(&mut self) {
        let sites = self.walk.sites.len();
        let top = self.top();
        top.piped = false;
        top.line = sites;
    }

    /// Nothing since `from` reads the script's input.
    fn shut(&mut self, from: usize) {
        self.walk.sites.iter_mut().skip(from).for_each(|site| site.open = false);
    }

    fn open(&mut self, close: &'static str) {
        let sites = self.walk.sites.len();
        let top = self.top();
        let inner = Frame {
            close,
            open: top.open && !top.piped,
            sites,
            line: sites,
            piped: false,
            pattern: false,
            ..top.clone()
        };
        self.push(inner);
    }

    /// Ends the innermost frame that this word closes, with its redirections.
    fn close(&mut self, word: &str) {
        if !self.frames.iter().skip(1).any(|f| f.close == word) {
            return;
        }
        while let Some(frame) = self.frames.pop() {
            if frame.close == word {
                // What a bracket sets stays in it.
                if word != ")" {
                    self.top().own |= frame.own;
                    self.top().open &= frame.open || self.top().piped;
                }
                if self.redirections() {
                    self.shut(frame.sites);
                }
                return;
            }
        }
    }

    /// Redirections behind a compound command; true where its input comes
    /// from elsewhere.
    fn redirections(&mut self) -> bool {
        let mut input = false;
        while let Some(Token::Redirect { .. }) = self.tokens.get(self.at) {
            input |= self.redirection();
        }
        input
    }

    fn redirection(&mut self) -> bool {
        let Some(Token::Redirect { fd, operator, body }) = self.next() else {
            return false;
        };
        self.parts(body);
        if let Some(Token::Word(word)) = self.tokens.get(self.at) {
            self.at += 1;
            self.parts(&word.parts);
        }
        operator.starts_with('<') && fd.unwrap_or(0) == 0
    }

    /// Reserved words; false for any other.
    fn reserved(&mut self, text: &str) -> bool {
        match text {
            _ if FILLERS.contains(&text) => self.at += 1,
            "if" => self.begin("fi"),
            "while" | "until" => self.begin("done"),
            "{" => self.begin("}"),
            "for" | "select" => self.each(text == "select"),
            "case" => self.case(),
            "function" => {
                self.at += 1;
                if let Some(Token::Word(name)) = self.next() {
                    if self.is_operator(self.at, "(") {
                        self.at += 2;
                    }
                    self.function(name);
                }
            }
            "[[" => self.test(),
            "fi" | "done" | "}" | "esac" => {
                self.at += 1;
                self.close(match text {
                    "fi" => "fi",
                    "done" => "done",
                    "}" => "}",
                    _ => "esac",
                });
            }
            _ => return false,
        }
        true
    }

    fn begin(&mut self, close: &'static str) {
        self.at += 1;
        self.open(close);
    }

    /// `for x in …`, `for x`, `for ((…))`
    fn each(&mut self, select: bool) {
        self.at += 1;
        if let Some(Token::Arithmetic(parts)) = self.tokens.get(self.at) {
            self.at += 1;
            self.parts(parts);
            return self.open("done");
        }
        self.at += 1;
        let mut ahead = self.at;
        while self.is_operator(ahead, "\n") {
            ahead += 1;
        }
        let listed =
            matches!(self.tokens.get(ahead), Some(Token::Word(w)) if w.bare() == Some("in"));
        if listed {
            self.at = ahead + 1;
            while let Some(Token::Word(word)) = self.tokens.get(self.at) {
                self.at += 1;
                self.parts(&word.parts);
            }
        } else {
            self.referred();
        }
        self.open("done");
        if select {
            self.site("select");
        }
    }

    fn case(&mut self) {
        self.at += 1;
        if let Some(Token::Word(word)) = self.next() {
            self.parts(&word.parts);
        }
        while self.is_operator(self.at, "\n") || self.peek_bare() == Some("in") {
            self.at += 1;
        }
        self.open("esac");
        self.top().pattern = true;
    }

    /// Patterns up to their `)`, or the end of the `case`.
    fn pattern(&mut self) {
        match self.next() {
            Some(Token::Operator(")")) => self.top().pattern = false,
            Some(Token::Word(word)) if word.bare() == Some("esac") => self.close("esac"),
            Some(Token::Word(word)) => self.parts(&word.parts),
            _ => {}
        }
    }

    /// `[[ … ]]`, in which operators and brackets mean other things.
    fn test(&mut self) {
        while let Some(token) = self.next() {
            match token {
                Token::Word(word) if word.bare() == Some("]]") => return,
                Token::Word(word) => self.parts(&word.parts),
                Token::Arithmetic(parts) => self.parts(parts),
                _ => {}
            }
        }
    }

    /// The body of a function: the next compound command.
    fn function(&mut self, name: &Word) {
        while self.is_operator(self.at, "\n") {
            self.at += 1;
        }
        let depth = self.frames.len();
        let top = self.top().clone();
        let function = Some(name.literal().unwrap_or_default().into());
        self.push(Frame {
            close: "function",
            open: true,
            function,
            piped: false,
            own: false,
            ..top
        });
        let begin = self.at;
        while self.at < self.tokens.len() {
            self.command();
            let inside = self.frames.len() > depth + 1;
            if !inside || self.at == begin {
                break;
            }
        }
        self.frames.truncate(depth.max(1));
        self.new_line();
    }

    // ---- simple commands ---------------------------------------------------

    fn simple(&mut self) {
        let mut command = Simple::default();
        while let Some(token) = self.tokens.get(self.at) {
            match token {
                Token::Redirect { .. } => command.input |= self.redirection(),
                Token::Word(word) => {
                    self.at += 1;
                    command.words.push(word);
                    self.parts(&word.parts);
                }
                Token::Operator("(")
                    if command.words.len() == 1 && self.is_operator(self.at + 1, ")") =>
                {
                    self.at += 2;
                    return self.function(command.words[0]);
                }
                _ => break,
            }
        }
        self.named(&command);
    }

    /// What a simple command does, by its name.
    fn named(&mut self, command: &Simple<'t>) {
        let mut words = command.words.iter().copied().skip_while(is_assignment).peekable();
        let mut prefixed = false;
        while let Some(word) = words.peek().and_then(|w| w.literal()) {
            if !matches!(word.as_str(), "command" | "builtin") {
                break;
            }
            prefixed = true;
            words.next();
        }
        let words: Vec<&Word> = words.collect();
        let Some(name) = words.first().and_then(|w| w.literal()) else {
            return;
        };
        match name.as_str() {
            "shift" => self.referred(),
            "getopts" if words.len() <= 3 => self.referred(),
            "set" if sets_parameters(&words[1..]) => self.top().own = true,
            "exec" if words.len() == 1 && command.input => self.top().open = false,
            "read" => self.read(&words, command.input, prefixed),
            _ if !command.input => self.site(&name),
            _ => {}
        }
    }

    fn site(&mut self, name: &str) {
        let top = self.top();
        let open = top.open && !top.piped;
        let function = top.function.clone();
        self.walk.sites.push(Site { name: name.to_string(), open, function });
    }

    fn read(&mut self, words: &[&Word], input: bool, prefixed: bool) {
        let (names, other) = read_options(&words[1..]);
        if !input && !other {
            self.site("read");
        }
        let ends =
            words.first().zip(words.last()).and_then(|(f, l)| f.at.clone().zip(l.at.clone()));
        if let (false, Some((word, last))) = (names, ends) {
            self.walk.bare_reads.push(BareRead { word, end: last.end, prefixed });
        }
    }

    // ---- what expands ------------------------------------------------------

    fn parts(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Parameter(name) if is_positional(name) => self.referred(),
                Part::Command(tokens) => self.nested(tokens, true),
                Part::Process(tokens) => self.nested(tokens, false),
                _ => {}
            }
        }
    }

    fn nested(&mut self, tokens: &[Token], input: bool) {
        let mut at = self.top().clone();
        at.open &= input && !at.piped;
        at.pattern = false;
        at.piped = false;
        self.walk.list(tokens, &at);
    }

    /// A positional parameter is used here.
    fn referred(&mut self) {
        let top = self.top();
        let ours = top.function.is_none() && !top.own;
        self.walk.parameters |= ours;
    }
}

/// `1` to `9`, `10`, `@`, `*`, `#`; not `0`.
fn is_positional(name: &str) -> bool {
    let number = name.parse::<u32>().is_ok_and(|n| n > 0);
    number || matches!(name, "@" | "*" | "#")
}

fn is_assignment(word: &&Word) -> bool {
    let Some(Part::Plain(text)) = word.parts.first() else {
        return false;
    };
    let Some((name, _)) = text.split_once('=') else {
        return false;
    };
    let name = name.split('[').next().unwrap_or_default().trim_end_matches('+');
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
}

/// True for `set --`, `set a b` and what cannot be told; false for options.
fn sets_parameters(words: &[&Word]) -> bool {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Some(text) = word.literal() else {
            return true;
        };
        match text.as_str() {
            "--" | "-" => return true,
            t if t.starts_with(['-', '+']) => {
                if t.ends_with('o') {
                    words.next();
                }
            }
            _ => return true,
        }
    }
    false
}

/// Whether `read` names a variable, and whether it reads another descriptor.
fn read_options(words: &[&Word]) -> (bool, bool) {
    let mut words = words.iter();
    let mut other = false;
    while let Some(word) = words.next() {
        let Some(text) = word.literal().filter(|t| t.len() > 1 && t.starts_with('-')) else {
            return (true, other);
        };
        if text == "--" {
            return (words.next().is_some(), other);
        }
        let takes = text.find(['p', 'd', 'n', 'N', 't', 'a', 'i', 'u']);
        let Some(at) = takes else {
            continue;
        };
        other |= text[at..].starts_with('u');
        if text[at..].starts_with('a') {
            // The option names the variable.
            return (true, other);
        }
        if at + 1 == text.len() {
            words.next();
        }
    }
    (false, other)
}
