//! The report for a terminal: every row in its family, then what was proven, and the diagnosis last, where the eye falls.

use hybridcheck_core::finding::Status;
use hybridcheck_core::object::ObjectId;
use hybridcheck_core::report::{Report, Style};
use hybridcheck_core::run::{Run, Verdict};
use hybridcheck_core::text::listed;

use crate::canvas::{Canvas, Tone};
use crate::words;

mod causes;
mod coverage;
mod facts;
mod rows;

/// The report for a terminal.
#[derive(Clone, Copy, Debug)]
pub struct Table;

impl Report for Table {
    fn name(&self) -> &'static str {
        "table"
    }

    fn about(&self) -> &'static str {
        "Every check with what was expected and found, the diagnosis and the verdict, for a terminal"
    }

    fn render(&self, run: &Run, style: &Style) -> String {
        let mut page = Canvas::new(*style);
        let is_quiet = style.verbosity < 0;
        if !is_quiet {
            header(&mut page, run);
        }
        rows::write(&mut page, run, *style);
        if style.verbosity >= 1 {
            facts::timings(&mut page, run);
        }
        if style.verbosity >= 2 {
            facts::list(&mut page, run);
        }
        if !is_quiet {
            coverage::notes(&mut page, run);
            coverage::proofs(&mut page, run);
            coverage::unproven(&mut page, run);
        }
        coverage::missing(&mut page, run);
        causes::write(&mut page, run);
        if !is_quiet || !run.causes.is_empty() {
            causes::others(&mut page, run);
        }
        verdict(&mut page, run);
        page.finish()
    }
}

fn header(page: &mut Canvas, run: &Run) {
    let call = &run.invocation;
    let inputs: Vec<String> = call
        .inputs
        .iter()
        .map(|input| page.clean(input, 200))
        .collect();
    let offline = if call.offline {
        ", nothing asked over the network (--offline)"
    } else {
        ""
    };
    let tool = page.clean(
        &format!("{} {} {}", run.tool.name, run.tool.version, call.command),
        200,
    );
    let title = format!("{tool} {}", inputs.join(" "));
    page.block("", 4, Tone::Strong, &title);
    let when = format!(
        "Judged as of {}; facts of {}, in {}{offline}.",
        run.as_of, run.started, run.took
    );
    page.block("", 2, Tone::Faint, &when);
    if words::is_partial(run) {
        let named = |flag: &str, ids: &[String]| {
            (!ids.is_empty()).then(|| format!("{flag} {}", ids.join(",")))
        };
        let chosen = [named("--only", &call.only), named("--skip", &call.skip)];
        let text = format!(
            "Not every check took part: {}.",
            listed(chosen.into_iter().flatten())
        );
        let text = page.clean(&text, words::CAP);
        page.block("", 2, Tone::Doubt, &text);
    }
}

/// The title of an object, when there are several to tell apart.
pub(crate) fn object_of(run: &Run, id: ObjectId) -> Option<&str> {
    let is_one_of_several = run.objects.len() > 1;
    let object = run.objects.iter().find(|object| object.id == id)?;
    is_one_of_several.then_some(object.title.as_str())
}

/// One sentence, the last of the report, with a line above it.
fn verdict(page: &mut Canvas, run: &Run) {
    let (tone, mark) = match run.verdict {
        Verdict::Ready => (Tone::Good, page.either("✓ ", "")),
        Verdict::NotReady => (Tone::Bad, page.either("✗ ", "")),
        Verdict::Incomplete => (Tone::Doubt, page.either("? ", "")),
        Verdict::Interrupted => (Tone::Doubt, page.either("! ", "")),
    };
    page.gap();
    page.rule();
    let fail_on = match (run.verdict, run.invocation.fail_on) {
        (Verdict::NotReady, Some(status)) if status != Status::Fail => {
            format!(" (--fail-on {})", status.label())
        }
        _ => String::new(),
    };
    let text = format!("{}{fail_on} ({})", words::verdict(run), words::basis(run));
    let text = page.clean(&text, words::CAP);
    page.led(&[(tone, mark)], 2, tone, &text);
}
