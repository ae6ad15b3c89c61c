//! Runs a check over an object in unit tests.

use hybridcheck_core::check::{Case, Check, Subject};
use hybridcheck_core::facts::{Answer, Facts, Gap};
use hybridcheck_core::finding::{Judgement, Status};
use hybridcheck_core::object::{HybridObject, Stranger};
use hybridcheck_core::policy::Policy;
use hybridcheck_core::region::Regions;
use hybridcheck_core::time::Timestamp;

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
    let status = |answer: &Answer<Judgement>| answer.as_ref().map_or(Status::Gap, |j| j.status);
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
    let (policy, regions) = (Policy::default(), Regions::default());
    let as_of = Timestamp::from_unix(1_800_000_000);
    let object = &objects[0];
    let case = Case::new(object, objects, strangers, facts, &policy, &regions, as_of);
    check
        .subjects(object)
        .into_iter()
        .map(|subject| {
            let answer = check.judge(&subject, &case);
            (subject, answer)
        })
        .collect()
}
