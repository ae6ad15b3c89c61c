//! Points in time and durations, in the forms the run document carries them: RFC 3339 in UTC, and milliseconds.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time, UTC. The pure rooms never make one: it comes in with the case or the fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

/// Why a text is not a point in time.
#[derive(Debug, thiserror::Error)]
#[error("not a date: expected YYYY-MM-DD or an RFC 3339 time such as 2027-01-15T06:00:00Z")]
pub struct NotATime;

impl Timestamp {
    /// Seconds since 1970-01-01T00:00:00Z; years outside -9999 to 9999 are clamped.
    pub fn from_unix(seconds: i64) -> Self {
        let clamped = seconds.clamp(
            jiff::Timestamp::MIN.as_second(),
            jiff::Timestamp::MAX.as_second(),
        );
        Self(jiff::Timestamp::from_second(clamped).unwrap_or(jiff::Timestamp::UNIX_EPOCH))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, clamped like [`Timestamp::from_unix`].
    pub fn from_unix_millis(millis: i64) -> Self {
        jiff::Timestamp::from_millisecond(millis)
            .map_or_else(|_| Self::from_unix(millis / 1000), Self)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn unix(self) -> i64 {
        self.0.as_second()
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn unix_millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// Parses `YYYY-MM-DD` (midnight UTC) or an RFC 3339 time.
    pub fn parse(text: &str) -> Result<Self, NotATime> {
        if let Ok(date) = text.parse::<jiff::civil::Date>() {
            let midnight = jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0));
            return midnight.map(Self).map_err(|_| NotATime);
        }
        text.parse().map(Self).map_err(|_| NotATime)
    }

    /// Parses the value of an HTTP `Date` header (RFC 9110 section 5.6.7, IMF-fixdate).
    pub fn parse_http(text: &str) -> Option<Self> {
        let parser = jiff::fmt::rfc2822::DateTimeParser::new();
        parser.parse_timestamp(text.trim()).ok().map(Self)
    }

    /// Whole days from `self` to `later`; negative when `later` lies before.
    pub fn days_until(self, later: Self) -> i64 {
        (later.unix() - self.unix()).div_euclid(86_400)
    }

    /// The day alone, `YYYY-MM-DD`, UTC.
    pub fn day(self) -> String {
        self.0.strftime("%Y-%m-%d").to_string()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.strftime("%Y-%m-%dT%H:%M:%S"))?;
        let millis = self.0.as_millisecond().rem_euclid(1000);
        if millis != 0 {
            write!(f, ".{millis:03}")?;
        }
        f.write_str("Z")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Timestamp {
    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time", "description": "RFC 3339, UTC." })
    }
}

/// How long something took; in documents a number of milliseconds with microsecond resolution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Took(pub Duration);

impl Took {
    /// Milliseconds, fractional.
    pub fn millis(self) -> f64 {
        self.0.as_secs_f64() * 1000.0
    }
}

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.millis();
        if millis < 10.0 {
            write!(f, "{millis:.1} ms")
        } else if millis < 1000.0 {
            write!(f, "{millis:.0} ms")
        } else {
            write!(f, "{:.1} s", millis / 1000.0)
        }
    }
}

impl Serialize for Took {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64((self.millis() * 1000.0).round() / 1000.0)
    }
}

impl<'de> Deserialize<'de> for Took {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let millis = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(millis / 1000.0)
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Took {
    fn schema_name() -> Cow<'static, str> {
        "Milliseconds".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": 0, "description": "A duration in milliseconds." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_midnight_utc() {
        let day = Timestamp::parse("2027-01-15").expect("a date");
        assert_eq!(day.to_string(), "2027-01-15T00:00:00Z");
        assert_eq!(
            Timestamp::parse("2027-01-15T01:00:00+01:00").expect("a time"),
            day
        );
    }

    #[test]
    fn nonsense_is_no_date() {
        for text in ["", "15.01.2027", "2027-02-30", "tomorrow"] {
            assert!(Timestamp::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn http_dates_are_read() {
        let date = Timestamp::parse_http("Mon, 23 Nov 2026 12:00:05 GMT").expect("a date");
        assert_eq!(date.to_string(), "2026-11-23T12:00:05Z");
        assert!(Timestamp::parse_http("soon").is_none());
    }

    #[test]
    fn days_are_floored_so_a_second_past_is_yesterday() {
        let noon = Timestamp::parse("2027-01-15T12:00:00Z").expect("a time");
        assert_eq!(noon.days_until(Timestamp::from_unix(noon.unix() - 1)), -1);
        assert_eq!(
            noon.days_until(Timestamp::from_unix(noon.unix() + 86_400)),
            1
        );
    }
}
