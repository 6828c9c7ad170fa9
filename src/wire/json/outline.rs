//! The outline of a JSON text: where each value lies, down to a depth, without the values themselves.

use std::borrow::Cow;

use super::half_pairs::unquote_mended;
use super::span::Span;
use super::text::unquote;

/// One value of the text.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// Where its key lies, quotes included; empty in a list and at the top.
    key: (u32, u32),
    value: (u32, u32),
    /// The index of the node after this one and all values in it.
    next: u32,
}

/// Where each value of a text lies. The text has to be one that [`Walk`](super::Walk) accepts, shorter than 4 GiB; the outline
/// of any other text is unspecified.
#[derive(Clone, Debug)]
pub struct Outline<'a> {
    text: &'a str,
    nodes: Vec<Node>,
}

/// One value of an outline.
#[derive(Clone, Copy)]
pub struct OutlineNode<'o> {
    outline: &'o Outline<'o>,
    index: usize,
}

impl<'a> Outline<'a> {
    /// The outline of `text`, of values with at most `depth` objects and lists around them.
    pub fn of(text: &'a str, depth: usize) -> Self {
        let mut scan = Scan {
            text: text.as_bytes(),
            at: 0,
            nodes: Vec::with_capacity(64),
            depth,
        };
        scan.space();
        scan.value((0, 0), 0);
        Self {
            text,
            nodes: scan.nodes,
        }
    }

    /// The value that the whole text is.
    pub fn root(&'a self) -> OutlineNode<'a> {
        OutlineNode {
            outline: self,
            index: 0,
        }
    }
}

impl<'o> OutlineNode<'o> {
    fn node(&self) -> Option<&'o Node> {
        self.outline.nodes.get(self.index)
    }

    /// Where the value lies.
    pub fn span(&self) -> Span {
        let (start, end) = self.node().map_or((0, 0), |node| node.value);
        Span {
            start: start as usize,
            end: end as usize,
        }
    }

    /// Where the member begins: its key, or the value in a list.
    pub fn member_span(&self) -> Span {
        let value = self.span();
        let key = self.node().map_or((0, 0), |node| node.key);
        let start = if key.1 > 0 { key.0 as usize } else { value.start };
        Span { start, end: value.end }
    }

    /// The key, escapes undone; empty in a list.
    pub fn key(&self) -> Cow<'o, str> {
        let (start, end) = self.node().map_or((0, 0), |node| node.key);
        let quoted = self.outline.text.get(start as usize..end as usize).unwrap_or_default();
        unquote(quoted).unwrap_or_default()
    }

    /// The text of the value.
    pub fn text(&self) -> &'o str {
        self.span().of(self.outline.text)
    }

    /// The value as a string, escapes undone; `None` if it is none. Half a surrogate pair stands for U+FFFD.
    pub fn string(&self) -> Option<Cow<'o, str>> {
        unquote(self.text()).or_else(|| unquote_mended(self.text()))
    }

    /// Whether the value is this text, written without escapes.
    pub fn is(&self, text: &str) -> bool {
        let quoted = self.text();
        quoted.len() == text.len() + 2 && quoted.get(1..quoted.len() - 1) == Some(text)
    }

    /// Whether the value is a list.
    pub fn is_list(&self) -> bool {
        self.text().starts_with('[')
    }

    /// Whether the value is an object.
    pub fn is_object(&self) -> bool {
        self.text().starts_with('{')
    }

    /// The values directly in this one.
    pub fn children(&self) -> impl Iterator<Item = OutlineNode<'o>> + use<'o> {
        let outline = self.outline;
        let end = self.node().map_or(0, |node| node.next as usize);
        let mut index = self.index + 1;
        std::iter::from_fn(move || {
            let node = outline.nodes.get(index).filter(|_| index < end)?;
            let child = OutlineNode { outline, index };
            index = node.next as usize;
            Some(child)
        })
    }

    /// The elements of a list; none if it is no list.
    pub fn elements(&self) -> impl Iterator<Item = OutlineNode<'o>> + use<'o> {
        let is_list = self.is_list();
        self.children().filter(move |_| is_list)
    }

    /// The member of this name; the first one if it is there twice.
    pub fn get(&self, name: &str) -> Option<OutlineNode<'o>> {
        self.children().find(|child| {
            let (start, end) = child.node().map_or((0, 0), |node| node.key);
            let quoted = child.outline.text.get(start as usize..end as usize).unwrap_or_default();
            let plain = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
            plain == name || (plain.contains('\\') && child.key() == name)
        })
    }
}

/// A pass over the text.
struct Scan<'a> {
    text: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    depth: usize,
}

impl Scan<'_> {
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or_default()
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    /// Passes over a value, and notes it and those in it.
    fn value(&mut self, key: (u32, u32), depth: usize) {
        let index = self.nodes.len();
        let start = self.at;
        self.nodes.push(Node {
            key,
            value: (place(start), 0),
            next: 0,
        });

        match self.peek() {
            b'{' | b'[' if depth < self.depth => self.inside(depth + 1),
            b'{' | b'[' => self.pass_over(),
            b'"' => self.string(),
            _ => self.word(),
        }

        let next = place(self.nodes.len());
        let end = place(self.at);
        if let Some(node) = self.nodes.get_mut(index) {
            node.value.1 = end;
            node.next = next;
        }
    }

    /// Passes over an object or a list, and notes the values in it.
    fn inside(&mut self, depth: usize) {
        let is_object = self.peek() == b'{';
        self.at += 1;
        loop {
            self.space();
            match self.peek() {
                b'}' | b']' => {
                    self.at += 1;
                    return;
                }
                b',' => self.at += 1,
                0 => return,
                _ => {
                    let mut key = (0, 0);
                    if is_object {
                        let start = self.at;
                        self.string();
                        key = (place(start), place(self.at));
                        self.space();
                        self.at += 1;
                        self.space();
                    }
                    let before = self.at;
                    self.value(key, depth);
                    if self.at == before {
                        // No JSON: the pass still has to end.
                        self.at += 1;
                    }
                }
            }
        }
    }

    /// Passes over an object or a list without a look into it.
    fn pass_over(&mut self) {
        let mut open = 0_usize;
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'"' => {
                    self.string();
                    continue;
                }
                b'{' | b'[' => open += 1,
                b'}' | b']' => open = open.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        self.at += 1;
        while let Some(found) = self
            .text
            .get(self.at..)
            .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
        {
            self.at += found;
            if self.peek() == b'"' {
                self.at += 1;
                return;
            }
            self.at += 2;
        }
        self.at = self.text.len();
    }

    fn word(&mut self) {
        while !matches!(self.peek(), b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t' | 0) {
            self.at += 1;
        }
    }
}

fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn members_and_elements_are_found_with_their_places() {
        let text = r#" {"a" : [1, {"b":"x\"y"}, [] ], "c\u0064": null , "e":{} } "#;
        let outline = Outline::of(text, 9);
        let root = outline.root();

        let list = root.get("a").unwrap();
        let elements: Vec<_> = list.elements().map(|element| element.text()).collect();
        assert_eq!(elements, ["1", r#"{"b":"x\"y"}"#, "[]"]);
        assert_eq!(
            list.elements().nth(1).unwrap().get("b").unwrap().string().unwrap(),
            "x\"y"
        );
        assert_eq!(root.get("cd").unwrap().text(), "null");
        assert_eq!(root.get("e").unwrap().member_span().of(text), "\"e\":{}");
        assert!(root.get("f").is_none() && root.elements().next().is_none());
    }

    #[test]
    fn values_below_the_depth_are_passed_over() {
        let outline = Outline::of(r#"{"a":{"b":{"c":"}"}},"d":1}"#, 2);
        let root = outline.root();

        let b = root.get("a").unwrap().get("b").unwrap();
        assert_eq!((b.text(), b.children().count()), (r#"{"c":"}"}"#, 0));
        assert_eq!(root.get("d").unwrap().text(), "1");
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!(null)),
            Just(json!(-1.5e3)),
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

    fn same(node: OutlineNode<'_>, value: &Value) -> bool {
        let is_read = serde_json::from_str::<Value>(node.text()).is_ok_and(|read| read == *value);
        is_read
            && match value {
                Value::Object(map) => {
                    node.children().count() == map.len()
                        && map
                            .iter()
                            .all(|(key, value)| node.get(key).is_some_and(|node| same(node, value)))
                }
                Value::Array(list) => {
                    node.elements()
                        .zip(list)
                        .filter(|(node, value)| same(*node, value))
                        .count()
                        == list.len()
                }
                _ => true,
            }
    }

    proptest! {
        #[test]
        fn an_outline_has_every_value(value in any_json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
            let outline = Outline::of(&text, 64);

            prop_assert!(same(outline.root(), &value), "{}", text);
        }

        #[test]
        fn any_text_comes_to_an_end(text in r#"[{}\[\]":,\\a ]{0,60}"#) {
            let outline = Outline::of(&text, 64);
            outline.root().children().count();
        }
    }
}
