//! The entries of the spool: the start of a call, with everything that is known by then, and its end.
//!
//! The first byte of an entry is the number of its form. A form never changes: a new form gets a new number, and old forms are
//! read for as long as a spool may hold them.

use serde::{Deserialize, Serialize};

use crate::domain::{
    AccountId, AliasName, ApiKeyId, Attempt, CallState, Match, PicoUsd, Price, ProviderId, RequestId, RequestUse,
    Timestamp, Tokens, UsageRecord, UsageSource,
};

const STARTED: u8 = 1;
const ENDED: u8 = 2;
/// As [`STARTED`], and then what the request used.
const STARTED_WITH_USE: u8 = 3;
/// As [`ENDED`], and then what was changed.
const ENDED_ADAPTED: u8 = 4;

/// A call that is about to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallStarted {
    pub id: RequestId,
    pub account: AccountId,
    pub key: ApiKeyId,
    pub key_revision: i64,
    pub at: Timestamp,
    pub requested: String,
    pub alias: Option<(AliasName, Match)>,
    pub model: String,
    pub provider: ProviderId,
    pub protocol: String,
    pub stream: bool,
    pub agent: Option<String>,
    /// The amount that is reserved for it, in pico-USD.
    pub held: i64,
    pub charges: Charges,
    /// What the request used. The first form has no place for it.
    #[serde(skip)]
    pub used: Option<RequestUse>,
}

/// The spend limits that a call counts against, besides its account's balance: each by the day on which its period began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charges {
    pub key: Option<i64>,
    pub account: Option<i64>,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallEnded {
    pub id: RequestId,
    /// The model and the provider that ran, if they are not those of the start.
    pub ran: Option<(String, ProviderId)>,
    pub state: CallState,
    pub status: u16,
    pub error: Option<String>,
    pub tokens: Tokens,
    pub searches: u64,
    pub tier: Option<String>,
    pub source: UsageSource,
    /// The prices in the order of [`Price::to_kinds`].
    pub price: Option<[Option<i64>; Price::KINDS]>,
    /// In pico-USD.
    pub cost: i64,
    pub latency_ms: u32,
    pub first_byte_ms: Option<u32>,
    pub attempts: Vec<Attempt>,
    /// What was changed to fit request and answer to each other. The first form has no place for it.
    #[serde(skip)]
    pub adapted: Option<String>,
}

/// One entry of the spool.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    Started(Box<CallStarted>),
    Ended(Box<CallEnded>),
}

pub(super) fn write_started(out: &mut Vec<u8>, call: &CallStarted) {
    match call.used {
        Some(used) => write(out, STARTED_WITH_USE, &(call, used)),
        None => write(out, STARTED, call),
    }
}

pub(super) fn write_ended(out: &mut Vec<u8>, call: &CallEnded) {
    match &call.adapted {
        Some(adapted) => write(out, ENDED_ADAPTED, &(call, adapted)),
        None => write(out, ENDED, call),
    }
}

fn write(out: &mut Vec<u8>, form: u8, value: &impl Serialize) {
    out.push(form);
    // Writing fails only for a `Serialize` that fails, or a sequence of unknown length: the entries have neither.
    if let Err(error) = postcard::serialize_with_flavor(value, Grow(out)) {
        tracing::error!(%error, "An entry could not be written to the spool");
    }
}

/// Appends to a buffer.
struct Grow<'a>(&'a mut Vec<u8>);

impl postcard::ser_flavors::Flavor for Grow<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

/// Reads an entry; `None` if this program does not know its form.
pub(super) fn read(payload: &[u8]) -> Option<Entry> {
    let (form, body) = payload.split_first()?;
    match *form {
        STARTED => postcard::from_bytes(body).ok().map(Box::new).map(Entry::Started),
        ENDED => postcard::from_bytes(body).ok().map(Box::new).map(Entry::Ended),
        STARTED_WITH_USE => {
            let (mut call, used): (Box<CallStarted>, _) = postcard::from_bytes(body).ok()?;
            call.used = Some(used);
            Some(Entry::Started(call))
        }
        ENDED_ADAPTED => {
            let (mut call, adapted): (Box<CallEnded>, _) = postcard::from_bytes(body).ok()?;
            call.adapted = Some(adapted);
            Some(Entry::Ended(call))
        }
        _ => None,
    }
}

impl CallStarted {
    /// The usage record of the call. Without an end its state is unknown: the gateway ended in the middle of the call.
    pub fn record(self, ended: Option<CallEnded>) -> UsageRecord {
        let ended = ended.unwrap_or_else(|| CallEnded {
            id: self.id,
            ran: None,
            state: CallState::Unknown,
            status: 500,
            error: Some("gateway_stopped".into()),
            tokens: Tokens::default(),
            searches: 0,
            tier: None,
            source: UsageSource::None,
            price: None,
            cost: 0,
            latency_ms: 0,
            first_byte_ms: None,
            attempts: Vec::new(),
            adapted: None,
        });

        let (model, provider) = ended.ran.unwrap_or((self.model, self.provider));

        UsageRecord {
            id: self.id,
            account: self.account,
            key: self.key,
            key_revision: self.key_revision,
            at: self.at,
            requested: self.requested,
            alias: self.alias,
            model,
            provider,
            protocol: self.protocol,
            stream: self.stream,
            status: ended.status,
            error: ended.error,
            tokens: ended.tokens,
            source: ended.source,
            state: ended.state,
            held: PicoUsd::from_pico(self.held),
            price: ended.price.map(Price::of_kinds),
            tier: ended.tier,
            searches: ended.searches,
            cost: PicoUsd::from_pico(ended.cost),
            latency_ms: ended.latency_ms,
            first_byte_ms: ended.first_byte_ms,
            attempts: ended.attempts,
            adapted: ended.adapted,
            used: self.used,
            agent: self.agent,
        }
    }
}
