//! Real mise against ours, in the mise dialect: each test is one story that both are told.
//! What is different on purpose (the table in `docs/mise-compat.md`) has no place here.

mod arguments;
mod config;
mod deprecated_args;
mod encrypted;
mod env;
mod env_directives;
mod extends;
mod failure;
mod file_tasks;
mod freshness;
mod graph;
mod help;
mod includes;
mod late;
mod listing;
mod miserc;
mod names;
mod output;
mod redaction;
mod script_words;
mod scripts;
mod settings;
mod template_functions;
mod templates;
mod tools;
mod trust;
mod usage_args;
mod usage_commands;
mod usage_errors;
mod usage_flags;
mod usage_help;
mod variables;
mod vars;
mod wild;
