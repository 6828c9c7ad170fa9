//! The readers and writers together, on requests and answers of real clients and providers.

mod answers;
mod order;
mod refused_requests;
mod requests;
mod stream;
mod writing;
mod written_answers;
mod written_requests;
mod written_turns;

use crate::wire::neutral::Event;

/// The data of the events of a stream.
fn data(stream: &str) -> Vec<String> {
    let line = |event: &str| {
        event
            .lines()
            .find_map(|line| line.strip_prefix("data: ").map(str::to_owned))
    };
    stream
        .split("\n\n")
        .filter(|event| !event.is_empty())
        .map(|event| line(event).unwrap())
        .collect()
}

/// The events of a stream as lines of text: pieces of one part are joined, ends of parts are left out.
fn lines(events: &[String]) -> Vec<String> {
    let mut reader = super::read_events::ReadEvents::new(None);
    let mut lines = Lines::default();
    for event in events {
        reader.read(event.as_bytes(), &mut |event| lines.add(&event));
    }

    reader.finish(&mut |event| lines.add(&event));
    lines.0
}

#[derive(Default)]
struct Lines(Vec<String>);

impl Lines {
    fn add(&mut self, event: &Event<'_>) {
        let (head, text) = match event {
            Event::Text(text) => ("text ".to_owned(), text.to_string()),
            Event::Thinking(text) => ("thinking ".to_owned(), text.to_string()),
            Event::Refusal(text) => ("refusal ".to_owned(), text.to_string()),
            Event::ToolArguments { index, text } => (format!("arguments {index} "), text.to_string()),
            Event::PartEnd => return,
            Event::Start { .. } => ("start".to_owned(), String::new()),
            Event::Signature(signature) => (format!("signature {}", signature.packed()), String::new()),
            Event::Citation(citation) => (format!("citation {}", citation.url), String::new()),
            Event::ToolStart { index, id, name, .. } => (format!("call {index} {id} {name}"), String::new()),
            other => (format!("{other:?}"), String::new()),
        };

        match self.0.last_mut() {
            Some(last) if head.ends_with(' ') && last.starts_with(&head) => last.push_str(&text),
            _ if head.ends_with(' ') && text.is_empty() => {}
            _ => self.0.push(head + &text),
        }
    }
}

/// Requests of real clients, by name.
const REQUESTS: [(&str, &str); 10] = [
    (
        "plain",
        include_str!("../../../../tests/data/wire/messages/ask/plain.json"),
    ),
    (
        "stream",
        include_str!("../../../../tests/data/wire/messages/ask/stream.json"),
    ),
    (
        "tools",
        include_str!("../../../../tests/data/wire/messages/ask/tools.json"),
    ),
    (
        "parallel_tools",
        include_str!("../../../../tests/data/wire/messages/ask/parallel_tools.json"),
    ),
    (
        "image",
        include_str!("../../../../tests/data/wire/messages/ask/image.json"),
    ),
    (
        "thinking",
        include_str!("../../../../tests/data/wire/messages/ask/thinking.json"),
    ),
    (
        "structured_output",
        include_str!("../../../../tests/data/wire/messages/ask/structured_output.json"),
    ),
    (
        "refusal",
        include_str!("../../../../tests/data/wire/messages/ask/refusal.json"),
    ),
    (
        "length",
        include_str!("../../../../tests/data/wire/messages/ask/length.json"),
    ),
    (
        "claude_code",
        include_str!("../../../../tests/data/wire/messages/ask/claude_code.json"),
    ),
];

macro_rules! answer {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../../../tests/data/wire/messages/answer/", $name, ".json")),
            include_str!(concat!("../../../../tests/data/wire/messages/answer/", $name, ".sse")),
        )
    };
}

/// Answers of real providers by name, whole and streamed.
const ANSWERS: [(&str, &str, &str); 10] = [
    answer!("plain"),
    answer!("tools"),
    answer!("parallel_tools"),
    answer!("image"),
    answer!("thinking"),
    answer!("structured_output"),
    answer!("refusal"),
    answer!("length"),
    answer!("stop_sequence"),
    answer!("forced_output"),
];

fn request(name: &str) -> serde_json::Value {
    let (_, text) = REQUESTS.into_iter().find(|(known, _)| *known == name).unwrap();
    serde_json::from_str(text).unwrap()
}
