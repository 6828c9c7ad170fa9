//! What a client gets from a call that succeeds.

mod answer_name;
mod chat;
mod demo;
mod encoded_answers;
mod keepalive;
mod leaks;
mod signatures;
