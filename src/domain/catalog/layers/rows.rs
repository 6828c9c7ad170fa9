//! What a protocol, and the older fields of the catalog's rows, say about what a model takes.

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};

use crate::domain::catalog::model::Model;
use crate::domain::catalog::provider::Provider;
use crate::domain::facts::{
    AnswerFormats, BetaWord, Betas, CallIds, DeveloperRole, FactsPatch, FieldFact, StrictTools, SystemTurns,
    ThinkingOff, ThinkingSwitch, ThoughtsBack, UnknownFields,
};
use crate::domain::values::Protocol;

/// The settings of sampling, which many models that think refuse together.
const SAMPLING: [&str; 5] = ["temperature", "top_p", "top_k", "presence_penalty", "frequency_penalty"];

/// What is assumed of every server that speaks a protocol, beyond the defaults, which are those of chat.
pub(super) fn of_protocol(protocol: Protocol) -> FactsPatch {
    let mut patch = FactsPatch::default();
    match protocol {
        Protocol::OpenaiChat | Protocol::Gemini => {}
        Protocol::OpenaiResponses => {
            patch.roles.developer = Some(DeveloperRole::Native);
            patch.roles.system = Some(SystemTurns::Anywhere);
            patch.media.in_results = Some(true);
        }
        Protocol::AnthropicMessages => {
            patch.roles.system = Some(SystemTurns::Field);
            patch.ids.call = Some(CallIds::ShortWord);
            patch.cache_marks.most = Some(4);
            // A server that knows no betas passes over their header; a proxy of Anthropic needs it.
            patch.betas = Some(Betas::Word(BetaWord::Pass));
            patch.media.in_results = Some(true);
            let range = FieldFact::Range {
                min: Some(0.into()),
                max: Some(1.into()),
            };
            patch.fields.insert("temperature".into(), range);
        }
    }

    patch
}

/// What the older fields of a provider's row say.
pub(super) fn of_provider(provider: &Provider) -> FactsPatch {
    let mut patch = FactsPatch {
        limit_field: provider.max_tokens_field.as_deref().and_then(named),
        openai_fields: provider.openai_fields.then_some(true),
        unknown_fields: provider.refuses_unknown.then_some(UnknownFields::Refused),
        stream_options: provider.stream_options.filter(|takes| !takes),
        ..FactsPatch::default()
    };
    patch.roles.developer = provider.developer_role.map(|native| match native {
        true => DeveloperRole::Native,
        false => DeveloperRole::System,
    });
    patch.thinking.switch = provider.thinking_switch.as_deref().and_then(named);
    patch.answers.usage_outside = provider.completion_includes_reasoning.map(|includes| !includes);
    if provider.openai_fields {
        // Such a provider is OpenAI itself, or passes requests on to it.
        patch.tools.custom = Some(true);
        patch.tools.strict = Some(StrictTools::Keep);
        patch.tools.parallel_field = Some(true);
    }
    if provider.openai_fields || provider.refuses_unknown {
        patch.fields.insert("top_k".into(), FieldFact::Refused);
    }

    patch
}

/// What the older fields of a model's row say.
pub(super) fn of_model(model: &Model) -> FactsPatch {
    let states = |parameter: &str| model.supported_parameters.iter().any(|known| known == parameter);
    let thinks = model.features.reasoning;
    let reasoning = model.reasoning.as_ref();

    let mut patch = FactsPatch {
        max_tokens: model.limits.max_completion_tokens,
        ..FactsPatch::default()
    };

    let thinking = &mut patch.thinking;
    thinking.thinks = thinks;
    thinking.efforts = reasoning.and_then(|r| r.supported_efforts.clone());
    thinking.off = reasoning.and_then(|r| r.mandatory).map(|mandatory| match mandatory {
        true => ThinkingOff::Impossible,
        false => ThinkingOff::Possible,
    });
    thinking.least_budget = reasoning.and_then(|r| r.max_tokens?.min);
    thinking.default_on = reasoning.and_then(|r| r.default_effort.as_deref().map(|effort| effort != "none"));
    // A model that has a field for them reads its earlier thoughts.
    thinking.back = model.reasoning_field.is_some().then_some(ThoughtsBack::Kept);
    thinking.back_field.clone_from(&model.reasoning_field);

    // Many models that think take no settings of sampling; the catalog lists their parameters.
    if thinks == Some(true) && !model.supported_parameters.is_empty() && !states("temperature") {
        let refused = SAMPLING.map(|name| (name.to_owned(), FieldFact::Refused));
        patch.fields.extend(refused);
    }
    if model.features.structured_outputs == Some(false) {
        patch.schema.formats = Some(AnswerFormats::JsonObject);
    }

    patch.media.image = model.features.vision;
    // Models that see pictures read documents too at many providers, whatever their lists say.
    patch.media.pdf = model
        .features
        .file_input
        .filter(|reads| *reads || model.features.vision == Some(false));
    let modalities = &model.architecture.input_modalities;
    patch.media.audio = (!modalities.is_empty()).then(|| modalities.iter().any(|kind| kind == "audio"));
    patch
}

/// The way to switch thinking of a model whose provider's row names none.
pub(super) fn usual_switch(provider: &Provider, model: &Model) -> FactsPatch {
    let mut patch = FactsPatch::default();
    let takes_effort = model
        .supported_parameters
        .iter()
        .any(|known| known == "reasoning_effort");
    if provider.thinking_switch.is_none() && !takes_effort {
        patch.thinking.switch = Some(ThinkingSwitch::None);
    }
    patch
}

/// Reads the catalog's name of a field or a switch. `None` if it is unknown.
fn named<'a, T: Deserialize<'a>>(name: &'a str) -> Option<T> {
    let name: StrDeserializer<'a, Error> = name.into_deserializer();
    T::deserialize(name).ok()
}
