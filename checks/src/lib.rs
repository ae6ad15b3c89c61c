//! Pure judgements: one file per check in family folders, one file per root cause in `causes/`.

use hybridcheck_core::cause::Rule;
use hybridcheck_core::check::Check;

mod causes;
pub mod engine;
mod evidence;
mod general;
mod idp;
mod network;
mod oauth;
mod object;
mod org;
mod proxy;
mod roles;
mod saml;
mod services;
mod tls;

#[cfg(test)]
mod testing;

/// Every check, family by family, in the order in which they are shown.
pub fn checks() -> Vec<Box<dyn Check>> {
    [
        object::checks(),
        general::checks(),
        saml::checks(),
        services::checks(),
        network::checks(),
        proxy::checks(),
        tls::checks(),
        oauth::checks(),
        org::checks(),
        idp::checks(),
        roles::checks(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Every root cause, in the order in which they are tried.
pub fn rules() -> Vec<&'static dyn Rule> {
    causes::RULES.to_vec()
}
