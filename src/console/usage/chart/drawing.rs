//! Draws a chart: places the bars, the lines and the words.

use super::parts::{Bar, Chart, HEIGHT, Legend, Line, Part, Row, Series};
use crate::console::format::{days, figures};

/// Room above the highest line, for its figure, in pixels.
const TOP: i64 = 18;
/// How many series stand for themselves; what is beyond is the rest.
pub(in crate::console::usage) const SERIES: usize = 6;

/// Everything that a chart is drawn from.
pub(in crate::console::usage) struct Drawing<'a> {
    pub id: &'static str,
    pub title: &'static str,
    /// What is counted, for the sentence: `Cost`.
    pub what: &'static str,
    /// The first day.
    pub from: i64,
    /// The largest first; a seventh is the rest.
    pub series: Vec<Series>,
    /// Writes a value as text.
    pub text: &'a dyn Fn(i64) -> String,
}

/// The sums of the series, and the scale that they are drawn to.
struct Sums {
    /// By day, over all series.
    days: Vec<i64>,
    all: i64,
    /// The distance of the lines.
    step: i64,
    /// The value of the highest line.
    top: i64,
}

impl Drawing<'_> {
    pub(in crate::console::usage) fn draw(self) -> Chart {
        let sums = self.sums();
        let days = sums.days.len();
        let legend = self.legend(sums.all);

        Chart {
            label: self.label(&sums, &legend),
            bars: (0..days).map(|day| self.bar(&sums, day)).collect(),
            rows: (0..days).rev().map(|day| self.row(&sums, day)).collect(),
            lines: self.lines(&sums),
            dates: [0, days / 2, days.saturating_sub(1)]
                .map(|day| days::day(self.date(day)))
                .to_vec(),
            legend,
            id: self.id,
            title: self.title,
        }
    }

    fn sums(&self) -> Sums {
        let count = self.series.iter().map(|series| series.values.len()).max().unwrap_or(0);
        let days: Vec<i64> = (0..count)
            .map(|day| self.series.iter().map(|series| value(series, day)).sum())
            .collect();
        let most = days.iter().copied().max().unwrap_or(0);
        let step = step(most);
        let lines = most / step + i64::from(most % step > 0);

        Sums {
            all: days.iter().sum(),
            days,
            step,
            top: step.saturating_mul(lines.max(1)),
        }
    }

    /// The UTC day of a bar.
    fn date(&self, day: usize) -> i64 {
        self.from + i64::try_from(day).unwrap_or(0)
    }

    /// The value of a bar as text; empty for a bar that is not there.
    fn total(&self, sums: &Sums, day: usize) -> String {
        sums.days.get(day).map(|total| (self.text)(*total)).unwrap_or_default()
    }

    fn bar(&self, sums: &Sums, day: usize) -> Bar {
        let count = i64::try_from(sums.days.len()).unwrap_or(1).max(1);
        let slot = 10_000 / count;

        let mut upto: i128 = 0;
        let drawn = self
            .series
            .iter()
            .enumerate()
            .filter(|(_, series)| value(series, day) > 0);
        let parts = drawn.map(|(n, series)| {
            let bottom = height(upto, sums.top);
            upto += i128::from(value(series, day));
            let above = height(upto, sums.top);
            Part {
                pattern: n + 1,
                y: HEIGHT * 10 - above,
                height: above - bottom,
            }
        });

        Bar {
            parts: parts.collect(),
            x: 10_000 * i64::try_from(day).unwrap_or(0) / count + slot / 10,
            width: slot * 8 / 10,
            title: format!("{}: {}", days::full_day(self.date(day)), self.total(sums, day)),
        }
    }

    fn row(&self, sums: &Sums, day: usize) -> Row {
        Row {
            day: days::full_day(self.date(day)),
            total: self.total(sums, day),
            values: self
                .series
                .iter()
                .map(|series| (self.text)(value(series, day)))
                .collect(),
        }
    }

    fn legend(&self, all: i64) -> Vec<Legend> {
        let series = self.series.iter().enumerate();
        series
            .map(|(n, series)| {
                let total = series.values.iter().sum();
                Legend {
                    pattern: n + 1,
                    name: series.name.clone(),
                    total: (self.text)(total),
                    share: figures::share(total, all),
                }
            })
            .collect()
    }

    fn lines(&self, sums: &Sums) -> Vec<Line> {
        let lines = (0..=sums.top / sums.step).map(|n| Line {
            y: HEIGHT - height(i128::from(n * sums.step), sums.top) / 10,
            text: (self.text)(n * sums.step),
        });
        lines.filter(|line| line.y < HEIGHT).collect()
    }

    /// `Cost by day from 26 Oct to 24 Nov 2026: $120.10 in all, at most $9.10 on 3 Nov. The largest parts: a/b with 40.1%.`
    fn label(&self, sums: &Sums, legend: &[Legend]) -> String {
        let last = self.from + i64::try_from(sums.days.len()).unwrap_or(1) - 1;
        let (from, to) = (days::day(self.from), days::full_day(last));

        let totals = sums.days.iter().copied().enumerate().rev();
        let (peak, most) = totals.max_by_key(|(_, total)| *total).unwrap_or((0, 0));
        let peak = days::day(self.date(peak));

        let largest: Vec<String> = legend
            .iter()
            .take(3)
            .map(|it| format!("{} with {}", it.name, it.share))
            .collect();
        let largest = if largest.is_empty() {
            String::new()
        } else {
            format!(" The largest parts: {}.", largest.join(", "))
        };

        format!(
            "{} by day from {from} to {to}: {} in all, at most {} on {peak}.{largest}",
            self.what,
            (self.text)(sums.all),
            (self.text)(most)
        )
    }
}

fn value(series: &Series, day: usize) -> i64 {
    series.values.get(day).copied().unwrap_or(0)
}

/// How high a value reaches, in tenths of a pixel.
fn height(value: i128, top: i64) -> i64 {
    let room = i128::from((HEIGHT - TOP) * 10);
    i64::try_from(value * room / i128::from(top.max(1))).unwrap_or(0)
}

/// The distance of the lines: 1, 2 or 5 of a power of ten, so that there are two to five of them.
fn step(most: i64) -> i64 {
    let mut power = 1_i64;
    loop {
        for step in [power, power.saturating_mul(2), power.saturating_mul(5)] {
            if step.saturating_mul(4) >= most {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(series: &[(&str, &[i64])]) -> Chart {
        let series = series
            .iter()
            .map(|(name, values)| Series {
                name: (*name).into(),
                values: values.to_vec(),
            })
            .collect();
        let text = |value: i64| value.to_string();
        Drawing {
            id: "cost",
            title: "Cost",
            what: "Cost",
            from: 20_779,
            series,
            text: &text,
        }
        .draw()
    }

    #[test]
    fn bars_are_stacked_without_a_gap_and_reach_the_line_of_their_value() {
        let chart = chart(&[("a", &[10, 0]), ("b", &[30, 20])]);

        let [a, b] = [&chart.bars[0].parts[0], &chart.bars[0].parts[1]];
        assert_eq!(a.y + a.height, HEIGHT * 10);
        assert_eq!(b.y + b.height, a.y);
        assert_eq!(b.y, TOP * 10, "the highest bar reaches the highest line");
        assert_eq!(
            chart.bars[1].parts.len(),
            1,
            "nothing is drawn of a series without a value"
        );
        assert_eq!(
            chart.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(),
            ["10", "20", "30", "40"]
        );
        assert_eq!(
            (chart.bars[1].x(), chart.bars[1].width()),
            ("55.00%".into(), "40.00%".into())
        );
    }

    #[test]
    fn the_label_is_a_whole_sentence_and_the_rows_have_every_figure() {
        let chart = chart(&[("a", &[10, 0]), ("b", &[30, 20])]);

        assert_eq!(
            chart.label,
            "Cost by day from 22 Nov to 23 Nov 2026: 60 in all, at most 40 on 22 Nov. The largest parts: a with 16.7%, b with 83.3%."
        );
        assert_eq!(
            (chart.rows[0].day.as_str(), chart.rows[0].total.as_str()),
            ("23 Nov 2026", "20")
        );
        assert_eq!(chart.rows[1].values, ["10", "30"]);
    }

    #[test]
    fn any_values_can_be_drawn() {
        for values in [vec![], vec![0, 0], vec![1], vec![i64::MAX / 2, 3]] {
            let chart = chart(&[("a", &values)]);
            assert!(chart.lines.len() <= 5 && chart.bars.len() == values.len());
        }
        assert_eq!([0, 1, 4, 5, 9, 1_000_001].map(step), [1, 1, 1, 2, 5, 500_000]);
    }
}
