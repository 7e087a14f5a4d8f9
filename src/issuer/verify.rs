//! Verification of an authorisation request cryptogram, and what it proves.

use core::fmt;

use crate::crypto::SignedData;
use crate::cryptogram::{
    ApplicationCryptogram, ChainBlock, CryptogramVersion, DataSource, assemble,
};
use crate::element::{
    ApplicationTransactionCounter, CryptogramInformationData, CryptogramType, IadTail,
    IssuerApplicationData, Pan, PanSequenceNumber, SecondGenerateAc, UnpredictableNumber,
};
use crate::error::Error;
use crate::issuer::{
    ChipData, CryptogramEngine, CryptogramRequest, EngineError, IssuerAuthenticationData,
    IssuerResponse, KeyReference, Refusal, ScriptPhase, ScriptWriter,
};
use crate::key::{Ac, CardKeyOption, SessionKey};
use crate::tag::{self, Tag};

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
    pub const fn version(&self) -> &'v CryptogramVersion {
        self.version
    }

    /// How to find the card's keys.
    pub const fn key(&self) -> &KeyReference {
        &self.key
    }

    /// Reads the value of tag 9F10 as this card writes it.
    pub(super) fn issuer_application_data<'c>(
        &self,
        bytes: &'c [u8],
    ) -> Result<IssuerApplicationData<'c>, Error> {
        IssuerApplicationData::parse_with_tail(self.version.iad_layout, self.iad_tail, bytes)
            .map_err(|error| error.in_tag(tag::ISSUER_APPLICATION_DATA))
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
        self.settle(card, &Claim::read_arqc(card, chip)?)
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
        let claim = Claim::read(card, chip)?;
        self.engine
            .verify_cryptogram(&claim.request(card))?
            .ok_or(Refusal::Cryptogram)?;
        let said = claim.made;
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
/// a claim can wait for its turn without the message.
pub(super) struct Claim {
    atc: ApplicationTransactionCounter,
    un: UnpredictableNumber,
    arqc: ApplicationCryptogram,
    /// What the card says under the cryptogram that it made, where it says.
    made: Option<CryptogramType>,
    /// The type that this is, if it cannot be an ARQC of the first GENERATE AC.
    other_type: Option<OtherType>,
    /// The signed data, joined, not padded.
    data: SignedData,
}

/// A type of cryptogram that is no ARQC; `None` for the reserved coding.
type OtherType = Option<CryptogramType>;

impl Claim {
    /// As [`read`](Self::read); tag 9F27, where it is there, must say ARQC.
    pub(super) fn read_arqc(card: &CardRecord<'_>, chip: &ChipData<'_>) -> Result<Self, Refusal> {
        let claim = Self::read(card, chip)?;
        match chip
            .cryptogram_information()?
            .map(|cid| cid.cryptogram_type())
        {
            None | Some(Some(CryptogramType::Arqc)) => Ok(claim),
            Some(found) => Err(Refusal::NotAnArqc { found }),
        }
    }

    /// Reads the claim and checks it against the card's record.
    #[inline(never)] // What reading needs of the stack is gone before the keys need some.
    pub(super) fn read(card: &CardRecord<'_>, chip: &ChipData<'_>) -> Result<Self, Refusal> {
        check_identity(card, chip)?;
        let iad = card.issuer_application_data(chip.issuer_application_data()?)?;
        check_pins(card, &iad)?;
        let (atc, un) = (chip.transaction_counter()?, chip.unpredictable_number()?);
        let arqc = chip.application_cryptogram()?;
        let data = assemble(&card.version.data, &Signed { chip, iad: &iad })?;
        let types = iad
            .cvr()
            .map(|cvr| (cvr.first_generate_ac(), cvr.second_generate_ac()));
        let (made, other_type) =
            types.map_or((None, None), |types| (made(types), other_type(types)));
        Ok(Self {
            atc,
            un,
            arqc,
            made,
            other_type,
            data,
        })
    }

    /// What the key engine needs to know.
    pub(super) fn request<'a>(&'a self, card: &'a CardRecord<'_>) -> CryptogramRequest<'a> {
        CryptogramRequest {
            card: &card.key,
            version: card.version,
            atc: self.atc,
            un: self.un,
            data: self.data.as_bytes(),
            claimed: self.arqc,
        }
    }

    /// What can be said now that the cryptogram is right: an ARQC, unless the card itself says that it made another type.
    pub(super) fn confirm(&self) -> Result<(), Refusal> {
        match self.other_type {
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

/// What the card signed: the message's values, its issuer application data without a tolerated tail.
struct Signed<'a> {
    chip: &'a ChipData<'a>,
    iad: &'a IssuerApplicationData<'a>,
}

impl DataSource for Signed<'_> {
    fn value(&self, tag: Tag) -> Result<Option<&[u8]>, Error> {
        match tag {
            tag::ISSUER_APPLICATION_DATA => Ok(Some(self.iad.bytes())),
            _ => self.chip.get(tag),
        }
    }
}

/// What the message says of who the card is, where it says anything.
fn check_identity(card: &CardRecord<'_>, chip: &ChipData<'_>) -> Result<(), Refusal> {
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
fn made(types: Types) -> Option<CryptogramType> {
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
