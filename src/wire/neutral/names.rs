//! Maps names of tools between client and provider, where the provider's rules for names are narrower.

use std::borrow::Cow;
use std::collections::HashMap;

use super::request::Request;
use super::tool::{Tool, ToolKind};

/// The client's name of a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolName {
    /// The name inside its group.
    pub name: String,
    /// The tool's group (Responses, `namespace`).
    pub namespace: Option<String>,
    /// Whether the tool takes free text. The provider then knows it as a function with one text, `input`.
    pub custom: bool,
}

/// The provider's names and the client's names of the tools of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolNames {
    to_client: HashMap<String, ToolName>,
    to_provider: HashMap<(Option<String>, String), String>,
}

impl ToolNames {
    /// Names for a provider that takes at most `longest` characters of `a-z A-Z 0-9 _ -`. It keeps the names that differ, and
    /// those of tools that take free text.
    pub fn new(request: &Request<'_>, longest: usize) -> Self {
        let mut names = Self::default();
        let fits = |name: &str| name.len() <= longest && !name.is_empty() && name.bytes().all(legal);
        let mut taken: Vec<String> = request
            .tools
            .iter()
            .filter(|tool| tool.namespace.is_none() && fits(&tool.name))
            .map(|tool| tool.name.clone().into_owned())
            .collect();

        for tool in &request.tools {
            let custom = matches!(tool.kind, ToolKind::Custom { .. });
            let plain = tool.namespace.is_none() && fits(&tool.name);
            if plain && !custom {
                continue;
            }

            let provider = if plain {
                tool.name.clone().into_owned()
            } else {
                names.unused(tool, longest, &taken)
            };
            taken.push(provider.clone());
            let client = ToolName {
                name: tool.name.clone().into_owned(),
                namespace: tool.namespace.clone().map(Cow::into_owned),
                custom,
            };
            let key = (client.namespace.clone(), client.name.clone());
            names.to_provider.insert(key, provider.clone());
            names.to_client.insert(provider, client);
        }

        names
    }

    /// A legal name that no other tool has: the client's own, cut and with a checksum if it has to change.
    fn unused(&self, tool: &Tool<'_>, longest: usize, taken: &[String]) -> String {
        let whole = match &tool.namespace {
            Some(group) => format!("{group}__{}", tool.name),
            None => tool.name.clone().into_owned(),
        };
        let clean: String = whole
            .chars()
            .map(|c| if c.is_ascii() && legal(c as u8) { c } else { '_' })
            .collect();
        if clean.len() <= longest && !clean.is_empty() && !taken.contains(&clean) {
            return clean;
        }

        let head: String = clean.chars().take(longest.saturating_sub(9)).collect();
        format!("{head}_{:08x}", crc32fast::hash(whole.as_bytes()))
    }

    /// The provider's name of the client's tool.
    pub fn provider<'s>(&'s self, namespace: Option<&str>, name: &'s str) -> &'s str {
        if self.to_provider.is_empty() {
            return name;
        }

        let key = (namespace.map(str::to_owned), name.to_owned());
        self.to_provider.get(&key).map_or(name, String::as_str)
    }

    /// The client's name of the provider's tool, if it differs.
    pub fn client(&self, name: &str) -> Option<&ToolName> {
        self.to_client.get(name)
    }
}

fn legal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(tools: &[(&str, Option<&str>, bool)]) -> Request<'static> {
        let tool = |&(name, namespace, custom): &(&str, Option<&str>, bool)| Tool {
            name: name.to_owned().into(),
            namespace: namespace.map(|group| group.to_owned().into()),
            description: None,
            kind: if custom {
                ToolKind::Custom { format: None }
            } else {
                ToolKind::Function {
                    parameters: None,
                    strict: None,
                }
            },
            cache: None,
        };
        Request {
            tools: tools.iter().map(tool).collect(),
            ..Request::default()
        }
    }

    #[test]
    fn a_name_that_fits_stays() {
        let names = ToolNames::new(&request(&[("read_file", None, false)]), 64);

        assert_eq!(names.provider(None, "read_file"), "read_file");
        assert_eq!(names.client("read_file"), None);
    }

    #[test]
    fn long_and_strange_names_and_groups_come_back_as_they_were() {
        let long = "mcp__".to_owned() + &"x".repeat(90);
        let other = "mcp__".to_owned() + &"x".repeat(91);
        let tools = [
            (long.as_str(), None, false),
            (other.as_str(), None, false),
            ("a.b", None, false),
            ("run", Some("shell"), true),
        ];
        let names = ToolNames::new(&request(&tools), 64);

        let mut seen = std::collections::HashSet::new();
        for (name, group, custom) in tools {
            let provider = names.provider(group, name).to_owned();
            assert!(provider.len() <= 64 && provider.bytes().all(legal), "{provider}");
            assert!(seen.insert(provider.clone()), "{provider} is there twice");
            let back = names.client(&provider).unwrap();
            assert_eq!(
                (back.name.as_str(), back.namespace.as_deref(), back.custom),
                (name, group, custom)
            );
        }
    }

    #[test]
    fn a_changed_name_does_not_take_that_of_another_tool() {
        let names = ToolNames::new(&request(&[("a_b", None, false), ("a.b", None, false)]), 64);

        assert_eq!(names.provider(None, "a_b"), "a_b");
        assert_ne!(names.provider(None, "a.b"), "a_b");
    }
}
