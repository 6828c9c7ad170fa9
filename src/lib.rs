//! CrossModel: a gateway for language models with an admin console.
//!
//! > A request names a model; a key's aliases decide which real model that is; the console edits the aliases, the gateway
//! > obeys them, and **both call the same pure function**: [`domain::AliasSet::resolve`].
//!
//! # The rooms and who may use whom
//!
//! ```text
//!   domain  ←  wire   ←  gateway  ┐
//!     ↑          ↑                ├←  app  ←  cli  ←  main
//!   store  ←─────┴────  console   ┘
//! ```
//!
//! | room | what it holds | its folders, from the bottom up |
//! |---|---|---|
//! | [`domain`] | Values and rules. Pure: times and random bytes are passed in. | `values` (ids, names, time, money) · `money` (tokens, prices, limits, the ledger's entries) · `facts` (what a model takes, as data) · `catalog` (models, providers, their order and their facts) · `format` · `access` (accounts, keys, people, addresses) · `usage` (records, traffic) · `aliases` (resolve, explain, validate, hints, import) |
//! | [`wire`] | The formats that clients and providers speak, as pure functions and state machines over bytes. | `error` `json` `sse` `encoding` `stop_texts` (where answers end) · `usage` (token counts in answers) · `reported` (failures in the place of answers) · `control` (the few fields that the gateway decides on) · `models` (the model list) · `neutral` (the one form between protocols) · `chat` (OpenAI Chat), `messages` (Anthropic), `responses` (OpenAI Responses), `completions`: one protocol each, none knows another · `passthrough` (forwards) · `adapt` (fits a request to its model) · `translate` (picks the protocols) |
//! | [`store`] | The only place that knows SQL: one text for SQLite and Postgres. | `engine` (pools, transactions, migrations) · `audit` · `installation` · `money` (wallets, leases, rates) · `keys` `catalog` `people` · `usage` (records, sums, reports) · `statements` (the list of all) |
//! | [`gateway`] | What clients call, under `/v1`. | `options` `files` `metrics` `db_health` `single_flight` and other leaves · `metering` (spool, leases, limits per minute, shipper, recovery) · `upstream` (a provider's addresses, how they are dialled, the circuit breaker) · `cache` (keys and catalog in memory) · `http` (bodies and headers) · `state` and `worker` (what all workers share, what each has) · `call` (one call: candidates, attempts and fallbacks, relay, record) · `endpoints` (routes, the key check, one file for each endpoint) · `lifecycle` (start and stop) |
//! | [`console`] | What people see: server-rendered pages, and fragments of them for htmx. | `format` `web` `password` `state` · `auth` (session, guard, throttle) · `layout` (frame, error pages) · one folder for each page; `aliases` has `draft`, `view`, `build`, `handlers` · `routes` (mounts all) |
//! | [`app`] | Wires them: opens the store, reads the [`master_key`], listens, stops. | `http` (the listener) |
//! | [`cli`] | The commands, one file for each; [`config`] has every setting, [`telemetry`] the log. | `args` · `demo` · `key` |
//! | [`connections`] | The open connections, and which of them ends when there is no room for more. | |
//! | [`error_chain`], [`clock`], [`random`] | An error with all its causes in one line; the only places that ask the machine for the time and for random bytes. | |
//!
//! Inside a room a folder uses only the folders before it, and names them in full (`crate::domain::money::Price`);
//! other rooms use what the room's `mod.rs` re-exports (`crate::domain::Price`). `tests/tidy/house_table.rs` has the arrows.
//!
//! These words mean one thing everywhere:
//!
//! - A *room* is a module at the top of the crate.
//! - An *alias* is a name that the clients of one key send; its *target* is the catalog model that runs instead.
//! - A *candidate* is a model at one address of a provider that a call may go to.
//! - A *snapshot* is an immutable copy of the catalog in memory; a change makes a new one.
//! - A *lease* is the part of a balance or spend limit that one gateway may spend without asking the database again; a
//!   *hold* is the part of a lease that one open call has reserved.
//! - The *spool* is the log on the gateway's own disk that has each call before the database has it; a *shipment* is a
//!   batch of finished calls on its way from the spool into the tables.
//! - A *breaker* pauses the calls of a model to an address that has failed several times in a row.
//! - A *sealed* value is encrypted under the master key, for one purpose.
//! - A *pico-USD* is 10⁻¹² US dollars, the unit of all amounts.
//!
//! `templates/` mirrors `src/console/`; `static/` has the styles and scripts that `build.rs` bundles; `migrations/` has a
//! folder for each engine with twins of the same names; `catalog/` has the models and providers that ship with the program.
//! `tests/it/` is one binary with a folder for each room, and `tests/tidy.rs` holds the tree to its arrows, sizes and words.
//!
//! # Invariants
//!
//! - **One resolver.** Every place that takes a model name asks [`domain::decide`]: the gateway's endpoints, the console's
//!   test box, `crossmodel resolve`. No chains: what an alias points at is looked up in the catalog, never among the
//!   aliases.
//! - **The gateway and the console do not know each other.** What they agree on lives in [`domain`] and [`store`].
//! - **The hot path waits for no database.** Keys and catalog are in memory; a change is live at once in the process
//!   that made it, within about a second in others, and after at most 60 seconds even if every notice of it is lost.
//! - **The parent first.** Every write under a key begins by raising the key's revision. That makes editors wait for each
//!   other, stamps caches, and lets no race make a 21st alias.
//! - **Every write runs in a task of its own.** A client that hangs up drops its handler, but the write goes on to its
//!   end.
//! - **Secrets are not stored as they are.** API keys are kept as an HMAC, passwords as Argon2id, providers' credentials
//!   sealed for the one address that they were entered for. Neither bodies nor headers are logged.
//! - **Money is whole pico-USD.** A price, a cost and their sums are exact.
//! - **Written down before it happens.** The gateway calls no provider before the reservation for the call is on the
//!   disk, and sends no client the end of an answer before its cost is on the disk. The ledger only grows; a balance is
//!   the sum of its entries.
//! - **No limit is raced past.** No grant of a lease makes all leases of a budget and all that was spent of it together
//!   more than the budget. Only a call that costs more than its reservation, as [`domain::Reserve::Soft`] permits, can
//!   exceed it.
//! - **Every page works without a script.** No inline script or style, so a strict Content-Security-Policy holds.
//!
//! # The walk of one request
//!
//! `POST /v1/chat/completions` arrives at an actix worker ([`app`] started them).
//!
//! 1. `gateway::endpoints` reads the key from `Authorization` or `x-api-key`, hashes it and finds the compiled key in
//!    `gateway::cache`; a miss loads it once, however many requests wait.
//! 2. `gateway::http` reads the body within limits, compressed or not. [`wire::control`] finds `model` and the few
//!    other fields that the gateway decides on, without building a tree, and refuses duplicates of them.
//! 3. [`domain::decide`] resolves the name through the key's aliases, and checks the real model against the catalog and the
//!    key's permissions.
//! 4. Where an address of the provider speaks the client's protocol and takes the request, [`wire::adapt`] plans what has to
//!    change for the model; mostly nothing does, and the body goes on as it came but for the name of the model. Else
//!    [`wire::translate`] reads it into one neutral form and writes it in the provider's protocol.
//! 5. `gateway::metering` counts the call against the limits per minute, and reserves what it may cost from the
//!    gateway's leases of the balance and of the spend limits. `gateway::call` writes the start of the call to the
//!    spool.
//! 6. A task that outlives the client's connection waits until that is on the disk. Then it sends the request with the
//!    gateway's credential, only to an address that [`domain::EgressPolicy`] permits. It repeats a request that failed
//!    for the moment, there or at the next candidate, until the first content of an answer has come; one that is refused
//!    for what it says it sends once more, changed as the refusal says. A stream that breaks off after that ends in an
//!    error event.
//! 7. The answer streams back as it came, or translated into the client's protocol. It carries the real model's id, or
//!    the requested name if the alias has `keep_name`. On the way, [`wire`] reads the usage that the provider reports.
//! 8. The task writes the cost to the spool, whether or not the client stayed to the end. The last bytes of the answer
//!    wait until the cost is on the disk.
//! 9. The shipper, a task of the gateway, moves the spool into the tables in batches: request records, sums for
//!    reports, the ledger, the balance.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod connections;
pub mod console;
pub mod domain;
pub mod error_chain;
pub mod gateway;
pub mod master_key;
pub mod random;
pub mod store;
pub mod telemetry;
pub mod wire;
