//! What there is to say about a key's aliases, in the words of the console's editor.

use std::time::Duration;

use super::context::Context;
use super::error::CliError;
use super::output;
use crate::domain::{Alias, ApiKey, Catalog, Hint, HintContext, HintKind, Match, Scope, hints};

const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The saved aliases of a key, each with its hints.
pub async fn of_key(
    context: &Context<'_>,
    catalog: &Catalog,
    key: &ApiKey,
) -> Result<Vec<(Alias, Vec<Hint>)>, CliError> {
    let Some(saved) = context.store.aliases().list(Scope::All, key.id).await? else {
        return Ok(Vec::new());
    };
    let (usage, now, allowed) = (context.store.usage(), context.now(), key.models());
    let (sent, last_match) = (
        usage.names_sent(key.id, now.minus(WEEK)).await?,
        usage.last_match(key.id).await?,
    );

    let hint_context = HintContext {
        allowed: allowed.as_deref(),
        saved: &saved.aliases,
        saved_at: saved.saved_at,
        sent: &sent,
        last_match: &last_match,
        ..HintContext::new(catalog, now)
    };
    let found = hints(&saved.aliases, &hint_context);
    Ok(saved.aliases.into_iter().zip(found).collect())
}

/// Notes what there is to say about those saved aliases of a key that `of` picks.
pub async fn note(context: &Context<'_>, key: &ApiKey, of: impl Fn(&Alias) -> bool) -> Result<(), CliError> {
    let catalog = context.store.catalog().load().await?;
    for (alias, hints) in of_key(context, &catalog, key).await? {
        if of(&alias) {
            let star = if alias.matching == Match::Prefix { "*" } else { "" };
            for hint in hints {
                output::note(&format!("{}{star}: {hint}", alias.name));
            }
        }
    }

    Ok(())
}

/// What there is to say about a real model that a client names itself: whether it is being withdrawn.
pub fn of_model(context: &Context<'_>, catalog: &Catalog, id: &str) -> Vec<Hint> {
    let (Ok(name), Some(model)) = (id.parse(), catalog.get(id)) else {
        return Vec::new();
    };
    let named = Alias::new(name, Match::Exact, model.id.clone());
    let found = hints(&[named], &HintContext::new(catalog, context.now()));
    let mut found: Vec<Hint> = found.into_iter().flatten().collect();
    found.retain(|hint| hint.kind == HintKind::Deprecated);

    found
}
