//! Opening a sandbox: what a setup describes is made, bound, and served by a thread of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use tokio::sync::oneshot;

use super::cloud::Organizations;
use super::dns::Nameserver;
use super::door::{Bound, Door, Second};
use super::gateway::{Host, Log, Refusal};
use super::proxy::Proxy;
use super::setup::{HostSetup, OTHER_REGION, REGION, Setup};
use super::spoil::Spoilt;
use super::tls::Authority;
use super::{
    Sandbox, SandboxError, api, cloud, dns, door, gateway, material, oauth, object, proxy,
};

/// A proxy and what it needs to serve.
struct ByProxy {
    proxy: Proxy,
    ports: Vec<(String, u16)>,
    at: Ipv4Addr,
    log: Log,
}

/// A host with its sockets, ready to be served.
struct Ready {
    bound: Bound,
    setup: HostSetup,
    tls: Arc<rustls::ServerConfig>,
    /// The settings of the second address, when it serves.
    second: Option<Arc<rustls::ServerConfig>>,
    host: Arc<Host>,
}

impl Sandbox {
    /// Makes what a setup describes.
    #[expect(
        clippy::too_many_lines,
        reason = "one part of the sandbox after the other"
    )]
    pub(super) fn open(
        mut setup: Setup,
        at: Ipv4Addr,
        doors: &[SocketAddr],
    ) -> Result<Self, SandboxError> {
        let canaries = furnish(&mut setup)?;
        let authority = Authority::new()?;
        let log = Log::default();
        let clouds = [setup.cloud, setup.neighbour, setup.abroad].map(Arc::new);
        let mut tools = clouds
            .iter()
            .filter_map(|cloud| cloud.client(cloud::TOOL_CLIENT));
        let tool_client = tools.next();
        let tool_client = tool_client.map(|client| (client.id.to_owned(), client.secret.clone()));
        let tool_client = tool_client.unwrap_or_default();
        let [cloud, neighbour, abroad] = clouds;
        let home = Arc::clone(&cloud);
        let regions = [
            (REGION, vec![Arc::clone(&cloud), neighbour]),
            (OTHER_REGION, vec![abroad]),
        ];
        let regions = regions.map(|(region, all)| (region, Arc::new(Organizations::new(all))));
        let mut hosts = Vec::new();
        let other = HostSetup::of(OTHER_REGION);
        for (label, region, host) in [
            ("login", REGION, setup.login),
            ("api", REGION, setup.api),
            ("login", OTHER_REGION, other),
            ("api", OTHER_REGION, other),
        ] {
            let behind = regions.iter().find(|(region, _)| *region == host.region);
            let (_, organizations) = behind.unwrap_or(&regions[0]);
            let spoilt = setup.spoilt.clone();
            hosts.push(ready(
                label,
                region,
                host,
                (organizations, spoilt),
                &authority,
                &log,
                at,
            )?);
        }

        let revocation = setup.revocation.map(|door| Bound::new(door, None, at));
        let revocation = revocation.transpose()?;
        let doors = doors.iter().map(|&at| door::bind_shared(at));
        let doors = doors.collect::<Result<Vec<_>, _>>()?;
        let at_doors = doors.iter().filter_map(|door| door.local_addr().ok());
        let at_doors = at_doors.collect();
        let mut proxy = setup
            .proxy
            .map(|proxy| Proxy::bind(proxy, at))
            .transpose()?;
        if setup.proxy.is_some_and(|proxy| proxy.is_named) {
            let answer = dns::NameAnswer::Addresses(vec![at]);
            setup.zone.0.insert(proxy::NAME.to_owned(), answer);
        }
        let mut canaries = canaries;
        let mut proxy_argument = None;
        if let Some(proxy) = &mut proxy {
            canaries.append(&mut proxy.secrets);
            proxy_argument = Some(proxy.argument.clone());
        }
        let zones = std::iter::once(setup.zone).chain(setup.second_zone);
        let nameservers = zones.map(|zone| Nameserver::open(zone, at));
        let nameservers = nameservers.collect::<Result<Vec<_>, _>>()?;
        let dns_servers = nameservers.iter().map(Nameserver::address);
        let dns_servers = dns_servers.collect::<Result<Vec<_>, _>>()?;
        let ports = hosts
            .iter()
            .map(|ready| (ready.host.name.clone(), ready.bound.port));
        let ports: Vec<(String, u16)> = ports.collect();

        let files = Files::write(&authority.pem(), &setup.sample, &tool_client.1)?;
        if let Some(text) = setup.rewritten {
            home.rewrite_when_refused(files.object.clone(), text);
        }
        let (stop, stopped) = oneshot::channel();
        let (started, starting) = std::sync::mpsc::channel();
        let by_proxy = proxy.map(|proxy| ByProxy {
            proxy,
            ports: ports.clone(),
            at,
            log: log.clone(),
        });
        let thread = std::thread::Builder::new()
            .name("sandbox".into())
            .spawn(move || run(nameservers, hosts, (doors, by_proxy), &started, stopped))
            .map_err(SandboxError::Thread)?;
        // A thread that ended without a word has dropped its sender.
        let served = starting
            .recv()
            .unwrap_or(Err(std::io::ErrorKind::Other.into()));
        served.map_err(SandboxError::Thread)?;
        Ok(Self {
            ca_pem: authority.pem(),
            ca_file: files.ca,
            object_file: files.object,
            object_text: setup.sample.as_xml(),
            cfg_file: files.cfg,
            cfg_text: setup.sample.as_cfg(),
            folder: files.folder,
            dns_servers,
            ports,
            revocation,
            doors: at_doors,
            arguments: setup.arguments,
            proxy_argument,
            canaries,
            tool_client,
            tool_secret_file: files.tool_secret,
            with_tool_client: setup.with_tool_client,
            cloud,
            log,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

/// Fills the sample object and the identity providers with what was made for them; returns everything secret.
fn furnish(setup: &mut Setup) -> Result<Vec<String>, SandboxError> {
    // The characters are those that XML has to escape.
    let password = format!("S&mple<{}>", material::random_text(18)?);
    let material = setup.material.make(&password)?;
    let mut canaries = material.secrets.clone();
    canaries.push(password.clone());
    for cloud in [&setup.cloud, &setup.neighbour, &setup.abroad] {
        canaries.extend(cloud.secrets());
    }
    let sample = &mut setup.sample;
    sample.fill("saml", "password", &password);
    sample.fill("saml", "certificate", &material.certificate_option);
    sample.fill("saml", "pkey", &material.pkey_option);
    for (section, id) in [
        ("saml_auth", cloud::SAML_CLIENT),
        ("ewt", cloud::EWT_CLIENT),
    ] {
        if let Some(client) = setup.cloud.client(id) {
            sample.fill(section, "password", &client.secret);
        }
    }
    canaries.extend(sample.passwords());
    if let (Some(change), Some(client)) = (setup.rotation, setup.cloud.client(cloud::EWT_CLIENT)) {
        let mut changed = sample.clone();
        changed.set("ewt", "password", change(&client.secret));
        canaries.extend(changed.passwords());
        setup.rewritten = Some(changed.as_xml());
    }
    canaries.sort_unstable();
    canaries.dedup();
    for provider in &mut setup.cloud.providers {
        if provider.certificates.is_empty() && !provider.is_bare {
            let usual = material.provider_certificate(provider.written);
            provider.certificates.push(usual);
        }
        for (key, days) in &provider.made {
            let made = material::provider_certificate(*key, *days)?;
            provider.certificates.push(made);
        }
    }
    Ok(canaries)
}

fn ready(
    label: &str,
    region: &str,
    setup: HostSetup,
    (organizations, spoilt): (&Arc<Organizations>, Vec<Spoilt>),
    authority: &Authority,
    log: &Log,
    at: Ipv4Addr,
) -> Result<Ready, SandboxError> {
    let name = format!("{label}.{region}");
    let second = match setup.second {
        Some(Second::Serves(leaf)) => Some(authority.settings(&name, leaf, setup.offer)?),
        Some(Second::Refuses) | None => None,
    };
    Ok(Ready {
        bound: Bound::new(setup.door, setup.second, at)?,
        setup,
        second,
        tls: authority.settings(&name, setup.leaf, setup.offer)?,
        host: Arc::new(Host {
            name,
            region: setup.region,
            is_login: label == "login",
            organizations: Arc::clone(organizations),
            answers: setup.answers,
            marked: setup.marked,
            strips_authorization: setup.strips_authorization,
            skew: setup.skew,
            spoilt,
            log: log.clone(),
        }),
    })
}

/// The files of a sandbox, in a folder that only this user can read and that goes with the sandbox.
struct Files {
    folder: tempfile::TempDir,
    ca: PathBuf,
    object: PathBuf,
    cfg: PathBuf,
    tool_secret: PathBuf,
}

impl Files {
    fn write(ca: &str, sample: &object::Sample, tool_secret: &str) -> Result<Self, SandboxError> {
        let failed = |folder: PathBuf| move |source| SandboxError::File { folder, source };
        let folder = tempfile::Builder::new()
            .prefix("hybridcheck-sandbox-")
            .tempdir();
        let folder = folder.map_err(failed(std::env::temp_dir()))?;
        let write = |name: String, text: String| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).map_err(failed(folder.path().to_owned()))?;
            Ok::<_, SandboxError>(path)
        };
        let dbid = object::DBID;
        Ok(Self {
            ca: write("sandbox-ca.pem".into(), ca.into())?,
            object: write(format!("CfgTransaction_{dbid}.xml"), sample.as_xml())?,
            cfg: write(format!("CfgTransaction_annex_{dbid}.cfg"), sample.as_cfg())?,
            tool_secret: write("tool-client-secret".into(), tool_secret.into())?,
            folder,
        })
    }
}

/// The sandbox's thread: serves until the sandbox is dropped.
fn run(
    nameservers: Vec<Nameserver>,
    mut hosts: Vec<Ready>,
    (doors, mut by_proxy): (Vec<std::net::TcpListener>, Option<ByProxy>),
    started: &std::sync::mpsc::Sender<std::io::Result<()>>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = started.send(Err(error));
            return;
        }
    };
    runtime.block_on(async {
        let served = nameservers.into_iter().try_for_each(dns::serve);
        let opened = served.and_then(|()| {
            let mut tenants = Vec::new();
            for ready in &mut hosts {
                let router = router(&ready.host);
                if ready.setup.door == Door::Serves {
                    tenants.push((ready.tls.clone(), ready.host.clone(), router.clone()));
                }
                door::open(
                    &mut ready.bound,
                    ready.setup.door,
                    ready.tls.clone(),
                    ready.second.clone(),
                    ready.host.clone(),
                    router,
                )?;
            }
            let tenants: Arc<[_]> = tenants.into();
            for listener in doors {
                door::open_shared(listener, tenants.clone())?;
            }
            if let Some(by) = &mut by_proxy {
                by.proxy.open(&by.ports, by.at, &by.log)?;
            }
            Ok(())
        });
        match opened {
            Ok(()) => {
                let _ = started.send(Ok(()));
                // Ends with an error when the sandbox is dropped, which is the signal.
                let _ = stopped.await;
            }
            Err(error) => {
                let _ = started.send(Err(error));
            }
        }
    });
}

fn router(host: &Arc<Host>) -> Router {
    let routes = if host.is_login {
        oauth::router()
    } else {
        api::router()
    };
    routes
        .fallback(|| async { Refusal::not_found() })
        .layer(axum::middleware::from_fn_with_state(
            host.clone(),
            gateway::pass,
        ))
        .with_state(host.clone())
}
