//! One number for the layout that both sides must share.

use core::mem::offset_of;

use crate::{
    Bound, Entry, ErrorBuffer, EstimatorTable, Head, Host, Images, ImagesMut, NoiseTable, OptionSpec,
    OptionValue, Oracle, Parameter, Slice, Str, TransformationTable,
};

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// FNV-1a over the eight little-endian bytes of `value`.
const fn fold(mut hash: u64, value: usize) -> u64 {
    let bytes = (value as u64).to_le_bytes();
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(FNV_PRIME);
        i += 1;
    }
    hash
}

/// Folds alignment and field offsets; the size of a type that may grow is left out.
macro_rules! grows {
    ($hash:ident, $type:ty { $($field:ident),+ $(,)? }) => {
        $hash = fold($hash, align_of::<$type>());
        $( $hash = fold($hash, offset_of!($type, $field)); )+
    };
}

/// Folds size, alignment and field offsets.
macro_rules! frozen {
    ($hash:ident, $type:ty { $($field:ident),+ $(,)? }) => {
        $hash = fold($hash, size_of::<$type>());
        grows!($hash, $type { $($field),+ });
    };
}

/// Hash of the frozen layout: size, alignment and field offsets of the frozen types, alignment and field offsets of the frozen
/// prefix of those that may grow. Fields appended later are NOT added here, so that the hash stays the same within a major
/// version.
pub const LAYOUT: u64 = layout();

const fn layout() -> u64 {
    let mut hash = FNV_OFFSET;
    hash = fold(hash, size_of::<Option<extern "C" fn()>>());
    frozen!(hash, Str { ptr, len });
    frozen!(hash, Slice<u8> { ptr, len });
    frozen!(hash, ErrorBuffer { len, padding, message });
    frozen!(hash, Images { data, n, c, h, w });
    frozen!(hash, ImagesMut { data, n, c, h, w });
    frozen!(hash, OptionValue { kind, padding, integer, float, text, floats });
    frozen!(hash, OptionSpec { name, doc, kind, required, default, min, max, choices });
    frozen!(hash, Parameter { name, unit, doc, low, high, identity });
    frozen!(hash, Head { size, kind, flags, id, version, doc, options, create, destroy });
    frozen!(hash, Bound { value, kind, padding, evaluations });
    grows!(hash, Host { size, context, log, cancelled });
    grows!(
        hash,
        TransformationTable {
            head,
            parameters,
            class,
            padding,
            apply,
            compose,
            law_of_gamma,
            relative,
            lipschitz,
            rounding,
            levels
        }
    );
    grows!(hash, NoiseTable { head, support, sample, cdf, sf, quantile, isf, log_density });
    grows!(
        hash,
        Oracle {
            size,
            context,
            parameters,
            features,
            low,
            high,
            features_at,
            derivative_at,
            distance_at,
            local_m_at,
            growth_over,
            max_evaluations
        }
    );
    grows!(hash, EstimatorTable { head, bound });
    grows!(hash, Entry { size, abi_minor, padding, layout, built_with, tables });
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Version 1 is out: a change of this number means that every plugin built before is refused.
    #[test]
    #[cfg(target_pointer_width = "64")]
    fn the_layout_of_version_1_is_frozen() {
        assert_eq!(LAYOUT, 0x78e6_0051_7256_5e49, "{LAYOUT:#018x}");
    }

    #[test]
    fn fnv_1a_matches_its_published_vector() {
        // FNV-1a of eight zero bytes.
        let expected = (0..8).fold(FNV_OFFSET, |hash, _| hash.wrapping_mul(FNV_PRIME));
        assert_eq!(fold(FNV_OFFSET, 0), expected);
        assert_ne!(fold(FNV_OFFSET, 1), expected);
    }
}
