//! The ledger as a page shows it.

use std::time::Duration;

use crossmodel::domain::{Account, AccountId, LedgerId, PicoUsd, Timestamp};
use crossmodel::random;
use crossmodel::store::{Actor, Credited, NewCredit, Spent, Store, WalletEvent, WalletLine};

use crate::harness::seed::{self, NOON};
use crate::harness::spending::spends;

fn usd(text: &str) -> PicoUsd {
    text.parse().unwrap()
}

fn days_ago(days: u64, minute: u64) -> Timestamp {
    NOON.minus(Duration::from_secs(days * 86_400))
        .plus(Duration::from_secs(minute * 60))
}

async fn credit(store: &Store, account: AccountId, at: Timestamp, amount: &str, note: &str) {
    let id = LedgerId::new(at, random::bytes());
    let by = Actor::command_line();
    store
        .by(&by, at)
        .wallets()
        .credit(id, account, usd(amount), note)
        .await
        .unwrap()
        .unwrap();
}

/// An account without any entry.
async fn account(store: &Store, name: &str) -> AccountId {
    let account = Account::new(AccountId::new(NOON, random::bytes()), seed::name(name), NOON);
    seed::at_noon(store).accounts().create(&account).await.unwrap();
    account.id
}

/// `usage 2: -0.3 = 9.7`, or `note: 10 = 10`.
fn told(lines: &[WalletLine]) -> Vec<String> {
    let what = |line: &WalletLine| match &line.what {
        WalletEvent::Usage { day, requests, .. } => format!("{} days ago, {requests} calls", NOON.day() - day),
        WalletEvent::ByHand(entry) => entry.note.clone().unwrap(),
    };
    lines
        .iter()
        .map(|line| format!("{}: {} = {}", what(line), line.what.amount(), line.balance))
        .collect()
}

both_engines!(usage_is_summed_up_by_day_and_every_line_has_its_balance, |store| {
    let account = account(&store, "acme").await;
    let key = seed::key(&store, account, "ci").await.0.id;
    credit(&store, account, days_ago(3, 0), "10", "first").await;
    for (days, minute, cost) in [
        (3, 1, "0.1"),
        (2, 0, "0.2"),
        (2, 5, "0.000000000001"),
        (1, 0, "0.4"),
        (1, 9, "0.5"),
    ] {
        spends(&store, account, key, days_ago(days, minute), cost).await;
    }
    credit(&store, account, days_ago(1, 3), "-1", "taken back").await;
    credit(&store, account, days_ago(1, 7), "5", "second").await;

    let whole = store.wallets().lines(account, None, 50).await.unwrap();

    assert_eq!(
        told(&whole),
        [
            "1 days ago, 2 calls: -0.9 = 12.799999999999",
            "second: 5 = 13.699999999999",
            "taken back: -1 = 8.699999999999",
            "2 days ago, 2 calls: -0.200000000001 = 9.699999999999",
            "3 days ago, 1 calls: -0.1 = 9.9",
            "first: 10 = 10",
        ]
    );
    assert_eq!(
        store.wallets().balance(account).await.unwrap().unwrap().balance,
        whole[0].balance
    );
    assert_eq!(store.wallets().sum(account).await.unwrap(), whole[0].balance);
});

both_engines!(pages_of_any_length_make_up_the_whole_ledger, |store| {
    let account = account(&store, "acme").await;
    let key = seed::key(&store, account, "ci").await.0.id;
    for day in 0..9_u64 {
        for n in 0..day % 3 {
            credit(&store, account, days_ago(day, n * 7), "1", &format!("{day}/{n}")).await;
        }
        if day % 4 != 1 {
            spends(&store, account, key, days_ago(day, 3), "0.25").await;
        }
    }
    let whole = store.wallets().lines(account, None, 500).await.unwrap();
    assert_eq!(whole.len(), 9 + 7);

    for length in 1..7 {
        let (mut read, mut under) = (Vec::new(), None);
        loop {
            let page = store.wallets().lines(account, under, length).await.unwrap();
            let Some(last) = page.last() else { break };
            under = Some(last.what.under());
            read.extend(page);
        }
        assert_eq!(read, whole, "{length} a page");
    }
    let last = whole.last().unwrap();
    assert_eq!(
        last.balance,
        last.what.amount(),
        "the first entry made the first balance"
    );
});

both_engines!(another_accounts_entries_are_not_shown, |store| {
    let (mine, theirs) = (account(&store, "acme").await, account(&store, "other").await);
    credit(&store, theirs, NOON, "7", "theirs").await;
    let key = seed::key(&store, theirs, "ci").await.0.id;
    spends(&store, theirs, key, NOON, "1").await;

    assert_eq!(store.wallets().lines(mine, None, 50).await.unwrap(), []);
    assert_eq!(store.wallets().balance(mine).await.unwrap(), None);
    assert_eq!(store.wallets().balances().await.unwrap().get(&theirs), Some(&usd("6")));
    assert_eq!(store.wallets().spent(mine, NOON).await.unwrap(), Spent::default());
});

both_engines!(what_was_spent_is_told_for_today_seven_days_and_the_month, |store| {
    let account = account(&store, "acme").await;
    let key = seed::key(&store, account, "ci").await.0.id;
    // NOON is the 22nd.
    for (days, cost) in [(0, "1"), (6, "20"), (7, "300"), (21, "4000"), (22, "50000")] {
        spends(&store, account, key, days_ago(days, 0), cost).await;
    }

    let spent = store.wallets().spent(account, NOON).await.unwrap();

    assert_eq!(
        spent,
        Spent {
            today: usd("1"),
            week: usd("21"),
            month: usd("4321")
        }
    );
    // On the 2nd, the seven days reach into the month before.
    let second = days_ago(20, 0);
    let spent = store.wallets().spent(account, second).await.unwrap();
    assert_eq!(spent.week, usd("54321"));
    assert_eq!(spent.month, usd("4321"));
});

both_engines!(
    credit_is_not_added_twice_by_somebody_who_has_not_seen_the_first,
    |store| {
        let account = account(&store, "acme").await;
        let new = |seen| NewCredit {
            id: LedgerId::new(NOON, random::bytes()),
            account,
            amount: usd("5"),
            note: "invoice 7".into(),
            seen: Some(seen),
        };

        assert_eq!(
            store.at_noon().wallets().add(new(None)).await.unwrap(),
            Credited::Done(usd("5"))
        );
        assert_eq!(store.at_noon().wallets().add(new(None)).await.unwrap(), Credited::Stale);
        assert_eq!(
            store.wallets().balance(account).await.unwrap().unwrap().balance,
            usd("5")
        );
        let seen = store.wallets().last_by_hand(account).await.unwrap();
        assert_eq!(
            store.at_noon().wallets().add(new(seen)).await.unwrap(),
            Credited::Done(usd("10"))
        );
        let to_unknown = NewCredit {
            account: AccountId::new(NOON, random::bytes()),
            ..new(None)
        };
        assert_eq!(
            store.at_noon().wallets().add(to_unknown).await.unwrap(),
            Credited::Missing
        );
    }
);
