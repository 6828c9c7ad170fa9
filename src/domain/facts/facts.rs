//! What a model takes and gives at one address.

use std::collections::BTreeMap;

use serde_json::Value;

use super::betas::Betas;
use super::effort::Effort;
use super::field::FieldFact;
use super::patch::{Patched, patched};
use super::words::*;
use crate::domain::values::Protocol;

patched! {
    /// What a model takes at one address of its provider, and what its answers are like. A default is what is assumed of a
    /// server that speaks OpenAI chat and of which nothing is known.
    pub struct Facts, FactsPatch {
        /// The name of the token limit's field (chat).
        limit_field: LimitField = LimitField::default(),
        /// What happens with a field that the provider does not know.
        unknown_fields: UnknownFields = UnknownFields::default(),
        /// It takes OpenAI's own fields: `store`, `metadata`, `prompt_cache_key`, `service_tier`, `verbosity` and the like.
        openai_fields: bool = false,
        /// It takes Anthropic's own fields beyond the messages: `context_management`, `container`, `mcp_servers`, `betas`, and
        /// the note about billing that Claude Code puts first.
        anthropic_fields: bool = false,
        /// What it does with single top-level fields, by name.
        fields: BTreeMap<String, FieldFact> = BTreeMap::new(),
        /// It takes `temperature` or `top_p`, and refuses both together.
        one_sampling: bool = false,
        /// It takes `stream_options` (chat).
        stream_options: bool = true,
        /// Top-level fields that the gateway adds.
        adds: BTreeMap<String, Value> = BTreeMap::new(),
        /// The longest answer in tokens, if it is known.
        max_tokens: Option<u64> = None,
        /// The most stop texts of one request, if there is a limit.
        max_stops: Option<u64> = None,
        /// The roles of messages.
        roles: Roles = Roles::default(),
        /// The ids of calls.
        ids: Ids = Ids::default(),
        /// Tools and their choice.
        tools: Tools = Tools::default(),
        /// JSON schemas, of tools and of answers.
        schema: Schemas = Schemas::default(),
        /// Thoughts.
        thinking: ThinkingFacts = ThinkingFacts::default(),
        /// Signatures of thoughts.
        seals: Seals = Seals::default(),
        /// Marks for caching.
        cache_marks: CacheMarks = CacheMarks::default(),
        /// Pictures, documents and sound.
        media: Media = Media::default(),
        /// Which betas it takes, of the headers `anthropic-beta` and `openai-beta`.
        betas: Betas = Betas::default(),
        /// Whether the conversation may end with the model's own words.
        prefill: Prefill = Prefill::default(),
        /// What a protocol of the provider cannot take.
        protocols: Vec<ProtocolRule> = Vec::new(),
        /// What answers are like.
        answers: Answers = Answers::default(),
    }
}

patched! {
    /// The roles of messages.
    pub struct Roles, RolesPatch {
        /// What the role `developer` becomes (chat).
        developer: DeveloperRole = DeveloperRole::default(),
        /// Where instructions may stand.
        system: SystemTurns = SystemTurns::default(),
        /// How turns may follow each other.
        order: TurnOrder = TurnOrder::default(),
        /// Whose turn may be the last one, if `prefill` says nothing.
        last: TurnLast = TurnLast::default(),
    }
}

patched! {
    /// The ids of calls.
    pub struct Ids, IdsPatch {
        /// The ids of tool calls that the server accepts.
        call: CallIds = CallIds::default(),
    }
}

patched! {
    /// Tools and their choice.
    pub struct Tools, ToolsPatch {
        /// What becomes of `strict`.
        strict: StrictTools = StrictTools::default(),
        /// Whether a tool needs `parameters`.
        parameters: ToolParameters = ToolParameters::default(),
        /// What the server does with an empty list.
        empty_list: EmptyTools = EmptyTools::default(),
        /// It takes `parallel_tool_calls: true`.
        parallel_field: bool = false,
        /// It takes tools with free text; in Responses also groups of tools, and tools among the items.
        custom: bool = false,
        /// The tools that the provider runs itself: of `web_search`.
        hosted: Vec<String> = Vec::new(),
        /// The choices of tools that it takes: of `auto`, `none`, `required`, `named`.
        choice: Vec<String> = ["auto", "none", "required", "named"].map(Into::into).into(),
        /// What happens when a tool is forced while the model thinks.
        choice_thinking: ForcedChoice = ForcedChoice::default(),
    }
}

patched! {
    /// JSON schemas, of tools and of answers.
    pub struct Schemas, SchemasPatch {
        /// Keywords that are refused in a schema of the answer.
        deny: Vec<String> = Vec::new(),
        /// What the server does with a union at the root of a tool's schema.
        root_unions: RootUnions = RootUnions::default(),
        /// A schema of the answer has to be closed (`additionalProperties: false`).
        closed: bool = false,
        /// A schema of the answer may contain itself.
        recursion: bool = true,
        /// The best shape of an answer that can be asked for.
        formats: AnswerFormats = AnswerFormats::default(),
        /// A shape may be asked for beside tools.
        with_tools: bool = true,
    }
}

patched! {
    /// Thoughts.
    pub struct ThinkingFacts, ThinkingFactsPatch {
        /// Whether the model thinks, if that is known.
        thinks: Option<bool> = None,
        /// Whether it thinks if the request says nothing.
        default_on: Option<bool> = None,
        /// How thinking is switched on (chat).
        switch: ThinkingSwitch = ThinkingSwitch::default(),
        /// The efforts that the model has, if they are known.
        efforts: Option<Vec<String>> = None,
        /// Whether thinking can be switched off.
        off: ThinkingOff = ThinkingOff::default(),
        /// The least budget in tokens, for models that take a budget (Anthropic's older models).
        least_budget: Option<u64> = None,
        /// What the server does with thoughts of earlier turns.
        back: ThoughtsBack = ThoughtsBack::default(),
        /// The field in which thoughts go back with the model's turns (chat); `content`: as `<think>…</think>` before the text.
        back_field: Option<String> = None,
        /// A space is taken for thoughts that were lost.
        placeholder: bool = false,
        /// Whether thoughts can come with a whole answer.
        whole_answers: WholeAnswers = WholeAnswers::default(),
        /// Summaries of thoughts can be asked for (Responses).
        summaries: bool = true,
    }
}

patched! {
    /// Signatures of thoughts.
    pub struct Seals, SealsPatch {
        /// The name of those who can read each other's signatures; empty: the server makes none.
        domain: String = String::new(),
        /// A value that may stand for a missing signature.
        missing: Option<String> = None,
        /// What a signature is bound to.
        binding: SealBinding = SealBinding::default(),
    }
}

patched! {
    /// Marks for caching.
    pub struct CacheMarks, CacheMarksPatch {
        /// The most marks of a request; 0: they are taken out.
        most: u64 = 0,
        /// A mark may state how long it lasts.
        ttl: bool = false,
        /// A mark at the top of the request helps.
        auto: bool = false,
    }
}

patched! {
    /// Pictures, documents and sound, as the model reads them; `None` if that is not known.
    pub struct Media, MediaPatch {
        /// It sees pictures.
        image: Option<bool> = None,
        /// It reads documents.
        pdf: Option<bool> = None,
        /// It hears sound.
        audio: Option<bool> = None,
        /// They may stand in the result of a tool.
        in_results: bool = false,
        /// It opens the addresses of pictures and documents; else only their bytes can be sent.
        addresses: bool = true,
    }
}

patched! {
    /// What answers are like.
    pub struct Answers, AnswersPatch {
        /// Thoughts come as `<think>…</think>` at the start of the text.
        think_tags: bool = false,
        /// Thoughts are counted on top of the completion.
        usage_outside: Option<bool> = None,
        /// What the server does with a prompt that is too long.
        overflow: Overflow = Overflow::default(),
    }
}

impl Facts {
    /// The facts with what `patch` states in their place.
    #[must_use]
    pub fn with(mut self, patch: &FactsPatch) -> Self {
        self.apply(patch);
        self
    }

    /// What the model does with a top-level field; `Ok` if nothing is stated.
    pub fn field(&self, name: &str) -> &FieldFact {
        self.fields.get(name).unwrap_or(&FieldFact::Ok)
    }

    /// Whether the model thinks in a request that asks for it (`Some(true)`), asks it not to, or says nothing.
    pub fn thinks(&self, asked: Option<bool>) -> bool {
        let thinking = &self.thinking;
        match asked {
            Some(true) => thinking.thinks != Some(false),
            Some(false) => thinking.must_think(),
            // A model of which nothing more is known may think.
            None => thinking.thinks == Some(true) && thinking.default_on.unwrap_or(true),
        }
    }

    /// Whether the provider searches the web for the model.
    pub fn searches_web(&self) -> bool {
        self.tools.hosted.iter().any(|tool| tool == "web_search")
    }

    /// Whether the model obeys so many stop texts at an address that speaks `protocol`. `thinks`: in a request in which it
    /// thinks.
    pub fn takes_stops(&self, protocol: Protocol, count: usize, thinks: bool) -> bool {
        let name = match protocol {
            Protocol::OpenaiResponses => return false,
            Protocol::AnthropicMessages if self.fields.contains_key("stop_sequences") => "stop_sequences",
            _ => "stop",
        };
        self.obeys(name, thinks) && self.max_stops.is_none_or(|most| count as u64 <= most)
    }

    /// Whether the model obeys a top-level field, at least with some value. `thinks`: for a request in which it thinks.
    pub fn obeys(&self, name: &str, thinks: bool) -> bool {
        match self.field(name) {
            FieldFact::Refused | FieldFact::Ignored | FieldFact::Only(_) => false,
            FieldFact::RefusedIfThinks => !thinks,
            FieldFact::Ok | FieldFact::Range { .. } | FieldFact::Named(_) => true,
        }
    }
}

impl FactsPatch {
    /// Adds what `above` states, which wins.
    pub fn join(&mut self, above: &Self) {
        <Facts as Patched>::join(self, above);
    }
}

impl ThinkingFacts {
    /// The model cannot be kept from thinking.
    pub fn must_think(&self) -> bool {
        self.off == ThinkingOff::Impossible
    }

    /// The effort nearest to `wanted` that the model knows: the next lower one, else the lowest.
    pub fn nearest_effort(&self, wanted: Effort) -> Option<Effort> {
        let Some(known) = &self.efforts else {
            return Some(wanted);
        };

        let known: Vec<_> = Effort::ALL
            .into_iter()
            .filter(|e| known.iter().any(|k| k == e.as_str()))
            .collect();
        known.iter().rev().find(|&&e| e <= wanted).or(known.first()).copied()
    }
}
