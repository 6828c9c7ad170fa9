//! The kinds of what is no text, and which of them a model takes.

use crate::domain::Facts;

/// What is no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Medium {
    Picture,
    /// A picture that the provider would have to fetch.
    PictureAtAddress,
    Document,
    /// A document that the provider would have to fetch.
    DocumentAtAddress,
    Sound,
}

impl Medium {
    /// Stands for it where the model cannot take it.
    pub(super) const fn note(self) -> &'static str {
        match self {
            Self::Picture => "[A picture was here. This model reads text only.]",
            Self::PictureAtAddress => "[A picture was here, at an address that this model cannot open.]",
            Self::Document => "[A document was here. This model cannot read it.]",
            Self::DocumentAtAddress => "[A document was here, at an address that this model cannot open.]",
            Self::Sound => "[Sound was here. This model cannot hear it.]",
        }
    }

    /// Why it is refused, as the end of a sentence.
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Picture => "it reads no pictures",
            Self::PictureAtAddress => "it opens no addresses; send the picture itself",
            Self::Document => "it reads no documents",
            Self::DocumentAtAddress => "it opens no addresses; send the document itself",
            Self::Sound => "it hears no sound",
        }
    }

    /// Whether the model is known not to take it.
    pub(super) fn is_lacking(self, facts: &Facts) -> bool {
        let media = &facts.media;
        match self {
            Self::Picture => media.image == Some(false),
            Self::PictureAtAddress => media.image == Some(false) || !media.addresses,
            Self::Document => media.pdf == Some(false),
            Self::DocumentAtAddress => media.pdf == Some(false) || !media.addresses,
            Self::Sound => media.audio == Some(false),
        }
    }

    /// What stands for it and why it is refused, for a model that takes none of its kind.
    pub(super) fn lacking_in(self, facts: &Facts) -> Option<Self> {
        let whole = match self {
            Self::PictureAtAddress => Self::Picture,
            Self::DocumentAtAddress => Self::Document,
            medium => medium,
        };
        [whole, self].into_iter().find(|medium| medium.is_lacking(facts))
    }
}
