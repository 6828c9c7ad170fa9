//! A value of a parsed body that knows its path, so an error can name it.

use serde_json::{Map, Number, Value};

use super::untranslatable::Untranslatable;

/// A value and its path in the body. `null` counts as absent everywhere, since SDKs send it so.
///
/// Each method that reads a value of one kind fails if the value is of another kind; the error names the path.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a, 'p> {
    /// The value itself, for what the methods do not read.
    pub value: &'a Value,
    at: At<'p>,
}

/// The path of a node: its key or index in the node above.
#[derive(Clone, Copy, Debug)]
enum At<'p> {
    Root,
    Key(&'p At<'p>, &'p str),
    Index(&'p At<'p>, usize),
}

impl At<'_> {
    fn write(&self, out: &mut String) {
        match self {
            Self::Root => {}
            Self::Key(above, key) => {
                above.write(out);
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(key);
            }
            Self::Index(above, index) => {
                above.write(out);
                out.push_str(&format!("[{index}]"));
            }
        }
    }
}

impl<'a> Node<'a, '_> {
    /// The whole body.
    pub fn root(value: &'a Value) -> Self {
        Self { value, at: At::Root }
    }
}

impl<'a, 'p> Node<'a, 'p> {
    /// The path, for example `messages[2].content`.
    pub fn path(&self) -> String {
        let mut path = String::new();
        self.at.write(&mut path);
        path
    }

    /// The error that the value should be `what`.
    pub fn wanted(&self, what: &str) -> Untranslatable {
        let path = self.path();
        let message = if path.is_empty() {
            format!("The body must be {what}.")
        } else {
            format!("'{path}' must be {what}.")
        };
        Untranslatable::invalid(path, message)
    }

    /// The error that the provider's protocol has no place for the value. `why`: a sentence for the client.
    pub fn impossible(&self, why: impl std::fmt::Display) -> Untranslatable {
        let path = self.path();
        let message = format!("'{path}': {why}");
        Untranslatable::impossible(path, message)
    }

    /// The value under `key`, unless it is absent or null.
    pub fn get<'q>(&'q self, key: &'q str) -> Option<Node<'a, 'q>> {
        let value = self.value.get(key).filter(|value| !value.is_null())?;
        Some(Node {
            value,
            at: At::Key(&self.at, key),
        })
    }

    /// The value under `key`. Fails if it is absent or null.
    pub fn need<'q>(&'q self, key: &'q str) -> Result<Node<'a, 'q>, Untranslatable> {
        self.get(key).ok_or_else(|| {
            let path = Node {
                value: self.value,
                at: At::Key(&self.at, key),
            }
            .path();
            let message = format!("'{path}' is missing.");
            Untranslatable::invalid(path, message)
        })
    }

    /// The value as text.
    pub fn text(&self) -> Result<&'a str, Untranslatable> {
        self.value.as_str().ok_or_else(|| self.wanted("a string"))
    }

    /// The value as true or false.
    pub fn flag(&self) -> Result<bool, Untranslatable> {
        self.value.as_bool().ok_or_else(|| self.wanted("true or false"))
    }

    /// The value as a number.
    pub fn number(&self) -> Result<&'a Number, Untranslatable> {
        self.value.as_number().ok_or_else(|| self.wanted("a number"))
    }

    /// The value as a whole number from zero. `3.0` is one too.
    pub fn count(&self) -> Result<u64, Untranslatable> {
        let whole = self.value.as_u64().or_else(|| {
            self.value
                .as_f64()
                .filter(|n| n.fract() == 0.0 && (0.0..1e15).contains(n))
                .map(|n| n as u64)
        });
        whole.ok_or_else(|| self.wanted("a whole number"))
    }

    /// The value as an object.
    pub fn object(&self) -> Result<&'a Map<String, Value>, Untranslatable> {
        self.value.as_object().ok_or_else(|| self.wanted("an object"))
    }

    /// The elements of a list.
    pub fn list<'q>(&'q self) -> Result<impl ExactSizeIterator<Item = Node<'a, 'q>> + use<'a, 'q, 'p>, Untranslatable> {
        let list = self.value.as_array().ok_or_else(|| self.wanted("a list"))?;
        Ok(list.iter().enumerate().map(|(index, value)| Node {
            value,
            at: At::Index(&self.at, index),
        }))
    }

    /// The text under `key`, unless it is absent.
    pub fn text_at(&self, key: &str) -> Result<Option<&'a str>, Untranslatable> {
        self.get(key).map(|node| node.text()).transpose()
    }

    /// The flag under `key`, unless it is absent.
    pub fn flag_at(&self, key: &str) -> Result<Option<bool>, Untranslatable> {
        self.get(key).map(|node| node.flag()).transpose()
    }

    /// The number under `key`, unless it is absent.
    pub fn number_at(&self, key: &str) -> Result<Option<&'a Number>, Untranslatable> {
        self.get(key).map(|node| node.number()).transpose()
    }

    /// The whole number under `key`, unless it is absent.
    pub fn count_at(&self, key: &str) -> Result<Option<u64>, Untranslatable> {
        self.get(key).map(|node| node.count()).transpose()
    }

    /// The value under `key`, of any kind, unless it is absent.
    pub fn value_at(&self, key: &str) -> Option<&'a Value> {
        self.value.get(key).filter(|value| !value.is_null())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn errors_name_the_path() {
        let body = json!({"messages": [{"content": "x"}, {"content": [{"type": 7}]}]});
        let root = Node::root(&body);
        let messages = root.need("messages").unwrap();
        let second = messages.list().unwrap().nth(1).unwrap();
        let content = second.need("content").unwrap();
        let part = content.list().unwrap().next().unwrap();

        assert_eq!(
            part.need("type").unwrap().text().unwrap_err().message,
            "'messages[1].content[0].type' must be a string."
        );
        assert_eq!(
            part.need("text").unwrap_err().message,
            "'messages[1].content[0].text' is missing."
        );
        assert_eq!(root.object().map(|map| map.len()), Ok(1));
    }

    #[test]
    fn null_reads_as_absent() {
        let body = json!({"a": null});

        assert!(Node::root(&body).get("a").is_none());
    }
}
