//! The shapes in which clients of each protocol read an error: as the body of an answer, and as the event that ends a stream.

use std::borrow::Cow;

use serde::Serialize;

use super::api_error::{ApiError, ProviderErrorDetail};

/// The protocol whose error shape the client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// `{"error":{"message","type","param","code"}}`
    Openai,
    /// `{"type":"error","error":{"type","message"},"request_id"}`
    Anthropic,
}

#[derive(Serialize)]
struct Openai<'a> {
    error: OpenaiError<'a>,
}

#[derive(Serialize)]
struct OpenaiError<'a> {
    message: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    param: Option<&'a str>,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_generation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a ProviderErrorDetail>,
}

#[derive(Serialize)]
struct Anthropic<'a> {
    #[serde(rename = "type")]
    outer: &'static str,
    error: AnthropicError<'a>,
    request_id: &'a str,
}

#[derive(Serialize)]
struct AnthropicError<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a ProviderErrorDetail>,
}

#[derive(Serialize)]
struct ResponsesError<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    code: &'a str,
    message: &'a str,
    param: Option<&'a str>,
    sequence_number: u64,
}

impl ApiError {
    /// The body of the answer, as JSON.
    pub fn body(&self, surface: Surface, request_id: &str) -> String {
        match surface {
            Surface::Openai => self.openai_body(&self.kind),
            Surface::Anthropic => self.anthropic_body(request_id),
        }
    }

    /// The event that ends a chat stream which broke. No `[DONE]` follows: the answer is not complete.
    ///
    /// The event has no status beside it. An error that is not the client's fault therefore has OpenAI's own word for that as
    /// its type: clients such as opencode ask again after this type and give up after any other.
    pub fn chat_event(&self) -> String {
        let kind = if self.status >= 500 {
            "server_error"
        } else {
            &*self.kind
        };
        format!("data: {}\n\n", self.openai_body(kind))
    }

    /// The event that ends a stream of Anthropic's protocol which broke. No `message_stop` follows.
    pub fn messages_event(&self) -> String {
        format!("event: error\ndata: {}\n\n", self.anthropic_body(""))
    }

    /// The event that ends a stream of the Responses protocol which broke. No `response.completed` follows.
    pub fn responses_event(&self, number: u64) -> String {
        let event = ResponsesError {
            kind: "error",
            code: &self.code,
            message: &self.message,
            param: self.param.as_deref(),
            sequence_number: number,
        };
        format!("event: error\ndata: {}\n\n", json(&event))
    }

    fn openai_body(&self, kind: &str) -> String {
        json(&Openai {
            error: OpenaiError {
                message: &self.message,
                kind,
                param: self.param.as_deref(),
                code: &self.code,
                failed_generation: self
                    .provider
                    .as_ref()
                    .and_then(|detail| detail.failed_generation.as_deref()),
                provider: self.provider.as_deref(),
            },
        })
    }

    /// The error's type as clients of Anthropic know it.
    pub(in crate::wire) fn anthropic_kind(&self) -> &str {
        match &self.kind {
            _ if self.status == 404 => "not_found_error",
            Cow::Borrowed(kind) => kind,
            Cow::Owned(kind) => known_to_anthropic(kind, self.status),
        }
    }

    fn anthropic_body(&self, request_id: &str) -> String {
        json(&Anthropic {
            outer: "error",
            error: AnthropicError {
                kind: self.anthropic_kind(),
                message: &self.message,
                provider: self.provider.as_deref(),
            },
            request_id,
        })
    }
}

/// A provider's own type as Anthropic's clients know it: theirs, or the one that goes with the status.
fn known_to_anthropic(kind: &str, status: u16) -> &'static str {
    const KNOWN: [&str; 10] = [
        "invalid_request_error",
        "request_too_large",
        "rate_limit_error",
        "overloaded_error",
        "api_error",
        "timeout_error",
        "authentication_error",
        "permission_error",
        "billing_error",
        "not_found_error",
    ];

    let by_status = match status {
        429 => "rate_limit_error",
        500.. => "api_error",
        _ => "invalid_request_error",
    };
    KNOWN.into_iter().find(|known| *known == kind).unwrap_or(by_status)
}

fn json(body: &impl Serialize) -> String {
    serde_json::to_string(body).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::error::Code;

    /// `tests/data/wire/errors.txt`: every error, in both shapes.
    #[test]
    fn every_error_has_its_shape() {
        let mut all = String::new();
        for code in Code::ALL {
            let error = ApiError::new(code, "What went wrong.");
            for surface in [Surface::Openai, Surface::Anthropic] {
                all.push_str(&format!("{} {}\n", error.status, error.body(surface, "req_cm_1")));
            }
        }
        let full = ApiError::new(Code::ProviderError, "It failed.")
            .about("messages")
            .by_provider(ProviderErrorDetail {
                name: "openai".into(),
                status: Some(500),
                message: Some("boom".into()),
                failed_generation: None,
            });
        for surface in [(Surface::Openai, ""), (Surface::Anthropic, "req_cm_1")] {
            all.push_str(&full.body(surface.0, surface.1));
            all.push('\n');
        }

        assert_eq!(all, include_str!("../../../tests/data/wire/errors.txt"));
    }
}
