//! `crossmodel key …`

mod create;
mod set;

use super::args::{limits, when};
use super::context::{Context, WhichKey};
use super::error::CliError;
use super::output;
use crate::config::Settings;
use crate::domain::{KeyState, KeyStatus, Scope};
use crate::store::{KeyFilter, KeyRow, KeySort};
use create::Create;
use set::Set;

/// What to do with API keys.
#[derive(Debug, clap::Subcommand)]
pub enum Key {
    /// Make a key and print its secret, alone on standard output, this one time.
    Create(Create),
    /// Change a key's limits, its end, the models that it may call, the addresses that it may be used from, or how much its
    /// requests may be changed.
    Set(Set),
    /// List the keys.
    #[command(after_help = "Example:\n  crossmodel key list --account Acme")]
    List {
        /// Only those of this account.
        #[arg(long, value_name = "NAME")]
        account: Option<String>,
    },
    /// Refuse a key's requests from now on, until it is enabled again.
    #[command(after_help = "Example:\n  crossmodel key disable --key laptop")]
    Disable(WhichKey),
    /// Answer a disabled key's requests again.
    #[command(after_help = "Example:\n  crossmodel key enable --key laptop")]
    Enable(WhichKey),
    /// Delete a key and its aliases for good. Its usage stays.
    #[command(after_help = "Example:\n  crossmodel key delete --key laptop --account Acme")]
    Delete(WhichKey),
}

impl Key {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CliError> {
        let context = Context::open(settings).await?;
        match self {
            Self::Create(create) => create.run(&context).await,
            Self::Set(set) => set.run(&context).await,
            Self::List { account } => list(&context, account.as_deref()).await,
            Self::Disable(which) => set_state(&context, &which, KeyState::Disabled).await,
            Self::Enable(which) => set_state(&context, &which, KeyState::Active).await,
            Self::Delete(which) => {
                let key = context.key(&which).await?;
                context.writer().api_keys().delete(Scope::All, key.id).await?;
                output::note(&format!(
                    "Deleted `{}`. Clients using it fail within a minute.",
                    key.name
                ));
                Ok(())
            }
        }
    }
}

async fn set_state(context: &Context<'_>, which: &WhichKey, state: KeyState) -> Result<(), CliError> {
    let key = context.key(which).await?;
    context.writer().api_keys().set_state(Scope::All, key.id, state).await?;

    match state {
        KeyState::Disabled => {
            output::note(&format!(
                "Disabled `{}`. Its requests are refused within a minute.",
                key.name
            ));
        }
        KeyState::Active => output::note(&format!("Enabled `{}`.", key.name)),
    }
    Ok(())
}

async fn list(context: &Context<'_>, account: Option<&str>) -> Result<(), CliError> {
    let scope = match account {
        Some(name) => Scope::Account(context.account(name).await?.id),
        None => Scope::All,
    };

    let now = context.now();
    let mut filter = KeyFilter {
        sort: KeySort::Name,
        descending: false,
        per_page: 200,
        ..KeyFilter::default()
    };
    let mut rows: Vec<[String; 9]> = Vec::new();
    loop {
        let page = context.store.api_keys().page(scope, &filter, now).await?;
        let last = page.rows.len() < 200;
        rows.extend(page.rows.into_iter().map(|row| cells(&row, row.key.status(now))));
        if last {
            break;
        }
        filter.page += 1;
    }

    let headings = [
        "NAME",
        "ACCOUNT",
        "KEY",
        "STATUS",
        "ALIASES",
        "LAST USED",
        "EXPIRES",
        "LIMITS",
        "ID",
    ];
    output::table(headings, &rows);
    Ok(())
}

fn cells(row: &KeyRow, status: KeyStatus) -> [String; 9] {
    let key = &row.key;
    let status = match status {
        KeyStatus::Active => "active",
        KeyStatus::Disabled => "disabled",
        KeyStatus::Expired => "expired",
    };
    let moment = |at: Option<_>| at.map_or("never".into(), when::show);
    [
        key.name.to_string(),
        row.account_name.clone(),
        key.display.clone(),
        status.into(),
        row.aliases.len().to_string(),
        moment(key.last_used_at),
        moment(key.expires_at),
        limits::as_text(&key.limits) + &set::adapt_as_text(key),
        key.id.to_string(),
    ]
}
