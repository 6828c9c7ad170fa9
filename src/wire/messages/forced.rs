//! A JSON answer from a model that knows no schemas: it is made to call a tool of ours whose arguments are the answer.
//!
//! The request gets one tool more, [`NAME`], with the client's schema, and has to call it (or, if the client has tools of
//! its own, any tool). The readers of answers know the name: its arguments become text, and a stop for the tool an
//! ordinary end. They need no memory of the request, since no client may have a tool of that name
//! ([`write_ask`](super::write_request::write_ask) refuses it).

/// The reserved name.
pub(super) const NAME: &str = "crossmodel_structured_output";

/// What the model reads of it.
pub(super) const DESCRIPTION: &str =
    "Gives the final answer. Its input is the answer, in the shape that was asked for.";
