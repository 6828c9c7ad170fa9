//! The words that facts are told in.

use serde::{Deserialize, Serialize};

use super::describe::{Described, FactKind, FactSpec, FactWord};
use super::patch::replaced_whole;
use crate::domain::values::Protocol;

/// Defines a fact that is one of some words, of which the first is the one for an unknown server.
macro_rules! words {
    ($( $(#[$meta:meta])* $name:ident { $first:ident $first_doc:literal, $( $word:ident $doc:literal, )* } )*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            #[doc = $first_doc]
            #[default]
            $first,
            $( #[doc = $doc] $word, )*
        }
        replaced_whole!($name);

        impl Described for $name {
            fn describe(path: &str, about: &str, all: &mut Vec<FactSpec>) {
                let words = vec![
                    FactWord::new(stringify!($first), $first_doc),
                    $( FactWord::new(stringify!($word), $doc), )*
                ];
                all.push(FactSpec::new(path, about, FactKind::Words(words)));
            }
        }
    )*};
}

words! {
    /// The name of the token limit's field in chat.
    LimitField {
        MaxTokens "`max_tokens`: the old name, which most hosts know.",
        MaxCompletionTokens "`max_completion_tokens`: OpenAI's own.",
    }
    /// What a server does with a field that it does not know.
    UnknownFields {
        Keep "It is sent: the server may know it.",
        Refused "The request is refused: only known fields are sent.",
        Ignored "It does nothing.",
    }
    /// What the role `developer` becomes.
    DeveloperRole {
        System "`system`.",
        Native "It stays.",
        User "The user's words, within a tag.",
    }
    /// Where instructions may stand.
    SystemTurns {
        First "Only before the conversation; later ones become the user's words.",
        Anywhere "Anywhere.",
        Once "Only one message, before the conversation.",
        Field "Only in the field `system` (Anthropic's protocol).",
    }
    /// How the turns of user, model and tools may follow each other.
    TurnOrder {
        Free "As they like.",
        Alternate "User and model take turns.",
        NoUserAfterTool "After a tool's result comes the model.",
    }
    /// Whose turn may be the last one.
    TurnLast {
        Any "Any turn.",
        NotAssistant "Not the model's.",
    }
    /// The ids of tool calls that the server accepts.
    CallIds {
        Any "Every text.",
        Short "At most 64 characters.",
        ShortWord "At most 64 of `a-z A-Z 0-9 _ -`.",
        NineAlphanumeric "Nine of `a-z A-Z 0-9`.",
    }
    /// What becomes of `strict` in a tool.
    StrictTools {
        Drop "It is left out.",
        Keep "It stays.",
        AllAlike "It stays if it is the same in all tools, else it is left out.",
    }
    /// Whether a tool needs `parameters`.
    ToolParameters {
        Optional "A tool may have none.",
        Needed "A tool without them is refused.",
    }
    /// What the server does with an empty list of tools.
    EmptyTools {
        Omit "It refuses it.",
        Ok "It takes it.",
    }
    /// What happens when a tool is forced while the model thinks.
    ForcedChoice {
        Ok "It works.",
        ThinkOff "The request is refused: thinking has to be off.",
        Auto "Forcing is refused: the model is asked in words.",
        AsSchema "Forcing is refused: one tool's schema becomes the answer's.",
    }
    /// What the server does with a union at the root of a tool's schema.
    RootUnions {
        Ok "It takes it.",
        Flatten "It refuses it: the members are merged.",
    }
    /// The shapes of an answer that can be asked for.
    AnswerFormats {
        JsonSchema "A JSON schema.",
        JsonObject "Some JSON object.",
        None "None.",
    }
    /// How thinking is switched on at a provider that speaks OpenAI chat.
    ThinkingSwitch {
        Effort "`reasoning_effort: \"high\"`",
        ThinkingType "`thinking: {\"type\": \"enabled\" | \"disabled\"}`",
        ThinkingTypeAndEffort "`thinking` as above, and `reasoning_effort` beside it.",
        EnableThinking "`enable_thinking: true | false`",
        ChatTemplateKwargs "`chat_template_kwargs: {\"enable_thinking\": true | false}`",
        ChatTemplateArgs "`chat_template_args: {\"enable_thinking\": true | false}`",
        ReasoningEnabled "`reasoning: {\"enabled\": true | false}`",
        ReasoningEffort "`reasoning: {\"effort\": \"high\"}`",
        None "No way is known, so nothing is sent.",
    }
    /// Whether thinking can be switched off.
    ThinkingOff {
        Possible "It can.",
        Impossible "It cannot.",
        BetweenTools "It can, but for the thoughts between tools.",
    }
    /// What the server does with thoughts of earlier turns.
    ThoughtsBack {
        Ignored "It passes over them.",
        Kept "It reads them.",
        NeededWithCalls "It refuses a turn with tool calls that lacks them.",
        Refused "It refuses the field.",
    }
    /// Whether thoughts can come with a whole answer.
    WholeAnswers {
        Ok "They can.",
        StreamOnly "The model thinks in streams only.",
    }
    /// What a signature of thoughts is bound to.
    SealBinding {
        None "The thoughts alone.",
        Prefix "The model, and the whole conversation before the thoughts.",
    }
    /// Whether the conversation may end with the model's own words.
    Prefill {
        No "It may not.",
        Yes "The model goes on from there.",
        PrefixFlag "It may if the message has `prefix: true`.",
    }
    /// What the server does with a prompt that is longer than its context.
    Overflow {
        Error "It answers with an error.",
        Silent "It accepts the prompt.",
        Truncates "It cuts the prompt.",
        LowersLimit "It lowers the answer's limit.",
    }
}

/// What a request may have that decides where it can go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProtocolCondition {
    /// It has tools.
    Tools,
    /// The model thinks, whether or not the request says so.
    Thinks,
    /// It states an effort that is not `none`.
    EffortStated,
}

/// A rule for what a protocol cannot take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtocolRule {
    /// All of these hold.
    pub when: Vec<ProtocolCondition>,
    /// Then the request is refused in this protocol.
    pub not: Protocol,
}

replaced_whole!(Vec<ProtocolRule>);

impl Described for Vec<ProtocolRule> {
    fn describe(path: &str, about: &str, all: &mut Vec<FactSpec>) {
        all.push(FactSpec::new(path, about, FactKind::Rules));
    }
}
