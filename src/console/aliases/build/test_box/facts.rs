//! The facts under the sentence of the test box: notes, prices, a link and an example call.

use url::form_urlencoded::Serializer;

use super::rules::{Rules, differs, live_now};
use crate::console::aliases::draft::snippets;
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::{Chip, Facts, Note};
use crate::domain::format::{prices, tokens};
use crate::domain::{ExplainedOutcome, Explanation, Validation};

/// The facts about `typed`, of which `answer` says where the draft sends it.
pub(super) fn facts(rules: &Rules<'_>, typed: &str, answer: &Explanation, checked: &Validation) -> Facts {
    let data = rules.data;
    let url = data.head.url();
    let live = rules.live(typed).filter(|live| differs(answer, live));
    let can_be_alias = answer.can_be_alias.as_ref();

    Facts {
        live: live.map(|live| live_now(answer, &live)),
        answer: answer.answer_note(),
        notes: notes(answer, checked),
        nearest: answer.nearest.iter().map(ToString::to_string).collect(),
        add_name: can_be_alias.filter(|_| data.who.may_write()).map(ToString::to_string),
        chips: chips(data, answer),
        link: (answer.outcome != ExplainedOutcome::Empty).then(|| link(&url, typed)),
        curl: snippets::curl(&data.gateway_url, typed),
        url,
    }
}

fn notes(answer: &Explanation, checked: &Validation) -> Vec<Note> {
    let warnings = answer.notes.iter().map(|text| Note {
        text: text.clone(),
        warns: true,
    });
    let ignored = checked
        .ignored_rows()
        .into_iter()
        .map(|text| Note { text, warns: false });

    let adapts = answer.adapt_note().map(|text| Note {
        text: text.to_owned(),
        warns: false,
    });
    let takes = answer.takes.iter().map(|text| Note {
        text: text.clone(),
        warns: false,
    });

    if answer.outcome == ExplainedOutcome::Empty {
        warnings.collect()
    } else {
        warnings.chain(adapts).chain(takes).chain(ignored).collect()
    }
}

fn chips(data: &EditorData, answer: &Explanation) -> Vec<Chip> {
    let state = |ok: bool, yes: &str, no: &str| Chip {
        tone: if ok { "ok" } else { "bad" },
        dot: true,
        text: if ok { yes } else { no }.to_owned(),
    };
    let Some(model) = data.catalog.get(&answer.model) else {
        return match answer.outcome {
            ExplainedOutcome::Empty => Vec::new(),
            _ => vec![state(false, "", "Not in catalog")],
        };
    };

    let callable = answer.outcome != ExplainedOutcome::ModelNotFound;
    let mut chips = vec![state(callable, "In catalog", "Switched off")];
    if callable {
        let allowed = answer.outcome == ExplainedOutcome::Runs;
        chips.push(state(allowed, "Allowed", "Not allowed"));
    }

    let fact = |text: String| Chip {
        tone: "",
        dot: false,
        text,
    };
    chips.push(fact(prices(&model.pricing)));
    chips.push(fact(tokens(model.context_length)));
    let inputs = model.architecture.input_modalities.join(", ");
    if !inputs.is_empty() {
        chips.push(fact(inputs));
    }
    chips
}

fn link(url: &str, name: &str) -> String {
    let query: String = Serializer::new(String::new()).append_pair("test", name).finish();
    format!("{url}?{query}")
}
