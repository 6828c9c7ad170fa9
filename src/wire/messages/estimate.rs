//! An estimate of a prompt's tokens, for `/v1/messages/count_tokens` where the provider cannot count.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::wire::neutral::{Node, Untranslatable};

/// Tokens of a picture: the most that Anthropic's rule, width × height / 750, gives, since larger pictures are made smaller
/// first. The estimate ignores the picture's size, so it is too high rather than too low.
const IMAGE: u64 = 1_600;

/// Tokens of a PDF's page: the model reads it as text, about 1,000 tokens, and as a picture.
const PAGE: u64 = 2_600;

/// Bytes of a PDF's page, roughly. Scans have more, plain text has fewer.
const PAGE_BYTES: u64 = 50_000;

/// Tokens that Anthropic adds to a prompt with tools (its table of tool use, Claude 4).
const TOOLS: u64 = 346;

/// Tokens around each message.
const MESSAGE: u64 = 4;

/// Estimates the input tokens of the body of `count_tokens`, or of `messages`.
///
/// - Text: Anthropic's own rule of thumb is 3.5 English characters a token. It counts for ASCII. Of all other text, three
///   bytes in UTF-8 are a token: one for each Chinese character, two for three Russian ones.
/// - Tools: their names, descriptions and schemas as text, and 346 tokens for Anthropic's own words around them.
/// - Pictures: 1,600 each, the most that Anthropic counts for one.
/// - Documents: text as text; a PDF 2,600 for every 50,000 bytes or part of them, one at a URL as one page.
/// - Thoughts of earlier turns: 0, as at Anthropic.
/// - Each message: 4.
///
/// The result is right within about a fifth for English prose, and less exact for code and for text full of digits.
///
/// # Errors
/// If the body is no object, or has no list of messages.
pub fn count(body: &Value) -> Result<u64, Untranslatable> {
    let root = Node::root(body);
    root.object()?;

    let mut total = Total::default();
    for message in root.need("messages")?.list()? {
        total.fixed += MESSAGE;
        total.content(message.need("content")?.value);
    }

    if let Some(system) = root.get("system") {
        total.content(system.value);
    }
    if let Some(tools) = root.get("tools") {
        total.tools(&tools)?;
    }

    Ok(total.tokens().max(1))
}

/// The sums so far. Text is summed before it is divided, so a thousand short texts are not rounded a thousand times.
#[derive(Debug, Default)]
struct Total {
    ascii: u64,
    other_bytes: u64,
    fixed: u64,
}

impl Total {
    fn tokens(&self) -> u64 {
        (self.ascii * 2).div_ceil(7) + self.other_bytes.div_ceil(3) + self.fixed
    }

    fn text(&mut self, text: &str) {
        let ascii = text.bytes().filter(u8::is_ascii).count();
        self.ascii += ascii as u64;
        self.other_bytes += (text.len() - ascii) as u64;
    }

    fn tools(&mut self, tools: &Node<'_, '_>) -> Result<(), Untranslatable> {
        let tools = tools.list()?;
        if tools.len() > 0 {
            self.fixed += TOOLS;
        }

        for tool in tools {
            for key in ["name", "description", "input_schema"] {
                if let Some(value) = tool.value_at(key) {
                    self.value(value);
                }
            }
        }
        Ok(())
    }

    /// JSON as the model reads it: strings without quotes.
    fn value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.text(text),
            other => self.text(&other.to_string()),
        }
    }

    fn content(&mut self, content: &Value) {
        match content {
            Value::String(text) => self.text(text),
            Value::Array(blocks) => blocks.iter().for_each(|block| self.block(block)),
            // The content of a result of one of Anthropic's own tools.
            Value::Object(_) => self.block(content),
            _ => {}
        }
    }

    fn block(&mut self, block: &Value) {
        match block.get("type").and_then(Value::as_str).unwrap_or_default() {
            "thinking" | "redacted_thinking" => {}
            "image" => self.fixed += IMAGE,
            "document" => self.document(block),
            _ => {
                for key in ["text", "title", "name", "input", "url", "stdout", "stderr", "tool_name"] {
                    if let Some(value) = block.get(key).filter(|value| !value.is_null()) {
                        self.value(value);
                    }
                }
                if let Some(content) = block.get("content") {
                    self.content(content);
                }
            }
        }
    }

    fn document(&mut self, block: &Value) {
        for key in ["title", "context"] {
            if let Some(text) = block.get(key).and_then(Value::as_str) {
                self.text(text);
            }
        }

        let Some(source) = block.get("source") else { return };
        let text = |key: &str| source.get(key).and_then(Value::as_str).unwrap_or_default();
        match text("type") {
            "text" => self.text(text("data")),
            "content" => self.content(source.get("content").unwrap_or(&Value::Null)),
            "base64" if text("media_type").starts_with("text/") => {
                if let Ok(bytes) = STANDARD.decode(text("data")) {
                    self.text(&String::from_utf8_lossy(&bytes));
                }
            }
            "base64" => {
                let bytes = text("data").len() as u64 / 4 * 3;
                self.fixed += PAGE * bytes.div_ceil(PAGE_BYTES).max(1);
            }
            _ => self.fixed += PAGE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tokens(content: Value) -> u64 {
        count(&json!({"messages": [{"role": "user", "content": content}]})).unwrap()
    }

    #[test]
    fn text_counts_by_its_characters() {
        assert_eq!(tokens(json!("a".repeat(35))), 14);
        assert_eq!(tokens(json!([{"type": "text", "text": "漢字".repeat(5)}])), 14);
        assert_eq!(tokens(json!("")), 4);
    }

    #[test]
    fn pictures_and_files_count_by_the_piece_and_by_the_page() {
        let image = json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A".repeat(900_000)}});
        let pdf = |bytes: usize| json!({"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "A".repeat(bytes / 3 * 4)}});

        assert_eq!(tokens(json!([image])), 1_604);
        assert_eq!(tokens(json!([pdf(30)])), 2_604);
        assert_eq!(tokens(json!([pdf(90_000)])), 5_204);
        assert_eq!(
            tokens(json!([{"type": "document", "source": {"type": "url", "url": "https://x"}}])),
            2_604
        );
        assert_eq!(
            tokens(json!([{"type": "document", "source": {"type": "text", "data": "a".repeat(35)}}])),
            14
        );
    }

    #[test]
    fn tools_and_their_calls_count_and_old_thoughts_do_not() {
        let body = json!({"messages": [{"role": "assistant", "content": [
            {"type": "thinking", "thinking": "long", "signature": "longer"},
            {"type": "tool_use", "id": "t", "name": "abcdefg", "input": {"a": 1}}
        ]}], "tools": [{"name": "abcdefg", "input_schema": {}}]});

        assert_eq!(count(&body).unwrap(), 4 + 346 + (7 + 7 + 7 + 2) * 2 / 7 + 1);
        assert_eq!(count(&json!({"messages": []})).unwrap(), 1);
    }

    #[test]
    fn what_is_no_request_is_refused() {
        assert_eq!(count(&json!({})).unwrap_err().param, "messages");
        assert!(count(&json!([])).is_err());
    }
}
