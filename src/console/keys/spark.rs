//! A week of requests as a line, drawn here: no script, no style attribute.

const WIDTH: i64 = 84;
const HEIGHT: i64 = 22;
const EDGE: i64 = 2;

/// Seven days of requests, the oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spark([i64; 7]);

impl Spark {
    pub(super) fn new(days: [i64; 7]) -> Self {
        Self(days)
    }

    pub(super) fn total(&self) -> i64 {
        self.0.iter().sum()
    }

    /// What the picture says, in a sentence.
    pub(super) fn label(&self) -> String {
        let days: Vec<String> = self.0.iter().map(i64::to_string).collect();
        format!("Requests per day, last 7 days: {}", days.join(", "))
    }

    /// The corners of the line, for the `points` attribute. A day without requests lies on the ground.
    pub(super) fn points(&self) -> String {
        let most = self.0.iter().copied().max().unwrap_or(0).max(1);
        let ground = HEIGHT - EDGE;
        let corner = |(day, &count): (usize, &i64)| {
            let x = EDGE + i64::try_from(day).unwrap_or(0) * (WIDTH - 2 * EDGE) / 6;
            let y = ground - count.clamp(0, most) * (ground - EDGE) / most;
            format!("{x},{y}")
        };
        self.0.iter().enumerate().map(corner).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_day_reaches_the_top_and_an_idle_one_the_ground() {
        let spark = Spark::new([0, 0, 0, 5, 0, 0, 10]);

        assert_eq!(spark.points(), "2,20 15,20 28,20 42,11 55,20 68,20 82,2");
        assert_eq!(spark.label(), "Requests per day, last 7 days: 0, 0, 0, 5, 0, 0, 10");
        assert_eq!(spark.total(), 15);
    }

    #[test]
    fn a_week_without_requests_draws_a_flat_line() {
        assert!(Spark::new([0; 7]).points().ends_with("82,20"));
    }
}
