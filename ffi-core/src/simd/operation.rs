//! Operations on one element, defined once for vectors and for single elements.

use fearless_simd::Simd;

use super::element::{Element, Vector, splat};

/// An operation on one slice, in place.
pub trait Map<T: Element>: Copy {
    fn vector<S: Simd, V: Vector<S, T>>(self, simd: S, value: V) -> V;
    fn scalar(self, value: T) -> T;
}

/// An operation on one slice, in place, with another as operand.
pub trait Zip<T: Element>: Copy {
    fn vector<S: Simd, V: Vector<S, T>>(self, simd: S, value: V, other: V) -> V;
    fn scalar(self, value: T, other: T) -> T;
}

/// An operation that chooses one of two values. It is idempotent, so a value may be seen twice.
pub trait Choose<T: Element>: Copy {
    /// Value that loses against any number. If it is the result, there may have been no number.
    const IDENTITY: T;
    /// Returns the chosen values; NaN in `value` loses, and `best` has none.
    fn vector<S: Simd, V: Vector<S, T>>(self, value: V, best: V) -> V;
    fn scalar(self, value: T, best: T) -> T;
}

macro_rules! zip {
    ($($name:ident: |$value:ident, $other:ident| $vector:expr, $scalar:expr;)*) => { $(
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl<T: Element> Zip<T> for $name {
            #[inline(always)]
            fn vector<S: Simd, V: Vector<S, T>>(self, _: S, $value: V, $other: V) -> V {
                $vector
            }
            #[inline(always)]
            fn scalar(self, $value: T, $other: T) -> T {
                $scalar
            }
        }
    )* };
}

zip! {
    Add: |a, b| a + b, Element::sum(a, b);
    Sub: |a, b| a - b, Element::difference(a, b);
    Mul: |a, b| a * b, Element::product(a, b);
    SaturatingAdd: |a, b| a.saturating_sum(b), Element::saturating_sum(a, b);
    SaturatingSub: |a, b| a.saturating_difference(b), Element::saturating_difference(a, b);
}

/// Computes `y + a * x`, rounded twice.
#[derive(Clone, Copy, Debug)]
pub struct Axpy<T>(pub T);

impl<T: Element> Zip<T> for Axpy<T> {
    #[inline(always)]
    fn vector<S: Simd, V: Vector<S, T>>(self, simd: S, y: V, x: V) -> V {
        y + splat::<S, T, V>(simd, self.0) * x
    }
    #[inline(always)]
    fn scalar(self, y: T, x: T) -> T {
        Element::sum(y, Element::product(self.0, x))
    }
}

/// Computes `a + (b - a) * t`, rounded three times.
#[derive(Clone, Copy, Debug)]
pub struct Lerp<T>(pub T);

impl<T: Element> Zip<T> for Lerp<T> {
    #[inline(always)]
    fn vector<S: Simd, V: Vector<S, T>>(self, simd: S, a: V, b: V) -> V {
        a + (b - a) * splat::<S, T, V>(simd, self.0)
    }
    #[inline(always)]
    fn scalar(self, a: T, b: T) -> T {
        Element::sum(a, Element::product(Element::difference(b, a), self.0))
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Scale<T>(pub T);

impl<T: Element> Map<T> for Scale<T> {
    #[inline(always)]
    fn vector<S: Simd, V: Vector<S, T>>(self, simd: S, value: V) -> V {
        value * splat::<S, T, V>(simd, self.0)
    }
    #[inline(always)]
    fn scalar(self, value: T) -> T {
        Element::product(value, self.0)
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Clamp<T>(pub T, pub T);

impl<T: Element> Map<T> for Clamp<T> {
    #[inline(always)]
    fn vector<S: Simd, V: Vector<S, T>>(self, simd: S, value: V) -> V {
        value.clamped(splat(simd, self.0), splat(simd, self.1))
    }
    #[inline(always)]
    fn scalar(self, value: T) -> T {
        Element::clamped(value, self.0, self.1)
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Fill<T>(pub T);

impl<T: Element> Map<T> for Fill<T> {
    #[inline(always)]
    fn vector<S: Simd, V: Vector<S, T>>(self, simd: S, _: V) -> V {
        splat(simd, self.0)
    }
    #[inline(always)]
    fn scalar(self, _: T) -> T {
        self.0
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Least;

impl<T: Element> Choose<T> for Least {
    const IDENTITY: T = T::HIGHEST;

    #[inline(always)]
    fn vector<S: Simd, V: Vector<S, T>>(self, value: V, best: V) -> V {
        value.lesser(best)
    }
    #[inline(always)]
    fn scalar(self, value: T, best: T) -> T {
        Element::lesser(value, best)
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Greatest;

impl<T: Element> Choose<T> for Greatest {
    const IDENTITY: T = T::LOWEST;

    #[inline(always)]
    fn vector<S: Simd, V: Vector<S, T>>(self, value: V, best: V) -> V {
        value.greater(best)
    }
    #[inline(always)]
    fn scalar(self, value: T, best: T) -> T {
        Element::greater(value, best)
    }
}

/// An operation on records, in place, with two operands for each field.
pub trait RecordMap<T: Element>: Copy {
    fn vector<S: Simd, V: Vector<S, T>>(self, value: V, operands: [V; 2]) -> V;
    fn scalar(self, value: T, operands: [T; 2]) -> T;
}

/// An operation on records, in place, with other records and one operand for each field.
pub trait RecordZip<T: Element>: Copy {
    fn vector<S: Simd, V: Vector<S, T>>(self, value: V, other: V, operand: V) -> V;
    fn scalar(self, value: T, other: T, operand: T) -> T;
}

macro_rules! record_map {
    ($($name:ident: |$value:ident, $operands:pat_param| $vector:expr, $scalar:expr;)*) => { $(
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl<T: Element> RecordMap<T> for $name {
            #[inline(always)]
            fn vector<S: Simd, V: Vector<S, T>>(self, $value: V, $operands: [V; 2]) -> V {
                $vector
            }
            #[inline(always)]
            fn scalar(self, $value: T, $operands: [T; 2]) -> T {
                $scalar
            }
        }
    )* };
}

record_map! {
    RecordAdd: |value, [a, _]| value + a, Element::sum(value, a);
    RecordSub: |value, [a, _]| value - a, Element::difference(value, a);
    RecordScale: |value, [a, _]| value * a, Element::product(value, a);
    RecordClamp: |value, [low, high]| value.clamped(low, high), Element::clamped(value, low, high);
}

macro_rules! record_zip {
    ($($name:ident: |$value:ident, $other:ident, $operand:ident| $vector:expr, $scalar:expr;)*) => { $(
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl<T: Element> RecordZip<T> for $name {
            #[inline(always)]
            fn vector<S: Simd, V: Vector<S, T>>(self, $value: V, $other: V, $operand: V) -> V {
                $vector
            }
            #[inline(always)]
            fn scalar(self, $value: T, $other: T, $operand: T) -> T {
                $scalar
            }
        }
    )* };
}

record_zip! {
    RecordAxpy: |y, x, a| y + a * x, Axpy(a).scalar(y, x);
    RecordLerp: |a, b, t| a + (b - a) * t, Lerp(t).scalar(a, b);
}
