//! `crossmodel resolve`: the test box of the console, in a terminal.

use super::alias_hints;
use super::context::{Context, WhichKey};
use super::error::CliError;
use super::output;
use crate::config::Settings;
use crate::domain::{AliasSet, Explanation, Hint, Scope, explain};

/// Says which model a name runs for a key, and why.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  crossmodel resolve --key laptop claude-opus-4-9
  crossmodel resolve --key laptop --json claude-opus-4-9")]
pub struct Resolve {
    #[command(flatten)]
    key: WhichKey,
    /// The name that a client sends, exactly: letter case and blanks count.
    name: String,
    /// Print the answer as JSON.
    #[arg(long)]
    json: bool,
}

impl Resolve {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CliError> {
        if self.name.len() > Explanation::MAX_REQUESTED {
            let why = format!(
                "NAME: use {} bytes or fewer; this has {}",
                Explanation::MAX_REQUESTED,
                self.name.len()
            );
            return Err(CliError::Usage(why));
        }

        let context = Context::open(settings).await?;
        let key = context.key(&self.key).await?;
        let saved = context.store.aliases().list(Scope::All, key.id).await?;
        let aliases = AliasSet::new(saved.map(|saved| saved.aliases).unwrap_or_default());
        let catalog = context.store.catalog().load().await?;

        let status = key.status(context.now());
        let why = explain(&aliases, &catalog, key.models().as_deref(), status, &self.name);
        let hints = match &why.alias {
            Some(alias) => {
                let all = alias_hints::of_key(&context, &catalog, &key).await?;
                let of_alias = all.into_iter().find(|(saved, _)| saved == alias);
                of_alias.map(|(_, hints)| hints).unwrap_or_default()
            }
            None => alias_hints::of_model(&context, &catalog, &why.model),
        };

        if self.json {
            return output::json(&WithHints { why, hints });
        }
        print(&why, &hints);
        Ok(())
    }
}

/// The explanation, and the hints of the alias that decides.
#[derive(serde::Serialize)]
struct WithHints {
    #[serde(flatten)]
    why: Explanation,
    hints: Vec<Hint>,
}

fn print(why: &Explanation, hints: &[Hint]) {
    output::line(&why.sentence);
    let steps = why.steps.iter().map(|step| {
        let alias = step.alias.as_ref().map(ToString::to_string).unwrap_or_default();
        [
            step.rule.label().to_owned(),
            alias,
            step.text.clone(),
            step.mark.label().to_owned(),
        ]
    });
    let steps: Vec<[String; 4]> = steps.collect();
    if !steps.is_empty() {
        output::line("");
        output::table(["RULE", "ALIAS", "FOUND", ""], &steps);
        output::line("");
    }

    if let Some(note) = why.answer_note() {
        output::line(&note);
    }
    if let Some(note) = why.adapt_note() {
        output::line(note);
    }
    if let Some(facts) = &why.facts {
        output::line(facts);
    }
    if let Some(takes) = &why.takes {
        output::line(takes);
    }
    if !why.nearest.is_empty() {
        let nearest: Vec<&str> = why.nearest.iter().map(|id| id.as_str()).collect();
        output::line(&format!("Closest in the catalog: {}", nearest.join(", ")));
    }
    for note in &why.notes {
        output::line(&format!("Note: {note}"));
    }
    for hint in hints {
        output::line(&format!("Note: {hint}"));
    }
}
