//! From words on a command line to a complete plan: names → requests → graph
//! → jobs. The last reader of `config`; runs nothing, and assumes nothing of
//! how a job will be executed.
//!
//! Inside, from the bottom: `echo` (what a command looks like to a person),
//! `paths` and `names` (which tasks a word means), `select` (words → requests), `graph`
//! (the plan's shape), `expand` (requests → graph), `job` (what a node needs),
//! `sandbox` (what it must not touch),
//! `checks` (what keeps it from running), `build` (graph → jobs), `planner`
//! (all of it, also while the run goes on), `tree` (the shape drawn), `shard`
//! (parts for several machines), `lint` (what looks wrong with it), `declaration` (what a task takes, as it is shown).

mod args;
mod build;
mod checks;
mod declaration;
mod diagram;
pub mod echo;
mod expand;
mod field;
mod graph;
mod job;
mod labels;
mod layers;
mod layout;
pub mod lint;
mod names;
mod old_args;
mod outlook;
mod paths;
mod planner;
mod sandbox;
pub mod script;
mod select;
mod shape;
mod shard;
mod shell;
mod spec;
mod tree;

pub use args::{help, usage};
pub use declaration::{Declaration, Shown};
pub use expand::{Expander, Expansion, Scope};
pub use field::{Field, LateText};
pub use graph::{Edge, EdgeKind, Graph, Node, Occurrence, Part, Phase};
pub use job::{Action, FreshPart, FreshSpec, Invocation, Job, Plan, PlanOptions};
pub use names::{is_pattern, matching, runnable};
pub use old_args::specification;
pub use outlook::Outlook;
pub use planner::Planner;
pub use sandbox::Confinement;
pub use select::{Group, Request, groups, lacking_a_bit, select, unique_prefix};
pub use shape::{Line, Link, links};
pub use shard::{Shard, divide};
pub use tree::{Drawing, draw};
