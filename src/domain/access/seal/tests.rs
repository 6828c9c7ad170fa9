//! What must not open a sealed secret.

use proptest::prelude::*;

use super::*;

const CONTEXT: &str = "provider deepseek https://api.deepseek.com";

fn master() -> MasterKey {
    MasterKey::from_bytes([42; 32])
}

fn sealed() -> Sealed {
    master().seal(CONTEXT, b"sk-secret", [7; NONCE]).unwrap()
}

#[test]
fn no_flipped_bit_opens() {
    let good = sealed();
    for at in 0..good.as_bytes().len() {
        for bit in 0..8 {
            let mut bytes = good.as_bytes().to_vec();
            bytes[at] ^= 1 << bit;
            assert!(
                master().open(CONTEXT, &Sealed::from_bytes(bytes)).is_err(),
                "byte {at}, bit {bit}"
            );
        }
    }
}

#[test]
fn nothing_shorter_or_longer_opens() {
    let good = sealed();
    for length in 0..good.as_bytes().len() {
        assert!(
            master()
                .open(CONTEXT, &Sealed::from_bytes(good.as_bytes()[..length].to_vec()))
                .is_err()
        );
    }
    let longer = [good.as_bytes(), &[0]].concat();

    assert!(master().open(CONTEXT, &Sealed::from_bytes(longer)).is_err());
}

#[test]
fn another_address_or_another_installation_does_not_open_it() {
    let other = master().open("provider deepseek https://evil.example", &sealed());
    assert_eq!(other.unwrap_err(), SealError::Mismatch);
    assert_eq!(
        MasterKey::from_bytes([43; 32]).open(CONTEXT, &sealed()).unwrap_err(),
        SealError::Mismatch
    );
}

#[test]
fn the_plain_secret_is_nowhere_in_it() {
    assert!(!sealed().as_bytes().windows(9).any(|part| part == b"sk-secret"));
    assert_eq!(format!("{:?}", sealed()), "Sealed(…)");
}

proptest! {
    #[test]
    fn what_was_sealed_opens(context in ".{0,40}", plain in proptest::collection::vec(any::<u8>(), 0..200), nonce: [u8; NONCE]) {
        let sealed = master().seal(&context, &plain, nonce).unwrap();
        prop_assert_eq!(&*master().open(&context, &sealed).unwrap(), &plain);

        let other = format!("{context}x");
        prop_assert!(master().open(&other, &sealed).is_err());
    }
}
