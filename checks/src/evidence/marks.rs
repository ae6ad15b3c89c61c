//! Marks by which products on the way are recognised: block pages in HTTP answers, and issuers of re-signed certificates.
//!
//! Both tables are data with source and certainty; the raw evidence is always shown beside what a mark says.

use std::sync::LazyLock;

use hybridcheck_core::cause::Certainty;
use hybridcheck_core::facts::{HttpAnswer, ServedCertificate};

/// A product that was recognised, by what, and how sure that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recognised {
    /// The product.
    pub(crate) product: &'static str,
    /// Where the mark was found and what it is.
    pub(crate) mark: String,
    /// How sure the mark is.
    pub(crate) certainty: Certainty,
}

/// A line of the table of block pages.
struct PageMark {
    product: &'static str,
    place: Place,
    pattern: Pattern,
    certainty: Certainty,
}

/// Where a mark of a block page is looked for.
#[derive(Clone, Copy)]
enum Place {
    Body,
    Header(&'static str),
    Reason,
    Redirect,
    Title,
}

/// Text that occurs somewhere, or with which something begins; compared without regard to case.
struct Pattern {
    text: String,
    at_start: bool,
}

/// A line of the table of issuers.
struct IssuerMark {
    product: &'static str,
    pattern: Pattern,
    certainty: Certainty,
}

static PAGES: LazyLock<Vec<PageMark>> = LazyLock::new(|| {
    lines(include_str!("../../data/block_pages.tsv"))
        .filter_map(page_mark)
        .collect()
});

static ISSUERS: LazyLock<Vec<IssuerMark>> = LazyLock::new(|| {
    lines(include_str!("../../data/inspection_issuers.tsv"))
        .filter_map(issuer_mark)
        .collect()
});

/// The product whose page an answer is: the surest mark decides, headers and redirects before texts.
pub(crate) fn page(answer: &HttpAnswer) -> Option<Recognised> {
    let found = PAGES.iter().filter(|mark| {
        let text = mark.place.text(answer);
        text.is_some_and(|text| mark.pattern.is_in(text))
    });
    let best = found.min_by_key(|mark| (mark.certainty, mark.place.rank()))?;
    Some(Recognised {
        product: best.product,
        mark: format!("{} with `{}`", best.place.label(), best.pattern.text),
        certainty: best.certainty,
    })
}

/// The product that signed a chain, by any name in it.
pub(crate) fn issuer(chain: &[ServedCertificate]) -> Option<Recognised> {
    let names = || {
        chain
            .iter()
            .flat_map(|served| [served.issuer.raw(), served.subject.raw()])
    };
    let found = ISSUERS
        .iter()
        .filter(|mark| names().any(|name| mark.pattern.is_in(name)));
    let best = found.min_by_key(|mark| mark.certainty)?;
    Some(Recognised {
        product: best.product,
        mark: format!("a name of the chain with `{}`", best.pattern.text),
        certainty: best.certainty,
    })
}

/// The title of an HTML page, as far as it lies within the excerpt.
pub(crate) fn title(excerpt: &str) -> Option<&str> {
    // ASCII only is folded, so that the places in the copy are those in the original.
    let folded = excerpt.to_ascii_lowercase();
    let open = folded.find("<title")?;
    let start = open + folded.get(open..)?.find('>')? + 1;
    let length = folded.get(start..)?.find("</title");
    let rest = excerpt.get(start..)?;
    Some(rest.get(..length.unwrap_or(rest.len()))?.trim())
}

impl Place {
    fn of(text: &'static str) -> Option<Self> {
        match text {
            "body" => Some(Self::Body),
            "reason" => Some(Self::Reason),
            "redirect" => Some(Self::Redirect),
            "title" => Some(Self::Title),
            _ => text.strip_prefix("header:").map(Self::Header),
        }
    }

    fn text<'a>(&self, answer: &'a HttpAnswer) -> Option<&'a str> {
        match self {
            Self::Body => Some(answer.excerpt.raw()),
            Self::Header(name) => Some(answer.header(name)?.raw()),
            Self::Reason => Some(answer.reason.as_ref()?.raw()),
            Self::Redirect => Some(answer.header("location")?.raw()),
            Self::Title => title(answer.excerpt.raw()),
        }
    }

    /// What a customer restyles last comes first.
    fn rank(&self) -> u8 {
        match self {
            Self::Header(_) | Self::Reason | Self::Redirect => 0,
            Self::Title => 1,
            Self::Body => 2,
        }
    }

    fn label(&self) -> String {
        match self {
            Self::Body => "a body".into(),
            Self::Header(name) => format!("a header {name}"),
            Self::Reason => "a reason phrase".into(),
            Self::Redirect => "a redirect".into(),
            Self::Title => "a title".into(),
        }
    }
}

impl Pattern {
    fn of(text: &str) -> Self {
        let at_start = text.starts_with('^');
        Self {
            text: text.trim_start_matches('^').to_owned(),
            at_start,
        }
    }

    fn is_in(&self, text: &str) -> bool {
        let (text, wanted) = (text.to_ascii_lowercase(), self.text.to_ascii_lowercase());
        if self.at_start {
            text.trim_start().starts_with(&wanted)
        } else {
            text.contains(&wanted)
        }
    }
}

fn lines(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split('\t').collect())
}

fn page_mark(fields: Vec<&'static str>) -> Option<PageMark> {
    let [product, place, pattern, certainty, _source] = fields.try_into().ok()?;
    Some(PageMark {
        product,
        place: Place::of(place)?,
        pattern: Pattern::of(pattern),
        certainty: grade(certainty)?,
    })
}

fn issuer_mark(fields: Vec<&'static str>) -> Option<IssuerMark> {
    let [product, pattern, certainty, _source] = fields.try_into().ok()?;
    Some(IssuerMark {
        product,
        pattern: Pattern::of(pattern),
        certainty: grade(certainty)?,
    })
}

fn grade(letter: &str) -> Option<Certainty> {
    match letter {
        "A" => Some(Certainty::Certain),
        "B" => Some(Certainty::Likely),
        "C" => Some(Certainty::Possible),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hybridcheck_core::endpoint::Host;
    use hybridcheck_core::facts::{ChainFault, Trust};
    use hybridcheck_testkit::facts::{http, tls};

    fn answer(status: u16, excerpt: &str, headers: &[(&str, &str)]) -> HttpAnswer {
        let fact = http("GET …", status, "text/html", excerpt, false);
        let mut answer = fact.outcome.answer().expect("an answer").clone();
        for (name, value) in headers {
            answer.headers.push(((*name).to_owned(), (*value).into()));
        }
        answer
    }

    fn product(status: u16, excerpt: &str, headers: &[(&str, &str)]) -> Option<&'static str> {
        page(&answer(status, excerpt, headers)).map(|found| found.product)
    }

    #[test]
    fn every_line_of_the_tables_is_understood() {
        let pages = lines(include_str!("../../data/block_pages.tsv")).count();
        assert_eq!(PAGES.len(), pages);
        let issuers = lines(include_str!("../../data/inspection_issuers.tsv")).count();
        assert_eq!(ISSUERS.len(), issuers);
        for fields in lines(include_str!("../../data/block_pages.tsv"))
            .chain(lines(include_str!("../../data/inspection_issuers.tsv")))
        {
            assert!(fields.iter().all(|field| !field.is_empty()), "{fields:?}");
        }
    }

    #[test]
    fn every_mark_recognises_a_page_that_bears_it() {
        for mark in PAGES.iter() {
            let text = mark.pattern.text.as_str();
            let page = match mark.place {
                Place::Body => answer(403, &format!("<html><body>{text}</body></html>"), &[]),
                Place::Title => answer(403, &format!("<html><TITLE>{text}</TITLE></html>"), &[]),
                Place::Header(name) => answer(403, "", &[(name, text)]),
                Place::Redirect => answer(302, "", &[("location", text)]),
                Place::Reason => {
                    let mut page = answer(403, "", &[]);
                    page.reason = Some(text.into());
                    page
                }
            };
            let found = super::page(&page).map(|found| found.product);
            assert_eq!(found, Some(mark.product), "{text}");
        }
    }

    #[test]
    fn pages_as_they_are_seen_in_the_field_are_recognised() {
        let squid = "<title>ERROR: The requested URL could not be retrieved</title>";
        for (wanted, status, excerpt, headers) in [
            ("Zscaler", 403, "", &[("server", "Zscaler/6.2")][..]),
            ("Squid", 403, squid, &[("via", "1.1 gw (squid/6.6)")]),
            (
                "Palo Alto",
                302,
                "",
                &[(
                    "location",
                    "https://10.1.1.1:6081/php/urlblock.php?args=AAAA",
                )],
            ),
            (
                "Cisco Umbrella",
                303,
                "",
                &[("location", "https://block.opendns.com/main?url=x")],
            ),
            (
                "FortiGate",
                403,
                "<html><head><title>Web Filter Violation</title></head>",
                &[],
            ),
            (
                "Cisco Secure Web Appliance",
                403,
                "",
                &[("via", "1.1 wsa1.acme.example:80 (Cisco-WSA/14.5)")],
            ),
        ] {
            assert_eq!(product(status, excerpt, headers), Some(wanted));
        }
    }

    #[test]
    fn what_proves_nothing_is_no_mark() {
        for (status, excerpt, headers) in [
            (403, "Application Blocked", &[][..]),
            (403, "see fortinet.net", &[]),
            (
                403,
                "Please contact your system administrator if you think this is wrong",
                &[],
            ),
            (403, "This site is locked", &[]),
            (302, "", &[("location", "http://gw/access?dpid=1")]),
            (403, "Kaspersky Anti-Virus", &[]),
            (503, "<title>Please Wait... | Cloudflare</title>", &[]),
            (
                403,
                "Sucuri WebSite Firewall - Access Denied",
                &[("server", "Sucuri/Cloudproxy")],
            ),
            (
                403,
                "<TITLE>ERROR: The request could not be satisfied</TITLE>",
                &[("server", "CloudFront")],
            ),
        ] {
            assert_eq!(product(status, excerpt, headers), None, "{excerpt}");
        }
    }

    #[test]
    fn inspecting_products_are_known_by_any_name_of_the_chain() {
        let host = Host::of("login.mypurecloud.de");
        let mut fact = tls(&host, Trust::Nowhere, vec![ChainFault::UnknownIssuer]);
        assert_eq!(issuer(&fact.chain), None, "a customer's own authority");
        for mark in ISSUERS.iter() {
            fact.chain[0].issuer = format!("C=US, {}", mark.pattern.text).into();
            let found = issuer(&fact.chain).map(|found| found.product);
            assert_eq!(found, Some(mark.product));
        }
        fact.chain[0].issuer = "CN=ca.acme.goskope.com, O=Acme".into();
        assert_eq!(
            issuer(&fact.chain).map(|found| found.product),
            Some("Netskope")
        );
    }
}
