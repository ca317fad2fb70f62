use crate::Str;

/// A parameter of a transformation. Frozen.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Name, `[a-z0-9_]+`.
    pub name: Str,
    /// Unit, in words: "pixel", "degree", "1" for a bare number.
    pub unit: Str,
    /// One sentence for the user.
    pub doc: Str,
    /// Least value of the domain, inclusive; may be minus infinity.
    pub low: f64,
    /// Greatest value of the domain, inclusive; may be infinity.
    pub high: f64,
    /// The value at which the transformation returns its input bit for bit; inside the domain.
    pub identity: f64,
}

impl Parameter {
    /// A parameter with domain [`low`, `high`] (infinite ends mean unbounded).
    pub const fn new(
        name: &'static str,
        unit: &'static str,
        doc: &'static str,
        low: f64,
        high: f64,
        identity: f64,
    ) -> Self {
        Self { name: Str::new(name), unit: Str::new(unit), doc: Str::new(doc), low, high, identity }
    }
}
