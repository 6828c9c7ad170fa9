//! The query of a report's address: the days and the filters.

use url::form_urlencoded::Serializer;

use crate::console::auth::SignedIn;
use crate::domain::{AccountId, ApiKeyId, Scope};
use crate::store::ReportFilter;

/// The value in an address for names that no alias caught; no alias can have that name.
pub(in crate::console) const NO_ALIAS: &str = "(none)";

/// The query. Values that make no sense count as missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub(super) struct UsageQuery {
    pub days: String,
    pub by: String,
    pub account: String,
    pub key: String,
    pub name: String,
    pub alias: String,
    pub model: String,
    pub provider: String,
}

/// What the chart of the cost is split by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Model,
    Provider,
    Name,
    Key,
    Account,
}

impl By {
    pub(super) const ALL: [Self; 5] = [Self::Model, Self::Provider, Self::Name, Self::Key, Self::Account];

    /// Value in the address.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Provider => "provider",
            Self::Name => "alias",
            Self::Key => "key",
            Self::Account => "account",
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Model => "Real model",
            Self::Provider => "Provider",
            Self::Name => "Name and alias",
            Self::Key => "Key",
            Self::Account => "Account",
        }
    }
}

impl UsageQuery {
    /// 7, 30 or 90.
    pub(super) fn days(&self) -> i64 {
        self.days
            .parse()
            .ok()
            .filter(|days| [7, 30, 90].contains(days))
            .unwrap_or(30)
    }

    pub(super) fn by(&self) -> By {
        By::ALL
            .into_iter()
            .find(|by| by.as_str() == self.by)
            .unwrap_or(By::Model)
    }

    /// Which rows may be shown at all: an admin can narrow it to one account.
    pub(super) fn scope(&self, who: &SignedIn) -> Scope {
        match (who.scope(), self.account.parse::<AccountId>()) {
            (Scope::All, Ok(account)) => Scope::Account(account),
            (scope, _) => scope,
        }
    }

    /// The filter for the store, up to today.
    pub(super) fn filter(&self, today: i64) -> ReportFilter {
        let given = |text: &String| (!text.is_empty()).then(|| text.clone());
        ReportFilter {
            from: today - self.days() + 1,
            to: today,
            key: self.key.parse::<ApiKeyId>().ok(),
            requested: given(&self.name),
            alias: given(&self.alias).map(|alias| if alias == NO_ALIAS { String::new() } else { alias }),
            model: given(&self.model),
            provider: given(&self.provider),
        }
    }

    /// Whether less than everything is shown.
    pub(super) fn narrows(&self) -> bool {
        [
            &self.account,
            &self.key,
            &self.name,
            &self.alias,
            &self.model,
            &self.provider,
        ]
        .iter()
        .any(|it| !it.is_empty())
    }

    /// What it is narrowed to beside account and key: a word, the value, and the address without it.
    pub(super) fn only(&self) -> Vec<(&'static str, String, String)> {
        let without = |set: fn(&mut Self)| {
            let mut other = self.clone();
            set(&mut other);
            other.address("/usage")
        };
        let all = [
            ("name", &self.name, without(|it| it.name.clear())),
            ("alias", &self.alias, without(|it| it.alias.clear())),
            ("model", &self.model, without(|it| it.model.clear())),
            ("provider", &self.provider, without(|it| it.provider.clear())),
        ];

        all.into_iter()
            .filter(|(_, value, _)| !value.is_empty())
            .map(|(word, value, at)| (word, value.clone(), at))
            .collect()
    }

    pub(super) fn export(&self) -> String {
        self.address("/usage/export.csv")
    }

    fn address(&self, path: &str) -> String {
        let fields = [
            ("days", &self.days),
            ("by", &self.by),
            ("account", &self.account),
            ("key", &self.key),
            ("name", &self.name),
            ("alias", &self.alias),
            ("model", &self.model),
            ("provider", &self.provider),
        ];
        address(path, &fields.map(|(name, value)| (name, value.as_str())))
    }
}

/// An address with the parameters that are not empty.
pub(in crate::console) fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    let query = query.finish();

    if query.is_empty() {
        path.into()
    } else {
        format!("{path}?{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_make_no_sense_count_as_missing() {
        let query = UsageQuery {
            days: "31".into(),
            by: "colour".into(),
            key: "x".into(),
            ..UsageQuery::default()
        };
        assert_eq!((query.days(), query.by(), query.filter(100).key), (30, By::Model, None));
        assert_eq!((query.filter(100).from, query.filter(100).to), (71, 100));
    }

    #[test]
    fn no_alias_is_not_an_alias_of_that_name() {
        let query = UsageQuery {
            alias: NO_ALIAS.into(),
            ..UsageQuery::default()
        };
        assert_eq!(query.filter(100).alias.as_deref(), Some(""));
        assert_eq!(UsageQuery::default().filter(100).alias, None);
        assert!(NO_ALIAS.parse::<crate::domain::AliasName>().is_err());
    }

    #[test]
    fn each_restriction_can_be_taken_away() {
        let query = UsageQuery {
            model: "a/b".into(),
            name: "x&y".into(),
            days: "7".into(),
            ..UsageQuery::default()
        };
        let only = query.only();
        assert_eq!(only[0], ("name", "x&y".into(), "/usage?days=7&model=a%2Fb".into()));
        assert_eq!(only[1], ("model", "a/b".into(), "/usage?days=7&name=x%26y".into()));
    }
}
