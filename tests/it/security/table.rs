//! `tests/data/authz_matrix.txt`, read.

use crate::harness::client::{Client, Reply};

use super::stage::Thing;

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Line {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The address with its placeholders, and maybe a query.
    pub address: &'static str,
    /// The form's fields, or a body in JSON.
    pub form: &'static str,
    /// For each group of actors one status, or four: own, same account, other account, missing.
    pub cells: Vec<Vec<u16>>,
}

/// The console's lines.
pub fn console() -> Vec<Line> {
    lines("console", 4)
}

/// The gateway's lines.
pub fn gateway() -> Vec<Line> {
    lines("gateway", 2)
}

fn lines(section: &str, groups: usize) -> Vec<Line> {
    let mut here = false;
    let mut found = Vec::new();
    for (at, line) in include_str!("../../data/authz_matrix.txt").lines().enumerate() {
        if let Some(title) = line.strip_prefix("@ ") {
            here = title.starts_with(section);
        }
        if !here || line.is_empty() || line.starts_with(['#', '@']) {
            continue;
        }
        let mut parts = line.split('|').map(str::trim);
        let (Some((method, address)), Some(form)) = (parts.next().and_then(|it| it.split_once(' ')), parts.next())
        else {
            panic!("line {} has no address and form: {line}", at + 1);
        };
        let status = |text: &str| {
            text.parse()
                .unwrap_or_else(|_| panic!("line {}: `{text}` is no status", at + 1))
        };
        let cells: Vec<Vec<u16>> = parts
            .map(|cell| cell.split_whitespace().map(status).collect())
            .collect();
        let right = cells.len() == groups && cells.iter().all(|cell| matches!(cell.len(), 1 | 4));
        assert!(
            right,
            "line {} needs {groups} cells of one or four statuses: {line}",
            at + 1
        );
        found.push(Line {
            method,
            address: address.trim(),
            form,
            cells,
        });
    }
    assert!(!found.is_empty(), "the table has no section {section}");
    found
}

impl Line {
    /// The address without a query.
    pub fn pattern(&self) -> &'static str {
        self.address.split('?').next().unwrap_or_default()
    }

    /// Whether it changes something.
    pub fn is_unsafe(&self) -> bool {
        self.method == "POST"
    }

    /// The form's fields about a thing.
    pub fn fields(&self, thing: &Thing) -> Vec<(String, String)> {
        let pairs = self.form.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .map(|(name, value)| (name.to_owned(), thing.put_into(value)))
            .collect()
    }

    /// The address about a thing.
    pub fn path(&self, thing: &Thing) -> String {
        thing.put_into(self.address)
    }

    /// Sends it as the console's pages do.
    pub async fn play(&self, client: &Client, thing: &Thing) -> Reply {
        let path = self.path(thing);
        if !self.is_unsafe() {
            return client.get(&path).await;
        }
        let fields = self.fields(thing);
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        client.post_form(&path, &fields).await
    }

    /// Sends it as a client of the API does.
    pub async fn call(&self, client: &Client, thing: &Thing) -> Reply {
        let path = self.path(thing);
        if self.is_unsafe() {
            client.post_bytes(&path, thing.put_into(self.form)).await
        } else {
            client.get(&path).await
        }
    }
}
