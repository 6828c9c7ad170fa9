//! Which providers the gateway tries when a model's own provider fails: none, unless an admin has set an order of
//! providers.
//!
//! Another host of the same model has a price and rules for privacy of its own, so no call goes to it by itself.

use std::collections::HashMap;
use std::sync::Arc;

use super::catalog::Catalog;
use super::model::Model;
use super::model_id::ModelId;
use super::provider_id::ProviderId;
use crate::domain::values::AccountId;

/// The providers that the gateway tries, one after the other, when the provider of the requested model fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderOrder {
    /// The model, by its canonical slug: all hosts that serve it have the same.
    pub model: String,
    /// The account whose calls use the order; `None` for every account without an order of its own.
    pub account: Option<AccountId>,
    providers: Vec<ProviderId>,
}

/// Why a list of providers cannot be an order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderOrderError {
    /// The list is empty.
    #[error("name at least one provider")]
    Empty,
    /// The list has more than [`ProviderOrder::LIMIT`] providers.
    #[error("name at most {} providers", ProviderOrder::LIMIT)]
    TooMany,
    /// The list has this provider twice.
    #[error("`{0}` is named twice")]
    Twice(ProviderId),
}

impl ProviderOrder {
    /// The most providers of one order.
    pub const LIMIT: usize = 10;

    /// An order, for a model by its canonical slug; `account` as in the field.
    ///
    /// # Errors
    /// If there is no provider in it, one is in it twice, or there are more than [`ProviderOrder::LIMIT`].
    pub fn new(
        model: impl Into<String>,
        account: Option<AccountId>,
        providers: Vec<ProviderId>,
    ) -> Result<Self, ProviderOrderError> {
        if providers.is_empty() {
            return Err(ProviderOrderError::Empty);
        }
        if providers.len() > Self::LIMIT {
            return Err(ProviderOrderError::TooMany);
        }
        for (place, provider) in providers.iter().enumerate() {
            if providers.iter().take(place).any(|before| before == provider) {
                return Err(ProviderOrderError::Twice(provider.clone()));
            }
        }
        Ok(Self {
            model: model.into(),
            account,
            providers,
        })
    }

    /// The providers, the first to be asked first. One to ten of them, none twice.
    pub fn providers(&self) -> &[ProviderId] {
        &self.providers
    }
}

/// Every order that is set.
#[derive(Clone, Debug, Default)]
pub struct ProviderOrders(HashMap<String, OfModel>);

#[derive(Clone, Debug, Default)]
struct OfModel {
    for_all: Vec<ProviderId>,
    accounts: HashMap<AccountId, Vec<ProviderId>>,
}

impl ProviderOrders {
    /// These orders.
    pub fn new(orders: Vec<ProviderOrder>) -> Self {
        let mut all: HashMap<String, OfModel> = HashMap::new();
        for ProviderOrder {
            model,
            account,
            providers,
        } in orders
        {
            let of_model = all.entry(model).or_default();
            match account {
                Some(account) => drop(of_model.accounts.insert(account, providers)),
                None => of_model.for_all = providers,
            }
        }
        Self(all)
    }

    /// The order for a call of this model by this account: the account's own, else the one for all; empty if there is none.
    pub fn of(&self, model: &Model, account: AccountId) -> &[ProviderId] {
        let Some(of_model) = model.canonical_slug.as_deref().and_then(|slug| self.0.get(slug)) else {
            return &[];
        };
        of_model.accounts.get(&account).unwrap_or(&of_model.for_all)
    }
}

/// The models to try when `named` fails, in the order of `order`: the same model at the other providers, as far as it
/// is switched on there and `allowed` contains it (`None` allows all). If a provider has it under two ids, the first id
/// counts.
pub fn fallbacks<'a>(
    catalog: &'a Catalog,
    named: &Model,
    order: &[ProviderId],
    allowed: Option<&[ModelId]>,
) -> Vec<&'a Arc<Model>> {
    let Some(slug) = named.canonical_slug.as_deref().filter(|_| !order.is_empty()) else {
        return Vec::new();
    };

    let may = |model: &Model| catalog.is_callable(model) && allowed.is_none_or(|list| list.contains(&model.id));
    let same = |model: &Model| {
        model.canonical_slug.as_deref() == Some(slug) && model.id != named.id && model.kind == named.kind
    };
    let others: Vec<&Arc<Model>> = catalog
        .models()
        .iter()
        .filter(|model| same(model) && may(model))
        .collect();
    let of = |provider: &ProviderId| others.iter().find(|model| model.provider == *provider).copied();

    order.iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests;
