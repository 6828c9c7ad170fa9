//! The log lines of requests that we refuse. Clients cause them as fast as they like, so that only so many are written.

use std::sync::Mutex;

use super::response::{Failure, Head};
use crate::gateway::locks::lock;

/// Lines in any one second.
const MOST: u32 = 20;

/// Writes those lines.
#[derive(Debug, Default)]
pub struct RefusalLog(Mutex<Second>);

/// What was written in the second that runs.
#[derive(Debug, Default)]
struct Second {
    began: i64,
    lines: u32,
    left_out: u64,
}

impl RefusalLog {
    /// Says why a request is refused: who sent it, and what was wrong. A key that is not known is told at debug level only.
    pub fn write(&self, head: &Head, failure: &Failure) {
        let Some(key) = &head.rate_limits else {
            let error = &failure.error;
            tracing::debug!(request = %head.id.header_value(), status = error.status, code = %error.code, reason = error.message, "Refused a request");
            return;
        };
        let Some(left_out) = self.admits(head.at().seconds()) else {
            return;
        };
        if left_out > 0 {
            tracing::info!(left_out, "Refused more requests than are logged one by one");
        }
        let error = &failure.error;
        tracing::info!(
            request = %head.id.header_value(),
            key = %key.id,
            account = %key.account,
            status = error.status,
            code = %error.code,
            reason = error.message,
            "Refused a request"
        );
    }

    /// Whether one more line may be written in this second; then also how many were left out before.
    fn admits(&self, now: i64) -> Option<u64> {
        let mut second = lock(&self.0);
        let mut left_out = 0;
        if second.began != now {
            left_out = second.left_out;
            *second = Second {
                began: now,
                ..Second::default()
            };
        }
        if second.lines >= MOST {
            second.left_out += 1;
            return None;
        }
        second.lines += 1;
        Some(left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_refusals_writes_so_many_lines_a_second_and_says_how_many_it_left_out() {
        let log = RefusalLog::default();
        let written = (0..100).filter(|_| log.admits(7).is_some()).count();

        assert_eq!(written, MOST as usize);
        assert_eq!(log.admits(8), Some(80));
        assert_eq!(log.admits(8), Some(0));
    }
}
