//! The list as clients of OpenAI and of Anthropic read it, whole or in pages.

use std::borrow::Cow;
use std::ops::Range;

use crate::wire::json::quote;

/// An entry of the list, written as JSON.
#[derive(Clone, Debug)]
pub struct Listed<'a> {
    /// The entry's `id`, the cursor of Anthropic's pages.
    pub id: &'a str,
    /// Whether it is shadowed: an alias has the same name as this real model.
    pub shadowed: bool,
    /// The whole entry as JSON.
    pub json: Cow<'a, str>,
}

/// The list as OpenAI's clients read it.
pub fn openai_list(entries: &[Listed<'_>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(entries.iter().map(|entry| entry.json.len() + 1).sum::<usize>() + 32);
    out.extend_from_slice(b"{\"object\":\"list\",\"data\":[");
    join(&mut out, entries);
    out.extend_from_slice(b"]}");
    out
}

/// The part of the list that a client asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The number of entries, 1 to 1000; without it 20 in Anthropic's envelope, all in OpenAI's list.
    pub limit: Option<usize>,
    /// Only entries after the one with this id.
    pub after: Option<String>,
    /// Only entries before the one with this id.
    pub before: Option<String>,
}

/// No entry has the id at which the page should begin or end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{id}' is not in the list.")]
pub struct UnknownCursor {
    /// `after_id` or `before_id`.
    pub param: &'static str,
    /// The id in the query.
    pub id: String,
}

impl Page {
    /// Entries of a page if the client sets no limit.
    const DEFAULT: usize = 20;
    /// Entries of a page, at most.
    const MOST: usize = 1000;

    /// Reads the query. A value that makes no sense counts as absent; a limit beyond the range becomes the nearest one in it.
    pub fn from_query(query: &str) -> Self {
        let mut page = Self::default();
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match key.as_ref() {
                "limit" => page.limit = value.parse::<usize>().ok().map(|n| n.clamp(1, Self::MOST)),
                "after_id" if !value.is_empty() => page.after = Some(value.into_owned()),
                "before_id" if !value.is_empty() => page.before = Some(value.into_owned()),
                _ => {}
            }
        }
        page
    }
}

/// One page of the list as Anthropic's clients read it.
///
/// # Errors
/// If `after_id` or `before_id` is not in the list.
pub fn anthropic_page(entries: &[Listed<'_>], page: &Page) -> Result<Vec<u8>, UnknownCursor> {
    let range = range(entries, page)?;
    let has_more = if page.before.is_some() {
        range.start > 0
    } else {
        range.end < entries.len()
    };

    let shown = entries.get(range).unwrap_or_default();
    let id = |entry: Option<&Listed<'_>>| entry.map_or_else(|| "null".to_owned(), |entry| quote(entry.id));
    let (first, last) = (id(shown.first()), id(shown.last()));

    let mut out = b"{\"data\":[".to_vec();
    join(&mut out, shown);
    out.extend_from_slice(format!("],\"first_id\":{first},\"has_more\":{has_more},\"last_id\":{last}}}").as_bytes());
    Ok(out)
}

/// The entries of a page.
fn range(entries: &[Listed<'_>], page: &Page) -> Result<Range<usize>, UnknownCursor> {
    let find = |param, id: &str| {
        let at = entries.iter().position(|entry| entry.id == id);
        at.ok_or_else(|| UnknownCursor {
            param,
            id: id.to_owned(),
        })
    };
    // A shadowed entry has the id of an alias further up and cannot be a cursor, so no page begins or ends with one.
    let shadowed = |at: usize| entries.get(at).is_some_and(|entry| entry.shadowed);
    let limit = page.limit.unwrap_or(Page::DEFAULT);

    if let Some(id) = &page.before {
        let to = find("before_id", id)?;
        let mut from = to.saturating_sub(limit);
        while from > 0 && shadowed(from) {
            from -= 1;
        }
        return Ok(from..to);
    }

    let from = match &page.after {
        Some(id) => find("after_id", id)? + 1,
        None => 0,
    };
    let mut to = (from + limit).min(entries.len());
    while to > from && to < entries.len() && shadowed(to - 1) {
        to += 1;
    }
    Ok(from..to)
}

fn join(out: &mut Vec<u8>, entries: &[Listed<'_>]) {
    for (n, entry) in entries.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        out.extend_from_slice(entry.json.as_bytes());
    }
}
