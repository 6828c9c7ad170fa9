//! How long the gateway waits for one provider, as the command line writes it.

use crate::domain::ProviderPatience;

/// The help text of the option.
pub const PATIENCE: &str = "\
How long to wait for this provider, where that differs from the settings for all providers: WHAT=SECONDS, several \
separated by commas, or `usual`, to go back to those settings.

WHAT is one of
  first-byte-stream   until it begins a stream
  first-byte-whole    until it begins a whole answer
  idle                silence in the middle of an answer
  total               an answer in all
  keepalive           silence after which a client hears that its stream is alive; 0 is never
  max-event           the longest event of its streams, in MiB instead of seconds";

/// The value of the option; `None` goes back to the settings for all providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience(pub Option<ProviderPatience>);

pub fn read(text: &str) -> Result<Patience, String> {
    if text == "usual" {
        return Ok(Patience(None));
    }

    let mut all = ProviderPatience::default();
    for part in text.split(',') {
        let (what, number) = part
            .split_once('=')
            .ok_or_else(|| format!("`{part}` says no number; write for example idle=900"))?;
        let (slot, least, most) = match what {
            "first-byte-stream" => (&mut all.first_byte_stream, 1, 86_400),
            "first-byte-whole" => (&mut all.first_byte_whole, 1, 86_400),
            "idle" => (&mut all.idle, 1, 86_400),
            "total" => (&mut all.total, 1, 604_800),
            "keepalive" => (&mut all.keepalive, 0, 3_600),
            "max-event" => (&mut all.max_event_mib, 1, 256),
            _ => {
                return Err(format!(
                    "`{what}` is not known; use first-byte-stream, first-byte-whole, idle, total, keepalive or max-event"
                ));
            }
        };

        let number = number.parse().ok().filter(|number| (least..=most).contains(number));
        *slot = Some(number.ok_or_else(|| format!("{what} must be a whole number from {least} to {most}"))?);
    }

    Ok(Patience(Some(all)))
}

/// The value of the option that sets this patience; empty for none.
pub fn as_text(patience: &ProviderPatience) -> String {
    let parts = [
        ("first-byte-stream", patience.first_byte_stream),
        ("first-byte-whole", patience.first_byte_whole),
        ("idle", patience.idle),
        ("total", patience.total),
        ("keepalive", patience.keepalive),
        ("max-event", patience.max_event_mib),
    ];
    let parts = parts
        .iter()
        .filter_map(|(what, number)| Some(format!("{what}={}", (*number)?)));
    parts.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_parts_are_read_and_the_usual_forgets_them() {
        let all = read("idle=900,keepalive=0,max-event=64").unwrap();
        let expected = ProviderPatience {
            idle: Some(900),
            keepalive: Some(0),
            max_event_mib: Some(64),
            ..Default::default()
        };

        assert_eq!(all, Patience(Some(expected)));
        assert_eq!(as_text(&expected), "idle=900,keepalive=0,max-event=64");
        assert_eq!(read("usual"), Ok(Patience(None)));
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(
            read("idle=0").unwrap_err(),
            "idle must be a whole number from 1 to 86400"
        );
        assert_eq!(
            read("idle=soon").unwrap_err(),
            "idle must be a whole number from 1 to 86400"
        );
        assert_eq!(
            read("idle").unwrap_err(),
            "`idle` says no number; write for example idle=900"
        );
        assert!(read("idel=9").unwrap_err().starts_with("`idel` is not known"));
    }
}
