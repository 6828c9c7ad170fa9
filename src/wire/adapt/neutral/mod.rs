//! Fits a request in the neutral form to the model that it goes to, before it is written in the provider's protocol.

mod calls;
mod fields;
mod media;
mod stops;
#[cfg(test)]
mod tests;
mod thoughts;
mod turns;
mod web_search;

use super::note::Notes;
use crate::domain::{Facts, Protocol};
use crate::wire::neutral::{Request, Untranslatable};

/// Fits a request to a model, by its name at the provider, at an address that speaks `protocol`. The writers of requests leave out what the facts do not
/// take; the notes say so.
///
/// # Errors
/// If the newest turn shows what the model cannot read.
pub fn fit_request(
    request: &mut Request<'_>,
    facts: &Facts,
    protocol: Protocol,
    model: &str,
) -> Result<Notes, Untranslatable> {
    let mut notes = Notes::default();

    media::fit(request, facts, &mut notes)?;
    web_search::fit(request, facts, protocol, &mut notes)?;
    turns::move_instructions(request, facts, &mut notes);
    thoughts::fit(request, facts, protocol, model, &mut notes);
    calls::pair(request, &mut notes);
    calls::legalize(request, facts, protocol, &mut notes);
    turns::put_between(request, facts, &mut notes);
    stops::fit(request, facts, protocol, &mut notes);
    fields::note(request, facts, protocol, &mut notes);

    Ok(notes)
}
