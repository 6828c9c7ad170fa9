//! How far back a look at traffic reaches.

/// How far back a look at traffic reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TrafficWindow {
    /// The current hour and the 23 before it.
    #[default]
    Day,
    /// The current UTC day and the 6 before it.
    Week,
    /// The current UTC day and the 29 before it.
    Month,
}

impl TrafficWindow {
    /// Every window, the shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The window as forms and addresses write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    /// The window as pages show it, for example `24 h`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Day => "24 h",
            Self::Week => "7 d",
            Self::Month => "30 d",
        }
    }

    /// The window of that text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|window| window.as_str() == text)
    }
}
