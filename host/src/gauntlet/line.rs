//! A host at the other end of a line.

use std::fmt::Display;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chipcard::gauntlet::{Answer, HostFailure, HostUnderTest, Issued, KeyOffer, Message};

use super::patience::{PatientReader, PatientWriter};
use super::wire::{Reply, Request, WireCard, WireKeys, WireMessage};

/// How long a host may take to answer, or to read what it is asked.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longest line that is read, in bytes: an answer has a few hundred.
const LONGEST: u64 = 1 << 20;

/// A host that reads a request a line and writes a reply a line.
#[derive(Debug)]
pub struct LineHost<R, W> {
    reader: R,
    writer: W,
    child: Option<Child>,
    patience: Duration,
}

/// A host that is a command.
pub type CommandHost = LineHost<BufReader<PatientReader>, PatientWriter>;

/// A host that is a command: it reads from its standard input and writes to its standard output. One that gives no answer in 30 seconds
/// fails the request, and is ended when the host is dropped.
///
/// # Errors
/// When the command cannot be started.
pub fn command(line: &str) -> Result<CommandHost, HostFailure> {
    command_within(line, PATIENCE)
}

fn command_within(line: &str, patience: Duration) -> Result<CommandHost, HostFailure> {
    let (shell, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let failed = |error: std::io::Error| HostFailure::new(format!("{line}: {error}"));
    let mut child = Command::new(shell)
        .arg(flag)
        .arg(line)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    match (child.stdout.take(), child.stdin.take()) {
        (Some(reader), Some(writer)) => Ok(LineHost {
            reader: BufReader::new(PatientReader::new(reader, patience)),
            writer: PatientWriter::new(writer, patience),
            child: Some(child),
            patience,
        }),
        _ => Err(HostFailure::new(format!("{line}: no standard streams"))),
    }
}

/// A host that listens.
///
/// # Errors
/// When nobody does.
pub fn tcp(
    address: impl ToSocketAddrs + Display + Copy,
) -> Result<LineHost<BufReader<TcpStream>, TcpStream>, HostFailure> {
    let failed = |error: std::io::Error| HostFailure::new(format!("{address}: {error}"));
    let stream = TcpStream::connect(address).map_err(failed)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
    stream.set_write_timeout(Some(PATIENCE)).map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    let writer = stream.try_clone().map_err(failed)?;
    Ok(LineHost {
        reader: BufReader::new(stream),
        writer,
        child: None,
        patience: PATIENCE,
    })
}

/// What a fault of the line means.
fn lost(asked: &str, patience: Duration, error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => {
            format!("the host hung up at {asked:?}")
        }
        ErrorKind::WouldBlock | ErrorKind::TimedOut => format!(
            "the host gave no reply to {asked:?} within {} seconds",
            patience.as_secs()
        ),
        ErrorKind::InvalidData => {
            format!("the host's reply to {asked:?} is not understood: it is no UTF-8")
        }
        _ => format!("the host, at {asked:?}: {error}"),
    }
}

impl<R: BufRead, W: Write> LineHost<R, W> {
    fn ask(&mut self, request: &Request) -> Result<Reply, HostFailure> {
        let asked = request.name();
        let patience = self.patience;
        let failed = |error: std::io::Error| HostFailure::new(lost(asked, patience, &error));
        let mut line =
            serde_json::to_string(request).map_err(|error| HostFailure::new(error.to_string()))?;
        line.push('\n');
        self.writer.write_all(line.as_bytes()).map_err(failed)?;
        self.writer.flush().map_err(failed)?;
        let mut reply = String::new();
        let mut bounded = std::io::Read::take(&mut self.reader, LONGEST);
        let read = bounded.read_line(&mut reply).map_err(failed)?;
        if read == 0 {
            return Err(HostFailure::new(format!(
                "the host hung up and gave no reply to {asked:?}"
            )));
        }
        // The parser's own words are about our structures, and what came instead may hold a PAN.
        serde_json::from_str(&reply).map_err(|_| {
            HostFailure::new(format!(
                "the host's reply to {asked:?} is not understood: expected one line, {{\"ok\":…}} or {{\"answers\":[…]}}; got {} bytes",
                reply.trim_end().len()
            ))
        })
    }

    fn done(&mut self, request: &Request) -> Result<Result<(), String>, HostFailure> {
        match self.ask(request)? {
            Reply::Done { ok: true, .. } => Ok(Ok(())),
            Reply::Done { reason, .. } => Ok(Err(reason.unwrap_or_default())),
            Reply::Answers { .. } => Err(HostFailure::new("the host answers what nobody asked")),
        }
    }
}

impl<R: BufRead, W: Write> HostUnderTest for LineHost<R, W> {
    fn begin(&mut self, scenario: &str) -> Result<(), HostFailure> {
        let scenario = scenario.to_owned();
        self.done(&Request::Begin { scenario })?
            .map_err(HostFailure::new)
    }

    fn load_keys(&mut self, offer: &KeyOffer) -> Result<Result<(), String>, HostFailure> {
        self.done(&Request::Keys(WireKeys::from(offer)))
    }

    fn issue(&mut self, card: &Issued) -> Result<(), HostFailure> {
        let card = Box::new(WireCard::from(card));
        self.done(&Request::Issue { card })?
            .map_err(HostFailure::new)
    }

    fn submit(&mut self, message: &Message) -> Result<Answer, HostFailure> {
        let answers = self.submit_at_once(std::slice::from_ref(message))?;
        answers
            .into_iter()
            .next()
            .ok_or_else(|| HostFailure::new("the host gave no answer"))
    }

    fn submit_at_once(&mut self, messages: &[Message]) -> Result<Vec<Answer>, HostFailure> {
        let count = messages.len();
        let messages = messages.iter().map(WireMessage::from).collect();
        match self.ask(&Request::Submit { messages })? {
            Reply::Answers { answers } if answers.len() == count => answers
                .into_iter()
                .map(|answer| answer.read().map_err(HostFailure::new))
                .collect(),
            Reply::Answers { answers } => Err(HostFailure::new(format!(
                "the host gave {} answers to {count} messages",
                answers.len()
            ))),
            Reply::Done { reason, .. } => Err(HostFailure::new(reason.unwrap_or_else(|| {
                "the host's reply to \"submit\" has no \"answers\"".to_owned()
            }))),
        }
    }
}

impl<R, W> Drop for LineHost<R, W> {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It sees the end of its input as well; whoever does not end by himself is ended.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

    use std::io::{self, BufReader, Read, Write};
    use std::time::{Duration, Instant};

    use chipcard::gauntlet::{HostUnderTest, Message};

    use super::{LineHost, PatientWriter};

    /// A line that fails as it is told.
    struct Broken(io::ErrorKind);

    impl Read for Broken {
        fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
    }

    fn told(reader: impl Read) -> String {
        let mut host = LineHost {
            reader: BufReader::new(reader),
            writer: io::sink(),
            child: None,
            patience: super::PATIENCE,
        };
        host.begin("C01")
            .map_or_else(|failure| failure.to_string(), |()| String::new())
    }

    #[test]
    fn says_what_is_wrong_with_the_line_and_never_repeats_it() {
        let pan = "4761739001010010\n".as_bytes();
        for (text, part) in [
            (told(io::empty()), "hung up and gave no reply to \"begin\""),
            (told(pan), "reply to \"begin\" is not understood"),
            (told(&b"\xFF\xFE\n"[..]), "no UTF-8"),
            (
                told(Broken(io::ErrorKind::WouldBlock)),
                "no reply to \"begin\" within 30 seconds",
            ),
            (
                told(Broken(io::ErrorKind::ConnectionReset)),
                "hung up at \"begin\"",
            ),
            (
                told(&b"{\"answers\":[]}\n"[..]),
                "answers what nobody asked",
            ),
        ] {
            assert!(text.contains(part), "{text}");
            assert!(!text.contains("4761"), "{text}");
        }
        assert_eq!(told(&b"{\"ok\":true}\n"[..]), "");
    }

    /// Neither a command that never answers nor one that answers once and then sleeps keeps a run for ever.
    #[cfg(unix)]
    #[test]
    fn a_command_that_sleeps_is_not_waited_for() {
        let patience = Duration::from_secs(1);
        let began = Instant::now();
        let mut silent = super::command_within("exec sleep 600", patience).unwrap();
        let failure = silent.begin("C01").unwrap_err().to_string();
        let expected = "no reply to \"begin\" within 1 seconds";
        assert!(failure.contains(expected), "{failure}");
        drop(silent);
        let line = r#"read line; echo '{"ok":true}'; exec sleep 600"#;
        let mut once = super::command_within(line, patience).unwrap();
        once.begin("C01").unwrap();
        let asked = once.submit(&Message::new("4761739001010010".to_owned()));
        let failure = asked.unwrap_err().to_string();
        let expected = "no reply to \"submit\" within 1 seconds";
        assert!(failure.contains(expected), "{failure}");
        // Dropped, both are ended and waited for.
        drop(once);
        assert!(began.elapsed() < Duration::from_secs(120));
    }

    /// Whoever reads nothing is not waited for either.
    #[test]
    fn a_reader_that_sleeps_is_not_waited_for() {
        struct Sleeper;
        impl Write for Sleeper {
            fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
                std::thread::sleep(Duration::from_secs(600));
                Ok(0)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let patience = Duration::from_millis(50);
        let mut writer = PatientWriter::new(Sleeper, patience);
        writer.write_all(b"{}\n").unwrap();
        let error = writer.flush().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
