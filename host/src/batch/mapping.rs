//! Which column means what.

use chipcard::Tag;

use crate::batch::Field;
use crate::failure::Failure;

/// What was said of the columns on the command line: `field=column`.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    chosen: Vec<(Field, String)>,
    /// Whether a card file, not the row, says what the card is.
    records_elsewhere: bool,
}

impl Mapping {
    /// From arguments `field=column`.
    ///
    /// # Errors
    /// For an argument of another form, a field that does not exist, or one that is mapped twice.
    pub fn new<S: AsRef<str>>(arguments: &[S], records_elsewhere: bool) -> Result<Self, Failure> {
        let mut chosen: Vec<(Field, String)> = Vec::new();
        for argument in arguments {
            let argument = argument.as_ref();
            let (field, column) = argument
                .split_once('=')
                .ok_or_else(|| Failure::new(format!("--map {argument}: expected field=column")))?;
            let field = Field::named(field)
                .map_err(|failure| Failure::new(format!("--map {argument}: {failure}")))?;
            if chosen.iter().any(|(known, _)| *known == field) {
                return Err(Failure::new(format!(
                    "--map {argument}: {field} is mapped twice"
                )));
            }
            if records_elsewhere && field.is_of_record() {
                return Err(Failure::new(format!(
                    "--map {argument}: the card file says this, a row cannot"
                )));
            }
            chosen.push((field, column.to_owned()));
        }
        let whole = chosen.iter().any(|(field, _)| *field == Field::De55);
        let single = chosen
            .iter()
            .any(|(field, _)| matches!(field, Field::Element(_)));
        if whole && single {
            return Err(Failure::new("--map: either de55 or single data elements"));
        }
        Ok(Self {
            chosen,
            records_elsewhere,
        })
    }

    /// What the column with this name means by itself or because it was said; `None` for one that is not used.
    pub(super) fn field_of(&self, column: &str) -> Option<Field> {
        let chosen = self.chosen.iter().find(|(_, name)| name == column);
        if let Some((field, _)) = chosen {
            return Some(*field);
        }
        Field::from_name(column)
            .filter(|field| !self.chosen.iter().any(|(known, _)| known == field))
            .filter(|field| !(self.records_elsewhere && field.is_of_record()))
    }

    /// The meaning of each column of a header.
    ///
    /// Where there is a whole `de55`, columns that are named by a tag are left alone, unless one was mapped.
    ///
    /// # Errors
    /// When a mapped column is not there, two columns mean the same, or there are no chip data.
    pub fn columns<S: AsRef<str>>(&self, header: &[S]) -> Result<Columns, Failure> {
        for (field, column) in &self.chosen {
            if !header.iter().any(|name| name.as_ref() == column) {
                return Err(Failure::new(format!(
                    "there is no column {column} for {field}; there are: {}",
                    list(header)
                )));
            }
        }
        let mut columns = self.all_columns(header);
        let elements_chosen = self
            .chosen
            .iter()
            .any(|(field, _)| matches!(field, Field::Element(_)));
        if elements_chosen {
            columns.forget(|field| field == Field::De55);
        } else if columns.has(Field::De55) {
            columns.forget(|field| matches!(field, Field::Element(_)));
        }
        columns.check_unique()?;
        columns.check_chip_data()?;
        Ok(columns)
    }

    /// The meaning of each column of the header of a card file, which has no chip data.
    ///
    /// # Errors
    /// When two columns mean the same.
    pub(super) fn record_columns<S: AsRef<str>>(header: &[S]) -> Result<Columns, Failure> {
        let mut columns = Self::default().all_columns(header);
        columns.forget(|field| matches!(field, Field::De55 | Field::Element(_)));
        columns.check_unique()?;
        Ok(columns)
    }

    fn all_columns<S: AsRef<str>>(&self, header: &[S]) -> Columns {
        let names = header.iter().map(AsRef::as_ref);
        Columns {
            fields: names.clone().map(|name| self.field_of(name)).collect(),
            names: names.map(str::to_owned).collect(),
        }
    }
}

/// What the columns of a file mean.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    fields: Vec<Option<Field>>,
    names: Vec<String>,
}

impl Columns {
    /// The meaning of each column in order; `None` for one that is not used.
    pub fn fields(&self) -> &[Option<Field>] {
        &self.fields
    }

    /// Whether a column has this meaning.
    pub fn has(&self, field: Field) -> bool {
        self.fields.contains(&Some(field))
    }

    /// What the file itself calls the column of a field.
    pub(super) fn name(&self, field: Field) -> Option<&str> {
        let place = self.fields.iter().position(|known| *known == Some(field))?;
        self.names.get(place).map(String::as_str)
    }

    fn forget(&mut self, which: impl Fn(Field) -> bool) {
        for field in &mut self.fields {
            *field = field.filter(|field| !which(*field));
        }
    }

    fn check_unique(&self) -> Result<(), Failure> {
        for (place, field) in self.fields.iter().enumerate() {
            let Some(field) = field else { continue };
            if self
                .fields
                .iter()
                .take(place)
                .any(|other| *other == Some(*field))
            {
                return Err(Failure::new(format!("two columns are {field}")));
            }
        }
        Ok(())
    }

    fn check_chip_data(&self) -> Result<(), Failure> {
        let arqc = Field::Element(Tag::new(0x9F26));
        if self.has(Field::De55) || self.has(arqc) {
            Ok(())
        } else {
            Err(Failure::new(format!(
                "no column has chip data (de55, or 9F26 and others); there are: {}; say which with --map",
                list(&self.names)
            )))
        }
    }
}

/// The names of a header. Where that is missing, they are the first row's values, so account numbers are left out.
fn list<S: AsRef<str>>(header: &[S]) -> String {
    let shown = header.iter().map(|name| {
        let digits = name.as_ref().bytes().filter(u8::is_ascii_digit).count();
        if digits < 8 {
            name.as_ref()
        } else {
            "(digits)"
        }
    });
    shown.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARQC: Field = Field::Element(Tag::new(0x9F26));

    #[test]
    fn columns_by_name_and_by_choice() {
        let mapping = Mapping::new(&["pan=Card Number"], false).unwrap();
        let columns = mapping
            .columns(&["id", "Card Number", "pan", "CVN", "de55", "9F26"])
            .unwrap();
        assert_eq!(
            columns.fields(),
            [
                None,
                Some(Field::Pan),
                None,
                Some(Field::Cvn),
                Some(Field::De55),
                None
            ]
        );
        assert_eq!(columns.name(Field::Pan), Some("Card Number"));
    }

    #[test]
    fn chosen_elements_win_over_a_whole() {
        let mapping = Mapping::new(&["9F26=arqc"], false).unwrap();
        let columns = mapping.columns(&["de55", "arqc", "9F36"]).unwrap();
        let atc = Field::Element(Tag::new(0x9F36));
        assert_eq!(columns.fields(), [None, Some(ARQC), Some(atc)]);
    }

    #[test]
    fn a_card_file_has_the_say() {
        let mapping = Mapping::new::<&str>(&[], true).unwrap();
        let columns = mapping.columns(&["family", "pan", "de55"]).unwrap();
        assert_eq!(
            columns.fields(),
            [None, Some(Field::Pan), Some(Field::De55)]
        );
        assert!(Mapping::new(&["cvn=x"], true).is_err());
    }

    #[test]
    fn what_cannot_be_is_said() {
        let says = |arguments: &[&str], header: &[&str], text: &str| {
            let failure = Mapping::new(arguments, false)
                .and_then(|mapping| mapping.columns(header))
                .unwrap_err()
                .to_string();
            assert!(failure.contains(text), "{failure}");
        };
        says(&["pan"], &[], "expected field=column");
        says(&["card=x"], &[], "card is no tag");
        says(&["pan=a", "pan=b"], &[], "mapped twice");
        says(&["de55=a", "9F26=b"], &[], "either de55");
        says(
            &["pan=a"],
            &["b", "de55"],
            "no column a for pan; there are: b, de55",
        );
        says(&[], &["pan", "PAN", "de55"], "two columns are pan");
        says(&[], &["pan", "82"], "no column has chip data");
        says(
            &[],
            &["4761739001010010", "visa"],
            "there are: (digits), visa;",
        );
    }
}
