//! The web search that a provider makes by itself: `web_search_options`.

use std::borrow::Cow;

use serde::Serialize;

use crate::wire::neutral::{Node, SearchLocation, SearchTool, Untranslatable};

/// Reads the web search of a client's request.
pub(super) fn read<'a>(body: &Node<'a, '_>) -> Result<Option<SearchTool<'a>>, Untranslatable> {
    let Some(options) = body.get("web_search_options") else {
        return Ok(None);
    };
    options.object()?;

    let place = options.get("user_location");
    let place = place.as_ref().and_then(|place| place.get("approximate"));
    Ok(Some(SearchTool {
        context_size: options.text_at("search_context_size")?.map(Cow::Borrowed),
        location: match place {
            Some(place) => Some(SearchLocation::read(&place)?),
            None => None,
        },
        ..SearchTool::default()
    }))
}

#[derive(Serialize)]
pub(super) struct SearchOptions<'w> {
    #[serde(skip_serializing_if = "Option::is_none")]
    search_context_size: Option<&'w str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_location: Option<Location<'w>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "approximate")]
struct Location<'w> {
    approximate: &'w SearchLocation<'w>,
}

impl<'w> SearchOptions<'w> {
    pub(super) fn of(search: &'w SearchTool<'w>) -> Self {
        Self {
            search_context_size: search.context_size.as_deref(),
            user_location: search.location.as_ref().map(|approximate| Location { approximate }),
        }
    }
}
