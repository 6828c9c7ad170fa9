//! An error for a client, before it takes the shape of the client's protocol.

use std::borrow::Cow;

use serde::Serialize;

use super::code::Code;

/// An error that a client gets. [`ApiError::body`] writes it in the shape of a protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// The HTTP status, 400 to 599.
    pub status: u16,
    /// The `type` of the error's body: the gateway's own, or the provider's.
    pub kind: Cow<'static, str>,
    /// The gateway's own code, or the provider's.
    pub code: Cow<'static, str>,
    /// One or two sentences for a person.
    pub message: String,
    /// The key of the request that the error is about.
    pub param: Option<Cow<'static, str>>,
    /// What the provider reported, if its failure is the cause.
    pub provider: Option<Box<ProviderErrorDetail>>,
}

/// A provider's own report of its failure, without a message that could hold the gateway's credential.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ProviderErrorDetail {
    /// The provider's id.
    pub name: String,
    /// Its HTTP status, if it answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Its message, shortened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The text that the model wrote and the provider could not read. Some clients mend the call from it. It stands beside the
    /// error's message.
    #[serde(skip)]
    pub failed_generation: Option<Box<str>>,
}

impl ApiError {
    /// An error of the gateway itself, with the status and type of its code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let (status, kind, name) = code.row();
        Self {
            status,
            kind: kind.into(),
            code: name.into(),
            message: message.into(),
            param: None,
            provider: None,
        }
    }

    /// The same error, about a key of the request.
    #[must_use]
    pub fn about(mut self, param: impl Into<Cow<'static, str>>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// The same error, with the provider's own report.
    #[must_use]
    pub fn by_provider(mut self, detail: ProviderErrorDetail) -> Self {
        self.provider = Some(Box::new(detail));
        self
    }
}
