//! Log lines on standard error, as text or JSON. What people and providers send is data: no bodies and no headers are
//! logged, and control characters in a value cannot forge a line or drive a terminal.

use std::io::{self, Write};
use std::str::FromStr;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// The text is no log filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a log filter; write error, warn, info, debug, trace or off, or levels by module such as \
     info,crossmodel::gateway=debug"
)]
pub struct FilterError(String);

/// The lines to log. A level alone is that of our own lines; libraries log warnings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter(String);

impl FromStr for LogFilter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        let error = || FilterError(text.to_owned());
        let parts: Vec<&str> = text.split(',').map(str::trim).collect();
        // The library takes a word that is no level as the name of a module, so a misspelt level would log everything. It
        // takes an empty text for a level.
        let known = |part: &&str| part.contains('=') || !part.is_empty() && part.parse::<LevelFilter>().is_ok();
        if !parts.iter().all(known) {
            return Err(error());
        }

        let directives: Vec<String> = parts
            .iter()
            .map(|part| match part.parse::<LevelFilter>() {
                Ok(level) if level > LevelFilter::WARN => format!("warn,crossmodel={part}"),
                _ => (*part).to_owned(),
            })
            .collect();
        let directives = directives.join(",");
        EnvFilter::builder().parse(&directives).map_err(|_| error())?;
        Ok(Self(directives))
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// Starts logging for the life of the process. A second call changes nothing.
pub fn start(filter: &LogFilter, format: LogFormat) {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(&filter.0))
        .with_ansi(false);
    // A line that cannot be written, as on a full disk, is lost: to report that on standard error would panic.
    let builder = builder.log_internal_errors(false);
    let _ = match format {
        LogFormat::Text => builder.with_writer(|| OneLine(io::stderr())).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).with_writer(io::stderr).try_init(),
    };
}

/// Passes on whole log lines, with every control character but the line's end escaped.
struct OneLine<W>(W);

impl<W: Write> Write for OneLine<W> {
    /// The formatter hands over a whole event at once.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let (line, end) = match event.strip_suffix(b"\n") {
            Some(line) => (line, "\n"),
            None => (event, ""),
        };

        let mut safe = String::with_capacity(event.len());
        for c in String::from_utf8_lossy(line).chars() {
            if c.is_control() {
                safe.extend(c.escape_default())
            } else {
                safe.push(c)
            }
        }
        safe.push_str(end);

        self.0.write_all(safe.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_forge_a_line() {
        let mut out = Vec::new();
        OneLine(&mut out)
            .write_all(b"INFO asked for \"a\nINFO all is well\x1b[2J\x7f\"\n")
            .unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "INFO asked for \"a\\nINFO all is well\\u{1b}[2J\\u{7f}\"\n"
        );
    }

    #[test]
    fn a_level_means_our_own_lines() {
        assert_eq!("debug".parse(), Ok(LogFilter("warn,crossmodel=debug".into())));
        assert_eq!("error".parse(), Ok(LogFilter("error".into())));
    }

    #[test]
    fn a_misspelt_level_is_refused() {
        for right in ["info", "off", "warn,crossmodel::gateway=debug", "debug"] {
            assert!(right.parse::<LogFilter>().is_ok(), "{right}");
        }
        for wrong in ["inof", "", "info,", "crossmodel=loud", "verbose"] {
            assert!(wrong.parse::<LogFilter>().is_err(), "{wrong}");
        }
    }
}
