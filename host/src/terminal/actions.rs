//! Processing restrictions, terminal risk management and terminal action analysis (EMV Book 3 10.4, 10.6, 10.7).

use chipcard::element::{
    ApplicationUsageControl as Usage, CountryCode, CryptogramType, Date,
    TerminalVerificationResults as Tvr,
};
use chipcard::{Error, Result, Tag, tag};

use super::{Sale, Terminal, TransactionData};

/// Version of the application that this terminal knows.
const APPLICATION_VERSION: [u8; 2] = [0x00, 0x01];

/// Dates, application version and usage control.
pub(super) fn restrictions(
    terminal: &Terminal,
    sale: &Sale,
    data: &TransactionData,
) -> Result<Tvr> {
    let mut tvr = Tvr::default();
    let version = data.get(tag::APPLICATION_VERSION_NUMBER);
    if version.is_some_and(|version| version != APPLICATION_VERSION) {
        tvr |= Tvr::APPLICATION_VERSIONS_DIFFER;
    }
    let date = |tag: Tag, value| Date::parse(value).map_err(|error: Error| error.in_tag(tag));
    let expiration = tag::APPLICATION_EXPIRATION_DATE;
    if sale.date > date(expiration, data.require(expiration)?)? {
        tvr |= Tvr::EXPIRED;
    }
    let effective = tag::APPLICATION_EFFECTIVE_DATE;
    if let Some(value) = data.get(effective)
        && sale.date < date(effective, value)?
    {
        tvr |= Tvr::NOT_YET_EFFECTIVE;
    }
    let usage = data.get(tag::APPLICATION_USAGE_CONTROL);
    let issuer = data.get(tag::ISSUER_COUNTRY_CODE);
    if let (Some(usage), Some(issuer)) = (usage, issuer) {
        let domestic = CountryCode::parse(issuer)? == terminal.country;
        let goods = if domestic {
            Usage::DOMESTIC_GOODS
        } else {
            Usage::INTERNATIONAL_GOODS
        };
        let place = Usage::AT_OTHER_THAN_ATMS;
        if !Usage::parse(usage)?.contains(goods | place) {
            tvr |= Tvr::SERVICE_NOT_ALLOWED;
        }
    }
    Ok(tvr)
}

/// Floor limit and the merchant's wish.
pub(super) fn risk_management(terminal: &Terminal, sale: &Sale) -> Tvr {
    let mut tvr = Tvr::default();
    if sale.amount >= terminal.floor_limit {
        tvr |= Tvr::FLOOR_LIMIT_EXCEEDED;
    }
    if sale.force_online {
        tvr |= Tvr::MERCHANT_FORCED_ONLINE;
    }
    tvr
}

/// The issuer's action codes in the card, or what stands for those that are absent (Book 3 10.7).
fn issuer_codes(data: &TransactionData) -> Result<[Tvr; 3]> {
    let code = |tag, absent| match data.get(tag) {
        Some(value) => Tvr::parse(value).map_err(|error| error.in_tag(tag)),
        None => Ok(Tvr([absent; 5])),
    };
    Ok([
        code(tag::ISSUER_ACTION_CODE_DENIAL, 0x00)?,
        code(tag::ISSUER_ACTION_CODE_ONLINE, 0xFF)?,
        code(tag::ISSUER_ACTION_CODE_DEFAULT, 0xFF)?,
    ])
}

/// Which cryptogram to ask for.
pub(super) fn first_request(
    terminal: &Terminal,
    data: &TransactionData,
    tvr: Tvr,
) -> Result<CryptogramType> {
    let [denial, online, default] = issuer_codes(data)?;
    let [own_denial, own_online, own_default] = terminal.action_codes;
    let hits = |issuer: Tvr, own: Tvr| tvr.intersects(issuer | own);
    Ok(if hits(denial, own_denial) {
        CryptogramType::Aac
    } else if terminal.terminal_type.is_offline_only() {
        if hits(default, own_default) {
            CryptogramType::Aac
        } else {
            CryptogramType::Tc
        }
    } else if terminal.terminal_type.is_online_only() || hits(online, own_online) {
        CryptogramType::Arqc
    } else {
        CryptogramType::Tc
    })
}

/// Which cryptogram to ask for when the issuer could not be reached.
pub(super) fn request_without_issuer(
    terminal: &Terminal,
    data: &TransactionData,
    tvr: Tvr,
) -> Result<CryptogramType> {
    let [_, _, default] = issuer_codes(data)?;
    let [_, _, own_default] = terminal.action_codes;
    Ok(if tvr.intersects(default | own_default) {
        CryptogramType::Aac
    } else {
        CryptogramType::Tc
    })
}
