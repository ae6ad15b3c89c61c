//! Known sinkholes: `data/sinkholes.tsv`.

use std::net::IpAddr;
use std::sync::LazyLock;

const TABLE: &str = include_str!("../../../data/sinkholes.tsv");

/// How sure it is that an answer is a sinkhole's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certain {
    /// The vendor says so, or several sources that do not depend on each other.
    Certain,
    /// Seen by one source.
    Likely,
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sinkhole {
    answer: Answer,
    /// The product.
    pub(crate) product: &'static str,
    /// How sure the mark is.
    pub(crate) certain: Certain,
    /// Where it is said.
    pub(crate) source: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    Addresses(IpAddr, IpAddr),
    Alias(&'static str),
}

static SINKHOLES: LazyLock<Vec<Sinkhole>> =
    LazyLock::new(|| rows().filter_map(|row| parsed(row).ok()).collect());

fn rows() -> impl Iterator<Item = &'static str> {
    let rows = TABLE.lines();
    rows.filter(|row| !row.starts_with('#') && !row.is_empty())
}

fn parsed(row: &'static str) -> Result<Sinkhole, String> {
    let fields: Vec<&'static str> = row.split('\t').collect();
    let [answer, product, certain, source] = fields[..] else {
        return Err(format!("four columns expected: {row}"));
    };
    if product.is_empty() || source.is_empty() {
        return Err(format!("a product and a source expected: {row}"));
    }
    let (first, last) = answer.split_once('-').unwrap_or((answer, answer));
    let answer = match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) => Answer::Addresses(first, last),
        _ if answer.contains(|c: char| c.is_ascii_alphabetic()) => Answer::Alias(answer),
        _ => return Err(format!("an address, a range or an alias expected: {row}")),
    };
    let certain = match certain {
        "certain" => Certain::Certain,
        "likely" => Certain::Likely,
        _ => return Err(format!("certain or likely expected: {row}")),
    };
    Ok(Sinkhole {
        answer,
        product,
        certain,
        source,
    })
}

/// The sinkhole that has an address.
pub(super) fn of_address(address: IpAddr) -> Option<&'static Sinkhole> {
    SINKHOLES.iter().find(|sinkhole| match sinkhole.answer {
        Answer::Addresses(first, last) => (first..=last).contains(&address),
        Answer::Alias(_) => false,
    })
}

/// The sinkhole to which an alias leads, compared by whole labels.
pub(super) fn of_alias(alias: &str) -> Option<&'static Sinkhole> {
    let alias = alias.trim_end_matches('.').to_ascii_lowercase();
    SINKHOLES.iter().find(|sinkhole| match sinkhole.answer {
        Answer::Addresses(..) => false,
        Answer::Alias(end) => {
            let before = alias.strip_suffix(end);
            before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read() {
        let problems: Vec<String> = rows().filter_map(|row| parsed(row).err()).collect();
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(SINKHOLES.len(), rows().count());
    }

    #[test]
    fn every_source_says_how_it_is_known() {
        for sinkhole in SINKHOLES.iter() {
            let mark = sinkhole.source.split(':').next();
            assert!(
                matches!(mark, Some("documented" | "observed")),
                "{sinkhole:?}"
            );
        }
    }

    #[test]
    fn addresses_are_found_in_their_range_only() {
        let product = |text: &str| {
            of_address(text.parse().expect("an address")).map(|sinkhole| sinkhole.product)
        };
        assert_eq!(product("146.112.61.106"), Some("Cisco Umbrella"));
        assert_eq!(product("146.112.61.111"), None);
        assert_eq!(product("192.0.2.1"), None);
    }

    #[test]
    fn aliases_are_compared_by_whole_labels() {
        assert!(of_alias("Sinkhole.PaloAltoNetworks.com.").is_some());
        assert!(of_alias("eu.sinkhole.paloaltonetworks.com").is_some());
        assert!(of_alias("notsinkhole.paloaltonetworks.com").is_none());
    }
}
