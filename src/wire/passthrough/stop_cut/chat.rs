//! Cuts the chunks of a chat stream. The text of each choice is one text, whatever comes between its pieces.

use serde_json::{Value, json};

use super::{CutEvents, Progress, Usage};
use crate::wire::stop_texts::{Passed, StopTexts, StopWindow};

/// The most choices that are searched.
const MOST_CHOICES: usize = 128;

/// The cut of one stream.
pub(super) struct Cut {
    texts: StopTexts,
    /// The number of choices that the client has asked for.
    answers: usize,
    include_usage: bool,
    choices: Vec<Choice>,
    /// The last chunk whose text was held back, without its choices.
    head: Value,
    /// The last open choice was cut, and its provider goes on.
    is_over: bool,
    lost: usize,
}

struct Choice {
    window: StopWindow,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// Its provider has ended it.
    Ended,
    /// A stop text has ended it.
    Cut,
}

impl Cut {
    pub(super) fn new(texts: StopTexts, answers: u64, include_usage: bool) -> Self {
        Self {
            texts,
            answers: usize::try_from(answers).unwrap_or(usize::MAX),
            include_usage,
            choices: Vec::new(),
            head: Value::Null,
            is_over: false,
            lost: 0,
        }
    }

    /// Cuts the choices of a chunk. Returns whether it changed.
    fn chunk(&mut self, chunk: &mut Value) -> bool {
        let Some(list) = chunk.get_mut("choices").and_then(Value::as_array_mut) else {
            return false;
        };

        let before = list.len();
        let (mut changed, mut cut_now) = (false, false);
        list.retain_mut(|choice| {
            let index = choice.get("index").and_then(Value::as_u64).unwrap_or(0);
            let index = usize::try_from(index).unwrap_or(usize::MAX);
            if index >= self.choices.len() && index < MOST_CHOICES {
                let texts = &self.texts;
                self.choices.resize_with(index + 1, || Choice::new(texts));
            }

            match self.choices.get_mut(index) {
                Some(Choice { state: State::Cut, .. }) => false,
                Some(known) => {
                    let ends = choice.get("finish_reason").is_some_and(Value::is_string);
                    let (is_changed, lost) = known.take(choice, ends);
                    changed |= is_changed;
                    cut_now |= known.state == State::Cut && !ends;
                    self.lost += lost;
                    true
                }
                None => true,
            }
        });

        changed |= list.len() < before;
        let is_over = |choice: &Choice| choice.state != State::Open;
        // The counts follow where the provider has ended the last choice.
        self.is_over = cut_now && self.choices.len() >= self.answers && self.choices.iter().all(is_over);
        changed
    }

    /// Appends what the open choices hold back.
    fn release(&mut self, out: &mut Vec<u8>) {
        for (index, choice) in self.choices.iter_mut().enumerate() {
            if !choice.window.holds() || choice.state == State::Cut {
                continue;
            }
            let mut last = json!({"index": index, "delta": {"content": ""}, "finish_reason": null});
            choice.end(&mut last);
            let mut chunk = self.head.clone();
            if let Some(chunk) = chunk.as_object_mut() {
                chunk.insert("choices".into(), json!([last]));
            }
            append(&chunk, out);
        }
    }
}

impl CutEvents for Cut {
    fn event(&mut self, data: &[u8], out: &mut Vec<u8>) {
        if data == b"[DONE]" {
            self.release(out);
            return append_data(data, out);
        }
        let Ok(mut chunk) = serde_json::from_slice::<Value>(data) else {
            return append_data(data, out);
        };

        if !self.chunk(&mut chunk) {
            return append_data(data, out);
        }
        self.head = without_choices(&chunk);
        let is_empty = chunk
            .get("choices")
            .and_then(Value::as_array)
            .is_some_and(|choices| choices.is_empty());
        if !is_empty || chunk.get("usage").is_some_and(Value::is_object) {
            append(&chunk, out);
        }
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        self.release(out);
    }

    fn progress(&self) -> Progress {
        Progress {
            has_cut: self.choices.iter().any(|choice| choice.state == State::Cut),
            is_over: self.is_over,
            lost: self.lost,
        }
    }

    fn close(&self, usage: Usage, out: &mut Vec<u8>) {
        if self.include_usage {
            let tokens = usage.tokens;
            let mut chunk = self.head.clone();
            if let Some(chunk) = chunk.as_object_mut() {
                chunk.insert("choices".into(), json!([]));
                chunk.insert(
                    "usage".into(),
                    json!({"prompt_tokens": tokens.prompt, "completion_tokens": tokens.completion,
                        "total_tokens": tokens.prompt.saturating_add(tokens.completion)}),
                );
            }
            append(&chunk, out);
        }
        append_data(b"[DONE]", out);
    }
}

impl Choice {
    fn new(texts: &StopTexts) -> Self {
        Self {
            window: StopWindow::new(texts.clone()),
            state: State::Open,
        }
    }

    /// Takes the next chunk of the choice; `ends`: its provider ends it. Returns whether it changed, and the bytes of text that are lost.
    fn take(&mut self, choice: &mut Value, ends: bool) -> (bool, usize) {
        let content = choice.get_mut("delta").and_then(|delta| delta.get_mut("content"));
        let (mut changed, mut lost) = (false, 0);

        match content {
            Some(Value::String(text)) => (changed, lost) = self.text(text),
            // Mistral's parts.
            Some(Value::Array(parts)) => parts.retain_mut(|part| {
                let is_text = part.get("type").and_then(Value::as_str) == Some("text");
                let text = part.get_mut("text").filter(|_| is_text);
                match text {
                    Some(Value::String(text)) if self.state == State::Open => {
                        let (cut, gone) = self.text(text);
                        (changed, lost) = (changed | cut, lost + gone);
                        true
                    }
                    _ => self.state == State::Open,
                }
            }),
            _ => {}
        }

        if self.state == State::Cut {
            finish(choice);
        } else if ends {
            let (ended, gone) = self.end(choice);
            (changed, lost) = (changed | ended, lost + gone);
        }
        (changed, lost)
    }

    fn text(&mut self, text: &mut String) -> (bool, usize) {
        let passed = self.window.push(text);
        self.note(&passed);
        let changed = passed.text != *text || passed.ended_by.is_some();
        *text = passed.text;
        (changed, passed.lost)
    }

    /// Ends a choice: what it holds back goes out with its last chunk.
    fn end(&mut self, choice: &mut Value) -> (bool, usize) {
        self.state = State::Ended;
        if !self.window.holds() {
            return (false, 0);
        }

        let passed = self.window.finish();
        self.note(&passed);
        let delta = choice.get_mut("delta").filter(|delta| delta.is_object());
        if let Some(delta) = delta {
            let before = match delta.get("content") {
                Some(Value::String(text)) => text.clone(),
                _ => String::new(),
            };
            delta["content"] = (before + &passed.text).into();
        }
        if self.state == State::Cut {
            finish(choice);
        }
        (true, passed.lost)
    }

    fn note(&mut self, passed: &Passed) {
        if passed.ended_by.is_some() {
            self.state = State::Cut;
        }
    }
}

/// The last chunk of a choice that a stop text ended.
fn finish(choice: &mut Value) {
    if let Some(delta) = choice.get_mut("delta").and_then(Value::as_object_mut) {
        delta.remove("tool_calls");
    }
    choice["finish_reason"] = "stop".into();
}

fn without_choices(chunk: &Value) -> Value {
    let mut head = chunk.clone();
    if let Some(head) = head.as_object_mut() {
        head.remove("choices");
        head.remove("usage");
    }
    head
}

fn append(chunk: &Value, out: &mut Vec<u8>) {
    append_data(chunk.to_string().as_bytes(), out);
}

fn append_data(data: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"data: ");
    out.extend_from_slice(data);
    out.extend_from_slice(b"\n\n");
}
