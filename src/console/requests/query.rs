//! The query of the list of requests: its filters and its page. The address is the whole state of a list.

use crate::console::auth::SignedIn;
use crate::console::format::days;
use crate::console::usage::{NO_ALIAS, address};
use crate::domain::{AccountId, ApiKeyId, CallState, RequestId, Scope, Timestamp};
use crate::store::{NameFilter, RequestFilter, StatusFilter};

/// The query. Values that make no sense count as missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub(super) struct RequestQuery {
    pub name: String,
    #[serde(rename = "match")]
    pub matching: String,
    pub status: String,
    pub from: String,
    pub to: String,
    pub account: String,
    pub key: String,
    pub alias: String,
    pub model: String,
    pub provider: String,
    pub state: String,
    pub before: String,
}

/// The ways to end that can be chosen, as the address and as the page say it.
pub(super) const STATUSES: [(&str, &str); 4] = [
    ("ok", "Answered"),
    ("failed", "Failed"),
    ("4xx", "Failed, 4xx"),
    ("5xx", "Failed, 5xx"),
];

impl RequestQuery {
    /// Which rows may be shown at all: an admin can narrow it to one account.
    pub(super) fn scope(&self, who: &SignedIn) -> Scope {
        match (who.scope(), self.account.parse::<AccountId>()) {
            (Scope::All, Ok(account)) => Scope::Account(account),
            (scope, _) => scope,
        }
    }

    /// The filter for the store.
    pub(super) fn filter(&self) -> RequestFilter {
        let given = |text: &String| (!text.is_empty()).then(|| text.clone());
        let name = |name: String| match self.matching.as_str() {
            "prefix" => NameFilter::Prefix(name),
            _ => NameFilter::Exact(name),
        };

        RequestFilter {
            key: self.key.parse::<ApiKeyId>().ok(),
            requested: given(&self.name).map(name),
            alias: given(&self.alias).map(|alias| if alias == NO_ALIAS { String::new() } else { alias }),
            model: given(&self.model),
            provider: given(&self.provider),
            status: self.status_filter(),
            state: CallState::ALL.into_iter().find(|state| state.as_str() == self.state),
            from: days::parse_day(&self.from).map(Timestamp::of_day),
            until: days::parse_day(&self.to).map(|day| Timestamp::of_day(day + 1)),
        }
    }

    fn status_filter(&self) -> Option<StatusFilter> {
        match self.status.as_str() {
            "ok" => Some(StatusFilter::Answered),
            "failed" => Some(StatusFilter::Failed),
            "4xx" => Some(StatusFilter::Client),
            "5xx" => Some(StatusFilter::Server),
            code => {
                let code = code.parse().ok();
                code.filter(|code| (100..1_000).contains(code)).map(StatusFilter::Code)
            }
        }
    }

    /// The request that the page begins after.
    pub(super) fn before(&self) -> Option<RequestId> {
        self.before.parse().ok()
    }

    /// Whether fewer requests than all may be shown.
    pub(super) fn narrows(&self) -> bool {
        let but_page = Self {
            before: String::new(),
            matching: String::new(),
            ..self.clone()
        };
        but_page != Self::default()
    }

    /// Whether one of the filters that are folded away is in use.
    pub(super) fn unfolds(&self) -> bool {
        [
            &self.account,
            &self.key,
            &self.alias,
            &self.model,
            &self.provider,
            &self.state,
        ]
        .iter()
        .any(|it| !it.is_empty())
    }

    /// The address of the first page.
    pub(super) fn newest(&self) -> String {
        Self {
            before: String::new(),
            ..self.clone()
        }
        .address("/requests")
    }

    /// The address of the page after a request.
    pub(super) fn after(&self, id: RequestId) -> String {
        Self {
            before: id.to_string(),
            ..self.clone()
        }
        .address("/requests")
    }

    /// The address of the same selection as a file.
    pub(super) fn export(&self) -> String {
        Self {
            before: String::new(),
            ..self.clone()
        }
        .address("/requests/export.csv")
    }

    fn address(&self, path: &str) -> String {
        let fields = [
            ("name", &self.name),
            ("match", &self.matching),
            ("status", &self.status),
            ("from", &self.from),
            ("to", &self.to),
            ("account", &self.account),
            ("key", &self.key),
            ("alias", &self.alias),
            ("model", &self.model),
            ("provider", &self.provider),
            ("state", &self.state),
            ("before", &self.before),
        ];
        address(path, &fields.map(|(name, value)| (name, value.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_make_no_sense_count_as_missing() {
        let query = RequestQuery {
            key: "x".into(),
            status: "teapot".into(),
            state: "lost".into(),
            from: "yesterday".into(),
            before: "1".into(),
            ..RequestQuery::default()
        };
        assert_eq!((query.filter(), query.before()), (RequestFilter::default(), None));
    }

    #[test]
    fn a_day_ends_where_the_next_one_begins() {
        let query = RequestQuery {
            from: "2026-11-22".into(),
            to: "2026-11-22".into(),
            ..RequestQuery::default()
        };
        let (from, until) = (query.filter().from.unwrap(), query.filter().until.unwrap());
        assert_eq!(until.since(from), std::time::Duration::from_secs(86_400));
    }

    #[test]
    fn a_name_is_exact_unless_its_beginning_is_asked_for() {
        let query = RequestQuery {
            name: "gpt".into(),
            ..RequestQuery::default()
        };
        assert_eq!(query.filter().requested, Some(NameFilter::Exact("gpt".into())));

        let query = RequestQuery {
            matching: "prefix".into(),
            status: "429".into(),
            alias: NO_ALIAS.into(),
            ..query
        };
        assert_eq!(query.filter().requested, Some(NameFilter::Prefix("gpt".into())));
        assert_eq!(
            (query.filter().status, query.filter().alias),
            (Some(StatusFilter::Code(429)), Some(String::new()))
        );
        assert_eq!(
            query.export(),
            "/requests/export.csv?name=gpt&match=prefix&status=429&alias=%28none%29"
        );
    }
}
