//! The texts of a value: each is looked through on its way through serde, which knows texts from outside by the name of their type.

use std::cell::Cell;

use hybridcheck_core::redact::Redactor;
use serde::de::DeserializeOwned;
use serde::ser::{self, Serialize, Serializer};

/// The name under which `Outside` is serialised.
const OUTSIDE: &str = "Outside";

/// The value without known secrets in its texts; nothing when it holds none.
pub(super) fn cleaned<T: Serialize + DeserializeOwned>(
    redactor: &Redactor,
    value: &T,
) -> serde_json::Result<Option<T>> {
    let held = Cell::new(false);
    let look = Look {
        redactor,
        held: &held,
        is_outside: false,
    };
    let clean = serde_json::to_value(Looked { value, look })?;
    if held.get() {
        serde_json::from_value(clean).map(Some)
    } else {
        Ok(None)
    }
}

/// What is looked for, and whether some of it was found.
#[derive(Clone, Copy)]
struct Look<'a> {
    redactor: &'a Redactor,
    held: &'a Cell<bool>,
    is_outside: bool,
}

/// A value whose texts are looked through.
struct Looked<'a, T: ?Sized> {
    value: &'a T,
    look: Look<'a>,
}

impl<T: Serialize + ?Sized> Serialize for Looked<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(Looking {
            to: serializer,
            look: self.look,
        })
    }
}

/// A serializer, or a part of one, that hands on what it is given.
struct Looking<'a, S> {
    to: S,
    look: Look<'a>,
}

/// What is no text, handed on: serde has a method for each kind of value.
macro_rules! handed_on {
    ($($method:ident($($name:ident: $type:ty),*);)+) => {$(
        fn $method(self, $($name: $type),*) -> Result<S::Ok, S::Error> {
            self.to.$method($($name),*)
        }
    )+};
}

/// What holds other values, opened.
macro_rules! opened {
    ($($method:ident($($name:ident: $type:ty),*) -> $part:ident;)+) => {$(
        fn $method(self, $($name: $type),*) -> Result<Self::$part, S::Error> {
            let to = self.to.$method($($name),*)?;
            Ok(Looking { to, look: self.look })
        }
    )+};
}

/// What holds other values: each of them is looked through.
macro_rules! parts {
    ($($part:ident: $method:ident($($name:ident)?);)+) => {$(
        impl<S: ser::$part> ser::$part for Looking<'_, S> {
            type Ok = S::Ok;
            type Error = S::Error;

            fn $method<T: Serialize + ?Sized>(
                &mut self,
                $($name: &'static str,)?
                value: &T,
            ) -> Result<(), S::Error> {
                let looked = Looked { value, look: self.look };
                self.to.$method($($name,)? &looked)
            }

            fn end(self) -> Result<S::Ok, S::Error> {
                self.to.end()
            }
        }
    )+};
}

impl<'a, S: Serializer> Serializer for Looking<'a, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Looking<'a, S::SerializeSeq>;
    type SerializeTuple = Looking<'a, S::SerializeTuple>;
    type SerializeTupleStruct = Looking<'a, S::SerializeTupleStruct>;
    type SerializeTupleVariant = Looking<'a, S::SerializeTupleVariant>;
    type SerializeMap = Looking<'a, S::SerializeMap>;
    type SerializeStruct = Looking<'a, S::SerializeStruct>;
    type SerializeStructVariant = Looking<'a, S::SerializeStructVariant>;

    fn serialize_str(self, text: &str) -> Result<S::Ok, S::Error> {
        let clean = if self.look.is_outside {
            self.look.redactor.clean(text)
        } else {
            self.look.redactor.clean_marked(text)
        };
        match clean {
            Some(clean) => {
                self.look.held.set(true);
                self.to.serialize_str(&clean)
            }
            None => self.to.serialize_str(text),
        }
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        mut self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.look.is_outside = name == OUTSIDE;
        let looked = Looked {
            value,
            look: self.look,
        };
        self.to.serialize_newtype_struct(name, &looked)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let looked = Looked {
            value,
            look: self.look,
        };
        self.to
            .serialize_newtype_variant(name, index, variant, &looked)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        let looked = Looked {
            value,
            look: self.look,
        };
        self.to.serialize_some(&looked)
    }

    handed_on! {
        serialize_bool(value: bool);
        serialize_bytes(value: &[u8]);
        serialize_char(value: char);
        serialize_f32(value: f32);
        serialize_f64(value: f64);
        serialize_i8(value: i8);
        serialize_i16(value: i16);
        serialize_i32(value: i32);
        serialize_i64(value: i64);
        serialize_none();
        serialize_u8(value: u8);
        serialize_u16(value: u16);
        serialize_u32(value: u32);
        serialize_u64(value: u64);
        serialize_unit();
        serialize_unit_struct(name: &'static str);
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str);
    }

    opened! {
        serialize_map(length: Option<usize>) -> SerializeMap;
        serialize_seq(length: Option<usize>) -> SerializeSeq;
        serialize_struct(name: &'static str, length: usize) -> SerializeStruct;
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, length: usize) -> SerializeStructVariant;
        serialize_tuple(length: usize) -> SerializeTuple;
        serialize_tuple_struct(name: &'static str, length: usize) -> SerializeTupleStruct;
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, length: usize) -> SerializeTupleVariant;
    }
}

parts! {
    SerializeSeq: serialize_element();
    SerializeStruct: serialize_field(name);
    SerializeStructVariant: serialize_field(name);
    SerializeTuple: serialize_element();
    SerializeTupleStruct: serialize_field();
    SerializeTupleVariant: serialize_field();
}

impl<S: ser::SerializeMap> ser::SerializeMap for Looking<'_, S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), S::Error> {
        let looked = Looked {
            value: key,
            look: self.look,
        };
        self.to.serialize_key(&looked)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        let looked = Looked {
            value,
            look: self.look,
        };
        self.to.serialize_value(&looked)
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.to.end()
    }
}
