//! The table of cryptogram versions.
//!
//! Sources of each row stand in its doc comment; "answers" are known answers in `tests/vectors`.

use crate::crypto::Padding;
use crate::cryptogram::{
    ArpcKey, ArpcMethod, Attestation, CipherFamily, CryptogramVersion, DataList, Family, IadPart,
    Label, ScriptStyle, SignedPart,
};
use crate::element::IadLayout;
use crate::key::{CardKeyOption, SessionKeyMethod};
use crate::tag;

const fn recommended_and(part: IadPart) -> DataList {
    DataList::RECOMMENDED.then(SignedPart::Iad(part))
}

/// Card verification results of Visa format 0/1/3, UnionPay and JCB data: four bytes from byte 3.
const CVR_4: IadPart = IadPart::Range {
    start: 3,
    length: 4,
};
/// Card verification results of M/Chip data: six bytes from byte 2.
const CVR_6: IadPart = IadPart::Range {
    start: 2,
    length: 6,
};

impl CryptogramVersion {
    /// Visa CVN 10 (`0A`): signed by the card key. Answers of a cloud HSM, pyemv, jPOS and an Atalla simulator.
    pub const VISA_10: Self = Self {
        name: Label::new("Visa CVN 10"),
        family: Family::Visa,
        identifier: 0x0A,
        iad_layout: IadLayout::Visa013,
        data: recommended_and(CVR_4),
        padding: Padding::Method1,
        cipher: CipherFamily::Tdes,
        session_key: SessionKeyMethod::None,
        card_key: CardKeyOption::A,
        arpc: Some(ArpcMethod::Method1),
        arpc_key: ArpcKey::CardKey,
        script: Some(ScriptStyle::VISA),
        attestation: Attestation::Reproduced,
    };

    /// Visa CVN 17 (`11`), the contactless fast path: amount, unpredictable number, counter and the second
    /// byte of the card verification results. Read in one open-source terminal; no published answer. It knows no signed
    /// answer, because the card has left the field when the issuer's comes.
    pub const VISA_17: Self = Self {
        name: Label::new("Visa CVN 17"),
        identifier: 0x11,
        data: DataList::elements(&[
            tag::AMOUNT_AUTHORISED_NUMERIC,
            tag::UNPREDICTABLE_NUMBER,
            tag::APPLICATION_TRANSACTION_COUNTER,
        ])
        .then(SignedPart::Iad(IadPart::Range {
            start: 4,
            length: 1,
        })),
        arpc: None,
        attestation: Attestation::DocumentedOnly,
        ..Self::VISA_10
    };

    /// Visa CVN 18 (`12`): the whole issuer application data, method 2 padding, EMV common session keys.
    /// Answers of a cloud HSM, pyemv and an Atalla simulator. (Libraries got the padding and the slice wrong for
    /// years; the HSM's answer decides.)
    pub const VISA_18: Self = Self {
        name: Label::new("Visa CVN 18"),
        identifier: 0x12,
        data: recommended_and(IadPart::Whole),
        padding: Padding::Method2,
        session_key: SessionKeyMethod::EmvCommon,
        card_key: CardKeyOption::B,
        arpc: Some(ArpcMethod::Method2),
        arpc_key: ArpcKey::SessionKey,
        ..Self::VISA_10
    };

    /// Visa CVN '22' (`22` hexadecimal, as the quotes say; issuer application data of format 2). Answers of pyemv and
    /// a cloud HSM.
    pub const VISA_22: Self = Self {
        name: Label::new("Visa CVN '22'"),
        identifier: 0x22,
        iad_layout: IadLayout::Visa24,
        script: Some(ScriptStyle::VISA_22),
        ..Self::VISA_18
    };

    /// JCB CVN 01: the same recipe as Visa CVN 10, by the same cloud HSM's page for JCB. How its scripts
    /// are protected is not public.
    pub const JCB_01: Self = Self {
        name: Label::new("JCB CVN 01"),
        family: Family::Jcb,
        identifier: 0x01,
        iad_layout: IadLayout::Jcb,
        script: None,
        ..Self::VISA_10
    };

    /// Mastercard `10` ("CVN 16"): M/Chip's own session keys, answer signed by the **card key**. Answers of
    /// pyemv, jPOS, a load-test plug-in and an Atalla simulator.
    pub const MASTERCARD_10: Self = Self {
        name: Label::new("Mastercard CVN 16"),
        family: Family::Mastercard,
        identifier: 0x10,
        iad_layout: IadLayout::MChip,
        data: recommended_and(CVR_6),
        padding: Padding::Method2,
        cipher: CipherFamily::Tdes,
        session_key: SessionKeyMethod::Mastercard,
        card_key: CardKeyOption::A,
        arpc: Some(ArpcMethod::Method1),
        arpc_key: ArpcKey::CardKey,
        script: Some(ScriptStyle::MASTERCARD),
        attestation: Attestation::Reproduced,
    };

    /// Mastercard `11` ("CVN 17"): as `10`, with the counters. Answers of pyemv.
    pub const MASTERCARD_11: Self = Self {
        name: Label::new("Mastercard CVN 17"),
        identifier: 0x11,
        data: recommended_and(CVR_6).then(SignedPart::Iad(IadPart::MChipCounters)),
        ..Self::MASTERCARD_10
    };

    /// Mastercard `14` ("CVN 20"): EMV common session keys, which sign the answer too. Answers of pyemv and a
    /// load-test plug-in.
    pub const MASTERCARD_14: Self = Self {
        name: Label::new("Mastercard CVN 20"),
        identifier: 0x14,
        session_key: SessionKeyMethod::EmvCommon,
        arpc_key: ArpcKey::SessionKey,
        ..Self::MASTERCARD_10
    };

    /// Mastercard `15` ("CVN 21"): as `14`, with the counters. Answers of pyemv.
    pub const MASTERCARD_15: Self = Self {
        name: Label::new("Mastercard CVN 21"),
        identifier: 0x15,
        data: Self::MASTERCARD_11.data,
        ..Self::MASTERCARD_14
    };

    /// Interac `85` ("CVN 133"): answers of pyemv alone.
    pub const INTERAC_85: Self = Self {
        name: Label::new("Interac CVN 133"),
        family: Family::Interac,
        identifier: 0x85,
        iad_layout: IadLayout::Interac,
        data: recommended_and(IadPart::Whole),
        arpc_key: ArpcKey::SessionKey,
        script: Some(ScriptStyle::INTERAC),
        ..Self::MASTERCARD_10
    };

    /// UnionPay 01 (PBOC): answers on public pages that explain the Chinese specification.
    pub const UNIONPAY_01: Self = Self {
        name: Label::new("UnionPay CVN 01"),
        family: Family::UnionPay,
        identifier: 0x01,
        iad_layout: IadLayout::UnionPay,
        data: recommended_and(CVR_4),
        padding: Padding::Method2,
        cipher: CipherFamily::Tdes,
        session_key: SessionKeyMethod::UnionPay,
        card_key: CardKeyOption::A,
        arpc: Some(ArpcMethod::Method1),
        arpc_key: ArpcKey::SessionKey,
        script: Some(ScriptStyle::UNIONPAY),
        attestation: Attestation::Reproduced,
    };

    /// Common Core Definitions, cryptogram version 5 (CCI `A5`): TDES (EMV Book 2 8.1, Book 3 Annex C). The data list is
    /// jPOS's transcript of EMVCo's CPA test; the parts are reproduced each.
    pub const CCD_A5: Self = Self {
        name: Label::new("CCD version 5"),
        family: Family::Ccd,
        identifier: 0xA5,
        iad_layout: IadLayout::Ccd,
        data: recommended_and(IadPart::Whole),
        padding: Padding::Method2,
        cipher: CipherFamily::Tdes,
        session_key: SessionKeyMethod::EmvCommon,
        card_key: CardKeyOption::B,
        arpc: Some(ArpcMethod::Method2),
        arpc_key: ArpcKey::SessionKey,
        script: Some(ScriptStyle::CCD),
        attestation: Attestation::Reproduced,
    };

    /// Common Core Definitions, cryptogram version 6 (CCI `A6`): AES, card keys by option C. Its parts (card key, session
    /// key, CMAC, ARPC) are reproduced each from two libraries' answers; no whole transaction is published.
    pub const CCD_A6: Self = Self {
        name: Label::new("CCD version 6 (AES)"),
        identifier: 0xA6,
        padding: Padding::None,
        cipher: CipherFamily::Aes,
        card_key: CardKeyOption::C,
        attestation: Attestation::DocumentedOnly,
        ..Self::CCD_A5
    };

    /// The library's rows.
    pub const ALL: &'static [Self] = &[
        Self::VISA_10,
        Self::VISA_17,
        Self::VISA_18,
        Self::VISA_22,
        Self::JCB_01,
        Self::MASTERCARD_10,
        Self::MASTERCARD_11,
        Self::MASTERCARD_14,
        Self::MASTERCARD_15,
        Self::INTERAC_85,
        Self::UNIONPAY_01,
        Self::CCD_A5,
        Self::CCD_A6,
    ];
}
