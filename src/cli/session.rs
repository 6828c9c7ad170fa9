//! `crossmodel session …`

use super::args::when;
use super::context::Context;
use super::error::CliError;
use super::nearest::did_you_mean;
use super::output;
use crate::config::Settings;
use crate::domain::Email;
use crate::store::SignedInSession;

/// Fewer digits of a session's ID would too easily match another session.
const FEWEST: usize = 4;

/// What to do with sessions.
#[derive(Debug, clap::Subcommand)]
pub enum Session {
    /// List the people who are signed in to the console.
    #[command(after_help = "Examples:
  crossmodel session list
  crossmodel session list --email maya@example.com --json")]
    List {
        /// Only this person's.
        #[arg(long, value_name = "ADDRESS")]
        email: Option<Email>,
        /// Print the answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// End a session, or all sessions of a person. They are signed out at their next click, and may sign in again.
    #[command(after_help = "Examples:
  crossmodel session end 3f9a02bc71de
  crossmodel session end --email maya@example.com")]
    End {
        /// The session's ID as the list shows it, or the first digits of it.
        #[arg(conflicts_with = "email")]
        id: Option<String>,
        /// Every session of this person.
        #[arg(long, value_name = "ADDRESS")]
        email: Option<Email>,
    },
}

/// A row of the list, for programs.
#[derive(serde::Serialize)]
struct Row<'a> {
    id: &'a str,
    email: &'a str,
    signed_in_at: String,
    last_used_at: String,
    ends_at: String,
}

impl Session {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CliError> {
        let context = Context::open(settings).await?;
        match self {
            Self::List { email, json } => list(&context, email.as_ref(), json).await,
            Self::End { email: Some(email), .. } => end_all(&context, &email).await,
            Self::End {
                id: Some(id),
                email: None,
            } => end(&context, &id).await,
            Self::End { id: None, email: None } => Err(CliError::Usage(
                "say which: an ID of crossmodel session list, or --email ADDRESS for all".into(),
            )),
        }
    }
}

async fn list(context: &Context<'_>, email: Option<&Email>, json: bool) -> Result<(), CliError> {
    let person = match email {
        Some(email) => Some(context.person(email).await?.id),
        None => None,
    };
    let sessions = context.store.sessions().list(person, context.now()).await?;
    if json {
        return output::json(&sessions.iter().map(Row::from).collect::<Vec<_>>());
    }

    let rows: Vec<[String; 5]> = sessions
        .iter()
        .map(|session| {
            let times = [session.created_at, session.seen_at, session.expires_at].map(when::show);
            let [signed_in, last_used, ends] = times;
            [
                session.short_id.clone(),
                session.email.to_string(),
                signed_in,
                last_used,
                ends,
            ]
        })
        .collect();

    output::table(["ID", "E-MAIL", "SIGNED IN", "LAST USED", "ENDS"], &rows);
    Ok(())
}

async fn end(context: &Context<'_>, typed: &str) -> Result<(), CliError> {
    let id = typed.to_lowercase();
    if id.len() < FEWEST || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(CliError::Usage(format!(
            "ID: `{typed}` is no session's ID: write {FEWEST} digits of it or more; see: crossmodel session list"
        )));
    }

    let sessions = context.store.sessions().list(None, context.now()).await?;
    let mut meant = sessions.iter().filter(|session| session.short_id.starts_with(&id));
    let session = match (meant.next(), meant.count()) {
        (Some(session), 0) => session,
        (Some(_), more) => {
            return Err(CliError::Failed(format!(
                "ID: {} sessions begin with `{id}`; write more digits",
                more + 1
            )));
        }
        (None, _) => {
            let near = did_you_mean(&id, sessions.iter().map(|session| session.short_id.as_str()));
            return Err(CliError::Failed(format!(
                "ID: there is no session `{typed}`{near}; see: crossmodel session list"
            )));
        }
    };

    context.writer().sessions().end(&session.id).await?;
    output::note(&format!("Ended the session {} of {}.", session.short_id, session.email));
    Ok(())
}

async fn end_all(context: &Context<'_>, email: &Email) -> Result<(), CliError> {
    let person = context.person(email).await?;
    let ended = context.writer().sessions().end_all(person.id).await?;
    output::note(&format!(
        "Ended {} of {email}.",
        output::count(ended, "session", "sessions")
    ));
    Ok(())
}

impl<'a> From<&'a SignedInSession> for Row<'a> {
    fn from(session: &'a SignedInSession) -> Self {
        Self {
            id: &session.short_id,
            email: session.email.as_str(),
            signed_in_at: when::machine(session.created_at),
            last_used_at: when::machine(session.seen_at),
            ends_at: when::machine(session.expires_at),
        }
    }
}
