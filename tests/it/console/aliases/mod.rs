//! The alias editor as plain forms: every message, what each button does, and that only Save ever saves.

mod answer_name;
mod draft;
mod import;
mod messages;
mod picker;
mod saving;
mod strictness;
mod test_box;
mod traffic;

use crossmodel::domain::{Role, Scope};
use scraper::{ElementRef, Html, Selector};

use crate::harness::app::{TestApp, TestKey};
use crate::harness::client::{Client, Reply};
use crate::harness::seed;
use crate::harness::store::TestStore;

/// A row of a form: id, name, match, target.
pub(super) type Row<'a> = (&'a str, &'a str, &'a str, &'a str);

pub(super) const BASIC: Row<'_> = ("a1", "cross-model-basic", "exact", "deepseek/deepseek-chat");
pub(super) const OPUS: Row<'_> = ("a2", "claude-opus", "prefix", "anthropic/claude-opus-4-8");

pub(super) fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

pub(super) fn words(element: &ElementRef<'_>) -> String {
    element
        .text()
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

pub(super) fn text(page: &Html, selector: &str) -> String {
    words(
        select(page, selector)
            .first()
            .unwrap_or_else(|| panic!("no {selector} in {}", page.html())),
    )
}

/// What the rows of a page say.
pub(super) fn rows(page: &Html) -> Vec<[String; 4]> {
    let value = |id: String| {
        let field = select(page, &format!("#{id}"))[0];
        let chosen = Selector::parse("option[selected]").expect("a selector");
        let field = field.select(&chosen).next().unwrap_or(field);
        field.value().attr("value").unwrap_or_default().to_owned()
    };
    let ids = select(page, "li[data-row]")
        .into_iter()
        .filter_map(|row| row.value().attr("data-row"));
    ids.map(|id| {
        [
            id.to_owned(),
            value(format!("name-{id}")),
            value(format!("mode-{id}")),
            value(format!("target-{id}")),
        ]
    })
    .collect()
}

/// A person at the editor of a key that has two aliases, saved as version 1.
pub(super) struct Desk {
    pub app: TestApp,
    pub who: Client,
    pub key: TestKey,
}

impl Desk {
    pub async fn of(store: TestStore, role: Role) -> Self {
        let app = TestApp::start(store).await;
        let who = app.someone(role).await;
        let aliases = vec![seed::exact(BASIC.1, BASIC.3), seed::prefix(OPUS.1, OPUS.3)];
        let key = app.operator().creates_key_with("laptop", aliases).await;
        Self { app, who, key }
    }

    pub fn url(&self, rest: &str) -> String {
        format!("/keys/{}/aliases{rest}", self.key.key().id)
    }

    pub async fn sends(&self, rest: &str, op: &str, rows: &[Row<'_>]) -> Reply {
        self.sends_from(1, rest, op, rows, &[]).await
    }

    pub async fn sends_from(
        &self,
        version: i64,
        rest: &str,
        op: &str,
        rows: &[Row<'_>],
        more: &[(&str, &str)],
    ) -> Reply {
        let version = version.to_string();
        let mut fields = vec![("version", version.as_str())];
        for (id, name, mode, target) in rows {
            fields.extend([("row[]", *id), ("name[]", name), ("mode[]", mode), ("target[]", target)]);
        }
        fields.extend(more);
        fields.push(("op", op));
        self.who.post_form(&self.url(rest), &fields).await
    }

    /// The stored version, and the aliases as lines.
    pub async fn stored(&self) -> (i64, Vec<String>) {
        let aliases = self.app.store().aliases();
        let saved = aliases.list(Scope::All, self.key.key().id).await;
        let saved = saved.expect("the store").expect("the key");

        let lines = saved.aliases.iter();
        let lines = lines.map(|it| format!("{} {} {}", it.name, it.matching, it.target));
        (saved.version, lines.collect())
    }
}
