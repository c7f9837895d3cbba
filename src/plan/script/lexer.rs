//! The words of a shell script: quotes, escapes, comments, here-documents and
//! everything that expands inside a word, with nested commands taken apart the
//! same way. Knows the grammar of words only; what a word means where it
//! stands is asked in `questions`.

use std::cell::Cell;
use std::rc::Rc;

use super::token::{Part, Token, Word};

/// The script ends in the middle of something: nothing certain can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unfinished;

/// Operators; none stands behind a shorter one it begins with.
const OPERATORS: [&str; 14] =
    [";;&", "&>>", "&&", "&>", "||", ";;", ";&", "|&", ";", "&", "|", "(", ")", "\n"];
/// Redirections, the longest first.
const REDIRECTS: [&str; 10] = ["<<<", "<<-", "<<", "<&", "<>", "<", ">>", ">&", ">|", ">"];
/// Words after which a command begins.
const OPENERS: [&str; 11] =
    ["if", "then", "elif", "else", "while", "until", "do", "{", "!", "time", "for"];

/// Takes a script apart.
///
/// # Errors
/// A quote, bracket or here-document that never ends, and a `)` too many.
pub(super) fn tokens(script: &str) -> Result<Vec<Token>, Unfinished> {
    let wrong = Rc::new(Cell::new(0));
    Lexer { text: script, at: 0, places: true, depth: 0, wrong }.whole()
}

/// Deeper nesting than any person writes; `$(` counts twice.
const DEEPEST: usize = 120;

/// How often `((` may turn out to be two brackets. Each time what follows is read twice, and
/// brackets in brackets would double that with every level: with this bound no text is read more
/// often than that, and once for each level of here-documents and backquotes.
const AMBIGUOUS: usize = 30;

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// Positions are those of the script itself.
    places: bool,
    depth: usize,
    /// How many `((` were two brackets, in the whole script.
    wrong: Rc<Cell<usize>>,
}

/// A here-document whose text begins after this line.
struct Pending {
    token: usize,
    end: String,
    quoted: bool,
    tabs: bool,
}

/// What one list of commands has open.
#[derive(Default)]
struct Open {
    /// `true` for `case`, `false` for a bracket.
    brackets: Vec<bool>,
    documents: Vec<Pending>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// Begins one more level. What fails stays counted, so that retries end too.
    fn deeper(&mut self) -> Result<(), Unfinished> {
        self.depth += 1;
        if self.depth > DEEPEST { Err(Unfinished) } else { Ok(()) }
    }

    /// All of the text.
    fn whole(mut self) -> Result<Vec<Token>, Unfinished> {
        let found = self.list(false)?;
        if self.at < self.text.len() { Err(Unfinished) } else { Ok(found) }
    }

    /// Everything up to the end, or to the `)` that closes this list.
    fn list(&mut self, nested: bool) -> Result<Vec<Token>, Unfinished> {
        self.deeper()?;
        let mut out: Vec<Token> = Vec::new();
        let mut open = Open::default();
        loop {
            self.blanks();
            let Some(c) = self.peek() else {
                let complete = !nested && open.documents.is_empty();
                self.depth -= 1;
                return if complete { Ok(out) } else { Err(Unfinished) };
            };
            if c == ')' && open.brackets.is_empty() {
                self.depth -= 1;
                return if nested { Ok(out) } else { Err(Unfinished) };
            }
            if c == '#' {
                self.comment();
            } else if let Some(token) = self.redirect()? {
                self.document(token, &mut out, &mut open)?;
            } else if let Some(token) = self.operator(&out)? {
                bracket(&token, &mut open);
                let line_ends = token == Token::Operator("\n");
                out.push(token);
                if line_ends {
                    self.documents(&mut out, &mut open)?;
                }
            } else {
                let word = self.word()?;
                match word.bare() {
                    Some("case") if starts_command(&out) => open.brackets.push(true),
                    Some("esac") if open.brackets.last() == Some(&true) => {
                        open.brackets.pop();
                    }
                    _ => {}
                }
                out.push(Token::Word(word));
            }
        }
    }

    fn blanks(&mut self) {
        while self.eat(" ") || self.eat("\t") || self.eat("\r") || self.eat("\\\n") {}
    }

    fn comment(&mut self) {
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
    }

    fn operator(&mut self, before: &[Token]) -> Result<Option<Token>, Unfinished> {
        if starts_command(before)
            && let Some(parts) = self.arithmetic()?
        {
            return Ok(Some(Token::Arithmetic(parts)));
        }
        let found = OPERATORS.iter().find(|o| self.rest().starts_with(**o)).copied();
        let Some(found) = found else {
            return Ok(None);
        };
        self.at += found.len();
        Ok(Some(match found {
            "&>" | "&>>" => Token::Redirect { fd: Some(1), operator: found, body: Vec::new() },
            _ => Token::Operator(found),
        }))
    }

    /// `<`, `2>`, `<<EOF` and their like.
    fn redirect(&mut self) -> Result<Option<Token>, Unfinished> {
        let digits = self.rest().find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
        let after = &self.rest()[digits..];
        if digits == 0 && (after.starts_with("<(") || after.starts_with(">(")) {
            return Ok(None);
        }
        let Some(operator) = REDIRECTS.iter().find(|o| after.starts_with(**o)) else {
            return Ok(None);
        };
        let fd = self.rest()[..digits].parse().ok();
        self.at += digits + operator.len();
        Ok(Some(Token::Redirect { fd, operator, body: Vec::new() }))
    }

    /// Adds a redirection; one that begins a here-document takes its word.
    fn document(
        &mut self,
        token: Token,
        out: &mut Vec<Token>,
        open: &mut Open,
    ) -> Result<(), Unfinished> {
        let Token::Redirect { operator, .. } = &token else {
            return Ok(());
        };
        let operator = *operator;
        out.push(token);
        if !matches!(operator, "<<" | "<<-") {
            return Ok(());
        }
        let token = out.len() - 1;
        self.blanks();
        let start = self.at;
        let word = self.word()?;
        let raw = &self.text[start..self.at];
        let quoted = raw.contains(['\'', '"', '\\']);
        let end = word.literal().unwrap_or_else(|| raw.to_string());
        open.documents.push(Pending { token, end, quoted, tabs: operator == "<<-" });
        out.push(Token::Word(word));
        Ok(())
    }

    /// Reads the texts of all here-documents that were begun on this line.
    fn documents(&mut self, out: &mut [Token], open: &mut Open) -> Result<(), Unfinished> {
        for pending in open.documents.drain(..) {
            let start = self.at;
            let end = loop {
                let rest = &self.text[self.at..];
                if rest.is_empty() {
                    // The shell takes the end of the script for the end of the text.
                    break self.at;
                }
                let line = rest.split('\n').next().unwrap_or_default();
                let here = self.at;
                self.at += (line.len() + 1).min(rest.len());
                let line = if pending.tabs { line.trim_start_matches('\t') } else { line };
                if line == pending.end {
                    break here;
                }
            };
            let after = self.at;
            if pending.quoted {
                // Nothing in it expands: it is only said.
                if let Token::Redirect { body, .. } = &mut out[pending.token] {
                    *body = vec![Part::Quoted(self.text[start..end].to_string())];
                }
                continue;
            }
            let mut inner = Lexer {
                text: &self.text[..end],
                at: start,
                places: self.places,
                depth: self.depth,
                wrong: Rc::clone(&self.wrong),
            };
            let parts = inner.quoted_text(None)?;
            self.at = after;
            if let Token::Redirect { body, .. } = &mut out[pending.token] {
                *body = parts;
            }
        }
        Ok(())
    }

    fn word(&mut self) -> Result<Word, Unfinished> {
        let start = self.at;
        let mut parts: Vec<Part> = Vec::new();
        while let Some(c) = self.peek() {
            match c {
                ' ' | '\t' | '\n' | '\r' | ';' | '&' | '|' | ')' => break,
                '(' if array_begins(&parts) => {
                    self.at += 1;
                    self.array(&mut parts)?;
                }
                '(' => break,
                '<' | '>' if self.rest()[1..].starts_with('(') && parts.is_empty() => {
                    self.at += 2;
                    parts.push(Part::Process(self.nested()?));
                }
                '<' | '>' => break,
                '\\' => {
                    self.at += 1;
                    match self.next() {
                        Some('\n') => {}
                        Some(c) => parts.push(Part::Quoted(c.to_string())),
                        None => parts.push(Part::Plain("\\".into())),
                    }
                }
                '\'' => {
                    self.at += 1;
                    parts.push(Part::Quoted(self.until_quote()?));
                }
                '"' => {
                    self.at += 1;
                    parts.push(Part::Quoted(String::new()));
                    parts.extend(self.quoted_text(Some('"'))?);
                }
                '`' => {
                    self.at += 1;
                    parts.push(self.backquoted()?);
                }
                '$' => {
                    self.at += 1;
                    self.dollar(&mut parts, false)?;
                }
                c => {
                    self.at += c.len_utf8();
                    plain(&mut parts, c);
                }
            }
        }
        if self.at == start {
            return Err(Unfinished);
        }
        Ok(Word { parts, at: self.places.then_some(start..self.at) })
    }

    /// The words of `name=( … )`; nothing in there is a command.
    fn array(&mut self, parts: &mut Vec<Part>) -> Result<(), Unfinished> {
        for token in self.nested()? {
            match token {
                Token::Word(word) => parts.extend(word.parts),
                Token::Redirect { body, .. } => parts.extend(body),
                Token::Arithmetic(inner) => parts.extend(inner),
                Token::Operator(_) => {}
            }
        }
        parts.push(Part::Quoted(String::new()));
        Ok(())
    }

    /// A list up to its `)`, which is passed over.
    fn nested(&mut self) -> Result<Vec<Token>, Unfinished> {
        let inner = self.list(true)?;
        if self.eat(")") { Ok(inner) } else { Err(Unfinished) }
    }

    fn until_quote(&mut self) -> Result<String, Unfinished> {
        let end = self.rest().find('\'').ok_or(Unfinished)?;
        let text = self.rest()[..end].to_string();
        self.at += end + 1;
        Ok(text)
    }

    /// `$'…'`: a backslash protects a quote.
    fn ansi(&mut self) -> Result<String, Unfinished> {
        let mut text = String::new();
        loop {
            match self.next().ok_or(Unfinished)? {
                '\'' => return Ok(text),
                '\\' => text.push(self.next().ok_or(Unfinished)?),
                c => text.push(c),
            }
        }
    }

    /// Text in which `$` and backquotes still work: up to `end`, or all of it.
    fn quoted_text(&mut self, end: Option<char>) -> Result<Vec<Part>, Unfinished> {
        let mut parts = Vec::new();
        let mut text = String::new();
        loop {
            let Some(c) = self.next() else {
                if end.is_some() {
                    return Err(Unfinished);
                }
                parts.push(Part::Quoted(text));
                return Ok(parts);
            };
            match c {
                c if Some(c) == end => {
                    parts.push(Part::Quoted(text));
                    return Ok(parts);
                }
                '\\' => text.extend(self.next()),
                '`' => {
                    parts.push(Part::Quoted(std::mem::take(&mut text)));
                    parts.push(self.backquoted()?);
                }
                '$' => {
                    parts.push(Part::Quoted(std::mem::take(&mut text)));
                    self.dollar(&mut parts, true)?;
                }
                c => text.push(c),
            }
        }
    }

    /// What follows a `$`.
    fn dollar(&mut self, parts: &mut Vec<Part>, in_quotes: bool) -> Result<(), Unfinished> {
        self.deeper()?;
        self.expansion(parts, in_quotes)?;
        self.depth -= 1;
        Ok(())
    }

    fn expansion(&mut self, parts: &mut Vec<Part>, in_quotes: bool) -> Result<(), Unfinished> {
        match self.peek() {
            Some('(') => match self.arithmetic()? {
                Some(inner) => {
                    parts.push(Part::Quoted(String::new()));
                    parts.extend(inner);
                }
                None => {
                    self.at += 1;
                    parts.push(Part::Command(self.nested()?));
                }
            },
            Some('{') => {
                self.at += 1;
                self.braces(parts, in_quotes)?;
            }
            Some('\'') if !in_quotes => {
                self.at += 1;
                parts.push(Part::Quoted(self.ansi()?));
            }
            Some('"') if !in_quotes => {
                self.at += 1;
                parts.extend(self.quoted_text(Some('"'))?);
            }
            Some(c) if "@*#?-$!".contains(c) || c.is_ascii_digit() => {
                self.at += 1;
                parts.push(Part::Parameter(c.to_string()));
            }
            Some(c) if is_name(c) => parts.push(Part::Parameter(self.name())),
            _ => plain(parts, '$'),
        }
        Ok(())
    }

    fn name(&mut self) -> String {
        let end = self.rest().find(|c| !is_name(c)).unwrap_or(self.rest().len());
        let name = self.rest()[..end].to_string();
        self.at += end;
        name
    }

    /// `${…}`: the parameter, then whatever its operator expands.
    fn braces(&mut self, parts: &mut Vec<Part>, in_quotes: bool) -> Result<(), Unfinished> {
        let length = self.rest().starts_with('#') && !self.rest().starts_with("#}");
        let length = length && !self.rest()[1..].starts_with([':', '-', '+', '=', '?', '%', '#']);
        let prefixed = length || self.rest().starts_with('!');
        if prefixed {
            self.at += 1;
        }
        let special = self.peek().filter(|c| "@*#?-$!".contains(*c));
        let name = match special {
            Some(c) => {
                self.at += 1;
                c.to_string()
            }
            None => self.name(),
        };
        let by_prefix = prefixed && !length && !name.is_empty() && {
            let rest = self.rest();
            rest.starts_with("*}") || rest.starts_with("@}")
        };
        parts.push(Part::Parameter(if by_prefix { String::new() } else { name }));
        self.operand(parts, in_quotes)
    }

    /// The rest of `${…}` up to its `}`.
    fn operand(&mut self, parts: &mut Vec<Part>, in_quotes: bool) -> Result<(), Unfinished> {
        loop {
            match self.next().ok_or(Unfinished)? {
                '}' => return Ok(()),
                '\\' => {
                    self.next();
                }
                // In double quotes a single quote is a character like others.
                '\'' if !in_quotes => {
                    self.until_quote()?;
                }
                '"' => parts.extend(self.quoted_text(Some('"'))?),
                '`' => parts.push(self.backquoted()?),
                '$' => self.dollar(parts, in_quotes)?,
                _ => {}
            }
        }
    }

    /// `(( … ))`. Nothing, and nothing read, where the brackets are one, or turn out to be two.
    fn arithmetic(&mut self) -> Result<Option<Vec<Part>>, Unfinished> {
        let start = self.at;
        if !self.eat("((") {
            return Ok(None);
        }
        if let Ok(parts) = self.sum() {
            return Ok(Some(parts));
        }
        self.at = start;
        self.wrong.set(self.wrong.get() + 1);
        if self.wrong.get() > AMBIGUOUS { Err(Unfinished) } else { Ok(None) }
    }

    /// Up to `))`.
    fn sum(&mut self) -> Result<Vec<Part>, Unfinished> {
        let mut parts = Vec::new();
        let mut depth = 0;
        loop {
            match self.next().ok_or(Unfinished)? {
                '(' => depth += 1,
                ')' if depth > 0 => depth -= 1,
                ')' => return if self.eat(")") { Ok(parts) } else { Err(Unfinished) },
                '\\' => {
                    self.next();
                }
                '\'' => {
                    self.until_quote()?;
                }
                '"' => parts.extend(self.quoted_text(Some('"'))?),
                '`' => parts.push(self.backquoted()?),
                '$' => self.dollar(&mut parts, true)?,
                _ => {}
            }
        }
    }

    /// The command between backquotes, in which a backslash protects them.
    fn backquoted(&mut self) -> Result<Part, Unfinished> {
        let mut inner = String::new();
        loop {
            match self.next().ok_or(Unfinished)? {
                '`' => break,
                '\\' => match self.next().ok_or(Unfinished)? {
                    c @ ('`' | '\\' | '$') => inner.push(c),
                    c => inner.extend(['\\', c]),
                },
                c => inner.push(c),
            }
        }
        let wrong = Rc::clone(&self.wrong);
        let lexer = Lexer { text: &inner, at: 0, places: false, depth: self.depth, wrong };
        lexer.whole().map(Part::Command)
    }
}

fn is_name(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric()
}

fn plain(parts: &mut Vec<Part>, c: char) {
    match parts.last_mut() {
        Some(Part::Plain(text)) => text.push(c),
        _ => parts.push(Part::Plain(c.to_string())),
    }
}

/// True after `name=` and `name+=`.
fn array_begins(parts: &[Part]) -> bool {
    let [Part::Plain(text)] = parts else {
        return false;
    };
    let name = text.strip_suffix('=').map(|n| n.strip_suffix('+').unwrap_or(n));
    name.is_some_and(|n| !n.is_empty() && n.chars().all(is_name))
}

/// True where the next word may name a command.
fn starts_command(before: &[Token]) -> bool {
    match before.last() {
        None => true,
        Some(Token::Operator(_)) => true,
        Some(Token::Word(word)) => word.bare().is_some_and(|w| OPENERS.contains(&w)),
        Some(_) => false,
    }
}

/// A `)` closes a bracket, or a pattern of the `case` that is open.
fn bracket(token: &Token, open: &mut Open) {
    match token {
        Token::Operator("(") => open.brackets.push(false),
        Token::Operator(")") if open.brackets.last() == Some(&false) => {
            open.brackets.pop();
        }
        _ => {}
    }
}
