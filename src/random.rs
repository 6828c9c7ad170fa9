//! Random bytes from the operating system, for secrets and identifiers. The domain never calls this: it is given bytes.

/// Fills an array from the operating system's generator.
///
/// # Panics
/// When the operating system has no randomness to give: to go on with guessable secrets would be worse.
#[expect(clippy::expect_used, reason = "no secret may be made without entropy")]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    getrandom::fill(&mut out).expect("the operating system's random generator answers");
    out
}
