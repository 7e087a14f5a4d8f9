//! Verification values of the stripe: who checks them.

use crate::element::{
    ApplicationTransactionCounter, Pan, PanSequenceNumber, ServiceCode, UnpredictableNumber,
    YearMonth,
};
use crate::error::Result;
use crate::key::{Ac, CardKeyOption, Cvc3, IssuerMasterKey};
use crate::magstripe::{
    CardVerificationKey, Cvc3Digits, CvvDigits, CvvInput, ExpiryDigits, Ivcvc3, cvc3, dcvv,
};

/// Which value is claimed.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StripeValue<'a> {
    /// CVV or CVC1, over the track's own service code.
    Cvv,
    /// iCVV or chip CVC, service code 999.
    Icvv,
    /// CVV2 or CVC2, service code 000.
    Cvv2,
    /// dCVV of Visa's contactless stripe mode.
    Dcvv {
        /// Transaction counter.
        atc: ApplicationTransactionCounter,
    },
    /// CVC3 of Mastercard's contactless stripe mode.
    Cvc3 {
        /// The static data of track 2, as they are coded: two digits a byte, `D`, filled up with `F`.
        track: &'a [u8],
        /// Unpredictable number, decimal digits of which each is a nibble.
        un: UnpredictableNumber,
        /// Transaction counter.
        atc: ApplicationTransactionCounter,
    },
}

/// A value to verify. It is secret; no `Debug` shows it.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct StripeClaim<'a> {
    /// PAN.
    pub pan: &'a Pan,
    /// PAN sequence number.
    pub sequence: PanSequenceNumber,
    /// Expiry as the track, or for CVV2 the card's record, has it.
    pub expiry: YearMonth,
    /// Service code of the track.
    pub service_code: ServiceCode,
    /// Which value.
    pub value: StripeValue<'a>,
    /// The digits that are claimed, as text.
    pub digits: &'a [u8],
}

/// Verifies values of the stripe: keys in memory ([`StripeKeys`]), or a payment HSM's operations.
pub trait StripeVerifier {
    /// Whether the claimed digits are the value; `None` where that cannot be told, for want of a key say.
    fn verify(&self, claim: &StripeClaim<'_>) -> Option<bool>;
}

/// Nothing can be told.
impl StripeVerifier for () {
    fn verify(&self, _claim: &StripeClaim<'_>) -> Option<bool> {
        None
    }
}

/// With nobody nothing can be told.
impl<V: StripeVerifier> StripeVerifier for Option<V> {
    fn verify(&self, claim: &StripeClaim<'_>) -> Option<bool> {
        self.as_ref()?.verify(claim)
    }
}

impl<V: StripeVerifier + ?Sized> StripeVerifier for &V {
    fn verify(&self, claim: &StripeClaim<'_>) -> Option<bool> {
        (**self).verify(claim)
    }
}

/// In which order CVV2 takes the expiry date: systems differ, and the results look alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cvv2Expiry {
    /// As on the stripe.
    YearMonth,
    /// As printed.
    MonthYear,
}

/// Keys of the stripe in memory. Three digits a value, or as many as the track has for a dynamic one.
#[derive(Debug)]
pub struct StripeKeys {
    cvv: CardVerificationKey,
    icvv: Option<CardVerificationKey>,
    cvv2: Option<(CardVerificationKey, Cvv2Expiry)>,
    dcvv: Option<(IssuerMasterKey<Ac>, CardKeyOption)>,
    cvc3: Option<(IssuerMasterKey<Cvc3>, CardKeyOption)>,
}

impl StripeKeys {
    /// One key for CVV and iCVV.
    pub const fn new(cvv: CardVerificationKey) -> Self {
        Self {
            cvv,
            icvv: None,
            cvv2: None,
            dcvv: None,
            cvc3: None,
        }
    }

    /// A key of its own for iCVV.
    #[must_use]
    pub fn with_icvv(mut self, key: CardVerificationKey) -> Self {
        self.icvv = Some(key);
        self
    }

    /// CVV2.
    #[must_use]
    pub fn with_cvv2(mut self, key: CardVerificationKey, expiry: Cvv2Expiry) -> Self {
        self.cvv2 = Some((key, expiry));
        self
    }

    /// dCVV: the master key for cryptograms.
    #[must_use]
    pub fn with_dcvv(mut self, key: IssuerMasterKey<Ac>, option: CardKeyOption) -> Self {
        self.dcvv = Some((key, option));
        self
    }

    /// CVC3.
    #[must_use]
    pub fn with_cvc3(mut self, key: IssuerMasterKey<Cvc3>, option: CardKeyOption) -> Self {
        self.cvc3 = Some((key, option));
        self
    }

    fn matches(&self, claim: &StripeClaim<'_>) -> Result<Option<bool>> {
        let expiry = ExpiryDigits::yymm(claim.expiry);
        let count = u8::try_from(claim.digits.len()).unwrap_or(u8::MAX);
        let value = match claim.value {
            StripeValue::Cvv => {
                let input = CvvInput::new(claim.pan, expiry, claim.service_code);
                self.cvv.verification_value(&input, CvvDigits::THREE)?
            }
            StripeValue::Icvv => {
                let input = CvvInput::icvv(claim.pan, expiry);
                let key = self.icvv.as_ref().unwrap_or(&self.cvv);
                key.verification_value(&input, CvvDigits::THREE)?
            }
            StripeValue::Cvv2 => {
                let Some((key, order)) = &self.cvv2 else {
                    return Ok(None);
                };
                let expiry = match order {
                    Cvv2Expiry::YearMonth => expiry,
                    Cvv2Expiry::MonthYear => ExpiryDigits::mmyy(claim.expiry),
                };
                let input = CvvInput::cvv2(claim.pan, expiry);
                key.verification_value(&input, CvvDigits::THREE)?
            }
            StripeValue::Dcvv { atc } => {
                let Some((master, option)) = &self.dcvv else {
                    return Ok(None);
                };
                let key = master.card_key(claim.pan, claim.sequence, *option)?;
                let input = CvvInput::new(claim.pan, expiry, claim.service_code);
                dcvv(&key, &input, atc, CvvDigits::new(count)?)?
            }
            StripeValue::Cvc3 { track, un, atc } => {
                let Some((master, option)) = &self.cvc3 else {
                    return Ok(None);
                };
                let key = master.card_key(claim.pan, claim.sequence, *option)?;
                let initial = Ivcvc3::of_track(&key, track)?;
                cvc3(&key, initial, un, atc, Cvc3Digits::new(count)?)?
            }
        };
        Ok(Some(value.matches(claim.digits)))
    }
}

impl StripeVerifier for StripeKeys {
    fn verify(&self, claim: &StripeClaim<'_>) -> Option<bool> {
        self.matches(claim).ok().flatten()
    }
}
