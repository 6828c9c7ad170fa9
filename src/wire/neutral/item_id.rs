//! Ids of items that the gateway gives (Responses).

/// Marks the ids that the gateway has given: no provider knows them.
const MARK: &[u8] = b"_cm1_";

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

/// Whether a request may have an id that the gateway has given.
pub fn may_have_own_item_ids(body: &[u8]) -> bool {
    memchr::memmem::find(body, MARK).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_the_gateway_are_told_from_those_of_providers() {
        let own = item_id("rs", "0a1b", 3);

        assert!(is_own_item_id(&own) && may_have_own_item_ids(own.as_bytes()));
        assert!(is_own_item_id("rs_0a1b2c_0"), "as earlier versions gave them");
        for other in ["rs_68a0think", "msg_1", "fc_0", "fc_a_b", ""] {
            assert!(!is_own_item_id(other), "{other}");
        }
    }
}
