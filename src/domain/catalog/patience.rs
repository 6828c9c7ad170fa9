//! How long the gateway waits for one provider.

/// How long the gateway waits for one provider, in seconds, and how large the events of its streams may be. `None`
/// leaves a field as the gateway's settings have it for all providers. Thinking models and small machines need more
/// time than others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderPatience {
    /// Until the response headers of a stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_byte_stream: Option<u32>,
    /// Until the response headers of a whole answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_byte_whole: Option<u32>,
    /// Until the next byte of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle: Option<u32>,
    /// Until the end of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u32>,
    /// The silence after which the gateway sends a client a keepalive during a stream; 0 for never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keepalive: Option<u32>,
    /// The longest event of a stream, in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_event_mib: Option<u32>,
}

impl ProviderPatience {
    /// Whether no field is set, so that the gateway's settings for all providers apply.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// These settings, each replaced by that of `above` where `above` has one.
    #[must_use]
    pub fn under(self, above: Self) -> Self {
        Self {
            first_byte_stream: above.first_byte_stream.or(self.first_byte_stream),
            first_byte_whole: above.first_byte_whole.or(self.first_byte_whole),
            idle: above.idle.or(self.idle),
            total: above.total.or(self.total),
            keepalive: above.keepalive.or(self.keepalive),
            max_event_mib: above.max_event_mib.or(self.max_event_mib),
        }
    }
}
