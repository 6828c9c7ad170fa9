//! Fits a request in the neutral form to the model that it goes to, before it is written in the provider's protocol.

mod calls;
mod fields;
mod stops;
#[cfg(test)]
mod tests;
mod thoughts;
mod turns;
mod web_search;

pub use fields::add_stated;

use super::media::{self, ClientBody};
use super::note::Notes;
use super::{schema, tools};
use crate::domain::{Facts, Protocol};
use crate::wire::neutral::{Request, Untranslatable};

/// Fits a request to a model at an address that speaks `protocol`. The writers of requests leave out what the facts do not
/// take; the notes say so. `model`: its name at the provider. `client`: the body that the request was read from.
///
/// # Errors
/// If the newest turn shows what the model cannot read.
pub fn fit_request(
    request: &mut Request<'_>,
    (facts, protocol, model): (&Facts, Protocol, &str),
    client: ClientBody<'_>,
) -> Result<Notes, Untranslatable> {
    let mut notes = Notes::default();

    web_search::fit(request, facts, protocol, &mut notes)?;
    tools::fit_choice(request, facts, &mut notes);
    schema::fit(request, facts, &mut notes);
    media::fit_neutral(request, (facts, protocol), client, &mut notes)?;
    turns::move_instructions(request, facts, &mut notes);
    thoughts::fit(request, facts, protocol, model, &mut notes);
    calls::pair(request, &mut notes);
    calls::legalize(request, facts, protocol, &mut notes);
    turns::put_between(request, facts, &mut notes);
    stops::fit(request, facts, protocol, &mut notes);
    turns::alternate(request, facts, &mut notes);
    turns::go_on(request, facts, &mut notes);
    fields::stream(request, facts, &mut notes);
    fields::note(request, facts, protocol, &mut notes);
    fields::note_passed_over(client, &mut notes);

    Ok(notes)
}
