//! Whole operations out of key operations.

use crate::crypto::Message;
use crate::crypto::{Mode, Padding};
use crate::cryptogram::{
    ArpcKey, ArpcMethod, ChainBlock, CryptogramVersion, ScriptMessage, ScriptStyle, method_1_block,
    method_2_message,
};
use crate::element::{ApplicationTransactionCounter, Pin, UnpredictableNumber};
use crate::error::{Error, ErrorKind};
use crate::issuer::{
    BatchMemory, BatchOutcome, BatchRequest, CardKeys, CryptogramEngine, CryptogramRequest,
    EngineError, IssuerResponse, VerifiedArqc,
};
use crate::key::{Ac, SessionDerivation, Smc, Smi};

impl<K: CardKeys + ?Sized> CryptogramEngine for K {
    /// None where the key that signs the answer is not the one that signed the cryptogram.
    type AnswerKey = Option<K::Handle<Ac>>;

    fn verify_cryptogram(
        &self,
        request: &CryptogramRequest<'_>,
    ) -> Result<Option<Self::AnswerKey>, EngineError> {
        let version = request.version;
        let derivation = version.session_key.for_cryptogram(request.atc, request.un);
        let key = self.session_key::<Ac>(request.card, &derivation)?;
        let right = self.verify_mac(&key, version.padding, request.data, &request.claimed.0)?;
        let answers = derivation == answer_derivation(version, request.atc, request.un);
        Ok(right.then(|| Some(key).filter(|_| answers)))
    }

    fn verify_many(
        &self,
        requests: &[BatchRequest<'_>],
        outcomes: &mut [BatchOutcome],
        memory: &mut BatchMemory,
    ) {
        CardKeys::verify_many(self, requests, outcomes, memory);
    }

    fn response_cryptogram(
        &self,
        verified: &VerifiedArqc<'_, Self::AnswerKey>,
        response: &IssuerResponse<'_>,
    ) -> Result<[u8; 8], EngineError> {
        let version = verified.version();
        let method = version
            .arpc
            .ok_or(EngineError::Unsupported("a signed answer"))?;
        let derived;
        let key = match verified.answer_key() {
            Some(key) => key,
            None => {
                let (atc, un) = (verified.atc(), verified.unpredictable_number());
                let derivation = answer_derivation(version, atc, un);
                derived = self.session_key::<Ac>(verified.card(), &derivation)?;
                &derived
            }
        };
        let algorithm = self.algorithm(key);
        match method {
            ArpcMethod::Method1 => {
                let mut block = method_1_block(verified.arqc(), response.arc());
                let used = block
                    .get_mut(..algorithm.block_length())
                    .unwrap_or_default();
                self.encipher(key, Mode::Ecb, used)?;
                let [a, b, c, d, e, f, g, h, ..] = block;
                Ok([a, b, c, d, e, f, g, h])
            }
            ArpcMethod::Method2 => {
                let message =
                    method_2_message(verified.arqc(), response.csu(), response.proprietary())?;
                let mac = self.mac(key, Padding::of_mac(algorithm), message.as_bytes())?;
                let [a, b, c, d, ..] = mac;
                Ok([a, b, c, d, 0, 0, 0, 0])
            }
        }
    }

    fn script_mac(
        &self,
        verified: &VerifiedArqc<'_, Self::AnswerKey>,
        index: u64,
        header: [u8; 5],
        data: &[u8],
        chain: ChainBlock,
    ) -> Result<ChainBlock, EngineError> {
        let style = style(verified)?;
        let key = self.session_key::<Smi>(verified.card(), &derivation(verified, style, index))?;
        let parts = ScriptMessage {
            header,
            data,
            atc: verified.atc(),
            ac: verified.arqc(),
            chain,
        };
        let mut message = Message::new();
        let padding = parts.assemble(style.mac_input, self.algorithm(&key), &mut message)?;
        Ok(ChainBlock(self.mac(&key, padding, message.as_bytes())?))
    }

    fn script_encipher(
        &self,
        verified: &VerifiedArqc<'_, Self::AnswerKey>,
        index: u64,
        data: &[u8],
        output: &mut [u8],
    ) -> Result<usize, EngineError> {
        let style = style(verified)?;
        let key = self.session_key::<Smc>(verified.card(), &derivation(verified, style, index))?;
        let mut message = Message::of(&[data])?;
        style
            .padding
            .apply(&mut message, self.algorithm(&key).block_length())?;
        self.encipher(&key, style.mode, message.as_mut())?;
        let length = message.as_bytes().len();
        let room = output
            .get_mut(..length)
            .ok_or(Error::new(ErrorKind::BufferTooSmall))?;
        room.copy_from_slice(message.as_bytes());
        Ok(length)
    }

    fn script_pin(
        &self,
        verified: &VerifiedArqc<'_, Self::AnswerKey>,
        index: u64,
        new: &Pin,
        current: Option<&Pin>,
        output: &mut [u8],
    ) -> Result<usize, EngineError> {
        let style = style(verified)?;
        let format = match current {
            None => style.pin_block,
            Some(_) => style
                .pin_block_with_current
                .ok_or(EngineError::Unsupported(
                    "a PIN change with the current PIN",
                ))?,
        };
        let block = self.pin_block(verified.card(), style.pin_mask, format, new, current)?;
        self.script_encipher(verified, index, &*block, output)
    }
}

/// How the key comes about that signs the answer.
fn answer_derivation(
    version: &CryptogramVersion,
    atc: ApplicationTransactionCounter,
    un: UnpredictableNumber,
) -> SessionDerivation {
    match version.arpc_key {
        ArpcKey::CardKey => SessionDerivation::CardKey,
        ArpcKey::SessionKey => version.session_key.for_cryptogram(atc, un),
    }
}

fn style<'v, K>(verified: &VerifiedArqc<'v, K>) -> Result<&'v ScriptStyle, EngineError> {
    let style = verified.version().script.as_ref();
    style.ok_or(EngineError::Unsupported(
        "script protection that is not established",
    ))
}

fn derivation<K>(
    verified: &VerifiedArqc<'_, K>,
    style: &ScriptStyle,
    index: u64,
) -> SessionDerivation {
    let index = if style.key_per_command { index } else { 0 };
    style
        .session_key
        .for_script(verified.atc(), verified.arqc().0, index)
}
