//! A bench for tests: an object and its facts, given to the engine.

use std::collections::BTreeMap;

use hybridcheck_core::cause::{Diagnosis, Rule};
use hybridcheck_core::check::{
    Ask, Case, Check, CheckId, Documented, Judge, Page, Question, Subject,
};
use hybridcheck_core::endpoint::{Endpoint, Routes};
use hybridcheck_core::facts::{
    AddressSource, AddressesFact, Answer, ApiOutcome, ChainFault, ClientRef, DnsOutcome, Fact,
    FactKey, Facts, Gap, IdentityProvider, NamedEntity, TcpOutcome, TlsFact, TlsOutcome, TokenInfo,
    TokenOutcome, Trust, TunnelOutcome,
};
use hybridcheck_core::finding::{Judgement, Owner, Status};
use hybridcheck_core::object::{Configuration, HybridObject, ObjectId};
use hybridcheck_core::policy::Policy;
use hybridcheck_core::region::Regions;
use hybridcheck_core::row::{Role, Row};
use hybridcheck_testkit::{facts as canned, objects, proxied};

use crate::engine::{self, Criteria, Judged};
use crate::general;

/// An object with facts, everything good until a test spoils something.
pub(crate) struct Bench {
    pub(crate) object: HybridObject,
    pub(crate) facts: Facts,
    failing: Vec<(CheckId, Subject)>,
    has_tool_client: bool,
}

impl Bench {
    /// The healthy object with its healthy facts.
    pub(crate) fn healthy() -> Self {
        Self::of(objects::healthy())
    }

    /// An object with the facts that would be healthy for it.
    pub(crate) fn of(object: HybridObject) -> Self {
        let facts = canned::healthy(&object);
        Self {
            object,
            facts,
            failing: Vec::new(),
            has_tool_client: false,
        }
    }

    /// The same facts with requests going through the canned proxy.
    pub(crate) fn behind_proxy(mut self) -> Self {
        self.facts = proxied::behind(&self.facts, &self.object);
        self
    }

    /// hybridcheck's own client takes part.
    pub(crate) fn with_tool_client(mut self) -> Self {
        self.has_tool_client = true;
        self
    }

    /// Sets an option; the facts stay as they are.
    pub(crate) fn option(mut self, section: &str, option: &str, value: &str) -> Self {
        self.object = objects::with(self.object, section, option, value);
        self
    }

    /// Replaces or adds a fact.
    pub(crate) fn fact(mut self, key: FactKey, fact: impl Into<Fact>) -> Self {
        self.facts = canned::with_fact(self.facts, key, fact);
        self
    }

    /// Nobody could log in at the auth host: a login that was accepted proves region and client.
    pub(crate) fn without_login(self) -> Self {
        let key = canned::saml_login_key();
        let url = FactKey::option(self.object.id, "general", "base_auth_url");
        self.blocked_behind(&key).gap(key, Gap::blocked(url))
    }

    /// The API refuses the token of the client of [ewt], in these words.
    pub(crate) fn refused_by_api(status: u16, code: &str, message: &str) -> Self {
        let error = canned::api_error(status, code, message);
        let outcome = ApiOutcome::<TokenInfo>::Refused(error);
        let fact = canned::api(&canned::client("ewt"), "GET /api/v2/tokens/me", outcome);
        Self::healthy().fact(canned::token_info_key("ewt"), fact)
    }

    /// The healthy object, with a PureEngage identity provider that was spoilt.
    pub(crate) fn with_provider(spoil: impl FnOnce(&mut IdentityProvider)) -> Self {
        let bench = Self::healthy();
        let mut provider = canned::pureengage_idp(&bench.object);
        spoil(&mut provider);
        let found = ApiOutcome::Found(provider);
        let fact = canned::api(&canned::client("ewt"), "GET …", found);
        let key = FactKey::pureengage_idp(bench.object.id);
        bench.fact(key, fact)
    }

    /// hybridcheck's own client takes part, and is one of this organisation.
    pub(crate) fn with_tool_of(organization: &str, name: Option<&str>) -> Self {
        let bench = Self::healthy();
        let client = ClientRef::Tool {
            object: bench.object.id,
        };
        let mut info = canned::token_info(&bench.object, "ewt");
        info.organization = Some(NamedEntity {
            id: Some(organization.into()),
            name: name.map(Into::into),
        });
        let fact = canned::api(&client, "GET /api/v2/tokens/me", ApiOutcome::Found(info));
        bench
            .with_tool_client()
            .fact(FactKey::token_info(client), fact)
    }

    /// Changes the facts as a whole.
    pub(crate) fn spoil(mut self, change: impl FnOnce(Facts) -> Facts) -> Self {
        self.facts = change(self.facts);
        self
    }

    /// Replaces a fact by a gap.
    pub(crate) fn gap(mut self, key: FactKey, gap: Gap) -> Self {
        self.facts = canned::with_gap(self.facts, key, gap);
        self
    }

    /// Turns everything that stands on a fact into gaps.
    pub(crate) fn blocked_behind(mut self, key: &FactKey) -> Self {
        self.facts = canned::blocked_behind(self.facts, key);
        self
    }

    /// Behind a proxy that gives this answer to both tunnels.
    pub(crate) fn answering_tunnels(outcome: &TunnelOutcome, login_sent: bool) -> Self {
        let mut bench = Self::healthy().behind_proxy();
        for endpoint in [bench.auth(), bench.api()] {
            let key = proxied::tunnel_key(&endpoint);
            let mut fact = proxied::tunnel(outcome.clone());
            fact.login_sent = login_sent;
            bench = bench.fact(key.clone(), fact).blocked_behind(&key);
        }
        bench
    }

    /// Puts a check in place that fails on a subject, whatever the check itself would say of it.
    pub(crate) fn failing(mut self, check: &dyn Check, subject: Subject) -> Self {
        self.failing.push((check.id(), subject));
        self
    }

    pub(crate) fn auth(&self) -> Endpoint {
        self.object.auth_endpoint().expect("an auth endpoint")
    }

    pub(crate) fn api(&self) -> Endpoint {
        self.object.api_endpoint().expect("an API endpoint")
    }

    /// Judges one subject.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "tests name a subject where they judge it"
    )]
    pub(crate) fn judge<J: Judge>(&self, check: &J, subject: J::Subject) -> Answer<Judgement> {
        self.with_case(|case| check.judge(&subject, case))
    }

    /// Judges the only subject, or the first.
    pub(crate) fn judge_first(&self, check: &dyn Check) -> Answer<Judgement> {
        let questions = check.questions(&self.object);
        let first = questions.first().expect("a subject");
        self.with_case(|case| first.judge(case))
    }

    /// The verdict on the first subject; a gap is `Status::Gap`.
    pub(crate) fn status(&self, check: &dyn Check) -> Status {
        self.judge_first(check)
            .map_or(Status::Gap, |judgement| judgement.status())
    }

    /// Rows of every check.
    pub(crate) fn rows(&self) -> Vec<Row> {
        self.judged(&[]).rows
    }

    /// The ids and subjects of rows that fail.
    pub(crate) fn failures(&self) -> Vec<String> {
        let rows = self.rows().into_iter();
        rows.filter(|row| row.status() == Status::Fail)
            .map(|row| row.check.0)
            .collect()
    }

    /// What one rule finds.
    pub(crate) fn diagnose(&self, rule: &dyn Rule) -> Vec<Diagnosis> {
        self.judged(&[rule]).causes
    }

    /// The ids of all causes that fire.
    pub(crate) fn causes(&self) -> Vec<String> {
        let causes = self.judged(&crate::rules()).causes.into_iter();
        causes.map(|diagnosis| diagnosis.cause.0).collect()
    }

    /// Rows that are neither the root nor a consequence of any cause.
    pub(crate) fn unexplained(&self) -> Vec<String> {
        self.judged(&crate::rules())
            .rows
            .iter()
            .filter(|row| matches!(row.status(), Status::Fail | Status::Warn | Status::Gap))
            .filter(|row| row.role == Role::Independent)
            .map(|row| format!("{} {}: {}", row.check, row.subject, said(row)))
            .collect()
    }

    /// Judges by every check and some rules.
    fn judged(&self, rules: &[&dyn Rule]) -> Judged {
        let stand_in = |check| Box::new(StandIn::new(check, &self.failing)) as Box<dyn Check>;
        let checks: Vec<Box<dyn Check>> = crate::checks().into_iter().map(stand_in).collect();
        let judged = self.with_criteria(&checks, rules, |criteria| {
            engine::judge(&self.configuration(), &self.facts, criteria)
        });
        assert_eq!(judged.panicked, BTreeMap::new());
        judged
    }

    /// Runs over a case of this bench, as of [`canned::now`].
    pub(crate) fn with_case<T>(&self, run: impl FnOnce(&Case<'_>) -> T) -> T {
        self.with_criteria(&[], &[], |criteria| {
            run(&criteria.case(&self.object, &self.configuration(), &self.facts))
        })
    }

    fn with_criteria<T>(
        &self,
        checks: &[Box<dyn Check>],
        rules: &[&dyn Rule],
        run: impl FnOnce(&Criteria<'_>) -> T,
    ) -> T {
        run(&Criteria {
            checks,
            rules,
            policy: &Policy::default(),
            regions: &Regions::default(),
            as_of: canned::now(),
            has_tool_client: self.has_tool_client,
        })
    }

    fn configuration(&self) -> Configuration {
        Configuration {
            objects: vec![self.object.clone()],
            ..Configuration::default()
        }
    }
}

/// A check with subjects on which it fails whatever the facts are.
struct StandIn {
    check: Box<dyn Check>,
    failing: Vec<Subject>,
}

impl StandIn {
    /// Stands in for a check where that is among those that shall fail.
    fn new(check: Box<dyn Check>, failing: &[(CheckId, Subject)]) -> Self {
        let own = failing.iter().filter(|(id, _)| check.is_named(id));
        let failing = own.map(|(_, subject)| subject.clone()).collect();
        Self { check, failing }
    }
}

impl Documented for StandIn {
    fn page(&self) -> Page<'_> {
        self.check.page()
    }
}

impl Check for StandIn {
    fn questions<'c>(&'c self, object: &HybridObject) -> Vec<Question<'c>> {
        let mut questions = self.check.questions(object);
        for subject in &self.failing {
            let failing = Question::new(subject.clone(), Failing);
            match questions.iter_mut().find(|own| own.subject == *subject) {
                Some(own) => *own = failing,
                None => questions.push(failing),
            }
        }
        questions
    }

    fn is_required(&self) -> bool {
        self.check.is_required()
    }
}

/// A question whose answer is always a failure.
struct Failing;

impl Ask for Failing {
    fn needs(&self, _: &HybridObject, _: &Policy) -> Vec<FactKey> {
        Vec::new()
    }

    fn judge(&self, _: &Case<'_>) -> Answer<Judgement> {
        Ok(Judgement::fail(
            "what the check expects",
            "what the check found",
            "what the check advises",
            Owner::EngageAdmin,
        ))
    }
}

/// A rule is the only cause of each of these answers to CONNECT, with or without a login sent, and leaves nothing unexplained.
pub(crate) fn alone_behind_proxy(rule: &dyn Rule, answers: &[(TunnelOutcome, bool)]) {
    for (outcome, login_sent) in answers {
        let bench = Bench::answering_tunnels(outcome, *login_sent);
        let found = bench.diagnose(rule);
        assert_eq!(found.len(), 1, "{outcome}");
        let command = found[0].command.as_deref().unwrap_or_default();
        let over_proxy = "curl -v -x http://proxy.acme.example:8080";
        assert!(command.starts_with(over_proxy), "{command}");
        assert_eq!(bench.causes(), [rule.cause_id().0], "{outcome}");
        assert_eq!(bench.unexplained(), Vec::<String>::new(), "{outcome}");
    }
}

/// A rule says nothing of these answers to CONNECT, nor where the tunnels open.
pub(crate) fn silent_behind_proxy(rule: &dyn Rule, answers: &[(TunnelOutcome, bool)]) {
    for (outcome, login_sent) in answers {
        let bench = Bench::answering_tunnels(outcome, *login_sent);
        assert!(bench.diagnose(rule).is_empty(), "{outcome}");
    }
    let open = Bench::healthy().behind_proxy();
    assert!(open.diagnose(rule).is_empty());
}

/// An endpoint as a subject.
pub(crate) fn at(endpoint: Endpoint) -> Subject {
    Subject::Endpoint { endpoint }
}

/// What a row tells: what was found, or why nothing was.
fn said(row: &Row) -> String {
    row.gap()
        .map_or_else(|| row.found().to_owned(), ToString::to_string)
}

#[test]
fn healthy_facts_pass_every_check_and_fire_no_cause() {
    let bench = Bench::healthy();
    let bad: Vec<String> = bench
        .rows()
        .into_iter()
        .filter(|row| matches!(row.status(), Status::Fail | Status::Warn | Status::Gap))
        .map(|row| format!("{} {}: {}", row.check, row.subject, said(&row)))
        .collect();
    assert_eq!(bad, Vec::<String>::new());
    assert_eq!(bench.causes(), Vec::<String>::new());
}

#[test]
fn without_facts_checks_of_facts_neither_pass_nor_fail() {
    let mut bench = Bench::healthy();
    bench.facts = Facts::without(Gap::Offline);
    let of_facts = ["network", "tls", "oauth", "org", "idp", "roles"];
    for row in bench.rows() {
        let family = row.check.0.split('-').next().unwrap_or_default().to_owned();
        if of_facts.contains(&family.as_str()) {
            assert!(
                matches!(row.status(), Status::Gap | Status::NotApplicable),
                "{} {}: {:?}",
                row.check,
                row.subject,
                row.status()
            );
        }
    }
    assert_eq!(bench.causes(), Vec::<String>::new());
}

#[test]
fn checks_look_only_at_what_they_ask_for() {
    let bench = Bench::healthy();
    let objects = [bench.object.clone()];
    bench.with_case(|case| {
        for check in crate::checks() {
            for question in check.questions(&bench.object) {
                let mut allowed = question.needs(&bench.object, case.policy);
                let mut next = 0;
                while let Some(key) = allowed.get(next).cloned() {
                    let recorded = bench.facts.entries().find(|entry| entry.key == key);
                    let below = recorded.map_or_else(
                        || key.stands_on(&objects, &Routes::default()),
                        |entry| entry.stands_on.clone(),
                    );
                    allowed.extend(
                        below
                            .into_iter()
                            .filter(|key| !allowed.contains(key))
                            .collect::<Vec<_>>(),
                    );
                    next += 1;
                }
                case.take_used();
                let _ = question.judge(case);
                for used in case.take_used() {
                    // Which addresses and nameservers there are is not known before gathering.
                    let follows = matches!(
                        used,
                        FactKey::Option { .. }
                            | FactKey::Dns { .. }
                            | FactKey::Hello { .. }
                            | FactKey::Reach { .. }
                            | FactKey::Tcp { .. }
                            | FactKey::Path { .. }
                            | FactKey::Tls { .. }
                    );
                    assert!(
                        follows || allowed.contains(&used),
                        "{} looks at {used}",
                        check.id()
                    );
                }
            }
        }
    });
}

/// Each defect alone: one cause, and every other row follows from it.
#[test]
#[expect(
    clippy::too_many_lines,
    reason = "a table of scenarios with the means to make them"
)]
fn one_defect_leaves_nothing_unexplained() {
    let silence = DnsOutcome::TimedOut {
        waited: canned::took(5000),
    };
    let nameless = |mut bench: Bench, outcome: &DnsOutcome| {
        for host in [bench.auth().host, bench.api().host] {
            let nothing = AddressesFact {
                source: AddressSource::Dns,
                addresses: Vec::new(),
            };
            let key = FactKey::addresses(&host);
            bench = bench
                .fact(canned::dns_key(&host), canned::dns(outcome))
                .fact(key.clone(), nothing)
                .blocked_behind(&key);
        }
        bench
    };
    let shut = |mut bench: Bench, outcome: &TcpOutcome| {
        let auth = bench.auth();
        for address in canned::addresses_of(&auth.host) {
            let key = FactKey::tcp(&auth, address);
            bench = bench
                .fact(key.clone(), canned::tcp(address, 443, outcome.clone()))
                .blocked_behind(&key);
        }
        bench
    };
    let served = |mut bench: Bench, fact: &TlsFact| {
        let auth = bench.auth();
        for address in canned::addresses_of(&auth.host) {
            let key = FactKey::tls(&auth, address);
            bench = bench.fact(key.clone(), fact.clone()).blocked_behind(&key);
        }
        bench
    };
    let refused = |bench: Bench, outcome: TokenOutcome| {
        let key = canned::token_key("ewt");
        let fact = canned::token(&bench.object, "ewt", outcome);
        bench.fact(key.clone(), fact).blocked_behind(&key)
    };
    let host = Bench::healthy().auth().host;
    let strange = canned::tls(&host, Trust::Nowhere, vec![ChainFault::UnknownIssuer]);
    let other = vec![ChainFault::NameMismatch {
        presented: vec!["portal".into()],
    }];
    let elsewhere = canned::tls(&host, Trust::Public, other);
    let unknown = || canned::oauth_error(400, "invalid_client", "client not found");
    let wrong = || canned::oauth_error(401, "invalid_client", "authentication failed");
    let missing = canned::api(
        &canned::client("ewt"),
        "GET …",
        ApiOutcome::<IdentityProvider>::NotFound,
    );
    let healthy = Bench::healthy;
    let scenarios = [
        (
            "name-does-not-resolve",
            nameless(healthy(), &DnsOutcome::NxDomain),
        ),
        ("name-does-not-resolve", nameless(healthy(), &silence)),
        ("tcp-refused", shut(healthy(), &TcpOutcome::Refused)),
        ("tcp-blocked", shut(healthy(), &TcpOutcome::HostUnreachable)),
        (
            "tls-interrupted",
            served(healthy(), &canned::tls_broken(TlsOutcome::Reset)),
        ),
        (
            "not-tls",
            served(healthy(), &canned::tls_broken(TlsOutcome::NotTls)),
        ),
        (
            "listener-silent",
            served(
                healthy(),
                &canned::tls_broken(TlsOutcome::TimedOut {
                    waited: canned::took(5000),
                }),
            ),
        ),
        (
            "tls-inspected",
            served(healthy(), &canned::tls(&host, Trust::HostStore, Vec::new())),
        ),
        ("tls-not-trusted", served(healthy(), &strange)),
        ("tls-name-mismatch", served(healthy(), &elsewhere)),
        ("unknown-client", refused(healthy(), unknown())),
        ("wrong-secret", refused(healthy(), wrong())),
        (
            "rate-limited",
            refused(healthy(), TokenOutcome::RateLimited { retry_after: None }),
        ),
        (
            "idp-missing",
            healthy().fact(FactKey::pureengage_idp(ObjectId(0)), missing),
        ),
        (
            "region-mismatch",
            refused(
                Bench::of(objects::with(
                    objects::healthy(),
                    "general",
                    "base_auth_url",
                    "https://login.mypurecloud.ie/oauth/token",
                ))
                .without_login()
                .failing(&general::SameRegion, Subject::Object),
                unknown(),
            ),
        ),
        (
            "organization-mismatch",
            healthy().option("general", "organization_id", canned::CORRELATION),
        ),
    ];
    for (cause, bench) in scenarios {
        assert_eq!(bench.causes(), [cause]);
        assert_eq!(bench.unexplained(), Vec::<String>::new(), "{cause}");
    }
}

/// Two defects that have nothing to do with each other are two causes.
#[test]
fn independent_defects_stay_apart() {
    let bench = Bench::healthy().option("saml", "issuer", "http://idp.acme.example/pureengage");
    let fact = canned::token_info(&bench.object, "ewt");
    let mut disabled = fact;
    disabled.client.as_mut().expect("a client").state = Some("disabled".into());
    let found = ApiOutcome::Found(disabled);
    let fact = canned::api(&canned::client("ewt"), "GET …", found);
    let bench = bench.fact(canned::token_info_key("ewt"), fact);
    assert_eq!(bench.causes(), ["client-disabled", "issuer-mismatch"]);
}
