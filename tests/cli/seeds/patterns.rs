//! The first document: patterns of tasks.
//!
//! | Lines | What | Test |
//! |---|---|---|
//! | 11-32 | guard: credentials | `missing_credentials_are_listed` |
//! | 36-46 | guard: confirmation by `read` | `as_mep.rs` |
//! | 50-74 | guard: environment | `an_environment_is_validated` |
//! | 82-117 | database tasks | `a_schema_is_an_option_with_a_default`, `a_guard_stops_the_database_tasks` |
//! | 121-124 | `run db-migrate` | `as_mep.rs`; `examples/database` |
//! | 132-164 | checks, tests, build | `the_pipeline_runs_what_it_depends_on_once` |
//! | 168-174 | `run lint ::: typecheck`, `run test` | `two_checks_at_once_then_the_tests` |
//! | 182-214 | release with guards and `confirm` | `a_release_is_guarded_and_asks` |
//! | 228-236 | a service that restarts itself | `a_service_has_two_ways_to_start` |
//! | 246-259 | a service and its database | `a_task_starts_another_one_by_name` |
//! | 265-267 | `watch dev` | a later version watches |
//! | 285-319, 323-328 | deployment with arguments | `a_deployment_takes_its_arguments` and two more |
//! | 336-349 | sources and outputs | `only_what_changed_is_built_again` (`run bundle --force`: `as_mep.rs`) |
//! | 366-382 | entry points in an included file | `an_included_file_has_the_entry_points` |
//! | 388-418 | a script that builds a graph of jobs | `a_script_chains_jobs_of_a_queue` |
//! | 429-439 | the same by `depends`, and by the script | `depends_waits_and_a_queue_does_not` |
//! | 459-525 | a whole project | `a_whole_project_works_as_written` (`release`: as in 182-214) |

use super::{Seed, each, says};

const CREDENTIALS: &str = r#"
[tasks._check-credentials]
description = "Verify required credentials are set"
hide = true
run = '''
#!/usr/bin/env bash
set -euo pipefail

missing=()
[ -z "${DATABASE_URL:-}" ] && missing+=("DATABASE_URL")
[ -z "${API_KEY:-}" ] && missing+=("API_KEY")

if [ ${#missing[@]} -gt 0 ]; then
  echo "Missing required credentials:"
  printf '  - %s\n' "${missing[@]}"
  echo ""
  echo "Copy .env.example to .env and fill in values"
  exit 1
fi
echo "Credentials configured"
'''
"#;

#[test]
fn missing_credentials_are_listed() {
    each(CREDENTIALS, "", |seed| {
        let output = seed.run_with("run _check-credentials", &[("API_KEY", "k")], None);
        output.code(1).stdout(
            "Missing required credentials:\n  - DATABASE_URL\n\n\
             Copy .env.example to .env and fill in values\n",
        );
        let both = [("API_KEY", "k"), ("DATABASE_URL", "u")];
        says(&seed.run_with("run _check-credentials", &both, None), "Credentials configured\n");
        says(&seed.run("tasks ls"), "");
    });
}

const VALIDATE: &str = r#"
[tasks._validate-env]
description = "Validate environment is ready"
hide = true
run = '''
#!/usr/bin/env bash
set -euo pipefail

# Check Python version
python_version=$(python3 --version 2>&1 | cut -d' ' -f2)
required="3.11"
if [ "$(printf '%s\n' "$required" "$python_version" | sort -V | head -n1)" != "$required" ]; then
  echo "Python >= $required required (found $python_version)"
  exit 1
fi

# Check database connection
if ! pg_isready -q 2>/dev/null; then
  echo "Database not available"
  exit 1
fi

echo "Environment validated"
'''
"#;

#[test]
fn an_environment_is_validated() {
    each(VALIDATE, "pg_isready", |seed| {
        seed.stub("python3", "echo Python 3.9.18");
        let output = seed.run("run _validate-env");
        output.code(1).stdout("Python >= 3.11 required (found 3.9.18)\n");
        seed.stub("python3", "echo Python 3.12.1");
        says(&seed.run("run _validate-env"), "Environment validated\n");
        seed.stub("pg_isready", "exit 2");
        seed.run("run _validate-env").code(1).stdout("Database not available\n");
    });
}

const DATABASE: &str = r#"
[env]
_.file = ".env"
CLICKHOUSE_DATABASE = "myapp"

[tasks._check-credentials]
hide = true
run = '[ -n "$CLICKHOUSE_HOST" ] || { echo "Set CLICKHOUSE_HOST in .env"; exit 1; }'

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
"#;

#[test]
fn a_schema_is_an_option_with_a_default() {
    each(DATABASE, "", |seed| {
        seed.project.write(".env", "CLICKHOUSE_HOST=localhost\n");
        seed.stub("uv", "echo \"$CLICKHOUSE_HOST/$CLICKHOUSE_DATABASE\" >&2");
        for (line, schema) in [
            ("run db-init", "main"),
            ("run db-init --schema legacy", "legacy"),
            ("run db-init --schema=new", "new"),
        ] {
            let output = seed.run(line);
            output.code(0);
            assert!(output.stderr.contains("localhost/myapp"), "{}", output.transcript());
            let init = format!("uv run python -m schema.cli init --schema {schema}");
            seed.called(&[&init, "uv run python -m schema.cli validate"]);
        }
        let help = seed.run("run db-init --help");
        assert!(help.stdout.contains("Schema name"), "{}", help.transcript());
    });
}

#[test]
fn a_guard_stops_the_database_tasks() {
    each(DATABASE, "uv", |seed| {
        for task in ["db-init", "db-validate"] {
            let output = seed.run(&format!("run -q {task}"));
            output.code(1);
            assert!(output.stdout.contains("Set CLICKHOUSE_HOST in .env"));
            seed.called(&[]);
        }
    });
}

const PIPELINE: &str = r#"
[tasks.lint]
description = "Run linters"
run = "ruff check . && ruff format --check ."

[tasks.typecheck]
description = "Run type checker"
run = "mypy src/"

[tasks.test]
description = "Run test suite"
alias = "t"
run = "pytest tests/ -v"

[tasks."test:unit"]
description = "Run unit tests only"
run = "pytest tests/unit/ -v"

[tasks."test:integration"]
description = "Run integration tests"
depends = ["_check-credentials"]
run = "pytest tests/integration/ -v"

[tasks.build]
description = "Build distribution"
depends = ["lint", "typecheck", "test"]
run = "uv build"

[tasks.ci]
description = "Full CI pipeline"
depends = ["lint", "typecheck", "test", "build"]
run = "echo 'CI passed'"
"#;

const CHECKS: [&str; 4] =
    ["ruff check .", "ruff format --check .", "mypy src/", "pytest tests/ -v"];

#[test]
fn the_pipeline_runs_what_it_depends_on_once() {
    each(PIPELINE, "ruff mypy pytest uv", |seed| {
        says(&seed.run("run ci"), "[ci] CI passed\n");
        let calls = seed.calls();
        let (build, checks) = calls.split_last().expect("programs were called");
        assert_eq!(build, "uv build");
        let mut checks: Vec<&str> = checks.iter().map(String::as_str).collect();
        let mut expected = CHECKS;
        checks.sort_unstable();
        expected.sort_unstable();
        assert_eq!(checks, expected);
    });
}

#[test]
fn two_checks_at_once_then_the_tests() {
    each(&format!("{PIPELINE}{CREDENTIALS}"), "ruff mypy pytest uv", |seed| {
        says(&seed.run("run lint ::: typecheck"), "");
        seed.called_in_any_order(&CHECKS[..3]);
        for (line, call) in [
            ("run test", "pytest tests/ -v"),
            ("run t", "pytest tests/ -v"),
            ("run test:unit", "pytest tests/unit/ -v"),
        ] {
            says(&seed.run(line), "");
            seed.called(&[call]);
        }
        seed.run("run test:integration").code(1);
        seed.called(&[]);
        seed.stub("mypy", "exit 3");
        seed.run("run ci").code(3);
        assert!(!seed.calls().contains(&"uv build".to_owned()));
    });
}

/// The quotes of the last two commands are a shell's, not TOML's: as in the document.
const RELEASE: &str = r#"
[tasks._check-clean]
description = "Verify working directory is clean"
hide = true
run = '''
if [ -n "$(git status --porcelain)" ]; then
  echo "Working directory not clean. Commit or stash changes."
  exit 1
fi
'''

[tasks._check-main]
description = "Verify on main branch"
hide = true
run = '''
branch=$(git branch --show-current)
if [ "$branch" != "main" ] && [ "$branch" != "master" ]; then
  echo "Must be on main/master branch (on: $branch)"
  exit 1
fi
'''

[tasks.test]
run = "pytest tests/ -v"

[tasks.release-dry]
description = "Dry-run release (no changes)"
depends = ["_check-clean", "_check-main", "test"]
run = '/usr/bin/env bash -c '\''GITHUB_TOKEN=$(gh auth token) npx semantic-release --no-ci --dry-run'\'''

[tasks.release]
description = "Create release"
depends = ["_check-clean", "_check-main", "test"]
confirm = "This will create a new release. Continue?"
run = '/usr/bin/env bash -c '\''GITHUB_TOKEN=$(gh auth token) npx semantic-release --no-ci'\'''
"#;

/// A `git` that knows a branch and whether something was changed.
fn git(seed: &Seed, branch: &str, changed: &str) {
    let script = format!("case $1 in branch) echo {branch};; status) printf '{changed}';; esac");
    seed.project.write_executable("bin/git", &format!("#!/bin/sh\n{script}\n"));
}

#[test]
fn a_release_is_guarded_and_asks() {
    each(RELEASE, "pytest", |seed| {
        seed.project.write_executable("bin/gh", "#!/bin/sh\necho token\n");
        seed.stub("npx", "echo \"with $GITHUB_TOKEN\"");
        git(seed, "main", "");
        let output = seed.run("run release-dry");
        output.code(0).stdout("[release-dry] with token\n");
        seed.called(&["pytest tests/ -v", "npx semantic-release --no-ci --dry-run"]);

        // Nobody is there to be asked: nothing is released, and `--yes` says so beforehand.
        seed.run("run release").code(1).stdout("");
        seed.called(&["pytest tests/ -v"]);
        says(&seed.run("run --yes release"), "[release] with token\n");
        seed.called(&["pytest tests/ -v", "npx semantic-release --no-ci"]);

        git(seed, "topic", "");
        let output = seed.run("run -j1 release-dry");
        output.code(1).stdout("Must be on main/master branch (on: topic)\n");
        git(seed, "main", " M file");
        let output = seed.run("run -j1 release-dry");
        output.code(1).stdout("Working directory not clean. Commit or stash changes.\n");
        seed.called(&[]);
    });
}

#[test]
fn a_service_has_two_ways_to_start() {
    let config = r#"
[tasks.start]
description = "Start service (auto-restarts on file changes)"
run = "bun --watch run src/main.ts"

[tasks.start-plain]
description = "Start without file watching"
run = "bun run src/main.ts"
"#;
    each(config, "bun", |seed| {
        says(&seed.run("run start"), "");
        says(&seed.run("run start-plain"), "");
        seed.called(&["bun --watch run src/main.ts", "bun run src/main.ts"]);
    });
}

#[test]
fn a_task_starts_another_one_by_name() {
    let config = r#"
[tasks.dev]
description = "Start development server"
run = "uvicorn app:main --reload --port 8000"

[tasks.dev-db]
description = "Start database in Docker"
run = "docker compose up -d postgres"

[tasks.dev-full]
description = "Start full dev environment"
depends = ["dev-db"]
run = "mise run dev"
"#;
    each(config, "uvicorn docker", |seed| {
        says(&seed.run("run dev-full"), "");
        seed.called(&["docker compose up -d postgres", "uvicorn app:main --reload --port 8000"]);
    });
}

const DEPLOY: &str = r#"
[tasks.build]
run = "uv build"

[tasks.deploy]
description = "Deploy to environment"
depends = ["_check-credentials", "build"]
usage = '''
arg "<environment>" help="Target environment" {
  choices "dev" "staging" "prod"
}
flag "-f --force" help="Skip confirmation"
flag "--dry-run" help="Show what would be deployed"
'''
run = '''
#!/usr/bin/env bash
set -euo pipefail

ENV="${usage_environment}"
FORCE="${usage_force:-false}"
DRY="${usage_dry_run:-false}"

echo "Deploying to: $ENV"

if [ "$DRY" = "true" ]; then
  echo "[DRY RUN] Would deploy to $ENV"
  exit 0
fi

if [ "$ENV" = "prod" ] && [ "$FORCE" != "true" ]; then
  echo "Production deployment requires --force flag"
  exit 1
fi

kubectl config use-context "$ENV"
kubectl apply -f "k8s/$ENV/"
'''

[tasks._check-credentials]
hide = true
run = "true"
"#;

#[test]
fn a_deployment_takes_its_arguments() {
    each(DEPLOY, "uv kubectl", |seed| {
        for (line, target) in [
            ("run deploy dev", "dev"),
            ("run deploy staging", "staging"),
            ("run deploy prod --force", "prod"),
            ("run deploy -f prod", "prod"),
        ] {
            says(&seed.run(line), &format!("[deploy] Deploying to: {target}\n"));
            seed.called(&[
                "uv build",
                &format!("kubectl config use-context {target}"),
                &format!("kubectl apply -f k8s/{target}/"),
            ]);
        }
    });
}

#[test]
fn a_deployment_is_shown_and_not_done() {
    each(DEPLOY, "uv kubectl", |seed| {
        let output = seed.run("run deploy prod --dry-run");
        says(&output, "[deploy] Deploying to: prod\n[deploy] [DRY RUN] Would deploy to prod\n");
        seed.called(&["uv build"]);
    });
}

#[test]
fn a_deployment_that_is_not_allowed_is_refused() {
    each(DEPLOY, "uv kubectl", |seed| {
        let output = seed.run("run deploy prod");
        output.code(1).stdout(
            "[deploy] Deploying to: prod\n\
             [deploy] Production deployment requires --force flag\n",
        );
        seed.called(&["uv build"]);
        for (line, reason) in [
            ("run deploy", "Missing required arg: <environment>"),
            ("run deploy test", "test, expected one of dev, staging, prod"),
        ] {
            let output = seed.run(line);
            output.code(1).stdout("");
            assert!(output.stderr.contains(reason), "{}", output.transcript());
            seed.called(&[]);
        }
    });
}

pub(super) const BUNDLE: &str = r#"
[tasks.compile]
description = "Compile TypeScript"
sources = ["src/**/*.ts", "tsconfig.json"]
outputs = ["dist/**/*.js"]
run = "tsc"

[tasks.bundle]
description = "Bundle for production"
depends = ["compile"]
sources = ["dist/**/*.js", "package.json"]
outputs = ["build/bundle.js"]
run = "esbuild dist/index.js --bundle --outfile=build/bundle.js"
"#;

pub(super) const BUNDLED: [&str; 2] =
    ["tsc", "esbuild dist/index.js --bundle --outfile=build/bundle.js"];

/// Programs that make what they are to make, and the files that they read.
pub(super) fn sources(seed: &Seed) {
    seed.stub("tsc", "mkdir -p dist && cat src/*.ts >dist/index.js");
    seed.stub("esbuild", "mkdir -p build && cat dist/index.js >build/bundle.js");
    for file in ["src/index.ts", "tsconfig.json", "package.json"] {
        seed.project.write(file, "{}\n");
    }
}

#[test]
fn only_what_changed_is_built_again() {
    each(BUNDLE, "", |seed| {
        sources(seed);
        seed.run("run bundle").code(0);
        seed.called(&BUNDLED);
        let output = seed.run("run bundle");
        output.code(0);
        for task in ["compile", "bundle"] {
            let skipped = format!("[{task}] sources up-to-date, skipping\n");
            assert!(output.stderr.contains(&skipped), "{}", output.transcript());
        }
        seed.called(&[]);
        seed.project.write("src/index.ts", "let changed = 1;\n");
        seed.run("run bundle").code(0);
        seed.called(&BUNDLED);
        seed.run("run --force bundle").code(0);
        seed.called(&BUNDLED);
    });
}

const QUEUE: &str = r#"
# Individual steps (can run standalone)
["cache:detect-overflow"]
description = "Detect volume overflow (negative volumes) in ClickHouse cache"
run = "python scripts/detect_volume_overflow.py"

["cache:optimize"]
description = "Run OPTIMIZE TABLE FINAL on range_bars"
run = "./scripts/pueue-populate.sh optimize"

# Fully-chained pueue pipeline (recommended for production)
["cache:postprocess-all"]
description = "Full post-fix pipeline via pueue: repopulate → optimize → detect (auto-chained)"
run = "./scripts/pueue-populate.sh postprocess-all"
"#;

#[test]
fn an_included_file_has_the_entry_points() {
    each("", "python", |seed| {
        seed.project.write(".mise/tasks/cache.toml", QUEUE);
        seed.project
            .write_executable("scripts/pueue-populate.sh", "#!/bin/sh\necho \"$1 queued\"\n");
        says(
            &seed.run("tasks ls"),
            "cache:detect-overflow  Detect volume overflow (negative volumes) in ClickHouse cache\n\
             cache:optimize         Run OPTIMIZE TABLE FINAL on range_bars\n\
             cache:postprocess-all  Full post-fix pipeline via pueue: repopulate → optimize → detect \
             (auto-chained)\n",
        );
        says(&seed.run("run cache:optimize"), "optimize queued\n");
        says(&seed.run("run cache:postprocess-all"), "postprocess-all queued\n");
        says(&seed.run("run cache:detect-overflow"), "");
        seed.called(&["python scripts/detect_volume_overflow.py"]);
    });
}

/// Three steps, each of which waits for the jobs before it.
const CHAIN: &str = r#"#!/usr/bin/env bash
set -euo pipefail
PROJECT_DIR=$PWD
postprocess_all() {
    JOB_IDS=()
    for threshold in 250 500 750 1000; do
        local job_id
        job_id=$(pueue add --print-task-id --group postfix \
            --label "SYMBOL@${threshold}" \
            --working-directory "$PROJECT_DIR" \
            -- uv run python scripts/populate.py --threshold "$threshold" --force-refresh)
        JOB_IDS+=("$job_id")
    done
    local optimize_id
    optimize_id=$(pueue add --print-task-id --group postfix \
        --label "optimize-table" \
        --after "${JOB_IDS[@]}" \
        --working-directory "$PROJECT_DIR" \
        -- clickhouse-client --query "OPTIMIZE TABLE mydb.mytable FINAL")
    pueue add --group postfix \
        --label "detect-overflow" \
        --after "$optimize_id" \
        --working-directory "$PROJECT_DIR" \
        -- uv run python scripts/detect_overflow.py
    echo "Pipeline: ${#JOB_IDS[@]} batch jobs → optimize → detect"
}
postprocess_all
"#;

#[test]
fn a_script_chains_jobs_of_a_queue() {
    each("", "", |seed| {
        seed.project.write(".mise/tasks/cache.toml", QUEUE);
        seed.project.write_executable("scripts/pueue-populate.sh", CHAIN);
        let count = "n=$(cat count 2>/dev/null || echo 0); echo $((n + 1)) >count; \
                     case $2 in --print-task-id) echo $n;; esac";
        seed.stub("pueue", count);
        let output = seed.run("run cache:postprocess-all");
        says(&output, "Pipeline: 4 batch jobs → optimize → detect\n");
        let calls = seed.calls();
        assert_eq!(calls.len(), 6);
        assert!(calls[4].contains("--label optimize-table --after 0 1 2 3 "), "{}", calls[4]);
        assert!(calls[5].contains("--label detect-overflow --after 4 "), "{}", calls[5]);
    });
}

#[test]
fn depends_waits_and_a_queue_does_not() {
    let steps = "[\"cache:repopulate\"]\nrun = \"echo repopulated\"\n";
    let waits = "[\"cache:postprocess-all\"]\n\
                 depends = [\"cache:repopulate\", \"cache:optimize\", \"cache:detect\"]\n\
                 [\"cache:optimize\"]\nrun = \"echo optimized\"\n\
                 [\"cache:detect\"]\nrun = \"echo detected\"\n";
    each("", "", |seed| {
        seed.project.write(".mise/tasks/cache.toml", &format!("{steps}{waits}"));
        let output = seed.run("run -j1 -q cache:postprocess-all");
        says(&output, "repopulated\noptimized\ndetected\n");
    });
}

const WHOLE: &str = r#"
# .mise.toml - Complete project configuration
min_version = "2024.9.5"

[settings]
experimental = true

[tools]
python = "3.11"
node = "22"
uv = "latest"

[env]
_.python.venv = { path = ".venv", create = true }
_.file = [".env", { path = ".env.local", redact = true }]
_.path = ["{{config_root}}/bin", "node_modules/.bin"]

PROJECT_ROOT = "{{config_root}}"
PYTHONUNBUFFERED = "1"

# Hidden helpers
[tasks._check-env]
hide = true
run = '[ -f .env ] || { echo "Copy .env.example to .env"; exit 1; }'

# Development
[tasks.dev]
description = "Start development server"
depends = ["_check-env"]
run = "uvicorn app:main --reload"

# Testing
[tasks.test]
description = "Run tests"
alias = "t"
run = "pytest tests/ -v"

[tasks."test:cov"]
description = "Run tests with coverage"
run = "pytest tests/ --cov=src --cov-report=html"

# Code quality
[tasks.lint]
description = "Run linters"
run = "ruff check . && ruff format --check ."

[tasks.fix]
description = "Fix linting issues"
run = "ruff check --fix . && ruff format ."

# Build
[tasks.build]
description = "Build package"
depends = ["lint", "test"]
run = "uv build"
"#;

#[test]
fn a_whole_project_works_as_written() {
    each(WHOLE, "pytest ruff", |seed| {
        seed.stub("uv", "[ \"$1\" != venv ] || mkdir -p \"$2/bin\"");
        seed.project.write(".env.local", "TOKEN=s3cret\n");
        seed.run("run dev").code(1).stdout("Copy .env.example to .env\n");
        seed.project.write(".env", "A=1\n");
        seed.stub("uvicorn", "echo \"$A $TOKEN $PROJECT_ROOT $PYTHONUNBUFFERED $VIRTUAL_ENV\"");
        let output = seed.run("run dev");
        output.code(0);
        assert!(output.stdout.contains("1 [redacted] [P] 1 [P]/.venv"), "{}", output.transcript());
        seed.calls();
        for (line, calls) in [
            ("run t", &["pytest tests/ -v"][..]),
            ("run test:cov", &["pytest tests/ --cov=src --cov-report=html"]),
            ("run fix", &["ruff check --fix .", "ruff format ."]),
            (
                "run -j1 build",
                &["ruff check .", "ruff format --check .", "pytest tests/ -v", "uv build"],
            ),
        ] {
            seed.run(line).code(0);
            seed.called(calls);
        }
    });
}
