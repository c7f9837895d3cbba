//! `generate github-action`: a workflow for GitHub. As `mise` the reference's, which runs one task
//! in one job; as `mep` a job for each task, which wait for each other as the tasks do.

use std::fs;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde::Serialize;
use serde_saphyr::FlowSeq;

use super::{failed, git, say, told, write};
use crate::app::{self, Asked, RunFlags, WorkflowJob, place_in};
use crate::cli::grammar::generate::ActionArgs;
use crate::cli::verbs::call::Call;
use crate::cli::{dialect, load};
use crate::model::{Dialect, Exit, Problem};
use crate::plan::echo;

/// What both forms take where nothing is said: the task, and the name of the workflow.
const DEFAULT: &str = "ci";

/// Prints or writes it.
///
/// # Errors
/// The plan cannot be made, there is no repository to write to, or the file cannot be written.
pub(super) fn run(call: Call<'_>, args: &ActionArgs) -> Result<Exit, Vec<Problem>> {
    let one = |problem| vec![problem];
    if call.grammar == Dialect::Mise {
        return of_one_task(args).map_err(one);
    }
    let text = of_all_tasks(call, args)?;
    let path = match (&args.output, args.write) {
        (Some(path), _) => PathBuf::from(path),
        (None, true) => place(&git::root().map_err(one)?, name(args)),
        (None, false) => {
            say(text.trim_end());
            return Ok(Exit::Success);
        }
    };
    put(&path, &text).map_err(one)?;
    Ok(Exit::Success)
}

fn name(args: &ActionArgs) -> &str {
    args.name.as_deref().unwrap_or(DEFAULT)
}

fn place(root: &Path, name: &str) -> PathBuf {
    root.join(".github/workflows").join(format!("{name}.yml"))
}

fn put(path: &Path, text: &str) -> Result<(), Problem> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    if let Some(dir) = dir {
        fs::create_dir_all(dir).map_err(|error| failed("create_dir_all", dir, &error))?;
    }
    write(path, text)?;
    told(path);
    Ok(())
}

/// The reference's, byte for byte: it quotes nothing.
fn of_one_task(args: &ActionArgs) -> Result<Exit, Problem> {
    let ours = [(args.output.is_some(), "--output"), (!args.setup.is_empty(), "--setup")];
    let flag = ours.iter().find(|(is_there, _)| *is_there).map(|(_, flag)| *flag);
    if let Some(word) = flag.or(args.words.first().map(String::as_str)) {
        return Err(Problem::new("usage::action", format!("unexpected argument '{word}' found"))
            .help("as `mep` there is a workflow with a job for each task"));
    }
    let root = git::root()?;
    let (name, task) = (name(args), args.task.as_deref().unwrap_or(DEFAULT));
    let branch = git::branch(&root).unwrap_or_default();
    let text = format!(
        "name: {name}

on:
  workflow_dispatch:
  pull_request:
  push:
    tags: [\"*\"]
    branches: [\"{branch}\"]

concurrency:
  group: ${{{{ github.workflow }}}}-${{{{ github.ref }}}}
  cancel-in-progress: true

env:
  MISE_EXPERIMENTAL: true

jobs:
  {name}:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@v6
      - uses: jdx/mise-action@v3
      - run: mise run {task}
"
    );
    match args.write {
        true => put(&place(&root, name), &text)?,
        false => say(&text),
    }
    Ok(Exit::Success)
}

// ---- a job for each task ------------------------------------------------------

#[derive(Debug, Serialize)]
struct Workflow {
    name: String,
    on: On,
    concurrency: Concurrency,
    jobs: IndexMap<String, Job>,
}

/// When it runs.
#[derive(Debug, Serialize)]
struct On {
    workflow_dispatch: Option<()>,
    pull_request: Option<()>,
    push: Push,
}

#[derive(Debug, Serialize)]
struct Push {
    tags: FlowSeq<Vec<String>>,
    branches: FlowSeq<Vec<String>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Concurrency {
    group: &'static str,
    cancel_in_progress: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Job {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    needs: Option<FlowSeq<Vec<String>>>,
    #[serde(rename = "if", skip_serializing_if = "Option::is_none")]
    condition: Option<String>,
    runs_on: &'static str,
    steps: Vec<Step>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Step {
    #[serde(skip_serializing_if = "Option::is_none")]
    uses: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    working_directory: Option<String>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    env: IndexMap<String, String>,
}

fn of_all_tasks(call: Call<'_>, args: &ActionArgs) -> Result<String, Vec<Problem>> {
    let Call { ctx, global, voice, grammar } = call;
    let words = match (&args.task, args.words.is_empty()) {
        (Some(task), false) => {
            let text = format!("`--task {task}` names a task, and so do the words behind it");
            return Err(vec![Problem::new("usage::action", text).help("name them all as words")]);
        }
        (task, true) => vec![task.clone().unwrap_or_else(|| DEFAULT.to_string())],
        (None, false) => args.words.clone(),
    };
    let options = call.options().whole();
    let loaded = load(ctx, global, &options, voice)?;
    loaded.project.warnings.iter().for_each(|w| voice.warn(w));
    let has_tools = !loaded.project.tools.is_empty();
    let line = head(&words.iter().map(|word| echo::quote(word)).collect::<Vec<_>>().join(" "));
    let flags = RunFlags { words, dry_run: true, ..RunFlags::default() };
    let mut warn = |text: &str| voice.warn(text);
    let dialect = dialect(ctx, grammar);
    let asked = Asked { ctx, dialect, loaded, options: &options, flags: &flags };
    let jobs = app::workflow(asked, &mut warn)?;
    let root = git::root_above(&ctx.cwd);
    let machine = Machine {
        setup: &args.setup,
        has_tools,
        dir: root.and_then(|root| place_in(root, &ctx.cwd)),
        profile: global.env.as_deref(),
    };
    let branch = root.and_then(git::branch).unwrap_or_else(|| "main".to_string());
    let all = |text: &str| FlowSeq(vec![text.to_string()]);
    let workflow = Workflow {
        name: name(args).to_string(),
        on: On {
            workflow_dispatch: None,
            pull_request: None,
            push: Push { tags: all("*"), branches: all(&branch) },
        },
        concurrency: Concurrency {
            group: "${{ github.workflow }}-${{ github.ref }}",
            cancel_in_progress: true,
        },
        jobs: jobs.into_iter().map(|job| (job.id.clone(), machine.job(job))).collect(),
    };
    let text = yaml(&workflow).map_err(|problem| vec![problem])?;
    Ok(format!(
        "# made by `mep generate github-action {line}`: make it anew when tasks change\n{text}"
    ))
}

/// What may stand in a comment.
fn head(line: &str) -> String {
    let breaks =
        |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}');
    line.replace(breaks, " ")
}

fn yaml(workflow: &Workflow) -> Result<String, Problem> {
    // Conditions stay on one line.
    let options = serde_saphyr::ser_options! { folded_wrap_chars: 32 * 1024 };
    serde_saphyr::to_string_with_options(workflow, options).map_err(|error| {
        Problem::new("generate::yaml", format!("the workflow cannot be written: {error}"))
    })
}

/// What all jobs have in common.
struct Machine<'a> {
    /// Commands that put what is needed on it.
    setup: &'a [String],
    has_tools: bool,
    /// Below the repository.
    dir: Option<String>,
    profile: Option<&'a str>,
}

impl Machine<'_> {
    fn job(&self, job: WorkflowJob) -> Job {
        let mut command = String::from("mep");
        if let Some(profile) = self.profile {
            command += &format!(" -E {}", echo::quote(profile));
        }
        command += if job.is_alone { " run --skip-deps " } else { " run " };
        command += &job.words;
        let checkout = Step { uses: Some("actions/checkout@v6"), ..Step::default() };
        let tools = Step { uses: Some("jdx/mise-action@v3"), ..Step::default() };
        let setup = |line: &String| Step { run: Some(line.clone()), ..Step::default() };
        let run = Step {
            run: Some(command),
            working_directory: self.dir.clone(),
            env: job.env.into_iter().collect(),
            ..Step::default()
        };
        let steps = std::iter::once(checkout).chain(self.has_tools.then_some(tools));
        Job {
            name: job.words,
            needs: (!job.needs.is_empty()).then_some(FlowSeq(job.needs)),
            condition: job.condition,
            runs_on: "ubuntu-latest",
            steps: steps.chain(self.setup.iter().map(setup)).chain([run]).collect(),
        }
    }
}
