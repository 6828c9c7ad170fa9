//! The cost of a call of a model in any service tier, and the most that it can cost.

use super::model::Model;
use crate::domain::money::{BillableUsage, Price, Pricing, ServiceTier};
use crate::domain::values::{PicoUsd, Timestamp};

impl Model {
    /// The tier whose prices apply to a call that `tier` served. A tier without prices of its own is charged as the usual
    /// one.
    pub fn billed(&self, tier: Option<ServiceTier>) -> Option<ServiceTier> {
        tier.filter(|&tier| self.tier_pricing(tier).is_some())
    }

    fn tier_pricing(&self, tier: ServiceTier) -> Option<&Pricing> {
        self.service_tiers.as_ref()?.get(&tier)
    }

    /// The price list for a call that arrived `at` this moment; `None` if the model has no price, which is not the same as a
    /// price of zero.
    ///
    /// A tier is a price list with overrides of its own. First, both lists are read as they are in force for the time and
    /// for the whole prompt, including its cached part. Then the tier's list replaces the kinds that it names; the others
    /// keep the usual list's price. Thinking and hour-long cache writes are two exceptions. Where a tier names a price for
    /// `completion` but none for thinking, thinking is billed as completion; the same holds for `input_cache_write`. The
    /// usual price of thinking belongs to the usual price of output: with a dearer tier, thinking would cost less than other
    /// output, and with a cheaper tier more.
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

    /// The exact cost of a call that arrived `at` this moment. `None` if the model has no price, or if the sum leaves the
    /// range of [`PicoUsd`].
    pub fn cost(&self, counted: &BillableUsage, at: Timestamp) -> Option<PicoUsd> {
        self.price_for(counted, at)?.cost(&counted.tokens, counted.searches)
    }

    /// The most that a call can cost that arrives `at` this moment, with at most these tokens of prompt and of completion,
    /// whether the usual tier serves it or one of `tiers`. Each token is counted at the highest price of its kinds on any list
    /// that may apply. Searches are left out, since their number is not known in advance.
    ///
    /// `None` if the model has no price, or if the sum leaves the range of [`PicoUsd`]: such a call is not made.
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
