//! The text of `MAKEFLAGS`, as far as a pool of job slots is concerned: where
//! the pool is, and how to say that to others. Opens nothing.

use std::path::PathBuf;

/// How to reach a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// Numbers of descriptors that were inherited: the reading and the
    /// writing end of one pipe.
    Descriptors(u32, u32),
    /// The path of a named pipe.
    Fifo(PathBuf),
}

impl Auth {
    /// The flags that say so. Old makes know the first name only, newer tools
    /// the second one; a named pipe is known to new ones alone.
    fn flags(&self) -> String {
        match self {
            Self::Descriptors(read, write) => {
                format!("--jobserver-fds={read},{write} --jobserver-auth={read},{write}")
            }
            Self::Fifo(path) => format!("--jobserver-auth=fifo:{}", path.display()),
        }
    }
}

/// The pool that a value of the variable leads to; of several the last one
/// counts.
pub fn pool(flags: &str) -> Option<Auth> {
    let (options, _) = parts(flags);
    options.into_iter().rev().find_map(|word| {
        let value = NAMES.iter().find_map(|name| word.strip_prefix(name))?;
        if let Some(path) = value.strip_prefix("fifo:") {
            return Some(Auth::Fifo(path.into()));
        }
        let (read, write) = value.split_once(',')?;
        // Negative numbers say that there is none for this program.
        Some(Auth::Descriptors(read.parse().ok()?, write.parse().ok()?))
    })
}

const NAMES: [&str; 2] = ["--jobserver-auth=", "--jobserver-fds="];

/// The value with this pool in it: other options and variables stay as they
/// are, another pool or number of jobs goes.
pub fn with_pool(flags: &str, jobs: usize, auth: &Auth) -> String {
    let (options, variables) = parts(flags);
    let mut words = Vec::new();
    let mut options = options.into_iter().peekable();
    while let Some(word) = options.next() {
        let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let of_jobs = word.strip_prefix("-j").or_else(|| word.strip_prefix("--jobs="));
        if of_jobs.is_some_and(number) || word == "--jobs" {
            let apart = !word.ends_with(|last: char| last.is_ascii_digit());
            options.next_if(|next| apart && number(next));
        } else if !NAMES.iter().any(|name| word.starts_with(name)) {
            words.push(word.to_string());
        }
    }
    words.push(format!("-j{jobs}"));
    words.push(auth.flags());
    words.extend(variables.map(|text| format!("-- {text}")));
    words.join(" ")
}

/// The options, and what stands behind `--`: variables.
fn parts(flags: &str) -> (Vec<&str>, Option<&str>) {
    let (options, variables) = match flags.strip_prefix("-- ") {
        Some(variables) => ("", Some(variables)),
        None => match flags.split_once(" -- ") {
            Some((options, variables)) => (options, Some(variables)),
            None => (flags, None),
        },
    };
    (options.split_ascii_whitespace().collect(), variables)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_is_found_where_it_is_named_last() {
        let found = |flags| pool(flags);
        assert_eq!(found(" -j4 --jobserver-auth=3,4"), Some(Auth::Descriptors(3, 4)));
        assert_eq!(found("k -j --jobserver-fds=5,6"), Some(Auth::Descriptors(5, 6)));
        let fifo = Auth::Fifo("/tmp/GMfifo1".into());
        assert_eq!(found("-j4 --jobserver-auth=fifo:/tmp/GMfifo1"), Some(fifo));
        let both = "--jobserver-auth=fifo:/x --jobserver-fds=5,6";
        assert_eq!(found(both), Some(Auth::Descriptors(5, 6)));
    }

    #[test]
    fn what_leads_nowhere_is_no_pool() {
        let none = [
            "",
            "-j4",
            "--jobserver-auth=-2,-2",
            "--jobserver-auth=3",
            "--jobserver-auth=a,b",
            "k -- A=--jobserver-auth=3,4",
            "-- --jobserver-auth=3,4",
        ];
        for flags in none {
            assert_eq!(pool(flags), None, "{flags}");
        }
    }

    #[test]
    fn the_pool_joins_what_is_there() {
        let with = |flags| with_pool(flags, 4, &Auth::Descriptors(64, 65));
        let own = "-j4 --jobserver-fds=64,65 --jobserver-auth=64,65";
        assert_eq!(with(""), own);
        assert_eq!(with("ks"), format!("ks {own}"));
        assert_eq!(with("-s -j8"), format!("-s {own}"));
        assert_eq!(with("-j 8 -k"), format!("-k {own}"));
        assert_eq!(with("--jobs 8 --jobs=9 --jobs -j -w"), format!("-w {own}"));
        assert_eq!(with("-j2 --jobserver-auth=3,4 -k"), format!("-k {own}"));
        assert_eq!(with("s -- CC=gcc\\ -O2"), format!("s {own} -- CC=gcc\\ -O2"));
        assert_eq!(with("-- CC=gcc"), format!("{own} -- CC=gcc"));
        let fifo = with_pool("", 2, &Auth::Fifo("/t/f".into()));
        assert_eq!(fifo, "-j2 --jobserver-auth=fifo:/t/f");
    }
}
