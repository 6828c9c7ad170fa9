//! The web search that Anthropic makes, as a request offers it.

use std::borrow::Cow;

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::tool::WrittenTool;
use crate::wire::neutral::{SearchLocation, SearchTool};

/// The name by which a choice means it.
pub(super) const NAME: &str = "web_search";

/// The tools of a request, with its web search.
#[derive(Debug)]
pub(in crate::wire::messages) struct Tools<'a> {
    pub(in crate::wire::messages) tools: Vec<WrittenTool<'a>>,
    pub(in crate::wire::messages) search: Option<WrittenSearch<'a>>,
}

impl Tools<'_> {
    pub(in crate::wire::messages) fn is_empty(&self) -> bool {
        self.tools.is_empty() && self.search.is_none()
    }
}

impl Serialize for Tools<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.tools.len() + usize::from(self.search.is_some())))?;
        for tool in &self.tools {
            list.serialize_element(tool)?;
        }
        if let Some(search) = &self.search {
            list.serialize_element(search)?;
        }
        list.end()
    }
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "web_search_20250305")]
pub(in crate::wire::messages) struct WrittenSearch<'a> {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_uses: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed_domains: Vec<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    blocked_domains: &'a [Cow<'a, str>],
    #[serde(skip_serializing_if = "Option::is_none")]
    user_location: Option<Location<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "approximate")]
struct Location<'a> {
    #[serde(flatten)]
    place: &'a SearchLocation<'a>,
}

impl<'a> WrittenSearch<'a> {
    /// Anthropic takes one list of domains: what is not allowed need not be blocked.
    pub(in crate::wire::messages) fn of(search: &'a SearchTool<'a>) -> Self {
        let allowed = search.allowed_domains.iter();
        Self {
            name: NAME,
            max_uses: search.max_uses,
            allowed_domains: allowed
                .filter(|domain| !search.blocked_domains.contains(domain))
                .map(AsRef::as_ref)
                .collect(),
            blocked_domains: match search.allowed_domains.is_empty() {
                true => &search.blocked_domains,
                false => &[],
            },
            user_location: search.location.as_ref().map(|place| Location { place }),
        }
    }
}
