//! Listings: pages followed by their numbers, with bounds.

use std::collections::BTreeSet;

use hybridcheck_core::facts::{ApiFact, ApiOutcome, ClientRef, Gap};
use hybridcheck_core::secret::Secret;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::mapped;
use crate::probes::api::Api;
use crate::probes::json::{self, Odd};

/// Listings longer than this many pages are cut off and say so.
const PAGE_LIMIT: u64 = 20;
const PAGE_SIZE: u32 = 100;
/// The bodies of a listing's pages are read up to this many bytes together.
const LISTING_CAP: usize = 16 * 1024 * 1024;

/// A fact that the pages of a listing make.
pub(super) trait Listing: Sized + Serialize {
    /// An entity as the API sends it.
    type Entity: DeserializeOwned + Listed;

    /// The fact.
    fn of(entities: Vec<Self::Entity>, incomplete: bool) -> Self;
}

/// An entity of a listing.
pub(super) trait Listed {
    /// What tells it from the others of the listing.
    fn id(&self) -> Option<&str>;
}

/// How the pages of a listing are asked for.
pub(super) struct Pages<'a> {
    path: &'a str,
    /// The API's definition has the parameters `pageSize` and `pageNumber` for it.
    is_numbered: bool,
}

impl<'a> Pages<'a> {
    /// A listing that takes the size and the number of a page.
    pub(super) fn numbered(path: &'a str) -> Self {
        Self {
            path,
            is_numbered: true,
        }
    }

    /// A listing whose definition has no parameters, although its answer has the members of a page: a page's number is sent
    /// only when the answer promised another page.
    pub(super) fn unnumbered(path: &'a str) -> Self {
        Self {
            path,
            is_numbered: false,
        }
    }

    fn path(&self, number: u64) -> String {
        let path = self.path;
        let mark = if path.contains('?') { '&' } else { '?' };
        match (self.is_numbered, number) {
            (true, _) => format!("{path}{mark}pageSize={PAGE_SIZE}&pageNumber={number}"),
            (false, 1) => path.to_owned(),
            (false, _) => format!("{path}{mark}pageNumber={number}"),
        }
    }
}

/// One page of a listing.
#[derive(Deserialize)]
struct Page<T> {
    entities: Option<Vec<T>>,
    #[serde(rename = "pageCount")]
    count: Option<u64>,
    #[serde(rename = "nextUri")]
    next: Option<String>,
    total: Option<u64>,
}

/// What of a listing has been read.
struct Progress<T> {
    entities: Vec<T>,
    known: BTreeSet<String>,
    received: u64,
    bytes: usize,
    /// The page that was read last, from 1.
    number: u64,
}

/// What follows a page.
enum Next {
    Page,
    End { incomplete: bool },
}

impl<T: Listed> Progress<T> {
    fn new() -> Self {
        Self {
            entities: Vec::new(),
            known: BTreeSet::new(),
            received: 0,
            bytes: 0,
            number: 0,
        }
    }

    /// Takes a page in; a page that repeats what is known, or is promised and cannot come, ends the listing as incomplete.
    fn take(&mut self, page: Page<T>, length: usize) -> Result<Next, Odd> {
        let entities = page.entities.ok_or_else(|| json::missing("entities"))?;
        self.number += 1;
        self.bytes += length;
        self.received += entities.len() as u64;
        let before = self.entities.len();
        let known = &mut self.known;
        let is_new = |entity: &T| entity.id().is_none_or(|id| known.insert(id.to_owned()));
        self.entities.extend(entities.into_iter().filter(is_new));
        let more = page.next.is_some() || page.count.is_some_and(|count| self.number < count);
        let is_stuck = more && self.entities.len() == before;
        let is_cut = more && (self.number >= PAGE_LIMIT || self.bytes > LISTING_CAP);
        let is_short = !more && page.total.is_some_and(|total| total > self.received);
        Ok(if more && !is_stuck && !is_cut {
            Next::Page
        } else {
            let incomplete = is_stuck || is_cut || is_short;
            Next::End { incomplete }
        })
    }
}

/// Follows the pages; a later page that fails leaves the listing incomplete.
pub(super) async fn read<T: Listing>(
    api: &Api,
    pages: Pages<'_>,
    reader: &ClientRef,
    token: &Secret,
) -> Result<ApiFact<T>, Gap> {
    let mut progress = Progress::new();
    loop {
        let path = pages.path(progress.number + 1);
        let asked = api.read_sized::<Page<T::Entity>>(&path, reader, token);
        let (fact, length) = asked.await?;
        let is_first = progress.number == 0;
        let mut fact = mapped(fact, |page| progress.take(page, length));
        let incomplete = match &fact.outcome {
            ApiOutcome::Found(Next::Page) => continue,
            ApiOutcome::Found(Next::End { incomplete }) => *incomplete,
            _ if is_first => true,
            _ => {
                fact.outcome = ApiOutcome::Found(Next::End { incomplete: true });
                true
            }
        };
        return Ok(mapped(fact, |_| Ok(T::of(progress.entities, incomplete))));
    }
}

/// The fact that a listing's first page makes by itself.
pub(super) fn first<T: Listing>(body: &[u8]) -> Result<T, Odd> {
    let mut progress = Progress::new();
    let next = progress.take(json::read(body)?, body.len())?;
    let incomplete = !matches!(next, Next::End { incomplete: false });
    Ok(T::of(progress.entities, incomplete))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_defined_is_asked_for_at_first() {
        let numbered = Pages::numbered("/roles?userCount=true");
        assert_eq!(
            numbered.path(1),
            "/roles?userCount=true&pageSize=100&pageNumber=1"
        );
        let unnumbered = Pages::unnumbered("/identityproviders");
        assert_eq!(unnumbered.path(1), "/identityproviders");
        assert_eq!(unnumbered.path(2), "/identityproviders?pageNumber=2");
    }
}
