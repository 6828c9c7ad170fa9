//! Values of settings that only settings have, read from text.

use std::time::Duration;

use url::Url;

use crate::domain::Reserve;

/// How long request records are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// For this many days.
    Days(u32),
    /// For ever.
    Forever,
}

impl Keep {
    /// The time; `None` for ever.
    pub fn time(self) -> Option<Duration> {
        match self {
            Self::Days(days) => Some(Duration::from_secs(u64::from(days) * 24 * 60 * 60)),
            Self::Forever => None,
        }
    }
}

pub(super) fn keep(text: &str) -> Result<Keep, String> {
    if text == "forever" {
        return Ok(Keep::Forever);
    }

    let days = text
        .strip_suffix('d')
        .and_then(|days| days.parse().ok())
        .filter(|days| (1..=36_500).contains(days));
    days.map(Keep::Days)
        .ok_or(format!("`{text}` is no time; write for example 90d, or forever"))
}

pub(super) fn reserve(text: &str) -> Result<Reserve, String> {
    match text {
        "soft" => Ok(Reserve::Soft),
        "strict" => Ok(Reserve::Strict),
        _ => Err(format!("`{text}` is not known; use soft or strict")),
    }
}

pub(super) fn web_address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    url.ok_or(format!(
        "`{text}` is not a web address; write for example https://crossmodel.example.com"
    ))
}
