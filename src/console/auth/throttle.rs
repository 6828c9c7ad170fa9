//! Slows down attempts to guess a password: for each e-mail address a pause that doubles with each failure, for each
//! network address a count of failures.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderValue, X_FORWARDED_FOR};
use ipnet::IpNet;

use crate::console::state::Console;
use crate::console::web::ConsoleError;
use crate::domain::{Timestamp, TrustedProxies, household};
use crate::store::Attempts;

const FREE: i64 = 2;
const LONGEST_LOCK: Duration = Duration::from_secs(15 * 60);
const FORGET: Duration = Duration::from_secs(24 * 60 * 60);
const MINUTE: Limit = Limit {
    name: "ip-minute",
    window: Duration::from_secs(60),
    most: 10,
};
const HOUR: Limit = Limit {
    name: "ip-hour",
    window: Duration::from_secs(3_600),
    most: 100,
};

#[derive(Clone, Copy)]
struct Limit {
    name: &'static str,
    window: Duration,
    most: i64,
}

/// An attempt that has been counted as failed. [`Attempt::succeeded`] takes that back; without it the attempt stays
/// counted. Counting first means that a hundred attempts at once are a hundred, not one.
#[derive(Debug)]
#[must_use]
pub struct Attempt {
    account: String,
    address: Option<String>,
}

/// Counts an attempt to sign in as `name` from the sender of `request`.
///
/// # Errors
/// [`ConsoleError::TooMany`] with the time left, if the name or the sender is blocked now. The attempt is then not
/// counted.
pub async fn begin(console: &Console, request: &HttpRequest, name: &str) -> Result<Attempt, ConsoleError> {
    let now = console.now();
    let address = sender(request, &console.options.proxies);
    let attempt = Attempt {
        account: format!("account:{name}"),
        address,
    };
    let throttle = console.store.throttle();
    // One at a time, so that attempts in parallel see each other.
    let _turn = console.throttle_turn.lock().await;
    let account = throttle.get(&attempt.account).await?;
    let mut shut = left(account, now);
    let mut counts = Vec::new();
    for limit in [MINUTE, HOUR] {
        if let Some(subject) = attempt.subject(limit) {
            let before = throttle.get(&subject).await?;
            shut = shut.max(left(before, now));
            counts.push((subject, limit.count(before, now)));
        }
    }
    if let Some(wait) = shut {
        return Err(ConsoleError::TooMany(wait));
    }
    throttle.put(&attempt.account, &lock(account, now)).await?;
    for (subject, count) in counts {
        throttle.put(&subject, &count).await?;
    }
    Ok(attempt)
}

impl Attempt {
    fn subject(&self, limit: Limit) -> Option<String> {
        self.address.as_ref().map(|address| format!("{}:{address}", limit.name))
    }

    /// Takes the count back: the account starts afresh, the address has one failure less.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn succeeded(self, console: &Console) -> Result<(), ConsoleError> {
        let throttle = console.store.throttle();
        let _turn = console.throttle_turn.lock().await;
        throttle.clear(&self.account).await?;
        for limit in [MINUTE, HOUR] {
            let Some(subject) = self.subject(limit) else { continue };
            if let Some(count) = throttle.get(&subject).await? {
                let failures = (count.failures - 1).max(0);
                throttle
                    .put(
                        &subject,
                        &Attempts {
                            failures,
                            blocked_until: None,
                            ..count
                        },
                    )
                    .await?;
            }
        }
        throttle.prune(console.now().minus(FORGET)).await?;
        Ok(())
    }
}

/// How long a subject is still shut out.
fn left(attempts: Option<Attempts>, now: Timestamp) -> Option<Duration> {
    attempts
        .and_then(|attempts| attempts.blocked_until)
        .filter(|&until| until > now)
        .map(|until| until.since(now))
}

/// One more failure of an account: from the third on, it waits 1, 2, 4, … seconds, at most a quarter of an hour.
fn lock(before: Option<Attempts>, now: Timestamp) -> Attempts {
    let before = before.filter(|before| now.since(before.last_at) < FORGET);
    let failures = before.map_or(0, |before| before.failures) + 1;
    let doubled = u32::try_from(failures - FREE - 1)
        .ok()
        .map(|times| 1_u64.checked_shl(times.min(20)).unwrap_or(u64::MAX));
    let blocked_until = doubled.map(|seconds| now.plus(Duration::from_secs(seconds).min(LONGEST_LOCK)));
    Attempts {
        failures,
        window_start: before.map_or(now, |before| before.window_start),
        blocked_until,
        last_at: now,
    }
}

impl Limit {
    /// One more failure of an address. The one that fills the window shuts the address out until the window ends.
    fn count(self, before: Option<Attempts>, now: Timestamp) -> Attempts {
        let before = before.filter(|before| now.since(before.window_start) < self.window);
        let window_start = before.map_or(now, |before| before.window_start);
        let failures = before.map_or(0, |before| before.failures) + 1;
        let blocked_until = (failures >= self.most).then(|| window_start.plus(self.window));
        Attempts {
            failures,
            window_start,
            blocked_until,
            last_at: now,
        }
    }
}

/// Who sent the request, maybe through a proxy, as one sender counts: an IPv4 address, or a household's IPv6 network.
fn sender(request: &HttpRequest, proxies: &TrustedProxies) -> Option<String> {
    let lines = request.headers().get_all(X_FORWARDED_FOR).map(HeaderValue::as_bytes);
    Some(match household(proxies.client(request.peer_addr()?.ip(), lines)) {
        IpNet::V4(one) => one.addr().to_string(),
        IpNet::V6(network) => network.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000_000);

    fn waits(failures: usize) -> Vec<u64> {
        let mut attempts = None;
        let mut now = NOW;
        let mut waits = Vec::new();
        for _ in 0..failures {
            let next = lock(attempts, now);
            let wait = left(Some(next), now).unwrap_or_default();
            waits.push(wait.as_secs());
            now = now.plus(wait);
            attempts = Some(next);
        }
        waits
    }

    #[test]
    fn an_account_waits_longer_after_each_failure_but_never_for_good() {
        assert_eq!(waits(14), [0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    }

    #[test]
    fn a_day_later_all_is_forgotten() {
        let old = Attempts {
            failures: 9,
            window_start: NOW,
            blocked_until: None,
            last_at: NOW,
        };

        let next = lock(Some(old), NOW.plus(FORGET));

        assert_eq!((next.failures, next.blocked_until), (1, None));
    }

    #[test]
    fn the_tenth_failure_of_a_minute_shuts_an_address_out_for_the_rest_of_it() {
        let mut attempts = None;
        for second in 0..10 {
            attempts = Some(MINUTE.count(attempts, NOW.plus(Duration::from_secs(second))));
        }
        assert_eq!(
            left(attempts, NOW.plus(Duration::from_secs(9))),
            Some(Duration::from_secs(51))
        );
        assert_eq!(left(attempts, NOW.plus(Duration::from_secs(60))), None);
    }

    #[test]
    fn addresses_of_one_household_count_together() {
        let from = |peer: &str| {
            let request = actix_web::test::TestRequest::default().peer_addr(SocketAddr::new(peer.parse().unwrap(), 9));
            sender(&request.to_http_request(), &TrustedProxies::on_this_machine()).unwrap()
        };
        assert_eq!(from("2001:db8:1:2:3::9"), from("2001:db8:1:2:ffff::1"));
        assert_eq!(from("::ffff:192.0.2.7"), "192.0.2.7");
    }

    #[test]
    fn behind_a_proxy_on_an_address_of_both_kinds_the_client_counts() {
        let request = actix_web::test::TestRequest::default()
            .peer_addr("[::ffff:127.0.0.1]:9".parse().unwrap())
            .append_header(("x-forwarded-for", "203.0.113.1"))
            .append_header(("x-forwarded-for", "192.0.2.7"));
        let request = request.to_http_request();
        assert_eq!(
            sender(&request, &TrustedProxies::on_this_machine()).unwrap(),
            "192.0.2.7"
        );
        assert_eq!(sender(&request, &TrustedProxies::default()).unwrap(), "127.0.0.1");
    }
}
