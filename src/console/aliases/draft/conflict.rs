//! Aliases that two people changed: what each did, and whose version to keep.

/// A question about one alias that two people changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::console::aliases) struct Conflict {
    /// What each side did.
    pub kind: ConflictKind,
    /// Which side to keep, once chosen.
    pub keep: Option<Keep>,
}

/// What each side did to an alias that both changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::console::aliases) enum ConflictKind {
    /// Both have it, differently.
    Both,
    /// They removed it, the draft changed it.
    TheyRemoved,
    /// The draft removed it, they changed it.
    DraftRemoved,
}

/// Whose version of a row to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::console::aliases) enum Keep {
    Mine,
    Theirs,
}

impl ConflictKind {
    /// As the form carries it; `None` for a row without a conflict and for anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "" => None,
            "both" => Some(Self::Both),
            "they-removed" => Some(Self::TheyRemoved),
            "draft-removed" => Some(Self::DraftRemoved),
            _ => None,
        }
    }

    /// As the form carries it.
    pub(in crate::console::aliases) const fn as_str(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::TheyRemoved => "they-removed",
            Self::DraftRemoved => "draft-removed",
        }
    }
}

impl Keep {
    /// As the form's radio buttons carry it; `None` if neither is chosen.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "mine" => Some(Self::Mine),
            "theirs" => Some(Self::Theirs),
            _ => None,
        }
    }
}
