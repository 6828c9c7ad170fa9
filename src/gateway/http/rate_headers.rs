//! Writes the state of the limits per minute into the headers of every metered answer.

use std::time::Duration;

use actix_web::HttpResponseBuilder;
use actix_web::http::header::HeaderName;
use bytes::BytesMut;

use super::header_buffer::Values;
use crate::gateway::metering::spending::RateView;

const NAMES: [[HeaderName; 3]; 2] = [
    [
        HeaderName::from_static("x-ratelimit-limit-requests"),
        HeaderName::from_static("x-ratelimit-remaining-requests"),
        HeaderName::from_static("x-ratelimit-reset-requests"),
    ],
    [
        HeaderName::from_static("x-ratelimit-limit-tokens"),
        HeaderName::from_static("x-ratelimit-remaining-tokens"),
        HeaderName::from_static("x-ratelimit-reset-tokens"),
    ],
];

/// Adds the headers with the state of both limits. Without a limit there is no header.
pub fn insert_rate_headers(answer: &mut HttpResponseBuilder, values: &mut Values, views: [Option<RateView>; 2]) {
    for (names, view) in NAMES.iter().zip(views) {
        let Some(view) = view else { continue };
        let made = [
            values.make(|out| number(out, view.limit)),
            values.make(|out| number(out, view.remaining)),
            values.make(|out| duration(out, view.reset)),
        ];
        for (name, value) in names.iter().zip(made) {
            if let Some(value) = value {
                answer.insert_header((name.clone(), value));
            }
        }
    }
}

fn number(out: &mut BytesMut, value: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// A duration as OpenAI writes it: `120ms`, `6s`, `1m1s`.
fn duration(out: &mut BytesMut, time: Duration) {
    let ms = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    if ms < 1000 {
        number(out, ms);
        return out.extend_from_slice(b"ms");
    }
    let seconds = ms.saturating_add(999) / 1000;
    if seconds >= 60 {
        number(out, seconds / 60);
        out.extend_from_slice(b"m");
    }
    number(out, seconds % 60);
    out.extend_from_slice(b"s");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_clients_read_them() {
        let written = |ms| {
            let mut out = BytesMut::new();
            duration(&mut out, Duration::from_millis(ms));
            String::from_utf8(out.to_vec()).unwrap()
        };

        assert_eq!([written(0), written(120), written(999)], ["0ms", "120ms", "999ms"]);
        assert_eq!([written(1000), written(5_001), written(60_000)], ["1s", "6s", "1m0s"]);
        assert_eq!(written(61_000), "1m1s");
    }
}
