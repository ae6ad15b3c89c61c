//! The `PureEngage` identity provider is switched off.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::{commands, logins, rows};
use crate::idp;

page! {
    /// The PureEngage identity provider is switched off.
    ///
    /// ## What it means
    ///
    /// Somebody set `disabled` to true. Nobody can log in through Engage until it is false again.
    ///
    /// ## How to fix
    ///
    /// Ask why it was switched off; then set `disabled` to false, leaving the other members as they are.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/identityproviders/pureengage`
    ///
    /// ## What we rely on
    ///
    /// Documented: disabled: false is what the provisioning article asks for.
    pub(crate) struct IdpDisabled;
}

impl Rule for IdpDisabled {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = members::together(rows::failing(all, &idp::Enabled));
        shown.diagnosed(|(), shown| {
            let api = commands::api_base(case);
            shown.diagnosis(
                Certainty::Certain,
                "the PureEngage identity provider is switched off",
                Owner::CloudAdmin,
                format!("Ask why it was switched off, then set disabled to false in PUT {api}/api/v2/identityproviders/pureengage, with all other members as GET returns them."),
            )
            .shown_by(logins::refused_assertion(case, all))
            .breaks(logins::refused_login(case, all))
            .command(commands::api(case, "/api/v2/identityproviders/pureengage"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;

    #[test]
    fn it_fires_alone() {
        let bench = Bench::with_provider(|provider| provider.disabled = Some(true));
        assert_eq!(bench.causes(), ["idp-disabled"]);
        assert!(
            bench.diagnose(&IdpDisabled)[0]
                .fix
                .contains("https://api.mypurecloud.de:443/api/v2/identityproviders/pureengage")
        );
    }

    #[test]
    fn the_neighbouring_fault_is_another_cause() {
        let bench = Bench::with_provider(|provider| provider.auto_provision_users = Some(false));
        assert!(bench.diagnose(&IdpDisabled).is_empty());
    }
}
