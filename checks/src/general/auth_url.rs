//! The form of `general/base_auth_url`.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::Answer;
use hybridcheck_core::finding::Judgement;
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;
use hybridcheck_core::region::HostRole;

use crate::evidence::options::address::Wanted;

page! {
    /// `general/base_auth_url` is the token URL of a login host
    ///
    /// ## Why it matters
    ///
    /// Every component sends its client id and secret to exactly this URL. Another path answers 404 or with a web page, the API host
    /// issues no tokens, and `http` would send the secret unencrypted.
    ///
    /// ## How to fix
    ///
    /// In GAX, Configuration Manager > Routing/eServices > Transactions > hybrid_integration > Options, section `general`, set
    /// `base_auth_url` to `https://login.<domain>/oauth/token`, for example `https://login.mypurecloud.de/oauth/token` in Frankfurt, and
    /// save.
    ///
    /// ## What we rely on
    ///
    /// Documented: `https://[region_host]/oauth/token` with the authentication host of the region; the official SDKs call it
    /// `login.<domain>`. A host outside the region table is judged by its first label only.
    pub(crate) struct AuthUrl;
}

const WANTED: Wanted = Wanted {
    option: "base_auth_url",
    label: "login",
    role: HostRole::Auth,
    path: "/oauth/token",
    path_sentence,
};

impl Judge for AuthUrl {
    type Subject = OptionName;

    fn subjects(&self, _object: &HybridObject) -> Vec<OptionName> {
        vec![OptionName::new("general", WANTED.option)]
    }

    fn judge(&self, _: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        WANTED.judge(case)
    }
}

fn path_sentence(path: &Outside) -> String {
    match path.raw() {
        "" | "/" => "the path `/oauth/token` is missing".to_owned(),
        "/oauth/token/" => "a `/` follows the path `/oauth/token`".to_owned(),
        _ => format!(
            "its path is `{}`, expected exactly `/oauth/token`",
            path.shown(100)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{offline, only};
    use hybridcheck_core::facts::Gap;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::objects::{healthy, with, without};

    const RIGHT: &str = "`https://login.mypurecloud.de/oauth/token`";

    fn judged(url: &str) -> Judgement {
        let object = with(healthy(), "general", "base_auth_url", url);
        only(offline(&AuthUrl, &object)).expect("a judgement")
    }

    #[test]
    fn the_token_url_of_a_region_passes() {
        for url in [
            "https://login.mypurecloud.de/oauth/token",
            "HTTPS://Login.usw2.pure.cloud:443/oauth/token",
            "https://login.new1.pure.cloud/oauth/token",
        ] {
            assert_eq!(judged(url).status(), Status::Pass, "{url}");
        }
    }

    #[test]
    fn each_defect_has_its_sentence_and_the_right_value_is_offered() {
        for (url, sentence) in [
            ("http://login.mypurecloud.de/oauth/token", "unencrypted"),
            (
                "login.mypurecloud.de/oauth/token",
                "does not begin with `https://`",
            ),
            ("https://api.mypurecloud.de/oauth/token", "is the API host"),
            ("https://apps.mypurecloud.de/oauth/token", "user interface"),
            ("https://mypurecloud.de/oauth/token", "domain alone"),
            ("https://login.mypurecloud.de:8443/oauth/token", "port 8443"),
            ("https://login.mypurecloud.de", "is missing"),
            (
                "https://login.mypurecloud.de/oauth/token/",
                "follows the path",
            ),
            (
                "https://login.mypurecloud.de/api/v2/oauth/token",
                "expected exactly",
            ),
            (
                "https://login.mypurecloud.de/OAuth/Token",
                "expected exactly",
            ),
            (
                "https://login.mypurecloud.de/oauth/token?grant_type=x",
                "a query",
            ),
            ("https://login.mypurecloud.de/oauth/token#x", "a fragment"),
            (
                "https://admin:pw@login.mypurecloud.de/oauth/token",
                "user information",
            ),
            ("token url", "no URL"),
        ] {
            let judgement = judged(url);
            assert_eq!(judgement.status(), Status::Fail, "{url}");
            assert!(
                judgement.found().contains(sentence),
                "{}",
                judgement.found()
            );
            assert_eq!(judgement.expected(), RIGHT, "{url}");
        }
    }

    #[test]
    fn several_defects_are_told_at_once() {
        let judgement = judged("http://api.mypurecloud.de/");
        assert_eq!(
            judgement.found().matches("; ").count(),
            2,
            "{}",
            judgement.found()
        );
    }

    #[test]
    fn secrets_in_a_url_are_not_shown() {
        for url in [
            "https://u:s3cr3t@h/",
            "https://login.mypurecloud.de/oauth/token?client_secret=s3cr3t",
        ] {
            assert!(!format!("{:?}", judged(url)).contains("s3cr3t"));
        }
    }

    #[test]
    fn blanks_and_quotes_are_another_checks_matter() {
        let judgement = judged(" \"https://login.mypurecloud.de/oauth/token\" ");
        assert_eq!(judgement.status(), Status::Pass);
        assert_eq!(judgement.evidence[0].label, "judged without");
    }

    #[test]
    fn a_host_outside_the_table_is_judged_by_its_label() {
        let judgement = judged("https://api.new1.pure.cloud/oauth/token");
        assert_eq!(judgement.status(), Status::Fail);
        assert_eq!(
            judgement.expected(),
            "`https://login.new1.pure.cloud/oauth/token`"
        );
    }

    #[test]
    fn a_missing_url_is_a_gap() {
        let object = without(healthy(), "general", "base_auth_url");
        assert!(matches!(
            only(offline(&AuthUrl, &object)),
            Err(Gap::Blocked { .. })
        ));
    }
}
