//! Blocks of earlier answers about tools that Anthropic ran itself. Other providers know no such blocks: the readable part
//! of the results goes on as text, so the model still knows what it found.

use serde_json::Value;

use crate::wire::neutral::Part;

/// Reads such a block. It may add no part. `false` if it is another kind of block.
pub(super) fn read<'a>(block: &'a Value, kind: &str, out: &mut Vec<Part<'a>>) -> bool {
    match kind {
        "server_tool_use" | "mcp_tool_use" | "mcp_tool_listing" | "fallback" | "container_upload" => {}
        "compaction" => {
            let summary = block
                .get("content")
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty());
            out.extend(summary.map(Part::text));
        }
        _ if kind.ends_with("_tool_result") => {
            let mut text = String::new();
            if let Some(content) = block.get("content") {
                readable(content, &mut text);
            }
            if !text.is_empty() {
                // Protocols without blocks join it to the text before and after.
                out.push(Part::text(format!("\n\n{text}\n\n")));
            }
        }
        _ => return false,
    }

    true
}

/// Collects what a person could read: lines of text, output of programs, titles and addresses. Encrypted pages, ids and
/// error codes are dropped.
fn readable(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => line(text, out),
        Value::Array(list) => list.iter().for_each(|element| readable(element, out)),
        Value::Object(map) => {
            for key in ["title", "url", "text", "stdout", "stderr"] {
                if let Some(text) = map.get(key).and_then(Value::as_str) {
                    line(text, out);
                }
            }
            if let Some(source) = map.get("source")
                && source.get("type").is_some_and(|kind| kind == "text")
                && let Some(text) = source.get("data").and_then(Value::as_str)
            {
                line(text, out);
            }
            if let Some(content) = map.get("content") {
                readable(content, out);
            }
        }
        _ => {}
    }
}

fn line(text: &str, out: &mut String) {
    if text.is_empty() {
        return;
    }

    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(block: &Value) -> Option<String> {
        let mut parts = Vec::new();

        assert!(read(block, block["type"].as_str().unwrap(), &mut parts));
        assert!(parts.len() <= 1);
        parts.into_iter().next().map(|part| match part {
            Part::Text { text, .. } => text.trim().to_owned(),
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn what_anthropics_tools_found_stays_readable() {
        for (block, expected) in [
            (
                json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "x"}}),
                None,
            ),
            (
                json!({"type": "web_search_tool_result", "tool_use_id": "s", "content": [
                    {"type": "web_search_result", "title": "T", "url": "https://x", "encrypted_content": "E"}]}),
                Some("T\nhttps://x"),
            ),
            (
                json!({"type": "web_search_tool_result", "content": {"type": "web_search_tool_result_error", "error_code": "unavailable"}}),
                None,
            ),
            (
                json!({"type": "web_fetch_tool_result", "content": {"type": "web_fetch_result", "url": "https://x",
                    "content": {"type": "document", "title": "T", "source": {"type": "text", "data": "page"}}}}),
                Some("https://x\nT\npage"),
            ),
            (
                json!({"type": "code_execution_tool_result", "content": {"type": "code_execution_result", "stdout": "1", "stderr": "", "content": []}}),
                Some("1"),
            ),
            (
                json!({"type": "mcp_tool_result", "content": [{"type": "text", "text": "found"}]}),
                Some("found"),
            ),
            (json!({"type": "mcp_tool_result", "content": "found"}), Some("found")),
            (json!({"type": "compaction", "content": "So far …"}), Some("So far …")),
            (json!({"type": "compaction", "content": null}), None),
            (json!({"type": "container_upload", "file_id": "file_1"}), None),
        ] {
            assert_eq!(text(&block).as_deref(), expected, "{block}");
        }
        assert!(!read(&json!({}), "hologram", &mut Vec::new()));
    }
}
