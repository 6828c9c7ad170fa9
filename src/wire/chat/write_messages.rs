//! The messages of a request for a provider that speaks chat.

use std::borrow::Cow;
use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::free_text;
use crate::wire::neutral::{
    Capabilities, Part, Request, Role, Source, ToolCall, ToolNames, ToolResult, Turn, Untranslatable,
};

/// One message.
#[derive(Serialize)]
pub(super) struct Message<'w> {
    role: &'static str,
    content: Option<Content<'w>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
    #[serde(flatten)]
    thoughts: Thoughts<'w>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<Call<'w>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<&'w str>,
}

impl<'w> Message<'w> {
    fn new(role: &'static str, content: Content<'w>) -> Self {
        Self {
            role,
            content: Some(content),
            refusal: None,
            thoughts: Thoughts(None),
            tool_calls: Vec::new(),
            tool_call_id: None,
        }
    }
}

/// What a message says.
#[derive(Serialize)]
#[serde(untagged)]
enum Content<'w> {
    Text(Cow<'w, str>),
    Parts(Vec<Piece<'w>>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Piece<'w> {
    Text { text: Cow<'w, str> },
    ImageUrl { image_url: ImageUrl<'w> },
    File { file: File<'w> },
    InputAudio { input_audio: Audio<'w> },
}

#[derive(Serialize)]
struct ImageUrl<'w> {
    url: Url<'w>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'w str>,
}

#[derive(Serialize)]
struct File<'w> {
    filename: &'w str,
    file_data: Url<'w>,
}

#[derive(Serialize)]
struct Audio<'w> {
    data: &'w str,
    format: &'w str,
}

/// A URL that is put together while it is written: a picture of some megabytes is not copied before.
enum Url<'w> {
    Data { media_type: &'w str, data: &'w str },
    Address(&'w str),
}

impl fmt::Display for Url<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data { media_type, data } => write!(f, "data:{media_type};base64,{data}"),
            Self::Address(url) => f.write_str(url),
        }
    }
}

impl Serialize for Url<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The model's thoughts, in the field that the provider wants to see them in.
struct Thoughts<'w>(Option<(&'w str, String)>);

impl Serialize for Thoughts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some((field, text)) = &self.0 {
            map.serialize_entry(field, text)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Call<'w> {
    id: &'w str,
    r#type: &'static str,
    function: Called<'w>,
}

#[derive(Serialize)]
struct Called<'w> {
    name: &'w str,
    arguments: Cow<'w, str>,
}

/// The whole conversation, with `instructions` of our own after those of the client.
pub(super) fn messages<'w>(
    request: &'w Request<'_>,
    capabilities: &'w Capabilities,
    names: &'w ToolNames,
    instructions: Option<String>,
) -> Result<Vec<Message<'w>>, Untranslatable> {
    let system_role = if capabilities.developer_role {
        "developer"
    } else {
        "system"
    };
    let mut messages = Vec::new();
    let mut system = joined(&request.system, "\n\n")?;
    if let Some(more) = instructions {
        let gap = if system.is_empty() { "" } else { "\n\n" };
        system = format!("{system}{gap}{more}").into();
    }
    if !system.is_empty() {
        messages.push(Message::new(system_role, Content::Text(system)));
    }
    // What one side says at a stretch. This protocol wants all calls of a stretch in one message, and their results right
    // after it.
    for stretch in request
        .turns
        .chunk_by(|a, b| (a.role == Role::Assistant) == (b.role == Role::Assistant))
    {
        if stretch.first().is_some_and(|turn| turn.role == Role::Assistant) {
            messages.extend(said(stretch, capabilities, names)?);
        } else {
            answered(stretch, system_role, &mut messages)?;
        }
    }
    Ok(messages)
}

/// What the model said. `None` if nothing is left of it, thoughts apart.
fn said<'w>(
    turns: &'w [Turn<'_>],
    capabilities: &'w Capabilities,
    names: &'w ToolNames,
) -> Result<Option<Message<'w>>, Untranslatable> {
    let (mut texts, mut thoughts, mut refusals, mut calls) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for turn in turns {
        let mut text = String::new();
        for part in &turn.parts {
            match part {
                // The texts of one turn are one text, cut where something stands between or is cited.
                Part::Text { text: more, .. } => text.push_str(more),
                Part::Refusal(words) if capabilities.openai_fields => refusals.push(words.as_ref()),
                Part::Refusal(words) => text.push_str(words),
                Part::Thinking { text, .. } if !text.is_empty() => thoughts.push(text.as_ref()),
                Part::Thinking { .. } => {}
                Part::ToolCall(call) => calls.push(write_call(call, names)),
                Part::Image { .. } | Part::File { .. } | Part::Audio { .. } | Part::ToolResult(_) => {
                    return Err(no_place("pictures, documents and sounds in the model's own turns"));
                }
            }
        }
        if !text.is_empty() {
            texts.push(text);
        }
    }
    if texts.is_empty() && refusals.is_empty() && calls.is_empty() {
        return Ok(None);
    }
    let content = match texts.is_empty() {
        false => Some(Content::Text(texts.join("\n\n").into())),
        // OpenAI says `null` beside calls; some hosts want a text always.
        true => (!capabilities.openai_fields).then_some(Content::Text("".into())),
    };
    // A provider that wants its thoughts back fails where the field is missing: what was lost is said to be empty.
    let thoughts = capabilities
        .thinking_back
        .as_deref()
        .map(|field| (field, thoughts.join("\n\n")));
    Ok(Some(Message {
        role: "assistant",
        content,
        refusal: (!refusals.is_empty()).then(|| refusals.concat()),
        thoughts: Thoughts(thoughts),
        tool_calls: calls,
        tool_call_id: None,
    }))
}

fn write_call<'w>(call: &'w ToolCall<'_>, names: &'w ToolNames) -> Call<'w> {
    let arguments = match (call.custom, call.arguments.as_ref()) {
        (true, text) => free_text::wrapped(text).into(),
        (false, "") => "{}".into(),
        (false, text) => text.into(),
    };
    let name = names.provider(call.namespace.as_deref(), &call.name);
    Call {
        id: &call.id,
        r#type: "function",
        function: Called { name, arguments },
    }
}

/// What came back: results, then the rest in its order.
fn answered<'w>(
    turns: &'w [Turn<'_>],
    system_role: &'static str,
    messages: &mut Vec<Message<'w>>,
) -> Result<(), Untranslatable> {
    let mut identity = Vec::new();
    for part in turns.iter().flat_map(|turn| &turn.parts) {
        if let Part::ToolResult(result) = part {
            messages.push(write_result(result, &mut identity)?);
        }
    }
    for turn in turns {
        if turn.role == Role::System {
            let text = joined(&turn.parts, "\n\n")?;
            if !text.is_empty() {
                messages.push(Message::new(system_role, Content::Text(text)));
            }
            continue;
        }
        let mut pieces = std::mem::take(&mut identity);
        for part in turn.parts.iter().filter(|part| !matches!(part, Part::ToolResult(_))) {
            pieces.push(piece(part)?);
        }
        messages.extend(user(pieces));
    }
    messages.extend(user(identity));
    Ok(())
}

/// A message of the user; one text if there is nothing else.
fn user(mut pieces: Vec<Piece<'_>>) -> Option<Message<'_>> {
    if pieces.is_empty() {
        return None;
    }
    if pieces.iter().any(|piece| !matches!(piece, Piece::Text { .. })) {
        pieces.retain(|piece| !matches!(piece, Piece::Text { text } if text.is_empty()));
        return Some(Message::new("user", Content::Parts(pieces)));
    }
    let texts = pieces.into_iter().filter_map(|piece| match piece {
        Piece::Text { text } => Some(text),
        _ => None,
    });
    Some(Message::new("user", Content::Text(join(texts, "\n\n"))))
}

/// A tool's answer. Pictures and documents go to `identity`, after a line that says whose they are.
fn write_result<'w>(result: &'w ToolResult<'_>, identity: &mut Vec<Piece<'w>>) -> Result<Message<'w>, Untranslatable> {
    let texts = result.parts.iter().filter_map(|part| match part {
        Part::Text { text, .. } => Some(Cow::Borrowed(text.as_ref())),
        _ => None,
    });
    let mut text = join(texts, "\n\n");
    let others: Vec<_> = result
        .parts
        .iter()
        .filter(|part| !matches!(part, Part::Text { .. }))
        .collect();
    if !others.is_empty() {
        identity.push(Piece::Text {
            text: format!("Shown by the tool in its answer to {}:", result.id).into(),
        });
        for part in others {
            identity.push(piece(part)?);
        }
        if text.is_empty() {
            text = "What the tool shows follows its answer.".into();
        }
    }
    let says_so = text.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("error"));
    if result.is_error && !says_so {
        text = format!("Error: {text}").into();
    }
    Ok(Message {
        tool_call_id: Some(&result.id),
        ..Message::new("tool", Content::Text(text))
    })
}

fn piece<'w>(part: &'w Part<'_>) -> Result<Piece<'w>, Untranslatable> {
    Ok(match part {
        Part::Text { text, .. } | Part::Refusal(text) => Piece::Text {
            text: text.as_ref().into(),
        },
        Part::Image { source, detail, .. } => {
            let Some(url) = url(source) else {
                return Err(no_place("a picture that is text"));
            };
            Piece::ImageUrl {
                image_url: ImageUrl {
                    url,
                    detail: detail.as_deref(),
                },
            }
        }
        Part::File {
            source: Source::Text(text),
            name,
            ..
        } => Piece::Text {
            text: match name {
                Some(name) => format!("{name}:\n\n{text}").into(),
                None => text.as_ref().into(),
            },
        },
        Part::File {
            source: Source::Url(_), ..
        } => {
            return Err(no_place("documents at an address; send the document itself"));
        }
        Part::File {
            source: Source::Base64 { media_type, data },
            name,
            ..
        } => {
            // The name is required here.
            let filename = name.as_deref().unwrap_or(if media_type == "application/pdf" {
                "document.pdf"
            } else {
                "document"
            });
            Piece::File {
                file: File {
                    filename,
                    file_data: Url::Data { media_type, data },
                },
            }
        }
        Part::Audio { data, format } => Piece::InputAudio {
            input_audio: Audio { data, format },
        },
        Part::Thinking { .. } | Part::ToolCall(_) | Part::ToolResult(_) => {
            return Err(no_place("thoughts and calls in a turn of the user"));
        }
    })
}

fn url<'w>(source: &'w Source<'_>) -> Option<Url<'w>> {
    match source {
        Source::Base64 { media_type, data } => Some(Url::Data { media_type, data }),
        Source::Url(url) => Some(Url::Address(url)),
        Source::Text(_) => None,
    }
}

/// The texts of some parts as one.
fn joined<'w>(parts: &'w [Part<'_>], gap: &str) -> Result<Cow<'w, str>, Untranslatable> {
    let mut texts = Vec::new();
    for part in parts {
        match part {
            Part::Text { text, .. } => texts.push(Cow::Borrowed(text.as_ref())),
            _ => return Err(no_place("anything but text in instructions")),
        }
    }
    Ok(join(texts.into_iter(), gap))
}

/// Texts as one, empty ones left out; a single one is not copied.
fn join<'w>(texts: impl Iterator<Item = Cow<'w, str>>, gap: &str) -> Cow<'w, str> {
    let mut all: Cow<'w, str> = Cow::Borrowed("");
    for text in texts.filter(|text| !text.is_empty()) {
        if all.is_empty() {
            all = text;
        } else {
            let all = all.to_mut();
            all.push_str(gap);
            all.push_str(&text);
        }
    }
    all
}

fn no_place(what: &str) -> Untranslatable {
    Untranslatable::impossible("messages", format!("This model's provider has no place for {what}."))
}
