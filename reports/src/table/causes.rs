//! The diagnosis: root causes with what to do, and the failures that no cause explains.

use hybridcheck_core::cause::{Certainty, Diagnosis};
use hybridcheck_core::check::CheckId;
use hybridcheck_core::finding::Status;
use hybridcheck_core::row::{Role, Row};
use hybridcheck_core::run::{Behind, Run};
use hybridcheck_core::text::listed;

use crate::canvas::{Canvas, Tone};
use crate::words::{self, CAP, FIX_CAP};

/// Under the number of a cause.
const INDENT: usize = 3;

/// Every cause, numbered, with everything a person needs to act and to see it done.
pub(super) fn write(page: &mut Canvas, run: &Run) {
    if run.causes.is_empty() {
        return;
    }
    let title = format!("DIAGNOSIS: {}", words::count(run.causes.len(), "cause"));
    page.banner(Tone::Bad, &title);
    for (index, cause) in run.causes.iter().enumerate() {
        if index > 0 {
            page.gap();
        }
        write_cause(page, run, index, cause);
    }
}

fn write_cause(page: &mut Canvas, run: &Run, index: usize, cause: &Diagnosis) {
    let number = format!("{}. ", index + 1);
    let sentence = page.clean(&cause.sentence, CAP);
    let sure = match cause.certainty {
        Certainty::Certain => "certain",
        Certainty::Likely => "likely",
        Certainty::Possible => "possible, one of several explanations",
    };
    page.led(
        &[(Tone::Bad, &number)],
        INDENT,
        Tone::Strong,
        &format!("{sentence} ({sure})"),
    );
    if let Some(title) = super::object_of(run, cause.object) {
        let title = page.clean(title, 200);
        page.field(INDENT, "object", Tone::Plain, &title);
    }
    page.field(INDENT, "who", Tone::Plain, &cause.owner.to_string());
    let fix = page.clean_lines(&cause.fix, FIX_CAP);
    page.field(INDENT, "fix", Tone::Strong, &fix);
    let pieces: Vec<String> = cause
        .evidence
        .iter()
        .map(|piece| {
            format!(
                "{}: {}",
                page.clean(&piece.label, 80),
                page.clean(&piece.value, CAP)
            )
        })
        .collect();
    page.field(INDENT, "evidence", Tone::Plain, &pieces.join("\n"));
    if let Some(command) = &cause.command {
        page.block("   ", INDENT, Tone::Faint, "to see it with common tools:");
        page.command(INDENT + 2, &page.clean(command, CAP));
    }
    if !cause.rerun.is_empty()
        && let Some(command) = rerun(run, cause)
    {
        page.block("   ", INDENT, Tone::Faint, "to see it done:");
        page.command(INDENT + 2, &page.clean(&command, 4 * CAP));
    }
    let follows = follows(run, index);
    page.field(INDENT, "explains", Tone::Plain, &follows);
    for behind in run
        .coverage
        .behind
        .iter()
        .filter(|behind| behind.cause == index)
    {
        write_behind(page, behind);
    }
}

/// The call that repeats only what shows the cause, with everything that changed what was asked; none where no call as printed would:
/// what a demonstration asked has ended with it, standard input has been read, and no page shows a line break in a name as it is.
fn rerun(run: &Run, cause: &Diagnosis) -> Option<String> {
    let call = &run.invocation;
    if call.command == "demo" || call.inputs.iter().any(|input| input == "-") {
        return None;
    }
    let is_probe = call.command == "probe";
    let command = if is_probe { "probe" } else { "check" };
    let mut parts = vec![format!("hybridcheck {command}")];
    parts.extend(call.inputs.iter().map(|input| path(input)));
    parts.extend(call.offline.then(|| "--offline".to_owned()));
    for setting in &call.settings {
        match setting.split_once(' ') {
            Some((flag, value)) => parts.push(format!("{} {}", quoted(flag), quoted(value))),
            None => parts.push(quoted(setting)),
        }
    }
    if let Some(id) = &call.client_id {
        parts.push(format!("--client-id {}", quoted(id)));
        // A variable that held the secret holds it still.
        let source = call.client_secret_source.as_deref();
        let file = source.filter(|source| *source != SECRET_VARIABLE);
        parts.extend(file.map(|file| format!("--client-secret-file {}", quoted(file))));
    }
    if !is_probe {
        let selected = selected(&cause.rerun);
        parts.extend(
            selected
                .iter()
                .map(|word| format!("--only {}", quoted(word))),
        );
    }
    let command = parts.join(" ");
    (!command.chars().any(char::is_control)).then_some(command)
}

/// A file as a command takes it: no flag, whatever its name begins with.
fn path(file: &str) -> String {
    if file.starts_with('-') {
        quoted(&format!("./{file}"))
    } else {
        quoted(file)
    }
}

/// The families that look at the organisation, and judge each other's facts: one check alone would be judged with less.
const CLOUD: [&str; 4] = ["oauth", "org", "idp", "roles"];

/// What a repeated run selects: the checks that show a cause, and with one of the organisation's side all of that side.
fn selected(checks: &[CheckId]) -> Vec<&str> {
    let family = |check: &CheckId| check.0.split('-').next().unwrap_or_default().to_owned();
    let is_of_login =
        |check: &&CheckId| check.0.starts_with("saml-login") || check.0 == "saml-client";
    let mut selected: Vec<&str> = Vec::new();
    if checks
        .iter()
        .any(|check| CLOUD.contains(&&*family(check)) || is_of_login(&check))
    {
        selected.extend(CLOUD);
    }
    if checks.iter().any(|check| is_of_login(&check)) {
        selected.push("saml");
    }
    let others = checks.iter().map(|check| check.0.as_str());
    let is_covered = |check: &&str| selected.contains(&check.split('-').next().unwrap_or_default());
    let others: Vec<&str> = others.filter(|check| !is_covered(check)).collect();
    selected.extend(others);
    selected
}

/// The variable that holds the secret of the tool's own client.
const SECRET_VARIABLE: &str = "HYBRIDCHECK_CLIENT_SECRET";

/// A word as a POSIX shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._/-+=:@%,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn follows(run: &Run, index: usize) -> String {
    let consequences: Vec<&Row> = run
        .rows
        .iter()
        .filter(|row| row.role == Role::Consequence { cause: index })
        .collect();
    let roots = run
        .rows
        .iter()
        .filter(|row| row.role == Role::Root { cause: index })
        .count();
    let of = |status: Status, noun: &str| {
        let number = consequences
            .iter()
            .filter(|row| row.status() == status)
            .count();
        (number > 0).then(|| format!("{number} {noun}"))
    };
    let kinds: Vec<String> = [
        of(Status::Fail, "failing"),
        of(Status::Warn, "warning"),
        of(Status::Gap, "not checked"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let shown = match roots {
        0 => "shown by what was refused".to_owned(),
        _ => format!("shown by {}", words::count(roots, "row")),
    };
    match consequences.len() {
        0 => shown,
        1 => format!("{shown}; 1 row follows from it ({})", listed(kinds)),
        number => format!("{shown}; {number} rows follow from it ({})", listed(kinds)),
    }
}

/// What cannot be seen before the cause is gone.
fn write_behind(page: &mut Canvas, behind: &Behind) {
    let mut text = format!(
        "{} could not be made because of it: {}",
        words::count(behind.checks.len(), "check"),
        listed(&behind.checks)
    );
    if !behind.needs.is_empty() {
        text.push_str(match behind.checks.len() {
            1 => ". Once it is gone it needs: ",
            _ => ". Once it is gone they need: ",
        });
        text.push_str(&behind.needs.join("; "));
    }
    let text = page.clean(&text, 2 * CAP);
    page.field(INDENT, "behind", Tone::Plain, &text);
}

/// Failures of their own, briefly: their details stand with their rows.
pub(super) fn others(page: &mut Canvas, run: &Run) {
    let rows = words::blocking(run);
    let Some(last) = rows.last() else {
        return;
    };
    let heading = match (last.status(), run.causes.is_empty()) {
        (Status::Fail, true) => "FAILURES (details stand above)",
        (Status::Fail, false) => "OTHER FAILURES, which no cause explains (details stand above)",
        (_, true) => "WHAT MAKES THIS RUN FAIL (details stand above)",
        (_, false) => "WHAT ELSE MAKES THIS RUN FAIL (details stand above)",
    };
    page.gap();
    page.block("", 2, Tone::Bad, heading);
    for row in rows {
        let mut text = page.clean(&words::said(row), 300);
        if let Some(title) = super::object_of(run, row.object) {
            text = format!("{text}, in {}", page.clean(title, 200));
        }
        if let Some(owner) = row.owner() {
            text = format!("{text} ({owner})");
        }
        let subject = format!("{}  ", page.clean(&row.subject.to_string(), 160));
        let mark = words::status(page, row.status());
        let lead = [
            (Tone::Plain, "  "),
            (words::tone(row.status()), mark),
            (Tone::Plain, "  "),
            (Tone::Strong, subject.as_str()),
        ];
        page.led(&lead, 4, Tone::Plain, &text);
    }
}

#[cfg(test)]
mod tests {
    use hybridcheck_core::cause::{Certainty, Diagnosis};
    use hybridcheck_core::finding::Owner;
    use hybridcheck_core::run::Invocation;
    use hybridcheck_testkit::runs;

    use super::{CheckId, quoted, rerun, selected};

    #[test]
    fn the_tools_own_client_asks_again_with_its_secret_where_it_was() {
        let cause = Diagnosis::of_facts(Certainty::Certain, "…", Owner::CloudAdmin, "…");
        let call = |source: &str| {
            let mut run = runs::healthy();
            run.invocation = Invocation {
                command: "check".into(),
                inputs: vec!["o.xml".into()],
                client_id: Some("an-id".into()),
                client_secret_source: Some(source.into()),
                ..Invocation::default()
            };
            rerun(&run, &cause).expect("a command")
        };
        assert_eq!(
            call("my secret"),
            "hybridcheck check o.xml --client-id an-id --client-secret-file 'my secret'"
        );
        assert_eq!(
            call("HYBRIDCHECK_CLIENT_SECRET"),
            "hybridcheck check o.xml --client-id an-id"
        );
    }

    #[test]
    fn what_was_judged_without_the_network_for_another_day_is_judged_so_again() {
        let cause = Diagnosis::of_facts(Certainty::Certain, "…", Owner::EngageAdmin, "…");
        let mut run = runs::healthy();
        run.invocation = Invocation {
            command: "check".into(),
            inputs: vec!["o.xml".into()],
            offline: true,
            settings: vec![
                "--tenant Environment".into(),
                "--as-of 2500-01-01T00:00:00Z".into(),
            ],
            ..Invocation::default()
        };
        assert_eq!(
            rerun(&run, &cause).expect("a command"),
            "hybridcheck check o.xml --offline --tenant Environment --as-of 2500-01-01T00:00:00Z"
        );
    }

    #[test]
    fn only_a_call_that_works_as_printed_is_printed() {
        let cause = Diagnosis::of_facts(Certainty::Certain, "…", Owner::EngageAdmin, "…");
        let call = |input: &str| {
            let mut run = runs::healthy();
            run.invocation = Invocation {
                command: "check".into(),
                inputs: vec![input.into()],
                ..Invocation::default()
            };
            rerun(&run, &cause)
        };
        assert_eq!(call("-x.cfg").unwrap(), "hybridcheck check ./-x.cfg");
        assert_eq!(call("a b.cfg").unwrap(), "hybridcheck check 'a b.cfg'");
        assert_eq!(call("-"), None);
        assert_eq!(call("a\nb.cfg"), None);
    }

    #[test]
    fn what_looks_at_the_organisation_is_repeated_together() {
        let ids = |words: &[&str]| -> Vec<CheckId> {
            words.iter().map(|word| CheckId((*word).into())).collect()
        };
        let cloud = ["oauth", "org", "idp", "roles"];
        assert_eq!(selected(&ids(&["idp-exists"])), cloud);
        let with_option = ids(&["roles-exist", "general-options-clean"]);
        assert_eq!(
            selected(&with_option),
            [&cloud[..], &["general-options-clean"]].concat()
        );
        assert_eq!(
            selected(&ids(&["saml-login"])),
            [&cloud[..], &["saml"]].concat()
        );
        let network = ids(&["network-resolves", "tls-trusted"]);
        assert_eq!(selected(&network), ["network-resolves", "tls-trusted"]);
    }

    #[test]
    fn words_are_quoted_for_a_shell_only_when_they_must_be() {
        assert_eq!(quoted("a/b-c.xml"), "a/b-c.xml");
        assert_eq!(quoted("my file"), "'my file'");
        assert_eq!(quoted("it's; rm"), r"'it'\''s; rm'");
        assert_eq!(quoted(""), "''");
    }
}
