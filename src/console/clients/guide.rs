//! The guide of each client: its settings for this gateway, and the names that it asks for by itself. From a data file
//! with a date.

use std::sync::LazyLock;

use crate::domain::{AliasName, Match};

/// The guides of all clients, and when they were written.
#[derive(Debug, Default, serde::Deserialize)]
pub(in super::super) struct ClientGuides {
    /// For example `November 2026`.
    pub as_of: String,
    /// In the order in which pages show them.
    pub clients: Vec<ClientGuide>,
}

#[derive(Debug, serde::Deserialize)]
pub(in super::super) struct ClientGuide {
    /// Its name in addresses.
    pub id: String,
    /// Whether its aliases should answer with the name that it asked for.
    #[serde(default)]
    pub keep_name: bool,
    pub name: String,
    /// The protocols that it speaks.
    pub speaks: String,
    /// An introduction. Code stands between backticks.
    pub about: String,
    /// Names that it asks for by itself.
    pub asks: Vec<AskedName>,
    /// Its settings, to copy.
    pub blocks: Vec<Block>,
    pub notes: Vec<String>,
}

/// A name that a client asks for by itself.
#[derive(Debug, serde::Deserialize)]
pub(in super::super) struct AskedName {
    pub name: String,
    /// The occasion on which the client sends it.
    pub when: String,
    /// The alias that would catch it.
    pub add: AliasName,
    /// How that alias matches.
    #[serde(rename = "match")]
    pub matching: Match,
    /// Whether it concerns everyone who uses the client.
    pub always: bool,
}

/// A piece of settings to copy, with `%BASE%`, `%ORIGIN%` and `%MODEL%` in it.
#[derive(Debug, serde::Deserialize)]
pub(in super::super) struct Block {
    /// The file or the place for it.
    pub title: String,
    pub lines: Vec<String>,
}

static GUIDES: LazyLock<ClientGuides> = LazyLock::new(|| {
    // A data file of this folder; a test reads it, so that it cannot be broken here.
    serde_json::from_str(include_str!("clients.json")).unwrap_or_default()
});

impl ClientGuides {
    /// The guides of the data file.
    pub(in super::super) fn get() -> &'static Self {
        &GUIDES
    }

    /// The guide with that id.
    pub(in super::super) fn find(&self, id: &str) -> Option<&ClientGuide> {
        self.clients.iter().find(|guide| guide.id == id)
    }
}

impl Block {
    /// The settings for one installation, model and key.
    pub(in super::super) fn fill(&self, setup: &Setup<'_>) -> String {
        let origin = setup.base.strip_suffix("/v1").unwrap_or(setup.base);
        let text = self
            .lines
            .join("\n")
            .replace("%BASE%", setup.base)
            .replace("%ORIGIN%", origin)
            .replace("%MODEL%", setup.model);

        let Some(secret) = setup.secret else { return text };
        // On the one page that shows the secret, it stands wherever the variable is read.
        let quoted = format!("\"{secret}\"");
        text.replace("import os\n", "")
            .replace("os.environ[\"CROSSMODEL_API_KEY\"]", &quoted)
            .replace("process.env.CROSSMODEL_API_KEY", &quoted)
            .replace("{env:CROSSMODEL_API_KEY}", secret)
            .replace("${{ secrets.CROSSMODEL_API_KEY }}", secret)
            .replace("$CROSSMODEL_API_KEY", secret)
    }
}

/// The values that fill the gaps of settings.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Setup<'a> {
    /// The gateway's base URL, `…/v1`.
    pub base: &'a str,
    /// The name for the client to ask for: an alias or a catalog id, so it needs no quoting anywhere.
    pub model: &'a str,
    /// The secret, on the page that shows it; else the variable `CROSSMODEL_API_KEY` stands for it.
    pub secret: Option<&'a str>,
}
