//! Readiness of what the token endpoint and the API are asked for.
#![deny(clippy::wildcard_enum_match_arm)]

use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{ClientRef, FactKey, Gap, PrivateKeyOutcome, TokenFact};
use hybridcheck_core::names::ClientId;
use hybridcheck_core::object::ObjectId;
use hybridcheck_core::secret::Secret;

use crate::gather::Gathering;
use crate::gather::gate::{api_gate, auth_gate, client_id, credentials};
use crate::gather::job::{Job, Readiness, Reading, blocked, missing, reading};
use crate::probes::api::Api;
use crate::probes::org;

pub(super) fn token(gathering: &Gathering<'_>, key: &FactKey, client: &ClientRef) -> Readiness {
    let Some(object) = gathering.objects.get(usize::from(client.object().0)) else {
        return missing(Gap::NotPlanned, Vec::new());
    };
    let stands_on = key.stands_on(gathering.objects, &gathering.routes);
    let (client_id, secret) = match credentials(gathering, object, client) {
        Ok(pair) => pair,
        Err(gap) => return missing(gap, stands_on),
    };
    match auth_gate(gathering, object) {
        Ok((endpoint, _))
            if let Some(first) = same_client(gathering, key, &endpoint, (&client_id, &secret)) =>
        {
            shared_token(gathering, client, first, stands_on)
        }
        Ok((endpoint, address)) => Readiness::Start(Job::Token {
            client: client.clone(),
            route: gathering.routes.of(&endpoint),
            endpoint,
            address,
            client_id,
            secret,
            stands_on,
        }),
        Err(Gap::Blocked { by }) if gathering.is_open(&by) => Readiness::Wait,
        Err(gap) => missing(gap, stands_on),
    }
}

/// The first request for a token with the same id and secret at the same endpoint: a client is asked for one token in a run, however
/// many sections name it.
fn same_client<'g>(
    gathering: &'g Gathering<'_>,
    key: &FactKey,
    endpoint: &Endpoint,
    (id, secret): (&ClientId, &Secret),
) -> Option<&'g ClientRef> {
    let mut before = gathering.wanted.range(..key).filter_map(|key| {
        if let FactKey::Token { client } = key {
            Some(client)
        } else {
            None
        }
    });
    before.find(|client| {
        let object = gathering.objects.get(usize::from(client.object().0));
        object.is_some_and(|object| {
            object.auth_endpoint().as_ref() == Some(endpoint)
                && credentials(gathering, object, client)
                    .is_ok_and(|(other, own)| other == *id && own.is_same(secret))
        })
    })
}

/// What the first request brought is the answer for all who share the client.
fn shared_token(
    gathering: &Gathering<'_>,
    client: &ClientRef,
    first: &ClientRef,
    stands_on: Vec<FactKey>,
) -> Readiness {
    let key = FactKey::token(first);
    match gathering.facts.token(&key) {
        Ok(fact) => Readiness::Start(Job::SharedToken {
            client: client.clone(),
            first: first.clone(),
            fact: Box::new(fact.clone()),
            stands_on,
        }),
        Err(_) if gathering.is_open(&key) => Readiness::Wait,
        Err(gap) => missing(gap, stands_on),
    }
}

/// Whether a client's token is there, is coming, or will not come.
fn token_state(gathering: &Gathering<'_>, client: &ClientRef) -> Option<bool> {
    let key = FactKey::token_of(client);
    let is_there = match client {
        ClientRef::Person { .. } => {
            let login = gathering.facts.saml_login(&key);
            login.map(|fact| fact.accepted().is_some())
        }
        ClientRef::Service { .. } | ClientRef::Tool { .. } => {
            gathering.facts.token(&key).map(TokenFact::is_issued)
        }
    };
    match is_there {
        Ok(is_there) => Some(is_there),
        Err(_) if gathering.is_open(&key) => None,
        Err(_) => Some(false),
    }
}

/// Whether the certificate can be signed with: what does not decode has checks and causes of its own.
fn is_usable_certificate(gathering: &Gathering<'_>, key: &FactKey) -> bool {
    let fact = gathering.facts.certificate(key);
    fact.is_ok_and(|fact| fact.certificate().is_some())
}

/// Whether the key can be signed with: what does not open has checks and causes of its own.
fn is_usable_key(gathering: &Gathering<'_>, key: &FactKey) -> bool {
    let fact = gathering.facts.private_key(key);
    fact.is_ok_and(|fact| {
        matches!(
            fact.outcome,
            PrivateKeyOutcome::Decrypted { .. } | PrivateKeyOutcome::Unencrypted { .. }
        )
    })
}

/// A login as a person happens on request only: it may leave a new user behind.
pub(super) fn saml_login(gathering: &Gathering<'_>, key: &FactKey, object: ObjectId) -> Readiness {
    let stands_on = key.stands_on(gathering.objects, &gathering.routes);
    if gathering.settings.saml_login.is_none() {
        let reason = "a login with an assertion may create a user, and take a licence, where users are provisioned at their first login";
        return missing(
            Gap::NotAskedFor {
                reason: reason.into(),
                flag: "--saml-user EMAIL, with the address of an existing test user,".into(),
            },
            Vec::new(),
        );
    }
    let Some(object) = gathering.objects.get(usize::from(object.0)) else {
        return missing(Gap::NotPlanned, Vec::new());
    };
    let client = ClientRef::Person { object: object.id };
    let (client_id, secret) = match credentials(gathering, object, &client) {
        Ok(pair) => pair,
        Err(gap) => return missing(gap, stands_on),
    };
    let certificate = FactKey::certificate(object.id);
    let pkey = FactKey::private_key(object.id);
    let material = [
        (is_usable_certificate(gathering, &certificate), certificate),
        (is_usable_key(gathering, &pkey), pkey),
    ];
    for (is_usable, base) in material {
        if gathering.is_open(&base) {
            return Readiness::Wait;
        }
        if !is_usable {
            return blocked(base);
        }
    }
    match auth_gate(gathering, object) {
        Ok((endpoint, address)) => Readiness::Start(Job::SamlLogin {
            object: Box::new(object.clone()),
            route: gathering.routes.of(&endpoint),
            endpoint,
            address,
            client_id,
            secret,
            stands_on,
        }),
        Err(Gap::Blocked { by }) if gathering.is_open(&by) => Readiness::Wait,
        Err(gap) => missing(gap, stands_on),
    }
}

/// A token is ended when everything that is read with it has been read.
pub(super) fn token_end(gathering: &Gathering<'_>, key: &FactKey, client: &ClientRef) -> Readiness {
    let readings = [
        FactKey::grants(client),
        FactKey::me(client.object()),
        FactKey::token_info(client),
    ];
    if readings.iter().any(|key| gathering.is_open(key)) {
        return Readiness::Wait;
    }
    with_token(gathering, key, client, ending())
}

fn ending() -> Reading {
    reading(async |api: &Api, _: &ClientRef, token: &Secret| Ok(api.end_token(token).await))
}

/// The end of a token that is there, whatever was to be read with it, when the run is over.
pub(in crate::gather) fn farewell(
    gathering: &Gathering<'_>,
    key: &FactKey,
    client: &ClientRef,
) -> Option<Job> {
    match with_token(gathering, key, client, ending()) {
        Readiness::Start(job) => Some(job),
        Readiness::Known(..) | Readiness::Wait => None,
    }
}

/// What is asked with the token of one certain client.
pub(super) fn with_token(
    gathering: &Gathering<'_>,
    key: &FactKey,
    client: &ClientRef,
    read: Reading,
) -> Readiness {
    match token_state(gathering, client) {
        None => return Readiness::Wait,
        Some(false) => return blocked(FactKey::token_of(client)),
        Some(true) => {}
    }
    let stands_on = key.stands_on(gathering.objects, &gathering.routes);
    match api_gate(gathering, client.object(), &stands_on) {
        Ok((endpoint, addresses)) => Readiness::Start(Job::Organization {
            route: gathering.routes.of(&endpoint),
            endpoint,
            addresses,
            reader: client.clone(),
            read,
            stands_on,
        }),
        Err(readiness) => *readiness,
    }
}

/// An organisation's fact is read with the tool's own client when there is one, else with the first client that may.
pub(super) fn organization(
    gathering: &Gathering<'_>,
    key: &FactKey,
    object: ObjectId,
    read: Reading,
) -> Readiness {
    let candidates = readers(gathering, object);
    let tokens = |clients: &[ClientRef]| -> Vec<FactKey> {
        let keys = clients.iter().cloned();
        keys.map(FactKey::token).collect()
    };
    let mut stands_on = key.stands_on(gathering.objects, &gathering.routes);
    let denied = gathering.denied.get(key);
    let mut pending = false;
    for candidate in &candidates {
        if denied.is_some_and(|(asked, _)| asked.contains(candidate)) {
            continue;
        }
        match token_state(gathering, candidate) {
            None => pending = true,
            Some(false) => {}
            Some(true) => {
                stands_on.extend(tokens(std::slice::from_ref(candidate)));
                return match api_gate(gathering, object, &stands_on) {
                    Ok((endpoint, addresses)) => Readiness::Start(Job::Organization {
                        route: gathering.routes.of(&endpoint),
                        endpoint,
                        addresses,
                        reader: candidate.clone(),
                        read,
                        stands_on,
                    }),
                    Err(readiness) => *readiness,
                };
            }
        }
        // The tool's own client was given to read the organisation: wait for it before asking with another.
        if pending && matches!(candidate, ClientRef::Tool { .. }) {
            return Readiness::Wait;
        }
    }
    if pending {
        return Readiness::Wait;
    }
    let all = tokens(&candidates);
    stands_on.extend(all.iter().cloned());
    match (denied, all.into_iter().next()) {
        (Some((_, answer)), _) => Readiness::Known(answer.clone().map(Box::new), stands_on),
        (None, Some(first)) => missing(Gap::blocked(first), stands_on),
        (None, None) => missing(
            Gap::NoMeans {
                what: "no client could ask: the object has no client-credentials client, and none of the tool's own was given (--client-id)".into(),
            },
            stands_on,
        ),
    }
}

/// A client of a section, asked about by its id.
pub(super) fn client_record(
    gathering: &Gathering<'_>,
    key: &FactKey,
    client: &ClientRef,
) -> Readiness {
    let object = gathering.objects.get(usize::from(client.object().0));
    let found = object
        .ok_or(Gap::NotPlanned)
        .and_then(|object| client_id(object, client));
    let id = match found {
        Ok(id) => id,
        Err(gap) => return missing(gap, key.stands_on(gathering.objects, &gathering.routes)),
    };
    let read = async move |api: &Api, reader: &ClientRef, token: &Secret| {
        org::client_record(api, &id, reader, token).await
    };
    organization(gathering, key, client.object(), reading(read))
}

/// The clients that may be asked with, in order of preference: those whose token is part of this run.
fn readers(gathering: &Gathering<'_>, object: ObjectId) -> Vec<ClientRef> {
    let Some(object) = gathering.objects.get(usize::from(object.0)) else {
        return Vec::new();
    };
    let tool = gathering
        .settings
        .tool_client
        .iter()
        .map(|_| ClientRef::Tool { object: object.id });
    tool.chain(hybridcheck_core::check::service_clients(object))
        .collect()
}
