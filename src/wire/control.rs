//! The few keys of a chat request that the gateway decides on, found in one strict pass, and the edit of the body that
//! goes upstream: only `model`, and `stream_options.include_usage` where it is needed; every other byte stays.

use std::borrow::Cow;

use super::json::{JsonError, Span, Walk, quote, unquote};

/// The longest model name that is looked at, in bytes.
pub const MAX_MODEL: usize = 256;

/// What a chat request says about how it is to be handled.
#[derive(Clone, Debug, PartialEq)]
pub struct Control<'a> {
    /// The model's name as the client meant it, escapes undone.
    pub model: Cow<'a, str>,
    /// Where the name lies, quotes included.
    pub model_span: Span,
    /// Whether a stream is asked for.
    pub stream: bool,
    /// How long `messages` is, in bytes: a bound of the prompt where nobody counts tokens.
    pub messages_bytes: usize,
    /// The most tokens that the answer may have, from `max_completion_tokens` or else `max_tokens`.
    pub max_tokens: Option<u64>,
    /// How many answers are asked for.
    pub n: Option<u64>,
    stream_options: StreamOptions,
    /// After the opening brace of the body.
    head: usize,
}

/// What the client said about usage in streams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct StreamOptions {
    /// The value of `stream_options`.
    span: Option<Span>,
    /// Whether that value is an object.
    object: bool,
    /// Whether that object has no member.
    empty: bool,
    /// The value of `include_usage` in it.
    include_usage: Option<Span>,
    /// Whether the client asked for usage.
    asked: bool,
}

/// Why a body cannot be handled. The message is for the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// Not a JSON object.
    #[error("The request body is not a valid JSON object: {0}.")]
    Json(#[from] JsonError),
    /// Not UTF-8.
    #[error("The request body is not valid UTF-8.")]
    Utf8,
    /// A key that decides how the request is handled is there twice.
    #[error("The request body has '{0}' more than once.")]
    Duplicate(&'static str),
    /// A key has a value of the wrong kind.
    #[error("'{key}' must be {wanted}.")]
    Kind {
        /// The key.
        key: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
    /// The model's name is beyond [`MAX_MODEL`].
    #[error("'model' is longer than {MAX_MODEL} bytes.")]
    LongModel,
    /// No model is named.
    #[error("Name the model to use in 'model'.")]
    MissingModel,
    /// No message is there.
    #[error("'messages' must be a list with at least one message.")]
    Messages,
}

impl ControlError {
    /// The key that the error is about.
    pub fn key(&self) -> Option<&'static str> {
        match self {
            Self::Json(_) | Self::Utf8 => None,
            Self::Duplicate(key) | Self::Kind { key, .. } => Some(key),
            Self::LongModel | Self::MissingModel => Some("model"),
            Self::Messages => Some("messages"),
        }
    }
}

const KEYS: [&str; 7] = ["model", "stream", "stream_options", "messages", "max_tokens", "max_completion_tokens", "n"];

/// Whether, and how, usage in the stream is asked of the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskUsage {
    /// Ask for it, whatever the client said.
    Yes,
    /// Leave what the client said.
    AsSent,
}

impl<'a> Control<'a> {
    /// Reads the control keys of a chat request.
    ///
    /// # Errors
    /// If the body is not one JSON object, a control key is there twice or of the wrong kind, or `model` or `messages` is missing.
    pub fn read(body: &'a [u8]) -> Result<Self, ControlError> {
        let text = std::str::from_utf8(body).map_err(|_| ControlError::Utf8)?;
        let mut found: [Option<Span>; KEYS.len()] = [None; KEYS.len()];
        Walk::new(text).object(|key, value| {
            let name = unquote(key.of(text)).ok_or(JsonError::Unexpected(key.start))?;
            if let Some(which) = KEYS.iter().position(|known| *known == name) {
                let (Some(slot), Some(known)) = (found.get_mut(which), KEYS.get(which)) else { return Ok(()) };
                if slot.replace(value).is_some() {
                    return Err(ControlError::Duplicate(known));
                }
            }
            Ok(())
        })?;
        let [model, stream, stream_options, messages, max_tokens, max_completion_tokens, n] = found;
        let model_span = model.ok_or(ControlError::MissingModel)?;
        let model = model_name(model_span.of(text))?;
        let messages = messages.filter(|m| has_element(m.of(text))).ok_or(ControlError::Messages)?;
        let number = |span: Option<Span>| span.and_then(|s| s.of(text).parse().ok());
        Ok(Self {
            model,
            model_span,
            stream: flag(stream.map(|s| s.of(text)), "stream")?,
            messages_bytes: messages.len(),
            max_tokens: number(max_completion_tokens).or_else(|| number(max_tokens)),
            n: number(n),
            stream_options: StreamOptions::read(text, stream_options)?,
            head: text.find('{').map_or(0, |at| at + 1),
        })
    }

    /// Whether the client asked to see the stream's usage.
    pub fn asks_usage(&self) -> bool {
        self.stream_options.asked
    }

    /// Whether [`AskUsage::Yes`] would change the body.
    pub fn lacks_usage(&self) -> bool {
        self.stream && !self.stream_options.asked
    }

    /// The body for the provider: `body` with `model`, a JSON string, in the place of the client's, and usage asked for
    /// as `ask` says. `None` if nothing changes.
    pub fn rewrite(&self, body: &[u8], model: &str, ask: AskUsage) -> Option<Vec<u8>> {
        let mut edits: [(Span, &str); 2] = [(self.model_span, model), (Span { start: 0, end: 0 }, "")];
        let mut count = usize::from(body.get(self.model_span.start..self.model_span.end) != Some(model.as_bytes()));
        if ask == AskUsage::Yes && self.lacks_usage() {
            if let Some(slot) = edits.get_mut(count) {
                *slot = self.stream_options.edit(self.head);
            }
            count += 1;
        }
        let edits = edits.get_mut(..count)?;
        edits.sort_by_key(|(span, _)| span.start);
        if edits.is_empty() {
            return None;
        }
        let more: usize = edits.iter().map(|(_, text)| text.len()).sum();
        let mut out = Vec::with_capacity(body.len() + more);
        let mut at = 0;
        for (span, text) in edits {
            out.extend_from_slice(body.get(at..span.start).unwrap_or_default());
            out.extend_from_slice(text.as_bytes());
            at = span.end;
        }
        out.extend_from_slice(body.get(at..).unwrap_or_default());
        Some(out)
    }
}

impl StreamOptions {
    fn read(text: &str, span: Option<Span>) -> Result<Self, ControlError> {
        let Some(span) = span else { return Ok(Self::default()) };
        let value = span.of(text);
        if value == "null" {
            return Ok(Self { span: Some(span), ..Self::default() });
        }
        if !value.starts_with('{') {
            return Err(ControlError::Kind { key: "stream_options", wanted: "an object" });
        }
        let (mut include_usage, mut empty) = (None, true);
        Walk::new(value).object(|key, member| {
            empty = false;
            let name = unquote(key.of(value)).ok_or(JsonError::Unexpected(span.start + key.start))?;
            if name == "include_usage" && include_usage.replace(member).is_some() {
                return Err(ControlError::Duplicate("stream_options.include_usage"));
            }
            Ok(())
        })?;
        let asked = flag(include_usage.map(|m| m.of(value)), "stream_options.include_usage")?;
        let include_usage = include_usage.map(|m| Span { start: span.start + m.start, end: span.start + m.end });
        Ok(Self { span: Some(span), object: true, empty, include_usage, asked })
    }

    /// What to put where, so that the provider is asked for usage.
    fn edit(&self, head: usize) -> (Span, &'static str) {
        match self {
            Self { include_usage: Some(value), .. } => (*value, "true"),
            Self { span: Some(span), object: true, empty, .. } => {
                let inside = Span { start: span.start + 1, end: span.start + 1 };
                (inside, if *empty { "\"include_usage\":true" } else { "\"include_usage\":true," })
            }
            Self { span: Some(span), .. } => (*span, "{\"include_usage\":true}"),
            Self { span: None, .. } => {
                (Span { start: head, end: head }, "\"stream_options\":{\"include_usage\":true},")
            }
        }
    }
}

fn model_name(value: &str) -> Result<Cow<'_, str>, ControlError> {
    if value == "null" || value == "\"\"" {
        return Err(ControlError::MissingModel);
    }
    // Escapes take up to six bytes each, so a longer text cannot be a short enough name.
    if value.len() > MAX_MODEL * 6 + 2 {
        return Err(ControlError::LongModel);
    }
    let name = unquote(value).ok_or(ControlError::Kind { key: "model", wanted: "a string" })?;
    if name.len() > MAX_MODEL { Err(ControlError::LongModel) } else { Ok(name) }
}

fn flag(value: Option<&str>, key: &'static str) -> Result<bool, ControlError> {
    match value {
        None | Some("null" | "false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(ControlError::Kind { key, wanted: "true or false" }),
    }
}

/// Whether a value is a list that is not empty.
fn has_element(value: &str) -> bool {
    value.strip_prefix('[').is_some_and(|rest| !rest.trim_start().starts_with(']'))
}

/// A model's name as [`Control::rewrite`] wants it: a JSON string.
pub fn model_literal(name: &str) -> String {
    quote(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn rewritten(body: &str, model: &str, ask: AskUsage) -> String {
        let control = Control::read(body.as_bytes()).unwrap();
        let out = control.rewrite(body.as_bytes(), &model_literal(model), ask);
        out.map_or_else(|| body.to_owned(), |bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn only_the_models_value_changes() {
        let body =
            "{ \"temperature\" : 1.50,\n \"model\":\"a\" , \"messages\":[{\"model\":\"a\"}], \"x\":\"\\u0041\" }";

        let out = rewritten(body, "b\"c", AskUsage::AsSent);

        assert_eq!(out, body.replacen("\"a\"", "\"b\\\"c\"", 1));
    }

    #[test]
    fn the_same_model_leaves_the_body_alone() {
        let body = br#"{"model":"m","messages":[1]}"#;
        let control = Control::read(body).unwrap();

        assert_eq!(control.rewrite(body, "\"m\"", AskUsage::Yes), None);
    }

    #[test]
    fn usage_is_asked_for_wherever_the_client_left_it_out() {
        for (sent, upstream) in [
            ("", r#"{"stream_options":{"include_usage":true},"model":"u","messages":[1],"stream":true}"#),
            (
                r#","stream_options":null"#,
                r#"{"model":"u","messages":[1],"stream":true,"stream_options":{"include_usage":true}}"#,
            ),
            (
                r#","stream_options":{}"#,
                r#"{"model":"u","messages":[1],"stream":true,"stream_options":{"include_usage":true}}"#,
            ),
            (
                r#","stream_options":{ "a":1}"#,
                r#"{"model":"u","messages":[1],"stream":true,"stream_options":{"include_usage":true, "a":1}}"#,
            ),
            (
                r#","stream_options":{"include_usage":false}"#,
                r#"{"model":"u","messages":[1],"stream":true,"stream_options":{"include_usage":true}}"#,
            ),
            (
                r#","stream_options":{"include_usage": true }"#,
                r#"{"model":"u","messages":[1],"stream":true,"stream_options":{"include_usage": true }}"#,
            ),
        ] {
            let body = format!(r#"{{"model":"m","messages":[1],"stream":true{sent}}}"#);

            assert_eq!(rewritten(&body, "u", AskUsage::Yes), upstream, "{sent}");
            assert_eq!(rewritten(&body, "u", AskUsage::AsSent), body.replace("\"m\"", "\"u\""));
        }
    }

    #[test]
    fn usage_is_not_asked_for_without_a_stream() {
        let body = r#"{"model":"m","messages":[1]}"#;

        assert_eq!(rewritten(body, "m", AskUsage::Yes), body);
    }

    #[test]
    fn a_control_key_that_is_there_twice_is_refused_however_it_is_written() {
        for (more, key) in [
            (r#""model":"b""#, "model"),
            (r#""mod\u0065l":"b""#, "model"),
            (r#""stream":true,"stream":false"#, "stream"),
            (r#""messages":[2]"#, "messages"),
            (r#""max_tokens":1,"max_tokens":2"#, "max_tokens"),
            (r#""max_completion_tokens":1,"max_completion_tokens":1"#, "max_completion_tokens"),
            (r#""n":1,"n":2"#, "n"),
            (r#""stream_options":{},"stream_options":null"#, "stream_options"),
            (r#""stream_options":{"include_usage":true,"include_usage":false}"#, "stream_options.include_usage"),
        ] {
            let body = format!(r#"{{"model":"a","messages":[1],{more}}}"#);

            assert_eq!(Control::read(body.as_bytes()), Err(ControlError::Duplicate(key)));
        }
    }

    #[test]
    fn keys_that_decide_nothing_may_repeat() {
        assert!(Control::read(br#"{"model":"a","messages":[1],"user":"x","user":"y"}"#).is_ok());
    }

    #[test]
    fn an_escaped_name_is_read_as_it_was_meant() {
        let control = Control::read(br#"{"model":"cl\u0061ude-\"x","messages":[1]}"#).unwrap();

        assert_eq!(control.model, "claude-\"x");
    }

    #[test]
    fn what_is_missing_or_of_the_wrong_kind_is_named() {
        let error = |body: &str| Control::read(body.as_bytes()).unwrap_err();

        assert_eq!(error(r#"{"messages":[1]}"#), ControlError::MissingModel);
        assert_eq!(error(r#"{"model":"","messages":[1]}"#), ControlError::MissingModel);
        assert_eq!(error(r#"{"model":7,"messages":[1]}"#), ControlError::Kind { key: "model", wanted: "a string" });
        assert_eq!(error(&format!(r#"{{"model":"{}","messages":[1]}}"#, "m".repeat(257))), ControlError::LongModel);
        assert_eq!(error(r#"{"model":"m"}"#), ControlError::Messages);
        assert_eq!(error(r#"{"model":"m","messages":[ ]}"#), ControlError::Messages);
        assert_eq!(error(r#"{"model":"m","messages":{}}"#), ControlError::Messages);
        assert_eq!(
            error(r#"{"model":"m","messages":[1],"stream":"yes"}"#),
            ControlError::Kind { key: "stream", wanted: "true or false" }
        );
        assert_eq!(Control::read(b"{\"model\":\"\xff\"}").unwrap_err(), ControlError::Utf8);
    }

    #[test]
    fn limits_are_read_for_those_who_need_them() {
        let control =
            Control::read(br#"{"model":"m","messages":[1],"max_tokens":5,"max_completion_tokens":null,"n":2}"#)
                .unwrap();

        assert_eq!((control.max_tokens, control.n), (Some(5), Some(2)));
    }

    proptest! {
        #[test]
        fn a_rewritten_body_reads_back_equal_but_for_model_and_stream_options(
            members in prop::collection::vec(("[a-z_]{1,8}", ".{0,12}"), 0..6),
            model in ".{1,30}",
            upstream in ".{1,30}",
            options in prop_oneof![Just(None), Just(Some(json!(null))), Just(Some(json!({}))), Just(Some(json!({"a": [1]}))),
                Just(Some(json!({"include_usage": false, "z": 1}))), Just(Some(json!({"include_usage": true})))],
            stream in any::<bool>(),
            pretty in any::<bool>(),
        ) {
            let mut body: serde_json::Map<String, Value> = members.into_iter().map(|(k, v)| (format!("x_{k}"), v.into())).collect();
            body.insert("model".into(), model.clone().into());
            body.insert("messages".into(), json!([{"role": "user", "content": "hi"}]));
            body.insert("stream".into(), stream.into());
            if let Some(options) = &options {
                body.insert("stream_options".into(), options.clone());
            }
            let text = if pretty { serde_json::to_string_pretty(&body).unwrap() } else { serde_json::to_string(&body).unwrap() };
            prop_assert_eq!(&Control::read(text.as_bytes()).unwrap().model, &model);

            let out = rewritten(&text, &upstream, AskUsage::Yes);

            let mut expected = body;
            expected.insert("model".into(), upstream.into());
            if stream {
                let mut wanted = options.and_then(|o| o.as_object().cloned()).unwrap_or_default();
                wanted.insert("include_usage".into(), true.into());
                expected.insert("stream_options".into(), wanted.into());
            }
            prop_assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), Value::Object(expected));
        }
    }
}
