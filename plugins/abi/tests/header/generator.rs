//! The C header, from the Rust types: `skeleton.h` says what comes where, and lines that begin with `@` stand for declarations.

use std::fmt::Write as _;

use syn::{Expr, GenericArgument, PathArguments, ReturnType, Type, TypeBareFn, TypePath};

use crate::source::{Constant, Member, Source};
use crate::words::{comment, constant_name, type_name, words};

const WIDTH: usize = 128;

/// The whole header.
pub fn header(source: &Source) -> String {
    let mut to = String::new();
    for line in include_str!("skeleton.h").lines() {
        let Some(item) = line.strip_prefix('@') else {
            writeln!(to, "{line}").unwrap();
            continue;
        };
        let (what, name) = item.split_once(' ').unwrap_or((item, ""));
        to.push_str(&match what {
            "layout" => format!(
                "/* Hash of the frozen layout of version 1. */\n#define GSMOOTH_LAYOUT UINT64_C({:#018x})\n",
                gsmooth_plugin_abi::LAYOUT
            ),
            "define" => define(source, &source.constants[name]),
            "enum" => enumeration(source, name),
            "alias" => alias(source, &source.aliases[name]),
            "struct" => structure(source, name),
            "slice" => slice(name),
            _ => panic!("{line}"),
        });
    }
    to
}

fn define(source: &Source, constant: &Constant) -> String {
    let (name, value) = (constant_name("", &constant.name), constant.value);
    format!("{}#define {name} {value}u\n", comment(&words(source, &constant.doc), "", WIDTH))
}

fn enumeration(source: &Source, module: &str) -> String {
    let mut to = String::from("enum {\n");
    for constant in &source.modules[module] {
        to.push_str(&comment(&words(source, &constant.doc), "    ", WIDTH));
        writeln!(to, "    {} = {},", constant_name(module, &constant.name), constant.value).unwrap();
    }
    to.replace_range(to.len() - 2..to.len() - 1, "");
    to + "};\n"
}

fn alias(source: &Source, alias: &Member) -> String {
    let declared = declare(&alias.ty, &type_name(&alias.name), "typedef ");
    format!("{}{declared};\n", comment(&words(source, &alias.doc), "", WIDTH))
}

fn structure(source: &Source, name: &str) -> String {
    let (doc, members) = &source.structures[name];
    let mut to = comment(&words(source, doc), "", WIDTH) + "typedef struct {\n";
    for member in members {
        to.push_str(&comment(&words(source, &member.doc), "    ", WIDTH));
        // Names that C++ keeps for itself.
        let name = match member.name.as_str() {
            name @ ("class" | "default" | "float") => format!("{name}_"),
            name => name.to_owned(),
        };
        writeln!(to, "{};", declare(&member.ty, &name, "    ")).unwrap();
    }
    writeln!(to, "}} {};", type_name(name)).unwrap();
    to
}

/// "gsmooth_doubles: f64".
fn slice(item: &str) -> String {
    let (name, element) = item.split_once(": ").unwrap();
    let pointer: Type = syn::parse_str(&format!("*const {element}")).unwrap();
    let pointer = declare(&pointer, "ptr", "    ");
    format!("typedef struct {{\n{pointer};\n    size_t len;\n}} {name};\n")
}

/// The C declaration of something of a type, behind `before`.
fn declare(ty: &Type, name: &str, before: &str) -> String {
    match ty {
        Type::Array(array) => {
            let Expr::Path(length) = &array.len else { panic!("a length needs a name") };
            let length = constant_name("", &length.path.segments.last().unwrap().ident.to_string());
            format!("{}[{length}]", declare(&array.elem, name, before))
        }
        Type::BareFn(function) => declare_function(function, name, before),
        Type::Path(path) => match inner(path, "Option") {
            Some(Type::BareFn(function)) => declare_function(function, name, before),
            Some(other) => declare(other, name, before),
            None => format!("{before}{} {name}", c_type(ty)),
        },
        Type::Ptr(_) => format!("{before}{}{name}", c_type(ty)),
        _ => panic!("{name}: no type of C"),
    }
}

/// A pointer to a function, with its arguments on as many lines as they need.
fn declare_function(function: &TypeBareFn, name: &str, before: &str) -> String {
    let result = match &function.output {
        ReturnType::Default => "void".to_owned(),
        ReturnType::Type(_, ty) => c_type(ty),
    };
    let mut to = format!("{before}{result} (*{name})(");
    let indent = " ".repeat(to.len());
    let mut column = to.len();
    for (i, argument) in function.inputs.iter().enumerate() {
        let (name, _) = argument.name.as_ref().expect("arguments have names");
        let end = if i + 1 == function.inputs.len() { ")" } else { "," };
        let text = declare(&argument.ty, &name.to_string(), "") + end;
        if i > 0 && column + 1 + text.len() >= WIDTH {
            write!(to, "\n{indent}").unwrap();
            column = indent.len();
        } else if i > 0 {
            to.push(' ');
            column += 1;
        }
        column += text.len();
        to.push_str(&text);
    }
    to
}

/// A type without a name; pointers end with the star.
fn c_type(ty: &Type) -> String {
    match ty {
        Type::Ptr(pointer) => {
            let constant = if pointer.const_token.is_some() { "const " } else { "" };
            match c_type(&pointer.elem) {
                // What a pointer to a pointer must not change stands behind the star of the inner one.
                inner if inner.ends_with('*') => format!("{inner}{constant}*"),
                inner => format!("{constant}{inner} *"),
            }
        }
        Type::Path(path) => match inner(path, "Slice") {
            Some(element) => slice_name(element).to_owned(),
            None => plain(&path.path.segments.last().unwrap().ident.to_string()),
        },
        _ => panic!("no type of C"),
    }
}

fn plain(name: &str) -> String {
    match name {
        "f64" => "double".to_owned(),
        "f32" => "float".to_owned(),
        "usize" => "size_t".to_owned(),
        "u8" | "u32" | "u64" => format!("uint{}_t", &name[1..]),
        "i32" | "i64" => format!("int{}_t", &name[1..]),
        "c_void" => "void".to_owned(),
        // A pointer to the head that every table begins with.
        "TableRef" => "const gsmooth_head *".to_owned(),
        other => type_name(other),
    }
}

/// What `skeleton.h` calls the arrays.
fn slice_name(element: &Type) -> &'static str {
    let Type::Path(path) = element else { panic!("no element of an array") };
    match path.path.segments.last().unwrap().ident.to_string().as_str() {
        "f64" => "gsmooth_doubles",
        "Str" => "gsmooth_strs",
        "OptionSpec" => "gsmooth_option_specs",
        "Parameter" => "gsmooth_parameters",
        "TableRef" => "gsmooth_tables",
        other => panic!("no array of {other}"),
    }
}

/// `T` of `Wrapper<T>`.
fn inner<'a>(path: &'a TypePath, wrapper: &str) -> Option<&'a Type> {
    let last = path.path.segments.last()?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) if last.ident == wrapper => match arguments.args.first()? {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        },
        _ => None,
    }
}
