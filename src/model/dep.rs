//! How one task names another: a dependency as it is written, and a call
//! taken apart into its words.

use super::Spot;

/// One `depends`, `depends_post` or `wait_for` entry as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dep {
    /// Its form.
    pub spec: DepSpec,
    /// Where it is written.
    pub spot: Spot,
}

/// The forms of a dependency. Texts are templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DepSpec {
    /// `"K=v name 'an arg'"`, split like a shell line when it is resolved.
    Text(String),
    /// `["name", "arg"]`
    List(Vec<String>),
    /// `{ task, args, env, optional }`
    Table(Box<Call>),
}

/// A dependency or call taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Call {
    /// Name, alias or glob.
    pub task: String,
    /// Arguments, one word each.
    pub args: Vec<String>,
    /// Variables for this call only.
    pub env: Vec<(String, String)>,
    /// A missing task is no error.
    pub optional: bool,
}

impl Call {
    /// Splits `"K=v name 'an arg'"` as a shell would; a single word is always
    /// a name.
    ///
    /// # Errors
    /// An open quote, or nothing but variables.
    pub fn from_text(text: &str) -> Result<Self, String> {
        if is_plain_word(text) {
            return Ok(Self { task: text.to_string(), ..Self::default() });
        }
        let mut words = shell_words::split(text)
            .map_err(|_| format!("`{text}` has an open quote"))?
            .into_iter()
            .peekable();
        let mut call = Self::default();
        if words.len() > 1 {
            while let Some((key, value)) = words.peek().and_then(|w| assignment(w)) {
                call.env.push((key.to_string(), value.to_string()));
                words.next();
            }
        }
        match words.next() {
            Some(task) => call.task = task,
            None if call.env.is_empty() => return Ok(call),
            None => {
                return Err(format!("`{text}` has no task name, only environment variables"));
            }
        }
        call.args = words.collect();
        Ok(call)
    }
}

/// One word in which nothing means anything to a shell: most names.
fn is_plain_word(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_:./*".contains(&b);
    !text.is_empty() && text.bytes().all(plain)
}

/// `K=v` with a plain key.
fn assignment(word: &str) -> Option<(&str, &str)> {
    let (key, value) = word.split_once('=')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!key.is_empty() && key.chars().all(plain)).then_some((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_line_splits_like_a_shell_line() {
        let call = Call::from_text("A=1 B='x y' setup 'a b' c").unwrap();
        assert_eq!(call.task, "setup");
        assert_eq!(call.args, ["a b", "c"]);
        assert_eq!(call.env, [("A".into(), "1".into()), ("B".into(), "x y".into())]);
    }

    #[test]
    fn one_word_is_a_name_and_only_variables_are_a_mistake() {
        assert_eq!(Call::from_text("A=1").unwrap().task, "A=1");
        assert!(Call::from_text("A=1 B=2").is_err());
        assert!(Call::from_text("a 'b").is_err());
    }

    proptest::proptest! {
        #[test]
        fn a_plain_word_is_one_to_the_shell_as_well(text in "[a-z0-9_:./*#= '\"\\\\-]{0,6}") {
            if is_plain_word(&text) {
                proptest::prop_assert_eq!(shell_words::split(&text).unwrap(), [text]);
            }
        }
    }
}
