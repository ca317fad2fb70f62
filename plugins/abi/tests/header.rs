//! The C header says what the Rust types say: it is generated from them, and a C compiler compares sizes, alignments and offsets of
//! all fields. `GSMOOTH_BLESS=1 cargo test -p gsmooth-plugin-abi` writes it anew.
#![cfg(all(unix, target_pointer_width = "64"))]

use std::fmt::Write as _;
use std::io::Write as _;
use std::mem::offset_of;
use std::process::{Command, Stdio};

use gsmooth_plugin_abi::{
    Bound, Entry, ErrorBuffer, EstimatorTable, Head, Host, Images, ImagesMut, LAYOUT, MESSAGE_CAPACITY,
    NoiseTable, OptionSpec, OptionValue, Oracle, Parameter, Slice, Str, TransformationTable, bound_kind,
    class, flags, log_level, option_kind, plugin_kind, status,
};

#[path = "header/generator.rs"]
mod generator;
#[path = "header/source.rs"]
mod source;
#[path = "header/words.rs"]
mod words;

/// Appends assertions on a type; `rust => c` where the names of a field differ.
macro_rules! compare {
    ($to:ident, $type:ty, $c:literal, $($field:ident $(=> $name:literal)?),+) => {
        writeln!($to, "same(sizeof({0}), {1});\nsame(_Alignof({0}), {2});", $c, size_of::<$type>(), align_of::<$type>())
            .unwrap();
        $(
            #[allow(unused_mut, unused_assignments)]
            let mut name = stringify!($field);
            $( name = $name; )?
            writeln!($to, "same(offsetof({}, {name}), {});", $c, offset_of!($type, $field)).unwrap();
        )+
    };
}

/// Appends assertions on constants.
macro_rules! constants {
    ($to:ident, $($c:ident = $value:expr),+ $(,)?) => {
        $( writeln!($to, "same({}, {:#x}ull);", stringify!($c), $value).unwrap(); )+
    };
}

fn assertions() -> String {
    let mut to =
        String::from("#include \"gsmooth_plugin.h\"\n#define same(a, b) _Static_assert((a) == (b), #a)\n");
    compare!(to, Str, "gsmooth_str", ptr, len);
    compare!(to, Slice<f64>, "gsmooth_doubles", ptr, len);
    compare!(to, ErrorBuffer, "gsmooth_error", len, padding, message);
    compare!(to, Images, "gsmooth_images", data, n, c, h, w);
    compare!(to, ImagesMut, "gsmooth_images_mut", data, n, c, h, w);
    compare!(to, OptionValue, "gsmooth_option_value", kind, padding, integer, float => "float_", text, floats);
    compare!(
        to, OptionSpec, "gsmooth_option_spec", name, doc, kind, required, default => "default_", min, max, choices
    );
    compare!(to, Parameter, "gsmooth_parameter", name, unit, doc, low, high, identity);
    compare!(to, Host, "gsmooth_host", size, context, log, cancelled);
    compare!(to, Head, "gsmooth_head", size, kind, flags, id, version, doc, options, create, destroy);
    compare!(
        to, TransformationTable, "gsmooth_transformation", head, parameters, class => "class_", padding, apply, compose,
        law_of_gamma, relative, lipschitz, rounding, levels
    );
    compare!(to, NoiseTable, "gsmooth_noise", head, support, sample, cdf, sf, quantile, isf, log_density);
    compare!(
        to,
        Oracle,
        "gsmooth_oracle",
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
    );
    compare!(to, Bound, "gsmooth_bound", value, kind, padding, evaluations);
    compare!(to, EstimatorTable, "gsmooth_estimator", head, bound);
    compare!(to, Entry, "gsmooth_entry", size, abi_minor, padding, layout, built_with, tables);
    constants!(
        to,
        GSMOOTH_LAYOUT = LAYOUT,
        GSMOOTH_ABI_MINOR = gsmooth_plugin_abi::ABI_MINOR,
        GSMOOTH_MESSAGE_CAPACITY = MESSAGE_CAPACITY,
        GSMOOTH_OK = status::OK,
        GSMOOTH_INVALID_ARGUMENT = status::INVALID_ARGUMENT,
        GSMOOTH_FAILED = status::FAILED,
        GSMOOTH_PANIC = status::PANIC,
        GSMOOTH_CANCELLED = status::CANCELLED,
        GSMOOTH_ABSENT = status::ABSENT,
        GSMOOTH_OPTION_NONE = option_kind::NONE,
        GSMOOTH_OPTION_FLOAT = option_kind::FLOAT,
        GSMOOTH_OPTION_INTEGER = option_kind::INTEGER,
        GSMOOTH_OPTION_TEXT = option_kind::TEXT,
        GSMOOTH_OPTION_FLOATS = option_kind::FLOATS,
        GSMOOTH_OPTION_CHOICE = option_kind::CHOICE,
        GSMOOTH_LOG_ERROR = log_level::ERROR,
        GSMOOTH_LOG_WARN = log_level::WARN,
        GSMOOTH_LOG_INFO = log_level::INFO,
        GSMOOTH_LOG_DEBUG = log_level::DEBUG,
        GSMOOTH_TRANSFORMATION = plugin_kind::TRANSFORMATION,
        GSMOOTH_NOISE = plugin_kind::NOISE,
        GSMOOTH_ESTIMATOR = plugin_kind::ESTIMATOR,
        GSMOOTH_THREAD_SAFE = flags::THREAD_SAFE,
        GSMOOTH_ADDITIVE = class::ADDITIVE,
        GSMOOTH_RESOLVABLE = class::RESOLVABLE,
        GSMOOTH_NON_RESOLVABLE = class::NON_RESOLVABLE,
        GSMOOTH_ESTIMATED = bound_kind::ESTIMATED,
        GSMOOTH_PROVEN = bound_kind::PROVEN,
    );
    to
}

/// What a C compiler says about a program.
fn compile(program: &str) -> Result<(), String> {
    let mut compiler = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c", "-I"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/include"))
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("cc, which links Rust programs too");
    compiler.stdin.take().unwrap().write_all(program.as_bytes()).unwrap();
    let output = compiler.wait_with_output().unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

#[test]
fn the_header_agrees_with_the_types() {
    let program = assertions();
    compile(&program).unwrap_or_else(|message| panic!("{message}"));
    // A disagreement would be seen.
    let wrong = format!("{program}same(offsetof(gsmooth_bound, kind), 4);\n");
    assert!(compile(&wrong).unwrap_err().contains("static assertion failed"));
}

#[test]
fn the_header_is_as_generated() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/include/gsmooth_plugin.h");
    let generated = generator::header(&source::Source::read());
    if std::env::var_os("GSMOOTH_BLESS").is_some() {
        std::fs::write(path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    let differs =
        generated.lines().zip(committed.lines()).find(|(generated, committed)| generated != committed);
    assert!(
        generated == committed,
        "GSMOOTH_BLESS=1 writes it anew; the first lines that differ: {differs:#?}"
    );
}
