//! The store in the hands of an actor.

use futures_util::future::BoxFuture;

use super::actor::Actor;
use crate::domain::Timestamp;
use crate::store::engine::{Store, StoreError, Tx};

/// Changes the store for an actor: the audit log has each change under the actor's name. What `Accounts<Writer>` and its
/// like cannot do, such as reading, `Accounts<&Store>` does.
#[derive(Clone, Copy, Debug)]
pub struct Writer<'a> {
    pub(in crate::store) store: &'a Store,
    actor: &'a Actor,
    now: Timestamp,
}

impl Store {
    /// The store for changes that `actor` makes at `now`.
    pub fn by<'a>(&'a self, actor: &'a Actor, now: Timestamp) -> Writer<'a> {
        Writer {
            store: self,
            actor,
            now,
        }
    }
}

/// Who makes the changes of a transaction, and when.
pub struct By {
    pub actor: Actor,
    pub now: Timestamp,
}

impl Writer<'_> {
    /// Runs a transaction as [`Store::write`] does.
    pub(in crate::store) async fn write<T, F>(self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx, By) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
    {
        let (actor, now) = (self.actor.clone(), self.now);
        self.store.write(move |tx| work(tx, By { actor, now })).await
    }
}
