//! Tests of when a connection is over on which nothing useful happens.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

struct Watched {
    clock: Rc<Cell<Instant>>,
    line: Rc<Line>,
}

impl Watched {
    fn new() -> Self {
        let clock = Rc::new(Cell::new(Instant::now()));
        Self {
            line: Line::new(&clock),
            clock,
        }
    }

    /// Whether the connection is over after this many more seconds.
    fn over_after(&self, seconds: u32) -> bool {
        self.clock.set(self.clock.get() + SECOND * seconds);
        self.line.is_over(&ClientTimeouts::default(), None)
    }
}

#[test]
fn a_head_that_does_not_end_is_waited_for_a_few_seconds_also_after_other_requests() {
    let watched = Watched::new();
    drop(watched.line.answers());
    assert!(!watched.over_after(60));

    watched.line.received();
    for _ in 0..5 {
        watched.line.received();
        assert!(!watched.over_after(1));
    }
    assert!(watched.over_after(1));
}

#[test]
fn an_idle_connection_is_kept_longer_than_proxies_keep_theirs() {
    let watched = Watched::new();
    assert!(!watched.over_after(75));
    assert!(watched.over_after(1));
}

#[test]
fn an_answer_may_take_as_long_as_it_takes() {
    let watched = Watched::new();
    let answering = watched.line.answers();
    assert!(!watched.over_after(3600));
    drop(answering);
    assert!(!watched.over_after(75));
}

#[test]
fn what_comes_after_the_last_answer_is_waited_for_a_second() {
    let watched = Watched::new();
    watched.line.answers().is_the_last();
    watched.line.received();
    assert!(watched.over_after(1));
}

#[test]
fn a_client_that_takes_nothing_is_let_go_after_a_minute() {
    let watched = Watched::new();
    let _answering = watched.line.answers();
    watched.line.has_to_wait();
    watched.line.has_written(59 * 1024);

    assert!(!watched.over_after(59));
    assert!(watched.over_after(1));
}

#[test]
fn a_client_that_is_slow_but_reads_is_kept() {
    let watched = Watched::new();
    let _answering = watched.line.answers();
    watched.line.has_to_wait();
    for _ in 0..10 {
        watched.line.has_written(60 * 1024);
        assert!(!watched.over_after(60));
    }
    assert!(watched.over_after(60));
}

#[test]
fn at_a_stop_a_connection_without_a_request_has_a_moment_for_one() {
    let watched = Watched::new();
    watched.over_after(30);
    let stopping = Some(watched.clock.get());
    let over = || watched.line.is_over(&ClientTimeouts::default(), stopping);
    assert!(!over());
    watched.over_after(1);
    assert!(over());

    let late = Line::new(&watched.clock);
    assert!(!late.is_over(&ClientTimeouts::default(), stopping));
    let _answering = watched.line.answers();
    assert!(!over());
}
