//! How the vocabulary of facts is made from its table in `kinds.rs`: a kind is said there once, and everything here follows from it.
#![deny(clippy::wildcard_enum_match_arm)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;

use super::{ClientRef, FactKey, Whose};
use crate::endpoint::{Endpoint, Host, Route, Routes};
use crate::object::ObjectId;

/// Makes keys, facts, constructors and accessors from the table of kinds.
///
/// A row has no default: what a kind does to the world, whose it is and what `plan` says of it is written, or nothing builds.
/// A field with a value (`route: Route = Route::Direct`) is left out by the constructor, until `by` says another.
macro_rules! kinds {
    (
        ($it:ident, $run:ident)
        $(
            $(#[$doc:meta])*
            $kind:ident $({ $($(#[$field_doc:meta])* $field:ident: $type:ty $(= $set:expr)?),+ $(,)? })? = $new:ident
            $($(#[$fact_doc:meta])* -> $fact:ty)? {
                effect: $effect:ident,
                whose: $whose:expr,
                phase: $phase:expr,
                call: $call:expr,
                words: $words:expr,
                plan: $plan:expr,
                on: $on:expr,
                beside: $beside:expr $(,)?
            }
        )+
    ) => {
        /// The identity of a fact.
        ///
        /// Keys are ordered, and ranges of them rest on how: the keys of a kind stand together, and among them host, port, address and
        /// route decide in this order. So fields stand from the wide to the narrow: an endpoint before an address, both before the
        /// rest. Kinds stand in alphabetical order, in which a run document lists its facts.
        #[derive(
            Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
        )]
        #[schemars(description = "The identity of a fact.")]
        #[serde(tag = "fact", rename_all = "snake_case")]
        pub enum FactKey {
            $(
                $(#[$doc])*
                $kind $({ $($(#[$field_doc])* $field: $type,)+ })?,
            )+
        }

        /// A fact of any kind.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "kind", content = "value", rename_all = "snake_case")]
        pub enum Fact {
            $($($(#[$fact_doc])* $kind($fact),)?)+
        }

        impl Fact {
            /// What was seen, in a phrase.
            pub fn seen(&self) -> String {
                match self {
                    $($(Self::$kind(fact) => <$fact as Seen>::seen(fact),)?)+
                }
            }

            /// The answer of the API that it is, whatever was read.
            pub fn api(&self) -> Option<&dyn ApiAnswer> {
                match self {
                    $($(Self::$kind(fact) => <$fact as Seen>::api(fact),)?)+
                }
            }
        }

        $($(
            impl From<$fact> for Fact {
                fn from(fact: $fact) -> Self {
                    Self::$kind(fact)
                }
            }
        )?)+

        impl Facts {
            $($(
                $(#[$fact_doc])*
                pub fn $new(&self, key: &FactKey) -> Answer<&$fact> {
                    match self.get(key)? {
                        Fact::$kind(fact) => Ok(fact),
                        _ => Err(Gap::Broken { message: format!("{key} holds a fact of another kind") }),
                    }
                }
            )?)+
        }

        impl FactKey {
            $(constructor! { $(#[$doc])* $new $kind () [] $($($field: $type $(= $set)?,)+)? })+

            /// The same question over a route; what takes none stays as it is.
            #[must_use]
            pub fn by(mut self, route: impl Into<Route>) -> Self {
                let route = route.into();
                $($($($(
                    if let Self::$kind { $field: old, .. } = &mut self {
                        replace!(old, route, $set);
                    }
                )?)+)?)+
                self
            }

            /// What gathering this fact does to the world.
            pub fn effect(&self) -> Effect {
                match self {
                    $(Self::$kind { .. } => Effect::$effect,)+
                }
            }

            /// Whose it is.
            #[expect(unused_variables, reason = "a row names all fields of its key, and uses those it needs")]
            pub fn whose(&self) -> Whose<'_> {
                match self {
                    $(Self::$kind { $($($field,)+)? } => $whose,)+
                }
            }

            /// The phase in which a report times it; none for what takes no time of its own.
            pub fn phase(&self) -> Option<Phase> {
                match self {
                    $(Self::$kind { .. } => $phase,)+
                }
            }

            /// The call of the API, with somebody's token, that it is read with. The one table of what the tool needs: messages, the
            /// command `permissions` and what stays unchecked all follow from it.
            pub fn api_call(&self) -> Option<&'static ApiCall> {
                match self {
                    $(Self::$kind { .. } => $call,)+
                }
            }

            /// What gathering it does, in the words of what goes over the wire: a line of `plan`.
            #[expect(unused_variables, reason = "a row names all fields of its key, and uses those it needs")]
            pub fn step(&self, objects: &[HybridObject], routes: &Routes) -> String {
                let ($it, $run) = (self, Ground { objects, routes });
                match self {
                    $(Self::$kind { $($($field,)+)? } => String::from($plan),)+
                }
            }

            /// The facts it stands on as far as they are known before gathering; addresses and nameservers are follow-ups.
            #[expect(unused_variables, reason = "a row names all fields of its key, and uses those it needs")]
            pub fn stands_on(&self, objects: &[HybridObject], routes: &Routes) -> Vec<Self> {
                let ($it, $run) = (self, Ground { objects, routes });
                match self {
                    $(Self::$kind { $($($field,)+)? } => $on,)+
                }
            }

            /// What is gathered beside it, though it does not stand on it: how a route was chosen, the same over the other routes up
            /// to the discovery document, what else names a host, and what a login brings.
            #[expect(unused_variables, reason = "a row names all fields of its key, and uses those it needs")]
            pub fn beside(&self, routes: &Routes) -> Vec<Self> {
                let ($it, $run) = (self, Ground { objects: &[], routes });
                match self {
                    $(Self::$kind { $($($field,)+)? } => $beside,)+
                }
            }
        }

        impl fmt::Display for FactKey {
            #[expect(unused_variables, reason = "a row names all fields of its key, and uses those it needs")]
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$kind { $($($field,)+)? } => f.write_str(&$words),)+
                }
            }
        }

        /// Calls a macro with every kind: its name as a function, the fields of its key, and its fact, if it has one.
        macro_rules! with_kinds {
            ($then:ident) => {
                $then! {
                    $($new($($($field: $type),+)?) $($(#[$fact_doc])* -> $fact)?;)+
                }
            };
        }
        pub(crate) use with_kinds;

        /// A key of every kind, in their order.
        #[cfg(test)]
        pub(super) fn samples() -> Vec<FactKey> {
            vec![$(FactKey::$kind { $($($field: super::key::tests::Sample::sample(),)+)? }),+]
        }
    };
}
pub(super) use kinds;

/// A constructor of a key, which leaves out the fields that have a value.
macro_rules! constructor {
    ($(#[$doc:meta])* $new:ident $kind:ident ($($given:ident: $type:ty,)*) [$($set:tt)*]) => {
        $(#[$doc])*
        pub fn $new($($given: impl Into<$type>),*) -> Self {
            Self::$kind { $($set)* }
        }
    };
    (
        $(#[$doc:meta])* $new:ident $kind:ident ($($given:tt)*) [$($set:tt)*]
        $field:ident: $type:ty, $($rest:tt)*
    ) => {
        constructor! { $(#[$doc])* $new $kind ($($given)* $field: $type,) [$($set)* $field: $field.into(),] $($rest)* }
    };
    (
        $(#[$doc:meta])* $new:ident $kind:ident ($($given:tt)*) [$($set:tt)*]
        $field:ident: $type:ty = $value:expr, $($rest:tt)*
    ) => {
        constructor! { $(#[$doc])* $new $kind ($($given)*) [$($set)* $field: $value,] $($rest)* }
    };
}
pub(super) use constructor;

/// Replaces the value that a constructor set.
macro_rules! replace {
    ($old:ident, $new:ident, $set:expr) => {
        $old.clone_from(&$new)
    };
}
pub(super) use replace;

/// The first and the last address in the order of keys.
const FIRST_ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
const LAST_ADDRESS: IpAddr = IpAddr::V6(Ipv6Addr::from_bits(u128::MAX));

impl FactKey {
    /// The key of the fact that brings a client's token.
    pub fn token_of(client: &ClientRef) -> Self {
        match client {
            ClientRef::Person { object } => Self::saml_login(*object),
            ClientRef::Service { .. } | ClientRef::Tool { .. } => Self::token(client),
        }
    }

    /// The key of what a handshake at an address stands on: the connection itself, or the proxy's tunnel.
    pub fn socket(endpoint: &Endpoint, address: IpAddr, route: &Route) -> Self {
        match route {
            Route::Direct => Self::tcp(endpoint, address),
            Route::Proxy(_) => Self::tunnel(endpoint, address).by(route),
        }
    }

    /// The same question over the route of the run: checks ask for an endpoint's facts without knowing it.
    #[must_use]
    pub fn over(self, routes: &Routes) -> Self {
        match self.whose() {
            Whose::Endpoint(endpoint, _) => {
                let route = routes.of(endpoint);
                self.by(route)
            }
            Whose::Address(..)
            | Whose::Client(_)
            | Whose::Host(_)
            | Whose::Machine
            | Whose::Object(_)
            | Whose::Organization(_)
            | Whose::Person(_) => self,
        }
    }

    /// The object whose organisation a fact is read from, when it is read with any client that may.
    pub fn of_organization(&self) -> Option<ObjectId> {
        match self.whose() {
            Whose::Organization(object) => Some(object),
            Whose::Address(..)
            | Whose::Client(_)
            | Whose::Endpoint(..)
            | Whose::Host(_)
            | Whose::Machine
            | Whose::Object(_)
            | Whose::Person(_) => None,
        }
    }

    /// The object of a fact that the token endpoint or the API answers for.
    pub fn of_cloud(&self) -> Option<ObjectId> {
        match self.whose() {
            Whose::Organization(object) | Whose::Person(object) => Some(object),
            Whose::Client(client) => Some(client.object()),
            Whose::Address(..)
            | Whose::Endpoint(..)
            | Whose::Host(_)
            | Whose::Machine
            | Whose::Object(_) => None,
        }
    }

    /// The endpoint, the address and the route that a fact is about, when it is about one address.
    pub fn of_address(&self) -> Option<(&Endpoint, IpAddr, &Route)> {
        if let Whose::Address(endpoint, address, route) = self.whose() {
            Some((endpoint, address, route))
        } else {
            None
        }
    }

    /// The host that a fact is about or asked of, straight from here; none where a proxy asks, and for facts of no single host.
    pub fn of_host(&self) -> Option<&Host> {
        match self.whose() {
            Whose::Host(host) => Some(host),
            Whose::Address(endpoint, _, Route::Direct)
            | Whose::Endpoint(endpoint, Route::Direct) => Some(&endpoint.host),
            Whose::Address(_, _, Route::Proxy(_))
            | Whose::Endpoint(_, Route::Proxy(_))
            | Whose::Client(_)
            | Whose::Machine
            | Whose::Object(_)
            | Whose::Organization(_)
            | Whose::Person(_) => None,
        }
    }

    /// The keys of a kind at every address, over any route: all that stands between the first address and the last.
    pub fn at_any_address(at: impl Fn(IpAddr) -> Self) -> RangeInclusive<Self> {
        at(FIRST_ADDRESS)..=at(LAST_ADDRESS)
    }

    /// The answers of every nameserver for a host.
    pub fn of_any_nameserver(host: &Host) -> RangeInclusive<Self> {
        let of = |address, port| Self::dns(host, SocketAddr::new(address, port));
        of(FIRST_ADDRESS, 0)..=of(LAST_ADDRESS, u16::MAX)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::kinds::samples;
    use super::super::{Effect, HelloVariant};
    use super::*;
    use crate::names::Name;
    use crate::object::HybridObject;
    use crate::outside::Outside;

    /// A value for a field of a key.
    pub(in crate::facts) trait Sample {
        fn sample() -> Self;
    }

    macro_rules! sample {
        ($($type:ty = $value:expr;)+) => {
            $(impl Sample for $type {
                fn sample() -> Self {
                    $value
                }
            })+
        };
    }

    sample! {
        ClientRef = ClientRef::Tool { object: ObjectId(0) };
        Endpoint = at("m.example", 443);
        HelloVariant = HelloVariant::Large;
        Host = Host::of("m.example");
        IpAddr = IpAddr::from([192, 0, 2, 128]);
        ObjectId = ObjectId(0);
        Route = Route::Direct;
        SocketAddr = SocketAddr::from(([192, 0, 2, 128], 53));
        Name = Name::from("sample");
        Outside = Outside::from("sample");
    }

    fn at(host: &str, port: u16) -> Endpoint {
        Endpoint {
            host: Host::of(host),
            port,
        }
    }

    fn proxy() -> Route {
        Route::Proxy(at("proxy.example", 3128))
    }

    /// Who signs a plan signs these: a kind that does more than read is named here.
    #[test]
    fn what_does_more_than_read_is_known_by_name() {
        let mut named = Vec::new();
        for key in samples() {
            match key.effect() {
                Effect::Local | Effect::Reads => {}
                effect @ (Effect::EndsToken | Effect::MayCreateUser | Effect::MintsToken) => {
                    named.push((key, effect));
                }
            }
        }
        let client = ClientRef::sample();
        assert_eq!(
            named,
            [
                (FactKey::saml_login(ObjectId(0)), Effect::MayCreateUser),
                (FactKey::token(&client), Effect::MintsToken),
                (FactKey::token_end(client), Effect::EndsToken),
            ]
        );
    }

    #[test]
    fn what_stays_here_says_so_and_what_leaves_does_not() {
        for key in samples() {
            let is_local = key.effect() == Effect::Local;
            match key.whose() {
                Whose::Machine | Whose::Object(_) => assert!(is_local, "{key}"),
                Whose::Address(..)
                | Whose::Client(_)
                | Whose::Endpoint(..)
                | Whose::Organization(_)
                | Whose::Person(_) => assert!(!is_local, "{key}"),
                // This system may know a host without asking anybody.
                Whose::Host(_) => {}
            }
        }
    }

    #[test]
    fn every_kind_is_told_to_people_and_in_a_plan() {
        for key in samples() {
            assert!(!key.to_string().is_empty(), "{key:?}");
            let step = key.step(&[], &Routes::default());
            assert!(step.len() > 3, "{key}: {step}");
        }
    }

    #[test]
    fn nothing_stands_on_itself_or_brings_itself() {
        for key in samples() {
            let routes = Routes::default();
            let no_objects: &[HybridObject] = &[];
            assert!(!key.stands_on(no_objects, &routes).contains(&key), "{key}");
            assert!(!key.beside(&routes).contains(&key), "{key}");
        }
    }

    #[test]
    fn what_is_asked_of_an_endpoint_takes_the_route_of_the_run() {
        let mut routes = Routes::default();
        routes.set(Endpoint::sample(), proxy(), Vec::new());
        for key in samples() {
            let over = key.clone().over(&routes);
            match over.whose() {
                Whose::Endpoint(_, route) => assert_eq!(*route, proxy(), "{key}"),
                Whose::Address(..)
                | Whose::Client(_)
                | Whose::Host(_)
                | Whose::Machine
                | Whose::Object(_)
                | Whose::Organization(_)
                | Whose::Person(_) => assert_eq!(over, key),
            }
        }
    }

    /// Ranges of keys rest on this: a host decides before a port, an endpoint before an address, an address before the rest.
    #[test]
    fn fields_stand_from_the_wide_to_the_narrow() {
        let (low, high) = (FIRST_ADDRESS, LAST_ADDRESS);
        let (one, next) = (at("a.example", 443), at("b.example", 80));
        assert!(at("a.example", u16::MAX) < at("b.example", 0));
        let nameserver = |address| SocketAddr::new(address, 53);
        assert!(
            FactKey::dns(&one.host, nameserver(high)) < FactKey::dns(&next.host, nameserver(low))
        );
        let over_any_route: [fn(&Endpoint, IpAddr) -> FactKey; 3] = [
            |endpoint, address| FactKey::tcp(endpoint, address),
            |endpoint, address| FactKey::tls(endpoint, address),
            |endpoint, address| FactKey::tunnel(endpoint, address),
        ];
        for of in over_any_route {
            assert!(of(&one, high).by(proxy()) < of(&next, low));
            assert!(of(&one, low).by(proxy()) < of(&one, high));
        }
        let hello = |endpoint, address, variant| FactKey::hello(endpoint, address, variant);
        let (first, last) = (HelloVariant::Large, HelloVariant::NeutralName);
        assert!(hello(&one, high, last).by(proxy()) < hello(&next, low, first));
        assert!(hello(&one, low, last).by(proxy()) < hello(&one, high, first));
        assert!(FactKey::path(&one, high) < FactKey::path(&next, low));
        assert!(FactKey::connection(&one).by(proxy()) < FactKey::connection(&next));
        assert!(FactKey::reach(&one) < FactKey::reach(&next));
    }

    #[test]
    fn a_range_holds_what_stands_at_any_address_and_nothing_else() {
        let one = at("a.example", 443);
        let range = FactKey::at_any_address(|address| FactKey::tls(&one, address));
        for address in ["0.0.0.0", "192.0.2.1", "2001:db8::1"] {
            let key = FactKey::tls(&one, address.parse::<IpAddr>().expect("an address"));
            assert!(range.contains(&key.clone().by(proxy())) && range.contains(&key));
        }
        let address = IpAddr::sample();
        assert!(!range.contains(&FactKey::tls(at("a.example", 444), address)));
        assert!(!range.contains(&FactKey::tls(at("b.example", 443), address)));
        assert!(!range.contains(&FactKey::tcp(&one, address)));
    }
}
