//! Tests over the whole room: independent tools, forged messages, hostile input.

mod explained;
mod forged;
mod hostile;
mod independent;

use std::sync::OnceLock;

use hybridcheck_core::object::HybridObject;
use hybridcheck_core::time::Timestamp;
use hybridcheck_testkit::objects;
use hybridcheck_testkit::openssl::{self, Pair};

use super::{Minted, Wish, mint};
use hybridcheck_testkit::clock;

/// The real moment: other tools look at the clock, and so does the validity of a certificate made here.
fn now() -> Timestamp {
    Timestamp::from_unix(clock::now().unix())
}

/// One pair for all tests; making one takes a while.
fn pair() -> &'static Pair {
    static PAIR: OnceLock<Pair> = OnceLock::new();
    PAIR.get_or_init(|| openssl::pair().expect("openssl makes a pair"))
}

/// The healthy object, with a real pair.
fn object() -> HybridObject {
    object_of(pair())
}

fn object_of(pair: &Pair) -> HybridObject {
    let protected = openssl::protected(&pair.key, openssl::PASSWORD).expect("a protected key");
    let object = objects::healthy();
    let object = objects::with(object, "saml", "certificate", &pair.certificate);
    let object = objects::with(object, "saml", "pkey", &protected);
    objects::with(object, "saml", "password", openssl::PASSWORD)
}

fn minted(object: &HybridObject) -> Minted {
    let wish = Wish {
        email: "ann@acme.example".into(),
        ..Wish::default()
    };
    mint(object, &wish, now()).expect("an assertion")
}

#[expect(
    clippy::disallowed_methods,
    reason = "the tests hand the document to other tools and forge it"
)]
fn xml(minted: &Minted, response: bool) -> String {
    minted.xml(response).expose().to_owned()
}

/// The whole Response, as text.
fn response() -> String {
    xml(&minted(&object()), true)
}
