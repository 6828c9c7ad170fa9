//! The test box: where the draft sends a name, where it goes today, and why.

use crate::console::aliases::draft::Draft;
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::{Chip, Facts, Many, ManyRow, Note, Sentence, TestBox, Why, WhyStep};
use crate::domain::format::{tokens, visible};
use crate::domain::{AliasSet, ExplainedOutcome, Explanation, Mark, Rule, Validation, csv_cell, explain};

/// The most names that one test of many takes.
const MOST_NAMES: usize = 50;

/// Tests the draft's name, and its list of names, against the draft as it stands and against what is stored.
pub fn test_box(data: &EditorData, draft: &Draft, checked: &Validation) -> TestBox {
    let rules = Rules {
        data,
        draft: AliasSet::new(checked.aliases.clone()),
        stored: AliasSet::new(data.stored.aliases.clone()),
    };
    let typed = draft.test.as_str();
    let url = data.head.url();
    let answer = rules.on_screen(typed);
    let live = rules.live(typed);
    TestBox {
        typed: typed.to_owned(),
        sentence: sentence(&answer),
        facts: Facts {
            url: url.clone(),
            live: live
                .filter(|live| differs(&answer, live))
                .map(|live| live_now(&answer, &live)),
            answer: answer.answer_note(),
            notes: notes(&answer, checked),
            nearest: answer.nearest.iter().map(ToString::to_string).collect(),
            add_name: answer
                .can_be_alias
                .as_ref()
                .filter(|_| data.who.may_write())
                .map(ToString::to_string),
            chips: chips(data, &answer),
            link: (answer.outcome != ExplainedOutcome::Empty).then(|| link(&url, typed)),
            curl: crate::console::aliases::draft::snippets::curl(&data.gateway_url, typed),
        },
        why: why(&answer),
        many: many(&rules, &draft.many),
        url,
    }
}

struct Rules<'a> {
    data: &'a EditorData,
    draft: AliasSet,
    stored: AliasSet,
}

impl Rules<'_> {
    fn on_screen(&self, name: &str) -> Explanation {
        self.explain(&self.draft, name)
    }

    /// What is stored says, if it could say something else.
    fn live(&self, name: &str) -> Option<Explanation> {
        (self.draft != self.stored && !name.is_empty()).then(|| self.explain(&self.stored, name))
    }

    fn explain(&self, aliases: &AliasSet, name: &str) -> Explanation {
        let allowed = self.data.key.models();
        let allowed = allowed.as_deref();
        explain(
            aliases,
            &self.data.catalog,
            allowed,
            self.data.key.status(self.data.now),
            name,
        )
    }
}

fn differs(draft: &Explanation, live: &Explanation) -> bool {
    (draft.outcome, &draft.model, &draft.answers_as) != (live.outcome, &live.model, &live.answers_as)
}

fn live_now(draft: &Explanation, live: &Explanation) -> String {
    match live.answer_note() {
        Some(note) if (draft.outcome, &draft.model) == (live.outcome, &live.model) => format!("Live now: {note}"),
        _ => format!("Live now it goes to: {}", goes_to(live)),
    }
}

fn goes_to(live: &Explanation) -> String {
    match live.outcome {
        ExplainedOutcome::ModelNotFound => format!("{}, which fails with model_not_found", visible(&live.model)),
        ExplainedOutcome::ModelNotAllowed => format!("{}, which fails with 403", visible(&live.model)),
        ExplainedOutcome::Runs | ExplainedOutcome::Empty => visible(&live.model),
    }
}

/// The sentence of the domain, split around the model so that the eye finds it.
fn sentence(answer: &Explanation) -> Sentence {
    let tone = match answer.outcome {
        ExplainedOutcome::Empty => "",
        ExplainedOutcome::Runs => "ok",
        ExplainedOutcome::ModelNotFound | ExplainedOutcome::ModelNotAllowed => "bad",
    };
    let model = visible(&answer.model);
    // A name that leads nowhere is not worth a big line.
    let at = match answer.outcome {
        ExplainedOutcome::Runs | ExplainedOutcome::ModelNotAllowed => answer.sentence.rfind(&model),
        ExplainedOutcome::ModelNotFound if answer.alias.is_some() => answer.sentence.rfind(&model),
        ExplainedOutcome::ModelNotFound | ExplainedOutcome::Empty => None,
    };
    let split = at.and_then(|at| {
        let (before, rest) = answer.sentence.split_at_checked(at)?;
        Some((before, rest.strip_prefix(model.as_str())?))
    });
    match split {
        Some((before, after)) => Sentence {
            tone,
            before: before.into(),
            strong: model.clone(),
            after: after.into(),
        },
        None => Sentence {
            tone,
            before: answer.sentence.clone(),
            ..Sentence::default()
        },
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
    if answer.outcome == ExplainedOutcome::Empty {
        warnings.collect()
    } else {
        warnings.chain(ignored).collect()
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
    let mut chips = vec![state(
        answer.outcome != ExplainedOutcome::ModelNotFound,
        "In catalog",
        "Switched off",
    )];
    if answer.outcome != ExplainedOutcome::ModelNotFound {
        chips.push(state(
            answer.outcome == ExplainedOutcome::Runs,
            "Allowed",
            "Not allowed",
        ));
    }
    let fact = |text: String| Chip {
        tone: "",
        dot: false,
        text,
    };
    chips.push(fact(crate::domain::format::prices(&model.pricing)));
    chips.push(fact(tokens(model.context_length)));
    let inputs = model.architecture.input_modalities.join(", ");
    if !inputs.is_empty() {
        chips.push(fact(inputs));
    }
    chips
}

fn why(answer: &Explanation) -> Why {
    let mut last = None;
    let steps = answer.steps.iter().map(|step| {
        // A rule's name is seen once, before its first line.
        let again = last.replace(step.rule) == Some(step.rule);
        WhyStep {
            step: label(step.rule),
            again,
            name: step.alias.as_ref().map(ToString::to_string).unwrap_or_default(),
            text: step.text.clone(),
            outcome: step.mark.label().to_owned(),
            tone: match step.mark {
                Mark::Wins | Mark::Yes => "ok",
                Mark::No => "bad",
                Mark::Shorter | Mark::NotReached | Mark::NoMatch => "",
            },
        }
    });
    Why {
        steps: steps.collect(),
        asked: visible(&answer.requested),
    }
}

fn label(rule: Rule) -> String {
    match rule {
        Rule::Exact => format!("1 {}", rule.label()),
        Rule::Prefix => format!("2 {}", rule.label()),
        Rule::Passthrough => format!("3 {}", rule.label()),
        Rule::Then => rule.label().to_owned(),
    }
}

fn link(url: &str, name: &str) -> String {
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("test", name)
        .finish();
    format!("{url}?{query}")
}

fn many(rules: &Rules<'_>, typed: &str) -> Many {
    let names: Vec<&str> = typed
        .lines()
        .map(|line| line.trim_end_matches('\r'))
        .filter(|line| !line.is_empty())
        .collect();
    if names.len() > MOST_NAMES {
        let problem = format!(
            "Up to {MOST_NAMES} names at once. You sent {}; remove {}.",
            names.len(),
            names.len() - MOST_NAMES
        );
        return Many {
            typed: typed.to_owned(),
            problem,
            ..Many::default()
        };
    }
    let rows: Vec<ManyRow> = names
        .into_iter()
        .map(|name| {
            let answer = rules.on_screen(name);
            let live = rules.live(name).filter(|live| differs(&answer, live));
            ManyRow {
                name: visible(name),
                target: visible(&answer.model),
                problem: match answer.outcome {
                    ExplainedOutcome::ModelNotFound => "model_not_found".into(),
                    ExplainedOutcome::ModelNotAllowed => "not allowed".into(),
                    ExplainedOutcome::Runs | ExplainedOutcome::Empty => String::new(),
                },
                rule: answer.rule(),
                live: live.as_ref().map(goes_to).unwrap_or_default(),
            }
        })
        .collect();
    Many {
        typed: typed.to_owned(),
        problem: String::new(),
        csv: csv(&rows),
        rows,
    }
}

fn csv(rows: &[ManyRow]) -> String {
    let mut out = String::from("name,target,problem,rule,live now\r\n");
    for row in rows {
        let live = if row.live.is_empty() { "same" } else { &row.live };
        let cells = [&row.name, &row.target, &row.problem, &row.rule, live].map(csv_cell);
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    }
    out
}
