//! Dates in templates: `now()`, the filter `date`, the tests `before` and
//! `after`. The engine's companion crate has them too, but with calendars of
//! all languages, which doubles the program's size.

use jiff::fmt::strtime;
use jiff::fmt::temporal::{DateTimeParser, Pieces};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use tera::{Error, Kwargs, Number, State, Tera, TeraResult, Value};

static PARSER: DateTimeParser = DateTimeParser::new();

/// Adds everything to an engine.
pub(super) fn register(tera: &mut Tera) {
    tera.register_function("now", now);
    tera.register_filter("date", date);
    tera.register_test("before", |value: &Value, args: Kwargs, _: &State| {
        compare(value, &args, |a, b, same| a < b || (same && a == b))
    });
    tera.register_test("after", |value: &Value, args: Kwargs, _: &State| {
        compare(value, &args, |a, b, same| a > b || (same && a == b))
    });
}

fn now(args: Kwargs, _: &State) -> TeraResult<String> {
    let zone = zone(&args)?.unwrap_or(TimeZone::UTC);
    Ok(Zoned::now().with_time_zone(zone).to_string())
}

/// `format` is strftime's, `%Y-%m-%d` where it is not given.
fn date(value: &Value, args: Kwargs, _: &State) -> TeraResult<String> {
    if args.get::<&str>("locale")?.is_some() {
        return Err(Error::message("dates in other languages are not supported"));
    }
    let zone = zone(&args)?;
    let mut time = parse(value, zone.clone())?;
    if let Some(zone) = zone {
        time = time.with_time_zone(zone);
    }
    let format = args.get::<&str>("format")?.unwrap_or("%Y-%m-%d");
    strtime::format(format, &time)
        .map_err(|e| Error::message(format!("Invalid date format `{format}`: {e}")))
}

fn compare(
    value: &Value,
    args: &Kwargs,
    holds: fn(&Zoned, &Zoned, bool) -> bool,
) -> TeraResult<bool> {
    let other = args.must_get::<&Value>("other")?;
    let inclusive = args.get::<bool>("inclusive")?.unwrap_or(false);
    Ok(holds(&parse(value, None)?, &parse(other, None)?, inclusive))
}

fn zone(args: &Kwargs) -> TeraResult<Option<TimeZone>> {
    let Some(name) = args.get::<&str>("timezone")? else {
        return Ok(None);
    };
    let unknown = |_| Error::message(format!("Unknown timezone: {name}"));
    TimeZone::get(name).map(Some).map_err(unknown)
}

/// A text with or without time and zone, or seconds since 1970.
fn parse(value: &Value, zone: Option<TimeZone>) -> TeraResult<Zoned> {
    let zone = zone.unwrap_or(TimeZone::UTC);
    if let Some(text) = value.as_str() {
        let parsed = PARSER
            .parse_zoned(text)
            .or_else(|_| PARSER.parse_timestamp(text).map(|t| t.to_zoned(offset(text, &zone))))
            .or_else(|_| PARSER.parse_datetime(text).and_then(|d| d.to_zoned(zone.clone())))
            .or_else(|_| PARSER.parse_date(text).and_then(|d| d.to_zoned(zone)));
        return parsed.map_err(|e| {
            Error::message(format!("The string {text} cannot be parsed as a valid date: {e}"))
        });
    }
    let Some(Number::Integer(seconds)) = value.as_number() else {
        let kind = value.name();
        return Err(Error::message(format!(
            "Invalid value: expected a string or integer, got {kind}"
        )));
    };
    let invalid = |why: String| Error::message(format!("Invalid timestamp: {why}"));
    let seconds = i64::try_from(seconds).map_err(|e| invalid(e.to_string()))?;
    let time = Timestamp::new(seconds, 0).map_err(|e| invalid(e.to_string()))?;
    Ok(time.to_zoned(zone))
}

/// The offset that a text names, else `zone`.
fn offset(text: &str, zone: &TimeZone) -> TimeZone {
    let named = Pieces::parse(text).ok().and_then(|pieces| pieces.to_numeric_offset());
    named.map_or_else(|| zone.clone(), TimeZone::fixed)
}
