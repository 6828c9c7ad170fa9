//! Paths that clients call by mistake, mostly because of a wrong base URL, and the path that each of them means.

use super::error::{ApiError, Code, Surface};
use super::operation::Operation;

/// The ends of paths that are read with GET, and the gateway's own paths for them.
const READINGS: [(&str, &str); 3] = [
    ("/models", "/v1/models"),
    ("/credits", "/v1/credits"),
    ("/usage", "/v1/usage"),
];

/// Ollama's own paths, and the gateway's.
const OLLAMA: [(&str, &str); 7] = [
    ("/api/chat", "/v1/chat/completions"),
    ("/api/generate", "/v1/completions"),
    ("/api/embed", "/v1/embeddings"),
    ("/api/tags", "/v1/models"),
    ("/api/ps", "/v1/models"),
    ("/api/show", "/v1/models"),
    ("/api/version", "/v1/models"),
];

/// The first parts of paths of other APIs.
const OF_APIS: [&str; 5] = ["/api/", "/openai/", "/anthropic/", "/v1beta/", "/engines/"];

/// The gateway's own path that a client of `path` means; `None` if there is none.
///
/// ```
/// use crossmodel::wire::address::meant;
/// assert_eq!(meant("/chat/completions"), Some("/v1/chat/completions"));
/// assert_eq!(meant("/v1/v1/models"), Some("/v1/models"));
/// assert_eq!(meant("/audio/speech"), None);
/// ```
pub fn meant(path: &str) -> Option<&'static str> {
    let path = path.trim_end_matches('/');

    let ollama = OLLAMA.iter().find(|(theirs, _)| *theirs == path).map(|(_, ours)| *ours);
    let reading = || {
        let known = READINGS.iter().find(|(end, _)| path.ends_with(end));
        known
            .map(|(_, ours)| *ours)
            .or_else(|| path.contains("/models/").then_some("/v1/models"))
    };

    ollama.or_else(|| operation(path).map(Operation::path)).or_else(reading)
}

/// Whether only clients of an API call this path, and no browser of the console.
pub fn is_of_an_api(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    OF_APIS.iter().any(|start| path.starts_with(start)) || operation(path).is_some()
}

/// The shape of errors for a client that calls `path`: Anthropic's on its endpoints, and on those that both protocols
/// share if the key comes in Anthropic's header (`x_api_key`).
pub fn surface(path: &str, x_api_key: bool) -> Surface {
    let messages = path.contains("/messages/") || path.ends_with("/messages");
    let shared = path.contains("/models/") || path.ends_with("/models");
    if messages || shared && x_api_key {
        Surface::Anthropic
    } else {
        Surface::Openai
    }
}

/// The error for a path that does not exist; it names the path that the client means, if there is one.
pub fn nothing(method: &str, path: &str) -> ApiError {
    let message = match meant(path) {
        Some(ours) => format!("There is no {method} {path} here. The address is {ours}: check the base URL."),
        None if path == "/v1" || path.starts_with("/v1/") => format!("There is no {method} {path} here."),
        None => format!("There is no {method} {path} here. Addresses of the API begin with /v1: check the base URL."),
    };
    ApiError::new(Code::NotFound, message)
}

/// The operation whose path ends like this one, the longest if there are several.
fn operation(path: &str) -> Option<Operation> {
    let ends = |operation: &Operation| {
        operation
            .path()
            .strip_prefix("/v1")
            .is_some_and(|end| path.ends_with(end))
    };
    Operation::ALL
        .into_iter()
        .filter(ends)
        .max_by_key(|operation| operation.path().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_path_says_which_one_the_client_means() {
        for (path, ours) in [
            ("/chat/completions", "/v1/chat/completions"),
            ("/completions", "/v1/completions"),
            ("/v1/v1/chat/completions", "/v1/chat/completions"),
            ("/v1/chat/completions/", "/v1/chat/completions"),
            ("/openai/deployments/gpt/chat/completions", "/v1/chat/completions"),
            ("/messages", "/v1/messages"),
            ("/anthropic/v1/messages", "/v1/messages"),
            ("/messages/count_tokens", "/v1/messages/count_tokens"),
            ("/responses", "/v1/responses"),
            ("/api/embeddings", "/v1/embeddings"),
            ("/models", "/v1/models"),
            ("/v1/v1/models/openai/gpt-5.5", "/v1/models"),
            ("/api/tags", "/v1/models"),
            ("/api/chat", "/v1/chat/completions"),
        ] {
            assert_eq!(meant(path), Some(ours), "{path}");
        }

        for path in ["/v1/audio/speech", "/", "", "/keys", "/mymodels"] {
            assert_eq!(meant(path), None, "{path}");
        }
    }

    #[test]
    fn a_path_of_the_console_is_of_no_api() {
        for path in [
            "/chat/completions",
            "/messages",
            "/responses/",
            "/api/tags",
            "/openai/v1/models",
            "/v1beta/models/x",
        ] {
            assert!(is_of_an_api(path), "{path}");
        }

        for path in [
            "/",
            "/models",
            "/usage",
            "/keys/7/aliases",
            "/sign-in",
            "/assets/app.js",
        ] {
            assert!(!is_of_an_api(path), "{path}");
        }
    }
}
