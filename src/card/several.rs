//! A card with several applications (EMV Book 1 12).

use crate::apdu::{Command, Instruction, StatusWord, respond};
use crate::card::select::{PSE_SFI, Wanted, directory_record, ppse, pse};
use crate::card::{Answer, Applet, CardMemory, Coprocessor, NoCoprocessor, Profile};
use crate::tlv::Writer;

/// Where SELECT has led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Nowhere, or to the contactless directory, which has no file.
    Outside,
    /// To the directory `1PAY.SYS.DDF01`.
    Directory,
    /// To the application at this place.
    Application(usize),
}

/// A card with several applications: applets of one kind, each with profile, keys and memory of its own.
///
/// SELECT with the beginning of a name gives the first application that has it, in the order in which they stand here, and with P2 =
/// `02` the next one. The directories list those whose profile wants it, each in a record of its own. All other commands
/// go to the application that is selected; while there is none they are answered as an [`Applet`] does that is not. Once one
/// application has blocked the card, none can be selected.
///
/// ```
/// use chipcard::apdu::MAX_RESPONSE_LENGTH;
/// use chipcard::card::{Applet, Card, VolatileMemory, test_cards};
///
/// let new = |test: &'static test_cards::TestCard| {
///     Applet::new(&test.profile, test.card_keys().unwrap(), VolatileMemory::new()).unwrap()
/// };
/// let mut card = Card::new([new(&test_cards::VISA_18_LIKE), new(&test_cards::M_CHIP_14_LIKE)]);
/// let mut response = [0; MAX_RESPONSE_LENGTH];
/// let select = hex::decode("00A4040007A000000004101000").unwrap();
/// let length = card.process(&select, &mut response);
/// assert_eq!(response[4..11], test_cards::M_CHIP_14_LIKE.profile.aid[..]);
/// assert_eq!(response[length - 2..length], [0x90, 0x00]);
/// ```
#[derive(Debug)]
pub struct Card<'p, M, const N: usize, C = NoCoprocessor> {
    applets: [Applet<'p, M, C>; N],
    place: Place,
}

impl<'p, M: CardMemory, C: Coprocessor, const N: usize> Card<'p, M, N, C> {
    /// With these applications.
    pub const fn new(applets: [Applet<'p, M, C>; N]) -> Self {
        Self {
            applets,
            place: Place::Outside,
        }
    }

    /// The applications.
    pub const fn applets(&self) -> &[Applet<'p, M, C>; N] {
        &self.applets
    }

    /// Takes the applications out of the card.
    pub fn into_applets(self) -> [Applet<'p, M, C>; N] {
        self.applets
    }

    /// Power off and on.
    pub fn reset(&mut self) {
        self.applets.iter_mut().for_each(Applet::reset);
        self.place = Place::Outside;
    }

    /// As [`Applet::process`].
    pub fn process(&mut self, command: &[u8], response: &mut [u8]) -> usize {
        let parsed = Command::parse(command).ok();
        let instruction = parsed.as_ref().and_then(Instruction::of);
        match (parsed, instruction, self.place) {
            (Some(parsed), Some(Instruction::Select), _) => {
                respond(response, |reply| self.select(&parsed, reply))
            }
            (Some(parsed), Some(Instruction::ReadRecord), Place::Directory) => {
                respond(response, |reply| self.directory(&parsed, reply))
            }
            (_, _, place) => {
                let selected = match place {
                    Place::Application(place) => place,
                    // None is selected, and the first one knows what to say then.
                    Place::Outside | Place::Directory => 0,
                };
                match self.applets.get_mut(selected) {
                    Some(applet) => applet.process(command, response),
                    None => respond(response, |_| Err(StatusWord::CONDITIONS_NOT_SATISFIED)),
                }
            }
        }
    }

    fn select(&mut self, command: &Command<'_>, reply: &mut Writer<'_>) -> Answer {
        let wanted = Wanted::parse(command)?;
        let blocked = |applet: &Applet<'_, M, C>| applet.state().flags.card_blocked;
        if self.applets.iter().any(blocked) {
            return Err(StatusWord::FUNCTION_NOT_SUPPORTED);
        }
        match wanted {
            Wanted::Pse
                if self
                    .listed(|profile| profile.directories.pse)
                    .next()
                    .is_some() =>
            {
                self.reset();
                self.place = Place::Directory;
                pse(reply)?;
                Ok(StatusWord::OK)
            }
            Wanted::Ppse
                if self
                    .listed(|profile| profile.directories.ppse)
                    .next()
                    .is_some() =>
            {
                self.reset();
                ppse(self.listed(|profile| profile.directories.ppse), reply)?;
                Ok(StatusWord::OK)
            }
            Wanted::Application { name, next } => {
                let first = match (next, self.place) {
                    (true, Place::Application(place)) => place + 1,
                    _ => 0,
                };
                let mut behind = self.applets.iter().enumerate().skip(first);
                let found = behind.find(|(_, applet)| applet.profile().aid.starts_with(name));
                let (place, _) = found.ok_or(StatusWord::FILE_NOT_FOUND)?;
                self.reset();
                self.place = Place::Application(place);
                let applet = self.applets.get_mut(place);
                applet.ok_or(StatusWord::FILE_NOT_FOUND)?.enter(reply)
            }
            Wanted::Pse | Wanted::Ppse => Err(StatusWord::FILE_NOT_FOUND),
        }
    }

    /// The profiles that a directory lists.
    fn listed(&self, in_it: fn(&Profile<'_>) -> bool) -> impl Iterator<Item = &'p Profile<'p>> {
        let profiles = self.applets.iter().map(Applet::profile);
        profiles.filter(move |profile| in_it(profile))
    }

    /// READ RECORD of the directory: an application a record.
    fn directory(&self, command: &Command<'_>, reply: &mut Writer<'_>) -> Answer {
        let (number, sfi) = (command.p1, command.p2 >> 3);
        if number == 0 || command.p2 & 0x07 != 0x04 || !(1..=30).contains(&sfi) {
            return Err(StatusWord::INCORRECT_P1_P2);
        }
        if sfi != PSE_SFI {
            return Err(StatusWord::FILE_NOT_FOUND);
        }
        let mut listed = self.listed(|profile| profile.directories.pse);
        let profile = listed.nth(usize::from(number) - 1);
        directory_record(profile.ok_or(StatusWord::RECORD_NOT_FOUND)?, reply)?;
        Ok(StatusWord::OK)
    }
}
