//! The limits per minute, as headers of every metered answer.

use std::time::Duration;

use actix_web::HttpResponseBuilder;
use actix_web::http::header::{HeaderName, HeaderValue};

use super::spending::View;

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

/// Says how the limits of requests and of tokens stand. Where there is no limit there is no header.
pub(super) fn tell(answer: &mut HttpResponseBuilder, views: [Option<View>; 2]) {
    for (names, view) in NAMES.iter().zip(views) {
        let Some(view) = view else { continue };
        let [limit, remaining, reset] = names;
        answer.insert_header((limit.clone(), HeaderValue::from(view.limit)));
        answer.insert_header((remaining.clone(), HeaderValue::from(view.remaining)));
        if let Ok(text) = HeaderValue::try_from(duration(view.reset)) {
            answer.insert_header((reset.clone(), text));
        }
    }
}

/// A duration as OpenAI writes it: `120ms`, `6s`, `1m1s`.
fn duration(time: Duration) -> String {
    let seconds = time.as_millis().div_ceil(1000);
    match (time.as_millis(), seconds / 60, seconds % 60) {
        (ms @ 0..1000, ..) => format!("{ms}ms"),
        (_, 0, seconds) => format!("{seconds}s"),
        (_, minutes, seconds) => format!("{minutes}m{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_clients_read_them() {
        let written = |ms| duration(Duration::from_millis(ms));

        assert_eq!([written(0), written(120), written(999)], ["0ms", "120ms", "999ms"]);
        assert_eq!([written(1000), written(5_001), written(60_000)], ["1s", "6s", "1m0s"]);
        assert_eq!(written(61_000), "1m1s");
    }
}
