//! Money: whole numbers of pico-USD, exact from the catalog to the ledger.

use std::fmt;
use std::str::FromStr;

/// An amount in pico-USD (10⁻¹² US dollars): a price per token, a cost or a balance. Reaches ±9.2 million dollars.
///
/// ```
/// use crossmodel::domain::PicoUsd;
/// let price: PicoUsd = "0.00000028".parse().unwrap();
/// assert_eq!(price.pico(), 280_000);
/// assert_eq!(price.to_string(), "0.00000028");
/// assert!("0.0000000000001".parse::<PicoUsd>().is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PicoUsd(i64);

/// Why a text is not an amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a plain decimal number.
    #[error("`{0}` is not a decimal amount of US dollars")]
    NotDecimal(String),
    /// Finer than a pico-USD; rounding would be a lie about the price.
    #[error("`{0}` has more than 12 decimals")]
    TooFine(String),
    /// Beyond what one amount can hold.
    #[error("`{0}` is out of range")]
    OutOfRange(String),
}

const DECIMALS: usize = 12;
const ONE_USD: i64 = 1_000_000_000_000;

impl PicoUsd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount of whole pico-USD.
    pub const fn from_pico(pico: i64) -> Self {
        Self(pico)
    }

    /// The amount in whole pico-USD.
    pub const fn pico(self) -> i64 {
        self.0
    }

    /// The sum, unless it leaves the range.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// This price per token times `tokens`, in pico-USD. It is an `i128`, so that no product or sum of one call
    /// overflows.
    pub fn times(self, tokens: u64) -> i128 {
        i128::from(self.0) * i128::from(tokens)
    }

    /// The amount of all these pico-USD, unless it leaves the range.
    pub(in crate::domain) fn sum<const N: usize>(parts: [i128; N]) -> Option<Self> {
        let sum = parts.into_iter().try_fold(0_i128, i128::checked_add)?;
        i64::try_from(sum).ok().map(Self)
    }
}

impl FromStr for PicoUsd {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let not_decimal = || MoneyError::NotDecimal(text.into());
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());

        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || digits.ends_with('.') {
            return Err(not_decimal());
        }

        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > DECIMALS {
            return Err(MoneyError::TooFine(text.into()));
        }

        let number = format!("{}{whole}{fraction:0<DECIMALS$}", if negative { "-" } else { "" });
        number
            .parse()
            .map(Self)
            .map_err(|_| MoneyError::OutOfRange(text.into()))
    }
}

/// The exact decimal number of US dollars, without trailing zeros and never in powers of ten.
impl fmt::Display for PicoUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, fraction) = (
            self.0.unsigned_abs() / ONE_USD.unsigned_abs(),
            self.0.unsigned_abs() % ONE_USD.unsigned_abs(),
        );
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }

        let fraction = format!("{fraction:012}");
        write!(f, "{sign}{whole}.{}", fraction.trim_end_matches('0'))
    }
}

impl serde::Serialize for PicoUsd {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for PicoUsd {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_written_plainly() {
        let cases = [
            (0, "0"),
            (1, "0.000000000001"),
            (-1, "-0.000000000001"),
            (2_000, "0.000000002"),
            (ONE_USD, "1"),
            (-1_500_000_000_000, "-1.5"),
            (i64::MAX, "9223372.036854775807"),
            (i64::MIN, "-9223372.036854775808"),
        ];
        for (pico, text) in cases {
            assert_eq!(PicoUsd(pico).to_string(), text);
            assert_eq!(text.parse(), Ok(PicoUsd(pico)));
        }
    }

    #[test]
    fn zeros_at_either_end_do_not_count() {
        assert_eq!("0001.500000000000000000".parse(), Ok(PicoUsd(1_500_000_000_000)));
        assert_eq!("-0".parse(), Ok(PicoUsd::ZERO));
    }

    #[test]
    fn what_is_no_exact_amount_is_refused() {
        let refused = |text: &str| text.parse::<PicoUsd>().unwrap_err();
        for text in [
            "", "-", ".5", "1.", "1e-7", "+1", " 1", "1,5", "0x1", "--1", "1.2.3", "NaN", "\u{0661}",
        ] {
            assert!(matches!(refused(text), MoneyError::NotDecimal(_)), "{text}");
        }

        assert!(matches!(refused("0.0000000000001"), MoneyError::TooFine(_)));
        for text in [
            "9223372.036854775808",
            "-9223372.036854775809",
            "99999999999999999999999",
        ] {
            assert!(matches!(refused(text), MoneyError::OutOfRange(_)), "{text}");
        }
    }

    #[test]
    fn json_numbers_are_refused_since_they_are_not_exact() {
        assert!(serde_json::from_str::<PicoUsd>("0.1").is_err());
        assert_eq!(
            serde_json::from_str::<PicoUsd>("\"0.1\"").unwrap(),
            PicoUsd(100_000_000_000)
        );
    }

    proptest! {
        #[test]
        fn every_amount_reads_back_as_written(pico: i64) {
            let amount = PicoUsd(pico);
            prop_assert_eq!(amount.to_string().parse::<PicoUsd>(), Ok(amount));

            let json = serde_json::to_string(&amount).unwrap();
            prop_assert_eq!(serde_json::from_str::<PicoUsd>(&json).unwrap(), amount);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[-+0-9.e]{0,30}|.{0,20}") {
            let _ = text.parse::<PicoUsd>();
        }
    }
}
