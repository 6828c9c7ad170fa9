//! Facts about the tables that must hold after every run, whatever happened in it.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqliteConnection};

use super::callers::{Saw, agent};
use super::stage::Stage;
use crate::harness::biller::{Billed, Counted};
use crate::harness::database::Engine;

/// The numbers of a run that kept the promise.
#[derive(Clone, Copy, Debug, Default)]
pub struct Truth {
    /// Calls that reached the provider.
    pub billed: usize,
    /// Answers whose end a client saw.
    pub answered: usize,
    pub settled: usize,
    pub partial: usize,
    pub unknown: usize,
    pub released: usize,
    /// The cost of the settled calls in pico-USD, by the ledger and by the provider.
    pub cost: i128,
}

struct Recorded {
    state: String,
    tokens: Counted,
    cost: i128,
}

impl Stage {
    /// The rows of a query, whose columns have to be text.
    pub async fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let (url, sql) = (&self.database_url, AssertSqlSafe(sql.to_owned()));
        macro_rules! rows {
            ($connection:ty) => {{
                let mut connection = <$connection>::connect(url).await.expect("the database");
                let rows = connection.fetch_all(sql).await.expect("its rows");
                connection.close().await.expect("to leave it");
                rows.iter()
                    .map(|row| (0..row.len()).map(|n| row.get::<String, _>(n)).collect())
                    .collect()
            }};
        }
        match self.engine {
            Engine::Sqlite => rows!(SqliteConnection),
            Engine::Postgres => rows!(PgConnection),
        }
    }

    /// The one number that a query gives.
    pub async fn number(&self, sql: &str) -> i128 {
        self.rows(&format!("SELECT CAST(({sql}) AS TEXT)")).await[0][0]
            .parse()
            .expect("a number")
    }

    /// Checks all of it. The program must have stopped in order. `credits`: all that was ever put into the wallet.
    pub async fn tells_the_truth(&self, saw: &[Saw], credits: i128) -> Truth {
        let records = self.records().await;
        let bill = self.biller.bill();
        let mut truth = self.agrees_with_the_bill(&records, &bill);
        self.agrees_with_the_callers(&records, &bill, saw, &mut truth);
        self.ledger_adds_up(credits).await;
        self.sums_add_up().await;
        self.nothing_is_reserved().await;

        if self.engine == Engine::Sqlite {
            assert_eq!(self.rows("PRAGMA integrity_check").await, [["ok"]]);
        }
        let log = self.log();
        assert!(!log.contains("panicked"), "{log}");

        truth
    }

    /// Every record, by the id that the provider bills by.
    async fn records(&self) -> BTreeMap<String, Recorded> {
        let columns = [
            "prompt_tokens",
            "cache_read_tokens",
            "completion_tokens",
            "reasoning_tokens",
            "cost",
        ]
        .map(|column| format!("CAST({column} AS TEXT)"))
        .join(", ");
        let rows = self
            .rows(&format!(
                "SELECT COALESCE(agent, ''), state, {columns} FROM usage_record"
            ))
            .await;
        let mut records = BTreeMap::new();
        for row in rows {
            let number = |n: usize| row[n].parse::<i64>().expect("a number");
            let id = row[0].strip_prefix(&agent("")).expect("a call of a test's").to_owned();
            let tokens = Counted {
                prompt: number(2),
                cached: number(3),
                completion: number(4),
                reasoning: number(5),
            };
            let record = Recorded {
                state: row[1].clone(),
                tokens,
                cost: number(6).into(),
            };
            assert!(records.insert(id.clone(), record).is_none(), "{id} has two records");
        }
        records
    }

    fn agrees_with_the_bill(
        &self,
        records: &BTreeMap<String, Recorded>,
        bill: &BTreeMap<String, Vec<Billed>>,
    ) -> Truth {
        let mut truth = Truth {
            billed: bill.len(),
            ..Truth::default()
        };
        for (id, calls) in bill {
            assert_eq!(calls.len(), 1, "{id} was asked more than once");
            assert!(
                records.contains_key(id),
                "the provider billed {id}, and there is no record of it\n{}",
                self.log()
            );
        }
        let (mut settled, mut owed) = (0_i128, 0_i128);
        for (id, record) in records {
            match record.state.as_str() {
                "settled" => {
                    truth.settled += 1;
                    settled += record.cost;
                    let call = bill.get(id).map(|calls| &calls[0]);
                    let call = call.unwrap_or_else(|| panic!("{id} is settled, and the provider knows nothing of it"));
                    assert!(call.is_finished(), "{id} is settled, and its answer was never finished");
                    assert_eq!((record.tokens, record.cost), (call.tokens, call.tokens.cost()), "{id}");
                }
                "partial" => truth.partial += 1,
                "unknown" => {
                    truth.unknown += 1;
                    assert_eq!(record.cost, 0, "{id} is charged, and its end is not known");
                }
                "released" => {
                    truth.released += 1;
                    assert_eq!(record.cost, 0, "{id} failed, and is charged");
                }
                other => panic!("{id} is {other}"),
            }
        }
        // The bill from the provider's side: the answers that it finished, without those that are listed as cut short.
        for (id, calls) in bill {
            if calls[0].is_finished() && records[id].state == "settled" {
                owed += calls[0].tokens.cost();
            }
        }
        assert_eq!(settled, owed, "the sum of what is settled is not the provider's bill");
        truth.cost = settled;
        truth
    }

    fn agrees_with_the_callers(
        &self,
        records: &BTreeMap<String, Recorded>,
        bill: &BTreeMap<String, Vec<Billed>>,
        saw: &[Saw],
        truth: &mut Truth,
    ) {
        let mut cut = BTreeSet::new();
        for saw in saw {
            if !saw.finished {
                cut.insert(saw.id.as_str());
                continue;
            }
            truth.answered += 1;
            let record = records.get(&saw.id);
            let record = record.unwrap_or_else(|| panic!("{} was answered, and there is no record of it", saw.id));
            assert_eq!(record.state, "settled", "{} was answered to the end", saw.id);
            if let Some(tokens) = saw.tokens {
                assert_eq!(tokens, bill[&saw.id][0].tokens, "{} was told other counts", saw.id);
            }
        }
        // Only a call that its client saw cut short may be anything but settled.
        for (id, record) in records {
            assert!(
                record.state == "settled" || cut.contains(id.as_str()),
                "{id} is {}, and its client saw its end",
                record.state
            );
        }
    }

    async fn ledger_adds_up(&self, credits: i128) {
        let account = self.account.id;
        let balance = self
            .number(&format!("SELECT balance FROM wallet WHERE account_id = '{account}'"))
            .await;
        let entries = self.number("SELECT COALESCE(SUM(amount), 0) FROM ledger_entry").await;
        let paid = self
            .number("SELECT COALESCE(SUM(amount), 0) FROM ledger_entry WHERE kind <> 'usage'")
            .await;
        let cost = self.number("SELECT COALESCE(SUM(cost), 0) FROM usage_record").await;

        assert_eq!(paid, credits, "credits");
        assert_eq!(
            (balance, entries),
            (credits - cost, credits - cost),
            "balance and sum of the ledger"
        );

        let orphans = "SELECT COUNT(*) FROM usage_record r WHERE r.cost <> 0 AND NOT EXISTS \
                       (SELECT 1 FROM ledger_entry e WHERE e.id = r.entry_id AND e.account_id = r.account_id)";
        assert_eq!(self.number(orphans).await, 0, "charged records without an entry");

        let free = "SELECT COUNT(*) FROM usage_record WHERE cost = 0 AND entry_id IS NOT NULL";
        assert_eq!(self.number(free).await, 0, "free records with an entry");

        let wrong = "SELECT COUNT(*) FROM ledger_entry e WHERE kind = 'usage' AND (-amount <> \
                     COALESCE((SELECT SUM(cost) FROM usage_record r WHERE r.entry_id = e.id), 0) OR requests <> \
                     (SELECT COUNT(*) FROM usage_record r WHERE r.entry_id = e.id))";
        assert_eq!(
            self.number(wrong).await,
            0,
            "entries that are not the sum of their records"
        );
    }

    async fn sums_add_up(&self) {
        const SUMS: [&str; 7] = [
            "COUNT(*)",
            "SUM(CASE WHEN status < 400 THEN 1 ELSE 0 END)",
            "SUM(prompt_tokens)",
            "SUM(completion_tokens)",
            "SUM(cache_read_tokens)",
            "SUM(reasoning_tokens)",
            "SUM(cost)",
        ];
        const KEPT: [&str; 7] = [
            "SUM(requests)",
            "SUM(successes)",
            "SUM(prompt_tokens)",
            "SUM(completion_tokens)",
            "SUM(cache_read_tokens)",
            "SUM(reasoning_tokens)",
            "SUM(cost)",
        ];
        let select = |group: &[&str], sums: &[&str], from: &str| {
            let text = |column: &&str| format!("CAST({column} AS TEXT)");
            let columns: Vec<String> = group.iter().chain(sums).map(text).collect();
            let group = group.join(", ");
            format!(
                "SELECT {} FROM {from} GROUP BY {group} ORDER BY {group}",
                columns.join(", ")
            )
        };
        let daily = |sums: &[&'static str; 7]| [sums[0], sums[1], sums[2], sums[3], sums[6]];
        let day = "at / 86400000";

        assert_eq!(
            self.rows(&select(&["api_key_id", "day"], &daily(&KEPT), "usage_daily"))
                .await,
            self.rows(&select(&["api_key_id", day], &daily(&SUMS), "usage_record"))
                .await,
            "the sums per day"
        );

        for (unit, start) in [("hour", "at / 3600000"), ("day", day)] {
            let names = ["api_key_id", "requested", "model"];
            let kept = [&["start"], &names[..]].concat();
            let from = format!("usage_rollup WHERE unit = '{unit}'");
            assert_eq!(
                self.rows(&select(&kept, &KEPT, &from)).await,
                self.rows(&select(&[&[start], &names[..]].concat(), &SUMS, "usage_record"))
                    .await,
                "the sums per {unit}"
            );
        }
    }

    async fn nothing_is_reserved(&self) {
        let leases = "SELECT subject, gateway_id, CAST(amount AS TEXT), CAST(held AS TEXT) FROM lease";
        assert_eq!(
            self.rows(leases).await,
            Vec::<Vec<String>>::new(),
            "leases of runs that have ended\n{}",
            self.log()
        );
        assert_eq!(
            self.rows("SELECT id FROM gateway").await,
            Vec::<Vec<String>>::new(),
            "runs that have ended"
        );
        assert_eq!(
            self.spools(),
            Vec::<String>::new(),
            "what is left in the spool\n{}",
            self.log()
        );
        let balance = self
            .store
            .wallets()
            .balance(self.account.id)
            .await
            .expect("the balance");
        assert_eq!(balance.expect("a wallet").held.pico(), 0, "holds");
    }
}
