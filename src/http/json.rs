//! JSON as it is read here: an object is an object, and a word is a word. What serde derives would also
//! take a list of an object's values in the order of its fields, and the number of a word; no client
//! should come to rely on the order of our source. A name that comes twice is not lost on the way.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{
    Deserialize, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    Visitor,
};
use serde_json::{Error, Number};

/// A JSON text, with its objects in the order in which they were written.
pub enum Json {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Json;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Null)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
                Ok(Json::Bool(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
                Ok(Json::Number(value.into()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
                Ok(Json::Number(value.into()))
            }

            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Json, E> {
                let number = Number::from_f64(value).map(Json::Number);
                number.ok_or_else(|| E::custom("a number is finite"))
            }

            fn visit_str<E>(self, value: &str) -> Result<Json, E> {
                Ok(Json::Text(value.to_owned()))
            }

            fn visit_string<E>(self, value: String) -> Result<Json, E> {
                Ok(Json::Text(value))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Json, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = from.next_element()? {
                    values.push(value);
                }
                Ok(Json::List(values))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Json, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = from.next_entry()? {
                    fields.push(field);
                }
                Ok(Json::Object(fields))
            }
        }

        from.deserialize_any(Reader)
    }
}

impl<'de> IntoDeserializer<'de, Error> for Json {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Json {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, to: V) -> Result<V::Value, Error> {
        match self {
            Self::Null => to.visit_unit(),
            Self::Bool(value) => to.visit_bool(value),
            Self::Number(number) => number.deserialize_any(to),
            Self::Text(text) => to.visit_string(text),
            Self::List(values) => {
                let mut values = SeqDeserializer::new(values.into_iter());
                let read = to.visit_seq(&mut values)?;
                values.end().map(|()| read)
            }
            Self::Object(fields) => {
                let mut fields = MapDeserializer::new(fields.into_iter());
                let read = to.visit_map(&mut fields)?;
                fields.end().map(|()| read)
            }
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        to: V,
    ) -> Result<V::Value, Error> {
        if let Self::List(_) = self {
            return Err(Error::invalid_type(Unexpected::Seq, &to));
        }
        self.deserialize_any(to)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, to: V) -> Result<V::Value, Error> {
        match self {
            Self::Text(text) => to.visit_string(text),
            _ => Err(Error::custom("invalid type: this is a word, as a text")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, to: V) -> Result<V::Value, Error> {
        match self {
            Self::Null => to.visit_none(),
            other => to.visit_some(other),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        to: V,
    ) -> Result<V::Value, Error> {
        to.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        to: V,
    ) -> Result<V::Value, Error> {
        match self {
            Self::Text(text) => to.visit_enum(text.into_deserializer()),
            Self::Object(fields) => {
                to.visit_enum(MapAccessDeserializer::new(MapDeserializer::new(fields.into_iter())))
            }
            other => other.deserialize_any(to),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::geo::Position;
    use crate::domain::review::About;
    use crate::domain::task::{Stop, TaskKind};

    fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, String> {
        let json: Json = serde_json::from_str(text).unwrap();
        T::deserialize(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_list_is_no_object_however_deep_it_lies() {
        let place = r#"{ "latitude": 48, "longitude": 2.5 }"#;
        assert!(read::<Position>(place).is_ok());
        assert!(read::<Stop>(&format!(r#"{{ "place": {place} }}"#)).is_ok());
        for text in ["[48, 2.5]", "[]"] {
            assert!(read::<Position>(text).unwrap_err().contains("sequence"), "{text}");
            assert!(read::<Stop>(&format!(r#"{{ "place": {text} }}"#)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_word_is_not_told_by_its_number() {
        assert!(read::<About>(r#"{ "kind": "other" }"#).is_ok());
        assert!(read::<About>(r#"{ "kind": 5 }"#).is_err());
        assert!(read::<TaskKind>("\"pickup\"").is_ok());
        assert!(read::<TaskKind>("0").is_err());
    }

    #[test]
    fn a_name_that_comes_twice_is_refused() {
        let error = read::<Position>(r#"{ "latitude": 48, "latitude": 48, "longitude": 2 }"#);
        assert!(error.unwrap_err().contains("duplicate"));
    }
}
