//! What a decoder found, as a tree, and its rendering for people.

use std::io::{self, Write};

use chipcard::Tag;
use serde::{Serialize, Serializer};

/// Columns of the text rendering.
const WIDTH: usize = 100;
/// Between a heading and what belongs to it.
const INDENT: &str = "   ";

/// A decoded thing and what it consists of.
///
/// Its JSON form has the fields of this type under their names, absent ones left out; they are documented in
/// [the module](super).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Node {
    /// Tag, for a data object.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "tag")]
    pub tag: Option<Tag>,
    /// What it is called: the name of a data element, the place of a bit, the name of a field.
    pub label: String,
    /// Length in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<usize>,
    /// Where a data element comes from: card, terminal or issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The value, mostly in hexadecimal, masked where it is cardholder data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What the value means, in a few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
    /// Remarks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Why the decoder could not go on here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The parts, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Node>,
}

fn tag<S: Serializer>(tag: &Option<Tag>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&tag.map(|tag| tag.to_string()).unwrap_or_default())
}

impl Node {
    /// With a label only.
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            ..Self::default()
        }
    }

    /// A row of a table: label, value, meaning.
    pub fn row(
        label: impl Into<String>,
        value: impl Into<String>,
        meaning: impl Into<String>,
    ) -> Self {
        Self::new(label).with_value(value).with_meaning(meaning)
    }

    /// Sets the length in bytes.
    #[must_use]
    pub fn with_length(mut self, length: usize) -> Self {
        self.length = Some(length);
        self
    }

    /// Sets the value.
    #[must_use]
    pub fn with_value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Sets the meaning; an empty one is none.
    #[must_use]
    pub fn with_meaning(mut self, meaning: impl Into<String>) -> Self {
        self.meaning = Some(meaning.into()).filter(|meaning| !meaning.is_empty());
        self
    }

    /// Adds a remark.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says why the decoder could not go on.
    #[must_use]
    pub fn with_error(mut self, error: impl ToString) -> Self {
        self.error = Some(error.to_string());
        self
    }

    /// Adds a part.
    #[must_use]
    pub fn with_child(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// Adds parts.
    #[must_use]
    pub fn with_children(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    /// All errors of the tree, in its order.
    pub fn errors(&self) -> Vec<&str> {
        let own = self.error.as_deref();
        let inner = self.children.iter().flat_map(Self::errors);
        inner.chain(own).collect()
    }

    /// Whether it is a line of a table: nothing beneath it.
    fn is_row(&self) -> bool {
        self.tag.is_none()
            && self.length.is_none()
            && self.error.is_none()
            && self.notes.is_empty()
            && self.children.is_empty()
    }

    fn heading(&self) -> String {
        let tag = self.tag.map(|tag| format!("{tag} ")).unwrap_or_default();
        let facts: Vec<String> = self
            .length
            .map(bytes)
            .into_iter()
            .chain(self.source.clone())
            .collect();
        match facts.as_slice() {
            [] => format!("{tag}{}", self.label),
            facts => format!("{tag}{} [{}]", self.label, facts.join(", ")),
        }
    }
}

/// A count of bytes, in words.
pub(super) fn bytes(count: usize) -> String {
    format!("{count} byte{}", if count == 1 { "" } else { "s" })
}

/// Writes the tree as text of at most 100 columns, as far as its words allow.
///
/// # Errors
/// Those of the output.
pub fn render_text(node: &Node, out: &mut dyn Write) -> io::Result<()> {
    write_node(node, "", "", out)
}

/// `first` stands before the heading, `rest` before every line below it.
fn write_node(node: &Node, first: &str, rest: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut last_branch = None;
    for (place, child) in node.children.iter().enumerate() {
        if !child.is_row() {
            last_branch = Some(place);
        }
    }
    // Lines between a heading and its last branch carry the bar that leads down to it.
    let bar = |open: bool| match (last_branch, open) {
        (None, _) => format!("{rest}{INDENT}"),
        (Some(_), true) => format!("{rest}│  {INDENT}"),
        (Some(_), false) => format!("{rest}   {INDENT}"),
    };
    let body = bar(true);

    let heading = node.heading();
    let said = match (&node.value, &node.meaning) {
        (Some(value), Some(meaning)) => format!("{value} = {meaning}"),
        (Some(said), None) | (None, Some(said)) => said.clone(),
        (None, None) => String::new(),
    };
    let whole = format!("{heading}: {said}");
    if said.is_empty() {
        wrap(&heading, first, &body, out)?;
    } else if columns(first) + columns(&whole) <= WIDTH {
        wrap(&whole, first, &body, out)?;
    } else {
        wrap(&format!("{heading}:"), first, &body, out)?;
        wrap(&said, &body, &body, out)?;
    }
    for note in &node.notes {
        wrap(note, &body, &body, out)?;
    }

    let mut place = 0;
    while let Some(child) = node.children.get(place) {
        if child.is_row() {
            let rows = node.children.iter().skip(place);
            let rows: Vec<&Node> = rows.take_while(|child| child.is_row()).collect();
            let open = last_branch.is_some_and(|last| last > place);
            write_rows(&rows, &bar(open), out)?;
            place += rows.len();
        } else {
            let last = last_branch == Some(place) && node.error.is_none();
            let (branch, below) = match last {
                true => ("└─ ", "   "),
                false => ("├─ ", "│  "),
            };
            let (first, rest) = (format!("{rest}{branch}"), format!("{rest}{below}"));
            write_node(child, &first, &rest, out)?;
            place += 1;
        }
    }
    let Some(error) = &node.error else {
        return Ok(());
    };
    // Where there are branches, the error ends them: what should have followed is missing.
    let (first, below) = match last_branch {
        Some(_) => (format!("{rest}└─ ! "), format!("{rest}     ")),
        None => (format!("{body}! "), format!("{body}  ")),
    };
    wrap(error, &first, &below, out)
}

/// Neighbouring rows, their values and meanings in columns.
fn write_rows(rows: &[&Node], prefix: &str, out: &mut dyn Write) -> io::Result<()> {
    let widest = |text: fn(&Node) -> &str| rows.iter().map(|row| columns(text(row))).max();
    let value = |row: &Node| row.value.clone().unwrap_or_default();
    let labels = widest(|row| &row.label).unwrap_or(0);
    let values = widest(|row| row.value.as_deref().unwrap_or_default()).unwrap_or(0);
    // One long value must not push every meaning out to the right.
    let values = values.min(24);
    for row in rows {
        let mut head = format!("{prefix}{:labels$}", row.label);
        if values > 0 {
            head = format!("{head}  {:values$}", value(row));
        }
        let meaning = row.meaning.as_deref().unwrap_or_default();
        let hanging = format!("{prefix}{:indent$}", "", indent = labels + 2);
        if meaning.is_empty() {
            let start = format!("{prefix}{:labels$}  ", row.label);
            match value(row).as_str() {
                "" => writeln!(out, "{}", head.trim_end())?,
                value => wrap(value, &start, &hanging, out)?,
            }
        } else {
            wrap(meaning, &format!("{head}  "), &hanging, out)?;
        }
    }
    Ok(())
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

/// Writes words in lines; a word that is longer than a line, such as a long hexadecimal value, is cut.
fn wrap(text: &str, first: &str, rest: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        let mut word: Vec<char> = word.chars().collect();
        if !empty && columns(&line) + 1 + word.len() > WIDTH {
            writeln!(out, "{}", line.trim_end())?;
            rest.clone_into(&mut line);
            empty = true;
        }
        // An even number of digits a line.
        let room = (WIDTH.saturating_sub(columns(rest)) & !1).max(16);
        while empty && columns(&line) + word.len() > WIDTH && word.len() > room {
            if columns(&line) > columns(rest) {
                writeln!(out, "{}", line.trim_end())?;
                rest.clone_into(&mut line);
            }
            let tail = word.split_off(room);
            writeln!(out, "{line}{}", String::from_iter(&word))?;
            rest.clone_into(&mut line);
            word = tail;
        }
        if !empty {
            line.push(' ');
        }
        line.extend(&word);
        empty = false;
    }
    writeln!(out, "{}", line.trim_end())
}
