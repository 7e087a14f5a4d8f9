//! The issuer's answer: whether it is the issuer's, and what it asks of the card.

use crate::card::session::FirstCryptogram;
use crate::card::{IssuerAuthentication, Profile};
use crate::crypto::constant_time_eq;
use crate::cryptogram::{ArpcKey, ArpcMethod, arpc_method_1, arpc_method_2};
use crate::element::{ApplicationTransactionCounter, AuthorisationResponseCode, CardStatusUpdate};
use crate::error::{Error, ErrorKind, Result};
use crate::key::{CardKeySet, SessionDerivation};

/// What came of issuer authentication in this transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    NotPerformed,
    Failed,
    /// The answer is the issuer's for this transaction's ARQC.
    Passed {
        approves: bool,
        /// What the card is to do, where the answer can say it.
        update: Option<CardStatusUpdate>,
    },
}

/// The parts of tag 91.
enum Answer<'a> {
    Method1 {
        arpc: &'a [u8; 8],
        arc: AuthorisationResponseCode,
    },
    Method2 {
        arpc: &'a [u8; 4],
        csu: CardStatusUpdate,
        proprietary: &'a [u8],
    },
}

impl<'a> Answer<'a> {
    fn parse(method: ArpcMethod, data: &'a [u8]) -> Option<Self> {
        match method {
            ArpcMethod::Method1 => {
                let (arpc, arc) = data.split_first_chunk::<8>()?;
                Some(Self::Method1 {
                    arpc,
                    arc: AuthorisationResponseCode::new(arc.try_into().ok()?),
                })
            }
            ArpcMethod::Method2 => {
                let (arpc, rest) = data.split_first_chunk::<4>()?;
                let (csu, proprietary) = rest.split_first_chunk::<4>()?;
                Some(Self::Method2 {
                    arpc,
                    csu: CardStatusUpdate(*csu),
                    proprietary: Some(proprietary).filter(|data| data.len() <= 8)?,
                })
            }
        }
    }
}

/// Tag 91 as it came among the values of a data object list, without the zeros with which the list fills up a shorter
/// one. Of method 2, the card status update says whether proprietary data follow it (Common Core Definitions).
pub(super) fn without_padding(method: ArpcMethod, value: &[u8]) -> &[u8] {
    let length = match (method, value) {
        (ArpcMethod::Method1, _) => 10,
        (ArpcMethod::Method2, [_, _, _, _, a, b, c, d, ..])
            if CardStatusUpdate([*a, *b, *c, *d])
                .contains(CardStatusUpdate::PROPRIETARY_DATA_INCLUDED) =>
        {
            value.len()
        }
        (ArpcMethod::Method2, _) => 8,
    };
    value.get(..length).unwrap_or(value)
}

/// Checks the value of tag 91 against the cryptogram of the first GENERATE AC, in constant time.
///
/// # Errors
/// [`ErrorKind::Length`] when it does not have the length of the version's method; [`ErrorKind::Missing`] when the
/// version knows no signed answer.
#[inline(never)] // See the page of the module `card`: memory.
pub(super) fn authenticate(
    profile: &Profile<'_>,
    keys: &CardKeySet,
    atc: ApplicationTransactionCounter,
    first: &FirstCryptogram,
    data: &[u8],
) -> Result<Outcome> {
    let version = profile.version;
    let method = version.arpc.ok_or(Error::new(ErrorKind::Missing))?;
    let (min, max) = match method {
        ArpcMethod::Method1 => (10, 10),
        ArpcMethod::Method2 => (8, 16),
    };
    let found = data.len();
    let answer = Answer::parse(method, data).ok_or(ErrorKind::Length { min, max, found })?;
    let derivation = match version.arpc_key {
        ArpcKey::CardKey => SessionDerivation::CardKey,
        ArpcKey::SessionKey => version.session_key.for_cryptogram(atc, first.un),
    };
    let key = keys.ac().session_key(&derivation)?;
    Ok(match answer {
        Answer::Method1 { arpc, arc } => {
            let right = constant_time_eq(&arpc_method_1(&key, first.ac, arc)?, arpc);
            passed(right, approves(&profile.issuer_authentication, arc), None)
        }
        Answer::Method2 {
            arpc,
            csu,
            proprietary,
        } => {
            let right = constant_time_eq(&arpc_method_2(&key, first.ac, csu, proprietary)?, arpc);
            passed(
                right,
                csu.contains(CardStatusUpdate::ISSUER_APPROVES),
                Some(csu),
            )
        }
    })
}

fn approves(rules: &IssuerAuthentication<'_>, arc: AuthorisationResponseCode) -> bool {
    rules.approval_codes.contains(&arc.to_bytes())
}

fn passed(right: bool, approves: bool, update: Option<CardStatusUpdate>) -> Outcome {
    if right {
        Outcome::Passed { approves, update }
    } else {
        Outcome::Failed
    }
}
