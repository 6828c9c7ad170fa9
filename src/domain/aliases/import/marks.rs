//! What may follow the target of an alias in a text: marks for its settings.

use crate::domain::aliases::alias::Alias;
use crate::domain::values::Strictness;

/// The mark of an alias whose answers carry the name that the client asked for. A target can hold no blank.
const KEEP_NAME: &str = "keep-name";
/// The beginning of the mark that says how much a request may be changed.
const ADAPT: &str = "adapt=";

/// The settings of an alias beside its target, as texts have them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Answers carry the name that the client asked for.
    pub keep_name: bool,
    /// How much a request may be changed; `None`: as the key says.
    pub adapt: Option<Strictness>,
}

/// Takes closing marks off a target, in any order.
///
/// ```
/// use crossmodel::domain::{Marks, Strictness, split_marks};
/// let (target, marks) = split_marks("openai/gpt-5.5 keep-name adapt=strict");
/// assert_eq!((target, marks), ("openai/gpt-5.5", Marks { keep_name: true, adapt: Some(Strictness::Strict) }));
/// assert_eq!(split_marks("openai/gpt-5.5"), ("openai/gpt-5.5", Marks::default()));
/// ```
pub fn split_marks(target: &str) -> (&str, Marks) {
    let (mut rest, mut marks) = (target, Marks::default());
    while let Some((before, mark)) = rest.trim_end().rsplit_once([' ', '\t']) {
        match mark.strip_prefix(ADAPT).map(str::parse) {
            Some(Ok(adapt)) if marks.adapt.is_none() => marks.adapt = Some(adapt),
            None if mark == KEEP_NAME && !marks.keep_name => marks.keep_name = true,
            _ => break,
        }
        rest = before.trim_end();
    }
    (rest, marks)
}

impl Marks {
    /// Those of an alias.
    pub(super) fn of(alias: &Alias) -> Self {
        Self {
            keep_name: alias.keep_name,
            adapt: alias.adapt,
        }
    }

    /// Reads the cells after a target, if there are any.
    pub(super) fn of_cells(cells: &[&str]) -> Result<Self, &'static str> {
        let keep_name = match cells.first() {
            None | Some(&"") => false,
            Some(&KEEP_NAME) => true,
            Some(_) => return Err("the fourth cell is keep-name or empty"),
        };
        let adapt = match cells.get(1) {
            None | Some(&"") => None,
            Some(text) => Some(
                text.parse()
                    .map_err(|_| "the fifth cell is adapt, strict, off or empty")?,
            ),
        };
        Ok(Self { keep_name, adapt })
    }

    /// The cells after a target, of which there are as many as `columns`.
    pub(super) fn cells(self, columns: usize) -> String {
        let keep_name = if self.keep_name { KEEP_NAME } else { "" };
        let cells = [keep_name, self.adapt.map_or("", Strictness::as_str)];
        cells.iter().take(columns).map(|cell| format!(",{cell}")).collect()
    }

    /// How many cells after a target it takes to write them.
    pub(super) fn columns(self) -> usize {
        match self {
            Self { adapt: Some(_), .. } => 2,
            Self { keep_name: true, .. } => 1,
            Self { .. } => 0,
        }
    }

    /// The marks as they follow a target in a line, each after a blank.
    pub fn suffix(self) -> String {
        let keep_name = if self.keep_name { " keep-name" } else { "" };
        let adapt = self.adapt.map(|adapt| format!(" {ADAPT}{adapt}"));
        format!("{keep_name}{}", adapt.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_in_any_order_and_come_back() {
        let both = Marks {
            keep_name: true,
            adapt: Some(Strictness::Off),
        };
        for text in ["a/b keep-name adapt=off", "a/b  adapt=off\tkeep-name "] {
            assert_eq!(split_marks(text), ("a/b", both));
        }
        assert_eq!(split_marks(&format!("a/b{}", both.suffix())), ("a/b", both));
    }

    #[test]
    fn what_is_no_mark_stays_with_the_target() {
        for text in [
            "a/b adapt=maybe",
            "a/b keep-name keep-name",
            "a/b adapt=off adapt=strict",
            "adapt=off",
        ] {
            let (target, _) = split_marks(text);
            assert!(target.contains("adapt=") || target.contains("keep-name"), "{text}");
        }
    }
}
