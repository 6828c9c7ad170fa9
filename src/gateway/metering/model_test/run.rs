//! Runs of a gateway without its HTTP: leases, spool, shipping and recovery as they are, on a real database.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::Dice;
use super::model::{End, ExpectedCall, Model};
use crate::clock::Clock;
use crate::domain::{
    Account, AccountId, ApiKey, ApiKeyId, ApiKeySecret, Budget, CallState, GatewayId, Limits, MasterKey, Period,
    PicoUsd, RequestId, Scope, SpendLimit, Timestamp, Tokens, UsageSource,
};
use crate::gateway::metering::recovery;
use crate::gateway::metering::shipper::{self, Shipper};
use crate::gateway::metering::spending::{Holds, KeyLeases, Spending};
use crate::gateway::metering::spool::{CallEnded, CallStarted, Spool, SpoolHandle};
use crate::gateway::options::SpoolOptions;
use crate::random;
use crate::store::{Actor, LeaseRequest, NewKey, Store};

pub(super) const NOW: Timestamp = Timestamp::from_millis(1_795_348_800_000);
const LONG: Duration = Duration::from_secs(30);
/// What a key may spend in all: more than any trace does.
const LIMIT: i64 = 1_000_000_000_000_000;

/// An account and a key, what there was to them, and what has to come of it.
pub(super) struct Trace {
    pub store: Store,
    pub options: SpoolOptions,
    pub account: AccountId,
    key: ApiKeyId,
    limits: Limits,
    /// The name that calls ask for.
    pub requested: String,
    /// Every run so far.
    runs: Vec<GatewayId>,
    pub model: Model,
}

/// A gateway that runs.
pub(super) struct Run {
    pub(super) gateway: GatewayId,
    spending: Arc<Spending>,
    spool_handle: SpoolHandle,
    spool: Spool,
    pub(super) shipping: Arc<Shipper>,
    shipper: JoinHandle<()>,
    recovery: Option<JoinHandle<()>>,
    purses: KeyLeases,
    pub(super) open: Vec<(RequestId, Holds)>,
    /// Who waits for it to write what there is.
    flushes: Vec<JoinHandle<()>>,
}

impl Trace {
    pub(super) async fn new(store: Store, options: SpoolOptions, dice: &mut Dice) -> Self {
        let by = Actor::command_line();
        let id = AccountId::new(NOW, random::bytes());
        let account = Account::new(id, format!("account {id}").parse().unwrap(), NOW);
        store.accounts().create(&account, &by, NOW).await.unwrap();
        let secret = ApiKeySecret::generate(random::bytes);
        let spend = SpendLimit {
            amount: PicoUsd::from_pico(LIMIT),
            period: Period::Total,
        };
        let limits = Limits {
            spend: Some(spend),
            ..Limits::NONE
        };
        let key = ApiKeyId::new(NOW, random::bytes());
        let key = ApiKey {
            limits,
            ..ApiKey::new(key, id, "key".parse().unwrap(), &secret, NOW)
        };
        let hash = MasterKey::from_bytes([7; 32]).api_key_hasher().hash(&secret);
        store
            .api_keys()
            .create(
                &NewKey {
                    key: key.clone(),
                    hash,
                    aliases: Vec::new(),
                },
                &by,
                NOW,
            )
            .await
            .unwrap();
        let mut trace = Self {
            store,
            options,
            account: id,
            key: key.id,
            limits,
            requested: "model".into(),
            runs: Vec::new(),
            model: Model::default(),
        };
        trace
            .add_credit(20_000_000_000 + dice.below(100_000_000_000).cast_signed())
            .await;
        trace
    }

    /// Starts a gateway on what earlier ones left. What it recovers may be cut short.
    pub(super) async fn start(&mut self, dice: &mut Dice) -> Run {
        // Where the database is waited for so short a time, what it did is often not known.
        let patience = if dice.once_in(3) {
            Duration::from_micros(dice.below(3_000))
        } else {
            LONG
        };
        let run = self.start_recovering(patience).await;
        if dice.once_in(3) {
            dice.moment().await;
            run.recovers_no_more();
        }
        run
    }

    /// Starts a gateway, and waits until all that earlier ones left is written.
    pub(super) async fn start_whole(&mut self) -> Run {
        let mut run = self.start_recovering(LONG).await;
        if let Some(recovery) = run.recovery.take() {
            recovery.await.unwrap();
        }
        run
    }

    async fn start_recovering(&mut self, patience: Duration) -> Run {
        // If its disk fails, whoever started it starts it again.
        let spool = loop {
            let gateway = GatewayId::new(NOW, random::bytes());
            self.store.gateways().seen(gateway, NOW).await.unwrap();
            self.runs.push(gateway);
            match Spool::start(&self.options, gateway) {
                Ok(spool) => break spool,
                Err(_) if self.options.files.faults.is_some() => self.store.gateways().remove(gateway).await.unwrap(),
                Err(error) => panic!("{error}"),
            }
        };
        let gateway = spool.gateway();
        let spending = Arc::new(Spending::new(self.store.clone(), Clock::manual(NOW), gateway, patience));
        let shipping = Arc::new(Shipper::new(spool.clone()));
        let shipper = shipper::start(Arc::clone(&shipping), Arc::clone(&spending));
        let recovery = Some(tokio::spawn(recovery::recover(
            self.options.clone(),
            Arc::clone(&spending),
        )));
        let purses = KeyLeases::new(&spending, self.account, self.key, (&Limits::NONE, &self.limits), NOW);
        let spool_handle = spool.handle();
        Run {
            gateway,
            spending,
            spool_handle,
            spool,
            shipping,
            shipper,
            recovery,
            purses,
            open: Vec::new(),
            flushes: Vec::new(),
        }
    }

    /// A call begins, if it is admitted.
    pub(super) async fn begin(&mut self, run: &mut Run, dice: &mut Dice) {
        let amount = PicoUsd::from_pico(2_000_000_000 + dice.below(4_000_000_000).cast_signed());
        let Ok(holds) = run.purses.hold(&run.spending, amount, NOW).await else {
            self.model.refused += 1;
            return;
        };
        let id = RequestId::new(NOW, random::bytes());
        let begun = CallStarted {
            id,
            account: self.account,
            key: self.key,
            key_revision: 1,
            at: NOW,
            requested: self.requested.clone(),
            alias: None,
            model: "acme/model".into(),
            provider: "acme".parse().unwrap(),
            protocol: "openai-chat".into(),
            stream: false,
            agent: None,
            held: amount.pico(),
            charges: holds.charges(),
        };
        // Its disk may just have failed.
        let Ok(durable) = run.spool_handle.begin(&begun) else {
            self.model.refused += 1;
            return;
        };
        let surely = !dice.once_in(4);
        if surely {
            durable.await.unwrap();
        }
        self.model.calls.insert(
            id,
            ExpectedCall {
                begun_surely: surely,
                ..ExpectedCall::default()
            },
        );
        run.open.push((id, holds));
        let held: i64 = run.open.iter().map(|(_, holds)| holds.amount().pico()).sum();
        let (spent, credits) = (self.model.surely_spent(), self.model.credits);
        assert!(
            held + spent <= credits,
            "{held} are held and {spent} are spent of {credits}"
        );
    }

    /// One of the open calls ends.
    pub(super) async fn end(&mut self, run: &mut Run, end: End, dice: &mut Dice) {
        if run.open.is_empty() {
            return;
        }
        let (id, holds) = run.open.swap_remove(dice.below(run.open.len() as u64) as usize);
        let durable = run.spool_handle.end(&ended_as(id, end));
        holds.settle(PicoUsd::from_pico(end.cost), NOW);
        let surely = !dice.once_in(4);
        if surely {
            durable.await.unwrap();
        }
        let expected = self.model.calls.get_mut(&id).unwrap();
        *expected = ExpectedCall {
            begun_surely: expected.begun_surely || surely,
            end: Some(end),
            ended_surely: surely,
        };
    }

    /// Everything in memory is gone, and of the disk what nobody was told of, up to any byte.
    pub(super) async fn crash(&mut self, run: Run, dice: &mut Dice) {
        self.model.crashes += 1;
        let Run {
            gateway,
            spending,
            spool_handle,
            spool,
            shipper,
            recovery,
            open,
            flushes,
            ..
        } = run;
        shipper.abort();
        drop(shipper.await);
        for task in recovery.into_iter().chain(flushes) {
            ended(task).await;
        }
        let durable = spool.durable_offset();
        spool.stop();
        spool.release_folder();
        let written = spool.durable_offset();
        drop((open, spool_handle, spool, spending));
        let cut = durable + dice.below(written - durable + 1);
        for (start, file) in segments(&self.options.folder.join(gateway.to_string()))
            .into_iter()
            .rev()
        {
            if start > cut {
                std::fs::remove_file(file).unwrap();
                continue;
            }
            File::options()
                .write(true)
                .open(file)
                .unwrap()
                .set_len(cut - start)
                .unwrap();
            break;
        }
    }

    /// The gateway stops in order. Calls that are still open then stay so.
    pub(super) async fn stop(&mut self, run: Run) {
        run.shipping.stop();
        if let Some(recovery) = run.recovery {
            ended(recovery).await;
        }
        run.shipper.await.unwrap();
        for flush in run.flushes {
            ended(flush).await;
        }
        run.spool.stop();
        run.spool.release_folder();
    }

    /// What a run had asked of the database as it crashed, or did not wait for, may come after all was cleared up: that it
    /// runs, or a lease. Both are gone in a day; here only for the runs of this trace.
    async fn a_day_passes(&self) {
        tokio::time::sleep(Duration::from_millis(300)).await;
        self.store.leases().drop_dead(NOW).await.unwrap();
        for run in &self.runs {
            if self.store.gateways().shipped(*run).await.unwrap() == Some(0) {
                self.store.leases().drop_of(*run).await.unwrap();
                self.store.gateways().remove(*run).await.unwrap();
            }
        }
    }

    /// Checks everything, once the last run has cleared up.
    pub(super) async fn check(&mut self) {
        let store = &self.store;
        let records = store
            .usage()
            .recent(Scope::Account(self.account), None, 10_000)
            .await
            .unwrap();
        let cost = self.model.agrees(&records);
        let balance = store.wallets().balance(self.account).await.unwrap().unwrap();
        let expected = self.model.credits - cost;
        assert_eq!((balance.balance.pico(), balance.held.pico()), (expected, 0));
        assert_eq!(store.wallets().sum(self.account).await.unwrap().pico(), expected);
        assert!(
            expected >= 0,
            "more was spent than there was, and no call cost more than was held for it"
        );
        let totals = store.usage().totals(self.account, 0).await.unwrap();
        assert_eq!((totals.requests as usize, totals.cost.pico()), (records.len(), cost));
        let charged = records.iter().filter(|record| record.cost != PicoUsd::ZERO).count() as i64;
        let entries = store.wallets().entries(self.account, None, 10_000).await.unwrap();
        assert_eq!(entries.iter().map(|entry| entry.requests).sum::<i64>(), charged);
        let mut late = false;
        for (budget, limit) in [
            (Budget::Balance(self.account), None),
            (Budget::Key(self.key), self.limits.spend),
        ] {
            let gateway = GatewayId::new(NOW, random::bytes());
            let (need, lately) = (PicoUsd::ZERO, PicoUsd::ZERO);
            let ask = LeaseRequest {
                gateway,
                budget,
                limit,
                window_start: 0,
                need,
                lately,
            };
            let mut leased = store.leases().take(ask).await.unwrap();
            if leased.elsewhere > PicoUsd::ZERO {
                late = true;
                self.a_day_passes().await;
                leased = store.leases().take(ask).await.unwrap();
            }
            assert_eq!(leased.elsewhere, PicoUsd::ZERO, "{budget:?} is still leased");
            store.leases().drop_of(gateway).await.unwrap();
        }
        for run in &self.runs {
            let shipped = store.gateways().shipped(*run).await.unwrap();
            assert!(shipped.is_none_or(|offset| offset == 0), "{run} has ended: {shipped:?}");
            late |= shipped.is_some();
        }
        self.model.late += usize::from(late);
        let left = std::fs::read_dir(&self.options.folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        // What never began is not taken for what was left before it is old.
        let left: Vec<PathBuf> = left
            .filter(|path| path.extension().is_none_or(|ending| ending != "new"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

/// How a call ended, with everything that does not matter here filled in.
fn ended_as(id: RequestId, end: End) -> CallEnded {
    CallEnded {
        id,
        ran: None,
        state: end.state,
        status: 200,
        error: None,
        tokens: Tokens {
            prompt: 10,
            completion: 5,
            ..Tokens::default()
        },
        searches: 0,
        tier: None,
        source: UsageSource::Provider,
        price: None,
        cost: end.cost,
        latency_ms: 1,
        first_byte_ms: None,
        attempts: Vec::new(),
    }
}

/// The segments of a run's folder and where each begins, in order.
pub(super) fn segments(folder: &std::path::Path) -> Vec<(u64, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<(u64, PathBuf)> = entries
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name()?.to_str()?.strip_suffix(".log")?;
            Some((u64::from_str_radix(name, 16).unwrap(), path.clone()))
        })
        .collect();
    found.sort();
    found
}

/// Ends a task, wherever it is.
async fn ended(task: JoinHandle<()>) {
    task.abort();
    drop(task.await);
}

impl Run {
    fn recovers_no_more(&self) {
        if let Some(recovery) = &self.recovery {
            recovery.abort();
        }
    }

    /// Waits until all that has ended is in the tables.
    pub(super) async fn flush(&self) {
        self.shipping.flush().await;
    }

    /// A call ends that never began.
    pub(super) fn ends_without_beginning(&self, id: RequestId) {
        drop(self.spool_handle.end(&ended_as(
            id,
            End {
                state: CallState::Settled,
                cost: 1,
            },
        )));
    }

    /// The same, beside what comes next.
    pub(super) fn flush_later(&mut self) {
        let shipping = Arc::clone(&self.shipping);
        self.flushes.push(tokio::spawn(async move { shipping.flush().await }));
    }

    /// Somebody else needs what is not used here.
    pub(super) async fn give_back(&self, trace: &Trace) {
        self.spending.recalled(Budget::Balance(trace.account)).await;
        self.spending.recalled(Budget::Key(trace.key)).await;
    }

    /// What is done every few seconds.
    pub(super) async fn sweep(&self) {
        self.spending.sweep().await;
    }
}
