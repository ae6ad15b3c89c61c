//! New users are not created at their first login.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::{commands, rows};
use crate::idp;

page! {
    /// New users are not created at their first login.
    ///
    /// ## What it means
    ///
    /// `autoProvisionUsers` is false. Agents who are users of the organisation already can log in, all others are turned away.
    ///
    /// ## How to fix
    ///
    /// Set `autoProvisionUsers` to true, leaving the other members as they are.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/identityproviders/pureengage`
    ///
    /// ## What we rely on
    ///
    /// Documented: autoProvisionUsers true is what the provisioning article demands.
    pub(crate) struct AutoProvisioningOff;
}

impl Rule for AutoProvisioningOff {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = members::together(rows::failing(all, &idp::AutoProvision));
        shown.diagnosed(|(), shown| {
            let api = commands::api_base(case);
            shown.diagnosis(
                Certainty::Certain,
                "the PureEngage identity provider does not create users at their first login",
                Owner::CloudAdmin,
                format!("Set autoProvisionUsers to true in PUT {api}/api/v2/identityproviders/pureengage, with all other members as GET returns them."),
            )
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
        let bench = Bench::with_provider(|provider| provider.auto_provision_users = Some(false));
        assert_eq!(bench.causes(), ["auto-provisioning-off"]);
        assert!(
            bench.diagnose(&AutoProvisioningOff)[0]
                .fix
                .contains("https://api.mypurecloud.de:443/api/v2/identityproviders/pureengage")
        );
    }

    #[test]
    fn the_neighbouring_fault_is_another_cause() {
        let bench = Bench::with_provider(|provider| provider.disabled = Some(true));
        assert!(bench.diagnose(&AutoProvisioningOff).is_empty());
    }
}
