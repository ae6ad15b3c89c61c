//! Work grows with what is given, and not faster: an input of n, 2n and 4n things is read and judged, and no doubling may cost more than
//! 2.2 times as much. Where a bound ends what is read (options, repeats, sections), it is measured below the bound and beyond it.
//! What is measured is the processor time of the process, where the system tells it: other work on the machine does not count.
//! `cargo bench --bench linear -- sections objects` measures only those.
#![expect(clippy::print_stdout, reason = "a benchmark prints its measurement")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use hybridcheck::gather;
use hybridcheck_checks::engine::{self, Criteria};
use hybridcheck_core::policy::Policy;
use hybridcheck_core::region::Regions;
use hybridcheck_core::time::Timestamp;
use hybridcheck_sources::{self as sources, Input};

/// What a doubling may cost.
const BOUND: f64 = 2.2;

/// The quickest of so many is what the work costs; the others met somebody else's.
const TRIES: usize = 5;

/// A try lasts at least so long: short work is done again and again, and its mean counts.
const TRY: Duration = Duration::from_millis(60);

/// An input of so many things.
type Make = fn(usize) -> String;

const GENERAL: &str = "[general]\norganization_sname=acme\norganization_id=00000000-1111-4222-8333-444444444444\n\
     base_auth_url=https://login.mypurecloud.de/oauth/token\nbase_service_url=https://api.mypurecloud.de/api/\n";

fn main() -> ExitCode {
    let kinds: [(&str, usize, Make); 10] = [
        ("options", 450, options),
        ("options beyond", 50_000, options),
        ("repeats", 450, repeats),
        ("repeats beyond", 50_000, repeats),
        ("sections", 120, sections),
        ("sections beyond", 20_000, sections),
        ("objects", 500, objects),
        ("attributes", 2_000, attributes),
        ("rows", 20_000, rows),
        ("junk lines", 100_000, junk),
    ];
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let is_wanted = |what: &str| wanted.is_empty() || wanted.iter().any(|word| what.contains(word));
    let mut is_linear = true;
    for (what, count, make) in kinds.into_iter().filter(|(what, ..)| is_wanted(what)) {
        let costs = [1, 2, 4].map(|times| cost(&make(times * count)).as_secs_f64());
        let ratios = [costs[1] / costs[0], costs[2] / costs[1]];
        let [first, second] = ratios;
        println!(
            "{what:<16} n = {count:>6}: {:>9.2} ms; 2n / n = {first:.2}, 4n / 2n = {second:.2}",
            costs[0] * 1e3
        );
        is_linear &= ratios.iter().all(|ratio| *ratio <= BOUND);
    }
    if is_linear {
        return ExitCode::SUCCESS;
    }
    println!("a doubling costs more than {BOUND} times as much");
    ExitCode::FAILURE
}

fn cost(text: &str) -> Duration {
    let once = |_| {
        let begun = spent();
        let mut times = 0;
        loop {
            read_and_judge(text);
            times += 1;
            let spent = spent().saturating_sub(begun);
            if spent >= TRY {
                return spent / times;
            }
        }
    };
    (0..TRIES).map(once).min().unwrap_or_default()
}

/// The processor time this process has used so far, in all its threads.
#[cfg(target_os = "linux")]
fn spent() -> Duration {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;

    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("a process may ask for its own usage");
    let spent = usage.user_time() + usage.system_time();
    Duration::from_micros(u64::try_from(spent.num_microseconds()).unwrap_or_default())
}

/// The time since the first call: this system is not asked for what the process used.
#[cfg(not(target_os = "linux"))]
fn spent() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;

    static BEGUN: OnceLock<Instant> = OnceLock::new();
    BEGUN.get_or_init(Instant::now).elapsed()
}

/// What a run does offline, up to its document; what is refused is over with the refusal.
fn read_and_judge(text: &str) {
    let input = Input {
        name: "input".into(),
        bytes: text.as_bytes().to_vec(),
    };
    let Ok(configuration) = sources::read(&[input]) else {
        return;
    };
    let (checks, rules) = (hybridcheck_checks::checks(), hybridcheck_checks::rules());
    let policy = Policy::default();
    let wanted: BTreeSet<_> = engine::wanted(&checks, &configuration.objects, false, &policy);
    let gathered = gather::local(&wanted, &configuration.objects, || false);
    let criteria = Criteria {
        checks: &checks,
        rules: &rules,
        policy: &policy,
        regions: &Regions::default(),
        as_of: Timestamp::parse("2026-11-23").expect("a day"),
        has_tool_client: false,
    };
    black_box(engine::judge(&configuration, &gathered.facts, &criteria));
}

fn many(begin: &str, count: usize, each: impl Fn(&mut String, usize)) -> String {
    let mut text = begin.to_owned();
    (0..count).for_each(|index| each(&mut text, index));
    text
}

fn options(count: usize) -> String {
    many(GENERAL, count, |text, index| {
        let _ = writeln!(text, "option_{index}=x");
    })
}

fn repeats(count: usize) -> String {
    many(GENERAL, count, |text, _| {
        text.push_str("organization_sname=acme\n");
    })
}

fn sections(count: usize) -> String {
    many(GENERAL, count, |text, index| {
        let _ = writeln!(
            text,
            "[service{index}]\nclient_id=22222222-aaaa-4bbb-8ccc-222222222222\npassword=FAKE-{index}"
        );
    })
}

fn junk(count: usize) -> String {
    many(GENERAL, count, |text, _| text.push_str("junk\n"))
}

/// Each object with its tenant, its organisation and its secret.
fn objects(count: usize) -> String {
    many("<CfgData>", count, |text, index| {
        let tenant = 101 + index;
        let _ = write!(
            text,
            r#"<CfgTenant name="T{index}" id="CfgTenant{tenant}"/><CfgTransaction name="hybrid_integration" alias="hybrid_integration" type="CFGTRTList" tenantDBID="{tenant}" id="CfgTransaction{tenant}"><userProperties><list_pair key="general"><str_pair key="organization_id" value="00000000-1111-4222-8333-{index:012}"/><str_pair key="base_auth_url" value="https://login.mypurecloud.de/oauth/token"/><str_pair key="base_service_url" value="https://api.mypurecloud.de/api/"/></list_pair><list_pair key="ewt"><str_pair key="client_id" value="22222222-aaaa-4bbb-8ccc-{index:012}"/><str_pair key="password" value="FAKE-secret-{index}"/></list_pair></userProperties></CfgTransaction>"#
        );
    }) + "</CfgData>"
}

fn attributes(count: usize) -> String {
    many("<CfgData><CfgTransaction", count, |text, index| {
        let _ = write!(text, " a{index}='x'");
    }) + "/></CfgData>"
}

/// Rows of other objects around ours.
fn rows(count: usize) -> String {
    let begin = "dbid,object_dbid,object_type,parent_dbid,prop_name,prop_value\n1,1,16,0,general,\n2,1,16,1,organization_sname,acme\n";
    many(begin, count, |text, index| {
        let _ = writeln!(text, "{},{},9,0,other,x", index + 10, index + 10);
    })
}
