//! What callers see, over HTTP.

pub(crate) mod rig;

mod agreement;
mod answer_name;
mod chat;
mod cuts;
mod egress;
mod encoded;
mod errors;
mod fallbacks;
mod faults;
mod freshness;
mod hang_up;
mod models;
mod money;
mod protocols;
mod rates;
mod refusals;
mod retries;
mod seals;
mod stand_in;
mod tiers;
mod uncounted;
