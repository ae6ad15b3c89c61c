//! Pure judgements: one file per check in family folders, one file per root cause in `causes/`.

use hybridcheck_core::cause::Rule;
use hybridcheck_core::check::Check;

mod answers;
mod causes;
mod commands;
#[cfg(test)]
mod fact_testing;
mod general;
mod handshakes;
mod idp;
mod idp_refusals;
mod logins;
mod marks;
mod names;
mod nameservers;
mod network;
mod oauth;
mod object;
mod org;
mod ours;
mod providers;
mod proxied;
mod proxy;
mod reading;
mod refusals;
mod rights;
mod roles;
mod rows;
mod saml;
mod seen;
mod services;
mod shut;
mod tls;
mod tokens;

#[cfg(test)]
mod registry;
#[cfg(test)]
mod testing;

pub use idp_refusals::{IdpFault, Refusal};

/// Every check, family by family, in the order in which they are shown.
pub fn checks() -> Vec<&'static dyn Check> {
    [
        object::CHECKS,
        general::CHECKS,
        saml::CHECKS,
        services::CHECKS,
        network::CHECKS,
        proxy::CHECKS,
        tls::CHECKS,
        oauth::CHECKS,
        org::CHECKS,
        idp::CHECKS,
        roles::CHECKS,
    ]
    .concat()
}

/// Every root cause, in the order in which they are tried.
pub fn rules() -> Vec<&'static dyn Rule> {
    causes::RULES.to_vec()
}
