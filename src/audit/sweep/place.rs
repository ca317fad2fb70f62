//! Where a value of a sweep belongs in the case.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::SweepError;
use super::grid::{is_number, kind};

/// Sets the value at a path of keys. In an array of tables a key belongs to all of them, and a number picks one. Tables
/// that are not there are made, with the place of the sweep's key; whether they may be there is for the reader of the
/// audit to say.
///
/// # Errors
/// If the path goes on below something that holds no keys.
pub(super) fn put<'text>(
    case: &mut DeTable<'text>,
    key: &Spanned<String>,
    value: &Spanned<DeValue<'text>>,
) -> Result<(), SweepError> {
    let segments: Vec<&str> = key.get_ref().split('.').collect();
    Placing { key, segments: &segments, value }.in_table(case, 0)
}

/// A value on its way along a path.
struct Placing<'a, 'text> {
    key: &'a Spanned<String>,
    segments: &'a [&'a str],
    value: &'a Spanned<DeValue<'text>>,
}

impl<'text> Placing<'_, 'text> {
    fn in_table(&self, table: &mut DeTable<'text>, depth: usize) -> Result<(), SweepError> {
        let segment = self.segments[depth];
        if depth + 1 == self.segments.len() {
            // The key comes from the sweep too: what is wrong with the pair is shown there, and nowhere else.
            table.remove(segment);
            table.insert(self.place(segment.to_owned().into()), self.value.clone());
            return Ok(());
        }
        if !table.contains_key(segment) {
            let made = self.place(DeValue::Table(DeTable::new()));
            table.insert(self.place(segment.to_owned().into()), made);
        }
        match table.get_mut(segment) {
            Some(inner) => self.in_value(inner, depth + 1),
            None => Ok(()),
        }
    }

    fn in_value(&self, value: &mut Spanned<DeValue<'text>>, depth: usize) -> Result<(), SweepError> {
        let segment = self.segments[depth];
        match value.get_mut() {
            DeValue::Table(table) if !is_number(segment) => self.in_table(table, depth),
            DeValue::Array(items) if is_number(segment) => {
                let count = items.len();
                let number: usize = segment.parse().unwrap_or(usize::MAX);
                match items.get_mut(number) {
                    Some(item) if depth + 1 == self.segments.len() => {
                        *item = self.value.clone();
                        Ok(())
                    }
                    Some(item) => self.in_value(item, depth + 1),
                    None => Err(self.no_place(depth, format!("an array of {count}, numbered from 0,"))),
                }
            }
            DeValue::Array(items) if items.iter().all(|item| item.get_ref().is_table()) => {
                items.iter_mut().try_for_each(|item| self.in_value(item, depth))
            }
            DeValue::Array(_) => Err(self.no_place(depth, "an array without keys".to_owned())),
            DeValue::Table(_) => Err(self.no_place(depth, "one table, no array of several,".to_owned())),
            other => {
                let found = kind(other).to_owned();
                Err(self.no_place(depth, found))
            }
        }
    }

    fn no_place(&self, depth: usize, found: String) -> SweepError {
        SweepError::NoPlace { key: self.key.get_ref().clone(), stop: self.segments[..depth].join("."), found }
    }

    fn place<T>(&self, what: T) -> Spanned<T> {
        Spanned::new(self.key.span(), what)
    }
}
