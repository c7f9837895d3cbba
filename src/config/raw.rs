//! One configuration file exactly as written: nothing merged, nothing
//! rendered. Knows no other file.

use std::path::PathBuf;
use std::sync::Arc;

use super::settings::SettingsLayer;
use crate::model::{
    Confirm, Dep, EnvEntry, LaterKey, OutputStyle, Outputs, Problem, RunEntry, Sandbox, Seldom,
    Silence, SourceFile, Spot, TaskTool,
};

/// A task table, a shorthand, or a file's headers. `None` is "not written".
#[derive(Debug, Clone)]
pub(super) struct RawTask {
    pub(super) name: String,
    pub(super) spot: Spot,
    pub(super) description: Option<String>,
    pub(super) alias: Seldom<Vec<String>>,
    pub(super) confirm: Seldom<Option<Confirm>>,
    pub(super) depends: Vec<Dep>,
    pub(super) depends_post: Seldom<Vec<Dep>>,
    pub(super) wait_for: Seldom<Vec<Dep>>,
    pub(super) env: Seldom<Vec<EnvEntry>>,
    pub(super) vars: Seldom<Vec<EnvEntry>>,
    pub(super) dir: Seldom<Option<String>>,
    pub(super) hide: Option<bool>,
    pub(super) global: Option<bool>,
    pub(super) raw: Option<bool>,
    pub(super) raw_args: Option<bool>,
    pub(super) interactive: Option<bool>,
    pub(super) sources: Seldom<Vec<String>>,
    /// `watch.no_vcs_ignore`
    pub(super) no_vcs_ignore: Option<bool>,
    pub(super) outputs: Seldom<Option<Outputs>>,
    pub(super) shell: Seldom<Option<String>>,
    pub(super) quiet: Option<bool>,
    pub(super) silent: Option<Silence>,
    pub(super) output: Option<OutputStyle>,
    /// `output` is the deprecated `quiet`.
    pub(super) old_output: bool,
    pub(super) tools: Seldom<Vec<TaskTool>>,
    pub(super) sandbox: Seldom<Sandbox>,
    pub(super) usage: Seldom<Option<String>>,
    pub(super) timeout: Seldom<Option<String>>,
    pub(super) run: Option<Vec<RunEntry>>,
    pub(super) run_windows: bool,
    pub(super) file: Seldom<Option<String>>,
    /// An executable file of a task directory.
    pub(super) script: Seldom<Option<PathBuf>>,
    /// The template it names, and where.
    pub(super) extends: Seldom<Option<(String, Spot)>>,
    /// The template that filled it.
    pub(super) template: Seldom<Option<Spot>>,
    pub(super) later: Seldom<Vec<LaterKey>>,
    pub(super) broken: Seldom<Vec<Problem>>,
    /// Files that overlaid it.
    pub(super) also_in: Seldom<Vec<Arc<SourceFile>>>,
}

impl RawTask {
    pub(super) fn new(name: String, spot: Spot) -> Self {
        Self {
            name,
            spot,
            description: None,
            alias: Seldom::default(),
            confirm: Seldom::default(),
            depends: Vec::new(),
            depends_post: Seldom::default(),
            wait_for: Seldom::default(),
            env: Seldom::default(),
            vars: Seldom::default(),
            dir: Seldom::default(),
            hide: None,
            global: None,
            raw: None,
            raw_args: None,
            interactive: None,
            sources: Seldom::default(),
            no_vcs_ignore: None,
            outputs: Seldom::default(),
            shell: Seldom::default(),
            quiet: None,
            silent: None,
            output: None,
            old_output: false,
            tools: Seldom::default(),
            sandbox: Seldom::default(),
            usage: Seldom::default(),
            timeout: Seldom::default(),
            run: None,
            run_windows: false,
            file: Seldom::default(),
            script: Seldom::default(),
            extends: Seldom::default(),
            template: Seldom::default(),
            later: Seldom::default(),
            broken: Seldom::default(),
            also_in: Seldom::default(),
        }
    }

    /// True where it says what to execute; without one it is an overlay.
    pub(super) fn has_command(&self) -> bool {
        self.run.as_ref().is_some_and(|run| !run.is_empty())
            || self.run_windows
            || self.file.is_some()
            || self.script.is_some()
    }

    /// True where it is more than a few keys for a task that another file has:
    /// only such a one can be overlaid.
    pub(super) fn does_something(&self) -> bool {
        self.has_command()
            || !self.depends.is_empty()
            || !self.depends_post.is_empty()
            || self.extends.is_some()
    }
}

/// `[task_config]`.
#[derive(Debug, Clone, Default)]
pub(super) struct RawTaskConfig {
    pub(super) includes: Option<Vec<(String, Spot)>>,
    pub(super) excludes: Option<Vec<(String, Spot)>>,
    pub(super) dir: Option<String>,
    pub(super) shell: Option<String>,
    pub(super) cascade: Option<bool>,
    /// Empty where it is not there: an empty list says nothing.
    pub(super) global_inputs: Vec<(String, Spot)>,
    /// As `global_inputs`.
    pub(super) input_groups: Vec<(String, Vec<(String, Spot)>)>,
}

/// `monorepo_root` and `[monorepo]`.
#[derive(Debug, Clone, Default)]
pub(super) struct RawMonorepo {
    pub(super) root: Option<bool>,
    /// `experimental_monorepo_root`, the old name.
    pub(super) old_root: Option<bool>,
    pub(super) config_roots: Vec<String>,
}

impl RawMonorepo {
    /// Whether its directory is the root of one, where the file says so.
    pub(super) fn says(&self) -> Option<bool> {
        self.root.or(self.old_root)
    }
}

/// A whole configuration file.
#[derive(Debug)]
pub(super) struct RawFile {
    pub(super) file: Arc<SourceFile>,
    pub(super) tasks: Vec<RawTask>,
    pub(super) env: Vec<EnvEntry>,
    /// The deprecated `env_file`, `dotenv` and `env_path`, which come first.
    pub(super) old_env: Vec<EnvEntry>,
    pub(super) vars: Vec<EnvEntry>,
    pub(super) task_config: RawTaskConfig,
    pub(super) monorepo: RawMonorepo,
    /// `[task_templates]`
    pub(super) templates: Vec<RawTask>,
    pub(super) settings: SettingsLayer,
    pub(super) tools: Option<Spot>,
    pub(super) deps: Vec<(String, Spot)>,
    /// `[_.mep]`
    pub(super) own: Option<super::own::OwnTable>,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<String>,
}

impl RawFile {
    pub(super) fn new(file: Arc<SourceFile>) -> Self {
        Self {
            file,
            tasks: Vec::new(),
            env: Vec::new(),
            old_env: Vec::new(),
            vars: Vec::new(),
            task_config: RawTaskConfig::default(),
            monorepo: RawMonorepo::default(),
            templates: Vec::new(),
            settings: SettingsLayer::default(),
            tools: None,
            deps: Vec::new(),
            own: None,
            problems: Vec::new(),
            warnings: Vec::new(),
        }
    }
}
