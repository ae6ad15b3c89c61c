//! Every canned run in every format.

use hybridcheck_core::finding::Status;
use hybridcheck_core::report::{Report, Style};
use hybridcheck_core::row::Role;
use hybridcheck_core::run::{Run, Verdict};
use hybridcheck_testkit::runs;

use crate::{by_name, reports, schema};

fn canned() -> Vec<(&'static str, Run)> {
    vec![
        ("healthy", runs::healthy()),
        ("blocked", runs::blocked()),
        ("incomplete", runs::incomplete()),
        ("interrupted", runs::interrupted()),
        ("hostile", runs::hostile()),
    ]
}

fn style(width: u16, unicode: bool) -> Style {
    Style {
        width,
        unicode,
        ..Style::default()
    }
}

fn render(format: &str, run: &Run, style: Style) -> String {
    by_name(format).expect("a format").render(run, &style)
}

/// Every combination in which a report could show a wrong character or break a line.
fn styles() -> Vec<Style> {
    let mut all = Vec::new();
    for width in [0, 47, 60, 100, u16::MAX] {
        for verbosity in [-1, 0, 1, 2] {
            for unicode in [false, true] {
                for show_from in [Status::Pass, Status::Warn] {
                    all.push(Style {
                        color: false,
                        width,
                        unicode,
                        verbosity,
                        show_from,
                    });
                }
            }
        }
    }
    all
}

#[test]
fn tables_look_as_reviewed() {
    for (name, run) in canned() {
        for width in [60, 100] {
            for (unicode, set) in [(true, "unicode"), (false, "ascii")] {
                let text = render("table", &run, style(width, unicode));
                insta::assert_snapshot!(format!("table_{name}_{width}_{set}"), text);
            }
        }
    }
}

#[test]
fn the_table_of_a_small_terminal_looks_as_reviewed() {
    insta::assert_snapshot!(
        "table_blocked_80_unicode",
        render("table", &runs::blocked(), style(80, true))
    );
    insta::assert_snapshot!(
        "table_blocked_40_ascii",
        render("table", &runs::blocked(), style(40, false))
    );
}

#[test]
fn louder_and_quieter_tables_look_as_reviewed() {
    for (name, verbosity) in [("quiet", -1), ("verbose", 1), ("loud", 2)] {
        let style = Style {
            verbosity,
            ..style(80, true)
        };
        for (of, run) in [("healthy", runs::healthy()), ("blocked", runs::blocked())] {
            insta::assert_snapshot!(format!("table_{of}_{name}"), render("table", &run, style));
        }
    }
}

#[test]
fn short_reports_look_as_reviewed() {
    for (name, run) in canned() {
        for (unicode, set) in [(true, "unicode"), (false, "ascii")] {
            let text = render("short", &run, style(100, unicode));
            assert!(text.lines().count() <= 15, "{name}: {text}");
            insta::assert_snapshot!(format!("short_{name}_{set}"), text);
        }
    }
}

#[test]
fn json_looks_as_reviewed() {
    for (name, run) in canned() {
        insta::assert_snapshot!(
            format!("json_{name}"),
            render("json", &run, Style::default())
        );
    }
}

#[test]
fn json_holds_to_its_schema_and_is_read_back_as_the_same_run() {
    let schema = serde_json::from_str(&schema()).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    for (name, run) in canned() {
        let text = render("json", &run, Style::default());
        let value = serde_json::from_str(&text).expect("json");
        let faults: Vec<String> = validator
            .iter_errors(&value)
            .map(|fault| format!("{}: {fault}", fault.instance_path))
            .collect();
        assert!(faults.is_empty(), "{name}: {faults:#?}");
        assert_eq!(
            serde_json::from_str::<Run>(&text).expect("a run"),
            run,
            "{name}"
        );
    }
}

#[test]
fn the_schema_refuses_what_is_no_run() {
    let schema = serde_json::from_str(&schema()).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    let text = render("json", &runs::healthy(), Style::default());
    let mut value: serde_json::Value = serde_json::from_str(&text).expect("json");
    value["verdict"] = "perhaps".into();
    assert!(!validator.is_valid(&value));
}

#[test]
fn no_format_passes_hostile_characters_on() {
    for report in reports() {
        for style in styles() {
            let text = report.render(&runs::hostile(), &style);
            let raw = text.chars().find(|c| {
                (c.is_control() && *c != '\n')
                    || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            });
            assert_eq!(raw, None, "{} {style:?}", report.name());
        }
    }
}

#[test]
fn ascii_is_ascii_whatever_the_data_holds() {
    for report in reports() {
        for (name, run) in canned() {
            for style in styles().into_iter().filter(|style| !style.unicode) {
                let text = report.render(&run, &style);
                let other = text.chars().find(|c| !c.is_ascii());
                assert_eq!(other, None, "{} {name} {style:?}", report.name());
            }
        }
    }
}

#[test]
fn colour_adds_nothing_but_escape_sequences() {
    for report in reports() {
        for (name, run) in canned() {
            for style in styles() {
                let plain = report.render(&run, &style);
                let colored = report.render(
                    &run,
                    &Style {
                        color: true,
                        ..style
                    },
                );
                assert_eq!(without_escapes(&colored), plain, "{} {name}", report.name());
            }
        }
    }
    let style = Style {
        color: true,
        ..Style::default()
    };
    assert!(render("table", &runs::blocked(), style).contains("\x1b[1;31m"));
}

/// Removes the sequences that set colours, and only those.
fn without_escapes(text: &str) -> String {
    let mut pieces = text.split("\x1b[");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (codes, rest) = piece.split_once('m').expect("a colour");
        assert!(
            codes.chars().all(|c| c.is_ascii_digit() || c == ';'),
            "{codes}"
        );
        out.push_str(rest);
    }
    out
}

#[test]
fn tables_stay_within_the_width() {
    for (name, run) in canned() {
        for style in styles() {
            let width = usize::from(style.width).clamp(40, 120);
            for line in render("table", &run, style).lines() {
                let is_command = ["curl ", "hybridcheck check "]
                    .iter()
                    .any(|start| line.trim_start().starts_with(start));
                let columns = unicode_width::UnicodeWidthStr::width(line);
                assert!(
                    is_command || columns <= width,
                    "{name} {style:?}: {columns} in {line:?}"
                );
            }
        }
    }
}

#[test]
fn every_independent_failure_is_named_after_the_diagnosis() {
    let text = render("table", &runs::blocked(), Style::default());
    let (_, end) = text.split_once("DIAGNOSIS").expect("a diagnosis");
    assert!(
        end.contains("saml/certificate  expired on 2026-12-01"),
        "{end}"
    );
    assert!(end.trim_end().ends_with("regions of 2026-11-23)"), "{end}");
}

#[test]
fn quiet_reports_hold_no_passing_row() {
    let style = Style {
        verbosity: -1,
        ..style(100, false)
    };
    let text = render("table", &runs::blocked(), style);
    assert!(
        !text.contains("object-name") && !text.contains("  ok "),
        "{text}"
    );
    assert!(text.contains("network-tcp"), "{text}");
}

#[test]
fn a_run_without_anything_is_rendered_too() {
    let mut run = runs::healthy();
    run.rows.clear();
    run.objects.clear();
    run.facts.clear();
    run.coverage.endpoints.clear();
    for report in reports() {
        assert!(report.render(&run, &Style::default()).ends_with('\n'));
    }
}

#[test]
fn names_are_found_and_unknown_ones_are_not() {
    for report in reports() {
        assert_eq!(
            by_name(report.name()).map(Report::about),
            Some(report.about())
        );
    }
    assert!(by_name("tabel").is_none());
}

#[test]
fn rows_that_are_not_shown_are_counted() {
    let style = Style {
        show_from: Status::Warn,
        ..style(100, false)
    };
    let text = render("table", &runs::healthy(), style);
    assert!(text.contains("12 rows below `warn` not shown"), "{text}");
    assert!(!text.contains("  ok  "), "{text}");
}

#[test]
fn warnings_that_fail_the_run_are_named_at_the_end() {
    let mut run = runs::incomplete();
    run.verdict = Verdict::NotReady;
    run.invocation.fail_on = Some(Status::Warn);
    let table = render("table", &run, style(100, false));
    let (_, end) = table
        .split_once("WHAT MAKES THIS RUN FAIL")
        .expect("what makes it fail");
    assert!(
        end.contains("saml/expire_time  `72`, in hybrid_integration of Sales"),
        "{end}"
    );
    assert!(end.contains("(--fail-on warn)"), "{end}");
    let short = render("short", &run, style(100, false));
    assert!(short.contains("Warns: saml/expire_time: `72`."), "{short}");
}

#[test]
fn several_causes_are_numbered_and_their_rows_point_at_them() {
    let mut run = runs::blocked();
    let mut second = run.causes[0].clone();
    second.sentence = "The secret of [ewt] is not the one of its client".into();
    run.causes.push(second);
    run.rows[8].role = Role::Consequence { cause: 1 };
    let text = render("table", &run, style(100, false));
    assert!(text.contains("DIAGNOSIS: 2 causes"), "{text}");
    assert!(
        text.contains("[ewt]  The client gets a token (follows from cause 2)"),
        "{text}"
    );
    assert!(
        text.contains("2. The secret of [ewt] is not the one of its client"),
        "{text}"
    );
}
