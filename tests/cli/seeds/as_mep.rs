//! What the documents say in which mise does something else, so that it holds as `mep` only: words
//! and input of an inline script, flags behind a name, the begin of a name.
//!
//! | Document, lines | What |
//! |---|---|
//! | first, 36-46 | `read` without a name, in an inline script |
//! | first, 82-124 | `run db-migrate`: the guards first, nothing beside the question |
//! | first, 355; third, 217-218 | `run bundle --force` |
//! | third, 71-74 | `run test --jobs 8`, `-j 1` |
//! | third, 129 | partial matches |
//! | third, 153-162 | `$1` in an inline script |
//! | third, 244-247 | `run build --verbose`, `--dry-run` |

use super::architecture::together;
use super::patterns::{BUNDLE, BUNDLED, sources};
use super::{Seed, says};
use crate::support::{End, OnTerminal};

// ---- `read` -----------------------------------------------------------------

const CONFIRM: &str = r#"
[tasks._confirm-destructive]
description = "Confirm destructive operation"
hide = true
run = '''
echo ""
echo "This will DELETE existing data."
echo "Press Enter to continue or Ctrl+C to cancel..."
read
'''
"#;

const ASKED: &str =
    "\nThis will DELETE existing data.\nPress Enter to continue or Ctrl+C to cancel...\n";

#[test]
fn enter_confirms_and_the_end_of_the_input_does_not() {
    let seed = Seed::new("mep", CONFIRM, "");
    says(&seed.run_with("run _confirm-destructive", &[], Some("\n")), ASKED);
    seed.run_with("run _confirm-destructive", &[], Some("")).code(1).stdout(ASKED);
}

const MIGRATE: &str = r#"
[env]
_.file = ".env"
CLICKHOUSE_DATABASE = "myapp"

[tasks._check-credentials]
hide = true
run = '[ -n "$CLICKHOUSE_HOST" ] || { echo "Set CLICKHOUSE_HOST in .env"; exit 1; }'

[tasks._confirm-destructive]
hide = true
run = 'echo "Press Enter to continue or Ctrl+C to cancel..." && read'

[tasks.db-drop]
description = "Drop legacy database (destructive!)"
depends = ["_check-credentials", "_confirm-destructive"]
run = "clickhouse-client --query 'DROP DATABASE IF EXISTS legacy_db'"

[tasks.db-init]
description = "Create database and tables from schema"
depends = ["_check-credentials"]
depends_post = ["db-validate"]
usage = 'opt "--schema" default="main" help="Schema name"'
run = "uv run python -m schema.cli init --schema ${usage_schema}"

[tasks.db-validate]
description = "Validate schema against live database"
depends = ["_check-credentials"]
run = "uv run python -m schema.cli validate"

[tasks.db-migrate]
description = "Full migration: drop legacy + create new + validate"
depends = ["db-drop", "db-init"]
depends_post = ["test-e2e"]
run = "echo 'Migration complete'"

[tasks.test-e2e]
run = "pytest e2e"
"#;

#[test]
fn a_migration_waits_for_the_answer() {
    let seed = Seed::new("mep", MIGRATE, "clickhouse-client uv pytest");
    seed.project.write(".env", "CLICKHOUSE_HOST=localhost\n");
    let path = "[P]/bin:[BIN]:/usr/local/bin:/usr/bin:/bin";
    let mut terminal =
        OnTerminal::mep(&seed.project, ["run", "db-migrate"]).env("PATH", path).start();
    terminal.expect("Press Enter to continue or Ctrl+C to cancel...\n");
    seed.called(&[]);
    terminal.type_keys("\n").expect("Migration complete").ends(End::Exited(0));
    let calls = seed.calls();
    let at = |call: &str| calls.iter().position(|c| c.contains(call));
    // As in mise, what follows `db-init` and what follows `db-migrate` do not wait for each other.
    for (before, after) in [("init --schema main", "validate"), ("DROP DATABASE", "pytest e2e")] {
        assert!(at(before).is_some() && at(before) < at(after), "{calls:?}");
    }
    assert_eq!(calls.len(), 4);
}

// ---- flags behind the name --------------------------------------------------

#[test]
fn force_behind_the_name_is_the_runs() {
    let seed = Seed::new("mep", BUNDLE, "");
    sources(&seed);
    seed.run("run bundle").code(0);
    seed.called(&BUNDLED);
    seed.run("run bundle --force").code(0);
    seed.called(&BUNDLED);
}

#[test]
fn jobs_behind_the_name_are_the_runs() {
    // Eight tasks that end only together.
    let config = together(8) + "[tasks.test]\ndepends = [\"t*\"]\nrun = \"echo tested\"\n";
    for line in ["run -q test --jobs 8", "run -q test -j 8"] {
        let seed = Seed::new("mep", &config, "");
        says(&seed.run(line), "[test] tested\n");
    }
    // One at a time, output needs no labels.
    let config = r#"
[tasks.test]
depends = ["a", "b"]
run = "echo test"
[tasks.a]
run = "echo a"
[tasks.b]
run = "echo b"
"#;
    let seed = Seed::new("mep", config, "");
    for line in ["run -q test -j 1", "run -q test --jobs 1"] {
        says(&seed.run(line), "a\nb\ntest\n");
    }
}

#[test]
fn verbose_and_dry_run_behind_the_name_are_the_runs() {
    let seed = Seed::new("mep", "[tasks.build]\nrun = \"npm run build\"\n", "npm");
    seed.run("run build --dry-run").code(0);
    seed.called(&[]);
    seed.run("run build --verbose").code(0);
    seed.called(&["npm run build"]);
}

// ---- words of a script ------------------------------------------------------

#[test]
fn a_script_asks_for_its_first_word() {
    let config = r#"
[tasks.lint]
run = "npm run lint"
[tasks.build]
run = "npm run build"
[tasks.test]
depends = ["build"]
run = '''
if [ "$1" = "--with-lint" ]; then
  mise run lint
fi
npm test
'''
"#;
    let seed = Seed::new("mep", config, "npm");
    seed.run("run test --with-lint").code(0);
    seed.called(&["npm run build", "npm run lint", "npm test"]);
    seed.run("run test").code(0);
    seed.called(&["npm run build", "npm test"]);
}

#[test]
fn the_begin_of_a_name_is_suggested() {
    let seed = Seed::new("mep", "[tasks.integration]\nrun = \"echo ran\"\n", "");
    let output = seed.run("run integ");
    output.code(1).stdout("");
    assert!(output.stderr.contains("integration"), "{}", output.transcript());
    let mut terminal = OnTerminal::mep(&seed.project, ["run", "-q", "integ"]).start();
    terminal.expect("integration").type_keys("y\n").expect("ran\n").ends(End::Exited(0));
}
