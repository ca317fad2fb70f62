use gsmooth_plugin_abi as abi;

use crate::{Error, Result};

/// One image, float32, dense CHW: `pixels[(c * height + y) * width + x]`, nominally in [0, 1] and never clipped.
#[derive(Debug, Clone, Copy)]
pub struct Image<'a> {
    /// channels * height * width values.
    pub pixels: &'a [f32],
    /// Number of channels.
    pub channels: usize,
    /// Height in pixels.
    pub height: usize,
    /// Width in pixels.
    pub width: usize,
}

/// Room for one image, float32, dense CHW. What it holds before it is written means nothing.
#[derive(Debug)]
pub struct ImageMut<'a> {
    /// channels * height * width values.
    pub pixels: &'a mut [f32],
    /// Number of channels.
    pub channels: usize,
    /// Height in pixels.
    pub height: usize,
    /// Width in pixels.
    pub width: usize,
}

/// Images of one shape, float32, dense NCHW.
#[derive(Debug, Clone, Copy)]
pub struct Images<'a> {
    /// count * channels * height * width values.
    pub pixels: &'a [f32],
    /// Number of images.
    pub count: usize,
    /// Number of channels.
    pub channels: usize,
    /// Height in pixels.
    pub height: usize,
    /// Width in pixels.
    pub width: usize,
}

/// Room for images of one shape, float32, dense NCHW.
#[derive(Debug)]
pub struct ImagesMut<'a> {
    /// count * channels * height * width values.
    pub pixels: &'a mut [f32],
    /// Number of images.
    pub count: usize,
    /// Number of channels.
    pub channels: usize,
    /// Height in pixels.
    pub height: usize,
    /// Width in pixels.
    pub width: usize,
}

impl<'a> Image<'a> {
    /// One channel: `height * width` values.
    ///
    /// # Panics
    /// There is no such channel.
    pub fn channel(&self, channel: usize) -> &'a [f32] {
        let size = self.height * self.width;
        &self.pixels[channel * size..(channel + 1) * size]
    }
}

impl ImageMut<'_> {
    /// One channel: `height * width` values.
    ///
    /// # Panics
    /// There is no such channel.
    pub fn channel(&mut self, channel: usize) -> &mut [f32] {
        let size = self.height * self.width;
        &mut self.pixels[channel * size..(channel + 1) * size]
    }
}

impl<'a> Images<'a> {
    /// The `index`-th image.
    ///
    /// # Panics
    /// There is no such image.
    pub fn image(&self, index: usize) -> Image<'a> {
        let size = self.channels * self.height * self.width;
        Image {
            pixels: &self.pixels[index * size..(index + 1) * size],
            channels: self.channels,
            height: self.height,
            width: self.width,
        }
    }

    /// # Safety
    /// As [`abi::Images`] says, for as long as `'a`.
    pub(crate) unsafe fn from_abi(images: *const abi::Images) -> Result<Self> {
        // SAFETY: promised by the caller.
        let images = unsafe { images.as_ref() }.ok_or_else(|| Error::invalid_argument("no images"))?;
        let [count, channels, height, width] = shape([images.n, images.c, images.h, images.w])?;
        let pixels = abi::Slice { ptr: images.data, len: count * channels * height * width };
        // SAFETY: promised by the caller.
        let pixels = unsafe { pixels.as_slice() };
        Ok(Self { pixels, count, channels, height, width })
    }
}

impl ImagesMut<'_> {
    /// Room for the `index`-th image.
    ///
    /// # Panics
    /// There is no such image.
    pub fn image(&mut self, index: usize) -> ImageMut<'_> {
        let size = self.channels * self.height * self.width;
        ImageMut {
            pixels: &mut self.pixels[index * size..(index + 1) * size],
            channels: self.channels,
            height: self.height,
            width: self.width,
        }
    }

    /// # Safety
    /// As [`abi::ImagesMut`] says, for as long as the value is used.
    pub(crate) unsafe fn from_abi(images: *const abi::ImagesMut) -> Result<Self> {
        // SAFETY: promised by the caller.
        let images =
            unsafe { images.as_ref() }.ok_or_else(|| Error::invalid_argument("no room for images"))?;
        let [count, channels, height, width] = shape([images.n, images.c, images.h, images.w])?;
        let length = count * channels * height * width;
        // SAFETY: promised by the caller.
        let pixels = unsafe { crate::raw::slice_mut(images.data, length) };
        Ok(Self { pixels, count, channels, height, width })
    }
}

/// The shape in `usize`, once the number of bytes is known to fit.
fn shape(shape: [u64; 4]) -> Result<[usize; 4]> {
    let too_large =
        || Error::invalid_argument(format_args!("images of shape {shape:?} do not fit into memory"));
    let mut out = [0; 4];
    let mut bytes = size_of::<f32>();
    for (to, from) in out.iter_mut().zip(shape) {
        *to = usize::try_from(from).map_err(|_| too_large())?;
        bytes = bytes.checked_mul(*to).ok_or_else(too_large)?;
    }
    if isize::try_from(bytes).is_err() { Err(too_large()) } else { Ok(out) }
}
