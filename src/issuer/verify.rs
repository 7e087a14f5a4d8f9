//! Verification of an authorisation request cryptogram, and what it proves.

use core::fmt;

use crate::cryptogram::{ApplicationCryptogram, ChainBlock, CryptogramVersion, SignedData, Value};
use crate::element::{
    ApplicationTransactionCounter, CryptogramInformationData, CryptogramType, GenerateAcs, IadTail,
    IssuerApplicationData, Pan, PanSequenceNumber, SecondGenerateAc, UnpredictableNumber,
};
use crate::error::Error;
#[cfg(feature = "alloc")]
use crate::issuer::BatchRequest;
use crate::issuer::{
    ChipData, CryptogramEngine, CryptogramRequest, EngineError, IssuerAuthenticationData,
    IssuerResponse, KeyReference, Refusal, ScriptPhase, ScriptWriter,
};
use crate::key::{Ac, CardKeyOption, SessionKey};
use crate::tag;

/// What the issuer issued: the facts about a card that a message cannot change.
///
/// Cryptogram version and key index are pinned here. A message that names others is refused, not tried.
#[derive(Clone, Debug)]
pub struct CardRecord<'v> {
    key: KeyReference,
    version: &'v CryptogramVersion,
    iad_tail: IadTail,
}

impl<'v> CardRecord<'v> {
    /// A card with this PAN and sequence number (`None` where it was issued without), cryptogram version and
    /// derivation key index.
    pub fn new(
        pan: Pan,
        sequence: Option<PanSequenceNumber>,
        version: &'v CryptogramVersion,
        key_index: u8,
    ) -> Self {
        let sequence = sequence.unwrap_or(PanSequenceNumber::ZERO);
        let key = KeyReference::new(pan, sequence, key_index, version.card_key);
        Self {
            key,
            version,
            iad_tail: IadTail::Exact,
        }
    }

    /// The same card, its key derived by another option than its version's usual one.
    #[must_use]
    pub const fn with_card_key_option(mut self, option: CardKeyOption) -> Self {
        self.key.option = option;
        self
    }

    /// The same card, with what may stand after the end of its issuer application data. Nothing, unless
    /// told otherwise here.
    #[must_use]
    pub const fn with_iad_tail(mut self, tail: IadTail) -> Self {
        self.iad_tail = tail;
        self
    }

    /// Cryptogram version.
    #[inline]
    pub const fn version(&self) -> &'v CryptogramVersion {
        self.version
    }

    /// How to find the card's keys.
    pub const fn key(&self) -> &KeyReference {
        &self.key
    }

    /// Reads the value of tag 9F10 as this card writes it.
    #[inline(always)]
    pub(super) fn issuer_application_data<'c>(
        &self,
        bytes: &'c [u8],
    ) -> Result<IssuerApplicationData<'c>, Error> {
        let (layout, tail) = (self.version.iad_layout, self.iad_tail);
        match IssuerApplicationData::read(layout, tail, bytes) {
            Some(data) => Ok(data),
            None => {
                let error = IssuerApplicationData::contradiction(layout, bytes);
                Err(error.in_tag(tag::ISSUER_APPLICATION_DATA))
            }
        }
    }
}

/// The issuer: a key engine and what is done with it.
///
/// The engine is a key set in memory, or whatever implements [`CardKeys`](crate::issuer::CardKeys) or
/// [`CryptogramEngine`].
#[derive(Debug)]
pub struct Issuer<E> {
    engine: E,
}

impl<E: CryptogramEngine> Issuer<E> {
    /// An issuer with these keys.
    pub const fn new(engine: E) -> Self {
        Self { engine }
    }

    #[cfg(feature = "alloc")]
    pub(super) const fn engine(&self) -> &E {
        &self.engine
    }

    /// Verifies an authorisation request cryptogram (ARQC).
    ///
    /// It checks, in this order: that the message names the card's own PAN and sequence number where it
    /// names any; that the issuer application data have the layout, the version and the key index that the
    /// card was issued with; that tag 9F27, where it is there, says ARQC; the cryptogram, in constant time;
    /// and then, because only now they can be believed, that the card verification results say that the card made an
    /// ARQC in the first GENERATE AC. Card verification results that say "AAC" for both GENERATE ACs, which no card
    /// can (an AAC ends the transaction), say nothing: test tools leave those bits zero. Of Interac and JCB cards
    /// those bits are not public; there only tag 9F27 tells the type, which no cryptogram covers.
    ///
    /// # Errors
    /// A [`Refusal`] with the reason.
    pub fn verify_arqc<'v>(
        &self,
        card: &CardRecord<'v>,
        chip: &ChipData<'_>,
    ) -> Result<VerifiedArqc<'v, E::AnswerKey>, Refusal> {
        let mut claim = Claim::EMPTY;
        claim.read_arqc(card, chip)?;
        self.settle(card, &claim)
    }

    /// The proof of a claim whose cryptogram is right.
    pub(super) fn settle<'v>(
        &self,
        card: &CardRecord<'v>,
        claim: &Claim,
    ) -> Result<VerifiedArqc<'v, E::AnswerKey>, Refusal> {
        let key = self.engine.verify_cryptogram(&claim.request(card))?;
        claim.prove(card, key.ok_or(Refusal::Cryptogram)?)
    }

    /// Verifies the cryptogram of a message that asks for no answer, an advice or a presentment: an ARQC, a TC, or an AAC,
    /// whichever tag 9F27 and the card verification results say. It gives no proof, because there is nothing to sign.
    ///
    /// It checks what [`verify_arqc`](Self::verify_arqc) checks, but for the type: the two places that tell it must agree.
    ///
    /// # Errors
    /// A [`Refusal`] with the reason; [`Refusal::NotAnArqc`] when tag 9F27 names another type than the card.
    pub fn verify_record(
        &self,
        card: &CardRecord<'_>,
        chip: &ChipData<'_>,
    ) -> Result<CryptogramType, Refusal> {
        let mut claim = Claim::EMPTY;
        claim.read(card, chip)?;
        self.engine
            .verify_cryptogram(&claim.request(card))?
            .ok_or(Refusal::Cryptogram)?;
        let said = made(claim.answers.types());
        let claimed = chip.cryptogram_information()?;
        match (
            said,
            claimed.map(CryptogramInformationData::cryptogram_type),
        ) {
            (said, None) => Ok(said.unwrap_or(CryptogramType::Arqc)),
            (None, Some(Some(claimed))) => Ok(claimed),
            (Some(said), Some(claimed)) if claimed == Some(said) => Ok(said),
            (found, Some(_)) => Err(Refusal::NotAnArqc { found }),
        }
    }

    /// Signs the answer to a verified cryptogram, once: the proof is used up. A retransmitted request gets
    /// the stored answer, never a second signature.
    ///
    /// # Errors
    /// When the version has no signed answer, or the keys cannot be used.
    pub fn authorise(
        &self,
        verified: VerifiedArqc<'_, E::AnswerKey>,
        response: &IssuerResponse<'_>,
    ) -> Result<IssuerAuthenticationData, EngineError> {
        let method = verified
            .version
            .arpc
            .ok_or(EngineError::Unsupported("a signed answer"))?;
        let cryptogram = self.engine.response_cryptogram(&verified, response)?;
        Ok(IssuerAuthenticationData::new(method, cryptogram, response)?)
    }

    /// Writes an issuer script, tag 71 or 72 with `identifier` (tag 9F18), into `buffer`; `fill` adds the
    /// commands. A second script of the same transaction goes on where the first ended: session keys per command
    /// and the chain of MACs count over the whole transaction. Terminals guarantee no more than 128 bytes for all scripts together (EMV Book 4 12.2.4).
    ///
    /// ```
    /// # use chipcard::issuer::*;
    /// # fn host(issuer: &Issuer<chipcard::key::IssuerKeySet>, verified: &mut VerifiedArqc<'_>) {
    /// let mut buffer = [0; 128];
    /// let script = issuer.script(verified, ScriptPhase::AfterFinalGenerateAc, [0; 4], &mut buffer, |script| {
    ///     script.application_block()
    /// });
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the version's script protection is not established, the keys cannot be used, or the buffer is too small.
    pub fn script<'v, 'b>(
        &self,
        verified: &mut VerifiedArqc<'v, E::AnswerKey>,
        phase: ScriptPhase,
        identifier: [u8; 4],
        buffer: &'b mut [u8],
        fill: impl FnOnce(&mut ScriptWriter<'_, 'v, '_, E>) -> Result<(), EngineError>,
    ) -> Result<&'b [u8], EngineError> {
        ScriptWriter::write(&self.engine, verified, phase, identifier, buffer, fill)
    }
}

/// What a message claims: all that can be said of it before the cryptogram is verified. It owns what it says, so that
/// a claim can wait for its turn without the message; and it is read in place, because a batch has thousands.
pub(super) struct Claim {
    /// What was signed.
    data: SignedData,
    arqc: ApplicationCryptogram,
    un: UnpredictableNumber,
    atc: ApplicationTransactionCounter,
    /// What the card says under the cryptogram that it answered to both GENERATE ACs, where it says.
    answers: GenerateAcs,
}

/// A type of cryptogram that is no ARQC; `None` for the reserved coding.
type OtherType = Option<CryptogramType>;

impl Claim {
    /// Of no message. What cannot be read leaves a claim that must not be used.
    pub(super) const EMPTY: Self = Self {
        data: SignedData::EMPTY,
        arqc: ApplicationCryptogram([0; 8]),
        un: UnpredictableNumber([0; 4]),
        atc: ApplicationTransactionCounter::from_bytes([0; 2]),
        answers: GenerateAcs::UNKNOWN,
    };

    /// As [`read`](Self::read); tag 9F27, where it is there, must say ARQC.
    #[inline]
    pub(super) fn read_arqc(
        &mut self,
        card: &CardRecord<'_>,
        chip: &ChipData<'_>,
    ) -> Result<(), Refusal> {
        self.read(card, chip)?;
        match chip.cryptogram_information()? {
            Some(cid) if cid.cryptogram_type() != Some(CryptogramType::Arqc) => {
                let found = cid.cryptogram_type();
                Err(Refusal::NotAnArqc { found })
            }
            _ => Ok(()),
        }
    }

    /// Reads the claim and checks it against the card's record.
    #[inline(never)] // What reading needs of the stack is gone before the keys need some.
    pub(super) fn read(
        &mut self,
        card: &CardRecord<'_>,
        chip: &ChipData<'_>,
    ) -> Result<(), Refusal> {
        check_identity(card, chip)?;
        let iad = card.issuer_application_data(chip.issuer_application_data()?)?;
        check_pins(card, &iad)?;
        self.atc = chip.transaction_counter()?;
        self.un = chip.unpredictable_number()?;
        self.arqc = chip.application_cryptogram()?;
        // What the card signed: the message's values, its issuer application data without a tolerated tail.
        let signed = chip.behind_header(tag::ISSUER_APPLICATION_DATA);
        let signed = Value::new(signed, iad.bytes().len());
        let version = card.version;
        self.data.join(
            &version.data,
            version.padding,
            |place| chip.eight(place),
            || Ok(Some(signed)),
            |tag| Ok(chip.get(tag)?.map(|bytes| Value::new(bytes, bytes.len()))),
        )?;
        self.answers = iad.generate_acs();
        Ok(())
    }

    /// What the key engine needs to know.
    #[inline]
    pub(super) fn request<'a>(&'a self, card: &'a CardRecord<'_>) -> CryptogramRequest<'a> {
        CryptogramRequest {
            card: &card.key,
            version: card.version,
            atc: self.atc,
            un: self.un,
            data: self.data.as_bytes(),
            signed: &self.data,
            claimed: self.arqc,
        }
    }

    /// The same among many, with an answer to sign or none.
    #[cfg(feature = "alloc")]
    #[inline]
    pub(super) fn asked<'a>(
        &'a self,
        card: &'a CardRecord<'_>,
        response: Option<&'a IssuerResponse<'a>>,
    ) -> BatchRequest<'a> {
        BatchRequest {
            cryptogram: self.request(card),
            response,
        }
    }

    /// What can be said now that the cryptogram is right: an ARQC, unless the card itself says that it made another type.
    #[inline]
    pub(super) fn confirm(&self) -> Result<(), Refusal> {
        if self.answers == GenerateAcs::ONLY_ARQC {
            return Ok(());
        }
        match other_type(self.answers.types()) {
            None => Ok(()),
            Some(found) => Err(Refusal::NotAnArqc { found }),
        }
    }

    /// The proof that follows when the cryptogram is right.
    fn prove<'v, K>(
        &self,
        card: &CardRecord<'v>,
        answer_key: K,
    ) -> Result<VerifiedArqc<'v, K>, Refusal> {
        self.confirm()?;
        let Self { atc, un, arqc, .. } = *self;
        Ok(VerifiedArqc {
            card: card.key.clone(),
            version: card.version,
            atc,
            un,
            arqc,
            scripted: (0, ChainBlock::first(arqc)),
            answer_key,
        })
    }
}

/// What the message says of who the card is, where it says anything.
#[inline]
fn check_identity(card: &CardRecord<'_>, chip: &ChipData<'_>) -> Result<(), Refusal> {
    // Most networks leave the PAN to DE 2, and the sequence number is one byte that agrees as it stands.
    let (sequence, expected) = (
        chip.get(tag::APPLICATION_PAN_SEQUENCE_NUMBER),
        card.key.sequence,
    );
    let agrees = matches!(sequence, Ok(Some([found])) if *found == expected.to_bcd());
    if (agrees || sequence == Ok(None)) && chip.get(tag::APPLICATION_PAN) == Ok(None) {
        return Ok(());
    }
    compare_identity(card, chip)
}

#[inline(never)]
fn compare_identity(card: &CardRecord<'_>, chip: &ChipData<'_>) -> Result<(), Refusal> {
    if chip.pan()?.is_some_and(|pan| pan != card.key.pan) {
        return Err(Refusal::Pan);
    }
    if chip
        .pan_sequence_number()?
        .is_some_and(|found| found != card.key.sequence)
    {
        return Err(Refusal::SequenceNumber);
    }
    Ok(())
}

/// Version and key index against the card's record.
#[inline]
fn check_pins(card: &CardRecord<'_>, iad: &IssuerApplicationData<'_>) -> Result<(), Refusal> {
    let pinned = card.version.identifier;
    if let Some(found) = iad.cvn().filter(|found| *found != pinned) {
        return Err(Refusal::CryptogramVersion { pinned, found });
    }
    let pinned = card.key.index;
    if let Some(found) = iad.key_index().filter(|found| *found != pinned) {
        return Err(Refusal::KeyIndex { pinned, found });
    }
    Ok(())
}

/// What the card verification results say of both GENERATE ACs.
type Types = (Option<CryptogramType>, Option<SecondGenerateAc>);

/// The last cryptogram that the card says it made, where it says.
pub(super) fn made(types: Types) -> Option<CryptogramType> {
    match types {
        // What no card can say, says nothing: see `verify_arqc`.
        (Some(CryptogramType::Aac), Some(SecondGenerateAc::Aac)) => None,
        (_, Some(SecondGenerateAc::Aac)) => Some(CryptogramType::Aac),
        (_, Some(SecondGenerateAc::Tc)) => Some(CryptogramType::Tc),
        (first, None | Some(SecondGenerateAc::NotRequested)) => first,
    }
}

/// What the card itself says that it made, under the cryptogram, if that is no ARQC.
fn other_type(types: Types) -> Option<OtherType> {
    match types {
        (Some(CryptogramType::Aac), Some(SecondGenerateAc::Aac)) => None,
        (None | Some(CryptogramType::Arqc), None | Some(SecondGenerateAc::NotRequested)) => None,
        (first, _) => Some(first),
    }
}

/// Proof that a cryptogram is a card's own over the data that came with it.
///
/// Only [`Issuer::verify_arqc`] makes one; every signature of the issuer needs one. It is not `Clone`,
/// because [`Issuer::authorise`] uses it up.
///
/// `K` is what the engine keeps in it for the answer ([`CryptogramEngine::AnswerKey`]). Of keys in memory it is a session
/// key, so that they need not name it; whoever is generic over engines writes `VerifiedArqc<'v, E::AnswerKey>`.
#[must_use = "the cryptogram is right; without an answer the card will not know"]
pub struct VerifiedArqc<'v, K = Option<SessionKey<Ac>>> {
    card: KeyReference,
    version: &'v CryptogramVersion,
    atc: ApplicationTransactionCounter,
    un: UnpredictableNumber,
    arqc: ApplicationCryptogram,
    /// Commands that scripts have so far, and the chaining block for the next.
    pub(super) scripted: (u64, ChainBlock),
    answer_key: K,
}

impl<'v, K> VerifiedArqc<'v, K> {
    /// How to find the card's keys.
    pub const fn card(&self) -> &KeyReference {
        &self.card
    }

    /// The version by which the cryptogram was verified.
    pub const fn version(&self) -> &'v CryptogramVersion {
        self.version
    }

    /// The transaction's counter, now known to be the card's.
    pub const fn atc(&self) -> ApplicationTransactionCounter {
        self.atc
    }

    /// The terminal's unpredictable number, as the card saw it.
    pub const fn unpredictable_number(&self) -> UnpredictableNumber {
        self.un
    }

    /// The cryptogram.
    pub const fn arqc(&self) -> ApplicationCryptogram {
        self.arqc
    }

    /// What the engine kept for the answer. For engines.
    pub const fn answer_key(&self) -> &K {
        &self.answer_key
    }
}

impl<K> fmt::Debug for VerifiedArqc<'_, K> {
    /// Without what the engine kept.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedArqc")
            .field("card", &self.card)
            .field("version", &self.version.name)
            .field("atc", &self.atc)
            .field("un", &self.un)
            .field("arqc", &self.arqc)
            .field("scripted", &self.scripted)
            .finish_non_exhaustive()
    }
}
