//! What callers see, over HTTP.

pub(crate) mod rig;

mod agreement;
mod answer_name;
mod chat;
mod cors;
mod cut_bills;
mod cuts;
mod drains;
mod early_errors;
mod egress;
mod encoded;
mod encoded_answers;
mod errors;
mod fallbacks;
mod faults;
mod freshness;
mod hang_up;
mod keepalive;
mod leaks;
mod models;
mod money;
mod protocols;
mod rates;
mod refusals;
mod reserves;
mod retries;
mod seals;
mod stand_in;
mod strays;
mod tiers;
mod uncounted;
