//! `crossmodel alias …`

mod change;
mod export;
mod import;

use super::alias_hints;
use super::context::{Context, WhichKey};
use super::error::CliError;
use super::output;
use crate::config::Settings;
use crate::domain::{self, Scope, Strictness};
use change::{Remove, Set};
use export::Export;
use import::Import;

/// What to do with the aliases of a key.
#[derive(Debug, clap::Subcommand)]
pub enum Alias {
    /// List a key's aliases in the order they are checked, with hints beside the list.
    #[command(after_help = "Example:\n  crossmodel alias list --key laptop")]
    List(WhichKey),
    /// Add aliases, or point existing ones elsewhere.
    #[command(after_help = "Examples:
  crossmodel alias set --key laptop cross-model-basic=deepseek/deepseek-flash
  crossmodel alias set --key laptop 'claude-opus*=anthropic/claude-opus-4-8'
  crossmodel alias set --key laptop --keep-name 'claude-*=openai/gpt-5.5'
  crossmodel alias set --key laptop --adapt strict gpt-4o=anthropic/claude-opus-4-8

A name that ends in * is a prefix: it catches every name that begins so. All are set, or none.")]
    Set(Set),
    /// Remove aliases.
    #[command(after_help = "Example:\n  crossmodel alias remove --key laptop cross-model-basic")]
    Remove(Remove),
    /// Write a key's aliases as text, for `alias import`.
    #[command(after_help = "Example:\n  crossmodel alias export --key laptop > aliases.json")]
    Export(Export),
    /// Bring in aliases from a file: all of them, or none.
    #[command(after_help = "Examples:
  crossmodel alias import --key laptop aliases.json
  echo 'claude-opus* = anthropic/claude-opus-4-8' | crossmodel alias import --key laptop -

The file has a JSON list of {\"name\", \"match\", \"target\"}, or lines `name = target` and `prefix* = target`,
where # begins a comment. A JSON object of names and targets, and CSV as name,mode,target, will do too.
Answers carry the real id, or the name asked for where the file says \"keep_name\": true, or keep-name after the
target. \"adapt\": \"strict\", or adapt=strict after the target, says how much requests may be changed.")]
    Import(Import),
}

impl Alias {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CliError> {
        let context = Context::open(settings).await?;
        match self {
            Self::List(which) => list(&context, &which).await,
            Self::Set(set) => set.run(&context).await,
            Self::Remove(remove) => remove.run(&context).await,
            Self::Export(export) => export.run(&context).await,
            Self::Import(import) => import.run(&context).await,
        }
    }
}

async fn list(context: &Context<'_>, which: &WhichKey) -> Result<(), CliError> {
    let key = context.key(which).await?;
    let saved = context.store.aliases().list(Scope::All, key.id).await?;
    let aliases = saved.map(|saved| saved.aliases).unwrap_or_default();

    let row = |alias: &domain::Alias| {
        let answers_as = if alias.keep_name { "name asked for" } else { "real id" };
        [
            alias.name.to_string(),
            alias.matching.to_string(),
            alias.target.to_string(),
            answers_as.to_owned(),
            alias.adapt.map_or("key", Strictness::as_str).to_owned(),
        ]
    };

    output::table(
        ["NAME", "MATCH", "TARGET", "ANSWERS AS", "ADAPT"],
        &aliases.iter().map(row).collect::<Vec<_>>(),
    );
    alias_hints::note(context, &key, |_| true).await
}

/// Notes how many aliases a key has after a change.
fn note_count(key: &domain::ApiKey, count: usize) {
    let now_has = output::count(count, "alias", "aliases");
    output::note(&format!(
        "{} now has {now_has}. Live everywhere within a minute.",
        key.name
    ));
}
