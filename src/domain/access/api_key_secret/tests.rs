//! Secrets: their shape, their checksum and their hash.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::domain::access::seal::MasterKey;

/// A small generator, good enough to fill bytes evenly and the same in every run.
fn source(mut state: u64) -> impl FnMut() -> [u8; 64] {
    move || {
        std::array::from_fn(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        })
    }
}

fn secret(seed: u64) -> ApiKeySecret {
    ApiKeySecret::generate(source(seed))
}

#[test]
fn a_secret_has_its_shape_and_reads_back() {
    let secret = secret(1);
    let text = secret.expose();

    assert_eq!(text.len(), 49);
    assert!(text.starts_with("cm-") && text.bytes().skip(3).all(|b| b.is_ascii_alphanumeric()));
    assert_eq!(text.parse::<ApiKeySecret>(), Ok(secret));
}

#[test]
fn the_checksum_is_this_one() {
    let body = format!("cm-{}", "0".repeat(40));
    let whole = format!("{body}{}", checksum(&body));

    assert!(whole.parse::<ApiKeySecret>().is_ok());
    assert_eq!(
        checksum("123456789"),
        "3jZRME",
        "CRC-32 of the standard check text is 0xCBF43926"
    );
}

#[test]
fn no_single_changed_character_and_no_swap_gets_through() {
    for seed in 0..5 {
        let secret = secret(seed);
        let text = secret.expose();
        for at in 0..text.len() {
            for wrong in BASE62.iter().copied().chain(*b"-_ .") {
                let mut bytes = text.as_bytes().to_vec();
                if std::mem::replace(&mut bytes[at], wrong) == wrong {
                    continue;
                }
                let changed = String::from_utf8(bytes).unwrap();
                assert!(changed.parse::<ApiKeySecret>().is_err(), "{changed}");
            }
            let mut bytes = text.as_bytes().to_vec();
            bytes.swap(at, (at + 1).min(text.len() - 1));
            let swapped = String::from_utf8(bytes).unwrap();
            assert!(swapped == text || swapped.parse::<ApiKeySecret>().is_err());
        }
    }
}

#[test]
fn every_character_is_as_likely_as_any_other() {
    let mut counts = [0_u32; 62];
    for seed in 0..2_000 {
        for byte in secret(seed).expose().bytes().skip(3).take(40) {
            counts[BASE62.iter().position(|&b| b == byte).unwrap()] += 1;
        }
    }
    let expected = 2_000.0 * 40.0 / 62.0;
    let chi: f64 = counts
        .iter()
        .map(|&n| (f64::from(n) - expected).powi(2) / expected)
        .sum();

    // 61 degrees of freedom: beyond 120 in one of 100,000 runs, and this run is always the same.
    assert!(chi < 120.0, "{chi}");
}

#[test]
fn bytes_that_would_favour_some_characters_are_passed_over() {
    let mut first = true;
    let biased = ApiKeySecret::generate(|| {
        if std::mem::take(&mut first) {
            [255; 64]
        } else {
            [61; 64]
        }
    });
    assert!(biased.expose().starts_with(&format!("cm-{}", "z".repeat(40))));
}

#[test]
fn secrets_differ() {
    let all: HashSet<String> = (0..1_000).map(|seed| secret(seed).expose().to_owned()).collect();
    assert_eq!(all.len(), 1_000);
}

#[test]
fn a_list_shows_a_little_of_it_and_debug_nothing() {
    let secret = secret(3);
    let text = secret.expose();

    assert_eq!(secret.display(), format!("{}…{}", &text[..7], &text[45..]));

    let hash = MasterKey::from_bytes([7; 32]).api_key_hasher().hash(&secret);
    let shown = format!("{secret:?} {hash:?} {:?}", MasterKey::from_bytes([7; 32]));

    assert!(!shown.contains(&text[3..7]) && !shown.contains(&text[45..]), "{shown}");
}

#[test]
fn a_hash_depends_on_the_secret_and_on_the_installation() {
    let hash = |master: u8, seed: u64| MasterKey::from_bytes([master; 32]).api_key_hasher().hash(&secret(seed));
    assert_eq!(hash(1, 1), hash(1, 1));
    assert_ne!(hash(1, 1), hash(1, 2));
    assert_ne!(hash(1, 1), hash(2, 1));
}

proptest! {
    #[test]
    fn what_is_not_a_secret_is_refused(text in "cm-[0-9A-Za-z]{46}|cm-.{46}|.{0,60}") {
        // One of 4,294,967,296 random texts of the right shape has the right checksum.
        prop_assert!(text.parse::<ApiKeySecret>().is_err());
    }
}
