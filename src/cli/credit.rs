//! `crossmodel credit …`

use super::args::when;
use super::context::Context;
use super::error::CliError;
use super::output;
use crate::config::Settings;
use crate::domain::{Account, EntryKind, LedgerEntry, LedgerId, PicoUsd};
use crate::random;

/// The number of entries that are shown.
const SHOWN: u32 = 20;

/// What to do with credit.
#[derive(Debug, clap::Subcommand)]
pub enum Credit {
    /// Add credit to an account, or take it back, and print the new balance, alone on standard output.
    #[command(after_help = "Examples:
  crossmodel credit add --account Acme --usd 25.50 --note 'invoice 2026-117'
  crossmodel credit add --account Acme --usd=-5 --note 'entered twice'")]
    Add(Add),
    /// Show an account's balance and the last entries of its ledger.
    #[command(after_help = "Examples:
  crossmodel credit show --account Acme
  crossmodel credit show --account Acme --json")]
    Show {
        /// The name of the account.
        #[arg(long, value_name = "NAME")]
        account: String,
        /// Print the answer as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// The entry to add.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// The name of the account.
    #[arg(long, value_name = "NAME")]
    account: String,
    /// How many US dollars, exactly; a negative number takes them back, as a correction.
    #[arg(long, value_name = "AMOUNT", value_parser = amount, allow_negative_numbers = true)]
    usd: PicoUsd,
    /// Why: it stands in the ledger beside the amount.
    #[arg(long, value_name = "TEXT")]
    note: String,
}

fn amount(text: &str) -> Result<PicoUsd, String> {
    match text.parse() {
        Ok(PicoUsd::ZERO) => Err("nothing to add: the amount is zero".into()),
        Ok(amount) => Ok(amount),
        Err(error) => Err(format!("{error}; write for example 25 or 25.50")),
    }
}

/// The answer of `credit show`, for programs. Amounts are exact decimal texts.
#[derive(serde::Serialize)]
struct Wallet<'a> {
    account: &'a str,
    /// `null` for an account that never had credit.
    balance: Option<PicoUsd>,
    held: PicoUsd,
    entries: Vec<Entry<'a>>,
}

#[derive(serde::Serialize)]
struct Entry<'a> {
    id: LedgerId,
    at: String,
    kind: &'static str,
    usd: PicoUsd,
    requests: i64,
    note: Option<&'a str>,
    actor: Option<&'a str>,
}

impl Credit {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CliError> {
        let context = Context::open(settings).await?;
        match self {
            Self::Add(add) => add.run(&context).await,
            Self::Show { account, json } => {
                let account = context.account(&account).await?;
                show(&context, &account, json).await
            }
        }
    }
}

impl Add {
    async fn run(self, context: &Context<'_>) -> Result<(), CliError> {
        let note = self.note.trim();
        if note.is_empty() || note.chars().count() > 200 || note.chars().any(char::is_control) {
            return Err(CliError::Usage("--note: write one line of 1 to 200 characters".into()));
        }

        let account = context.account(&self.account).await?;
        let now = context.now();
        let before = context
            .store
            .wallets()
            .balance(account.id)
            .await?
            .map_or(PicoUsd::ZERO, |wallet| wallet.balance);
        if before.checked_add(self.usd).is_none() {
            return Err(CliError::Failed(format!(
                "--usd: {} more is beyond what a balance can hold",
                self.usd
            )));
        }

        let id = LedgerId::new(now, random::bytes());
        let wallets = context.store.by(&context.by, now).wallets();
        let balance = wallets.credit(id, account.id, self.usd, note).await?;
        let Some(balance) = balance else {
            return Err(CliError::Failed(format!("--account: `{}` is gone", account.name)));
        };

        output::line(&balance.to_string());
        let what = match self.usd < PicoUsd::ZERO {
            true => format!("Took {} USD from", positive(self.usd)),
            false => format!("Added {} USD to", self.usd),
        };
        output::note(&format!(
            "{what} {} ({note}). The balance was {before} USD and is {balance} USD.",
            account.name
        ));
        Ok(())
    }
}

/// The amount without its sign.
fn positive(amount: PicoUsd) -> String {
    amount.to_string().trim_start_matches('-').to_owned()
}

async fn show(context: &Context<'_>, account: &Account, json: bool) -> Result<(), CliError> {
    let wallet = context.store.wallets().balance(account.id).await?;
    let entries = context.store.wallets().entries(account.id, None, SHOWN).await?;
    let held = wallet.map_or(PicoUsd::ZERO, |wallet| wallet.held);

    if json {
        let entries = entries.iter().map(|entry| Entry {
            id: entry.id,
            at: when::machine(entry.at),
            kind: entry.kind.as_str(),
            usd: entry.amount,
            requests: entry.requests,
            note: entry.note.as_deref(),
            actor: entry.actor.as_deref(),
        });
        let balance = wallet.map(|wallet| wallet.balance);
        return output::json(&Wallet {
            account: account.name.as_str(),
            balance,
            held,
            entries: entries.collect(),
        });
    }

    let Some(wallet) = wallet else {
        output::note(&format!(
            "{0} never had credit; add some with: crossmodel credit add --account '{0}' --usd 25 --note TEXT",
            account.name
        ));
        return Ok(());
    };

    output::line(&format!(
        "Balance {} USD, of which {held} USD are held by calls in flight.",
        wallet.balance
    ));
    let rows: Vec<[String; 4]> = entries.iter().map(row).collect();
    output::table(["TIME", "USD", "CAUSE", "BY"], &rows);
    Ok(())
}

fn row(entry: &LedgerEntry) -> [String; 4] {
    let cause = match entry.kind {
        EntryKind::Usage => output::count(usize::try_from(entry.requests).unwrap_or_default(), "call", "calls"),
        kind => format!("{}: {}", kind.as_str(), entry.note.as_deref().unwrap_or_default()),
    };
    [
        when::show(entry.at),
        entry.amount.to_string(),
        cause,
        entry.actor.clone().unwrap_or_default(),
    ]
}
