//! `GET /v1/models` and `GET /v1/models/{model}`: the key's aliases, then the catalog.

use std::borrow::Cow;

use actix_web::{HttpRequest, HttpResponse, web};

use super::caller;
use crate::domain::{Timestamp, decide};
use crate::gateway::call::permit;
use crate::gateway::http::{Failure, Head, surface};
use crate::gateway::worker::Worker;
use crate::wire::error::{ApiError, Code};
use crate::wire::models::{Listed, Page, Row, anthropic_page, openai_list, rows};

/// Lists what the key can call.
pub async fn list(request: HttpRequest, worker: web::Data<Worker>) -> HttpResponse {
    let now = worker.inner.options.clock.now();
    let head = Head::new(worker.new_id(now), now);
    let answer = match listed(&request, &worker, now).await {
        Ok(body) => head.json(200, body),
        Err(failure) => head.failure(surface(&request), failure),
    };
    worker.inner.metrics.count_response(answer.status().as_u16());
    answer
}

async fn listed(request: &HttpRequest, worker: &Worker, now: Timestamp) -> Result<Vec<u8>, Failure> {
    let key = caller::authenticate(&worker.inner, request, now).await?;
    let snapshot = worker.inner.cache.snapshot(now).await;
    let rows = rows(&key.aliases, &snapshot.catalog, key.allowed_models.as_deref());
    let page = Page::from_query(request.query_string());
    let entries: Vec<Listed<'_>> = rows
        .iter()
        .map(|row| {
            // Plain entries were made when the catalog was read; an alias differs from its target in little, but does.
            let ready = snapshot.entry(row.id).filter(|_| !row.alias && !row.shadowed);
            let json = ready.map_or_else(|| Cow::Owned(row.json()), Cow::Borrowed);
            Listed {
                id: row.id,
                shadowed: row.shadowed,
                json,
            }
        })
        .collect();
    if request.headers().contains_key("anthropic-version") {
        return anthropic_page(&entries, &page).map_err(|error| {
            ApiError::new(Code::UnsupportedParameter, error.to_string())
                .about(error.param)
                .into()
        });
    }
    let shown = page.limit.unwrap_or(entries.len()).min(entries.len());
    Ok(openai_list(entries.get(..shown).unwrap_or_default()))
}

/// Shows one: an alias, a name that a prefix alias catches, or a real id. It decides as a call would.
pub async fn one(request: HttpRequest, worker: web::Data<Worker>) -> HttpResponse {
    let now = worker.inner.options.clock.now();
    let mut head = Head::new(worker.new_id(now), now);
    let answer = match shown(&request, &worker, &mut head, now).await {
        Ok(body) => head.json(200, body),
        Err(failure) => head.failure(surface(&request), failure),
    };
    worker.inner.metrics.count_response(answer.status().as_u16());
    answer
}

async fn shown(request: &HttpRequest, worker: &Worker, head: &mut Head, now: Timestamp) -> Result<String, Failure> {
    let key = caller::authenticate(&worker.inner, request, now).await?;
    let snapshot = worker.inner.cache.snapshot(now).await;
    // The router decodes every escape but those of `%`, `/` and `+`.
    let name = decoded(request.match_info().get("model").unwrap_or_default());
    let decision = decide(&key.aliases, &snapshot.catalog, key.allowed_models.as_deref(), &name);
    let model = permit::check_model(&decision, &key, &snapshot, head)?;
    head.ran(model.id.as_str());
    let alias = decision.resolution.alias().is_some();
    Ok(Row {
        id: &name,
        model: &model,
        alias,
        shadowed: false,
    }
    .json())
}

fn decoded(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return path.into();
    }
    let mut out = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escape = after.first_chunk::<2>().filter(|_| byte == b'%');
        let value = escape.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match value {
            Some(value) => {
                out.push(value);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned().into()
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
