//! Every form in which a certificate or a key was seen or is documented, made by the real `openssl`.

mod contents;
mod forms;
mod protections;
mod safety;

use std::sync::LazyLock;

use anyhow::{Context, Result};
use hybridcheck_core::facts::{CertificateInfo, Wrapping};
use hybridcheck_testkit::openssl::{self, Pair};

use super::describe;

/// RSA keys take a while to make, so all tests share one pair.
static PAIR: LazyLock<Pair> =
    LazyLock::new(|| openssl::pair().expect("openssl makes a certificate and its key"));

const BASE64_DER: [Wrapping; 2] = [Wrapping::Base64, Wrapping::Der];

fn info() -> Result<CertificateInfo> {
    let der = openssl::certificate_der(&PAIR.certificate)?;
    describe(&der).context("openssl's certificate is described")
}
