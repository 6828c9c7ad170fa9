//! The parts of a chart, as its template writes them.

/// Height of the drawing, in pixels.
pub(super) const HEIGHT: i64 = 190;

/// One series and its values by day, the first day first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::console::usage) struct Series {
    pub name: String,
    pub values: Vec<i64>,
}

#[derive(Clone, Debug)]
pub(in crate::console::usage) struct Chart {
    /// Keeps its patterns apart from those of another chart on the page.
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
pub(in crate::console::usage) struct Legend {
    /// From 1; also the pattern's number. 7 is the rest.
    pub pattern: usize,
    pub name: String,
    pub total: String,
    pub share: String,
}

#[derive(Clone, Debug)]
pub(in crate::console::usage) struct Bar {
    /// Hundredths of a per cent from the left.
    pub(super) x: i64,
    pub(super) width: i64,
    pub title: String,
    pub parts: Vec<Part>,
}

/// One series of a day.
#[derive(Clone, Debug)]
pub(in crate::console::usage) struct Part {
    pub pattern: usize,
    /// Tenths of a pixel.
    pub(super) y: i64,
    pub(super) height: i64,
}

/// A line across and its figure.
#[derive(Clone, Debug)]
pub(in crate::console::usage) struct Line {
    pub y: i64,
    pub text: String,
}

/// A day in figures.
#[derive(Clone, Debug)]
pub(in crate::console::usage) struct Row {
    pub day: String,
    pub total: String,
    pub values: Vec<String>,
}

impl Chart {
    pub(in crate::console::usage) fn height(&self) -> i64 {
        HEIGHT
    }
}

impl Bar {
    pub(in crate::console::usage) fn x(&self) -> String {
        hundredths(self.x)
    }

    pub(in crate::console::usage) fn width(&self) -> String {
        hundredths(self.width)
    }
}

impl Part {
    pub(in crate::console::usage) fn y(&self) -> String {
        format!("{}.{}", self.y / 10, self.y % 10)
    }

    pub(in crate::console::usage) fn height(&self) -> String {
        format!("{}.{}", self.height / 10, self.height % 10)
    }
}

fn hundredths(number: i64) -> String {
    format!("{}.{:02}%", number / 100, number % 100)
}
