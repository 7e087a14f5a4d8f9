//! `chipcard gauntlet`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use chipcard::gauntlet::{
    self, AuthoriserHost, HostUnderTest, Observed, Options, Report, Variation,
};
use clap::Args;

use super::{Finding, test_card};
use crate::failure::Failure;
use crate::gauntlet::{self as line, Emitted};

/// Play every published attack, and honest traffic, against an authorisation host
///
/// Cards are simulated, terminals scripted, men sit in the middle; the host judges. Without more it is this library's own
/// host. Exit status 0 when every attack gets a verdict at least as strict as it should and no honest control one that is stricter,
/// 1 otherwise. The line protocol for other hosts is described in host/README.md.
#[derive(Debug, Args)]
pub(super) struct GauntletArgs {
    /// Play only these: a scenario's id, or a class's letter; may be given again
    #[arg(long, value_name = "ID|CLASS")]
    only: Vec<String>,
    /// Play with this test card alone; otherwise with each that a scenario can run with
    #[arg(long, value_name = "CARD")]
    profile: Option<String>,
    /// Do this to every message beside what the scenario says: reversed, rotated, stuffed, sparse
    #[arg(long, value_name = "NAME", default_value = "none", value_parser = variation)]
    variation: Variation,
    /// Tell of each scenario where it was published, what of it can be seen, and why
    #[arg(long)]
    explain: bool,
    /// Print one JSON object instead
    #[arg(long)]
    json: bool,
    /// Write every message, labelled, to this file as JSON lines
    #[arg(long, value_name = "FILE")]
    emit: Option<PathBuf>,
    /// Test the host that this command is: requests on its standard input, replies on its standard output
    #[arg(long, value_name = "COMMAND", group = "host")]
    host_command: Option<String>,
    /// Test the host that listens here
    #[arg(long, value_name = "ADDRESS:PORT", group = "host")]
    host_tcp: Option<String>,
    /// Be the host: read requests from standard input, write replies to standard output
    #[arg(long, group = "host")]
    serve_host: bool,
    /// Be the host: listen here
    #[arg(long, value_name = "ADDRESS:PORT", group = "host")]
    serve_host_tcp: Option<String>,
}

impl GauntletArgs {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Finding, Failure> {
        if self.serve_host {
            line::serve(io::stdin().lock(), out)?;
            return Ok(Finding::Good);
        }
        if let Some(address) = &self.serve_host_tcp {
            line::serve_tcp(address)?;
            return Ok(Finding::Good);
        }
        self.check()?;
        let report = match (&self.host_command, &self.host_tcp) {
            (Some(command), _) => self.play(&mut line::command(command)?)?,
            (_, Some(address)) => self.play(&mut line::tcp(address)?)?,
            _ => self.play(&mut AuthoriserHost::new())?,
        };
        if self.json {
            serde_json::to_writer_pretty(&mut *out, &line::json(&report))?;
            writeln!(out)?;
        } else {
            line::write_table(&report, self.explain, out)?;
        }
        Ok(if report.passed() {
            Finding::Good
        } else {
            Finding::Bad
        })
    }

    /// Before a host is asked or a file is written: whatever was asked for can be played.
    fn check(&self) -> Result<(), Failure> {
        if let Some(name) = &self.profile {
            test_card(name)?;
        }
        let all = gauntlet::scenarios();
        for name in &self.only {
            let options = Options {
                only: vec![name.clone()],
                profile: self.profile.clone(),
                ..Options::default()
            };
            if !all.iter().any(|scenario| options.include(scenario)) {
                let with = self.profile.as_ref();
                let with = with.map_or_else(String::new, |name| format!(" and runs with {name}"));
                return Err(Failure::new(format!(
                    "no scenario has the id or class {name:?}{with}"
                )));
            }
        }
        Ok(())
    }

    fn play(&self, host: &mut dyn HostUnderTest) -> Result<Report, Failure> {
        let options = Options {
            only: self.only.clone(),
            profile: self.profile.clone(),
            variation: self.variation,
        };
        let Some(path) = &self.emit else {
            return Ok(gauntlet::run(host, &options, &mut |_| {})?);
        };
        let name = path.display();
        let failed = |error: io::Error| Failure::new(format!("{name}: {error}"));
        let mut file = BufWriter::new(File::create(path).map_err(failed)?);
        let mut written = Ok(());
        let report = gauntlet::run(host, &options, &mut |observed: Observed<'_>| {
            if written.is_ok() {
                written = serde_json::to_writer(&mut file, &Emitted::from(observed))
                    .map_err(io::Error::from)
                    .and_then(|()| writeln!(file));
            }
        })?;
        written.and_then(|()| file.flush()).map_err(failed)?;
        Ok(report)
    }
}

fn variation(name: &str) -> Result<Variation, String> {
    let all = Variation::ALL;
    all.into_iter()
        .find(|variation| variation.name() == name)
        .ok_or_else(|| format!("expected one of {}", all.map(Variation::name).join(", ")))
}
