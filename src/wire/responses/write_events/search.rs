//! Searches of the web in a stream for a client.

use super::WriteEvents;
use super::frame::{ItemPosition, append};
use crate::wire::neutral::WebSearch;
use crate::wire::responses::item::Item;

impl WriteEvents {
    /// Writes all events of a search: the provider tells of it when it is over.
    pub(super) fn search(&mut self, search: &WebSearch<'_>, out: &mut Vec<u8>) {
        self.close_message("completed", out);
        self.close_thoughts(None, out);

        let (output_index, id) = self.begin_item("ws");
        self.added(output_index, Item::open_search(search, &id).raw(), out);
        for kind in [
            "response.web_search_call.in_progress",
            "response.web_search_call.searching",
            "response.web_search_call.completed",
        ] {
            append(kind, &mut self.sequence, &ItemPosition::of(&id, output_index), out);
        }
        self.done(output_index, Item::search(search, &id).raw(), out);
    }
}
