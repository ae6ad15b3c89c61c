//! The form of `general/base_service_url`.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::Answer;
use hybridcheck_core::finding::Judgement;
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;
use hybridcheck_core::region::HostRole;

use crate::evidence::options::address::Wanted;

page! {
    /// `general/base_service_url` is the base URL of an API host
    ///
    /// ## Why it matters
    ///
    /// The components put the rest of each call, such as `v2/conversations`, straight behind this value. Without the `/` at its end they
    /// call `/apiv2/…`, with a `v2` in it `/api/v2/v2/…`; neither exists.
    ///
    /// ## How to fix
    ///
    /// In GAX, Configuration Manager > Routing/eServices > Transactions > hybrid_integration > Options, section `general`, set
    /// `base_service_url` to `https://api.<domain>/api/`, with the `/` at its end, for example `https://api.mypurecloud.de/api/` in
    /// Frankfurt, and save.
    ///
    /// ## What we rely on
    ///
    /// Documented: `https://[region_host]/api/` with the API host of the region, to which the component's code adds `v2/…`. Inferred:
    /// that it adds it by plain concatenation, so that the `/` counts. A host outside the region table is judged by its first label
    /// only.
    pub(crate) struct ServiceUrl;
}

const WANTED: Wanted = Wanted {
    option: "base_service_url",
    label: "api",
    role: HostRole::Api,
    path: "/api/",
    path_sentence,
};

impl Judge for ServiceUrl {
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
        "" | "/" => "the path `/api/` is missing".to_owned(),
        "/api" => "the `/` at its end is missing: calls would go to `/apiv2/…`".to_owned(),
        "/api/v2" | "/api/v2/" => {
            "it already holds `v2`, which the components add themselves".to_owned()
        }
        _ => format!(
            "its path is `{}`, expected exactly `/api/`",
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
    use hybridcheck_testkit::objects::{healthy, with};

    fn judged(url: &str) -> Answer<Judgement> {
        let object = with(healthy(), "general", "base_service_url", url);
        only(offline(&ServiceUrl, &object))
    }

    #[test]
    fn the_base_url_of_a_region_passes() {
        for url in [
            "https://api.mypurecloud.de/api/",
            "https://api.usw2.pure.cloud/api/",
        ] {
            assert_eq!(
                judged(url).expect("a judgement").status(),
                Status::Pass,
                "{url}"
            );
        }
    }

    #[test]
    fn each_defect_has_its_sentence_and_the_right_value_is_offered() {
        for (url, sentence) in [
            ("https://api.mypurecloud.de/api", "`/apiv2/…`"),
            ("https://api.mypurecloud.de/api/v2/", "already holds `v2`"),
            ("https://api.mypurecloud.de/api/v2", "already holds `v2`"),
            ("https://api.mypurecloud.de/", "is missing"),
            ("https://api.mypurecloud.de/api//", "expected exactly"),
            ("https://login.mypurecloud.de/api/", "is the login host"),
            (
                "https://developer.mypurecloud.de/api/",
                "another host of the region",
            ),
            ("http://api.mypurecloud.de/api/", "unencrypted"),
        ] {
            let judgement = judged(url).expect("a judgement");
            assert_eq!(judgement.status(), Status::Fail, "{url}");
            assert!(
                judgement.found().contains(sentence),
                "{}",
                judgement.found()
            );
            assert_eq!(judgement.expected(), "`https://api.mypurecloud.de/api/`");
        }
    }

    #[test]
    fn a_hidden_or_empty_url_is_a_gap() {
        assert!(matches!(judged("****"), Err(Gap::Hidden { .. })));
        assert!(matches!(judged(""), Err(Gap::Blocked { .. })));
    }
}
