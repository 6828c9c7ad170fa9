//! `GET /v1/models` and `GET /v1/models/{model}`: the key's aliases, then the catalog.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::respond::{Answer, Caller};
use crate::domain::decide;
use crate::gateway::call::permit::check_model;
use crate::gateway::http::Failure;
use crate::wire::error::{ApiError, Code};
use crate::wire::models::{Listed, Page, Row, anthropic_page, openai_list, rows};

/// Lists what the key can call.
pub async fn list(caller: &mut Caller<'_>) -> Result<Answer, Failure> {
    let key = &caller.key;
    let snapshot = caller.worker.inner.cache.snapshot(caller.now).await;
    let rows = rows(&key.aliases, &snapshot.catalog, key.allowed_models.as_deref());
    let page = Page::from_query(caller.request.query_string());

    let listed = |row: &Row<'_>| {
        // Plain entries were made when the catalog was read; an alias differs from its target in little, but does.
        let ready = snapshot.entry(row.id).filter(|_| !row.alias && !row.shadowed);
        ready.map_or_else(|| Cow::Owned(row.json()), Cow::Borrowed)
    };
    let entries: Vec<Listed<'_>> = rows
        .iter()
        .map(|row| Listed {
            id: row.id,
            shadowed: row.shadowed,
            json: listed(row),
        })
        .collect();

    if caller.request.headers().contains_key("anthropic-version") {
        let body = anthropic_page(&entries, &page)
            .map_err(|error| ApiError::new(Code::UnsupportedParameter, error.to_string()).about(error.param))?;
        return Ok(Answer::ok(body));
    }
    let shown = page.limit.unwrap_or(entries.len()).min(entries.len());
    Ok(Answer::ok(openai_list(entries.get(..shown).unwrap_or_default())))
}

/// Shows one model: by an alias, a name that a prefix alias matches, or a real id. The name is resolved as for a call.
pub async fn one(caller: &mut Caller<'_>) -> Result<Answer, Failure> {
    // The router decodes every escape but those of `%`, `/` and `+`.
    let name = decoded(caller.request.match_info().get("model").unwrap_or_default());
    let snapshot = caller.worker.inner.cache.snapshot(caller.now).await;
    let key = &caller.key;
    let decision = decide(&key.aliases, &snapshot.catalog, key.allowed_models.as_deref(), &name);

    let model = check_model(&decision, key, &snapshot, &mut caller.head)?;
    caller.head.ran(model.id.as_str());

    let row = Row {
        id: &name,
        model: &model,
        alias: decision.resolution.alias().is_some(),
        shadowed: false,
    };
    Ok(Answer::ok(row.json()))
}

/// A part of a path with its escapes undone; what is no escape stays, and bytes that are not UTF-8 are replaced.
fn decoded(path: &str) -> Cow<'_, str> {
    percent_decode_str(path).decode_utf8_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_router_left_escaped_is_decoded_once() {
        assert_eq!(decoded("a/b"), "a/b");
        assert_eq!(decoded("a%2Fb%2fc"), "a/b/c");
        assert_eq!(decoded("a%252Fb"), "a%2Fb");
        assert_eq!(decoded("a%2Bb%zz%"), "a+b%zz%");
    }
}
