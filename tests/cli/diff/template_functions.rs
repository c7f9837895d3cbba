//! Every variable, function, filter and test of templates: what each of them prints.

use crate::support::Case;

/// A task that prints each line, in a project with a few files.
#[track_caller]
fn prints(lines: &[&str]) {
    let text = lines.join("\n");
    let config = format!(
        "[env]\nIN_ENV = 'config'\n[vars]\nv = 'var'\n[tasks.t]\nrun = '''\ncat <<'END'\n{text}\nEND\n'''\n"
    );
    Case::config(&config)
        .file("a.txt", "hello\n")
        .file("old", "")
        .mtime("old", 1_700_000_000)
        .dir("sub")
        .mise(["-q", "run", "t"])
        .check();
}

#[test]
fn variables_have_the_values_of_the_reference() {
    prints(&[
        r#"{{ config_root }} {{ cwd }}"#,
        r#"{{ env.HOME }}"#,
        r#"{{ vars.v }} {{ vars }}"#,
        r#"{{ usage }} {{ tools }}"#,
        r#"{{ mise_bin is string }} {{ mise_pid is string }} {{ mise_pid is number }}"#,
        r#"{{ mise_env is defined }}"#,
        r#"{{ xdg_cache_home }} {{ xdg_config_home }} {{ xdg_data_home }} {{ xdg_state_home }}"#,
    ]);
}

#[test]
fn functions_that_name_the_machine() {
    prints(&[
        r#"{{ arch() }} {{ os() }} {{ os_family() }}"#,
        r#"{{ num_cpus() is string }}"#,
        r#"{{ num_cpus() is number }}"#,
    ]);
}

#[test]
fn get_env_reads_the_callers_environment_only() {
    prints(&[
        r#"{{ get_env(name='HOME') }}"#,
        r#"{{ get_env(name='NOPE', default='d') }}|{{ get_env(name='NOPE', default='') }}|"#,
        r#"{{ get_env(name='IN_ENV', default='not seen') }}"#,
        r#"{{ get_env(name='MISE_TASK_NAME', default='not seen') }}"#,
        r#"{{ get_env(name='PATH') }}"#,
    ]);
}

#[test]
fn chance_keeps_to_its_bounds() {
    prints(&[
        r#"{{ choice(n=3, alphabet='a') }}|{{ choice(n=0, alphabet='a') }}|{{ choice(n=2, alphabet='é') }}"#,
        r#"{{ get_random(start=5, end=6) }}"#,
        r#"{{ get_random(start=1, end=100, seed=42) }} {{ get_random(start=1, end=100, seed='x') }}"#,
        r#"{{ [1, 2, 3, 4] | shuffle(seed=1) }} {{ [1, 2] | shuffle | length }}"#,
    ]);
}

#[test]
fn haiku_has_the_shape_of_the_reference() {
    prints(&[
        r#"{{ haiku() is matching(pat='^[a-z]+-[a-z]+-[0-9][0-9]$') }}"#,
        r#"{{ haiku(words=1) is matching(pat='^[a-z]+-[0-9][0-9]$') }}"#,
        r#"{{ haiku(words=3, separator='_', digits=0) is matching(pat='^[a-z]+_[a-z]+_[a-z]+$') }}"#,
        r#"{{ haiku(words=0, digits=4) is matching(pat='^[a-z]+-[0-9]{4}$') }}"#,
        r#"{{ haiku(words=5, digits=0) is matching(pat='^([a-z]+-){4}[a-z]+$') }}"#,
        r#"{{ haiku(digits=30) is matching(pat='^[a-z]+-[a-z]+-[0-9]{9}$') }}"#,
        r#"{{ haiku(separator='') is matching(pat='^[a-z]+[0-9][0-9]$') }}"#,
    ]);
}

#[test]
fn ranges() {
    prints(&[
        r#"{{ range(end=3) }} {{ range(start=1, end=3) }} {{ range(start=1, end=9, step_by=3) }} {{ range(end=0) }}"#,
        r#"{{ range(start=3, end=1, step_by=-1) }}"#,
        r#"{% for i in range(end=2) %}{{ i }};{% endfor %}"#,
    ]);
}

#[test]
fn dates() {
    prints(&[
        r#"{{ now() is string }} {{ now(timezone='Europe/Berlin') is containing(pat='Berlin') }} {{ now() is ending_with(pat='[UTC]') }}"#,
        r#"{{ 1700000000 | date }} {{ 1700000000 | date(format='%Y-%m-%d %H:%M:%S') }}"#,
        r#"{{ 1700000000 | date(format='%c', timezone='America/New_York') }}"#,
        r#"{{ 1700000000 | date(format='%A %B %e %j %s %Z %z %F %T') }}"#,
        r#"{{ '2024-02-03' | date(format='%d.%m.%y') }} {{ '2024-02-03T10:11:12Z' | date(format='%H:%M') }}"#,
        r#"{{ '2024-02-03T10:11:12+02:00' | date(format='%H:%M %z %Z') }}"#,
        r#"{{ '2024-02-03T10:11:12+02:00' | date(format='%H:%M %z', timezone='UTC') }}"#,
        r#"{{ '2024-02-03T10:11:12+02:00[Europe/Berlin]' | date(format='%H:%M %Z') }}"#,
        r#"{{ '2024-02-03 10:11:12' | date(format='%H:%M') }} {{ -1 | date(format='%Y %s') }}"#,
        r#"{{ '2024-01-01' is before(other='2024-01-02') }} {{ '2024-01-01' is after(other='2024-01-02') }} {{ '2024-01-01' is before(other='2024-01-01', inclusive=true) }}"#,
        r#"{{ '2024-02-03T10:00:00+02:00' is before(other='2024-02-03T09:00:00Z') }} {{ 5 is after(other='1970-01-01') }}"#,
    ]);
}

#[test]
fn hashes() {
    prints(&[
        r#"{{ 'abc' | hash }}"#,
        r#"{{ 'abc' | hash(len=8) }} {{ 'abc' | hash(len=0) }}| {{ 'abc' | hash(len=999) }}"#,
        r#"{{ 'abc' | hash(algorithm='blake3') }}"#,
        r#"{{ 'abc' | hash(algorithm='sha256', len=4) }}"#,
        r#"{{ 'a.txt' | hash_file }} {{ 'a.txt' | hash_file(len=6) }}"#,
    ]);
}

#[test]
fn parts_of_paths() {
    prints(&[
        r#"{{ '/a/b.tar.gz' | basename }} {{ '/a/b.tar.gz' | dirname }} {{ '/a/b.tar.gz' | extname }} {{ '/a/b.tar.gz' | file_stem }}"#,
        r#"[{{ '' | basename }}] [{{ 'a' | dirname }}] [{{ '/' | dirname }}] [{{ '/' | basename }}] [{{ '..' | basename }}]"#,
        r#"[{{ 'a' | extname }}] [{{ '.x' | extname }}] [{{ '.x' | file_stem }}]"#,
        r#"{{ ['a', 'b', 'c.txt'] | join_path }} {{ ['/a', '/b'] | join_path }} {{ [] | join_path }}|"#,
        r#"{{ 'a.txt' | absolute }} {{ './sub/../a.txt' | absolute }} {{ '/x/../y' | absolute }} {{ '~/x' | absolute }}"#,
        r#"{{ 'sub/../a.txt' | canonicalize }}"#,
    ]);
}

#[test]
fn questions_about_files() {
    prints(&[
        r#"{{ 'sub' is dir }} {{ 'a.txt' is dir }} {{ 'a.txt' is file }} {{ 'sub' is file }}"#,
        r#"{{ 'nope' is exists }} {{ 'a.txt' is exists }} {{ '' is exists }} {{ '' is dir }} {{ '/' is dir }} {{ '~' is dir }}"#,
        r#"{{ 'a.txt' is not dir }} {{ 'a.txt' | file_size }}"#,
        r#"{{ read_file(path='a.txt') }}|"#,
        r#"{{ 'old' | last_modified }}"#,
    ]);
}

#[test]
fn names_in_every_case() {
    prints(&[
        r#"{{ 'Foo Bar_bazQux' | kebabcase }} {{ 'Foo Bar_bazQux' | snakecase }} {{ 'Foo Bar_bazQux' | lowercamelcase }}"#,
        r#"{{ 'Foo Bar_bazQux' | uppercamelcase }} {{ 'Foo Bar_bazQux' | shoutysnakecase }} {{ 'Foo Bar_bazQux' | shoutykebabcase }}"#,
        r#"{{ 'aBc' | lower }} {{ 'aBc' | upper }} {{ 'aBC dE' | capitalize }} {{ 'aBC dE-fg' | title }}"#,
    ]);
}

#[test]
fn quoting_for_the_shell() {
    prints(&[
        r#"{{ "it's" | quote }} {{ 'plain' | quote }} {{ '' | quote }} {{ 'a b' | quote | upper }}"#,
    ]);
}

#[test]
fn trimming_and_cutting() {
    prints(&[
        r#"[{{ '  x ' | trim }}] [{{ '  x ' | trim_start }}] [{{ '  x ' | trim_end }}]"#,
        r#"[{{ 'xxaxx' | trim(pat='x') }}] [{{ 'xxaxx' | trim_start(pat='x') }}] [{{ 'xxaxx' | trim_end(pat='x') }}]"#,
        r#"{{ 'abcdefgh' | truncate(length=3) }} {{ 'abcdefgh' | truncate(length=3, end='..') }} {{ 'abc' | truncate(length=5) }}"#,
        r#"{{ 'abcabc' | replace(from='b', to='X') }} {{ 'a b c' | wordcount }}"#,
        r#"{{ 'a,b,c' | split(pat=',') }} {{ 'a,b,c' | split(pat=',') | join(sep='-') }} {{ [1, 2] | join }}"#,
    ]);
}

#[test]
fn encodings() {
    prints(&[
        r#"{{ 'a b/c?d=é&' | urlencode }} {{ 'a b/c?d=é&' | urlencode_strict }}"#,
        r#"{{ 'héllo' | b64_encode }} {{ 'aMOpbGxv' | b64_decode }} {{ '??>' | b64_encode(url_safe=true) }}"#,
        r#"{{ {'a': [1, 2]} | json_encode }} {{ {'a': [1, 2]} | json_encode(pretty=true) }}"#,
        r#"{{ 'Héllo Wörld & x' | slug }} {{ 'Héllo Wörld & x' | slugify }}"#,
        r#"{{ '<b>x</b> y' | striptags }} {{ '<a> <b>x</b> </a>' | spaceless }}"#,
        r#"{{ '<a>' | escape_html }} {{ "<a> 'q'" | escape_xml }} {{ '<a>' | safe }}"#,
    ]);
}

#[test]
fn numbers() {
    prints(&[
        r#"{{ -3 | abs }} {{ -3.5 | abs }} {{ 5.6 | round }} {{ 5.55 | round(precision=1) }} {{ 5.1 | round(method='ceil') }}"#,
        r#"{{ 1234567 | filesize_format }} {{ 1234567 | filesize_format(binary=true) }} {{ 0 | filesize_format }}"#,
        r#"{{ 3.14159 | format(spec='.2') }} {{ 'x' | format(spec='>5') }} {{ 5 | format(spec='03') }}"#,
        r#"{{ 7 / 2 }} {{ 7 // 2 }} {{ 7 % 2 }} {{ 2 ** 3 }} {{ (1 + 2) * 3 - -1 }}"#,
        r#"{{ 2 | pluralize }} {{ 1 | pluralize(singular='y', plural='ies') }}|"#,
    ]);
}

#[test]
fn texts_of_values() {
    prints(&[
        r#"{{ 5 | str }} {{ [1] | str }} {{ {'a': 1} | str }} {{ true | str }} {{ 1.0 | str }} {{ 5 | str is string }}"#,
        r#"{{ [1, 'a', true, 1.5, none] }} {{ {'b': 1, 'a': 'x', 'c': [1]} }}"#,
        r#"{{ {} }} {{ [] }} {{ [['']] }} {{ none }}| {{ True }}"#,
    ]);
}

#[test]
fn regular_expressions() {
    prints(&[
        r#"{{ 'a1b22' | regex_replace(pattern='[0-9]+', rep='#') }} {{ 'ab' | regex_replace(pattern='(a)(b)', rep='$2$1') }}"#,
        r#"{{ 'a1' is matching(pat='[a-z][0-9]') }} {{ 'a1' is not matching(pat='^[0-9]') }}"#,
    ]);
}

#[test]
fn lists() {
    prints(&[
        r#"{{ [1, 2] | first }} {{ [1, 2] | last }} {{ [1, 2] | length }} {{ 'abc' | length }} {{ {'a': 1} | length }} {{ [1, 2] | nth(n=1) }}"#,
        r#"{{ [1, 2] | reverse }} {{ 'abc' | reverse }} {{ [3, 1, 2] | sort }} {{ ['b', 'A', 'c'] | sort }}"#,
        r#"{{ [{'n': 2}, {'n': 1}] | sort(attribute='n') }} {{ [{'a': 1}, {'a': 2}] | group_by(attribute='a') }}"#,
        r#"{{ {'a': 1} | keys }} {{ {'a': 1} | values }} {{ {'a': 1} | pairs }} {{ {'a': 1} | get(key='a') }} {{ {'a': 1} | get(key='b', default=2) }}"#,
    ]);
}

#[test]
fn defaults() {
    prints(&[
        r#"{{ nope | default(value='d') }} {{ '' | default(value='d') }}| {{ '' | default(value='d', boolean=true) }}"#,
        r#"{{ env.NOPE | default(value='d') }} {{ env?.NOPE or 'z' }} {{ a?.b or 'z' }}"#,
    ]);
}

#[test]
fn tests_of_kinds() {
    prints(&[
        r#"{{ x is defined }} {{ x is undefined }} {{ 'a' is string }} {{ 1 is number }} {{ {'a': 1} is map }} {{ [1] is map }}"#,
        r#"{{ [1] is array }} {{ 1 is integer }} {{ 1.5 is float }} {{ true is bool }} {{ none is none }} {{ 'a' is iterable }} {{ 1 is iterable }}"#,
        r#"{{ 4 is odd }} {{ 4 is even }} {{ 4 is divisible_by(divisor=2) }} {{ 4 is divisible_by(divisor=0) }}"#,
    ]);
}

#[test]
fn tests_of_texts() {
    prints(&[
        r#"{{ 'abc' is starting_with(pat='a') }} {{ 'abc' is ending_with(pat='c') }} {{ 'abc' is containing(pat='b') }} {{ [1, 2] is containing(pat=2) }} {{ {'a': 1} is containing(pat='a') }}"#,
    ]);
}

#[test]
fn former_helpers_for_texts() {
    prints(&[
        r#"{{ 'xxaxx' | trim_start_matches(pat='x') }} {{ 'xxaxx' | trim_end_matches(pat='x') }}"#,
        r#"{{ "<a> & \"q\" 's' /" | escape }} {{ "a\r\nb\nc" | linebreaksbr }}"#,
        r#"{{ "a\"b'c" | addslashes }} {{ 5 | as_str }} {{ [1] | as_str | length }} {{ 1234567 | filesizeformat }}"#,
        r#"{{ 'abc' | truncate }} {{ "a\n\nb" | indent(prefix='> ', first=true) }}"#,
        r#"{{ "a\n\nb" | indent }} {{ "a\n\nb" | indent(width=2, blank=true) }}"#,
        r#"{{ 'ab' | first }} {{ 'é' | last }} {{ '' | first }}|{{ 5 | first }}|"#,
    ]);
}

#[test]
fn former_helpers_for_lists() {
    prints(&[
        r#"{{ [1, 2, 3, 4] | slice(start=1, end=3) }} {{ [1, 2, 3] | slice(end=-1) }} {{ [1, 2, 3] | slice(start=-9) }} {{ [1, 2, 3] | slice(start=2, end=1) }} {{ [1, 2] | slice(end=9) }}"#,
        r#"{{ [1] | concat(with=2) }} {{ [1] | concat(with=[2, 3]) }} {{ [1] | concat(with=none) }}"#,
        r#"{{ [{'a': 1}, {'b': 2}] | map(attribute='a') }} {{ [1] | map(attribute='x') }}"#,
        r#"{% set l = [{'a': {'b': 1} }, {'a': {'b': 2} }] %}{{ l | map(attribute='a.b') }} {{ l | filter(attribute='a.b', value=2) | length }}"#,
        r#"{{ [{'a': 1}, {'a': 2}] | filter(attribute='a', value=2) }} {{ [{'a': 1}, {'b': 2}] | filter(attribute='a') }}"#,
        r#"{{ ['a', 'A', 'b'] | unique }} {{ ['a', 'A'] | unique(case_sensitive=true) }} {{ [{'a': 1}, {'a': 1}] | unique(attribute='a') }}"#,
        r#"{{ [] | first is string }} {{ [] | last is string }} {{ [1] | nth(n=5) is string }}"#,
    ]);
}

#[test]
fn former_helpers_for_numbers_and_kinds() {
    prints(&[
        r#"{{ 'x' | int }} {{ 'x' | int(default=5) }} {{ '0x1f' | int(base=16) }} {{ '101' | int(base=2) }} {{ ' 7 ' | int }} {{ '5.9' | int }}"#,
        r#"{{ 'x' | float }} {{ 'x' | float(default=1.5) }} {{ '1.5' | float }} {{ 5 | float }} {{ 5.0 | int }}"#,
        r#"{{ {'a': 1} is object }} {{ 1 is object }} {{ 4 is divisibleby(divisor=2) }} {{ 4 is divisibleby(divisor=0) }}"#,
    ]);
}

#[test]
fn expressions() {
    prints(&[
        r#"{{ [1, 2, 3][0:2] }} {{ 'abcd'[1:3] }} {{ [1, 2, 3][::-1] }} {{ [1, 2, 3][-1] }}"#,
        r#"{{ 1 if true else 2 }} {{ [x * 2 for x in [1, 2, 3]] }} {{ [x for x in [1, 2, 3] if x > 1] }}"#,
        r#"{{ [...[1, 2], 3] }} {{ {...{'a': 1}, 'b': 2} }} {{ 'a' ~ 1 ~ true }}"#,
        r#"{{ 'a' in 'abc' }} {{ 1 in [1] }} {{ not true }} {{ 1 and 0 }} {{ 1 == 1.0 }} {{ 1 < 2 and 2 <= 2 or false }}"#,
        r#"{{ `a` }} {{ 'a\'b' }} {{ "tab\tend" }}"#,
    ]);
}

#[test]
fn statements() {
    prints(&[
        r#"{% set x = 3 %}{{ x }}{% if x == 3 %}y{% elif x %}z{% else %}n{% endif %}"#,
        r#"{% for i in [1, 2] %}{{ i }},{{ loop.index }},{{ loop.last }};{% else %}none{% endfor %}{% for i in [] %}{% else %}none{% endfor %}"#,
        r#"{% raw %}{{ x }}{% endraw %} {# a comment #}|"#,
        r#"a {%- if true -%} b {%- endif -%} c {{- 'd' -}} e"#,
    ]);
}

#[test]
fn what_does_not_render_fails_as_in_the_reference() {
    for text in [
        r#"{{ num_cpus() > 1 }}"#,
        r#"{{ choice(n=3, alphabet='') }}"#,
        r#"{{ get_env(name='NOPE') }}"#,
        r#"{{ get_env(name='NOPE', default=3) }}"#,
        r#"{{ range(start=3, end=1) }}"#,
        r#"{{ range(end=5, step_by=0) }}"#,
        r#"{{ get_random(end=1) }}"#,
        r#"{{ get_random(start=5, end=5) }}"#,
        r#"{{ 'abc' | hash(algorithm='md5') }}"#,
        r#"{{ 1 | hash }}"#,
        r#"{{ 'nope' | canonicalize }}"#,
        r#"{{ 'nope' | file_size }}"#,
        r#"{{ 'a' | join_path }}"#,
        r#"{{ ['a', 1] | join_path }}"#,
        r#"{{ 1 is exists }}"#,
        r#"{{ 'nodate' | date }}"#,
        r#"{{ 1 | date(timezone='X/Y') }}"#,
        r#"{{ now(timezone='X/Y') }}"#,
        r#"{{ '!!' | b64_decode }}"#,
        r#"{{ 'a' | regex_replace(pattern='(', rep='') }}"#,
        r#"{{ 4 is divisible_by(2) }}"#,
        r#"{{ 'abc' is starting_with('a') }}"#,
        r#"{{ env.NOPE }}"#,
        r#"{{ vars.NOPE }}"#,
        r#"{{ usage.NOPE }}"#,
        r#"{{ tools.NOPE }}"#,
        r#"{{ nope }}"#,
        r#"{{ task.name }}"#,
        r#"{{ config_source }}"#,
        r#"{{ nofn() }}"#,
        r#"{{ 1 | nofilter }}"#,
        r#"{{ 1 is notest }}"#,
        r#"{{ 1 | upper }}"#,
        r#"{{ 'abc' | nth(n=1) }}"#,
        r#"{{ true | int }}"#,
        r#"{{ 'x' | int(base=99) }}"#,
        r#"{{ 'abc' | slice(start=1) }}"#,
        r#"{{ 5 | escape }}"#,
        r#"{{ 1 + 'a' }}"#,
        r#"{{ 'a' + 'b' }}"#,
        r#"{{ [1] + [2] }}"#,
        r#"{{ 1 / 0 }}"#,
        r#"{{ [1][5] }}"#,
        r#"{% macro a() %}{% endmacro %}"#,
        r#"{% include 'x' %}"#,
        r#"{% extends 'x' %}"#,
        r#"{% block a %}b{% endblock %}"#,
        r#"{{ read_file(path='nope') }}"#,
        r#"{{ exec(command='exit 3') }}"#,
        r#"{{ exec(command='nosuchcommand') }}"#,
        r#"{{ exec() }}"#,
        r#"{{ x"#,
        r#"{% if x %}"#,
        r#"{{ }}"#,
    ] {
        Case::config(&format!("[tasks.t]\nrun = '''\necho {text}\n'''\n"))
            .mise(["-q", "run", "t"])
            .stderr_differs("file and line are named instead of the engine's text alone")
            .check();
    }
}

#[test]
fn versions_match_requirements() {
    let lines: Vec<String> = [
        ("1.2.3", ">=1.0"),
        ("1.2.3", "^1.3"),
        ("1.2.3", "^1.2"),
        ("1.2.3", "^1.2.0"),
        ("1.2.3", "~1.2.0"),
        ("1.2", "^1"),
        ("v1.2.3", "^1"),
        ("abc", "^1"),
        ("1.2.3-beta.1", ">=1.0"),
        ("1.2.3", "*"),
        ("1.2.3", "=1.2"),
        ("2026.9.15", ">=2024.8.0"),
        ("1.2.3+b", "=1.2.3"),
        ("1.2.3-beta.1", ">=1.2.3-alpha"),
        ("1.2.3.4", ">1"),
    ]
    .iter()
    .map(|(v, r)| {
        format!("echo {v} '{r}' {{{{ \"{v}\" is semver_matching(requirement=\"{r}\") }}}}")
    })
    .collect();
    let config = format!("[tasks]\nx = '''\n{}\n'''\n", lines.join("\n"));
    Case::config(&config).mise(["run", "-q", "x"]).check();
}

#[test]
fn what_is_no_version_or_requirement_is_an_error() {
    for call in [
        "\"1.2.3\" is semver_matching(requirement=\"bogus\")",
        "\"1.2.3\" is semver_matching(requirement=\"1.2\")",
        "\"1.2.3\" is semver_matching(requirement=\">=1, <2\")",
        "\"\" is semver_matching(requirement=\"*\")",
        "5 is semver_matching(requirement=\"*\")",
        "\"1.2.3\" is semver_matching(requirement=5)",
        "\"1.2.3\" is semver_matching",
    ] {
        Case::config(&format!("[tasks]\nx = 'echo {{{{ {call} }}}}'\n"))
            .mise(["run", "-q", "x"])
            .stderr_differs("file and line")
            .check();
    }
}
