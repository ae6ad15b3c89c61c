//! Faults of HTTP: who answers in place of Genesys Cloud, and how.

use super::network::SHORT;
use super::{Fault, fine, one};
use crate::gateway::Answers;
use crate::pages::Page;
use crate::setup::OTHER_REGION;
use crate::tls::Offer;

pub(super) const FAULTS: &[Fault] = &[
    one(
        "http",
        "block-page",
        &["block-page"],
        "A web filter answers for the API host with its block page.",
        |s| {
            s.api.answers = Answers::Page(Page::Squid);
        },
    ),
    one(
        "http",
        "captive-portal",
        &["captive-portal"],
        "A captive portal redirects every request to its login page.",
        |s| {
            s.login.answers = Answers::Page(Page::Portal);
            s.api.answers = Answers::Page(Page::Portal);
        },
    ),
    one(
        "http",
        "other-region-answers",
        &["region-mismatch"],
        "The auth host of Frankfurt is answered by Dublin.",
        |s| {
            s.login.region = OTHER_REGION;
        },
    ),
    one(
        "http",
        "http-stall",
        &["answer-never-completes"],
        "The API host takes requests and never answers them.",
        |s| {
            s.api.answers = Answers::Stall;
            s.arguments.extend(SHORT);
        },
    ),
    one(
        "http",
        "server-error",
        &["service-error"],
        "The API answers 503 to everything.",
        |s| {
            s.api.answers = Answers::Unavailable;
        },
    ),
    one(
        "http",
        "clock-skew",
        &["clock-skew"],
        "The service's clock is 90 seconds ahead of this host's.",
        |s| {
            s.login.skew = 90;
            s.api.skew = 90;
        },
    ),
    one(
        "http",
        "endless-headers",
        &["answer-never-completes"],
        "The API host answers with headers that never end.",
        |s| {
            s.api.answers = Answers::EndlessHeaders;
            s.api.offer = Offer::Http1;
        },
    ),
    one(
        "http",
        "huge-body",
        &["not-the-genuine-service"],
        "The auth host answers with gigabytes.",
        |s| {
            s.login.answers = Answers::HugeBody;
        },
    ),
    one(
        "http",
        "drip",
        &["answer-never-completes"],
        "The API host answers one byte a second.",
        |s| {
            s.api.answers = Answers::Drip;
            s.arguments.extend(SHORT);
        },
    ),
    one(
        "http",
        "block-page-zscaler",
        &["block-page"],
        "Zscaler answers for the API host with its block page.",
        |s| {
            s.api.answers = Answers::Page(Page::Zscaler);
        },
    ),
    one(
        "http",
        "block-page-fortigate",
        &["block-page"],
        "A FortiGate answers for the API host with its block page.",
        |s| {
            s.api.answers = Answers::Page(Page::FortiGate);
        },
    ),
    one(
        "http",
        "block-page-redirect",
        &["block-page"],
        "A Palo Alto firewall redirects requests for the API host to its block page.",
        |s| {
            s.api.answers = Answers::Page(Page::PaloAlto);
        },
    ),
    one(
        "http",
        "block-page-reason",
        &["block-page"],
        "A McAfee Web Gateway refuses requests for the API host with nothing but its status line.",
        |s| {
            s.api.answers = Answers::Page(Page::McAfee);
            s.api.offer = Offer::Http1;
        },
    ),
    one(
        "http",
        "edge-refusal",
        &["edge-refusal"],
        "Amazon's edge refuses requests to the API host by itself.",
        |s| {
            s.api.answers = Answers::Page(Page::Edge);
        },
    ),
    one(
        "http",
        "another-web-server",
        &["not-the-genuine-service"],
        "A web server of somebody else answers for the API host.",
        |s| {
            s.api.answers = Answers::Page(Page::Somebody);
        },
    ),
    fine(
        "proxy-marks",
        "A proxy on the way adds a Via header to the genuine answers.",
        |s| {
            s.login.marked = true;
            s.api.marked = true;
        },
    ),
];
