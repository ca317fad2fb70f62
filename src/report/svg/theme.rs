//! The colours of pages and plots, in light and dark. Contrasts are held to WCAG AA by a test.

/// Series that look different; more of them begin anew.
pub const SERIES: usize = 6;
/// Levels of colour of a heat map.
pub const LEVELS: usize = 8;

/// A colour's name with its values in light and in dark.
pub type Colour = (&'static str, &'static str, &'static str);

/// All colours. Style sheets name them `var(--name)`.
pub const COLOURS: [Colour; 31] = [
    ("paper", "#ffffff", "#12161b"),
    ("raised", "#f5f7fa", "#1b2129"),
    ("ink", "#1b1f24", "#e7ebf0"),
    ("muted", "#55606c", "#a3aeba"),
    ("rule", "#d3dae2", "#37424e"),
    ("grid", "#e3e8ee", "#2b343e"),
    ("link", "#0b57d0", "#8ab4f8"),
    ("good", "#146c2e", "#6fdd8b"),
    ("bad", "#a8201a", "#ff9a91"),
    ("warn", "#7a4f00", "#f0c060"),
    ("bar", "#3f77c4", "#6f9fe0"),
    ("s0", "#0b57d0", "#8ab4f8"),
    ("s1", "#a8201a", "#ff9a91"),
    ("s2", "#146c2e", "#6fdd8b"),
    ("s3", "#7b3fd0", "#d2a8ff"),
    ("s4", "#8a5a00", "#f0c060"),
    ("s5", "#0a6f8f", "#67d7ee"),
    ("h0", "#eff5fc", "#1c2833"),
    ("h1", "#d8e7f7", "#1f3b54"),
    ("h2", "#b7d3ee", "#22507a"),
    ("h3", "#8dbbe2", "#28629a"),
    ("h4", "#66a4d6", "#5f9ad2"),
    ("h5", "#3172b0", "#7db3e4"),
    ("h6", "#1d5f9f", "#a3cdf3"),
    ("h7", "#08417a", "#cfe6fb"),
    // What is written on a level: on the lower and on the upper half.
    ("on-low", "#12202e", "#f2f6fa"),
    ("on-high", "#ffffff", "#0d1722"),
    ("on-middle", "#0d1722", "#0d1722"),
    ("focus", "#0b57d0", "#8ab4f8"),
    ("code", "#eef1f5", "#232b35"),
    ("shade", "#8b96a3", "#6a7684"),
];

/// The style of plots, with colours by name.
pub const PLOT_STYLE: &str = include_str!("../templates/plot.css");

/// The colours as custom properties: light, and dark where the reader prefers it.
pub fn properties() -> String {
    let list = |value: fn(&Colour) -> &'static str| {
        COLOURS.iter().map(|colour| format!("--{}:{};", colour.0, value(colour))).collect::<String>()
    };
    format!(
        ":root{{color-scheme:light dark;{}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{}}}}}\n",
        list(|colour| colour.1),
        list(|colour| colour.2)
    )
}

/// The style of a plot in a file of its own: colours written out, since not everything that reads SVG knows custom
/// properties.
pub fn plot_style_of_file() -> String {
    let light = with_colours(PLOT_STYLE, |colour| colour.1);
    let dark = with_colours(PLOT_STYLE, |colour| colour.2);
    format!("{light}@media (prefers-color-scheme:dark){{{dark}}}")
}

fn with_colours(style: &str, value: fn(&Colour) -> &'static str) -> String {
    COLOURS
        .iter()
        .fold(style.to_owned(), |style, colour| style.replace(&format!("var(--{})", colour.0), value(colour)))
}

/// What is legible on a level of a heat map.
pub fn on_level(level: usize) -> &'static str {
    match level {
        0..=3 => "on-low",
        4 => "on-middle",
        _ => "on-high",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(name: &str) -> [&'static str; 2] {
        let found =
            COLOURS.iter().find(|colour| colour.0 == name).unwrap_or_else(|| panic!("no colour {name}"));
        [found.1, found.2]
    }

    /// Relative luminance (WCAG 2).
    fn luminance(hex: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn least_contrast(front: &str, back: &str) -> f64 {
        let contrast = |(front, back): (&str, &str)| {
            let (a, b) = (luminance(front), luminance(back));
            (a.max(b) + 0.05) / (a.min(b) + 0.05)
        };
        colour(front).into_iter().zip(colour(back)).map(contrast).fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn text_has_the_contrast_that_wcag_aa_asks() {
        for back in ["paper", "raised", "code"] {
            for front in ["ink", "muted", "link", "good", "bad", "warn"] {
                let contrast = least_contrast(front, back);
                assert!(contrast >= 4.5, "{front} on {back}: {contrast:.2}");
            }
        }
        for level in 0..LEVELS {
            let contrast = least_contrast(on_level(level), &format!("h{level}"));
            assert!(contrast >= 4.5, "level {level}: {contrast:.2}");
        }
    }

    #[test]
    fn marks_and_focus_stand_out_from_the_paper() {
        let series = (0..SERIES).map(|series| format!("s{series}"));
        for front in series.chain(["bar", "focus", "shade"].map(str::to_owned)) {
            let contrast = least_contrast(&front, "paper").min(least_contrast(&front, "raised"));
            assert!(contrast >= 3.0 || front == "shade" && contrast >= 2.5, "{front}: {contrast:.2}");
        }
    }

    #[test]
    fn files_name_no_custom_property() {
        assert!(PLOT_STYLE.contains("var(--ink)"));
        assert!(!plot_style_of_file().contains("var("));
        assert!(!plot_style_of_file().contains(['<', '&']), "the style stands in XML as it is");
    }
}
