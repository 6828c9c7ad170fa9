//! Ways to call a name, to copy and paste. The key stands in an environment variable, never in the text.

use crate::console::clients::{ClientGuides, Setup};

/// Which clients the page shows after a save; the page of the key has all.
const SHOWN: [&str; 5] = ["curl", "openai-python", "openai-node", "claude-code", "cursor"];

/// One way to call a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// For example `curl`.
    pub name: &'static str,
    /// The text to copy.
    pub code: String,
}

/// The ways for one model name and the gateway's base URL (`…/v1`).
pub fn all(gateway_url: &str, name: &str) -> Vec<Snippet> {
    let setup = Setup {
        base: gateway_url,
        model: name,
        secret: None,
    };
    let guides = SHOWN.iter().filter_map(|id| ClientGuides::get().find(id));

    guides
        .map(|guide| {
            let blocks: Vec<String> = guide.blocks.iter().take(2).map(|block| block.fill(&setup)).collect();
            Snippet {
                name: &guide.name,
                code: blocks.join("\n"),
            }
        })
        .collect()
}

/// One chat request. The name may be anything that a client could send, so it is written as JSON inside shell quotes.
pub fn curl(gateway_url: &str, name: &str) -> String {
    let model = serde_json::Value::from(name).to_string().replace('\'', "'\\''");
    format!(
        "curl {gateway_url}/chat/completions \\\n  -H \"Authorization: Bearer $CROSSMODEL_API_KEY\" \\\n  \
         -H \"Content-Type: application/json\" \\\n  \
         -d '{{\"model\": {model}, \"messages\": [{{\"role\": \"user\", \"content\": \"Hello\"}}]}}'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_quotes() {
        let line = curl("http://127.0.0.1:8080/v1", "it's \"x\"");
        assert!(
            line.ends_with(r#"-d '{"model": "it'\''s \"x\"", "messages": [{"role": "user", "content": "Hello"}]}'"#),
            "{line}"
        );
    }

    #[test]
    fn no_snippet_holds_a_secret() {
        for snippet in all("https://gw.example/v1", "fast") {
            assert!(
                snippet.code.contains("CROSSMODEL_API_KEY") && snippet.code.contains("fast"),
                "{}",
                snippet.name
            );
        }
    }
}
