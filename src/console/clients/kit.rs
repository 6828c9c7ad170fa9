//! What is known of each client: how it is pointed here, and which names it asks for by itself. From a data file with a
//! date.

use std::sync::LazyLock;

use crate::domain::{AliasName, Match};

/// Every client, and when it was looked at.
#[derive(Debug, Default, serde::Deserialize)]
pub(in super::super) struct Kits {
    /// When, as a reader says it.
    pub as_of: String,
    /// The clients, in the order in which they are shown.
    pub clients: Vec<ClientGuide>,
}

/// One client.
#[derive(Debug, serde::Deserialize)]
pub(in super::super) struct ClientGuide {
    /// For addresses.
    pub id: String,
    /// Whether its aliases should answer with the name that it asked for.
    #[serde(default)]
    pub keep_name: bool,
    /// What people call it.
    pub name: String,
    /// The protocols that it speaks.
    pub speaks: String,
    /// What to know first. Code stands between backticks.
    pub about: String,
    /// Names that it asks for by itself.
    pub asks: Vec<AskedName>,
    /// Its settings.
    pub blocks: Vec<Block>,
    /// What else to know.
    pub notes: Vec<String>,
}

/// A name that a client asks for though nobody told it to.
#[derive(Debug, serde::Deserialize)]
pub(in super::super) struct AskedName {
    /// What it sends.
    pub name: String,
    /// On which occasion.
    pub when: String,
    /// The alias that would catch it.
    pub add: AliasName,
    /// How that alias matches.
    #[serde(rename = "match")]
    pub matching: Match,
    /// Whether everybody who uses the client has to do with it.
    pub always: bool,
}

/// A piece of settings to copy, with `%BASE%`, `%ORIGIN%` and `%MODEL%` in it.
#[derive(Debug, serde::Deserialize)]
pub(in super::super) struct Block {
    /// Where it goes.
    pub title: String,
    /// The lines.
    pub lines: Vec<String>,
}

static KITS: LazyLock<Kits> = LazyLock::new(|| {
    // A data file of this folder; a test reads it, so that it cannot be broken here.
    serde_json::from_str(include_str!("clients.json")).unwrap_or_default()
});

impl Kits {
    /// Those of the data file.
    pub(in super::super) fn get() -> &'static Self {
        &KITS
    }

    /// The client of that id.
    pub(in super::super) fn find(&self, id: &str) -> Option<&ClientGuide> {
        self.clients.iter().find(|guide| guide.id == id)
    }
}

impl Block {
    /// The settings for one installation, model and key.
    pub(in super::super) fn fill(&self, setup: &Setup<'_>) -> String {
        let text = self.lines.join("\n");
        let origin = setup.base.strip_suffix("/v1").unwrap_or(setup.base);
        let text = text
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

/// What settings are filled in with.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Setup<'a> {
    /// The gateway's base URL, `…/v1`.
    pub base: &'a str,
    /// The name that the client shall ask for: an alias or a catalog id, so it needs no quoting anywhere.
    pub model: &'a str,
    /// The secret, on the page that shows it; else the variable `CROSSMODEL_API_KEY` stands for it.
    pub secret: Option<&'a str>,
}
