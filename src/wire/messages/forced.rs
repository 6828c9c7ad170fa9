//! A JSON answer from a model that knows no schemas: the model has to call a tool of the gateway, whose arguments are the
//! answer.
//!
//! The request gets one tool more, [`NAME`], with the client's schema. The model has to call it, or any tool if the client
//! has tools of its own. The readers of answers know the name: its arguments become text, and a stop for the tool becomes
//! an ordinary end. They need no memory of the request, since a request with a tool of that name is refused
//! ([`tools`](super::write_tools::tools)).

pub(super) const NAME: &str = "crossmodel_structured_output";

/// The description that the model reads.
pub(super) const DESCRIPTION: &str =
    "Gives the final answer. Its input is the answer, in the shape that was asked for.";
