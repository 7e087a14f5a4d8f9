//! A transaction from selection to completion (EMV Book 3 8, 10; Book 4 6).

use chipcard::apdu::{Instruction, StatusWord};
use chipcard::element::{
    ApplicationFileLocator, ApplicationInterchangeProfile as Aip, AuthorisationResponseCode as Arc,
    CryptogramInformationData, CryptogramType, CvmCode, CvmCondition, CvmResult, CvmResults,
    TerminalVerificationResults as Tvr, TransactionStatusInformation as Tsi,
};
use chipcard::tlv::{self, Writer};
use chipcard::{Error, ErrorKind, Result, tag};

use super::exchange::Exchange;
use super::{
    Acquirer, CardReader, Completed, Event, OnlineAnswer, Outcome, Sale, Terminal, TerminalError,
    TransactionData, actions, cardholder, online, selection,
};

/// Response codes with which a terminal asks the card to approve (ISO 8583 DE 39).
const APPROVALS: [[u8; 2]; 4] = [*b"00", *b"08", *b"10", *b"11"];

/// Runs one transaction and reports to `observer` what happens.
///
/// # Errors
/// When the card is unusable; the transaction has no outcome then.
pub fn run(
    terminal: &Terminal,
    sale: &Sale,
    card: &mut dyn CardReader,
    acquirer: &mut dyn Acquirer,
    observer: &mut dyn FnMut(Event<'_>),
) -> Result<Completed, TerminalError> {
    let mut transaction = Transaction {
        terminal,
        sale,
        exchange: Exchange::new(card, observer),
        data: TransactionData::default(),
        tvr: Tvr::ODA_NOT_PERFORMED,
        tsi: Tsi::default(),
        signature: false,
        script_results: Vec::new(),
    };
    transaction.set_terminal_data();
    transaction.initiate()?;
    transaction.read_application_data()?;
    transaction.check()?;
    let outcome = transaction.complete(acquirer)?;
    Ok(Completed {
        outcome,
        tvr: transaction.tvr,
        tsi: transaction.tsi,
        signature: transaction.signature,
        script_results: transaction.script_results,
        data: transaction.data,
    })
}

struct Transaction<'a> {
    terminal: &'a Terminal,
    sale: &'a Sale,
    exchange: Exchange<'a>,
    data: TransactionData,
    tvr: Tvr,
    tsi: Tsi,
    signature: bool,
    script_results: Vec<[u8; 5]>,
}

impl Transaction<'_> {
    fn step(&mut self, name: &'static str) {
        self.exchange.report(Event::Step(name));
    }

    fn set_terminal_data(&mut self) {
        let (terminal, sale, data) = (self.terminal, self.sale, &mut self.data);
        data.set(tag::AMOUNT_AUTHORISED_NUMERIC, &sale.amount.to_bytes());
        data.set(tag::AMOUNT_OTHER_NUMERIC, &[0; 6]);
        data.set(tag::TRANSACTION_CURRENCY_CODE, &sale.currency.to_bytes());
        data.set(tag::TRANSACTION_DATE, &sale.date.to_bytes());
        data.set(tag::TRANSACTION_TYPE, &[0x00]);
        data.set(tag::UNPREDICTABLE_NUMBER, &sale.unpredictable_number.0);
        data.set(tag::TERMINAL_COUNTRY_CODE, &terminal.country.to_bytes());
        data.set(tag::TERMINAL_TYPE, &terminal.terminal_type.0);
        data.set(tag::TERMINAL_CAPABILITIES, &terminal.capabilities.0);
        data.set(
            tag::ADDITIONAL_TERMINAL_CAPABILITIES,
            &terminal.additional_capabilities.0,
        );
    }

    /// SELECT and GET PROCESSING OPTIONS.
    fn initiate(&mut self) -> Result<(), TerminalError> {
        self.step("application selection");
        selection::select(self.terminal, &mut self.exchange, &mut self.data)?;
        self.step("initiate application processing");
        let values = self.data.fill(self.data.get(tag::PDOL))?;
        let mut buffer = [0; 255];
        let mut command = Writer::new(&mut buffer);
        command.put(tag::COMMAND_TEMPLATE, &values)?;
        let options = self.exchange.require(
            Instruction::GetProcessingOptions,
            [0, 0],
            command.as_bytes(),
        )?;
        self.take_response(&options, |data, value| {
            let (aip, afl) = value.split_first_chunk::<2>()?;
            data.set(tag::APPLICATION_INTERCHANGE_PROFILE, aip);
            data.set(tag::APPLICATION_FILE_LOCATOR, afl);
            Some(())
        })
    }

    /// Takes a response of format 2, or of format 1, which `positional` knows to read.
    fn take_response(
        &mut self,
        response: &[u8],
        positional: impl FnOnce(&mut TransactionData, &[u8]) -> Option<()>,
    ) -> Result<(), TerminalError> {
        if let Some(template) = tlv::find(response, tag::RESPONSE_TEMPLATE_FORMAT_2)? {
            for object in template.children() {
                let object = object?;
                self.data.set(object.tag, object.value);
            }
            return Ok(());
        }
        let template = tlv::require(response, tag::RESPONSE_TEMPLATE_FORMAT_1)?;
        positional(&mut self.data, template.value)
            .ok_or(Error::new(ErrorKind::Truncated).in_tag(template.tag))?;
        Ok(())
    }

    fn read_application_data(&mut self) -> Result<(), TerminalError> {
        self.step("read application data");
        let afl = self.data.require(tag::APPLICATION_FILE_LOCATOR)?.to_vec();
        for entry in ApplicationFileLocator::parse(&afl)?.entries() {
            for number in entry.records() {
                let parameters = [number, entry.sfi() << 3 | 0x04];
                let record = self
                    .exchange
                    .require(Instruction::ReadRecord, parameters, &[])?;
                let template = tlv::require(&record, tag::READ_RECORD_RESPONSE_TEMPLATE)?;
                self.data.take(template.value)?;
            }
        }
        for mandatory in [
            tag::APPLICATION_EXPIRATION_DATE,
            tag::APPLICATION_PAN,
            tag::CDOL1,
            tag::CDOL2,
        ] {
            self.data.require(mandatory)?;
        }
        Ok(())
    }

    fn aip(&self) -> Result<Aip> {
        Aip::parse(self.data.require(tag::APPLICATION_INTERCHANGE_PROFILE)?)
    }

    /// Everything between reading the card and asking it to decide.
    fn check(&mut self) -> Result<(), TerminalError> {
        self.step("processing restrictions");
        self.tvr |= actions::restrictions(self.terminal, self.sale, &self.data)?;
        self.step("cardholder verification");
        let mut results = CvmResults::new(CvmCode(0x3F), CvmCondition(0), CvmResult::Unknown);
        if self.aip()?.contains(Aip::CARDHOLDER_VERIFICATION_SUPPORTED) {
            let found =
                cardholder::verify(self.terminal, self.sale, &self.data, &mut self.exchange)?;
            results = found.results;
            self.tvr |= found.tvr;
            self.signature = found.signature;
            self.tsi |= Tsi::CARDHOLDER_VERIFICATION_PERFORMED;
        }
        self.data.set(tag::CVM_RESULTS, &results.to_bytes());
        self.step("terminal risk management");
        self.tvr |= actions::risk_management(self.terminal, self.sale);
        self.tsi |= Tsi::TERMINAL_RISK_MANAGEMENT_PERFORMED;
        Ok(())
    }

    /// GENERATE AC, the first and, after an ARQC, the second.
    fn complete(&mut self, acquirer: &mut dyn Acquirer) -> Result<Outcome, TerminalError> {
        self.step("terminal and card action analysis");
        let request = actions::first_request(self.terminal, &self.data, self.tvr)?;
        let kind = self.generate_ac(request, tag::CDOL1)?;
        self.tsi |= Tsi::CARD_RISK_MANAGEMENT_PERFORMED;
        match kind {
            CryptogramType::Tc => return Ok(Outcome::ApprovedOffline),
            CryptogramType::Aac => return Ok(Outcome::DeclinedOffline),
            CryptogramType::Arqc => {}
        }
        self.step("online processing");
        let de55 = online::request(&self.data)?;
        self.exchange.report(Event::Request { de55: &de55 });
        let answer = acquirer.authorise(&de55);
        self.exchange.report(Event::Answer(answer.as_ref()));
        match answer {
            Some(answer) => self.complete_online(&answer),
            None => {
                let request = actions::request_without_issuer(self.terminal, &self.data, self.tvr)?;
                let (code, approved, declined) = match request {
                    CryptogramType::Tc => (
                        Arc::UNABLE_ONLINE_APPROVED,
                        Outcome::ApprovedOffline,
                        Outcome::DeclinedOffline,
                    ),
                    _ => (
                        Arc::UNABLE_ONLINE_DECLINED,
                        Outcome::DeclinedOffline,
                        Outcome::DeclinedOffline,
                    ),
                };
                self.step("completion without the issuer");
                self.second_generate_ac(code, request, approved, declined)
            }
        }
    }

    fn complete_online(&mut self, answer: &OnlineAnswer) -> Result<Outcome, TerminalError> {
        let chip_data = &answer.chip_data;
        let issuer_data = tlv::find(chip_data, tag::ISSUER_AUTHENTICATION_DATA)?;
        if let Some(object) = issuer_data {
            self.data.set(object.tag, object.value);
            if self.aip()?.contains(Aip::ISSUER_AUTHENTICATION_SUPPORTED) {
                self.step("issuer authentication");
                let (_, status) = self.exchange.command(
                    Instruction::ExternalAuthenticate,
                    [0, 0],
                    object.value,
                )?;
                self.tsi |= Tsi::ISSUER_AUTHENTICATION_PERFORMED;
                if status != StatusWord::OK {
                    self.tvr |= Tvr::ISSUER_AUTHENTICATION_FAILED;
                }
            }
        }
        let before =
            online::run_scripts(chip_data, tag::ISSUER_SCRIPT_TEMPLATE_1, &mut self.exchange)?;
        self.note_scripts(&before, Tvr::SCRIPT_FAILED_BEFORE_FINAL_GENERATE_AC);

        self.step("completion");
        let request = if APPROVALS.contains(&answer.response_code.to_bytes()) {
            CryptogramType::Tc
        } else {
            CryptogramType::Aac
        };
        let outcome = self.second_generate_ac(
            answer.response_code,
            request,
            Outcome::ApprovedOnline,
            Outcome::DeclinedOnline,
        )?;

        let after =
            online::run_scripts(chip_data, tag::ISSUER_SCRIPT_TEMPLATE_2, &mut self.exchange)?;
        self.note_scripts(&after, Tvr::SCRIPT_FAILED_AFTER_FINAL_GENERATE_AC);
        Ok(outcome)
    }

    fn note_scripts(&mut self, results: &[[u8; 5]], failed: Tvr) {
        if !results.is_empty() {
            self.tsi |= Tsi::SCRIPT_PROCESSING_PERFORMED;
        }
        if !online::all_succeeded(results) {
            self.tvr |= failed;
        }
        self.script_results.extend_from_slice(results);
    }

    fn second_generate_ac(
        &mut self,
        code: Arc,
        request: CryptogramType,
        approved: Outcome,
        declined: Outcome,
    ) -> Result<Outcome, TerminalError> {
        self.data
            .set(tag::AUTHORISATION_RESPONSE_CODE, &code.to_bytes());
        Ok(match self.generate_ac(request, tag::CDOL2)? {
            CryptogramType::Tc => approved,
            _ => declined,
        })
    }

    fn generate_ac(
        &mut self,
        request: CryptogramType,
        list: chipcard::Tag,
    ) -> Result<CryptogramType, TerminalError> {
        self.data
            .set(tag::TERMINAL_VERIFICATION_RESULTS, &self.tvr.0);
        let values = self.data.fill(self.data.get(list))?;
        let parameters = [request.to_bits() << 6, 0x00];
        let response = self
            .exchange
            .require(Instruction::GenerateAc, parameters, &values)?;
        self.take_response(&response, |data, value| {
            let (cid, rest) = value.split_first_chunk::<1>()?;
            let (atc, rest) = rest.split_first_chunk::<2>()?;
            let (ac, iad) = rest.split_first_chunk::<8>()?;
            data.set(tag::CRYPTOGRAM_INFORMATION_DATA, cid);
            data.set(tag::APPLICATION_TRANSACTION_COUNTER, atc);
            data.set(tag::APPLICATION_CRYPTOGRAM, ac);
            data.set(tag::ISSUER_APPLICATION_DATA, iad);
            Some(())
        })?;
        let cid = tag::CRYPTOGRAM_INFORMATION_DATA;
        let kind = CryptogramInformationData::parse(self.data.require(cid)?)?.cryptogram_type();
        // A type better than the one asked for is no answer to it (Book 3 9.3).
        kind.filter(|kind| *kind <= request)
            .ok_or(TerminalError::Data(
                Error::new(ErrorKind::Value).in_tag(cid),
            ))
    }
}
