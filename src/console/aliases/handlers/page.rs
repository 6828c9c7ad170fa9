//! The editor as an answer: alone for a script, in its page otherwise. And the form that it sends back.

use actix_web::http::StatusCode;
use actix_web::web;

use crate::console::aliases::build::{Checked, Show, editor, review};
use crate::console::aliases::draft::Draft;
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::{EditorPage, Notice};
use crate::console::layout::{Frame, Nav};
use crate::console::web::reply::{self, Reply};
use crate::console::web::{ConsoleError, HtmxRequest};

/// The form's fields in order.
pub type Fields = web::Form<Vec<(String, String)>>;

/// The draft that a form holds.
///
/// # Errors
/// [`ConsoleError::Unreadable`] if it is not one of our forms.
pub fn read(form: Fields) -> Result<Draft, ConsoleError> {
    Draft::parse(form.into_inner()).map_err(|error| {
        tracing::debug!(%error, "An alias form was refused");
        ConsoleError::Unreadable
    })
}

/// The frame of the answer, and the form that it takes.
pub struct Page {
    pub frame: Frame,
    pub htmx: HtmxRequest,
}

impl Page {
    /// The editor with a draft in it.
    pub(in crate::console) fn answer(
        self,
        status: StatusCode,
        data: &EditorData,
        draft: &Draft,
        checked: &Checked,
        show: Show,
    ) -> Reply {
        let page = !self.htmx.is_partial();
        let mut show = Show { page, ..show };
        if page && show.is_silent() && data.who.may_write() && !review(data, draft).is_empty() {
            show.notice = Some(Notice {
                focus: false,
                ..Notice::new("warn", "Not saved yet.")
            });
        }

        let editor = editor(data, draft, checked, show);
        if !page {
            return reply::page(status, &editor);
        }
        let frame = self.frame.at(Nav::Keys);
        reply::page(status, &EditorPage { frame, editor })
    }
}
