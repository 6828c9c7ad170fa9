//! When, for what and from where keys may be used.

use std::borrow::Cow;

use ipnet::IpNet;

use crate::domain::catalog::ModelId;
use crate::domain::values::Timestamp;

/// What an account permits all of its keys. A key of it may have narrower limits of its own, never wider ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Calls are refused from this time on.
    pub expires_at: Option<Timestamp>,
    /// The only models that may be called; `None` allows all.
    pub models: Option<Vec<ModelId>>,
    /// The only client addresses that calls may come from; empty allows all.
    pub addresses: Vec<IpNet>,
}

impl Access {
    /// Whether access has ended at `now`.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// The models of a key that its account permits too; `None` permits all.
    pub fn narrow<'m>(&'m self, of_key: Option<&'m [ModelId]>) -> Option<Cow<'m, [ModelId]>> {
        match (self.models.as_deref(), of_key) {
            (None, None) => None,
            (Some(one), None) | (None, Some(one)) => Some(Cow::Borrowed(one)),
            (Some(account), Some(key)) => Some(key.iter().filter(|id| account.contains(id)).cloned().collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn models(ids: &[&str]) -> Vec<ModelId> {
        ids.iter().map(|id| id.parse().unwrap()).collect()
    }

    #[test]
    fn a_key_may_call_what_it_and_its_account_allow() {
        let open = Access::default();
        let bound = Access {
            models: Some(models(&["a/one", "a/two"])),
            ..Access::default()
        };
        let (two, three) = (models(&["a/two", "a/three"]), models(&["a/three"]));

        assert_eq!(open.narrow(None), None);
        assert_eq!(open.narrow(Some(&two)).as_deref(), Some(two.as_slice()));
        assert_eq!(bound.narrow(None).as_deref(), bound.models.as_deref());
        assert_eq!(bound.narrow(Some(&two)).as_deref(), Some(models(&["a/two"]).as_slice()));
        assert_eq!(bound.narrow(Some(&three)).as_deref(), Some([].as_slice()));
    }

    #[test]
    fn an_account_is_over_from_its_end_on() {
        let ends = Access {
            expires_at: Some(Timestamp::from_millis(10)),
            ..Access::default()
        };

        assert!(!ends.is_over(Timestamp::from_millis(9)) && ends.is_over(Timestamp::from_millis(10)));
        assert!(!Access::default().is_over(Timestamp::from_millis(10)));
    }
}
