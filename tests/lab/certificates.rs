//! Certificates of the lab's own servers, made anew for each run: good ones and every kind of bad one.

use std::path::Path;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CrlDistributionPoint, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
};

/// The hosts of the sample object.
const HOSTS: [&str; 2] = ["login.mypurecloud.de", "api.mypurecloud.de"];

/// Writes PEM files: `trusted.pem` (what the client is given beside the sandbox's authority), `company.pem` and
/// `company-key.pem` (the authority of inspecting proxies), and pairs `NAME.pem`, `NAME-key.pem` for servers.
pub(crate) fn write(folder: &Path) -> anyhow::Result<()> {
    let root = authority("Lab Trust Services Root", "Lab Trust Services")?;
    std::fs::write(folder.join("trusted.pem"), root.pem())?;

    let company = authority("Acme Web Gateway CA", "Acme Corp IT Security")?;
    std::fs::write(folder.join("company.pem"), company.pem())?;
    std::fs::write(
        folder.join("company-key.pem"),
        company.key().serialize_pem(),
    )?;
    std::fs::create_dir(folder.join("mitm"))?;
    let both = format!("{}{}", company.key().serialize_pem(), company.pem());
    std::fs::write(folder.join("mitm/mitmproxy-ca.pem"), both)?;

    let mut params = authority_params("Lab Trust Services M01", "Lab Trust Services");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let intermediate = CertifiedIssuer::signed_by(params, KeyPair::generate()?, &root)?;

    let good = leaf(&HOSTS, (-2, 196));
    pair(folder, "good", &good, &root, "")?;
    pair(folder, "chain", &good, &intermediate, &intermediate.pem())?;
    // Authorities that stand for nothing make it as long as genuine chains are.
    let mut long = intermediate.pem();
    for number in 1..=6 {
        long.push_str(
            &authority(
                &format!("Lab Trust Services Cross {number}"),
                &"x".repeat(200),
            )?
            .pem(),
        );
    }
    pair(folder, "long", &good, &intermediate, &long)?;
    pair(folder, "incomplete", &good, &intermediate, "")?;
    pair(folder, "expired", &leaf(&HOSTS, (-200, -2)), &root, "")?;
    pair(
        folder,
        "other-name",
        &leaf(&["gateway.acme.example"], (-2, 196)),
        &root,
        "",
    )?;
    pair(
        folder,
        "company-signed",
        &leaf(&HOSTS, (-2, 5)),
        &company,
        "",
    )?;
    let mut revocable = leaf(&HOSTS, (-2, 196));
    revocable.crl_distribution_points = vec![CrlDistributionPoint {
        uris: vec!["http://crl.labtrust.example/m01.crl".into()],
    }];
    pair(folder, "revocable", &revocable, &root, "")?;
    Ok(())
}

fn authority_params(name: &str, organisation: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
        .distinguished_name
        .push(DnType::OrganizationName, organisation);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = in_days(-30).into();
    params.not_after = in_days(365).into();
    params
}

fn authority(name: &str, organisation: &str) -> anyhow::Result<CertifiedIssuer<'static, KeyPair>> {
    let params = authority_params(name, organisation);
    Ok(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?)
}

fn leaf(names: &[&str], (from, to): (i64, i64)) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, names[0].clone());
    params.subject_alt_names = names
        .into_iter()
        .filter_map(|name| name.try_into().ok())
        .map(rcgen::SanType::DnsName)
        .collect();
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.not_before = in_days(from).into();
    params.not_after = in_days(to).into();
    params
}

fn pair(
    folder: &Path,
    name: &str,
    params: &CertificateParams,
    issuer: &CertifiedIssuer<'static, KeyPair>,
    rest: &str,
) -> anyhow::Result<()> {
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, issuer)?;
    let chain = format!("{}{rest}", certificate.pem());
    std::fs::write(folder.join(format!("{name}.pem")), chain)?;
    std::fs::write(folder.join(format!("{name}-key.pem")), key.serialize_pem())?;
    Ok(())
}

fn in_days(days: i64) -> SystemTime {
    let distance = Duration::from_secs(24 * 3600 * days.unsigned_abs());
    if days < 0 {
        SystemTime::now() - distance
    } else {
        SystemTime::now() + distance
    }
}
