//! Hints about an alias's name: which names it matches, which models it hides, which aliases take names from it.

use super::{Caught, Hint, HintContext, HintKind, Severity, hint};
use crate::domain::aliases::alias::Alias;
use crate::domain::aliases::draft::{Field, Fix};
use crate::domain::aliases::resolve::{AliasSet, Resolution};
use crate::domain::catalog::{Catalog, ModelId};
use crate::domain::values::Match;

/// Prefixes of at most this many characters are broad whatever they catch.
const SHORT: usize = 3;

/// A sentence names at most this many longer prefixes.
const NAMED: usize = 4;

/// Which callable catalog ids each alias takes over. An id that its alias points at is not taken over.
pub(super) fn caught(set: &AliasSet, catalog: &Catalog) -> Caught {
    let mut caught = Caught::new();
    for model in catalog.all_callable() {
        if let Resolution::Alias(alias) = set.resolve(model.id.as_str())
            && alias.target != model.id
        {
            caught.entry(alias.name.clone()).or_default().push(model.id.clone());
        }
    }
    caught
}

pub(super) fn no_effect(alias: &Alias) -> Option<Hint> {
    (alias.matching == Match::Exact && alias.name.as_str() == alias.target.as_str())
        .then(|| hint(HintKind::NoEffect, Severity::Warning, "This alias changes nothing."))
}

/// The real models that an alias hides, or, if it is a prefix that catches much, how much it catches.
pub(super) fn reach(alias: &Alias, hidden: &[ModelId], set: &AliasSet, context: &HintContext<'_>) -> Option<Hint> {
    let callable = context.catalog.all_callable().count();
    let is_short = alias.name.as_str().len() <= SHORT;
    let is_much = !hidden.is_empty() && hidden.len() * 4 >= callable;
    let text = match (hidden, alias.matching) {
        (_, Match::Prefix) if is_short || is_much => {
            let sent = context
                .sent
                .iter()
                .filter(|(name, _)| set.resolve(name).alias() == Some(alias))
                .count();
            let models = count(hidden.len(), "catalog model");
            let names = count(sent, "name");
            let text = format!("This prefix also catches {models} and {names} your client sent this week.");
            return Some(Hint {
                ids: hidden.to_vec(),
                ..hint(HintKind::BroadPrefix, Severity::Warning, text)
            });
        }
        ([], _) => return None,
        ([id], _) => format!("Hides the real model {id} for this key: it now runs {}.", alias.target),
        ([one, other], _) => format!("Hides 2 catalog models: {one} and {other}."),
        ([first, ..], _) => format!("Hides {} catalog models, for example {first}.", hidden.len()),
    };

    Some(Hint {
        ids: hidden.to_vec(),
        ..hint(HintKind::Shadow, Severity::Quiet, text)
    })
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// Longer prefixes take names from a shorter one. The hint names only the shortest of them, which cover the rest.
pub(super) fn overlap(alias: &Alias, aliases: &[Alias]) -> Option<Hint> {
    let is_longer = |long: &Alias, short: &Alias| {
        long.matching == Match::Prefix && long.name != short.name && long.name.as_str().starts_with(short.name.as_str())
    };
    if alias.matching == Match::Exact {
        return None;
    }

    let mut longer: Vec<&Alias> = aliases.iter().filter(|other| is_longer(other, alias)).collect();
    let all = longer.clone();
    longer.retain(|one| !all.iter().any(|other| is_longer(one, other)));
    let mut names: Vec<&str> = longer.into_iter().map(|alias| alias.name.as_str()).collect();
    names.sort_unstable();
    let they = match names.as_slice() {
        [] => return None,
        [name] => format!("{name} use the alias \"{name}\""),
        several => format!("{} use those aliases", one_of(several)),
    };
    let text = format!("Names starting with {they}, not this one (longest prefix wins).");

    Some(hint(HintKind::Overlap, Severity::Quiet, text))
}

/// `a, b or c`: at most [`NAMED`] of them by name.
fn one_of(names: &[&str]) -> String {
    match names {
        [first @ .., last] if names.len() <= NAMED => format!("{} or {last}", first.join(", ")),
        _ => {
            let (named, rest) = names.split_at(names.len().min(NAMED - 1));
            format!("{} or {} other prefixes", named.join(", "), rest.len())
        }
    }
}

/// An exact name that ends in a date or a version stops matching when the client moves on.
pub(super) fn version(alias: &Alias, aliases: &[Alias]) -> Option<Hint> {
    if alias.matching == Match::Prefix {
        return None;
    }

    let prefix = without_version(alias.name.as_str())?;
    if aliases.iter().any(|other| other.name.as_str() == prefix) {
        return None;
    }

    let text = format!("If the client bumps its version this stops matching. Prefix \"{prefix}\" would keep working.");
    let fix = Fix {
        label: "Use prefix",
        field: Field::Name,
        value: prefix.into(),
        matching: Some(Match::Prefix),
    };
    Some(Hint {
        fix: Some(fix),
        ..hint(HintKind::LooksLikeVersion, Severity::Quiet, text)
    })
}

/// A name without the date at its end or, if there is none, without its version; `None` if too little would be left.
pub(in crate::domain) fn without_version(name: &str) -> Option<&str> {
    if let Some(rest) = without_date(name) {
        return Some(rest);
    }

    let mut rest = name;
    let mut last = None;
    while let Some(shorter) = without_number(rest).filter(|shorter| is_telling(shorter)) {
        last = Some(shorter);
        rest = shorter;
    }

    last
}

/// `claude-haiku-4-5-20251001`, `gpt-4o-2024-08-06` and `gpt-4-0613` without their dates.
pub(super) fn without_date(name: &str) -> Option<&str> {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    for length in [10, 8, 4] {
        let Some((rest, end)) = name.len().checked_sub(length).and_then(|at| name.split_at_checked(at)) else {
            continue;
        };
        let is_date = digits(end)
            && match length {
                10 => end.parse::<jiff::civil::Date>().is_ok(),
                8 => !end.contains('-') && end.starts_with("20"),
                _ => !end.contains('-'),
            };
        if let Some(rest) = rest
            .strip_suffix(['-', '.', '_', ':'])
            .filter(|rest| is_date && is_telling(rest))
        {
            return Some(rest);
        }
    }
    None
}

/// Takes one number off the end, with what joins it on: `-4`, `.5`, `-v4`.
fn without_number(name: &str) -> Option<&str> {
    let rest = name.trim_end_matches(|c: char| c.is_ascii_digit());
    if rest.len() == name.len() {
        return None;
    }
    let rest = rest.strip_suffix('v').unwrap_or(rest);
    rest.strip_suffix(['-', '.', '_', ':'])
}

/// Whether a prefix is more than a vendor, and does not match nearly every name.
fn is_telling(prefix: &str) -> bool {
    let own = prefix.rsplit('/').next().unwrap_or_default();
    own.len() > SHORT && own.bytes().any(|b| b.is_ascii_lowercase())
}
