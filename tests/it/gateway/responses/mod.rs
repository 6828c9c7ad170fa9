//! Responses to calls that succeed.

mod answer_name;
mod chat;
mod counts;
mod demo;
mod encoded_answers;
mod keepalive;
mod leaks;
mod protocols;
mod response_events;
mod signatures;
mod stop_texts;
