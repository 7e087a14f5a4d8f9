//! Issuer scripts that are not for this card now.

use std::format;
use std::vec::Vec;

use super::plastic::Made;
use super::scenario::ScriptAttack;
use super::terminal::{Astray, Device};
use crate::apdu::StatusWord;
use crate::card::test_cards::TestCard;
use crate::cryptogram::{CryptogramVersion, MacInput};
use crate::issuer::{CardRecord, ChipData, Issuer, ScriptPhase};
use crate::tag;
use crate::tlv;

/// How far the attack is.
pub(super) enum Progress {
    /// It is over: whether the card refused.
    Done(bool),
    /// The commands were carried out once; they go to the card again in its next transaction.
    NextTransaction(Vec<Vec<u8>>),
}

/// Lets the issuer write a script of two commands for the card's transaction, and does with it what the attacker does.
pub(super) fn play(
    attack: ScriptAttack,
    made: &Made,
    device: &mut Device<'_>,
    chip: &[u8],
) -> Result<Progress, Astray> {
    let mut commands = write(made, chip)?;
    Ok(match attack {
        ScriptAttack::Replayed => {
            for command in &commands {
                if device.script(command) != StatusWord::OK {
                    return Err(Astray("the card refuses an honest script".into()));
                }
            }
            Progress::NextTransaction(commands)
        }
        ScriptAttack::Truncated => {
            for command in &mut commands {
                // Four bytes of the MAC are cut, and Lc says so.
                command.truncate(command.len().saturating_sub(4));
                if let Some(length) = command.get_mut(4) {
                    *length -= 4;
                }
            }
            Progress::Done(deliver(device, &commands))
        }
        ScriptAttack::Reordered => {
            commands.reverse();
            let refused = commands
                .first()
                .is_some_and(|command| device.script(command) != StatusWord::OK);
            Progress::Done(refused || !binds_order(made.test.profile.version))
        }
    })
}

/// Whether the style binds commands to the place that they have in a script: by chaining their MACs, or by a key for each.
/// With the others each command stands for itself within its transaction.
fn binds_order(version: &CryptogramVersion) -> bool {
    version
        .script
        .is_some_and(|style| style.key_per_command || style.mac_input == MacInput::Format1)
}

/// Whether the card refuses them all.
pub(super) fn deliver(device: &mut Device<'_>, commands: &[Vec<u8>]) -> bool {
    commands
        .iter()
        .all(|command| device.script(command) != StatusWord::OK)
}

fn write(made: &Made, chip: &[u8]) -> Result<Vec<Vec<u8>>, Astray> {
    let issuer = Issuer::new(made.test.issuer_keys()?);
    let version = made.test.profile.version;
    let record = CardRecord::new(
        made.pan.clone(),
        made.sequence()?,
        version,
        TestCard::KEY_INDEX,
    );
    let chip = ChipData::parse(chip)?;
    let mut verified = issuer
        .verify_arqc(&record, &chip)
        .map_err(|refusal| Astray(format!("{refusal}")))?;
    let mut buffer = [0; 255];
    let phase = ScriptPhase::BeforeFinalGenerateAc;
    let script = issuer
        .script(&mut verified, phase, [0; 4], &mut buffer, |script| {
            script.pin_unblock()?;
            script.put_data(tag::LOWER_CONSECUTIVE_OFFLINE_LIMIT, &[2])
        })
        .map_err(|error| Astray(format!("{error}")))?;
    let template = tlv::require(script, phase.tag())?;
    let mut commands = Vec::new();
    for object in template.children() {
        let object = object?;
        if object.tag == tag::ISSUER_SCRIPT_COMMAND {
            commands.push(object.value.to_vec());
        }
    }
    Ok(commands)
}
