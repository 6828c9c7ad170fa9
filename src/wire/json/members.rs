//! Every member of every object in a text that is known to be JSON, in one pass that builds nothing.

use super::error::MAX_DEPTH;

/// The members of all objects in a text, in their order. The text has to be one that [`Walk`](super::Walk) accepts; the
/// members of any other text are unspecified.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// The offset at which the open object or list of each depth begins.
    opened: [usize; MAX_DEPTH as usize + 1],
}

/// One member of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// The key, quotes included.
    pub key: &'a str,
    /// The text from the first byte of the value to the end of the whole text.
    pub value: &'a str,
    /// The number of objects and lists around it: 1 at the top.
    pub depth: usize,
    /// The offset at which its object begins.
    pub object: usize,
}

impl<'a> Members<'a> {
    /// Begins at the start of `text`.
    pub const fn of(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            opened: [0; MAX_DEPTH as usize + 1],
        }
    }

    /// Passes over the value of the last member, with everything in it.
    pub fn pass_over(&mut self) {
        let outside = self.depth;
        if !matches!(self.byte(), Some(b'{' | b'[')) {
            return;
        }

        while let Some(byte) = self.byte() {
            match byte {
                b'"' => self.string(),
                byte => self.pass(byte),
            }
            if self.depth == outside {
                return;
            }
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes over a byte that is outside of strings.
    fn pass(&mut self, byte: u8) {
        match byte {
            b'{' | b'[' => {
                self.depth += 1;
                if let Some(opened) = self.opened.get_mut(self.depth) {
                    *opened = self.at;
                }
            }
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.at += 1;
    }

    fn string(&mut self) {
        self.at += 1;
        while let Some(found) = self
            .text
            .as_bytes()
            .get(self.at..)
            .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
        {
            self.at += found;
            if self.byte() == Some(b'"') {
                self.at += 1;
                return;
            }
            self.at += 2;
        }
        self.at = self.text.len();
    }

    fn space(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let byte = self.byte()?;
            if byte != b'"' {
                self.pass(byte);
                continue;
            }

            let start = self.at;
            self.string();
            let end = self.at;
            self.space();

            if self.byte() == Some(b':') {
                self.at += 1;
                self.space();
                return Some(Member {
                    key: self.text.get(start..end)?,
                    value: self.text.get(self.at..)?,
                    depth: self.depth,
                    object: self.opened.get(self.depth).copied().unwrap_or_default(),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn keys(text: &str) -> Vec<(usize, &str)> {
        Members::of(text).map(|member| (member.depth, member.key)).collect()
    }

    #[test]
    fn members_of_every_depth_are_found_and_texts_that_look_like_them_are_not() {
        let text = r#" { "a" : "\"b\":1,{\"c\":2" ,"d":[[{"e":null},"f"],{"g" :{}}], "\u0068":"{" , "i":-1.5e3}"#;

        assert_eq!(
            keys(text),
            [
                (1, r#""a""#),
                (1, r#""d""#),
                (4, r#""e""#),
                (3, r#""g""#),
                (1, r#""\u0068""#),
                (1, r#""i""#)
            ]
        );

        let e = Members::of(text).find(|member| member.key == r#""e""#).unwrap();
        assert!(e.value.starts_with("null}") && text[e.object..].starts_with(r#"{"e""#));
    }

    #[test]
    fn a_value_can_be_passed_over() {
        let text = r#"{"a":{"x":[{"y":"}"}],"z":1},"b":"c","d":[],"e":{"f":1}}"#;
        let mut members = Members::of(text);
        let mut seen = Vec::new();

        while let Some(member) = members.next() {
            seen.push(member.key);
            if member.depth == 1 && member.key != r#""e""# {
                members.pass_over();
            }
        }

        assert_eq!(seen, [r#""a""#, r#""b""#, r#""d""#, r#""e""#, r#""f""#]);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<bool>().prop_map(Value::from),
            ".{0,9}".prop_map(Value::from)
        ];
        leaf.prop_recursive(5, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::hash_map(".{0,5}", inner, 0..5).prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    fn keys_of(value: &Value, depth: usize) -> Vec<(usize, String)> {
        match value {
            Value::Object(map) => map
                .iter()
                .flat_map(|(key, value)| {
                    std::iter::once((depth + 1, Value::from(key.as_str()).to_string())).chain(keys_of(value, depth + 1))
                })
                .collect(),
            Value::Array(list) => list.iter().flat_map(|value| keys_of(value, depth + 1)).collect(),
            _ => Vec::new(),
        }
    }

    proptest! {
        #[test]
        fn no_member_is_missed(value in any_json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };

            let found: Vec<_> = keys(&text).into_iter().map(|(depth, key)| (depth, key.to_owned())).collect();
            prop_assert_eq!(found, keys_of(&value, 0));
        }

        #[test]
        fn any_text_comes_to_an_end(text in r#"[{}\[\]":,\\a ]{0,60}"#) {
            let mut members = Members::of(&text);
            while members.next().is_some() {
                members.pass_over();
            }
        }
    }
}
