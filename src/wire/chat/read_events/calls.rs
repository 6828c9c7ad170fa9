//! The calls of a provider's chat stream.

use serde_json::Value;

use super::ReadEvents;
use crate::wire::chat::answer::{arguments, call_id, list, text};
use crate::wire::neutral::Event;

impl ReadEvents {
    /// Reads the calls of a delta: those of `tool_calls`, or the retired `function_call`.
    pub(super) fn calls(&mut self, delta: &Value, out: &mut dyn FnMut(Event<'_>)) {
        let calls = list(delta, "tool_calls");
        for (position, call) in calls.iter().enumerate() {
            self.call(call, position, out);
        }

        if let Some(called) = delta
            .get("function_call")
            .filter(|called| calls.is_empty() && called.is_object())
        {
            self.call_piece(called, called, false, 0, out);
        }
    }

    /// A call begins, goes on, or both.
    fn call(&mut self, call: &Value, position: usize, out: &mut dyn FnMut(Event<'_>)) {
        let custom = call.get("custom").filter(|custom| custom.is_object());
        let Some(called) = custom.or_else(|| call.get("function")) else {
            return;
        };

        // Gemini's servers leave the index out, and send each call whole.
        let index = call.get("index").and_then(Value::as_u64).unwrap_or_else(|| {
            if text(call, "id").is_some() {
                self.calls.len() as u64
            } else {
                position as u64
            }
        });
        self.call_piece(call, called, custom.is_some(), index, out);
    }

    fn call_piece(&mut self, call: &Value, called: &Value, custom: bool, index: u64, out: &mut dyn FnMut(Event<'_>)) {
        let known = self.calls.iter().position(|known| *known == index);
        let Some(at) = known.or_else(|| self.call_start(call, called, custom, index, out)) else {
            return;
        };

        let text = arguments(called.get(if custom { "input" } else { "arguments" }));
        if !text.is_empty() {
            out(Event::ToolArguments { index: at, text });
        }
    }

    /// Begins a call and returns its index in the answer. `None` without a name: there is nothing to call.
    fn call_start(
        &mut self,
        call: &Value,
        called: &Value,
        custom: bool,
        index: u64,
        out: &mut dyn FnMut(Event<'_>),
    ) -> Option<usize> {
        let name = text(called, "name")?;
        let at = self.calls.len();
        self.calls.push(index);

        out(Event::ToolStart {
            index: at,
            id: call_id(call, Some(&self.id), at),
            name: name.into(),
            custom,
        });
        Some(at)
    }
}
