//! What mise keeps of its former engine: old names of filters and tests, and
//! old defaults of filters that the engine of today has under the same name.

use tera::{Error, Kwargs, Number, State, Tera, TeraResult, Value};

/// Adds everything to an engine; replaces the engine's own where it must.
pub(super) fn register(tera: &mut Tera) {
    texts(tera);
    lists(tera);
    tera.register_filter("int", int);
    tera.register_filter("float", float);
    tera.register_filter("as_str", |value: &Value, _: Kwargs, _: &State| value.to_string());
    tera.register_filter("filesizeformat", tera_contrib::filesize_format::filesize_format);
    tera.register_test("object", |value: &Value, _: Kwargs, _: &State| value.is_map());
    tera.register_test("divisibleby", |number: i64, args: Kwargs, _: &State| {
        let divisor = args.must_get::<i64>("divisor")?;
        Ok::<_, Error>(divisor != 0 && number % divisor == 0)
    });
}

fn texts(tera: &mut Tera) {
    tera.register_filter("trim_start_matches", |text: &str, args: Kwargs, _: &State| {
        Ok::<_, Error>(text.trim_start_matches(args.must_get::<&str>("pat")?).to_string())
    });
    tera.register_filter("trim_end_matches", |text: &str, args: Kwargs, _: &State| {
        Ok::<_, Error>(text.trim_end_matches(args.must_get::<&str>("pat")?).to_string())
    });
    tera.register_filter("linebreaksbr", |text: &str, _: Kwargs, _: &State| {
        text.replace("\r\n", "<br>").replace('\n', "<br>")
    });
    tera.register_filter("addslashes", |text: &str, _: Kwargs, _: &State| {
        text.replace('\\', r"\\").replace('"', "\\\"").replace('\'', r"\'")
    });
    tera.register_filter("escape", |text: &str, _: Kwargs, _: &State| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        text.replace('"', "&quot;").replace('\'', "&#x27;")
    });
    tera.register_filter("truncate", truncate);
    tera.register_filter("indent", indent);
}

fn lists(tera: &mut Tera) {
    tera.register_filter("first", |value: &Value, _: Kwargs, _: &State| {
        end_of(value, <[Value]>::first, |text| text.chars().next())
    });
    tera.register_filter("last", |value: &Value, _: Kwargs, _: &State| {
        end_of(value, <[Value]>::last, |text| text.chars().next_back())
    });
    tera.register_filter("nth", |list: &[Value], args: Kwargs, _: &State| {
        let found = list.get(args.must_get::<usize>("n")?);
        Ok::<_, Error>(found.cloned().unwrap_or_else(empty))
    });
    tera.register_filter("unique", unique);
    tera.register_filter("slice", slice);
    tera.register_filter("concat", |list: &[Value], args: Kwargs, _: &State| {
        let with = args.must_get::<Value>("with")?;
        let more = with.as_array().map_or_else(|| vec![with.clone()], <[Value]>::to_vec);
        Ok::<_, Error>([list, &more].concat())
    });
    tera.register_filter("map", |list: &[Value], args: Kwargs, _: &State| {
        let path = args.must_get::<&str>("attribute")?;
        let found = list.iter().filter_map(|item| part(item, path));
        Ok::<_, Error>(found.cloned().collect::<Vec<_>>())
    });
    tera.register_filter("filter", |list: &[Value], args: Kwargs, _: &State| {
        let path = args.must_get::<&str>("attribute")?;
        let value = args.get::<Value>("value")?;
        let fits = |item: &&Value| {
            part(item, path).is_some_and(|found| value.as_ref().is_none_or(|v| v == found))
        };
        Ok::<_, Error>(list.iter().filter(fits).cloned().collect::<Vec<_>>())
    });
}

/// Where the engine of today gives `none`, the former one gave an empty text.
fn empty() -> Value {
    Value::from("")
}

fn end_of(
    value: &Value,
    item: fn(&[Value]) -> Option<&Value>,
    letter: fn(&str) -> Option<char>,
) -> Value {
    match (value.as_array(), value.as_str()) {
        (Some(list), _) => item(list).cloned(),
        (_, Some(text)) => letter(text).map(|c| Value::from(c.to_string())),
        _ => None,
    }
    .unwrap_or_else(empty)
}

/// A part of a map by a path with dots; `none` counts as missing.
fn part<'v>(item: &'v Value, path: &'v str) -> Option<&'v Value> {
    item.get_from_path(path).filter(|found| !found.is_none() && !found.is_undefined())
}

/// 255 characters where `length` is not given.
fn truncate(text: &str, args: Kwargs, _: &State) -> TeraResult<String> {
    let length = args.get::<usize>("length")?.unwrap_or(255);
    let end = args.get::<&str>("end")?.unwrap_or("…");
    Ok(match text.char_indices().nth(length) {
        Some((at, _)) => format!("{}{end}", &text[..at]),
        None => text.to_string(),
    })
}

/// `prefix` is the former name of what `width` and `indentation` say today.
fn indent(text: &str, args: Kwargs, _: &State) -> TeraResult<String> {
    let width = args.get::<usize>("width")?.unwrap_or(4).min(1000);
    let letter = args.get::<&str>("indentation")?.unwrap_or(" ");
    if letter.chars().count() != 1 {
        return Err(Error::message(
            "The `indentation` argument must contain exactly one character",
        ));
    }
    let prefix = args.get::<String>("prefix")?.unwrap_or_else(|| letter.repeat(width));
    let first = args.get::<bool>("first")?.unwrap_or(false);
    let blank = args.get::<bool>("blank")?.unwrap_or(false);
    let line = |(i, line): (usize, &str)| {
        let indented = if i == 0 { first } else { blank || !line.is_empty() };
        format!("{}{line}", if indented { prefix.as_str() } else { "" })
    };
    let lines: Vec<String> = text.lines().enumerate().map(line).collect();
    let end = if text.ends_with('\n') { "\n" } else { "" };
    Ok(lines.join("\n") + end)
}

/// Texts that differ in case only are the same, unless `case_sensitive`.
fn unique(list: &[Value], args: Kwargs, _: &State) -> TeraResult<Vec<Value>> {
    let exact = args.get::<bool>("case_sensitive")?.unwrap_or(false);
    let attribute = args.get::<&str>("attribute")?;
    let key = |item: &Value| {
        let found = attribute.map_or(Some(item), |path| part(item, path))?;
        Some(match found.as_str().filter(|_| !exact) {
            Some(text) => Value::from(text.to_lowercase()),
            None => found.clone(),
        })
    };
    let mut seen: Vec<Value> = Vec::new();
    let mut out = Vec::new();
    for item in list {
        if let Some(key) = key(item).filter(|key| !seen.contains(key)) {
            seen.push(key);
            out.push(item.clone());
        }
    }
    Ok(out)
}

/// Bounds below zero count from the end.
fn slice(list: &[Value], args: Kwargs, _: &State) -> TeraResult<Vec<Value>> {
    let bound = |name: &str, fallback: usize| -> TeraResult<usize> {
        let from_end = |n: i64| list.len().saturating_sub(n.unsigned_abs() as usize);
        Ok(args
            .get::<i64>(name)?
            .map_or(fallback, |n| if n < 0 { from_end(n) } else { (n as usize).min(list.len()) }))
    };
    let (start, end) = (bound("start", 0)?, bound("end", list.len())?);
    Ok(list.get(start..end).unwrap_or_default().to_vec())
}

/// A text that is no number is `default`, or 0; a fraction is cut off.
fn int(value: &Value, args: Kwargs, _: &State) -> TeraResult<Value> {
    let base = args.get::<u32>("base")?.unwrap_or(10);
    if !(2..=36).contains(&base) {
        let text = format!("int filter `base` must be between 2 and 36, got {base}");
        return Err(Error::message(text));
    }
    let default = args.get::<i128>("default")?.unwrap_or(0);
    if let Some(text) = value.as_str() {
        return Ok(Value::from(parsed(text.trim(), base).unwrap_or(default)));
    }
    let whole = value.as_number().and_then(|number| match number {
        Number::Integer(n) => Some(n),
        float => float.as_integer(),
    });
    let cannot = || format!("{value} (of type {}) cannot be converted to an int", value.name());
    whole.map(Value::from).ok_or_else(|| Error::message(cannot()))
}

fn parsed(text: &str, base: u32) -> Option<i128> {
    let digits = match base {
        2 => text.trim_start_matches("0b"),
        8 => text.trim_start_matches("0o"),
        16 => text.trim_start_matches("0x"),
        _ => text,
    };
    let fraction = || digits.contains('.').then(|| digits.parse::<f64>().ok()).flatten();
    i128::from_str_radix(digits, base).ok().or_else(|| fraction().map(|f| f.trunc() as i128))
}

/// A text that is no number is `default`, or 0.
fn float(value: &Value, args: Kwargs, _: &State) -> TeraResult<f64> {
    let default = args.get::<f64>("default")?.unwrap_or(0.0);
    if let Some(text) = value.as_str() {
        return Ok(text.trim().parse().unwrap_or(default));
    }
    let cannot = || format!("Value of type {} cannot be converted to a float", value.name());
    value.as_number().map(|n| n.as_float()).ok_or_else(|| Error::message(cannot()))
}
