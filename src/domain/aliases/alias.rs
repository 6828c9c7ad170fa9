//! One alias of a key: a name, how it matches, and the model that it points at.

use crate::domain::catalog::ModelId;
use crate::domain::values::{AliasName, Match, Strictness};

/// One rule of a key: a name, how it matches, and the real model that runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Alias {
    /// The name that the client sends, or its beginning.
    pub name: AliasName,
    /// How `name` matches.
    #[serde(rename = "match")]
    pub matching: Match,
    /// The catalog model that runs. It is never looked up among the aliases.
    pub target: ModelId,
    /// Whether an answer carries the requested name, in place of the real id. Only then does Claude Code send back the
    /// signed thoughts of another model.
    #[serde(rename = "keep_name", default, skip_serializing_if = "std::ops::Not::not")]
    pub keep_name: bool,
    /// How much a request may be changed to fit it to the model; `None`: as the key says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adapt: Option<Strictness>,
}

impl Alias {
    /// The most aliases that one key may hold.
    pub const LIMIT: usize = 20;

    /// An alias whose answers carry the real id, as if the client had sent it.
    pub const fn new(name: AliasName, matching: Match, target: ModelId) -> Self {
        Self {
            name,
            matching,
            target,
            keep_name: false,
            adapt: None,
        }
    }

    /// Evaluation order: exact names from A to Z, then prefixes from the longest to the shortest, then A to Z.
    pub fn evaluation_order(a: &Self, b: &Self) -> std::cmp::Ordering {
        a.matching.cmp(&b.matching).then_with(|| match a.matching {
            Match::Exact => a.name.cmp(&b.name),
            Match::Prefix => b
                .name
                .as_str()
                .len()
                .cmp(&a.name.as_str().len())
                .then_with(|| a.name.cmp(&b.name)),
        })
    }
}
