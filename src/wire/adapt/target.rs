//! What a model takes at one address, made ready for plans.

use bytes::Bytes;

use super::field_sets::{ANSWER_SCHEMAS, ANTHROPIC_FIELDS, BETA_FIELDS, CORE, OPENAI_FIELDS, STOPS, THINKING};
use super::needles;
use super::seals::Seals;
use crate::domain::{
    AnswerFormats, CallIds, EmptyTools, Facts, FieldFact, ForcedChoice, LimitField, Protocol, SealBinding, SystemTurns,
    ThoughtsBack, ToolParameters, TurnOrder, UnknownFields, WholeAnswers,
};
use crate::wire::chat::writes_tags;
use crate::wire::control::{Control, FieldSet, TopField};
use crate::wire::neutral::{Signature, domain_name, may_have_foreign_item_ids, model_mark, own_domain, pack_start};

/// The number of choices that there are: automatic, none, any, a named tool.
const CHOICES: usize = 4;

/// What a model takes at one address, made ready for plans.
#[derive(Clone, Debug)]
pub struct TargetFacts {
    /// The facts.
    pub facts: Facts,
    /// The protocol of the address.
    pub protocol: Protocol,
    /// What stands before each signature of the target when a client of its protocol gets it, since only its maker can read it.
    pub packs: Option<Bytes>,
    /// The top-level fields that a plan has to look at. A request with none of them goes as it came, if its conversation may.
    pub(super) watched: FieldSet,
    /// Fields that are left out without a look at their values.
    pub(super) unwanted: FieldSet,
    /// A plan has to look into the conversation.
    pub(super) needs_deep: bool,
    /// A plan has to look into a conversation that has calls or signed thoughts.
    needs_history: bool,
    /// No signature of thoughts goes to the target, whatever its facts say.
    without_signatures: bool,
}

impl TargetFacts {
    /// Makes facts ready. `model`: its name at the provider.
    pub fn new(facts: Facts, protocol: Protocol, model: &str) -> Self {
        let unwanted = unwanted(&facts, protocol).or(without_beta(&facts, protocol));
        let watched = watched(&facts, protocol).or(unwanted);
        Self {
            needs_deep: needs_deep(&facts, protocol),
            needs_history: needs_history(&facts, protocol),
            packs: packs(&facts, protocol, model),
            watched,
            unwanted,
            without_signatures: false,
            facts,
            protocol,
        }
    }

    /// The same model at the same address, with other facts.
    #[must_use]
    pub fn with(&self, facts: Facts) -> Self {
        Self {
            // What a client gets is the signature of the same maker.
            packs: self.packs.clone(),
            ..Self::new(facts, self.protocol, "")
        }
    }

    /// Whether no signature of earlier turns goes back, since the target has refused one of them.
    pub fn withholds_signatures(&self) -> bool {
        self.without_signatures
    }

    /// Makes plans leave out all signatures of thoughts.
    pub(super) fn leave_out_signatures(&mut self) {
        self.without_signatures = true;
        self.needs_deep = true;
    }

    /// Whether a request certainly goes as it came: it has nothing that a plan would look at.
    pub fn takes_as_it_is(&self, control: &Control, body: &[u8]) -> bool {
        let (members, facts) = (&control.members, &self.facts);
        !self.looks_inside(body)
            && !control.has_input_for_messages
            && !needles::are_flat(control, body)
            && !needles::have_unwanted_custom(control, body, facts)
            && !needles::have_unwanted_strict(control, body, facts)
            && !needles::have_unions(control, body, facts)
            && !needles::ends_with_model(control, body, facts)
            && members.fields().and(self.watched).is_empty()
            && !(members.has_unknown() && self.refuses_unknown())
            && self.facts.adds.is_empty()
            && !self.exceeds_limit(control)
            && !self.has_to_stream(control)
    }

    /// Whether a plan has to look into the conversation.
    pub(super) fn looks_inside(&self, body: &[u8]) -> bool {
        self.needs_deep
            || (self.needs_history && needles::has_history(body, self.protocol, checks_signatures(&self.facts)))
            || self.has_marks(body)
            || needles::has_media(body, &self.facts, self.protocol)
    }

    /// Whether a request has what the gateway has told a client and the owner of its protocol would refuse.
    fn has_marks(&self, body: &[u8]) -> bool {
        let is_responses = self.protocol == Protocol::OpenaiResponses;
        Signature::may_be_packed_in(body) || is_responses && may_have_foreign_item_ids(body)
    }

    /// Whether earlier thoughts go back within tags in the text (chat).
    pub(super) fn writes_tags(&self) -> bool {
        writes_tags(&self.facts)
    }

    /// What the target does with signatures of earlier turns.
    pub(super) fn seals(&self) -> Seals<'_> {
        let seals = Seals::of(&self.facts, self.protocol, None);
        if self.without_signatures {
            seals.that_read_none()
        } else {
            seals
        }
    }

    /// Whether the target refuses thoughts without a signature.
    pub(super) fn checks_signatures(&self) -> bool {
        checks_signatures(&self.facts)
    }

    /// Whether the client asks for a longer answer than the model can give.
    pub(super) fn exceeds_limit(&self, control: &Control) -> bool {
        matches!((control.max_tokens, self.facts.max_tokens), (Some(asked), Some(most)) if asked > most)
    }

    /// Whether the client wants a whole answer of a model that thinks in streams only.
    pub(super) fn has_to_stream(&self, control: &Control) -> bool {
        !control.stream && self.facts.thinking.whole_answers == WholeAnswers::StreamOnly
    }

    /// Whether the client's `stream_options` are left out.
    pub(super) fn refuses_stream_options(&self) -> bool {
        refuses_stream_options(&self.facts, self.protocol)
    }

    /// Whether fields that the gateway does not know are left out.
    pub(super) fn refuses_unknown(&self) -> bool {
        self.facts.unknown_fields == UnknownFields::Refused
    }
}

/// Whether the facts state that the model obeys a field.
fn is_stated(facts: &Facts, field: TopField) -> bool {
    let is_own_name = |fact: &FieldFact| matches!(fact, FieldFact::Named(name) if name == field.as_str());
    facts
        .fields
        .get(field.as_str())
        .is_some_and(|fact| *fact != FieldFact::Refused)
        || facts.fields.values().any(is_own_name)
}

/// OpenAI's own fields where they are not taken, and all but the protocol's core where unknown fields are refused.
fn unwanted(facts: &Facts, protocol: Protocol) -> FieldSet {
    let mut set = FieldSet::default();
    for &field in TopField::ALL {
        // Messages have `metadata` of their own.
        let is_own = protocol == Protocol::AnthropicMessages && field == TopField::Metadata;
        let is_foreign = !facts.openai_fields && OPENAI_FIELDS.has(field) && !is_own;
        let is_unknown = facts.unknown_fields == UnknownFields::Refused && !CORE.has(field);
        if (is_foreign || is_unknown) && !is_stated(facts, field) {
            set.add(field);
        }
    }
    set
}

/// Fields that live by a beta which does not go on.
fn without_beta(facts: &Facts, protocol: Protocol) -> FieldSet {
    let mut set = FieldSet::default();
    for &(field, family) in BETA_FIELDS {
        if protocol == Protocol::AnthropicMessages && !facts.betas.pass_any_of(family) && !is_stated(facts, field) {
            set.add(field);
        }
    }
    set
}

fn watched(facts: &Facts, protocol: Protocol) -> FieldSet {
    let mut set = FieldSet::of(&[TopField::ServiceTier]);
    match (protocol, facts.limit_field) {
        (Protocol::OpenaiChat | Protocol::Gemini, LimitField::MaxTokens) => set.add(TopField::MaxCompletionTokens),
        (Protocol::OpenaiChat | Protocol::Gemini, LimitField::MaxCompletionTokens) => set.add(TopField::MaxTokens),
        _ => false,
    };

    for (name, fact) in &facts.fields {
        if let Some(field) = TopField::named(name)
            && !matches!(fact, FieldFact::Ok | FieldFact::Ignored)
        {
            set.add(field);
        }
    }
    if refuses_stream_options(facts, protocol) {
        set.add(TopField::StreamOptions);
    }
    if facts.one_sampling {
        set.add(TopField::TopP);
    }
    if protocol != Protocol::OpenaiChat && !facts.searches_web() {
        set.add(TopField::Tools);
    }
    if !facts.takes_stops(protocol, usize::MAX, true) {
        set = set.or(STOPS);
    }
    if facts.thinking.thinks.is_some() || !facts.thinking.summaries {
        set = set.or(THINKING);
    }
    if !facts.tools.parallel_field {
        set.add(TopField::ParallelToolCalls);
    }
    if facts.tools.empty_list == EmptyTools::Omit {
        set.add(TopField::Tools);
    }
    if facts.tools.choice_thinking != ForcedChoice::Ok || facts.tools.choice.len() < CHOICES {
        set.add(TopField::ToolChoice);
    }
    let schema = &facts.schema;
    if schema.formats != AnswerFormats::JsonSchema || schema.closed || !schema.recursion || !schema.deny.is_empty() {
        set = set.or(ANSWER_SCHEMAS);
    }
    if !facts.anthropic_fields && protocol == Protocol::AnthropicMessages {
        set = set.or(ANTHROPIC_FIELDS);
    }
    set
}

fn refuses_stream_options(facts: &Facts, protocol: Protocol) -> bool {
    !facts.stream_options && protocol == Protocol::OpenaiChat
}

/// The start of packed signatures, for clients of the same protocol.
fn packs(facts: &Facts, protocol: Protocol, model: &str) -> Option<Bytes> {
    let own = own_domain(protocol);
    let domain = domain_name(&facts.seals.domain);
    if own.is_empty() || domain.is_empty() || domain == own {
        return None;
    }
    let mark = match facts.seals.binding {
        SealBinding::None => String::new(),
        SealBinding::Prefix => model_mark(model),
    };
    Some(pack_start(&domain, &mark).into())
}

/// Whether a plan has to look into a conversation that has calls or signed thoughts.
fn needs_history(facts: &Facts, protocol: Protocol) -> bool {
    let domain = facts.seals.domain.as_str();
    match protocol {
        Protocol::OpenaiResponses => !domain.is_empty() && domain != own_domain(protocol),
        _ => facts.ids.call != CallIds::Any || facts.seals.missing.is_some() || checks_signatures(facts),
    }
}

/// Anthropic's servers check what their models have signed.
fn checks_signatures(facts: &Facts) -> bool {
    facts.anthropic_fields && !facts.seals.domain.is_empty()
}

fn needs_deep(facts: &Facts, protocol: Protocol) -> bool {
    let conversation = facts.roles.order != TurnOrder::Free
        || facts.ids.call == CallIds::NineAlphanumeric
        || facts.thinking.back == ThoughtsBack::Refused
        || facts.thinking.back == ThoughtsBack::NeededWithCalls
        || facts.tools.parameters == ToolParameters::Needed;
    match protocol {
        Protocol::OpenaiChat | Protocol::Gemini => {
            conversation
                || facts.roles.developer != crate::domain::DeveloperRole::Native
                || facts.roles.system != SystemTurns::Anywhere
        }
        Protocol::AnthropicMessages => {
            conversation
                || !facts.anthropic_fields
                || facts.cache_marks.most == 0
                || facts.roles.system != SystemTurns::Anywhere
        }
        Protocol::OpenaiResponses => conversation,
    }
}
