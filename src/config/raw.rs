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
    pub(super) alias: Vec<String>,
    pub(super) confirm: Option<Confirm>,
    pub(super) depends: Vec<Dep>,
    pub(super) depends_post: Vec<Dep>,
    pub(super) wait_for: Vec<Dep>,
    pub(super) env: Vec<EnvEntry>,
    pub(super) vars: Vec<EnvEntry>,
    pub(super) dir: Option<String>,
    pub(super) hide: Option<bool>,
    pub(super) global: Option<bool>,
    pub(super) raw: Option<bool>,
    pub(super) raw_args: Option<bool>,
    pub(super) interactive: Option<bool>,
    pub(super) sources: Vec<String>,
    /// `watch.no_vcs_ignore`
    pub(super) no_vcs_ignore: Option<bool>,
    pub(super) outputs: Option<Outputs>,
    pub(super) shell: Option<String>,
    pub(super) quiet: Option<bool>,
    pub(super) silent: Option<Silence>,
    pub(super) output: Option<OutputStyle>,
    /// `output` is the deprecated `quiet`.
    pub(super) old_output: bool,
    pub(super) tools: Vec<TaskTool>,
    pub(super) sandbox: Seldom<Sandbox>,
    pub(super) usage: Option<String>,
    pub(super) timeout: Option<String>,
    pub(super) run: Option<Vec<RunEntry>>,
    pub(super) run_windows: bool,
    pub(super) file: Option<String>,
    /// An executable file of a task directory.
    pub(super) script: Option<PathBuf>,
    /// The template it names, and where.
    pub(super) extends: Option<(String, Spot)>,
    /// The template that filled it.
    pub(super) template: Option<Spot>,
    pub(super) later: Vec<LaterKey>,
    pub(super) broken: Vec<Problem>,
    /// Files that overlaid it.
    pub(super) also_in: Vec<Arc<SourceFile>>,
}

impl RawTask {
    pub(super) fn new(name: String, spot: Spot) -> Self {
        Self {
            name,
            spot,
            description: None,
            alias: Vec::new(),
            confirm: None,
            depends: Vec::new(),
            depends_post: Vec::new(),
            wait_for: Vec::new(),
            env: Vec::new(),
            vars: Vec::new(),
            dir: None,
            hide: None,
            global: None,
            raw: None,
            raw_args: None,
            interactive: None,
            sources: Vec::new(),
            no_vcs_ignore: None,
            outputs: None,
            shell: None,
            quiet: None,
            silent: None,
            output: None,
            old_output: false,
            tools: Vec::new(),
            sandbox: Seldom::default(),
            usage: None,
            timeout: None,
            run: None,
            run_windows: false,
            file: None,
            script: None,
            extends: None,
            template: None,
            later: Vec::new(),
            broken: Vec::new(),
            also_in: Vec::new(),
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
