//! The eight families, and what makes each of them strict.

use crossmodel::domain::Protocol::{self, AnthropicMessages, OpenaiChat, OpenaiResponses};
use crossmodel::wire::operation::Operation;
use serde_json::Value;

use crate::wire::servers::{Made, claude, gemini, mistral, openai, thinkers};

/// A family of models.
pub struct Family {
    /// The model's name at its provider.
    pub name: &'static str,
    /// Its id in the catalog.
    pub model: &'static str,
    /// The protocols that take a request with tools, the best one first.
    pub protocols: &'static [Protocol],
    /// Refuses a request as the server does. It is told what the server has said before.
    pub check: fn(Protocol, &Value, &[Made]) -> Result<(), String>,
    /// Ids of calls: `{}` is their number in the session.
    pub call_id: &'static str,
    /// Whether its thoughts are signed in each of its protocols; else they come in words only.
    pub signs: bool,
}

impl Family {
    /// The protocol in which the gateway calls the model for a client.
    pub fn protocol_for(&self, client: Operation) -> Protocol {
        let native = self
            .protocols
            .iter()
            .find(|protocol| client.native() == Some(**protocol));
        *native.unwrap_or(&self.protocols[0])
    }
}

pub const FAMILIES: [&Family; 8] = [
    &Family {
        name: "claude-sonnet-4-5",
        model: "anthropic/claude-sonnet-4-5",
        protocols: &[AnthropicMessages],
        check: |_, request, said| claude::claude(request, said, claude::CLAUDE_4_5),
        call_id: "toolu_01{}",
        signs: true,
    },
    &Family {
        name: "claude-opus-5-5",
        model: "anthropic/claude-opus-5-5",
        protocols: &[AnthropicMessages],
        check: |_, request, said| claude::claude(request, said, claude::CLAUDE_5_5),
        call_id: "toolu_02{}",
        signs: true,
    },
    &Family {
        name: "gpt-5.5",
        model: "openai/gpt-5.5",
        protocols: &[OpenaiResponses],
        check: |_, request, said| openai::gpt(request, said, &openai::GPT_5_5),
        call_id: "call_Gx{}",
        signs: true,
    },
    &Family {
        name: "gemini-3.1-pro-preview",
        model: "google/gemini-3.1-pro-preview",
        protocols: &[OpenaiChat],
        check: |_, request, said| gemini::gemini(request, said),
        call_id: "function-call-{}",
        signs: true,
    },
    &Family {
        name: "deepseek-v4-pro",
        model: "deepseek/deepseek-v4-pro",
        protocols: &[OpenaiChat, AnthropicMessages],
        check: thinkers::deepseek,
        call_id: "call_00_{}",
        signs: false,
    },
    &Family {
        name: "kimi-k3",
        model: "moonshotai/kimi-k3",
        protocols: &[OpenaiChat, AnthropicMessages],
        check: thinkers::kimi_k3,
        call_id: "functions.read:{}",
        signs: false,
    },
    &Family {
        name: "mistral-large-latest",
        model: "mistral/mistral-large-latest",
        protocols: &[OpenaiChat],
        check: |_, request, _| mistral::mistral(request),
        call_id: "Mi5tra1{}",
        signs: false,
    },
    &Family {
        name: "MiniMax-M2.7",
        model: "minimax/minimax-m2.7",
        protocols: &[OpenaiChat, AnthropicMessages],
        check: thinkers::minimax,
        call_id: "call_function_{}_1",
        signs: false,
    },
];
