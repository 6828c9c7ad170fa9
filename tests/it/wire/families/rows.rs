//! The families: a model of each, its protocols, and the strict server that stands for it.

use crossmodel::domain::Protocol::{self, AnthropicMessages, OpenaiChat, OpenaiResponses};
use crossmodel::domain::{Model, Provider, facts};
use crossmodel::wire::adapt::TargetFacts;
use serde_json::{Value, json};

use crate::wire::recorded;
use crate::wire::servers::claude::claude;
use crate::wire::servers::openai::Gpt;
use crate::wire::servers::{Checked, Made, claude, gemini, hosts, mistral, openai, thinkers};

/// A family of models.
pub struct Family {
    /// The name of its golden files.
    pub name: &'static str,
    /// A model of the catalog, or `template:` and the kind of a server of one's own.
    pub model: &'static str,
    /// The protocols that it is served in.
    pub protocols: &'static [Protocol],
    /// Refuses a request as the server does. It is told of signatures of its own.
    pub check: fn(Protocol, &Value, &[Made]) -> Checked,
}

impl Family {
    /// What the family takes in a protocol.
    pub fn target(&self, protocol: Protocol) -> TargetFacts {
        let facts = match self.model.strip_prefix("template:") {
            Some(template) => own_server(template, protocol),
            None => recorded::facts(self.model, protocol),
        };
        TargetFacts::new(facts, protocol, self.name)
    }
}

/// The facts of a model at a server of one's own.
fn own_server(template: &str, protocol: Protocol) -> crossmodel::domain::Facts {
    let provider = json!({"id": "mine", "name": "Mine", "protocol": protocol.as_str(), "base_url": "https://mine.example/v1",
        "endpoints": [], "template": template});
    let model = json!({"id": "mine/m", "name": "m", "provider": "mine", "upstream_model": "m", "type": "chat",
        "protocols": [protocol.as_str()], "context_length": 128_000, "pricing": {"prompt": "0", "completion": "0"},
        "features": {"tools": true}});
    let provider: Provider = serde_json::from_value(provider).unwrap();
    let model: Model = serde_json::from_value(model).unwrap();
    facts(&provider, &model, protocol)
}

fn gpt(protocol: Protocol, request: &Value, said: &[Made], model: &Gpt) -> Checked {
    match protocol {
        OpenaiChat => openai::chat(request, model),
        _ => openai::gpt(request, said, model),
    }
}

pub const FAMILIES: [Family; 22] = [
    Family {
        name: "gpt-5.5",
        model: "openai/gpt-5.5",
        protocols: &[OpenaiChat, OpenaiResponses],
        check: |protocol, request, said| gpt(protocol, request, said, &openai::GPT_5_5),
    },
    Family {
        name: "gpt-5.1",
        model: "openai/gpt-5.1",
        protocols: &[OpenaiChat, OpenaiResponses],
        check: |protocol, request, said| gpt(protocol, request, said, &openai::GPT_5_1),
    },
    Family {
        name: "o3",
        model: "openai/o3",
        protocols: &[OpenaiChat, OpenaiResponses],
        check: |protocol, request, said| gpt(protocol, request, said, &openai::O_SERIES),
    },
    Family {
        name: "claude-4.5",
        model: "anthropic/claude-sonnet-4-5",
        protocols: &[AnthropicMessages],
        check: |_, request, _| claude(request, &[], claude::CLAUDE_4_5),
    },
    Family {
        name: "claude-4.6",
        model: "anthropic/claude-opus-4-6",
        protocols: &[AnthropicMessages],
        check: |_, request, _| claude(request, &[], claude::CLAUDE_4_6),
    },
    Family {
        name: "claude-4.8",
        model: "anthropic/claude-opus-4-8",
        protocols: &[AnthropicMessages],
        check: |_, request, _| claude(request, &[], claude::CLAUDE_4_8),
    },
    Family {
        name: "claude-5.5",
        model: "anthropic/claude-opus-5-5",
        protocols: &[AnthropicMessages],
        check: |_, request, _| claude(request, &[], claude::CLAUDE_5_5),
    },
    Family {
        name: "gemini-3",
        model: "google/gemini-3.5-flash",
        protocols: &[OpenaiChat],
        check: |_, request, _| gemini::gemini(request, &[]),
    },
    Family {
        name: "deepseek-v4",
        model: "deepseek/deepseek-v4-pro",
        protocols: &[OpenaiChat, AnthropicMessages],
        check: |protocol, request, _| thinkers::deepseek(protocol, request, &[]),
    },
    Family {
        name: "kimi-k3",
        model: "moonshotai/kimi-k3",
        protocols: &[OpenaiChat, AnthropicMessages],
        check: |protocol, request, _| thinkers::kimi_k3(protocol, request, &[]),
    },
    Family {
        name: "kimi-k2",
        model: "moonshotai/kimi-k2.6",
        protocols: &[OpenaiChat, AnthropicMessages],
        check: |protocol, request, _| thinkers::kimi_k2(protocol, request, &[]),
    },
    Family {
        name: "glm-5",
        model: "zai/glm-5.3",
        protocols: &[OpenaiChat],
        check: |_, request, _| hosts::glm(request),
    },
    Family {
        name: "qwen",
        model: "alibaba/qwen3.8-max",
        protocols: &[OpenaiChat],
        check: |_, request, _| hosts::qwen(request),
    },
    Family {
        name: "minimax",
        model: "minimax/minimax-m2.7",
        protocols: &[OpenaiChat, AnthropicMessages],
        check: |protocol, request, _| thinkers::minimax(protocol, request, &[]),
    },
    Family {
        name: "mistral",
        model: "mistral/mistral-large-latest",
        protocols: &[OpenaiChat],
        check: |_, request, _| mistral::mistral(request),
    },
    Family {
        name: "xai",
        model: "xai/grok-4.5",
        protocols: &[OpenaiChat, OpenaiResponses],
        check: |protocol, request, _| hosts::xai(protocol, request),
    },
    Family {
        name: "groq",
        model: "groq/openai/gpt-oss-120b",
        protocols: &[OpenaiChat],
        check: |_, request, _| hosts::groq(request),
    },
    Family {
        name: "perplexity",
        model: "perplexity/sonar-pro",
        protocols: &[OpenaiChat],
        check: |_, request, _| hosts::perplexity(request),
    },
    Family {
        name: "cerebras",
        model: "cerebras/gpt-oss-120b",
        protocols: &[OpenaiChat],
        check: |_, request, _| hosts::cerebras(request),
    },
    Family {
        name: "fireworks",
        model: "fireworks/kimi-k3",
        protocols: &[OpenaiChat, AnthropicMessages],
        check: |protocol, request, _| hosts::fireworks(protocol, request),
    },
    Family {
        name: "vllm",
        model: "template:vllm",
        protocols: &[OpenaiChat],
        check: |_, request, _| hosts::template(request),
    },
    Family {
        name: "ollama",
        model: "template:ollama",
        protocols: &[OpenaiChat],
        check: |_, request, _| hosts::ollama(request),
    },
];
