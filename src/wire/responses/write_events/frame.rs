//! One event of a stream, as it is written.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::wire::responses::annotation::Annotation;
use crate::wire::responses::response::ResponseObject;

/// The item and the part that an event belongs to. Most events have it.
#[derive(Clone, Copy, Serialize)]
pub(super) struct ItemPosition<'a> {
    pub item_id: &'a str,
    pub output_index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary_index: Option<usize>,
}

impl<'a> ItemPosition<'a> {
    pub fn of(item_id: &'a str, output_index: usize) -> Self {
        Self {
            item_id,
            output_index,
            content_index: None,
            summary_index: None,
        }
    }

    pub fn content(item_id: &'a str, output_index: usize, index: usize) -> Self {
        Self {
            content_index: Some(index),
            ..Self::of(item_id, output_index)
        }
    }

    pub fn summary(item_id: &'a str, output_index: usize) -> Self {
        Self {
            summary_index: Some(0),
            ..Self::of(item_id, output_index)
        }
    }
}

/// The fields beside the position. An event has few of them.
#[derive(Default, Serialize)]
pub(super) struct Fields<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logprobs: Option<[(); 0]>,
}

impl<'a> Fields<'a> {
    pub fn delta(text: &'a str) -> Self {
        Self {
            delta: Some(text),
            ..Self::default()
        }
    }
}

#[derive(Serialize)]
pub(super) struct Positioned<'a, F> {
    #[serde(flatten)]
    pub position: ItemPosition<'a>,
    #[serde(flatten)]
    pub fields: F,
}

#[derive(Serialize)]
pub(super) struct WithPart<P> {
    pub part: P,
}

#[derive(Serialize)]
pub(super) struct WithAnnotation<'a> {
    pub annotation_index: usize,
    pub annotation: &'a Annotation<'static>,
}

#[derive(Serialize)]
pub(super) struct WithItem<'a> {
    pub output_index: usize,
    pub item: &'a RawValue,
}

#[derive(Serialize)]
pub(in crate::wire::responses) struct WithResponse<'a> {
    pub response: ResponseObject<'a>,
}

/// Appends an event: its name, its type, its sequence number and `fields`, an object with at least one field.
pub(in crate::wire::responses) fn append(kind: &str, sequence: &mut u64, fields: &impl Serialize, out: &mut Vec<u8>) {
    out.extend_from_slice(
        format!("event: {kind}\ndata: {{\"type\":\"{kind}\",\"sequence_number\":{sequence}").as_bytes(),
    );

    let comma = out.len();
    if serde_json::to_writer(&mut *out, fields).is_ok()
        && let Some(brace) = out.get_mut(comma)
    {
        *brace = b',';
    } else {
        // These types always become JSON. If one did not, the client would still get a valid event.
        out.truncate(comma);
        out.push(b'}');
    }

    out.extend_from_slice(b"\n\n");
    *sequence += 1;
}
