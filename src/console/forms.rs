//! Fields of forms as pages show them again: what was typed, and what is wrong with it.

/// One field: its value, and the message under it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// What was typed.
    pub value: String,
    /// What is wrong with it.
    pub error: Option<String>,
}

impl Field {
    /// A field with a value and nothing wrong.
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: value.into(), error: None }
    }

    /// Keeps a parsed value, or notes what is wrong.
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

/// A name that people give, 1 to 80 characters, without line breaks and without blanks around it.
///
/// # Errors
/// Says what is wrong; fit to stand under the input.
pub fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    let length = text.chars().count();
    if text.is_empty() {
        Err("Enter a name.".into())
    } else if length > 80 {
        Err(format!("Use 80 characters or fewer. This has {length}."))
    } else if text.chars().any(char::is_control) {
        Err("Use one line of plain text.".into())
    } else {
        Ok(text.to_owned())
    }
}
