//! Arithmetic in f64 and in f32, by the same code.

use std::ops::{Add, Div, Mul, Neg, Sub};

pub(super) trait Number:
    Copy
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    fn of(value: f64) -> Self;
    fn get(self) -> f64;
    fn exp(self) -> Self;
    fn ln_1p(self) -> Self;
    fn tanh(self) -> Self;
    fn erf(self) -> Self;
    fn sqrt(self) -> Self;

    fn max(self, other: Self) -> Self {
        if self < other { other } else { self }
    }

    fn min(self, other: Self) -> Self {
        if other < self { other } else { self }
    }

    fn sum(terms: impl Iterator<Item = Self>) -> Self {
        terms.fold(Self::of(0.0), |sum, term| sum + term)
    }
}

macro_rules! number {
    ($number:ty, $erf:path) => {
        impl Number for $number {
            fn of(value: f64) -> Self {
                value as Self
            }
            fn get(self) -> f64 {
                self.into()
            }
            fn exp(self) -> Self {
                self.exp()
            }
            fn ln_1p(self) -> Self {
                self.ln_1p()
            }
            fn tanh(self) -> Self {
                self.tanh()
            }
            fn erf(self) -> Self {
                $erf(self)
            }
            fn sqrt(self) -> Self {
                self.sqrt()
            }
        }
    };
}

number!(f32, libm::erff);
number!(f64, libm::erf);

/// Elements in row-major order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Array<T> {
    pub(super) shape: Vec<usize>,
    pub(super) data: Vec<T>,
}

impl<T: Number> Array<T> {
    pub(super) fn new(shape: &[usize], data: Vec<T>) -> Self {
        assert_eq!(shape.iter().product::<usize>(), data.len());
        Self { shape: shape.to_vec(), data }
    }

    /// An array whose element at an index is what `element` says.
    pub(super) fn build(shape: &[usize], mut element: impl FnMut(&[usize]) -> T) -> Self {
        let count = shape.iter().product();
        let data = (0..count).map(|flat| element(&index_of(shape, flat))).collect();
        Self { shape: shape.to_vec(), data }
    }

    pub(super) fn at(&self, index: &[usize]) -> T {
        assert_eq!(index.len(), self.shape.len());
        self.data[index.iter().zip(&self.shape).fold(0, |flat, (i, size)| flat * size + i)]
    }

    /// The element that broadcasting puts at an index of a larger shape.
    pub(super) fn broadcast_at(&self, index: &[usize]) -> T {
        let own = &index[index.len() - self.shape.len()..];
        let own: Vec<usize> =
            own.iter().zip(&self.shape).map(|(i, size)| if *size == 1 { 0 } else { *i }).collect();
        self.at(&own)
    }

    pub(super) fn map(&self, function: impl Fn(T) -> T) -> Self {
        Self { shape: self.shape.clone(), data: self.data.iter().map(|x| function(*x)).collect() }
    }

    pub(super) fn norm(&self) -> f64 {
        self.data.iter().map(|x| x.get() * x.get()).sum::<f64>().sqrt()
    }

    pub(super) fn distance(&self, other: &Self) -> f64 {
        assert_eq!(self.shape, other.shape);
        self.data.iter().zip(&other.data).map(|(a, b)| (a.get() - b.get()).powi(2)).sum::<f64>().sqrt()
    }

    pub(super) fn converted<U: Number>(&self) -> Array<U> {
        Array { shape: self.shape.clone(), data: self.data.iter().map(|x| U::of(x.get())).collect() }
    }
}

pub(super) fn index_of(shape: &[usize], mut flat: usize) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (i, size) in index.iter_mut().zip(shape).rev() {
        *i = flat % size;
        flat /= size;
    }
    index
}
