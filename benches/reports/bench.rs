//! Runs one measurement many times, and keeps its line of the result.

use std::future::Future;
use std::time::{Duration, Instant};

use crossmodel::store::Store;

use super::Error;

pub struct Bench<'a> {
    pub store: &'a Store,
    /// How often each measurement runs.
    pub rounds: usize,
    /// The result: one line for each measurement.
    pub lines: Vec<String>,
}

impl Bench<'_> {
    /// Runs `work` many times. It returns how much it found.
    pub async fn time<F: Future<Output = Result<String, Error>>>(
        &mut self,
        name: &str,
        mut work: impl FnMut() -> F,
    ) -> Result<(), Error> {
        let mut took: Vec<Duration> = Vec::new();
        let mut found = String::new();
        for _ in 0..self.rounds {
            let begin = Instant::now();
            found = work().await?;
            took.push(begin.elapsed());
        }

        let first = took[0];
        took.sort();
        let ms = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1_000.0);
        let (median, late) = (took[took.len() / 2], took[took.len() * 95 / 100]);
        self.lines.push(format!(
            "{name:58} {:>9} {:>9} {:>9}  {found}",
            ms(first),
            ms(median),
            ms(late)
        ));
        Ok(())
    }
}
