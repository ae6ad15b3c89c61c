//! Faults of a proxy between this host and Genesys Cloud, and networks on which a proxy is the only way.

use super::{Fault, fine, one};
use crate::dns::NameAnswer;
use crate::door::Door;
use crate::proxy::{Answers, LoginGiven, ProxySetup};
use crate::setup::Setup;

/// Waits that are long for the loopback interface and short for a person.
const SHORT: [&str; 4] = ["--connect-timeout", "1s", "--timeout", "4s"];

pub(super) const FAULTS: &[Fault] = &[
    fine(
        "proxy",
        "An explicit proxy carries everything; the direct way works too.",
        |s| s.behind(|_| {}),
    ),
    fine(
        "proxy-only",
        "A closed network: only the proxy knows the names, and nothing goes out past it.",
        |s| {
            s.behind(|_| {});
            s.name_answers(&["login", "api"], &NameAnswer::NxDomain);
        },
    ),
    fine(
        "proxy-with-login",
        "The proxy asks for a login, which is given.",
        |s| {
            s.behind(|proxy| {
                proxy.answers = Answers::Basic;
                proxy.login = LoginGiven::Right;
            });
        },
    ),
    one(
        "proxy",
        "proxy-unknown-name",
        &["proxy-name-does-not-resolve"],
        "The proxy's name does not exist.",
        |s| s.behind(|proxy| proxy.is_named = false),
    ),
    one(
        "proxy",
        "proxy-port-closed",
        &["proxy-unreachable"],
        "The proxy's port refuses connections.",
        |s| s.behind(|proxy| proxy.door = Door::Refuses),
    ),
    one(
        "proxy",
        "proxy-port-dropped",
        &["proxy-unreachable"],
        "Connections to the proxy are dropped without an answer.",
        |s| {
            s.behind(|proxy| proxy.door = Door::BlackHole);
            s.arguments.extend(SHORT);
        },
    ),
    one(
        "proxy",
        "proxy-silent",
        &["proxy-hangs"],
        "The proxy accepts connections and never answers CONNECT.",
        |s| {
            s.behind(|proxy| proxy.answers = Answers::Hang);
            s.arguments.extend(SHORT);
        },
    ),
    one(
        "proxy",
        "proxy-closes",
        &["proxy-hangs"],
        "The proxy closes the connection instead of answering CONNECT.",
        |s| s.behind(|proxy| proxy.answers = Answers::Close),
    ),
    one(
        "proxy",
        "proxy-wants-login",
        &["proxy-login-required"],
        "The proxy asks for a login, and none was given.",
        |s| s.behind(|proxy| proxy.answers = Answers::Basic),
    ),
    one(
        "proxy",
        "proxy-wrong-login",
        &["proxy-login-refused"],
        "The proxy refuses the login that was given.",
        |s| {
            s.behind(|proxy| {
                proxy.answers = Answers::Basic;
                proxy.login = LoginGiven::Wrong;
            });
        },
    ),
    one(
        "proxy",
        "proxy-wants-negotiate",
        &["proxy-login-unsupported"],
        "The proxy accepts logins by Negotiate and NTLM only.",
        |s| s.behind(|proxy| proxy.answers = Answers::Negotiate),
    ),
    one(
        "proxy",
        "proxy-forbids",
        &["proxy-denies"],
        "The proxy has no rule that allows the hosts.",
        |s| s.behind(|proxy| proxy.answers = Answers::Denied),
    ),
    one(
        "proxy",
        "proxy-upstream",
        &["proxy-upstream-failed"],
        "The proxy cannot reach the hosts itself.",
        |s| s.behind(|proxy| proxy.answers = Answers::UpstreamFailed),
    ),
    one(
        "proxy",
        "proxy-wrong-names",
        &["proxy-resolves-otherwise"],
        "The proxy cannot resolve the names, which this host can.",
        |s| s.behind(|proxy| proxy.answers = Answers::NameUnknown),
    ),
];

impl Setup {
    fn behind(&mut self, change: impl FnOnce(&mut ProxySetup)) {
        let mut proxy = ProxySetup::healthy();
        change(&mut proxy);
        self.proxy = Some(proxy);
    }
}
