//! Fields of forms as pages show them again: the text that a person typed, and what is wrong with it.

/// One field: its value, and the message under it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// The text, as typed.
    pub value: String,
    /// The message under the field.
    pub error: Option<String>,
}

impl Field {
    /// A field with a value and nothing wrong.
    pub fn new(value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            error: None,
        }
    }

    /// Returns a parsed value, or keeps the error as the message.
    pub fn check<T, E: std::fmt::Display>(&mut self, parsed: Result<T, E>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(error) => {
                self.error = Some(error.to_string());
                None
            }
        }
    }
}
