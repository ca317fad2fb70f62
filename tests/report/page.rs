//! A page, read as strictly as XML is: what must hold of every one.

use std::collections::BTreeSet;
use std::path::Path;

use roxmltree::{Document, Node, ParsingOptions};

/// A page as text.
pub struct Page {
    pub text: String,
}

impl Page {
    pub fn read(path: &Path) -> Self {
        Self {
            text: std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
        }
    }

    /// Every tag closed, every attribute quoted, every character escaped.
    pub fn document(&self) -> Document<'_> {
        let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
        Document::parse_with_options(&self.text, options).unwrap()
    }

    /// The words of the page, spaces as one.
    pub fn words(&self) -> String {
        let document = self.document();
        let main = document.descendants().find(|node| node.has_tag_name("body")).unwrap();
        words_of(main)
    }

    /// The words of the section with an id.
    pub fn section(&self, id: &str) -> String {
        let document = self.document();
        let found = document.descendants().find(|node| node.attribute("id") == Some(id));
        words_of(found.unwrap_or_else(|| panic!("no section {id}")))
    }

    /// Nothing is fetched, nothing runs.
    pub fn assert_stands_alone(&self) {
        let document = self.document();
        for node in document.descendants().filter(Node::is_element) {
            let tag = node.tag_name().name();
            assert!(
                !["script", "link", "iframe", "object", "embed", "base", "form"].contains(&tag),
                "<{tag}>"
            );
            for attribute in node.attributes() {
                let (name, value) = (attribute.name(), attribute.value());
                assert!(!name.starts_with("on"), "{name}");
                if ["src", "href", "srcset", "data", "action", "poster"].contains(&name) {
                    let inside = value.starts_with('#') || value.starts_with("data:image/png;base64,");
                    assert!(inside, "{name}={value}");
                }
            }
        }
        let style: String = document
            .descendants()
            .filter(|node| node.has_tag_name("style"))
            .filter_map(|node| node.text())
            .collect();
        assert!(
            !style.contains("url(") && !style.contains("@import") && style.contains("prefers-color-scheme")
        );
        let without = self.text.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        assert!(!without.contains("http://") && !without.contains("https://"));
    }

    /// Landmarks, names, captions, headers, descriptions.
    pub fn assert_accessible(&self) {
        let document = self.document();
        let all: Vec<Node<'_, '_>> = document.descendants().filter(Node::is_element).collect();
        let named =
            |tag: &str| all.iter().filter(|node| node.tag_name().name() == tag).copied().collect::<Vec<_>>();
        assert_eq!(document.root_element().attribute("lang"), Some("en"));
        for tag in ["h1", "main", "header", "nav", "footer", "title"] {
            let inside_svg =
                |node: &&Node<'_, '_>| node.ancestors().any(|node| node.tag_name().name() == "svg");
            assert_eq!(named(tag).iter().filter(|node| !inside_svg(node)).count(), 1, "<{tag}>");
        }
        let mut ids = BTreeSet::new();
        for id in all.iter().filter_map(|node| node.attribute("id")) {
            assert!(ids.insert(id), "id {id} twice");
        }
        let skip = named("a")[0];
        assert_eq!((skip.attribute("class"), skip.attribute("href")), (Some("skip"), Some("#main")));
        for link in named("a").iter().filter_map(|node| node.attribute("href")) {
            assert!(ids.contains(&link[1..]), "{link} leads nowhere");
        }
        for table in named("table") {
            let first = table.children().find(Node::is_element).unwrap();
            assert!(first.has_tag_name("caption") && !words_of(first).is_empty());
            assert!(table.ancestors().any(|node| node.attribute("tabindex") == Some("0")), "scrolls by keys");
            let headers = table.descendants().filter(|node| node.has_tag_name("th"));
            assert!(headers.clone().count() > 0);
            headers.for_each(|header| assert!(header.attribute("scope").is_some()));
        }
        for image in named("img") {
            assert!(image.attribute("alt").is_some_and(|text| !text.is_empty()));
        }
        for plot in named("svg") {
            assert_eq!(plot.attribute("role"), Some("img"));
            for id in plot.attribute("aria-labelledby").unwrap().split(' ') {
                let part = plot.children().find(|node| node.attribute("id") == Some(id)).unwrap();
                assert!(!words_of(part).is_empty(), "{id}");
            }
            let figure = plot.ancestors().find(|node| node.has_tag_name("figure")).expect("a figure");
            for tag in ["figcaption", "table"] {
                assert!(figure.descendants().any(|node| node.tag_name().name() == tag), "<{tag}>");
            }
        }
        self.assert_headings_nest(&all);
    }

    /// No level of heading is left out.
    fn assert_headings_nest(&self, all: &[Node<'_, '_>]) {
        let level = |node: &Node<'_, '_>| match node.tag_name().name() {
            "h1" => Some(1),
            "h2" => Some(2),
            "h3" => Some(3),
            "h4" => Some(4),
            _ => None,
        };
        let levels: Vec<u8> = all.iter().filter_map(level).collect();
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    }
}

/// The words below a node, but for styles; spaces as one.
pub fn words_of(node: Node<'_, '_>) -> String {
    let texts = node
        .descendants()
        .filter(|node| node.is_text() && !node.ancestors().any(|above| above.has_tag_name("style")));
    let all: Vec<&str> = texts.filter_map(|node| node.text()).collect();
    all.join(" ").replace('\u{a0}', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}
