//! The release of mise whose behaviour this program has. The one place to
//! change when a newer one is the measure.

/// The release, as a literal for `concat!`.
macro_rules! mise_release {
    () => {
        "2026.9.15"
    };
}

pub(crate) use mise_release;

/// The release.
pub const MISE_RELEASE: &str = mise_release!();

/// What mise says of itself.
pub const MISE_VERSION: &str = concat!(mise_release!(), " linux-x64 (2026-09-27)");
