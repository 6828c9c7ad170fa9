//! Ways to use a new key at once, with the key filled in. Shown on the one page that shows the secret, nowhere else.

/// One way.
pub(super) struct Snippet {
    pub name: &'static str,
    pub code: String,
}

/// For a key that has no alias yet.
pub(super) const A_MODEL: &str = "openai/gpt-5.4-mini";

/// Every way, for the gateway's base URL (`…/v1`), a secret and a model name.
pub(super) fn all(gateway_url: &str, secret: &str, model: &str) -> Vec<Snippet> {
    let origin = gateway_url.strip_suffix("/v1").unwrap_or(gateway_url);
    vec![
        Snippet {
            name: "curl",
            code: format!(
                "curl {gateway_url}/chat/completions \\\n  -H \"Authorization: Bearer {secret}\" \\\n  \
                 -H \"Content-Type: application/json\" \\\n  \
                 -d '{{\"model\": \"{model}\", \"messages\": [{{\"role\": \"user\", \"content\": \"Hello\"}}]}}'"
            ),
        },
        Snippet {
            name: "Python",
            code: format!(
                "from openai import OpenAI\n\n\
                 client = OpenAI(\n    base_url=\"{gateway_url}\",\n    api_key=\"{secret}\",\n)\n\
                 answer = client.chat.completions.create(\n    model=\"{model}\",\n    \
                 messages=[{{\"role\": \"user\", \"content\": \"Hello\"}}],\n)\n\
                 print(answer.choices[0].message.content)"
            ),
        },
        Snippet {
            name: "JS",
            code: format!(
                "import OpenAI from \"openai\";\n\n\
                 const client = new OpenAI({{\n  baseURL: \"{gateway_url}\",\n  apiKey: \"{secret}\",\n}});\n\
                 const answer = await client.chat.completions.create({{\n  model: \"{model}\",\n  \
                 messages: [{{ role: \"user\", content: \"Hello\" }}],\n}});\n\
                 console.log(answer.choices[0].message.content);"
            ),
        },
        Snippet {
            name: "Claude Code",
            code: format!("export ANTHROPIC_BASE_URL=\"{origin}\"\nexport ANTHROPIC_AUTH_TOKEN=\"{secret}\"\nclaude"),
        },
        Snippet {
            name: "Cursor",
            code: format!(
                "Settings > Models > API Keys\nOverride OpenAI Base URL: {gateway_url}\nOpenAI API Key: {secret}"
            ),
        },
    ]
}
