//! A chart of stacked bars, one a day, drawn here: no script, no style attribute. Lengths across are shares of the width,
//! so that it fits any screen without its patterns and letters being stretched.

use crate::console::format::figures;

/// Height of the drawing, in pixels.
const HEIGHT: i64 = 190;
/// Room above the highest line, for its figure.
const TOP: i64 = 18;
/// How many series stand for themselves; what is beyond is the rest.
pub(super) const SERIES: usize = 6;

/// One series and its values by day, the first day first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Series {
    pub name: String,
    pub values: Vec<i64>,
}

/// A chart.
#[derive(Clone, Debug)]
pub(super) struct Chart {
    /// Tells its patterns from those of another chart on the page.
    pub id: &'static str,
    pub title: &'static str,
    /// What it shows, in a sentence.
    pub label: String,
    pub legend: Vec<Legend>,
    pub bars: Vec<Bar>,
    pub lines: Vec<Line>,
    /// Dates under it.
    pub dates: Vec<String>,
    /// The same as text, the last day first.
    pub rows: Vec<Row>,
}

/// What a pattern stands for.
#[derive(Clone, Debug)]
pub(super) struct Legend {
    /// From 1; also the pattern's number. 7 is the rest.
    pub pattern: usize,
    pub name: String,
    pub total: String,
    pub share: String,
}

/// One day.
#[derive(Clone, Debug)]
pub(super) struct Bar {
    /// Hundredths of a per cent from the left.
    x: i64,
    width: i64,
    pub title: String,
    pub parts: Vec<Part>,
}

/// One series of a day.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub pattern: usize,
    /// Tenths of a pixel.
    y: i64,
    height: i64,
}

/// A line across and its figure.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub y: i64,
    pub text: String,
}

/// A day in figures.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub day: String,
    pub total: String,
    pub values: Vec<String>,
}

/// What is drawn.
pub(super) struct Drawing<'a> {
    pub id: &'static str,
    pub title: &'static str,
    /// What is counted, for the sentence: `Cost`.
    pub what: &'static str,
    /// The first day.
    pub from: i64,
    /// The largest first; a seventh is the rest.
    pub series: Vec<Series>,
    /// A value as text.
    pub text: &'a dyn Fn(i64) -> String,
}

impl Drawing<'_> {
    pub(super) fn draw(self) -> Chart {
        let days = self.series.iter().map(|series| series.values.len()).max().unwrap_or(0);
        let value = |series: &Series, day: usize| series.values.get(day).copied().unwrap_or(0);
        let totals: Vec<i64> = (0..days)
            .map(|day| self.series.iter().map(|series| value(series, day)).sum())
            .collect();
        let (most, all) = (totals.iter().copied().max().unwrap_or(0), totals.iter().sum::<i64>());
        let step = step(most);
        let top = step.saturating_mul((most / step + i64::from(most % step > 0)).max(1));
        let count = i64::try_from(days).unwrap_or(1).max(1);
        let date = |day: usize| self.from + i64::try_from(day).unwrap_or(0);
        let bar = |(day, total): (usize, &i64)| {
            let slot = 10_000 / count;
            let mut upto: i128 = 0;
            let parts = self
                .series
                .iter()
                .enumerate()
                .filter(|(_, series)| value(series, day) > 0)
                .map(|(n, series)| {
                    let bottom = height(upto, top);
                    upto += i128::from(value(series, day));
                    let above = height(upto, top);
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
                title: format!("{}: {}", figures::full_day(date(day)), (self.text)(*total)),
            }
        };
        let row = |(day, total): (usize, &i64)| Row {
            day: figures::full_day(date(day)),
            total: (self.text)(*total),
            values: self
                .series
                .iter()
                .map(|series| (self.text)(value(series, day)))
                .collect(),
        };
        let legend = self.series.iter().enumerate().map(|(n, series)| {
            let total = series.values.iter().sum();
            Legend {
                pattern: n + 1,
                name: series.name.clone(),
                total: (self.text)(total),
                share: figures::share(total, all),
            }
        });
        let lines = (0..=top / step).map(|n| Line {
            y: HEIGHT - height(i128::from(n * step), top) / 10,
            text: (self.text)(n * step),
        });
        let legend: Vec<Legend> = legend.collect();
        Chart {
            label: self.label(days, all, &totals, &legend),
            bars: totals.iter().enumerate().map(bar).collect(),
            rows: totals.iter().enumerate().rev().map(row).collect(),
            lines: lines.filter(|line| line.y < HEIGHT).collect(),
            dates: [0, days / 2, days.saturating_sub(1)]
                .map(|day| figures::day(date(day)))
                .to_vec(),
            legend,
            id: self.id,
            title: self.title,
        }
    }

    /// `Cost by day from 26 Oct to 24 Nov 2026: $120.10 in all, at most $9.10 on 3 Nov. Most of it: a/b with 40.1%, …`
    fn label(&self, days: usize, all: i64, totals: &[i64], legend: &[Legend]) -> String {
        let last = self.from + i64::try_from(days).unwrap_or(1) - 1;
        let (from, to) = (figures::day(self.from), figures::full_day(last));
        let (peak, most) = totals
            .iter()
            .copied()
            .enumerate()
            .rev()
            .max_by_key(|(_, total)| *total)
            .unwrap_or((0, 0));
        let peak = figures::day(self.from + i64::try_from(peak).unwrap_or(0));
        let parts: Vec<String> = legend
            .iter()
            .take(3)
            .map(|it| format!("{} with {}", it.name, it.share))
            .collect();
        let parts = if parts.is_empty() {
            String::new()
        } else {
            format!(" The largest parts: {}.", parts.join(", "))
        };
        format!(
            "{} by day from {from} to {to}: {} in all, at most {} on {peak}.{parts}",
            self.what,
            (self.text)(all),
            (self.text)(most)
        )
    }
}

/// Tenths of a pixel above the ground.
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

impl Chart {
    pub(super) fn height(&self) -> i64 {
        HEIGHT
    }
}

impl Bar {
    pub(super) fn x(&self) -> String {
        hundredths(self.x)
    }

    pub(super) fn width(&self) -> String {
        hundredths(self.width)
    }
}

impl Part {
    pub(super) fn y(&self) -> String {
        format!("{}.{}", self.y / 10, self.y % 10)
    }

    pub(super) fn height(&self) -> String {
        format!("{}.{}", self.height / 10, self.height % 10)
    }
}

fn hundredths(number: i64) -> String {
    format!("{}.{:02}%", number / 100, number % 100)
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
