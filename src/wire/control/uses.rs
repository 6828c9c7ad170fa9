//! What a request uses, without a word of it. A plain request costs one search of its conversation.

use std::sync::LazyLock;

use memchr::memmem::{self, Finder};

use super::read::Control;
use super::top_field::{FieldSet, TopField};
use crate::domain::{Feature, RequestUse};
use crate::wire::json::Span;
use crate::wire::operation::Operation;

/// Fields that say whether or how much to think.
const THINKING: FieldSet = FieldSet::of(&[
    TopField::Thinking,
    TopField::Reasoning,
    TopField::ReasoningEffort,
    TopField::EnableThinking,
]);

/// Fields that may ask for an answer by a schema.
const FORMATS: [TopField; 4] = [
    TopField::ResponseFormat,
    TopField::Text,
    TopField::OutputConfig,
    TopField::OutputFormat,
];

/// The end of `"type"` and of `"role"`. No text ends so: quotes within a text have a backslash before them.
static KEY_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"e\""));

/// Bytes at the end of the conversation and of the tools that are searched for marks: clients mark the newest turns.
const MARKED: usize = 32 << 10;

impl Control {
    /// What the request uses. `body` is the body that this was read from; `prompt_tokens` an estimate of the tokens of its
    /// conversation. Arguments of calls that look like a picture count as one: this is for statistics.
    pub fn uses(&self, body: &[u8], prompt_tokens: u64) -> RequestUse {
        let members = &self.members;
        let value = |field| {
            members
                .value(field)
                .and_then(|span: Span| body.get(span.start..span.end))
        };
        let tools = [value(TopField::Tools), value(TopField::Functions)];
        let tools = || tools.into_iter().flatten().filter(|list| list.len() > "[]".len());

        // A token is about four bytes.
        let tool_tokens = tools().map(<[u8]>::len).sum::<usize>() / 4;
        let mut used = RequestUse::of_size(prompt_tokens.saturating_add(tool_tokens as u64));
        if tools().next().is_some() {
            used = used.with(Feature::Tools);
        }
        if !members.fields().and(THINKING).is_empty() || value(TopField::OutputConfig).is_some_and(says_effort) {
            used = used.with(Feature::Thinking);
        }
        if FORMATS.into_iter().filter_map(value).any(has_schema) {
            used = used.with(Feature::Schema);
        }

        let content = [TopField::Messages, TopField::Input].into_iter().find_map(value);
        let mut turns = Turns {
            used,
            may_begin: !self.has_instructions(),
            has_parts: false,
        };
        if let Some(content) = content.filter(|content| content.starts_with(b"[")) {
            turns.read(content);
        }

        let marked = || {
            let system = value(TopField::System).filter(|system| system.starts_with(b"["));
            let content = content.filter(|_| turns.has_parts);
            let mut places = [system, content].into_iter().flatten().chain(tools());
            places.any(|place| {
                let end = place.get(place.len().saturating_sub(MARKED)..).unwrap_or_default();
                memmem::find(end, b"\"cache_control\"").is_some()
            })
        };
        let may_mark = matches!(self.operation, Operation::Messages | Operation::Chat);
        if members.fields().has(TopField::CacheControl) || may_mark && marked() {
            turns.used = turns.used.with(Feature::CacheMarks);
        }
        turns.used
    }

    /// Whether a system turn is one within the conversation, wherever it stands.
    fn has_instructions(&self) -> bool {
        let fields = self.members.fields();
        self.operation == Operation::Messages || fields.has(TopField::System) || fields.has(TopField::Instructions)
    }
}

/// Reads the roles and the kinds of parts in a conversation.
struct Turns {
    used: RequestUse,
    /// No turn has come, and the first one may be instructions.
    may_begin: bool,
    /// Some content comes in parts.
    has_parts: bool,
}

impl Turns {
    fn read(&mut self, content: &[u8]) {
        for at in KEY_END.find_iter(content) {
            let before = content.get(..at).unwrap_or_default();
            if before.ends_with(b"\"typ") {
                self.part(value_after(content, at));
            } else if before.ends_with(b"\"rol") {
                self.turn(value_after(content, at));
            }
        }
    }

    fn part(&mut self, kind: &[u8]) {
        self.has_parts = true;
        let feature = match kind {
            b"image_url" | b"image" | b"input_image" => Feature::Images,
            b"document" | b"file" | b"input_file" | b"document_url" | b"file_url" => Feature::Documents,
            b"input_audio" | b"audio" | b"audio_url" => Feature::Audio,
            _ => return,
        };
        self.used = self.used.with(feature);
    }

    fn turn(&mut self, role: &[u8]) {
        if matches!(role, b"system" | b"developer") && !self.may_begin {
            self.used = self.used.with(Feature::SystemTurns);
        }
        self.may_begin = false;
    }
}

/// The text of the string that stands as the value of the key whose last two bytes are at `at`; empty if none does.
fn value_after(json: &[u8], at: usize) -> &[u8] {
    let rest = json.get(at + 2..).unwrap_or_default().trim_ascii_start();
    let rest = rest.strip_prefix(b":").unwrap_or_default().trim_ascii_start();
    let text = rest.strip_prefix(b"\"").unwrap_or_default();
    let end = memchr::memchr(b'"', text.get(..32).unwrap_or(text)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

fn says_effort(config: &[u8]) -> bool {
    memmem::find(config, b"\"effort\"").is_some()
}

fn has_schema(format: &[u8]) -> bool {
    memmem::find(format, b"\"json_schema\"").is_some()
}
