//! The values of a statement, on either engine: whole numbers, text and bytes.

use std::sync::Arc;

use crate::domain::{
    AccountId, AliasName, ApiKeyHash, ApiKeyId, Email, GatewayId, LedgerId, ModelId, PersonId, PicoUsd, ProviderId,
    RequestId, Timestamp,
};

/// A value for a placeholder.
#[derive(Clone, Debug)]
pub enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    /// A text that several rows share.
    Shared(Arc<str>),
    Bytes(Option<Vec<u8>>),
}

/// A list of values, each converted by `Value::from`.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::engine::Value::from($value)),*] };
}
pub(in crate::store) use args;

macro_rules! value_from {
    ($($kind:ident: $type:ty, |$v:ident| $into:expr;)+) => { $(
        impl From<$type> for Value {
            fn from($v: $type) -> Self {
                Self::$kind(Some($into))
            }
        }
        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self {
                Self::$kind(value.map(|$v| $into))
            }
        }
    )+ };
}

value_from! {
    Int: i64, |v| v;
    Int: u32, |v| i64::from(v);
    Int: bool, |v| i64::from(v);
    Int: Timestamp, |v| v.millis();
    Int: PicoUsd, |v| v.pico();
    Text: &str, |v| v.to_owned();
    Text: String, |v| v;
    Text: AccountId, |v| v.to_string();
    Text: PersonId, |v| v.to_string();
    Text: ApiKeyId, |v| v.to_string();
    Text: RequestId, |v| v.to_string();
    Text: LedgerId, |v| v.to_string();
    Text: GatewayId, |v| v.to_string();
    Text: &AliasName, |v| v.to_string();
    Text: &ModelId, |v| v.to_string();
    Text: &ProviderId, |v| v.to_string();
    Text: &Email, |v| v.to_string();
    Bytes: Vec<u8>, |v| v;
    Bytes: &[u8], |v| v.to_vec();
    Bytes: [u8; 32], |v| v.to_vec();
    Bytes: ApiKeyHash, |v| v.as_bytes().to_vec();
}

impl From<Arc<str>> for Value {
    fn from(text: Arc<str>) -> Self {
        Self::Shared(text)
    }
}

impl From<Option<Arc<str>>> for Value {
    fn from(text: Option<Arc<str>>) -> Self {
        text.map_or(Self::Text(None), Self::Shared)
    }
}

/// A value as the JSON text of a column.
pub fn to_json<T: serde::Serialize + ?Sized>(value: &T) -> String {
    // Only a map whose keys are not text, or a failing `Serialize`, cannot be written; the store has neither.
    serde_json::to_string(value).unwrap_or_default()
}
