//! How common clients read proxy variables: a table with its sources. What could not be verified is not in it.

use super::exempt::Dialect;

/// A client and how it reads the environment.
pub(super) struct Client {
    /// Its name.
    pub(super) name: &'static str,
    /// How it reads.
    pub(super) reads: Reads,
    /// Where that is said, with its mark.
    pub(super) source: &'static str,
}

/// Whether and how a client reads the environment.
pub(super) enum Reads {
    /// It reads none of these variables, and what it reads instead.
    Nothing(&'static str),
    /// It reads them in its own manner.
    Environment(Manner),
}

/// The manner in which a client reads the environment.
pub(super) struct Manner {
    /// The variables that name the proxy for https, first found first.
    pub(super) proxy: &'static [&'static str],
    /// The variables that name the exempt hosts, first found first.
    pub(super) exempt: &'static [&'static str],
    /// The port of a proxy whose address names none.
    pub(super) default_port: u16,
    /// How it reads exempt hosts.
    pub(super) dialect: Dialect,
}

/// How hybridcheck reads them: as curl does, and `host:port` in NO_PROXY as Go and Node do.
pub(super) const OURS: Dialect = Dialect {
    ports: true,
    ..CURL
};

/// The variables in curl's order.
pub(super) const LOWER_FIRST: &[&str] = &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
/// The exemptions in curl's order.
pub(super) const EXEMPT_LOWER_FIRST: &[&str] = &["no_proxy", "NO_PROXY"];

const CURL: Dialect = Dialect {
    bare_covers_subdomains: true,
    dot_covers_itself: true,
    star_dot: false,
    star_anywhere: false,
    star_alone: true,
    ports: false,
    networks: true,
    blanks: true,
};

/// The table.
pub(super) const CLIENTS: &[Client] = &[
    Client {
        name: "curl",
        reads: Reads::Environment(Manner {
            proxy: LOWER_FIRST,
            exempt: EXEMPT_LOWER_FIRST,
            default_port: super::address::CURL_PORT,
            dialect: CURL,
        }),
        source: "documented: curl.se, libcurl-env(3), CURLOPT_NOPROXY(3); observed with curl 7.88: lower case first, an entry with a port covers nothing",
    },
    Client {
        name: "Go",
        reads: Reads::Environment(Manner {
            proxy: &["HTTPS_PROXY", "https_proxy"],
            exempt: &["NO_PROXY", "no_proxy"],
            default_port: 80,
            dialect: Dialect {
                bare_covers_subdomains: true,
                dot_covers_itself: false,
                star_dot: true,
                star_anywhere: true,
                star_alone: true,
                ports: true,
                networks: true,
                blanks: false,
            },
        }),
        source: "documented: golang.org/x/net/http/httpproxy, Config.NoProxy; observed in its source: upper case first, no ALL_PROXY",
    },
    Client {
        name: ".NET",
        reads: Reads::Environment(Manner {
            proxy: LOWER_FIRST,
            exempt: EXEMPT_LOWER_FIRST,
            default_port: 80,
            dialect: Dialect {
                bare_covers_subdomains: false,
                dot_covers_itself: true,
                star_dot: false,
                star_anywhere: false,
                star_alone: false,
                ports: false,
                networks: false,
                blanks: false,
            },
        }),
        source: "documented: learn.microsoft.com, HttpClient.DefaultProxy: lower case first, no asterisk, a name without a leading dot covers itself only",
    },
    Client {
        name: "Java",
        reads: Reads::Nothing(
            "it reads the system properties https.proxyHost, https.proxyPort and http.nonProxyHosts (`*.pure.cloud|…`) instead, and goes direct unless they are set",
        ),
        source: "documented: Oracle, Java networking properties; inferred: no variable is named there",
    },
    Client {
        name: "Node",
        reads: Reads::Nothing(
            "it reads them only with NODE_USE_ENV_PROXY=1 or --use-env-proxy, and goes direct otherwise",
        ),
        source: "documented: nodejs.org, http, built-in proxy support",
    },
    Client {
        name: "Node with NODE_USE_ENV_PROXY=1",
        reads: Reads::Environment(Manner {
            proxy: &["https_proxy", "HTTPS_PROXY"],
            exempt: EXEMPT_LOWER_FIRST,
            default_port: 80,
            dialect: Dialect {
                bare_covers_subdomains: false,
                dot_covers_itself: false,
                star_dot: true,
                star_anywhere: false,
                star_alone: true,
                ports: true,
                networks: false,
                blanks: false,
            },
        }),
        source: "documented: nodejs.org, http, NO_PROXY format",
    },
];
