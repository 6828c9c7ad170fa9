//! Identifiers: UUID version 7, so that rows sort by the time they were made. Each kind has a type of its own.

use super::time::Timestamp;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// A new identifier for something made at `now`, from ten random bytes.
            pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
                let ms = u64::try_from(now.millis()).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid())
            }

            /// The smallest identifier that can be made at `at`: every identifier made before is smaller.
            pub fn floor(at: Timestamp) -> Self {
                Self::new(at, [0; 10])
            }

            /// The smallest identifier that is greater.
            #[must_use]
            pub fn after(self) -> Self {
                Self(uuid::Uuid::from_u128(self.0.as_u128().saturating_add(1)))
            }

            /// How many characters its text has.
            pub const LENGTH: usize = uuid::fmt::Hyphenated::LENGTH;

            /// Writes its text into `into`, without allocating.
            pub fn encode(self, into: &mut [u8; Self::LENGTH]) -> &str {
                self.0.hyphenated().encode_lower(into)
            }

            /// When it was made.
            pub fn made_at(self) -> Timestamp {
                let ms = self.0.get_timestamp().map_or(0, |at| {
                    let (seconds, nanos) = at.to_unix();
                    i64::try_from(seconds).unwrap_or(0) * 1_000 + i64::from(nanos / 1_000_000)
                });
                Timestamp::from_millis(ms)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                uuid::Uuid::parse_str(text).map(Self).map_err(|_| IdError)
            }
        }
    };
}

/// The text is not an identifier of this product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a valid identifier")]
pub struct IdError;

id!(
    /// An account, which pays for calls.
    AccountId
);
id!(
    /// A person, who signs in to the console.
    PersonId
);
id!(
    /// An API key. A new secret of the key does not change it.
    ApiKeyId
);
id!(
    /// One entry of the ledger.
    LedgerId
);
id!(
    /// One run of a gateway, from its start to its end.
    GatewayId
);
id!(
    /// One metered call; also the tail of its `x-request-id`.
    RequestId
);

impl RequestId {
    /// The text before the id in `x-request-id`.
    pub const HEADER_PREFIX: &'static str = "req_cm_";

    /// The value of `x-request-id`: the prefix and the id.
    pub fn header_value(self) -> String {
        format!("{}{self}", Self::HEADER_PREFIX)
    }

    /// Reads an id with or without its prefix, as people copy it from an answer, a page or the log.
    ///
    /// # Errors
    /// If what follows the prefix is no id.
    pub fn from_header(text: &str) -> Result<Self, IdError> {
        text.strip_prefix(Self::HEADER_PREFIX).unwrap_or(text).parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_named_with_its_prefix_and_found_with_or_without_it() {
        let id = RequestId::new(Timestamp::from_millis(1_000), [7; 10]);
        assert_eq!(id.header_value(), format!("req_cm_{id}"));
        assert_eq!(RequestId::from_header(&id.header_value()), Ok(id));
        assert_eq!(RequestId::from_header(&id.to_string()), Ok(id));
        assert!(RequestId::from_header("req_cm_").is_err());
    }

    #[test]
    fn ids_sort_by_the_time_they_were_made_and_read_back() {
        let early = ApiKeyId::new(Timestamp::from_millis(1_000), [255; 10]);
        let late = ApiKeyId::new(Timestamp::from_millis(1_001), [0; 10]);

        assert!(early < late && early.to_string() < late.to_string());
        assert_eq!(early.to_string().parse(), Ok(early));
        assert_eq!((early.made_at().millis(), late.made_at().millis()), (1_000, 1_001));

        let between = ApiKeyId::floor(Timestamp::from_millis(1_001));
        assert!(early < between && between <= late);
        assert_eq!(early.encode(&mut [0; ApiKeyId::LENGTH]), early.to_string());
        assert!("not-an-id".parse::<ApiKeyId>().is_err());
    }
}
