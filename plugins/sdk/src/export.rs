/// Exports plugins from a library: once a crate, with every list optional, in this order.
///
/// ```text
/// gsmooth_plugin_sdk::export_plugins! { transformations: [Blur, Zoom], noises: [Cauchy], estimators: [Grid] }
/// ```
///
/// The plugins carry the version of the crate that calls the macro.
#[macro_export]
macro_rules! export_plugins {
    (
        $(transformations: [$($transformation:ty),* $(,)?] $(,)?)?
        $(noises: [$($noise:ty),* $(,)?] $(,)?)?
        $(estimators: [$($estimator:ty),* $(,)?] $(,)?)?
    ) => {
        /// What gsmooth reads when it opens this library.
        #[allow(non_upper_case_globals, unsafe_code)]
        #[unsafe(no_mangle)]
        pub static gsmooth_plugin_entry_v1: $crate::abi::Entry = {
            const VERSION: &str = ::core::env!("CARGO_PKG_VERSION");
            static TABLES: &[$crate::abi::TableRef] = &[
                $($({
                    static TABLE: $crate::abi::TransformationTable =
                        $crate::table::transformation_table::<$transformation>(VERSION);
                    $crate::abi::TableRef::transformation(&TABLE)
                },)*)?
                $($({
                    static TABLE: $crate::abi::NoiseTable = $crate::table::noise_table::<$noise>(VERSION);
                    $crate::abi::TableRef::noise(&TABLE)
                },)*)?
                $($({
                    static TABLE: $crate::abi::EstimatorTable = $crate::table::estimator_table::<$estimator>(VERSION);
                    $crate::abi::TableRef::estimator(&TABLE)
                },)*)?
            ];
            $crate::abi::Entry::new($crate::BUILT_WITH, TABLES)
        };
    };
}
