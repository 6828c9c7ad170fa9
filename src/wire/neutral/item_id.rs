//! Ids of items that the gateway gives (Responses).

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// Marks the ids that the gateway has given: no provider knows them.
const MARK: &[u8] = b"_cm1_";

/// The key of an id in a body.
static ID: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"id\""));

/// The id of the item at `index` of an answer with the id `answer`.
pub fn item_id(prefix: &str, answer: &str, index: usize) -> String {
    format!("{prefix}_cm1_{answer}_{index}")
}

/// Whether the gateway has given an id. Earlier versions did without the mark.
pub fn is_own_item_id(id: &str) -> bool {
    let has_mark = memchr::memmem::find(id.as_bytes(), MARK).is_some();
    let is_older = id.split('_').count() == 3 && id.rsplit('_').next().is_some_and(is_number);
    has_mark || is_older
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// How OpenAI's ids of the most usual items begin.
const USUAL: [&str; 4] = ["rs_", "fc_", "msg_", "ctc_"];

/// Whether a request may have an id that OpenAI has not given: one of the gateway, or one in another form.
pub fn may_have_foreign_item_ids(body: &[u8]) -> bool {
    ID.find_iter(body).any(|at| {
        let rest = body.get(at + 4..).unwrap_or_default().trim_ascii_start();
        let value = rest.strip_prefix(b":").unwrap_or_default().trim_ascii_start();
        let Some(id) = value.strip_prefix(b"\"") else {
            return false;
        };
        let is_usual = USUAL.iter().any(|start| id.starts_with(start.as_bytes()));
        let end = memchr::memchr(b'"', id).unwrap_or(id.len());
        !is_usual
            || id
                .get(..end)
                .is_some_and(|id| std::str::from_utf8(id).is_ok_and(is_own_item_id))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_the_gateway_are_told_from_those_of_providers() {
        let own = item_id("rs", "0a1b", 3);

        assert!(is_own_item_id(&own));
        assert!(is_own_item_id("rs_0a1b2c_0"), "as earlier versions gave them");
        for other in ["rs_68a0think", "msg_1", "fc_0", "fc_a_b", ""] {
            assert!(!is_own_item_id(other), "{other}");
        }
    }

    #[test]
    fn a_body_is_searched_for_ids_that_openai_has_not_given() {
        for (body, is_found) in [
            (r#"{"id":"rs_cm1_0a_0"}"#, true),
            (r#"{"id" : "fc_0a1b_12"}"#, true),
            (r#"{"id":"0a-1"}"#, true),
            (r#"{"id":"fc_68a0","text":"\"id\":\"0a\""}"#, false),
            (r#"{"properties":{"id":{"type":"string"}},"required":["id"]}"#, false),
        ] {
            assert_eq!(may_have_foreign_item_ids(body.as_bytes()), is_found, "{body}");
        }
    }
}
