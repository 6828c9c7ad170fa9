//! `crossmodel person add`.

use super::link::print_link;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::secret_from_stdin;
use crate::cli::output;
use crate::console::password;
use crate::domain::{AccountId, Email, Person, PersonId, Role};
use crate::random;
use crate::store::StoreError;

/// The person to add.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// The e-mail address to sign in with.
    #[arg(long, value_name = "ADDRESS")]
    email: Email,
    /// admin runs everything, owner manages one account, viewer only looks.
    #[arg(long, value_name = "admin|owner|viewer")]
    role: Role,
    /// The account; an admin may have none.
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Read the password from standard input, one line.
    #[arg(long)]
    password_stdin: bool,
}

impl Add {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<(), CliError> {
        let account = self.account(context).await?;
        let hash = match self.password_stdin {
            true => Some(self.hash_from_stdin()?),
            false => None,
        };

        let now = context.now();
        let person = Person {
            id: PersonId::new(now, random::bytes()),
            email: self.email,
            role: self.role,
            account,
            enabled: true,
            created_at: now,
        };
        let people = context.store.by(&context.by, now).people();
        match people.add(&person, hash.as_deref()).await {
            Ok(()) => {}
            Err(StoreError::Taken { .. }) => {
                let email = person.email;
                return Err(CliError::Failed(format!(
                    "--email: {email} already belongs to another person"
                )));
            }
            Err(error) => return Err(error.into()),
        }

        output::note(&format!("Added {}, {}.", person.email, person.role));
        if hash.is_none() {
            print_link(context, &person).await?;
        }
        Ok(())
    }

    async fn account(&self, context: &Context<'_>) -> Result<Option<AccountId>, CliError> {
        match &self.account {
            Some(name) => Ok(Some(context.account(name).await?.id)),
            None if self.role == Role::Admin => Ok(None),
            None => Err(CliError::Usage(format!(
                "--account: say which account the {} belongs to",
                self.role
            ))),
        }
    }

    fn hash_from_stdin(&self) -> Result<String, CliError> {
        let password = secret_from_stdin("password")?;
        password::check(&password, Some(&self.email))
            .map_err(|error| CliError::Failed(format!("password: {error}")))?;
        password::hash(&password).map_err(|error| CliError::Failed(format!("password: {error}")))
    }
}
