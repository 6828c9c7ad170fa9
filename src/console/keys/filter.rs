//! The query of the list of keys: its filters, its order and its page. The address is the whole state of a list.

use url::form_urlencoded::Serializer;

use super::column::Column;
use crate::console::auth::SignedIn;
use crate::domain::{AccountId, KeyStatus, Scope};
use crate::store::{KeyFilter, OwnerFilter};

pub(super) const PER_PAGE: u32 = 25;

/// The query of a list. Values that make no sense count as missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub(super) struct ListQuery {
    pub q: String,
    pub status: String,
    pub owner: String,
    pub account: String,
    pub sort: String,
    pub page: String,
}

impl ListQuery {
    /// What the store is asked.
    pub(super) fn filter(&self, who: &SignedIn) -> KeyFilter {
        let (column, descending) = self.sorting();
        let query: String = self.q.trim().chars().take(64).collect();
        KeyFilter {
            query: (!query.is_empty()).then_some(query),
            status: self.status(),
            owner: match self.owner.as_str() {
                "me" => Some(OwnerFilter::Person(who.person.id)),
                "service" => Some(OwnerFilter::Service),
                other => other.parse().ok().map(OwnerFilter::Person),
            },
            sort: column.sort,
            descending,
            page: self.page(),
            per_page: PER_PAGE,
        }
    }

    /// Which rows may be shown at all: an admin can narrow it to one account.
    pub(super) fn scope(&self, who: &SignedIn) -> Scope {
        match (who.scope(), self.account.parse::<AccountId>()) {
            (Scope::All, Ok(account)) => Scope::Account(account),
            (scope, _) => scope,
        }
    }

    fn status(&self) -> Option<KeyStatus> {
        match self.status.as_str() {
            "active" => Some(KeyStatus::Active),
            "disabled" => Some(KeyStatus::Disabled),
            "expired" => Some(KeyStatus::Expired),
            _ => None,
        }
    }

    pub(super) fn page(&self) -> u32 {
        self.page.parse().unwrap_or(1).clamp(1, 100_000)
    }

    /// Whether fewer keys than all may be shown.
    pub(super) fn narrows(&self) -> bool {
        !(self.q.trim().is_empty() && self.status.is_empty() && self.owner.is_empty() && self.account.is_empty())
    }

    fn sorting(&self) -> (Column, bool) {
        let (name, descending) = self
            .sort
            .strip_prefix('-')
            .map_or((self.sort.as_str(), false), |name| (name, true));
        let column = Column::ALL.into_iter().find(|column| column.name == name);
        column.map_or((Column::LAST_USED, true), |column| (column, descending))
    }

    /// `ascending` or `descending` on the column that sorts.
    pub(super) fn aria_sort(&self, column: &Column) -> Option<&'static str> {
        let (sorting, descending) = self.sorting();
        (sorting == *column).then_some(if descending { "descending" } else { "ascending" })
    }

    /// The address that sorts by a column; by the sorting one, the other way round. Starts again at page 1.
    pub(super) fn sorted_by(&self, column: &Column) -> String {
        let descending = match self.aria_sort(column) {
            Some(order) => order == "ascending",
            None => column.descending_first,
        };
        let sort = format!("{}{}", if descending { "-" } else { "" }, column.name);
        Self {
            sort,
            page: String::new(),
            ..self.clone()
        }
        .address("/keys")
    }

    /// The address of another page of the list.
    pub(super) fn at_page(&self, page: &u32) -> String {
        Self {
            page: page.to_string(),
            ..self.clone()
        }
        .address("/keys")
    }

    /// The address of the same selection as a file.
    pub(super) fn export(&self) -> String {
        Self {
            page: String::new(),
            ..self.clone()
        }
        .address("/keys/export.csv")
    }

    fn address(&self, path: &str) -> String {
        let fields = [
            ("q", &self.q),
            ("status", &self.status),
            ("owner", &self.owner),
            ("account", &self.account),
            ("sort", &self.sort),
            ("page", &self.page),
        ];
        let mut query = Serializer::new(String::new());
        for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        let query = query.finish();
        if query.is_empty() {
            path.into()
        } else {
            format!("{path}?{query}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(sort: &str) -> ListQuery {
        ListQuery {
            q: "a b&c".into(),
            sort: sort.into(),
            page: "3".into(),
            ..ListQuery::default()
        }
    }

    #[test]
    fn the_last_used_come_first_unless_said_otherwise() {
        let plain = ListQuery::default();

        assert_eq!(plain.aria_sort(&Column::LAST_USED), Some("descending"));
        assert_eq!(plain.aria_sort(&Column::NAME), None);
        assert_eq!(query("nonsense").aria_sort(&Column::LAST_USED), Some("descending"));
    }

    #[test]
    fn a_second_click_on_a_column_turns_it_round() {
        assert_eq!(query("").sorted_by(&Column::NAME), "/keys?q=a+b%26c&sort=name");
        assert_eq!(query("name").sorted_by(&Column::NAME), "/keys?q=a+b%26c&sort=-name");
        assert_eq!(
            query("").sorted_by(&Column::LAST_USED),
            "/keys?q=a+b%26c&sort=last_used"
        );
    }

    #[test]
    fn pages_that_make_no_sense_are_the_first() {
        for page in ["", "0", "-1", "x", "99999999999"] {
            assert_eq!(
                ListQuery {
                    page: page.into(),
                    ..ListQuery::default()
                }
                .page(),
                1,
                "{page:?}"
            );
        }
    }
}
