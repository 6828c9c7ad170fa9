//! `crossmodel demo`: everything on this machine, ready to be tried.

mod history;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::error::CliError;
use super::output;
use crate::app::{self, NewDatabase, Running, Serving};
use crate::clock::Clock;
use crate::config::Settings;
use crate::console::password;
use crate::domain::{
    Account, AccountId, Alias, AliasSet, ApiKey, ApiKeyId, ApiKeySecret, LedgerId, Limits, MasterKey, Match, Period,
    Person, PersonId, PicoUsd, Role, SpendLimit, UsageRecord,
};
use crate::random;
use crate::store::{Actor, NewKey, Store};

const EMAIL: &str = "demo@crossmodel.local";

/// What the demo's account starts with: 25 US dollars.
const CREDIT: PicoUsd = PicoUsd::from_pico(25_000_000_000_000);

/// The aliases of the demo's key: a stable name of one's own, and the prefix that a coding assistant insists on.
pub(super) const ALIASES: [(&str, Match, &str); 2] = [
    ("cross-model-basic", Match::Exact, "deepseek/deepseek-chat"),
    ("claude-opus", Match::Prefix, "anthropic/claude-opus-4-8"),
];

/// Tries everything on this machine.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  crossmodel demo
  DEEPSEEK_API_KEY=sk-… crossmodel demo --listen 127.0.0.1:9000

A provider whose credential is in its usual environment variable answers itself. For every other one a built-in
stand-in does: it says which real model would have run. The data is gone when the demo stops, unless --data keeps it.")]
pub struct Demo {
    /// An empty folder that keeps the data.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

impl Demo {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CliError> {
        let folder = Folder::make(self.data.as_deref())?;
        let mut settings = settings.clone();
        let database = folder.path.join("crossmodel.db");
        let address = format!("sqlite://{}", database.display());
        settings.database_url = address
            .parse()
            .map_err(|error| CliError::Failed(format!("--data: {error}")))?;
        settings.master_key_file = Some(folder.path.join("master.key"));

        let clock = Clock::system();
        let store = app::open_store(&settings, NewDatabase::Make, &clock).await?;
        let master = app::master_key(&settings, &store).await?;
        let seeded = seed(&store, &master, &clock).await?;
        let running = Running::start(
            &settings,
            store,
            master,
            Serving {
                clock,
                demo_provider: true,
            },
        )
        .await?;
        tell(&running, &seeded, &folder);
        running.until_stopped().await;
        Ok(())
    }
}

/// Where the demo's data is. A folder that nobody asked to keep goes when this does.
struct Folder {
    path: PathBuf,
    kept: bool,
}

impl Folder {
    fn make(asked: Option<&Path>) -> Result<Self, CliError> {
        let path = match asked {
            Some(path) => path.to_owned(),
            None => {
                let name = format!("crossmodel-demo-{:016x}", u64::from_le_bytes(random::bytes()));
                std::env::temp_dir().join(name)
            }
        };
        if path.join("crossmodel.db").exists() {
            let database = path.join("crossmodel.db");
            let why = format!(
                "--data: {} is there already; choose an empty folder, or go on with: crossmodel serve --database-url sqlite://{}",
                database.display(),
                database.display()
            );
            return Err(CliError::Failed(why));
        }
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.map_err(|error| CliError::Failed(format!("the folder {} cannot be made: {error}", path.display())))?;
        Ok(Self {
            path,
            kept: asked.is_some(),
        })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// What the demo made up.
struct Seeded {
    password: String,
    secret: ApiKeySecret,
    aliases: Vec<Alias>,
}

async fn seed(store: &Store, master: &MasterKey, clock: &Clock) -> Result<Seeded, CliError> {
    let (now, by) = (clock.now(), Actor::command_line());
    let began = history::began(now);
    let wrong = |error: &dyn std::error::Error| CliError::Failed(format!("the demo's own data: {error}"));
    let name = "Demo".parse().map_err(|error| wrong(&error))?;
    let account = Account::new(AccountId::new(began, random::bytes()), name, began);
    store.accounts().create(&account, &by, began).await?;

    // An admin, so that every page can be seen, with an account of its own, so that keys have a home.
    let password = made_up_password();
    let hash = password::hash(&password).map_err(|error| wrong(&error))?;
    let person = Person {
        id: PersonId::new(now, random::bytes()),
        email: EMAIL.parse().map_err(|error| wrong(&error))?,
        role: Role::Admin,
        account: Some(account.id),
        enabled: true,
        created_at: now,
    };
    store.people().add(&person, Some(&hash), &by, now).await?;

    let mut aliases = Vec::new();
    for (name, matching, target) in ALIASES {
        let name = name.parse().map_err(|error| wrong(&error))?;
        let target = target.parse().map_err(|error| wrong(&error))?;
        aliases.push(Alias::new(name, matching, target));
    }
    let secret = ApiKeySecret::generate(random::bytes);
    let id = ApiKeyId::new(began, random::bytes());
    let name = "demo".parse().map_err(|error| wrong(&error))?;
    let key = ApiKey {
        owner: Some(person.id),
        ..ApiKey::new(id, account.id, name, &secret, began)
    };
    let catalog = store.catalog().load().await?;
    let history = history::days(&key, &AliasSet::new(aliases.clone()), &catalog, now);
    let paid = paid_for(&history);
    let spend = SpendLimit {
        amount: PicoUsd::from_pico(paid.pico().saturating_mul(2)),
        period: Period::Month,
    };
    let limits = Limits {
        requests_per_minute: Some(600),
        tokens_per_minute: Some(2_000_000),
        spend: Some(spend),
    };
    let key = ApiKey { limits, ..key };
    let hash = master.api_key_hasher().hash(&secret);
    store
        .api_keys()
        .create(
            &NewKey {
                key,
                hash,
                aliases: aliases.clone(),
            },
            &by,
            began,
        )
        .await?;

    let credit = async |at, amount, note| {
        let id = LedgerId::new(at, random::bytes());
        store.wallets().credit(id, account.id, amount, note, &by, at).await
    };
    credit(began, paid, "demo credit, for the month before").await?;
    for day in &history {
        store.usage().append(day).await?;
    }
    credit(now, CREDIT, "demo credit").await?;
    Ok(Seeded {
        password,
        secret,
        aliases,
    })
}

/// What the made-up month cost, in whole [`CREDIT`]s and one more at least.
fn paid_for(history: &[Vec<UsageRecord>]) -> PicoUsd {
    let cost: i64 = history.iter().flatten().map(|record| record.cost.pico()).sum();
    PicoUsd::from_pico((cost / CREDIT.pico() + 1) * CREDIT.pico())
}

/// 100 random bits in four groups that can be read aloud: no letter looks like a digit.
fn made_up_password() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letter = |byte: &u8| {
        LETTERS
            .get(usize::from(byte % 32))
            .map_or('a', |&letter| char::from(letter))
    };
    let letters: Vec<char> = random::bytes::<20>().iter().map(letter).collect();
    letters
        .chunks(5)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}

fn tell(running: &Running, seeded: &Seeded, folder: &Folder) {
    output::line("The CrossModel demo is running. Ctrl-C stops it.\n");
    if let Some(url) = &running.console_url {
        output::line(&format!("  Console    {url}"));
        output::line(&format!("  Sign in    {EMAIL}"));
        output::line(&format!("  Password   {}\n", seeded.password));
    }
    if let Some(url) = &running.client_url {
        output::line(&format!("  Base URL   {url}"));
        output::line(&format!("  API key    {}\n", seeded.secret.expose()));
    }
    output::line("Its aliases:");
    for alias in &seeded.aliases {
        let (name, matching) = (alias.name.as_str(), alias.matching.as_str());
        output::line(&format!("  {name:<18} {matching:<7} runs {}", alias.target));
    }
    if let Some(url) = &running.client_url {
        output::line("\nAsk through one of them:\n");
        output::line(&curl(url, seeded, false));
        output::line("\nThe same as a stream:\n");
        output::line(&curl(url, seeded, true));
    }
    let fate = if folder.kept {
        "stays"
    } else {
        "goes when the demo stops"
    };
    output::line(&format!("\nThe data is in {} and {fate}.", folder.path.display()));
    output::line("A provider without a credential is answered for by a stand-in; set DEEPSEEK_API_KEY, OPENAI_API_KEY");
    output::line("and the like before the start to reach the real ones.");
}

fn curl(url: &str, seeded: &Seeded, stream: bool) -> String {
    let (flags, extra) = if stream {
        ("-N ", r#" "stream": true,"#)
    } else {
        ("", "")
    };
    let secret = seeded.secret.expose();
    format!(
        r#"curl {flags}{url}/chat/completions \
  -H 'Authorization: Bearer {secret}' \
  -H 'Content-Type: application/json' \
  -d '{{"model": "cross-model-basic",{extra} "messages": [{{"role": "user", "content": "Hello"}}]}}'"#
    )
}
