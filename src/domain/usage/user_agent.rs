//! Which client a `User-Agent` belongs to.

use crate::domain::format::visible;

/// The most characters of a program that is not on the list.
const LONGEST: usize = 24;

/// How a client's `User-Agent` begins, in lower case, and what people call that client.
const CLIENTS: &[(&str, &str)] = &[
    ("aider", "Aider"),
    ("anthropic/", "Anthropic SDK"),
    ("asyncanthropic/", "Anthropic SDK"),
    ("asyncopenai/", "OpenAI SDK"),
    ("claude-cli/", "Claude Code"),
    ("claude-code/", "Claude Code"),
    ("cline/", "Cline"),
    ("codex-cli/", "Codex"),
    ("codex_", "Codex"),
    ("continue/", "Continue"),
    ("curl/", "curl"),
    ("cursor/", "Cursor"),
    ("geminicli", "Gemini CLI"),
    ("go-http-client/", "Go"),
    ("litellm/", "LiteLLM"),
    ("mozilla/", "Browser"),
    ("openai/", "OpenAI SDK"),
    ("opencode/", "opencode"),
    ("postmanruntime/", "Postman"),
    ("python-httpx/", "Python httpx"),
    ("python-requests/", "Python requests"),
    ("roocode/", "Roo Code"),
    ("zed/", "Zed"),
];

/// A short name of the client that sent this `User-Agent`: the usual one of a client that is known, else the program
/// that it names first, without its version. Clients may write anything here, so unusual characters are escaped and a
/// long name is cut.
///
/// ```
/// use crossmodel::domain::client_name;
/// assert_eq!(client_name("claude-cli/2.1.197 (external, cli)"), "Claude Code");
/// assert_eq!(client_name("acme-bot/3.1 (linux)"), "acme-bot");
/// assert_eq!(client_name(""), "unknown");
/// ```
pub fn client_name(agent: &str) -> String {
    let agent = agent.trim();
    let known = CLIENTS.iter().find(|(start, _)| {
        agent
            .get(..start.len())
            .is_some_and(|beginning| beginning.eq_ignore_ascii_case(start))
    });
    if let Some((_, name)) = known {
        return (*name).to_owned();
    }

    let program = agent
        .split(|c: char| c == '/' || c.is_whitespace())
        .next()
        .unwrap_or_default();
    if program.is_empty() {
        return "unknown".into();
    }

    let shown = visible(program);
    if shown.chars().count() <= LONGEST {
        return shown;
    }

    let kept: String = shown.chars().take(LONGEST - 1).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn clients_are_called_what_people_call_them() {
        let cases = [
            ("claude-cli/2.1.197 (external, sdk-cli)", "Claude Code"),
            ("codex_cli_rs/0.80.0 (Debian 12; x86_64) xterm", "Codex"),
            ("codex_exec/0.80.0", "Codex"),
            ("opencode/1.0.150 ai-sdk/provider-utils", "opencode"),
            ("curl/8.5.0", "curl"),
            ("OpenAI/Python 2.8.0", "OpenAI SDK"),
            ("AsyncAnthropic/Python 0.75.0", "Anthropic SDK"),
            ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "Browser"),
            ("  my agent 1.0", "my"),
            ("node", "node"),
            ("/1.0", "unknown"),
            ("gpt\u{200b}bot/1", "gpt\\u{200b}bot"),
            ("curly/1", "curly"),
        ];
        for (agent, name) in cases {
            assert_eq!(client_name(agent), name, "{agent:?}");
        }
    }

    #[test]
    fn a_long_program_is_cut() {
        assert_eq!(client_name(&"x".repeat(120)), format!("{}…", "x".repeat(23)));
        assert_eq!(client_name(&"é".repeat(24)), "é".repeat(24));
    }

    proptest! {
        #[test]
        fn any_text_has_a_short_name_that_can_be_shown(agent in "\\PC{0,60}|.{0,120}") {
            let name = client_name(&agent);
            prop_assert!(!name.is_empty() && name.chars().count() <= LONGEST);
            prop_assert!(!name.contains(char::is_control));
        }
    }
}
