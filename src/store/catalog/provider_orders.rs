//! The orders of providers for fallbacks: see [`ProviderOrder`].

use serde_json::json;

use super::catalog::{self, CatalogTable};
use crate::domain::{AccountId, ProviderId, ProviderOrder};
use crate::store::audit::{Subject, Writer};
use crate::store::engine::{Row, Store, StoreError, Table, Tx, args, sql, to_json, transaction};

sql! {
    LIST = "SELECT model, account_id, providers FROM provider_order ORDER BY model, COALESCE(account_id, '')";
    GET = r"SELECT model, account_id, providers FROM provider_order
            WHERE model = $1 AND COALESCE(account_id, '') = COALESCE(CAST($2 AS TEXT), '')";
    REMOVE = "DELETE FROM provider_order WHERE model = $1 AND COALESCE(account_id, '') = COALESCE(CAST($2 AS TEXT), '')";
    ADD = "INSERT INTO provider_order (model, account_id, providers, updated_at) VALUES ($1, $2, $3, $4)";
}
const TABLE: Table = Table {
    name: "provider_order",
    id: "model",
};

impl CatalogTable<&Store> {
    /// Every order that is set: by model, the order for all accounts before those of single accounts.
    pub async fn provider_orders(self) -> Result<Vec<ProviderOrder>, StoreError> {
        self.0.all(LIST, Vec::new()).await?.iter().map(order).collect()
    }
}

impl CatalogTable<Writer<'_>> {
    /// Sets an order, and replaces an earlier one for the same model and account. `false` if the same order is set
    /// already.
    pub async fn set_provider_order(self, order: &ProviderOrder) -> Result<bool, StoreError> {
        let order = order.clone();
        transaction!(self.0, |tx, by| {
            catalog::lock(tx).await?;
            let before = get(tx, &order.model, order.account).await?;
            if before.as_ref() == Some(&order) {
                tx.abandon();
                return Ok(false);
            }

            tx.run(REMOVE, args![order.model.as_str(), order.account]).await?;
            let providers = to_json(order.providers());
            tx.run(ADD, args![order.model.as_str(), order.account, providers, by.now])
                .await?;
            let detail = json!({
                "before": before.as_ref().map(ProviderOrder::providers), "after": order.providers(),
            });
            tx.note(&by, &subject(&order.model, order.account), "set", detail)
                .await?;

            Ok(true)
        })
    }

    /// Removes an order. `false` if there is none for that model and account.
    pub async fn remove_provider_order(self, model: &str, account: Option<AccountId>) -> Result<bool, StoreError> {
        let model = model.to_owned();
        transaction!(self.0, |tx, by| {
            catalog::lock(tx).await?;
            let Some(before) = get(tx, &model, account).await? else {
                tx.abandon();
                return Ok(false);
            };

            tx.run(REMOVE, args![model.as_str(), account]).await?;
            let detail = json!({ "before": before.providers() });
            tx.note(&by, &subject(&model, account), "remove", detail).await?;

            Ok(true)
        })
    }
}

fn subject(model: &str, account: Option<AccountId>) -> Subject {
    Subject::new("provider_order", model, account)
}

async fn get(tx: &mut Tx, model: &str, account: Option<AccountId>) -> Result<Option<ProviderOrder>, StoreError> {
    tx.first(GET, args![model, account])
        .await?
        .as_ref()
        .map(order)
        .transpose()
}

fn order(row: &Row) -> Result<ProviderOrder, StoreError> {
    let providers: Vec<ProviderId> = row.json(TABLE, "providers")?;
    let (model, account): (String, _) = (row.get("model")?, row.parse_opt(TABLE, "account_id")?);
    ProviderOrder::new(model, account, providers).map_err(|_| row.corrupt(TABLE, "providers"))
}
