//! How values are called on the line.

use chipcard::gauntlet::{
    Capability, Contactless, OnlinePin, Outcome, Status, TokenDomain, Verdict, Verification,
};

/// A value with a name.
pub(super) trait Named: Copy + PartialEq + 'static {
    /// All names.
    const NAMES: &'static [(Self, &'static str)];

    /// Its name.
    fn name_of(self) -> &'static str {
        let row = Self::NAMES.iter().find(|(value, _)| *value == self);
        row.map_or("", |(_, name)| name)
    }

    /// The value of a name.
    fn named(name: &str) -> Result<Self, String> {
        let row = Self::NAMES.iter().find(|(_, known)| *known == name);
        row.map(|(value, _)| *value).ok_or_else(|| {
            let known: Vec<_> = Self::NAMES.iter().map(|(_, name)| *name).collect();
            format!("{name:?} is none of {}", known.join(", "))
        })
    }
}

impl Named for Capability {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::Unknown, "unknown"),
        (Self::Stripe, "stripe"),
        (Self::Chip, "chip"),
        (Self::ChipAndContactless, "chip-and-contactless"),
        (
            Self::StripeAndContactlessStripe,
            "stripe-and-contactless-stripe",
        ),
        (Self::None, "none"),
    ];
}

impl Named for OnlinePin {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::Right, "right"), (Self::Wrong, "wrong")];
}

impl Named for Verification {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::Nothing, "nothing"),
        (Self::Signature, "signature"),
        (Self::OfflinePin, "offline-pin"),
        (Self::OnlinePin, "online-pin"),
        (Self::Device, "device"),
    ];
}

impl Named for Contactless {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::None, "none"),
        (Self::Emv, "emv"),
        (Self::Cvc3, "cvc3"),
        (Self::Dcvv, "dcvv"),
    ];
}

impl Named for Status {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::Active, "active"),
        (Self::Lost, "lost"),
        (Self::Stolen, "stolen"),
        (Self::Blocked, "blocked"),
        (Self::Replaced, "replaced"),
    ];
}

impl Named for TokenDomain {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::Device, "device"), (Self::Merchant, "merchant")];
}

impl Named for Verdict {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::Approve, "approve"),
        (Self::ApproveAndFlag, "approve-and-flag"),
        (Self::StepUp, "step-up"),
        (Self::Refer, "refer"),
        (Self::Decline, "decline"),
        (Self::Reject, "reject"),
    ];
}

impl Named for Outcome {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::Passed, "passed"), (Self::Failed, "failed")];
}
