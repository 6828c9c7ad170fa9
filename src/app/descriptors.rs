//! The number of files and connections that this process may have open at once.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// A busy gateway soon runs out of fewer descriptors than this.
const FEW: u64 = 4096;
/// The limit where the system sets none.
const MANY: u64 = 1 << 20;
/// More connections of clients than this are a mistake, or an attack.
const MOST: usize = 100_000;

/// Raises the limit of open files as far as the system allows. Returns the limit.
pub(super) fn raise() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.unwrap_or(MANY);
    let before = current.unwrap_or(MANY);
    if before >= wanted {
        return before;
    }

    let raised = Rlimit {
        current: Some(wanted),
        maximum,
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => wanted,
        Err(error) => {
            tracing::warn!(%error, "The limit of open files cannot be raised from {before} to {wanted}");
            before
        }
    }
}

/// The most connections of clients: three of four descriptors, or the number that was set. The other descriptors are for
/// providers, the database and the spool. A call takes one of each, but not every connection has a call.
pub(super) fn connections(descriptors: u64, set: Option<u32>) -> usize {
    let fitting = usize::try_from(descriptors / 4 * 3).unwrap_or(MOST).min(MOST);
    let most = set.map_or(fitting, |set| set as usize);

    tracing::info!("{descriptors} files can be open at once, {most} of them connections of clients");
    if descriptors < FEW {
        tracing::warn!(
            "Only {descriptors} files can be open at once; raise the limit (`ulimit -n`, LimitNOFILE= in systemd, --ulimit \
             nofile= in Docker) to {FEW} or more, or callers are turned away when there are many"
        );
    }
    if most > fitting {
        tracing::warn!(
            "CROSSMODEL_MAX_CONNECTIONS is {most}, but of {descriptors} files that can be open at once no more than \
             {fitting} should be connections of clients"
        );
    }

    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_the_descriptors_is_kept_for_other_uses() {
        assert_eq!(connections(256, None), 192);
        assert_eq!(connections(20_000, None), 15_000);
        assert_eq!(connections(1 << 30, None), MOST);
        assert_eq!(connections(20_000, Some(64)), 64);
    }

    #[test]
    fn the_limit_is_raised_as_far_as_the_system_lets_us() {
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        assert_eq!(raise(), maximum.unwrap_or(MANY));
        assert_eq!(getrlimit(Resource::Nofile).current, Some(maximum.unwrap_or(MANY)));
    }
}
