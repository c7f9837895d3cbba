//! Values that are encrypted with age, and files that are encrypted with sops. The keys were made
//! for these tests and open nothing else.

use crate::support::Case;

/// A key for the first and the second value.
const KEY: &str = "AGE-SECRET-KEY-13HTCSED6K8PXQSV9UQSD78N086U8SV700E0RJK9805M4J0DFU2AQMTCVDJ";

/// `agesecret`
const VALUE: &str = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBSSFFmYmQrbTl3Tkk1UVJMV2hOVit2cTBlQVp3bHVG\
     bzFJVTNFRVB4QUI4CjJySVc1ejA3SUJiNXl1YURFU2Rkd3paaWpSa3hkTEVnMzhiUUJqYnBDSVEKLT4gM3E9\
     aEc1Yi1ncmVhc2UgejtGL2ZkIG90OXVpIDcgM24KWGlhT0pqY1JZQQotLS0gTk9aUnRkR0VxUnZHN1FBaGVK\
     V0l1WUlZYUdWZHdzek92OFFMYTl2VjdnNAq7BwebFhJeDDamigclTNT8vsgI6iG60Slw5Ew2vb0IgGjMmWbd\
     HUErOQ";

/// 1500 times `x`, packed.
const PACKED: &str = "KLUv/QBY0TYAYWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSAzbUswK0Y3OFlmdG1kU2I1REJDSDFH\
     U1BMTVd4YnYxQXp4THdQaHR6b1FvCnJFNUEwZlJEOG9oWVNWUjNpT0tXRUkydEUvZFBLQjhLd25pU09oSGhT\
     cm8KLT4gRDd1RWJmaHwtZ3JlYXNlIGFgI2EuYzNhIHVKSXBgaSBNZyAzMlkKUVFwSVh5cUp1Z0UKLS0tIExy\
     UlZvR0lKV2xKVEJPRXdDZGt3cTdHVStIOHZOdm9TWHBRcWhSZnozdzAKudpaTxgRyXZnFo6uNJZ2m4MazC8+\
     7bmq45lem+7WCf4oPIVRNryhBcZ+V5uYzsARzJwHLJU3ze5GTtHs4JX5aN8/8F1qtxHBLXvo8kACG81Oc9rp\
     1ILQwASLRtpmqAcXvB2qDAcnP6vHjQ94m83/jwnaYjA9DQ1iKZGJGnfe7FoWHH4ILDnU5BJsUCbZGDqm6qAF\
     bTw+mALKW/rxlTzA8EHA6TMsIr+segJWyezwjQIfeMZOm2b6Defk3szbUrcQHQedG26LWBKvT2N1HVEXnnxc\
     lZSGKKBsdhtcUCo1lKDb50SPJ/oo8WRQl0szmLYOe36CFMUh1gcniwm1fzK4eHLGiLXmnKdd96Vynapww8nR\
     +KRK7M0lABdd6swjjByjvG8UJBeMZayxoR8rsTMJDyHDcvWkdrm89euWsBfSRpdwCjVcNyXa7O64Vswd5Vhf\
     ATvtALBpexrPrpI8DPhAUBi+WxYZcN2CXirlXFoZXB1aOcMqv9kwZUgzRGqPMQoMzJk3IvS1CdRmJjnJ5ZMK\
     wmtTFdPdXk4hp30HeW7/kZ8owmia4wDqgo6UvSlCYAnM5i3qbHjv/1yx0N1HQo9HIXacGHC+8gMaSMd1mf7f\
     ozPZuqg2oAnEnc4tj2CSPx5gWee/UDUaaGlq3e6myBaHoLNTPg6ZIgtvWg8A2v3IYEX5kdBxZU+wR3PA27Fd\
     rqtPIvOCzRtfXcxxIUgJc7GAiHtMSHwMPDc8Q4pzHF1XfjTvi/PCH7kiD3dGtQgCRMc1lwHV+h+ex+QXa7Cm\
     iw3BcVMU3yuFZ4updTi4Ko4eqKjbLDQN2E0QBh/rmIeEN+90AGcWYlfrgj/WFvzOEPtCnC8ZNYzeWE76Nl0G\
     ab9RauDPxiMpHALU3DW4w7sKDnYbImLwLDWoPRvu0RHHCilP6d+lK1ykPTtJYuo3YOEADczGBkWlxPt+d5ar\
     YciQYXlUqkwfgXANW2X2SyGiYhveHw0Jfd576zb9r29a7XLRqW6HR65+ulF8f6LM8QmcuG3e7w9pcU9M7Btv\
     bn2ge7kNViIG465aRw6S/ch6QiIaSuGwTbKgRqcq7EBbAOiBWCCm6DFJE7GpBIJ/Z/jjcrOHfGyN1tkTdLP/\
     ouwPws1Zq1k22rNU7ZgxEcmBn+M0sjXM2mgqQ6NQUaYSgE/R748cUIpkzUQ5cg7veHjXKz1103+RSPY6EHaS\
     dD/PNb5ujtcGY3gyanEOC/ZLNynBgFE/cvSOTB6IIHOQMHpe6mBHDOVr2HfdcZgbwJk5RiwKAsv8WehRwArO\
     gYAD4z1d4UTn61h8n15265Ho/V9JGlEGsv5NVJykh0fgJ/DP1p6NhoIDrErBYw75RL/iPZ5fvkL30FukWovF\
     r4hnw1udtmSyIdwGE4tQUHn2V6bNUDz0mM1FS+YjBaj/bNkjn/3bGZs8TEVyqcXwat0Tmgy9QpVnSGNkZZuI\
     MzeAMeMNK7Y52nX4v9yFS9xnZkjDYyOdn2H4bKUfUx8ZICf1NLlxpNGig8S4C876ORloZ7+kEvrxsaa9OZf9\
     Jv3J5gBcXvAvjzkRfOoaJhRtYpJI0+rpoSy8nGZCj4hw7bX34dsYjWwrpt1yib3Lg7hXlY92pnPuILO1O01q\
     yBY8tLhqLRlv8i0RzIQifJE0FwgVKe8OngMzJHTdu33qv+2W8O133y+hujG1TIQ9zUfHwqYLg1kqXMYf20wX\
     l9hoVAm8OWLjAp4dDOOpKGEoUOJq8IoPVlkXXwKlNT9GMvYR9FmvAyHkVGoGNbjXkhsH6Ix8bch1Aaou7qvA\
     bxtQeNgrI4H7cRgoTggtcdG/cWdj3ZIEKmHVtWaLZeNgpc/y1SjKEkRckTeInc3U4DQ6XGmyYCK/OUqsiwnd\
     N2VIovMUwpOmvTlRmQ9mqOMsRjjEvw1qQqOxfanq3YynaqDxvyR7iJnUOVdEI95V1Lu1ouqS3eZLCBhkdzVi\
     Ng1+FzVpV8Kf2mmHJ3bqTlW/iriPjNBPjepM9bJdatyBdeZ8AcGrtKY8JDD8FlobA3RLE9zBnuoR13m7YWE";

/// `sshsecret`, for the key below.
const FOR_SSH: &str = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNzaC1lZDI1NTE5IFFwZlFNZyBTc1BERG9TQnlRVjlNZWMxVUs1\
     MlpMcncwRDFkR01sWG5xOGxLMTRuVGdrCmorQWlTb25STEdVQnlqMkVveUtXQTJFRmRoOVpzUnJqWmpuK1Nv\
     ZWlkQTAKLT4gdS1ncmVhc2UgSyApWGpFIDJdaT0gM2g2fQpobUFTaCt6RXhGNm1RMitoMFRYMHNveDhIVjdl\
     U2w4aXBNR0g0ZEo4Y1RQbU4wekRDUQotLS0gS092NEVHcER6N3d3NUkyNjRFTXVld29OQkxzUXhDWlh1SVFD\
     ZHFkVXVYdwry9CQOnJr7OLqPUhDKdt8vi5E6r4AwXvakYjHgs05aM201AN2Jr0ddIg";

/// A key of SSH.
const SSH_KEY: &str = "\
-----BEGIN OPENSSH PRIVATE KEY-----\n\
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n\
QyNTUxOQAAACASNHC3YfQZEQtSa+SpFUoTHJZR4oM6Qvww9OAmOT+ssQAAAIjP2bxMz9m8\n\
TAAAAAtzc2gtZWQyNTUxOQAAACASNHC3YfQZEQtSa+SpFUoTHJZR4oM6Qvww9OAmOT+ssQ\n\
AAAECJjCsRu1qtfGq/kXE4MREQ9IZgj7DtbiV0UhO/jrMCMBI0cLdh9BkRC1Jr5KkVShMc\n\
llHigzpC/DD04CY5P6yxAAAAAAECAwQF\n\
-----END OPENSSH PRIVATE KEY-----\n\
";

fn with(value: &str) -> Case {
    Case::config(&format!(
        "[settings]\nexperimental = true\n[env]\nA = {value}\n[tasks]\n\
         t = 'echo $A agesecret sshsecret'\n"
    ))
}

/// As `with`, with more settings.
fn set(value: &str, settings: &str) -> Case {
    Case::config(&format!(
        "[settings]\nexperimental = true\n{settings}\n[env]\nA = {value}\n[tasks]\n\
         t = 'echo $A agesecret sshsecret'\n"
    ))
}

fn plain() -> String {
    format!("{{ age = \"{VALUE}\" }}")
}

#[test]
fn a_value_is_opened_and_hidden() {
    for value in [
        plain(),
        format!("{{ age = {{ value = \"{VALUE}\" }} }}"),
        format!("{{ age = {{ value = \"{VALUE}\", format = 'raw' }}, redact = true }}"),
    ] {
        with(&value).mise(["run", "t"]).env("MISE_AGE_KEY", KEY).check();
    }
}

#[test]
fn an_opened_value_can_be_shown() {
    with(&format!("{{ age = \"{VALUE}\", redact = false }}"))
        .mise(["run", "t"])
        .env("MISE_AGE_KEY", KEY)
        .check();
}

#[test]
fn a_long_value_is_packed() {
    let value = format!("{{ age = {{ value = \"{PACKED}\", format = 'zstd' }} }}");
    with(&value).mise(["run", "t"]).env("MISE_AGE_KEY", KEY).check();
}

#[test]
fn keys_lie_in_many_places() {
    let key = format!("# a comment\n\n{KEY}\n");
    with(&plain()).file("../home/.config/mise/age.txt", &key).mise(["run", "t"]).check();
    with(&plain())
        .file("key.txt", &key)
        .mise(["run", "t"])
        .env("MISE_AGE_KEY_FILE", "[P]/key.txt")
        .check();
    for setting in ["age.key_file = 'key.txt'", "age.identity_files = ['key.txt']"] {
        set(&plain(), setting).file("key.txt", &key).mise(["run", "t"]).check();
    }
}

#[test]
fn a_key_of_ssh_opens_a_value() {
    let value = format!("{{ age = \"{FOR_SSH}\" }}");
    with(&value).file("../home/.ssh/id_ed25519", SSH_KEY).mise(["run", "t"]).check();
    set(&value, "age.ssh_identity_files = ['ssh.key']")
        .file("ssh.key", SSH_KEY)
        .mise(["run", "t"])
        .check();
}

#[test]
fn a_task_may_have_an_encrypted_value() {
    Case::config(&format!(
        "[settings]\nexperimental = true\n[tasks.t]\nenv = {{ A = {} }}\nrun = 'echo $A agesecret'\n",
        plain()
    ))
    .mise(["run", "t"])
    .env("MISE_AGE_KEY", KEY)
    .check();
}

#[test]
fn encrypted_values_are_experimental() {
    Case::config(&format!("[env]\nA = {}\n[tasks]\nt = 'echo t'\n", plain()))
        .mise(["run", "t"])
        .env("MISE_AGE_KEY", KEY)
        .mise(["run", "t"])
        .env("MISE_AGE_KEY", KEY)
        .env("MISE_EXPERIMENTAL", "1")
        .check();
}

#[test]
fn a_value_that_stays_closed_stops_all() {
    with(&plain()).mise(["run", "t"]).check();
    let other = format!("{{ age = \"{FOR_SSH}\" }}");
    for (value, key) in [(plain().as_str(), "no key"), (&other, KEY), ("{ age = '%%%' }", KEY)] {
        with(value).mise(["run", "t"]).env("MISE_AGE_KEY", key).check();
    }
    with("{ age = 'aGVsbG8' }")
        .mise(["run", "t"])
        .env("MISE_AGE_KEY", KEY)
        .stderr_differs("the words of the library, once")
        .check();
}

#[test]
fn a_value_may_stay_closed_where_the_settings_say_so() {
    set(&plain(), "age.strict = false").mise(["run", "t"]).check();
}

// ---- sops -----------------------------------------------------------------

/// Stands for sops: writes down how it was called, and opens everything.
const SOPS: &str = r#"#!/bin/sh
echo "$*" >>log
env | grep ^SOPS_ >>log
cat >>log
case $* in
*json*) echo '{"A": "plain", "B": 5}' ;;
*) printf 'A: plain\nB: 5\n' ;;
esac
"#;

const JSON: &str = "{\"A\": \"ENC[x]\", \"sops\": {\"version\": \"3.9.0\"}}\n";
const YAML: &str = "A: ENC[x]\nsops:\n  version: 3.9.0\n";
const WITH_SOPS: &str = "[P]/fake:[BIN]:/usr/bin:/bin";

fn sops(file: &'static str, text: &str) -> Case {
    let case = Case::config(&format!(
        "[settings]\nsops.rops = false\n[env]\n_.file = '{file}'\n[tasks]\n\
         t = 'echo $A $B; sort -u log'\n"
    ));
    case.file(file, text).file("log", "")
}

#[test]
fn files_of_sops_are_opened_by_its_program() {
    for (file, text) in [("s.json", JSON), ("s.yaml", YAML)] {
        sops(file, text)
            .executable("fake/sops", SOPS)
            .mise(["run", "-q", "t"])
            .env("PATH", WITH_SOPS)
            .env("MISE_SOPS_AGE_KEY", "a key")
            .check();
    }
}

#[test]
fn a_dotenv_file_knows_no_sops() {
    sops("s.env", "A=ENC[x]\nsops_version=3.9.0\nB=b\n").mise(["run", "-q", "t"]).check();
}

#[test]
fn what_sops_cannot_open_stops_all() {
    sops("s.json", JSON).mise(["run", "t"]).check();
    sops("s.toml", "A = 'ENC[x]'\n[sops]\nversion = '3.9.0'\n").mise(["run", "t"]).check();
    sops("s.json", JSON)
        .executable("fake/sops", "#!/bin/sh\necho 'no key' >&2\nexit 128\n")
        .mise(["run", "t"])
        .env("PATH", WITH_SOPS)
        .stderr_differs("ours names the file, its place and the next step")
        .check();
}

#[test]
fn a_file_of_sops_may_stay_closed_where_the_settings_say_so() {
    sops("s.json", JSON)
        .executable("fake/sops", "#!/bin/sh\nexit 128\n")
        .mise(["run", "-q", "t"])
        .env("PATH", WITH_SOPS)
        .env("MISE_SOPS_STRICT", "0")
        .check();
}
