//! GENERATE AC, the first and the second (EMV Book 3 6.5.5, 9).

use crate::apdu::{Command, StatusWord};
use crate::card::csu;
use crate::card::cvr::Report;
use crate::card::issuer_authentication::{Outcome, authenticate, without_padding};
use crate::card::log::LOG_ENTRY_LENGTH;
use crate::card::risk::{Velocity, add_offline, first_decision, hits};
use crate::card::session::{FirstCryptogram, Phase};
use crate::card::transaction::{Signed, Transaction};
use crate::card::{
    Answer, AnswerSignature, AnswerToSign, Applet, AuthenticationCommand, CardMemory, CardState,
    Coprocessor, IssuerAuthentication, MAX_SIGNATURE_LENGTH, ResponseFormat,
};
use crate::cryptogram::{ApplicationCryptogram, assemble};
use crate::element::{
    ApplicationInterchangeProfile as Aip, AuthorisationResponseCode, CryptogramInformationData,
    CryptogramType, TerminalVerificationResults as Tvr, UnpredictableNumber,
};
use crate::error::Result;
use crate::tag;
use crate::tlv::Writer;

/// Bytes of the data objects that a signed answer has beside its signature: 9F27, 9F36, 9F26, and 9F10 of 32 bytes.
const MAX_OBJECTS_LENGTH: usize = 4 + 5 + 11 + 35;

/// A cryptogram, and what goes into the answer with it or is signed with the answer.
struct Made<'a> {
    kind: CryptogramType,
    ac: ApplicationCryptogram,
    iad: &'a [u8],
    un: UnpredictableNumber,
    cdol2_data: Option<&'a [u8]>,
}

impl<M: CardMemory, C: Coprocessor> Applet<'_, M, C> {
    pub(super) fn generate_ac(&mut self, command: &Command<'_>, reply: &mut Writer<'_>) -> Answer {
        let requested = CryptogramType::from_bits(command.p1 >> 6)
            .filter(|_| command.p2 == 0)
            .ok_or(StatusWord::INCORRECT_P1_P2)?;
        let signature = self.signature_asked(command.p1)?;
        let numbered = |applet: &mut Self| match signature {
            // Its number stands in the issuer application data too, with some payment systems.
            Some(AnswerSignature::Cda) => applet.icc_dynamic_number().map(drop),
            _ => Ok(()),
        };
        match (self.session.phase, self.session.first) {
            (Phase::Initiated, _) => {
                numbered(self)?;
                self.session.signature_asked = [signature, None];
                self.first_generate_ac(requested, command.data, reply)
            }
            (Phase::Online, Some(first)) => match requested {
                CryptogramType::Arqc => Err(StatusWord::INCORRECT_P1_P2),
                _ => {
                    numbered(self)?;
                    let [_, second] = &mut self.session.signature_asked;
                    *second = signature;
                    self.second_generate_ac(first, requested, command.data, reply)
                }
            },
            _ => Err(StatusWord::CONDITIONS_NOT_SATISFIED),
        }
    }

    /// The signature that bits 5 and 4 of P1 ask for, if the card has it.
    fn signature_asked(&self, p1: u8) -> Result<Option<AnswerSignature>, StatusWord> {
        let (aip, able) = (self.profile.aip, self.coprocessor.abilities());
        match p1 & 0x3F {
            0x00 => Ok(None),
            0x10 if able.rsa_signature && aip.contains(Aip::CDA_SUPPORTED) => {
                Ok(Some(AnswerSignature::Cda))
            }
            0x08 if able.ec_signature && aip.contains(Aip::XDA_SUPPORTED) => {
                Ok(Some(AnswerSignature::Xda))
            }
            _ => Err(StatusWord::INCORRECT_P1_P2),
        }
    }

    #[inline(never)] // See the module's page: memory.
    fn first_generate_ac(
        &mut self,
        requested: CryptogramType,
        data: &[u8],
        reply: &mut Writer<'_>,
    ) -> Answer {
        self.session.cdol1_data.set(data);
        let mut state = self.state.clone();
        let flags = &mut state.flags;
        flags.last_online_not_completed |= flags.online_pending;
        flags.online_pending = false;

        let transaction = self.transaction(None)?;
        let velocity = Velocity::check(self.profile, &state, &transaction);
        let un = UnpredictableNumber(
            transaction
                .array(tag::UNPREDICTABLE_NUMBER)
                .unwrap_or_default(),
        );
        let actions = &self.profile.actions;
        self.session.velocity = velocity;
        let transaction = self.transaction(None)?;
        let report = |first| Report {
            profile: self.profile,
            state: &state,
            session: &self.session,
            transaction: &transaction,
            first,
            second: None,
            unable_to_go_online: false,
        };
        let kind = if state.flags.application_blocked {
            CryptogramType::Aac
        } else {
            let cvr = report(requested).iad().cvr_for_analysis();
            first_decision(requested, actions, &cvr, &transaction)
        };
        let iad = report(kind).iad();
        let signed = Signed::new(&transaction, iad.as_bytes());
        let ac = self.cryptogram(&signed, un)?;
        let mut entry = [0; LOG_ENTRY_LENGTH];
        let logged = self.log_entry(kind, &signed, &mut entry)?;
        let [signature, _] = self.session.signature_asked;
        let made = Made {
            kind,
            ac,
            iad: iad.as_bytes(),
            un,
            cdol2_data: None,
        };
        self.write_cryptogram(&made, signature, reply)?;

        let transaction = self.transaction(None)?;
        match kind {
            CryptogramType::Arqc => state.flags.online_pending = true,
            CryptogramType::Tc => add_offline(self.profile, &mut state, &transaction),
            CryptogramType::Aac => {}
        }
        note_offline_authentication(&mut state, &transaction, kind != CryptogramType::Aac);
        let scripts = state.script_counter;
        self.commit(state)?;
        self.append(entry.get(..logged).unwrap_or_default())?;

        self.session.reported_scripts = scripts;
        self.session.first = Some(FirstCryptogram { kind, ac, un });
        self.session.phase = match kind {
            CryptogramType::Arqc => Phase::Online,
            _ => Phase::Done,
        };
        Ok(StatusWord::OK)
    }

    #[inline(never)] // See the module's page: memory.
    fn second_generate_ac(
        &mut self,
        first: FirstCryptogram,
        requested: CryptogramType,
        data: &[u8],
        reply: &mut Writer<'_>,
    ) -> Answer {
        let transaction = self.transaction(Some(data))?;
        let arc = transaction
            .array(tag::AUTHORISATION_RESPONSE_CODE)
            .map(AuthorisationResponseCode::new);
        let unable = matches!(
            arc,
            Some(
                AuthorisationResponseCode::UNABLE_ONLINE_APPROVED
                    | AuthorisationResponseCode::UNABLE_ONLINE_DECLINED
            )
        );
        let outcome = self.answer_in(&first, &transaction, unable)?;
        self.session.authentication = outcome;

        let transaction = self.transaction(Some(data))?;
        let mut state = self.state.clone();
        self.settle(&mut state, outcome, requested, unable, &transaction);
        let report = |second| Report {
            profile: self.profile,
            state: &state,
            session: &self.session,
            transaction: &transaction,
            first: first.kind,
            second: Some(second),
            unable_to_go_online: unable,
        };
        let rules = &self.profile.issuer_authentication;
        let approved = requested == CryptogramType::Tc
            && !state.flags.application_blocked
            && if unable {
                let cvr = report(requested).iad().cvr_for_analysis();
                !hits(self.profile.actions.default, &cvr)
            } else {
                online_approval(rules, outcome)
            };
        let kind = if approved {
            CryptogramType::Tc
        } else {
            CryptogramType::Aac
        };
        let iad = report(kind).iad();
        let signed = Signed::new(&transaction, iad.as_bytes());
        let ac = self.cryptogram(&signed, first.un)?;
        let un = transaction.array(tag::UNPREDICTABLE_NUMBER);
        let un = un.map_or(first.un, UnpredictableNumber);
        let mut entry = [0; LOG_ENTRY_LENGTH];
        let logged = self.log_entry(kind, &signed, &mut entry)?;
        let [_, signature] = self.session.signature_asked;
        let made = Made {
            kind,
            ac,
            iad: iad.as_bytes(),
            un,
            cdol2_data: Some(data),
        };
        self.write_cryptogram(&made, signature, reply)?;
        let transaction = self.transaction(Some(data))?;
        if approved && unable {
            add_offline(self.profile, &mut state, &transaction);
        }
        note_offline_authentication(&mut state, &transaction, false);
        self.commit(state)?;
        self.append(entry.get(..logged).unwrap_or_default())?;
        self.session.phase = Phase::Done;
        Ok(StatusWord::OK)
    }

    /// What is known of the issuer's answer: from EXTERNAL AUTHENTICATE, or from tag 91 in this command. A tag 91 of
    /// zeros is one that the terminal did not have (EMV Book 3 5.4).
    fn answer_in(
        &self,
        first: &FirstCryptogram,
        transaction: &Transaction<'_>,
        unable: bool,
    ) -> Result<Outcome> {
        let rules = &self.profile.issuer_authentication;
        if rules.command == AuthenticationCommand::ExternalAuthenticate {
            return Ok(self.session.authentication);
        }
        let answer = transaction
            .get(tag::ISSUER_AUTHENTICATION_DATA)
            .filter(|answer| !unable && answer.iter().any(|byte| *byte != 0));
        match (self.profile.version.arpc, answer) {
            (Some(method), Some(answer)) => {
                let answer = without_padding(method, answer);
                authenticate(self.profile, &self.keys, self.state.atc, first, answer)
            }
            _ => Ok(Outcome::NotPerformed),
        }
    }

    /// What the end of the transaction changes in the card, apart from the cryptogram's own type.
    ///
    /// The rules are those of CCD (EMV Book 3, Common Core Definitions 9.2.3.2). That a right answer takes back only the script
    /// results that the first GENERATE AC told of is this card's choice, so that none is lost; the Books do not say.
    fn settle(
        &self,
        state: &mut CardState,
        outcome: Outcome,
        requested: CryptogramType,
        unable: bool,
        transaction: &Transaction<'_>,
    ) {
        let rules = &self.profile.issuer_authentication;
        let flags = &mut state.flags;
        flags.online_pending = false;
        flags.used_online |= !unable;
        flags.issuer_authentication_not_performed = outcome == Outcome::NotPerformed;
        let waived = match outcome {
            Outcome::Passed { .. } => true,
            Outcome::NotPerformed => !unable && !rules.required && !rules.required_for_reset,
            Outcome::Failed => !rules.must_pass,
        };
        if waived {
            flags.last_online_not_completed = false;
            flags.script_failed = self.session.script.failed;
            state.script_counter = state
                .script_counter
                .saturating_sub(self.session.reported_scripts);
        }
        match outcome {
            Outcome::Failed => flags.issuer_authentication_failed = true,
            Outcome::NotPerformed if !waived => {}
            Outcome::NotPerformed | Outcome::Passed { .. } => {
                flags.issuer_authentication_failed = false;
                flags.go_online_next = false;
            }
        }
        match outcome {
            Outcome::Passed { update, approves } => {
                state.last_online_atc = state.atc;
                match update {
                    Some(csu) => csu::apply(self.profile, csu, transaction, state),
                    None if approves => csu::reset_counters(state),
                    None => {}
                }
            }
            _ if waived && !rules.required_for_reset && requested == CryptogramType::Tc => {
                csu::reset_counters(state);
            }
            _ => {}
        }
    }

    #[inline(never)] // See the module's page: memory.
    fn cryptogram(
        &self,
        signed: &Signed<'_>,
        un: UnpredictableNumber,
    ) -> Result<ApplicationCryptogram> {
        let version = self.profile.version;
        let derivation = version
            .session_key
            .for_cryptogram(signed.transaction.atc, un);
        let key = self.keys.ac().session_key(&derivation)?;
        let message = assemble(&version.data, signed)?;
        key.mac(version.padding, message.as_bytes())
            .map(ApplicationCryptogram)
    }

    /// The answer, signed where that was asked for; an AAC never is.
    fn write_cryptogram(
        &mut self,
        made: &Made<'_>,
        signature: Option<AnswerSignature>,
        reply: &mut Writer<'_>,
    ) -> Result<()> {
        if let Some(method) = signature.filter(|_| made.kind != CryptogramType::Aac) {
            return self.write_signed(made, method, reply);
        }
        let cid = CryptogramInformationData::from(made.kind).0;
        let atc = self.state.atc.to_bytes();
        let (ac, iad) = (made.ac, made.iad);
        match self.profile.format {
            ResponseFormat::Format1 => reply.template(tag::RESPONSE_TEMPLATE_FORMAT_1, |values| {
                values.raw(&cid)?;
                values.raw(&atc)?;
                values.raw(&ac.0)?;
                values.raw(iad)
            }),
            ResponseFormat::Format2 => reply.template(tag::RESPONSE_TEMPLATE_FORMAT_2, |objects| {
                objects.put(tag::CRYPTOGRAM_INFORMATION_DATA, &cid)?;
                objects.put(tag::APPLICATION_TRANSACTION_COUNTER, &atc)?;
                objects.put(tag::APPLICATION_CRYPTOGRAM, &ac.0)?;
                objects.put(tag::ISSUER_APPLICATION_DATA, iad)
            }),
        }
    }

    /// The data objects of the answer, then the signature over them and over all that the terminal sent.
    #[inline(never)] // See the module's page: memory.
    fn write_signed(
        &mut self,
        made: &Made<'_>,
        method: AnswerSignature,
        reply: &mut Writer<'_>,
    ) -> Result<()> {
        let number = self.icc_dynamic_number()?;
        let mut buffer = [0; MAX_OBJECTS_LENGTH];
        let mut objects = Writer::new(&mut buffer);
        let cid = CryptogramInformationData::from(made.kind).0;
        objects.put(tag::CRYPTOGRAM_INFORMATION_DATA, &cid)?;
        let atc = self.state.atc.to_bytes();
        objects.put(tag::APPLICATION_TRANSACTION_COUNTER, &atc)?;
        // With CDA the cryptogram comes out of the signature alone: a terminal cannot do without verifying it.
        if method == AnswerSignature::Xda {
            objects.put(tag::APPLICATION_CRYPTOGRAM, &made.ac.0)?;
        }
        objects.put(tag::ISSUER_APPLICATION_DATA, made.iad)?;
        let answer = AnswerToSign {
            method,
            pdol_data: self.session.pdol_data.as_bytes(),
            cdol1_data: self.session.cdol1_data.as_bytes(),
            cdol2_data: made.cdol2_data,
            response: objects.as_bytes(),
            cryptogram: made.ac,
            unpredictable_number: made.un,
            icc_dynamic_number: number.as_bytes(),
        };
        let mut signature = [0; MAX_SIGNATURE_LENGTH];
        let length = self.coprocessor.sign_answer(&answer, &mut signature)?;
        let signature = signature.get(..length).unwrap_or(&signature);
        reply.template(tag::RESPONSE_TEMPLATE_FORMAT_2, |all| {
            all.raw(objects.as_bytes())?;
            all.put(tag::SIGNED_DYNAMIC_APPLICATION_DATA, signature)
        })
    }
}

/// Whether the issuer's answer, or what the profile makes of its absence, approves.
const fn online_approval(rules: &IssuerAuthentication<'_>, outcome: Outcome) -> bool {
    match outcome {
        Outcome::Passed { approves, .. } => approves,
        Outcome::NotPerformed => !rules.required,
        Outcome::Failed => !rules.must_pass,
    }
}

/// Keeps for the next transaction what the terminal found of offline data authentication. An earlier finding
/// stands until a transaction that told of it went online or was approved.
fn note_offline_authentication(state: &mut CardState, transaction: &Transaction<'_>, told: bool) {
    let tvr = Tvr(transaction
        .array(tag::TERMINAL_VERIFICATION_RESULTS)
        .unwrap_or_default());
    let flags = &mut state.flags;
    flags.sda_failed = flags.sda_failed && !told || tvr.contains(Tvr::SDA_FAILED);
    flags.dda_failed =
        flags.dda_failed && !told || tvr.intersects(Tvr::DDA_FAILED | Tvr::CDA_FAILED);
}
