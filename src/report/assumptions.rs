//! What the certificates of a run rest on.

use crate::audit::case_description::CaseDescription;
use crate::audit::records::PluginDigest;
use crate::audit::summary::{CaseSummary, Summary};
use crate::certify::geometry::Kind;

use super::words;

/// Something that must hold, with the cases that rest on it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Assumption {
    /// What must hold.
    pub text: String,
    /// The plugin whose word it is, if it is a plugin's.
    pub plugin: Option<PluginDigest>,
    /// The cases that rest on it; empty if all do.
    pub cases: Vec<String>,
}

/// All assumptions: plugins first, then what holds for kinds of claims, then what holds for all.
pub fn assumptions(summary: &Summary) -> Vec<Assumption> {
    let described: Vec<(&CaseSummary, &CaseDescription)> =
        summary.cases.iter().filter_map(|case| Some((case, case.description.as_ref()?))).collect();
    let names = |test: &dyn Fn(&CaseSummary, &CaseDescription) -> bool| -> Vec<String> {
        described
            .iter()
            .filter(|(case, about)| test(case, about))
            .map(|(case, _)| case.name.clone())
            .collect()
    };
    let mut found = of_plugins(&described);
    let mut of_cases = |cases: Vec<String>, text: &str| {
        if !cases.is_empty() {
            found.push(Assumption { text: text.to_owned(), plugin: None, cases });
        }
    };
    of_cases(
        names(&|_, about| about.method == "resolvable"),
        "The claim is about images of floats that are not clipped, in exact arithmetic: what rounding adds when a \
         transformation is composed with the noise is not bounded.",
    );
    of_cases(
        names(&|case, _| case.kind == Some(Kind::Estimated)),
        "Estimated: the largest move between sampled parameters is what the estimator took it for. A proof would bound it.",
    );
    of_cases(
        names(&|_, about| about.is_about_surrogate()),
        "The claim is about the surrogate's imitation, not about the transformation itself, but for the figures that name an \
         error (epsilon); that error is the audit's word.",
    );
    found.extend(of_all(&described));
    found
}

fn of_plugins(described: &[(&CaseSummary, &CaseDescription)]) -> Vec<Assumption> {
    let mut found: Vec<Assumption> = Vec::new();
    for (case, about) in described {
        for plugin in &about.plugins {
            let text = word_of(plugin, case, about);
            match found.iter_mut().find(|known| known.plugin.as_ref() == Some(plugin) && known.text == text) {
                Some(known) if !known.cases.contains(&case.name) => known.cases.push(case.name.clone()),
                Some(_) => {}
                None => {
                    let (plugin, cases) = (Some(plugin.clone()), vec![case.name.clone()]);
                    found.push(Assumption { text, plugin, cases });
                }
            }
        }
    }
    found
}

/// What is taken on a plugin's word.
fn word_of(plugin: &PluginDigest, case: &CaseSummary, about: &CaseDescription) -> String {
    let name = words::transformation(&plugin.id);
    let proven = case.kind == Some(Kind::Proven);
    match (plugin.kind.as_str(), about.method.as_str()) {
        ("transformation", "resolvable") => {
            format!(
                "It computes what it is named after, {name}, and composes with itself as it states (tried on the data, not proven)."
            )
        }
        ("transformation", "enumerate") => {
            format!(
                "It computes what it is named after, {name}, and the finite set of parameters that it lists is complete."
            )
        }
        ("transformation", _) if proven => {
            format!(
                "It computes what it is named after, {name}, and its bounds on its own speed and rounding (or its list of levels) hold."
            )
        }
        ("transformation", _) => format!("It computes what it is named after, {name}."),
        ("noise", _) => "Its samples follow the law that its distribution function states.".to_owned(),
        ("estimator", _) if proven => {
            "The bound that it derives from computed points and growth bounds is one.".to_owned()
        }
        ("estimator", _) => {
            "The largest move that it finds is near enough to the largest there is.".to_owned()
        }
        _ => "It does what it says.".to_owned(),
    }
}

fn of_all(described: &[(&CaseSummary, &CaseDescription)]) -> Vec<Assumption> {
    let for_all = |text: &str| Assumption { text: text.to_owned(), plugin: None, cases: Vec::new() };
    let mut found = Vec::new();
    if described.iter().any(|(_, about)| about.has_draws()) {
        found.push(for_all(
            "What is certified is the smoothed classifier, not the bare one; a deployment must smooth as this audit did.",
        ));
        found.push(for_all(
            "The stated probability of a wrong certificate holds for each image alone, and the noise is as random as its \
             generator (ChaCha8 under a BLAKE3 key).",
        ));
    }
    found.push(for_all(
        "No correction is made for choosing among seeds, settings or the points of a sweep: a figure that was selected as \
         the best of several is optimistic.",
    ));
    found.push(for_all(
        "Intervals are for images drawn as these were (95 %, Clopper-Pearson), and each is meant alone.",
    ));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::{blur, certified, rotation, summary};

    fn texts(cases: Vec<CaseSummary>) -> Vec<Assumption> {
        assumptions(&Summary { cases, ..Summary::default() })
    }

    #[test]
    fn each_plugin_is_named_once_with_its_cases() {
        let mut second = summary(blur(), &[4.0], &[certified(0, 4.0)]);
        second.name = "again".to_owned();
        let found = texts(vec![summary(blur(), &[4.0], &[certified(0, 4.0)]), second]);
        let of_blur: Vec<&Assumption> = found
            .iter()
            .filter(|assumption| {
                assumption.plugin.as_ref().is_some_and(|plugin| plugin.id == "gaussian_blur")
            })
            .collect();
        assert_eq!(of_blur.len(), 1);
        assert_eq!(of_blur[0].cases, ["blur", "again"]);
        assert!(of_blur[0].text.contains("composes with itself"), "{of_blur:?}");
        assert!(found.iter().any(|assumption| assumption.text.contains("not clipped")));
        assert!(found.iter().any(|assumption| assumption.text.contains("No correction")));
        assert!(!found.iter().any(|assumption| assumption.text.contains("Estimated")));
    }

    #[test]
    fn estimates_are_assumptions() {
        let mut record = certified(0, 4.0);
        record.radius_kind = Kind::Estimated;
        let found = texts(vec![summary(rotation(), &[4.0], &[record])]);
        let estimated = found.iter().find(|assumption| assumption.text.starts_with("Estimated")).unwrap();
        assert_eq!(estimated.cases, ["blur"]);
        assert!(!found.iter().any(|assumption| assumption.text.contains("not clipped")));
    }
}
