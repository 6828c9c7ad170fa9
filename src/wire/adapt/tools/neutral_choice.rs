//! The choice of a tool in the neutral form.

use std::borrow::Cow;

use serde_json::json;

use super::choice::Forced;
use crate::domain::{Facts, ForcedChoice};
use crate::wire::adapt::note::{Note, Notes};
use crate::wire::adapt::schema;
use crate::wire::control::TopField;
use crate::wire::neutral::{Choice, Format, Part, Request, Thinking, Tool, ToolKind};

/// Fits a choice that forces a tool. Where the target refuses it, one tool's schema becomes the answer's and the answer is that
/// tool's call, or the model is asked in words.
pub(in crate::wire::adapt) fn fit(request: &mut Request<'_>, facts: &Facts, notes: &mut Notes) {
    let forced = match request.choice {
        Some(Choice::Any) => Forced::Required,
        Some(Choice::Tool(_) | Choice::WebSearch(_)) => Forced::Named,
        Some(Choice::Never) => return fit_never(request, facts, notes),
        Some(Choice::Auto) | None => return,
    };
    if request.tools.is_empty() && request.web_search.is_none() {
        return;
    }

    let mut thinks = facts.thinks(request.thinking.map(|asked| asked != Thinking::Off));
    if thinks && facts.tools.choice_thinking == ForcedChoice::ThinkOff && !facts.thinking.must_think() {
        request.thinking = Some(Thinking::Off);
        notes.add(Note::Mapped(TopField::Thinking));
        thinks = false;
    }
    if !forced.is_refused(facts, thinks) {
        return;
    }

    match only_tool(request).filter(|tool| can_be_the_answer(tool, request, facts)) {
        Some(tool) => {
            let (format, name) = answer_of(tool);
            request.format = Some(format);
            request.call_of_answer = Some(name);
            request.choice = Some(Choice::Never);
            notes.add(Note::Mapped(TopField::ToolChoice));
        }
        None => ask_in_words(request, notes),
    }
}

/// A model that may call no tool, where the target knows no such choice.
fn fit_never(request: &mut Request<'_>, facts: &Facts, notes: &mut Notes) {
    if request.tools.is_empty() || facts.tools.choice.iter().any(|choice| choice == "none") {
        return;
    }
    request.choice = None;
    request.system.push(Part::text("Do not call any tool now."));
    notes.add(Note::Cut(TopField::ToolChoice));
}

/// The one tool that can be called.
fn only_tool<'r, 'a>(request: &'r Request<'a>) -> Option<&'r Tool<'a>> {
    match (&request.choice, request.tools.as_slice()) {
        (Some(Choice::Tool(name)), tools) => tools.iter().find(|tool| tool.name == *name),
        (_, [only]) if request.web_search.is_none() => Some(only),
        _ => None,
    }
}

/// Whether the answer can be the arguments of this tool.
fn can_be_the_answer(tool: &Tool<'_>, request: &Request<'_>, facts: &Facts) -> bool {
    let takes_schema = match &tool.kind {
        ToolKind::Function {
            parameters: Some(schema),
            ..
        } => schema::is_taken(schema, facts),
        ToolKind::Function { parameters: None, .. } | ToolKind::Custom { .. } => false,
    };
    takes_schema
        && facts.tools.choice_thinking == ForcedChoice::AsSchema
        && facts.tools.choice.iter().any(|choice| choice == "none")
        && facts.schema.with_tools
        && request.format.is_none()
}

fn answer_of<'a>(tool: &Tool<'a>) -> (Format<'a>, (Option<Cow<'a, str>>, Cow<'a, str>)) {
    let (schema, strict) = match &tool.kind {
        ToolKind::Function {
            parameters: Some(schema),
            strict,
        } => (schema.clone(), *strict),
        _ => (Cow::Owned(json!({})), None),
    };
    let format = Format::Schema {
        name: None,
        description: tool.description.clone(),
        schema,
        strict,
    };
    (format, (tool.namespace.clone(), tool.name.clone()))
}

/// Leaves the choice to the model, and asks it at the end of the system to make the client's.
fn ask_in_words(request: &mut Request<'_>, notes: &mut Notes) {
    let words = match &request.choice {
        Some(Choice::Tool(name)) => format!("Your next answer has to be a call of the tool `{name}`."),
        Some(Choice::WebSearch(_)) => "Search the web before your next answer.".to_owned(),
        _ => "Your next answer has to be a call of one of the tools.".to_owned(),
    };
    request.choice = Some(Choice::Auto);
    request.system.push(Part::text(words));
    notes.add(Note::Cut(TopField::ToolChoice));
}
