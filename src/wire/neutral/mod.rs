//! The neutral form of a conversation. Every protocol is read into it and written from it, so no protocol knows another.
//!
//! ```text
//!   a client's request ── read ──▶ Request ── write ──▶ the provider's request
//!   the provider's answer ── read ──▶ Response ── write ──▶ the client's answer
//!   the provider's stream ── read ──▶ Event … ── write ──▶ the client's stream
//! ```
//!
//! Text is borrowed from the parsed body where that is possible, so a picture of some megabytes is not copied.

mod arguments;
mod body_node;
mod call_id;
mod event;
mod format_words;
mod gather;
mod item_id;
mod names;
mod not_an_answer;
mod part;
mod request;
mod response;
mod response_identity;
mod service_tier;
mod signature;
mod stop;
mod think_tags;
mod thinking;
mod tool;
mod untranslatable;
mod web_search;

pub use arguments::{ArgumentStreams, settle_arguments};
pub use body_node::Node;
pub use call_id::{CallIdForms, told_id};
pub use event::Event;
pub use format_words::{JSON_ONLY, schema_in_words};
pub use gather::Gather;
pub use item_id::{is_own_item_id, item_id, may_have_foreign_item_ids};
pub use names::{ToolName, ToolNames};
pub use not_an_answer::NotAnAnswer;
pub use part::{Citation, Part, Source, ToolCall, ToolResult};
pub use request::{Format, Request, Role, Sampling, Turn};
pub use response::Response;
pub use response_identity::ResponseIdentity;
pub use service_tier::{ON_DEMAND, tier_of_any};
pub use signature::{Signature, SignatureKind, UNSIGNED, domain_name, is_packed, model_mark, own_domain, pack_start};
pub use stop::Stop;
pub use think_tags::{ThinkTags, take_thoughts_out};
pub use thinking::Thinking;
pub use tool::{Choice, Tool, ToolKind};
pub use untranslatable::Untranslatable;
pub use web_search::{FoundPage, SearchLocation, SearchTool, WebSearch, read_domains};
