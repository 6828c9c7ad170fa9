//! `crossmodel person role`.

use super::changed;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output;
use crate::domain::{AccountId, Email, Person, Role};

/// The person, and their new role.
#[derive(Debug, clap::Args)]
pub struct ChangeRole {
    /// The address that the person signs in with.
    #[arg(long, value_name = "ADDRESS")]
    email: Email,
    /// admin runs everything, owner manages one account, viewer only looks.
    #[arg(long, value_name = "admin|owner|viewer")]
    role: Role,
    /// The account, for an admin who belongs to none.
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
}

impl ChangeRole {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<(), CliError> {
        let (email, role) = (&self.email, self.role);
        let person = context.person(email).await?;
        let account = self.new_account(context, &person).await?;
        if (person.role, person.account) == (role, account) {
            output::note(&format!("{email} is {role} already."));
            return Ok(());
        }

        let sessions = context
            .store
            .sessions()
            .list(Some(person.id), context.now())
            .await?
            .len();
        let changed_role = context.writer().people().set_role(person.id, role, account).await;
        changed(changed_role, email)?;

        let out = output::count(sessions, "browser", "browsers");
        let keys = match context.keys_of(person.id).await? {
            0 => String::new(),
            keys => format!(" Their {} as before.", output::count(keys, "key works", "keys work")),
        };
        output::note(&format!(
            "{email} was {} and is {role}; signed out of {out}.{keys}",
            person.role
        ));
        Ok(())
    }

    /// The account that the person has afterwards.
    async fn new_account(&self, context: &Context<'_>, person: &Person) -> Result<Option<AccountId>, CliError> {
        let account = match (&self.account, person.account) {
            (None, account) => account,
            (Some(name), current) => {
                let named = context.account(name).await?.id;
                if current.is_some_and(|current| current != named) {
                    let why = "belongs to another account, with their keys there; add them under another address";
                    return Err(CliError::Failed(format!("--account: {} {why}", self.email)));
                }
                Some(named)
            }
        };

        if account.is_none() && self.role != Role::Admin {
            return Err(CliError::Usage(format!(
                "--account: say which account the {} belongs to",
                self.role
            )));
        }
        Ok(account)
    }
}
