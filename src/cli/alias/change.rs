//! `crossmodel alias set` and `crossmodel alias remove`.

use super::note_count;
use crate::cli::alias_hints;
use crate::cli::args::alias_rows::{self, AliasArg, Placed};
use crate::cli::context::{Context, WhichKey};
use crate::cli::error::CliError;
use crate::domain::{Alias, AliasName, Strictness, StrictnessError};

/// Which aliases to set.
#[derive(Debug, clap::Args)]
pub struct Set {
    #[command(flatten)]
    key: WhichKey,
    /// NAME=TARGET, or 'PREFIX*=TARGET' for every name that begins so.
    #[arg(required = true, value_name = "NAME=TARGET")]
    aliases: Vec<AliasArg>,
    /// Answer with the name that the client asked for, not with the real id; =false ends that. Without this, an alias that
    /// exists already keeps its setting.
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    keep_name: Option<bool>,
    /// How much requests may be changed to fit them to the target: adapt, strict (refuse what would be left out), off (send as
    /// they come), or key, for as the key says. Without this, an alias that exists already keeps its setting.
    #[arg(long, value_name = "adapt|strict|off|key", value_parser = adapt_of)]
    adapt: Option<Adapt>,
}

/// How much requests may be changed; `None`: as the key says.
#[derive(Clone, Copy, Debug)]
struct Adapt(Option<Strictness>);

fn adapt_of(text: &str) -> Result<Adapt, String> {
    match text {
        "key" => Ok(Adapt(None)),
        text => match text.parse() {
            Ok(adapt) => Ok(Adapt(Some(adapt))),
            Err(StrictnessError) => Err("choose adapt, strict, off or key".into()),
        },
    }
}

/// Which aliases to remove.
#[derive(Debug, clap::Args)]
pub struct Remove {
    #[command(flatten)]
    key: WhichKey,
    /// The names of the aliases to remove.
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
}

impl Set {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<(), CliError> {
        let key = context.key(&self.key).await?;
        let catalog = context.store.catalog().load().await?;

        let now_has = alias_rows::change(context, &key, |has| {
            let mut new: Vec<Placed> = self.aliases.iter().map(Placed::from).collect();
            for Placed { row, .. } in &mut new {
                let before = has.iter().find(|alias| alias.name.as_str() == row.name);
                let kept_name = before.is_some_and(|alias| alias.keep_name);
                row.keep_name = self.keep_name.unwrap_or(row.keep_name || kept_name);
                row.adapt = match self.adapt {
                    Some(Adapt(adapt)) => adapt,
                    None => row.adapt.or(before.and_then(|alias| alias.adapt)),
                };
            }
            alias_rows::check(&alias_rows::without(has, &new), &new, &catalog, key.models().as_deref())
        });

        note_count(&key, now_has.await?);
        let is_new = |alias: &Alias| {
            self.aliases
                .iter()
                .any(|arg| Placed::from(arg).row.name == alias.name.as_str())
        };
        alias_hints::note(context, &key, is_new).await
    }
}

impl Remove {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<(), CliError> {
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

        note_count(&key, now_has.await?);
        Ok(())
    }
}
