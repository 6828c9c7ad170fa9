//! `crossmodel alias …`

use std::io::Read;
use std::path::{Path, PathBuf};

use super::args::alias_rows::{self, AliasArg, Placed};
use super::context::{Context, WhichKey};
use super::error::CliError;
use super::output;
use crate::config::Settings;
use crate::domain::{self, AliasFormat, AliasName, Scope, export_aliases, import_aliases};

/// What to do with the aliases of a key.
#[derive(Debug, clap::Subcommand)]
pub enum Alias {
    /// List a key's aliases in the order they are checked.
    #[command(after_help = "Example:\n  crossmodel alias list --key laptop")]
    List(WhichKey),
    /// Add aliases, or point existing ones elsewhere.
    #[command(after_help = "Examples:
  crossmodel alias set --key laptop cross-model-basic=deepseek/deepseek-chat
  crossmodel alias set --key laptop 'claude-opus*=anthropic/claude-opus-4-8'
  crossmodel alias set --key laptop --keep-name 'claude-*=openai/gpt-5.5'

A name that ends in * is a prefix: it catches every name that begins so. All are set, or none.")]
    Set(Set),
    /// Remove aliases.
    #[command(after_help = "Example:\n  crossmodel alias remove --key laptop cross-model-basic")]
    Remove(Remove),
    /// Write a key's aliases down, for `alias import`.
    #[command(after_help = "Example:\n  crossmodel alias export --key laptop > aliases.json")]
    Export(Export),
    /// Bring in aliases from a file: all of them, or none.
    #[command(after_help = "Examples:
  crossmodel alias import --key laptop aliases.json
  echo 'claude-opus* = anthropic/claude-opus-4-8' | crossmodel alias import --key laptop -

The file has a JSON list of {\"name\", \"match\", \"target\"}, or lines `name = target` and `prefix* = target`,
where # begins a comment. A JSON object of names and targets, and CSV as name,mode,target, will do too.
Answers carry the real id, or the name asked for where the file says \"keep_name\": true, or keep-name after the
target.")]
    Import(Import),
}

/// Which aliases to set.
#[derive(Debug, clap::Args)]
pub struct Set {
    #[command(flatten)]
    key: WhichKey,
    /// NAME=TARGET, or 'PREFIX*=TARGET' for every name that begins so.
    #[arg(required = true, value_name = "NAME=TARGET")]
    aliases: Vec<AliasArg>,
    /// Answer with the name that the client asked for, not with the real id; =false ends that. Without this, an alias
    /// that is there already stays as it is in this.
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    keep_name: Option<bool>,
}

/// Which aliases to remove.
#[derive(Debug, clap::Args)]
pub struct Remove {
    #[command(flatten)]
    key: WhichKey,
    /// Their names.
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
}

/// How to write aliases down.
#[derive(Debug, clap::Args)]
pub struct Export {
    #[command(flatten)]
    key: WhichKey,
    /// In which form.
    #[arg(long, value_enum, default_value = "json")]
    format: ExportFormat,
}

/// The forms that an import takes.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum ExportFormat {
    /// A JSON list.
    Json,
    /// Lines of name = target.
    Lines,
    /// name,mode,target.
    Csv,
}

/// What to bring in.
#[derive(Debug, clap::Args)]
pub struct Import {
    #[command(flatten)]
    key: WhichKey,
    /// Remove the aliases that the file does not have.
    #[arg(long)]
    replace: bool,
    /// The file; - reads standard input.
    file: PathBuf,
}

impl Alias {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CliError> {
        let context = Context::open(settings).await?;
        match self {
            Self::List(which) => list(&context, &which).await,
            Self::Set(set) => set.run(&context).await,
            Self::Remove(remove) => remove.run(&context).await,
            Self::Export(export) => export.run(&context).await,
            Self::Import(import) => {
                let rows = read(&import.file)?;
                bring_in(&context, &import.key, &rows, import.replace).await
            }
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
        ]
    };
    output::table(
        ["NAME", "MATCH", "TARGET", "ANSWERS AS"],
        &aliases.iter().map(row).collect::<Vec<_>>(),
    );
    Ok(())
}

impl Set {
    async fn run(self, context: &Context<'_>) -> Result<(), CliError> {
        let key = context.key(&self.key).await?;
        let catalog = context.store.catalog().load().await?;
        let now_has = alias_rows::change(context, &key, |has| {
            let mut new: Vec<Placed> = self.aliases.iter().map(Placed::from).collect();
            for Placed { row, .. } in &mut new {
                let before = has
                    .iter()
                    .any(|alias| alias.name.as_str() == row.name && alias.keep_name);
                row.keep_name = self.keep_name.unwrap_or(row.keep_name || before);
            }
            alias_rows::check(&alias_rows::without(has, &new), &new, &catalog, key.models().as_deref())
        });
        said(&key, now_has.await?);
        Ok(())
    }
}

/// Tells how many aliases a key has after a change.
fn said(key: &domain::ApiKey, count: usize) {
    let now_has = output::count(count, "alias", "aliases");
    output::note(&format!(
        "{} now has {now_has}. Live everywhere within a minute.",
        key.name
    ));
}

/// Adds rows to a key's aliases, or puts them in their place.
async fn bring_in(context: &Context<'_>, which: &WhichKey, new: &[Placed], replace: bool) -> Result<(), CliError> {
    let key = context.key(which).await?;
    let catalog = context.store.catalog().load().await?;
    let allowed = key.models();
    let allowed = allowed.as_deref();
    let now_has = alias_rows::change(context, &key, |has| {
        let stay = if replace {
            Vec::new()
        } else {
            alias_rows::without(has, new)
        };
        alias_rows::check(&stay, new, &catalog, allowed)
    });
    said(&key, now_has.await?);
    Ok(())
}

fn read(file: &Path) -> Result<Vec<Placed>, CliError> {
    let name = if file == Path::new("-") {
        "standard input".into()
    } else {
        file.display().to_string()
    };
    let text = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    let text = text.map_err(|error| CliError::Failed(format!("{name} cannot be read: {error}")))?;
    let import = import_aliases(&text);
    if let Some(problem) = import.problems.first() {
        let format = import.format.describe();
        return Err(CliError::Failed(format!(
            "{name}:{}: {} (read as {format})",
            problem.line, problem.reason
        )));
    }
    let rows = import.rows.into_iter().map(|row| Placed {
        place: format!("{name}:{}", row.line),
        row: row.row,
    });
    Ok(rows.collect())
}

impl Remove {
    async fn run(self, context: &Context<'_>) -> Result<(), CliError> {
        let key = context.key(&self.key).await?;
        // A prefix may be written as in `alias set`.
        let names: Vec<AliasName> = self
            .names
            .iter()
            .map(|name| {
                let name = name.strip_suffix('*').unwrap_or(name);
                name.parse()
                    .map_err(|error| CliError::Usage(format!("`{name}`: {error}")))
            })
            .collect::<Result<_, _>>()?;
        let now_has = alias_rows::change(context, &key, |has| {
            for name in &names {
                if has.iter().all(|alias| alias.name != *name) {
                    return Err(CliError::Failed(format!("{} has no alias named {name}", key.name)));
                }
            }
            Ok(has
                .iter()
                .filter(|alias| !names.contains(&alias.name))
                .cloned()
                .collect())
        });
        said(&key, now_has.await?);
        Ok(())
    }
}

impl Export {
    async fn run(self, context: &Context<'_>) -> Result<(), CliError> {
        let key = context.key(&self.key).await?;
        let saved = context.store.aliases().list(Scope::All, key.id).await?;
        let format = match self.format {
            ExportFormat::Json => AliasFormat::Json,
            ExportFormat::Lines => AliasFormat::Lines,
            ExportFormat::Csv => AliasFormat::Csv,
        };
        let text = export_aliases(&saved.map(|saved| saved.aliases).unwrap_or_default(), format);
        output::line(text.trim_end());
        Ok(())
    }
}
