//! Rows out of JSON lines: an object of strings in each.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::batch::row::{Cell, Row};
use crate::batch::verdict::{Fault, FaultKind};
use crate::batch::{Columns, Field, Mapping};
use crate::failure::Failure;

/// Names that are remembered, so that a name costs a look-up once; a file with more of them is slower, not wrong.
const REMEMBERED: usize = 64;

/// What the members of the objects mean.
#[derive(Clone, Debug)]
pub(super) struct Members {
    mapping: Mapping,
    /// Whether the objects have `de55`, and their single elements are left alone.
    whole: bool,
    known: Vec<(String, Option<Field>)>,
    /// What the object that is being read has had.
    seen: Vec<Field>,
}

impl Members {
    /// What the members of objects like the first one mean.
    ///
    /// # Errors
    /// When no line of `text` is an object, or the first one does not have what is needed.
    pub(super) fn new(mapping: &Mapping, text: &[u8]) -> Result<(Self, Columns), Failure> {
        let mut lines = text.split(|byte| *byte == b'\n');
        let first = lines
            .find_map(|line| {
                serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(line).ok()
            })
            .ok_or_else(|| Failure::new("no line is a JSON object"))?;
        let names: Vec<_> = first.keys().collect();
        let columns = mapping.columns(&names)?;
        let members = Self {
            mapping: mapping.clone(),
            whole: columns.has(Field::De55),
            known: Vec::new(),
            seen: Vec::new(),
        };
        Ok((members, columns))
    }

    /// What a member means; `place` is where it is likely to be remembered.
    fn field_of(&mut self, name: &str, place: usize) -> Option<Field> {
        let likely = self.known.get(place).filter(|(known, _)| known == name);
        let known = likely.or_else(|| self.known.iter().find(|(known, _)| known == name));
        if let Some((_, field)) = known {
            return *field;
        }
        let whole = self.whole;
        let field = self.mapping.field_of(name).filter(|field| match field {
            Field::De55 => whole,
            Field::Element(_) => !whole,
            _ => true,
        });
        if self.known.len() < REMEMBERED {
            self.known.push((name.to_owned(), field));
        }
        field
    }

    /// Reads one line into a row that was begun.
    pub(super) fn read(&mut self, line: &[u8], row: &mut Row) {
        let mut json = serde_json::Deserializer::from_slice(line);
        self.seen.clear();
        let object = Object { members: self, row };
        let read = json.deserialize_map(object).and_then(|()| json.end());
        if let Err(error) = read {
            // The parser's own message may quote a value.
            let text = format!("not a JSON object of strings: column {}", error.column());
            row.wrong(Fault::new(FaultKind::Json(text.into())));
        }
    }
}

struct Object<'o> {
    members: &'o mut Members,
    row: &'o mut Row,
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut place = 0;
        while let Some(field) = map.next_key_seed(Name {
            members: self.members,
            place,
        })? {
            place += 1;
            let Some(field) = field else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if self.members.seen.contains(&field) {
                self.row.wrong(Fault::of(field, FaultKind::Twice));
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            self.members.seen.push(field);
            map.next_value_seed(Value {
                field,
                row: self.row,
            })?;
        }
        Ok(())
    }
}

struct Name<'o> {
    members: &'o mut Members,
    place: usize,
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<Field>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<Field>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.members.field_of(name, self.place))
    }
}

/// A value: a string, or `null` for none.
struct Value<'o> {
    field: Field,
    row: &'o mut Row,
}

impl Value<'_> {
    fn no_string(&mut self) {
        let fault = Fault::of(self.field, FaultKind::Expected("a string"));
        self.row.wrong(fault);
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.row.put(self.field, Cell::Text(text.as_bytes()));
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(mut self, _: bool) -> Result<(), E> {
        self.no_string();
        Ok(())
    }

    fn visit_u64<E: Error>(mut self, _: u64) -> Result<(), E> {
        self.no_string();
        Ok(())
    }

    fn visit_i64<E: Error>(mut self, _: i64) -> Result<(), E> {
        self.no_string();
        Ok(())
    }

    fn visit_f64<E: Error>(mut self, _: f64) -> Result<(), E> {
        self.no_string();
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        self.no_string();
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        self.no_string();
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}
