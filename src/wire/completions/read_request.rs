//! A client's request for a completion.

use std::borrow::Cow;

use serde_json::Value;

use crate::wire::chat::{sampling, stop};
use crate::wire::neutral::{Node, Part, Request, Role, Turn, Untranslatable};

/// Reads a client's request.
///
/// | field | what becomes of it |
/// | --- | --- |
/// | `model` | not read here: the gateway has chosen the model already |
/// | `prompt`: one text, or a list of one | a turn of the user |
/// | `prompt`: tokens, or several texts | refused |
/// | `suffix`, unless empty; `echo`; `best_of` and `n` above 1; `logprobs`; `logit_bias` with members | refused: a conversation cannot do that |
/// | `max_tokens` | the token limit; the provider's own if it is absent, not the 16 of old |
/// | `stop`, `temperature`, `top_p`, `frequency_penalty`, `presence_penalty`, `seed`, `user`, `service_tier`, `stream` | kept |
/// | anything else | dropped |
///
/// # Errors
/// If the request is not as the protocol wants it, or asks for what a conversation cannot give.
pub fn read_request(body: &Value) -> Result<Request<'_>, Untranslatable> {
    let body = Node::root(body);
    body.object()?;
    refuse_the_impossible(&body)?;

    Ok(Request {
        turns: vec![Turn {
            role: Role::User,
            parts: vec![Part::text(prompt(&body)?)],
        }],
        max_tokens: body.count_at("max_tokens")?,
        stop: stop(&body)?,
        sampling: sampling(&body)?,
        user: body.text_at("user")?.map(Cow::from),
        stream: body.flag_at("stream")?.unwrap_or(false),
        service_tier: body.text_at("service_tier")?.map(Cow::from),
        ..Request::default()
    })
}

fn refuse_the_impossible(body: &Node<'_, '_>) -> Result<(), Untranslatable> {
    for (key, why) in [
        ("best_of", "this model gives one answer at a time."),
        ("n", "this model gives one answer at a time; ask again for another."),
    ] {
        if let Some(node) = body.get(key).filter(|node| node.count() != Ok(1)) {
            node.count()?;
            return Err(node.impossible(why));
        }
    }

    if let Some(node) = body.get("echo")
        && node.flag()?
    {
        return Err(node.impossible("this model does not repeat the prompt."));
    }
    if let Some(node) = body.get("suffix")
        && !node.text()?.is_empty()
    {
        return Err(node.impossible("this model cannot fill a gap before a given text."));
    }
    if let Some(node) = body.get("logprobs").filter(|node| node.value != &Value::Bool(false)) {
        return Err(node.impossible("this model does not tell probabilities here."));
    }
    if let Some(node) = body.get("logit_bias")
        && !node.object()?.is_empty()
    {
        return Err(node.impossible("tokens cannot be biased here."));
    }

    Ok(())
}

/// Reads `prompt`: one text, or a list with one.
fn prompt<'a>(body: &Node<'a, '_>) -> Result<&'a str, Untranslatable> {
    let prompt = body.need("prompt")?;
    if let Some(text) = prompt.value.as_str() {
        return Ok(text);
    }

    let mut texts = prompt.list().map_err(|_| prompt.wanted("a string"))?;
    let first = texts.next().ok_or_else(|| prompt.wanted("a string"))?;
    if !first.value.is_string() {
        return Err(
            first.impossible("a prompt in tokens can only be read by the model that they were made for; send text.")
        );
    }
    if texts.len() > 0 {
        return Err(prompt.impossible("send one prompt at a time."));
    }

    first.text()
}
