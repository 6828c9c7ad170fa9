//! A conversation as it is written, and the rules that Anthropic has for it.

use serde::Serialize;

use crate::wire::messages::block::Block;

#[derive(Debug, Serialize)]
pub(in crate::wire::messages) struct Message<'a> {
    pub(in crate::wire::messages) role: &'static str,
    pub(in crate::wire::messages) content: Vec<Block<'a>>,
}

/// The system text before the conversation, and the conversation.
#[derive(Debug, Default)]
pub(in crate::wire::messages) struct Conversation<'a> {
    pub(in crate::wire::messages) system: Vec<Block<'a>>,
    pub(in crate::wire::messages) messages: Vec<Message<'a>>,
}

impl<'a> Conversation<'a> {
    /// Adds blocks to the last message if it has the same role, else as a new message. Without blocks nothing is added.
    pub(super) fn add(&mut self, role: &'static str, mut blocks: Vec<Block<'a>>) {
        if blocks.is_empty() {
            return;
        }

        match self.messages.last_mut() {
            Some(last) if last.role == role => last.content.append(&mut blocks),
            _ => self.messages.push(Message { role, content: blocks }),
        }
    }

    /// Makes it a conversation that Anthropic takes.
    pub(super) fn settle(&mut self) {
        self.drop_bare_thoughts();
        for message in &mut self.messages {
            message
                .content
                .sort_by_key(|block| !matches!(block, Block::ToolResult { .. }));
        }

        self.trim_last_text();
        self.begin_with_user();
    }

    /// Drops messages of the assistant that hold no more than thoughts.
    fn drop_bare_thoughts(&mut self) {
        let thoughts = |block: &Block<'_>| matches!(block, Block::Thinking { .. } | Block::RedactedThinking { .. });
        for message in std::mem::take(&mut self.messages) {
            if message.role != "assistant" || !message.content.iter().all(thoughts) {
                self.add(message.role, message.content);
            }
        }
    }

    fn trim_last_text(&mut self) {
        if let Some(last) = self.messages.last_mut().filter(|last| last.role == "assistant")
            && let Some(Block::Text { text, .. }) = last.content.last_mut()
        {
            *text = std::mem::take(text).trim_end().to_owned().into();
        }
    }

    fn begin_with_user(&mut self) {
        if self.messages.is_empty() {
            let system = std::mem::take(&mut self.system);
            self.add("user", system);
        } else if self.messages.first().is_some_and(|first| first.role != "user") {
            let note = Block::text("[The assistant speaks first.]");
            self.messages.insert(
                0,
                Message {
                    role: "user",
                    content: vec![note],
                },
            );
        }
    }

    /// Whether the calls that are being answered have no thought before the first of them. A model thinks once before several
    /// rounds of calls.
    pub(in crate::wire::messages) fn last_calls_lack_thoughts(&self) -> bool {
        let has_result = |message: &Message<'_>| {
            let mut blocks = message.content.iter();
            blocks.any(|block| matches!(block, Block::ToolResult { .. }))
        };
        let begin = self
            .messages
            .iter()
            .rposition(|message| message.role != "assistant" && !has_result(message));
        let rounds = self
            .messages
            .get(begin.map_or(0, |begin| begin + 1)..)
            .unwrap_or_default();
        let first = rounds.iter().find(|message| message.role == "assistant");
        first.is_some_and(|message| {
            has_calls(message)
                && !matches!(
                    message.content.first(),
                    Some(Block::Thinking { .. } | Block::RedactedThinking { .. })
                )
        })
    }

    /// Whether a block has the client's own mark for the cache.
    pub(in crate::wire::messages) fn is_marked(&self) -> bool {
        let marked = |block: &Block<'_>| match block {
            Block::Text { cache_control, .. }
            | Block::Image { cache_control, .. }
            | Block::Document { cache_control, .. }
            | Block::ToolResult { cache_control, .. } => cache_control.is_some(),
            Block::Thinking { .. }
            | Block::RedactedThinking { .. }
            | Block::ToolUse { .. }
            | Block::ServerToolUse { .. }
            | Block::WebSearchToolResult { .. } => false,
        };

        self.system
            .iter()
            .chain(self.messages.iter().flat_map(|message| &message.content))
            .any(marked)
    }

    /// The names of the tools in the calls, each once.
    pub(in crate::wire::messages) fn called(&self) -> Vec<&'a str> {
        let mut seen = Vec::new();
        for block in self.messages.iter().flat_map(|message| &message.content) {
            if let Block::ToolUse { name, .. } = block
                && !seen.contains(name)
            {
                seen.push(*name);
            }
        }
        seen
    }
}

pub(super) fn has_calls(message: &Message<'_>) -> bool {
    message
        .content
        .iter()
        .any(|block| matches!(block, Block::ToolUse { .. }))
}
