//! The forms of entries: those of earlier programs are read for ever, and today's carry all.

use super::*;
use crate::domain::{Feature, RequestUse};
use crate::gateway::metering::spool::entry;

#[test]
fn entries_come_back_with_all_that_they_carry() {
    for used in [None, Some(RequestUse::of_size(70_000).with(Feature::Tools))] {
        let call = CallStarted { used, ..started() };
        let mut written = Vec::new();
        entry::write_started(&mut written, &call);

        assert_eq!(entry::read(&written), Some(Entry::Started(Box::new(call))));
    }

    let id = RequestId::new(NOW, random::bytes());
    for adapted in [None, Some("max_tokens, answer:think_tags".to_owned())] {
        let end = CallEnded { adapted, ..ended(id) };
        let mut written = Vec::new();
        entry::write_ended(&mut written, &end);

        assert_eq!(entry::read(&written), Some(Entry::Ended(Box::new(end))));
    }
}

#[test]
fn print() {
    let id: RequestId = "01a02b03-0405-7607-8809-0a0b0c0d0e0f".parse().unwrap();
    let account = "01a02b03-0405-7607-8809-0a0b0c0d0e10".parse().unwrap();
    let key = "01a02b03-0405-7607-8809-0a0b0c0d0e11".parse().unwrap();
    let mut written = Vec::new();
    entry::write_started(
        &mut written,
        &CallStarted {
            id,
            account,
            key,
            ..started()
        },
    );
    println!("{written:?}");
    written.clear();
    entry::write_ended(&mut written, &ended(id));
    println!("{written:?}");
}
