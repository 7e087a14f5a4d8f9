//! A profile as a file that explains itself.

use std::fmt::{Display, Write};

use chipcard::tag;
use chipcard::tlv::{self, Reader};
use zeroize::Zeroizing;

use super::model::Model;
use super::values::{COMMANDS, PARAMETERS, SECOND_XDA, name_of, number_of, value_of};
use crate::failure::Failure;

const HEAD: &str = "\
# A card of chipcard: what it is personalised with. Bytes are hexadecimal, amounts in minor units of the currency.
# `chipcard card profile --check FILE` looks for mistakes, `chipcard card serve --profile FILE` puts the card into a
# reader, `chipcard transact --profile FILE` runs a transaction with it. The file holds keys and a PIN: use test keys.
";

/// Keys stand in a column of this width.
const COLUMN: usize = 18;

#[derive(Default)]
struct Toml {
    text: Zeroizing<String>,
}

impl Toml {
    fn line(&mut self, key: &str, value: impl Display, remark: &str) {
        let separator = if remark.is_empty() { "" } else { "  # " };
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "{key:<COLUMN$} = {value}{separator}{remark}");
    }

    /// Text between quotation marks, which it may contain.
    fn put(&mut self, key: &str, value: impl Display, remark: &str) {
        let quoted = Zeroizing::new(toml::Value::String(value.to_string()).to_string());
        self.line(key, &*quoted, remark);
    }

    fn table(&mut self, header: &str, remark: &str) {
        let separator = if remark.is_empty() { "" } else { "  # " };
        let _ = writeln!(self.text, "\n{header}{separator}{remark}");
    }
}

/// The whole file.
///
/// # Errors
/// None in practice: every value has a form.
pub(super) fn toml(model: &Model) -> Result<Zeroizing<String>, Failure> {
    let mut file = Toml::default();
    file.text.push_str(HEAD);
    file.text.push('\n');
    who(&mut file, model);
    what(&mut file, model);
    secrets(&mut file, model);
    rules(&mut file, model);
    files(&mut file, model);
    private_keys(&mut file, model);
    authority(&mut file, model);
    if let Some(version) = &model.own_version {
        file.table(
            "[own-version]",
            "a cryptogram version of one's own, as in a key file",
        );
        file.text.push_str(&toml::to_string(version)?);
    }
    Ok(file.text)
}

fn who(file: &mut Toml, model: &Model) {
    file.put("name", &model.name, "");
    let digits = model.pan.digits().iter().map(|digit| digit.to_string());
    let pan = Zeroizing::new(digits.collect::<String>());
    file.put("pan", &*pan, "account number, tag 5A");
    file.put("sequence", model.sequence, "its sequence number, tag 5F34");
    file.put("aid", &model.aid, "application identifier, tags 4F and 84");
    file.put("label", &model.label, "application label, tag 50; or hex:");
    if let Some(priority) = model.priority {
        file.line("priority", priority, "tag 87");
    }
}

fn what(file: &mut Toml, model: &Model) {
    if let Some(version) = &model.version {
        let remark = "cryptogram version: family and its byte in the IAD";
        file.put("version", version, remark);
    }
    file.put(
        "iad",
        &model.iad,
        "issuer application data as personalised, tag 9F10",
    );
    file.put("aip", model.aip, "application interchange profile, tag 82");
    file.put("afl", &model.afl, "application file locator, tag 94");
    file.put("pdol", &model.pdol, "tag 9F38; empty: the card has none");
    file.put("cdol1", &model.cdol1, "as in the record, tag 8C");
    file.put("cdol2", &model.cdol2, "as in the record, tag 8D");
    file.put(
        "ddol",
        &model.ddol,
        "as in the record, tag 9F49; empty: the terminal's default",
    );
    file.line(
        "format",
        number_of(model.format),
        "of responses: 1 (template 80) or 2 (template 77)",
    );
    file.line("country", model.country.number(), "of the issuer, tag 5F28");
    file.line(
        "currency",
        model.currency.number(),
        "of the amount limits, tag 9F42",
    );
    file.line(
        "script-mac-length",
        model.script_mac_length,
        "bytes, 4 to 8",
    );
}

fn secrets(file: &mut Toml, model: &Model) {
    file.table(
        "[keys]",
        "issuer master keys; the card's are derived from them",
    );
    let keys = &model.keys;
    file.put(
        "index",
        format!("{:02X}", keys.index),
        "derivation key index",
    );
    file.put("ac", &*keys.ac.0, "application cryptograms");
    if let Some(key) = &keys.smi {
        file.put("smi", &*key.0, "script integrity");
    }
    if let Some(key) = &keys.smc {
        file.put("smc", &*key.0, "script confidentiality");
    }
    if let Some(pin) = &model.pin {
        file.table("[pin]", "left out: the card knows no PIN");
        file.put("digits", &*pin.digits.0, "");
        file.line("try-limit", pin.try_limit, "1 to 15");
    }
}

fn rules(file: &mut Toml, model: &Model) {
    file.table("[directories]", "");
    file.line("pse", model.directories.pse, "1PAY.SYS.DDF01");
    file.line("ppse", model.directories.ppse, "2PAY.SYS.DDF01");
    for object in &model.fci {
        file.table(
            "[[fci]]",
            "a data object of template A5 of the SELECT response",
        );
        file.put("tag", object.tag, "");
        file.put("value", &object.value, "");
    }

    file.table("[issuer-authentication]", "");
    let rules = &model.issuer_authentication;
    file.put(
        "command",
        name_of(&rules.command, COMMANDS),
        "external-authenticate or second-generate-ac",
    );
    file.line(
        "required",
        rules.required,
        "an online approval needs the issuer's answer",
    );
    file.line("must-pass", rules.must_pass, "and it must be right");
    file.line(
        "required-for-reset",
        rules.required_for_reset,
        "counters are reset after a right answer only",
    );
    let codes = rules
        .approval_codes
        .iter()
        .map(|code| toml::Value::String(code.to_string()));
    file.line(
        "approval-codes",
        toml::Value::Array(codes.collect()),
        "for answers of ARPC method 1",
    );

    file.table("[limits]", "of offline approvals");
    let limits = &model.limits;
    file.line(
        "lower-count",
        limits.lower_count,
        "in a row, then the card wants to go online",
    );
    file.line("upper-count", limits.upper_count, "in a row, then it must");
    file.line(
        "lower-amount",
        limits.lower_amount.minor_units(),
        "in sum, then it wants to",
    );
    file.line(
        "upper-amount",
        limits.upper_amount.minor_units(),
        "in sum, then it must",
    );

    file.table(
        "[actions]",
        "masks over the card verification results of the version's layout",
    );
    file.put("decline", &model.actions.decline, "any of these: AAC");
    file.put("online", &model.actions.online, "any of these: ARQC");
    file.put(
        "default",
        &model.actions.default,
        "any of these, and no issuer to ask: AAC",
    );
}

fn files(file: &mut Toml, model: &Model) {
    if let Some(log) = &model.log {
        file.table("[log]", "of approved transactions; left out: none");
        file.line("sfi", log.sfi, "11 to 30");
        file.line("capacity", log.capacity, "entries");
        file.put(
            "format",
            &log.format,
            "list of what an entry holds, tag 9F4F",
        );
    }
    for parameter in &model.parameter {
        file.table(
            "[[parameter]]",
            "what GET DATA reads and PUT DATA writes by this tag",
        );
        file.put("tag", parameter.tag, "");
        file.put("value", name_of(&parameter.value, PARAMETERS), "");
    }
    for record in &model.record {
        file.table("[[record]]", "");
        file.line("sfi", record.sfi, "");
        file.line("number", record.number, "");
        file.line("updatable", record.updatable, "by UPDATE RECORD");
        file.put("data", &record.data, &tags(&record.data.0));
    }
}

fn private_keys(file: &mut Toml, model: &Model) {
    let rsa_keys = [
        (
            "[rsa-key]",
            "the card's, certified by tag 9F46: DDA, CDA, and PINs unless they have a key of their own",
            &model.rsa_key,
        ),
        (
            "[rsa-pin-key]",
            "the card's for PINs, certified by tag 9F2D",
            &model.rsa_pin_key,
        ),
    ];
    for (header, remark, key) in rsa_keys {
        if let Some(key) = key {
            file.table(header, remark);
            file.put("p", &*key.p.0, "");
            file.put("q", &*key.q.0, "");
            file.line("exponent", value_of(key.exponent), "3 or 65537");
        }
    }
    if let Some(key) = &model.ec_key {
        file.table("[ec-key]", "the card's, certified by tag 9F46: XDA");
        let suite = format!("{:02X}", key.suite.indicator());
        file.put(
            "suite",
            suite,
            "10: P-256 and SHA-256; 11: P-521 and SHA-512",
        );
        file.put("number", &*key.number.0, "");
        file.put(
            "second",
            name_of(&key.second, SECOND_XDA),
            "what the second GENERATE AC signs: cdol2-alone (EMV 4.4) or all-data",
        );
    }
}

/// Not on the card: a terminal verifies the card's certificates with them.
fn authority(file: &mut Toml, model: &Model) {
    for key in &model.ca_key {
        file.table(
            "[[ca-key]]",
            "for terminals: the certification authority's public key",
        );
        file.put("rid", hex::encode_upper(key.rid), "");
        file.put("index", format!("{:02X}", key.index), "tag 8F");
        file.put("modulus", &key.modulus, "");
        file.line("exponent", value_of(key.exponent), "");
    }
    for key in &model.ec_ca_key {
        file.table(
            "[[ec-ca-key]]",
            "for terminals: the certification authority's public key",
        );
        file.put("rid", hex::encode_upper(key.rid), "");
        file.put("index", format!("{:02X}", key.index), "tag 8F");
        file.put("suite", format!("{:02X}", key.suite.indicator()), "");
        file.put("x", &key.x, "x-coordinate");
    }
}

/// Which data objects a record holds.
fn tags(record: &[u8]) -> String {
    let template = tlv::find(record, tag::READ_RECORD_RESPONSE_TEMPLATE);
    let inside = template.ok().flatten().map(|template| template.value);
    let objects = Reader::new(inside.unwrap_or_default()).map_while(Result::ok);
    let tags: Vec<_> = objects.map(|object| object.tag.to_string()).collect();
    tags.join(" ")
}
