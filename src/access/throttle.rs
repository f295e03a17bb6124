//! Whether somebody may try once more to sign in. Pure.
//!
//! Guessing is slowed down by account and by where it comes from, without letting anyone lock
//! another out: a browser from which the account was opened before has a count of its own, which
//! strangers cannot raise.

/// Failures count for a quarter of an hour.
pub(super) const RECENT_SECONDS: i64 = 15 * 60;
/// Those on one account, wherever they come from, count for an hour.
pub(super) const HOUR_SECONDS: i64 = 60 * 60;
/// A browser stays known this long after it last opened the account.
pub(super) const KNOWN_SECONDS: i64 = 180 * 24 * 60 * 60;

/// Failures of a known browser on its account.
const MOST_BY_DEVICE: i64 = 10;
/// Failures on one account from one network address.
const MOST_HERE: i64 = 5;
/// Failures from one network address on all accounts: a ministry shares a few addresses.
const MOST_FROM_ORIGIN: i64 = 50;
/// Failures on one account from anywhere.
const MOST_ON_ACCOUNT: i64 = 20;

/// What was tried and failed lately, this try aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tries {
    /// Whether this browser opened the account before.
    pub known_device: bool,
    /// By this browser on this account.
    pub by_device: i64,
    /// On this account, from this network address.
    pub here: i64,
    /// From this network address, on any account.
    pub from_origin: i64,
    /// On this account, from anywhere, within the hour.
    pub on_account: i64,
}

/// Whether one more try is allowed.
pub(super) fn may_try(tries: &Tries) -> bool {
    if tries.known_device {
        return tries.by_device < MOST_BY_DEVICE;
    }
    tries.here < MOST_HERE
        && tries.from_origin < MOST_FROM_ORIGIN
        && tries.on_account < MOST_ON_ACCOUNT
}

/// Whether somebody may come back once more from a provider of identities, or with what a device
/// signed, after so many failures from that network address: nothing can be guessed there, and
/// each try costs work.
pub(super) fn may_come_back(from_origin: i64) -> bool {
    from_origin < MOST_FROM_ORIGIN
}

/// Links that one account is sent within the hour; more would fill a mailbox.
const MOST_LINKS: i64 = 3;
/// Links asked for from one network address within the hour, whatever the accounts.
const MOST_LINKS_FROM_ORIGIN: i64 = 20;

/// What is answered to somebody who asks for a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asking {
    /// One is sent, where there is such an account.
    Sent,
    /// The same is said and nothing is sent: the account got enough of them.
    Silent,
    /// Too many were asked for from there.
    Refused,
}

/// Whether one more link is sent, after so many within the hour, this one aside. What is said of
/// an account never depends on whether it exists.
pub(super) fn may_ask((for_account, from_origin): (i64, i64)) -> Asking {
    match (
        for_account < MOST_LINKS,
        from_origin < MOST_LINKS_FROM_ORIGIN,
    ) {
        (_, false) => Asking::Refused,
        (false, true) => Asking::Silent,
        (true, true) => Asking::Sent,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn strangers_cannot_lock_a_known_browser_out(here in 0..10_000_i64, origin in 0..10_000_i64, account in 0..10_000_i64, own in 0..MOST_BY_DEVICE) {
            let tries = Tries { known_device: true, by_device: own, here, from_origin: origin, on_account: account };
            prop_assert!(may_try(&tries));
        }

        #[test]
        fn a_stranger_guesses_few_times_whatever_the_way(here in 0..100_i64, origin in 0..100_i64, account in 0..100_i64) {
            let tries = Tries { here, from_origin: origin, on_account: account, ..Tries::default() };
            let allowed = may_try(&tries);
            prop_assert_eq!(allowed, here < MOST_HERE && origin < MOST_FROM_ORIGIN && account < MOST_ON_ACCOUNT);
        }
    }

    #[test]
    fn a_mailbox_is_not_filled_and_a_network_does_not_ask_for_everybody() {
        assert_eq!(may_ask((2, 19)), Asking::Sent);
        assert_eq!(may_ask((3, 19)), Asking::Silent);
        assert_eq!(may_ask((0, 20)), Asking::Refused);
    }

    #[test]
    fn a_network_does_not_keep_a_provider_busy() {
        assert!(may_come_back(49) && !may_come_back(50));
    }

    #[test]
    fn a_known_browser_does_not_guess_for_ever() {
        let tries = Tries {
            known_device: true,
            by_device: MOST_BY_DEVICE,
            ..Tries::default()
        };
        assert!(!may_try(&tries));
        assert!(may_try(&Tries::default()));
    }
}
