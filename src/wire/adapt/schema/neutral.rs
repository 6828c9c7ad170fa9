//! The schemas of a request in the neutral form.

use std::borrow::Cow;

use serde_json::Value;

use super::answer::{FittedSchema, fitted};
use super::union::{Merged, merged};
use crate::domain::{AnswerFormats, Facts, RootUnions};
use crate::wire::adapt::note::{Element, Note, Notes};
use crate::wire::control::TopField;
use crate::wire::neutral::{Format, Request, ToolKind};

/// Fits the schemas of the tools and of the answer.
pub(in crate::wire::adapt) fn fit(request: &mut Request<'_>, facts: &Facts, notes: &mut Notes) {
    if facts.schema.root_unions == RootUnions::Flatten {
        flatten(request, notes);
    }

    let Some(Format::Schema { schema, .. }) = &mut request.format else {
        return;
    };
    let fitted = match facts.schema.formats {
        AnswerFormats::JsonSchema => fitted(schema, &facts.schema),
        AnswerFormats::JsonObject | AnswerFormats::None => FittedSchema::InWords,
    };
    match fitted {
        FittedSchema::AsItIs => {}
        FittedSchema::Changed(own) => {
            *schema = Cow::Owned(own);
            notes.add(Note::Element(Element::Schema));
        }
        FittedSchema::InWords => {
            let mut schema = std::mem::take(schema);
            if facts.schema.root_unions == RootUnions::Flatten
                && let Some(Merged { schema: mut own, rule }) = merged(&schema)
            {
                if let Some(own) = own.as_object_mut().filter(|_| !rule.is_empty()) {
                    own.insert("description".to_owned(), rule.into());
                }
                schema = Cow::Owned(own);
            }
            request.format = Some(Format::InWords { schema });
            notes.add(Note::Cut(TopField::ResponseFormat));
        }
    }
}

/// Whether the target takes a schema of the answer that says the same as this one.
pub(in crate::wire::adapt) fn is_taken(schema: &Value, facts: &Facts) -> bool {
    facts.schema.formats == AnswerFormats::JsonSchema && fitted(schema, &facts.schema) != FittedSchema::InWords
}

fn flatten(request: &mut Request<'_>, notes: &mut Notes) {
    for tool in &mut request.tools {
        let ToolKind::Function {
            parameters: Some(parameters),
            ..
        } = &mut tool.kind
        else {
            continue;
        };
        let Some(Merged { schema, rule }) = merged(parameters) else {
            continue;
        };

        *parameters = Cow::Owned(schema);
        tool.description = described(tool.description.as_deref(), &rule)
            .map(Into::into)
            .or(tool.description.take());
        notes.add(Note::Element(Element::Schema));
    }
}

/// A tool's description with a rule at its end; `None` if it stays as it is.
pub(super) fn described(own: Option<&str>, rule: &str) -> Option<String> {
    match own.filter(|own| !own.is_empty()) {
        _ if rule.is_empty() => None,
        Some(own) => Some(format!("{own}\n\n{rule}")),
        None => Some(rule.to_owned()),
    }
}
