//! Runs a check over an object in unit tests.

use hybridcheck_core::check::{Check, Subject};
use hybridcheck_core::facts::{Answer, Facts, Gap};
use hybridcheck_core::finding::{Judgement, Status};
use hybridcheck_core::object::{Configuration, HybridObject, Stranger};
use hybridcheck_core::policy::Policy;
use hybridcheck_core::region::Regions;
use hybridcheck_core::time::Timestamp;

use crate::engine::{self, Criteria};

/// What a check says about each of its subjects.
pub(crate) type Answers = Vec<(Subject, Answer<Judgement>)>;

/// Judges every subject of one object.
pub(crate) fn judge(check: &dyn Check, object: &HybridObject, facts: &Facts) -> Answers {
    run(check, std::slice::from_ref(object), &[], facts)
}

/// Judges without any fact.
pub(crate) fn offline(check: &dyn Check, object: &HybridObject) -> Answers {
    judge(check, object, &Facts::without(Gap::Offline))
}

/// Judges the first of several objects, beside strangers.
pub(crate) fn among(
    check: &dyn Check,
    objects: &[HybridObject],
    strangers: &[Stranger],
) -> Answers {
    run(check, objects, strangers, &Facts::without(Gap::Offline))
}

/// The answer of a check that has exactly one subject.
pub(crate) fn only(answers: Answers) -> Answer<Judgement> {
    let [(_, answer)] = <[_; 1]>::try_from(answers).expect("exactly one subject");
    answer
}

/// The answer about an option.
pub(crate) fn about(answers: Answers, section: &str, option: &str) -> Answer<Judgement> {
    let wanted = Subject::option(section, option);
    let found = answers.into_iter().find(|(subject, _)| *subject == wanted);
    found.expect("the option is a subject").1
}

/// The subjects whose verdict is not a pass, with it.
pub(crate) fn unusual(answers: &Answers) -> Vec<(String, Status)> {
    let status =
        |answer: &Answer<Judgement>| answer.as_ref().map_or(Status::Gap, Judgement::status);
    answers
        .iter()
        .map(|(subject, answer)| (subject.to_string(), status(answer)))
        .filter(|(_, status)| *status != Status::Pass)
        .collect()
}

fn run(
    check: &dyn Check,
    objects: &[HybridObject],
    strangers: &[Stranger],
    facts: &Facts,
) -> Answers {
    let criteria = Criteria {
        checks: &[],
        rules: &[],
        policy: &Policy::default(),
        regions: &Regions::default(),
        as_of: Timestamp::from_unix(1_800_000_000),
        has_tool_client: false,
    };
    let configuration = Configuration {
        objects: objects.to_vec(),
        strangers: strangers.to_vec(),
        ..Configuration::default()
    };
    let case = criteria.case(&configuration.objects[0], &configuration, facts);
    let answers = engine::answers(check, &case).into_iter();
    answers
        .map(|answered| (answered.subject, answered.answer.expect("no panic")))
        .collect()
}
