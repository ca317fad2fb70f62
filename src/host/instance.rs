//! Making an instance of a plugin, and calling it.

use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

use gsmooth_plugin_abi::{ErrorBuffer, Status, status};
use toml::Value;

use super::error::HostError;
use super::fault::{DeclarationError, Failure};
use super::info::{OptionValue, PluginInfo};
use super::library::Plugin;
use super::lock::Held;
use super::options::{check_options, lower};
use super::services::HOST;

/// An instance of a plugin with its options; freed on drop.
#[derive(Debug)]
pub(super) struct Instance {
    plugin: Plugin,
    handle: *mut c_void,
    options: Vec<Option<OptionValue>>,
}

// SAFETY: the plugin either declares that calls may overlap on any threads, or every call takes the lock of its library.
unsafe impl Send for Instance {}
// SAFETY: as above.
unsafe impl Sync for Instance {}

impl Instance {
    /// Checks the options and makes the instance.
    pub(super) fn create(plugin: &Plugin, given: &[(String, Value)]) -> Result<Self, HostError> {
        let options = check_options(&plugin.info, given)?;
        let create = present(&plugin.info, plugin.table.head().create, "create")?;
        let mut instance = Self { plugin: plugin.clone(), handle: ptr::null_mut(), options };
        let values = lower(&instance.options);
        let mut handle = ptr::null_mut();
        instance.call("create", |_, error| {
            // SAFETY: as the table says; `values` borrow from `instance.options`, which outlives the call.
            unsafe { create(&raw const HOST, values.as_ptr(), values.len(), &raw mut handle, error) }
        })?;
        instance.handle = handle;
        Ok(instance)
    }

    pub(super) fn info(&self) -> &Arc<PluginInfo> {
        &self.plugin.info
    }

    /// Name and value of every option, in the order of the declarations.
    pub(super) fn options(&self) -> impl Iterator<Item = (&str, Option<&OptionValue>)> {
        let names = self.plugin.info.options.iter().map(|option| option.name.as_str());
        names.zip(self.options.iter().map(Option::as_ref))
    }

    /// Calls a function of the table with the instance and an error buffer.
    pub(super) fn call(
        &self,
        name: &'static str,
        function: impl FnOnce(*const c_void, *mut ErrorBuffer) -> Status,
    ) -> Result<(), HostError> {
        self.call_optional(name, function)?.ok_or_else(|| HostError::Call {
            plugin: Arc::clone(self.info()),
            call: name,
            failure: Failure::Absent,
            message: "no answer, where one is required".to_owned(),
        })
    }

    /// As [`Instance::call`]; `None` when the plugin says that it has no answer.
    pub(super) fn call_optional(
        &self,
        name: &'static str,
        function: impl FnOnce(*const c_void, *mut ErrorBuffer) -> Status,
    ) -> Result<Option<()>, HostError> {
        let mut buffer = ErrorBuffer::new();
        let status = {
            let _held = self.lock();
            function(self.handle, &raw mut buffer)
        };
        let failure = match status {
            status::OK => return Ok(Some(())),
            status::ABSENT => return Ok(None),
            status::INVALID_ARGUMENT => Failure::InvalidArgument,
            status::FAILED => Failure::Failed,
            status::PANIC => Failure::Panicked,
            status::CANCELLED => Failure::Cancelled,
            other => Failure::Unknown(other),
        };
        Err(HostError::Call {
            plugin: Arc::clone(self.info()),
            call: name,
            failure,
            message: buffer.message(),
        })
    }

    /// Fails unless `found` is `expected`.
    pub(super) fn size(
        &self,
        call: &'static str,
        what: &'static str,
        found: usize,
        expected: usize,
    ) -> Result<(), HostError> {
        if found == expected {
            return Ok(());
        }
        Err(HostError::Size { plugin: Arc::clone(self.info()), call, what, expected, found })
    }

    /// Fails unless all values are as they must be.
    pub(super) fn values(
        &self,
        call: &'static str,
        values: &[f64],
        expected: &'static str,
        good: impl Fn(f64) -> bool,
    ) -> Result<(), HostError> {
        match values.iter().find(|&&value| !good(value)) {
            None => Ok(()),
            Some(&value) => Err(HostError::Value { plugin: Arc::clone(self.info()), call, value, expected }),
        }
    }

    fn lock(&self) -> Option<Held<'_>> {
        self.plugin.lock.as_ref().map(|lock| lock.hold())
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if let Some(destroy) = self.plugin.table.head().destroy
            && !self.handle.is_null()
        {
            let _held = self.lock();
            // SAFETY: made by `create`, and nobody else has it any more.
            unsafe { destroy(self.handle) }
        }
    }
}

/// A function that the declaration was checked to have.
pub(super) fn present<F>(
    plugin: &PluginInfo,
    function: Option<F>,
    name: &'static str,
) -> Result<F, HostError> {
    function.ok_or_else(|| HostError::Declaration {
        path: plugin.path.clone(),
        number: 0,
        source: DeclarationError::MissingFunction(name),
    })
}
