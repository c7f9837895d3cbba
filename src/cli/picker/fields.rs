//! What a task says it takes → the questions of a form, and their answers →
//! words of a command line. Takes no words apart.

use usage::{SpecArg, SpecChoices, SpecCommand, SpecDoubleDashChoices, SpecFlag};

/// A command: the task itself, or one of the commands it has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) name: String,
    pub(super) help: String,
    pub(super) fields: Vec<Field>,
    pub(super) below: Vec<Level>,
    /// One of `below` has to be named.
    pub(super) needs_below: bool,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) label: String,
    pub(super) help: String,
    pub(super) required: bool,
    /// What holds where nothing is said.
    pub(super) default: Vec<String>,
    pub(super) kind: Kind,
}

/// What can be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// `yes` turns it on; `no` turns off what is on by itself.
    Switch { yes: String, no: Option<String>, on: bool },
    /// A flag that counts how often it is said.
    Count(String),
    /// A value of that flag, or of an argument that has no name on the line.
    Value { flag: Option<String>, many: bool, choices: Vec<Choice>, after_dashes: bool },
}

/// A value, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) help: String,
}

/// An answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Given {
    #[default]
    Nothing,
    /// The switch is not where it is by itself.
    Toggled,
    Times(usize),
    Values(Vec<String>),
}

impl Level {
    /// The questions of a command and of all below it. `resolve` says what has
    /// to be chosen from.
    pub(super) fn new(
        command: &SpecCommand,
        resolve: &dyn Fn(&SpecChoices) -> Vec<String>,
    ) -> Self {
        let args = command.args.iter().filter(|arg| !arg.hide);
        let flags = command.flags.iter().filter(|flag| !flag.hide && !flag.builtin);
        let below = command.subcommands.values().filter(|below| !below.hide);
        Self {
            name: command.name.clone(),
            help: first_line(command.help.as_deref()),
            fields: args
                .map(|arg| of_arg(arg, resolve))
                .chain(flags.map(|flag| of_flag(flag, resolve)))
                .collect(),
            below: below.map(|below| Self::new(below, resolve)).collect(),
            needs_below: command.subcommand_required,
        }
    }
}

fn of_arg(arg: &SpecArg, resolve: &dyn Fn(&SpecChoices) -> Vec<String>) -> Field {
    Field {
        label: arg.name.clone(),
        help: first_line(arg.help.as_deref()),
        required: arg.required,
        default: arg.default.clone(),
        kind: Kind::Value {
            flag: None,
            many: arg.var,
            choices: choices(arg.choices.as_ref(), resolve),
            after_dashes: arg.double_dash == SpecDoubleDashChoices::Required,
        },
    }
}

fn of_flag(flag: &SpecFlag, resolve: &dyn Fn(&SpecChoices) -> Vec<String>) -> Field {
    let long = flag.long.first().map(|long| format!("--{long}"));
    let short = flag.short.first().map(|short| format!("-{short}"));
    let word = long.or(short).unwrap_or_else(|| format!("--{}", flag.name));
    let arg = flag.arg.as_ref();
    let mut default = flag.default.clone();
    default.extend(arg.filter(|_| default.is_empty()).iter().flat_map(|arg| arg.default.clone()));
    let kind = match arg {
        Some(arg) => Kind::Value {
            flag: Some(word.clone()),
            many: flag.var || arg.var,
            choices: choices(arg.choices.as_ref(), resolve),
            after_dashes: false,
        },
        None if flag.count => Kind::Count(word.clone()),
        None => Kind::Switch {
            yes: word.clone(),
            no: flag.negate.as_ref().map(|no| format!("--{}", no.trim_start_matches('-'))),
            on: default.first().is_some_and(|text| text == "true"),
        },
    };
    let help = first_line(flag.help.as_deref());
    Field { label: word, help, required: flag.required && arg.is_some(), default, kind }
}

fn choices(
    choices: Option<&SpecChoices>,
    resolve: &dyn Fn(&SpecChoices) -> Vec<String>,
) -> Vec<Choice> {
    let Some(choices) = choices else {
        return Vec::new();
    };
    let help = |value: &str| {
        let detail = choices.details.iter().find(|one| one.value == value);
        first_line(detail.and_then(|one| one.help.as_deref()))
    };
    resolve(choices).into_iter().map(|value| Choice { help: help(&value), value }).collect()
}

fn first_line(text: Option<&str>) -> String {
    text.and_then(|text| text.lines().next()).unwrap_or_default().to_string()
}

/// The words of a command line that say the answers: those of `path`, the
/// commands from the task down, with `given` for all their fields in order.
///
/// # Errors
/// An answer that no words can say, because an earlier one is missing.
pub(super) fn words(path: &[&Level], given: &[Given]) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut given = given.iter();
    for (depth, level) in path.iter().enumerate() {
        if depth > 0 {
            words.push(level.name.clone());
        }
        let answers: Vec<(&Field, &Given)> = level.fields.iter().zip(given.by_ref()).collect();
        answers.iter().for_each(|(field, given)| say_flag(field, given, &mut words));
        say_args(&answers, &mut words)?;
    }
    Ok(words)
}

fn say_flag(field: &Field, given: &Given, words: &mut Vec<String>) {
    match (&field.kind, given) {
        (Kind::Switch { no: Some(no), on: true, .. }, Given::Toggled) => words.push(no.clone()),
        (Kind::Switch { yes, on: false, .. }, Given::Toggled) => words.push(yes.clone()),
        (Kind::Count(flag), Given::Times(times)) => {
            words.extend(std::iter::repeat_n(flag.clone(), *times));
        }
        (Kind::Value { flag: Some(flag), .. }, Given::Values(values)) => {
            for value in values {
                // Else it would be a flag itself.
                if value.starts_with('-') {
                    words.push(format!("{flag}={value}"));
                } else {
                    words.extend([flag.clone(), value.clone()]);
                }
            }
        }
        _ => {}
    }
}

/// Arguments are known by their place: none can be left out before another one.
fn say_args(answers: &[(&Field, &Given)], words: &mut Vec<String>) -> Result<(), String> {
    let mut left_out: Option<&Field> = None;
    let mut dashes = false;
    for (field, given) in answers {
        let Kind::Value { flag: None, after_dashes, .. } = &field.kind else {
            continue;
        };
        let Given::Values(values) = given else {
            left_out = left_out.or(Some(field));
            continue;
        };
        if let Some(before) = left_out.filter(|_| !after_dashes) {
            return Err(format!("{} needs {} before it", field.label, before.label));
        }
        if *after_dashes && !std::mem::replace(&mut dashes, true) {
            words.push("--".into());
        }
        words.extend(values.iter().cloned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use usage::Spec;

    use super::*;

    fn level(spec: &str) -> Level {
        let spec: Spec = spec.parse().unwrap();
        Level::new(&spec.cmd, &|choices| choices.values())
    }

    fn said(spec: &str, given: &[Given]) -> Result<String, String> {
        words(&[&level(spec)], given).map(|words| words.join(" "))
    }

    fn value(text: &str) -> Given {
        Given::Values(vec![text.to_string()])
    }

    #[test]
    fn a_specification_becomes_questions() {
        let level = level(
            "arg \"<env>\" help=\"Where\\nto\" { choices \"dev\" \"prod\" }
             arg \"[file]…\" default=\"x\"
             flag \"-f --fast\" help=\"No checks\"
             flag \"--color\" negate=\"--no-color\" default=#true
             flag \"-v --verbose\" count=#true
             flag \"--tag <tag>\" default=\"latest\" required=#true
             flag \"--secret\" hide=#true",
        );
        let labels: Vec<&str> = level.fields.iter().map(|field| &*field.label).collect();
        assert_eq!(labels, ["env", "file", "--fast", "--color", "--verbose", "--tag"]);
        let [env, file, fast, color, verbose, tag] = &level.fields[..] else {
            panic!("six of them");
        };
        assert_eq!((env.required, &*env.help), (true, "Where"));
        let Kind::Value { choices, many: false, flag: None, .. } = &env.kind else {
            panic!("{env:?}");
        };
        assert_eq!(choices.iter().map(|c| &*c.value).collect::<Vec<_>>(), ["dev", "prod"]);
        assert_eq!((file.required, &file.default[..]), (false, &["x".to_string()][..]));
        assert!(matches!(file.kind, Kind::Value { many: true, .. }));
        let switch = |yes: &str, no: Option<&str>, on| Kind::Switch {
            yes: yes.into(),
            no: no.map(str::to_string),
            on,
        };
        assert_eq!(fast.kind, switch("--fast", None, false));
        assert_eq!(color.kind, switch("--color", Some("--no-color"), true));
        assert_eq!(verbose.kind, Kind::Count("--verbose".into()));
        // What has a default need not be given.
        assert_eq!((tag.required, &tag.default[..]), (false, &["latest".to_string()][..]));
    }

    #[test]
    fn answers_become_words() {
        let spec = "arg \"<env>\"\narg \"[file]…\"\nflag \"--fast\"\nflag \"--tag <t>\"\n\
                    flag \"-v\" count=#true\nflag \"--color\" negate=\"--no-color\" default=#true";
        let nothing = || Given::Nothing;
        let all = |env, file, rest: [Given; 4]| {
            let [fast, tag, v, color] = rest;
            said(spec, &[env, file, fast, tag, v, color])
        };
        let none = [nothing(), nothing(), nothing(), nothing()];
        assert_eq!(all(value("a"), nothing(), none.clone()), Ok("a".into()));
        let many = Given::Values(vec!["b".into(), "c".into()]);
        let rest = [Given::Toggled, value("x"), Given::Times(2), Given::Toggled];
        let line = "--fast --tag x -v -v --no-color a b c";
        assert_eq!(all(value("a"), many, rest), Ok(line.into()));
        let rest = [nothing(), value("-x"), nothing(), nothing()];
        assert_eq!(all(value("a"), nothing(), rest), Ok("--tag=-x a".into()));
        let missing = all(nothing(), value("b"), none);
        assert_eq!(missing, Err("file needs env before it".into()));
    }

    #[test]
    fn an_argument_that_wants_dashes_gets_them() {
        let spec = "arg \"[a]\"\narg \"[rest]…\" double_dash=\"required\"";
        assert_eq!(said(spec, &[Given::Nothing, value("x")]), Ok("-- x".into()));
        assert_eq!(said(spec, &[value("a"), value("x")]), Ok("a -- x".into()));
    }

    #[test]
    fn commands_stand_between_their_flags() {
        let root = level(
            "flag \"--dir <dir>\"\ncmd \"up\" help=\"Starts it\" {\n  flag \"--wait\"\n  \
             arg \"<name>\"\n}\ncmd \"down\"",
        );
        let up = &root.below[0];
        assert_eq!((&*up.name, &*up.help, root.below.len()), ("up", "Starts it", 2));
        let given = [value("d"), value("db"), Given::Toggled];
        let words = words(&[&root, up], &given).unwrap();
        assert_eq!(words.join(" "), "--dir d up --wait db");
    }
}
