//! `crossmodel alias import`.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::note_count;
use crate::cli::alias_hints;
use crate::cli::args::alias_rows::{self, Placed};
use crate::cli::context::{Context, WhichKey};
use crate::cli::error::CliError;
use crate::domain::{Alias, import_aliases};

/// The file to import, and the key to import it for.
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

impl Import {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<(), CliError> {
        let new = read(&self.file)?;
        let key = context.key(&self.key).await?;
        let catalog = context.store.catalog().load().await?;
        let allowed = key.models();

        let now_has = alias_rows::change(context, &key, |has| {
            let stay = match self.replace {
                true => Vec::new(),
                false => alias_rows::without(has, &new),
            };
            alias_rows::check(&stay, &new, &catalog, allowed.as_deref())
        });

        note_count(&key, now_has.await?);
        let is_new = |alias: &Alias| new.iter().any(|placed| placed.row.name == alias.name.as_str());
        alias_hints::note(context, &key, is_new).await
    }
}

/// The rows of a file, and where each stands in it.
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
    if let Some(issue) = import.problems.first() {
        let format = import.format.describe();
        return Err(CliError::Failed(format!(
            "{name}:{}: {} (read as {format})",
            issue.line, issue.reason
        )));
    }

    let rows = import.rows.into_iter().map(|row| Placed {
        place: format!("{name}:{}", row.line),
        row: row.row,
    });
    Ok(rows.collect())
}
