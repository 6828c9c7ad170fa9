//! A trace: runs of a gateway without its HTTP. Leases, spool, shipper and recovery are the real ones, on a real database.

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use super::Dice;
use super::model::{End, ExpectedCall, Model};
use super::run::{Run, abort, ended_as, segments};
use crate::clock::Clock;
use crate::domain::{
    Account, AccountId, ApiKey, ApiKeyId, ApiKeySecret, GatewayId, Limits, MasterKey, Period, PicoUsd, RequestId,
    RequestUse, SpendLimit, Timestamp,
};
use crate::gateway::metering::recovery;
use crate::gateway::metering::shipper::{self, Shipper};
use crate::gateway::metering::spending::{KeyLeases, Spending};
use crate::gateway::metering::spool::{CallStarted, Spool};
use crate::gateway::options::SpoolOptions;
use crate::random;
use crate::store::{Actor, NewKey, Store};

pub(super) const NOW: Timestamp = Timestamp::from_millis(1_795_348_800_000);
/// Longer than the database ever takes.
const LONG: Duration = Duration::from_secs(30);
/// What a key may spend in all: more than any trace does.
const LIMIT: i64 = 1_000_000_000_000_000;

/// An account and a key, everything that happened to them, and the model of what the tables must have.
pub(super) struct Trace {
    pub store: Store,
    pub options: SpoolOptions,
    pub account: AccountId,
    pub key: ApiKeyId,
    pub limits: Limits,
    /// The name that calls ask for.
    pub requested: String,
    /// Every run so far.
    pub runs: Vec<GatewayId>,
    pub model: Model,
}

impl Trace {
    pub(super) async fn new(store: Store, options: SpoolOptions, dice: &mut Dice) -> Self {
        let by = Actor::command_line();
        let account = AccountId::new(NOW, random::bytes());
        let row = Account::new(account, format!("account {account}").parse().unwrap(), NOW);
        store.by(&by, NOW).accounts().create(&row).await.unwrap();

        let spend = SpendLimit {
            amount: PicoUsd::from_pico(LIMIT),
            period: Period::Total,
        };
        let limits = Limits {
            spend: Some(spend),
            ..Limits::NONE
        };
        let key = create_key(&store, account, limits).await;

        let mut trace = Self {
            store,
            options,
            account,
            key,
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

    /// Starts a gateway on the spools that earlier ones left. Its recovery may be cut short.
    pub(super) async fn start(&mut self, dice: &mut Dice) -> Run {
        // With so little patience, it is often unknown what the database did.
        let patience = if dice.once_in(3) {
            Duration::from_micros(dice.below(3_000))
        } else {
            LONG
        };

        let run = self.start_recovering(patience).await;
        if dice.once_in(3) {
            dice.moment().await;
            run.stop_recovery();
        }
        run
    }

    /// Starts a gateway, and waits until everything that earlier ones left is in the tables.
    pub(super) async fn start_whole(&mut self) -> Run {
        let mut run = self.start_recovering(LONG).await;
        if let Some(recovery) = run.recovery.take() {
            recovery.await.unwrap();
        }
        run
    }

    async fn start_recovering(&mut self, patience: Duration) -> Run {
        // If the disk fails, the gateway is started again.
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
        let shipper = Arc::new(Shipper::new(spool.clone()));
        let shipper_task = shipper::start(Arc::clone(&shipper), Arc::clone(&spending));
        let recovery = Some(tokio::spawn(recovery::recover(
            self.options.clone(),
            Arc::clone(&spending),
        )));
        let leases = KeyLeases::new(&spending, self.account, self.key, (&Limits::NONE, &self.limits), NOW);
        let spool_handle = spool.handle();

        Run {
            gateway,
            spending,
            spool_handle,
            spool,
            shipper,
            shipper_task,
            recovery,
            leases,
            open: Vec::new(),
            flushes: Vec::new(),
        }
    }

    /// Begins a call, if its budgets and the spool admit it.
    pub(super) async fn begin(&mut self, run: &mut Run, dice: &mut Dice) {
        let amount = PicoUsd::from_pico(2_000_000_000 + dice.below(4_000_000_000).cast_signed());
        let Ok(holds) = run.leases.hold(&run.spending, amount, NOW).await else {
            self.model.refused += 1;
            return;
        };

        let id = RequestId::new(NOW, random::bytes());
        let call = CallStarted {
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
            used: Some(RequestUse::of_size(dice.below(1 << 40))),
        };
        // The disk may just have failed.
        let Ok(durable) = run.spool_handle.begin(&call) else {
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
                began_surely: surely,
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

    /// Ends one of the open calls.
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
            began_surely: expected.began_surely || surely,
            end: Some(end),
            ended_surely: surely,
        };
    }

    /// Crashes: the memory is gone, and of the disk everything after some byte that no call was promised.
    pub(super) async fn crash(&mut self, run: Run, dice: &mut Dice) {
        self.model.crashes += 1;
        let Run {
            gateway,
            spending,
            spool_handle,
            spool,
            shipper_task,
            recovery,
            open,
            flushes,
            ..
        } = run;

        shipper_task.abort();
        drop(shipper_task.await);
        for task in recovery.into_iter().chain(flushes) {
            abort(task).await;
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

    /// Stops the gateway in order. Calls that are open stay open.
    pub(super) async fn stop(&mut self, run: Run) {
        run.shipper.stop();
        if let Some(recovery) = run.recovery {
            abort(recovery).await;
        }
        run.shipper_task.await.unwrap();
        for flush in run.flushes {
            abort(flush).await;
        }
        run.spool.stop();
        run.spool.release_folder();
    }
}

/// Creates a key of the account with these limits.
async fn create_key(store: &Store, account: AccountId, limits: Limits) -> ApiKeyId {
    let secret = ApiKeySecret::generate(random::bytes);
    let id = ApiKeyId::new(NOW, random::bytes());
    let key = ApiKey {
        limits,
        ..ApiKey::new(id, account, "key".parse().unwrap(), &secret, NOW)
    };
    let new = NewKey {
        key,
        hash: MasterKey::from_bytes([7; 32]).api_key_hasher().hash(&secret),
        aliases: Vec::new(),
    };

    store
        .by(&Actor::command_line(), NOW)
        .api_keys()
        .create(&new)
        .await
        .unwrap();
    id
}
