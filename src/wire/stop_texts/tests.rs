//! Stop texts in texts that come whole and in pieces.

use super::*;
use proptest::prelude::*;

fn stops(texts: &[&str]) -> StopTexts {
    StopTexts::new(texts).unwrap()
}

/// The whole text that passes, and the stop text that ended it, if `pieces` come one after the other. Also the most bytes that
/// were held back.
fn streamed(texts: &StopTexts, pieces: &[&str]) -> (String, Option<String>, usize) {
    let mut window = StopWindow::new(texts.clone());
    let (mut all, mut most) = (String::new(), 0);
    for piece in pieces {
        let passed = window.push(piece);
        most = most.max(window.held.len());
        all.push_str(&passed.text);
        if passed.ended_by.is_some() {
            return (all, passed.ended_by, most);
        }
    }
    let passed = window.finish();
    all.push_str(&passed.text);
    (all, passed.ended_by, most)
}

#[test]
fn empty_texts_end_nothing() {
    assert_eq!(StopTexts::new(["", ""]), None);
    assert_eq!(StopTexts::new(Vec::<String>::new()), None);
    assert_eq!(stops(&["", "a"]).first_in("xa"), Some((1, "a")));
}

#[test]
fn the_stop_text_that_begins_first_counts_even_if_another_ends_before_it() {
    let texts = stops(&["bcd", "abcde"]);

    assert_eq!(texts.first_in("xabcdex"), Some((1, "abcde")));
    assert_eq!(
        streamed(&texts, &["xabcd", "ex"]),
        ("x".into(), Some("abcde".into()), 4)
    );
    assert_eq!(streamed(&texts, &["xabcd", "x"]), ("xa".into(), Some("bcd".into()), 4));
    assert_eq!(streamed(&texts, &["xabcd"]), ("xa".into(), Some("bcd".into()), 4));
    assert_eq!(stops(&["END", "E"]).first_in("the END"), Some((4, "E")));
}

#[test]
fn only_what_may_become_a_stop_text_is_held_back() {
    let mut window = StopWindow::new(stops(&["\nObservation:"]));

    assert_eq!(window.push("Thought: yes.").text, "Thought: yes.");
    assert_eq!(window.push("\nObs").text, "");
    assert!(window.holds());
    assert_eq!(window.push("tacle").text, "\nObstacle");
    assert!(!window.holds());
    assert_eq!(
        window.push(" a\nObservation: b"),
        Passed {
            text: " a".into(),
            ended_by: Some("\nObservation:".into()),
            lost: 15,
        }
    );
}

/// The first occurrence, found the slow way.
fn expected(text: &str, stops: &[String]) -> (String, Option<String>) {
    let first = text.char_indices().find_map(|(at, _)| {
        let mut whole: Vec<&String> = stops
            .iter()
            .filter(|stop| !stop.is_empty() && text[at..].starts_with(stop.as_str()))
            .collect();
        whole.sort_by_key(|stop| stop.len());
        whole.first().map(|&stop| (at, stop.clone()))
    });
    match first {
        Some((at, stop)) => (text[..at].to_owned(), Some(stop)),
        None => (text.to_owned(), None),
    }
}

proptest! {
    #[test]
    fn a_text_ends_before_its_first_stop_text_however_it_is_cut_into_pieces(
        text in "[aäb😀\n]{0,24}",
        stops in prop::collection::vec("[aäb😀\n]{0,4}", 1..5),
        mut cuts in prop::collection::vec(0usize..100, 0..12),
    ) {
        let Some(texts) = StopTexts::new(&stops) else { return Ok(()) };
        let longest = stops.iter().map(String::len).max().unwrap();
        cuts.retain(|&at| at <= text.len() && text.is_char_boundary(at));
        cuts.sort_unstable();
        let (mut pieces, mut from) = (Vec::new(), 0);
        for at in cuts {
            pieces.push(&text[from..at]);
            from = at;
        }
        pieces.push(&text[from..]);

        let (passed, ended_by, held) = streamed(&texts, &pieces);

        let (wanted, stop) = expected(&text, &stops);
        let whole = texts.first_in(&text).map(|(at, stop)| (text[..at].to_owned(), stop.to_owned()));
        prop_assert_eq!(whole, stop.clone().map(|stop| (wanted.clone(), stop)));
        prop_assert_eq!((passed, ended_by), (wanted, stop));
        prop_assert!(held < longest);
    }
}
