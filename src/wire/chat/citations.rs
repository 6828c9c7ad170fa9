//! The pages that an answer cites, where its provider names them.

use serde_json::Value;

use super::answer::{citation, list, text};
use crate::wire::neutral::{Citation, Event};

/// The pages at the top of an answer or a chunk, for its text as a whole: `citations` with their addresses, and
/// `search_results` with their titles too.
pub(super) fn top_citations(answer: &Value) -> Vec<Citation<'_>> {
    let results = list(answer, "search_results");
    let title_of = |url: &str| {
        let result = results.iter().find(|result| text(result, "url") == Some(url));
        result.and_then(|result| text(result, "title")).unwrap_or_default()
    };
    let page = |url| Citation {
        url: std::borrow::Cow::Borrowed(url),
        title: title_of(url).into(),
        quote: None,
        span: None,
    };

    let cited = list(answer, "citations");
    if cited.is_empty() {
        return results
            .iter()
            .filter_map(|result| text(result, "url"))
            .map(page)
            .collect();
    }
    cited.iter().filter_map(Value::as_str).map(page).collect()
}

/// The citations of a stream. Those that come before all words wait for them.
#[derive(Debug, Default)]
pub(super) struct StreamedCitations {
    worded: bool,
    /// The text has citations of its own.
    annotated: bool,
    early: Vec<Citation<'static>>,
    /// The pages at the top of the chunks, each of which repeats them.
    top: Vec<Citation<'static>>,
}

impl StreamedCitations {
    /// Reads the top of a chunk.
    pub(super) fn chunk(&mut self, chunk: &Value) {
        let count = list(chunk, "citations").len().max(list(chunk, "search_results").len());
        if count > self.top.len() {
            self.top = top_citations(chunk).into_iter().map(Citation::into_owned).collect();
        }
    }

    /// Reads a delta. `worded`: it had text.
    pub(super) fn delta(&mut self, delta: &Value, worded: bool, out: &mut dyn FnMut(Event<'_>)) {
        self.worded |= worded;
        for citation in list(delta, "annotations").iter().filter_map(citation) {
            self.annotated = true;
            if self.worded {
                out(Event::Citation(citation));
            } else {
                self.early.push(citation.into_owned());
            }
        }
        if worded {
            self.early.drain(..).map(Event::Citation).for_each(out);
        }
    }

    /// Tells the rest at the end of the text.
    pub(super) fn end(&mut self, out: &mut dyn FnMut(Event<'_>)) {
        let top = std::mem::take(&mut self.top);
        if self.worded && !self.annotated {
            self.annotated = true;
            top.into_iter().map(Event::Citation).for_each(out);
        }
    }
}
