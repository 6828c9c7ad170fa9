//! The formats that clients and providers speak: request bodies, event streams, usage, errors, the model list.
//!
//! Pure functions and small state machines over bytes and values; nothing here waits, connects or knows the time.
//! [`encoding`] decodes compressed bodies.
//!
//! Where client and provider speak the same protocol, [`control`] edits the body in place and [`passthrough`] forwards
//! the answer. Where they differ, [`translate`] goes from one protocol's folder to another ([`chat`], [`messages`],
//! [`responses`], [`completions`]) by way of the [`neutral`] form, so that no protocol knows another.

pub mod adapt;
pub mod address;
pub mod answer_note;
pub mod chat;
pub mod completions;
pub mod content;
pub mod control;
pub mod encoding;
pub mod error;
pub mod event_stream;
pub mod json;
pub mod messages;
pub mod model_name;
pub mod models;
pub mod neutral;
pub mod operation;
pub mod passthrough;
pub mod reported;
pub mod responses;
pub mod sse;
pub mod stop_texts;
pub mod translate;
pub mod usage;
