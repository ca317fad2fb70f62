//! Templates filled in. Everything that comes from a run is escaped, but for plots, which escape it themselves.

use minijinja::{Environment, UndefinedBehavior, Value};
use serde::Serialize;

use super::ReportError;
use super::svg::theme;

const TEMPLATES: [(&str, &str); 4] = [
    ("base.html", include_str!("templates/base.html")),
    ("macros.html", include_str!("templates/macros.html")),
    ("report.html", include_str!("templates/report.html")),
    ("comparison.html", include_str!("templates/comparison.html")),
];

const PAGE_STYLE: &str = include_str!("templates/page.css");

/// Fills in the template of a page.
pub(super) fn render(template: &str, page: &impl Serialize) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_keep_trailing_newline(true);
    environment.add_global("style", Value::from_safe_string(style()));
    environment.add_global("version", env!("CARGO_PKG_VERSION"));
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    Ok(environment.get_template(template)?.render(page)?)
}

fn style() -> String {
    format!("{}{PAGE_STYLE}{}", theme::properties(), theme::PLOT_STYLE)
}
