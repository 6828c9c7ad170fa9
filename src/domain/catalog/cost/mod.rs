//! What a call of a model comes to, by whatever tier it is served, and the most that it can come to.

use super::model::Model;
use crate::domain::money::{BillableUsage, Price, Pricing, ServiceTier};
use crate::domain::values::{PicoUsd, Timestamp};

impl Model {
    /// The tier whose prices hold for a call that `tier` served. One that the model has no prices for is charged as the
    /// usual one.
    pub fn billed(&self, tier: Option<ServiceTier>) -> Option<ServiceTier> {
        tier.filter(|&tier| self.tier_pricing(tier).is_some())
    }

    fn tier_pricing(&self, tier: ServiceTier) -> Option<&Pricing> {
        self.service_tiers.as_ref()?.get(&tier)
    }

    /// The price list for a call that arrived `at` this moment; `None` if the model has no price, which is never the same
    /// as costing nothing.
    ///
    /// A tier is a price list with overrides of its own. Both lists are taken as they are in force for the whole prompt,
    /// cached part included, and for the time; then the tier's replaces the kinds that it names, and those that it lacks
    /// keep the usual list's price. With two exceptions: where a tier names what thinking or hour-long cache writes belong
    /// to, `completion` or `input_cache_write`, and not these, they are billed as that. The usual list's price of them
    /// stands in a relation to a price that the tier has replaced: thinking would cost less than other output by a dearer
    /// tier, and more by a cheaper one.
    pub fn price_for(&self, counted: &BillableUsage, at: Timestamp) -> Option<Price> {
        let prompt = counted.tokens.prompt;
        let usual = self.pricing.in_force(prompt, at);
        let tier = counted.tier.and_then(|tier| self.tier_pricing(tier));
        let price = tier.map_or(usual, |tier| {
            let tier = tier.in_force(prompt, at);
            let mut price = usual.replaced_by(&tier);
            if tier.completion.is_some() {
                price.internal_reasoning = tier.internal_reasoning;
            }
            if tier.input_cache_write.is_some() {
                price.input_cache_write_1h = tier.input_cache_write_1h;
            }
            price
        });
        price.is_charged().then_some(price)
    }

    /// What a call that arrived `at` this moment comes to, exact. `None` if the model has no price, or if the sum leaves
    /// the range of [`PicoUsd`].
    pub fn cost(&self, counted: &BillableUsage, at: Timestamp) -> Option<PicoUsd> {
        self.price_for(counted, at)?.cost(&counted.tokens, counted.searches)
    }

    /// The most that a call can come to that arrives `at` this moment, with at most so many tokens of prompt and of
    /// completion, whether the usual tier serves it or one of these: no token costs more than the dearest of its kinds on any
    /// list that can hold. Searches are not in it: how many there will be, nobody knows before.
    ///
    /// `None` if the model has no price, or if the sum leaves the range of [`PicoUsd`]: no price, no call.
    pub fn max_cost(
        &self,
        prompt_tokens: u64,
        completion_tokens: u64,
        tiers: &[ServiceTier],
        at: Timestamp,
    ) -> Option<PicoUsd> {
        self.pricing.in_force(0, at).is_charged().then_some(())?;
        let of_tiers = tiers.iter().filter_map(|&tier| self.tier_pricing(tier));
        let lists = std::iter::once(&self.pricing).chain(of_tiers);
        let lists = lists.flat_map(|pricing| pricing.possible(prompt_tokens, at));
        let (mut prompt, mut completion, mut request) = (PicoUsd::ZERO, PicoUsd::ZERO, PicoUsd::ZERO);
        for price in lists {
            let dearest =
                |so_far: PicoUsd, kinds: &[Option<PicoUsd>]| kinds.iter().flatten().fold(so_far, |a, &b| a.max(b));
            prompt = dearest(
                prompt,
                &[
                    price.prompt,
                    price.input_cache_read,
                    price.input_cache_write,
                    price.input_cache_write_1h,
                ],
            );
            completion = dearest(completion, &[price.completion, price.internal_reasoning]);
            request = dearest(request, &[price.request]);
        }
        PicoUsd::sum([
            prompt.times(prompt_tokens),
            completion.times(completion_tokens),
            request.times(1),
        ])
    }
}

#[cfg(test)]
mod tests;
