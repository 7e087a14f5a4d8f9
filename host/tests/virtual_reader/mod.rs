//! A virtual reader that listens as vpcd does, and the card that was started to connect to it.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "every test file uses another part"
)]

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use chipcard_host::terminal::CardReader;

pub struct VirtualReader {
    listener: TcpListener,
    card: Child,
}

impl VirtualReader {
    /// Starts `chipcard card serve` with these arguments.
    pub fn with_card(arguments: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        let card = Command::new(env!("CARGO_BIN_EXE_chipcard"))
            .args(["card", "serve", "--port", &port])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { listener, card }
    }

    /// Waits for the card.
    pub fn slot(&self) -> Slot {
        let (stream, _) = self.listener.accept().unwrap();
        let patience = Some(Duration::from_secs(60));
        stream.set_read_timeout(patience).unwrap();
        Slot { stream, t0: false }
    }

    /// Kills the card wherever it is, and gives what it printed.
    pub fn kill(mut self) -> String {
        self.card.kill().unwrap();
        let mut printed = String::new();
        let stdout = self.card.stdout.as_mut().unwrap();
        stdout.read_to_string(&mut printed).unwrap();
        printed
    }

    /// Waits until the card ends by itself.
    pub fn wait(mut self) -> ExitStatus {
        self.card.wait().unwrap()
    }
}

impl Drop for VirtualReader {
    fn drop(&mut self) {
        let _ = self.card.kill();
        let _ = self.card.wait();
    }
}

/// A card in the reader, over the protocol of vpcd.
pub struct Slot {
    pub stream: TcpStream,
    /// Whether the terminal speaks T=0.
    pub t0: bool,
}

impl Slot {
    fn send(&mut self, message: &[u8]) {
        let length = u16::try_from(message.len()).unwrap().to_be_bytes();
        let message = [&length[..], message].concat();
        self.stream.write_all(&message).unwrap();
    }

    fn receive(&mut self) -> io::Result<Vec<u8>> {
        let mut length = [0; 2];
        self.stream.read_exact(&mut length)?;
        let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
        self.stream.read_exact(&mut message)?;
        Ok(message)
    }

    /// Power on, then the answer to reset.
    pub fn atr(&mut self) -> String {
        self.send(&[1]);
        self.send(&[4]);
        hex::encode_upper(self.receive().unwrap())
    }

    /// A command as it is.
    pub fn exchange(&mut self, command: &[u8]) -> io::Result<Vec<u8>> {
        self.send(command);
        self.receive()
    }
}

impl CardReader for Slot {
    fn transmit(&mut self, command: &[u8]) -> io::Result<Vec<u8>> {
        let mut response = self.exchange(command)?;
        if self.t0 {
            if let [0x6C, length] = response[..] {
                let mut again = command.to_vec();
                again[4] = length;
                response = self.exchange(&again)?;
            }
            while let [0x61, length] = response[response.len() - 2..] {
                response = self.exchange(&[0x00, 0xC0, 0x00, 0x00, length])?;
            }
        }
        Ok(response)
    }
}
