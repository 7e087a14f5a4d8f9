//! The library's own host at the other end of the line.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use chipcard::gauntlet::{AuthoriserHost, HostUnderTest};

use super::wire::{Reply, Request, WireAnswer};
use crate::cli::tell;
use crate::failure::Failure;

/// Answers a request a line until the line ends. A line that is not understood gets a reply that says so.
///
/// # Errors
/// When the line breaks.
pub fn serve(reader: impl BufRead, writer: &mut dyn Write) -> Result<(), Failure> {
    let mut host = AuthoriserHost::new();
    for line in reader.split(b'\n') {
        let reply = match serde_json::from_slice(&line?) {
            Ok(request) => handle(&mut host, request),
            Err(error) => Err(error.to_string()),
        };
        let reply = reply.unwrap_or_else(|reason| Reply::Done {
            ok: false,
            reason: Some(reason),
        });
        serde_json::to_writer(&mut *writer, &reply)?;
        writeln!(writer)?;
        writer.flush()?;
    }
    Ok(())
}

/// Listens, and serves one connection after the other.
///
/// # Errors
/// When the address is none, or taken.
pub fn serve_tcp(address: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("{address}: {error}"));
    let listener = TcpListener::bind(address).map_err(failed)?;
    tell(format_args!("listening on {}", listener.local_addr()?));
    for stream in listener.incoming() {
        let stream = stream?;
        let mut writer = stream.try_clone()?;
        // A client who goes away ends his own connection alone.
        let _ = serve(BufReader::new(stream), &mut writer);
    }
    Ok(())
}

fn handle(host: &mut AuthoriserHost, request: Request) -> Result<Reply, String> {
    let done = |ok: bool, reason: Option<String>| Ok(Reply::Done { ok, reason });
    match request {
        Request::Begin { scenario } => {
            host.begin(&scenario).map_err(|error| error.to_string())?;
            done(true, None)
        }
        Request::Keys(keys) => match host.load_keys(&keys.read()?) {
            Ok(Ok(())) => done(true, None),
            Ok(Err(reason)) => done(false, Some(reason)),
            Err(failure) => Err(failure.to_string()),
        },
        Request::Issue { card } => {
            host.issue(&card.read()?)
                .map_err(|error| error.to_string())?;
            done(true, None)
        }
        Request::Submit { messages } => {
            let messages = messages
                .iter()
                .map(super::WireMessage::read)
                .collect::<Result<Vec<_>, _>>()?;
            let answers = host
                .submit_at_once(&messages)
                .map_err(|error| error.to_string())?;
            Ok(Reply::Answers {
                answers: answers.iter().map(WireAnswer::from).collect(),
            })
        }
    }
}
