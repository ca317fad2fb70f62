//! What keys take, where the Rust type says too little: named in `#[schemars(with = ..)]` of [`super::super::schema`].

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

macro_rules! values {
    ($($(#[$doc:meta])* $name:ident: $schema:tt)*) => {$(
        $(#[$doc])*
        pub struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

values! {
    /// A number above 0.
    Positive: { "type": "number", "exclusiveMinimum": 0 }

    /// A share of images.
    Share: { "type": "number", "minimum": 0, "maximum": 1 }

    /// A probability of error.
    Alpha: { "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5 }

    /// The margin of a claim.
    Margin: { "type": "number", "minimum": 0, "exclusiveMaximum": 0.5 }

    /// A transformation at some of its parameters.
    Corruption: {
        "type": "object",
        "properties": { "plugin": { "type": "string", "description": "The transformation's plugin." } },
        "required": ["plugin"],
    }

    /// What a claim is about.
    Claim: { "type": "string", "enum": ["real", "surrogate"] }

    /// A transformation's table.
    Transformation: { "$ref": "#/$defs/transformation" }

    /// A noise law's table, or several.
    Noise: {
        "anyOf": [
            { "$ref": "#/$defs/noise" },
            { "type": "array", "items": { "$ref": "#/$defs/noise" }, "minItems": 1 },
        ],
    }

    /// An estimator's table.
    Estimator: { "$ref": "#/$defs/estimator" }

    /// A cover, or the paper's single point.
    Anchors: {
        "anyOf": [
            { "const": 1, "description": "The paper's single point." },
            {
                "type": "object",
                "properties": {
                    "max": {
                        "type": "integer", "minimum": 1, "maximum": 1_000_000, "default": 4096,
                        "description": "The most anchors of an image.",
                    },
                    "p": {
                        "type": "number", "exclusiveMinimum": 0.5, "exclusiveMaximum": 1,
                        "description": "What a cell may require of its anchor: 0.63 for one parameter in mode `target`, else 0.75; with a margin as far on the way to 1.",
                    },
                },
                "additionalProperties": false,
            },
        ],
    }

    /// A pixel distance.
    Slack: {
        "anyOf": [
            { "const": "u8", "description": "What rounding to 8 bits may change." },
            {
                "type": "object",
                "properties": { "l2": { "type": "number", "exclusiveMinimum": 0, "description": "An l2 distance of images." } },
                "required": ["l2"],
                "additionalProperties": false,
            },
        ],
    }

    /// Keys with lists of values, with dots between keys or as tables of keys.
    Sweep: {
        "type": "object",
        "minProperties": 1,
        "propertyNames": { "not": { "enum": ["name", "sweep"] } },
        "additionalProperties": { "anyOf": [
            { "type": "array", "minItems": 1, "uniqueItems": true },
            { "type": "object", "minProperties": 1 },
        ] },
    }
}
