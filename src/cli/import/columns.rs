//! Which of our columns stands where in the file.

use csv::StringRecord;

use super::options::{Options, Pair};
use crate::cli::CliError;

/// The columns that an import knows.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// All of them.
    pub(super) names: &'static [&'static str],
    /// Those that the file, or a default, has to give.
    pub(super) required: Vec<&'static str>,
}

/// Where each known column stands.
#[derive(Debug)]
pub(super) struct Layout {
    places: Vec<Place>,
}

#[derive(Debug)]
struct Place {
    name: &'static str,
    index: Option<usize>,
    default: String,
}

/// A record of the file, by the names of our columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    layout: &'a Layout,
    record: &'a StringRecord,
}

impl Layout {
    /// Finds the columns in a header line.
    ///
    /// # Errors
    /// Names that are not known, columns that the file lacks or has twice.
    pub(super) fn find(
        known: &Known,
        options: &Options,
        headers: &StringRecord,
    ) -> Result<Self, CliError> {
        let Options { columns, defaults, .. } = options;
        for (flag, pairs) in [("--columns", columns), ("--default", defaults)] {
            for (ours, _) in pairs {
                if !known.names.contains(&ours.as_str()) {
                    let names = known.names.join(", ");
                    let text = format!("{flag} names no column of ours: {ours}; ours are {names}");
                    return Err(CliError::Refused(text));
                }
            }
        }
        let mut places = Vec::new();
        let mut lacking = Vec::new();
        for name in known.names {
            let theirs = told(columns, name);
            let wanted = theirs.unwrap_or(name);
            let index = position(headers, wanted)?;
            let default = told(defaults, name);
            let needed = theirs.is_some() || (known.required.contains(name) && default.is_none());
            if index.is_none() && needed {
                lacking.push(wanted.to_owned());
            }
            let default = default.unwrap_or_default().to_owned();
            places.push(Place { name, index, default });
        }
        if !lacking.is_empty() {
            let has: Vec<&str> = headers.iter().collect();
            return Err(CliError::Refused(format!(
                "the file has no column {}; it has {}. Name columns with --columns OURS=THEIRS, or \
                 give them a value with --default OURS=VALUE",
                lacking.join(", "),
                has.join(", ")
            )));
        }
        let layout = Self { places };
        layout.tell_ignored(headers);
        Ok(layout)
    }

    fn tell_ignored(&self, headers: &StringRecord) {
        let used = |index| self.places.iter().any(|place| place.index == Some(index));
        let ignored: Vec<&str> =
            (0..).zip(headers).filter(|(index, _)| !used(*index)).map(|(_, name)| name).collect();
        if !ignored.is_empty() {
            tracing::info!(columns = ignored.join(", "), "columns of the file that are not read");
        }
    }

    /// A record by names.
    pub(super) fn row<'a>(&'a self, record: &'a StringRecord) -> Row<'a> {
        Row { layout: self, record }
    }
}

fn told<'p>(pairs: &'p [Pair], name: &str) -> Option<&'p str> {
    pairs.iter().find(|(ours, _)| ours == name).map(|(_, other)| other.as_str())
}

fn position(headers: &StringRecord, name: &str) -> Result<Option<usize>, CliError> {
    let mut found = (0..).zip(headers).filter(|(_, header)| *header == name);
    let first = found.next().map(|(index, _)| index);
    match found.next() {
        Some(_) => Err(CliError::Refused(format!("the file has two columns {name}"))),
        None => Ok(first),
    }
}

impl<'a> Row<'a> {
    /// A column's text; its default where the file has none.
    pub(super) fn text(&self, name: &str) -> &'a str {
        let Some(place) = self.layout.places.iter().find(|place| place.name == name) else {
            return "";
        };
        match place.index.and_then(|index| self.record.get(index)) {
            Some(text) if !text.is_empty() => text,
            Some(_) | None => &place.default,
        }
    }

    /// Whether the file itself has a text there.
    pub(super) fn says(&self, name: &str) -> bool {
        let place = self.layout.places.iter().find(|place| place.name == name);
        let index = place.and_then(|place| place.index);
        index.and_then(|index| self.record.get(index)).is_some_and(|text| !text.is_empty())
    }
}
