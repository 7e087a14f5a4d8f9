//! Whole operations out of key operations.

use crate::crypto::Message;
use crate::crypto::{Mode, Padding, constant_time_eq};
use crate::cryptogram::{
    ArpcKey, ArpcMethod, ChainBlock, ScriptMessage, ScriptStyle, method_1_block, method_2_message,
};
use crate::element::Pin;
use crate::error::{Error, ErrorKind};
use crate::issuer::{
    BatchOutcome, BatchRequest, CardKeys, CryptogramEngine, CryptogramRequest, EngineError,
    IssuerResponse, VerifiedArqc,
};
use crate::key::{Ac, SessionDerivation, Smc, Smi};

impl<K: CardKeys + ?Sized> CryptogramEngine for K {
    fn verify_cryptogram(&self, request: &CryptogramRequest<'_>) -> Result<bool, EngineError> {
        let whole = BatchRequest {
            cryptogram: *request,
            response: None,
        };
        match self.verify_one(&whole) {
            BatchOutcome::Pending => {}
            outcome => return Ok(outcome != BatchOutcome::Wrong),
        }
        let derivation = request
            .version
            .session_key
            .for_cryptogram(request.atc, request.un);
        let key = self.session_key::<Ac>(request.card, &derivation)?;
        let mac = self.mac(&key, request.version.padding, request.data)?;
        let [leftmost @ .., _, _, _, _, _, _, _, _] = &mac;
        Ok(constant_time_eq(leftmost, &request.claimed.0))
    }

    fn verify_many(&self, requests: &[BatchRequest<'_>], outcomes: &mut [BatchOutcome]) {
        CardKeys::verify_many(self, requests, outcomes);
    }

    fn response_cryptogram(
        &self,
        verified: &VerifiedArqc<'_>,
        response: &IssuerResponse<'_>,
    ) -> Result<[u8; 8], EngineError> {
        let version = verified.version();
        let method = version
            .arpc
            .ok_or(EngineError::Unsupported("a signed answer"))?;
        let derivation = match version.arpc_key {
            ArpcKey::CardKey => SessionDerivation::CardKey,
            ArpcKey::SessionKey => version
                .session_key
                .for_cryptogram(verified.atc(), verified.unpredictable_number()),
        };
        let key = self.session_key::<Ac>(verified.card(), &derivation)?;
        let algorithm = self.algorithm(&key);
        match method {
            ArpcMethod::Method1 => {
                let mut block = method_1_block(verified.arqc(), response.arc());
                let used = block
                    .get_mut(..algorithm.block_length())
                    .unwrap_or_default();
                self.encipher(&key, Mode::Ecb, used)?;
                let [a, b, c, d, e, f, g, h, ..] = block;
                Ok([a, b, c, d, e, f, g, h])
            }
            ArpcMethod::Method2 => {
                let message =
                    method_2_message(verified.arqc(), response.csu(), response.proprietary())?;
                let mac = self.mac(&key, Padding::of_mac(algorithm), message.as_bytes())?;
                let [a, b, c, d, ..] = mac;
                Ok([a, b, c, d, 0, 0, 0, 0])
            }
        }
    }

    fn script_mac(
        &self,
        verified: &VerifiedArqc<'_>,
        index: u64,
        header: [u8; 5],
        data: &[u8],
        chain: ChainBlock,
    ) -> Result<ChainBlock, EngineError> {
        let style = style(verified)?;
        let key = self.session_key::<Smi>(verified.card(), &derivation(verified, style, index))?;
        let message = ScriptMessage {
            header,
            data,
            atc: verified.atc(),
            ac: verified.arqc(),
            chain,
        };
        let (message, padding) = message.assemble(style.mac_input, self.algorithm(&key))?;
        Ok(ChainBlock(self.mac(&key, padding, message.as_bytes())?))
    }

    fn script_encipher(
        &self,
        verified: &VerifiedArqc<'_>,
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
        verified: &VerifiedArqc<'_>,
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

fn style<'v>(verified: &VerifiedArqc<'v>) -> Result<&'v ScriptStyle, EngineError> {
    let style = verified.version().script.as_ref();
    style.ok_or(EngineError::Unsupported(
        "script protection that is not established",
    ))
}

fn derivation(verified: &VerifiedArqc<'_>, style: &ScriptStyle, index: u64) -> SessionDerivation {
    let index = if style.key_per_command { index } else { 0 };
    style
        .session_key
        .for_script(verified.atc(), verified.arqc().0, index)
}
