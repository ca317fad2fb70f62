/// `n` images of one shape, float32, dense NCHW, borrowed for the call. Pixel values are nominally in [0, 1] and never
/// clipped. Frozen.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Images {
    /// n * c * h * w values.
    pub data: *const f32,
    /// Number of images.
    pub n: u64,
    /// Channels.
    pub c: u64,
    /// Height in pixels.
    pub h: u64,
    /// Width in pixels.
    pub w: u64,
}

/// Room for `n` images of one shape, float32, dense NCHW, borrowed for the call; initialised, and never overlapping the input.
/// Frozen.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ImagesMut {
    /// n * c * h * w values.
    pub data: *mut f32,
    /// Number of images.
    pub n: u64,
    /// Channels.
    pub c: u64,
    /// Height in pixels.
    pub h: u64,
    /// Width in pixels.
    pub w: u64,
}
