//! What every transformation of this library promises, tried through the plugin interface.

use gsmooth_plugin_sdk::{Image, ImageMut, Options, Transformation};

use crate::testing::{binary, noise, smooth};
use crate::{
    Brightness, Contrast, DefocusBlur, Gamma, GaussianBlur, MotionBlur, Pixelate, PixelateLevels, Rotation,
    RotationalBlur, Scaling, Size, Translation, TranslationZero, ZoomBlur,
};

const SHAPES: [[usize; 3]; 6] = [[1, 1, 1], [3, 1, 4], [2, 5, 1], [1, 28, 28], [3, 9, 6], [0, 3, 3]];

fn create<T: Transformation>() -> T {
    T::create(&Options::of(T::OPTIONS, &[]).unwrap()).unwrap()
}

fn apply<T: Transformation>(
    this: &T,
    pixels: &[f32],
    [channels, height, width]: [usize; 3],
    parameter: f64,
) -> gsmooth_plugin_sdk::Result<Vec<f32>> {
    let mut out = vec![f32::NAN; pixels.len()];
    let image = Image { pixels, channels, height, width };
    let room = ImageMut { pixels: &mut out, channels, height, width };
    this.apply(image, &[parameter], room)?;
    Ok(out)
}

fn check<T: Transformation>(inside: &[f64], outside: &[f64]) {
    let this = create::<T>();
    for shape in SHAPES {
        let [channels, height, width] = shape;
        let mut pixels = noise(channels * height * width, 1);
        if let Some(pixel) = pixels.first_mut() {
            *pixel = -0.0;
        }
        let same = apply(&this, &pixels, shape, 0.0).unwrap();
        assert!(
            pixels.iter().zip(&same).all(|(a, b)| a.to_bits() == b.to_bits()),
            "{} is no identity",
            T::ID
        );
        for &parameter in inside {
            let once = apply(&this, &pixels, shape, parameter).unwrap();
            assert!(once.iter().all(|value| value.is_finite()), "{} at {parameter}", T::ID);
            assert_eq!(once, apply(&this, &pixels, shape, parameter).unwrap());
        }
        for &parameter in outside.iter().chain(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY]) {
            assert!(apply(&this, &pixels, shape, parameter).is_err(), "{} at {parameter}", T::ID);
        }
    }
}

/// The stated bounds are finite, not negative, grow with the box, and are refused for unfit boxes and pixels.
fn check_bounds<T: Transformation>(low: f64, high: f64) {
    let this = create::<T>();
    let (speed, rounding) = (T::LIPSCHITZ.unwrap(), T::ROUNDING.unwrap());
    let size = Size { height: 12, width: 10 };
    for pixels in [noise(120, 2), smooth(1, size), binary(1, size)] {
        let image = Image { pixels: &pixels, channels: 1, height: 12, width: 10 };
        let over = |low: f64, high: f64| {
            let mut bound = [f64::NAN];
            speed(&this, image, &[low], &[high], &mut bound).map(|()| bound[0])
        };
        let (whole, part) = (over(low, high).unwrap(), over(low, 0.5 * (low + high)).unwrap());
        assert!(whole.is_finite() && part >= 0.0);
        // The bounds are loose by about five per cent, so a part may come out a little above the whole.
        assert!(part <= 1.1 * whole, "{}: {part} {whole}", T::ID);
        let error = rounding(&this, image, &[low], &[high]).unwrap();
        assert!(error > 0.0 && error < 1e-4, "{}: {error}", T::ID);
        assert!(
            over(high, low).is_err() && over(f64::NAN, high).is_err() && over(low, f64::INFINITY).is_err()
        );
        let mut broken = pixels.clone();
        broken[7] = f32::NAN;
        let image = Image { pixels: &broken, ..image };
        assert!(rounding(&this, image, &[low], &[high]).is_err());
    }
}

#[test]
fn gaussian_blur_keeps_its_promises() {
    check::<GaussianBlur>(&[1e-300, 0.3, 7.0, 1e300], &[-1e-9]);
    check_bounds::<GaussianBlur>(0.5, 2.0);
}

#[test]
fn brightness_keeps_its_promises() {
    check::<Brightness>(&[-1e30, -0.5, 1e-300, 0.5, 1e30], &[]);
    check_bounds::<Brightness>(-0.5, 0.5);
}

#[test]
fn rotation_keeps_its_promises() {
    check::<Rotation>(&[-180.0, -1e-300, 0.1, 45.0, 90.0, 180.0], &[-180.1, 181.0]);
    check_bounds::<Rotation>(-5.0, 5.0);
}

#[test]
fn defocus_blur_keeps_its_promises() {
    // The smallest image allows radii up to 4.
    check::<DefocusBlur>(&[1e-300, 0.5, 0.5000001, 1.5, 3.9], &[-1e-9, 113.0]);
    check_bounds::<DefocusBlur>(0.2, 1.7);
}

#[test]
fn zoom_blur_keeps_its_promises() {
    check::<ZoomBlur>(&[1e-300, 0.2, 1.0, 10.0], &[-1e-9, 10.1]);
    check_bounds::<ZoomBlur>(0.0, 0.3);
}

#[test]
fn contrast_keeps_its_promises() {
    check::<Contrast>(&[-1e30, -0.5, 1e-300, 0.5, 80.0], &[]);
    check_bounds::<Contrast>(-0.5, 0.5);
}

#[test]
fn gamma_keeps_its_promises() {
    check::<Gamma>(&[-1.5, -0.5, 1e-300, 0.5, 1.5], &[-1.6, 1.6]);
    check_bounds::<Gamma>(-0.5, 0.5);
}

#[test]
fn pixelate_keeps_its_promises() {
    check::<Pixelate>(&[1e-300, 0.1, 0.5, 0.99, 1.0], &[-1e-9, 1.1]);
    check_bounds::<Pixelate>(0.0, 0.7);
    check::<PixelateLevels>(&[1e-300, 0.1, 0.5, 0.99, 1.0], &[-1e-9, 1.1]);
}

#[test]
fn scaling_keeps_its_promises() {
    check::<Scaling>(&[-0.9, -0.3, 1e-300, 0.2, 9.0], &[-0.91, 9.1]);
    check_bounds::<Scaling>(-0.1, 0.2);
}

#[test]
fn rotational_blur_keeps_its_promises() {
    check::<RotationalBlur>(&[1e-300, 0.2, 10.0, 180.0], &[-1e-9, 180.1]);
    check_bounds::<RotationalBlur>(0.0, 4.0);
}

#[test]
fn motion_blur_keeps_its_promises() {
    check::<MotionBlur>(&[5e-324, 1e-300, 0.2, 9.0, 64.0], &[-1e-9, 64.1]);
    check_bounds::<MotionBlur>(0.0, 4.0);
}

/// Translations copy the bits at their identity, move finite pixels only, and refuse what is no shift.
fn check_shifts<T: Transformation>() {
    let this = create::<T>();
    for [channels, height, width] in SHAPES {
        let mut pixels = noise(channels * height * width, 1);
        if let Some(pixel) = pixels.first_mut() {
            *pixel = -0.0;
        }
        let moved = |parameters: &[f64]| {
            let mut out = vec![f32::NAN; pixels.len()];
            let image = Image { pixels: &pixels, channels, height, width };
            let room = ImageMut { pixels: &mut out, channels, height, width };
            this.apply(image, parameters, room).map(|()| out)
        };
        let same = moved(&[0.2, -0.5]).unwrap();
        assert!(pixels.iter().zip(&same).all(|(a, b)| a.to_bits() == b.to_bits()), "{}", T::ID);
        for parameters in [[1.0, -1.0], [-7.6, 65536.0], [30.0, 0.0]] {
            let out = moved(&parameters).unwrap();
            assert!(out.iter().all(|value| *value == 0.0 || pixels.contains(value)), "{}", T::ID);
        }
        for parameters in [&[f64::NAN, 0.0][..], &[0.0, f64::INFINITY], &[0.0], &[0.0; 3]] {
            assert!(moved(parameters).is_err(), "{} at {parameters:?}", T::ID);
        }
    }
}

#[test]
fn translations_keep_their_promises() {
    check_shifts::<Translation>();
    check_shifts::<TranslationZero>();
}
