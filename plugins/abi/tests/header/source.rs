//! What the sources of this crate declare, by name.

use std::collections::BTreeMap;
use std::path::Path;

use syn::{Attribute, Expr, ExprLit, Fields, Item, ItemConst, ItemType, Lit, Meta, Type};

/// A documented name with its type.
pub struct Member {
    pub name: String,
    pub ty: Type,
    pub doc: String,
}

/// A documented name with its value.
pub struct Constant {
    pub name: String,
    pub value: u64,
    pub doc: String,
}

/// All that the header may need.
#[derive(Default)]
pub struct Source {
    /// The C structures, with what they are.
    pub structures: BTreeMap<String, (String, Vec<Member>)>,
    pub aliases: BTreeMap<String, Member>,
    /// Constants outside modules.
    pub constants: BTreeMap<String, Constant>,
    /// Constants by module, in their order.
    pub modules: BTreeMap<String, Vec<Constant>>,
}

impl Source {
    /// Reads all files of `src`.
    pub fn read() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut source = Self::default();
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for item in syn::parse_file(&text).unwrap().items {
                source.take(item);
            }
        }
        source
    }

    fn take(&mut self, item: Item) {
        match item {
            Item::Struct(item) if is_c(&item.attrs) => {
                let Fields::Named(fields) = item.fields else { panic!("{}: fields need names", item.ident) };
                let member = |field: syn::Field| Member {
                    name: field.ident.unwrap().to_string(),
                    doc: doc(&field.attrs),
                    ty: field.ty,
                };
                let members = fields.named.into_iter().map(member).collect();
                self.structures.insert(item.ident.to_string(), (doc(&item.attrs), members));
            }
            Item::Type(ItemType { ident, attrs, ty, .. }) => {
                let name = ident.to_string();
                self.aliases.insert(name.clone(), Member { name, doc: doc(&attrs), ty: *ty });
            }
            Item::Const(item) => {
                if let Some(constant) = constant(&item) {
                    self.constants.insert(constant.name.clone(), constant);
                }
            }
            Item::Mod(item) => {
                let items = item.content.into_iter().flat_map(|(_, items)| items);
                let constants = items.filter_map(|item| match item {
                    Item::Const(item) => constant(&item),
                    _ => None,
                });
                self.modules.insert(item.ident.to_string(), constants.collect());
            }
            _ => {}
        }
    }
}

fn constant(item: &ItemConst) -> Option<Constant> {
    match &*item.expr {
        Expr::Lit(ExprLit { lit: Lit::Int(value), .. }) => Some(Constant {
            name: item.ident.to_string(),
            value: value.base10_parse().unwrap(),
            doc: doc(&item.attrs),
        }),
        _ => None,
    }
}

/// Whether a structure is laid out as C does, `repr(C)`.
fn is_c(attributes: &[Attribute]) -> bool {
    let is = |attribute: &Attribute| {
        attribute.path().is_ident("repr")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|ident| ident == "C")
    };
    attributes.iter().any(is)
}

/// The documentation, in one line.
fn doc(attributes: &[Attribute]) -> String {
    let line = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    };
    attributes.iter().filter_map(line).collect::<Vec<_>>().join(" ")
}
