//! The forms of entries: those of earlier programs are read for ever, and today's carry all.

use super::*;
use crate::domain::{Feature, RequestUse};
use crate::gateway::metering::spool::entry;

/// A start in the first form, as programs wrote it that did not note what a request used.
const FIRST_START: &[u8] =
    b"\x01\x10\x01\xa0+\x03\x04\x05v\x07\x88\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x01\xa0+\x03\x04\x05v\
      \x07\x88\x09\x0a\x0b\x0c\x0d\x0e\x10\x10\x01\xa0+\x03\x04\x05v\x07\x88\x09\x0a\x0b\x0c\x0d\x0e\
      \x11\x0e\x80\x88\x85\xb2\xc0h\x0fclaude-opus-4-9\x01\x0bclaude-opus\x01\x19anthropic/claude-opu\
      s-4-8\x09anthropic\x12anthropic-messages\x01\x01\x0eclaude-cli/2.1\x80\x89z\x01\xd6\xc4\x02\x00";

/// An end in the first form, as programs wrote it that did not note what was changed.
const FIRST_END: &[u8] =
    b"\x02\x10\x01\xa0+\x03\x04\x05v\x07\x88\x09\x0a\x0b\x0c\x0d\x0e\x0f\x01\x16amazon/claude-opus-4-\
      8\x06amazon\x00\xc8\x01\x00d\x14\x03\x02\x01\x04\x02\x01\x08priority\x00\x01\x01\x0a\x012\x00\
      \x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xb6\x0f\x84\x07\x01\x0c\x00";

#[test]
fn entries_of_an_earlier_program_are_read() {
    let id: RequestId = "01a02b03-0405-7607-8809-0a0b0c0d0e0f".parse().unwrap();
    let call = CallStarted {
        id,
        account: "01a02b03-0405-7607-8809-0a0b0c0d0e10".parse().unwrap(),
        key: "01a02b03-0405-7607-8809-0a0b0c0d0e11".parse().unwrap(),
        ..started()
    };

    assert_eq!(entry::read(FIRST_START), Some(Entry::Started(Box::new(call.clone()))));
    assert_eq!(entry::read(FIRST_END), Some(Entry::Ended(Box::new(ended(id)))));

    let record = call.record(Some(ended(id)));
    assert_eq!((record.adapted, record.used), (None, None));
}

#[test]
fn entries_come_back_with_all_that_they_carry() {
    for used in [None, Some(RequestUse::of_size(70_000).with(Feature::Tools))] {
        let call = CallStarted { used, ..started() };
        let mut written = Vec::new();
        entry::write_started(&mut written, &call);

        assert_eq!(entry::read(&written), Some(Entry::Started(Box::new(call.clone()))));
        assert_eq!(call.record(None).used, used);
    }

    for adapted in [None, Some("max_tokens, answer:think_tags".to_owned())] {
        let call = started();
        let end = CallEnded {
            adapted: adapted.clone(),
            ..ended(call.id)
        };
        let mut written = Vec::new();
        entry::write_ended(&mut written, &end);

        assert_eq!(entry::read(&written), Some(Entry::Ended(Box::new(end.clone()))));
        assert_eq!(call.record(Some(end)).adapted, adapted);
    }
}

#[test]
fn an_entry_of_a_later_program_is_passed_over() {
    assert_eq!(entry::read(&[99, 1, 2, 3]), None);
    assert_eq!(entry::read(&[]), None);
}
