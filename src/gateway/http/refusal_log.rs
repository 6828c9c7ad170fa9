//! The log lines of requests that the gateway refuses. Clients cause them as fast as they like, so their number is limited.

use parking_lot::Mutex;

use super::failure::Failure;
use super::response::Head;

/// The most lines that are written in one second.
const MOST: u32 = 20;

/// Writes the lines of refused requests.
#[derive(Debug, Default)]
pub struct RefusalLog(Mutex<Second>);

/// The lines of the current second.
#[derive(Debug, Default)]
struct Second {
    began: i64,
    lines: u32,
    left_out: u64,
}

impl RefusalLog {
    /// Logs who sent a request and why the gateway refused it. Requests with an unknown key are logged at debug level only.
    pub fn write(&self, head: &Head, failure: &Failure) {
        let Some(key) = &head.rate_limits else {
            let error = &failure.error;
            tracing::debug!(request.id = %head.id.header_value(), status = error.status, code = %error.code, reason = error.message, "Refused a request");
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
            request.id = %head.id.header_value(),
            key.id = %key.id,
            account.id = %key.account,
            status = error.status,
            code = %error.code,
            reason = error.message,
            "Refused a request"
        );
    }

    /// The number of lines left out before this one; `None` if no further line may be written in this second.
    fn admits(&self, now: i64) -> Option<u64> {
        let mut second = self.0.lock();
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
