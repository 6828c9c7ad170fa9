//! The window against random steps and corrections.

use proptest::prelude::*;

use super::*;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(1_795_348_800_000 + ms)
}

const ONE: Used = Used {
    requests: 1,
    tokens: 100,
};

proptest! {
    #[test]
    fn no_sixty_seconds_hold_more_than_the_limit(steps in prop::collection::vec(0_i64..3_000, 1..300)) {
        let limit = 20;
        let mut window = RateWindow::default();
        let (mut now, mut admitted) = (0, Vec::new());

        for step in steps {
            now += step;
            if window.used(at(now)).requests < limit {
                window.add(at(now), ONE);
                admitted.push(now);
            }
        }

        for first in &admitted {
            let within = admitted.iter().filter(|other| (*first..*first + 60_000).contains(*other)).count();
            prop_assert!(within <= 20, "{within} within a minute of {first}");
        }
    }

    #[test]
    fn a_caller_who_waits_as_long_as_asked_gets_in_and_not_much_earlier(steps in prop::collection::vec(0_i64..3_000, 1..200)) {
        let mut window = RateWindow::default();
        let mut now = 0;
        for step in steps {
            now += step;
            let wait = window.wait(at(now), ONE, Some(10), None).as_millis() as i64;
            if wait > 0 {
                prop_assert!(window.used(at(now)).requests >= 10);
                let mut early = window.clone();
                prop_assert!(early.used(at(now + wait - 1)).requests >= 10);
                prop_assert!(window.clone().used(at(now + wait)).requests < 10);
                continue;
            }
            window.add(at(now), ONE);
        }
    }

    #[test]
    fn it_reads_back_from_its_rows(steps in prop::collection::vec((0_i64..3_000, -50_i64..500), 1..100)) {
        let mut window = RateWindow::default();
        let mut now = 0;
        for (step, tokens) in steps {
            now += step;
            window.add(at(now), Used { requests: 1, tokens });
        }

        let mut again = RateWindow::of_rows(&window.to_rows());

        prop_assert_eq!(again.used(at(now)), window.used(at(now)));
        prop_assert_eq!(again.used(at(now + 30_000)), window.used(at(now + 30_000)));
    }
}

#[test]
fn an_unused_window_is_free_at_once() {
    let mut window = RateWindow::default();

    assert_eq!(window.used(at(0)), Used::default());
    assert_eq!(window.wait(at(0), ONE, Some(1), Some(100)), Duration::ZERO);
    assert_eq!(window.reset(at(0)), Duration::ZERO);
    assert_eq!(window.to_rows(), []);
}

#[test]
fn a_correction_counts_where_its_use_stands() {
    let mut window = RateWindow::default();
    window.add(
        at(0),
        Used {
            requests: 1,
            tokens: 1_000,
        },
    );
    window.add(
        at(30_000),
        Used {
            requests: 1,
            tokens: 10,
        },
    );

    window.add(
        at(0),
        Used {
            requests: 0,
            tokens: -900,
        },
    );

    assert_eq!(window.used(at(30_000)).tokens, 110);
    assert_eq!(window.used(at(61_000)).tokens, 10);
}
