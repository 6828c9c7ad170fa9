//! Free text in pieces of every size.

use super::*;
use proptest::prelude::*;

fn pushed(pieces: &[&str]) -> (String, String) {
    let mut text = FreeText::default();
    let mut out: String = pieces.iter().map(|piece| text.push(piece)).collect();
    let (whole, rest) = text.finish();
    out.push_str(&rest);
    (out, whole)
}

#[test]
fn the_text_comes_out_as_it_arrives() {
    let mut text = FreeText::default();

    assert_eq!(text.push("{\"in"), "");
    assert_eq!(text.push("put\": \"ab"), "ab");
    assert_eq!(text.push("c\\"), "c");
    assert_eq!(text.push("nd\\ud83d"), "\nd");
    assert_eq!(text.push("\\ude00\"}"), "😀");
    assert_eq!(text.finish(), ("abc\nd😀".to_owned(), String::new()));
}

#[test]
fn other_arguments_are_taken_as_they_are() {
    assert_eq!(of_arguments("{\"input\":\"x\",\"y\":1}"), "x");
    assert_eq!(of_arguments("{\"patch\":\"x\"}"), "x");
    assert_eq!(of_arguments("{\"a\":\"x\",\"b\":\"y\"}"), "{\"a\":\"x\",\"b\":\"y\"}");
    assert_eq!(of_arguments("*** Begin Patch"), "*** Begin Patch");
    assert_eq!(
        pushed(&["{\"y\":1,\"inp", "ut\":\"x\"}"]),
        ("x".to_owned(), "x".to_owned())
    );
    assert_eq!(pushed(&["{\"input\":\"x"]), ("x".to_owned(), "x".to_owned()));
    assert_eq!(pushed(&["ls"]), ("ls".to_owned(), "ls".to_owned()));
}

proptest! {
    #[test]
    fn any_text_in_any_pieces_comes_out_whole(text in any::<String>(), spaced: bool, ascii: bool, size in 1..9_usize) {
        let mut arguments = serde_json::json!({"input": text}).to_string();
        if spaced { arguments = arguments.replacen(":", " : ", 1); }
        if ascii {
            arguments = arguments.chars().map(|c| if c.is_ascii() { c.to_string() } else {
                c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
            }).collect();
        }

        let characters: Vec<char> = arguments.chars().collect();
        let pieces: Vec<String> = characters.chunks(size).map(|piece| piece.iter().collect()).collect();
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();

        prop_assert_eq!(pushed(&pieces), (text.clone(), text));
    }
}
