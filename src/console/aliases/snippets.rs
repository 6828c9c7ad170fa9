//! Ways to call a name, to copy and paste. The key stands in an environment variable, never in the text.

/// One way to call a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Snippet {
    /// For example `curl`.
    pub name: &'static str,
    /// The text to copy.
    pub code: String,
}

/// Every way, for one model name and the gateway's base URL (`…/v1`).
pub(super) fn all(gateway_url: &str, name: &str) -> Vec<Snippet> {
    let origin = gateway_url.strip_suffix("/v1").unwrap_or(gateway_url);
    vec![
        Snippet { name: "curl", code: curl(gateway_url, name) },
        Snippet {
            name: "Python",
            code: format!(
                "import os\nfrom openai import OpenAI\n\n\
                 client = OpenAI(base_url=\"{gateway_url}\", api_key=os.environ[\"CROSSMODEL_API_KEY\"])\n\
                 answer = client.chat.completions.create(\n    model=\"{name}\",\n    \
                 messages=[{{\"role\": \"user\", \"content\": \"Hello\"}}],\n)\n\
                 print(answer.choices[0].message.content)"
            ),
        },
        Snippet {
            name: "JS",
            code: format!(
                "import OpenAI from \"openai\";\n\n\
                 const client = new OpenAI({{\n  baseURL: \"{gateway_url}\",\n  apiKey: process.env.CROSSMODEL_API_KEY,\n}});\n\
                 const answer = await client.chat.completions.create({{\n  model: \"{name}\",\n  \
                 messages: [{{ role: \"user\", content: \"Hello\" }}],\n}});\n\
                 console.log(answer.choices[0].message.content);"
            ),
        },
        Snippet {
            name: "Claude Code",
            code: format!(
                "export ANTHROPIC_BASE_URL=\"{origin}\"\nexport ANTHROPIC_AUTH_TOKEN=\"$CROSSMODEL_API_KEY\"\n\
                 claude --model {name}"
            ),
        },
        Snippet {
            name: "Cursor",
            code: format!(
                "Settings > Models > API Keys\nOverride OpenAI Base URL: {gateway_url}\n\
                 OpenAI API Key: the value of $CROSSMODEL_API_KEY\nAdd model: {name}"
            ),
        },
    ]
}

/// One chat request. The name may be anything that a client could send, so it is written as JSON inside shell quotes.
pub(super) fn curl(gateway_url: &str, name: &str) -> String {
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
            assert!(snippet.code.contains("CROSSMODEL_API_KEY") && snippet.code.contains("fast"), "{}", snippet.name);
        }
    }
}
