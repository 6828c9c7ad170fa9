//! Whether a request may make a provider read or write more than the request itself contains.
//!
//! A list names the fields that are known to add nothing; every other field counts as adding. So a field that was invented
//! yesterday makes a reservation too large, never too small. The search looks at every member of the body, and is for
//! reservations that have to be enough: others can do without.

mod known;
#[cfg(test)]
mod tests;

use self::known::{is_known, is_nothing, is_text, names_a_thing_to_fetch, string};
use crate::wire::json::{Member, Members, unquote};
use crate::wire::operation::Operation;

/// Whether a request may make a provider read or write more than the request contains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beyond {
    /// The model may read more than the bytes of the body: pictures, files, earlier calls that the provider keeps, results of
    /// the provider's own tools.
    pub reads: bool,
    /// The model may write more than the limits of the request say.
    pub writes: bool,
}

impl Beyond {
    /// Looks at `body`, a request to `operation` that is known to be JSON.
    pub(super) fn of(body: &str, operation: Operation) -> Self {
        let mut look = Look::new(operation);
        let mut members = Members::of(body);

        while let Some(member) = members.next() {
            if look.at(&member) == Next::Skip {
                members.pass_over();
            }
        }
        look.item_ended();

        Self {
            reads: look.beyond.reads | look.thoughts.is_some(),
            writes: look.beyond.writes,
        }
    }
}

/// Whether to look into a member's value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Enter,
    Skip,
}

struct Look {
    operation: Operation,
    beyond: Beyond,
    /// Whether we are in the `input` of a request to Responses.
    in_input: bool,
    /// The item of `input` that we are in, and whether it says what it is. An item that does not is a reference to a stored one.
    item: Option<(usize, bool)>,
    /// An object that stands for thoughts without their text, until it turns out to carry them encrypted.
    thoughts: Option<usize>,
    /// The last object that has encrypted content.
    encrypted: Option<usize>,
}

impl Look {
    const fn new(operation: Operation) -> Self {
        Self {
            operation,
            beyond: Beyond {
                reads: false,
                writes: false,
            },
            in_input: false,
            item: None,
            thoughts: None,
            encrypted: None,
        }
    }

    fn at(&mut self, member: &Member<'_>) -> Next {
        let Some(key) = unquote(member.key) else {
            self.beyond = Beyond {
                reads: true,
                writes: true,
            };
            return Next::Skip;
        };

        if member.depth == 1 {
            return self.at_top(&key, member.value);
        }

        if self.in_input && member.depth == 3 && self.item.is_none_or(|(object, _)| object != member.object) {
            self.item_ended();
            self.item = Some((member.object, false));
        }
        let item = self.item.as_mut().filter(|(object, _)| *object == member.object);

        if key.eq_ignore_ascii_case("type") {
            let kind = string(member.value);
            // The keys of a map may have any name: only a text names a kind.
            if kind.is_none() {
                return Next::Enter;
            }
            self.beyond.reads |= !kind.as_deref().is_some_and(is_text);
            if let Some((_, named)) = item {
                *named = true;
            }
            if kind.as_deref() == Some("reasoning") && self.encrypted != Some(member.object) {
                self.beyond.reads |= self.thoughts.replace(member.object).is_some();
            }
            return Next::Enter;
        }

        match &*key {
            "role" => {
                if let Some((_, named)) = item {
                    *named |= string(member.value).is_some();
                }
            }
            "encrypted_content" if string(member.value).is_some() => {
                if self.thoughts == Some(member.object) {
                    self.thoughts = None;
                }
                self.encrypted = Some(member.object);
            }
            // The values of these are text to the model, and may have any key.
            "input" | "parameters" | "input_schema" | "output_schema" | "schema" => return Next::Skip,
            _ => self.beyond.reads |= !is_nothing(member.value) && names_a_thing_to_fetch(&key),
        }
        Next::Enter
    }

    fn at_top(&mut self, key: &str, value: &str) -> Next {
        self.item_ended();
        self.in_input = false;
        if is_nothing(value) {
            return Next::Enter;
        }

        match key {
            "input" => self.in_input = matches!(self.operation, Operation::Responses | Operation::Chat),
            // A prompt that the provider stores.
            "prompt" if value.starts_with('{') => self.beyond.reads = true,
            "metadata" | "client_metadata" | "logit_bias" | "user" => return Next::Skip,
            "previous_response_id" | "conversation" | "container" | "mcp_servers" | "web_search_options" => {
                self.beyond.reads = true;
            }
            _ if is_known(key) => {}
            _ => {
                self.beyond = Beyond {
                    reads: true,
                    writes: true,
                }
            }
        }
        Next::Enter
    }

    fn item_ended(&mut self) {
        self.beyond.reads |= self.item.take().is_some_and(|(_, named)| !named);
    }
}
